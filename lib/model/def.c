/* SPDX-License-Identifier: MIT */
/* Definitions: making, changing and writing them; readers.c has the getters. */
#include "model/def.h"
#include "base/fail.h"
#include "base/number.h"
#include "base/utf8.h"
#include "model/check.h"

#include <math.h>
#include <string.h>

int asst__scan_object(asst__json **tree, const char *json, size_t size,
		      const struct asst__limits *limits, const struct asst__mem *mem,
		      asst_error *err)
{
	struct asst__json_limits scan_limits;
	int status;

	asst__limits_for_json(limits, &scan_limits);
	status = asst__json_scan(tree, json, size, &scan_limits, mem, err);
	if (status != ASST_OK || asst__json_kind(*tree) == ASST__JSON_OBJECT)
		return status;
	asst__json_free(*tree);
	*tree = NULL;
	asst__error_add_issue(err, "type", "", "must be an object");
	return asst__fail(err, ASST_EVALIDATION, "the document must be an object");
}

int asst__def_open(struct asst_def *def, const struct asst__mem *mem, asst_buf *buf,
		   struct asst__string bytes, asst_error *err)
{
	int status = asst__view_open(&def->view, &asst__def_schema, bytes.text, bytes.size, err);

	def->mem = *mem;
	def->bytes = bytes;
	def->keep_unknown = false;
	def->buf = status == ASST_OK ? asst_buf_ref(buf) : NULL;
	return status;
}

void asst__def_dispose(struct asst_def *def)
{
	asst_buf_free(def->buf);
	def->buf = NULL;
}

int asst__def_record(asst_buf **record, asst__json *tree, const asst__json *patch,
		     const struct asst__view *stored, const struct asst__view *other,
		     const struct asst__limits *limits, uint32_t flags, const struct asst__mem *mem,
		     asst_error *err)
{
	struct asst__check check;
	int status;

	*record = NULL;
	asst__check_begin(&check, limits, flags, mem, err);
	asst__check_against(&check, tree, stored, other);
	asst__check_extent(&check, tree);
	asst__check_object(&check, &asst__def_schema, tree);
	if (patch)
		asst__check_unknown_nulls(&check, &asst__def_schema, patch);
	status = asst__check_end(&check);
	if (status != ASST_OK)
		return status;
	return asst__record_from_tree(record, &asst__def_schema, tree, mem, err);
}

static int write_json(asst_buf **out, const struct asst__view *view, const struct asst__mem *mem,
		      asst_error *err)
{
	struct asst__text text;

	asst__text_init(&text, mem, SIZE_MAX / 2);
	asst__view_write(&text, &asst__def_schema, view);
	return asst__text_to_buf(out, &text, err);
}

/* What was stored must always be read again: no limits but those of memory. */
static const struct asst__json_limits stored_limits = { SIZE_MAX / 2, ASST__JSON_DEPTH,
							SIZE_MAX / 2, SIZE_MAX / 2,
							SIZE_MAX / 2, 128 };

int asst__scan_stored(asst__json **tree, const char *json, size_t size, const struct asst__mem *mem,
		      asst_error *err)
{
	return asst__json_scan(tree, json, size, &stored_limits, mem, err);
}

int asst__def_tree(asst__json **tree, const struct asst__view *view, const struct asst__mem *mem,
		   asst_error *err)
{
	asst_buf *json;
	int status = write_json(&json, view, mem, err);

	*tree = NULL;
	if (status == ASST_OK)
		status =
			asst__scan_stored(tree, asst_buf_data(json), asst_buf_size(json), mem, err);
	asst_buf_free(json);
	return status;
}

/* Public values take their memory from malloc and the default limits. */

static void default_limits(struct asst__limits *limits)
{
	asst__limits_init(limits, NULL, NULL);
}

static int def_from_record(asst_def **def, asst_buf *record, asst_error *err)
{
	struct asst__string bytes = { asst_buf_data(record), asst_buf_size(record) };
	asst_def *made = asst__alloc_zeroed(&asst__mem_libc, sizeof(*made));
	int status;

	if (!made)
		return asst__fail_nomem(err);
	status = asst__def_open(made, &asst__mem_libc, record, bytes, err);
	if (status == ASST_OK)
		*def = made;
	else
		asst_def_free(made);
	return status;
}

