/* SPDX-License-Identifier: MIT */
/* The other stored records and the documents of callers: their tables of fields. */
#include "model/heads.h"
#include "model/check.h"

#include <string.h>

#define MOST_INT 9007199254740991.0

#define TABLE(id_, fields_) RECORD(id_, fields_, 0)

/* One whose stored records always have some fields. */
#define RECORD(id_, fields_, always_)                                                              \
	{                                                                                          \
		.id = (id_), .count = (unsigned char)(ASST__COUNT(fields_) - 1),                   \
		.fields = (fields_), .always = (always_)                                           \
	}

#define BIT(field_) (UINT32_C(1) << (field_))

/* Records are written by the library alone: the type is all that counts. */
#define STORED(name_, type_)                                                                       \
	{                                                                                          \
		.name = (name_), .type = (type_)                                                   \
	}

static const struct asst__field head_fields[] = {
	[ASST__HEAD_ID] = STORED("id", ASST__UUID),
	[ASST__HEAD_SLUG] = STORED("slug", ASST__SLUG),
	[ASST__HEAD_WORKSPACE] = STORED("workspaceId", ASST__IDENT),
	[ASST__HEAD_OWNER] = STORED("ownerId", ASST__OWNER),
	[ASST__HEAD_CREATED_BY] = STORED("createdBy", ASST__TEXT),
	[ASST__HEAD_CREATED_AT] = STORED("createdAt", ASST__TIME),
	[ASST__HEAD_UPDATED_BY] = STORED("updatedBy", ASST__TEXT),
	[ASST__HEAD_UPDATED_AT] = STORED("updatedAt", ASST__TIME),
	[ASST__HEAD_REVISION] = STORED("revision", ASST__INT),
	[ASST__HEAD_VERSION] = STORED("version", ASST__INT),
	[ASST__HEAD_DISABLED] = STORED("disabled", ASST__FLAG),
	[ASST__HEAD_FOLDER] = STORED("folderId", ASST__TEXT),
	[ASST__HEAD_TAGS] = STORED("tags", ASST__TEXTS),
	[ASST__HEAD_DELETED_BY] = STORED("deletedBy", ASST__TEXT),
	[ASST__HEAD_DELETED_AT] = STORED("deletedAt", ASST__TIME),
	[ASST__HEAD_NAME] = STORED("name", ASST__TEXT),
	[ASST__HEAD_DESCRIPTION] = STORED("description", ASST__TEXT),
	[ASST__HEAD_EMOJI] = STORED("emoji", ASST__TEXT),
	[ASST__HEAD_MODEL] = STORED("model", ASST__TEXT),
	[ASST__HEAD_TYPE] = STORED("type", ASST__TEXT),
	[ASST__HEAD_EPOCH] = STORED("epoch", ASST__INT),
	[ASST__HEAD_PURGED_AT] = STORED("purgedAt", ASST__TIME),
};

static const struct asst__field grant_fields[] = {
	[ASST__GRANT_PRINCIPAL] = STORED("principalId", ASST__PRINCIPAL),
	[ASST__GRANT_LEVEL] = STORED("accessLevel", ASST__INT),
	[ASST__GRANT_EXPIRES_AT] = STORED("expiresAt", ASST__TIME),
	[ASST__GRANT_BY] = STORED("grantedBy", ASST__TEXT),
	[ASST__GRANT_AT] = STORED("grantedAt", ASST__TIME),
};

const struct asst__schema asst__grant_schema = TABLE(0, grant_fields);

static const struct asst__field acl_fields[] = {
	[ASST__ACL_GRANTS] = { .name = "grants", .type = ASST__LIST, .items = &asst__grant_schema },
};

static const struct asst__field version_fields[] = {
	[ASST__VERSION_NUMBER] = STORED("version", ASST__INT),
	[ASST__VERSION_BY] = STORED("createdBy", ASST__TEXT),
	[ASST__VERSION_AT] = STORED("createdAt", ASST__TIME),
	[ASST__VERSION_MESSAGE] = STORED("message", ASST__TEXT),
	[ASST__VERSION_DEF] = STORED("def", ASST__RECORD),
};

