/* SPDX-License-Identifier: MIT */
/* The field table of a definition, and the places of its fields in stored records. */
#ifndef ASST_MODEL_FIELDS_H
#define ASST_MODEL_FIELDS_H

#include "model/schema.h"

enum asst__def_field {
	ASST__DEF_NAME = 1,
	ASST__DEF_DESCRIPTION,
	ASST__DEF_EMOJI,
	ASST__DEF_INSTRUCTION,
	ASST__DEF_INPUT_TYPE,
	ASST__DEF_MODEL,
	ASST__DEF_CREATIVITY,
	ASST__DEF_STARTERS,
	ASST__DEF_ACTIONS,
	ASST__DEF_INPUT_FIELDS,
	ASST__DEF_ATTACHMENTS,
	ASST__DEF_WEB_SEARCH,
	ASST__DEF_IMAGE_GENERATION,
	ASST__DEF_DATA_ANALYST,
	ASST__DEF_CANVAS,
	ASST__DEF_EXTENDED_THINKING,
	ASST__DEF_WELCOME,
	ASST__DEF_TYPE,
	ASST__DEF_ROUTES,
	ASST__DEF_FALLBACK,
	ASST__DEF_SKILLS,
	ASST__DEF_DATASETS,
	ASST__DEF_REFERENCES,
	ASST__DEF_DATA,
	ASST__DEF_COUNT = ASST__DEF_DATA
};

#define ASST__DEF_SCHEMA 1

/* The kind of the things that the library itself keeps; all others are the catalog's to know. */
#define ASST__REFERS_ASSISTANT "assistant"

extern const struct asst__schema asst__def_schema;

/* Choices, in the order of their tables. */
enum { ASST__INPUT_PROMPT, ASST__INPUT_STRUCTURED };
enum { ASST__KIND_CUSTOM, ASST__KIND_DISPATCHER };

/* Members of a skill that its data's rules need, and those rules (skills.c). */
void asst__skill_rules(struct asst__check *check, unsigned field,
		       const struct asst__member *parts);

enum asst__route_field { ASST__ROUTE_ASSISTANT_ID = 1, ASST__ROUTE_WHEN };

enum asst__skill_field {
	ASST__SKILL_ID = 1,
	ASST__SKILL_TYPE,
	ASST__SKILL_NAME,
	ASST__SKILL_DESCRIPTION,
	ASST__SKILL_ENABLED,
	ASST__SKILL_DATA,
	ASST__SKILL_DATASET_ID,
	ASST__SKILL_DATASOURCE_ID,
	ASST__SKILL_REPORT_ID,
	ASST__SKILL_QUERY_ID,
	ASST__SKILL_TEMPLATE_ID,
	ASST__SKILL_INTEGRATION_ID
};

#endif