int asst_def_from_json(asst_def **def, const char *json, size_t size, uint32_t flags,
		       asst_error *err)
{
	struct asst__limits limits;
	asst_buf *record = NULL;
	asst__json *tree;
	int status;

	asst__error_clear(err);
	if (def)
		*def = NULL;
	if (!def || !json || (flags & ~ASST_DEF_INCOMPLETE))
		return asst__fail(err, ASST_EINVAL,
				  "needs a place to go, a document, and known flags");
	default_limits(&limits);
	status = asst__scan_object(&tree, json, size, &limits, &asst__mem_libc, err);
	if (status != ASST_OK)
		return status;
	status = asst__def_record(&record, tree, NULL, NULL, NULL, &limits,
				  flags & ASST_DEF_INCOMPLETE ? ASST__CHECK_INCOMPLETE : 0,
				  &asst__mem_libc, err);
	if (status == ASST_OK)
		status = def_from_record(def, record, err);
	asst_buf_free(record);
	asst__json_free(tree);
	return status;
}

int asst_def_new(asst_def **def, asst_error *err)
{
	return asst_def_from_json(def, "{}", 2, ASST_DEF_INCOMPLETE, err);
}

int asst_def_copy(asst_def **copy, const asst_def *def, asst_error *err)
{
	asst_buf *record;
	int status;

	asst__error_clear(err);
	if (copy)
		*copy = NULL;
	if (!copy || !def)
		return asst__fail(err, ASST_EINVAL, "needs a place to go and a definition");
	record = asst__buf_copy(&asst__mem_libc, def->bytes.text, def->bytes.size);
	if (!record)
		return asst__fail_nomem(err);
	status = def_from_record(copy, record, err);
	if (status == ASST_OK)
		(*copy)->keep_unknown = def->keep_unknown;
	asst_buf_free(record);
	return status;
}

void asst_def_free(asst_def *def)
{
	if (!def)
		return;
	asst__def_dispose(def);
	asst__free(&asst__mem_libc, def, sizeof(*def));
}

int asst_def_to_json(asst_buf **out, const asst_def *def, asst_error *err)
{
	asst__error_clear(err);
	if (out)
		*out = NULL;
	if (!out || !def)
		return asst__fail(err, ASST_EINVAL, "needs a place to go and a definition");
	return write_json(out, &def->view, &def->mem, err);
}

int asst_def_validate(const asst_def *def, const char *set, asst_error *err)
{
	struct asst__limits limits;
	struct asst__check check;
	asst__json *tree;
	int status;

	asst__error_clear(err);
	if (!def)
		return asst__fail(err, ASST_EINVAL, "needs a definition");
	status = asst__limits_init(&limits, set, err);
	if (status == ASST_OK)
		status = asst__def_tree(&tree, &def->view, &def->mem, err);
	if (status != ASST_OK)
		return status;
	asst__check_begin(&check, &limits, def->keep_unknown ? ASST__CHECK_KEEP_UNKNOWN : 0,
			  &def->mem, err);
	asst__check_against(&check, tree, &def->view, NULL);
	asst__check_object(&check, &asst__def_schema, tree);
	status = asst__check_end(&check);
	asst__json_free(tree);
	return status;
}

int asst__def_replace(asst_def *def, asst__json *tree, const asst__json *patch, asst_error *err)
{
	uint32_t flags =
		ASST__CHECK_INCOMPLETE | (def->keep_unknown ? ASST__CHECK_KEEP_UNKNOWN : 0);
	struct asst__limits limits;
	struct asst_def changed;
	asst_buf *record;
	int status;

	default_limits(&limits);
	status = asst__def_record(&record, tree, patch, &def->view, NULL, &limits, flags,
				  &def->mem, err);
	if (status != ASST_OK)
		return status;
	status = asst__def_open(
		&changed, &def->mem, record,
		(struct asst__string){ asst_buf_data(record), asst_buf_size(record) }, err);
	if (status == ASST_OK) {
		changed.keep_unknown = def->keep_unknown;
		asst__def_dispose(def);
		*def = changed;
	}
	asst_buf_free(record);
	return status;
}

