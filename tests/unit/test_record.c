/* SPDX-License-Identifier: MIT */
/* Stored records: every type comes back, damage never leads outside, fields are compared. */
#include "json_tree.h"

#include "base/fail.h"
#include "model/layout.h"
#include "model/record.h"

/* A table with every type, and one of its items. */
enum { ITEM_TEXT = 1, ITEM_INT, ITEM_FLAG, ITEM_TEXTS, ITEM_COUNT = ITEM_TEXTS };

static const struct asst__field item_fields[] = {
	[ITEM_TEXT] = { .name = "text", .type = ASST__TEXT },
	[ITEM_INT] = { .name = "int", .type = ASST__INT },
	[ITEM_FLAG] = { .name = "flag", .type = ASST__FLAG },
	[ITEM_TEXTS] = { .name = "texts", .type = ASST__TEXTS },
};

static const struct asst__schema item_schema = { .count = ITEM_COUNT, .fields = item_fields };

enum {
	TEXT = 1, UUID, IDENT, PRINCIPAL, OWNER, SLUG, CHOICE, FLAG, INT, NUMBER, TIME, TEXTS,
	UUIDS, LIST, OBJECT, RECORD, COUNT = RECORD
};

static const char *const choices[] = { "red", "green", "blue", NULL };

static const struct asst__field fields[] = {
	[TEXT] = { .name = "text", .type = ASST__TEXT },
	[UUID] = { .name = "uuid", .type = ASST__UUID },
	[IDENT] = { .name = "ident", .type = ASST__IDENT },
	[PRINCIPAL] = { .name = "principal", .type = ASST__PRINCIPAL },
	[OWNER] = { .name = "owner", .type = ASST__OWNER },
	[SLUG] = { .name = "slug", .type = ASST__SLUG },
	[CHOICE] = { .name = "choice", .type = ASST__CHOICE, .choices = choices },
	[FLAG] = { .name = "flag", .type = ASST__FLAG },
	[INT] = { .name = "int", .type = ASST__INT },
	[NUMBER] = { .name = "number", .type = ASST__NUMBER },
	[TIME] = { .name = "time", .type = ASST__TIME },
	[TEXTS] = { .name = "texts", .type = ASST__TEXTS },
	[UUIDS] = { .name = "uuids", .type = ASST__UUIDS },
	[LIST] = { .name = "list", .type = ASST__LIST, .items = &item_schema },
	[OBJECT] = { .name = "object", .type = ASST__OBJECT },
	[RECORD] = { .name = "record", .type = ASST__RECORD },
};

static const struct asst__schema schema = { .id = 42, .count = COUNT, .fields = fields };

#define ID "aaaaaaaa-0000-4000-8000-000000000001"

static const char document[] =
	"{\"text\":\"t\xC3\xA9xt\",\"uuid\":\"" ID "\",\"ident\":\"i.d\",\"principal\":\"key:k\","
	"\"owner\":\"team:t\",\"slug\":\"s-1\",\"choice\":\"blue\",\"flag\":true,"
	"\"int\":-9007199254740991,\"number\":1,\"time\":\"2026-01-31T12:34:56.789Z\","
	"\"texts\":[\"\",\"b\"],\"uuids\":[\"" ID "\"],"
	"\"list\":[{\"text\":\"one\",\"int\":0,\"flag\":false,\"texts\":[\"x\",\"y\"]},"
	"{\"flag\":true}],\"object\":{\"a\":1.0,\"b\":[null]},\"unknown\":1E5}";

static asst_buf *record_of(const char *json)
{
	asst__json *tree = tree_of(json);
	asst_buf *record;

	assert_int_equal(asst__record_from_tree(&record, &schema, tree, &asst__mem_libc, NULL),
			 ASST_OK);
	asst__json_free(tree);
	return record;
}

static struct asst__view view_of(const asst_buf *record)
{
	struct asst__view view;

	assert_int_equal(asst__view_open(&view, &schema, asst_buf_data(record),
					 asst_buf_size(record), NULL), ASST_OK);
	return view;
}

static void expect(struct asst__string text, const char *wanted)
{
	assert_non_null(text.text);
	assert_string_equal(text.text, wanted);
	assert_int_equal(text.size, strlen(wanted));
}

