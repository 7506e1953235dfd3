/* SPDX-License-Identifier: MIT */
/* Handing over: who may give an assistant to whom, and what goes and stays with it. */
#include "host.h"

#include "body.h"
#include "json.h"

static const char *const ada = "ada create";

static int give(struct host *host, const char *spec, const char *id, const char *owner)
{
	return asst_assistant_change_owner(NULL, as(host, spec), id, owner, ASST_ANY_REVISION, 0,
					   host->err);
}

static const char *create(struct host *host, const char *owner)
{
	char json[100];

	snprintf(json, sizeof(json), "{\"name\":\"N\",\"slug\":\"it\",\"ownerId\":\"%s\"}", owner);
	return host_create(host, "system", json);
}

static const char *grants(struct host *host, const char *id)
{
	asst_buf *out;

	MUST(host, asst_share_list(&out, as(host, "system"), id, host->err));
	return json_take(out);
}

/* Whose it is, who asks, for whom, and the answer. */
static void who_may_give_it_to_whom(void **state)
{
	static const struct {
		const char *owner, *spec, *to;
		int status;
	} rows[] = {
		/* The owner, to a team in which he is admin. */
		{ "user:ada", "ada eng:admin", "team:eng", ASST_OK },
		{ "user:ada", "ada eng:publisher", "team:eng", ASST_EDENIED },
		{ "user:ada", "ada", "team:eng", ASST_EDENIED },
		{ "user:ada", "ada", "user:bob", ASST_EDENIED },
		/* An admin of the team, to himself or to another team of his. */
		{ "team:eng", "ada eng:admin", "user:ada", ASST_OK },
		{ "team:eng", "ada eng:admin hr:admin", "team:hr", ASST_OK },
		{ "team:eng", "ada eng:admin hr:publisher", "team:hr", ASST_EDENIED },
		{ "team:eng", "ada eng:admin", "user:bob", ASST_EDENIED },
		{ "team:eng", "ada eng:publisher", "user:ada", ASST_EDENIED },
		/* No grant carries it, not even one of level 3. */
		{ "user:ada", "three", "user:three", ASST_EDENIED },
		{ "user:ada", "three eng:admin", "team:eng", ASST_EDENIED },
		{ "user:ada", "eve", "user:eve", ASST_ENOTFOUND },
		/* A superuser and the system, to anyone. */
		{ "user:ada", "root super", "user:bob", ASST_OK },
		{ "user:ada", "root super", "team:eng", ASST_OK },
		{ "user:ada", "system", "user:bob", ASST_OK },
		{ "team:eng", "system", "team:hr", ASST_OK },
	};
	struct host *host = *state;
	asst_assistant *assistant;
	const char *id;
	size_t i;
	int status;

	for (i = 0; i < T_COUNT(rows); i++) {
		id = create(host, rows[i].owner);
		MUST(host, host_share(host, "system", id, "user:three", 3));
		status = give(host, rows[i].spec, id, rows[i].to);
		if (status != rows[i].status)
			fail_msg("%s gives what %s has to %s: %s", rows[i].spec, rows[i].owner,
				 rows[i].to, asst_status_name(status));
		assistant = host_get(host, "system", id);
		assert_string_equal(asst_assistant_owner(assistant),
				    status == ASST_OK ? rows[i].to : rows[i].owner);
		asst_assistant_free(assistant);
		MUST(host, host_delete(host, "system", id));
	}
}