static const struct asst__field draft_fields[] = {
	[ASST__DRAFT_ID] = STORED("id", ASST__UUID),
	[ASST__DRAFT_ASSISTANT_ID] = STORED("editingId", ASST__UUID),
	[ASST__DRAFT_PRINCIPAL] = STORED("principalId", ASST__PRINCIPAL),
	[ASST__DRAFT_CREATED_AT] = STORED("createdAt", ASST__TIME),
	[ASST__DRAFT_UPDATED_AT] = STORED("updatedAt", ASST__TIME),
	[ASST__DRAFT_REVISION] = STORED("revision", ASST__INT),
	[ASST__DRAFT_BASE_VERSION] = STORED("baseVersion", ASST__INT),
	[ASST__DRAFT_DEF] = STORED("def", ASST__RECORD),
};

static const struct asst__field loser_fields[] = {
	[ASST__LOSER_PRINCIPAL] = STORED("principalId", ASST__PRINCIPAL),
	[ASST__LOSER_LEVEL] = STORED("level", ASST__INT),
};

static const struct asst__schema loser_schema = TABLE(0, loser_fields);

static const struct asst__field event_fields[] = {
	[ASST__EVENT_AT] = STORED("at", ASST__TIME),
	[ASST__EVENT_ACTOR] = STORED("actor", ASST__TEXT),
	[ASST__EVENT_BEHALF] = STORED("onBehalfOf", ASST__TEXT),
	[ASST__EVENT_ACTION] = STORED("action", ASST__TEXT),
	[ASST__EVENT_OBJECT] = STORED("objectId", ASST__UUID),
	[ASST__EVENT_OLD_REVISION] = STORED("oldRevision", ASST__INT),
	[ASST__EVENT_NEW_REVISION] = STORED("newRevision", ASST__INT),
	[ASST__EVENT_POINTERS] = STORED("pointers", ASST__TEXTS),
	[ASST__EVENT_PRINCIPAL] = STORED("principalId", ASST__PRINCIPAL),
	[ASST__EVENT_LEVEL] = STORED("accessLevel", ASST__INT),
	[ASST__EVENT_FORCED] = STORED("forced", ASST__TEXTS),
	[ASST__EVENT_LOSERS] = { .name = "losers", .type = ASST__LIST, .items = &loser_schema },
	[ASST__EVENT_ATTEMPTED] = STORED("attempted", ASST__TEXT),
	[ASST__EVENT_STATUS] = STORED("status", ASST__TEXT),
	[ASST__EVENT_SIGHT_LEVEL] = STORED("sightLevel", ASST__INT),
	[ASST__EVENT_SIGHT_CREATOR] = STORED("sightCreator", ASST__TEXT),
	[ASST__EVENT_VERSION] = STORED("version", ASST__INT),
};

static const struct asst__field mark_fields[] = {
	[ASST__MARK_LABEL] = STORED("label", ASST__TEXT),
	[ASST__MARK_PINNED] = STORED("pinned", ASST__FLAG),
};

const struct asst__schema asst__head_schema =
	RECORD(2, head_fields,
	       BIT(ASST__HEAD_ID) | BIT(ASST__HEAD_SLUG) | BIT(ASST__HEAD_WORKSPACE) |
		       BIT(ASST__HEAD_OWNER) | BIT(ASST__HEAD_CREATED_BY) |
		       BIT(ASST__HEAD_CREATED_AT) | BIT(ASST__HEAD_REVISION));
const struct asst__schema asst__acl_schema = TABLE(3, acl_fields);
const struct asst__schema asst__version_schema =
	RECORD(4, version_fields,
	       BIT(ASST__VERSION_NUMBER) | BIT(ASST__VERSION_BY) | BIT(ASST__VERSION_AT) |
		       BIT(ASST__VERSION_DEF));
