/* SPDX-License-Identifier: MIT */
/* The other stored records and the documents of callers: schemas and their fields. */
#ifndef ASST_MODEL_HEADS_H
#define ASST_MODEL_HEADS_H

#include "model/record.h"

/* The name of a role in a team, by its number. */
const char *asst__role_name(unsigned role);

/* Stored: head, grants, version (also the live one), draft, event. */

enum asst__head_field {
	ASST__HEAD_ID = 1,
	ASST__HEAD_SLUG,
	ASST__HEAD_WORKSPACE,
	ASST__HEAD_OWNER,
	ASST__HEAD_CREATED_BY,
	ASST__HEAD_CREATED_AT,
	ASST__HEAD_UPDATED_BY, /* these two absent: as created */
	ASST__HEAD_UPDATED_AT,
	ASST__HEAD_REVISION,
	ASST__HEAD_VERSION,
	ASST__HEAD_DISABLED,
	ASST__HEAD_FOLDER,
	ASST__HEAD_TAGS,
	ASST__HEAD_DELETED_BY,
	ASST__HEAD_DELETED_AT,
	/* what a summary shows of the definition */
	ASST__HEAD_NAME,
	ASST__HEAD_DESCRIPTION,
	ASST__HEAD_EMOJI,
	ASST__HEAD_MODEL,
	ASST__HEAD_TYPE,
	ASST__HEAD_EPOCH, /* how often it was deleted: tokens of another epoch are revoked */
	ASST__HEAD_PURGED_AT /* gone for good, but for what a purge still has to remove */
};

enum asst__acl_field { ASST__ACL_GRANTS = 1 };

enum asst__grant_field {
	ASST__GRANT_PRINCIPAL = 1,
	ASST__GRANT_LEVEL,
	ASST__GRANT_EXPIRES_AT,
	ASST__GRANT_BY,
	ASST__GRANT_AT
};

enum asst__version_field {
	ASST__VERSION_NUMBER = 1,
	ASST__VERSION_BY,
	ASST__VERSION_AT,
	ASST__VERSION_MESSAGE,
	ASST__VERSION_DEF
};

enum asst__draft_field {
	ASST__DRAFT_ID = 1,
	ASST__DRAFT_ASSISTANT_ID,
	ASST__DRAFT_PRINCIPAL,
	ASST__DRAFT_CREATED_AT,
	ASST__DRAFT_UPDATED_AT,
	ASST__DRAFT_REVISION,
	ASST__DRAFT_BASE_VERSION, /* its definition is that version's, live or kept */
	ASST__DRAFT_DEF
};

enum asst__event_field {
	ASST__EVENT_AT = 1,
	ASST__EVENT_ACTOR,
	ASST__EVENT_BEHALF,
	ASST__EVENT_ACTION,
	ASST__EVENT_OBJECT,
	ASST__EVENT_OLD_REVISION,
	ASST__EVENT_NEW_REVISION,
	ASST__EVENT_POINTERS,
	ASST__EVENT_PRINCIPAL,
	ASST__EVENT_LEVEL,
	ASST__EVENT_FORCED,   /* pointers that were decided for a draft */
	ASST__EVENT_LOSERS,   /* who may lose sight by it, with what they had; not shown */
	ASST__EVENT_ATTEMPTED, /* of what was refused: the action */
	ASST__EVENT_STATUS,    /* and why */
	/* What sight took before it; not shown, either. */
	ASST__EVENT_SIGHT_LEVEL,
	ASST__EVENT_SIGHT_CREATOR, /* for whom any level was enough; absent: nobody */
	ASST__EVENT_VERSION /* that was marked, or that a draft got the text of */
};

/* A principal that gave sight, and the level; absent: a team's members had that of their role. */
enum asst__loser_field { ASST__LOSER_PRINCIPAL = 1, ASST__LOSER_LEVEL };

/* What was said of a version. */
enum asst__mark_field { ASST__MARK_LABEL = 1, ASST__MARK_PINNED };

extern const struct asst__schema asst__head_schema;
extern const struct asst__schema asst__acl_schema;
extern const struct asst__schema asst__grant_schema;
extern const struct asst__schema asst__version_schema;
extern const struct asst__schema asst__draft_schema;
extern const struct asst__schema asst__event_schema;
extern const struct asst__schema asst__mark_schema;

/* Documents: a session, a share, the options of a list, what stands around a definition. */

#define ASST__PERMISSION_SEAT "ai.verify" /* as good as "aiSeat" */

enum asst__session_field {
	ASST__SESSION_WORKSPACE = 1,
	ASST__SESSION_USER,
	ASST__SESSION_SEAT,
	ASST__SESSION_SUPERUSER,
	ASST__SESSION_PERMISSIONS,
	ASST__SESSION_TEAMS
};

