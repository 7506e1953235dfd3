/* SPDX-License-Identifier: MIT */
/* Drafts of others: who finds them in a list, who may copy one, and that none is changed by it. */
#include "host.h"

#include "body.h"
#include "json.h"

static const char *const ada = "ada create";

/* A draft with this name, made by this session; its id. */
static const char *draft_of(struct host *host, const char *spec, const char *id, const char *name)
{
	const char *draft_id;
	asst_draft *draft;
	char json[64];

	snprintf(json, sizeof(json), "{\"name\":\"%s\"}", name);
	MUST(host, asst_draft_edit(&draft, as(host, spec), id, 0, host->err));
	MUST(host, asst_draft_patch(draft, json, ASST_NUL, 0, host->err));
	draft_id = host_keep(host, asst_draft_id(draft));
	asst_draft_free(draft);
	return draft_id;
}

/* The names of the drafts that are listed; of one assistant where id is not NULL. */
static const char *drafts(struct host *host, const char *spec, const char *id)
{
	static char text[400];
	char options[100];
	asst_list *list;
	size_t i, used = 0;

	snprintf(options, sizeof(options), id ? "{\"assistantId\":\"%s\"}" : "{}", id);
	MUST(host, asst_draft_list(&list, as(host, spec), options, ASST_NUL, host->err));
	text[0] = '\0';
	for (i = 0; i < asst_list_count(list); i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", i ? " " : "",
					 asst_assistant_name(asst_list_at(list, i)));
	asst_list_free(list);
	return text;
}

/* Three people have a draft of one assistant, the oldest first: two, three, ada. */
static const char *three_drafts(struct host *host)
{
	const char *id = host_create(host, ada, "{\"name\":\"Live\"}");

	MUST(host, host_share(host, ada, id, "user:one", 1));
	MUST(host, host_share(host, ada, id, "user:two", 2));
	MUST(host, host_share(host, ada, id, "user:three", 3));
	draft_of(host, "two", id, "of-two");
	host_pass(host, 1000);
	draft_of(host, "three", id, "of-three");
	host_pass(host, 1000);
	draft_of(host, ada, id, "of-ada");
	return id;
}

static void one_lists_his_own_drafts(void **state)
{
	struct host *host = *state;
	const char *id = three_drafts(host), *other, *own;
	asst_assistant *draft;
	asst_list *list;

	host_pass(host, 1000);
	other = host_create(host, ada, "{\"name\":\"Other\"}");
	own = draft_of(host, ada, other, "second");
	assert_string_equal(drafts(host, ada, NULL), "of-ada second");
	assert_string_equal(drafts(host, "two", NULL), "of-two");
	assert_string_equal(drafts(host, "one", NULL), "");
	assert_string_equal(drafts(host, "eve", NULL), "");
	MUST(host, asst_draft_list(&list, as(host, ada), NULL, 0, host->err));
	draft = asst_list_at(list, 1);
	assert_string_equal(asst_assistant_id(draft), own);
	assert_string_equal(asst_assistant_editing_id(draft), other);
	assert_string_equal(asst_assistant_created_by(draft), "user:ada");
	assert_string_not_equal(asst_assistant_editing_id(asst_list_at(list, 0)), other);
	assert_string_equal(asst_assistant_editing_id(asst_list_at(list, 0)), id);
	asst_list_free(list);
}

static void from_level_3_on_one_lists_everybodys(void **state)
{
	static const struct {
		const char *spec, *names;
	} rows[] = { { "ada", "of-two of-three of-ada" },
		     { "three", "of-two of-three of-ada" },
		     { "root super", "of-two of-three of-ada" },
		     { "system", "of-two of-three of-ada" },
		     { "two", "of-two" },
		     { "one", "" } };
	struct host *host = *state;
	const char *id = three_drafts(host);
	asst_list *list;
	size_t i;

	for (i = 0; i < T_COUNT(rows); i++)
		assert_string_equal(drafts(host, rows[i].spec, id), rows[i].names);
	EXPECT(host, ASST_ENOTFOUND,
	       asst_draft_list(&list, as(host, "eve"),
			       "{\"assistantId\":\"00000000-0000-7000-8000-000000000000\"}",
			       ASST_NUL, host->err));
	assert_null(list);
}