const struct asst__schema asst__draft_schema =
	RECORD(5, draft_fields,
	       BIT(ASST__DRAFT_ID) | BIT(ASST__DRAFT_ASSISTANT_ID) | BIT(ASST__DRAFT_PRINCIPAL) |
		       BIT(ASST__DRAFT_REVISION) | BIT(ASST__DRAFT_DEF));
const struct asst__schema asst__event_schema =
	RECORD(6, event_fields,
	       BIT(ASST__EVENT_AT) | BIT(ASST__EVENT_ACTOR) | BIT(ASST__EVENT_ACTION));
const struct asst__schema asst__mark_schema = TABLE(11, mark_fields);

/* Documents */

static const char *const roles[] = { "member",	   "memberPlus", "designer",
				     "dataWizard", "publisher",	 "admin", NULL };

const char *asst__role_name(unsigned role)
{
	return role < ASST__COUNT(roles) - 1 ? roles[role] : roles[0];
}

static const struct asst__field team_fields[] = {
	[ASST__TEAM_ID] = { .name = "id", .type = ASST__IDENT, .flags = ASST__REQUIRED },
	[ASST__TEAM_ROLE] = { .name = "role",
			      .type = ASST__CHOICE,
			      .flags = ASST__DEFAULT,
			      .choices = roles,
			      .fallback = 0 },
};

static const struct asst__schema team_schema = {
	.count = ASST__COUNT(team_fields) - 1,
	.fields = team_fields,
	.key = { ASST__TEAM_ID },
};

static bool gives_seat(const asst__json *permissions)
{
	const asst__json *item = asst__json_kind(permissions) == ASST__JSON_ARRAY ?
					 asst__json_first(permissions) : NULL;

	for (; item; item = asst__json_next(item)) {
		if (asst__json_kind(item) == ASST__JSON_STRING &&
		    strcmp(asst__json_text(item), ASST__PERMISSION_SEAT) == 0)
			return true;
	}
	return false;
}

/* No seat, and the permission that is one: nobody can tell which was meant. */
static void person_rules(struct asst__check *check, unsigned field, const struct asst__member *parts)
{
	const asst__json *seat = parts[ASST__SESSION_SEAT].node;

	if (field == ASST__SESSION_SEAT && asst__json_kind(seat) == ASST__JSON_BOOL &&
	    !asst__json_bool(seat) && gives_seat(parts[ASST__SESSION_PERMISSIONS].node))
		asst__fault(check, NULL, "contradiction", "is false, but \"%s\" is a seat",
			    ASST__PERMISSION_SEAT);
}

/* A user is shown with defaults: they must not contradict what was put. */
static bool user_normalize(asst__json *user)
{
	int kind = asst__json_kind(asst__json_member(user, "aiSeat"));

	if ((kind && kind != ASST__JSON_NULL) || !gives_seat(asst__json_member(user, "permissions")))
		return true;
	return asst__json_set(user, "aiSeat", asst__json_new_bool(1));
}

static const struct asst__field session_fields[] = {
	[ASST__SESSION_WORKSPACE] = { .name = "workspace",
				      .type = ASST__IDENT,
				      .flags = ASST__REQUIRED },
	[ASST__SESSION_USER] = { .name = "user", .type = ASST__IDENT, .flags = ASST__REQUIRED },
	[ASST__SESSION_SEAT] = { .name = "aiSeat", .type = ASST__FLAG, .flags = ASST__DEFAULT },
	[ASST__SESSION_SUPERUSER] = { .name = "superuser",
				      .type = ASST__FLAG,
				      .flags = ASST__DEFAULT },
	[ASST__SESSION_PERMISSIONS] = { .name = "permissions",
					.type = ASST__TEXTS,
					.flags = ASST__UNIQUE | ASST__NOT_EMPTY,
					.limit = ASST__LIMIT_PERMISSIONS,
					.item_limit = ASST__LIMIT_STRING },
	[ASST__SESSION_TEAMS] = { .name = "teams",
				  .type = ASST__LIST,
				  .limit = ASST__LIMIT_TEAMS,
				  .items = &team_schema },
};

