/* SPDX-License-Identifier: MIT */
/* The table of rights and the one function that decides. */
#include "access/access.h"
#include "base/fail.h"
#include "model/heads.h"

#include <string.h>

/* Source of the levels: design section 7, from both documents' permission lists. */
const struct asst__right_row asst__rights[ASST__RIGHT_COUNT] = {
	[ASST__RIGHT_READ] = { "assistant:read", ASST_LEVEL_READ, 0, ASST__FOR_ALL },
	[ASST__RIGHT_COMMENT] = { "assistant:comment", ASST_LEVEL_READ, 0, ASST__NOT_READ_ONLY },
	[ASST__RIGHT_FAVORITE] = { "assistant:favorite", ASST_LEVEL_READ, 0, ASST__FOR_ALL },
	[ASST__RIGHT_RESOLVE] = { "assistant:resolve", ASST_LEVEL_READ, 0, ASST__FOR_ALL },
	[ASST__RIGHT_WRITE] = { "assistant:write", ASST_LEVEL_WRITE, 0, ASST__FOR_ALL },
	[ASST__RIGHT_DRAFT] = { "assistant:draft", ASST_LEVEL_WRITE, 0, ASST__FOR_ALL },
	[ASST__RIGHT_VERSIONS] = { "assistant:versions", ASST_LEVEL_WRITE, 0, ASST__FOR_ALL },
	[ASST__RIGHT_EXPORT] = { "assistant:export", ASST_LEVEL_WRITE, 0, ASST__FOR_PERSONS },
	[ASST__RIGHT_SHARE] = { "assistant:share", ASST_LEVEL_MANAGE, 0, ASST__FOR_PERSONS },
	[ASST__RIGHT_DISABLE] = { "assistant:disable", ASST_LEVEL_MANAGE, 0, ASST__FOR_ALL },
	[ASST__RIGHT_DELETE] = { "assistant:delete", ASST_LEVEL_MANAGE, 0, ASST__FOR_ALL },
	[ASST__RIGHT_RESTORE] = { "assistant:restore", ASST_LEVEL_MANAGE, 0, ASST__FOR_ALL },
	[ASST__RIGHT_FORCE] = { "assistant:force", ASST_LEVEL_MANAGE, 0, ASST__FOR_ALL },
	[ASST__RIGHT_CHANGE_OWNER] = { "assistant:changeOwner", ASST__LEVEL_OWNER, 0,
				       ASST__FOR_PERSONS },
	[ASST__RIGHT_PURGE] = { "assistant:purge", ASST__LEVEL_OWNER, 0, ASST__FOR_PERSONS },
	[ASST__RIGHT_SECRETS] = { "assistant:secrets", ASST_LEVEL_WRITE, 0, ASST__FOR_ALL },
	[ASST__RIGHT_TOKENS] = { "assistant:tokens", ASST_LEVEL_MANAGE, 0, ASST__FOR_PERSONS },
	[ASST__RIGHT_WHO] = { "assistant:who", ASST_LEVEL_MANAGE, 0, ASST__FOR_ALL },
	[ASST__RIGHT_CREATE] = { "assistants:create", ASST_LEVEL_NONE, ASST__MAY_CREATE,
				 ASST__FOR_ALL },
	[ASST__RIGHT_KEYS] = { "keys:create", ASST_LEVEL_NONE, ASST__MAY_MAKE_KEYS,
			       ASST__FOR_PERSONS },
};

int asst__right_find(const char *name)
{
	int i;

	for (i = 0; name && i < ASST__RIGHT_COUNT; i++) {
		if (strcmp(asst__rights[i].name, name) == 0)
			return i;
	}
	return -1;
}

static int compare(struct asst__string a, struct asst__string b)
{
	size_t least = a.size < b.size ? a.size : b.size;
	int order = least ? memcmp(a.text, b.text, least) : 0;

	return order ? order : (a.size > b.size) - (a.size < b.size);
}

const struct asst__membership *asst__actor_find(const struct asst__actor *actor,
						struct asst__string principal)
{
	size_t low = 0, high = actor->count, middle;
	int order;

