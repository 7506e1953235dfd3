/* SPDX-License-Identifier: MIT */
/*
 * Optimistic locking: a save names the revision that its editor saw. What makes it stale, what
 * does not, and what an editor needs to mend it.
 */
#include "host.h"

#include "body.h"
#include "json.h"

static const char *const ada = "ada create";

enum { THREADS = 4, ROUNDS = 30 };

static int save(struct host *host, const char *spec, const char *id, const char *json,
		uint64_t revision)
{
	return asst_assistant_patch_json(NULL, as(host, spec), id, json, ASST_NUL, revision, 0,
					 host->err);
}

/* Each kind of write that takes a revision, and of what. */
enum kind {
	PATCH,
	CHANGE_OWNER,
	DELETE,
	TRASH_RESTORE, /* of what is in the trash */
	TRASH_PURGE,
	VERSION_RESTORE, /* of an open draft */
	DRAFT_COPY, /* the same; the id is that of somebody else's draft */
	KINDS,
	KINDS_LIVE = TRASH_RESTORE,
	KINDS_TRASH = VERSION_RESTORE
};

static int opened(int status, asst_draft *draft)
{
	assert_true((draft != NULL) == (status == ASST_OK));
	asst_draft_free(draft);
	return status;
}

/* By ada. */
static int write_in_kind(struct host *host, const char *id, uint64_t revision, enum kind kind)
{
	asst_session *session = as(host, "ada create eng:admin");
	asst_draft *draft = NULL;
	int status = ASST_EINTERNAL;

	switch (kind) {
	case PATCH:
		return asst_assistant_patch_json(NULL, session, id, "{\"name\":\"Mine\"}", ASST_NUL,
						 revision, 0, host->err);
	case CHANGE_OWNER:
		return asst_assistant_change_owner(NULL, session, id, "team:eng", revision, 0,
						   host->err);
	case DELETE:
		return asst_assistant_delete(session, id, revision, 0, host->err);
	case TRASH_RESTORE:
		return asst_trash_restore(NULL, session, id, revision, 0, host->err);
	case TRASH_PURGE:
		return asst_trash_purge(session, id, revision, 0, host->err);
	case VERSION_RESTORE:
		status = asst_version_restore(&draft, session, id, 1, revision, ASST_DRAFT_REPLACE,
					      host->err);
		break;
	case DRAFT_COPY:
		status = asst_draft_copy(&draft, session, id, revision, ASST_DRAFT_REPLACE,
					 host->err);
		break;
	default:
		break;
	}
	return opened(status, draft);
}

/* A write that names the one before the present revision, or one that is not there yet. */
static void stale_in_kind(struct host *host, const char *id, enum kind kind, uint64_t present,
			  const char *who, const char *when)
{
	const char *detail;
	size_t size;

	EXPECT(host, ASST_EREVISION, write_in_kind(host, id, present - 1, kind));
	detail = asst_error_detail(host->err, &size);
	assert_non_null(detail);
	assert_int_equal(strlen(detail), size);
	assert_int_equal(json_number(detail, "/revision"), present);
	assert_string_equal(json_at(detail, "/updatedBy"), who);
	assert_string_equal(json_at(detail, "/updatedAt"), when);
	EXPECT(host, ASST_EREVISION, write_in_kind(host, id, present + 1, kind));
}

static void a_stale_save_is_told_who_was_faster_and_writes_nothing(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	asst_assistant *before, *after;
	size_t size;
	int kind;

	MUST(host, host_share(host, ada, id, "user:bob", 2));
	host_pass(host, 1500);
	MUST(host, save(host, "bob", id, "{\"name\":\"b\"}", 1));
	host_pass(host, 1500);
	before = host_get(host, ada, id);
	host_count_anew(host);
	for (kind = 0; kind < KINDS_LIVE; kind++)
		stale_in_kind(host, id, kind, 2, "user:bob", "2030-03-17T17:46:41.500Z");
	assert_int_equal(host_calls(host, HOST_APPLY), 0);
	MUST(host, host_look(host, ada, id));
	assert_null(asst_error_detail(host->err, &size)); /* it goes with the next call */
	after = host_get(host, ada, id);
	assert_string_equal(asst_assistant_json(after, NULL), asst_assistant_json(before, NULL));
	asst_assistant_free(before);
	asst_assistant_free(after);
	/* With the revision that it was told the save succeeds. */
	MUST(host, write_in_kind(host, id, 2, PATCH));
}

