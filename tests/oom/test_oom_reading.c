/* SPDX-License-Identifier: MIT */
/* Allocation failures while assistants are loaded, listed and written as JSON. */
#include "oom_world.h"

#define NO_LIST ((asst_list *)(void *)&w)

static int get(asst_session *session, const char *id, asst_error *err)
{
	asst_assistant *found = (asst_assistant *)(void *)&w;
	int status = FAILING(asst_assistant_get(&found, session, id, 0, err));

	EXPECT((status == ASST_OK) == (found != NULL));
	if (found)
		text_assistant(&out, found);
	asst_assistant_free(found);
	return status;
}

static int run_get(asst_error *err)
{
	return get(w.ada, w.alpha, err);
}

static int run_get_name(asst_error *err)
{
	return get(w.ada, "red:red", err);
}

static int run_get_draft(asst_error *err)
{
	return get(w.ada, asst_draft_id(w.draft), err);
}

static int run_get_shared(asst_error *err)
{
	return get(w.bob, w.beta, err);
}

static int run_get_hidden(asst_error *err)
{
	return get(w.bob, w.alpha, err);
}

static int run_get_no_id(asst_error *err)
{
	return get(w.bob, NULL, err);
}

static int run_get_no_session(asst_error *err)
{
	return get(NULL, w.alpha, err);
}

static int taken(int status, asst_list *found)
{
	EXPECT((status == ASST_OK) == (found != NULL));
	if (found)
		text_list(&out, found);
	asst_list_free(found);
	return status;
}

static int get_many(asst_session *session, size_t count, asst_error *err)
{
	const char *ids[] = { w.alpha, "nothing", w.beta, w.fresh, w.red };
	asst_list *found = NO_LIST;
	int status = FAILING(asst_assistant_get_many(&found, session, ids, count, 0, err));

	return taken(status, found);
}

static int run_get_many(asst_error *err)
{
	return get_many(w.ada, 5, err);
}

static int run_get_many_hidden(asst_error *err)
{
	return get_many(w.bob, 5, err);
}

static int run_get_many_none(asst_error *err)
{
	return get_many(w.bob, 0, err);
}

static int run_get_many_limit(asst_error *err)
{
	return get_many(w.bob, 1001, err);
}

static int list(asst_session *session, const char *options, asst_error *err)
{
	asst_list *found = NO_LIST;
	int status = FAILING(asst_assistant_list(&found, session, options, ASST_NUL, err));

	return taken(status, found);
}

static int run_count(asst_error *err)
{
	uint64_t count = 77;
	int status = FAILING(asst_assistant_count(&count, NULL, w.ada,
						  "{\"right\":\"assistant:write\"}", ASST_NUL, err));

	EXPECT(status == ASST_OK ? count > 0 : count == 0);
	return status;
}

static int run_count_named(asst_error *err)
{
	uint64_t count = 77;
	int status = FAILING(asst_assistant_count(&count, NULL, w.ada,
						  "{\"nameContains\":\"AlPh\"}", ASST_NUL, err));

	EXPECT(count == (status == ASST_OK));
	return status;
}

static int run_count_long(asst_error *err)
{
	uint64_t count = 77;
	int status = FAILING(asst_assistant_count(&count, NULL, w.ada,
						  "{\"nameContains\":\"end\"}", ASST_NUL, err));

	EXPECT(count == (status == ASST_OK ? 12 : 0));
	return status;
}

static int run_count_wrong(asst_error *err)
{
	return FAILING(asst_assistant_count(NULL, NULL, w.ada, NULL, 0, err));
}

static int run_list(asst_error *err)
{
	return list(w.ada, NULL, err);
}

static int run_list_whole(asst_error *err)
{
	return list(w.ada, "{\"view\":\"whole\",\"sort\":\"name\",\"limit\":2}", err);
}

static int run_list_system(asst_error *err)
{
	return list(w.host, "{\"right\":\"assistant:write\"}", err);
}

static int run_list_granted(asst_error *err)
{
	return list(w.bob, "{\"sort\":\"createdAt\"}", err);
}

static int run_list_empty(asst_error *err)
{
	return list(w.eve, NULL, err);
}

static char cursor[600];

/* The options of the second page. */
static void prepare_page(void)
{
	asst_list *page;

	MUST(asst_assistant_list(&page, w.ada, "{\"sort\":\"name\",\"limit\":1}", ASST_NUL, NULL));
	assert_non_null(asst_list_cursor(page));
	snprintf(cursor, sizeof(cursor), "{\"sort\":\"name\",\"limit\":1,\"cursor\":\"%s\"}",
		 asst_list_cursor(page));
	asst_list_free(page);
}

static int run_list_page(asst_error *err)
{
	return list(w.ada, cursor, err);
}

static int run_list_foreign(asst_error *err)
{
	return list(w.bob, cursor, err);
}

/* So that the first scan of a page is not enough: grants that ended leave entries behind. */
static void prepare_ended(void)
{
	char json[120], id[ID_SIZE];
	int i;

	for (i = 0; i < 4; i++) {
		snprintf(json, sizeof(json), "{\"name\":\"E%d\"}", i);
		world_create(id, json, 0);
		MUST(asst_share_put_json(w.ada, id,
					 "{\"principalId\":\"user:bob\",\"accessLevel\":1,"
					 "\"expiresAt\":\"2026-09-21T14:20:00Z\"}",
					 ASST_NUL, 0, NULL));
	}
}

static int run_list_ended(asst_error *err)
{
	return list(w.bob, "{\"limit\":1}", err);
}

/* Such names as keys do not have all of. */
static void prepare_long(void)
{
	char json[120], id[ID_SIZE];
	int i;

	for (i = 0; i < 12; i++) {
		snprintf(json, sizeof(json), "{\"name\":\"%065dend\"}", i);
		world_create(id, json, 0);
	}
}

