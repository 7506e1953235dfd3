/* SPDX-License-Identifier: MIT */
/* What a host does with the feed: keep it for a time, audit refusals, be told of each change. */
#include "feed.h"

static const char *const ada = "ada create";

enum { DAY = 24 * 60 * 60 * 1000 };

static void tag(struct host *host, const char *id, int number)
{
	char json[64];

	snprintf(json, sizeof(json), "{\"tags\":[\"t%d\"]}", number);
	MUST(host, host_patch(host, ada, id, json));
}

static asst_store_opts *opts_with(const char *name, int64_t value)
{
	asst_store_opts *opts = asst_store_opts_new();

	assert_non_null(opts);
	assert_int_equal(asst_store_opts_set_int(opts, name, value, NULL), ASST_OK);
	return opts;
}

/* Pruning */

static void what_is_older_than_ninety_days_is_pruned(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	struct feed_place first, second;
	uint64_t removed = 77;
	asst_buf *out;

	feed_after(&first, json_at(feed_read(host, ada, "{'limit':1}"), "/cursor"));
	tag(host, id, 1);
	tag(host, id, 2);
	host_pass(host, (int64_t)40 * DAY);
	tag(host, id, 3);
	tag(host, id, 4);
	host_pass(host, (int64_t)49 * DAY);
	MUST(host, asst_feed_prune(&removed, as(host, "system"), 0, host->err));
	assert_int_equal(removed, 0);
	feed_after(&second, json_at(feed_read(host, ada, "{'limit':4}"), "/cursor"));
	host_pass(host, (int64_t)2 * DAY);
	MUST(host, asst_feed_prune(&removed, as(host, "system"), 0, host->err));
	assert_int_equal(removed, 3);
	/* Who stopped before what went must begin anew. */
	EXPECT(host, ASST_EGONE, feed_try(&out, host, ada, first.options));
	assert_null(out);
	EXPECT(host, ASST_EGONE, feed_try(&out, host, "eve", first.options));
	assert_string_equal(feed_since(host, ada, &second), "assistant.update");
	assert_string_equal(feed_actions(feed_read(host, ada, "{'after':'begin'}")),
			    "assistant.update assistant.update");
	MUST(host, asst_feed_prune(&removed, as(host, "system"), 0, host->err));
	assert_int_equal(removed, 0);
}

static void a_feed_that_was_pruned_empty_goes_on(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	struct feed_place end = feed_end(host);
	asst_buf *out;

	host_pass(host, (int64_t)91 * DAY);
	MUST(host, asst_feed_prune(NULL, as(host, "system"), 0, host->err));
	assert_string_equal(feed_actions(feed_read(host, ada, NULL)), "");
	/* Nothing behind this cursor went. */
	MUST(host, feed_try(&out, host, ada, end.options));
	asst_buf_free(out);
	tag(host, id, 1);
	assert_string_equal(feed_since(host, ada, &end), "assistant.update");
	assert_string_equal(feed_actions(feed_read(host, ada, NULL)), "assistant.update");
}

static void only_the_system_prunes(void **state)
{
	static const char *const specs[] = { "ada create", "root super", "eve" };
	struct host *host = *state;
	uint64_t removed;
	size_t i;

	host_create(host, ada, "{\"name\":\"a\"}");
	host_pass(host, (int64_t)1000 * DAY);
	for (i = 0; i < T_COUNT(specs); i++)
		EXPECT(host, ASST_EDENIED,
		       asst_feed_prune(&removed, as(host, specs[i]), 0, host->err));
	EXPECT(host, ASST_EINVAL, asst_feed_prune(NULL, as(host, "system"), 1, host->err));
	EXPECT(host, ASST_EINVAL, asst_feed_prune(NULL, NULL, 0, host->err));
	MUST(host, asst_feed_prune(&removed, as(host, "system @other"), 0, host->err));
	assert_int_equal(removed, 0); /* its own workspace only */
	MUST(host, asst_feed_prune(&removed, as(host, "system"), 0, host->err));
	assert_int_equal(removed, 1);
}

