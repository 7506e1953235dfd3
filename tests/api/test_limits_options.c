/* SPDX-License-Identifier: MIT */
/* Limits changed by option, those of JSON text, and those of what is not a definition. */
#include "body.h"

/* Names with a value of their own in a set; all others are safety caps alone. */
static int is_of_a_set(const char *name)
{
	static const char *const names[] = { "name", "description", "instruction", "emoji",
					     "starters", "starter", "selectOptionsLeast", "slug",
					     "label", "fieldDescription", "principalName",
					     "notes" };
	size_t i;

	for (i = 0; i < T_COUNT(names); i++) {
		if (strcmp(names[i], name) == 0)
			return 1;
	}
	return 0;
}

/* The caps of names that a set has values for. */
static int64_t cap_of(const char *name)
{
	static const struct {
		const char *name;
		int64_t cap;
	} caps[] = {
		{ "instruction", 40000 }, { "starters", 100 }, { "starter", 2000 },
		{ "selectOptionsLeast", 1000 },
	};
	int64_t value;
	size_t i;

	if (!is_of_a_set(name)) {
		assert_int_equal(asst_limit_get(&value, NULL, name, NULL), ASST_OK);
		return value;
	}
	for (i = 0; i < T_COUNT(caps); i++) {
		if (strcmp(caps[i].name, name) == 0)
			return caps[i].cap;
	}
	return 1024;
}

static void a_cap_can_be_lowered_but_not_raised(void **state)
{
	asst_store_opts *opts = asst_store_opts_new();
	char name[64];
	size_t i;

	(void)state;
	for (i = 0; i < asst_limit_count(); i++) {
		int64_t cap = cap_of(asst_limit_name(i));
		int none = is_of_a_set(asst_limit_name(i)) ? ASST_OK : ASST_EINVAL;

		snprintf(name, sizeof(name), "limit.%s", asst_limit_name(i));
		assert_int_equal(asst_store_opts_set_int(opts, name, cap, NULL), ASST_OK);
		assert_int_equal(asst_store_opts_set_int(opts, name, cap - 1, NULL), ASST_OK);
		assert_int_equal(asst_store_opts_set_int(opts, name, cap + 1, NULL), ASST_EINVAL);
		assert_int_equal(asst_store_opts_set_int(opts, name, INT64_MAX, NULL), ASST_EINVAL);
		assert_int_equal(asst_store_opts_set_int(opts, name, -1, NULL), none);
		assert_int_equal(asst_store_opts_set_int(opts, name, -2, NULL), ASST_EINVAL);
		assert_int_equal(asst_store_opts_set_int(opts, name, INT64_MIN, NULL), ASST_EINVAL);
	}
	assert_int_equal(asst_store_opts_set_int(opts, "limit.colour", 1, NULL), ASST_EINVAL);
	assert_int_equal(asst_store_opts_set_int(opts, "limit.", 1, NULL), ASST_EINVAL);
	assert_int_equal(asst_store_opts_set_int(opts, "name", 1, NULL), ASST_EINVAL);
	assert_int_equal(asst_store_opts_set_text(opts, "limits", "none", NULL), ASST_EINVAL);
	assert_int_equal(asst_store_opts_set_text(opts, "limits", NULL, NULL), ASST_EINVAL);
	assert_int_equal(asst_store_opts_set_text(opts, "limit.name", "5", NULL), ASST_EINVAL);
	asst_store_opts_free(opts);
}

/* Open a store with one limit changed. */
static void open_with(struct t_world *world, const char *name, int64_t value)
{
	asst_store_opts *opts = asst_store_opts_new();

	assert_int_equal(asst_store_opts_set_int(opts, name, value, NULL), ASST_OK);
	t_open(world, opts);
	asst_store_opts_free(opts);
}

/* A document: before, count times item, behind; its status and faults. */
static int refused(struct t_world *world, const char *before, const char *item, size_t count,
		   const char *behind, const char *faults)
{
	struct t_text json = { NULL, 0, 0 };
	int status, wanted = t_status_of(faults), right;
	char about[128];

	if (strncmp(faults, "json_", 5) == 0)
		wanted = ASST_ELIMIT;
	snprintf(about, sizeof(about), "%s %zu times %s", before, count, item);
	t_add(&json, t_json(before));
	t_add_many(&json, t_json(item), "", count);
	t_add(&json, t_json(behind));
	status = asst_assistant_validate_json(world->ada, json.data, json.size, 0, world->err);
	right = t_right(status, world->err, wanted, faults, about);
	t_text_free(&json);
	return right;
}

