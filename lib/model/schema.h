/* SPDX-License-Identifier: MIT */
/*
 * Schemas: tables of fields. From one table come the reading and checking of JSON, the
 * limits, defaults and messages, the stored record, its getters and the canonical JSON.
 * The place of a field in its table is its slot in stored records: append only.
 */
#ifndef ASST_MODEL_SCHEMA_H
#define ASST_MODEL_SCHEMA_H

#include "model/limits.h"

enum asst__type {
	ASST__TEXT = 1,  /* a string; limit: code points */
	ASST__UUID,      /* a UUID, kept in lower case */
	ASST__IDENT,     /* an identifier */
	ASST__PRINCIPAL, /* user:, team:, key: or workspace */
	ASST__OWNER,     /* user: or team: */
	ASST__SLUG,      /* [a-z0-9-]{1,64} */
	ASST__CHOICE,    /* one of choices */
	ASST__FLAG,      /* true or false */
	ASST__INT,       /* a whole number from least to most */
	ASST__NUMBER,    /* a number from least to most */
	ASST__TIME,      /* RFC 3339, kept as ms */
	ASST__TEXTS,     /* a list of strings; limit: items; item_limit: code points */
	ASST__UUIDS,     /* a list of UUIDs */
	ASST__LIST,      /* a list of objects of the schema items; limit: their number */
	ASST__OBJECT,    /* any JSON object, kept as canonical text; limit: its bytes */
	ASST__RECORD     /* a whole stored record; never in JSON */
};

#define ASST__REQUIRED 0x01u
#define ASST__NOT_BLANK 0x02u     /* not only white space, also each item */
#define ASST__DEFAULT 0x04u       /* absent means fallback, which is written */
#define ASST__UNIQUE 0x08u        /* no item twice */
#define ASST__EMPTY_ABSENT 0x10u  /* "" means absent */
#define ASST__NOT_EMPTY 0x20u     /* at least one character, also of each item */

struct asst__check;

/* A member of an object that is being checked. */
struct asst__member {
	asst__json *node; /* NULL where absent, or of the wrong type and not behind this field */
	bool mistyped;    /* it is there, but of the wrong type */
	bool faulty;      /* it had a fault of its own; those behind this field are not known yet */
};

struct asst__field {
	const char *name;
	unsigned char type;
	unsigned char flags;
	unsigned char limit;
	unsigned char item_limit;
	const char *const *choices; /* NULL at the end */
	const struct asst__schema *items;
	double least, most;
	double fallback; /* of a flag, number, or choice (its index) */
	/*
	 * What the text names: a kind of things, such as "dataset", or, where it is only known by the
	 * document, kind_field, the field of the same item that says it. Else NULL and 0.
	 */
	const char *refers;
	unsigned char kind_field;
};

struct asst__schema {
	unsigned char id; /* in stored records */
	unsigned char count;
	unsigned char key[2]; /* fields that together must differ between items; 0: none */
	uint32_t always;      /* bits of the fields without which a stored record is damaged */
	const struct asst__field *fields; /* [0] is not used: slot 0 keeps unknown members */
	/* may be NULL: bring an object into its usual form before it is checked */
	bool (*normalize)(asst__json *object);
	/*
	 * may be NULL: rules across fields, called for each field in turn behind its own
	 * check. A part stands for each field.
	 */
	void (*rules)(struct asst__check *check, unsigned field, const struct asst__member *parts);
	/* may be NULL: the code for a member that the table does not know */
	const char *(*unknown)(const char *name);
};

#define ASST__FIELDS_MAX 32

/* The field of this name; 0 when there is none. */
unsigned asst__schema_find(const struct asst__schema *schema, const char *name);

#endif