static void events_are_kept_thirty_days_at_least(void **state)
{
	asst_store_opts *opts = opts_with("feed_days", 30);
	struct host *host;
	uint64_t removed;

	(void)state;
	assert_int_equal(asst_store_opts_set_int(opts, "feed_days", 29, NULL), ASST_EINVAL);
	assert_int_equal(asst_store_opts_set_int(opts, "feed_days", -1, NULL), ASST_EINVAL);
	host = host_new(host_disk_new(), opts);
	asst_store_opts_free(opts);
	host_create(host, ada, "{\"name\":\"a\"}");
	host_pass(host, (int64_t)29 * DAY);
	MUST(host, asst_feed_prune(&removed, as(host, "system"), 0, host->err));
	assert_int_equal(removed, 0);
	host_pass(host, (int64_t)2 * DAY);
	MUST(host, asst_feed_prune(&removed, as(host, "system"), 0, host->err));
	assert_int_equal(removed, 1);
	host_free(host);
}

/* Refusals */

static void refused_writes_are_audited_where_that_is_wanted(void **state)
{
	asst_store_opts *opts = opts_with("audit_refused", 1);
	struct host *host = host_new(host_disk_new(), opts);
	struct feed_place place;
	const char *id, *json;

	(void)state;
	asst_store_opts_free(opts);
	id = host_create(host, ada, "{\"name\":\"a\"}");
	MUST(host, host_share(host, ada, id, "user:bob", 1));
	place = feed_end(host);
	EXPECT(host, ASST_EDENIED, host_patch(host, "bob", id, "{\"name\":\"b\"}"));
	EXPECT(host, ASST_EDENIED, host_delete(host, "bob", id));
	EXPECT(host, ASST_EDENIED, host_share(host, "bob", id, "user:eve", 1));
	EXPECT(host, ASST_EVALIDATION, host_patch(host, ada, id, "{\"name\":\"\"}"));
	json = feed_read(host, "system", place.options);
	assert_string_equal(feed_actions(json), "refused refused refused");
	assert_string_equal(json_at(json, "/events/0/actor"), "user:bob");
	assert_string_equal(json_at(json, "/events/0/objectId"), id);
	assert_string_equal(json_at(json, "/events/0/attempted"), "assistant.update");
	assert_string_equal(json_at(json, "/events/1/attempted"), "assistant.delete");
	assert_string_equal(json_at(json, "/events/2/attempted"), "share.put");
	assert_string_equal(json_at(json, "/events/0/status"), "EDENIED");
	assert_string_equal(json_at(json, "/events/0/newRevision"), JSON_ABSENT);
	/* Level 3 is shown who tried, readers are not. */
	assert_string_equal(feed_since(host, ada, &place), "refused refused refused");
	assert_string_equal(feed_since(host, "bob", &place), "");
	/* A change that was made has no status. */
	tag(host, id, 1);
	assert_string_equal(json_at(feed_read(host, "system", place.options), "/events/3/status"),
			    JSON_ABSENT);
	assert_int_equal(host_revision(host, ada, id), 2);
	host_free(host);
}

/* However it was named, level 3 is told: a draft's id and a natural name mean the assistant. */
static void a_refusal_names_the_assistant_however_it_was_named(void **state)
{
	asst_store_opts *opts = opts_with("audit_refused", 1);
	struct host *host = host_new(host_disk_new(), opts);
	const char *id, *json, *name = "{\"name\":\"b\"}";
	struct feed_place place;
	asst_draft *draft;
	size_t i;

	(void)state;
	asst_store_opts_free(opts);
	id = host_create(host, ada, "{\"name\":\"a\",\"slug\":\"aa\"}");
	MUST(host, host_share(host, ada, id, "user:bob", 3));
	MUST(host, asst_draft_edit(&draft, as(host, ada), id, 0, host->err));
	place = feed_end(host);
	EXPECT(host, ASST_EDENIED, host_patch(host, "bob", asst_draft_id(draft), name));
	MUST(host, host_share(host, ada, id, "user:bob", 1));
	EXPECT(host, ASST_EDENIED, host_patch(host, "bob", "user:ada:aa", name));
	EXPECT(host, ASST_EDENIED, host_patch(host, "bob", id, name));
	/* Who it was hidden from is not told, who manages it is. */
	EXPECT(host, ASST_ENOTFOUND, host_patch(host, "eve", id, name));
	EXPECT(host, ASST_ENOTFOUND, host_patch(host, "eve", "user:ada:aa", name));
	json = feed_read(host, ada, place.options);
	assert_string_equal(feed_actions(json), "refused share.put refused refused refused refused");
	for (i = 0; i < 6; i++)
		assert_string_equal(json_item(json, "/events", i, "objectId"), id);
	assert_string_equal(json_at(json, "/events/5/status"), "ENOTFOUND");
	/* Of a name that nothing has there is none. */
	EXPECT(host, ASST_ENOTFOUND, host_patch(host, "eve", "user:ada:bb", name));
	json = feed_read(host, "system", place.options);
	assert_string_equal(json_at(json, "/events/6/status"), "ENOTFOUND");
	assert_string_equal(json_at(json, "/events/6/objectId"), JSON_ABSENT);
	asst_draft_free(draft);
	host_free(host);
}

