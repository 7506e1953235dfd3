/* SPDX-License-Identifier: MIT */
/* Stores in a directory: what lasts, who may open it, and looking after it. */
#include "t.h"

#include <assistant/assistant.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ADA \
	"{\"workspace\":\"acme\",\"user\":\"ada\",\"aiSeat\":true,\"permissions\":[\"assistants:create\"]}"

static asst_error *err;

static void must(int status)
{
	if (status != ASST_OK)
		fail_msg("%s: %s", asst_status_name(status), asst_error_message(err));
}

/* Tests run in a directory of their own; each has stores of its own in it. */
static const char *place(const char *name)
{
	static char where[64];

	snprintf(where, sizeof(where), "file:%s", name);
	return where;
}

static asst_store *open_with(const char *name, const char *option, int64_t value)
{
	asst_store_opts *opts = asst_store_opts_new();
	asst_store *store;

	if (option)
		must(asst_store_opts_set_int(opts, option, value, err));
	must(asst_store_open(&store, place(name), opts, err));
	asst_store_opts_free(opts);
	return store;
}

static asst_session *ada_in(asst_store *store)
{
	asst_session *ada;

	must(asst_session_open(&ada, store, ADA, ASST_NUL, err));
	return ada;
}

static void create(asst_session *session, const char *name, char id[37])
{
	asst_assistant *made;
	char json[256];

	snprintf(json, sizeof(json), "{\"name\":\"%s\",\"instruction\":\"%0120d\"}", name, 7);
	must(asst_assistant_create_json(&made, session, json, ASST_NUL, 0, err));
	memcpy(id, asst_assistant_id(made), 37);
	asst_assistant_free(made);
}

static void expect_name(asst_session *session, const char *id, const char *name)
{
	asst_assistant *found;

	must(asst_assistant_get(&found, session, id, 0, err));
	assert_string_equal(asst_assistant_name(found), name);
	asst_assistant_free(found);
}

static uint64_t stat_of(asst_store *store, const char *name)
{
	char wanted[40];
	asst_buf *stats;
	const char *at;
	uint64_t value;

	snprintf(wanted, sizeof(wanted), "\"%s\":", name);
	must(asst_store_stats(&stats, store, err));
	at = strstr(asst_buf_data(stats), wanted);
	assert_non_null(at);
	value = strtoull(at + strlen(wanted), NULL, 10);
	asst_buf_free(stats);
	return value;
}

static void expect_sound(asst_store *store)
{
	asst_buf *report;

	must(asst_store_verify(&report, store, NULL, NULL, 0, err));
	if (strncmp(asst_buf_data(report), "{\"ok\":true,", 11) != 0)
		fail_msg("%s", asst_buf_data(report));
	asst_buf_free(report);
}

static void what_was_acknowledged_is_there_when_opened_again(void **state)
{
	asst_store *store = open_with("again", NULL, 0);
	asst_session *ada = ada_in(store);
	char id[37];

	(void)state;
	create(ada, "Kept", id);
	asst_session_free(ada);
	assert_int_equal(asst_store_close(store), ASST_OK);
	store = open_with("again", NULL, 0);
	ada = ada_in(store);
	expect_name(ada, id, "Kept");
	expect_sound(store);
	asst_session_free(ada);
	assert_int_equal(asst_store_close(store), ASST_OK);
}

static void files_are_for_their_owner_alone(void **state)
{
	asst_store *store = open_with("modes", NULL, 0);
	struct stat stat_dir, stat_file;

	(void)state;
	assert_int_equal(stat("modes", &stat_dir), 0);
	assert_int_equal(stat_dir.st_mode & 0777, 0700);
	assert_int_equal(stat("modes/store", &stat_file), 0);
	assert_int_equal(stat_file.st_mode & 0777, 0600);
	assert_int_equal(asst_store_close(store), ASST_OK);
}

static void a_second_opener_is_busy_at_once(void **state)
{
	asst_store *store = open_with("busy", NULL, 0), *second;

	(void)state;
	assert_int_equal(asst_store_open(&second, place("busy"), NULL, err), ASST_EBUSY);
	assert_null(second);
	assert_int_equal(asst_store_close(store), ASST_OK);
	store = open_with("busy", NULL, 0);
	assert_int_equal(asst_store_close(store), ASST_OK);
}

