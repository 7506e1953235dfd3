/* SPDX-License-Identifier: MIT */
/*
 * Rebase: what others published is brought into a draft, and its author decides what both
 * changed, place by place, before anything is published.
 */
#include "pair.h"

/* Both sides changed the name and the welcome; each also something of its own. */
static void meet(struct pair *pair)
{
	MUST(pair->host, pair_publish(pair, "{'name':'Ada','welcome':'Hi','emoji':'A'}"));
	MUST(pair->host, pair_patch(pair, "{'name':'Bob','welcome':'Hello','description':null}"));
}

static void unchanged(struct pair *pair, uint64_t revision)
{
	assert_int_equal(asst_draft_revision(pair->draft), revision);
	assert_int_equal(asst_draft_base_version(pair->draft), 1);
	assert_string_equal(pair_drafted(pair, "/name"), "Bob");
	assert_string_equal(pair_drafted(pair, "/emoji"), JSON_ABSENT);
}

static void without_decisions_it_is_refused_and_nothing_changes(void **state)
{
	static const char *const pointers[] = { "/name", "/welcome" };
	struct pair *pair = *state;
	uint64_t revision;

	meet(pair);
	revision = asst_draft_revision(pair->draft);
	EXPECT(pair->host, ASST_ECONFLICT, pair_rebase(pair, NULL));
	pair_conflicts(pair, 2, pointers);
	assert_string_equal(pair_detail(pair, "/baseVersion"), "1");
	assert_string_equal(pair_detail(pair, "/liveVersion"), "2");
	assert_string_equal(pair_detail(pair, "/conflicts/1/live"), "Hi");
	assert_string_equal(pair_detail(pair, "/conflicts/1/draft"), "Hello");
	unchanged(pair, revision);
	/* Some are not all. */
	EXPECT(pair->host, ASST_ECONFLICT,
	       pair_rebase(pair, "[{'pointer':'/name','take':'live'}]"));
	unchanged(pair, revision);
	MUST(pair->host, asst_draft_reload(pair->draft, pair->host->err));
	unchanged(pair, revision);
}

static void each_place_takes_live_or_the_draft_or_a_value(void **state)
{
	static const struct {
		const char *resolutions, *name, *welcome;
	} rows[] = {
		{ "[{'pointer':'/name','take':'live'},{'pointer':'/welcome','take':'draft'}]",
		  "Ada", "Hello" },
		{ "[{'pointer':'/welcome','take':'live'},{'pointer':'/name','take':'draft'}]",
		  "Bob", "Hi" },
		{ "[{'pointer':'/name','value':'Both'},{'pointer':'/welcome','value':''}]", "Both",
		  "" },
		{ "[{'pointer':'/name','take':'live','liveVersion':2.0},"
		  "{'pointer':'/welcome','take':'draft','liveVersion':null}]",
		  "Ada", "Hello" },
	};
	struct pair *pair = *state;
	size_t i;

	for (i = 0; i < T_COUNT(rows); i++) {
		if (i) {
			pair_teardown(state);
			pair_setup(state);
		}
		pair = *state;
		meet(pair);
		MUST(pair->host, pair_rebase(pair, rows[i].resolutions));
		assert_string_equal(pair_drafted(pair, "/name"), rows[i].name);
		assert_string_equal(pair_drafted(pair, "/welcome"), rows[i].welcome);
		assert_string_equal(pair_drafted(pair, "/emoji"), "A");
		assert_string_equal(pair_drafted(pair, "/description"), JSON_ABSENT);
	}
}

static void then_a_plain_commit_publishes(void **state)
{
	struct pair *pair = *state;
	const char *id;
	uint64_t revision;

	meet(pair);
	id = host_keep(pair->host, asst_draft_id(pair->draft));
	revision = asst_draft_revision(pair->draft);
	MUST(pair->host, pair_rebase(pair, "[{'pointer':'/name','value':'Both'},"
					   "{'pointer':'/welcome','take':'live'}]"));
	assert_string_equal(asst_draft_id(pair->draft), id);
	assert_int_equal(asst_draft_base_version(pair->draft), 2);
	assert_true(asst_draft_revision(pair->draft) > revision);
	/* Nothing is published by it. */
	assert_int_equal(pair_version(pair), 2);
	assert_string_equal(pair_live(pair, "/name"), "Ada");
	MUST(pair->host, pair_commit(pair, 0));
	assert_int_equal(pair_version(pair), 3);
	assert_string_equal(pair_live(pair, "/name"), "Both");
	assert_string_equal(pair_live(pair, "/welcome"), "Hi");
	assert_string_equal(pair_live(pair, "/description"), JSON_ABSENT);
}

