/* SPDX-License-Identifier: MIT */
/*
 * Two people change one definition: what a commit answers when the live definition moved on,
 * what merges by itself, who decides the rest, and that nothing is ever published by halves.
 */
#include "pair.h"

/* A plain commit of what both sides did is a conflict; a merge of it publishes version 3. */
static void merges(struct pair *pair, const char *of_live, const char *of_draft)
{
	MUST(pair->host, pair_publish(pair, of_live));
	MUST(pair->host, pair_patch(pair, of_draft));
	EXPECT(pair->host, ASST_ECONFLICT, pair_commit(pair, 0));
	pair_conflicts(pair, 0, NULL);
	assert_int_equal(pair_version(pair), 2);
	MUST(pair->host, pair_commit(pair, ASST_COMMIT_MERGE));
	assert_int_equal(pair_version(pair), 3);
}

static void a_commit_on_a_moved_live_tells_what_both_sides_changed(void **state)
{
	static const char *const pointers[] = { "/name", "/welcome" };
	struct pair *pair = *state;

	MUST(pair->host, pair_publish(pair, "{'name':'Ada','welcome':'Hi','description':null}"));
	MUST(pair->host, pair_patch(pair, "{'name':'Bob','welcome':'Hello','emoji':'B'}"));
	EXPECT(pair->host, ASST_ECONFLICT, pair_commit(pair, 0));
	pair_conflicts(pair, 2, pointers);
	assert_string_equal(pair_detail(pair, "/baseVersion"), "1");
	assert_string_equal(pair_detail(pair, "/liveVersion"), "2");
	assert_string_equal(pair_detail(pair, "/conflicts/0/base"), "First");
	assert_string_equal(pair_detail(pair, "/conflicts/0/live"), "Ada");
	assert_string_equal(pair_detail(pair, "/conflicts/0/draft"), "Bob");
	assert_string_equal(pair_detail(pair, "/conflicts/1/base"), JSON_ABSENT);
	assert_string_equal(pair_detail(pair, "/conflicts/1/live"), "Hi");
	assert_string_equal(pair_detail(pair, "/conflicts/1/draft"), "Hello");
	EXPECT(pair->host, ASST_ECONFLICT, pair_commit(pair, ASST_COMMIT_MERGE));
	pair_conflicts(pair, 2, pointers);
	/* Nothing was lost or published. */
	assert_string_equal(pair_live(pair, "/name"), "Ada");
	MUST(pair->host, asst_draft_reload(pair->draft, pair->host->err));
	assert_null(asst_error_detail(pair->host->err, NULL));
	assert_string_equal(pair_drafted(pair, "/name"), "Bob");
	assert_int_equal(asst_draft_base_version(pair->draft), 1);
}

static void disjoint_fields_merge(void **state)
{
	struct pair *pair = *state;

	merges(pair, "{'name':'Ada'}", "{'description':null,'emoji':'B'}");
	assert_string_equal(pair_live(pair, "/name"), "Ada");
	assert_string_equal(pair_live(pair, "/emoji"), "B");
	assert_string_equal(pair_live(pair, "/description"), JSON_ABSENT);
	EXPECT(pair->host, ASST_ENOTFOUND,
	       host_look(pair->host, "bob", asst_draft_id(pair->draft)));
}

static void members_of_data_merge(void **state)
{
	struct pair *pair = *state;

	merges(pair, "{'data':{'a':2}}", "{'data':{'b':null,'c':3}}");
	assert_string_equal(pair_live(pair, "/data"), t_json("{'a':2,'c':3}"));
}

static void two_different_skills_merge(void **state)
{
	struct pair *pair = *state;

	merges(pair, PAIR_SKILLS(PAIR_SKILL(T_UUID_A, "Ada") "," PAIR_SKILL(T_UUID_B, "Two")),
	       PAIR_SKILLS(PAIR_SKILL(T_UUID_A, "One") "," PAIR_SKILL(T_UUID_B, "Bob")));
	assert_string_equal(pair_live(pair, "/skills/0/name"), "Ada");
	assert_string_equal(pair_live(pair, "/skills/1/name"), "Bob");
}

static void two_members_of_one_skill_merge(void **state)
{
	struct pair *pair = *state;

	merges(pair, PAIR_SKILLS(PAIR_SKILL(T_UUID_A, "Ada") "," PAIR_SKILL(T_UUID_B, "Two")),
	       PAIR_SKILLS("{'id':'" T_UUID_A "','type':'web-search','name':'One',"
			   "'data':{'maxResults':7}}," PAIR_SKILL(T_UUID_B, "Two")));
	assert_string_equal(pair_live(pair, "/skills/0/name"), "Ada");
	assert_string_equal(pair_live(pair, "/skills/0/data/maxResults"), "7");
}