static const struct asst__field share_fields[] = {
	[ASST__SHARE_PRINCIPAL] = { .name = "principalId",
				    .type = ASST__PRINCIPAL,
				    .flags = ASST__REQUIRED },
	[ASST__SHARE_LEVEL] = { .name = "accessLevel",
				.type = ASST__INT,
				.flags = ASST__REQUIRED,
				.least = ASST_LEVEL_READ,
				.most = ASST_LEVEL_MANAGE },
	[ASST__SHARE_EXPIRES_AT] = { .name = "expiresAt", .type = ASST__TIME },
};

static const char *const sorts[] = { "updatedAt",  "-updatedAt", "createdAt",
				     "-createdAt", "name",	 "-name",     NULL };
static const char *const views[] = { "summary", "whole", NULL };

/* No limit of names: what is stored may be longer than the one that is in force now. */
#define NAME_FILTER                                                                                \
	{                                                                                          \
		.name = "nameContains", .type = ASST__TEXT, .limit = ASST__LIMIT_STRING            \
	}

static const struct asst__field count_fields[] = {
	[ASST__COUNT_RIGHT] = { .name = "right", .type = ASST__TEXT, .limit = ASST__LIMIT_STRING },
	[ASST__COUNT_NAME] = NAME_FILTER,
};

static const struct asst__field query_fields[] = {
	[ASST__QUERY_SORT] = { .name = "sort",
			       .type = ASST__CHOICE,
			       .flags = ASST__DEFAULT,
			       .choices = sorts,
			       .fallback = 1 },
	[ASST__QUERY_LIMIT] = { .name = "limit",
				.type = ASST__INT,
				.flags = ASST__DEFAULT,
				.least = 1,
				.most = MOST_INT,
				.fallback = 50 },
	[ASST__QUERY_CURSOR] = { .name = "cursor",
				 .type = ASST__TEXT,
				 .limit = ASST__LIMIT_STRING },
	[ASST__QUERY_VIEW] = { .name = "view",
			       .type = ASST__CHOICE,
			       .flags = ASST__DEFAULT,
			       .choices = views,
			       .fallback = 0 },
	[ASST__QUERY_RIGHT] = { .name = "right", .type = ASST__TEXT, .limit = ASST__LIMIT_STRING },
	[ASST__QUERY_NAME] = NAME_FILTER,
};

static const struct asst__field around_fields[] = {
	[ASST__AROUND_SLUG] = { .name = "slug", .type = ASST__SLUG },
	[ASST__AROUND_OWNER] = { .name = "ownerId", .type = ASST__OWNER },
	[ASST__AROUND_DISABLED] = { .name = "disabled", .type = ASST__FLAG },
	[ASST__AROUND_FOLDER] = { .name = "folderId",
				  .type = ASST__TEXT,
				  .flags = ASST__NOT_BLANK,
				  .limit = ASST__LIMIT_STRING },
	[ASST__AROUND_TAGS] = { .name = "tags",
				.type = ASST__TEXTS,
				.flags = ASST__UNIQUE,
				.limit = ASST__LIMIT_TAGS,
				.item_limit = ASST__LIMIT_TAG },
};

