/* SPDX-License-Identifier: MIT */
/*
 * Many threads on one store: no update is lost, what is read is whole, and what was counted
 * adds up. Statuses are collected by the threads and judged after they were joined.
 */
#include "host.h"

enum { THREADS = 4, ROUNDS = 40 };

/* What a thread does; number tells it apart. What went wrong is counted, not asserted. */
struct worker {
	struct host *host;
	struct shared *shared;
	int number;
	int done; /* successes */
	int lost; /* answers that others caused, and that are right */
	int wrong;
	int status; /* the first wrong one */
	void (*run)(struct worker *worker);
};

struct shared {
	const char *id;
	asst_session *ada, *bob;
	asst_assistant *snapshot;
	pthread_barrier_t start;
	atomic_bool stop;
	atomic_int creators; /* that are not done yet */
};

static void wrong(struct worker *worker, int status)
{
	if (!worker->wrong++)
		worker->status = status;
}

static void *run_worker(void *user)
{
	struct worker *worker = user;

	pthread_barrier_wait(&worker->shared->start);
	worker->run(worker);
	return NULL;
}

/* Run count threads, number i with runs[i % kinds]; all done and lost go to the sums. */
static void run(struct host *host, struct shared *shared,
		void (*const *runs)(struct worker *worker), size_t kinds,
		struct worker workers[THREADS])
{
	pthread_t threads[THREADS];
	size_t i;

	pthread_barrier_init(&shared->start, NULL, THREADS);
	for (i = 0; i < THREADS; i++) {
		memset(&workers[i], 0, sizeof(workers[i]));
		workers[i].host = host;
		workers[i].shared = shared;
		workers[i].number = (int)i;
		workers[i].run = runs[i % kinds];
		pthread_create(&threads[i], NULL, run_worker, &workers[i]);
	}
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&shared->start);
	for (i = 0; i < THREADS; i++)
		if (workers[i].wrong)
			fail_msg("thread %zu: %d wrong, the first %s", i, workers[i].wrong,
				 asst_status_name(workers[i].status));
}

static int sum_done(const struct worker workers[THREADS])
{
	int i, sum = 0;

	for (i = 0; i < THREADS; i++)
		sum += workers[i].done;
	return sum;
}

static struct shared share_one(struct host *host)
{
	struct shared shared = { .ada = as(host, "ada create"), .bob = as(host, "bob create") };

	shared.id = host_create(host, "ada create", "{\"name\":\"Zero\",\"data\":{\"n\":0}}");
	MUST(host, host_share(host, "ada create", shared.id, "user:bob", 2));
	host_count_anew(host);
	return shared;
}

/* The number in "data". */
static int number_of(const asst_assistant *assistant)
{
	const char *data = asst_def_data(asst_assistant_def(assistant), NULL);

	return data ? (int)strtol(data + strlen("{\"n\":"), NULL, 10) : -1;
}

/* Each counts up by naming the revision that it saw. */
static void count_up(struct worker *worker)
{
	asst_session *session = worker->number % 2 ? worker->shared->bob : worker->shared->ada;
	asst_assistant *seen;
	char json[64];
	int status;

	while (worker->done < ROUNDS && !worker->wrong) {
		status = asst_assistant_get(&seen, session, worker->shared->id, 0, NULL);
		if (status != ASST_OK) {
			wrong(worker, status);
			break;
		}
		snprintf(json, sizeof(json), "{\"data\":{\"n\":%d}}", number_of(seen) + 1);
		status =
			asst_assistant_patch_json(NULL, session, worker->shared->id, json, ASST_NUL,
						  asst_assistant_revision(seen), 0, NULL);
		asst_assistant_free(seen);
		if (status == ASST_OK)
			worker->done++;
		else if (status != ASST_EREVISION && status != ASST_EBUSY)
			wrong(worker, status);
	}
}

