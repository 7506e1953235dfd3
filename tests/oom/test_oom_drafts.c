/* SPDX-License-Identifier: MIT */
/* Allocation failures while drafts are opened, changed, published and thrown away. */
#include "oom_world.h"

#define PATCH                                                                    \
	"{\"description\":\"new\",\"datasets\":[{\"datasetId\":\"d2\"}],\"webSearch\":false}"

static void tick(void)
{
	w.time = START + 500000;
	w.random = 55;
}

static int edit(asst_session *session, const char *id, uint32_t flags, asst_error *err)
{
	asst_draft *draft = w.draft;
	int status = FAILING(asst_draft_edit(&draft, session, id, flags, err));

	EXPECT((status == ASST_OK) == (draft != NULL));
	show_draft(&out, draft);
	asst_draft_free(draft);
	return status;
}

static int run_edit_new(asst_error *err)
{
	return edit(w.ada, w.beta, 0, err);
}

static int run_edit_open(asst_error *err)
{
	return edit(w.ada, w.alpha, 0, err);
}

static int run_edit_name(asst_error *err)
{
	return edit(w.ada, "team:red:red", 0, err);
}

static int run_edit_draft_id(asst_error *err)
{
	return edit(w.ada, asst_draft_id(w.draft), 0, err);
}

static int run_edit_lost(asst_error *err)
{
	w.conflicts = 2;
	return edit(w.ada, w.beta, 0, err);
}

static int run_edit_hidden(asst_error *err)
{
	return edit(w.bob, w.alpha, 0, err);
}

static int run_edit_flags(asst_error *err)
{
	return edit(w.ada, w.alpha, 8, err);
}

static int run_patch(asst_error *err)
{
	return FAILING(asst_draft_patch(w.draft, PATCH, ASST_NUL, 0, err));
}

static int run_patch_lost(asst_error *err)
{
	w.conflicts = 1;
	return FAILING(asst_draft_patch(w.draft, PATCH, ASST_NUL, 0, err));
}

static int run_patch_same(asst_error *err)
{
	return FAILING(asst_draft_patch(w.draft, "{\"name\":\"Alpha 2\",\"kind\":\"AGENT\"}",
					ASST_NUL, 0, err));
}

static int run_patch_wrong(asst_error *err)
{
	static const char json[] =
		"{\"name\":5,\"id\":\"x\",\"nope\":[],\"skills\":[{\"type\":7}]}";

	return FAILING(asst_draft_patch(w.draft, json, ASST_NUL, 0, err));
}

static int run_patch_not_its_own(asst_error *err)
{
	return FAILING(asst_draft_patch(w.draft, "{\"tags\":[\"other\"]}", ASST_NUL, 0, err));
}

/* Changes the draft through another handle. */
static void prepare_stale(void)
{
	asst_draft *other;

	tick();
	MUST(asst_draft_edit(&other, w.ada, w.alpha, 0, NULL));
	MUST(asst_draft_patch(other, "{\"description\":\"other\"}", ASST_NUL, 0, NULL));
	asst_draft_free(other);
}

static int run_reload(asst_error *err)
{
	return FAILING(asst_draft_reload(w.draft, err));
}

static void prepare_gone(void)
{
	asst_draft *other;

	tick();
	MUST(asst_draft_edit(&other, w.ada, w.alpha, 0, NULL));
	MUST(asst_draft_discard(other, 0, NULL));
	asst_draft_free(other);
}

static int commit(asst_draft *draft, asst_error *err)
{
	asst_assistant *made = w.loaded;
	int status = FAILING(asst_draft_commit(&made, draft, "for \xc3\xa4ll", ASST_NUL, 0, err));

	EXPECT((status == ASST_OK) == (made != NULL));
	if (made)
		text_assistant(&out, made);
	asst_assistant_free(made);
	return status;
}

static int run_commit(asst_error *err)
{
	return commit(w.draft, err);
}

static int run_commit_lost(asst_error *err)
{
	w.conflicts = 2;
	return commit(w.draft, err);
}

static int run_commit_first(asst_error *err)
{
	return commit(w.fresh_draft, err);
}

static int run_commit_silent(asst_error *err)
{
	return FAILING(asst_draft_commit(NULL, w.draft, NULL, 0, 0, err));
}

static void prepare_unchanged(void)
{
	tick();
	MUST(asst_draft_patch(w.draft, "{\"name\":\"Alpha\",\"welcome\":\"Hi\"}", ASST_NUL, 0,
			      NULL));
}

static void prepare_incomplete(void)
{
	tick();
	MUST(asst_draft_patch(w.draft,
			      "{\"name\":null,"
			      "\"fallback\":\"0190a0f4-0000-7000-8000-000000000001\"}",
			      ASST_NUL, 0, NULL));
}