/* What was deleted last, as ada's trash lists it. */
static asst_assistant *last_in_trash(struct host *host)
{
	asst_assistant *last;
	asst_list *list;

	MUST(host, asst_trash_list(&list, as(host, ada), NULL, 0, host->err));
	assert_int_equal(asst_list_count(list), 1);
	last = asst_assistant_ref(asst_list_at(list, 0));
	asst_list_free(list);
	return last;
}

static void what_is_in_the_trash_has_a_revision_too(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	asst_assistant *before, *after;
	int kind;

	MUST(host, host_share(host, ada, id, "user:bob", 3));
	host_pass(host, 1500);
	MUST(host, host_delete(host, "bob", id));
	host_pass(host, 1500);
	before = last_in_trash(host);
	assert_int_equal(asst_assistant_revision(before), 2);
	host_count_anew(host);
	for (kind = KINDS_LIVE; kind < KINDS_TRASH; kind++)
		stale_in_kind(host, id, kind, 2, "user:bob", "2030-03-17T17:46:41.500Z");
	assert_int_equal(host_calls(host, HOST_APPLY), 0);
	after = last_in_trash(host);
	assert_string_equal(asst_assistant_json(after, NULL), asst_assistant_json(before, NULL));
	asst_assistant_free(before);
	asst_assistant_free(after);
	MUST(host, write_in_kind(host, id, 2, TRASH_RESTORE));
	MUST(host, write_in_kind(host, id, 3, DELETE));
	EXPECT(host, ASST_EREVISION, write_in_kind(host, id, 2, TRASH_PURGE));
	MUST(host, write_in_kind(host, id, 4, TRASH_PURGE));
	EXPECT(host, ASST_ENOTFOUND, write_in_kind(host, id, 4, TRASH_PURGE));
}

static void who_may_not_write_is_not_told_the_revision(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");

	MUST(host, host_share(host, ada, id, "user:bob", 1));
	EXPECT(host, ASST_EDENIED, save(host, "bob", id, "{\"name\":\"b\"}", 7));
	assert_null(asst_error_detail(host->err, NULL));
	EXPECT(host, ASST_ENOTFOUND, save(host, "eve", id, "{\"name\":\"b\"}", 7));
	assert_null(asst_error_detail(host->err, NULL));
	assert_null(asst_error_detail(NULL, NULL));
}

/* What others do around the assistant; the editor's save with revision 1 must still do. */
static void sharing_and_drafts_do_not_make_a_save_stale(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	asst_session *session = as(host, ada);
	asst_draft *draft;

	MUST(host, host_share(host, ada, id, "user:bob", 2));
	MUST(host, host_share(host, ada, id, "workspace", 1));
	MUST(host, asst_share_remove(session, id, "workspace", 0, host->err));
	MUST(host, asst_draft_edit(&draft, as(host, "bob"), id, 0, host->err));
	MUST(host, asst_draft_patch(draft, "{\"name\":\"b\"}", ASST_NUL, 0, host->err));
	MUST(host, asst_draft_discard(draft, 0, host->err));
	asst_draft_free(draft);
	MUST(host,
	     asst_version_restore(&draft, as(host, "bob"), id, 1, ASST_ANY_REVISION, 0, host->err));
	MUST(host, asst_draft_commit(NULL, draft, NULL, 0, 0, host->err)); /* nothing changed */
	asst_draft_free(draft);
	MUST(host, asst_version_label(session, id, 1, "L", 1, 0, host->err));
	MUST(host, asst_version_pin(session, id, 1, 1, 0, host->err));
	MUST(host, asst_version_prune(NULL, session, id, 0, host->err));
	assert_int_equal(host_revision(host, ada, id), 1);
	MUST(host, save(host, ada, id, "{\"name\":\"c\"}", 1));
}