static void one_member_of_one_skill_is_a_conflict_of_that_member(void **state)
{
	struct pair *pair = *state;

	MUST(pair->host, pair_publish(pair, PAIR_SKILLS(PAIR_SKILL(T_UUID_B, "Ada"))));
	MUST(pair->host,
	     pair_patch(pair,
			PAIR_SKILLS(PAIR_SKILL(T_UUID_A, "One") "," PAIR_SKILL(T_UUID_B, "Bob"))));
	EXPECT(pair->host, ASST_ECONFLICT, pair_commit(pair, ASST_COMMIT_MERGE));
	pair_conflict(pair, "/skills/" T_UUID_B "/name");
	assert_string_equal(pair_detail(pair, "/conflicts/0/base"), "Two");
	assert_string_equal(pair_detail(pair, "/conflicts/0/live"), "Ada");
	assert_string_equal(pair_detail(pair, "/conflicts/0/draft"), "Bob");
}

static void skills_that_each_side_added_merge(void **state)
{
	struct pair *pair = *state;

	merges(pair,
	       PAIR_SKILLS(PAIR_SKILL(T_UUID_C, "Ada") "," PAIR_SKILL(
		       T_UUID_A, "One") "," PAIR_SKILL(T_UUID_B, "Two")),
	       PAIR_SKILLS(PAIR_SKILL(T_UUID_A, "One") "," PAIR_SKILL(
		       T_UUID_B, "Two") "," PAIR_SKILL(T_UUID_D, "Bob")));
	assert_string_equal(pair_live(pair, "/skills/0/name"), "Ada");
	assert_string_equal(pair_live(pair, "/skills/1/name"), "One");
	assert_string_equal(pair_live(pair, "/skills/2/name"), "Two");
	assert_string_equal(pair_live(pair, "/skills/3/name"), "Bob");
}

static void the_same_change_on_both_sides_is_no_conflict(void **state)
{
	struct pair *pair = *state;

	merges(pair, "{'name':'Same','emoji':'A'}", "{'name':'Same','welcome':'Hi'}");
	assert_string_equal(pair_live(pair, "/name"), "Same");
	assert_string_equal(pair_live(pair, "/emoji"), "A");
	assert_string_equal(pair_live(pair, "/welcome"), "Hi");
}

static void a_merge_that_adds_nothing_makes_no_version(void **state)
{
	struct pair *pair = *state;

	MUST(pair->host, pair_publish(pair, "{'name':'Same','emoji':'A'}"));
	MUST(pair->host, pair_patch(pair, "{'name':'Same'}"));
	MUST(pair->host, pair_commit(pair, ASST_COMMIT_MERGE));
	assert_int_equal(pair_version(pair), 2);
	EXPECT(pair->host, ASST_ENOTFOUND,
	       host_look(pair->host, "bob", asst_draft_id(pair->draft)));
}

static void deleting_what_the_other_changed_is_a_conflict(void **state)
{
	struct pair *pair = *state;

	MUST(pair->host, pair_publish(pair, PAIR_SKILLS(PAIR_SKILL(T_UUID_B, "Two"))));
	MUST(pair->host,
	     pair_patch(pair,
			PAIR_SKILLS(PAIR_SKILL(T_UUID_A, "Bob") "," PAIR_SKILL(T_UUID_B, "Two"))));
	EXPECT(pair->host, ASST_ECONFLICT, pair_commit(pair, ASST_COMMIT_MERGE));
	pair_conflict(pair, "/skills/" T_UUID_A);
	assert_string_equal(pair_detail(pair, "/conflicts/0/base/name"), "One");
	assert_string_equal(pair_detail(pair, "/conflicts/0/live"), JSON_ABSENT);
	assert_string_equal(pair_detail(pair, "/conflicts/0/draft/name"), "Bob");
	MUST(pair->host, pair_rebase(pair, "[{'pointer':'/skills/" T_UUID_A "','take':'draft'}]"));
	assert_string_equal(pair_drafted(pair, "/skills/0/name"), "Bob");
	assert_string_equal(pair_drafted(pair, "/skills/1/name"), "Two");
}

