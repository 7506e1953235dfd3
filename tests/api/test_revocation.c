/* SPDX-License-Identifier: MIT */
/*
 * A revocation that was acknowledged stops every write that begins afterwards, and one that
 * comes between the reading and the writing of a call stops that call: of users, roles, keys,
 * tokens and grants.
 */
#include "people.h"

#include <time.h>

enum { ROUNDS = 60 };

static const char *const ada = "dir:ada";

/* What is written with, and how that is taken away and given back. */
struct scene {
	struct host *host;
	const char *id;
	struct people_text made;
	asst_session *writer, *system, *owner;
	int refused; /* what the writer is answered afterwards */
};

typedef int (*change)(struct scene *scene, asst_error *err);

static int put_bob(struct scene *scene, const char *json, asst_error *err)
{
	return asst_user_put(scene->system, json, ASST_NUL, 0, err);
}

static int take_access(struct scene *scene, asst_error *err)
{
	return asst_user_disable(scene->system, "bob", 1, 0, err);
}

static int take_user(struct scene *scene, asst_error *err)
{
	return asst_user_delete(scene->system, "bob", 0, err);
}

static int take_seat(struct scene *scene, asst_error *err)
{
	return put_bob(scene, "{\"id\":\"bob\"}", err);
}

static int take_role(struct scene *scene, asst_error *err)
{
	return put_bob(scene,
		       "{\"id\":\"bob\",\"aiSeat\":true,"
		       "\"teams\":[{\"id\":\"eng\",\"role\":\"member\"}]}",
		       err);
}

static int take_team(struct scene *scene, asst_error *err)
{
	return put_bob(scene, "{\"id\":\"bob\",\"aiSeat\":true}", err);
}

static int take_grant(struct scene *scene, asst_error *err)
{
	return asst_share_remove(scene->owner, scene->id, "user:bob", 0, err);
}

static int take_key(struct scene *scene, asst_error *err)
{
	return asst_key_revoke(scene->owner, scene->made.id, 0, err);
}

static int take_token(struct scene *scene, asst_error *err)
{
	return asst_token_revoke(scene->owner, scene->id, scene->made.id, 0, err);
}

static int take_creator(struct scene *scene, asst_error *err)
{
	return asst_user_disable(scene->system, "ada", 1, 0, err);
}

/* Scenes: bob by a grant, bob by a team, a key, a token. */

static struct scene by_grant(struct host *host)
{
	struct scene scene = { .host = host, .refused = ASST_EUNAUTHENTICATED };

	scene.id = host_create(host, ada, "{\"name\":\"a\"}");
	MUST(host, host_share(host, ada, scene.id, "user:bob", 2));
	people_open(host, "bob");
	scene.writer = as(host, "dir:bob");
	scene.system = as(host, "system");
	scene.owner = as(host, ada);
	return scene;
}

static struct scene by_team(struct host *host)
{
	struct scene scene = { .host = host, .refused = ASST_EDENIED };

	scene.id = host_create(host, "system", "{\"name\":\"a\",\"ownerId\":\"team:eng\"}");
	MUST(host, people_put_user(host, "{'id':'bob','aiSeat':true,"
					 "'teams':[{'id':'eng','role':'publisher'}]}"));
	scene.writer = as(host, "dir:bob");
	scene.system = scene.owner = as(host, "system");
	return scene;
}

static struct scene by_key(struct host *host)
{
	struct scene scene = { .host = host, .refused = ASST_EUNAUTHENTICATED };

	scene.id = host_create(host, ada, "{\"name\":\"a\"}");
	scene.made = people_key(host, ada, PEOPLE_API);
	MUST(host, people_share_key(host, ada, scene.id, &scene.made, 2));
	people_use(host, "made", scene.made.text);
	scene.writer = as(host, "made");
	scene.system = as(host, "system");
	scene.owner = as(host, ada);
	return scene;
}

static struct scene by_token(struct host *host)
{
	struct scene scene = { .host = host, .refused = ASST_EUNAUTHENTICATED };

	scene.id = host_create(host, ada, "{\"name\":\"a\"}");
	scene.made = people_token(host, ada, scene.id, "{'expiresAt':'" PEOPLE_SOON "'}");
	people_use(host, "made", scene.made.text);
	scene.writer = as(host, "made");
	scene.system = as(host, "system");
	scene.owner = as(host, ada);
	return scene;
}