static void what_an_assistant_shows_makes_a_save_stale(void **state)
{
	static const char *const changes[] = { "{\"name\":\"b\"}", "{\"tags\":[\"t\"]}",
					       "{\"slug\":\"s\"}", "{\"folderId\":\"f\"}",
					       "{\"disabled\":true}" };
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	size_t i;

	for (i = 0; i < T_COUNT(changes); i++) {
		MUST(host, save(host, ada, id, changes[i], i + 1));
		EXPECT(host, ASST_EREVISION, save(host, ada, id, "{\"emoji\":\"E\"}", i + 1));
		MUST(host, save(host, ada, id, changes[i], i + 2)); /* as it is: not raised */
	}
	assert_int_equal(host_revision(host, ada, id), 1 + T_COUNT(changes));
}

/* Two windows of one person: the second draft handle is told in the same way. */
static void a_stale_draft_handle_is_told_too(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}"), *detail;
	asst_draft *first, *second;

	MUST(host, asst_draft_edit(&first, as(host, ada), id, 0, host->err));
	MUST(host, asst_draft_edit(&second, as(host, ada), id, 0, host->err));
	assert_int_equal(asst_draft_revision(first), asst_draft_revision(second));
	MUST(host, asst_draft_patch(first, "{\"name\":\"b\"}", ASST_NUL, 0, host->err));
	assert_true(asst_draft_revision(first) > asst_draft_revision(second));
	EXPECT(host, ASST_EREVISION,
	       asst_draft_patch(second, "{\"name\":\"c\"}", ASST_NUL, 0, host->err));
	detail = asst_error_detail(host->err, NULL);
	assert_non_null(detail);
	assert_int_equal(json_number(detail, "/revision"), asst_draft_revision(first));
	assert_string_equal(json_at(detail, "/updatedBy"), "user:ada");
	MUST(host, asst_draft_reload(second, host->err));
	assert_int_equal(asst_draft_revision(first), asst_draft_revision(second));
	MUST(host, asst_draft_patch(second, "{\"name\":\"c\"}", ASST_NUL, 0, host->err));
	asst_draft_free(first);
	asst_draft_free(second);
}

/* The same two windows: what the first one wrote is not given up by a call of the second. */
static void a_draft_that_moved_on_is_not_replaced(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}"), *ids[KINDS] = { NULL };
	asst_draft *first, *second, *theirs;
	int kind;

	MUST(host, host_share(host, ada, id, "user:bob", 2));
	MUST(host, asst_draft_edit(&theirs, as(host, "bob"), id, 0, host->err));
	ids[VERSION_RESTORE] = id;
	ids[DRAFT_COPY] = asst_draft_id(theirs);
	MUST(host, asst_draft_edit(&first, as(host, ada), id, 0, host->err));
	MUST(host, asst_draft_edit(&second, as(host, ada), id, 0, host->err));
	host_pass(host, 1500);
	MUST(host, asst_draft_patch(first, "{\"name\":\"First\"}", ASST_NUL, 0, host->err));
	host_pass(host, 1500);
	host_count_anew(host);
	for (kind = KINDS_TRASH; kind < KINDS; kind++)
		stale_in_kind(host, ids[kind], kind, 2, "user:ada", "2030-03-17T17:46:41.500Z");
	assert_int_equal(host_calls(host, HOST_APPLY), 0);
	MUST(host, asst_draft_reload(second, host->err));
	assert_string_equal(asst_def_name(asst_draft_def(second), NULL), "First");
	assert_int_equal(asst_draft_revision(second), 2);
	for (kind = KINDS_TRASH; kind < KINDS; kind++) {
		MUST(host, write_in_kind(host, ids[kind], asst_draft_revision(second), kind));
		MUST(host, asst_draft_reload(second, host->err));
		assert_string_equal(asst_def_name(asst_draft_def(second), NULL), "a");
	}
	assert_int_equal(asst_draft_revision(second), 4);
	asst_draft_free(first);
	asst_draft_free(second);
	asst_draft_free(theirs);
}

