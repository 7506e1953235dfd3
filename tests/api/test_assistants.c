/* SPDX-License-Identifier: MIT */
/* Assistants: create, get, patch, delete, and what a loaded one tells. */
#include "host.h"

static const char *const ada = "ada create eng:memberPlus sales:member";

static int create(struct host *host, asst_assistant **made, const char *spec, const char *json)
{
	return asst_assistant_create_json(made, as(host, spec), json, ASST_NUL, 0, host->err);
}

static asst_assistant *created(struct host *host, const char *spec, const char *json)
{
	asst_assistant *assistant;

	MUST(host, create(host, &assistant, spec, json));
	return assistant;
}

static int patch_at(struct host *host, asst_assistant **made, const char *id, const char *json,
		    uint64_t revision)
{
	return asst_assistant_patch_json(made, as(host, ada), id, json, ASST_NUL, revision, 0,
					 host->err);
}

static void what_was_created_tells_everything(void **state)
{
	struct host *host = *state;
	asst_assistant *assistant = created(
			       host, ada,
			       "{\"name\":\"My First One!\",\"emoji\":\"E\",\"tags\":[\"b\",\"a\"],"
			       "\"folderId\":\"f\",\"disabled\":true}"),
		       *loaded;

	assert_int_equal(strlen(asst_assistant_id(assistant)), 36);
	assert_string_equal(asst_assistant_kind(assistant), "AGENT");
	assert_string_equal(asst_assistant_slug(assistant), "my-first-one");
	assert_string_equal(asst_assistant_name(assistant), "My First One!");
	assert_string_equal(asst_assistant_workspace(assistant), "acme");
	assert_string_equal(asst_assistant_owner(assistant), "user:ada");
	assert_string_equal(asst_assistant_created_by(assistant), "user:ada");
	assert_int_equal(asst_assistant_created_at(assistant), HOST_NOW);
	assert_int_equal(asst_assistant_updated_at(assistant), HOST_NOW);
	assert_int_equal(asst_assistant_revision(assistant), 1);
	assert_int_equal(asst_assistant_version(assistant), 1);
	assert_int_equal(asst_assistant_shared(assistant), 0);
	assert_int_equal(asst_assistant_disabled(assistant), 1);
	assert_string_equal(asst_assistant_folder(assistant), "f");
	assert_int_equal(asst_assistant_tag_count(assistant), 2);
	assert_string_equal(asst_assistant_tag_at(assistant, 0), "b");
	assert_null(asst_assistant_editing_id(assistant));
	assert_int_equal(asst_assistant_level(assistant), 3);
	assert_string_equal(asst_def_emoji(asst_assistant_def(assistant), NULL), "E");
	loaded = host_get(host, ada, asst_assistant_id(assistant));
	assert_string_equal(asst_assistant_json(loaded, NULL),
			    asst_assistant_json(assistant, NULL));
	asst_assistant_free(loaded);
	asst_assistant_free(assistant);
}

/* Who may own what who creates. */
static void owners(void **state)
{
	static const struct {
		const char *spec, *owner;
		int status;
	} rows[] = {
		{ "ada create", "user:ada", ASST_OK }, { "ada create", "user:bob", ASST_EDENIED },
		{ "ada create", "team:eng", ASST_EDENIED },
		{ "ada create eng:member", "team:eng", ASST_EDENIED },
		{ "ada create eng:memberPlus", "team:eng", ASST_OK },
		{ "ada create eng:designer", "team:eng", ASST_OK },
		{ "ada create eng:dataWizard", "team:eng", ASST_OK },
		{ "ada create eng:publisher", "team:eng", ASST_OK },
		{ "ada create eng:admin", "team:eng", ASST_OK },
		{ "ada create eng:admin", "team:sales", ASST_EDENIED },
		{ "ada create", "workspace", ASST_EVALIDATION },
		{ "ada create", "key:k", ASST_EVALIDATION },
		{ "root create super", "user:bob", ASST_OK },
		{ "root create super", "team:any", ASST_OK }, { "system", "user:bob", ASST_OK },
		{ "system", "team:any", ASST_OK }, { "system", NULL, ASST_EVALIDATION },
		{ "root create super", NULL, ASST_OK },
	};
	struct host *host = *state;
	asst_assistant *made;
	char json[100];
	size_t i;

	for (i = 0; i < T_COUNT(rows); i++) {
		snprintf(json, sizeof(json), "{\"name\":\"a\"%s%s%s}",
			 rows[i].owner ? ",\"ownerId\":\"" : "", rows[i].owner ? rows[i].owner : "",
			 rows[i].owner ? "\"" : "");
		EXPECT(host, rows[i].status,
		       asst_assistant_validate_json(as(host, rows[i].spec), json, ASST_NUL, 0,
						    host->err));
		EXPECT(host, rows[i].status, create(host, &made, rows[i].spec, json));
		if (rows[i].status == ASST_EVALIDATION)
			assert_string_equal(asst_error_issue_pointer(host->err, 0), "/ownerId");
		if (made) {
			assert_string_equal(asst_assistant_owner(made),
					    rows[i].owner ? rows[i].owner : "user:root");
			assert_string_equal(asst_assistant_created_by(made),
					    asst_session_principal(as(host, rows[i].spec)));
		}
		asst_assistant_free(made);
	}
}