static void every_type_comes_back(void **state)
{
	asst_buf *record = record_of(document);
	struct asst__view view = view_of(record), item;

	(void)state;
	expect(asst__view_text(&view, TEXT), "t\xC3\xA9xt");
	expect(asst__view_text(&view, UUID), ID);
	expect(asst__view_text(&view, IDENT), "i.d");
	expect(asst__view_text(&view, PRINCIPAL), "key:k");
	expect(asst__view_text(&view, OWNER), "team:t");
	expect(asst__view_text(&view, SLUG), "s-1");
	assert_int_equal(asst__view_choice(&view, CHOICE, 0), 2);
	assert_true(asst__view_flag(&view, FLAG, false));
	assert_int_equal(asst__view_int(&view, INT, 0), INT64_C(-9007199254740991));
	assert_true(asst__view_number(&view, NUMBER, 0) == 1);
	assert_int_equal(asst__view_int(&view, TIME, 0), INT64_C(1769862896789));
	assert_int_equal(asst__view_count(&view, TEXTS), 2);
	expect(asst__view_text_at(&view, TEXTS, 0), "");
	expect(asst__view_text_at(&view, TEXTS, 1), "b");
	assert_null(asst__view_text_at(&view, TEXTS, 2).text);
	expect(asst__view_text_at(&view, UUIDS, 0), ID);
	expect(asst__view_text(&view, OBJECT), "{\"a\":1.0,\"b\":[null]}");
	expect(asst__view_text(&view, 0), "{\"unknown\":1E5}");
	assert_int_equal(asst__view_count(&view, LIST), 2);
	item = asst__view_item(&view, LIST, 0);
	expect(asst__view_text(&item, ITEM_TEXT), "one");
	assert_true(asst__view_has(&item, ITEM_INT));
	assert_false(asst__view_flag(&item, ITEM_FLAG, true));
	expect(asst__view_text_at(&item, ITEM_TEXTS, 1), "y");
	item = asst__view_item(&view, LIST, 1);
	assert_false(asst__view_has(&item, ITEM_INT));
	assert_true(asst__view_flag(&item, ITEM_FLAG, false));
	item = asst__view_item(&view, LIST, 2);
	assert_null(item.base);
	assert_false(asst__view_has(&view, RECORD));
	asst_buf_free(record);
}

static void its_json_is_the_document(void **state)
{
	asst_buf *record = record_of(document);
	struct asst__view view = view_of(record);
	struct asst__text out;

	(void)state;
	asst__text_init(&out, &asst__mem_libc, 1 << 20);
	asst__view_write(&out, &schema, &view);
	assert_int_equal(out.failed, ASST_OK);
	assert_string_equal(out.data, document);
	asst__text_free(&out);
	asst_buf_free(record);
}

static void what_is_absent_reads_as_the_fallback(void **state)
{
	asst_buf *record = record_of("{\"text\":null,\"texts\":[],\"list\":[]}");
	const struct asst__view nothing = { NULL, 0, 0 };
	struct asst__view views[] = { view_of(record), nothing };
	unsigned field;
	size_t i;

	(void)state;
	for (i = 0; i < T_COUNT(views); i++) {
		for (field = 0; field <= COUNT + 2; field++) {
			assert_false(asst__view_has(&views[i], field));
			assert_null(asst__view_text(&views[i], field).text);
			assert_int_equal(asst__view_choice(&views[i], field, 7), 7);
			assert_true(asst__view_flag(&views[i], field, true));
			assert_int_equal(asst__view_int(&views[i], field, -5), -5);
			assert_true(asst__view_number(&views[i], field, 0.5) == 0.5);
			assert_int_equal(asst__view_count(&views[i], field), 0);
		}
	}
	asst_buf_free(record);
}

/* Written field by field, in any order, as the library's own records are. */
static void records_are_written_without_a_tree(void **state)
{
	asst_buf *inner = record_of("{}"), *made;
	struct asst__string bytes = { asst_buf_data(inner), asst_buf_size(inner) };
	struct asst__record record;
	struct asst__view view, item;
	uint32_t root = asst__record_begin(&record, &schema, 0, &asst__mem_libc), list, at;

	(void)state;
	assert_true(root != 0);
	asst__record_text(&record, root, RECORD, bytes);
	asst__record_number(&record, root, NUMBER, -1.5e-300);
	asst__record_int(&record, root, INT, INT64_MIN);
	asst__record_inline(&record, root, CHOICE, 1);
	asst__record_text(&record, root, TEXT, (struct asst__string){ NULL, 0 });
	list = asst__record_list(&record, root, LIST, 2);
	at = asst__record_item(&record, list, 1, &item_schema);
	asst__record_text(&record, at, ITEM_TEXT, ASST__STRING("second"));
	list = asst__record_list(&record, root, TEXTS, 1);
	asst__record_text_at(&record, list, 0, ASST__STRING("only"));
	assert_int_equal(asst__record_end(&made, &record, NULL), ASST_OK);

	view = view_of(made);
	assert_true(asst__same(asst__view_text(&view, RECORD), bytes));
	assert_true(asst__view_number(&view, NUMBER, 0) == -1.5e-300);
	assert_int_equal(asst__view_int(&view, INT, 0), INT64_MIN);
	assert_int_equal(asst__view_choice(&view, CHOICE, 0), 1);
	assert_false(asst__view_has(&view, TEXT));
	assert_int_equal(asst__view_count(&view, LIST), 2);
	assert_null(asst__view_item(&view, LIST, 0).base); /* a place left empty */
	item = asst__view_item(&view, LIST, 1);
	expect(asst__view_text(&item, ITEM_TEXT), "second");
	expect(asst__view_text_at(&view, TEXTS, 0), "only");
	asst_buf_free(made);
	asst_buf_free(inner);
}