#define USER_FIELDS                                                                                \
	[ASST__USER_NAME] = { .name = "name",                                                      \
			      .type = ASST__TEXT,                                                  \
			      .flags = ASST__NOT_BLANK,                                            \
			      .limit = ASST__LIMIT_PRINCIPAL_NAME },                               \
	[ASST__USER_ID] = { .name = "id", .type = ASST__IDENT, .flags = ASST__REQUIRED },          \
	[ASST__SESSION_SEAT] = { .name = "aiSeat", .type = ASST__FLAG, .flags = ASST__DEFAULT },   \
	[ASST__SESSION_SUPERUSER] = { .name = "superuser",                                         \
				      .type = ASST__FLAG,                                          \
				      .flags = ASST__DEFAULT },                                    \
	[ASST__SESSION_PERMISSIONS] = { .name = "permissions",                                     \
					.type = ASST__TEXTS,                                       \
					.flags = ASST__UNIQUE | ASST__NOT_EMPTY,                   \
					.limit = ASST__LIMIT_PERMISSIONS,                          \
					.item_limit = ASST__LIMIT_STRING },                        \
	[ASST__SESSION_TEAMS] = { .name = "teams",                                                 \
				  .type = ASST__LIST,                                              \
				  .limit = ASST__LIMIT_TEAMS,                                      \
				  .items = &team_schema },                                         \
	[ASST__USER_EMAIL] = { .name = "email",                                                    \
			       .type = ASST__TEXT,                                                 \
			       .flags = ASST__NOT_BLANK,                                           \
			       .limit = ASST__LIMIT_STRING },                                      \
	[ASST__USER_DISABLED] = { .name = "disabled", .type = ASST__FLAG, .flags = ASST__DEFAULT }

static const struct asst__field user_fields[] = { USER_FIELDS };

#define USER_STORED                                                                                \
	[ASST__USER_CREATED_AT] = STORED("createdAt", ASST__TIME),                                 \
	[ASST__USER_UPDATED_AT] = STORED("updatedAt", ASST__TIME),                                 \
	[ASST__USER_DELETED_AT] = STORED("deletedAt", ASST__TIME),                                 \
	[ASST__USER_UID] = STORED("uid", ASST__RECORD) /* so that it is never shown */

static const struct asst__field user_record_fields[] = { USER_FIELDS, USER_STORED };

/* The other fields keep their places and have no value, not even a default. */
static const struct asst__field user_deleted_fields[] = {
	[ASST__USER_NAME] = STORED("name", ASST__TEXT),
	[ASST__USER_ID] = STORED("id", ASST__IDENT),
	[ASST__SESSION_SEAT] = STORED("aiSeat", ASST__FLAG),
	[ASST__SESSION_SUPERUSER] = STORED("superuser", ASST__FLAG),
	[ASST__SESSION_PERMISSIONS] = STORED("permissions", ASST__TEXTS),
	[ASST__SESSION_TEAMS] = { .name = "teams", .type = ASST__LIST, .items = &team_schema },
	[ASST__USER_EMAIL] = STORED("email", ASST__TEXT),
	[ASST__USER_DISABLED] = STORED("disabled", ASST__FLAG),
	USER_STORED
};

const struct asst__schema asst__user_schema = { .id = 14,
						.count = ASST__COUNT(user_fields) - 1,
						.fields = user_fields,
						.normalize = user_normalize,
						.rules = person_rules };
const struct asst__schema asst__user_record_schema =
	RECORD(14, user_record_fields, BIT(ASST__USER_ID));
const struct asst__schema asst__user_deleted_schema =
	RECORD(14, user_deleted_fields, BIT(ASST__USER_ID));

#define TEAM_FIELDS                                                                                \
	[ASST__TEAM_RECORD_ID] = { .name = "id", .type = ASST__IDENT, .flags = ASST__REQUIRED },   \
	[ASST__TEAM_RECORD_NAME] = { .name = "name",                                               \
				     .type = ASST__TEXT,                                           \
				     .flags = ASST__NOT_BLANK,                                     \
				     .limit = ASST__LIMIT_PRINCIPAL_NAME }

static const struct asst__field team_doc_fields[] = { TEAM_FIELDS };

static const struct asst__field team_record_fields[] = {
	TEAM_FIELDS,
	[ASST__TEAM_RECORD_CREATED_AT] = STORED("createdAt", ASST__TIME),
	[ASST__TEAM_RECORD_UPDATED_AT] = STORED("updatedAt", ASST__TIME),
};

const struct asst__schema asst__team_schema = TABLE(15, team_doc_fields);
const struct asst__schema asst__team_record_schema =
	RECORD(15, team_record_fields, BIT(ASST__TEAM_RECORD_ID));

