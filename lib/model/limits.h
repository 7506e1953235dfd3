/* SPDX-License-Identifier: MIT */
/*
 * Limits: what the documents allow (a set, chosen by the host) and safety caps (ours).
 * Over a limit is a fault of the document; over a cap is ASST_ELIMIT.
 */
#ifndef ASST_MODEL_LIMITS_H
#define ASST_MODEL_LIMITS_H

#include "json/json.h"

#include <stdint.h>

/* Caps that arrays are made for. */
#define ASST__ROUTES_MOST 64
#define ASST__ROUTED_MOST 256

enum asst__limit_id {
	ASST__LIMIT_NONE,
	ASST__LIMIT_DOCUMENT_BYTES,
	ASST__LIMIT_DEPTH,
	ASST__LIMIT_NODES,
	ASST__LIMIT_NUMBER_BYTES,
	ASST__LIMIT_NAME,
	ASST__LIMIT_DESCRIPTION,
	ASST__LIMIT_INSTRUCTION,
	ASST__LIMIT_EMOJI,
	ASST__LIMIT_STARTERS,
	ASST__LIMIT_STARTER,
	ASST__LIMIT_ACTIONS,
	ASST__LIMIT_INPUT_FIELDS,
	ASST__LIMIT_OPTIONS,
	ASST__LIMIT_OPTION,
	ASST__LIMIT_SELECT_OPTIONS_LEAST,
	ASST__LIMIT_ATTACHMENTS,
	ASST__LIMIT_SKILLS,
	ASST__LIMIT_DATASETS,
	ASST__LIMIT_REFERENCES,
	ASST__LIMIT_ROUTES,
	ASST__LIMIT_WELCOME,
	ASST__LIMIT_STRING,
	ASST__LIMIT_SLUG,
	ASST__LIMIT_LABEL,
	ASST__LIMIT_FIELD_DESCRIPTION,
	ASST__LIMIT_DATA_BYTES,
	ASST__LIMIT_TAGS,
	ASST__LIMIT_TAG,
	ASST__LIMIT_GRANTS,
	ASST__LIMIT_TEAMS,
	ASST__LIMIT_LIST_PAGE,
	ASST__LIMIT_MESSAGE,
	ASST__LIMIT_SECRETS,
	ASST__LIMIT_TOKENS,
	ASST__LIMIT_PRINCIPAL_NAME, /* of a user, a team or a key */
	ASST__LIMIT_NOTES,
	ASST__LIMIT_PERMISSIONS,
	ASST__LIMIT_SCOPES,
	ASST__LIMIT_SCOPE,
	ASST__LIMIT_ROUTE_DEPTH,       /* steps from a dispatcher to where it leads at last */
	ASST__LIMIT_ROUTED_ASSISTANTS, /* on all ways together */
	ASST__LIMIT_COUNT
};

/* The limits in force; -1: none. */
struct asst__limits {
	int64_t soft[ASST__LIMIT_COUNT];
	int64_t cap[ASST__LIMIT_COUNT];
};

/* set: "prose" (also NULL), "openapi", "agents". ASST_EINVAL for others. */
int asst__limits_init(struct asst__limits *limits, const char *set, asst_error *err);
/* Change one by its name. ASST_EINVAL: no such limit, or a cap raised. */
int asst__limits_set(struct asst__limits *limits, const char *name, int64_t value, asst_error *err);
const char *asst__limit_name(int id);
void asst__limits_for_json(const struct asst__limits *limits, struct asst__json_limits *json);
/*
 * For a list of places in documents, with their values: no list of changes from one document
 * to another, and no list of decisions, is ever larger.
 */
void asst__limits_for_places(const struct asst__limits *limits, struct asst__json_limits *json);

#endif