static void what_does_not_meet_needs_no_decision(void **state)
{
	struct pair *pair = *state;

	MUST(pair->host, pair_publish(pair, "{'name':'Ada'}"));
	MUST(pair->host, pair_patch(pair, "{'emoji':'B'}"));
	MUST(pair->host, pair_rebase(pair, NULL));
	assert_string_equal(pair_drafted(pair, "/name"), "Ada");
	assert_string_equal(pair_drafted(pair, "/emoji"), "B");
	MUST(pair->host, pair_rebase(pair, "[]")); /* there is nothing more */
	assert_int_equal(asst_draft_base_version(pair->draft), 2);
	MUST(pair->host, pair_commit(pair, 0));
	assert_int_equal(pair_version(pair), 3);
}

static void a_deleted_item_stays_deleted_or_comes_back(void **state)
{
	static const struct {
		const char *take, *first;
	} rows[] = { { "live", "Two" }, { "draft", "Bob" } };
	struct pair *pair;
	char json[200];
	size_t i;

	for (i = 0; i < T_COUNT(rows); i++) {
		if (i) {
			pair_teardown(state);
			pair_setup(state);
		}
		pair = *state;
		MUST(pair->host, pair_publish(pair, PAIR_SKILLS(PAIR_SKILL(T_UUID_B, "Two"))));
		MUST(pair->host,
		     pair_patch(pair, PAIR_SKILLS(PAIR_SKILL(T_UUID_A, "Bob") "," PAIR_SKILL(
					      T_UUID_B, "Two"))));
		snprintf(json, sizeof(json), "[{'pointer':'/skills/" T_UUID_A "','take':'%s'}]",
			 rows[i].take);
		MUST(pair->host, pair_rebase(pair, json));
		assert_string_equal(pair_drafted(pair, "/skills/0/name"), rows[i].first);
		MUST(pair->host, pair_commit(pair, 0));
		assert_string_equal(pair_live(pair, "/skills/0/name"), rows[i].first);
	}
}

static void null_removes_in_the_hosts_own_text_as_in_a_patch(void **state)
{
	struct pair *pair = *state;

	MUST(pair->host, pair_publish(pair, "{'data':{'k':2,'kept':1}}"));
	MUST(pair->host, pair_patch(pair, "{'data':{'k':3,'kept':1}}"));
	MUST(pair->host, pair_rebase(pair, "[{'pointer':'/data/k','value':null}]"));
	assert_string_equal(pair_drafted(pair, "/data/kept"), "1");
	assert_string_equal(pair_drafted(pair, "/data/k"), JSON_ABSENT);
}

/* Whatever both sides did to it, a value of null removes an item. */
static void an_item_can_be_decided_away(void **state)
{
#define A(name) PAIR_SKILL(T_UUID_A, name)
#define B(name) PAIR_SKILL(T_UUID_B, name)
	static const struct {
		const char *base, *live, *draft;
	} rows[] = {
		{ PAIR_SKILLS(A("a") "," B("b")), PAIR_SKILLS(A("a") "," B("L")), PAIR_SKILLS(A("a")) },
		{ PAIR_SKILLS(A("a") "," B("b")), PAIR_SKILLS(A("a")), PAIR_SKILLS(A("a") "," B("D")) },
		{ PAIR_SKILLS(A("a")), PAIR_SKILLS(A("a") "," B("L")), PAIR_SKILLS(A("a") "," B("D")) },
	};
	struct pair *pair;
	size_t i, k;

	for (i = 0; i < T_COUNT(rows); i++) {
		pair_teardown(state);
		pair_setup(state);
		pair = *state;
		MUST(pair->host, pair_publish(pair, rows[i].base));
		MUST(pair->host, pair_rebase(pair, NULL));
		MUST(pair->host, pair_publish(pair, rows[i].live));
		MUST(pair->host, pair_patch(pair, rows[i].draft));
		EXPECT(pair->host, ASST_ECONFLICT, pair_rebase(pair, NULL));
		for (k = asst_error_issue_count(pair->host->err); k > 1; k--)
			assert_memory_equal(asst_error_issue_pointer(pair->host->err, k - 1),
					    "/skills/" T_UUID_B, 8 + 36);
		if (strcmp(asst_error_issue_pointer(pair->host->err, 0), "/skills/" T_UUID_B) != 0) {
			/* both added it: its members are what meets */
			assert_int_equal(i, 2);
			continue;
		}
		MUST(pair->host,
		     pair_rebase(pair, "[{'pointer':'/skills/" T_UUID_B "','value':null}]"));
		assert_string_equal(pair_drafted(pair, "/skills/0/name"), "a");
		assert_string_equal(pair_drafted(pair, "/skills/1"), JSON_ABSENT);
		MUST(pair->host, pair_commit(pair, 0));
	}
#undef A
#undef B
}