static void prepare_moved_on(void)
{
	tick();
	MUST(asst_assistant_patch_json(NULL, w.ada, w.alpha, "{\"name\":\"Alpha 3\"}", ASST_NUL,
				       ASST_ANY_REVISION, 0, NULL));
}

static int run_commit_long(asst_error *err)
{
	static char message[5000];

	memset(message, 'x', sizeof(message) - 1);
	return FAILING(asst_draft_commit(NULL, w.draft, message, ASST_NUL, 0, err));
}

static int run_discard(asst_error *err)
{
	return FAILING(asst_draft_discard(w.draft, 0, err));
}

static int run_discard_lost(asst_error *err)
{
	w.conflicts = 1;
	return FAILING(asst_draft_discard(w.draft, 0, err));
}

static const struct op ops[] = {
	{ "asst_draft_edit", "new", ASST_OK, ALL, NULL, run_edit_new },
	{ "asst_draft_edit", "open already", ASST_OK, ALL, NULL, run_edit_open },
	{ "asst_draft_edit", "natural name", ASST_OK, ALL, NULL, run_edit_name },
	{ "asst_draft_edit", "its own id", ASST_OK, ALL, NULL, run_edit_draft_id },
	{ "asst_draft_edit", "after lost races", ASST_OK, ALL | DETAIL, NULL, run_edit_lost },
	{ "asst_draft_edit", "not found", ASST_ENOTFOUND, ALL, NULL, run_edit_hidden },
	{ "asst_draft_edit", "unknown flags", ASST_EINVAL, DETAIL, NULL, run_edit_flags },
	{ "asst_draft_patch", "changed", ASST_OK, ALL, NULL, run_patch },
	{ "asst_draft_patch", "after a lost race", ASST_OK, ALL | DETAIL, NULL, run_patch_lost },
	{ "asst_draft_patch", "unchanged", ASST_OK, ALL, NULL, run_patch_same },
	{ "asst_draft_patch", "faults", ASST_EVALIDATION, ALL, NULL, run_patch_wrong },
	{ "asst_draft_patch", "the assistant's", ASST_ECONFLICT, ALL, NULL, run_patch_not_its_own },
	{ "asst_draft_patch", "stale", ASST_EREVISION, ALL, prepare_stale, run_patch },
	{ "asst_draft_patch", "gone", ASST_ENOTFOUND, DETAIL, prepare_gone, run_patch },
	{ "asst_draft_reload", "changed", ASST_OK, 0, prepare_stale, run_reload },
	{ "asst_draft_reload", "gone", ASST_ENOTFOUND, DETAIL, prepare_gone, run_reload },
	{ "asst_draft_commit", "changed", ASST_OK, ALL, NULL, run_commit },
	{ "asst_draft_commit", "after lost races", ASST_OK, ALL | DETAIL, NULL, run_commit_lost },
	{ "asst_draft_commit", "the first version", ASST_OK, ALL, NULL, run_commit_first },
	{ "asst_draft_commit", "result not wanted", ASST_OK, ALL, NULL, run_commit_silent },
	{ "asst_draft_commit", "unchanged", ASST_OK, ALL, prepare_unchanged, run_commit },
	{ "asst_draft_commit", "incomplete", ASST_EVALIDATION, ALL, prepare_incomplete,
	  run_commit },
	{ "asst_draft_commit", "stale", ASST_EREVISION, ALL, prepare_stale, run_commit },
	{ "asst_draft_commit", "moved on", ASST_ECONFLICT, ALL, prepare_moved_on, run_commit },
	{ "asst_draft_commit", "gone", ASST_ENOTFOUND, DETAIL, prepare_gone, run_commit },
	{ "asst_draft_commit", "long message", ASST_ELIMIT, DETAIL, NULL, run_commit_long },
	{ "asst_draft_discard", "there", ASST_OK, ALL, NULL, run_discard },
	{ "asst_draft_discard", "after a lost race", ASST_OK, ALL | DETAIL, NULL,
	  run_discard_lost },
	{ "asst_draft_discard", "gone", ASST_OK, DETAIL, prepare_gone, run_discard },
	{ "asst_draft_discard", "stale", ASST_EREVISION, ALL, prepare_stale, run_discard },
};

OOM_TESTS("drafts", ops)
OOM_HOST_TEST(ops)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_listed),
		cmocka_unit_test(test_heap),
		cmocka_unit_test(test_host),
	};

	return cmocka_run_group_tests_name("oom_drafts", tests, NULL, NULL) ? 1 : 0;
}