static void a_slug_is_made_from_the_name(void **state)
{
	static const char *const rows[][2] = {
		{ "Hello, World", "hello-world" }, { "Hello world", "hello-world-2" },
		{ "HELLO-WORLD!", "hello-world-3" }, { "  a  b  ", "a-b" },
		{ "!!!", "assistant" }, { "\xe6\x97\xa5\xe6\x9c\xac", "assistant-2" },
		{ "a_b.c", "a-b-c" }, { "42", "42" },
	};
	struct host *host = *state;
	asst_assistant *assistant;
	char json[100];
	size_t i;

	for (i = 0; i < T_COUNT(rows); i++) {
		snprintf(json, sizeof(json), "{\"name\":\"%s\"}", rows[i][0]);
		assistant = created(host, ada, json);
		assert_string_equal(asst_assistant_slug(assistant), rows[i][1]);
		asst_assistant_free(assistant);
	}
	/* Unique for an owner, not for all. */
	host_create(host, "bob create", "{\"name\":\"42\"}");
	MUST(host, host_look(host, "bob create", "user:bob:42"));
	for (i = 0; i < 30; i++)
		asst_assistant_free(created(host, ada, "{\"name\":\"Many\"}"));
}

static void a_given_slug_is_taken_or_refused(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\",\"slug\":\"s-1\"}");
	asst_assistant *made;

	EXPECT(host, ASST_EEXISTS, create(host, &made, ada, "{\"name\":\"b\",\"slug\":\"s-1\"}"));
	assert_null(made);
	assert_int_equal(asst_error_issue_count(host->err), 1);
	host_issue(host, 0, "duplicate", "/slug");
	EXPECT(host, ASST_EVALIDATION,
	       create(host, &made, ada, "{\"name\":\"b\",\"slug\":\"S 1\"}"));
	host_issue(host, 0, "pattern", "/slug");
	host_create(host, ada, "{\"name\":\"b\",\"slug\":\"s-1\",\"ownerId\":\"team:eng\"}");
	host_create(host, ada, "{\"name\":\"b\",\"slug\":\"s-2\"}");
	EXPECT(host, ASST_EEXISTS, host_patch(host, ada, id, "{\"slug\":\"s-2\"}"));
	host_issue(host, 0, "duplicate", "/slug");
	MUST(host, host_patch(host, ada, id, "{\"slug\":\"s-3\"}"));
	MUST(host, host_look(host, ada, "user:ada:s-3"));
	EXPECT(host, ASST_ENOTFOUND, host_look(host, ada, "user:ada:s-1"));
	host_create(host, ada, "{\"name\":\"c\",\"slug\":\"s-1\"}");
	EXPECT(host, ASST_EVALIDATION, host_patch(host, ada, id, "{\"slug\":null}"));
}

