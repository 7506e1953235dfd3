/* SPDX-License-Identifier: MIT */
/* The host's catalog: what definitions name besides assistants. */
#include "host.h"

#include <assistant/sys/catalog.h>

static const char *const ada = "ada create", *const bob = "bob create";

/* What the catalog was asked, and what it answers; it counts its own end. */
struct shelf {
	char asked[4096];
	const char *refuse; /* this id */
	int answer;         /* with this status */
	int destroyed;
	const char *deny; /* this one is denied */
};

static int may_use(void *user, const char *workspace, asst_session *session, const char *kind,
		   const char *id, asst_error *err)
{
	struct shelf *shelf = user;
	size_t used = strlen(shelf->asked);

	assert_string_equal(asst_session_workspace(session), workspace);
	assert_string_equal(workspace, "acme");
	snprintf(shelf->asked + used, sizeof(shelf->asked) - used, "%s %s:%s;",
		 asst_session_principal(session), kind, id);
	if (shelf->deny && strcmp(shelf->deny, id) == 0)
		return ASST_EDENIED;
	if (!shelf->refuse || strcmp(shelf->refuse, id) != 0)
		return ASST_OK;
	return asst_error_set(err, shelf->answer, 7, "as told");
}

static void destroy(void *user)
{
	((struct shelf *)user)->destroyed++;
}

static asst_catalog table(struct shelf *shelf)
{
	asst_catalog catalog;

	memset(&catalog, 0, sizeof(catalog));
	catalog.size = sizeof(catalog);
	catalog.user = shelf;
	catalog.may_use = may_use;
	catalog.destroy = destroy;
	return catalog;
}

static struct host *host_with(struct shelf *shelf)
{
	asst_store_opts *opts = asst_store_opts_new();
	asst_catalog catalog = table(shelf);
	struct host *host;

	assert_int_equal(asst_store_opts_set_catalog(opts, &catalog, NULL), ASST_OK);
	host = host_new(host_disk_new(), opts);
	asst_store_opts_free(opts);
	assert_int_equal(shelf->destroyed, 0);
	return host;
}

/* Everything that a definition names. */
#define ALL                                                                                        \
	"{\"name\":\"All\",\"model\":\"m\",\"actions\":[{\"actionId\":"                            \
	"\"aaaaaaaa-0000-4000-8000-000000000001\"}],\"skills\":[{\"id\":"                          \
	"\"aaaaaaaa-0000-4000-8000-000000000002\",\"type\":\"dataset-query\",\"datasetId\":\"d\"," \
	"\"datasourceId\":\"s\",\"reportId\":\"r\",\"queryId\":\"q\",\"templateId\":\"t\","        \
	"\"integrationId\":\"i\"}],\"datasets\":[{\"datasetId\":\"d\"}],\"references\":["          \
	"{\"targetType\":\"page\",\"targetId\":\"p\"}]}"
#define ASKED                                                                                      \
	"user:ada model:m;user:ada action:aaaaaaaa-0000-4000-8000-000000000001;"                   \
	"user:ada dataset:d;user:ada datasource:s;user:ada report:r;user:ada query:q;"             \
	"user:ada template:t;user:ada integration:i;user:ada dataset:d;user:ada page:p;"

static void everything_that_is_named_is_asked_for(void **state)
{
	struct shelf shelf = { "", NULL, 0, 0, NULL };
	struct host *host = host_with(&shelf);

	(void)state;
	host_create(host, ada, ALL);
	assert_string_equal(shelf.asked, ASKED);
	/* a draft is not asked about before it is committed */
	shelf.asked[0] = '\0';
	host_create_with(host, ada, ALL, ASST_CREATE_DRAFT);
	assert_string_equal(shelf.asked, "");
	host_free(host);
	assert_int_equal(shelf.destroyed, 1);
}

