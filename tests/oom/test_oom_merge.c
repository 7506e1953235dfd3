/* SPDX-License-Identifier: MIT */
/* Allocation failures where drafts meet what others published, and those of others. */
#include "oom_pair.h"

#define NO_LIST ((asst_list *)(void *)&w)
#define NOBODY ((asst_assistant *)(void *)&w)

static char found[600]; /* a draft's id, or options with a cursor */
static struct text detail; /* what the error object tells where there is memory */

/* As little as there can be, where what is merged does not matter. */
static void prepare_little(void)
{
	begin_two("{\"name\":\"One\"}");
}

static void prepare_little_apart(void)
{
	prepare_little();
	publish("{\"welcome\":\"Hi\"}");
	MUST(asst_draft_patch(w.draft, "{\"emoji\":\"E\"}", ASST_NUL, 0, NULL));
}

static void prepare_little_met(void)
{
	prepare_little();
	publish("{\"name\":\"Two\",\"emoji\":\"E\"}");
	MUST(asst_draft_patch(w.draft, "{\"name\":\"Three\"}", ASST_NUL, 0, NULL));
}

static void prepare_apart(void)
{
	prepare_two();
	publish("{\"welcome\":\"Hi\",\"datasets\":[" SET("z") "," SET("a") "," SET("b") "]}");
	MUST(asst_draft_patch(w.draft,
			      "{\"data\":{\"a\":1},\"references\":[" ITEM("c") "," ITEM(
				      "a") "," ITEM("b") "," ITEM("d") "]}",
			      ASST_NUL, 0, NULL));
}

/* They meet in a name, in an order, and where one side removed what the other one changed. */
static void prepare_met(void)
{
	prepare_two();
	publish("{\"name\":\"Two\",\"emoji\":\"E\",\"references\":[" ITEM("b") "," ITEM(
		"a") "," ITEM("c") "],\"datasets\":[" SET("a") "]}");
	MUST(asst_draft_patch(w.draft,
			      "{\"name\":\"Three\",\"references\":[" ITEM("c") "," ITEM(
				      "a") "," ITEM("b") "],\"datasets\":[" SET("a") ","
			      "{\"datasetId\":\"b\",\"filter\":{\"x\":1}}]}",
			      ASST_NUL, 0, NULL));
}

static void prepare_gone(void)
{
	asst_draft *other;

	prepare_two();
	MUST(asst_draft_edit(&other, w.ada, two, 0, NULL));
	MUST(asst_draft_discard(other, 0, NULL));
	asst_draft_free(other);
}

static void prepare_stale(void)
{
	asst_draft *other;

	prepare_two();
	MUST(asst_draft_edit(&other, w.ada, two, 0, NULL));
	MUST(asst_draft_patch(other, "{\"name\":\"Other\"}", ASST_NUL, 0, NULL));
	asst_draft_free(other);
}

/* The detail may be missing for want of memory; where there is one it is whole. */
static void check_detail(int status, const asst_error *err)
{
	size_t size = 77;
	const char *text = asst_error_detail(err, &size);

	EXPECT(text ? size == strlen(text) : size == 0);
	EXPECT(status != ASST_OK || !text);
	if (!err || (status != ASST_ECONFLICT && status != ASST_EREVISION))
		return;
	EXPECT(text || fault.hits);
	if (!fault.hits) {
		detail.size = 0;
		text_bytes(&detail, text, size);
	}
	EXPECT(!text || (size == detail.size && memcmp(text, detail.data, size) == 0));
}

static int rebase(const char *resolutions, asst_error *err)
{
	int status = FAILING(
		asst_draft_rebase(w.draft, resolutions, resolutions ? ASST_NUL : 0, 0, err));

	check_detail(status, err);
	return status;
}

static int run_rebase(asst_error *err)
{
	return rebase(NULL, err);
}

static int run_rebase_lost(asst_error *err)
{
	w.conflicts = 2;
	return rebase(NULL, err);
}

static int run_rebase_draft(asst_error *err)
{
	return rebase("[{\"pointer\":\"/name\",\"take\":\"draft\"},"
		      "{\"pointer\":\"/references\",\"take\":\"draft\"},"
		      "{\"pointer\":\"/datasets/b\",\"take\":\"draft\"}]",
		      err);
}

