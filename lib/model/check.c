/* SPDX-License-Identifier: MIT */
/* Checking a tree against a schema: every fault in one pass, in the order of the fields. */
#include "model/check.h"
#include "base/clock.h"
#include "base/fail.h"
#include "base/number.h"
#include "base/utf8.h"
#include "base/uuid.h"
#include "model/ident.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* The largest whole number that every double below it can be told from (RFC 7493). */
#define MOST_INT 9007199254740991.0

unsigned asst__schema_find(const struct asst__schema *schema, const char *name)
{
	unsigned i;

	for (i = 1; i <= schema->count; i++) {
		/* The first letter tells most of them apart. */
		if (schema->fields[i].name[0] == name[0] && strcmp(schema->fields[i].name, name) == 0)
			return i;
	}
	return 0;
}

void asst__check_begin(struct asst__check *check, const struct asst__limits *limits, uint32_t flags,
		       const struct asst__mem *mem, asst_error *err)
{
	memset(check, 0, sizeof(*check));
	check->limits = limits;
	check->mem = mem;
	check->err = err;
	check->flags = flags;
	check->status = ASST_OK;
	/* As long as the longest document with every byte escaped: never in the way. */
	asst__text_init(&check->pointer, mem, 8 * 1048576);
}

int asst__check_end(struct asst__check *check)
{
	int status = check->status;

	asst__text_free(&check->pointer);
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

size_t asst__check_enter(struct asst__check *check, const char *member)
{
	size_t mark = check->pointer.size;

	asst__pointer_add(&check->pointer, member);
	if (check->pointer.failed)
		check->status = ASST_ENOMEM;
	return mark;
}

size_t asst__check_enter_item(struct asst__check *check, size_t index)
{
	size_t mark = check->pointer.size;

	asst__pointer_add_index(&check->pointer, index);
	if (check->pointer.failed)
		check->status = ASST_ENOMEM;
	return mark;
}

void asst__check_leave(struct asst__check *check, size_t mark)
{
	check->pointer.size = mark;
	if (check->pointer.data)
		check->pointer.data[mark] = '\0';
}

static void report(struct asst__check *check, const char *member, const char *code, const char *format,
		   va_list args)
{
	char message[512];
	size_t mark = check->pointer.size;

	if (check->status == ASST_ENOMEM)
		return;
	if (member)
		mark = asst__check_enter(check, member);
	vsnprintf(message, sizeof(message), format, args);
	asst__error_add_issue(check->err, code, check->pointer.data ? check->pointer.data : "",
			      message);
	check->faults++;
	if (check->status != ASST_ENOMEM)
		check->status = strcmp(code, "limit") == 0 || check->status == ASST_ELIMIT ?
					ASST_ELIMIT : ASST_EVALIDATION;
	if (member)
		asst__check_leave(check, mark);
}

void asst__fault(struct asst__check *check, const char *member, const char *code, const char *format,
		 ...)
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

/* Whether an amount keeps to a limit (a fault of the document) and its cap (ASST_ELIMIT). */
static bool within(struct asst__check *check, unsigned limit, size_t amount, const char *unit)
{
	int64_t soft = check->limits->soft[limit], cap = check->limits->cap[limit];

	if (soft >= 0 && !(check->flags & ASST__CHECK_INCOMPLETE)) {
		if (amount <= (size_t)soft)
			return true;
		asst__fault(check, NULL, "too_long", "must have at most %lld %s, but has %zu",
			    (long long)soft, unit, amount);
		return false;
	}
	if (cap < 0 || amount <= (size_t)cap)
		return true;
	asst__fault(check, NULL, "limit", "%s is limited to %lld %s, but there are %zu",
		    asst__limit_name((int)limit), (long long)cap, unit, amount);
	return false;
}

static const char *type_words(unsigned type)
{
	switch (type) {
	case ASST__FLAG:
		return "true or false";
	case ASST__INT:
		return "a whole number";
	case ASST__NUMBER:
		return "a number";
	case ASST__TEXTS:
	case ASST__UUIDS:
		return "a list of strings";
	case ASST__LIST:
		return "a list of objects";
	case ASST__OBJECT:
		return "an object";
	default:
		return "a string";
	}
}

static int type_kind(unsigned type)
{
	switch (type) {
	case ASST__FLAG:
		return ASST__JSON_BOOL;
	case ASST__INT:
	case ASST__NUMBER:
		return ASST__JSON_NUMBER;
	case ASST__TEXTS:
	case ASST__UUIDS:
	case ASST__LIST:
		return ASST__JSON_ARRAY;
	case ASST__OBJECT:
		return ASST__JSON_OBJECT;
	default:
		return ASST__JSON_STRING;
	}
}

static bool check_text(struct asst__check *check, unsigned flags, unsigned limit, const char *text)
{
	size_t size = strlen(text), count;

	/* Bytes bound characters: most texts need no counting. */
	count = limit ? asst__utf8_count(text, size) : 0;
	if ((flags & (ASST__NOT_EMPTY | ASST__NOT_BLANK)) && size == 0) {
		asst__fault_incomplete(check, NULL, "blank", "must not be empty");
		return false;
	}
	if ((flags & ASST__NOT_BLANK) && asst__utf8_blank(text, size)) {
		asst__fault_incomplete(check, NULL, "blank", "must not be only white space");
		return false;
	}
	return !limit || within(check, limit, count, "characters");
}

static bool check_uuid(struct asst__check *check, const char *text)
{
	char normal[ASST__UUID_TEXT + 1];

	if (asst__uuid_normalize(normal, text, strlen(text)))
		return true;
	asst__fault(check, NULL, "uuid",
		    "must be a UUID, 8-4-4-4-12 hexadecimal digits and not all zero");
	return false;
}

static bool check_choice(struct asst__check *check, const struct asst__field *field, const char *text)
{
	char list[256] = "";
	size_t used = 0;
	unsigned i;

	for (i = 0; field->choices[i]; i++) {
		if (strcmp(field->choices[i], text) == 0)
			return true;
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", i ? ", " : "",
					 field->choices[i]);
	}
	asst__fault(check, NULL, "choice", "must be one of %s", list);
	return false;
}

