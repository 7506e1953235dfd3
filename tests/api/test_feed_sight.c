/* SPDX-License-Identifier: MIT */
/* Who is shown which events: what one may see now, and that by which one lost sight of it. */
#include "feed.h"

#include "people.h"

static const char *const ada = "ada create";

static void publish(struct host *host, const char *id, const char *name)
{
	char json[64];

	snprintf(json, sizeof(json), "{\"name\":\"%s\"}", name);
	MUST(host, host_patch(host, ada, id, json));
}

static void strangers_are_shown_nothing(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}"), *json;
	char options[100];

	publish(host, id, "b");
	MUST(host, host_share(host, ada, id, "user:bob", 1));
	json = feed_read(host, "eve", NULL);
	assert_string_equal(feed_actions(json), "");
	assert_string_equal(json_at(json, "/more"), "false");
	assert_string_equal(feed_actions(feed_read(host, "ada @other", NULL)), "");
	/* Asking for it by its id tells no more than a random id does. */
	snprintf(options, sizeof(options), "{'objectId':'%s'}", id);
	assert_string_equal(feed_actions(feed_read(host, "eve", options)), "");
}

static void level_1_follows_what_it_may_read(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}"), *others;
	struct feed_place place = feed_end(host);

	others = host_create(host, ada, "{\"name\":\"of ada\"}");
	publish(host, others, "still");
	MUST(host, host_share(host, ada, id, "user:bob", 1));
	publish(host, id, "b");
	publish(host, id, "c");
	assert_string_equal(feed_since(host, "bob", &place),
			    "share.put assistant.update assistant.update");
}

/* What can be seen now is shown from its begin, also what was before. */
static void who_is_let_in_is_shown_the_past(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");

	publish(host, id, "b");
	assert_string_equal(feed_actions(feed_read(host, "t eng:member", NULL)), "");
	MUST(host, host_share(host, ada, id, "team:eng", 1));
	assert_string_equal(feed_actions(feed_read(host, "t eng:member", NULL)),
			    "assistant.create assistant.update share.put");
}

static void versions_are_for_who_may_see_versions(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	struct feed_place place;

	MUST(host, host_share(host, ada, id, "user:one", 1));
	MUST(host, host_share(host, ada, id, "user:two", 2));
	place = feed_end(host);
	MUST(host, asst_version_label(as(host, ada), id, 1, "L", 1, 0, host->err));
	MUST(host, asst_version_pin(as(host, ada), id, 1, 1, 0, host->err));
	assert_string_equal(feed_since(host, "two", &place), "version.label version.pin");
	assert_string_equal(feed_since(host, "one", &place), "");
}

/* Of a draft only its principal and level 3 are told; of its commit who may read. */
static void drafts_are_private(void **state)
{
	static const struct {
		const char *spec, *actions;
	} rows[] = {
		{ "bob",
		  "draft.edit draft.update draft.discard draft.edit draft.update draft.commit" },
		{ "two", "draft.commit" },
		{ "one", "draft.commit" },
		{ "eve", "" },
		{ "three",
		  "draft.edit draft.update draft.discard draft.edit draft.update draft.commit" },
		{ "ada",
		  "draft.edit draft.update draft.discard draft.edit draft.update draft.commit" },
	};
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	struct feed_place place;
	asst_draft *draft;
	size_t i;

	MUST(host, host_share(host, ada, id, "user:one", 1));
	MUST(host, host_share(host, ada, id, "user:two", 2));
	MUST(host, host_share(host, ada, id, "user:bob", 2));
	MUST(host, host_share(host, ada, id, "user:three", 3));
	place = feed_end(host);
	for (i = 0; i < 2; i++) {
		MUST(host, asst_draft_edit(&draft, as(host, "bob"), id, 0, host->err));
		MUST(host, asst_draft_patch(draft, "{\"name\":\"B\"}", ASST_NUL, 0, host->err));
		if (i == 0)
			MUST(host, asst_draft_discard(draft, 0, host->err));
		else
			MUST(host, asst_draft_commit(NULL, draft, NULL, 0, 0, host->err));
		asst_draft_free(draft);
	}
	for (i = 0; i < T_COUNT(rows); i++)
		assert_string_equal(feed_since(host, rows[i].spec, &place), rows[i].actions);
}