#define KEY_FIELDS                                                                                 \
	[ASST__KEY_NAME] = { .name = "name",                                                       \
			     .type = ASST__TEXT,                                                   \
			     .flags = ASST__REQUIRED | ASST__NOT_BLANK,                            \
			     .limit = ASST__LIMIT_PRINCIPAL_NAME },                                \
	[ASST__KEY_SCOPES] = { .name = "scopes",                                                   \
			       .type = ASST__TEXTS,                                                \
			       .flags = ASST__REQUIRED | ASST__UNIQUE | ASST__NOT_BLANK,           \
			       .limit = ASST__LIMIT_SCOPES,                                        \
			       .item_limit = ASST__LIMIT_SCOPE },                                  \
	[ASST__KEY_EXPIRES_AT] = { .name = "expiresAt",                                            \
				   .type = ASST__TIME,                                             \
				   .flags = ASST__REQUIRED }

static const struct asst__field key_fields[] = { KEY_FIELDS };

static const struct asst__field key_record_fields[] = {
	KEY_FIELDS,
	[ASST__KEY_ID] = STORED("id", ASST__UUID),
	[ASST__KEY_CREATED_BY] = STORED("createdBy", ASST__TEXT),
	[ASST__KEY_CREATED_AT] = STORED("createdAt", ASST__TIME),
	[ASST__KEY_REVOKED_AT] = STORED("revokedAt", ASST__TIME),
	[ASST__KEY_ROTATED_AT] = STORED("rotatedAt", ASST__TIME),
	[ASST__KEY_USED_AT] = STORED("lastUsedAt", ASST__TIME),
	[ASST__KEY_HASH] = STORED("hash", ASST__TEXT),
	[ASST__KEY_OLD_HASH] = STORED("oldHash", ASST__TEXT),
	[ASST__KEY_OLD_UNTIL] = STORED("oldUntil", ASST__TIME),
	[ASST__KEY_CREATOR_UID] = STORED("creatorUid", ASST__TEXT),
};

const struct asst__schema asst__key_schema = TABLE(16, key_fields);
const struct asst__schema asst__key_record_schema =
	RECORD(16, key_record_fields,
	       BIT(ASST__KEY_ID) | BIT(ASST__KEY_NAME) | BIT(ASST__KEY_SCOPES) |
		       BIT(ASST__KEY_CREATED_BY) | BIT(ASST__KEY_EXPIRES_AT) | BIT(ASST__KEY_HASH));

#define TOKEN_FIELDS                                                                               \
	[ASST__TOKEN_READ_ONLY] = { .name = "readOnly",                                            \
				    .type = ASST__FLAG,                                            \
				    .flags = ASST__DEFAULT },                                      \
	[ASST__TOKEN_NOTES] = { .name = "notes",                                                   \
				.type = ASST__TEXT,                                                \
				.limit = ASST__LIMIT_NOTES },                                      \
	[ASST__TOKEN_HOST] = { .name = "host",                                                     \
			       .type = ASST__TEXT,                                                 \
			       .flags = ASST__NOT_BLANK,                                           \
			       .limit = ASST__LIMIT_STRING },                                      \
	[ASST__TOKEN_CIDR] = { .name = "cidr",                                                     \
			       .type = ASST__TEXT,                                                 \
			       .flags = ASST__NOT_BLANK,                                           \
			       .limit = ASST__LIMIT_STRING },                                      \
	[ASST__TOKEN_EXPIRES_AT] = { .name = "expiresAt",                                          \
				     .type = ASST__TIME,                                           \
				     .flags = ASST__REQUIRED }

static const struct asst__field token_fields[] = { TOKEN_FIELDS };