/* What a skill's data may have depends on its type, whichever side has changed that. */
static void a_rebase_makes_no_draft_malformed(void **state)
{
	struct pair *pair = *state;
	uint64_t revision;

	MUST(pair->host, pair_publish(pair, "{'datasets':[{'datasetId':'d'}],'skills':[{'id':'" T_UUID_A
					    "','type':'dataset-query','datasetId':'d','data':{}}]}"));
	MUST(pair->host, pair_rebase(pair, NULL));
	MUST(pair->host, pair_patch(pair, "{'skills':[{'id':'" T_UUID_A "','type':'dataset-query',"
					  "'datasetId':'d','data':{'foo':1}}]}"));
	MUST(pair->host, pair_publish(pair, "{'skills':[{'id':'" T_UUID_A "','type':'web-search',"
					    "'datasetId':'d','data':{}}]}"));
	revision = asst_draft_revision(pair->draft);
	EXPECT(pair->host, ASST_EVALIDATION, pair_rebase(pair, NULL));
	host_issue(pair->host, 0, "unknown_field", "/skills/0/data/foo");
	assert_int_equal(asst_draft_revision(pair->draft), revision);
	EXPECT(pair->host, ASST_EVALIDATION, pair_commit(pair, ASST_COMMIT_MERGE));
	host_issue(pair->host, 0, "unknown_field", "/skills/0/data/foo");
}

static void faulty_decisions_change_nothing(void **state)
{
	static const char *const rows[] = {
		"{}",
		"[",
		"[7]",
		"[{'pointer':'/emoji','take':'live'}]", /* only live changed it */
		"[{'pointer':'/model','take':'draft'}]", /* nobody did */
		"[{'pointer':'/colour','value':'red'}]",
		"[{'pointer':'name','take':'live'}]",
		"[{'pointer':'/name','take':'both'}]",
		"[{'pointer':'/name'}]",
		"[{'take':'live'}]",
		"[{'pointer':'/name','take':'live','value':'Both'}]",
		"[{'pointer':'/name','value':7},{'pointer':'/welcome','take':'live'}]",
		"[{'pointer':'/name','take':'live','why':'because'}]",
		"[{'pointer':'/name','take':'live','liveVersion':'2'}]",
		"[{'pointer':'/name','take':'live','liveVersion':{}}]",
		"[{'pointer':'/name','take':'live','liveVersion':2.5}]",
		"[{'pointer':'/name','take':'live','liveVersion':-1}]",
		"[{'pointer':'/name','take':'both','liveVersion':1}]",
	};
	struct pair *pair = *state;
	uint64_t revision;
	size_t i;

	meet(pair);
	revision = asst_draft_revision(pair->draft);
	for (i = 0; i < T_COUNT(rows); i++) {
		int status = pair_rebase(pair, rows[i]);

		if (status != ASST_EVALIDATION)
			fail_msg("%s: %s", rows[i], asst_status_name(status));
		assert_true(asst_error_issue_count(pair->host->err) > 0);
		unchanged(pair, revision);
	}
	EXPECT(pair->host, ASST_EINVAL,
	       asst_draft_rebase(pair->draft, NULL, 0, 1, pair->host->err));
	EXPECT(pair->host, ASST_EINVAL,
	       asst_draft_rebase(pair->draft, NULL, 2, 0, pair->host->err));
	EXPECT(pair->host, ASST_EINVAL, asst_draft_rebase(NULL, NULL, 0, 0, pair->host->err));
}

/* A draft may be incomplete, and a value may leave it so; commit then says what is missing. */
static void a_value_may_be_what_only_a_draft_may_have(void **state)
{
	struct pair *pair = *state;

	meet(pair);
	MUST(pair->host, pair_rebase(pair, "[{'pointer':'/name','value':' '},"
					   "{'pointer':'/welcome','take':'live'}]"));
	EXPECT(pair->host, ASST_EVALIDATION, pair_commit(pair, 0));
	host_issue(pair->host, 0, "blank", "/name");
	assert_string_equal(pair_live(pair, "/name"), "Ada");
}

