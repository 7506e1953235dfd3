/* SPDX-License-Identifier: MIT */
/* Definitions as values: made, copied, filled by setters, read by getters; the field table. */
#include "body.h"

#include <math.h>

static asst_def *def_of(const char *quoted)
{
	asst_error *err = asst_error_new();
	asst_def *def;
	int status = asst_def_from_json(&def, t_json(quoted), ASST_NUL, ASST_DEF_INCOMPLETE, err);

	t_expect(status, err, ASST_OK, "", quoted);
	asst_error_free(err);
	return def;
}

static void expect_json(const asst_def *def, const char *quoted)
{
	asst_buf *json;

	assert_int_equal(asst_def_to_json(&json, def, NULL), ASST_OK);
	assert_string_equal(asst_buf_data(json), t_json(quoted));
	assert_int_equal(asst_buf_size(json), strlen(quoted));
	asst_buf_free(json);
}

#define DEFAULTS_BEFORE "'inputType':'PROMPT','creativity':0.3"
#define DEFAULTS_BEHIND \
	"'webSearch':false,'imageGeneration':false,'dataAnalyst':false,'canvas':false," \
	"'extendedThinking':false,'type':'custom'"
#define EMPTY "{" DEFAULTS_BEFORE "," DEFAULTS_BEHIND "}"

/* What is given as text, and its length through size. */
static void expect_text(const char *text, size_t size, const char *wanted)
{
	if (!wanted) {
		assert_null(text);
		assert_int_equal(size, 0);
		return;
	}
	assert_non_null(text);
	assert_string_equal(text, wanted);
	assert_int_equal(size, strlen(wanted));
}

static void a_new_definition_has_only_defaults(void **state)
{
	asst_def *def;

	(void)state;
	assert_int_equal(asst_def_new(&def, NULL), ASST_OK);
	expect_json(def, EMPTY);
	asst_def_free(def);
	asst_def_free(NULL);
}

/* The getters of texts, all alike. */
static const struct {
	const char *field;
	const char *(*get)(const asst_def *def, size_t *size);
	const char *empty; /* of a definition without it */
	const char *full;  /* of T_FULL */
} texts[] = {
	{ "name", asst_def_name, NULL, "Full" },
	{ "description", asst_def_description, NULL, "All of it" },
	{ "emoji", asst_def_emoji, NULL, "\xF0\x9F\xA4\x96" },
	{ "instruction", asst_def_instruction, NULL, "Be \"kind\".\n" },
	{ "inputType", asst_def_input_type, "PROMPT", "STRUCTURED" },
	{ "model", asst_def_model, NULL, "gpt-5-mini" },
	{ "welcome", asst_def_welcome, NULL, "Hi" },
	{ "type", asst_def_type, "custom", "dispatcher" },
	{ "fallback", asst_def_fallback, NULL, T_UUID_D },
	{ "data", asst_def_data, NULL, "{\"host\":{\"n\":12345678901234567890}}" },
};

static const struct {
	const char *field;
	int (*get)(const asst_def *def);
} flags[] = {
	{ "webSearch", asst_def_web_search },
	{ "imageGeneration", asst_def_image_generation },
	{ "dataAnalyst", asst_def_data_analyst },
	{ "canvas", asst_def_canvas },
	{ "extendedThinking", asst_def_extended_thinking },
};

static void what_is_absent_reads_as_null_or_its_default(void **state)
{
	asst_def *def = def_of("{}");
	size_t i, size;

	(void)state;
	for (i = 0; i < T_COUNT(texts); i++) {
		const char *text = texts[i].get(def, &size);

		expect_text(text, size, texts[i].empty);
		assert_ptr_equal(texts[i].get(def, NULL), text);
	}
	for (i = 0; i < T_COUNT(flags); i++)
		assert_int_equal(flags[i].get(def), 0);
	assert_true(asst_def_creativity(def) == 0.3);
	asst_def_free(def);
}

static void each_scalar_has_a_getter(void **state)
{
	asst_def *def = def_of(T_FULL);
	size_t i, size;

	(void)state;
	for (i = 0; i < T_COUNT(texts); i++) {
		const char *text = texts[i].get(def, &size);

		expect_text(text, size, texts[i].full);
	}
	for (i = 0; i < T_COUNT(flags); i++)
		assert_int_equal(flags[i].get(def), 1);
	assert_true(asst_def_creativity(def) == 0.5);
	asst_def_free(def);
}

