/* SPDX-License-Identifier: MIT */
/* Checking trees against tables: what the definition's own table does not reach. */
#include "json_tree.h"

#include "model/check.h"
#include "model/fields.h"
#include "model/heads.h"

#include <assistant/error.h>

static struct asst__limits limits_of(const char *set)
{
	struct asst__limits limits;

	assert_int_equal(asst__limits_init(&limits, set, NULL), ASST_OK);
	return limits;
}

/* All issues in order: "code@pointer code@pointer". */
static const char *faults(const asst_error *err)
{
	static char line[4096];
	size_t i, used = 0;

	line[0] = '\0';
	for (i = 0; i < asst_error_issue_count(err) && used < sizeof(line); i++)
		used += (size_t)snprintf(line + used, sizeof(line) - used, "%s%s@%s",
					 i ? " " : "", asst_error_issue_code(err, i),
					 asst_error_issue_pointer(err, i));
	return line;
}

static void expect_faults(const struct asst__schema *schema, const char *json, uint32_t flags,
			  const char *wanted)
{
	struct asst__limits limits = limits_of(NULL);
	asst_error *err = asst_error_new();
	asst__json *tree = tree_of(json);
	struct asst__check check;
	int status;

	asst__check_begin(&check, &limits, flags, &asst__mem_libc, err);
	asst__check_object(&check, schema, tree);
	status = asst__check_end(&check);
	if (strcmp(faults(err), wanted) != 0)
		print_error("%s gives \"%s\"\n", json, faults(err));
	assert_string_equal(faults(err), wanted);
	assert_int_equal(status, wanted[0] ? ASST_EVALIDATION : ASST_OK);
	asst__json_free(tree);
	asst_error_free(err);
}