static const struct {
	const char *name;
	struct scene (*make)(struct host *host);
	change take;
	int refused; /* where it is not the scene's */
} rows[] = {
	{ "access", by_grant, take_access, 0 },
	{ "user", by_grant, take_user, 0 },
	{ "seat", by_grant, take_seat, ASST_EDENIED },
	{ "grant", by_grant, take_grant, ASST_ENOTFOUND },
	{ "role", by_team, take_role, 0 },
	{ "team", by_team, take_team, ASST_ENOTFOUND },
	{ "key", by_key, take_key, 0 },
	{ "key's creator", by_key, take_creator, 0 },
	{ "token", by_token, take_token, 0 },
	{ "token's creator", by_token, take_creator, 0 },
};

/* Without libsodium there are no keys and tokens. */
static bool possible(size_t row)
{
	return asst_feature_supported("sodium") ||
	       (rows[row].make != by_key && rows[row].make != by_token);
}

/* A new host for each row. */
static struct scene begin(size_t row)
{
	void *host;
	struct scene scene;

	people_setup(&host);
	scene = rows[row].make(host);
	if (rows[row].refused)
		scene.refused = rows[row].refused;
	return scene;
}

static int patch(struct scene *scene, int n, asst_error *err)
{
	char json[64];

	snprintf(json, sizeof(json), "{\"name\":\"n%d\"}", n);
	return asst_assistant_patch_json(NULL, scene->writer, scene->id, json, ASST_NUL,
					 ASST_ANY_REVISION, 0, err);
}

/* Called before the write of a call: takes away what the call was decided by. */
struct between {
	struct scene *scene;
	change take;
	bool done;
};

static void take_between(void *user, enum host_method method)
{
	struct between *between = user;

	if (method != HOST_APPLY || between->done)
		return;
	between->done = true;
	assert_int_equal(between->take(between->scene, NULL), ASST_OK);
}

static void between_reading_and_writing_it_stops_the_call(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < T_COUNT(rows); i++) {
		struct between between = { .take = rows[i].take };
		struct scene scene;
		int status;

		if (!possible(i))
			continue;
		scene = begin(i);
		MUST(scene.host, patch(&scene, 1, scene.host->err));
		between.scene = &scene;
		scene.host->backend.user = &between;
		scene.host->backend.before = take_between;
		status = patch(&scene, 2, scene.host->err);
		scene.host->backend.before = NULL;
		assert_true(between.done);
		if (status != scene.refused)
			fail_msg("%s: %s", rows[i].name, asst_status_name(status));
		assert_int_equal(host_version(scene.host, "system", scene.id), 2);
		host_free(scene.host);
	}
}

/* The same of a commit. */
static void it_stops_a_commit(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < T_COUNT(rows); i++) {
		struct between between = { .take = rows[i].take };
		struct scene scene;
		struct host *host;
		asst_draft *draft;
		int status;

		if (!possible(i))
			continue;
		scene = begin(i);
		host = scene.host;
		MUST(host, asst_draft_edit(&draft, scene.writer, scene.id, 0, host->err));
		MUST(host, asst_draft_patch(draft, "{\"name\":\"b\"}", ASST_NUL, 0, host->err));
		between.scene = &scene;
		host->backend.user = &between;
		host->backend.before = take_between;
		status = asst_draft_commit(NULL, draft, NULL, 0, 0, host->err);
		host->backend.before = NULL;
		asst_draft_free(draft);
		if (status != scene.refused)
			fail_msg("%s: %s", rows[i].name, asst_status_name(status));
		assert_int_equal(host_version(host, "system", scene.id), 1);
		host_free(host);
	}
}

static int take_permission(struct scene *scene, asst_error *err)
{
	return asst_user_put(scene->system, "{\"id\":\"ada\",\"aiSeat\":true}", ASST_NUL, 0, err);
}

/* Of a person, and of a key that creates with its creator's permission. */
static void it_stops_a_creation(void **state)
{
	static const char *const writers[] = { "dir:ada", "made" };
	size_t i;

	(void)state;
	for (i = 0; i < T_COUNT(writers); i++) {
		struct between between = { .take = take_permission };
		struct scene scene;
		struct host *host;
		void *made;
		int status;

		if (i > 0 && !asst_feature_supported("sodium"))
			continue;
		people_setup(&made);
		host = made;
		scene = i > 0 ? by_key(host) : (struct scene){ .host = host };
		scene.system = as(host, "system");
		between.scene = &scene;
		host->backend.user = &between;
		host->backend.before = take_between;
		status = asst_assistant_create_json(NULL, as(host, writers[i]), "{\"name\":\"new\"}",
						    ASST_NUL, 0, host->err);
		host->backend.before = NULL;
		assert_true(between.done);
		assert_int_equal(status, ASST_EDENIED);
		host_free(host);
	}
}

