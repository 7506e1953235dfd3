/* SPDX-License-Identifier: MIT */
/* Allocation failures with what is kept of an assistant: versions, the trash, its owner. */
#include "oom_pair.h"

#define NO_BUF ((asst_buf *)(void *)&w)
#define NO_LIST ((asst_list *)(void *)&w)
#define NOBODY ((asst_assistant *)(void *)&w)

/* Versions 1 to 3, the first one with a label. */
static void prepare_versions(void)
{
	prepare_two();
	MUST(asst_draft_discard(w.draft, 0, NULL));
	publish("{\"name\":\"Two\"}");
	publish("{\"references\":null}");
	MUST(asst_version_label(w.ada, two, 1, "first", ASST_NUL, 0, NULL));
}

static int read_as(int status, asst_buf *buf)
{
	EXPECT((status == ASST_OK) == (buf != NULL));
	if (buf)
		text_buf(&out, buf);
	asst_buf_free(buf);
	return status;
}

static int versions(const char *options, asst_error *err)
{
	asst_buf *buf = NO_BUF;
	int status =
		FAILING(asst_version_list(&buf, w.ada, two, options, options ? ASST_NUL : 0, err));

	return read_as(status, buf);
}

static int run_versions(asst_error *err)
{
	return versions(NULL, err);
}

static int run_versions_first(asst_error *err)
{
	return versions("{\"limit\":2}", err);
}

static int run_versions_wrong(asst_error *err)
{
	return versions("{\"cursor\":\"00\"}", err);
}

static int version_get(uint64_t version, asst_error *err)
{
	asst_assistant *got = NOBODY;
	int status = FAILING(asst_version_get(&got, w.ada, two, version, 0, err));

	EXPECT((status == ASST_OK) == (got != NULL));
	if (got)
		text_assistant(&out, got);
	asst_assistant_free(got);
	return status;
}

static int run_version_old(asst_error *err)
{
	return version_get(1, err);
}

static int run_version_live(asst_error *err)
{
	return version_get(ASST_VERSION_LIVE, err);
}

static int run_version_none(asst_error *err)
{
	return version_get(9, err);
}

static int diff(uint64_t from, uint64_t to, asst_error *err)
{
	asst_buf *buf = NO_BUF;
	int status = FAILING(asst_version_diff(&buf, w.ada, two, from, to, 0, err));

	return read_as(status, buf);
}

/* What is open is replaced. */
static void prepare_changed(void)
{
	prepare_two();
	publish("{\"name\":\"Two\"}");
	MUST(asst_draft_patch(w.draft, "{\"name\":\"Three\",\"datasets\":[" SET("b") "]}", ASST_NUL,
			      0, NULL));
}

static int run_diff(asst_error *err)
{
	return diff(1, ASST_VERSION_LIVE, err);
}

static int run_diff_draft(asst_error *err)
{
	return diff(1, ASST_VERSION_DRAFT, err);
}

static int opened(int status, asst_draft *draft)
{
	EXPECT((status == ASST_OK) == (draft != NULL));
	show_draft(&out, draft);
	asst_draft_free(draft);
	return status;
}

static int version_restore(uint64_t revision, uint32_t flags, asst_error *err)
{
	asst_draft *draft = w.draft;
	int status = FAILING(asst_version_restore(&draft, w.ada, two, 1, revision, flags, err));

	return opened(status, draft);
}

static int run_restore(asst_error *err)
{
	return version_restore(ASST_ANY_REVISION, 0, err);
}

static int run_restore_replace(asst_error *err)
{
	return version_restore(asst_draft_revision(w.draft), ASST_DRAFT_REPLACE, err);
}

static int run_restore_revision(asst_error *err)
{
	return version_restore(99, ASST_DRAFT_REPLACE, err);
}

static int label(const char *text, asst_error *err)
{
	return FAILING(asst_version_label(w.ada, two, 1, text, text ? ASST_NUL : 0, 0, err));
}

static int run_label(asst_error *err)
{
	w.conflicts = 1;
	return label("released", err);
}

static int run_label_off(asst_error *err)
{
	return label(NULL, err);
}

static int run_label_blank(asst_error *err)
{
	return label("  ", err);
}

static int run_pin(asst_error *err)
{
	return FAILING(asst_version_pin(w.ada, two, ASST_VERSION_LIVE, 1, 0, err));
}

static int run_pin_none(asst_error *err)
{
	return FAILING(asst_version_pin(w.ada, two, 9, 1, 0, err));
}

