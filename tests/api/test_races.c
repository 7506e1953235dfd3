/* SPDX-License-Identifier: MIT */
/*
 * Lost races and failing backends: a write that loses is decided anew, at most 32 times,
 * and what apply answers passes through, with nothing done.
 */
#include "host.h"

#include <time.h>

/*
 * Two stores on one backend. Just before the first one's next `times` batches are applied,
 * `act` writes through the second one.
 */
struct race {
	struct host *host, *other;
	const char *id;
	asst_draft *draft; /* of the other store, where a race needs one */
	int times, happened;
	void (*act)(struct race *race);
};

static void interfere(void *user, enum host_method method)
{
	struct race *race = user;

	if (method != HOST_APPLY || race->happened >= race->times)
		return;
	race->happened++;
	race->act(race);
}

static int race_setup(void **state)
{
	struct race *race = calloc(1, sizeof(*race));
	struct host_disk *disk = host_disk_new();

	race->host = host_new(disk, NULL);
	race->other = host_new(disk, NULL);
	race->id = host_create(race->host, "ada create", "{\"name\":\"First\",\"slug\":\"first\"}");
	MUST(race->host, host_share(race->host, "ada create", race->id, "user:bob", 2));
	race->times = 1;
	race->host->backend.user = race;
	host_count_anew(race->host);
	*state = race;
	return 0;
}

static int race_teardown(void **state)
{
	struct race *race = *state;

	asst_draft_free(race->draft);
	host_free(race->host);
	host_free(race->other);
	free(race);
	return 0;
}

/* From here on `act` comes first. */
static void start(struct race *race, void (*act)(struct race *race))
{
	race->act = act;
	host_count_anew(race->host);
	race->host->backend.before = interfere;
}

#define RACE_TEST(f) cmocka_unit_test_setup_teardown(f, race_setup, race_teardown)

static void tag(struct race *race)
{
	char json[64];

	snprintf(json, sizeof(json), "{\"tags\":[\"t%d\"]}", race->happened);
	MUST(race->other, host_patch(race->other, "ada create", race->id, json));
}

static void revoke(struct race *race)
{
	MUST(race->other, asst_share_remove(as(race->other, "ada create"), race->id, "user:bob", 0,
					    race->other->err));
}

static void lower(struct race *race)
{
	MUST(race->other, host_share(race->other, "ada create", race->id, "user:bob", 1));
}

static void delete_it(struct race *race)
{
	MUST(race->other, host_delete(race->other, "ada create", race->id));
}

static void rename_it(struct race *race)
{
	MUST(race->other,
	     host_patch(race->other, "ada create", race->id, "{\"name\":\"Renamed\"}"));
}

static void take_slug(struct race *race)
{
	host_create(race->other, "ada create", "{\"name\":\"Taken\",\"slug\":\"taken\"}");
}

static void a_lost_patch_is_made_again_on_the_new_state(void **state)
{
	struct race *race = *state;
	asst_assistant *assistant;

	start(race, tag);
	MUST(race->host, host_patch(race->host, "bob", race->id, "{\"name\":\"Second\"}"));
	assert_int_equal(race->happened, 1);
	assert_int_equal(host_calls(race->host, HOST_GET), 2);
	assert_int_equal(host_calls(race->host, HOST_APPLY), 2);
	assistant = host_get(race->other, "ada create", race->id);
	assert_string_equal(asst_assistant_name(assistant), "Second");
	assert_string_equal(asst_assistant_tag_at(assistant, 0), "t1");
	assert_int_equal(asst_assistant_revision(assistant), 3);
	asst_assistant_free(assistant);
}