static bool check_number(struct asst__check *check, const struct asst__field *field,
			 const asst__json *node)
{
	const char *text = asst__json_text(node);
	char least[ASST__NUMBER_MAX], most[ASST__NUMBER_MAX];
	double value;

	if (asst__number_parse(&value, text, strlen(text)) != 0) {
		asst__fault(check, NULL, "range", "must be a number that a double can hold");
		return false;
	}
	if (field->type == ASST__INT && (value < -MOST_INT || value > MOST_INT)) {
		asst__fault(check, NULL, "range", "must be a whole number of at most 2^53 - 1");
		return false;
	}
	if (field->type == ASST__INT && value != (double)(int64_t)value) {
		asst__fault(check, NULL, "type", "must be a whole number");
		return false;
	}
	if (value >= field->least && value <= field->most)
		return true;
	asst__number_print(least, field->least);
	asst__number_print(most, field->most);
	if (field->most >= MOST_INT)
		asst__fault_incomplete(check, NULL, "range", "must be %s or more", least);
	else
		asst__fault_incomplete(check, NULL, "range", "must be %s to %s", least, most);
	return (check->flags & ASST__CHECK_INCOMPLETE) != 0;
}

static bool check_time(struct asst__check *check, const char *text)
{
	int64_t ms;

	if (asst__time_parse(&ms, text, strlen(text)) == 0)
		return true;
	asst__fault(check, NULL, "time", "must be a date and time as in RFC 3339, such as 2026-01-31T12:00:00Z");
	return false;
}

