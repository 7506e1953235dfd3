/* SPDX-License-Identifier: MIT */
/* Pruning: which old versions go, which never do, and what is said of one that went. */
#include "host.h"

#include "body.h"
#include "json.h"

static const char *const ada = "ada create";

enum { DAY = 24 * 60 * 60 * 1000 };

/* A host whose store keeps two versions, and everything for ten days. */
static int two_setup(void **state)
{
	asst_store_opts *opts = asst_store_opts_new();
	asst_error *err = asst_error_new();

	assert_int_equal(asst_store_opts_set_int(opts, "keep_versions", 2, err), ASST_OK);
	assert_int_equal(asst_store_opts_set_int(opts, "keep_days", 10, err), ASST_OK);
	asst_error_free(err);
	*state = host_new(host_disk_new(), opts);
	asst_store_opts_free(opts);
	return 0;
}

#define TWO_TEST(f) cmocka_unit_test_setup_teardown(f, two_setup, host_teardown)

static void publish(struct host *host, const char *id, int version)
{
	char json[64];

	snprintf(json, sizeof(json), "{\"name\":\"V%d\"}", version);
	MUST(host, host_patch(host, ada, id, json));
	assert_int_equal(host_version(host, ada, id), version);
}

/* An assistant of ada with versions 1 to count. */
static const char *with_versions(struct host *host, int count)
{
	const char *id = host_create(host, ada, "{\"name\":\"V1\"}");
	int i;

	for (i = 2; i <= count; i++)
		publish(host, id, i);
	return id;
}

/* The numbers that are kept, as text. */
static const char *kept(struct host *host, const char *id)
{
	static char text[200];
	const char *json;
	asst_buf *out;
	size_t i, used = 0;

	MUST(host, asst_version_list(&out, as(host, ada), id, NULL, 0, host->err));
	json = json_take(out);
	text[0] = '\0';
	for (i = 0; i < json_count(json, "/versions"); i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", i ? " " : "",
					 json_item(json, "/versions", i, "version"));
	return text;
}

/* How many were pruned. */
static int prune(struct host *host, const char *id)
{
	uint64_t removed = 77;

	MUST(host, asst_version_prune(&removed, as(host, ada), id, 0, host->err));
	return (int)removed;
}

static asst_draft *edit(struct host *host, const char *spec, const char *id)
{
	asst_draft *draft;

	MUST(host, asst_draft_edit(&draft, as(host, spec), id, 0, host->err));
	return draft;
}

static void the_newest_are_kept(void **state)
{
	struct host *host = *state;
	const char *id = with_versions(host, 6);

	host_pass(host, (int64_t)11 * DAY);
	assert_int_equal(prune(host, id), 4);
	assert_string_equal(kept(host, id), "6 5");
	assert_int_equal(prune(host, id), 0);
	/* Numbers go on where they were. */
	publish(host, id, 7);
	assert_string_equal(kept(host, id), "7 6 5");
}

static void the_young_are_kept(void **state)
{
	struct host *host = *state;
	const char *id = with_versions(host, 3);

	assert_int_equal(prune(host, id), 0);
	host_pass(host, (int64_t)6 * DAY);
	publish(host, id, 4);
	publish(host, id, 5);
	publish(host, id, 6);
	host_pass(host, (int64_t)3 * DAY);
	assert_int_equal(prune(host, id), 0);
	host_pass(host, (int64_t)DAY);
	/* Exactly as old as what is kept: older ones go. */
	assert_int_equal(prune(host, id), 0);
	host_pass(host, 1);
	assert_int_equal(prune(host, id), 3);
	assert_string_equal(kept(host, id), "6 5 4");
}

/* Pruning looks at a few hundred in a step. */
static void many_that_are_kept_do_not_hide_what_goes(void **state)
{
	enum { PINNED = 600, ALL = 620 };
	struct host *host = *state;
	const char *id = with_versions(host, ALL);
	uint64_t i;

	for (i = 1; i <= PINNED; i++)
		MUST(host, asst_version_pin(as(host, ada), id, i, 1, 0, host->err));
	host_pass(host, (int64_t)11 * DAY);
	assert_int_equal(prune(host, id), ALL - PINNED - 2);
	assert_int_equal(prune(host, id), 0);
}

static void by_default_a_hundred_and_thirty_days_are_kept(void **state)
{
	struct host *host = *state;
	const char *id = with_versions(host, 103);

	host_pass(host, (int64_t)29 * DAY);
	assert_int_equal(prune(host, id), 0);
	host_pass(host, (int64_t)2 * DAY);
	assert_int_equal(prune(host, id), 3);
}