/* Level 1 does not see what was never published, so it loses no sight of it either. */
static void of_what_was_never_published_level_1_is_told_nothing(void **state)
{
	struct host *host = *state;
	const char *id = host_create_with(host, ada, "{\"name\":\"a\"}", ASST_CREATE_DRAFT);
	struct feed_place place = feed_end(host);

	MUST(host, host_share(host, ada, id, "user:one", 1));
	MUST(host, host_share(host, ada, id, "user:two", 2));
	EXPECT(host, ASST_ENOTFOUND, host_look(host, "one", id));
	MUST(host, host_delete(host, ada, id));
	assert_string_equal(feed_since(host, "one", &place), "");
	assert_non_null(strstr(feed_since(host, "two", &place), "assistant.delete"));
}

static void who_loses_sight_by_a_removed_share_is_told(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}"), *json;
	struct feed_place place;

	MUST(host, host_share(host, ada, id, "user:bob", 1));
	MUST(host, host_share(host, ada, id, "team:eng", 1));
	place = feed_end(host);
	MUST(host, asst_share_remove(as(host, ada), id, "user:bob", 0, host->err));
	publish(host, id, "not for bob");
	json = feed_read(host, "bob", place.options);
	assert_string_equal(feed_actions(json), "share.remove");
	assert_string_equal(json_at(json, "/events/0/objectId"), id);
	assert_string_equal(json_at(json, "/events/0/principalId"), "user:bob");
	assert_string_equal(feed_since(host, "eve", &place), "");
	MUST(host, asst_share_remove(as(host, ada), id, "team:eng", 0, host->err));
	assert_string_equal(feed_since(host, "t eng:member", &place), "share.remove");
	assert_string_equal(feed_since(host, "t hr:member", &place), "");
	assert_string_equal(feed_since(host, "bob", &place), "share.remove");
}

/* A grant to everybody: everybody is told when it ends, and of what was before no more. */
static void all_lose_sight_with_the_grant_to_the_workspace(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	struct feed_place place;

	MUST(host, host_share(host, ada, id, "workspace", 1));
	publish(host, id, "b");
	place = feed_end(host);
	MUST(host, asst_share_remove(as(host, ada), id, "workspace", 0, host->err));
	publish(host, id, "c");
	assert_string_equal(feed_since(host, "eve", &place), "share.remove");
	assert_string_equal(feed_actions(feed_read(host, "eve", NULL)), "share.remove");
	MUST(host, host_share(host, ada, id, "workspace", 1));
	place = feed_end(host);
	MUST(host, host_delete(host, ada, id));
	assert_string_equal(feed_since(host, "eve", &place), "assistant.delete");
}

static void who_loses_sight_by_a_delete_is_told(void **state)
{
	static const struct {
		const char *spec, *actions;
	} rows[] = { { "bob", "assistant.delete" },
		     { "t eng:member", "assistant.delete" },
		     { "ada", "assistant.delete" },
		     { "root super", "assistant.delete" },
		     { "eve", "" } };
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	struct feed_place place;
	size_t i;

	MUST(host, host_share(host, ada, id, "user:bob", 1));
	MUST(host, host_share(host, ada, id, "team:eng", 1));
	place = feed_end(host);
	MUST(host, host_delete(host, ada, id));
	for (i = 0; i < T_COUNT(rows); i++)
		assert_string_equal(feed_since(host, rows[i].spec, &place), rows[i].actions);
	/* And who sees it again is told that too. */
	place = feed_end(host);
	MUST(host, asst_trash_restore(NULL, as(host, ada), id, ASST_ANY_REVISION, 0, host->err));
	assert_string_equal(feed_since(host, "bob", &place), "assistant.restore");
	assert_string_equal(feed_since(host, "eve", &place), "");
	/* What was purged was lost sight of before. */
	MUST(host, host_delete(host, ada, id));
	place = feed_end(host);
	MUST(host, asst_trash_purge(as(host, ada), id, ASST_ANY_REVISION, 0, host->err));
	assert_string_equal(feed_since(host, "eve", &place), "");
	assert_string_equal(feed_since(host, "system", &place), "assistant.purge");
}