static void setters_set_one_field_and_unset_clears_it(void **state)
{
	asst_def *def;
	size_t i;
	int status;

	(void)state;
	assert_int_equal(asst_def_new(&def, NULL), ASST_OK);
	for (i = 0; i < T_COUNT(texts); i++) {
		const char *field = texts[i].field;

		if (strcmp(field, "data") == 0)
			continue;
		status = asst_def_set_text(def, field, texts[i].full, ASST_NUL, NULL);
		assert_int_equal(status, ASST_OK);
		expect_text(texts[i].get(def, NULL), strlen(texts[i].full), texts[i].full);
		assert_int_equal(asst_def_unset(def, field, NULL), ASST_OK);
		expect_json(def, EMPTY);
	}
	for (i = 0; i < T_COUNT(flags); i++) {
		assert_int_equal(asst_def_set_bool(def, flags[i].field, 1, NULL), ASST_OK);
		assert_int_equal(flags[i].get(def), 1);
		assert_int_equal(asst_def_set_bool(def, flags[i].field, 0, NULL), ASST_OK);
		assert_int_equal(flags[i].get(def), 0);
	}
	assert_int_equal(asst_def_set_number(def, "creativity", 0.75, NULL), ASST_OK);
	assert_true(asst_def_creativity(def) == 0.75);
	assert_int_equal(asst_def_unset(def, "creativity", NULL), ASST_OK);
	assert_true(asst_def_creativity(def) == 0.3);
	asst_def_free(def);
}

static void set_json_sets_a_field_of_any_type(void **state)
{
	static const char *const fields[][2] = {
		{ "name", "'x'" },
		{ "creativity", "1" },
		{ "canvas", "true" },
		{ "conversationStarters", "['a','b']" },
		{ "routes", "[{'assistantId':'" T_UUID_C "'}]" },
		{ "data", "{'b':1,'a':[{}]}" },
	};
	asst_def *def;
	size_t i;

	(void)state;
	assert_int_equal(asst_def_new(&def, NULL), ASST_OK);
	for (i = 0; i < T_COUNT(fields); i++)
		assert_int_equal(asst_def_set_json(def, fields[i][0], t_json(fields[i][1]),
						   strlen(fields[i][1]), NULL), ASST_OK);
	expect_json(def, "{'name':'x','inputType':'PROMPT','creativity':1,"
			 "'conversationStarters':['a','b'],'webSearch':false,"
			 "'imageGeneration':false,'dataAnalyst':false,'canvas':true,"
			 "'extendedThinking':false,'type':'custom',"
			 "'routes':[{'assistantId':'" T_UUID_C "'}],'data':{'a':[{}],'b':1}}");
	for (i = 0; i < T_COUNT(fields); i++)
		assert_int_equal(asst_def_set_json(def, fields[i][0], "null", 4, NULL), ASST_OK);
	expect_json(def, EMPTY);
	asst_def_free(def);
}

static void text_may_be_given_with_its_size_alone(void **state)
{
	const char bytes[] = { 'a', 'b', 'c', 'd' };
	asst_def *def;
	size_t size;

	(void)state;
	assert_int_equal(asst_def_new(&def, NULL), ASST_OK);
	assert_int_equal(asst_def_set_text(def, "name", bytes, 3, NULL), ASST_OK);
	expect_text(asst_def_name(def, &size), 3, "abc");
	assert_int_equal(asst_def_set_text(def, "emoji", bytes, 0, NULL), ASST_OK);
	assert_string_equal(asst_def_emoji(def, &size), "");
	assert_int_equal(size, 0);
	asst_def_free(def);
}