/* What is done first, and what the patch of bob answers then. */
static void a_patch_is_decided_on_what_is_true_when_it_is_applied(void **state)
{
	static const struct {
		void (*act)(struct race *race);
		const char *patch;
		uint64_t revision;
		int status;
	} rows[] = {
		{ lower, "{\"name\":\"Second\"}", ASST_ANY_REVISION, ASST_EDENIED },
		{ revoke, "{\"name\":\"Second\"}", ASST_ANY_REVISION, ASST_ENOTFOUND },
		{ delete_it, "{\"name\":\"Second\"}", ASST_ANY_REVISION, ASST_ENOTFOUND },
		{ tag, "{\"name\":\"Second\"}", 1, ASST_EREVISION },
		{ take_slug, "{\"slug\":\"taken\"}", ASST_ANY_REVISION, ASST_EEXISTS },
	};
	struct race *race;
	uint64_t before;
	size_t i;

	for (i = 0; i < T_COUNT(rows); i++) {
		if (i) {
			race_teardown(state);
			race_setup(state);
		}
		race = *state;
		start(race, rows[i].act);
		EXPECT(race->host, rows[i].status,
		       asst_assistant_patch_json(NULL, as(race->host, "bob"), race->id,
						 rows[i].patch, ASST_NUL, rows[i].revision, 0,
						 race->host->err));
		assert_int_equal(race->happened, 1);
		assert_int_equal(host_calls(race->host, HOST_APPLY), 1);
		assert_int_equal(atomic_load(&race->host->backend.events), 0);
		if (rows[i].act == delete_it)
			continue;
		before = rows[i].act == tag ? 2 : 1;
		assert_int_equal(host_revision(race->other, "ada create", race->id), before);
	}
}

static void a_taken_slug_is_named(void **state)
{
	struct race *race = *state;

	start(race, take_slug);
	EXPECT(race->host, ASST_EEXISTS,
	       host_patch(race->host, "bob", race->id, "{\"slug\":\"taken\"}"));
	assert_int_equal(asst_error_issue_count(race->host->err), 1);
	host_issue(race->host, 0, "duplicate", "/slug");
	assert_int_equal(host_look(race->other, "ada create", "user:ada:first"), ASST_OK);
}

static void creating_under_a_slug_that_was_taken_meanwhile(void **state)
{
	struct race *race = *state;
	asst_assistant *assistant;

	start(race, take_slug);
	EXPECT(race->host, ASST_EEXISTS,
	       asst_assistant_create_json(&assistant, as(race->host, "ada create"),
					  "{\"name\":\"Mine\",\"slug\":\"taken\"}", ASST_NUL, 0,
					  race->host->err));
	assert_null(assistant);
	host_issue(race->host, 0, "duplicate", "/slug");
}

static void a_slug_from_the_name_gets_a_number_after_a_lost_race(void **state)
{
	struct race *race = *state;
	asst_assistant *assistant;

	start(race, take_slug);
	MUST(race->host,
	     asst_assistant_create_json(&assistant, as(race->host, "ada create"),
					"{\"name\":\"Taken\"}", ASST_NUL, 0, race->host->err));
	assert_string_equal(asst_assistant_slug(assistant), "taken-2");
	asst_assistant_free(assistant);
	assert_int_equal(host_calls(race->host, HOST_APPLY), 2);
}

static void thirty_two_losses_are_ebusy(void **state)
{
	struct race *race = *state;

	race->times = 1000;
	start(race, tag);
	EXPECT(race->host, ASST_EBUSY,
	       host_patch(race->host, "bob", race->id, "{\"name\":\"Second\"}"));
	assert_int_equal(host_calls(race->host, HOST_APPLY), 32);
	assert_int_equal(race->happened, 32);
	race->times = 0;
	MUST(race->host, host_patch(race->host, "bob", race->id, "{\"name\":\"Second\"}"));
	assert_int_equal(host_revision(race->host, "bob", race->id), 34);
}

static void thirty_one_losses_are_not(void **state)
{
	struct race *race = *state;

	race->times = 31;
	start(race, tag);
	MUST(race->host, host_patch(race->host, "bob", race->id, "{\"name\":\"Second\"}"));
	assert_int_equal(host_revision(race->host, "bob", race->id), 33);
}

/* What is done first, and what a commit of bob answers then; his draft stays. */
/* Who lost a few races has its turn from then on: these come into the middle of it. */
#define TURN 5

struct turn {
	struct race *race;
	asst_session *bob;
	pthread_t thread;
	int status;
};

static struct turn at_turn;

/* A write of the same thread to the same assistant: it waits for a while, but not for ever. */
static void write_inside(struct race *race)
{
	if (race->happened < TURN) {
		tag(race);
		return;
	}
	at_turn.status = asst_assistant_patch_json(NULL, at_turn.bob, race->id,
						   "{\"name\":\"Inside\"}", ASST_NUL,
						   ASST_ANY_REVISION, 0, NULL);
}