static void a_former_owner_without_a_grant_is_told(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	struct feed_place place = feed_end(host);

	MUST(host, asst_assistant_change_owner(NULL, as(host, "system"), id, "user:bob",
					       ASST_ANY_REVISION, 0, host->err));
	assert_string_equal(feed_since(host, ada, &place), "assistant.changeOwner");
	assert_string_equal(feed_since(host, "bob", &place), "assistant.changeOwner");
	MUST(host, asst_share_remove(as(host, "bob"), id, "user:ada", 0, host->err));
	assert_string_equal(feed_since(host, "eve", &place), "");
	assert_non_null(strstr(feed_since(host, ada, &place), "share.remove"));
}

/* Whoever created it: without a grant it does not see what another one owns. */
static void of_what_was_never_published_a_creator_without_a_grant_is_told_nothing(void **state)
{
	struct host *host = *state;
	const char *id = host_create_with(host, ada, "{\"name\":\"a\"}", ASST_CREATE_DRAFT);
	struct feed_place place;

	MUST(host, asst_assistant_change_owner(NULL, as(host, "system"), id, "user:bob",
					       ASST_ANY_REVISION, 0, host->err));
	MUST(host, asst_share_remove(as(host, "bob"), id, "user:ada", 0, host->err));
	EXPECT(host, ASST_ENOTFOUND, host_look(host, ada, id));
	place = feed_end(host);
	MUST(host, host_delete(host, "bob", id));
	assert_string_equal(feed_since(host, ada, &place), "");
	assert_string_equal(feed_since(host, "bob", &place), "assistant.delete");
}

/* Its creator sees it with any level, so it loses sight of it with the last one. */
static void of_what_was_never_published_the_creator_is_told_at_any_level(void **state)
{
	static const char *const grantees[] = { "user:ada", "team:eng", "workspace" };
	static const char *const with_team = "ada create eng:member";
	struct host *host = *state;
	struct feed_place place;
	const char *id;
	size_t i;

	for (i = 0; i < T_COUNT(grantees); i++) {
		id = host_create_with(host, ada, "{\"name\":\"a\"}", ASST_CREATE_DRAFT);
		MUST(host, asst_assistant_change_owner(NULL, as(host, "system"), id, "user:bob",
						       ASST_ANY_REVISION, 0, host->err));
		MUST(host, asst_share_remove(as(host, "bob"), id, "user:ada", 0, host->err));
		MUST(host, host_share(host, "bob", id, grantees[i], 1));
		MUST(host, host_look(host, with_team, id));
		EXPECT(host, ASST_ENOTFOUND, host_look(host, "t eng:member", id));
		place = feed_end(host);
		MUST(host, asst_share_remove(as(host, "bob"), id, grantees[i], 0, host->err));
		assert_string_equal(feed_since(host, with_team, &place), "share.remove");
		assert_string_equal(feed_since(host, "t eng:member", &place), "");
		MUST(host, host_share(host, "bob", id, grantees[i], 1));
		place = feed_end(host);
		MUST(host, host_delete(host, "bob", id));
		assert_string_equal(feed_since(host, with_team, &place), "assistant.delete");
		assert_string_equal(feed_since(host, "t eng:member", &place), "");
	}
}