static void no_update_is_lost(void **state)
{
	static void (*const runs[])(struct worker *worker) = { count_up };
	struct host *host = *state;
	struct shared shared = share_one(host);
	struct worker workers[THREADS];
	asst_assistant *last;

	run(host, &shared, runs, 1, workers);
	assert_int_equal(sum_done(workers), THREADS * ROUNDS);
	last = host_get(host, "ada create", shared.id);
	assert_int_equal(number_of(last), THREADS * ROUNDS);
	assert_int_equal(asst_assistant_revision(last), 1 + THREADS * ROUNDS);
	assert_int_equal(asst_assistant_version(last), 1 + THREADS * ROUNDS);
	asst_assistant_free(last);
	assert_int_equal(atomic_load(&host->backend.events), THREADS * ROUNDS);
}

/* Each of an own field: every patch succeeds, since lost races are made again. */
static void tag_own(struct worker *worker)
{
	static const char *const fields[] = { "emoji", "welcome", "description", "instruction" };
	char json[64];
	int i, status;

	for (i = 1; i <= ROUNDS; i++) {
		snprintf(json, sizeof(json), "{\"%s\":\"%d\"}", fields[worker->number], i);
		do {
			status = asst_assistant_patch_json(NULL, worker->shared->ada,
							   worker->shared->id, json, ASST_NUL,
							   ASST_ANY_REVISION, 0, NULL);
		} while (status == ASST_EBUSY);
		if (status != ASST_OK)
			wrong(worker, status);
	}
}

static void patches_of_different_fields_all_stay(void **state)
{
	static void (*const runs[])(struct worker *worker) = { tag_own };
	struct host *host = *state;
	struct shared shared = share_one(host);
	struct worker workers[THREADS];
	const asst_def *def;
	asst_assistant *last;
	char text[16];

	run(host, &shared, runs, 1, workers);
	last = host_get(host, "ada create", shared.id);
	def = asst_assistant_def(last);
	snprintf(text, sizeof(text), "%d", ROUNDS);
	assert_string_equal(asst_def_emoji(def, NULL), text);
	assert_string_equal(asst_def_welcome(def, NULL), text);
	assert_string_equal(asst_def_description(def, NULL), text);
	assert_string_equal(asst_def_instruction(def, NULL), text);
	assert_int_equal(asst_assistant_version(last), 1 + THREADS * ROUNDS);
	asst_assistant_free(last);
}

/* All create under one name in one session: each gets its own slug and id. */
static void create_some(struct worker *worker)
{
	asst_assistant *made;
	int i, status;

	for (i = 0; i < ROUNDS; i++) {
		status = asst_assistant_create_json(&made, worker->shared->ada,
						    "{\"name\":\"Same\"}", ASST_NUL, 0, NULL);
		if (status == ASST_OK)
			worker->done++;
		else if (status != ASST_EBUSY)
			wrong(worker, status);
		asst_assistant_free(made);
	}
	atomic_fetch_sub(&worker->shared->creators, 1);
}

/* A page is always in order, and everything on it can be read. */
static void list_all(struct worker *worker)
{
	const asst_assistant *here, *before;
	asst_list *list;
	size_t i;
	int status;

	while (atomic_load(&worker->shared->creators) > 0) {
		status = asst_assistant_list(&list, worker->shared->ada,
					     "{\"sort\":\"createdAt\",\"limit\":1000}", ASST_NUL,
					     NULL);
		if (status != ASST_OK) {
			wrong(worker, status);
			return;
		}
		for (i = 1; i < asst_list_count(list); i++) {
			here = asst_list_at(list, i);
			before = asst_list_at(list, i - 1);
			if (strcmp(asst_assistant_id(before), asst_assistant_id(here)) >= 0)
				wrong(worker, ASST_EINTERNAL);
		}
		asst_list_free(list);
	}
}

static void creating_and_listing_at_once(void **state)
{
	static void (*const runs[])(struct worker * worker) = { create_some, create_some,
								create_some, list_all };
	struct host *host = *state;
	struct shared shared = share_one(host);
	struct worker workers[THREADS];
	asst_list *list;

	atomic_store(&shared.creators, 3);
	run(host, &shared, runs, 4, workers);
	MUST(host, asst_assistant_list(&list, shared.ada, "{\"limit\":1000}", ASST_NUL, host->err));
	assert_int_equal(asst_list_count(list), 1 + sum_done(workers));
	assert_int_equal(atomic_load(&host->backend.events), sum_done(workers));
	asst_list_free(list);
}