/* Threads */

struct worker {
	struct host *host;
	const char *id;
	asst_session *session;
	asst_error *err;
	int done, status; /* status: the first that is not right */
};

static int number_of(const asst_def *def)
{
	const char *data = asst_def_data(def, NULL);

	return data ? (int)strtol(data + strlen("{\"n\":"), NULL, 10) : -1;
}

/* Count up by saving over the revision that was seen; what is stale is loaded again. */
static int count_by_revision(struct worker *worker)
{
	asst_assistant *seen;
	char json[64];
	int status = asst_assistant_get(&seen, worker->session, worker->id, 0, worker->err);

	if (status != ASST_OK)
		return status;
	snprintf(json, sizeof(json), "{\"data\":{\"n\":%d}}",
		 number_of(asst_assistant_def(seen)) + 1);
	status = asst_assistant_patch_json(NULL, worker->session, worker->id, json, ASST_NUL,
					   asst_assistant_revision(seen), 0, worker->err);
	if (status == ASST_EREVISION && json_number(asst_error_detail(worker->err, NULL),
						    "/revision") <= asst_assistant_revision(seen))
		status = ASST_EINTERNAL;
	asst_assistant_free(seen);
	return status;
}

/* Count up in a draft; where others published meanwhile it is begun anew. */
static int count_by_draft(struct worker *worker)
{
	asst_draft *draft;
	char json[64];
	int status = asst_draft_edit(&draft, worker->session, worker->id, 0, worker->err);

	if (status != ASST_OK)
		return status;
	snprintf(json, sizeof(json), "{\"data\":{\"n\":%d}}", number_of(asst_draft_def(draft)) + 1);
	status = asst_draft_patch(draft, json, ASST_NUL, 0, worker->err);
	if (status == ASST_OK)
		status = asst_draft_commit(NULL, draft, NULL, 0, 0, worker->err);
	if (status != ASST_OK)
		asst_draft_discard(draft, 0, NULL);
	asst_draft_free(draft);
	return status;
}

static void count_up(struct worker *worker, int (*count)(struct worker *worker))
{
	int status;

	while (worker->done < ROUNDS && worker->status == ASST_OK) {
		status = count(worker);
		if (status == ASST_OK)
			worker->done++;
		else if (status != ASST_EREVISION && status != ASST_ECONFLICT &&
			 status != ASST_EBUSY)
			worker->status = status;
	}
}

static void *run_revisions(void *user)
{
	count_up(user, count_by_revision);
	return NULL;
}

static void *run_drafts(void *user)
{
	count_up(user, count_by_draft);
	return NULL;
}

static void no_count_is_lost(struct host *host, void *(*even)(void *user), void *(*odd)(void *user))
{
	const char *id = host_create(
		host, "system", "{\"name\":\"n\",\"ownerId\":\"user:ada\",\"data\":{\"n\":0}}");
	struct worker workers[THREADS];
	pthread_t threads[THREADS];
	asst_assistant *last;
	char spec[16];
	int i;

	MUST(host, host_share(host, "system", id, "workspace", 2));
	for (i = 0; i < THREADS; i++) {
		snprintf(spec, sizeof(spec), "w%d", i);
		workers[i] = (struct worker){ host, id, as(host, spec), asst_error_new(), 0, 0 };
		pthread_create(&threads[i], NULL, i % 2 ? odd : even, &workers[i]);
	}
	for (i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		asst_error_free(workers[i].err);
	}
	for (i = 0; i < THREADS; i++)
		if (workers[i].status != ASST_OK)
			fail_msg("thread %d: %s", i, asst_status_name(workers[i].status));
	last = host_get(host, "ada", id);
	assert_int_equal(number_of(asst_assistant_def(last)), THREADS * ROUNDS);
	assert_int_equal(asst_assistant_revision(last), 1 + THREADS * ROUNDS);
	assert_int_equal(asst_assistant_version(last), 1 + THREADS * ROUNDS);
	asst_assistant_free(last);
}

