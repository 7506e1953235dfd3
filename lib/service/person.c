/* SPDX-License-Identifier: MIT */
/* Persons: the principals that one stands for, and what it may do. */
#include "service/person.h"
#include "base/fail.h"
#include "model/heads.h"
#include "model/ident.h"
#include "storage/query.h"

#include <string.h>

void asst__person_dispose(struct asst__person *person)
{
	asst_buf_free(person->record);
	asst__free(&person->mem, person->principals, person->principals_size);
	asst__free(&person->mem, person->memberships, person->room * sizeof(*person->memberships));
	memset(person, 0, sizeof(*person));
}

/* Append prefix + name to the principals and make it membership i; false: a damaged name. */
static bool add_principal(struct asst__person *person, size_t i, char **at, const char *prefix,
			  struct asst__string name, unsigned role)
{
	size_t prefix_size = strlen(prefix);

	if (!name.text || prefix_size + name.size > ASST__PRINCIPAL_MAX)
		return false;
	memcpy(*at, prefix, prefix_size);
	memcpy(*at + prefix_size, name.text, name.size);
	(*at)[prefix_size + name.size] = '\0';
	person->memberships[i].principal = (struct asst__string){ *at, prefix_size + name.size };
	person->memberships[i].role = role;
	*at += prefix_size + name.size + 1;
	return true;
}

/* Few and nearly sorted: by insertion. */
static void sort_memberships(struct asst__membership *memberships, size_t count)
{
	struct asst__membership moving;
	size_t i, k;

	for (i = 1; i < count; i++) {
		moving = memberships[i];
		for (k = i; k > 0 && asst__key_compare(moving.principal.text, moving.principal.size,
						      memberships[k - 1].principal.text,
						      memberships[k - 1].principal.size) < 0;
		     k--)
			memberships[k] = memberships[k - 1];
		memberships[k] = moving;
	}
}

static int make_room(struct asst__person *person, const struct asst__mem *mem, size_t count,
		     asst_error *err)
{
	person->mem = *mem;
	person->principals = asst__alloc(mem, count * (ASST__PRINCIPAL_MAX + 1));
	person->memberships = asst__alloc(mem, count * sizeof(*person->memberships));
	if (person->principals)
		person->principals_size = count * (ASST__PRINCIPAL_MAX + 1);
	if (person->memberships)
		person->room = count;
	return person->principals && person->memberships ? ASST_OK : asst__fail_nomem(err);
}

/* Each of the two documents has its own names for the seat and for the permissions. */
static const struct {
	const char *name;
	unsigned permission; /* 0: a seat */
} permissions[] = {
	{ ASST__PERMISSION_SEAT, 0 },
	{ "assistants:create", ASST__MAY_CREATE },
	{ "createAssistants", ASST__MAY_CREATE },
	{ "keys:create", ASST__MAY_MAKE_KEYS },
};

static void read_permissions(struct asst__actor *actor, const struct asst__view *document)
{
	size_t i, k, count = asst__view_count(document, ASST__SESSION_PERMISSIONS);

	for (i = 0; i < count; i++) {
		struct asst__string name =
			asst__view_text_at(document, ASST__SESSION_PERMISSIONS, i);

		for (k = 0; k < ASST__COUNT(permissions); k++) {
			if (!name.text || strcmp(name.text, permissions[k].name) != 0)
				continue;
			actor->permissions |= permissions[k].permission;
			actor->seat |= permissions[k].permission == 0;
		}
	}
}

int asst__person_fill(struct asst__person *person, const struct asst__mem *mem,
		      struct asst__string user, asst_buf *record, const struct asst__view *document,
		      asst_error *err)
{
	size_t i, teams = asst__view_count(document, ASST__SESSION_TEAMS);
	struct asst__actor *actor = &person->actor;
	struct asst__view team;
	bool whole;
	char *at;
	int status = make_room(person, mem, teams + 2, err);

	if (status != ASST_OK)
		return status;
	person->record = asst_buf_ref(record);
	actor->seat = asst__view_flag(document, ASST__SESSION_SEAT, false);
	actor->superuser = asst__view_flag(document, ASST__SESSION_SUPERUSER, false);
	read_permissions(actor, document);
	at = person->principals;
	whole = add_principal(person, 0, &at, "user:", user, 0) &&
		add_principal(person, 1, &at, "workspace", ASST__STRING(""), 0);
	actor->principal = person->memberships[0].principal;
	for (i = 0; i < teams && whole; i++) {
		team = asst__view_item(document, ASST__SESSION_TEAMS, i);
		whole = add_principal(person, i + 2, &at, "team:",
				      asst__view_text(&team, ASST__TEAM_ID),
				      asst__view_choice(&team, ASST__TEAM_ROLE, ASST__ROLE_MEMBER));
	}
	if (!whole)
		return asst__fail(err, ASST_ECORRUPT, "a stored record is damaged");
	sort_memberships(person->memberships, teams + 2);
	actor->memberships = person->memberships;
	actor->count = teams + 2;
	return ASST_OK;
}

int asst__person_fill_alone(struct asst__person *person, const struct asst__mem *mem,
			    const char *prefix, const char *name, asst_error *err)
{
	char *at;
	int status = make_room(person, mem, 1, err);

	if (status != ASST_OK)
		return status;
	at = person->principals;
	if (!add_principal(person, 0, &at, prefix, ASST__STRING(name), 0))
		return asst__fail(err, ASST_ECORRUPT, "a stored record is damaged");
	person->actor.principal = person->memberships[0].principal;
	person->actor.memberships = person->memberships;
	person->actor.count = 1;
	return ASST_OK;
}
