/* SPDX-License-Identifier: MIT */
/*
 * Allocation failures in calls that learn in the middle that what their caller may do has changed:
 * they learn it anew, and read anew, while what was learned before may be in use.
 */
#include "oom_people.h"

#define NO_LIST ((asst_list *)(void *)&w)

/* The first read, and the first scan, finds another record of the user than the call began with. */
static void tear(int gets, int scans)
{
	w.torn_gets = gets;
	w.torn_scans = scans;
}

static int taken(int status, asst_list *found)
{
	tear(0, 0);
	EXPECT((status == ASST_OK) == (found != NULL));
	if (found)
		text_list(&out, found);
	asst_list_free(found);
	return status;
}

static int gave_torn(int status, asst_buf *buf)
{
	tear(0, 0);
	return gave(status, buf);
}

static int get(const char *id, asst_error *err)
{
	asst_assistant *found = (asst_assistant *)(void *)&w;
	int status;

	tear(2, 0);
	status = FAILING(asst_assistant_get(&found, w.ada, id, 0, err));
	tear(0, 0);
	EXPECT((status == ASST_OK) == (found != NULL));
	if (found)
		text_assistant(&out, found);
	asst_assistant_free(found);
	return status;
}

RUN(get, get(w.alpha, err))
RUN(get_name, get("red:red", err))
RUN(get_none, get("no id", err))

static int run_get_many(asst_error *err)
{
	const char *ids[] = { w.alpha, "nothing", w.beta };
	asst_list *found = NO_LIST;
	int status;

	tear(2, 0);
	status = FAILING(asst_assistant_get_many(&found, w.ada, ids, 3, 0, err));
	return taken(status, found);
}

static int run_list(asst_error *err)
{
	asst_list *found = NO_LIST;
	int status;

	tear(2, 0);
	status = FAILING(asst_assistant_list(&found, w.ada, "{\"limit\":2}", ASST_NUL, err));
	return taken(status, found);
}

static int run_count(asst_error *err)
{
	uint64_t count = 77;
	int status;

	tear(0, 2);
	status = FAILING(asst_assistant_count(&count, NULL, w.ada, NULL, 0, err));
	tear(0, 0);
	EXPECT(status == ASST_OK ? count > 0 : count == 0);
	return status;
}

static int run_versions(asst_error *err)
{
	asst_buf *buf = NO_BUF;
	int status;

	tear(1, 2);
	status = FAILING(asst_version_list(&buf, w.ada, w.alpha, NULL, 0, err));
	return gave_torn(status, buf);
}

static int drafts(const char *options, asst_error *err)
{
	asst_list *found = NO_LIST;
	int status;

	tear(1, 2);
	status = FAILING(asst_draft_list(&found, w.ada, options, ASST_NUL, err));
	return taken(status, found);
}

RUN(drafts, drafts("{}", err))

static int run_drafts_of(asst_error *err)
{
	char options[80];

	snprintf(options, sizeof(options), "{\"assistantId\":\"%s\"}", w.alpha);
	return drafts(options, err);
}

static int run_feed(asst_error *err)
{
	asst_buf *buf = NO_BUF;
	int status;

	tear(1, 1);
	status = FAILING(asst_feed_read(&buf, w.ada, NULL, 0, err));
	return gave_torn(status, buf);
}

static int run_who(asst_error *err)
{
	asst_buf *buf = NO_BUF;
	int status;

	tear(2, 1);
	status = FAILING(asst_access_who(&buf, w.ada, "assistant:read", w.red, err));
	return gave_torn(status, buf);
}

static int run_explain(asst_error *err)
{
	asst_buf *buf = NO_BUF;
	int status;

	tear(2, 0);
	status = FAILING(asst_access_explain(&buf, w.ada, "assistant:read", w.red, err));
	return gave_torn(status, buf);
}

/* The attempt is made anew. */
static int run_patch(asst_error *err)
{
	int status;

	tear(2, 0);
	w.conflicts = 1;
	status = FAILING(asst_assistant_patch_json(NULL, w.ada, w.beta, "{\"name\":\"B\"}",
						   ASST_NUL, ASST_ANY_REVISION, 0, err));
	tear(0, 0);
	return status;
}

/* What ada has a draft of, by her own session. */
static void prepare_drafts(void)
{
	prepare_people();
	MUST(asst_draft_edit(&w.fresh_draft, w.ada, w.beta, 0, NULL));
}

static const struct op ops[] = {
	{ "asst_assistant_get", "by id", ASST_OK, ALL, prepare_people, run_get },
	{ "asst_assistant_get", "by name", ASST_OK, ALL, prepare_people, run_get_name },
	{ "asst_assistant_get", "none", ASST_ENOTFOUND, ALL, prepare_people, run_get_none },
	{ "asst_assistant_get_many", "some", ASST_OK, ALL, prepare_people, run_get_many },
	{ "asst_assistant_list", "first page", ASST_OK, ALL, prepare_people, run_list },
	{ "asst_assistant_count", "all", ASST_OK, ALL, prepare_people, run_count },
	{ "asst_version_list", "some", ASST_OK, ALL, prepare_people, run_versions },
	{ "asst_draft_list", "own", ASST_OK, ALL, prepare_drafts, run_drafts },
	{ "asst_draft_list", "of an assistant", ASST_OK, ALL, prepare_drafts, run_drafts_of },
	{ "asst_feed_read", "all", ASST_OK, ALL, prepare_people, run_feed },
	/* Text that was lacking memory is dropped with all that was read in vain. */
	{ "asst_access_who", "teams", ASST_OK, ALL | MAYBE, prepare_people, run_who },
	{ "asst_access_explain", "of a team", ASST_OK, ALL, prepare_people, run_explain },
	{ "asst_assistant_patch_json", "lost race", ASST_OK, ALL | DETAIL, prepare_people,
	  run_patch },
};

OOM_TESTS("renewals", ops)
OOM_HOST_TEST(ops)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_listed),
		cmocka_unit_test(test_heap),
		cmocka_unit_test(test_host),
	};

	return cmocka_run_group_tests_name("oom_renewals", tests, NULL, NULL) ? 1 : 0;
}
