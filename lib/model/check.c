/* SPDX-License-Identifier: MIT */
/* Checking a tree against a schema: every fault in one pass, in the order of the fields. */
#include "model/values.h"
#include "base/fail.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>


unsigned asst__schema_find(const struct asst__schema *schema, const char *name)
{
	unsigned i;

	for (i = 1; i <= schema->count; i++) {
		/* The first letter tells most of them apart. */
		if (schema->fields[i].name[0] == name[0] &&
		    strcmp(schema->fields[i].name, name) == 0)
			return i;
	}
	return 0;
}

void asst__check_begin(struct asst__check *check, const struct asst__limits *limits, uint32_t flags,
		       const struct asst__mem *mem, asst_error *err)
{
	/* The path is left alone: most of it is never used. */
	memset(check, 0, offsetof(struct asst__check, path));
	check->limits = limits;
	check->mem = mem;
	check->err = err;
	check->flags = flags;
	check->status = ASST_OK;
}

int asst__check_end(struct asst__check *check)
{
	int status = check->status;

	asst__check_forget(check);
	if (status == ASST_ENOMEM)
		return asst__fail_nomem(check->err);
	if (status == ASST_OK)
		return ASST_OK;
	if (asst_error_issue_count(check->err) == 0)
		return asst__fail(check->err, status, "%zu faults", check->faults);
	return asst__fail(check->err, status, "%zu fault%s, the first at \"%s\": %s", check->faults,
			  check->faults == 1 ? "" : "s", asst_error_issue_pointer(check->err, 0),
			  asst_error_issue_message(check->err, 0));
}

static void enter(struct asst__check *check, const char *member, size_t item)
{
	/* Nothing is nested deeper than the scanner lets through. */
	if (check->depth < ASST__COUNT(check->path))
		check->path[check->depth] = (struct asst__step){ member, item };
	check->depth++;
}

void asst__check_enter(struct asst__check *check, const char *member)
{
	enter(check, member, 0);
}

void asst__check_enter_item(struct asst__check *check, size_t index)
{
	enter(check, NULL, index);
}

void asst__check_leave(struct asst__check *check)
{
	check->depth--;
}

void asst__check_pointer(const struct asst__check *check, struct asst__text *pointer)
{
	const struct asst__step *step;
	size_t i;

	for (i = 0; i < check->depth && i < ASST__COUNT(check->path); i++) {
		step = &check->path[i];
		if (step->member)
			asst__pointer_add(pointer, step->member);
		else
			asst__pointer_add_index(pointer, step->item);
	}
}

static void report(struct asst__check *check, const char *member, const char *code,
		   const char *format, va_list args)
{
	struct asst__text pointer;
	char message[512];

	if (check->status == ASST_ENOMEM)
		return;
	/* As long as the longest document with every byte escaped: never in the way. */
	asst__text_init(&pointer, check->mem, 8 * 1048576);
	asst__check_pointer(check, &pointer);
	if (member)
		asst__pointer_add(&pointer, member);
	vsnprintf(message, sizeof(message), format, args);
	asst__error_add_issue(check->err, code, pointer.data ? pointer.data : "", message);
	check->faults++;
	if (pointer.failed)
		check->status = ASST_ENOMEM;
	else
		check->status = strcmp(code, "limit") == 0 || check->status == ASST_ELIMIT ?
					ASST_ELIMIT : ASST_EVALIDATION;
	asst__text_free(&pointer);
}

void asst__fault(struct asst__check *check, const char *member, const char *code,
		 const char *format, ...)
{
	va_list args;

	va_start(args, format);
	report(check, member, code, format, args);
	va_end(args);
}

void asst__fault_incomplete(struct asst__check *check, const char *member, const char *code,
			    const char *format, ...)
{
	va_list args;

	if (check->flags & ASST__CHECK_INCOMPLETE)
		return;
	va_start(args, format);
	report(check, member, code, format, args);
	va_end(args);
}