static void a_write_inside_of_a_write_does_not_hang(void **state)
{
	struct race *race = *state;

	at_turn = (struct turn){ race, as(race->host, "bob"), 0, ASST_EINTERNAL };
	race->times = TURN;
	start(race, write_inside);
	MUST(race->host, host_patch(race->host, "ada create", race->id, "{\"emoji\":\"x\"}"));
	assert_int_equal(race->happened, TURN);
	assert_int_equal(at_turn.status, ASST_OK);
}

static void *patch_as_bob(void *user)
{
	struct turn *turn = user;

	turn->status = asst_assistant_patch_json(NULL, turn->bob, turn->race->id,
						 "{\"name\":\"Late\"}", ASST_NUL,
						 ASST_ANY_REVISION, 0, NULL);
	return NULL;
}

/* Bob begins to wait while his grant holds, and it ends before it is his turn. */
static void let_bob_wait(struct race *race)
{
	if (race->happened < TURN) {
		tag(race);
		return;
	}
	assert_int_equal(pthread_create(&at_turn.thread, NULL, patch_as_bob, &at_turn), 0);
	nanosleep(&(struct timespec){ 0, 200000000 }, NULL);
	host_pass(race->host, 60000);
}

static void who_waited_is_judged_after_the_wait(void **state)
{
	struct race *race = *state;

	/* Half a minute from now. */
	MUST(race->host, asst_share_put_json(as(race->host, "ada create"), race->id,
					     "{\"principalId\":\"user:bob\",\"accessLevel\":2,"
					     "\"expiresAt\":\"2030-03-17T17:47:10Z\"}",
					     ASST_NUL, 0, race->host->err));
	at_turn = (struct turn){ race, as(race->host, "bob"), 0, ASST_OK };
	MUST(race->host, host_look(race->host, "bob", race->id));
	race->times = TURN;
	start(race, let_bob_wait);
	MUST(race->host, host_patch(race->host, "ada create", race->id, "{\"emoji\":\"x\"}"));
	assert_int_equal(race->happened, TURN);
	assert_int_equal(pthread_join(at_turn.thread, NULL), 0);
	assert_int_equal(at_turn.status, ASST_ENOTFOUND);
}

static void a_commit_is_decided_with_the_rights_of_its_moment(void **state)
{
	static const struct {
		void (*act)(struct race *race);
		int status;
	} rows[] = { { tag, ASST_OK },
		     { lower, ASST_EDENIED },
		     { revoke, ASST_ENOTFOUND },
		     { delete_it, ASST_ENOTFOUND },
		     { rename_it, ASST_ECONFLICT } };
	struct race *race;
	asst_draft *draft;
	size_t i;

	for (i = 0; i < T_COUNT(rows); i++) {
		if (i) {
			race_teardown(state);
			race_setup(state);
		}
		race = *state;
		MUST(race->host,
		     asst_draft_edit(&draft, as(race->host, "bob"), race->id, 0, race->host->err));
		MUST(race->host,
		     asst_draft_patch(draft, "{\"name\":\"Draft\"}", ASST_NUL, 0, race->host->err));
		start(race, rows[i].act);
		EXPECT(race->host, rows[i].status,
		       asst_draft_commit(NULL, draft, NULL, 0, 0, race->host->err));
		assert_int_equal(race->happened, 1);
		assert_int_equal(atomic_load(&race->host->backend.events),
				 rows[i].status == ASST_OK);
		race->host->backend.before = NULL;
		if (rows[i].status != ASST_OK && rows[i].act != delete_it)
			MUST(race->other,
			     host_look(race->other, "ada create", asst_draft_id(draft)));
		asst_draft_free(draft);
	}
}

static void edit_elsewhere(struct race *race)
{
	MUST(race->other,
	     asst_draft_edit(&race->draft, as(race->other, "bob"), race->id, 0, race->other->err));
}

static void editing_twice_at_once_gives_one_draft(void **state)
{
	struct race *race = *state;
	asst_draft *draft;

	start(race, edit_elsewhere);
	MUST(race->host,
	     asst_draft_edit(&draft, as(race->host, "bob"), race->id, 0, race->host->err));
	assert_int_equal(race->happened, 1);
	assert_string_equal(asst_draft_id(draft), asst_draft_id(race->draft));
	asst_draft_free(draft);
}

