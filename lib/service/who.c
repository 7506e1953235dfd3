/* SPDX-License-Identifier: MIT */
/* Who has a right on an assistant. */
#include "service/object.h"

#include <assistant/access.h>

#include <string.h>

struct who {
	const struct asst__call *call;
	enum asst__right right;
	struct asst__loaded loaded;
	struct asst__text principals, members, unknown;
};

static void comma(struct asst__text *text)
{
	if (text->size)
		asst__text_add_char(text, ',');
}

static void add_row(struct asst__text *text, const char *prefix, struct asst__string principal,
		    int level, const char *name, const char *value)
{
	struct asst__text whole;

	asst__text_init(&whole, text->mem, 4096);
	asst__text_add_cstr(&whole, prefix);
	asst__text_add(&whole, principal.text, principal.size);
	comma(text);
	asst__text_add_cstr(text, "{\"principalId\":");
	asst__json_write_string(text, whole.failed ? "" : whole.data, ASST_NUL);
	asst__text_add_format(text, ",\"level\":%d,\"%s\":", asst__level_public(level), name);
	asst__json_write_string(text, value, ASST_NUL);
	asst__text_add_char(text, '}');
	if (whole.failed)
		text->failed = whole.failed;
	asst__text_free(&whole);
}

/* What somebody has through one principal, as a session with nothing else would. */
static int level_of(const struct who *who, struct asst__string self, struct asst__string principal,
		    unsigned role, const char **rule)
{
	struct asst__membership membership = { principal, role };
	struct asst__actor actor = { .seat = true,
				     .principal = self,
				     .memberships = &membership,
				     .count = 1 };
	struct asst__decision decision;

	actor.permissions = ASST__MAY_CREATE | ASST__MAY_MAKE_KEYS;
	asst__decide(&decision, who->right, &actor, &who->loaded.object, who->call->now);
	*rule = decision.rule;
	return decision.status == ASST_OK ? decision.level_held : ASST_LEVEL_NONE;
}

/* What is not published yet is seen by its creator from level 1 on, by others from level 2 on. */
static bool is_creator(const struct who *who, const char *user, size_t size)
{
	struct asst__string creator = who->loaded.object.creator;

	return creator.text && creator.size == 5 + size && memcmp(creator.text, "user:", 5) == 0 &&
	       memcmp(creator.text + 5, user, size) == 0;
}

/* The members of a team that the directory knows. */
static int add_members(struct who *who, struct asst__string team)
{
	const struct asst__call *call = who->call;
	struct asst__string id = { team.text + 5, team.size - 5 };
	struct asst_ranges ranges;
	struct asst__key from, to;
	struct asst_sink sink;
	uint64_t sequence;
	size_t i, size;
	const char *rule;
	int status, level;

	asst__key_member(&from, id, NULL);
	to = from;
	asst__key_end(&to);
	asst__ranges_init(&ranges, &call->store->mem, 0);
	asst__sink_init(&sink, &call->store->mem);
	status = asst_ranges_add(&ranges, from.bytes, from.size, to.bytes, to.size, 0, 0,
				 call->err);
	asst__key_directory(&from, ASST__DIRECTORY_TEAM, id.text);
	to = from;
	to.bytes[to.size++] = 0;
	if (status == ASST_OK)
		status = asst_ranges_add(&ranges, from.bytes, from.size, to.bytes, to.size, 1, 0,
					 call->err);
	if (status == ASST_OK)
		status = asst__backend_scan(&call->store->backend, call->workspace, &ranges, &sink,
					    &sequence, call->err);
	if (status == ASST_OK && (!sink.count || sink.items[sink.count - 1].index != 1)) {
		comma(&who->unknown);
		asst__json_write_string(&who->unknown, team.text, team.size);
	}
	asst__key_member(&from, id, NULL);
	for (i = 0; i < sink.count && status == ASST_OK && sink.items[i].index == 0; i++) {
		const char *key = asst_sink_key(&sink, i, &size);
		const asst_buf *value = asst_sink_value(&sink, i);
		unsigned role = asst_buf_size(value) == 1 ?
					(unsigned char)asst_buf_data(value)[0] : 0;

		struct asst__string user = { key + from.size, size - from.size };

		level = level_of(who, is_creator(who, user.text, user.size) ?
					      who->loaded.object.creator : team,
				 team, role, &rule);
		if (level)
			add_row(&who->members, "user:", user, level, "via", team.text);
	}
	asst__sink_dispose(&sink);
	asst__ranges_dispose(&ranges);
	return status;
}