static void what_one_cannot_see_any_more_is_not_listed(void **state)
{
	struct host *host = *state;
	const char *id = three_drafts(host);

	MUST(host, asst_share_remove(as(host, ada), id, "user:two", 0, host->err));
	assert_string_equal(drafts(host, "two", NULL), "");
	assert_string_equal(drafts(host, ada, id), "of-two of-three of-ada");
	MUST(host,
	     host_share(host, ada, id, "user:two", 1)); /* readable, though not to be edited */
	assert_string_equal(drafts(host, "two", NULL), "of-two");
	MUST(host, host_delete(host, ada, id));
	assert_string_equal(drafts(host, "two", NULL), "");
	MUST(host, asst_trash_restore(NULL, as(host, ada), id, ASST_ANY_REVISION, 0, host->err));
	assert_string_equal(drafts(host, "two", NULL), "of-two");
}

static void drafts_are_listed_page_by_page(void **state)
{
	struct host *host = *state;
	char options[1300] = "{\"limit\":3}", name[16];
	asst_list *list;
	int next = 0;
	size_t i;

	for (i = 0; i < 8; i++) {
		snprintf(name, sizeof(name), "d%zu", i);
		draft_of(host, ada, host_create(host, ada, "{\"name\":\"Live\"}"), name);
		host_pass(host, 1);
	}
	for (;;) {
		MUST(host, asst_draft_list(&list, as(host, ada), options, ASST_NUL, host->err));
		for (i = 0; i < asst_list_count(list); i++) {
			snprintf(name, sizeof(name), "d%d", next++);
			assert_string_equal(asst_assistant_name(asst_list_at(list, i)), name);
		}
		if (!asst_list_cursor(list))
			break;
		snprintf(options, sizeof(options), "{\"limit\":3,\"cursor\":\"%s\"}",
			 asst_list_cursor(list));
		asst_list_free(list);
	}
	asst_list_free(list);
	assert_int_equal(next, 8);
	EXPECT(host, ASST_EVALIDATION,
	       asst_draft_list(&list, as(host, "bob"), options, ASST_NUL, host->err));
	host_issue(host, 0, "cursor", "/cursor");
}

static void a_copy_has_the_text_and_the_base_of_the_other(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"Live\"}"), *theirs;
	asst_assistant *assistant;
	asst_draft *copy;

	MUST(host, host_share(host, ada, id, "user:two", 2));
	theirs = draft_of(host, "two", id, "Theirs");
	MUST(host, host_patch(host, ada, id, "{\"emoji\":\"A\"}"));
	MUST(host, asst_draft_copy(&copy, as(host, ada), theirs, ASST_ANY_REVISION, 0, host->err));
	assert_string_not_equal(asst_draft_id(copy), theirs);
	assert_string_equal(asst_draft_assistant_id(copy), id);
	assert_int_equal(asst_draft_base_version(copy), 1);
	assert_string_equal(asst_def_name(asst_draft_def(copy), NULL), "Theirs");
	MUST(host, asst_draft_patch(copy, "{\"welcome\":\"Hi\"}", ASST_NUL, 0, host->err));
	MUST(host, asst_draft_commit(NULL, copy, NULL, 0, ASST_COMMIT_MERGE, host->err));
	asst_draft_free(copy);
	assistant = host_get(host, ada, id);
	assert_string_equal(asst_assistant_name(assistant), "Theirs");
	assert_string_equal(asst_def_emoji(asst_assistant_def(assistant), NULL), "A");
	asst_assistant_free(assistant);
	/* The other one stays as it was. */
	assistant = host_get(host, "two", theirs);
	assert_string_equal(asst_assistant_name(assistant), "Theirs");
	assert_int_equal(asst_assistant_version(assistant), 1);
	assert_null(asst_def_welcome(asst_assistant_def(assistant), NULL));
	asst_assistant_free(assistant);
}

static void who_may_copy(void **state)
{
	static const struct {
		const char *spec;
		int status;
	} rows[] = { { "two", ASST_ENOTFOUND },
		     { "eve", ASST_ENOTFOUND },
		     { "one", ASST_ENOTFOUND },
		     { "three", ASST_OK },
		     { "root super", ASST_OK } };
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"Live\"}"), *theirs;
	asst_draft *copy;
	size_t i;

	MUST(host, host_share(host, ada, id, "user:one", 1));
	MUST(host, host_share(host, ada, id, "user:two", 2));
	MUST(host, host_share(host, ada, id, "user:three", 3));
	theirs = draft_of(host, ada, id, "Theirs");
	for (i = 0; i < T_COUNT(rows); i++) {
		/* As reading it: a draft of others is hidden below level 3. */
		EXPECT(host, rows[i].status, host_look(host, rows[i].spec, theirs));
		EXPECT(host, rows[i].status,
		       asst_draft_copy(&copy, as(host, rows[i].spec), theirs, ASST_ANY_REVISION, 0,
				       host->err));
		assert_true((copy != NULL) == (rows[i].status == ASST_OK));
		asst_draft_free(copy);
	}
}