/* A race is lost, and when the call is decided again the grant has expired. */
static int let_expire(struct scene *scene, asst_error *err)
{
	int status = asst_assistant_patch_json(NULL, scene->owner, scene->id,
					       "{\"description\":\"other\"}", ASST_NUL,
					       ASST_ANY_REVISION, 0, err);

	host_pass(scene->host, 2000);
	return status;
}

static void a_lost_race_is_decided_at_its_own_time(void **state)
{
	struct between between = { .take = let_expire };
	struct host *host = *state;
	struct scene scene = by_grant(host);
	int status;

	/* A second from now. */
	MUST(host, asst_share_put_json(scene.owner, scene.id,
				       "{\"principalId\":\"user:bob\",\"accessLevel\":2,"
				       "\"expiresAt\":\"2030-03-17T17:46:41Z\"}",
				       ASST_NUL, 0, host->err));
	MUST(host, patch(&scene, 1, host->err));
	between.scene = &scene;
	host->backend.user = &between;
	host->backend.before = take_between;
	status = patch(&scene, 2, host->err);
	host->backend.before = NULL;
	assert_true(between.done);
	EXPECT(host, ASST_ENOTFOUND, status);
}

/* Threads: one writes until it is refused, another takes the right away. */
struct race {
	struct scene *scene;
	change take;
	pthread_barrier_t start;
	atomic_bool taken; /* acknowledged */
	int written, after, status, answer; /* statuses of the last write and of the taking */
};

static void *write_on(void *user)
{
	struct race *race = user;
	bool taken;
	int status;

	pthread_barrier_wait(&race->start);
	do {
		taken = atomic_load(&race->taken);
		status = patch(race->scene, race->written, NULL);
		race->written += status == ASST_OK;
		race->after += taken && status == ASST_OK; /* began after the acknowledgement */
	} while ((status == ASST_OK || status == ASST_EBUSY) && race->written < 100000);
	race->status = status;
	return NULL;
}

static void *take_away(void *user)
{
	struct race *race = user;
	struct timespec pause = { .tv_nsec = 300000 };

	pthread_barrier_wait(&race->start);
	nanosleep(&pause, NULL);
	do {
		race->answer = race->take(race->scene, NULL);
	} while (race->answer == ASST_EBUSY);
	atomic_store(&race->taken, true);
	return NULL;
}

static void after_the_acknowledgement_nothing_is_written(void **state)
{
	size_t i, round;

	(void)state;
	for (round = 0; round < ROUNDS; round++) {
		struct scene scene;
		struct race race = { .written = 0 };
		pthread_t threads[2];

		i = round % T_COUNT(rows);
		if (!possible(i))
			continue;
		scene = begin(i);
		race.scene = &scene;
		race.take = rows[i].take;
		pthread_barrier_init(&race.start, NULL, 2);
		pthread_create(&threads[0], NULL, write_on, &race);
		pthread_create(&threads[1], NULL, take_away, &race);
		pthread_join(threads[0], NULL);
		pthread_join(threads[1], NULL);
		pthread_barrier_destroy(&race.start);
		assert_int_equal(race.answer, ASST_OK);
		if (race.after || race.status != scene.refused)
			fail_msg("%s: %d written afterwards, then %s", rows[i].name, race.after,
				 asst_status_name(race.status));
		host_free(scene.host);
	}
}

/* What a call reads of its user is one more read at most. */
static void a_user_costs_one_read_at_most(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");

	host_count_anew(host);
	MUST(host, host_look(host, ada, id));
	assert_true(host_calls(host, HOST_GET) <= 2);
	host_count_anew(host);
	MUST(host, host_patch(host, ada, id, "{\"name\":\"b\"}"));
	assert_int_equal(host_calls(host, HOST_APPLY), 1);
	assert_true(host_calls(host, HOST_GET) <= 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(between_reading_and_writing_it_stops_the_call),
		cmocka_unit_test(it_stops_a_commit),
		cmocka_unit_test(it_stops_a_creation),
		PEOPLE_TEST(a_lost_race_is_decided_at_its_own_time),
		cmocka_unit_test(after_the_acknowledgement_nothing_is_written),
		PEOPLE_TEST(a_user_costs_one_read_at_most),
	};

	return cmocka_run_group_tests_name("api/revocation", tests, NULL, NULL) ? 1 : 0;
}
