/* SPDX-License-Identifier: MIT */
/* Versions: list, get, compare, bring back, name, pin and prune what was published. */
#include "host.h"

#include "body.h"
#include "json.h"

static const char *const ada = "ada create";

/* An assistant of ada with versions 1 to count, named "V1", "V2", ..., a second apart. */
static const char *with_versions(struct host *host, int count)
{
	const char *id = host_create(host, ada, "{\"name\":\"V1\",\"slug\":\"v\"}");
	char json[64];
	int i;

	for (i = 2; i <= count; i++) {
		host_pass(host, 1000);
		snprintf(json, sizeof(json), "{\"name\":\"V%d\"}", i);
		MUST(host, host_patch(host, ada, id, json));
	}
	return id;
}

static const char *list(struct host *host, const char *id, const char *options)
{
	asst_buf *out;

	MUST(host, asst_version_list(&out, as(host, ada), id, options ? t_json(options) : NULL,
				     options ? ASST_NUL : 0, host->err));
	return json_take(out);
}

/* The numbers that are listed, as text. */
static const char *numbers(struct host *host, const char *id)
{
	static char text[200];
	const char *json = list(host, id, NULL);
	size_t i, used = 0;

	text[0] = '\0';
	for (i = 0; i < json_count(json, "/versions"); i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", i ? " " : "",
					 json_item(json, "/versions", i, "version"));
	return text;
}

static int get(struct host *host, const char *spec, const char *id, uint64_t version)
{
	asst_assistant *assistant;
	int status = asst_version_get(&assistant, as(host, spec), id, version, 0, host->err);

	assert_true((assistant != NULL) == (status == ASST_OK));
	asst_assistant_free(assistant);
	return status;
}

static int label(struct host *host, const char *id, uint64_t version, const char *text)
{
	return asst_version_label(as(host, ada), id, version, text, text ? ASST_NUL : 0, 0,
				  host->err);
}

static int pin(struct host *host, const char *id, uint64_t version, int pinned)
{
	return asst_version_pin(as(host, ada), id, version, pinned, 0, host->err);
}

static int diff(asst_buf **out, struct host *host, const char *id, uint64_t from, uint64_t to)
{
	return asst_version_diff(out, as(host, ada), id, from, to, 0, host->err);
}

/* Listing and loading */

static void versions_are_listed_the_newest_first(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"V1\"}"), *json;
	asst_draft *draft;

	MUST(host, host_share(host, ada, id, "user:bob", 2));
	host_pass(host, 1500);
	MUST(host, asst_draft_edit(&draft, as(host, "bob"), id, 0, host->err));
	MUST(host, asst_draft_patch(draft, "{\"name\":\"V2\"}", ASST_NUL, 0, host->err));
	MUST(host, asst_draft_commit(NULL, draft, "for invoices", ASST_NUL, 0, host->err));
	asst_draft_free(draft);
	MUST(host, host_patch(host, ada, id, "{\"name\":\"V3\"}"));
	MUST(host, host_patch(host, ada, id, "{\"tags\":[\"no version\"]}"));
	json = list(host, id, NULL);
	assert_int_equal(json_count(json, "/versions"), 3);
	assert_string_equal(json_at(json, "/cursor"), JSON_ABSENT);
	assert_string_equal(json_at(json, "/versions/0/version"), "3");
	assert_string_equal(json_at(json, "/versions/0/live"), "true");
	assert_string_equal(json_at(json, "/versions/0/createdBy"), "user:ada");
	assert_string_equal(json_at(json, "/versions/1/version"), "2");
	assert_string_equal(json_at(json, "/versions/1/live"), "false");
	assert_string_equal(json_at(json, "/versions/1/createdBy"), "user:bob");
	assert_string_equal(json_at(json, "/versions/1/createdAt"), "2030-03-17T17:46:41.500Z");
	assert_string_equal(json_at(json, "/versions/1/message"), "for invoices");
	assert_string_equal(json_at(json, "/versions/2/version"), "1");
	assert_string_equal(json_at(json, "/versions/2/createdAt"), "2030-03-17T17:46:40.000Z");
	assert_string_equal(json_at(json, "/versions/2/message"), JSON_ABSENT);
}