/* The one event since the end before, as "actor action status". */
static void expect_refusal(struct host *host, struct feed_place *place, const char *wanted)
{
	const char *json = feed_read(host, "system", place->options);
	char told[200];

	assert_string_equal(feed_actions(json), "refused");
	snprintf(told, sizeof(told), "%s %s %s", json_at(json, "/events/0/actor"),
		 json_at(json, "/events/0/attempted"), json_at(json, "/events/0/status"));
	assert_string_equal(told, wanted);
	*place = feed_end(host);
}

static void refusals_without_an_assistant_are_audited_too(void **state)
{
	asst_store_opts *opts = opts_with("audit_refused", 1);
	const char *key = "0198d0a1-aaaa-7bbb-8ccc-0123456789ab", *user = "{\"id\":\"u\"}";
	struct feed_place place;
	asst_session *eve, *seatless;
	struct host *host;
	asst_buf *out;

	(void)state;
	assert_int_equal(asst_store_opts_set_int(opts, "directory", 1, NULL), ASST_OK);
	host = host_new(host_disk_new(), opts);
	asst_store_opts_free(opts);
	eve = as(host, "eve");
	seatless = as(host, "sam noseat");
	place = feed_end(host);
	EXPECT(host, ASST_EDENIED, asst_feed_prune(NULL, eve, 0, host->err));
	expect_refusal(host, &place, "user:eve feed.prune EDENIED");
	EXPECT(host, ASST_EDENIED, asst_secret_rewrap(NULL, eve, NULL, NULL, 0, host->err));
	expect_refusal(host, &place, "user:eve secret.rewrap EDENIED");
	EXPECT(host, ASST_EDENIED, asst_key_create(&out, eve, "{}", ASST_NUL, 0, host->err));
	expect_refusal(host, &place, "user:eve key.create EDENIED");
	EXPECT(host, ASST_EDENIED, asst_key_revoke(seatless, key, 0, host->err));
	expect_refusal(host, &place, "user:sam key.revoke EDENIED");
	EXPECT(host, ASST_EDENIED, asst_key_rotate(&out, seatless, key, 0, 0, host->err));
	expect_refusal(host, &place, "user:sam key.rotate EDENIED");
	EXPECT(host, ASST_EDENIED, asst_user_put(eve, user, ASST_NUL, 0, host->err));
	expect_refusal(host, &place, "user:eve user.put EDENIED");
	EXPECT(host, ASST_EDENIED, asst_team_put(eve, user, ASST_NUL, 0, host->err));
	expect_refusal(host, &place, "user:eve team.put EDENIED");
	EXPECT(host, ASST_EDENIED, asst_user_disable(eve, "u", 1, 0, host->err));
	expect_refusal(host, &place, "user:eve user.disable EDENIED");
	EXPECT(host, ASST_EDENIED, asst_user_delete(eve, "u", 0, host->err));
	expect_refusal(host, &place, "user:eve user.delete EDENIED");
	EXPECT(host, ASST_EDENIED, asst_user_forget(eve, "u", 0, host->err));
	expect_refusal(host, &place, "user:eve user.forget EDENIED");
	EXPECT(host, ASST_EDENIED, asst_team_delete(eve, "u", 0, host->err));
	expect_refusal(host, &place, "user:eve team.delete EDENIED");
	/* Reading changes nothing. */
	EXPECT(host, ASST_EDENIED, asst_user_get(&out, eve, "u", host->err));
	EXPECT(host, ASST_EDENIED, asst_team_list(&out, eve, NULL, 0, host->err));
	EXPECT(host, ASST_EDENIED, asst_key_list(&out, seatless, NULL, 0, host->err));
	assert_string_equal(feed_since(host, "system", &place), "");
	host_free(host);
}

static void by_default_refusals_leave_no_trace(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	struct feed_place place;

	MUST(host, host_share(host, ada, id, "user:bob", 1));
	place = feed_end(host);
	EXPECT(host, ASST_EDENIED, host_patch(host, "bob", id, "{\"name\":\"b\"}"));
	assert_string_equal(feed_since(host, "system", &place), "");
}

/* Being told */

/* What is told: texts one after the other, and what the callback does itself. */
struct listener {
	struct host *host;
	const char *id;
	struct t_text events;
	atomic_int count;
	bool writes, reads;
};