/* The options of the world keep more. Of four versions the first one has a label. */
static void prepare_prune(void)
{
	asst_store_opts *opts = world_opts();

	prepare_versions();
	MUST(asst_store_opts_set_int(opts, "keep_versions", 1, NULL));
	MUST(asst_store_opts_set_int(opts, "keep_days", 0, NULL));
	world_again(opts);
	asst_store_opts_free(opts);
	/* The store is to remember the workspace before it. */
	publish("{\"name\":\"Four\"}");
}

static int run_prune(asst_error *err)
{
	uint64_t removed = 77;
	int status = FAILING(asst_version_prune(&removed, w.ada, two, 0, err));

	EXPECT(removed == (status == ASST_OK ? 2 : 0));
	return status;
}

static int run_prune_nothing(asst_error *err)
{
	return FAILING(asst_version_prune(NULL, w.ada, w.beta, 0, err));
}

static int listed_as(int status, asst_list *list)
{
	EXPECT((status == ASST_OK) == (list != NULL));
	if (list)
		text_list(&out, list);
	asst_list_free(list);
	return status;
}

/* Two lie in the trash, one of them with a draft and versions; its slug is another's now. */
static void prepare_trash(void)
{
	char id[ID_SIZE];

	prepare_two();
	publish("{\"name\":\"Two\"}");
	MUST(asst_assistant_delete(w.ada, two, ASST_ANY_REVISION, 0, NULL));
	tick();
	MUST(asst_assistant_delete(w.ada, w.beta, ASST_ANY_REVISION, 0, NULL));
	world_create(id, "{\"name\":\"Next\",\"slug\":\"two\"}", 0);
}

static int trash(const char *options, asst_error *err)
{
	asst_list *list = NO_LIST;
	int status = FAILING(asst_trash_list(&list, w.ada, options, options ? ASST_NUL : 0, err));

	return listed_as(status, list);
}

static int run_trash(asst_error *err)
{
	return trash(NULL, err);
}

static int run_trash_first(asst_error *err)
{
	return trash("{\"limit\":1}", err);
}

static int take_out(asst_session *session, const char *id, uint64_t revision, asst_error *err)
{
	asst_assistant *made = NOBODY;
	int status = FAILING(asst_trash_restore(&made, session, id, revision, 0, err));

	EXPECT((status == ASST_OK) == (made != NULL));
	if (made)
		text_assistant(&out, made);
	asst_assistant_free(made);
	return status;
}

static int run_take_out(asst_error *err)
{
	return take_out(w.ada, two, ASST_ANY_REVISION, err);
}

static int run_take_out_lost(asst_error *err)
{
	w.conflicts = 1;
	return take_out(w.ada, w.beta, ASST_ANY_REVISION, err);
}

static int run_take_out_hidden(asst_error *err)
{
	return take_out(w.bob, two, ASST_ANY_REVISION, err);
}

static int run_take_out_revision(asst_error *err)
{
	return take_out(w.ada, two, 99, err);
}

static int purge(asst_session *session, const char *id, uint64_t revision, asst_error *err)
{
	return FAILING(asst_trash_purge(session, id, revision, 0, err));
}

static int run_purge(asst_error *err)
{
	return purge(w.ada, two, ASST_ANY_REVISION, err);
}

/* Whoever may delete it may purge it after its time. */
static int run_purge_old(asst_error *err)
{
	w.time += 31 * DAY;
	w.conflicts = 1;
	return purge(w.host, w.beta, ASST_ANY_REVISION, err);
}

static int run_purge_live(asst_error *err)
{
	return purge(w.ada, w.alpha, ASST_ANY_REVISION, err);
}

static int run_purge_revision(asst_error *err)
{
	return purge(w.ada, two, 99, err);
}

static int hand_over(asst_session *session, const char *owner, uint64_t revision, asst_error *err)
{
	asst_assistant *made = NOBODY;
	int status = FAILING(
		asst_assistant_change_owner(&made, session, w.beta, owner, revision, 0, err));

	EXPECT((status == ASST_OK) == (made != NULL));
	if (made)
		text_assistant(&out, made);
	asst_assistant_free(made);
	return status;
}

static int run_owner(asst_error *err)
{
	return hand_over(w.ada, "team:red", ASST_ANY_REVISION, err);
}

/* A grantee, whose grant goes. */
static int run_owner_bob(asst_error *err)
{
	w.conflicts = 1;
	return hand_over(w.host, "user:bob", ASST_ANY_REVISION, err);
}

static int run_owner_same(asst_error *err)
{
	return hand_over(w.ada, "user:ada", ASST_ANY_REVISION, err);
}

static int run_owner_revision(asst_error *err)
{
	return hand_over(w.ada, "team:red", 99, err);
}