static void types_of_other_documents_are_checked_too(void **state)
{
	static const struct {
		const struct asst__schema *schema;
		const char *json, *faults;
	} rows[] = {
		{ &asst__session_schema, "{\"workspace\":\"w\",\"user\":\"a@b.test\"}", "" },
		{ &asst__session_schema, "{}", "required@/workspace required@/user" },
		{ &asst__session_schema, "{\"workspace\":\"a b\",\"user\":\"\"}",
		  "identifier@/workspace identifier@/user" },
		{ &asst__session_schema, "{\"workspace\":\"w\",\"user\":5,\"aiSeat\":1}",
		  "type@/user type@/aiSeat" },
		{ &asst__session_schema,
		  "{\"workspace\":\"w\",\"user\":\"u\",\"teams\":[{\"id\":\"t\"},{\"id\":\"t\"},"
		  "{\"id\":\"t\",\"role\":\"boss\"}],\"permissions\":[\"p\",\"p\"]}",
		  "duplicate@/permissions/1 duplicate@/teams/1/id choice@/teams/2/role "
		  "duplicate@/teams/2/id" },
		{ &asst__share_schema, "{\"principalId\":\"workspace\",\"accessLevel\":1}", "" },
		{ &asst__share_schema, "{\"principalId\":\"user:\",\"accessLevel\":0}",
		  "principal@/principalId range@/accessLevel" },
		{ &asst__share_schema, "{\"principalId\":\"key:k\",\"accessLevel\":4}",
		  "range@/accessLevel" },
		{ &asst__share_schema,
		  "{\"principalId\":\"key:k\",\"accessLevel\":2.5,\"expiresAt\":\"tomorrow\"}",
		  "type@/accessLevel time@/expiresAt" },
		{ &asst__share_schema,
		  "{\"principalId\":\"key:k\",\"accessLevel\":3,"
		  "\"expiresAt\":\"2026-01-31T12:00:00+01:00\"}", "" },
		{ &asst__share_schema,
		  "{\"principalId\":\"key:k\",\"accessLevel\":3,\"expiresAt\":1769857200}",
		  "type@/expiresAt" },
		{ &asst__query_schema, "{}", "" },
		{ &asst__query_schema, "{\"sort\":\"-name\",\"limit\":1,\"view\":\"whole\"}", "" },
		{ &asst__query_schema, "{\"sort\":\"size\",\"limit\":0,\"view\":\"\",\"page\":2}",
		  "choice@/sort range@/limit choice@/view unknown_field@/page" },
		{ &asst__around_schema, "{\"slug\":\"a-b\",\"ownerId\":\"team:t\"}", "" },
		{ &asst__around_schema,
		  "{\"slug\":\"a_b\",\"ownerId\":\"key:k\",\"folderId\":\"\"}",
		  "pattern@/slug principal@/ownerId blank@/folderId" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < T_COUNT(rows); i++)
		expect_faults(rows[i].schema, rows[i].json, 0, rows[i].faults);
}

static void what_is_incomplete_is_a_fault_only_where_it_must_be_complete(void **state)
{
	static const char json[] = "{\"creativity\":5,\"inputFields\":[{\"order\":-2}]}";

	(void)state;
	expect_faults(&asst__def_schema, json, 0,
		      "required@/name range@/creativity required@/inputFields/0/slug "
		      "required@/inputFields/0/type required@/inputFields/0/label "
		      "range@/inputFields/0/order");
	expect_faults(&asst__def_schema, json, ASST__CHECK_INCOMPLETE, "");
	expect_faults(&asst__def_schema, "{\"creativity\":1e999}", ASST__CHECK_INCOMPLETE,
		      "range@/creativity");
}

static void unknown_members_are_kept_where_the_flag_says_so(void **state)
{
	static const char json[] =
		"{\"name\":\"x\",\"a\":1,\"actions\":[{\"actionId\":"
		"\"aaaaaaaa-0000-4000-8000-000000000001\",\"b\":1,\"OAUTH\":1}]}";

	(void)state;
	expect_faults(&asst__def_schema, json, 0,
		      "unknown_field@/actions/0/b oauth_connection_unsupported@/actions/0/OAUTH "
		      "unknown_field@/a");
	expect_faults(&asst__def_schema, json, ASST__CHECK_KEEP_UNKNOWN,
		      "oauth_connection_unsupported@/actions/0/OAUTH");
}

/* A dataset without a mode gets the one that its filter calls for, in the tree itself. */
static void objects_are_brought_into_their_usual_form(void **state)
{
	asst__json *tree = tree_of("{\"name\":\"x\",\"datasets\":[{\"datasetId\":\"a\"},"
				   "{\"filter\":{},\"datasetId\":\"b\",\"mode\":null}]}");
	struct asst__limits limits = limits_of(NULL);
	struct asst__check check;

	(void)state;
	asst__check_begin(&check, &limits, 0, &asst__mem_libc, NULL);
	asst__check_object(&check, &asst__def_schema, tree);
	assert_int_equal(asst__check_end(&check), ASST_OK);
	expect_text(tree, "{\"datasets\":[{\"datasetId\":\"a\",\"mode\":\"full\"},"
			  "{\"datasetId\":\"b\",\"filter\":{},\"mode\":\"subset\"}],"
			  "\"name\":\"x\"}");
	asst__json_free(tree);
}

static void faults_lie_where_the_check_has_walked_to(void **state)
{
	struct asst__limits limits = limits_of(NULL);
	asst_error *err = asst_error_new();
	struct asst__check check;

	(void)state;
	asst__check_begin(&check, &limits, 0, &asst__mem_libc, err);
	asst__fault(&check, NULL, "first", "at the root");
	asst__check_enter(&check, "a/b~");
	asst__check_enter_item(&check, 12);
	asst__fault(&check, NULL, "second", "%s", "in an item");
	asst__fault(&check, "c", "third", "of a member");
	asst__check_leave(&check);
	asst__fault(&check, "", "fourth", "of a member without a name");
	asst__check_leave(&check);
	asst__fault(&check, "d", "fifth", "back again");
	assert_int_equal(asst__check_end(&check), ASST_EVALIDATION);
	assert_string_equal(faults(err), "first@ second@/a~1b~0/12 third@/a~1b~0/12/c "
					 "fourth@/a~1b~0/ fifth@/d");
	assert_string_equal(asst_error_issue_message(err, 1), "in an item");
	asst_error_free(err);
}

static void the_message_counts_the_faults_and_has_the_first(void **state)
{
	struct asst__limits limits = limits_of(NULL);
	asst_error *err = asst_error_new();
	struct asst__check check;
	int round;

	(void)state;
	for (round = 1; round <= 2; round++) {
		asst__check_begin(&check, &limits, 0, &asst__mem_libc, err);
		asst__fault(&check, "name", "blank", "must not be blank");
		if (round == 2)
			asst__fault(&check, "model", "blank", "must not be blank");
		assert_int_equal(asst__check_end(&check), ASST_EVALIDATION);
		assert_int_equal(asst_error_status(err), ASST_EVALIDATION);
		assert_non_null(strstr(asst_error_message(err),
				       round == 1 ? "1 fault," : "2 faults"));
		assert_non_null(strstr(asst_error_message(err), "/name"));
	}
	asst_error_free(err);
}

static void one_cap_makes_all_of_it_elimit(void **state)
{
	static const char *const codes[][3] = {
		{ "limit", "type", "blank" },
		{ "type", "limit", "blank" },
		{ "type", "blank", "limit" },
	};
	struct asst__limits limits = limits_of(NULL);
	struct asst__check check;
	size_t i, k;

	(void)state;
	for (i = 0; i < T_COUNT(codes); i++) {
		asst__check_begin(&check, &limits, 0, &asst__mem_libc, NULL);
		for (k = 0; k < 3; k++)
			asst__fault(&check, NULL, codes[i][k], "x");
		assert_int_equal(check.faults, 3);
		assert_int_equal(asst__check_end(&check), ASST_ELIMIT);
	}
}

static void the_status_is_the_same_without_an_error_object(void **state)
{
	static const struct {
		const char *json;
		int status;
	} rows[] = {
		{ "{\"name\":\"x\"}", ASST_OK },
		{ "{}", ASST_EVALIDATION },
		{ "{\"name\":\"x\",\"a\":{\"b\":1}}", ASST_EVALIDATION },
		{ "{\"name\":\"x\",\"skills\":[{\"type\":\"custom\"}]}", ASST_EVALIDATION },
	};
	struct asst__limits limits = limits_of("agents");
	struct asst__check check;
	asst__json *tree;
	size_t i;

	(void)state;
	for (i = 0; i < T_COUNT(rows); i++) {
		tree = tree_of(rows[i].json);
		asst__check_begin(&check, &limits, 0, &asst__mem_libc, NULL);
		asst__check_object(&check, &asst__def_schema, tree);
		assert_int_equal(asst__check_end(&check), rows[i].status);
		asst__json_free(tree);
	}
}

/* A long pointer and a long message are whole or cut, never more than there is room for. */
static void long_names_and_messages_do_no_harm(void **state)
{
	char name[2048], message[2048];
	struct asst__limits limits = limits_of(NULL);
	asst_error *err = asst_error_new();
	struct asst__check check;

	(void)state;
	memset(name, '~', sizeof(name) - 1);
	memset(message, 'm', sizeof(message) - 1);
	name[sizeof(name) - 1] = message[sizeof(message) - 1] = '\0';
	asst__check_begin(&check, &limits, 0, &asst__mem_libc, err);
	asst__fault(&check, name, "unknown_field", "%s", message);
	assert_int_equal(asst__check_end(&check), ASST_EVALIDATION);
	assert_int_equal(strlen(asst_error_issue_pointer(err, 0)), 1 + 2 * (sizeof(name) - 1));
	assert_true(strlen(asst_error_issue_message(err, 0)) >= 100);
	asst_error_free(err);
}

/* Each allocation fails once: always ASST_ENOMEM or the right answer, and nothing is left. */
static void without_memory_the_answer_is_enomem(void **state)
{
	static const char json[] =
		"{\"name\":\"\",\"colour\":1,\"data\":{\"b\":[1,2],\"a\":{}},"
		"\"skills\":[{\"type\":\"custom\",\"data\":{\"parameters\":{\"properties\":"
		"{\"p\":{\"type\":\"x\"}}}}}],"
		"\"datasets\":[{\"datasetId\":\"d\",\"filter\":{\"k\":1}}]}";
	struct asst__limits limits = limits_of(NULL);
	asst_error *err = asst_error_new();
	struct asst__check check;
	struct json_mem counts;
	size_t left, failed = 0;
	int status = ASST_ENOMEM;

	(void)state;
	for (left = 0; status == ASST_ENOMEM && left < 1000; left++) {
		struct asst__mem mem = json_mem_of(&counts);
		asst__json *tree = tree_of(json);

		counts.left = left;
		asst__check_begin(&check, &limits, 0, &mem, err);
		asst__check_object(&check, &asst__def_schema, tree);
		status = asst__check_end(&check);
		assert_true(status == ASST_ENOMEM || status == ASST_EVALIDATION);
		assert_int_equal(asst_error_status(err), status);
		assert_int_equal(counts.blocks, 0);
		assert_int_equal(counts.wrong, 0);
		failed += status == ASST_ENOMEM;
		asst__json_free(tree);
		asst_error_free(err);
		err = asst_error_new();
	}
	assert_int_equal(status, ASST_EVALIDATION);
	assert_true(failed > 0);
	asst_error_free(err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types_of_other_documents_are_checked_too),
		cmocka_unit_test(what_is_incomplete_is_a_fault_only_where_it_must_be_complete),
		cmocka_unit_test(unknown_members_are_kept_where_the_flag_says_so),
		cmocka_unit_test(objects_are_brought_into_their_usual_form),
		cmocka_unit_test(faults_lie_where_the_check_has_walked_to),
		cmocka_unit_test(the_message_counts_the_faults_and_has_the_first),
		cmocka_unit_test(one_cap_makes_all_of_it_elimit),
		cmocka_unit_test(the_status_is_the_same_without_an_error_object),
		cmocka_unit_test(long_names_and_messages_do_no_harm),
		cmocka_unit_test(without_memory_the_answer_is_enomem),
	};

	return cmocka_run_group_tests_name("check", tests, NULL, NULL) ? 1 : 0;
}
