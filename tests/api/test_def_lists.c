/* SPDX-License-Identifier: MIT */
/* The lists of a definition: how many items there are, and what their members are. */
#include "body.h"

static asst_def *def_of(const char *quoted)
{
	asst_error *err = asst_error_new();
	asst_def *def;
	int status = asst_def_from_json(&def, t_json(quoted), ASST_NUL, ASST_DEF_INCOMPLETE, err);

	t_expect(status, err, ASST_OK, "", quoted);
	asst_error_free(err);
	return def;
}

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

static void lists_tell_how_many_items_they_have(void **state)
{
	static const struct {
		const char *list;
		size_t count;
	} lists[] = {
		{ "conversationStarters", 2 }, { "actions", 1 }, { "inputFields", 3 },
		{ "attachments", 1 }, { "routes", 1 }, { "skills", 1 }, { "datasets", 1 },
		{ "references", 1 }, { "name", 0 }, { "data", 0 }, { "colour", 0 }, { "", 0 },
	};
	asst_def *def = def_of(T_FULL), *empty = def_of("{}");
	size_t i;

	(void)state;
	for (i = 0; i < T_COUNT(lists); i++) {
		assert_int_equal(asst_def_count(def, lists[i].list), lists[i].count);
		assert_int_equal(asst_def_count(empty, lists[i].list), 0);
	}
	assert_int_equal(asst_def_count(def, NULL), 0);
	asst_def_free(def);
	asst_def_free(empty);
}

/* Every member of every list of T_FULL that reads as a text, and what does not. */
static const struct {
	const char *list;
	size_t item;
	const char *member, *wanted;
} items[] = {
	{ "conversationStarters", 0, NULL, "Hello" },
	{ "conversationStarters", 1, NULL, "And now?" },
	{ "conversationStarters", 2, NULL, NULL },
	{ "conversationStarters", 0, "text", NULL },
	{ "attachments", 0, NULL, T_UUID_B },
	{ "attachments", SIZE_MAX, NULL, NULL },
	{ "actions", 0, "actionId", T_UUID_A },
	{ "actions", 1, "actionId", NULL },
	{ "actions", 0, "requiresConfirmation", NULL },
	{ "actions", 0, NULL, NULL },
	{ "inputFields", 0, "slug", "size" },
	{ "inputFields", 0, "type", "SELECT" },
	{ "inputFields", 2, "type", "EMAIL" },
	{ "inputFields", 0, "label", "Size" },
	{ "inputFields", 0, "description", "How big" },
	{ "inputFields", 1, "description", NULL },
	{ "inputFields", 2, "emailDomain", "acme.test" },
	{ "inputFields", 0, "emailDomain", NULL },
	{ "inputFields", 0, "order", NULL },
	{ "inputFields", 0, "options", NULL },
	{ "routes", 0, "assistantId", T_UUID_C },
	{ "routes", 0, "when", "always" },
	{ "skills", 0, "id", T_UUID_E },
	{ "skills", 0, "type", "dataset-query" },
	{ "skills", 0, "name", "Ask" },
	{ "skills", 0, "description", "Asks" },
	{ "skills", 0, "data", "{\"depth\":1.0,\"width\":[1E5]}" },
	{ "skills", 0, "datasetId", "sales" },
	{ "skills", 0, "datasourceId", "s1" },
	{ "skills", 0, "reportId", "r1" },
	{ "skills", 0, "queryId", "q1" },
	{ "skills", 0, "templateId", "t1" },
	{ "skills", 0, "integrationId", "i1" },
	{ "datasets", 0, "datasetId", "sales" },
	{ "datasets", 0, "mode", "sample" },
	{ "datasets", 0, "filter", "{\"year\":2026}" },
	{ "references", 0, "targetType", "report" },
	{ "references", 0, "targetId", "r1" },
	{ "references", 0, "description", "The report" },
	{ "references", 0, "colour", NULL },
	{ "colours", 0, "name", NULL },
	{ "name", 0, NULL, NULL },
	{ "data", 0, "host", NULL },
	{ NULL, 0, NULL, NULL },
};

static void items_give_their_texts(void **state)
{
	asst_def *def = def_of(T_FULL);
	size_t i, size;

	(void)state;
	for (i = 0; i < T_COUNT(items); i++) {
		const char *text = asst_def_item_text(def, items[i].list, items[i].item,
						      items[i].member, &size);

		expect_text(text, size, items[i].wanted);
	}
	asst_def_free(def);
}