/* One more is published between the pages: those that were there come once each. */
static void pages_end_in_a_cursor(void **state)
{
	struct host *host = *state;
	const char *id = with_versions(host, 7), *json, *cursor;
	char options[1200] = "{'limit':3}";
	int next = 7;
	size_t i;

	do {
		json = list(host, id, options);
		for (i = 0; i < json_count(json, "/versions"); i++, next--)
			assert_int_equal(atoi(json_item(json, "/versions", i, "version")), next);
		cursor = json_at(json, "/cursor");
		snprintf(options, sizeof(options), "{'limit':3,'cursor':'%s'}", cursor);
		MUST(host, host_patch(host, ada, id,
				      next % 2 ? "{\"emoji\":\"A\"}" : "{\"emoji\":\"B\"}"));
	} while (strcmp(cursor, JSON_ABSENT) != 0);
	assert_int_equal(next, 0);
}

struct publishing {
	struct host *host;
	const char *id;
};

static void publish_before_the_scan(void *user, enum host_method method)
{
	struct publishing *publishing = user;

	if (method != HOST_SCAN)
		return;
	publishing->host->backend.before = NULL;
	MUST(publishing->host,
	     host_patch(publishing->host, ada, publishing->id, "{\"name\":\"Meanwhile\"}"));
}

static void a_version_is_listed_once_while_the_next_one_is_published(void **state)
{
	struct host *host = *state;
	struct publishing publishing = { host, host_create(host, ada, "{\"name\":\"V1\"}") };

	MUST(host, host_patch(host, ada, publishing.id, "{\"name\":\"V2\"}"));
	host->backend.user = &publishing;
	host->backend.before = publish_before_the_scan;
	assert_string_equal(numbers(host, publishing.id), "3 2 1");
	assert_null(host->backend.before);
}

static void faulty_options_are_told(void **state)
{
	static const struct {
		const char *options, *faults;
	} rows[] = { { "{'cursor':'x'}", "cursor@/cursor" },
		     { "{'limit':0}", "range@/limit" },
		     { "{'limit':1001}", "limit@/limit" },
		     { "{'sort':'name'}", "unknown_field@/sort" } };
	struct host *host = *state;
	const char *id = with_versions(host, 2);
	asst_buf *out;
	size_t i;
	int status;

	for (i = 0; i < T_COUNT(rows); i++) {
		status = asst_version_list(&out, as(host, ada), id, t_json(rows[i].options),
					   ASST_NUL, host->err);
		assert_null(out);
		t_expect(status, host->err, t_status_of(rows[i].faults), rows[i].faults,
			 rows[i].options);
	}
}

static void digests_tell_whether_definitions_are_the_same(void **state)
{
	struct host *host = *state;
	const char *id = with_versions(host, 2), *json, *digest;

	MUST(host, host_patch(host, ada, id, "{\"name\":\"V1\"}"));
	json = list(host, id, NULL);
	digest = json_at(json, "/versions/0/digest");
	if (!asst_feature_supported("sodium")) {
		assert_string_equal(digest, JSON_ABSENT);
		return;
	}
	assert_int_equal(strlen(digest), 64);
	assert_int_equal(strspn(digest, "0123456789abcdef"), 64);
	assert_string_not_equal(digest, json_at(json, "/versions/1/digest"));
	assert_string_equal(digest, json_at(json, "/versions/2/digest"));
}

static void a_version_shows_its_definition_and_the_rest_as_it_is_now(void **state)
{
	struct host *host = *state;
	const char *id = with_versions(host, 3);
	asst_assistant *old, *now;

	MUST(host, host_patch(host, ada, id, "{\"tags\":[\"new\"]}"));
	MUST(host, asst_version_get(&old, as(host, ada), id, 1, 0, host->err));
	assert_int_equal(asst_assistant_version(old), 1);
	assert_string_equal(asst_def_name(asst_assistant_def(old), NULL), "V1");
	assert_string_equal(asst_assistant_tag_at(old, 0), "new");
	asst_assistant_free(old);
	now = host_get(host, ada, id);
	MUST(host,
	     asst_version_get(&old, as(host, ada), "user:ada:v", ASST_VERSION_LIVE, 0, host->err));
	assert_string_equal(asst_assistant_json(old, NULL), asst_assistant_json(now, NULL));
	asst_assistant_free(now);
	asst_assistant_free(old);
	EXPECT(host, ASST_ENOTFOUND, get(host, ada, id, 4));
	EXPECT(host, ASST_EINVAL, asst_version_get(NULL, as(host, ada), id, 1, 1, host->err));
}