static void counting_by_revisions_loses_nothing(void **state)
{
	no_count_is_lost(*state, run_revisions, run_revisions);
}

static void counting_in_drafts_loses_nothing(void **state)
{
	no_count_is_lost(*state, run_drafts, run_drafts);
}

static void counting_in_both_ways_loses_nothing(void **state)
{
	no_count_is_lost(*state, run_revisions, run_drafts);
}

/* On a disk: each write takes so long that all the others are lost to it. */
enum { CROWD = 24, SAVES = 10 };

struct crowd {
	asst_session *session;
	const char *id;
	int number, saved, status;
};

/* The host writes when it is told of a write: nobody's turn lasts that long. */
struct listener {
	_Atomic(asst_session *) session;
	const char *id;
	atomic_int written, refused;
};

static void write_back(void *user, const char *workspace, const char *event, size_t size)
{
	struct listener *listener = user;
	asst_session *session = atomic_load(&listener->session);
	int status;

	(void)workspace;
	(void)size;
	if (!session || strstr(event, "/slug") || atomic_fetch_add(&listener->written, 1) >= 30)
		return;
	status = asst_assistant_patch_json(NULL, session, listener->id, "{\"slug\":\"s\"}", ASST_NUL,
					   ASST_ANY_REVISION, 0, NULL);
	if (status != ASST_OK)
		atomic_fetch_add(&listener->refused, 1);
}

static void *save_often(void *user)
{
	struct crowd *member = user;
	char json[64];

	while (member->saved < SAVES && member->status == ASST_OK) {
		snprintf(json, sizeof(json), "{\"description\":\"%d %d\"}", member->number,
			 member->saved);
		member->status = asst_assistant_patch_json(NULL, member->session, member->id, json,
							   ASST_NUL, ASST_ANY_REVISION, 0, NULL);
		member->saved += member->status == ASST_OK;
	}
	return NULL;
}

