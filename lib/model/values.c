/* SPDX-License-Identifier: MIT */
/* Checking the value of one field: its type, its form, its limits. */
#include "model/values.h"
#include "base/clock.h"
#include "base/number.h"
#include "base/utf8.h"
#include "base/uuid.h"
#include "model/ident.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* The largest whole number that every double below it can be told from (RFC 7493). */
#define MOST_INT 9007199254740991.0

/* The most that a limit lets through without a fault; UINT64_MAX where nothing is too much. */
static uint64_t most_of(const struct asst__check *check, unsigned limit)
{
	int64_t soft = check->limits->soft[limit], cap = check->limits->cap[limit];

	if (soft >= 0 && !(check->flags & ASST__CHECK_INCOMPLETE))
		return (uint64_t)soft;
	return cap < 0 ? UINT64_MAX : (uint64_t)cap;
}

/* Whether an amount keeps to a limit (a fault of the document) and its cap (ASST_ELIMIT). */
bool asst__check_within(struct asst__check *check, unsigned limit, size_t amount, const char *unit)
{
	unsigned long long most = most_of(check, limit);

	if (amount <= most)
		return true;
	if (check->limits->soft[limit] >= 0 && !(check->flags & ASST__CHECK_INCOMPLETE))
		asst__fault(check, NULL, "too_long", "must have at most %llu %s, but has %zu", most,
			    unit, amount);
	else
		asst__fault(check, NULL, "limit", "%s is limited to %llu %s, but there are %zu",
			    asst__limit_name((int)limit), most, unit, amount);
	return false;
}

const char *asst__type_words(unsigned type)
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

int asst__type_kind(unsigned type)
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
	size_t size = strlen(text);

	if ((flags & (ASST__NOT_EMPTY | ASST__NOT_BLANK)) && size == 0) {
		asst__fault_incomplete(check, NULL, "blank", "must not be empty");
		return false;
	}
	if ((flags & ASST__NOT_BLANK) && asst__utf8_blank(text, size)) {
		asst__fault_incomplete(check, NULL, "blank", "must not be only white space");
		return false;
	}
	/* There are no more characters than bytes: most texts need no counting. */
	return !limit || size <= most_of(check, limit) ||
	       asst__check_within(check, limit, asst__utf8_count(text, size), "characters");
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

static bool check_choice(struct asst__check *check, const struct asst__field *field,
			 const char *text)
{
	char list[256] = "";
	size_t used = 0;
	unsigned i;

	for (i = 0; field->choices[i]; i++) {
		if (strcmp(field->choices[i], text) == 0)
			return true;
	}
	for (i = 0; field->choices[i]; i++)
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", i ? ", " : "",
					 field->choices[i]);
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
	asst__fault(check, NULL, "time",
		    "must be a date and time as in RFC 3339, such as 2026-01-31T12:00:00Z");
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

static void check_strings(struct asst__check *check, const struct asst__field *field,
			  asst__json *list)
{
	asst__json *item;
	size_t i = 0;
	bool fits;

	for (item = asst__json_first(list); item; item = asst__json_next(item), i++) {
		asst__check_enter_item(check, i);
		fits = asst__json_kind(item) == ASST__JSON_STRING;
		if (!fits)
			asst__fault(check, NULL, "type", "must be a string");
		else if (field->type == ASST__UUIDS)
			fits = check_uuid(check, asst__json_text(item));
		else
			fits = check_text(check,
					  field->flags & (ASST__NOT_EMPTY | ASST__NOT_BLANK),
					  field->item_limit,
					  asst__json_text(item));
		if (fits && (field->flags & ASST__UNIQUE) && repeats(field->type, list, item))
			asst__fault_incomplete(check, NULL, "duplicate",
					       "must differ from the items before it");
		asst__check_leave(check);
	}
}

/* Items are told apart by the schema's key; one that lacks it equals no other. */
static bool repeats_key(const struct asst__schema *schema, asst__json *list, asst__json *item)
{
	asst__json *earlier;
	unsigned k;

	for (earlier = asst__json_first(list); earlier != item;
	     earlier = asst__json_next(earlier)) {
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

static void check_objects(struct asst__check *check, const struct asst__field *field,
			  asst__json *list)
{
	const struct asst__schema *schema = field->items;
	asst__json *item;
	size_t i = 0;

	for (item = asst__json_first(list); item; item = asst__json_next(item), i++) {
		asst__check_enter_item(check, i);
		if (asst__json_kind(item) != ASST__JSON_OBJECT) {
			asst__fault(check, NULL, "type", "must be an object");
		} else {
			asst__check_object(check, schema, item);
			if (schema->key[0] && repeats_key(schema, list, item))
				asst__fault_incomplete(check, schema->fields[schema->key[0]].name,
						       "duplicate",
						       "must differ from the items before it");
		}
		asst__check_leave(check);
	}
}

static void check_opaque(struct asst__check *check, const struct asst__field *field,
			 asst__json *node)
{
	struct asst__text text;

	asst__text_init(&text, check->mem, SIZE_MAX / 2);
	asst__json_write(&text, node, check->mem);
	if (!text.failed)
		asst__check_within(check, field->limit, text.size, "bytes");
	else if (text.failed != ASST_ELIMIT) /* else too deep, which asst__check_extent() tells */
		check->status = ASST_ENOMEM;
	asst__text_free(&text);
}

/* Whether the value of a field is sound enough for rules to look at it. */
bool asst__check_value(struct asst__check *check, const struct asst__field *field,
			asst__json *node)
{
	size_t before = check->faults;

	if (asst__json_kind(node) != asst__type_kind(field->type)) {
		asst__fault(check, NULL, "type", "must be %s", asst__type_words(field->type));
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
		if (asst__check_within(check, field->limit, asst__json_count(node), "items"))
			check_strings(check, field, node);
		break;
	case ASST__LIST:
		if (asst__check_within(check, field->limit, asst__json_count(node), "items"))
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