static void what_was_created_as_a_draft_began_with_version_0(void **state)
{
	struct host *host = *state;
	const char *id = host_create_with(host, ada, "{\"emoji\":\"E\"}", ASST_CREATE_DRAFT);
	asst_draft *draft;
	asst_assistant *old;

	MUST(host, asst_draft_edit(&draft, as(host, ada), id, 0, host->err));
	MUST(host, asst_draft_patch(draft, "{\"name\":\"V1\"}", ASST_NUL, 0, host->err));
	MUST(host, asst_draft_commit(NULL, draft, NULL, 0, 0, host->err));
	asst_draft_free(draft);
	MUST(host, asst_version_get(&old, as(host, ada), id, 0, 0, host->err));
	assert_null(asst_def_name(asst_assistant_def(old), NULL));
	assert_string_equal(asst_def_emoji(asst_assistant_def(old), NULL), "E");
	asst_assistant_free(old);
}

/* Comparing and restoring */

static void versions_live_and_the_own_draft_can_be_compared(void **state)
{
	struct host *host = *state;
	const char *id = with_versions(host, 3);
	asst_draft *draft;
	asst_buf *out;

	MUST(host, diff(&out, host, id, 1, 3));
	assert_string_equal(json_take(out),
			    "[{\"pointer\":\"/name\",\"old\":\"V1\",\"new\":\"V3\"}]");
	MUST(host, diff(&out, host, id, ASST_VERSION_LIVE, 2));
	assert_string_equal(json_take(out),
			    "[{\"pointer\":\"/name\",\"old\":\"V3\",\"new\":\"V2\"}]");
	MUST(host, diff(&out, host, id, 3, ASST_VERSION_LIVE));
	assert_string_equal(json_take(out), "[]");
	EXPECT(host, ASST_ENOTFOUND, diff(&out, host, id, 1, ASST_VERSION_DRAFT));
	EXPECT(host, ASST_ENOTFOUND, diff(&out, host, id, 4, 1));
	MUST(host, asst_draft_edit(&draft, as(host, ada), id, 0, host->err));
	MUST(host, asst_draft_patch(draft, "{\"emoji\":\"E\"}", ASST_NUL, 0, host->err));
	asst_draft_free(draft);
	MUST(host, diff(&out, host, id, ASST_VERSION_LIVE, ASST_VERSION_DRAFT));
	assert_string_equal(json_take(out), "[{\"pointer\":\"/emoji\",\"new\":\"E\"}]");
}

static void a_version_is_restored_into_a_draft_and_published_by_its_commit(void **state)
{
	struct host *host = *state;
	const char *id = with_versions(host, 3);
	asst_draft *draft;

	MUST(host,
	     asst_version_restore(&draft, as(host, ada), id, 1, ASST_ANY_REVISION, 0, host->err));
	assert_string_equal(asst_def_name(asst_draft_def(draft), NULL), "V1");
	assert_int_equal(asst_draft_base_version(draft), 3);
	assert_int_equal(host_version(host, ada, id), 3);
	MUST(host, asst_draft_commit(NULL, draft, NULL, 0, 0, host->err));
	asst_draft_free(draft);
	assert_string_equal(numbers(host, id), "4 3 2 1");
	MUST(host, get(host, ada, id, 4));
}

static void an_open_draft_is_given_up_only_on_demand(void **state)
{
	struct host *host = *state;
	const char *id = with_versions(host, 3);
	asst_draft *mine, *draft;

	MUST(host, asst_draft_edit(&mine, as(host, ada), id, 0, host->err));
	MUST(host, asst_draft_patch(mine, "{\"name\":\"Mine\"}", ASST_NUL, 0, host->err));
	EXPECT(host, ASST_ECONFLICT,
	       asst_version_restore(&draft, as(host, ada), id, 1, ASST_ANY_REVISION, 0, host->err));
	assert_null(draft);
	MUST(host, asst_draft_reload(mine, host->err));
	assert_string_equal(asst_def_name(asst_draft_def(mine), NULL), "Mine");
	MUST(host, asst_version_restore(&draft, as(host, ada), id, 1, ASST_ANY_REVISION,
					ASST_DRAFT_REPLACE, host->err));
	assert_string_equal(asst_def_name(asst_draft_def(draft), NULL), "V1");
	MUST(host, asst_draft_commit(NULL, draft, NULL, 0, 0, host->err));
	/* A handle of what was given up publishes nothing. */
	assert_true(asst_draft_commit(NULL, mine, NULL, 0, 0, host->err) != ASST_OK);
	assert_int_equal(host_version(host, ada, id), 4);
	asst_draft_free(draft);
	asst_draft_free(mine);
	EXPECT(host, ASST_EINVAL,
	       asst_version_restore(&draft, as(host, ada), id, 1, ASST_ANY_REVISION, 2, host->err));
}

