/* SPDX-License-Identifier: MIT */
/*
 * Decisions: one pure function over one table of rights. It reads no storage: who acts and
 * what is acted on are handed in. The order of gates and the levels are those of
 * libassistant_rights(7).
 */
#ifndef ASST_ACCESS_ACCESS_H
#define ASST_ACCESS_ACCESS_H

#include "model/record.h"

/* Levels above ASST_LEVEL_MANAGE that no grant carries. */
#define ASST__LEVEL_OWNER 4

enum asst__right {
	ASST__RIGHT_READ,
	ASST__RIGHT_COMMENT,
	ASST__RIGHT_FAVORITE,
	ASST__RIGHT_RESOLVE,
	ASST__RIGHT_WRITE,
	ASST__RIGHT_DRAFT,
	ASST__RIGHT_VERSIONS,
	ASST__RIGHT_EXPORT,
	ASST__RIGHT_SHARE,
	ASST__RIGHT_DISABLE,
	ASST__RIGHT_DELETE,
	ASST__RIGHT_RESTORE,
	ASST__RIGHT_FORCE,
	ASST__RIGHT_CHANGE_OWNER,
	ASST__RIGHT_PURGE,
	ASST__RIGHT_SECRETS,
	ASST__RIGHT_TOKENS,
	ASST__RIGHT_WHO,
	ASST__RIGHT_CREATE,
	ASST__RIGHT_KEYS,
	ASST__RIGHT_COUNT
};

/* Permissions that a right may need, as bits. */
#define ASST__MAY_CREATE 0x1u
#define ASST__MAY_MAKE_KEYS 0x2u

/* What no credential may do: neither a key nor a token; or no read-only token. */
enum asst__credential_rule { ASST__FOR_ALL, ASST__NOT_READ_ONLY, ASST__FOR_PERSONS };

struct asst__right_row {
	const char *name;
	int level;           /* needed on the object; 0: there is no object */
	unsigned permission; /* ASST__MAY_..., or 0 */
	enum asst__credential_rule credential;
};

extern const struct asst__right_row asst__rights[ASST__RIGHT_COUNT];
/* The right of this name, or -1. */
int asst__right_find(const char *name);

/* Roles in a team, in the order of their strength. */
enum asst__role {
	ASST__ROLE_MEMBER,
	ASST__ROLE_MEMBER_PLUS,
	ASST__ROLE_DESIGNER,
	ASST__ROLE_DATA_WIZARD,
	ASST__ROLE_PUBLISHER,
	ASST__ROLE_ADMIN
};

/* A principal that the actor stands for; role counts for teams. */
struct asst__membership {
	struct asst__string principal;
	unsigned role;
};

enum asst__actor_kind { ASST__PERSON, ASST__KEY, ASST__TOKEN };

struct asst__actor {
	enum asst__actor_kind kind;
	bool system, superuser, seat;
	unsigned permissions;          /* ASST__MAY_... */
	struct asst__string principal; /* the actor itself */
	const struct asst__membership *memberships; /* sorted by principal; the actor's own too */
	size_t count;
	/* of a key or token: what its creator may do now, which it never exceeds */
	const struct asst__actor *creator;
	bool scoped;              /* a key: it has the scope for assistants */
	bool read_only;           /* a token */
	int64_t epoch;            /* a token: the assistant's when it was made */
	struct asst__string only; /* a token: the one assistant that it sees */
};

/* The actor's membership in a principal, or NULL. */
const struct asst__membership *asst__actor_find(const struct asst__actor *actor,
						struct asst__string principal);

/* What decisions need to know of an assistant; zeroed: there is none. */
struct asst__object {
	bool exists;    /* and is not in the trash */
	bool published; /* has a version */
	int64_t epoch;  /* how often it was deleted */
	struct asst__string id, owner, creator;
	struct asst__view acl; /* grants; see model/heads.h */
};

/* The rules that give a level, in the order in which they are tried. */
enum asst__rule {
	ASST__RULE_OWNER,
	ASST__RULE_OWNING_TEAM,
	ASST__RULE_GRANT_USER,
	ASST__RULE_GRANT_TEAM,
	ASST__RULE_GRANT_WORKSPACE,
	ASST__RULE_TOKEN,
	ASST__RULE_SUPERUSER,
	ASST__RULE_SYSTEM,
	ASST__RULE_COUNT
};

struct asst__decision {
	int status;       /* ASST_OK, ASST_EDENIED, ASST_ENOTFOUND */
	int level_held;   /* 0 to ASST_LEVEL_MANAGE, or ASST__LEVEL_OWNER */
	int level_needed;
	const char *
		rule; /* what decided: "seat", "scope", "credential", "permission", "visibility", "draft", "creator", or the name of a rule */
	struct asst__string principal; /* whose level it is; text NULL: nobody's */
	int levels[ASST__RULE_COUNT];  /* what each rule gives */
};

void asst__decide(struct asst__decision *decision, enum asst__right right,
		  const struct asst__actor *actor, const struct asst__object *object, int64_t now);
/* The message of a refusal: names the right, never the object. Returns the decision's status. */
int asst__decision_fail(const struct asst__decision *decision, enum asst__right right,
			asst_error *err);
/* The decision with its reasons, as JSON. */
void asst__decision_write(struct asst__text *out, const struct asst__decision *decision,
			  enum asst__right right, const struct asst__actor *actor);

/* What a team's member has on what the team owns. */
int asst__team_level(unsigned role);

/* A level as people see it: ownership is ASST_LEVEL_MANAGE. */
int asst__level_public(int level);

#endif