/* Sharing and taking back, until the readers had enough. */
static void share_and_revoke(struct worker *worker)
{
	int i, status;

	for (i = 1; i <= ROUNDS * 4; i++) {
		do {
			if (i % 2)
				status = asst_share_put(worker->shared->ada, worker->shared->id,
							"user:bob", 1 + i / 2 % 3, 0, NULL);
			else
				status = asst_share_remove(worker->shared->ada, worker->shared->id,
							   "user:bob", 0, NULL);
		} while (status == ASST_EBUSY);
		if (status != ASST_OK)
			wrong(worker, status);
	}
	atomic_store(&worker->shared->stop, true);
}

/* What bob gets is whole, or not there. */
static void read_as_bob(struct worker *worker)
{
	asst_assistant *seen;
	asst_list *list;
	int status;

	while (!atomic_load(&worker->shared->stop)) {
		status =
			asst_assistant_get(&seen, worker->shared->bob, worker->shared->id, 0, NULL);
		if (status != ASST_OK && status != ASST_ENOTFOUND)
			wrong(worker, status);
		if (seen && (asst_assistant_level(seen) < 1 ||
			     strcmp(asst_assistant_name(seen), "Zero") != 0))
			wrong(worker, ASST_EINTERNAL);
		asst_assistant_free(seen);
		status = asst_assistant_list(&list, worker->shared->bob, NULL, 0, NULL);
		if (status != ASST_OK || asst_list_count(list) > 1)
			wrong(worker, status);
		asst_list_free(list);
	}
}

static void write_as_bob(struct worker *worker)
{
	int status;

	while (!atomic_load(&worker->shared->stop)) {
		status = asst_assistant_patch_json(NULL, worker->shared->bob, worker->shared->id,
						   worker->done % 2 ? "{\"tags\":[]}" :
								      "{\"tags\":[\"t\"]}",
						   ASST_NUL, ASST_ANY_REVISION, 0, NULL);
		if (status == ASST_OK)
			worker->done++;
		else if (status != ASST_ENOTFOUND && status != ASST_EDENIED && status != ASST_EBUSY)
			wrong(worker, status);
	}
}

static void sharing_against_reads_and_writes(void **state)
{
	static void (*const runs[])(struct worker * worker) = { share_and_revoke, read_as_bob,
								write_as_bob, read_as_bob };
	struct host *host = *state;
	struct shared shared = share_one(host);
	struct worker workers[THREADS];

	run(host, &shared, runs, 4, workers);
	EXPECT(host, ASST_ENOTFOUND, host_look(host, "bob create", shared.id));
	assert_int_equal(host_revision(host, "ada create", shared.id), 1 + workers[2].done);
	assert_int_equal(host_version(host, "ada create", shared.id), 1);
}

/* One attempt to edit and commit; counted as done, or as lost where live moved on. */
static void edit_once(struct worker *worker, int round)
{
	char json[64];
	asst_draft *draft;
	int status = asst_draft_edit(&draft, worker->shared->bob, worker->shared->id, 0, NULL);

	snprintf(json, sizeof(json), "{\"welcome\":\"%d\"}", round);
	if (status == ASST_OK)
		status = asst_draft_patch(draft, json, ASST_NUL, 0, NULL);
	if (status == ASST_OK)
		status = asst_draft_commit(NULL, draft, NULL, 0, 0, NULL);
	if (status == ASST_OK)
		worker->done++;
	else if (status == ASST_ECONFLICT || status == ASST_EBUSY)
		worker->lost++;
	else
		wrong(worker, status);
	while (draft && status != ASST_OK) {
		status = asst_draft_discard(draft, 0, NULL);
		if (status != ASST_OK && status != ASST_EBUSY) {
			wrong(worker, status);
			break;
		}
	}
	asst_draft_free(draft);
}

static void edit_and_commit(struct worker *worker)
{
	int i;

	for (i = 0; i < ROUNDS; i++)
		edit_once(worker, i);
}