static int replace(struct host *host, const char *id, uint64_t revision, uint32_t flags)
{
	asst_draft *draft;
	int status = asst_version_restore(&draft, as(host, ada), id, 1, revision, flags, host->err);

	assert_true((draft != NULL) == (status == ASST_OK));
	asst_draft_free(draft);
	return status;
}

static void a_draft_is_given_up_only_as_it_was_seen(void **state)
{
	struct host *host = *state;
	const char *id = with_versions(host, 2);
	asst_draft *mine, *other;

	MUST(host, asst_draft_edit(&mine, as(host, ada), id, 0, host->err));
	MUST(host, asst_draft_edit(&other, as(host, ada), id, 0, host->err));
	MUST(host, asst_draft_patch(other, "{\"name\":\"Other\"}", ASST_NUL, 0, host->err));
	EXPECT(host, ASST_EREVISION,
	       replace(host, id, asst_draft_revision(mine), ASST_DRAFT_REPLACE));
	assert_int_equal(json_number(asst_error_detail(host->err, NULL), "/revision"),
			 asst_draft_revision(other));
	/* Without the flag it is not looked at, and nothing is given up. */
	EXPECT(host, ASST_ECONFLICT, replace(host, id, asst_draft_revision(other), 0));
	EXPECT(host, ASST_ECONFLICT, replace(host, id, 77, 0));
	assert_null(asst_error_detail(host->err, NULL));
	MUST(host, asst_draft_reload(mine, host->err));
	assert_string_equal(asst_def_name(asst_draft_def(mine), NULL), "Other");
	MUST(host, replace(host, id, asst_draft_revision(mine), ASST_DRAFT_REPLACE));
	/* The handles know an older one now; whoever wants no such check spells it out. */
	EXPECT(host, ASST_EREVISION,
	       replace(host, id, asst_draft_revision(mine), ASST_DRAFT_REPLACE));
	MUST(host, replace(host, id, ASST_ANY_REVISION, ASST_DRAFT_REPLACE));
	asst_draft_free(other);
	asst_draft_free(mine);
}

/* Who names a revision means a draft: it answers as a handle of what is gone. */
static void a_draft_that_is_gone_is_not_opened_by_replacing_it(void **state)
{
	struct host *host = *state;
	const char *id = with_versions(host, 2);
	asst_draft *mine, *other;
	asst_list *list;

	MUST(host, asst_draft_edit(&mine, as(host, ada), id, 0, host->err));
	MUST(host, asst_draft_edit(&other, as(host, ada), id, 0, host->err));
	MUST(host, asst_draft_discard(other, 0, host->err));
	asst_draft_free(other);
	EXPECT(host, ASST_ENOTFOUND, asst_draft_patch(mine, "{}", 2, 0, host->err));
	EXPECT(host, ASST_ENOTFOUND,
	       replace(host, id, asst_draft_revision(mine), ASST_DRAFT_REPLACE));
	assert_string_equal(asst_error_message(host->err),
			    "the draft is gone: committed or discarded");
	asst_draft_free(mine);
	MUST(host, asst_draft_list(&list, as(host, ada), NULL, 0, host->err));
	assert_int_equal(asst_list_count(list), 0);
	asst_list_free(list);
	MUST(host, replace(host, id, ASST_ANY_REVISION, ASST_DRAFT_REPLACE));
	MUST(host, asst_draft_edit(&mine, as(host, ada), id, 0, host->err));
	MUST(host, asst_draft_discard(mine, 0, host->err));
	asst_draft_free(mine);
	MUST(host, replace(host, id, 77, 0));
}