static void natural_names_find_what_ids_find(void **state)
{
	struct host *host = *state;
	const char *own = host_create(host, ada, "{\"name\":\"x\"}");
	const char *teams = host_create(host, ada, "{\"name\":\"x\",\"ownerId\":\"team:eng\"}");
	const char *odd =
		host_create(host, "system", "{\"name\":\"x\",\"ownerId\":\"user:a.b@c+d_e-f\"}");
	const char *const rows[][2] = { { "user:ada:x", own },
					{ "team:eng:x", teams },
					{ "eng:x", teams },
					{ "user:a.b@c+d_e-f:x", odd } };
	asst_assistant *assistant;
	size_t i;

	for (i = 0; i < T_COUNT(rows); i++) {
		assistant = host_get(host, "system", rows[i][0]);
		assert_string_equal(asst_assistant_id(assistant), rows[i][1]);
		asst_assistant_free(assistant);
	}
	EXPECT(host, ASST_ENOTFOUND, host_look(host, ada, "ada:x")); /* short means a team's */
	MUST(host, host_patch(host, ada, "eng:x", "{\"name\":\"y\"}"));
	MUST(host, host_delete(host, "system", "eng:x"));
	EXPECT(host, ASST_ENOTFOUND, host_look(host, "system", teams));
	EXPECT(host, ASST_EINVAL, host_look(host, ada, NULL));
	EXPECT(host, ASST_EINVAL, asst_assistant_get(NULL, as(host, ada), own, 1, host->err));
}

static void many_are_loaded_in_the_order_asked(void **state)
{
	struct host *host = *state;
	const char *a = host_create(host, ada, "{\"name\":\"a\"}");
	const char *b = host_create(host, ada, "{\"name\":\"b\"}");
	const char *hidden = host_create(host, "bob create", "{\"name\":\"h\"}");
	const char *const ids[] = { b, hidden, a, "user:ada:a", "", b };
	const char *many[1001];
	const char *const hole[] = { a, NULL };
	asst_list *list;
	size_t i;

	MUST(host, asst_assistant_get_many(&list, as(host, ada), ids, T_COUNT(ids), 0, host->err));
	assert_int_equal(asst_list_count(list), T_COUNT(ids));
	for (i = 0; i < T_COUNT(ids); i++) {
		assert_true((asst_list_at(list, i) != NULL) == (i == 0 || i == 2 || i == 5));
		if (asst_list_at(list, i))
			assert_string_equal(asst_assistant_id(asst_list_at(list, i)), ids[i]);
	}
	assert_non_null(asst_assistant_def(asst_list_at(list, 0)));
	assert_null(asst_list_at(list, T_COUNT(ids)));
	assert_null(asst_list_cursor(list));
	asst_list_free(list);
	for (i = 0; i < T_COUNT(many); i++)
		many[i] = i % 2 ? a : b;
	MUST(host, asst_assistant_get_many(&list, as(host, ada), many, 1000, 0, host->err));
	assert_string_equal(asst_assistant_id(asst_list_at(list, 999)), a);
	asst_list_free(list);
	EXPECT(host, ASST_ELIMIT,
	       asst_assistant_get_many(&list, as(host, ada), many, 1001, 0, host->err));
	assert_null(list);
	EXPECT(host, ASST_EINVAL,
	       asst_assistant_get_many(&list, as(host, ada), many, 0, 0, host->err));
	EXPECT(host, ASST_EINVAL,
	       asst_assistant_get_many(&list, as(host, ada), NULL, 1, 0, host->err));
	EXPECT(host, ASST_EINVAL,
	       asst_assistant_get_many(&list, as(host, ada), hole, 2, 0, host->err));
	EXPECT(host, ASST_EINVAL,
	       asst_assistant_get_many(NULL, as(host, ada), ids, 1, 0, host->err));
}