static void a_forked_child_is_refused(void **state)
{
	asst_store *store = open_with("fork", NULL, 0);
	asst_session *ada = ada_in(store);
	char id[37];
	int status;
	pid_t child;

	(void)state;
	create(ada, "Parent", id);
	child = fork();
	if (child == 0) {
		asst_assistant *found;

		_exit(asst_assistant_get(&found, ada, id, 0, NULL) == ASST_ESTATE ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	expect_name(ada, id, "Parent");
	asst_session_free(ada);
	assert_int_equal(asst_store_close(store), ASST_OK);
}

struct busy {
	asst_session *session;
	atomic_int stop;
};

static void *keep_creating(void *user)
{
	struct busy *busy = user;

	while (!atomic_load(&busy->stop))
		asst_assistant_create_json(NULL, busy->session, "{\"name\":\"Busy\"}", ASST_NUL, 0,
					   NULL);
	return NULL;
}

/* Another thread was in the middle of a call: the child has its locks, but not that thread. */
static void a_forked_child_can_close(void **state)
{
	static const char *const places[] = { "memory:", "file:forks" };
	struct busy busy;
	asst_store *store;
	pthread_t thread;
	pid_t child;
	int status;

	(void)state;
	for (size_t i = 0; i < 2 * 20; i++) {
		must(asst_store_open(&store, places[i % 2], NULL, err));
		busy.session = ada_in(store);
		atomic_init(&busy.stop, 0);
		assert_int_equal(pthread_create(&thread, NULL, keep_creating, &busy), 0);
		nanosleep(&(struct timespec){ 0, 2000000 }, NULL);
		child = fork();
		if (child == 0) {
			alarm(20);
			asst_session_free(busy.session);
			_exit(asst_store_close(store) == ASST_OK ? 0 : 1);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
		atomic_store(&busy.stop, 1);
		assert_int_equal(pthread_join(thread, NULL), 0);
		asst_session_free(busy.session);
		must(asst_store_close(store));
	}
}

static void read_only_takes_no_writes_and_makes_nothing(void **state)
{
	asst_store_opts *opts = asst_store_opts_new();
	asst_store *store = open_with("look", NULL, 0);
	asst_session *ada = ada_in(store);
	char id[37];

	(void)state;
	create(ada, "Seen", id);
	asst_session_free(ada);
	assert_int_equal(asst_store_close(store), ASST_OK);
	store = open_with("look", "read_only", 1);
	ada = ada_in(store);
	expect_name(ada, id, "Seen");
	assert_int_equal(asst_assistant_delete(ada, id, ASST_ANY_REVISION, 0, err), ASST_EREADONLY);
	expect_name(ada, id, "Seen");
	asst_session_free(ada);
	assert_int_equal(asst_store_close(store), ASST_OK);
	must(asst_store_opts_set_int(opts, "read_only", 1, err));
	assert_int_equal(asst_store_open(&store, place("nothing"), opts, err), ASST_ENOTFOUND);
	assert_int_equal(access("nothing", F_OK), -1);
	asst_store_opts_free(opts);
}

static void overwrite(asst_session *session, const char *id, int times)
{
	char json[200];
	int i;

	for (i = 0; i < times; i++) {
		snprintf(json, sizeof(json), "{\"tags\":[\"t%d\"]}", i);
		must(asst_assistant_patch_json(NULL, session, id, json, ASST_NUL, ASST_ANY_REVISION,
					       0, err));
	}
}

static void compaction_leaves_at_most_half_more_than_what_lives(void **state)
{
	asst_store *store = open_with("compact", "segment_bytes", 65536);
	asst_session *ada = ada_in(store);
	char ids[40][37], name[16];
	int i;

	(void)state;
	for (i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "N%d", i);
		create(ada, name, ids[i]);
		overwrite(ada, ids[i], 20);
	}
	must(asst_store_compact(store, NULL, NULL, 0, err));
	assert_true(stat_of(store, "log_bytes") <= stat_of(store, "live_bytes") * 3 / 2);
	for (i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "N%d", i);
		expect_name(ada, ids[i], name);
	}
	expect_sound(store);
	asst_session_free(ada);
	assert_int_equal(asst_store_close(store), ASST_OK);
	store = open_with("compact", NULL, 0);
	expect_sound(store);
	assert_int_equal(asst_store_close(store), ASST_OK);
}

static void compaction_goes_by_itself(void **state)
{
	asst_store *store = open_with("itself", "segment_bytes", 65536);
	asst_session *ada = ada_in(store);
	char id[37];

	(void)state;
	create(ada, "Again and again", id);
	/* Each patch leaves an event that lives and a state that does not. */
	overwrite(ada, id, 600);
	assert_true(stat_of(store, "log_bytes") <=
		    stat_of(store, "live_bytes") * 3 / 2 + (uint64_t)3 * 65536);
	expect_sound(store);
	asst_session_free(ada);
	assert_int_equal(asst_store_close(store), ASST_OK);
}

static int stop(void *user, uint64_t done, uint64_t total)
{
	(void)done;
	(void)total;
	++*(int *)user;
	return 1;
}

struct progress {
	uint64_t first_total, done, total;
	int calls;
	bool fell;
};

static int note(void *user, uint64_t done, uint64_t total)
{
	struct progress *progress = user;

	if (!progress->calls++)
		progress->first_total = total;
	progress->fell |= done < progress->done || done > total;
	progress->done = done;
	progress->total = total;
	return 0;
}

static void expect_end(const struct progress *progress)
{
	assert_true(progress->calls >= 2);
	assert_true(progress->total > 0);
	assert_int_equal(progress->first_total, progress->total);
	assert_int_equal(progress->done, progress->total);
	assert_false(progress->fell);
}

static void progress_reaches_its_total(void **state)
{
	asst_store *store = open_with("progress", "segment_bytes", 65536);
	struct progress compaction = { 0 }, copy = { 0 };
	asst_session *ada = ada_in(store);
	char id[37];

	(void)state;
	create(ada, "Kept", id);
	overwrite(ada, id, 200);
	must(asst_store_compact(store, note, &compaction, 0, err));
	expect_end(&compaction);
	must(asst_store_backup(store, "progress-copy", note, &copy, 0, err));
	expect_end(&copy);
	asst_session_free(ada);
	assert_int_equal(asst_store_close(store), ASST_OK);
}

static void what_takes_long_can_be_canceled(void **state)
{
	asst_store *store = open_with("cancel", NULL, 0);
	asst_session *ada = ada_in(store);
	asst_buf *report;
	int called = 0;
	char id[37];

	(void)state;
	create(ada, "Kept", id);
	assert_int_equal(asst_store_compact(store, stop, &called, 0, err), ASST_ECANCELED);
	assert_int_equal(asst_store_verify(&report, store, stop, &called, 0, err), ASST_ECANCELED);
	assert_null(report);
	assert_int_equal(asst_store_backup(store, "cancel-copy", stop, &called, 0, err),
			 ASST_ECANCELED);
	assert_int_equal(called, 3);
	expect_name(ada, id, "Kept");
	asst_session_free(ada);
	assert_int_equal(asst_store_close(store), ASST_OK);
}

/* Stops at the call that is wanted; 0: goes on. */
struct stopping {
	int call, calls;
	uint64_t done, step; /* the longest one */
	bool fell;
};

static int stop_at(void *user, uint64_t done, uint64_t total)
{
	struct stopping *stopping = user;

	stopping->fell |= done < stopping->done || (total && done > total);
	if (done - stopping->done > stopping->step)
		stopping->step = done - stopping->done;
	stopping->done = done;
	return ++stopping->calls == stopping->call;
}

/* A few megabytes, in one segment. */
static asst_store *open_large(const char *name)
{
	asst_store *store = open_with(name, "segment_bytes", 8 << 20);
	asst_session *ada = ada_in(store);
	char id[37];
	int i;

	for (i = 0; i < 6000; i++)
		create(ada, "Kept", id);
	asst_session_free(ada);
	must(asst_store_compact(store, NULL, NULL, 0, err));
	return store;
}

/* First the records are looked at, then the log is read. */
static void a_check_can_be_canceled_at_any_time(void **state)
{
	asst_store *store = open_large("check-large");
	struct stopping all = { 0 };
	asst_buf *report;
	int i;

	(void)state;
	must(asst_store_verify(&report, store, stop_at, &all, 0, err));
	asst_buf_free(report);
	assert_false(all.fell);
	assert_true(all.done > stat_of(store, "log_bytes") && all.step <= 2 << 20);
	for (i = 1; i <= all.calls; i += 1 + i / 20) {
		struct stopping stopping = { .call = i };

		assert_int_equal(asst_store_verify(&report, store, stop_at, &stopping, 0, err),
				 ASST_ECANCELED);
		assert_int_equal(asst_error_status(err), ASST_ECANCELED);
		assert_null(report);
		assert_int_equal(stopping.calls, i);
	}
	must(asst_store_compact(store, NULL, NULL, 0, err));
	expect_sound(store);
	assert_int_equal(asst_store_close(store), ASST_OK);
}

static void a_copy_can_be_canceled_at_any_time(void **state)
{
	asst_store *store = open_large("copy-large"), *copy;
	struct stopping all = { 0 };
	char name[32];
	int i;

	(void)state;
	must(asst_store_backup(store, "copy-whole", stop_at, &all, 0, err));
	assert_false(all.fell);
	assert_true(all.calls >= 4 && all.step <= 2 << 20);
	for (i = 1; i <= all.calls; i++) {
		struct stopping stopping = { .call = i };

		snprintf(name, sizeof(name), "copy-part-%d", i);
		assert_int_equal(asst_store_backup(store, name, stop_at, &stopping, 0, err),
				 ASST_ECANCELED);
		assert_int_equal(stopping.calls, i);
		assert_int_equal(asst_store_open(&copy, place(name), NULL, err), ASST_ECORRUPT);
	}
	assert_int_equal(asst_store_close(store), ASST_OK);
	copy = open_with("copy-whole", NULL, 0);
	expect_sound(copy);
	assert_int_equal(asst_store_close(copy), ASST_OK);
}

static int stop_late(void *user, uint64_t done, uint64_t total)
{
	(void)user;
	return total && done * 10 >= total * 7;
}

/* What was copied before a compaction was stopped is not copied again, also after opening again. */
static void a_compaction_that_is_stopped_again_and_again_leaves_nothing(void **state)
{
	asst_store *store = open_with("stopped", "segment_bytes", 1048576);
	asst_session *ada = ada_in(store);
	char id[37];
	int i;

	(void)state;
	for (i = 0; i < 1000; i++)
		create(ada, "Kept", id);
	asst_session_free(ada);
	for (i = 0; i < 6; i++) {
		assert_int_equal(asst_store_compact(store, stop_late, NULL, 0, err), ASST_ECANCELED);
		assert_int_equal(asst_store_close(store), ASST_OK);
		store = open_with("stopped", "segment_bytes", 1048576);
	}
	must(asst_store_compact(store, NULL, NULL, 0, err));
	assert_true(stat_of(store, "log_bytes") <= stat_of(store, "live_bytes") * 5 / 4);
	expect_sound(store);
	assert_int_equal(asst_store_close(store), ASST_OK);
}

/* Little of it is written again and again, and the rest lies still. */
static void the_log_keeps_near_its_line(void **state)
{
	asst_store *store = open_with("line", "segment_bytes", 65536);
	asst_session *ada = ada_in(store);
	char ids[400][37];
	int i;

	(void)state;
	for (i = 0; i < 400; i++)
		create(ada, "Cold", ids[i]);
	for (i = 0; i < 60; i++)
		overwrite(ada, ids[i % 4], 20);
	assert_true(stat_of(store, "log_bytes") <=
		    stat_of(store, "live_bytes") * 2 + (uint64_t)3 * 65536);
	expect_sound(store);
	asst_session_free(ada);
	assert_int_equal(asst_store_close(store), ASST_OK);
}

static void a_backup_is_a_store_of_that_moment(void **state)
{
	asst_store *store = open_with("source", NULL, 0), *copy;
	asst_session *ada = ada_in(store), *there;
	char id[37], later[37];
	asst_assistant *found;

	(void)state;
	create(ada, "Copied", id);
	must(asst_store_backup(store, "copy", NULL, NULL, 0, err));
	create(ada, "Later", later);
	assert_int_equal(asst_store_backup(store, "copy", NULL, NULL, 0, err), ASST_EEXISTS);
	copy = open_with("copy", NULL, 0);
	there = ada_in(copy);
	expect_name(there, id, "Copied");
	assert_int_equal(asst_assistant_get(&found, there, later, 0, err), ASST_ENOTFOUND);
	expect_sound(copy);
	asst_session_free(there);
	asst_session_free(ada);
	assert_int_equal(asst_store_close(copy), ASST_OK);
	assert_int_equal(asst_store_close(store), ASST_OK);
}

static void a_memory_store_has_less_to_look_after(void **state)
{
	asst_store *store;

	(void)state;
	must(asst_store_open(&store, "memory:", NULL, err));
	must(asst_store_sync(store, err));
	must(asst_store_compact(store, NULL, NULL, 0, err));
	expect_sound(store);
	assert_int_equal(asst_store_backup(store, "none", NULL, NULL, 0, err), ASST_EUNSUPPORTED);
	assert_int_equal(asst_store_compact(store, NULL, NULL, 1, err), ASST_EINVAL);
	assert_int_equal(asst_store_sync(NULL, err), ASST_EINVAL);
	assert_int_equal(asst_store_close(store), ASST_OK);
}

static void relaxed_durability_syncs_when_asked_to(void **state)
{
	asst_store_opts *opts = asst_store_opts_new();
	asst_store *store;
	asst_session *ada;
	char id[37];
	uint64_t syncs;
	int i;

	(void)state;
	must(asst_store_opts_set_text(opts, "durability", "process", err));
	must(asst_store_open(&store, place("relaxed"), opts, err));
	ada = ada_in(store);
	create(ada, "First", id);
	syncs = stat_of(store, "syncs");
	for (i = 0; i < 20; i++)
		create(ada, "More", id);
	assert_int_equal(stat_of(store, "syncs"), syncs);
	must(asst_store_sync(store, err));
	assert_int_equal(stat_of(store, "syncs"), syncs + 1);
	asst_session_free(ada);
	assert_int_equal(asst_store_close(store), ASST_OK);
	asst_store_opts_free(opts);
}

static void a_place_that_is_no_directory_is_an_error(void **state)
{
	FILE *file = fopen("plain", "w");
	asst_store *store;

	(void)state;
	assert_non_null(file);
	fclose(file);
	assert_int_equal(asst_store_open(&store, place("plain"), NULL, err), ASST_EIO);
	assert_null(store);
	assert_int_equal(asst_store_open(&store, "file:", NULL, err), ASST_EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_acknowledged_is_there_when_opened_again),
		cmocka_unit_test(files_are_for_their_owner_alone),
		cmocka_unit_test(a_second_opener_is_busy_at_once),
		cmocka_unit_test(a_forked_child_is_refused),
		cmocka_unit_test(a_forked_child_can_close),
		cmocka_unit_test(read_only_takes_no_writes_and_makes_nothing),
		cmocka_unit_test(compaction_leaves_at_most_half_more_than_what_lives),
		cmocka_unit_test(compaction_goes_by_itself),
		cmocka_unit_test(progress_reaches_its_total),
		cmocka_unit_test(a_compaction_that_is_stopped_again_and_again_leaves_nothing),
		cmocka_unit_test(the_log_keeps_near_its_line),
		cmocka_unit_test(what_takes_long_can_be_canceled),
		cmocka_unit_test(a_check_can_be_canceled_at_any_time),
		cmocka_unit_test(a_copy_can_be_canceled_at_any_time),
		cmocka_unit_test(a_backup_is_a_store_of_that_moment),
		cmocka_unit_test(a_memory_store_has_less_to_look_after),
		cmocka_unit_test(relaxed_durability_syncs_when_asked_to),
		cmocka_unit_test(a_place_that_is_no_directory_is_an_error),
	};
	int failed;

	err = asst_error_new();
	failed = cmocka_run_group_tests_name("api/files", tests, NULL, NULL);
	asst_error_free(err);
	return failed ? 1 : 0;
}