static void pinned_and_labelled_ones_are_kept(void **state)
{
	struct host *host = *state;
	const char *id = with_versions(host, 6);

	MUST(host, asst_version_pin(as(host, ada), id, 2, 1, 0, host->err));
	MUST(host, asst_version_label(as(host, ada), id, 3, "L", 1, 0, host->err));
	host_pass(host, (int64_t)11 * DAY);
	assert_int_equal(prune(host, id), 2);
	assert_string_equal(kept(host, id), "6 5 3 2");
	MUST(host, asst_version_pin(as(host, ada), id, 2, 0, 0, host->err));
	assert_int_equal(prune(host, id), 1);
	MUST(host, asst_version_label(as(host, ada), id, 3, NULL, 0, 0, host->err));
	assert_int_equal(prune(host, id), 1);
	assert_string_equal(kept(host, id), "6 5");
}

static void what_an_open_draft_was_made_from_is_kept(void **state)
{
	struct host *host = *state;
	const char *id = with_versions(host, 2);
	asst_draft *mine, *bobs;

	MUST(host, host_share(host, ada, id, "user:bob", 2));
	bobs = edit(host, "bob", id);
	publish(host, id, 3);
	mine = edit(host, ada, id);
	publish(host, id, 4);
	publish(host, id, 5);
	publish(host, id, 6);
	host_pass(host, (int64_t)11 * DAY);
	assert_int_equal(prune(host, id), 2);
	assert_string_equal(kept(host, id), "6 5 3 2");
	MUST(host, asst_draft_discard(mine, 0, host->err));
	assert_int_equal(prune(host, id), 1);
	/* And so the other one still merges. */
	MUST(host, asst_draft_patch(bobs, "{\"emoji\":\"B\"}", ASST_NUL, 0, host->err));
	MUST(host, asst_draft_commit(NULL, bobs, NULL, 0, ASST_COMMIT_MERGE, host->err));
	assert_string_equal(kept(host, id), "7 6 5 2");
	assert_int_equal(prune(host, id), 2); /* 5 is beyond the newest two now */
	assert_string_equal(kept(host, id), "7 6");
	asst_draft_free(mine);
	asst_draft_free(bobs);
}

static void what_went_is_gone_and_what_never_was_is_not_found(void **state)
{
	struct host *host = *state;
	const char *id = with_versions(host, 4);
	asst_session *session = as(host, ada);
	asst_draft *draft;

	host_pass(host, (int64_t)11 * DAY);
	assert_int_equal(prune(host, id), 2);
	EXPECT(host, ASST_EGONE, asst_version_get(NULL, session, id, 1, 0, host->err));
	EXPECT(host, ASST_ENOTFOUND, asst_version_get(NULL, session, id, 5, 0, host->err));
	EXPECT(host, ASST_EGONE, asst_version_diff(NULL, session, id, 2, 4, 0, host->err));
	EXPECT(host, ASST_EGONE, asst_version_diff(NULL, session, id, 4, 2, 0, host->err));
	EXPECT(host, ASST_EGONE,
	       asst_version_restore(&draft, session, id, 1, ASST_ANY_REVISION, 0, host->err));
	assert_null(draft);
	EXPECT(host, ASST_EGONE, asst_version_label(session, id, 1, "L", 1, 0, host->err));
	EXPECT(host, ASST_EGONE, asst_version_pin(session, id, 1, 1, 0, host->err));
	MUST(host, asst_version_get(NULL, session, id, 3, 0, host->err));
}

static void who_may_delete_may_prune(void **state)
{
	static const struct {
		const char *spec;
		int status;
	} rows[] = { { "one", ASST_EDENIED }, { "two", ASST_EDENIED },   { "eve", ASST_ENOTFOUND },
		     { "three", ASST_OK },    { "root super", ASST_OK }, { "system", ASST_OK } };
	struct host *host = *state;
	const char *id = with_versions(host, 2);
	uint64_t removed;
	size_t i;

	MUST(host, host_share(host, ada, id, "user:one", 1));
	MUST(host, host_share(host, ada, id, "user:two", 2));
	MUST(host, host_share(host, ada, id, "user:three", 3));
	for (i = 0; i < T_COUNT(rows); i++) {
		removed = 77;
		EXPECT(host, rows[i].status,
		       asst_version_prune(&removed, as(host, rows[i].spec), id, 0, host->err));
		assert_int_equal(removed, 0);
	}
	EXPECT(host, ASST_EINVAL, asst_version_prune(NULL, as(host, ada), id, 1, host->err));
	MUST(host, asst_version_prune(NULL, as(host, ada), id, 0, host->err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TWO_TEST(the_newest_are_kept),
		TWO_TEST(the_young_are_kept),
		TWO_TEST(many_that_are_kept_do_not_hide_what_goes),
		HOST_TEST(by_default_a_hundred_and_thirty_days_are_kept),
		TWO_TEST(pinned_and_labelled_ones_are_kept),
		TWO_TEST(what_an_open_draft_was_made_from_is_kept),
		TWO_TEST(what_went_is_gone_and_what_never_was_is_not_found),
		TWO_TEST(who_may_delete_may_prune),
	};

	return cmocka_run_group_tests_name("api/versions_prune", tests, NULL, NULL) ? 1 : 0;
}