static void every_fault_of_the_resolutions_is_told_at_once(void **state)
{
	struct pair *pair = *state;

	meet(pair);
	EXPECT(pair->host, ASST_EVALIDATION,
	       pair_rebase(pair, "[{'pointer':'/name','take':'mine'},"
				 "{'pointer':'/welcome','take':'live'},"
				 "{'pointer':'/emoji','take':'live','z~z':1},"
				 "7]"));
	assert_int_equal(asst_error_issue_count(pair->host->err), 3);
	host_issue(pair->host, 0, "choice", "/0/take");
	host_issue(pair->host, 1, "unknown_field", "/2/z~0z");
	host_issue(pair->host, 2, "type", "/3");
	assert_non_null(strstr(asst_error_message(pair->host->err), "3 faults"));
}

/* The order of a list is decided by a list of its ids: all of them, each once. */
static void an_order_is_decided_by_all_ids(void **state)
{
	static const struct {
		const char *value;
		int status;
	} rows[] = {
		{ "[]", ASST_EVALIDATION },
		{ "['" T_UUID_A "','" T_UUID_C "']", ASST_EVALIDATION },
		{ "['" T_UUID_A "','" T_UUID_C "','" T_UUID_C "']", ASST_EVALIDATION },
		{ "['" T_UUID_A "','" T_UUID_C "','" T_UUID_D "']", ASST_EVALIDATION },
		{ "[1,2,3]", ASST_EVALIDATION },
		{ "['" T_UUID_A "','" T_UUID_C "','" T_UUID_B "']", ASST_OK },
	};
	static const char a[] = PAIR_SKILL(T_UUID_A, "A"), b[] = PAIR_SKILL(T_UUID_B, "B"),
			  c[] = PAIR_SKILL(T_UUID_C, "C");
	struct pair *pair = *state;
	char json[600];
	size_t i;

	snprintf(json, sizeof(json), PAIR_SKILLS("%s,%s,%s"), a, b, c);
	MUST(pair->host, pair_publish(pair, json));
	MUST(pair->host, pair_rebase(pair, NULL));
	snprintf(json, sizeof(json), PAIR_SKILLS("%s,%s,%s"), c, a, b);
	MUST(pair->host, pair_publish(pair, json));
	snprintf(json, sizeof(json), PAIR_SKILLS("%s,%s,%s"), b, a, c);
	MUST(pair->host, pair_patch(pair, json));
	for (i = 0; i < T_COUNT(rows); i++) {
		snprintf(json, sizeof(json), "[{'pointer':'/skills','value':%s}]", rows[i].value);
		EXPECT(pair->host, rows[i].status, pair_rebase(pair, json));
	}
	assert_string_equal(pair_drafted(pair, "/skills/0/name"), "A");
	assert_string_equal(pair_drafted(pair, "/skills/1/name"), "C");
	assert_string_equal(pair_drafted(pair, "/skills/2/name"), "B");
}

/* As with every skill that is stored. */
static void a_skill_given_as_a_value_has_an_id(void **state)
{
	struct pair *pair = *state;

	MUST(pair->host, pair_publish(pair, PAIR_SKILLS(PAIR_SKILL(T_UUID_B, "Two"))));
	MUST(pair->host,
	     pair_patch(pair,
			PAIR_SKILLS(PAIR_SKILL(T_UUID_B, "Two") "," PAIR_SKILL(T_UUID_A, "Bob"))));
	MUST(pair->host, pair_rebase(pair, "[{'pointer':'/skills/" T_UUID_A
					   "','value':{'type':'web-search','name':'New'}}]"));
	assert_string_equal(pair_drafted(pair, "/skills/1/name"), "New");
	assert_int_equal(strlen(pair_drafted(pair, "/skills/1/id")), 36);
	MUST(pair->host, pair_commit(pair, 0));
	assert_int_equal(strlen(pair_live(pair, "/skills/1/id")), 36);
}

static void a_stale_handle_is_told_before_anything_else(void **state)
{
	struct pair *pair = *state;
	asst_draft *other;

	MUST(pair->host,
	     asst_draft_edit(&other, as(pair->host, "bob"), pair->id, 0, pair->host->err));
	meet(pair);
	EXPECT(pair->host, ASST_EREVISION, asst_draft_rebase(other, NULL, 0, 0, pair->host->err));
	MUST(pair->host, asst_draft_reload(other, pair->host->err));
	EXPECT(pair->host, ASST_ECONFLICT, asst_draft_rebase(other, NULL, 0, 0, pair->host->err));
	asst_draft_free(other);
}