/* A value of one type in each field of every other. */
static void setters_refuse_a_field_of_another_type(void **state)
{
	asst_error *err = asst_error_new();
	asst_def *def = def_of(T_FULL);
	char wanted[64];
	int bad = 0;
	size_t i;

	(void)state;
	for (i = 0; i < asst_field_count(); i++) {
		const char *field = asst_field_name(i), *type = asst_field_type(i);
		int is_text = strcmp(type, "text") == 0 || strcmp(type, "uuid") == 0 ||
			      strcmp(type, "choice") == 0;

		snprintf(wanted, sizeof(wanted), "type@/%s", field);
		if (!is_text)
			bad += !t_right(asst_def_set_text(def, field, "x", 1, err), err,
					ASST_EVALIDATION, wanted, field);
		if (strcmp(type, "flag") != 0)
			bad += !t_right(asst_def_set_bool(def, field, 1, err), err,
					ASST_EVALIDATION, wanted, field);
		if (strcmp(type, "number") != 0)
			bad += !t_right(asst_def_set_number(def, field, 1, err), err,
					ASST_EVALIDATION, wanted, field);
	}
	assert_int_equal(bad, 0);
	expect_json(def, T_FULL);
	asst_def_free(def);
	asst_error_free(err);
}

static void setters_refuse_what_no_field_can_hold_and_change_nothing(void **state)
{
	const double numbers[] = { (double)NAN, HUGE_VAL, -HUGE_VAL };
	asst_error *err = asst_error_new();
	asst_def *def = def_of(T_FULL);
	size_t i;

	(void)state;
	for (i = 0; i < T_COUNT(numbers); i++)
		assert_int_equal(asst_def_set_number(def, "creativity", numbers[i], err),
				 ASST_EVALIDATION);
	assert_int_equal(asst_def_set_text(def, "name", "ab\xFF", ASST_NUL, err), ASST_EVALIDATION);
	assert_int_equal(asst_error_offset(err), 2);
	assert_int_equal(asst_def_set_text(def, "name", "a\xED\xA0\x80", 4, err), ASST_EVALIDATION);
	assert_int_equal(asst_error_offset(err), 1);
	assert_int_equal(asst_def_set_text(def, "name", "a\0b", 3, err), ASST_EVALIDATION);
	assert_int_equal(asst_def_set_json(def, "name", "\"\\u0000\"", 8, err), ASST_EVALIDATION);
	assert_string_equal(asst_error_issue_code(err, 0), "json_nul");
	assert_int_equal(asst_def_set_json(def, "name", "\"a", 2, err), ASST_EVALIDATION);
	assert_int_equal(asst_def_set_json(def, "actions", "[{}", 3, err), ASST_EVALIDATION);
	assert_int_equal(asst_def_set_bool(def, "canvas", 2, err), ASST_EINVAL);
	assert_int_equal(asst_def_set_bool(def, "canvas", -1, err), ASST_EINVAL);
	expect_json(def, T_FULL);
	asst_def_free(def);
	asst_error_free(err);
}

static void calls_without_what_they_need_are_refused(void **state)
{
	asst_error *err = asst_error_new();
	asst_def *def = def_of("{}"), *out = def;
	asst_buf *json = NULL;

	(void)state;
	assert_int_equal(asst_def_new(NULL, err), ASST_EINVAL);
	assert_int_equal(asst_def_from_json(NULL, "{}", 2, 0, err), ASST_EINVAL);
	assert_int_equal(asst_def_from_json(&out, NULL, 0, 0, err), ASST_EINVAL);
	assert_null(out);
	assert_int_equal(asst_def_from_json(&out, "{}", 2, 0x2u, err), ASST_EINVAL);
	assert_int_equal(asst_def_from_json(&out, "{}", 2, ASST_DEF_INCOMPLETE | 0x80000000u, err),
			 ASST_EINVAL);
	assert_int_equal(asst_def_copy(NULL, def, err), ASST_EINVAL);
	assert_int_equal(asst_def_copy(&out, NULL, err), ASST_EINVAL);
	assert_int_equal(asst_def_to_json(NULL, def, err), ASST_EINVAL);
	assert_int_equal(asst_def_to_json(&json, NULL, err), ASST_EINVAL);
	assert_null(json);
	assert_int_equal(asst_def_validate(NULL, NULL, err), ASST_EINVAL);
	assert_int_equal(asst_def_validate(def, "Prose", err), ASST_EINVAL);
	assert_int_equal(asst_def_patch_json(NULL, "{}", 2, err), ASST_EINVAL);
	assert_int_equal(asst_def_patch_json(def, NULL, 0, err), ASST_EINVAL);
	assert_int_equal(asst_def_set_text(NULL, "name", "x", 1, err), ASST_EINVAL);
	assert_int_equal(asst_def_set_text(def, "name", NULL, 0, err), ASST_EINVAL);
	assert_int_equal(asst_def_set_json(def, "name", NULL, 0, err), ASST_EINVAL);
	assert_int_equal(asst_error_status(err), ASST_EINVAL);
	assert_string_not_equal(asst_error_message(err), "");
	asst_def_free(def);
	asst_error_free(err);
}