static void write_elsewhere(struct race *race)
{
	edit_elsewhere(race);
	MUST(race->other, asst_draft_patch(race->draft, "{\"name\":\"Elsewhere\"}", ASST_NUL, 0,
					   race->other->err));
}

static void discard_elsewhere(struct race *race)
{
	edit_elsewhere(race);
	MUST(race->other, asst_draft_discard(race->draft, 0, race->other->err));
}

/* bob's draft of revision 1 was seen; what comes first decides. */
static void a_draft_is_replaced_as_it_is_when_that_is_applied(void **state)
{
	static const struct {
		void (*act)(struct race *race);
		uint64_t revision;
		int status;
	} rows[] = { { tag, 1, ASST_OK },
		     { write_elsewhere, 1, ASST_EREVISION },
		     { write_elsewhere, ASST_ANY_REVISION, ASST_OK },
		     { discard_elsewhere, 1, ASST_ENOTFOUND },
		     { discard_elsewhere, ASST_ANY_REVISION, ASST_OK } };
	struct race *race;
	asst_draft *draft;
	size_t i;

	for (i = 0; i < T_COUNT(rows); i++) {
		if (i) {
			race_teardown(state);
			race_setup(state);
		}
		race = *state;
		MUST(race->host,
		     asst_draft_edit(&draft, as(race->host, "bob"), race->id, 0, race->host->err));
		asst_draft_free(draft);
		start(race, rows[i].act);
		EXPECT(race->host, rows[i].status,
		       asst_version_restore(&draft, as(race->host, "bob"), race->id, 1,
					    rows[i].revision, ASST_DRAFT_REPLACE, race->host->err));
		assert_int_equal(race->happened, 1);
		assert_int_equal(atomic_load(&race->host->backend.events),
				 rows[i].status == ASST_OK);
		asst_draft_free(draft);
		if (rows[i].status != ASST_EREVISION)
			continue;
		MUST(race->other, asst_draft_reload(race->draft, race->other->err));
		assert_string_equal(asst_def_name(asst_draft_def(race->draft), NULL), "Elsewhere");
	}
}

static void sharing_is_decided_anew_too(void **state)
{
	struct race *race = *state;

	MUST(race->host, host_share(race->host, "ada create", race->id, "user:bob", 3));
	start(race, lower);
	EXPECT(race->host, ASST_EDENIED, host_share(race->host, "bob", race->id, "user:eve", 1));
	race->happened = 0;
	race->act = revoke;
	MUST(race->host, host_share(race->host, "ada create", race->id, "user:bob", 3));
	race->happened = 0;
	EXPECT(race->host, ASST_ENOTFOUND, host_delete(race->host, "bob", race->id));
	MUST(race->host, host_look(race->host, "ada create", race->id));
}

static void foreign_statuses_become_ebackend(void **state)
{
	static const struct {
		int given, status, raw;
	} answers[] = { { ASST_EIO, ASST_EIO, 0 },
			{ -1, ASST_EBACKEND, -1 },
			{ 5, ASST_EBACKEND, 5 },
			{ -1024, ASST_EBACKEND, -1024 },
			{ -1000, ASST_EBACKEND, -1000 } };
	struct host *host = *state;
	const char *id = host_create(host, "ada create", "{\"name\":\"a\"}");
	asst_list *list;
	size_t i;

	for (i = 0; i < T_COUNT(answers); i++) {
		host->backend.answer[HOST_GET] = answers[i].given;
		EXPECT(host, answers[i].status, host_look(host, "ada", id));
		assert_int_equal(asst_error_raw(host->err), answers[i].raw);
		EXPECT(host, answers[i].status, host_patch(host, "ada", id, "{\"name\":\"b\"}"));
		host->backend.answer[HOST_GET] = 0;
		host->backend.answer[HOST_SCAN] = answers[i].given;
		EXPECT(host, answers[i].status,
		       asst_assistant_list(&list, as(host, "ada"), NULL, 0, host->err));
		assert_null(list);
		assert_int_equal(asst_error_raw(host->err), answers[i].raw);
		host->backend.answer[HOST_SCAN] = 0;
		host->backend.answer[HOST_APPLY] = answers[i].given;
		EXPECT(host, answers[i].status, host_patch(host, "ada", id, "{\"name\":\"b\"}"));
		assert_int_equal(asst_error_raw(host->err), answers[i].raw);
		host->backend.answer[HOST_APPLY] = 0;
	}
	assert_int_equal(host_revision(host, "ada", id), 1);
}