static void references_whose_joined_ids_are_equal_are_told_apart(void **state)
{
	static const char of_base[] = "{'references':[{'targetType':'a:b','targetId':'c'}]}",
			  other[] = "{'references':[{'targetType':'a','targetId':'b:c'}]}";
	struct pair *pair = *state;

	/* Each side adds another one. */
	merges(pair, of_base, other);
	assert_string_equal(pair_live(pair, "/references/1/targetType"), "a:b");
	/* The draft takes one of them in the place of the other one, which live describes. */
	pair_teardown(state);
	pair_setup(state);
	pair = *state;
	MUST(pair->host, pair_publish(pair, of_base));
	MUST(pair->host, pair_rebase(pair, NULL));
	MUST(pair->host, pair_publish(pair, "{'references':[{'targetType':'a:b','targetId':'c',"
					    "'description':'Of a:b'}]}"));
	MUST(pair->host, pair_patch(pair, other));
	EXPECT(pair->host, ASST_ECONFLICT, pair_commit(pair, ASST_COMMIT_MERGE));
	pair_conflict(pair, "/references/a%3Ab:c");
	MUST(pair->host,
	     pair_rebase(pair, "[{'pointer':'/references/a%3Ab:c','value':{'targetType':'a:b',"
			       "'targetId':'c','description':'Both'}}]"));
	assert_string_equal(pair_drafted(pair, "/references/1/description"), "Both");
	assert_string_equal(pair_drafted(pair, "/references/0/targetId"), "b:c");
}

static void deleting_what_the_other_left_alone_merges(void **state)
{
	struct pair *pair = *state;

	merges(pair, PAIR_SKILLS(PAIR_SKILL(T_UUID_B, "Two")),
	       PAIR_SKILLS(PAIR_SKILL(T_UUID_A, "One") "," PAIR_SKILL(T_UUID_B, "Bob")));
	assert_string_equal(pair_live(pair, "/skills/0/name"), "Bob");
	assert_string_equal(pair_live(pair, "/skills/1"), JSON_ABSENT);
}

static void a_new_order_merges_with_changes_of_the_items(void **state)
{
	struct pair *pair = *state;

	merges(pair, PAIR_SKILLS(PAIR_SKILL(T_UUID_B, "Two") "," PAIR_SKILL(T_UUID_A, "One")),
	       PAIR_SKILLS(PAIR_SKILL(T_UUID_A, "Bob") "," PAIR_SKILL(T_UUID_B, "Two")));
	assert_string_equal(pair_live(pair, "/skills/0/name"), "Two");
	assert_string_equal(pair_live(pair, "/skills/1/name"), "Bob");
}

static void two_different_orders_are_a_conflict_of_the_list(void **state)
{
	static const char a[] = PAIR_SKILL(T_UUID_A, "One"), b[] = PAIR_SKILL(T_UUID_B, "Two"),
			  c[] = PAIR_SKILL(T_UUID_C, "Three");
	struct pair *pair = *state;
	char json[600];

	snprintf(json, sizeof(json), PAIR_SKILLS("%s,%s,%s"), a, b, c);
	MUST(pair->host, pair_patch(pair, json));
	MUST(pair->host, pair_commit(pair, 0));
	asst_draft_free(pair->draft);
	MUST(pair->host,
	     asst_draft_edit(&pair->draft, as(pair->host, "bob"), pair->id, 0, pair->host->err));
	snprintf(json, sizeof(json), PAIR_SKILLS("%s,%s,%s"), c, a, b);
	MUST(pair->host, pair_publish(pair, json));
	snprintf(json, sizeof(json), PAIR_SKILLS("%s,%s,%s"), b, a, c);
	MUST(pair->host, pair_patch(pair, json));
	EXPECT(pair->host, ASST_ECONFLICT, pair_commit(pair, ASST_COMMIT_MERGE));
	pair_conflict(pair, "/skills");
	MUST(pair->host, pair_rebase(pair, "[{'pointer':'/skills','take':'draft'}]"));
	MUST(pair->host, pair_commit(pair, 0));
	assert_string_equal(pair_live(pair, "/skills/0/name"), "Two");
	assert_string_equal(pair_live(pair, "/skills/1/name"), "One");
	assert_string_equal(pair_live(pair, "/skills/2/name"), "Three");
}