/* Others go on publishing: each rebase makes the present live definition the base. */
static void one_can_rebase_as_often_as_others_publish(void **state)
{
	struct pair *pair = *state;
	char json[64];
	int i;

	for (i = 0; i < 5; i++) {
		snprintf(json, sizeof(json), "{'name':'Ada %d','emoji':'%d'}", i, i);
		MUST(pair->host, pair_publish(pair, json));
		snprintf(json, sizeof(json), "{'name':'Bob %d'}", i);
		MUST(pair->host, pair_patch(pair, json));
		EXPECT(pair->host, ASST_ECONFLICT, pair_commit(pair, ASST_COMMIT_MERGE));
		pair_conflicts(pair, 1, (const char *const[]){ "/name" });
		MUST(pair->host, pair_rebase(pair, "[{'pointer':'/name','take':'draft'}]"));
		assert_int_equal(asst_draft_base_version(pair->draft), 2 + i);
	}
	MUST(pair->host, pair_commit(pair, 0));
	assert_string_equal(pair_live(pair, "/name"), "Bob 4");
	assert_string_equal(pair_live(pair, "/emoji"), "4");
	assert_int_equal(pair_version(pair), 7);
}

/* Filters of some datasets, all with other numbers; freed by the caller. */
static char *many_numbers(int number)
{
	struct t_text text = { 0 };
	char part[64];
	int i, k;

	t_add(&text, "{\"datasets\":[");
	for (i = 0; i < 6; i++) {
		snprintf(part, sizeof(part), "%s{\"datasetId\":\"dataset-%d\",\"filter\":",
			 i ? "," : "", i);
		t_add(&text, part);
		for (k = 0; k < 3300; k++) {
			snprintf(part, sizeof(part), "%c\"k%d\":%d", k ? ',' : '{', k, number);
			t_add(&text, part);
		}
		t_add(&text, "}}");
	}
	t_add(&text, "]}");
	return text.data;
}

static void as_many_places_as_are_in_conflict_can_be_decided(void **state)
{
	struct pair *pair = *state;
	struct t_text text = { 0 };
	char part[100], *json = many_numbers(1);
	int i, k;

	MUST(pair->host, host_patch(pair->host, "ada create", pair->id, json));
	free(json);
	MUST(pair->host, pair_rebase(pair, NULL));
	json = many_numbers(2);
	MUST(pair->host, host_patch(pair->host, "ada create", pair->id, json));
	free(json);
	json = many_numbers(3);
	MUST(pair->host, asst_draft_patch(pair->draft, json, ASST_NUL, 0, pair->host->err));
	t_add(&text, "[");
	/* Not in the order in which they were told. */
	for (i = 5; i >= 0; i--) {
		for (k = 3299; k >= 0; k--) {
			snprintf(part, sizeof(part),
				 "%s{\"pointer\":\"/datasets/dataset-%d/filter/k%d\",\"take\":\"draft\"}",
				 text.size > 1 ? "," : "", i, k);
			t_add(&text, part);
		}
	}
	t_add(&text, "]");
	assert_true(text.size > 1024 * 1024);
	MUST(pair->host, asst_draft_rebase(pair->draft, text.data, text.size, 0, pair->host->err));
	t_text_free(&text);
	MUST(pair->host, pair_commit(pair, 0));
	assert_string_equal(pair_live(pair, "/datasets/5/filter/k3299"), "3");
	free(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PAIR_TEST(without_decisions_it_is_refused_and_nothing_changes),
		PAIR_TEST(each_place_takes_live_or_the_draft_or_a_value),
		PAIR_TEST(then_a_plain_commit_publishes),
		PAIR_TEST(what_does_not_meet_needs_no_decision),
		PAIR_TEST(a_deleted_item_stays_deleted_or_comes_back),
		PAIR_TEST(an_item_can_be_decided_away),
		PAIR_TEST(a_rebase_makes_no_draft_malformed),
		PAIR_TEST(faulty_decisions_change_nothing),
		PAIR_TEST(a_value_may_be_what_only_a_draft_may_have),
		PAIR_TEST(every_fault_of_the_resolutions_is_told_at_once),
		PAIR_TEST(an_order_is_decided_by_all_ids),
		PAIR_TEST(a_skill_given_as_a_value_has_an_id),
		PAIR_TEST(a_stale_handle_is_told_before_anything_else),
		PAIR_TEST(as_many_places_as_are_in_conflict_can_be_decided),
		PAIR_TEST(one_can_rebase_as_often_as_others_publish),
		PAIR_TEST(null_removes_in_the_hosts_own_text_as_in_a_patch),
	};

	return cmocka_run_group_tests_name("api/rebase", tests, NULL, NULL) ? 1 : 0;
}