static int run_owner_foreign(asst_error *err)
{
	return hand_over(w.ada, "team:green", ASST_ANY_REVISION, err);
}

#define OWNER "asst_assistant_change_owner"

static const struct op ops[] = {
	{ "asst_version_list", "all", ASST_OK, ALL, prepare_versions, run_versions },
	{ "asst_version_list", "first page", ASST_OK, ALL, prepare_versions, run_versions_first },
	{ "asst_version_list", "damaged cursor", ASST_EVALIDATION, ALL, prepare_versions,
	  run_versions_wrong },
	{ "asst_version_get", "old", ASST_OK, ALL, prepare_versions, run_version_old },
	{ "asst_version_get", "live", ASST_OK, ALL, prepare_versions, run_version_live },
	{ "asst_version_get", "none", ASST_ENOTFOUND, DETAIL, prepare_versions, run_version_none },
	{ "asst_version_diff", "old and live", ASST_OK, ALL, prepare_versions, run_diff },
	{ "asst_version_diff", "with the draft", ASST_OK, ALL, prepare_changed, run_diff_draft },
	{ "asst_version_diff", "no draft", ASST_ENOTFOUND, DETAIL, prepare_versions,
	  run_diff_draft },
	{ "asst_version_restore", "new", ASST_OK, ALL, prepare_versions, run_restore },
	{ "asst_version_restore", "replacing", ASST_OK, ALL, prepare_changed, run_restore_replace },
	{ "asst_version_restore", "one is open", ASST_ECONFLICT, ALL, prepare_two, run_restore },
	{ "asst_version_restore", "other revision", ASST_EREVISION, ALL, prepare_two,
	  run_restore_revision },
	{ "asst_version_restore", "none is open", ASST_ENOTFOUND, ALL, prepare_versions,
	  run_restore_revision },
	{ "asst_version_label", "lost race", ASST_OK, ALL | DETAIL, prepare_versions, run_label },
	{ "asst_version_label", "taken away", ASST_OK, ALL, prepare_versions, run_label_off },
	{ "asst_version_label", "blank", ASST_EVALIDATION, DETAIL, prepare_two, run_label_blank },
	{ "asst_version_pin", "live", ASST_OK, ALL, prepare_versions, run_pin },
	{ "asst_version_pin", "none", ASST_ENOTFOUND, DETAIL, prepare_two, run_pin_none },
	{ "asst_version_prune", "one", ASST_OK, ALL, prepare_prune, run_prune },
	{ "asst_version_prune", "nothing", ASST_OK, 0, NULL, run_prune_nothing },
	{ "asst_trash_list", "all", ASST_OK, ALL, prepare_trash, run_trash },
	{ "asst_trash_list", "first page", ASST_OK, ALL, prepare_trash, run_trash_first },
	{ "asst_trash_restore", "slug taken", ASST_OK, ALL, prepare_trash, run_take_out },
	{ "asst_trash_restore", "lost race", ASST_OK, ALL | DETAIL, prepare_trash,
	  run_take_out_lost },
	{ "asst_trash_restore", "hidden", ASST_ENOTFOUND, DETAIL, prepare_trash,
	  run_take_out_hidden },
	{ "asst_trash_restore", "other revision", ASST_EREVISION, ALL, prepare_trash,
	  run_take_out_revision },
	{ "asst_trash_purge", "with a draft", ASST_OK, ALL, prepare_trash, run_purge },
	{ "asst_trash_purge", "old, lost race", ASST_OK, ALL | DETAIL, prepare_trash,
	  run_purge_old },
	{ "asst_trash_purge", "not there", ASST_ENOTFOUND, DETAIL, NULL, run_purge_live },
	{ "asst_trash_purge", "other revision", ASST_EREVISION, ALL, prepare_trash,
	  run_purge_revision },
	{ OWNER, "to a team", ASST_OK, ALL, NULL, run_owner },
	{ OWNER, "to a grantee, lost race", ASST_OK, ALL | DETAIL, NULL, run_owner_bob },
	{ OWNER, "as it is", ASST_OK, ALL, NULL, run_owner_same },
	{ OWNER, "other revision", ASST_EREVISION, ALL, NULL, run_owner_revision },
	{ OWNER, "foreign owner", ASST_EDENIED, DETAIL, NULL, run_owner_foreign },
};

OOM_TESTS("history", ops)
OOM_HOST_TEST(ops)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_listed),
		cmocka_unit_test(test_heap),
		cmocka_unit_test(test_host),
	};

	return cmocka_run_group_tests_name("oom_history", tests, NULL, NULL) ? 1 : 0;
}