/* A team owns by role: who does not see by its own is told nothing. */
static void members_are_told_by_their_roles(void **state)
{
	static const struct {
		const char *spec, *unpublished, *purged;
	} rows[] = { { "t eng:member", "", "" },
		     { "t eng:memberPlus", "assistant.delete", "" },
		     { "t eng:publisher", "assistant.delete assistant.purge", "assistant.purge" },
		     { "t eng:admin", "assistant.delete assistant.purge", "assistant.purge" },
		     { "t hr:admin", "", "" } };
	static const char *const owned = "{\"name\":\"a\",\"ownerId\":\"team:eng\"}";
	static const char *const boss = "boss create eng:admin";
	struct host *host = *state;
	const char *id = host_create_with(host, boss, owned, ASST_CREATE_DRAFT);
	struct feed_place place = feed_end(host);
	size_t i;

	EXPECT(host, ASST_ENOTFOUND, host_look(host, "t eng:member", id));
	MUST(host, host_delete(host, boss, id));
	MUST(host, asst_trash_purge(as(host, boss), id, ASST_ANY_REVISION, 0, host->err));
	for (i = 0; i < T_COUNT(rows); i++)
		assert_string_equal(feed_since(host, rows[i].spec, &place), rows[i].unpublished);
	/* Of what was published members lost sight by the delete: the trash is for level 3. */
	id = host_create(host, boss, owned);
	MUST(host, host_look(host, "t eng:member", id));
	place = feed_end(host);
	MUST(host, host_delete(host, boss, id));
	assert_string_equal(feed_since(host, "t eng:member", &place), "assistant.delete");
	place = feed_end(host);
	MUST(host, asst_trash_purge(as(host, boss), id, ASST_ANY_REVISION, 0, host->err));
	for (i = 0; i < T_COUNT(rows); i++)
		assert_string_equal(feed_since(host, rows[i].spec, &place), rows[i].purged);
}

/* Who is taken out of a team, or down in it, loses sight of what the team owns. */
static void who_loses_a_team_or_a_role_is_told(void **state)
{
	static const struct {
		const char *user, *actions;
	} rows[] = {
		{ "{'id':'bob','aiSeat':true,'teams':[{'id':'eng','role':'admin'}]}", "" },
		{ "{'id':'bob','aiSeat':true,'name':'B','teams':[{'id':'eng','role':'admin'}]}", "" },
		{ "{'id':'bob','aiSeat':true,'teams':[{'id':'eng'},{'id':'sales'}]}", "user.put" },
		{ "{'id':'bob','aiSeat':true,'superuser':true,'teams':[{'id':'eng'}]}", NULL },
		{ "{'id':'bob','aiSeat':true,'teams':[{'id':'eng'}]}", "user.put" },
		{ "{'id':'bob','aiSeat':true}", "user.put" },
		{ "{'id':'bob','aiSeat':true,'name':'B'}", "" },
	};
	struct host *host = *state;
	const char *id = host_create(host, "dir:ada", "{\"name\":\"a\",\"ownerId\":\"team:eng\"}");
	struct feed_place place;
	const char *json;
	size_t i;

	for (i = 0; i < T_COUNT(rows); i++) {
		place = feed_end(host);
		MUST(host, people_put_user(host, rows[i].user));
		json = feed_read(host, "dir:bob", place.options);
		if (rows[i].actions)
			assert_string_equal(feed_actions(json), rows[i].actions);
		assert_string_equal(feed_since(host, "dir:eve", &place), "");
		assert_string_equal(feed_since(host, "dir:ada", &place), "");
	}
	EXPECT(host, ASST_ENOTFOUND, host_look(host, "dir:bob", id));
}

/* Who has the id later is somebody else. */
static void what_a_deleted_user_lost_is_not_for_who_has_its_id_later(void **state)
{
	struct host *host = *state;
	struct feed_place place = feed_end(host);

	MUST(host, people_disable(host, "tom", 1));
	MUST(host, people_disable(host, "tom", 0));
	MUST(host, asst_user_delete(as(host, "system"), "tom", 0, host->err));
	MUST(host, asst_user_forget(as(host, "system"), "tom", 0, host->err));
	MUST(host, people_put_user(host, "{'id':'tom','aiSeat':true}"));
	people_open(host, "tom");
	assert_string_equal(feed_since(host, "dir:tom", &place), "");
}