static int run_rebase_values(asst_error *err)
{
	return rebase("[{\"pointer\":\"/datasets/b\",\"value\":{\"filter\":{\"y\":2}}},"
		      "{\"pointer\":\"/references\",\"value\":[\"t:c\",\"t:b\",\"t:a\"]},"
		      "{\"pointer\":\"/name\",\"take\":\"live\"}]",
		      err);
}

static int run_rebase_some(asst_error *err)
{
	return rebase("[{\"pointer\":\"/name\",\"take\":\"live\"}]", err);
}

static int run_rebase_wrong(asst_error *err)
{
	return rebase("[{\"pointer\":\"/emoji\",\"take\":\"live\"}]", err);
}

static int commit(uint32_t flags, asst_error *err)
{
	asst_assistant *made = NOBODY;
	int status = FAILING(asst_draft_commit(&made, w.draft, "both", ASST_NUL, flags, err));

	EXPECT((status == ASST_OK) == (made != NULL));
	if (made)
		text_assistant(&out, made);
	asst_assistant_free(made);
	check_detail(status, err);
	return status;
}

static int run_commit(asst_error *err)
{
	return commit(0, err);
}

static int run_merge(asst_error *err)
{
	return commit(ASST_COMMIT_MERGE, err);
}

static int run_force(asst_error *err)
{
	return commit(ASST_COMMIT_FORCE, err);
}

static int opened(int status, asst_draft *draft)
{
	EXPECT((status == ASST_OK) == (draft != NULL));
	show_draft(&out, draft);
	asst_draft_free(draft);
	return status;
}

/* bob's draft of beta, which ada manages. */
static void prepare_bobs(void)
{
	asst_draft *bobs;

	MUST(asst_draft_edit(&bobs, w.bob, w.beta, 0, NULL));
	MUST(asst_draft_patch(bobs, "{\"name\":\"Bob's\"}", ASST_NUL, 0, NULL));
	snprintf(found, sizeof(found), "%s", asst_draft_id(bobs));
	asst_draft_free(bobs);
}

static void prepare_both(void)
{
	prepare_bobs();
	asst_draft_free(w.draft);
	MUST(asst_draft_edit(&w.draft, w.ada, w.beta, 0, NULL));
}

static int copy_over(uint64_t revision, asst_session *session, const char *id, uint32_t flags,
		     asst_error *err)
{
	asst_draft *draft = w.draft;
	int status = FAILING(asst_draft_copy(&draft, session, id, revision, flags, err));

	return opened(status, draft);
}

static int copy(asst_session *session, const char *id, uint32_t flags, asst_error *err)
{
	return copy_over(ASST_ANY_REVISION, session, id, flags, err);
}

static int run_copy(asst_error *err)
{
	return copy(w.ada, found, 0, err);
}

static int run_copy_lost(asst_error *err)
{
	w.conflicts = 1;
	return copy(w.ada, found, 0, err);
}

static int run_copy_replace(asst_error *err)
{
	return copy_over(asst_draft_revision(w.draft), w.ada, found, ASST_DRAFT_REPLACE, err);
}

static int run_copy_revision(asst_error *err)
{
	return copy_over(99, w.ada, found, ASST_DRAFT_REPLACE, err);
}

static int run_copy_hidden(asst_error *err)
{
	return copy(w.bob, asst_draft_id(w.draft), 0, err);
}

static int listed_as(int status, asst_list *list)
{
	EXPECT((status == ASST_OK) == (list != NULL));
	if (list)
		text_list(&out, list);
	asst_list_free(list);
	return status;
}

static int drafts(const char *options, asst_error *err)
{
	asst_list *list = NO_LIST;
	int status = FAILING(asst_draft_list(&list, w.ada, options, options ? ASST_NUL : 0, err));

	return listed_as(status, list);
}

static int run_drafts(asst_error *err)
{
	return drafts(NULL, err);
}

static int run_drafts_first(asst_error *err)
{
	return drafts("{\"limit\":1}", err);
}

static int run_drafts_next(asst_error *err)
{
	return drafts(found, err);
}

static int run_drafts_wrong(asst_error *err)
{
	return drafts("{\"limit\":0,\"cursor\":\"00\",\"what\":1}", err);
}