static bool check_pattern(struct asst__check *check, unsigned type, const char *text)
{
	size_t size = strlen(text);

	if (type == ASST__IDENT && !asst__ident_valid(text, size)) {
		asst__fault(check, NULL, "identifier", "must be 1 to 128 of A-Z a-z 0-9 . _ @ + -");
		return false;
	}
	if (type == ASST__PRINCIPAL && !asst__principal_valid(text, size)) {
		asst__fault(check, NULL, "principal",
			    "must be user:ID, team:ID, key:ID or workspace");
		return false;
	}
	if (type == ASST__OWNER && !asst__owner_valid(text, size)) {
		asst__fault(check, NULL, "principal", "must be user:ID or team:ID");
		return false;
	}
	if (type == ASST__SLUG && !asst__slug_valid(text, size)) {
		asst__fault(check, NULL, "pattern", "must be 1 to 64 of a-z 0-9 -");
		return false;
	}
	return true;
}

static bool same_item(unsigned type, const asst__json *a, const asst__json *b)
{
	if (asst__json_kind(a) != ASST__JSON_STRING || asst__json_kind(b) != ASST__JSON_STRING)
		return false;
	if (type == ASST__UUIDS || type == ASST__UUID)
		return strcasecmp(asst__json_text(a), asst__json_text(b)) == 0;
	return strcmp(asst__json_text(a), asst__json_text(b)) == 0;
}

static bool repeats(unsigned type, asst__json *list, const asst__json *item)
{
	asst__json *earlier = asst__json_first(list);

	while (earlier != item && !same_item(type, earlier, item))
		earlier = asst__json_next(earlier);
	return earlier != item;
}

static void check_strings(struct asst__check *check, const struct asst__field *field, asst__json *list)
{
	asst__json *item;
	size_t i = 0, mark;
	bool fits;

	for (item = asst__json_first(list); item; item = asst__json_next(item), i++) {
		mark = asst__check_enter_item(check, i);
		fits = asst__json_kind(item) == ASST__JSON_STRING;
		if (!fits)
			asst__fault(check, NULL, "type", "must be a string");
		else if (field->type == ASST__UUIDS)
			fits = check_uuid(check, asst__json_text(item));
		else
			fits = check_text(check, 0, field->item_limit, asst__json_text(item));
		if (fits && (field->flags & ASST__UNIQUE) && repeats(field->type, list, item))
			asst__fault_incomplete(check, NULL, "duplicate", "must differ from the items before it");
		asst__check_leave(check, mark);
	}
}

/* Items are told apart by the schema's key; one that lacks it equals no other. */
static bool repeats_key(const struct asst__schema *schema, asst__json *list, asst__json *item)
{
	asst__json *earlier;
	unsigned k;

	for (earlier = asst__json_first(list); earlier != item; earlier = asst__json_next(earlier)) {
		for (k = 0; k < 2 && schema->key[k]; k++) {
			const struct asst__field *field = &schema->fields[schema->key[k]];

			if (!same_item(field->type, asst__json_member(earlier, field->name),
				       asst__json_member(item, field->name)))
				break;
		}
		if (k == 2 || !schema->key[k])
			return true;
	}
	return false;
}

static void check_objects(struct asst__check *check, const struct asst__field *field, asst__json *list)
{
	const struct asst__schema *schema = field->items;
	asst__json *item;
	size_t i = 0, mark;

	for (item = asst__json_first(list); item; item = asst__json_next(item), i++) {
		mark = asst__check_enter_item(check, i);
		if (asst__json_kind(item) != ASST__JSON_OBJECT) {
			asst__fault(check, NULL, "type", "must be an object");
		} else {
			asst__check_object(check, schema, item);
			if (schema->key[0] && repeats_key(schema, list, item))
				asst__fault_incomplete(check, schema->fields[schema->key[0]].name,
						       "duplicate", "must differ from the items before it");
		}
		asst__check_leave(check, mark);
	}
}