static void level_1_is_refused_and_strangers_see_nothing(void **state)
{
	static const struct {
		const char *spec;
		int status;
	} rows[] = { { "one", ASST_EDENIED }, { "eve", ASST_ENOTFOUND }, { "two", ASST_OK } };
	struct host *host = *state;
	const char *id = with_versions(host, 2);
	asst_session *session;
	asst_draft *draft;
	asst_buf *out;
	size_t i;

	MUST(host, host_share(host, ada, id, "user:one", 1));
	MUST(host, host_share(host, ada, id, "user:two", 2));
	for (i = 0; i < T_COUNT(rows); i++) {
		session = as(host, rows[i].spec);
		assert_int_equal(host_allowed(host, rows[i].spec, "assistant:versions", id),
				 rows[i].status == ASST_OK);
		EXPECT(host, rows[i].status,
		       asst_version_list(&out, session, id, NULL, 0, host->err));
		asst_buf_free(out);
		EXPECT(host, rows[i].status, get(host, rows[i].spec, id, 1));
		EXPECT(host, rows[i].status,
		       asst_version_diff(NULL, session, id, 1, 2, 0, host->err));
		EXPECT(host, rows[i].status,
		       asst_version_restore(&draft, session, id, 1, ASST_ANY_REVISION, 0,
					    host->err));
		asst_draft_free(draft);
		EXPECT(host, rows[i].status,
		       asst_version_label(session, id, 1, "L", 1, 0, host->err));
		EXPECT(host, rows[i].status, asst_version_pin(session, id, 1, 1, 0, host->err));
		if (rows[i].status == ASST_OK) /* pruning takes more */
			EXPECT(host, ASST_EDENIED,
			       asst_version_prune(NULL, session, id, 0, host->err));
		else
			EXPECT(host, rows[i].status,
			       asst_version_prune(NULL, session, id, 0, host->err));
	}
}

/* Labels and pins */

static void labels_and_pins_are_shown_and_taken_away(void **state)
{
	struct host *host = *state;
	const char *id = with_versions(host, 2), *json;
	char longer[2 * 65 + 1];
	size_t i;

	MUST(host, label(host, id, 1, "the first"));
	MUST(host, label(host, id, 1, "f\xc3\xbcr"));
	MUST(host, pin(host, id, 2, 1));
	MUST(host, pin(host, id, 2, 1));
	json = list(host, id, NULL);
	assert_string_equal(json_at(json, "/versions/1/label"), "f\xc3\xbcr");
	assert_string_equal(json_at(json, "/versions/0/pinned"), "true");
	assert_int_equal(host_revision(host, ada, id), 2); /* not what the assistant shows */
	MUST(host, label(host, id, 1, NULL));
	MUST(host, pin(host, id, 2, 0));
	json = list(host, id, NULL);
	assert_string_equal(json_at(json, "/versions/1/label"), JSON_ABSENT);
	assert_string_not_equal(json_at(json, "/versions/0/pinned"), "true");
	for (i = 0; i < 65; i++)
		memcpy(longer + 2 * i, "\xc3\xa9", 3);
	EXPECT(host, ASST_EVALIDATION, label(host, id, 1, " \t"));
	assert_true(label(host, id, 1, longer) != ASST_OK);
	MUST(host, label(host, id, 1, longer + 2));
	EXPECT(host, ASST_EVALIDATION, label(host, id, 1, "\xff"));
	EXPECT(host, ASST_ENOTFOUND, label(host, id, 3, "x"));
	EXPECT(host, ASST_ENOTFOUND, pin(host, id, 3, 1));
	EXPECT(host, ASST_EINVAL, pin(host, id, 1, 2));
	EXPECT(host, ASST_EINVAL, asst_version_label(as(host, ada), id, 1, NULL, 1, 0, host->err));
	EXPECT(host, ASST_EINVAL, asst_version_label(as(host, ada), id, 1, "x", 1, 1, host->err));
	EXPECT(host, ASST_EINVAL, asst_version_pin(as(host, ada), id, 1, 1, 1, host->err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(versions_are_listed_the_newest_first),
		HOST_TEST(pages_end_in_a_cursor),
		HOST_TEST(a_version_is_listed_once_while_the_next_one_is_published),
		HOST_TEST(faulty_options_are_told),
		HOST_TEST(digests_tell_whether_definitions_are_the_same),
		HOST_TEST(a_version_shows_its_definition_and_the_rest_as_it_is_now),
		HOST_TEST(what_was_created_as_a_draft_began_with_version_0),
		HOST_TEST(versions_live_and_the_own_draft_can_be_compared),
		HOST_TEST(a_version_is_restored_into_a_draft_and_published_by_its_commit),
		HOST_TEST(an_open_draft_is_given_up_only_on_demand),
		HOST_TEST(a_draft_is_given_up_only_as_it_was_seen),
		HOST_TEST(a_draft_that_is_gone_is_not_opened_by_replacing_it),
		HOST_TEST(level_1_is_refused_and_strangers_see_nothing),
		HOST_TEST(labels_and_pins_are_shown_and_taken_away),
	};

	return cmocka_run_group_tests_name("api/versions", tests, NULL, NULL) ? 1 : 0;
}
