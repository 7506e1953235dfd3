/* SPDX-License-Identifier: MIT */
/*
 * What changed from one definition to another, as a document that people read and programs
 * apply: its form, that it leads from the one to the other byte for byte, and what refuses it.
 */
#include "body.h"
#include "json.h"

static asst_error *err;

#define SKILL(id, name) "{'id':'" id "','type':'web-search','name':'" name "'}"

static asst_def *def_of(const char *json)
{
	asst_def *def;
	int status = asst_def_from_json(&def, json, ASST_NUL, ASST_DEF_INCOMPLETE, err);

	t_expect(status, err, ASST_OK, "", json);
	return def;
}

static const char *json_of(const asst_def *def)
{
	asst_buf *json;

	assert_int_equal(asst_def_to_json(&json, def, err), ASST_OK);
	return json_take(json);
}

/* What changed between two documents in single quotes; checked to lead from one to the other. */
static const char *diff(const char *from, const char *to)
{
	asst_def *a = def_of(t_json(from)), *b = def_of(t_json(to));
	const char *text;
	asst_buf *out;

	assert_int_equal(asst_def_diff(&out, a, b, err), ASST_OK);
	text = json_take(out);
	t_expect(asst_def_apply_diff(a, text, ASST_NUL, err), err, ASST_OK, "", text);
	assert_string_equal(json_of(a), json_of(b));
	asst_def_free(a);
	asst_def_free(b);
	return text;
}

/* The form */

static void equal_definitions_have_no_changes(void **state)
{
	(void)state;
	assert_string_equal(diff(T_FULL, T_FULL), "[]");
	assert_string_equal(diff("{'name':'a','canvas':false}", "{'skills':[],'name':'a'}"), "[]");
}