	while (low < high) {
		middle = low + (high - low) / 2;
		order = compare(principal, actor->memberships[middle].principal);
		if (order == 0)
			return &actor->memberships[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

static bool begins(struct asst__string text, const char *prefix)
{
	size_t size = strlen(prefix);

	return text.size >= size && memcmp(text.text, prefix, size) == 0;
}

int asst__team_level(unsigned role)
{
	if (role >= ASST__ROLE_PUBLISHER)
		return role == ASST__ROLE_ADMIN ? ASST__LEVEL_OWNER : ASST_LEVEL_MANAGE;
	return role >= ASST__ROLE_MEMBER_PLUS ? ASST_LEVEL_WRITE : ASST_LEVEL_READ;
}

static void raise_level(struct asst__decision *decision, enum asst__rule rule, int level,
			struct asst__string principal, const char *name)
{
	if (level > decision->levels[rule])
		decision->levels[rule] = level;
	if (level <= decision->level_held)
		return;
	decision->level_held = level;
	decision->principal = principal;
	decision->rule = name;
}

static void apply_owner(struct asst__decision *decision, const struct asst__actor *actor,
			const struct asst__object *object)
{
	const struct asst__membership *member = asst__actor_find(actor, object->owner);

	if (!member)
		return;
	if (begins(object->owner, "user:"))
		raise_level(decision, ASST__RULE_OWNER, ASST__LEVEL_OWNER, member->principal,
			    "owner");
	else
		raise_level(decision, ASST__RULE_OWNING_TEAM, asst__team_level(member->role),
			    member->principal, "owningTeam");
}

/* Levels outside 1 to 3 and expired grants give nothing. */
static void apply_grant(struct asst__decision *decision, const struct asst__actor *actor,
			const struct asst__view *grant, int64_t now)
{
	const struct asst__membership *member =
		asst__actor_find(actor, asst__view_text(grant, ASST__GRANT_PRINCIPAL));
	int64_t level = asst__view_int(grant, ASST__GRANT_LEVEL, 0);

	if (!member || asst__view_int(grant, ASST__GRANT_EXPIRES_AT, INT64_MAX) <= now)
		return;
	if (level < ASST_LEVEL_READ || level > ASST_LEVEL_MANAGE)
		return;
	if (begins(member->principal, "team:"))
		raise_level(decision, ASST__RULE_GRANT_TEAM, (int)level, member->principal,
			    "grantTeam");
	else if (begins(member->principal, "user:") || begins(member->principal, "key:"))
		raise_level(decision, ASST__RULE_GRANT_USER, (int)level, member->principal,
			    "grantUser");
	else
		raise_level(decision, ASST__RULE_GRANT_WORKSPACE, (int)level, member->principal,
			    "grantWorkspace");
}

/* What the actor's own standing gives; a key's and a token's creator comes on top of that. */
static void find_own_level(struct asst__decision *decision, const struct asst__actor *actor,
			   const struct asst__object *object, int64_t now)
{
	size_t i, grants = asst__view_count(&object->acl, ASST__ACL_GRANTS);
	struct asst__view grant;

	if (actor->kind == ASST__TOKEN) {
		if (asst__same(actor->only, object->id) && actor->epoch == object->epoch)
			raise_level(decision, ASST__RULE_TOKEN,
				    actor->read_only ? ASST_LEVEL_READ : ASST_LEVEL_WRITE,
				    actor->principal, "token");
		return;
	}
	apply_owner(decision, actor, object);
	for (i = 0; i < grants; i++) {
		grant = asst__view_item(&object->acl, ASST__ACL_GRANTS, i);
		apply_grant(decision, actor, &grant, now);
	}
	if (actor->superuser)
		raise_level(decision, ASST__RULE_SUPERUSER, ASST__LEVEL_OWNER, actor->principal,
			    "superuser");
	if (actor->system)
		raise_level(decision, ASST__RULE_SYSTEM, ASST__LEVEL_OWNER, actor->principal,
			    "system");
}

/* What has no version yet is seen by its creator and from level 2 on. */
static int least_visible(const struct asst__actor *actor, const struct asst__object *object)
{
	if (object->published || asst__same(object->creator, actor->principal))
		return ASST_LEVEL_READ;
	return ASST_LEVEL_WRITE;
}

/*
 * Nobody's credential exceeds what its creator has now. So it sees nothing unpublished that the
 * creator does not: it needs level 2 for that, because it never is who created it.
 */
static void find_level(struct asst__decision *decision, const struct asst__actor *actor,
		       const struct asst__object *object, int64_t now)
{
	struct asst__decision creator;
	int i;

	find_own_level(decision, actor, object, now);
	if (!actor->creator)
		return;
	memset(&creator, 0, sizeof(creator));
	find_own_level(&creator, actor->creator, object, now);
	for (i = 0; i < ASST__RULE_COUNT; i++) {
		if (decision->levels[i] > creator.level_held)
			decision->levels[i] = creator.level_held;
	}
	if (decision->level_held > creator.level_held) {
		decision->level_held = creator.level_held;
		decision->principal = actor->creator->principal;
		decision->rule = "creator";
	}
}

static void refuse(struct asst__decision *decision, int status, const char *rule)
{
	decision->status = status;
	decision->rule = rule;
}

/* What is not seen must answer as what is not there: nothing of it stays in the decision. */
static void hide(struct asst__decision *decision)
{
	static const struct asst__string nobody = { NULL, 0 };

	refuse(decision, ASST_ENOTFOUND, "visibility");
	decision->level_held = ASST_LEVEL_NONE;
	decision->principal = nobody;
	memset(decision->levels, 0, sizeof(decision->levels));
}

/* What needs no object, in this order: seat, scope, kind of credential, permission. NULL: open. */
static const char *shut_gate(const struct asst__right_row *row, const struct asst__actor *actor)
{
	bool barred = row->credential == ASST__FOR_PERSONS ?
			      actor->kind != ASST__PERSON :
			      row->credential == ASST__NOT_READ_ONLY && actor->read_only;

	if (actor->system)
		return NULL;
	if (!actor->seat)
		return "seat";
	if (actor->kind == ASST__KEY && !actor->scoped)
		return "scope";
	if (barred)
		return "credential";
	if (row->permission & ~actor->permissions)
		return "permission";
	return NULL;
}

void asst__decide(struct asst__decision *decision, enum asst__right right,
		  const struct asst__actor *actor, const struct asst__object *object, int64_t now)
{
	const struct asst__right_row *row = &asst__rights[right];
	const char *gate = shut_gate(row, actor);

	memset(decision, 0, sizeof(*decision));
	decision->level_needed = row->level;
	/* Its answer is the same for every id, visible or not: no level is told behind it. */
	if (gate) {
		refuse(decision, ASST_EDENIED, gate);
		return;
	}
	if (!row->level) {
		decision->principal = actor->principal;
		decision->rule = actor->system ? "system" : "permission";
		return;
	}
	if (object->exists)
		find_level(decision, actor, object, now);
	if (decision->level_held < least_visible(actor, object))
		hide(decision);
	else if (decision->level_held < row->level)
		decision->status = ASST_EDENIED;
}

int asst__decision_fail(const struct asst__decision *decision, enum asst__right right,
			asst_error *err)
{
	if (decision->status == ASST_ENOTFOUND)
		return asst__fail(err, ASST_ENOTFOUND, "no such assistant");
	if (strcmp(decision->rule, "seat") == 0)
		return asst__fail(err, ASST_EDENIED, "needs an AI seat (aiSeat, ai.verify)");
	if (strcmp(decision->rule, "scope") == 0)
		return asst__fail(err, ASST_EDENIED, "needs a key with the scope AGENT_API");
	if (strcmp(decision->rule, "credential") == 0)
		return asst__fail(err, ASST_EDENIED, "%s is not for keys and tokens",
				  asst__rights[right].name);
	if (strcmp(decision->rule, "permission") == 0)
		return asst__fail(err, ASST_EDENIED, "needs the permission %s",
				  asst__rights[right].name);
	if (strcmp(decision->rule, "draft") == 0)
		return asst__fail(err, ASST_EDENIED,
				  "a draft is changed by its own principal alone");
	if (decision->level_needed == ASST__LEVEL_OWNER)
		return asst__fail(err, ASST_EDENIED,
				  "needs the right %s, which is the owner's alone: held is level %d",
				  asst__rights[right].name, decision->level_held);
	return asst__fail(err, ASST_EDENIED, "needs the right %s: level %d, held is %d",
			  asst__rights[right].name, asst__level_public(decision->level_needed),
			  asst__level_public(decision->level_held));
}

int asst__level_public(int level)
{
	return level > ASST_LEVEL_MANAGE ? ASST_LEVEL_MANAGE : level;
}