static void check_opaque(struct asst__check *check, const struct asst__field *field, asst__json *node)
{
	struct asst__text text;

	asst__text_init(&text, check->mem, SIZE_MAX / 2);
	asst__json_write(&text, node, check->mem);
	if (text.failed)
		check->status = ASST_ENOMEM;
	else
		within(check, field->limit, text.size, "bytes");
	asst__text_free(&text);
}

/* Whether the value of a field is sound enough for rules to look at it. */
static bool check_field(struct asst__check *check, const struct asst__field *field, asst__json *node)
{
	size_t before = check->faults;

	if (asst__json_kind(node) != type_kind(field->type)) {
		asst__fault(check, NULL, "type", "must be %s", type_words(field->type));
		return false;
	}
	switch (field->type) {
	case ASST__TEXT:
		check_text(check, field->flags, field->limit, asst__json_text(node));
		break;
	case ASST__UUID:
		check_uuid(check, asst__json_text(node));
		break;
	case ASST__CHOICE:
		check_choice(check, field, asst__json_text(node));
		break;
	case ASST__INT:
	case ASST__NUMBER:
		check_number(check, field, node);
		break;
	case ASST__TIME:
		check_time(check, asst__json_text(node));
		break;
	case ASST__TEXTS:
	case ASST__UUIDS:
		if (within(check, field->limit, asst__json_count(node), "items"))
			check_strings(check, field, node);
		break;
	case ASST__LIST:
		if (within(check, field->limit, asst__json_count(node), "items"))
			check_objects(check, field, node);
		break;
	case ASST__OBJECT:
		check_opaque(check, field, node);
		break;
	case ASST__FLAG:
		break;
	default:
		check_pattern(check, field->type, asst__json_text(node));
		break;
	}
	return check->faults == before;
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
		else if (!(check->flags & ASST__CHECK_KEEP_UNKNOWN))
			asst__fault(check, asst__json_name(member), "unknown_field",
				    "is not one of the fields that are allowed here");
	}
}

static size_t count_nodes(const asst__json *tree)
{
	const asst__json *node;
	size_t count = 1;

	/* As deep as a document may be nested. */
	for (node = asst__json_first(tree); node; node = asst__json_next(node))
		count += count_nodes(node);
	return count;
}

void asst__check_nodes(struct asst__check *check, const asst__json *tree)
{
	within(check, ASST__LIMIT_NODES, count_nodes(tree), "values");
}

void asst__check_unknown_nulls(struct asst__check *check, const struct asst__schema *schema,
			       const asst__json *patch)
{
	const asst__json *member;

	if (check->flags & ASST__CHECK_KEEP_UNKNOWN)
		return;
	for (member = asst__json_first(patch); member; member = asst__json_next(member)) {
		if (asst__json_kind(member) == ASST__JSON_NULL &&
		    !asst__schema_find(schema, asst__json_name(member)))
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
	size_t mark, known = 0, members = 0;
	unsigned i;

	if (schema->normalize && !schema->normalize(object))
		check->status = ASST_ENOMEM;
	for (member = asst__json_first(object); member; member = asst__json_next(member), members++) {
		i = asst__schema_find(schema, asst__json_name(member));
		if (i && !absent(&schema->fields[i], member))
			parts[i].node = member;
		known += i != 0;
	}
	for (i = 1; i <= schema->count && check->status != ASST_ENOMEM; i++) {
		field = &schema->fields[i];
		mark = asst__check_enter(check, field->name);
		if (!parts[i].node && (field->flags & ASST__REQUIRED))
			asst__fault_incomplete(check, NULL, "required", "is required and must be %s",
					       type_words(field->type));
		parts[i].faulty = parts[i].node && !check_field(check, field, parts[i].node);
		if (parts[i].faulty && asst__json_kind(parts[i].node) != type_kind(field->type)) {
			parts[i].mistyped = true;
			parts[i].node = NULL;
		}
		if (schema->rules)
			schema->rules(check, i, parts);
		asst__check_leave(check, mark);
	}
	if (known != members)
		check_unknown(check, schema, object);
}