static void a_change_has_the_old_and_the_new_value(void **state)
{
	static const struct {
		const char *from, *to, *changes;
	} rows[] = {
		{ "{'name':'a'}", "{'name':'b'}", "[{'pointer':'/name','old':'a','new':'b'}]" },
		{ "{'name':'a'}", "{'name':'a','emoji':'E'}", "[{'pointer':'/emoji','new':'E'}]" },
		{ "{'emoji':'E'}", "{}", "[{'pointer':'/emoji','old':'E'}]" },
		{ "{}", "{'canvas':true}", "[{'pointer':'/canvas','old':false,'new':true}]" },
		{ "{}", "{'creativity':1}", "[{'pointer':'/creativity','old':0.3,'new':1}]" },
		/* What has no ids is compared as a whole. */
		{ "{'conversationStarters':['a','b']}", "{'conversationStarters':['b']}",
		  "[{'pointer':'/conversationStarters','old':['a','b'],'new':['b']}]" },
		/* Objects are compared member by member; numbers are as they are spelled. */
		{ "{'data':{'x':{'y':1,'z':null}}}", "{'data':{'x':{'y':1.0,'z':null}}}",
		  "[{'pointer':'/data/x/y','old':1,'new':1.0}]" },
		{ "{'data':{'z':null}}", "{'data':{'a/b':[1],'~':{},'z':null}}",
		  "[{'pointer':'/data/a~1b','new':[1]},{'pointer':'/data/~0','new':{}}]" },
		{ "{'data':{'z':null}}", "{'data':{'z':{'a':1}}}",
		  "[{'pointer':'/data/z','old':null,'new':{'a':1}}]" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < T_COUNT(rows); i++)
		assert_string_equal(diff(rows[i].from, rows[i].to), t_json(rows[i].changes));
}

static void changes_stand_in_the_order_of_the_fields(void **state)
{
	const char *text = diff("{'data':{'a':1},'name':'a','welcome':'Hi'}",
				"{'welcome':'Ho','data':{'a':2},'name':'b'}");

	(void)state;
	assert_int_equal(json_count(text, ""), 3);
	assert_string_equal(json_at(text, "/0/pointer"), "/name");
	assert_string_equal(json_at(text, "/1/pointer"), "/welcome");
	assert_string_equal(json_at(text, "/2/pointer"), "/data/a");
}

static void items_are_named_by_their_ids(void **state)
{
	static const struct {
		const char *from, *to, *pointer;
	} rows[] = {
		{ "{'skills':[" SKILL(T_UUID_A, "a") "," SKILL(T_UUID_B, "b") "]}",
		  "{'skills':[" SKILL(T_UUID_A, "a") "," SKILL(T_UUID_B, "c") "]}",
		  "/skills/" T_UUID_B "/name" },
		{ "{'actions':[{'actionId':'" T_UUID_C "'}]}",
		  "{'actions':[{'actionId':'" T_UUID_C "','requiresConfirmation':false}]}",
		  "/actions/" T_UUID_C "/requiresConfirmation" },
		{ "{'inputFields':[{'slug':'mail','type':'TEXT','label':'Mail','order':0}]}",
		  "{'inputFields':[{'slug':'mail','type':'EMAIL','label':'Mail','order':0}]}",
		  "/inputFields/mail/type" },
		{ "{'datasets':[{'datasetId':'a/b','filter':{'y':1}}]}",
		  "{'datasets':[{'datasetId':'a/b','filter':{'y':2}}]}",
		  "/datasets/a~1b/filter/y" },
		{ "{'routes':[{'assistantId':'" T_UUID_D "','when':'x'}]}",
		  "{'routes':[{'assistantId':'" T_UUID_D "','when':'y'}]}",
		  "/routes/" T_UUID_D "/when" },
		{ "{'references':[{'targetType':'r','targetId':'a:b/%'}]}",
		  "{'references':[{'targetType':'r','targetId':'a:b/%','description':'x'}]}",
		  "/references/r:a:b~1%/description" },
		{ "{'references':[{'targetType':'r:s/%3A','targetId':''}]}",
		  "{'references':[{'targetType':'r:s/%3A','targetId':'','description':'x'}]}",
		  "/references/r%3As~1%253A:/description" },
	};
	const char *text;
	size_t i;

	(void)state;
	for (i = 0; i < T_COUNT(rows); i++) {
		text = diff(rows[i].from, rows[i].to);
		assert_int_equal(json_count(text, ""), 1);
		assert_string_equal(json_at(text, "/0/pointer"), rows[i].pointer);
	}
}

/* Their types and ids are the same when one only joins them. */
static void references_to_different_targets_are_different_items(void **state)
{
	const char *text = diff("{'references':[{'targetType':'a:b','targetId':'c'}]}",
				"{'references':[{'targetType':'a','targetId':'b:c'},"
				"{'targetType':'a%3Ab','targetId':'c'}]}");

	(void)state;
	assert_int_equal(json_count(text, ""), 3);
	assert_string_equal(json_at(text, "/0/pointer"), "/references/a%3Ab:c");
	assert_string_equal(json_at(text, "/0/new"), JSON_ABSENT);
	assert_string_equal(json_at(text, "/1/pointer"), "/references/a:b:c");
	assert_string_equal(json_at(text, "/2/pointer"), "/references/a%253Ab:c");
	assert_string_equal(json_at(text, "/2/after"), "a:b:c");
}

static void an_added_item_names_the_one_before_it(void **state)
{
	const char *text = diff("{'skills':[" SKILL(T_UUID_A, "a") "]}",
				"{'skills':[" SKILL(T_UUID_B, "b") "," SKILL(
					T_UUID_A, "a") "," SKILL(T_UUID_C, "c") "]}");

	(void)state;
	assert_int_equal(json_count(text, ""), 2);
	assert_string_equal(json_at(text, "/0/pointer"), "/skills/" T_UUID_B);
	assert_string_equal(json_at(text, "/0/after"), "null");
	assert_string_equal(json_at(text, "/0/new/name"), "b");
	assert_string_equal(json_at(text, "/0/old"), JSON_ABSENT);
	assert_string_equal(json_at(text, "/1/pointer"), "/skills/" T_UUID_C);
	assert_string_equal(json_at(text, "/1/after"), T_UUID_A);
}

static void a_removed_item_tells_what_it_was(void **state)
{
	const char *text = diff("{'skills':[" SKILL(T_UUID_A, "a") "," SKILL(T_UUID_B, "b") "]}",
				"{'skills':[" SKILL(T_UUID_B, "b") "]}");

	(void)state;
	assert_int_equal(json_count(text, ""), 1);
	assert_string_equal(json_at(text, "/0/pointer"), "/skills/" T_UUID_A);
	assert_string_equal(json_at(text, "/0/old/name"), "a");
	assert_string_equal(json_at(text, "/0/new"), JSON_ABSENT);
}

static void a_new_order_is_one_change_of_the_list(void **state)
{
	const char *text = diff("{'skills':[" SKILL(T_UUID_A, "a") "," SKILL(T_UUID_B, "b") "]}",
				"{'skills':[" SKILL(T_UUID_B, "b") "," SKILL(T_UUID_A, "a") "]}");

	(void)state;
	assert_string_equal(text,
			    t_json("[{'pointer':'/skills','oldOrder':['" T_UUID_A "','" T_UUID_B
				   "'],'newOrder':['" T_UUID_B "','" T_UUID_A "']}]"));
}

/* Applying */

static void what_is_not_there_any_more_is_a_conflict(void **state)
{
	static const struct {
		const char *on, *changes, *issue;
	} rows[] = {
		{ "{'name':'c'}", "[{'pointer':'/name','old':'a','new':'b'}]", "/0/old" },
		{ "{}", "[{'pointer':'/name','old':'a','new':'b'}]", "/0/old" },
		{ "{'emoji':'X'}", "[{'pointer':'/emoji','new':'E'}]", "/0/new" },
		{ "{}", "[{'pointer':'/emoji','old':'E'}]", "/0/old" },
		{ "{'data':{'n':1.0}}", "[{'pointer':'/data/n','old':1,'new':2}]", "/0/old" },
		{ "{}", "[{'pointer':'/skills/" T_UUID_A "/name','old':'a','new':'b'}]", "/0/pointer" },
		{ "{'skills':[" SKILL(T_UUID_A, "a") "]}",
		  "[{'pointer':'/skills','oldOrder':['" T_UUID_A "','" T_UUID_B
		  "'],'newOrder':['" T_UUID_B "','" T_UUID_A "']}]", "/0/oldOrder" },
		/* The first change would do; the whole is refused. */
		{ "{'name':'a','emoji':'X'}", "[{'pointer':'/name','old':'a','new':'b'},"
					      "{'pointer':'/emoji','old':'E'}]", "/1/old" },
	};
	const char *before;
	asst_def *def;
	size_t i;

	(void)state;
	for (i = 0; i < T_COUNT(rows); i++) {
		def = def_of(t_json(rows[i].on));
		before = json_of(def);
		t_expect(asst_def_apply_diff(def, t_json(rows[i].changes), ASST_NUL, err), err,
			 ASST_ECONFLICT, t_faults(err), rows[i].changes);
		assert_int_equal(asst_error_issue_count(err), 1);
		assert_string_equal(asst_error_issue_code(err, 0), "conflict");
		assert_string_equal(asst_error_issue_pointer(err, 0), rows[i].issue);
		assert_string_equal(json_of(def), before);
		asst_def_free(def);
	}
}

static void every_change_that_does_not_fit_is_told(void **state)
{
	asst_def *def = def_of(t_json("{'name':'c','emoji':'X'}"));

	(void)state;
	t_expect(asst_def_apply_diff(def,
				     t_json("[{'pointer':'/name','old':'a','new':'b'},"
					    "{'pointer':'/description','new':'d'},"
					    "{'pointer':'/emoji','old':'E'}]"),
				     ASST_NUL, err),
		 err, ASST_ECONFLICT, t_faults(err), "two of three");
	assert_int_equal(asst_error_issue_count(err), 2);
	t_expect(asst_def_apply_diff(def,
				     t_json("[{'pointer':'name','new':'b'},"
					    "{'pointer':'/description','new':'d'},"
					    "{'pointer':'/emoji','wrong':1}]"),
				     ASST_NUL, err),
		 err, ASST_EVALIDATION, t_faults(err), "two of three");
	assert_int_equal(asst_error_issue_count(err), 2);
	assert_string_equal(asst_error_issue_pointer(err, 0), "/0/pointer");
	assert_string_equal(asst_error_issue_pointer(err, 1), "/2");
	assert_non_null(strstr(asst_error_message(err), "2 faults"));
	asst_def_free(def);
}

static void a_malformed_diff_is_refused(void **state)
{
	static const char *const rows[] = {
		"",
		"{}",
		"[",
		"[7]",
		"[{}]",
		"[{'new':'b'}]",
		"[{'pointer':'/emoji'}]",
		"[{'pointer':'emoji','new':'E'}]",
		"[{'pointer':7,'new':'E'}]",
		"[{'pointer':'','old':{},'new':{}}]",
		"[{'pointer':'/colour','new':'red'}]",
		"[{'pointer':'/emoji','new':7}]",
		"[{'pointer':'/name','old':'a','new':'b','why':'x'}]",
		"[{'pointer':'/skills/x','new':{'type':'magic'},'after':null}]",
		"[{'pointer':'/skills','oldOrder':[],'newOrder':{}}]",
		"[{'pointer':'/data','new':{'a':1,'a':2}}]",
	};
	asst_def *def = def_of("{\"name\":\"a\"}");
	char before[600];
	size_t i;
	int status;

	(void)state;
	snprintf(before, sizeof(before), "%s", json_of(def));
	for (i = 0; i < T_COUNT(rows); i++) {
		status = asst_def_apply_diff(def, t_json(rows[i]), ASST_NUL, err);
		if (status != ASST_EVALIDATION)
			fail_msg("%s: %s", rows[i], asst_status_name(status));
		assert_true(asst_error_issue_count(err) > 0);
		assert_string_equal(json_of(def), before);
	}
	assert_int_equal(asst_def_apply_diff(def, NULL, 0, err), ASST_EINVAL);
	assert_int_equal(asst_def_apply_diff(NULL, "[]", 2, err), ASST_EINVAL);
	assert_int_equal(asst_def_apply_diff(def, "[]X", 2, err), ASST_OK);
	asst_def_free(def);
}

static void both_definitions_are_needed(void **state)
{
	asst_def *def = def_of("{\"name\":\"a\"}");
	asst_buf *out;

	(void)state;
	assert_int_equal(asst_def_diff(&out, def, NULL, err), ASST_EINVAL);
	assert_null(out);
	assert_int_equal(asst_def_diff(&out, NULL, def, err), ASST_EINVAL);
	assert_int_equal(asst_def_diff(NULL, def, def, err), ASST_OK);
	asst_def_free(def);
}

/* The largest ones */

/* Freed by the caller. */
static char *deep_data(size_t depth)
{
	struct t_text text = { 0 };
	size_t i;

	t_add(&text, "{\"data\":");
	for (i = 0; i < depth; i++)
		t_add(&text, "{\"a\":");
	t_add(&text, "1");
	for (i = 0; i <= depth; i++)
		t_add(&text, "}");
	return text.data;
}

/* A filter has `count` members, `depth` objects down. Freed by the caller. */
static char *wide_filters(size_t datasets, size_t depth, size_t count, char letter, int value)
{
	struct t_text text = { 0 };
	char part[300];
	size_t i, k;

	t_add(&text, "{\"datasets\":[");
	for (i = 0; i < datasets; i++) {
		snprintf(part, sizeof(part), "%s{\"datasetId\":\"%zu\",\"filter\":", i ? "," : "", i);
		t_add(&text, part);
		for (k = 0; k < depth; k++) {
			snprintf(part, sizeof(part), "{\"%0256d\":", 0);
			t_add(&text, part);
		}
		for (k = 0; k < count; k++) {
			snprintf(part, sizeof(part), "%c\"%c%zu\":%d", k ? ',' : '{', letter, k,
				 value);
			t_add(&text, part);
		}
		for (k = 0; k < depth + 2; k++)
			t_add(&text, "}");
	}
	t_add(&text, "]}");
	return text.data;
}

/* The changes lead from the one to the other; both are freed. */
static void leads(char *from, char *to, size_t least)
{
	asst_def *a = def_of(from), *b = def_of(to);
	asst_buf *changes, *wanted, *got;

	assert_int_equal(asst_def_diff(&changes, a, b, err), ASST_OK);
	assert_true(asst_buf_size(changes) > least);
	t_expect(asst_def_apply_diff(a, asst_buf_data(changes), asst_buf_size(changes), err), err,
		 ASST_OK, "", "the changes");
	assert_int_equal(asst_def_to_json(&wanted, b, err), ASST_OK);
	assert_int_equal(asst_def_to_json(&got, a, err), ASST_OK);
	assert_string_equal(asst_buf_data(got), asst_buf_data(wanted));
	asst_buf_free(changes);
	asst_buf_free(wanted);
	asst_buf_free(got);
	asst_def_free(a);
	asst_def_free(b);
	free(from);
	free(to);
}

static void the_largest_changes_can_be_applied(void **state)
{
	(void)state;
	/* As deep as a document may be. */
	leads(strdup("{}"), deep_data(63), 400);
	leads(deep_data(63), strdup("{}"), 400);
	leads(deep_data(62), deep_data(63), 150);
	/* As many values as one may have: all of them others, and at other places. */
	leads(wide_filters(18, 0, 3600, 'k', 1), wide_filters(18, 0, 3600, 'k', 2), 3000000);
	leads(wide_filters(18, 0, 3600, 'k', 1), wide_filters(18, 0, 3600, 'm', 1), 5000000);
	/* With the longest pointers. */
	leads(wide_filters(1, 60, 1500, 'k', 1), wide_filters(1, 60, 1500, 'k', 2), 20000000);
}

static void what_would_be_deeper_than_a_document_is_refused(void **state)
{
	struct t_text text = { 0 };
	char *deep = deep_data(61), *deeper;
	asst_def *def = def_of(deep);
	const char *before = json_of(def);
	size_t i, more;

	(void)state;
	for (more = 3; more < 60; more += 28) {
		t_add(&text, "[{\"pointer\":\"/data");
		for (i = 0; i < 61; i++)
			t_add(&text, "/a");
		t_add(&text, "\",\"old\":1,\"new\":");
		deeper = deep_data(more - 1);
		t_add(&text, deeper);
		free(deeper);
		t_add(&text, "}]");
		t_expect(asst_def_apply_diff(def, text.data, text.size, err), err, ASST_ELIMIT,
			 "limit@", "too deep");
		assert_string_equal(json_of(def), before);
		t_text_free(&text);
	}
	asst_def_free(def);
	free(deep);
}

/* Random pairs */

/* Some values of data, of all types, nested. */
static void add_object(struct t_text *text, uint64_t *random, int depth)
{
	static const char *const names[] = { "a", "b", "a/b", "~", "", "0" };
	static const char *const values[] = { "1",   "1.0", "-0",          "true", "null",
					      "'x'", "[]",  "[1,{'a':2}]", "{}" };
	size_t i, count = 0;

	t_add(text, "{");
	for (i = 0; i < T_COUNT(names); i++) {
		if (t_random_below(random, 2))
			continue;
		t_add(text, count++ ? ",'" : "'");
		t_add(text, names[i]);
		t_add(text, "':");
		if (depth > 0 && t_random_below(random, 2))
			add_object(text, random, depth - 1);
		else
			t_add(text, values[t_random_below(random, T_COUNT(values))]);
	}
	t_add(text, "}");
}

/*
 * A list of up to four items, in any order; now and then one is there twice. member is a format
 * for what is there or not, object the name of a member with any content.
 */
static void add_list(struct t_text *text, uint64_t *random, const char *field, const char *id,
		     const char *const ids[4], const char *member, const char *object)
{
	size_t i, k, count = t_random_below(random, 5), first = t_random_below(random, 4),
		     step = t_random_below(random, 2) ? 1 : 3;
	char item[300];

	snprintf(item, sizeof(item), ",'%s':[", field);
	t_add(text, item);
	for (i = 0; i < count; i++) {
		k = t_random_below(random, 40) ? (first + i * step) % 4 : first;
		snprintf(item, sizeof(item), "%s{'%s':'%s'", i ? "," : "", id, ids[k]);
		t_add(text, item);
		if (t_random_below(random, 2)) {
			snprintf(item, sizeof(item), member, t_random_below(random, 3));
			t_add(text, item);
		}
		if (object && t_random_below(random, 2)) {
			snprintf(item, sizeof(item), ",'%s':", object);
			t_add(text, item);
			add_object(text, random, 1);
		}
		t_add(text, "}");
	}
	t_add(text, "]");
}

static asst_def *random_def(uint64_t *random)
{
	static const char *const uuids[] = { T_UUID_A, T_UUID_B, T_UUID_C, T_UUID_D };
	static const char *const names[] = { "a/b", "~", "0", "\xc3\xa4 b" };
	static const char *const targets[] = { "a:b','targetId':'c", "a','targetId':'b:c",
					       "a%3Ab','targetId':'c", "%','targetId':'/:~" };
	struct t_text text = { 0 };
	asst_def *def;
	char field[100];
	size_t i;

	snprintf(field, sizeof(field), "{'name':'%zu','canvas':%s,'creativity':0.%zu",
		 t_random_below(random, 3), t_random_below(random, 2) ? "true" : "false",
		 t_random_below(random, 10));
	t_add(&text, field);
	if (t_random_below(random, 2))
		t_add(&text, ",'welcome':'Hi','conversationStarters':['a','b']");
	t_add(&text, ",'data':");
	add_object(&text, random, 2);
	add_list(&text, random, "skills", "type':'dataset-query','id", uuids, ",'name':'%zu'",
		 "data");
	add_list(&text, random, "inputFields", "type':'TEXT','label':'','order':0,'slug", names,
		 ",'description':'%zu'", NULL);
	add_list(&text, random, "datasets", "datasetId", names, ",'sampleSize':%zu", "filter");
	add_list(&text, random, "routes", "assistantId", uuids, ",'when':'%zu'", NULL);
	add_list(&text, random, "references", "targetType", targets,
		 ",'description':'%zu'", NULL);
	if (t_random_below(random, 20) == 0)
		t_add(&text,
		      ",'actions':[{'actionId':'" T_UUID_A "'},{'actionId':'" T_UUID_A "'}]");
	t_add(&text, ",'attachments':[");
	for (i = t_random_below(random, 5); i > 0; i--) {
		t_add(&text, "'");
		t_add(&text, uuids[(i * 3 + t_random_below(random, 2)) % 4]);
		t_add(&text, i > 1 ? "'," : "'");
	}
	t_add(&text, "]}");
	def = def_of(t_json(text.data));
	t_text_free(&text);
	return def;
}

static void diffs_of_random_pairs_lead_from_one_to_the_other(void **state)
{
	uint64_t random = t_seed();
	asst_def *a, *b, *c;
	const char *text, *before;
	asst_buf *out;
	int round, status, conflicts = 0;

	(void)state;
	for (round = 0; round < 3000; round++) {
		a = random_def(&random);
		b = random_def(&random);
		c = random_def(&random);
		assert_int_equal(asst_def_diff(&out, a, b, err), ASST_OK);
		text = json_take(out);
		/* On what it was not made from it does all of it or nothing. */
		before = json_of(c);
		status = asst_def_apply_diff(c, text, ASST_NUL, err);
		conflicts += status == ASST_ECONFLICT;
		if (status != ASST_OK)
			assert_string_equal(json_of(c), before);
		t_expect(asst_def_apply_diff(a, text, ASST_NUL, err), err, ASST_OK, "", text);
		assert_string_equal(json_of(a), json_of(b));
		assert_int_equal(asst_def_diff(&out, a, b, err), ASST_OK);
		assert_string_equal(json_take(out), "[]");
		asst_def_free(a);
		asst_def_free(b);
		asst_def_free(c);
	}
	assert_true(conflicts > 2000); /* or nothing was tested */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_definitions_have_no_changes),
		cmocka_unit_test(a_change_has_the_old_and_the_new_value),
		cmocka_unit_test(changes_stand_in_the_order_of_the_fields),
		cmocka_unit_test(items_are_named_by_their_ids),
		cmocka_unit_test(references_to_different_targets_are_different_items),
		cmocka_unit_test(an_added_item_names_the_one_before_it),
		cmocka_unit_test(a_removed_item_tells_what_it_was),
		cmocka_unit_test(a_new_order_is_one_change_of_the_list),
		cmocka_unit_test(what_is_not_there_any_more_is_a_conflict),
		cmocka_unit_test(every_change_that_does_not_fit_is_told),
		cmocka_unit_test(a_malformed_diff_is_refused),
		cmocka_unit_test(both_definitions_are_needed),
		cmocka_unit_test(the_largest_changes_can_be_applied),
		cmocka_unit_test(what_would_be_deeper_than_a_document_is_refused),
		cmocka_unit_test(diffs_of_random_pairs_lead_from_one_to_the_other),
	};
	int failed;

	err = asst_error_new();
	failed = cmocka_run_group_tests_name("api/def_diff", tests, NULL, NULL);
	asst_error_free(err);
	return failed ? 1 : 0;
}