/* Every kind of write, each on the same assistant; the status that it answers. */
static int write_in_kind(struct host *host, const char *id, asst_draft *draft, int kind)
{
	asst_session *ada = as(host, "ada create");
	asst_draft *other = NULL;
	int status;

	switch (kind) {
	case 0:
		return asst_assistant_create_json(NULL, ada, "{\"name\":\"New\"}", ASST_NUL, 0,
						  host->err);
	case 1:
		return host_patch(host, "ada create", id, "{\"name\":\"New\"}");
	case 2:
		return host_delete(host, "ada create", id);
	case 3:
		return host_share(host, "ada create", id, "user:eve", 1);
	case 4:
		return asst_share_remove(ada, id, "user:bob", 0, host->err);
	case 5:
		status = asst_draft_edit(&other, ada, id, 0, host->err);
		assert_true((other != NULL) == (status == ASST_OK));
		asst_draft_free(other);
		return status;
	case 6:
		return asst_draft_patch(draft, "{\"name\":\"New\"}", ASST_NUL, 0, host->err);
	case 7:
		return asst_draft_commit(NULL, draft, NULL, 0, 0, host->err);
	default:
		return asst_draft_discard(draft, 0, host->err);
	}
}

static void what_apply_answers_passes_through_and_nothing_is_done(void **state)
{
	static const int answers[] = { ASST_EINDOUBT, ASST_EIO, ASST_ENOMEM, ASST_EREADONLY };
	struct race *race = *state;
	struct host *host = race->host;
	asst_draft *draft;
	size_t i;
	int kind;

	MUST(host, asst_draft_edit(&draft, as(host, "bob"), race->id, 0, host->err));
	MUST(host, asst_draft_patch(draft, "{\"name\":\"D\"}", ASST_NUL, 0, host->err));
	for (i = 0; i < T_COUNT(answers); i++) {
		for (kind = 0; kind < 9; kind++) {
			host_count_anew(host);
			host->backend.answer[HOST_APPLY] = answers[i];
			EXPECT(host, answers[i], write_in_kind(host, race->id, draft, kind));
			assert_int_equal(host_calls(host, HOST_APPLY), 1);
			/* a delete also looks for what leads to it */
			assert_int_equal(host_calls(host, HOST_GET), kind == 2 ? 2 : 1);
			host->backend.answer[HOST_APPLY] = 0;
			assert_string_equal(asst_def_name(asst_draft_def(draft), NULL), "D");
		}
	}
	assert_int_equal(host_revision(host, "bob", race->id), 1);
	/* All of them work again afterwards. */
	MUST(host, write_in_kind(host, race->id, draft, 3));
	MUST(host, write_in_kind(host, race->id, draft, 7));
	asst_draft_free(draft);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RACE_TEST(a_lost_patch_is_made_again_on_the_new_state),
		RACE_TEST(a_patch_is_decided_on_what_is_true_when_it_is_applied),
		RACE_TEST(a_taken_slug_is_named),
		RACE_TEST(creating_under_a_slug_that_was_taken_meanwhile),
		RACE_TEST(a_slug_from_the_name_gets_a_number_after_a_lost_race),
		RACE_TEST(thirty_two_losses_are_ebusy),
		RACE_TEST(thirty_one_losses_are_not),
		RACE_TEST(a_commit_is_decided_with_the_rights_of_its_moment),
		RACE_TEST(editing_twice_at_once_gives_one_draft),
		RACE_TEST(a_draft_is_replaced_as_it_is_when_that_is_applied),
		RACE_TEST(sharing_is_decided_anew_too),
		RACE_TEST(a_write_inside_of_a_write_does_not_hang),
		RACE_TEST(who_waited_is_judged_after_the_wait),
		HOST_TEST(foreign_statuses_become_ebackend),
		RACE_TEST(what_apply_answers_passes_through_and_nothing_is_done),
	};

	return cmocka_run_group_tests_name("api/races", tests, NULL, NULL) ? 1 : 0;
}