static const struct asst__field token_record_fields[] = {
	TOKEN_FIELDS,
	[ASST__TOKEN_ID] = STORED("id", ASST__UUID),
	[ASST__TOKEN_CREATED_BY] = STORED("createdBy", ASST__TEXT),
	[ASST__TOKEN_CREATED_AT] = STORED("createdAt", ASST__TIME),
	[ASST__TOKEN_USED_AT] = STORED("lastUsedAt", ASST__TIME),
	[ASST__TOKEN_HASH] = STORED("hash", ASST__TEXT),
	[ASST__TOKEN_EPOCH] = STORED("epoch", ASST__INT),
	[ASST__TOKEN_CREATOR_UID] = STORED("creatorUid", ASST__TEXT),
};

const struct asst__schema asst__token_schema = TABLE(17, token_fields);
const struct asst__schema asst__token_record_schema =
	RECORD(17, token_record_fields,
	       BIT(ASST__TOKEN_ID) | BIT(ASST__TOKEN_CREATED_BY) | BIT(ASST__TOKEN_EXPIRES_AT) |
		       BIT(ASST__TOKEN_HASH));

static const struct asst__field secret_fields[] = {
	[ASST__SECRET_NAME] = STORED("name", ASST__TEXT),
	[ASST__SECRET_DESCRIPTION] = STORED("description", ASST__TEXT),
	[ASST__SECRET_CREATED_AT] = STORED("createdAt", ASST__TIME),
	[ASST__SECRET_UPDATED_AT] = STORED("updatedAt", ASST__TIME),
	[ASST__SECRET_KEY] = STORED("keyId", ASST__TEXT),
	[ASST__SECRET_SEALED] = STORED("sealed", ASST__TEXT),
};

const struct asst__schema asst__secret_schema =
	RECORD(18, secret_fields,
	       BIT(ASST__SECRET_NAME) | BIT(ASST__SECRET_KEY) | BIT(ASST__SECRET_SEALED));

#define PAGE_FIELDS                                                                                \
	[ASST__PAGE_LIMIT] = { .name = "limit",                                                    \
			       .type = ASST__INT,                                                  \
			       .flags = ASST__DEFAULT,                                             \
			       .least = 1,                                                         \
			       .most = MOST_INT,                                                   \
			       .fallback = 50 },                                                   \
	[ASST__PAGE_CURSOR] = { .name = "cursor", .type = ASST__TEXT, .limit = ASST__LIMIT_STRING }

static const struct asst__field page_fields[] = { PAGE_FIELDS };

static const struct asst__field draft_page_fields[] = {
	PAGE_FIELDS,
	[ASST__PAGE_ASSISTANT] = { .name = "assistantId",
				   .type = ASST__TEXT,
				   .limit = ASST__LIMIT_STRING },
};

static const struct asst__field feed_fields[] = {
	[ASST__FEED_AFTER] = { .name = "after", .type = ASST__TEXT, .limit = ASST__LIMIT_STRING },
	[ASST__FEED_LIMIT] = { .name = "limit",
			       .type = ASST__INT,
			       .flags = ASST__DEFAULT,
			       .least = 1,
			       .most = MOST_INT,
			       .fallback = 100 },
	[ASST__FEED_OBJECT] = { .name = "objectId", .type = ASST__UUID },
	[ASST__FEED_ACTIONS] = { .name = "actions",
				 .type = ASST__TEXTS,
				 .flags = ASST__UNIQUE,
				 .limit = ASST__LIMIT_STARTERS,
				 .item_limit = ASST__LIMIT_STRING },
};

const struct asst__schema asst__page_schema = TABLE(12, page_fields);
const struct asst__schema asst__draft_page_schema = TABLE(12, draft_page_fields);
const struct asst__schema asst__feed_schema = TABLE(13, feed_fields);
const struct asst__schema asst__session_schema = { .id = 7,
						   .count = ASST__COUNT(session_fields) - 1,
						   .fields = session_fields,
						   .rules = person_rules };
const struct asst__schema asst__share_schema = TABLE(8, share_fields);
const struct asst__schema asst__query_schema = TABLE(9, query_fields);
const struct asst__schema asst__count_schema = TABLE(9, count_fields);
const struct asst__schema asst__around_schema = TABLE(10, around_fields);