static void an_open_draft_is_given_up_only_on_demand(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"Live\"}"), *theirs;
	asst_draft *copy;

	MUST(host, host_share(host, ada, id, "user:two", 2));
	theirs = draft_of(host, "two", id, "Theirs");
	draft_of(host, ada, id, "Mine");
	EXPECT(host, ASST_ECONFLICT,
	       asst_draft_copy(&copy, as(host, ada), theirs, ASST_ANY_REVISION, 0, host->err));
	assert_null(copy);
	assert_string_equal(drafts(host, ada, NULL), "Mine");
	EXPECT(host, ASST_EINVAL,
	       asst_draft_copy(&copy, as(host, ada), theirs, ASST_ANY_REVISION, 2, host->err));
	MUST(host, asst_draft_copy(&copy, as(host, ada), theirs, ASST_ANY_REVISION,
				   ASST_DRAFT_REPLACE, host->err));
	assert_string_equal(asst_def_name(asst_draft_def(copy), NULL), "Theirs");
	asst_draft_free(copy);
	assert_string_equal(drafts(host, ada, NULL), "Theirs");
	assert_string_equal(drafts(host, "two", NULL), "Theirs");
}

/* ada's draft, replaced by a copy of another one. */
static int replace(struct host *host, const char *theirs, uint64_t revision, uint32_t flags)
{
	asst_draft *copy;
	int status = asst_draft_copy(&copy, as(host, ada), theirs, revision, flags, host->err);

	assert_true((copy != NULL) == (status == ASST_OK));
	asst_draft_free(copy);
	return status;
}

static void an_open_draft_is_given_up_only_as_it_was_seen(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"Live\"}"), *theirs, *detail;
	asst_draft *seen;

	MUST(host, host_share(host, ada, id, "user:two", 2));
	theirs = draft_of(host, "two", id, "Theirs");
	MUST(host, asst_draft_edit(&seen, as(host, ada), id, 0, host->err));
	host_pass(host, 1500);
	draft_of(host, ada, id, "Mine");
	host_count_anew(host);
	EXPECT(host, ASST_EREVISION,
	       replace(host, theirs, asst_draft_revision(seen), ASST_DRAFT_REPLACE));
	detail = asst_error_detail(host->err, NULL);
	assert_non_null(detail);
	assert_int_equal(json_number(detail, "/revision"), asst_draft_revision(seen) + 1);
	assert_string_equal(json_at(detail, "/updatedBy"), "user:ada");
	assert_string_equal(json_at(detail, "/updatedAt"), "2030-03-17T17:46:41.500Z");
	EXPECT(host, ASST_ECONFLICT, replace(host, theirs, asst_draft_revision(seen) + 1, 0));
	assert_int_equal(host_calls(host, HOST_APPLY), 0);
	assert_string_equal(drafts(host, ada, NULL), "Mine");
	MUST(host, replace(host, theirs, asst_draft_revision(seen) + 1, ASST_DRAFT_REPLACE));
	assert_string_equal(drafts(host, ada, NULL), "Theirs");
	/* Gone: as a handle of it is told. */
	MUST(host, asst_draft_reload(seen, host->err));
	MUST(host, asst_draft_discard(seen, 0, host->err));
	EXPECT(host, ASST_ENOTFOUND, asst_draft_patch(seen, "{}", 2, 0, host->err));
	EXPECT(host, ASST_ENOTFOUND,
	       replace(host, theirs, asst_draft_revision(seen), ASST_DRAFT_REPLACE));
	assert_string_equal(asst_error_message(host->err),
			    "the draft is gone: committed or discarded");
	assert_string_equal(drafts(host, ada, NULL), "");
	MUST(host, replace(host, theirs, ASST_ANY_REVISION, ASST_DRAFT_REPLACE));
	assert_string_equal(drafts(host, ada, NULL), "Theirs");
	asst_draft_free(seen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(one_lists_his_own_drafts),
		HOST_TEST(from_level_3_on_one_lists_everybodys),
		HOST_TEST(what_one_cannot_see_any_more_is_not_listed),
		HOST_TEST(drafts_are_listed_page_by_page),
		HOST_TEST(a_copy_has_the_text_and_the_base_of_the_other),
		HOST_TEST(who_may_copy),
		HOST_TEST(an_open_draft_is_given_up_only_on_demand),
		HOST_TEST(an_open_draft_is_given_up_only_as_it_was_seen),
	};

	return cmocka_run_group_tests_name("api/drafts_others", tests, NULL, NULL) ? 1 : 0;
}