/* What a team or the workspace lost is not for who came later. */
static void what_others_lost_is_not_for_who_came_later(void **state)
{
	static const char *const principals[] = { "team:eng", "workspace", "user:new" };
	struct host *host = *state;
	const char *id = host_create(host, "dir:ada", "{\"name\":\"a\"}");
	struct feed_place place = feed_end(host);
	size_t i;

	for (i = 0; i < T_COUNT(principals); i++) {
		MUST(host, host_share(host, "dir:ada", id, principals[i], 1));
		MUST(host, asst_share_remove(as(host, "dir:ada"), id, principals[i], 0, host->err));
	}
	MUST(host, host_delete(host, "dir:ada", id));
	host_pass(host, 1);
	MUST(host, people_put_user(host, "{'id':'new','aiSeat':true,'teams':[{'id':'eng'}]}"));
	people_open(host, "new");
	assert_string_equal(feed_since(host, "dir:new", &place), "");
	/* from then on it is */
	id = host_create(host, "dir:ada", "{\"name\":\"b\"}");
	MUST(host, host_share(host, "dir:ada", id, "workspace", 1));
	MUST(host, asst_share_remove(as(host, "dir:ada"), id, "workspace", 0, host->err));
	assert_string_equal(feed_since(host, "dir:new", &place), "share.remove");
}

/* 2,500 events of others: a call looks at no more than 1,000, and says that there is more. */
static void an_empty_page_is_no_end(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}"), *mine, *json;
	struct feed_place place;
	char body[64];
	int i, calls = 0;

	for (i = 0; i < 2500; i++) {
		snprintf(body, sizeof(body), "{\"tags\":[\"%d\"]}", i);
		MUST(host, host_patch(host, ada, id, body));
	}
	mine = host_create(host, "eve create", "{\"name\":\"mine\"}");
	feed_after(&place, "begin");
	do {
		json = feed_read(host, "eve", place.options);
		feed_after(&place, json_at(json, "/cursor"));
		calls++;
	} while (json_count(json, "/events") == 0 && strcmp(json_at(json, "/more"), "true") == 0);
	assert_int_equal(calls, 3);
	assert_string_equal(json_at(json, "/events/0/objectId"), mine);
	assert_string_equal(json_at(json, "/more"), "false");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(strangers_are_shown_nothing),
		HOST_TEST(level_1_follows_what_it_may_read),
		HOST_TEST(who_is_let_in_is_shown_the_past),
		HOST_TEST(versions_are_for_who_may_see_versions),
		HOST_TEST(drafts_are_private),
		HOST_TEST(of_what_was_never_published_level_1_is_told_nothing),
		HOST_TEST(who_loses_sight_by_a_removed_share_is_told),
		HOST_TEST(all_lose_sight_with_the_grant_to_the_workspace),
		HOST_TEST(who_loses_sight_by_a_delete_is_told),
		HOST_TEST(a_former_owner_without_a_grant_is_told),
		HOST_TEST(of_what_was_never_published_a_creator_without_a_grant_is_told_nothing),
		HOST_TEST(of_what_was_never_published_the_creator_is_told_at_any_level),
		HOST_TEST(members_are_told_by_their_roles),
		PEOPLE_TEST(who_loses_a_team_or_a_role_is_told),
		PEOPLE_TEST(what_a_deleted_user_lost_is_not_for_who_has_its_id_later),
		PEOPLE_TEST(what_others_lost_is_not_for_who_came_later),
		HOST_TEST(an_empty_page_is_no_end),
	};

	return cmocka_run_group_tests_name("api/feed_sight", tests, NULL, NULL) ? 1 : 0;
}