static void a_limit_changed_by_option_is_in_force(void **state)
{
	static const struct {
		const char *option;
		int64_t value;
		const char *before, *item;
		size_t most;
		const char *behind, *faults;
	} rows[] = {
		{ "limit.name", 5, "{'name':'", "x", 5, "'}", "too_long@/name" },
		{ "limit.name", 1024, "{'name':'", "x", 1024, "'}", "too_long@/name" },
		{ "limit.name", -1, "{'name':'", "x", 1024, "'}", "limit@/name" },
		{ "limit.emoji", 16, "{'name':'x','emoji':'", "x", 16, "'}", "too_long@/emoji" },
		{ "limit.description", -1, "{'name':'x','description':'", "x", 1024, "'}",
		  "limit@/description" },
		{ "limit.starters", 2, "{'name':'x','conversationStarters':[''", ",''", 1, "]}",
		  "too_long@/conversationStarters" },
		{ "limit.actions", 0, "{'name':'x','actions':[", "{}", 0, "]}", "limit@/actions" },
		{ "limit.string", 20, "{'name':'x','model':'", "x", 20, "'}", "limit@/model" },
		{ "limit.data_bytes", 10, "{'name':'x','data':{'k':'", "x", 2, "'}}",
		  "limit@/data" },
		{ "limit.tag", 3, "{'name':'x','tags':['", "x", 3, "']}", "limit@/tags/0" },
		{ "limit.document_bytes", 130, "{'name':'x'", " ", 118, "}", "json_bytes@" },
		{ "limit.depth", 4, "{'name':'x','data':{'k':[", "[", 1, "]]}}",
		  "json_depth@/data/k/0/0" },
		{ "limit.nodes", 12, "{'name':'x','data':{'k':[0", ",0", 7, "]}}",
		  "json_nodes@/data/k/8" },
		{ "limit.number_bytes", 3, "{'name':'x','data':{'k':0.", "5", 1, "}}",
		  "json_number_length@/data/k" },
	};
	struct t_world world;
	int bad = 0;
	size_t i;

	(void)state;
	for (i = 0; i < T_COUNT(rows); i++) {
		open_with(&world, rows[i].option, rows[i].value);
		bad += !refused(&world, rows[i].before, rows[i].item, rows[i].most,
				rows[i].behind, "");
		bad += !refused(&world, rows[i].before, rows[i].item, rows[i].most + 1,
				rows[i].behind, rows[i].faults);
		t_close(&world);
	}
	assert_int_equal(bad, 0);
}

static void the_scanner_has_caps_of_its_own(void **state)
{
	struct t_world *world = *state;
	int bad = 0;

	bad += !refused(world, "{'name':'x','data':{'k':0.", "5", 126, "}}", "");
	bad += !refused(world, "{'name':'x','data':{'k':0.", "5", 127, "}}",
			"json_number_length@/data/k");
	bad += !refused(world, "{'name':'x'", " ", 1048576 - 12, "}", "");
	bad += !refused(world, "{'name':'x'", " ", 1048576 - 11, "}", "json_bytes@");
	bad += !refused(world, "{'name':'x','data':{'", "k", 256, "':0}}", "");
	bad += !refused(world, "{'name':'x','data':{'", "k", 257, "':0}}",
			"json_name_length@/data");
	bad += !refused(world, "{'name':'x','data':{'k':'", "v", 262144, "'}}", "limit@/data");
	bad += !refused(world, "{'name':'x','data':{'k':'", "v", 262145, "'}}",
			"json_string_length@/data/k");
	/* root, name, data, k, and the first of the list stand before the others */
	bad += !refused(world, "{'name':'x','data':{'k':[0", ",0", 65531, "]}}", "limit@/data");
	bad += !refused(world, "{'name':'x','data':{'k':[0", ",0", 65532, "]}}",
			"json_nodes@/data/k/65532");
	assert_int_equal(bad, 0);
}

