/* SPDX-License-Identifier: MIT */
/*
 * What a caller may do changes between the reads of one call: then it is decided by what holds when
 * the last of them is made, as if the call had begun there; and it costs nothing where nothing changes.
 */
#include "people.h"

#include "json.h"
#include "routes.h"

/* Done before one of the calls of the backend, or before each from then on. */
struct between {
	struct host *host;
	void (*act)(struct between *between);
	int wait; /* so many calls */
	int times, acted;
	const char *id;
};

static void act_between(void *user, enum host_method method)
{
	struct between *between = user;

	(void)method;
	if (between->wait-- > 0 || between->acted == between->times)
		return;
	between->acted++;
	between->host->backend.before = NULL;
	between->act(between);
	between->host->backend.before = act_between;
}

static struct between begin(struct host *host, void (*act)(struct between *between), int wait)
{
	return (struct between){ .host = host, .act = act, .wait = wait, .times = 1 };
}

static void hook(struct between *between)
{
	between->host->backend.user = between;
	between->host->backend.before = act_between;
}

static void unhook(struct between *between)
{
	between->host->backend.before = NULL;
	assert_int_equal(between->acted, between->times);
}

static int put_user(struct host *host, const char *json)
{
	return asst_user_put(as(host, "system"), t_json(json), ASST_NUL, 0, NULL);
}

/* Lists and counts */

static void move_to_sales(struct between *between)
{
	assert_int_equal(
		put_user(between->host, "{'id':'tom','aiSeat':true,'teams':[{'id':'sales'}]}"),
		ASST_OK);
}

/* The names of what tom lists. */
static const char *names(struct host *host)
{
	static char line[256];
	asst_list *list;

	MUST(host, asst_assistant_list(&list, as(host, "dir:tom"), "{\"sort\":\"name\"}", ASST_NUL,
				       host->err));
	line[0] = '\0';
	for (size_t i = 0; i < asst_list_count(list); i++) {
		strcat(line, i ? " " : "");
		strcat(line, asst_assistant_name(asst_list_at(list, i)));
	}
	assert_null(asst_list_cursor(list));
	assert_non_null(asst_list_feed_cursor(list));
	asst_list_free(list);
	return line;
}

static void make_for(struct host *host, const char *name, const char *team)
{
	char json[64];
	const char *id;

	snprintf(json, sizeof(json), "{\"name\":\"%s\"}", name);
	id = host_create(host, "dir:eve", json);
	if (team)
		MUST(host, host_share(host, "dir:eve", id, team, 1));
}

static void a_list_is_found_by_the_rights_that_it_is_decided_by(void **state)
{
	struct host *host = *state;
	struct between between;
	int wait;

	make_for(host, "a", "team:eng");
	make_for(host, "b", "team:sales");
	make_for(host, "c", "team:eng");
	make_for(host, "d", "workspace");
	make_for(host, "e", NULL);
	assert_string_equal(names(host), "a c d");
	/* Before the scan, and before the get behind it. */
	for (wait = 1; wait <= 2; wait++) {
		between = begin(host, move_to_sales, wait);
		hook(&between);
		assert_string_equal(names(host), "b d");
		unhook(&between);
		MUST(host,
		     people_put_user(host, "{'id':'tom','aiSeat':true,'teams':[{'id':'eng'}]}"));
	}
}

/* Longer than what the index has of it, so that the head is asked for. */
#define LONG "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void unshare_and_rename(struct between *between)
{
	asst_session *eve = as(between->host, "dir:eve");

	assert_int_equal(asst_share_remove(eve, between->id, "user:zoe", 0, NULL), ASST_OK);
	assert_int_equal(asst_assistant_patch_json(NULL, eve, between->id,
						   "{\"name\":\"" LONG "-late\"}", ASST_NUL,
						   ASST_ANY_REVISION, 0, NULL),
			 ASST_OK);
}

static size_t count_late(struct host *host)
{
	uint64_t count;

	MUST(host, asst_assistant_count(&count, NULL, as(host, "zoe"),
					"{\"nameContains\":\"late\"}", ASST_NUL, host->err));
	return (size_t)count;
}