/* Each of them, refused in turn, is a fault in its place. */
static void what_may_not_be_used_is_a_fault(void **state)
{
	static const struct {
		const char *id, *pointers;
	} rows[] = {
		{ "m", "/model" },
		{ "aaaaaaaa-0000-4000-8000-000000000001", "/actions/0/actionId" },
		{ "d", "/skills/0/datasetId /datasets/0/datasetId" },
		{ "s", "/skills/0/datasourceId" },
		{ "r", "/skills/0/reportId" },
		{ "q", "/skills/0/queryId" },
		{ "t", "/skills/0/templateId" },
		{ "i", "/skills/0/integrationId" },
		{ "p", "/references/0/targetId" },
	};
	static const int refusals[] = { ASST_ENOTFOUND, ASST_EDENIED };
	struct shelf shelf = { "", NULL, 0, 0, NULL };
	struct host *host = host_with(&shelf);
	char pointers[256];
	size_t i, k, used;

	(void)state;
	for (i = 0; i < 2 * T_COUNT(rows); i++) {
		shelf.refuse = rows[i / 2].id;
		shelf.answer = refusals[i % 2];
		shelf.asked[0] = '\0';
		EXPECT(host, ASST_EVALIDATION,
		       asst_assistant_create_json(NULL, as(host, ada), ALL, ASST_NUL, 0, host->err));
		for (used = k = 0; k < asst_error_issue_count(host->err); k++) {
			assert_string_equal(asst_error_issue_code(host->err, k),
					    "unknown_reference");
			assert_string_equal(asst_error_issue_message(host->err, k),
					    "names nothing that can be used here");
			used += (size_t)snprintf(pointers + used, sizeof(pointers) - used, "%s%s",
						 k ? " " : "",
						 asst_error_issue_pointer(host->err, k));
		}
		assert_string_equal(pointers, rows[i / 2].pointers);
		assert_int_equal(asst_error_raw(host->err), 0);
	}
	host_free(host);
}

/* Only what a change adds is asked for, and for who makes it. */
static void what_is_live_already_is_not_asked_for(void **state)
{
	struct shelf shelf = { "", NULL, 0, 0, NULL };
	struct host *host = host_with(&shelf);
	const char *id = host_create(host, ada, ALL);
	asst_draft *draft;

	(void)state;
	MUST(host, host_share(host, ada, id, "user:bob", 2));
	shelf.asked[0] = '\0';
	shelf.refuse = "d";
	shelf.answer = ASST_EDENIED;
	MUST(host, host_patch(host, bob, id, "{\"name\":\"B\"}"));
	assert_string_equal(shelf.asked, "");
	MUST(host, host_patch(host, bob, id,
			      "{\"datasets\":[{\"datasetId\":\"d\"},{\"datasetId\":\"e\"}]}"));
	assert_string_equal(shelf.asked, "user:bob dataset:e;");
	/* the skill is the same one where it has the same id */
	shelf.asked[0] = '\0';
	MUST(host, host_patch(host, bob, id,
			      "{\"skills\":[{\"id\":\"aaaaaaaa-0000-4000-8000-000000000002\","
			      "\"type\":\"dataset-query\",\"datasetId\":\"d\"}]}"));
	assert_string_equal(shelf.asked, "");
	EXPECT(host, ASST_EVALIDATION,
	       host_patch(host, bob, id,
			  "{\"skills\":[{\"id\":\"aaaaaaaa-0000-4000-8000-000000000003\","
			  "\"type\":\"dataset-query\",\"datasetId\":\"d\"}]}"));
	host_issue(host, 0, "unknown_reference", "/skills/0/datasetId");
	/* but it is asked for where it uses something else */
	EXPECT(host, ASST_EVALIDATION,
	       host_patch(host, bob, id,
			  "{\"datasets\":[{\"datasetId\":\"d\"},{\"datasetId\":\"f\"}],\"skills\":["
			  "{\"id\":\"aaaaaaaa-0000-4000-8000-000000000002\","
			  "\"type\":\"dataset-query\",\"datasetId\":\"f\",\"reportId\":\"d\"}]}"));
	host_issue(host, 0, "unknown_reference", "/skills/0/reportId");
	/* and so is a draft's commit asked for what is not live */
	MUST(host, asst_draft_edit(&draft, as(host, bob), id, 0, host->err));
	MUST(host, asst_draft_patch(draft, "{\"model\":\"n\"}", ASST_NUL, 0, host->err));
	shelf.asked[0] = '\0';
	MUST(host, asst_draft_commit(NULL, draft, NULL, 0, 0, host->err));
	asst_draft_free(draft);
	assert_string_equal(shelf.asked, "user:bob model:n;");
	host_free(host);
}