static void patch_directly(struct worker *worker)
{
	char json[64];
	int i, status;

	for (i = 0; i < ROUNDS; i++) {
		snprintf(json, sizeof(json), "{\"emoji\":\"%d.%d\"}", worker->number, i);
		status = asst_assistant_patch_json(NULL, worker->shared->ada, worker->shared->id,
						   json, ASST_NUL, ASST_ANY_REVISION, 0, NULL);
		if (status == ASST_OK)
			worker->done++;
		else if (status != ASST_EBUSY)
			wrong(worker, status);
	}
}

static void commits_against_direct_patches(void **state)
{
	static void (*const runs[])(struct worker * worker) = { edit_and_commit, patch_directly,
								patch_directly, patch_directly };
	struct host *host = *state;
	struct shared shared = share_one(host);
	struct worker workers[THREADS];
	asst_assistant *last;

	run(host, &shared, runs, 4, workers);
	last = host_get(host, "ada create", shared.id);
	assert_int_equal(workers[0].done + workers[0].lost, ROUNDS);
	assert_int_equal(asst_assistant_version(last), 1 + sum_done(workers));
	assert_int_equal(asst_assistant_revision(last), 1 + sum_done(workers));
	asst_assistant_free(last);
}

/* The text is made at the first call, whoever makes it. */
static void read_snapshot(struct worker *worker)
{
	asst_assistant *mine = asst_assistant_ref(worker->shared->snapshot);
	const char *first = asst_assistant_json(mine, NULL);
	size_t size;

	if (!first || asst_assistant_json(mine, &size) != first || strlen(first) != size)
		wrong(worker, ASST_EINTERNAL);
	if (number_of(mine) != 0 || strcmp(asst_assistant_name(mine), "Zero") != 0)
		wrong(worker, ASST_EINTERNAL);
	asst_assistant_free(mine);
}

static void one_snapshot_is_read_by_all(void **state)
{
	static void (*const runs[])(struct worker *worker) = { read_snapshot };
	struct host *host = *state;
	struct shared shared = share_one(host);
	struct worker workers[THREADS];
	int i;

	for (i = 0; i < 20; i++) {
		shared.snapshot = host_get(host, "ada create", shared.id);
		run(host, &shared, runs, 1, workers);
		asst_assistant_free(shared.snapshot);
	}
}

/* Sessions are opened and freed, and draft handles made, beside all else. */
static void open_sessions(struct worker *worker)
{
	asst_session *session;
	asst_draft *draft;
	int i, status;

	for (i = 0; i < ROUNDS; i++) {
		status = asst_session_open(
			&session, worker->host->store,
			"{\"workspace\":\"acme\",\"user\":\"bob\",\"aiSeat\":true}", ASST_NUL,
			NULL);
		do {
			if (status == ASST_OK || status == ASST_EBUSY)
				status = asst_draft_edit(&draft, session, worker->shared->id, 0,
							 NULL);
		} while (status == ASST_EBUSY);
		asst_session_free(session);
		if (status == ASST_OK)
			status = asst_draft_reload(draft, NULL);
		if (status != ASST_OK)
			wrong(worker, status);
		else
			asst_draft_free(draft);
	}
}

static void sessions_come_and_go(void **state)
{
	static void (*const runs[])(struct worker *worker) = { open_sessions, patch_directly };
	struct host *host = *state;
	struct shared shared = share_one(host);
	struct worker workers[THREADS];

	run(host, &shared, runs, 2, workers);
	/* One draft was opened, however many asked. */
	assert_int_equal(atomic_load(&host->backend.events), 1 + sum_done(workers));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(no_update_is_lost),
		HOST_TEST(patches_of_different_fields_all_stay),
		HOST_TEST(creating_and_listing_at_once),
		HOST_TEST(sharing_against_reads_and_writes),
		HOST_TEST(commits_against_direct_patches),
		HOST_TEST(one_snapshot_is_read_by_all),
		HOST_TEST(sessions_come_and_go),
	};

	return cmocka_run_group_tests_name("api/threads", tests, NULL, NULL) ? 1 : 0;
}