static void a_record_too_large_for_the_storage_is_elimit(void **state)
{
	struct asst__string text = { NULL, ASST__VALUE_MOST / 2 };
	asst_error *err = asst_error_new();
	struct asst__record record;
	asst_buf *made = NULL;
	uint32_t root;
	char *bytes = calloc(1, text.size);

	(void)state;
	assert_non_null(bytes);
	text.text = bytes;
	root = asst__record_begin(&record, &schema, 0, &asst__mem_libc);
	asst__record_text(&record, root, TEXT, text);
	asst__record_text(&record, root, SLUG, text);
	asst__record_int(&record, root, INT, 1);
	asst__record_list(&record, root, TEXTS, 5);
	assert_int_equal(asst__record_end(&made, &record, err), ASST_ELIMIT);
	assert_null(made);
	assert_non_null(strstr(asst_error_message(err), "document_bytes"));
	free(bytes);
	asst_error_free(err);
}

/* Read all there is; whether no text lies outside of the record or lacks its NUL. */
static bool lies_inside(const struct asst__view *view, struct asst__string text)
{
	if (!text.text)
		return text.size == 0;
	return text.text >= view->base && text.size < view->size &&
	       (size_t)(text.text - view->base) + text.size < view->size &&
	       text.text[text.size] == '\0';
}

static bool read_fields(const struct asst__view *view, unsigned count)
{
	volatile double sink = 0;
	bool good = true;
	unsigned field;
	size_t i;

	for (field = 0; field <= count + 1; field++) {
		sink += asst__view_has(view, field);
		sink += asst__view_choice(view, field, 0);
		sink += asst__view_flag(view, field, false);
		sink += (double)asst__view_int(view, field, 0);
		sink += asst__view_number(view, field, 0);
		good &= lies_inside(view, asst__view_text(view, field));
		good &= asst__view_count(view, field) <= view->size / 4;
		for (i = 0; i < asst__view_count(view, field) + 2; i++)
			good &= lies_inside(view, asst__view_text_at(view, field, i));
	}
	(void)sink; /* all that counts is that it was read */
	return good;
}

static bool read_all(const struct asst__schema *of, const char *bytes, size_t size)
{
	struct asst__view view, item;
	struct asst__text out;
	bool good;
	unsigned field;
	size_t i;

	if (asst__view_open(&view, of, bytes, size, NULL) != ASST_OK)
		return !view.base;
	good = read_fields(&view, of->count);
	for (field = 0; field <= of->count + 1u; field++) {
		for (i = 0; i < asst__view_count(&view, field) + 1; i++) {
			item = asst__view_item(&view, field, i);
			good &= read_fields(&item, ITEM_COUNT);
		}
	}
	asst__text_init(&out, &asst__mem_libc, SIZE_MAX / 2);
	asst__view_write(&out, of, &view);
	good &= out.size > 1 && out.data[out.size - 1] == '}';
	for (field = 0; field <= of->count; field++)
		good &= asst__view_same(of, &view, &view, field) ||
			(field && of->fields[field].type == ASST__NUMBER);
	asst__text_free(&out);
	return good;
}

/* A block of exactly this size, so that a checker of memory sees one byte too far. */
static bool read_copy(const struct asst__schema *of, const char *bytes, size_t size)
{
	char *exact = malloc(size ? size : 1);
	bool good;

	assert_non_null(exact);
	memcpy(exact, bytes, size);
	good = read_all(of, exact, size);
	free(exact);
	return good;
}