static void a_document_is_nested_64_deep_at_the_most(void **state)
{
	struct t_world *world = *state;
	struct t_text json = { NULL, 0, 0 };
	size_t depth;
	int status;

	for (depth = 63; depth <= 65; depth++) {
		json.size = 0;
		t_add(&json, "{\"name\":\"x\",\"data\":{\"k\":");
		t_add_many(&json, "[", "", depth - 2);
		t_add_many(&json, "]", "", depth - 2);
		t_add(&json, "}}");
		status = asst_assistant_create_json(NULL, world->ada, json.data, json.size, 0,
						    world->err);
		assert_int_equal(status, depth <= 64 ? ASST_OK : ASST_ELIMIT);
		if (depth > 64)
			assert_string_equal(asst_error_issue_code(world->err, 0), "json_depth");
	}
	t_text_free(&json);
}

/* What is stored was allowed once: a lowered limit is for what is sent. */
static void limits_judge_what_is_sent_not_what_is_there(void **state)
{
	static const struct {
		const char *option;
		int64_t value;
	} rows[] = {
		{ "limit.document_bytes", 200 },
		{ "limit.nodes", 12 },
	};
	asst_assistant *made;
	struct t_world world;
	int bad = 0, status;
	size_t i;

	(void)state;
	for (i = 0; i < T_COUNT(rows); i++) {
		open_with(&world, rows[i].option, rows[i].value);
		made = t_create(&world, "{'name':'x'}");
		status = asst_assistant_patch_json(NULL, world.ada, asst_assistant_id(made),
						   t_json("{'kind':'AGENT','name':'y'}"),
						   ASST_NUL, 1, 0, world.err);
		bad += !t_right(status, world.err, ASST_OK, "", rows[i].option);
		asst_assistant_free(made);
		t_close(&world);
	}
	assert_int_equal(bad, 0);
}

/* As large as a document may be; its own JSON, with all defaults, is larger. */
static void a_small_patch_of_a_large_assistant_is_taken(void **state)
{
	struct t_world *world = *state;
	struct t_text json = { NULL, 0, 0 };
	asst_assistant *made;
	size_t i, size;
	int status;

	t_add(&json, t_json("{'name':'x','inputFields':["));
	t_add_many(&json, t_json("{'slug':'#','type':'DATE','label':'l','order':0}"), ",", 100);
	t_add(&json, t_json("],'conversationStarters':["));
	for (i = 0; i < 100; i++) {
		t_add(&json, i ? ",\"" : "\"");
		t_add_many(&json, "\\u0001", "", 1735);
		t_add(&json, "\"");
	}
	t_add(&json, "]}");
	assert_true(json.size <= 1048576);
	status = asst_assistant_create_json(&made, world->ada, json.data, json.size, 0, world->err);
	t_expect(status, world->err, ASST_OK, "", "create");
	assert_non_null(asst_assistant_json(made, &size));
	assert_true(size > 1048576);
	status = asst_assistant_patch_json(NULL, world->ada, asst_assistant_id(made),
					   t_json("{'kind':'AGENT','name':'y'}"), ASST_NUL, 1, 0,
					   world->err);
	t_expect(status, world->err, ASST_OK, "", "patch");
	asst_assistant_free(made);
	t_text_free(&json);
}

static void grants_of_an_assistant_are_limited(void **state)
{
	asst_assistant *made;
	struct t_world world;
	const char *id;

	(void)state;
	open_with(&world, "limit.grants", 2);
	made = t_create(&world, "{'name':'x'}");
	id = asst_assistant_id(made);
	assert_int_equal(asst_share_put(world.ada, id, "user:a", 1, 0, world.err), ASST_OK);
	assert_int_equal(asst_share_put(world.ada, id, "user:b", 1, 0, world.err), ASST_OK);
	assert_int_equal(asst_share_put(world.ada, id, "user:b", 2, 0, world.err), ASST_OK);
	assert_int_equal(asst_share_put(world.ada, id, "user:c", 1, 0, world.err), ASST_ELIMIT);
	assert_non_null(strstr(asst_error_message(world.err), "grants"));
	assert_int_equal(asst_share_remove(world.ada, id, "user:a", 0, world.err), ASST_OK);
	assert_int_equal(asst_share_put(world.ada, id, "user:c", 1, 0, world.err), ASST_OK);
	asst_assistant_free(made);
	t_close(&world);
}

static void an_assistant_has_256_grants_at_the_most(void **state)
{
	struct t_world *world = *state;
	asst_assistant *made = t_create(world, "{'name':'x'}");
	const char *id = asst_assistant_id(made);
	char principal[32];
	int i;

	for (i = 0; i < 256; i++) {
		snprintf(principal, sizeof(principal), "user:u%d", i);
		assert_int_equal(asst_share_put(world->ada, id, principal, 1, 0, world->err),
				 ASST_OK);
	}
	assert_int_equal(asst_share_put(world->ada, id, "workspace", 1, 0, world->err),
			 ASST_ELIMIT);
	asst_assistant_free(made);
}