static void a_field_that_does_not_exist_cannot_be_set(void **state)
{
	static const char *const names[] = { "colour", "", "Name", "id", "actions/0", NULL };
	asst_def *def = def_of("{}");
	size_t i;

	(void)state;
	for (i = 0; i < T_COUNT(names); i++) {
		assert_int_equal(asst_def_set_text(def, names[i], "x", 1, NULL), ASST_EINVAL);
		assert_int_equal(asst_def_set_number(def, names[i], 1, NULL), ASST_EINVAL);
		assert_int_equal(asst_def_set_bool(def, names[i], 1, NULL), ASST_EINVAL);
		assert_int_equal(asst_def_set_json(def, names[i], "1", 1, NULL), ASST_EINVAL);
		assert_int_equal(asst_def_unset(def, names[i], NULL), ASST_EINVAL);
	}
	expect_json(def, EMPTY);
	asst_def_free(def);
}

static void a_copy_is_independent(void **state)
{
	asst_def *def = def_of(T_FULL), *copy;

	(void)state;
	assert_int_equal(asst_def_copy(&copy, def, NULL), ASST_OK);
	assert_int_equal(asst_def_patch_json(def, "{\"name\":\"other\"}", ASST_NUL, NULL), ASST_OK);
	expect_json(copy, T_FULL);
	asst_def_free(def);
	expect_json(copy, T_FULL);
	asst_def_free(copy);
}

static void the_field_table_is_that_of_the_manual(void **state)
{
	static const char *const table[][2] = {
		{ "name", "text" }, { "description", "text" }, { "emoji", "text" },
		{ "instruction", "text" }, { "inputType", "choice" }, { "model", "text" },
		{ "creativity", "number" }, { "conversationStarters", "list" },
		{ "actions", "list" }, { "inputFields", "list" }, { "attachments", "list" },
		{ "webSearch", "flag" }, { "imageGeneration", "flag" }, { "dataAnalyst", "flag" },
		{ "canvas", "flag" }, { "extendedThinking", "flag" }, { "welcome", "text" },
		{ "type", "choice" }, { "routes", "list" }, { "fallback", "uuid" },
		{ "skills", "list" }, { "datasets", "list" }, { "references", "list" },
		{ "data", "object" },
	};
	size_t i;

	(void)state;
	assert_int_equal(asst_field_count(), T_COUNT(table));
	for (i = 0; i < T_COUNT(table); i++) {
		assert_string_equal(asst_field_name(i), table[i][0]);
		assert_string_equal(asst_field_type(i), table[i][1]);
	}
	assert_null(asst_field_name(i));
	assert_null(asst_field_type(i));
	assert_null(asst_field_name(SIZE_MAX));
	assert_null(asst_field_type(SIZE_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_definition_has_only_defaults),
		cmocka_unit_test(what_is_absent_reads_as_null_or_its_default),
		cmocka_unit_test(each_scalar_has_a_getter),
		cmocka_unit_test(setters_set_one_field_and_unset_clears_it),
		cmocka_unit_test(set_json_sets_a_field_of_any_type),
		cmocka_unit_test(text_may_be_given_with_its_size_alone),
		cmocka_unit_test(setters_refuse_a_field_of_another_type),
		cmocka_unit_test(setters_refuse_what_no_field_can_hold_and_change_nothing),
		cmocka_unit_test(calls_without_what_they_need_are_refused),
		cmocka_unit_test(a_field_that_does_not_exist_cannot_be_set),
		cmocka_unit_test(a_copy_is_independent),
		cmocka_unit_test(the_field_table_is_that_of_the_manual),
	};

	return cmocka_run_group_tests_name("def", tests, NULL, NULL) ? 1 : 0;
}