/* What a patch does to revision and version; nothing changed means nothing written. */
static void patches_count(void **state)
{
	static const struct {
		const char *json;
		uint64_t revision, version;
	} rows[] = {
		{ "{}", 1, 1 },
		{ "{\"name\":\"a\"}", 1, 1 },
		{ "{\"name\":\"b\"}", 2, 2 },
		{ "{\"tags\":[\"x\"]}", 3, 2 },
		{ "{\"tags\":[\"x\"],\"name\":\"b\"}", 3, 2 },
		{ "{\"folderId\":\"f\"}", 4, 2 },
		{ "{\"slug\":\"s\"}", 5, 2 },
		{ "{\"disabled\":true}", 6, 2 },
		{ "{\"disabled\":true,\"emoji\":\"E\",\"tags\":null}", 7, 3 },
		{ "{\"emoji\":null,\"folderId\":null}", 8, 4 },
		{ "{\"emoji\":null,\"tags\":[]}", 8, 4 },
		{ "{\"creativity\":0.3}", 8, 4 }, /* the default, written or not */
		{ "{\"data\":{\"b\":1,\"a\":{\"c\":[1.50]}}}", 9, 5 },
		{ "{\"data\":{\"a\":{\"d\":2}}}", 10, 6 },
		{ "{\"data\":{\"a\":{\"d\":2}}}", 10, 6 },
	};
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	asst_assistant *made;
	int64_t updated = HOST_NOW;
	uint64_t before = 1;
	size_t i;

	for (i = 0; i < T_COUNT(rows); i++) {
		host_pass(host, 10);
		host_count_anew(host);
		MUST(host, patch_at(host, &made, id, rows[i].json, before));
		if (asst_assistant_revision(made) != rows[i].revision ||
		    asst_assistant_version(made) != rows[i].version)
			fail_msg("%s: %s", rows[i].json, asst_assistant_json(made, NULL));
		updated = rows[i].revision > before ? atomic_load(&host->now) : updated;
		assert_int_equal(asst_assistant_updated_at(made), updated);
		assert_int_equal(asst_assistant_created_at(made), HOST_NOW);
		assert_int_equal(atomic_load(&host->backend.events), rows[i].revision > before);
		assert_int_equal(host_calls(host, HOST_APPLY), rows[i].revision > before);
		before = rows[i].revision;
		asst_assistant_free(made);
	}
	made = host_get(host, ada, id);
	assert_string_equal(asst_def_data(asst_assistant_def(made), NULL),
			    "{\"a\":{\"c\":[1.50],\"d\":2},\"b\":1}");
	asst_assistant_free(made);
}

static void a_stale_revision_is_refused(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	asst_session *session = as(host, ada);
	asst_assistant *made;

	MUST(host, patch_at(host, NULL, id, "{\"name\":\"b\"}", 1));
	EXPECT(host, ASST_EREVISION, patch_at(host, &made, id, "{\"name\":\"c\"}", 1));
	assert_null(made);
	EXPECT(host, ASST_EREVISION, patch_at(host, NULL, id, "{}", 3));
	EXPECT(host, ASST_EREVISION, patch_at(host, NULL, id, "{}", 0));
	EXPECT(host, ASST_EVALIDATION,
	       patch_at(host, NULL, id, "{\"name\":\"\"}", 1)); /* the body first */
	EXPECT(host, ASST_EREVISION, asst_assistant_delete(session, id, 1, 0, host->err));
	MUST(host, patch_at(host, NULL, id, "{\"name\":\"c\"}", ASST_ANY_REVISION));
	MUST(host, asst_assistant_delete(session, id, 3, 0, host->err));
}

static void bad_patches_change_nothing(void **state)
{
	static const struct {
		const char *json, *code, *pointer;
	} rows[] = {
		{ "{\"name\":null}", "required", "/name" },
		{ "{\"name\":\" \"}", "blank", "/name" },
		{ "{\"colour\":null}", "unknown_field", "/colour" },
		{ "{\"id\":\"x\"}", "read_only", "/id" },
		{ "{\"ownerId\":\"user:bob\"}", "read_only", "/ownerId" },
		{ "{\"revision\":2}", "read_only", "/revision" },
		{ "{\"shared\":true}", "read_only", "/shared" },
		{ "{\"tags\":[\"a\",\"a\"]}", "duplicate", "/tags/1" },
		{ "{\"disabled\":\"no\"}", "type", "/disabled" },
	};
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	size_t i;

	for (i = 0; i < T_COUNT(rows); i++) {
		EXPECT(host, ASST_EVALIDATION, host_patch(host, ada, id, rows[i].json));
		assert_int_equal(asst_error_issue_count(host->err), 1);
		host_issue(host, 0, rows[i].code, rows[i].pointer);
	}
	assert_int_equal(host_revision(host, ada, id), 1);
}