static void many_who_save_at_once_all_get_through(void **state)
{
	struct listener listener = { .id = NULL };
	struct crowd crowd[CROWD];
	asst_store_opts *opts = asst_store_opts_new();
	asst_session *session;
	asst_assistant *made;
	asst_store *store;
	pthread_t threads[CROWD];
	int i;

	(void)state;
	assert_int_equal(asst_store_opts_set_changed(opts, write_back, &listener, NULL), ASST_OK);
	assert_int_equal(asst_store_open(&store, "file:crowd", opts, NULL), ASST_OK);
	asst_store_opts_free(opts);
	assert_int_equal(asst_session_open(&session, store,
					   "{\"workspace\":\"acme\",\"user\":\"ada\",\"aiSeat\":true,"
					   "\"permissions\":[\"assistants:create\"]}",
					   ASST_NUL, NULL),
			 ASST_OK);
	assert_int_equal(asst_assistant_create_json(&made, session, "{\"name\":\"n\"}", ASST_NUL, 0, NULL),
			 ASST_OK);
	listener.id = asst_assistant_id(made);
	atomic_store(&listener.session, session);
	for (i = 0; i < CROWD; i++) {
		crowd[i] = (struct crowd){ session, asst_assistant_id(made), i, 0, ASST_OK };
		assert_int_equal(pthread_create(&threads[i], NULL, save_often, &crowd[i]), 0);
	}
	for (i = 0; i < CROWD; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	for (i = 0; i < CROWD; i++) {
		if (crowd[i].status != ASST_OK || crowd[i].saved != SAVES)
			fail_msg("%d: %s after %d", i, asst_status_name(crowd[i].status),
				 crowd[i].saved);
	}
	assert_int_equal(atomic_load(&listener.refused), 0);
	asst_assistant_free(made);
	asst_session_free(session);
	assert_int_equal(asst_store_close(store), ASST_OK);
}

/* One purges what it saw in the trash; another one saves it, changes it, and deletes it again. */
struct saving {
	asst_session *session;
	const char *id;
	pthread_barrier_t *start;
	int restored, status;
};

static void *save_from_trash(void *user)
{
	struct saving *saving = user;

	pthread_barrier_wait(saving->start);
	saving->restored = asst_trash_restore(NULL, saving->session, saving->id, 2, 0, NULL);
	if (saving->restored != ASST_OK)
		return NULL;
	saving->status = asst_assistant_patch_json(NULL, saving->session, saving->id,
						   "{\"name\":\"Saved\"}", ASST_NUL, 3, 0, NULL);
	if (saving->status == ASST_OK)
		saving->status = asst_assistant_delete(saving->session, saving->id, 4, 0, NULL);
	return NULL;
}

static void purge_and_save(asst_session *session, pthread_barrier_t *start)
{
	struct saving saving = { .session = session, .start = start };
	asst_assistant *made, *left = NULL;
	pthread_t thread;
	int purged;

	assert_int_equal(
		asst_assistant_create_json(&made, session, "{\"name\":\"n\"}", ASST_NUL, 0, NULL),
		ASST_OK);
	saving.id = asst_assistant_id(made);
	assert_int_equal(asst_assistant_delete(session, saving.id, 1, 0, NULL), ASST_OK);
	assert_int_equal(pthread_create(&thread, NULL, save_from_trash, &saving), 0);
	pthread_barrier_wait(start);
	purged = asst_trash_purge(session, saving.id, 2, 0, NULL);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(saving.status, ASST_OK);
	if (purged == ASST_OK) {
		assert_int_equal(saving.restored, ASST_ENOTFOUND);
	} else {
		assert_int_equal(saving.restored, ASST_OK);
		/* Not found, while it was out of the trash. */
		if (purged != ASST_ENOTFOUND)
			assert_int_equal(purged, ASST_EREVISION);
		assert_int_equal(asst_trash_restore(&left, session, saving.id, 5, 0, NULL),
				 ASST_OK);
		assert_string_equal(asst_assistant_name(left), "Saved");
	}
	asst_assistant_free(left);
	asst_assistant_free(made);
}

static void a_purge_takes_nothing_that_was_saved_meanwhile(void **state)
{
	static const char *const places[] = { "memory:", "file:saved" };
	pthread_barrier_t start;
	asst_session *session;
	asst_store *store;
	size_t place;
	int round;

	(void)state;
	assert_int_equal(pthread_barrier_init(&start, NULL, 2), 0);
	for (place = 0; place < T_COUNT(places); place++) {
		assert_int_equal(asst_store_open(&store, places[place], NULL, NULL), ASST_OK);
		assert_int_equal(asst_session_open(&session, store,
						   "{\"workspace\":\"acme\",\"user\":\"ada\","
						   "\"aiSeat\":true,"
						   "\"permissions\":[\"assistants:create\"]}",
						   ASST_NUL, NULL),
				 ASST_OK);
		for (round = 0; round < ROUNDS; round++)
			purge_and_save(session, &start);
		asst_session_free(session);
		assert_int_equal(asst_store_close(store), ASST_OK);
	}
	assert_int_equal(pthread_barrier_destroy(&start), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(a_stale_save_is_told_who_was_faster_and_writes_nothing),
		HOST_TEST(who_may_not_write_is_not_told_the_revision),
		HOST_TEST(sharing_and_drafts_do_not_make_a_save_stale),
		HOST_TEST(what_an_assistant_shows_makes_a_save_stale),
		HOST_TEST(a_stale_draft_handle_is_told_too),
		HOST_TEST(what_is_in_the_trash_has_a_revision_too),
		HOST_TEST(a_draft_that_moved_on_is_not_replaced),
		HOST_TEST(counting_by_revisions_loses_nothing),
		HOST_TEST(counting_in_drafts_loses_nothing),
		HOST_TEST(counting_in_both_ways_loses_nothing),
		cmocka_unit_test(many_who_save_at_once_all_get_through),
		cmocka_unit_test(a_purge_takes_nothing_that_was_saved_meanwhile),
	};

	return cmocka_run_group_tests_name("api/locking", tests, NULL, NULL) ? 1 : 0;
}