int asst_def_patch_json(asst_def *def, const char *json, size_t size, asst_error *err)
{
	struct asst__limits limits;
	asst__json *tree = NULL, *patch;
	int status;

	asst__error_clear(err);
	if (!def || !json)
		return asst__fail(err, ASST_EINVAL, "needs a definition and a document");
	default_limits(&limits);
	status = asst__scan_object(&patch, json, size, &limits, &def->mem, err);
	if (status != ASST_OK)
		return status;
	status = asst__def_tree(&tree, &def->view, &def->mem, err);
	if (status == ASST_OK)
		status = asst__json_merge(&tree, patch, err);
	if (status == ASST_OK)
		status = asst__def_replace(def, tree, patch, err);
	asst__json_free(tree);
	asst__json_free(patch);
	return status;
}

/* Set a field to a node, which is consumed; NULL means that there was no memory for it. */
static int set_node(asst_def *def, const char *field, asst__json *node, asst_error *err)
{
	asst__json *tree;
	int status;

	if (!node)
		return asst__fail_nomem(err);
	status = asst__def_tree(&tree, &def->view, &def->mem, err);
	if (status != ASST_OK) {
		asst__json_free(node);
		return status;
	}
	if (asst__json_set(tree, field, node))
		status = asst__def_replace(def, tree, NULL, err);
	else
		status = asst__fail_nomem(err);
	asst__json_free(tree);
	return status;
}

static int check_setter(const asst_def *def, const char *field, asst_error *err)
{
	asst__error_clear(err);
	if (!def || !field)
		return asst__fail(err, ASST_EINVAL, "needs a definition and the name of a field");
	if (!asst__schema_find(&asst__def_schema, field))
		return asst__fail(err, ASST_EINVAL, "no field of a definition has this name");
	return ASST_OK;
}

int asst_def_set_text(asst_def *def, const char *field, const char *text, size_t size,
		      asst_error *err)
{
	int status = check_setter(def, field, err);
	char *copy;

	if (status != ASST_OK)
		return status;
	if (!text)
		return asst__fail(err, ASST_EINVAL, "needs a text");
	if (size == ASST_NUL)
		size = strlen(text);
	if (asst__utf8_valid(text, size) != size || memchr(text, '\0', size)) {
		asst__error_set_offset(err, asst__utf8_valid(text, size));
		return asst__fail(err, ASST_EVALIDATION, "the text must be UTF-8 without NUL");
	}
	copy = asst__copy_text(&def->mem, text, size);
	if (!copy)
		return asst__fail_nomem(err);
	status = set_node(def, field, asst__json_new_string(copy), err);
	asst__free_text(&def->mem, copy);
	return status;
}

int asst_def_set_number(asst_def *def, const char *field, double value, asst_error *err)
{
	int status = check_setter(def, field, err);
	char text[ASST__NUMBER_MAX];

	if (status != ASST_OK)
		return status;
	if (!isfinite(value))
		return asst__fail(err, ASST_EVALIDATION, "the number must be finite");
	asst__number_print(text, value);
	return set_node(def, field, asst__json_new_number(text), err);
}

int asst_def_set_bool(asst_def *def, const char *field, int value, asst_error *err)
{
	int status = check_setter(def, field, err);

	if (status != ASST_OK)
		return status;
	if (value != 0 && value != 1)
		return asst__fail(err, ASST_EINVAL, "a flag is 0 or 1");
	return set_node(def, field, asst__json_new_bool(value), err);
}

int asst_def_set_json(asst_def *def, const char *field, const char *json, size_t size,
		      asst_error *err)
{
	struct asst__json_limits limits = asst__json_default_limits;
	int status = check_setter(def, field, err);
	asst__json *node;

	if (status != ASST_OK)
		return status;
	if (!json)
		return asst__fail(err, ASST_EINVAL, "needs a document");
	limits.depth--; /* it goes into an object */
	status = asst__json_scan(&node, json, size, &limits, &def->mem, err);
	return status == ASST_OK ? set_node(def, field, node, err) : status;
}

int asst_def_unset(asst_def *def, const char *field, asst_error *err)
{
	int status = check_setter(def, field, err);

	return status == ASST_OK ? set_node(def, field, asst__json_new_null(), err) : status;
}
