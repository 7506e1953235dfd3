/* SPDX-License-Identifier: MIT */
/* Who has a right on an assistant: everybody that it is about, and what is known of each. */
#ifndef ASST_SERVICE_WHO_H
#define ASST_SERVICE_WHO_H

#include "service/object.h"

#define ASST__NOT_ASKED SIZE_MAX

/* A principal, and where in the answers what is known of it stands. */
struct asst__who_item {
	struct asst__string principal;
	bool is_user, is_key, is_team;
	size_t record, creator, range; /* ASST__NOT_ASKED: nowhere */
};

struct asst__who {
	struct asst__call *call;
	enum asst__right right;
	struct asst__loaded loaded;
	struct asst__who_item *items; /* by principal */
	size_t count, room;
	struct asst_sink records, creators; /* of users and keys; of who made the keys */
	struct asst__text principals, members, unknown, more;
	bool torn; /* what the call rests on changed while it was read: anew */
};

/*
 * What somebody of whom nothing is known, but for a seat, has through a principal; of a team: what
 * its strongest role has.
 */
int asst__who_stranger(const struct asst__who *who, struct asst__string principal,
		       const char **rule);
/* What an actor has through one of the principals that it stands for. */
int asst__who_level(const struct asst__who *who, const struct asst__actor *whole,
		    struct asst__string principal, unsigned role, const char **rule);
/* Whether status says that somebody may do nothing now: no failure here, it becomes ASST_OK. */
bool asst__who_absent(int *status, const struct asst__who *who);
/* Append {"principalId", "level", name: value}. */
void asst__who_row(struct asst__text *text, struct asst__string principal, int level,
		   const char *name, const char *value);
/* Append the name of a principal. */
void asst__who_name(struct asst__text *text, struct asst__string principal);
/*
 * Read while the assistant, and the caller's right to know, are as they were decided on; else
 * who->torn and ASST_ECONFLICT.
 */
int asst__who_get(struct asst_sink *sink, struct asst__who *who, struct asst_keys *keys);
int asst__who_scan(struct asst_sink *sink, struct asst__who *who, struct asst_ranges *ranges);

/* Add those of the items who have the right. */
int asst__who_principals(struct asst__who *who);
/* Add the members of teams who have it. */
int asst__who_teams(struct asst__who *who);

#endif