static void disabling_needs_level_3(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");

	MUST(host, host_share(host, ada, id, "user:bob", 2));
	EXPECT(host, ASST_EDENIED, host_patch(host, "bob", id, "{\"disabled\":true}"));
	assert_non_null(strstr(asst_error_message(host->err), "assistant:disable"));
	MUST(host, host_patch(host, "bob", id, "{\"disabled\":false,\"tags\":[\"t\"]}"));
	MUST(host, host_patch(host, ada, id, "{\"disabled\":true}"));
	MUST(host, host_patch(host, "bob", id, "{\"disabled\":true,\"name\":\"b\"}"));
	EXPECT(host, ASST_EDENIED, host_patch(host, "bob", id, "{\"disabled\":null}"));
}

static void what_is_deleted_is_gone_for_all(void **state)
{
	static const char *const specs[] = { "ada create eng:memberPlus sales:member", "bob",
					     "system", "root super" };
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	asst_list *list;
	size_t i;

	MUST(host, host_share(host, ada, id, "workspace", 2));
	EXPECT(host, ASST_EDENIED, host_delete(host, "bob", id));
	MUST(host, host_delete(host, ada, id));
	for (i = 0; i < T_COUNT(specs); i++) {
		EXPECT(host, ASST_ENOTFOUND, host_look(host, specs[i], id));
		EXPECT(host, ASST_ENOTFOUND, host_look(host, specs[i], "user:ada:a"));
		EXPECT(host, ASST_ENOTFOUND, host_patch(host, specs[i], id, "{\"name\":\"b\"}"));
		EXPECT(host, ASST_ENOTFOUND, host_delete(host, specs[i], id));
		MUST(host, asst_assistant_list(&list, as(host, specs[i]), NULL, 0, host->err));
		assert_int_equal(asst_list_count(list), 0);
		asst_list_free(list);
	}
	host_create(host, ada, "{\"name\":\"b\",\"slug\":\"a\"}"); /* the slug is free again */
	MUST(host, host_look(host, ada, "user:ada:a"));
}

/* UUIDv7: the milliseconds are createdAt, later ids are greater, also when the clock goes back. */
static void ids_rise_with_time(void **state)
{
	static const int64_t steps[] = { 0, 0, 0, 5, 0, -1000, 0, 2000, 86400000 };
	struct host *host = *state;
	char last[37] = "", hex[13];
	asst_assistant *assistant;
	const char *id;
	size_t i;

	for (i = 0; i < T_COUNT(steps); i++) {
		host_pass(host, steps[i]);
		assistant = created(host, ada, "{\"name\":\"a\"}");
		id = asst_assistant_id(assistant);
		assert_true(strcmp(id, last) > 0);
		strcpy(last, id);
		memcpy(hex, id, 8);
		memcpy(hex + 8, id + 9, 5);
		hex[12] = '\0';
		assert_int_equal(strtoll(hex, NULL, 16), asst_assistant_created_at(assistant));
		assert_true(id[14] == '7' && strchr("89ab", id[19]));
		if (steps[i] >= 5)
			assert_int_equal(asst_assistant_created_at(assistant),
					 atomic_load(&host->now));
		asst_assistant_free(assistant);
	}
}

static void ids_come_from_the_clock_and_the_random_source(void **state)
{
	struct host *host = *state, *twin = host_new(host_disk_new(), NULL);

	assert_string_equal(host_create(host, ada, "{\"name\":\"a\"}"),
			    host_create(twin, ada, "{\"name\":\"a\"}"));
	host_free(twin);
}

static void workspaces_do_not_meet(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, "ada create", "{\"name\":\"a\"}");

	MUST(host, host_share(host, "ada create", id, "workspace", 3));
	EXPECT(host, ASST_ENOTFOUND, host_look(host, "ada create @other", id));
	EXPECT(host, ASST_ENOTFOUND, host_look(host, "ada create @other", "user:ada:a"));
	host_create(host, "ada create @other", "{\"name\":\"a\",\"slug\":\"a\"}");
	MUST(host, host_delete(host, "ada create @other", "user:ada:a"));
	MUST(host, host_look(host, "ada create", "user:ada:a"));
}