static void force_decides_for_the_draft_and_needs_level_3(void **state)
{
	struct pair *pair = *state;

	MUST(pair->host, pair_publish(pair, "{'name':'Ada','emoji':'A'}"));
	MUST(pair->host, pair_patch(pair, "{'name':'Bob','welcome':'Hi'}"));
	EXPECT(pair->host, ASST_EDENIED, pair_commit(pair, ASST_COMMIT_FORCE));
	assert_int_equal(pair_version(pair), 2);
	MUST(pair->host, host_share(pair->host, "ada create", pair->id, "user:bob", 3));
	MUST(pair->host, pair_commit(pair, ASST_COMMIT_FORCE));
	assert_int_equal(pair_version(pair), 3);
	assert_string_equal(pair_live(pair, "/name"), "Bob");
	assert_string_equal(pair_live(pair, "/emoji"), "A");
	assert_string_equal(pair_live(pair, "/welcome"), "Hi");
}

static void a_merge_that_is_invalid_as_a_whole_changes_nothing(void **state)
{
	struct pair *pair = *state;

	/* Each side by itself is without a fault. */
	MUST(pair->host, pair_publish(pair, "{'datasets':[{'datasetId':'sales'}]}"));
	MUST(pair->host, pair_rebase(pair, NULL));
	MUST(pair->host, pair_publish(pair, "{'datasets':null}"));
	MUST(pair->host, pair_patch(pair, "{'skills':[{'id':'" T_UUID_C "','type':'dataset-query',"
					  "'datasetId':'sales'}]}"));
	EXPECT(pair->host, ASST_EVALIDATION, pair_commit(pair, ASST_COMMIT_MERGE));
	assert_string_equal(t_faults(pair->host->err), "missing_for@/skills/0/datasetId");
	assert_int_equal(pair_version(pair), 3);
	assert_string_equal(pair_live(pair, "/skills/0/name"), "One");
	MUST(pair->host, asst_draft_reload(pair->draft, pair->host->err));
	assert_string_equal(pair_drafted(pair, "/skills/0/datasetId"), "sales");
	assert_int_equal(asst_draft_base_version(pair->draft), 2);
}

/* What counts is the base and the last live definition, not the way from one to the other. */
static void live_that_advanced_twice_is_compared_once(void **state)
{
	struct pair *pair = *state;

	MUST(pair->host, pair_patch(pair, "{'name':'Bob','emoji':'B'}"));
	MUST(pair->host, pair_publish(pair, "{'name':'Ada','emoji':'A'}"));
	MUST(pair->host, pair_publish(pair, "{'emoji':null}"));
	EXPECT(pair->host, ASST_ECONFLICT, pair_commit(pair, 0));
	pair_conflict(pair, "/name");
	assert_string_equal(pair_detail(pair, "/liveVersion"), "3");
	MUST(pair->host, pair_publish(pair, "{'name':'First','welcome':'Hi'}"));
	MUST(pair->host, pair_commit(pair, ASST_COMMIT_MERGE));
	assert_int_equal(pair_version(pair), 5);
	assert_string_equal(pair_live(pair, "/name"), "Bob");
	assert_string_equal(pair_live(pair, "/emoji"), "B");
	assert_string_equal(pair_live(pair, "/welcome"), "Hi");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PAIR_TEST(a_commit_on_a_moved_live_tells_what_both_sides_changed),
		PAIR_TEST(disjoint_fields_merge),
		PAIR_TEST(members_of_data_merge),
		PAIR_TEST(two_different_skills_merge),
		PAIR_TEST(two_members_of_one_skill_merge),
		PAIR_TEST(one_member_of_one_skill_is_a_conflict_of_that_member),
		PAIR_TEST(skills_that_each_side_added_merge),
		PAIR_TEST(the_same_change_on_both_sides_is_no_conflict),
		PAIR_TEST(a_merge_that_adds_nothing_makes_no_version),
		PAIR_TEST(deleting_what_the_other_changed_is_a_conflict),
		PAIR_TEST(references_whose_joined_ids_are_equal_are_told_apart),
		PAIR_TEST(deleting_what_the_other_left_alone_merges),
		PAIR_TEST(a_new_order_merges_with_changes_of_the_items),
		PAIR_TEST(two_different_orders_are_a_conflict_of_the_list),
		PAIR_TEST(force_decides_for_the_draft_and_needs_level_3),
		PAIR_TEST(a_merge_that_is_invalid_as_a_whole_changes_nothing),
		PAIR_TEST(live_that_advanced_twice_is_compared_once),
	};

	return cmocka_run_group_tests_name("api/merge", tests, NULL, NULL) ? 1 : 0;
}
