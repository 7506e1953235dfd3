/* SPDX-License-Identifier: MIT */
/*
 * Who has a right on an assistant: the owner, the creator, the grantees and the members of their
 * teams, each decided as it would be if it asked, as far as the store knows who it is.
 */
#include "service/who.h"

#include <assistant/access.h>

#include <string.h>

/*
 * By a team of which not even the strongest role has the right nobody has it, but for the creator of
 * what is not published, who sees it with less than others need.
 */
static bool team_gives(const struct asst__who *who, struct asst__string team)
{
	struct asst__actor creator = { .seat = true, .principal = who->loaded.object.creator };
	const char *rule;

	return asst__who_stranger(who, team, &rule) ||
	       (!who->loaded.object.published && creator.principal.text &&
		asst__who_level(who, &creator, team, ASST__ROLE_ADMIN, &rule));
}

static void add_item(struct asst__who *who, struct asst__string principal)
{
	struct asst__who_item *item = &who->items[who->count++];

	item->principal = principal;
	item->record = item->creator = item->range = ASST__NOT_ASKED;
	item->is_user = strncmp(principal.text, "user:", 5) == 0;
	item->is_key = strncmp(principal.text, "key:", 4) == 0;
	item->is_team = strncmp(principal.text, "team:", 5) == 0 && team_gives(who, principal);
}

/* The next of a and b by name, both at once if they are the same. */
static struct asst__string take_first(struct asst__string *a, struct asst__string *b)
{
	int order = !a->text ? 1 : !b->text ? -1 : strcmp(a->text, b->text);
	struct asst__string first = order > 0 ? *b : *a;

	if (order <= 0)
		a->text = NULL;
	if (order >= 0)
		b->text = NULL;
	return first;
}

/* The owner, the creator and the grantees, each once and by principal. */
static int list_items(struct asst__who *who)
{
	const struct asst__object *object = &who->loaded.object;
	size_t i = 0, grants = asst__view_count(&object->acl, ASST__ACL_GRANTS);
	struct asst__string owner = object->owner, creator = object->creator;
	struct asst__string grantee = { NULL, 0 }, next = { NULL, 0 }; /* of owner and creator */
	struct asst__view grant;

	who->room = grants + 2;
	who->items = asst__alloc(&who->call->store->mem, who->room * sizeof(*who->items));
	if (!who->items)
		return asst__fail_nomem(who->call->err);
	for (;;) {
		if (!grantee.text && i < grants) {
			grant = asst__view_item(&object->acl, ASST__ACL_GRANTS, i++);
			grantee = asst__view_text(&grant, ASST__GRANT_PRINCIPAL);
		}
		if (!next.text && (owner.text || creator.text))
			next = take_first(&owner, &creator);
		if (!next.text && !grantee.text)
			return ASST_OK;
		add_item(who, take_first(&next, &grantee));
	}
}

static int write_who(asst_buf **out, struct asst__who *who)
{
	const struct asst__call *call = who->call;
	struct asst__text *parts[] = { &who->principals, &who->members, &who->unknown, &who->more };
	static const char *const names[] = { "{\"principals\":[", "],\"members\":[",
					     "],\"unknownTeams\":[", "],\"moreMembers\":[" };
	struct asst__text text;
	size_t i;

	asst__text_init(&text, &call->store->mem, SIZE_MAX / 2);
	for (i = 0; i < ASST__COUNT(parts); i++) {
		asst__text_add_cstr(&text, names[i]);
		if (parts[i]->failed)
			text.failed = parts[i]->failed;
		else if (parts[i]->size)
			asst__text_add(&text, parts[i]->data, parts[i]->size);
	}
	asst__text_add_cstr(&text, "],\"superusers\":true}");
	return asst__text_to_buf(out, &text, call->err);
}

static void who_init(struct asst__who *who, struct asst__call *call)
{
	const struct asst__mem *mem = &call->store->mem;

	memset(who, 0, sizeof(*who));
	who->call = call;
	asst__sink_init(&who->records, mem);
	asst__sink_init(&who->creators, mem);
	asst__text_init(&who->principals, mem, SIZE_MAX / 2);
	asst__text_init(&who->members, mem, SIZE_MAX / 2);
	asst__text_init(&who->unknown, mem, SIZE_MAX / 2);
	asst__text_init(&who->more, mem, SIZE_MAX / 2);
}

static void who_dispose(struct asst__who *who)
{
	asst__loaded_dispose(&who->loaded);
	asst__free(&who->call->store->mem, who->items, who->room * sizeof(*who->items));
	asst__sink_dispose(&who->records);
	asst__sink_dispose(&who->creators);
	asst__text_free(&who->principals);
	asst__text_free(&who->members);
	asst__text_free(&who->unknown);
	asst__text_free(&who->more);
}

static int fill(struct asst__who *who)
{
	int status = list_items(who);

	if (status == ASST_OK)
		status = asst__who_principals(who);
	if (status == ASST_OK)
		status = asst__who_teams(who);
	return status;
}

static int find(struct asst__who *who, enum asst__right right, const char *id)
{
	struct asst__call *call = who->call;
	int status;

	do {
		who_dispose(who);
		who_init(who, call);
		who->right = right;
		status = asst__locate(&who->loaded, call, id, ASST__RIGHT_WHO);
		if (status == ASST_OK)
			status = fill(who);
	} while (who->torn);
	return status;
}

int asst_access_who(asst_buf **out, asst_session *session, const char *right, const char *id,
		    asst_error *err)
{
	struct asst__call call;
	struct asst__who who;
	int status, which;

	if (out)
		*out = NULL;
	status = asst__call_begin(&call, session, err);
	if (status != ASST_OK)
		return status;
	who_init(&who, &call);
	which = asst__right_find(right);
	if (which < 0 || asst__rights[which].level == ASST_LEVEL_NONE)
		status = asst__fail(err, ASST_EINVAL, "no right on an assistant has this name");
	if (status == ASST_OK)
		status = find(&who, (enum asst__right)which, id);
	if (status == ASST_OK && out)
		status = write_who(out, &who);
	who_dispose(&who);
	asst__call_end(&call);
	return status;
}