static void the_json_is_whole_and_can_be_written_back(void **state)
{
	struct host *host = *state;
	asst_assistant *made = created(
		host, ada, "{\"name\":\"A \\\"q\\\"\",\"tags\":[\"t\"],\"data\":{\"x\":1e2}}");
	size_t size;
	const char *json = asst_assistant_json(made, &size);
	char wanted[700];

	snprintf(wanted, sizeof(wanted),
		 "{\"id\":\"%s\",\"kind\":\"AGENT\",\"slug\":\"a-q\",\"workspaceId\":\"acme\","
		 "\"ownerId\":\"user:ada\",\"createdBy\":\"user:ada\","
		 "\"createdAt\":\"2030-03-17T17:46:40.000Z\","
		 "\"updatedAt\":\"2030-03-17T17:46:40.000Z\",\"revision\":1,\"version\":1,"
		 "\"shared\":false,\"disabled\":false,\"tags\":[\"t\"],\"name\":\"A \\\"q\\\"\",",
		 asst_assistant_id(made));
	assert_int_equal(strlen(json), size);
	assert_memory_equal(json, wanted, strlen(wanted));
	assert_non_null(strstr(json, "\"data\":{\"x\":1e2}"));
	assert_ptr_equal(asst_assistant_json(made, NULL), json);
	MUST(host, patch_at(host, NULL, asst_assistant_id(made), json, 1));
	assert_int_equal(host_revision(host, ada, asst_assistant_id(made)), 1);
	asst_assistant_free(made);
}

static void a_snapshot_never_changes(void **state)
{
	struct host *host = *state;
	asst_assistant *first = created(host, ada, "{\"name\":\"a\",\"tags\":[\"t\"]}"), *same;
	const char *id = asst_assistant_id(first);

	MUST(host, host_patch(host, ada, id, "{\"name\":\"b\",\"tags\":[\"u\"],\"slug\":\"s\"}"));
	MUST(host, host_delete(host, ada, id));
	same = asst_assistant_ref(first);
	asst_assistant_free(first);
	assert_string_equal(asst_assistant_name(same), "a");
	assert_string_equal(asst_assistant_tag_at(same, 0), "t");
	assert_int_equal(asst_assistant_revision(same), 1);
	asst_assistant_free(same);
	asst_assistant_free(NULL);
	assert_null(asst_assistant_ref(NULL));
}

static void an_assistant_is_made_from_a_definition(void **state)
{
	struct host *host = *state;
	asst_assistant *made;
	asst_def *def;

	MUST(host, asst_def_new(&def, host->err));
	EXPECT(host, ASST_EVALIDATION,
	       asst_assistant_create(&made, as(host, ada), def, 0, host->err));
	assert_null(made);
	MUST(host, asst_def_set_text(def, "name", "From a def", ASST_NUL, host->err));
	MUST(host, asst_assistant_create(&made, as(host, ada), def, 0, host->err));
	asst_def_free(def);
	assert_string_equal(asst_assistant_slug(made), "from-a-def");
	asst_assistant_free(made);
	EXPECT(host, ASST_EINVAL, asst_assistant_create(&made, as(host, ada), NULL, 0, host->err));
	EXPECT(host, ASST_EINVAL, create(host, &made, ada, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(what_was_created_tells_everything),
		HOST_TEST(owners),
		HOST_TEST(a_slug_is_made_from_the_name),
		HOST_TEST(a_given_slug_is_taken_or_refused),
		HOST_TEST(natural_names_find_what_ids_find),
		HOST_TEST(many_are_loaded_in_the_order_asked),
		HOST_TEST(patches_count),
		HOST_TEST(a_stale_revision_is_refused),
		HOST_TEST(bad_patches_change_nothing),
		HOST_TEST(disabling_needs_level_3),
		HOST_TEST(ids_come_from_the_clock_and_the_random_source),
		HOST_TEST(what_is_deleted_is_gone_for_all),
		HOST_TEST(ids_rise_with_time),
		HOST_TEST(workspaces_do_not_meet),
		HOST_TEST(the_json_is_whole_and_can_be_written_back),
		HOST_TEST(a_snapshot_never_changes),
		HOST_TEST(an_assistant_is_made_from_a_definition),
	};

	return cmocka_run_group_tests_name("api/assistants", tests, NULL, NULL) ? 1 : 0;
}
