/* SPDX-License-Identifier: MIT */
/*
 * Stored records: decoded values found through tables of offsets, so that reading one
 * field is arithmetic and nothing is parsed. The canonical JSON is a function of the
 * record. Little endian on every machine; libassistant_internals(7) has the layout.
 *
 * A record is 4 bytes (mark, format, schema, 0) and an object. An object is a count n and
 * n + 1 slots of 32 bits. A slot is 0 for an absent field, the value itself plus 1 for a
 * flag or choice, else the offset of the value from the record's begin: text (32-bit length,
 * bytes, NUL), 64-bit number, list (32-bit count, one offset an item), object. Slot 0
 * holds members that the table does not know, as JSON text.
 */
#ifndef ASST_MODEL_RECORD_H
#define ASST_MODEL_RECORD_H

#include "base/buf.h"
#include "model/schema.h"

struct asst__string {
	const char *text; /* NUL-terminated; NULL where absent */
	size_t size;
};

/* Equal bytes; absent equals absent alone. */
bool asst__same(struct asst__string a, struct asst__string b);

#define ASST__STRING(s) ((struct asst__string){ (s), strlen(s) })

/* An object inside a record; base NULL reads as an object without fields. */
struct asst__view {
	const char *base;
	uint32_t size;
	uint32_t at;
};

/* The root object. ASST_ECORRUPT, ASST_EFORMAT (written by a newer release). */
int asst__view_open(struct asst__view *view, const struct asst__schema *schema, const void *bytes,
		    size_t size, asst_error *err);

bool asst__view_has(const struct asst__view *view, unsigned field);
struct asst__string asst__view_text(const struct asst__view *view, unsigned field);
unsigned asst__view_choice(const struct asst__view *view, unsigned field, unsigned fallback);
bool asst__view_flag(const struct asst__view *view, unsigned field, bool fallback);
int64_t asst__view_int(const struct asst__view *view, unsigned field, int64_t fallback);
double asst__view_number(const struct asst__view *view, unsigned field, double fallback);
size_t asst__view_count(const struct asst__view *view, unsigned field);
struct asst__string asst__view_text_at(const struct asst__view *view, unsigned field, size_t i);
struct asst__view asst__view_item(const struct asst__view *view, unsigned field, size_t i);

/* Whether a field has the same value in both; field 0: the members that the table does not know. */
bool asst__view_same(const struct asst__schema *schema, const struct asst__view *a,
		     const struct asst__view *b, unsigned field);

/* Append the members as canonical JSON, each with a comma before it but for the first of out. */
void asst__view_write_members(struct asst__text *out, const struct asst__schema *schema,
			      const struct asst__view *view);
void asst__view_write(struct asst__text *out, const struct asst__schema *schema,
		      const struct asst__view *view);

/*
 * Writing: begin, then for each object its fields in any order. `object` is what begin or
 * asst__record_item() returned. Failure sticks in text.failed.
 */
struct asst__record {
	struct asst__text text;
	bool is_def;
};

/* texts: how many bytes its long texts take, where that is known: room for them is made at once. */
uint32_t asst__record_begin(struct asst__record *record, const struct asst__schema *schema,
			    size_t texts, const struct asst__mem *mem);
/* The same with room for the first so many fields alone: those behind them are absent. */
uint32_t asst__record_begin_short(struct asst__record *record, const struct asst__schema *schema,
				  unsigned fields, size_t texts, const struct asst__mem *mem);
void asst__record_text(struct asst__record *record, uint32_t object, unsigned field,
		       struct asst__string value); /* absent where value.text is NULL */
void asst__record_int(struct asst__record *record, uint32_t object, unsigned field, int64_t value);
void asst__record_number(struct asst__record *record, uint32_t object, unsigned field,
			 double value);
void asst__record_inline(struct asst__record *record, uint32_t object, unsigned field,
			 unsigned value); /* flag or choice */
uint32_t asst__record_list(struct asst__record *record, uint32_t object, unsigned field,
			   size_t count);
void asst__record_text_at(struct asst__record *record, uint32_t list, size_t i,
			  struct asst__string value);
uint32_t asst__record_item(struct asst__record *record, uint32_t list, size_t i,
			   const struct asst__schema *schema);
int asst__record_end(asst_buf **out, struct asst__record *record, asst_error *err);

/* A checked tree as a record. */
int asst__record_from_tree(asst_buf **out, const struct asst__schema *schema, asst__json *tree,
			   const struct asst__mem *mem, asst_error *err);

/* Copy the fields of a record without lists of objects, but for those whose bits are set. */
void asst__record_copy(struct asst__record *record, uint32_t object,
		       const struct asst__schema *schema, const struct asst__view *view,
		       uint64_t except);
/* Such a record with one number changed. */
int asst__record_with_int(asst_buf **out, const struct asst__schema *schema, asst_buf *from,
			  unsigned field, int64_t value, const struct asst__mem *mem);

#endif