/* null and, where the table says so, "" are the same as leaving a member out. */
static bool absent(const struct asst__field *field, const asst__json *node)
{
	int kind = asst__json_kind(node);

	return !node || kind == ASST__JSON_NULL ||
	       ((field->flags & ASST__EMPTY_ABSENT) && kind == ASST__JSON_STRING &&
		!asst__json_text(node)[0]);
}

static void check_unknown(struct asst__check *check, const struct asst__schema *schema,
			  asst__json *object)
{
	asst__json *member;
	const char *code;

	for (member = asst__json_first(object); member; member = asst__json_next(member)) {
		if (asst__schema_find(schema, asst__json_name(member)))
			continue;
		code = schema->unknown ? schema->unknown(asst__json_name(member)) : NULL;
		if (code)
			asst__fault(check, asst__json_name(member), code,
				    "pre-selected OAuth connections are not supported");
		else if (!(check->flags & ASST__CHECK_KEEP_UNKNOWN) &&
			 !asst__check_is_stored(check, member))
			asst__fault(check, asst__json_name(member), "unknown_field",
				    "is not one of the fields that are allowed here");
	}
}

struct extent {
	size_t nodes, depth;
};

/* As deep as two documents: what is changed may be put into the deepest place of another. */
static void measure(struct extent *extent, const asst__json *node, size_t depth)
{
	int kind = asst__json_kind(node);

	extent->nodes++;
	if (kind == ASST__JSON_ARRAY || kind == ASST__JSON_OBJECT)
		depth++;
	if (depth > extent->depth)
		extent->depth = depth;
	for (node = asst__json_first(node); node; node = asst__json_next(node))
		measure(extent, node, depth);
}

void asst__check_extent(struct asst__check *check, const asst__json *tree)
{
	struct extent extent = { 0, 0 };

	measure(&extent, tree, 0);
	asst__check_within(check, ASST__LIMIT_NODES, extent.nodes, "values");
	asst__check_within(check, ASST__LIMIT_DEPTH, extent.depth, "nested arrays and objects");
}

void asst__check_unknown_nulls(struct asst__check *check, const struct asst__schema *schema,
			       const asst__json *patch)
{
	const asst__json *member;

	if (check->flags & ASST__CHECK_KEEP_UNKNOWN)
		return;
	for (member = asst__json_first(patch); member; member = asst__json_next(member)) {
		if (asst__json_kind(member) == ASST__JSON_NULL &&
		    !asst__schema_find(schema, asst__json_name(member)) &&
		    !asst__check_is_stored(check, member))
			asst__fault(check, asst__json_name(member), "unknown_field",
				    "is not one of the fields that are allowed here");
	}
}

void asst__check_object(struct asst__check *check, const struct asst__schema *schema,
			asst__json *object)
{
	struct asst__member parts[ASST__FIELDS_MAX + 1] = { { NULL, false, false } };
	const struct asst__field *field;
	asst__json *member;
	size_t known = 0, members = 0;
	unsigned i;

	if (schema->normalize && !schema->normalize(object))
		check->status = ASST_ENOMEM;
	for (member = asst__json_first(object); member;
	     member = asst__json_next(member), members++) {
		i = asst__schema_find(schema, asst__json_name(member));
		if (i && !absent(&schema->fields[i], member))
			parts[i].node = member;
		known += i != 0;
	}
	for (i = 1; i <= schema->count && check->status != ASST_ENOMEM; i++) {
		field = &schema->fields[i];
		asst__check_enter(check, field->name);
		if (!parts[i].node && (field->flags & ASST__REQUIRED))
			asst__fault_incomplete(check, NULL, "required",
					       "is required and must be %s",
					       asst__type_words(field->type));
		parts[i].faulty = parts[i].node && !asst__check_value(check, field, parts[i].node);
		if (parts[i].faulty && asst__json_kind(parts[i].node) != asst__type_kind(field->type)) {
			parts[i].mistyped = true;
			parts[i].node = NULL;
		}
		if (schema->rules)
			schema->rules(check, i, parts);
		asst__check_leave(check);
	}
	if (known != members)
		check_unknown(check, schema, object);
}