static void the_new_owner_has_all_rights_and_its_name(void **state)
{
	struct host *host = *state;
	const char *id = create(host, "user:ada");
	asst_assistant *assistant;

	MUST(host, host_patch(host, ada, id, "{\"tags\":[\"t\"]}"));
	host_pass(host, 1000);
	MUST(host, asst_assistant_change_owner(&assistant, as(host, "system"), id, "user:bob", 2, 0,
					       host->err));
	assert_string_equal(asst_assistant_owner(assistant), "user:bob");
	assert_int_equal(asst_assistant_revision(assistant), 3);
	assert_int_equal(asst_assistant_version(assistant), 1);
	assert_int_equal(asst_assistant_updated_at(assistant), HOST_NOW + 1000);
	asst_assistant_free(assistant);
	assert_int_equal(host_allowed(host, "bob", "assistant:changeOwner", id), 1);
	assert_int_equal(host_allowed(host, "bob", "assistant:purge", id), 1);
	MUST(host, host_look(host, "bob", "user:bob:it"));
	EXPECT(host, ASST_ENOTFOUND, host_look(host, "system", "user:ada:it"));
}

static void the_former_owner_keeps_a_grant_that_can_be_taken_back(void **state)
{
	struct host *host = *state;
	const char *id = create(host, "user:ada"), *json;

	MUST(host, give(host, "system", id, "user:bob"));
	json = grants(host, id);
	assert_int_equal(json_count(json, ""), 1);
	assert_string_equal(json_at(json, "/0/principalId"), "user:ada");
	assert_string_equal(json_at(json, "/0/accessLevel"), "3");
	assert_string_equal(json_at(json, "/0/expiresAt"), JSON_ABSENT);
	assert_int_equal(host_allowed(host, ada, "assistant:delete", id), 1);
	assert_int_equal(host_allowed(host, ada, "assistant:changeOwner", id), 0);
	MUST(host, host_share(host, "bob", id, "user:ada", 1));
	assert_int_equal(host_allowed(host, ada, "assistant:write", id), 0);
	MUST(host, asst_share_remove(as(host, "bob"), id, "user:ada", 0, host->err));
	EXPECT(host, ASST_ENOTFOUND, host_look(host, ada, id));
}

static void what_a_team_had_it_keeps_as_a_grant(void **state)
{
	struct host *host = *state;
	const char *id = create(host, "team:eng");
	asst_assistant *assistant;

	MUST(host, give(host, "ada eng:admin", id, "user:ada"));
	assert_string_equal(json_at(grants(host, id), "/0/principalId"), "team:eng");
	assert_string_equal(json_at(grants(host, id), "/0/accessLevel"), "3");
	assistant = host_get(host, "ada", id);
	assert_int_equal(asst_assistant_shared(assistant), 1);
	asst_assistant_free(assistant);
	MUST(host, asst_share_remove(as(host, "ada"), id, "team:eng", 0, host->err));
	EXPECT(host, ASST_ENOTFOUND, host_look(host, "m eng:admin", id));
}

static void a_slug_of_the_new_owner_stands_in_the_way(void **state)
{
	struct host *host = *state;
	const char *id = create(host, "user:ada"), *other = create(host, "user:bob");

	EXPECT(host, ASST_EEXISTS, give(host, "system", id, "user:bob"));
	MUST(host, host_look(host, ada, "user:ada:it"));
	assert_string_equal(grants(host, id), "[]");
	assert_int_equal(host_revision(host, ada, id), 1);
	MUST(host, host_patch(host, "bob", other, "{\"slug\":\"other\"}"));
	MUST(host, give(host, "system", id, "user:bob"));
	MUST(host, host_look(host, "bob", "user:bob:it"));
}

static void drafts_and_versions_stay(void **state)
{
	struct host *host = *state;
	const char *id = create(host, "user:ada"), *draft_id;
	asst_draft *draft;

	MUST(host, host_patch(host, ada, id, "{\"name\":\"V2\"}"));
	MUST(host, asst_draft_edit(&draft, as(host, ada), id, 0, host->err));
	MUST(host, asst_draft_patch(draft, "{\"name\":\"Mine\"}", ASST_NUL, 0, host->err));
	draft_id = host_keep(host, asst_draft_id(draft));
	MUST(host, give(host, "system", id, "user:bob"));
	MUST(host, asst_version_get(NULL, as(host, "bob"), id, 1, 0, host->err));
	MUST(host, asst_draft_reload(draft, host->err));
	assert_string_equal(asst_draft_id(draft), draft_id);
	MUST(host, asst_draft_commit(NULL, draft, NULL, 0, 0, host->err));
	asst_draft_free(draft);
	assert_int_equal(host_version(host, "bob", id), 3);
}