static void a_cut_record_is_never_read_beyond_its_end(void **state)
{
	asst_buf *record = record_of(document);
	size_t size;
	int bad = 0;

	(void)state;
	for (size = 0; size <= asst_buf_size(record); size++)
		bad += !read_copy(&schema, asst_buf_data(record), size);
	assert_int_equal(bad, 0);
	asst_buf_free(record);
}

static void a_flipped_bit_never_leads_outside(void **state)
{
	asst_buf *record = record_of(document);
	size_t size = asst_buf_size(record), bit;
	char *bytes = malloc(size);
	int bad = 0;

	(void)state;
	assert_non_null(bytes);
	for (bit = 0; bit < 8 * size; bit++) {
		memcpy(bytes, asst_buf_data(record), size);
		bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
		bad += !read_all(&schema, bytes, size);
	}
	assert_int_equal(bad, 0);
	free(bytes);
	asst_buf_free(record);
}

/* Several damages at once; small numbers are the dangerous ones, since they are offsets. */
static void nor_do_random_bytes(void **state)
{
	static const char nasty[] = { 0, 1, 2, 3, 4, 5, 8, 0x10, 0x7F, '\x80', '\xF0', '\xFF' };
	asst_buf *record = record_of(document);
	size_t size = asst_buf_size(record), i;
	uint64_t random = t_seed();
	char *bytes = malloc(size);
	int round, bad = 0;

	(void)state;
	assert_non_null(bytes);
	for (round = 0; round < 30000; round++) {
		memcpy(bytes, asst_buf_data(record), size);
		for (i = t_random_below(&random, 12) + 1; i > 0; i--)
			bytes[t_random_below(&random, size)] =
				nasty[t_random_below(&random, sizeof(nasty))];
		bad += !read_all(&schema, bytes, size);
	}
	assert_int_equal(bad, 0);
	free(bytes);
	asst_buf_free(record);
}

static void what_is_no_such_record_has_a_status(void **state)
{
	static const struct {
		size_t at;
		char byte;
		int status;
	} rows[] = {
		{ 0, 'R', ASST_OK },
		{ 0, 'r', ASST_ECORRUPT },
		{ 1, ASST__RECORD_FORMAT + 1, ASST_EFORMAT },
		{ 1, '\xFF', ASST_EFORMAT },
		{ 2, 41, ASST_ECORRUPT }, /* of another table */
		{ 4, COUNT - 1, ASST_OK },
		{ 5, 1, ASST_ECORRUPT }, /* more fields than there can be */
	};
	asst_error *err = asst_error_new();
	asst_buf *record = record_of(document);
	size_t size = asst_buf_size(record), i;
	char *bytes = malloc(size);
	struct asst__view view;

	(void)state;
	assert_non_null(bytes);
	for (i = 0; i < T_COUNT(rows); i++) {
		memcpy(bytes, asst_buf_data(record), size);
		bytes[rows[i].at] = rows[i].byte;
		asst__error_clear(err);
		assert_int_equal(asst__view_open(&view, &schema, bytes, size, err), rows[i].status);
		assert_int_equal(asst_error_status(err), rows[i].status);
		assert_true((view.base != NULL) == (rows[i].status == ASST_OK));
	}
	assert_int_equal(asst__view_open(&view, &schema, bytes, 0, NULL), ASST_ECORRUPT);
	free(bytes);
	asst_buf_free(record);
	asst_error_free(err);
}

/* Tables grow at their ends: older records lack fields, newer ones have more. */
static void records_of_shorter_and_longer_tables_are_read(void **state)
{
	const struct asst__schema shorter = { .id = 42, .count = UUID, .fields = fields };
	asst_buf *record = record_of(document), *old;
	asst__json *tree = tree_of("{\"text\":\"old\"}");
	struct asst__view view;
	struct asst__text out;
	int status = asst__record_from_tree(&old, &shorter, tree, &asst__mem_libc, NULL);

	(void)state;
	assert_int_equal(status, ASST_OK);
	view = view_of(old);
	expect(asst__view_text(&view, TEXT), "old");
	assert_false(asst__view_has(&view, OBJECT));
	assert_int_equal(asst__view_count(&view, LIST), 0);
	assert_int_equal(asst__view_open(&view, &shorter, asst_buf_data(record),
					 asst_buf_size(record), NULL), ASST_OK);
	asst__text_init(&out, &asst__mem_libc, 1 << 20);
	asst__view_write(&out, &shorter, &view);
	assert_string_equal(out.data, "{\"text\":\"t\xC3\xA9xt\",\"uuid\":\"" ID "\","
				      "\"unknown\":1E5}");
	asst__text_free(&out);
	asst__json_free(tree);
	asst_buf_free(old);
	asst_buf_free(record);
}