static void prepare_page(void)
{
	asst_list *page;

	MUST(asst_draft_list(&page, w.ada, "{\"limit\":1}", ASST_NUL, NULL));
	assert_non_null(asst_list_cursor(page));
	snprintf(found, sizeof(found), "{\"cursor\":\"%s\"}", asst_list_cursor(page));
	asst_list_free(page);
}

/* Everybody's drafts of one assistant, ada's and bob's. */
static void prepare_of_one(void)
{
	prepare_both();
	snprintf(found, sizeof(found), "{\"assistantId\":\"%s\",\"limit\":1}", w.beta);
}

static void prepare_of_none(void)
{
	snprintf(found, sizeof(found), "{\"assistantId\":\"%s\"}", asst_session_workspace(w.ada));
}

#define REBASE "asst_draft_rebase"
#define COMMIT "asst_draft_commit"
#define COPY "asst_draft_copy"
#define DRAFTS "asst_draft_list"

static const struct op ops[] = {
	{ REBASE, "nothing published", ASST_OK, ALL, prepare_little, run_rebase },
	{ REBASE, "apart", ASST_OK, ALL, prepare_apart, run_rebase },
	{ REBASE, "apart, lost races", ASST_OK, ALL | DETAIL, prepare_little_apart,
	  run_rebase_lost },
	{ REBASE, "taken from the draft", ASST_OK, ALL, prepare_met, run_rebase_draft },
	{ REBASE, "values, and live", ASST_OK, ALL, prepare_met, run_rebase_values },
	{ REBASE, "conflicts", ASST_ECONFLICT, ALL, prepare_met, run_rebase },
	{ REBASE, "not all decided", ASST_ECONFLICT, ALL, prepare_met, run_rebase_some },
	{ REBASE, "faults", ASST_EVALIDATION, ALL, prepare_little_met, run_rebase_wrong },
	{ REBASE, "stale", ASST_EREVISION, ALL, prepare_stale, run_rebase },
	{ REBASE, "gone", ASST_ENOTFOUND, DETAIL, prepare_gone, run_rebase },
	{ COMMIT, "moved on, apart", ASST_ECONFLICT, ALL, prepare_little_apart, run_commit },
	{ COMMIT, "merged", ASST_OK, ALL, prepare_apart, run_merge },
	{ COMMIT, "merge with conflicts", ASST_ECONFLICT, ALL, prepare_little_met, run_merge },
	{ COMMIT, "forced", ASST_OK, ALL, prepare_met, run_force },
	{ COPY, "new", ASST_OK, ALL, prepare_bobs, run_copy },
	{ COPY, "after a lost race", ASST_OK, ALL | DETAIL, prepare_bobs, run_copy_lost },
	{ COPY, "replacing", ASST_OK, ALL, prepare_both, run_copy_replace },
	{ COPY, "one is open", ASST_ECONFLICT, ALL, prepare_both, run_copy },
	{ COPY, "other revision", ASST_EREVISION, ALL, prepare_both, run_copy_revision },
	{ COPY, "none is open", ASST_ENOTFOUND, ALL, prepare_bobs, run_copy_revision },
	{ COPY, "hidden", ASST_ENOTFOUND, ALL, NULL, run_copy_hidden },
	{ DRAFTS, "own", ASST_OK, ALL, NULL, run_drafts },
	{ DRAFTS, "first page", ASST_OK, ALL, NULL, run_drafts_first },
	{ DRAFTS, "next page", ASST_OK, ALL, prepare_page, run_drafts_next },
	{ DRAFTS, "of one assistant", ASST_OK, ALL, prepare_of_one, run_drafts_next },
	{ DRAFTS, "of none", ASST_ENOTFOUND, ALL, prepare_of_none, run_drafts_next },
	{ DRAFTS, "faults", ASST_EVALIDATION, ALL, NULL, run_drafts_wrong },
};

OOM_TESTS("merge", ops)
OOM_HOST_TEST(ops)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_listed),
		cmocka_unit_test(test_heap),
		cmocka_unit_test(test_host),
	};

	return cmocka_run_group_tests_name("oom_merge", tests, NULL, NULL) ? 1 : 0;
}