static void lists_follow_the_owner(void **state)
{
	struct host *host = *state;
	const char *id = create(host, "user:ada");
	asst_list *list;

	MUST(host, give(host, "system", id, "user:bob"));
	MUST(host, asst_assistant_list(&list, as(host, "bob"), NULL, 0, host->err));
	assert_int_equal(asst_list_count(list), 1);
	assert_string_equal(asst_assistant_owner(asst_list_at(list, 0)), "user:bob");
	asst_list_free(list);
	MUST(host, asst_share_remove(as(host, "bob"), id, "user:ada", 0, host->err));
	MUST(host, asst_assistant_list(&list, as(host, ada), NULL, 0, host->err));
	assert_int_equal(asst_list_count(list), 0);
	asst_list_free(list);
}

static void a_stale_revision_and_faulty_calls_change_nothing(void **state)
{
	static const char *const owners[] = { "bob",       "",      "user:", "user:b b",
					      "workspace", "key:k", "system" };
	struct host *host = *state;
	const char *id = create(host, "user:ada");
	asst_session *system = as(host, "system");
	size_t i;

	MUST(host, host_patch(host, ada, id, "{\"tags\":[\"t\"]}"));
	EXPECT(host, ASST_EREVISION,
	       asst_assistant_change_owner(NULL, system, id, "user:bob", 1, 0, host->err));
	assert_int_equal(json_number(asst_error_detail(host->err, NULL), "/revision"), 2);
	EXPECT(host, ASST_EINVAL,
	       asst_assistant_change_owner(NULL, system, id, "user:bob", 2, 2, host->err));
	EXPECT(host, ASST_EINVAL, give(host, "system", id, NULL));
	for (i = 0; i < T_COUNT(owners); i++) {
		/* Behind visibility and right. */
		EXPECT(host, ASST_ENOTFOUND, give(host, "stranger", id, owners[i]));
		EXPECT(host, ASST_EVALIDATION, give(host, "system", id, owners[i]));
		host_issue(host, 0, "principal", "/ownerId");
	}
	assert_int_equal(host_revision(host, ada, id), 2);
	MUST(host, host_look(host, ada, "user:ada:it"));
}

/* The former owner's grant would be the 257th. */
static void there_must_be_room_for_one_more_grant(void **state)
{
	struct host *host = *state;
	const char *id = create(host, "user:ada");
	char principal[32];
	int i;

	for (i = 0; i < 256; i++) {
		snprintf(principal, sizeof(principal), "user:u%d", i);
		MUST(host, host_share(host, ada, id, principal, 1));
	}
	EXPECT(host, ASST_ELIMIT, give(host, "system", id, "user:bob"));
	MUST(host, host_look(host, ada, "user:ada:it"));
	MUST(host, asst_share_remove(as(host, ada), id, "user:u0", 0, host->err));
	MUST(host, give(host, "system", id, "user:bob"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(who_may_give_it_to_whom),
		HOST_TEST(the_new_owner_has_all_rights_and_its_name),
		HOST_TEST(the_former_owner_keeps_a_grant_that_can_be_taken_back),
		HOST_TEST(what_a_team_had_it_keeps_as_a_grant),
		HOST_TEST(a_slug_of_the_new_owner_stands_in_the_way),
		HOST_TEST(drafts_and_versions_stay),
		HOST_TEST(lists_follow_the_owner),
		HOST_TEST(a_stale_revision_and_faulty_calls_change_nothing),
		HOST_TEST(there_must_be_room_for_one_more_grant),
	};

	return cmocka_run_group_tests_name("api/owner", tests, NULL, NULL) ? 1 : 0;
}