static void records_are_compared_field_by_field(void **state)
{
	static const struct {
		unsigned field;
		const char *one, *other; /* values of the field that differ */
	} rows[] = {
		{ TEXT, "\"a\"", "\"b\"" }, { TEXT, "\"\"", NULL }, { TEXT, "\"a\"", "\"aa\"" },
		{ CHOICE, "\"red\"", "\"green\"" }, { CHOICE, "\"red\"", NULL },
		{ FLAG, "false", "true" }, { FLAG, "false", NULL }, { INT, "0", "1" },
		{ INT, "0", NULL }, { NUMBER, "0.1", "0.2" }, { NUMBER, "0", NULL },
		{ TIME, "\"2026-01-31T12:34:56Z\"", "\"2026-01-31T12:34:57Z\"" },
		{ TEXTS, "[\"a\",\"b\"]", "[\"a\",\"c\"]" }, { TEXTS, "[\"a\"]", "[\"a\",\"a\"]" },
		{ TEXTS, "[\"a\"]", NULL }, { UUIDS, "[\"" ID "\"]", NULL },
		{ LIST, "[{\"int\":1}]", "[{\"int\":2}]" }, { LIST, "[{}]", "[{},{}]" },
		{ LIST, "[{\"text\":\"a\"}]", "[{\"int\":1}]" },
		{ LIST, "[{\"x\":1}]", "[{\"x\":2}]" },
		{ LIST, "[{\"texts\":[\"a\"]}]", "[{\"texts\":[\"b\"]}]" },
		{ OBJECT, "{\"a\":1}", "{\"a\":1.0}" }, { OBJECT, "{}", NULL },
	};
	char one[128], other[128];
	asst_buf *a, *b;
	struct asst__view x, y;
	unsigned field;
	size_t i;

	(void)state;
	for (i = 0; i < T_COUNT(rows); i++) {
		snprintf(one, sizeof(one), "{\"%s\":%s}", fields[rows[i].field].name, rows[i].one);
		snprintf(other, sizeof(other), "{\"%s\":%s}", fields[rows[i].field].name,
			 rows[i].other ? rows[i].other : "null");
		a = record_of(one);
		b = record_of(other);
		x = view_of(a);
		y = view_of(b);
		for (field = 0; field <= COUNT; field++) {
			bool same = field != rows[i].field;

			assert_true(asst__view_same(&schema, &x, &x, field));
			assert_true(asst__view_same(&schema, &x, &y, field) == same);
			assert_true(asst__view_same(&schema, &y, &x, field) == same);
		}
		asst_buf_free(a);
		asst_buf_free(b);
	}
}

static void unknown_members_are_compared_as_a_whole(void **state)
{
	asst_buf *a = record_of("{\"x\":1,\"y\":2}"), *b = record_of("{\"y\":2,\"x\":1}");
	asst_buf *c = record_of("{\"x\":1}");
	struct asst__view x = view_of(a), y = view_of(b), z = view_of(c);

	(void)state;
	assert_true(asst__view_same(&schema, &x, &y, 0));
	assert_false(asst__view_same(&schema, &x, &z, 0));
	assert_true(asst__same((struct asst__string){ NULL, 0 }, (struct asst__string){ NULL, 0 }));
	assert_false(asst__same((struct asst__string){ NULL, 0 }, ASST__STRING("")));
	assert_true(asst__same(ASST__STRING("a"), (struct asst__string){ "ab", 1 }));
	asst_buf_free(a);
	asst_buf_free(b);
	asst_buf_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_comes_back),
		cmocka_unit_test(its_json_is_the_document),
		cmocka_unit_test(what_is_absent_reads_as_the_fallback),
		cmocka_unit_test(records_are_written_without_a_tree),
		cmocka_unit_test(a_record_too_large_for_the_storage_is_elimit),
		cmocka_unit_test(a_cut_record_is_never_read_beyond_its_end),
		cmocka_unit_test(a_flipped_bit_never_leads_outside),
		cmocka_unit_test(nor_do_random_bytes),
		cmocka_unit_test(what_is_no_such_record_has_a_status),
		cmocka_unit_test(records_of_shorter_and_longer_tables_are_read),
		cmocka_unit_test(records_are_compared_field_by_field),
		cmocka_unit_test(unknown_members_are_compared_as_a_whole),
	};

	return cmocka_run_group_tests_name("record", tests, NULL, NULL) ? 1 : 0;
}