static int add_principal(struct who *who, struct asst__string principal)
{
	bool team = strncmp(principal.text, "team:", 5) == 0;
	struct asst__string workspace = ASST__STRING("workspace");
	const char *rule;
	/* Of a team: what its strongest role has; each member has its own. */
	int level = level_of(who, principal, principal, ASST__ROLE_ADMIN, &rule);

	/* The creator sees by the workspace's grant what the workspace does not. */
	if (!level && asst__same(principal, who->loaded.object.creator) &&
	    !level_of(who, workspace, workspace, 0, &rule))
		level = level_of(who, principal, workspace, 0, &rule);
	if (level)
		add_row(&who->principals, "", principal, level, "rule", rule);
	if (!team || (!level && who->loaded.object.published))
		return ASST_OK;
	if (who->call->store->opts.directory)
		return add_members(who, principal);
	comma(&who->unknown);
	asst__json_write_string(&who->unknown, principal.text, principal.size);
	return ASST_OK;
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
static int add_all(struct who *who)
{
	const struct asst__object *object = &who->loaded.object;
	size_t i = 0, grants = asst__view_count(&object->acl, ASST__ACL_GRANTS);
	struct asst__string owner = object->owner, creator = object->creator, first, grantee;
	struct asst__string next = { NULL, 0 }; /* of owner and creator */
	struct asst__view grant;
	int status = ASST_OK;

	grantee.text = NULL;
	while (status == ASST_OK) {
		if (!grantee.text && i < grants) {
			grant = asst__view_item(&object->acl, ASST__ACL_GRANTS, i++);
			grantee = asst__view_text(&grant, ASST__GRANT_PRINCIPAL);
		}
		if (!next.text && (owner.text || creator.text))
			next = take_first(&owner, &creator);
		if (!next.text && !grantee.text)
			break;
		first = take_first(&next, &grantee);
		status = add_principal(who, first);
	}
	return status;
}

static int write_who(asst_buf **out, struct who *who)
{
	const struct asst__call *call = who->call;
	struct asst__text *parts[] = { &who->principals, &who->members, &who->unknown };
	static const char *const names[] = { "{\"principals\":[", "],\"members\":[",
					     "],\"unknownTeams\":[" };
	struct asst__text text;
	size_t i;

	asst__text_init(&text, &call->store->mem, SIZE_MAX / 2);
	for (i = 0; i < 3; i++) {
		asst__text_add_cstr(&text, names[i]);
		if (parts[i]->failed)
			text.failed = parts[i]->failed;
		else if (parts[i]->size)
			asst__text_add(&text, parts[i]->data, parts[i]->size);
	}
	asst__text_add_cstr(&text, "],\"superusers\":true}");
	return asst__text_to_buf(out, &text, call->err);
}

int asst_access_who(asst_buf **out, asst_session *session, const char *right, const char *id,
		    asst_error *err)
{
	struct asst__call call;
	struct who who;
	int status, which;

	if (out)
		*out = NULL;
	status = asst__call_begin(&call, session, err);
	if (status != ASST_OK)
		return status;
	memset(&who, 0, sizeof(who));
	who.call = &call;
	asst__text_init(&who.principals, &call.store->mem, SIZE_MAX / 2);
	asst__text_init(&who.members, &call.store->mem, SIZE_MAX / 2);
	asst__text_init(&who.unknown, &call.store->mem, SIZE_MAX / 2);
	which = asst__right_find(right);
	if (which < 0 || asst__rights[which].level == ASST_LEVEL_NONE)
		status = asst__fail(err, ASST_EINVAL, "no right on an assistant has this name");
	if (status == ASST_OK) {
		who.right = (enum asst__right)which;
		status = asst__locate(&who.loaded, &call, id, ASST__RIGHT_WHO);
	}
	if (status == ASST_OK)
		status = add_all(&who);
	if (status == ASST_OK && out)
		status = write_who(out, &who);
	asst__loaded_dispose(&who.loaded);
	asst__text_free(&who.principals);
	asst__text_free(&who.members);
	asst__text_free(&who.unknown);
	asst__call_end(&call);
	return status;
}