static int run_list_named(asst_error *err)
{
	return list(w.ada, "{\"sort\":\"-name\",\"nameContains\":\"A\",\"limit\":1}", err);
}

static int run_list_long(asst_error *err)
{
	return list(w.ada, "{\"sort\":\"name\",\"nameContains\":\"END\",\"limit\":2}", err);
}

static int run_list_long_by_time(asst_error *err)
{
	return list(w.host, "{\"nameContains\":\"1EN\",\"limit\":1,\"view\":\"whole\"}", err);
}

static int run_list_wrong(asst_error *err)
{
	return list(w.ada, "{\"sort\":\"size\",\"limit\":0,\"what\":true}", err);
}

static int run_list_right(asst_error *err)
{
	return list(w.ada, "{\"right\":\"assistants:create\"}", err);
}

static int run_list_text(asst_error *err)
{
	return list(w.ada, "[1,", err);
}

static void prepare_whole(void)
{
	MUST(asst_assistant_get(&w.loaded, w.ada, w.alpha, 0, NULL));
}

static void prepare_draft(void)
{
	MUST(asst_assistant_get(&w.loaded, w.ada, asst_draft_id(w.draft), 0, NULL));
}

static void prepare_summary(void)
{
	asst_list *page;

	MUST(asst_assistant_list(&page, w.ada, NULL, 0, NULL));
	w.loaded = asst_assistant_ref(asst_list_at(page, 0));
	asst_list_free(page);
}

/* NULL without memory, and the text once there is some. */
static int run_json(asst_error *err)
{
	size_t size = 77;
	const char *json;

	fault_arm();
	json = asst_assistant_json(w.loaded, &size);
	fault.armed = false;
	EXPECT(json ? size == strlen(json) : size == 0);
	if (json) {
		text_line(&out, "json", json);
		return ASST_OK;
	}
	return asst_error_set(err, ASST_ENOMEM, 0, NULL);
}

/* Made already: needs no memory. */
static void prepare_made(void)
{
	prepare_whole();
	assert_non_null(asst_assistant_json(w.loaded, NULL));
}

#define GET "asst_assistant_get"
#define GET_MANY "asst_assistant_get_many"
#define LIST "asst_assistant_list"
#define JSON "asst_assistant_json"

static const struct op ops[] = {
	{ GET, "own", ASST_OK, ALL, NULL, run_get },
	{ GET, "natural name", ASST_OK, ALL, NULL, run_get_name },
	{ GET, "a draft", ASST_OK, ALL, NULL, run_get_draft },
	{ GET, "granted", ASST_OK, ALL, NULL, run_get_shared },
	{ GET, "hidden", ASST_ENOTFOUND, DETAIL, NULL, run_get_hidden },
	{ GET, "no id", ASST_EINVAL, DETAIL, NULL, run_get_no_id },
	{ GET, "no session", ASST_EINVAL, DETAIL, NULL, run_get_no_session },
	{ GET_MANY, "own", ASST_OK, ALL, NULL, run_get_many },
	{ GET_MANY, "hidden", ASST_OK, ALL, NULL, run_get_many_hidden },
	{ GET_MANY, "no ids", ASST_EINVAL, DETAIL, NULL, run_get_many_none },
	{ GET_MANY, "too many", ASST_ELIMIT, DETAIL, NULL, run_get_many_limit },
	{ "asst_assistant_count", "by a right", ASST_OK, ALL, NULL, run_count },
	{ "asst_assistant_count", "by a name", ASST_OK, ALL, NULL, run_count_named },
	{ "asst_assistant_count", "by a long name", ASST_OK, ALL, prepare_long, run_count_long },
	{ "asst_assistant_count", "no place", ASST_EINVAL, DETAIL, NULL, run_count_wrong },
	{ LIST, "defaults", ASST_OK, ALL, NULL, run_list },
	{ LIST, "whole, first page", ASST_OK, ALL, NULL, run_list_whole },
	{ LIST, "next page", ASST_OK, ALL, prepare_page, run_list_page },
	{ LIST, "by the system", ASST_OK, ALL, NULL, run_list_system },
	{ LIST, "granted", ASST_OK, ALL, NULL, run_list_granted },
	{ LIST, "ended grants", ASST_OK, ALL, prepare_ended, run_list_ended },
	{ LIST, "by a name", ASST_OK, ALL, NULL, run_list_named },
	{ LIST, "by a long name", ASST_OK, ALL, prepare_long, run_list_long },
	{ LIST, "by a long name, by time", ASST_OK, ALL, prepare_long, run_list_long_by_time },
	{ LIST, "empty", ASST_OK, ALL, NULL, run_list_empty },
	{ LIST, "faults", ASST_EVALIDATION, ALL, NULL, run_list_wrong },
	{ LIST, "another's cursor", ASST_EVALIDATION, ALL, prepare_page, run_list_foreign },
	{ LIST, "no such right", ASST_EVALIDATION, ALL, NULL, run_list_right },
	{ LIST, "no JSON", ASST_EVALIDATION, ALL, NULL, run_list_text },
	{ JSON, "whole", ASST_OK, ALL, prepare_whole, run_json },
	{ JSON, "draft", ASST_OK, ALL, prepare_draft, run_json },
	{ JSON, "summary", ASST_OK, ALL, prepare_summary, run_json },
	{ JSON, "made already", ASST_OK, 0, prepare_made, run_json },
};

OOM_TESTS("reading", ops)
OOM_HOST_TEST(ops)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_listed),
		cmocka_unit_test(test_heap),
		cmocka_unit_test(test_host),
	};

	return cmocka_run_group_tests_name("oom_reading", tests, NULL, NULL) ? 1 : 0;
}