static void teams_of_a_session_are_limited(void **state)
{
	struct t_world *world = *state;
	struct t_text json = { NULL, 0, 0 };
	asst_session *session;
	size_t count;
	int status;

	for (count = 199; count <= 201; count++) {
		json.size = 0;
		t_add(&json, "{\"workspace\":\"acme\",\"user\":\"eve\",\"teams\":[");
		t_add_many(&json, "{\"id\":\"t#\"}", ",", count);
		t_add(&json, "]}");
		status = asst_session_open(&session, world->store, json.data, json.size,
					   world->err);
		t_expect(status, world->err, count <= 200 ? ASST_OK : ASST_ELIMIT,
			 count <= 200 ? "" : "limit@/teams", "teams");
		asst_session_free(session);
	}
	t_text_free(&json);
}

static void a_page_has_1000_assistants_at_the_most(void **state)
{
	struct t_world *world = *state;
	const char *ids[1001];
	asst_list *list;
	size_t i;
	int status;

	for (i = 0; i < T_COUNT(ids); i++)
		ids[i] = T_UUID_A;
	status = asst_assistant_list(&list, world->ada, "{\"limit\":1000}", ASST_NUL, world->err);
	t_expect(status, world->err, ASST_OK, "", "a list of 1000");
	asst_list_free(list);
	status = asst_assistant_list(&list, world->ada, "{\"limit\":1001}", ASST_NUL, world->err);
	t_expect(status, world->err, ASST_ELIMIT, "limit@/limit", "a list of 1001");
	assert_null(list);
	status = asst_assistant_get_many(&list, world->ada, ids, 1000, 0, world->err);
	t_expect(status, world->err, ASST_OK, "", "1000 ids");
	assert_int_equal(asst_list_count(list), 1000);
	asst_list_free(list);
	status = asst_assistant_get_many(&list, world->ada, ids, 1001, 0, world->err);
	assert_int_equal(status, ASST_ELIMIT);
	assert_non_null(strstr(asst_error_message(world->err), "list_page"));
	assert_null(list);
}

static void a_commit_has_a_message_of_1024_characters_at_the_most(void **state)
{
	struct t_world *world = *state;
	asst_assistant *made = t_create(world, "{'name':'x'}");
	struct t_text message = { NULL, 0, 0 };
	asst_draft *draft;
	int status;

	status = asst_draft_edit(&draft, world->ada, asst_assistant_id(made), 0, world->err);
	assert_int_equal(status, ASST_OK);
	status = asst_draft_patch(draft, "{\"canvas\":true}", ASST_NUL, 0, world->err);
	assert_int_equal(status, ASST_OK);
	t_add_many(&message, "\xF0\x9F\x98\x80", "", 1025);
	status = asst_draft_commit(NULL, draft, message.data, message.size, 0, world->err);
	assert_int_equal(status, ASST_ELIMIT);
	assert_non_null(strstr(asst_error_message(world->err), "message"));
	status = asst_draft_commit(NULL, draft, message.data, message.size - 4, 0, world->err);
	t_expect(status, world->err, ASST_OK, "", "1024 characters");
	asst_draft_free(draft);
	asst_assistant_free(made);
	t_text_free(&message);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cap_can_be_lowered_but_not_raised),
		cmocka_unit_test(a_limit_changed_by_option_is_in_force),
		cmocka_unit_test(the_scanner_has_caps_of_its_own),
		cmocka_unit_test(a_document_is_nested_64_deep_at_the_most),
		cmocka_unit_test(limits_judge_what_is_sent_not_what_is_there),
		cmocka_unit_test(a_small_patch_of_a_large_assistant_is_taken),
		cmocka_unit_test(grants_of_an_assistant_are_limited),
		cmocka_unit_test(an_assistant_has_256_grants_at_the_most),
		cmocka_unit_test(teams_of_a_session_are_limited),
		cmocka_unit_test(a_page_has_1000_assistants_at_the_most),
		cmocka_unit_test(a_commit_has_a_message_of_1024_characters_at_the_most),
	};

	return cmocka_run_group_tests_name("limits_options", tests, t_setup, t_teardown) ? 1 : 0;
}