static void items_give_their_numbers_and_flags(void **state)
{
	asst_def *def = def_of(T_FULL);

	(void)state;
	assert_int_equal(asst_def_item_int(def, "inputFields", 0, "order"), 0);
	assert_int_equal(asst_def_item_int(def, "inputFields", 2, "order"), 2);
	assert_int_equal(asst_def_item_int(def, "datasets", 0, "sampleSize"), 10);
	assert_int_equal(asst_def_item_int(def, "datasets", 1, "sampleSize"), 0);
	assert_int_equal(asst_def_item_int(def, "inputFields", 2, "label"), 0);
	assert_int_equal(asst_def_item_int(def, "inputFields", 2, NULL), 0);
	assert_int_equal(asst_def_item_int(def, "conversationStarters", 0, "order"), 0);

	assert_int_equal(asst_def_item_bool(def, "actions", 0, "requiresConfirmation"), 0);
	assert_int_equal(asst_def_item_bool(def, "inputFields", 0, "required"), 1);
	assert_int_equal(asst_def_item_bool(def, "inputFields", 1, "required"), 0);
	assert_int_equal(asst_def_item_bool(def, "skills", 0, "enabled"), 0);
	assert_int_equal(asst_def_item_bool(def, "skills", 1, "enabled"), 0);
	assert_int_equal(asst_def_item_bool(def, "skills", 0, "name"), 0);

	assert_int_equal(asst_def_item_has(def, "actions", 0, "actionId"), 1);
	assert_int_equal(asst_def_item_has(def, "inputFields", 0, "options"), 1);
	assert_int_equal(asst_def_item_has(def, "inputFields", 1, "options"), 0);
	assert_int_equal(asst_def_item_has(def, "inputFields", 3, "slug"), 0);
	assert_int_equal(asst_def_item_has(def, "attachments", 0, "id"), 0);
	assert_int_equal(asst_def_item_has(def, NULL, 0, NULL), 0);
	asst_def_free(def);
}

static void items_have_lists_of_their_own(void **state)
{
	asst_def *def = def_of(T_FULL);
	size_t size;

	(void)state;
	assert_int_equal(asst_def_item_count(def, "inputFields", 0, "options"), 3);
	assert_int_equal(asst_def_item_count(def, "inputFields", 1, "options"), 0);
	assert_int_equal(asst_def_item_count(def, "inputFields", 1, "fileTypes"), 1);
	assert_int_equal(asst_def_item_count(def, "datasets", 0, "fields"), 1);
	assert_int_equal(asst_def_item_count(def, "datasets", 0, "mode"), 0);
	assert_int_equal(asst_def_item_count(def, "datasets", 7, "fields"), 0);
	assert_string_equal(asst_def_item_text_at(def, "inputFields", 0, "options", 1, &size), "M");
	assert_int_equal(size, 1);
	assert_string_equal(asst_def_item_text_at(def, "datasets", 0, "fields", 0, NULL), "sum");
	assert_null(asst_def_item_text_at(def, "inputFields", 0, "options", 3, &size));
	assert_int_equal(size, 0);
	assert_null(asst_def_item_text_at(def, "inputFields", 0, "slug", 0, NULL));
	assert_null(asst_def_item_text_at(def, "inputFields", 0, NULL, 0, NULL));
	asst_def_free(def);
}

static void defaults_of_items_are_there_to_be_read(void **state)
{
	asst_def *def = def_of("{'actions':[{'actionId':'" T_UUID_A "'}],"
			       "'inputFields':[{'slug':'a','type':'TEXT','label':'A','order':3}],"
			       "'skills':[{'type':'web-search'}]}");

	(void)state;
	assert_int_equal(asst_def_item_bool(def, "actions", 0, "requiresConfirmation"), 1);
	assert_int_equal(asst_def_item_has(def, "actions", 0, "requiresConfirmation"), 1);
	assert_int_equal(asst_def_item_bool(def, "inputFields", 0, "required"), 0);
	assert_int_equal(asst_def_item_bool(def, "skills", 0, "enabled"), 1);
	assert_int_equal(asst_def_item_has(def, "skills", 0, "id"), 0);
	asst_def_free(def);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_tell_how_many_items_they_have),
		cmocka_unit_test(items_give_their_texts),
		cmocka_unit_test(items_give_their_numbers_and_flags),
		cmocka_unit_test(items_have_lists_of_their_own),
		cmocka_unit_test(defaults_of_items_are_there_to_be_read),
	};

	return cmocka_run_group_tests_name("def_lists", tests, NULL, NULL) ? 1 : 0;
}