/* zoe's session is the host's word, so it is the grant alone that changes. */
static void a_name_that_came_after_the_right_had_gone_is_not_counted(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, "dir:eve", "{\"name\":\"" LONG "-early\"}");
	struct between between = begin(host, unshare_and_rename, 1);

	MUST(host, host_share(host, "dir:eve", id, "user:zoe", 1));
	between.id = id;
	hook(&between);
	assert_int_equal(count_late(host), 0);
	unhook(&between);
	MUST(host, host_share(host, "dir:eve", id, "user:zoe", 1));
	assert_int_equal(count_late(host), 1);
}

static void demote_root(struct between *between)
{
	assert_int_equal(put_user(between->host,
				  "{'id':'root','aiSeat':true,'permissions':['keys:create']}"),
			 ASST_OK);
	make_for(between->host, "z", NULL);
	assert_int_equal(asst_key_create(NULL, as(between->host, "dir:eve"), t_json(PEOPLE_API),
					 ASST_NUL, 0, NULL),
			 ASST_OK);
}

static size_t root_counts(struct host *host)
{
	uint64_t count;

	MUST(host, asst_assistant_count(&count, NULL, as(host, "dir:root"), NULL, 0, host->err));
	return (size_t)count;
}

static size_t root_lists_keys(struct host *host)
{
	asst_buf *out;

	MUST(host, asst_key_list(&out, as(host, "dir:root"), NULL, 0, host->err));
	return json_count(json_take(out), "/keys");
}

static size_t root_reads(struct host *host, const char *options)
{
	asst_buf *out;

	MUST(host, asst_feed_read(&out, as(host, "dir:root"), options, ASST_NUL, host->err));
	return json_count(json_take(out), "/events");
}

static size_t root_reads_of_assistants(struct host *host)
{
	return root_reads(host, "{\"actions\":[\"assistant.create\"]}");
}

/* About no assistant: the scan is the only read. */
static size_t root_reads_of_keys(struct host *host)
{
	return root_reads(host, "{\"actions\":[\"key.create\"]}");
}

static void who_is_no_superuser_any_more_sees_his_own(void **state)
{
	static size_t (*const reads[])(struct host * host) = { root_counts, root_lists_keys,
							       root_reads_of_assistants,
							       root_reads_of_keys };
	struct host *host = *state;
	struct between between;
	size_t i;
	int wait;

	make_for(host, "a", NULL);
	people_key(host, "dir:eve", PEOPLE_API);
	for (i = 0; i < T_COUNT(reads); i++) {
		for (wait = 1;; wait++) {
			MUST(host, people_put_user(host, "{'id':'root','aiSeat':true,'superuser':"
							 "true,'permissions':['keys:create']}"));
			assert_true(reads[i](host) > 0);
			host_count_anew(host);
			reads[i](host);
			if (wait == host_calls(host, HOST_GET) + host_calls(host, HOST_SCAN))
				break;
			between = begin(host, demote_root, wait);
			hook(&between);
			assert_int_equal(reads[i](host), 0);
			unhook(&between);
		}
		assert_true(wait > 1);
	}
}

/* Seats */

static void lose_seat(struct between *between)
{
	assert_int_equal(
		put_user(between->host, "{'id':'tom','aiSeat':false,'teams':[{'id':'eng'}]}"),
		ASST_OK);
}

static int try_list(struct host *host, const char *id)
{
	asst_list *list;
	int status = asst_assistant_list(&list, as(host, "dir:tom"), NULL, 0, host->err);

	(void)id;
	asst_list_free(list);
	return status;
}

static int try_get_many(struct host *host, const char *id)
{
	asst_list *list;
	int status = asst_assistant_get_many(&list, as(host, "dir:tom"), &id, 1, 0, host->err);

	asst_list_free(list);
	return status;
}

static int try_drafts(struct host *host, const char *id)
{
	asst_list *list;
	int status = asst_draft_list(&list, as(host, "dir:tom"), NULL, 0, host->err);

	(void)id;
	asst_list_free(list);
	return status;
}

static int try_count(struct host *host, const char *id)
{
	uint64_t count;

	(void)id;
	return asst_assistant_count(&count, NULL, as(host, "dir:tom"), NULL, 0, host->err);
}

static int try_feed(struct host *host, const char *id)
{
	asst_buf *out;
	int status = asst_feed_read(&out, as(host, "dir:tom"), NULL, 0, host->err);

	(void)id;
	asst_buf_free(out);
	return status;
}

static int try_get(struct host *host, const char *id)
{
	return host_look(host, "dir:tom", id);
}