/* What cannot be told is no fault of the document. */
static void a_catalog_that_fails_says_so(void **state)
{
	static const struct {
		int answer, status;
	} rows[] = {
		{ ASST_EIO, ASST_EIO }, { ASST_EBUSY, ASST_EBUSY }, { ASST_ENOMEM, ASST_ENOMEM },
		{ ASST_ECANCELED, ASST_ECANCELED }, { 5, ASST_EBACKEND }, { -5, ASST_EBACKEND },
		{ ASST_EVALIDATION, ASST_EBACKEND }, { ASST_EUNAUTHENTICATED, ASST_EBACKEND },
		{ ASST_EREVISION, ASST_EBACKEND }, { ASST_ECONFLICT, ASST_EBACKEND },
	};
	struct shelf shelf = { "", "q", 0, 0, NULL };
	struct host *host = host_with(&shelf);
	size_t i;

	(void)state;
	shelf.deny = "r";
	for (i = 0; i < T_COUNT(rows); i++) {
		shelf.answer = rows[i].answer;
		shelf.asked[0] = '\0';
		EXPECT(host, rows[i].status,
		       asst_assistant_create_json(NULL, as(host, ada), ALL, ASST_NUL, 0, host->err));
		assert_int_equal(asst_error_issue_count(host->err), 0);
		assert_int_equal(asst_error_raw(host->err),
				 rows[i].status == ASST_EBACKEND ? rows[i].answer : 7);
		if (rows[i].status != ASST_EBACKEND)
			assert_string_equal(asst_error_message(host->err), "as told");
		EXPECT(host, rows[i].status,
		       asst_assistant_create_json(NULL, as(host, ada), ALL, ASST_NUL, 0, NULL));
	}
	host_free(host);
}

static int wrong_table(struct shelf *shelf, size_t size)
{
	asst_store_opts *opts = asst_store_opts_new();
	asst_catalog catalog = table(shelf);
	int status;

	catalog.size = size;
	status = asst_store_opts_set_catalog(opts, &catalog, NULL);
	asst_store_opts_free(opts);
	return status;
}

static void the_table_is_checked_and_destroyed_once(void **state)
{
	struct shelf one = { "", NULL, 0, 0, NULL }, two = { "", NULL, 0, 0, NULL };
	asst_store_opts *opts = asst_store_opts_new();
	asst_catalog catalog = table(&one), other = table(&two);
	asst_store *store;

	(void)state;
	assert_int_equal(wrong_table(&one, 0), ASST_EABI);
	assert_int_equal(wrong_table(&one, sizeof(catalog) - 1), ASST_EABI);
	assert_int_equal(asst_store_opts_set_catalog(NULL, &catalog, NULL), ASST_EINVAL);
	catalog.may_use = NULL;
	assert_int_equal(asst_store_opts_set_catalog(opts, &catalog, NULL), ASST_EINVAL);
	assert_int_equal(one.destroyed, 0);
	catalog = table(&one);
	assert_int_equal(asst_store_opts_set_catalog(opts, &catalog, NULL), ASST_OK);
	assert_int_equal(asst_store_open(&store, "memory:", opts, NULL), ASST_OK);
	assert_int_equal(asst_store_opts_set_catalog(opts, &other, NULL), ASST_OK);
	assert_int_equal(one.destroyed, 0); /* the store has it still */
	assert_int_equal(asst_store_close(store), ASST_OK);
	assert_int_equal(one.destroyed, 1);
	assert_int_equal(asst_store_opts_set_catalog(opts, NULL, NULL), ASST_OK);
	assert_int_equal(two.destroyed, 1);
	asst_store_opts_free(opts);
	assert_int_equal(one.destroyed + two.destroyed, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_that_is_named_is_asked_for),
		cmocka_unit_test(what_may_not_be_used_is_a_fault),
		cmocka_unit_test(what_is_live_already_is_not_asked_for),
		cmocka_unit_test(a_catalog_that_fails_says_so),
		cmocka_unit_test(the_table_is_checked_and_destroyed_once),
	};

	return cmocka_run_group_tests_name("catalog", tests, NULL, NULL) ? 1 : 0;
}