enum asst__team_field { ASST__TEAM_ID = 1, ASST__TEAM_ROLE };

enum asst__share_field { ASST__SHARE_PRINCIPAL = 1, ASST__SHARE_LEVEL, ASST__SHARE_EXPIRES_AT };

enum asst__query_field {
	ASST__QUERY_SORT = 1,
	ASST__QUERY_LIMIT,
	ASST__QUERY_CURSOR,
	ASST__QUERY_VIEW,
	ASST__QUERY_RIGHT,
	ASST__QUERY_NAME
};

enum asst__count_field { ASST__COUNT_RIGHT = 1, ASST__COUNT_NAME };

/* The options of other lists. */
enum asst__page_field { ASST__PAGE_LIMIT = 1, ASST__PAGE_CURSOR, ASST__PAGE_ASSISTANT };

/* The options of reading the feed. */
enum asst__feed_field {
	ASST__FEED_AFTER = 1,
	ASST__FEED_LIMIT,
	ASST__FEED_OBJECT,
	ASST__FEED_ACTIONS
};

/* A user; the first fields have the places that they have in a session's document. */
enum asst__user_field {
	ASST__USER_NAME = 1,
	ASST__USER_ID,
	/* seat, superuser, permissions and teams as ASST__SESSION_... */
	ASST__USER_EMAIL = ASST__SESSION_TEAMS + 1,
	ASST__USER_DISABLED,
	/* stored, not given */
	ASST__USER_CREATED_AT,
	ASST__USER_UPDATED_AT,
	ASST__USER_DELETED_AT,
	ASST__USER_UID /* differs when an id is given out again; not shown */
};

enum asst__team_record_field {
	ASST__TEAM_RECORD_ID = 1,
	ASST__TEAM_RECORD_NAME,
	ASST__TEAM_RECORD_CREATED_AT,
	ASST__TEAM_RECORD_UPDATED_AT
};

/* A key; what is not given stands behind what is. */
enum asst__key_field {
	ASST__KEY_NAME = 1,
	ASST__KEY_SCOPES,
	ASST__KEY_EXPIRES_AT,
	ASST__KEY_ID,
	ASST__KEY_CREATED_BY,
	ASST__KEY_CREATED_AT,
	ASST__KEY_REVOKED_AT,
	ASST__KEY_ROTATED_AT,
	ASST__KEY_USED_AT,
	/* never shown: hashes in hexadecimal, and until when the old one works on */
	ASST__KEY_HASH,
	ASST__KEY_OLD_HASH,
	ASST__KEY_OLD_UNTIL,
	ASST__KEY_CREATOR_UID
};

enum asst__token_field {
	ASST__TOKEN_READ_ONLY = 1,
	ASST__TOKEN_NOTES,
	ASST__TOKEN_HOST,
	ASST__TOKEN_CIDR,
	ASST__TOKEN_EXPIRES_AT,
	ASST__TOKEN_ID,
	ASST__TOKEN_CREATED_BY,
	ASST__TOKEN_CREATED_AT,
	ASST__TOKEN_USED_AT,
	ASST__TOKEN_HASH,
	ASST__TOKEN_EPOCH, /* that of the assistant when it was made */
	ASST__TOKEN_CREATOR_UID
};

enum asst__secret_field {
	ASST__SECRET_NAME = 1,
	ASST__SECRET_DESCRIPTION,
	ASST__SECRET_CREATED_AT,
	ASST__SECRET_UPDATED_AT,
	ASST__SECRET_KEY,
	ASST__SECRET_SEALED /* never shown */
};

extern const struct asst__schema asst__user_schema;        /* the document */
extern const struct asst__schema asst__user_record_schema; /* what is stored of it */
extern const struct asst__schema asst__user_deleted_schema; /* and what stays of it */
extern const struct asst__schema asst__team_record_schema, asst__team_schema;
extern const struct asst__schema asst__key_schema, asst__key_record_schema;
extern const struct asst__schema asst__token_schema, asst__token_record_schema;
extern const struct asst__schema asst__secret_schema;

/* The order of the names that "sort" takes: without and with "-", in turn. */
enum { ASST__SORT_UPDATED, ASST__SORT_CREATED, ASST__SORT_NAME };

enum asst__around_field {
	ASST__AROUND_SLUG = 1,
	ASST__AROUND_OWNER,
	ASST__AROUND_DISABLED,
	ASST__AROUND_FOLDER,
	ASST__AROUND_TAGS
};

extern const struct asst__schema asst__session_schema;
extern const struct asst__schema asst__share_schema;
extern const struct asst__schema asst__query_schema;
extern const struct asst__schema asst__count_schema;
extern const struct asst__schema asst__around_schema;
extern const struct asst__schema asst__page_schema;
extern const struct asst__schema asst__draft_page_schema;
extern const struct asst__schema asst__feed_schema;

#endif