static void a_seat_that_goes_is_told_as_ever(void **state)
{
	static int (*const reads[])(struct host * host,
				    const char *id) = { try_list,  try_get_many, try_drafts,
							try_count, try_feed,     try_get };
	struct host *host = *state;
	const char *id = host_create(host, "dir:eve", "{\"name\":\"a\"}");
	struct between between;
	asst_draft *draft;
	size_t i;

	MUST(host, host_share(host, "dir:eve", id, "team:eng", 2));
	MUST(host, asst_draft_edit(&draft, as(host, "dir:tom"), id, 0, host->err));
	for (i = 0; i < T_COUNT(reads); i++) {
		between = begin(host, lose_seat, 1);
		hook(&between);
		EXPECT(host, ASST_EDENIED, reads[i](host, id));
		unhook(&between);
		MUST(host,
		     people_put_user(host, "{'id':'tom','aiSeat':true,'teams':[{'id':'eng'}]}"));
		MUST(host, reads[i](host, id));
	}
	asst_draft_free(draft);
}

/* How often */

/* A change by which tom may do what he could. */
static void rename_tom(struct between *between)
{
	char json[128];

	snprintf(json, sizeof(json),
		 "{'id':'tom','name':'%d','aiSeat':true,'teams':[{'id':'eng'}]}", between->acted);
	assert_int_equal(put_user(between->host, json), ASST_OK);
}

/* Without a count of what it reads by itself. */
static void rename_tom_uncounted(struct between *between)
{
	int gets = host_calls(between->host, HOST_GET);

	rename_tom(between);
	atomic_store(&between->host->backend.calls[HOST_GET], gets);
}

static void a_change_that_takes_nothing_away_costs_two_reads(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, "dir:eve", "{\"name\":\"a\"}");
	struct between between = begin(host, rename_tom_uncounted, 1);

	MUST(host, host_share(host, "dir:eve", id, "team:eng", 1));
	hook(&between);
	host_count_anew(host);
	MUST(host, host_look(host, "dir:tom", id));
	unhook(&between);
	assert_int_equal(host_calls(host, HOST_GET), 4);
}

static void a_caller_who_changes_all_the_time_is_busy(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, "dir:eve", "{\"name\":\"a\"}");
	struct between between;

	MUST(host, host_share(host, "dir:eve", id, "team:eng", 1));
	/* Before each get, also that of the caller. */
	between = begin(host, rename_tom, 1);
	between.times = 1000;
	hook(&between);
	EXPECT(host, ASST_EBUSY, host_look(host, "dir:tom", id));
	host->backend.before = NULL;
	/* The assistant was read 33 times, and the caller 32 times once more. */
	assert_int_equal(between.acted, 65);
	between = begin(host, rename_tom, 1);
	between.times = 1000;
	hook(&between);
	EXPECT(host, ASST_EBUSY, try_list(host, id));
	host->backend.before = NULL;
	MUST(host, host_look(host, "dir:tom", id));
}

/* One get for the caller, and what the call costs a session that was given its rights. */
static void nothing_is_read_more_often_where_nothing_changes(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, "dir:eve", "{\"name\":\"a\"}");
	const char *const ids[] = { id, id };
	static const char *const callers[] = { "dir:ada", "ada eng:admin", "key" };
	struct people_text key = people_key(host, "dir:ada", PEOPLE_API);
	char options[80];
	asst_list *list;
	asst_buf *out;
	int allowed[2];
	size_t i;

	people_use(host, "key", key.text);
	MUST(host, host_share(host, "dir:eve", id, "team:eng", 3));
	MUST(host, people_share_key(host, "dir:eve", id, &key, 3));
	snprintf(options, sizeof(options), "{\"assistantId\":\"%s\"}", id);
	for (i = 0; i < T_COUNT(callers); i++) {
		asst_session *session = as(host, callers[i]);
		int own = strcmp(callers[i], "ada eng:admin") != 0;

#define COSTS(gets, scans, call)                                            \
	do {                                                                \
		host_count_anew(host);                                      \
		MUST(host, call);                                           \
		assert_int_equal(host_calls(host, HOST_GET), own + (gets)); \
		assert_int_equal(host_calls(host, HOST_SCAN), scans);       \
	} while (0)
		COSTS(1, 0, asst_assistant_get(NULL, session, id, 0, host->err));
		COSTS(1, 0, asst_assistant_get_many(&list, session, ids, 2, 0, host->err));
		asst_list_free(list);
		COSTS(1, 0,
		      asst_access_check_many(allowed, session, "assistant:read", ids, 2,
					     host->err));
		COSTS(1, 1, asst_assistant_list(&list, session, NULL, 0, host->err));
		asst_list_free(list);
		COSTS(1, 1, asst_version_list(&out, session, id, NULL, 0, host->err));
		asst_buf_free(out);
		COSTS(1, 1, asst_draft_list(&list, session, options, ASST_NUL, host->err));
		asst_list_free(list);
		COSTS(1, 0, asst_share_list(&out, session, id, host->err));
		asst_buf_free(out);
#undef COSTS
	}
}