static void hear(void *user, const char *workspace, const char *event, size_t size)
{
	struct listener *listener = user;

	atomic_fetch_add(&listener->count, 1);
	if (!listener->host)
		return;
	assert_string_equal(workspace, "acme");
	assert_int_equal(strlen(event), size);
	t_add(&listener->events, listener->events.size ? "," : "");
	t_add(&listener->events, event);
	if (listener->reads)
		MUST(listener->host, host_look(listener->host, ada, json_at(event, "/objectId")));
	if (listener->writes) {
		listener->writes = false;
		tag(listener->host, listener->id, 7);
	}
}

static struct host *host_heard_by(struct listener *listener)
{
	asst_store_opts *opts = asst_store_opts_new();
	struct host *host;

	memset(listener, 0, sizeof(*listener));
	assert_int_equal(asst_store_opts_set_changed(opts, hear, listener, NULL), ASST_OK);
	host = host_new(host_disk_new(), opts);
	asst_store_opts_free(opts);
	listener->host = host;
	return host;
}

static void each_change_is_told_as_the_system_reads_it(void **state)
{
	struct listener listener;
	struct host *host = host_heard_by(&listener);
	const char *id = host_create(host, ada, "{\"name\":\"a\"}"), *json, *events;

	(void)state;
	tag(host, id, 1);
	tag(host, id, 1); /* as it is: nothing to tell */
	EXPECT(host, ASST_ENOTFOUND, host_patch(host, "eve", id, "{\"name\":\"e\"}"));
	MUST(host, host_share(host, ada, id, "user:bob", 1));
	MUST(host, host_delete(host, ada, id));
	assert_int_equal(atomic_load(&listener.count), 4);
	json = feed_read(host, "system", NULL);
	events = json_find(json, "/events");
	assert_memory_equal(events + 1, listener.events.data, listener.events.size);
	assert_int_equal(json_skip(events) - events, listener.events.size + 2);
	t_text_free(&listener.events);
	host_free(host);
}

/* It is called outside all locks, when the change is there. */
static void the_callback_may_use_the_store(void **state)
{
	struct listener listener;
	struct host *host = host_heard_by(&listener);
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");

	(void)state;
	listener.id = id;
	listener.reads = listener.writes = true;
	MUST(host, host_patch(host, ada, id, "{\"name\":\"b\"}"));
	assert_int_equal(atomic_load(&listener.count), 3);
	assert_int_equal(host_revision(host, ada, id), 3);
	t_text_free(&listener.events);
	host_free(host);
}

static void *write_some(void *user)
{
	asst_session *session = user;
	asst_assistant *made;
	int i;

	for (i = 0; i < 25; i++) {
		asst_assistant_create_json(&made, session, "{\"name\":\"n\"}", ASST_NUL, 0, NULL);
		asst_assistant_free(made);
	}
	return NULL;
}

static void threads_are_told_of_their_own_changes(void **state)
{
	struct listener listener;
	struct host *host = host_heard_by(&listener);
	pthread_t threads[4];
	size_t i;

	(void)state;
	listener.host = NULL; /* only count */
	for (i = 0; i < T_COUNT(threads); i++)
		pthread_create(&threads[i], NULL, write_some, as(host, i % 2 ? ada : "bob create"));
	for (i = 0; i < T_COUNT(threads); i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(atomic_load(&listener.count), atomic_load(&host->backend.events));
	assert_int_equal(json_count(feed_read(host, "system", "{'limit':1000}"), "/events"),
			 atomic_load(&listener.count));
	assert_true(atomic_load(&listener.count) > 90);
	host_free(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(what_is_older_than_ninety_days_is_pruned),
		HOST_TEST(a_feed_that_was_pruned_empty_goes_on),
		HOST_TEST(only_the_system_prunes),
		cmocka_unit_test(events_are_kept_thirty_days_at_least),
		cmocka_unit_test(refused_writes_are_audited_where_that_is_wanted),
		cmocka_unit_test(a_refusal_names_the_assistant_however_it_was_named),
		cmocka_unit_test(refusals_without_an_assistant_are_audited_too),
		HOST_TEST(by_default_refusals_leave_no_trace),
		cmocka_unit_test(each_change_is_told_as_the_system_reads_it),
		cmocka_unit_test(the_callback_may_use_the_store),
		cmocka_unit_test(threads_are_told_of_their_own_changes),
	};

	return cmocka_run_group_tests_name("api/feed_keep", tests, NULL, NULL) ? 1 : 0;
}