/* Writes that read twice */

static void route_to_it(struct between *between)
{
	const char *dispatcher;

	assert_int_equal(put_user(between->host, "{'id':'ada','aiSeat':true}"), ASST_OK);
	dispatcher = routes_create(between->host, "dir:eve", between->id);
	assert_int_equal(
		asst_share_put(as(between->host, "dir:eve"), dispatcher, "team:eng", 1, 0, NULL),
		ASST_OK);
}

/* Where it is not hidden it keeps from deleting, and its id is told. */
static void a_dispatcher_that_is_hidden_meanwhile_is_not_named(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, "dir:ada", "{\"name\":\"a\"}");
	/* Caller, assistant; then the scan of dispatchers. */
	struct between between = begin(host, route_to_it, 2);

	MUST(host, host_share(host, "dir:ada", id, "user:eve", 1));
	between.id = id;
	hook(&between);
	MUST(host, host_delete(host, "dir:ada", id));
	unhook(&between);
}

static void take_slug(struct between *between)
{
	assert_int_equal(put_user(between->host,
				  "{'id':'ada','aiSeat':true,'permissions':['assistants:create']}"),
			 ASST_OK);
	host_create(between->host, "system",
		    "{\"name\":\"a\",\"slug\":\"taken\",\"ownerId\":\"team:eng\"}");
}

static void a_slug_of_a_team_that_was_left_is_not_told(void **state)
{
	struct host *host = *state;
	struct between between = begin(host, take_slug, 1);
	static const char json[] = "{\"name\":\"a\",\"slug\":\"taken\",\"ownerId\":\"team:eng\"}";

	hook(&between);
	EXPECT(host, ASST_EDENIED,
	       asst_assistant_create_json(NULL, as(host, "dir:ada"), json, ASST_NUL, 0, host->err));
	unhook(&between);
	assert_int_equal(asst_error_issue_count(host->err), 0);
}

static void share_with_team(struct between *between)
{
	assert_int_equal(put_user(between->host,
				  "{'id':'ada','aiSeat':true,'permissions':['assistants:create']}"),
			 ASST_OK);
	assert_int_equal(
		asst_share_put(as(between->host, "dir:eve"), between->id, "team:eng", 1, 0, NULL),
		ASST_OK);
}

static void a_reference_is_judged_by_the_rights_of_that_moment(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, "dir:eve", "{\"name\":\"a\"}");
	const char *document = routes_to(id);
	struct between between = begin(host, share_with_team, 1);

	between.id = id;
	hook(&between);
	EXPECT(host, ASST_EVALIDATION,
	       asst_assistant_validate_json(as(host, "dir:ada"), document, ASST_NUL, 0, host->err));
	unhook(&between);
	host_issue(host, 0, "unknown_reference", "/routes/0/assistantId");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PEOPLE_TEST(a_list_is_found_by_the_rights_that_it_is_decided_by),
		PEOPLE_TEST(a_name_that_came_after_the_right_had_gone_is_not_counted),
		PEOPLE_TEST(who_is_no_superuser_any_more_sees_his_own),
		PEOPLE_TEST(a_seat_that_goes_is_told_as_ever),
		PEOPLE_TEST(a_change_that_takes_nothing_away_costs_two_reads),
		PEOPLE_TEST(a_caller_who_changes_all_the_time_is_busy),
		PEOPLE_TEST(nothing_is_read_more_often_where_nothing_changes),
		PEOPLE_TEST(a_dispatcher_that_is_hidden_meanwhile_is_not_named),
		PEOPLE_TEST(a_slug_of_a_team_that_was_left_is_not_told),
		PEOPLE_TEST(a_reference_is_judged_by_the_rights_of_that_moment),
	};

	PEOPLE_RUN("api/read_renewals", tests);
}
