/* SPDX-License-Identifier: MIT */
/* Stores: options, places, backends of the host, closing, memory; version and constants. */
#include "host.h"

#include <assistant/sys/alloc.h>

#include <semaphore.h>
#include <time.h>

/* Options */

static void unknown_options_are_refused(void **state)
{
	static const struct {
		const char *name, *text; /* NULL: a number */
		int64_t value;
		int status;
	} options[] = {
		{ "limits", "prose", 0, ASST_OK }, { "limits", "openapi", 0, ASST_OK },
		{ "limits", "agents", 0, ASST_OK }, { "limits", "loose", 0, ASST_EINVAL },
		{ "durability", "process", 0, ASST_OK }, { "durability", "", 0, ASST_EINVAL },
		{ "colour", "red", 0, ASST_EINVAL }, { NULL, "prose", 0, ASST_EINVAL },
		{ "keep_unknown_fields", NULL, 1, ASST_OK },
		{ "keep_unknown_fields", NULL, 2, ASST_EINVAL },
		{ "keep_unknown_fields", NULL, -1, ASST_EINVAL },
		{ "limit.name", NULL, 10, ASST_OK }, { "limit.name", NULL, -1, ASST_OK },
		{ "limit.name", NULL, 1 << 30, ASST_EINVAL },
		{ "limit.list_page", NULL, 10, ASST_OK },
		{ "limit.list_page", NULL, 1001, ASST_EINVAL },
		{ "limit.colour", NULL, 1, ASST_EINVAL }, { "colour", NULL, 1, ASST_EINVAL },
		{ NULL, NULL, 1, ASST_EINVAL },
	};
	asst_store_opts *opts = asst_store_opts_new();
	asst_error *err = asst_error_new();
	size_t i;
	int status;

	(void)state;
	for (i = 0; i < T_COUNT(options); i++) {
		status = options[i].text ? asst_store_opts_set_text(opts, options[i].name,
								    options[i].text, err) :
					   asst_store_opts_set_int(opts, options[i].name,
								   options[i].value, err);
		if (status != options[i].status || asst_error_status(err) != status)
			fail_msg("option %zu gave %s", i, asst_status_name(status));
	}
	assert_int_equal(asst_store_opts_set_text(NULL, "limits", "prose", err), ASST_EINVAL);
	assert_int_equal(asst_store_opts_set_text(opts, "limits", NULL, err), ASST_EINVAL);
	assert_int_equal(asst_store_opts_set_int(NULL, "limit.name", 1, err), ASST_EINVAL);
	assert_int_equal(asst_store_opts_set_allocator(opts, NULL, err), ASST_EINVAL);
	asst_store_opts_free(opts);
	asst_store_opts_free(NULL);
	asst_error_free(err);
}

static void options_change_what_a_store_takes(void **state)
{
	asst_store_opts *opts = asst_store_opts_new();
	struct host *host;

	(void)state;
	assert_int_equal(asst_store_opts_set_int(opts, "limit.name", 3, NULL), ASST_OK);
	assert_int_equal(asst_store_opts_set_int(opts, "keep_unknown_fields", 1, NULL), ASST_OK);
	host = host_new(host_disk_new(), opts);
	asst_store_opts_free(opts);
	host_create(host, "ada create", "{\"name\":\"abc\",\"colour\":\"red\"}");
	EXPECT(host, ASST_EVALIDATION,
	       asst_assistant_create_json(NULL, as(host, "ada create"), "{\"name\":\"abcd\"}",
					  ASST_NUL, 0, host->err));
	host_issue(host, 0, "too_long", "/name");
	host_free(host);
}

/* Places */

static void wrong_places_are_refused(void **state)
{
	static const char *const places[] = { "",     "memory",   "memory:x", "mem:",
					      "/tmp", "http://x", "File:x" };
	asst_error *err = asst_error_new();
	asst_store *store;
	size_t i;

	(void)state;
	for (i = 0; i < T_COUNT(places); i++) {
		store = (asst_store *)(uintptr_t)1;
		assert_int_equal(asst_store_open(&store, places[i], NULL, err), ASST_EINVAL);
		assert_true(!store && asst_error_status(err) == ASST_EINVAL);
	}
	assert_int_equal(asst_store_open(&store, NULL, NULL, err), ASST_EINVAL);
	assert_int_equal(asst_store_open(NULL, "memory:", NULL, err), ASST_EINVAL);
	assert_int_equal(asst_store_close(NULL), ASST_OK);
	asst_error_free(err);
}

static void a_directory_opens_where_the_feature_is_there(void **state)
{
	char where[] = "file:./store-XXXXXX";
	asst_store *store;
	int status;

	(void)state;
	if (asst_feature_supported("file"))
		assert_non_null(mkdtemp(where + 5));
	status = asst_store_open(&store, where, NULL, NULL);
	assert_int_equal(status, asst_feature_supported("file") ? ASST_OK : ASST_EUNSUPPORTED);
	assert_true((store != NULL) == (status == ASST_OK));
	assert_int_equal(asst_store_close(store), ASST_OK);
}

/* Backends of the host */

union wide_table {
	asst_backend backend;
	unsigned char bytes[8192];
};

/*
 * Open a store on a table of this size, with a byte set and with a method cleared at these
 * offsets (0: none). The status; destroys are counted before the store is closed.
 */
static int open_sized(size_t size, size_t dirty, size_t hole, int *destroyed)
{
	struct host_backend backend;
	union wide_table wide;
	asst_store *store = NULL;
	int status;

	memset(&backend, 0, sizeof(backend));
	memset(&wide, 0, sizeof(wide));
	wide.backend = host_table(&backend);
	wide.backend.size = size;
	if (dirty)
		wide.bytes[dirty] = 1;
	if (hole)
		memset(wide.bytes + hole, 0, sizeof(wide.backend.get));
	status = asst_store_open_backend(&store, &wide.backend, NULL, NULL);
	*destroyed = atomic_load(&backend.destroyed);
	assert_true((store != NULL) == (status == ASST_OK));
	assert_int_equal(asst_store_close(store), ASST_OK);
	return status;
}

static void a_table_may_be_of_a_later_release(void **state)
{
	const size_t known = sizeof(asst_backend);
	int destroyed;

	(void)state;
	assert_int_equal(open_sized(known, 0, 0, &destroyed), ASST_OK);
	assert_int_equal(open_sized(known + 64, 0, 0, &destroyed), ASST_OK);
	assert_int_equal(destroyed, 0); /* until it is closed */
	assert_int_equal(open_sized(known + 64, known + 63, 0, &destroyed), ASST_EABI);
	assert_int_equal(open_sized(known + 64, known, 0, &destroyed), ASST_EABI);
	assert_int_equal(open_sized(known - sizeof(void *), 0, 0, &destroyed), ASST_EABI);
	assert_int_equal(open_sized(sizeof(size_t), 0, 0, &destroyed), ASST_EABI);
	assert_int_equal(open_sized(0, 0, 0, &destroyed), ASST_EABI);
	assert_int_equal(destroyed, 0); /* a table of no size has no destroy */
	assert_int_equal(open_sized(SIZE_MAX, 0, 0, &destroyed), ASST_EABI);
	assert_int_equal(asst_store_open_backend(NULL, NULL, NULL, NULL), ASST_EINVAL);
}

/* Consumed: destroyed once, whatever makes opening fail. */
static void a_failed_open_destroys_the_backend_once(void **state)
{
	static const size_t holes[] = { offsetof(asst_backend, get), offsetof(asst_backend, scan),
					offsetof(asst_backend, apply) };
	struct host_backend backend;
	asst_backend table;
	size_t i;
	int destroyed;

	(void)state;
	memset(&backend, 0, sizeof(backend));
	table = host_table(&backend);
	assert_int_equal(asst_store_open_backend(NULL, &table, NULL, NULL), ASST_EINVAL);
	assert_int_equal(atomic_load(&backend.destroyed), 1);
	for (i = 0; i < T_COUNT(holes); i++) {
		assert_int_equal(open_sized(sizeof(table), 0, holes[i], &destroyed), ASST_EINVAL);
		assert_int_equal(destroyed, 1);
	}
}

static void a_table_that_is_too_new_is_destroyed_too(void **state)
{
	int destroyed;

	(void)state;
	assert_int_equal(open_sized(sizeof(asst_backend) + 64, sizeof(asst_backend), 0, &destroyed),
			 ASST_EABI);
	assert_int_equal(destroyed, 1);
}

static void closing_gives_what_destroy_answers(void **state)
{
	static const int answers[][2] = { { ASST_EIO, ASST_EIO }, { -7, ASST_EBACKEND },
					  { 7, ASST_EBACKEND } };
	struct host_backend backend;
	asst_backend table;
	asst_store *store;
	size_t i;

	(void)state;
	for (i = 0; i < T_COUNT(answers); i++) {
		memset(&backend, 0, sizeof(backend));
		backend.destroy_answer = answers[i][0];
		table = host_table(&backend);
		assert_int_equal(asst_store_open_backend(&store, &table, NULL, NULL), ASST_OK);
		assert_int_equal(atomic_load(&backend.destroyed), 0);
		assert_int_equal(asst_store_close(store), answers[i][1]);
		assert_int_equal(atomic_load(&backend.destroyed), 1);
	}
}

/* Closing */

static void handles_of_a_closed_store_may_only_be_freed(void **state)
{
	struct host *host = *state;
	asst_session *ada = as(host, "ada create");
	const char *id = host_create(host, "ada create", "{\"name\":\"a\"}"), *ids[1];
	asst_list *list;
	asst_buf *buf;
	asst_draft *draft, *other;

	ids[0] = id;
	MUST(host, asst_draft_edit(&draft, ada, id, 0, host->err));
	host_close(host);
	EXPECT(host, ASST_ESTATE, host_look(host, "ada create", id));
	EXPECT(host, ASST_ESTATE, host_patch(host, "ada create", id, "{}"));
	EXPECT(host, ASST_ESTATE, host_delete(host, "ada create", id));
	EXPECT(host, ASST_ESTATE, asst_assistant_create_json(NULL, ada, "{}", 2, 0, host->err));
	EXPECT(host, ASST_ESTATE, asst_assistant_validate_json(ada, "{}", 2, 0, host->err));
	EXPECT(host, ASST_ESTATE, asst_assistant_get_many(&list, ada, ids, 1, 0, host->err));
	EXPECT(host, ASST_ESTATE, asst_assistant_list(&list, ada, NULL, 0, host->err));
	EXPECT(host, ASST_ESTATE, host_share(host, "ada create", id, "user:bob", 1));
	EXPECT(host, ASST_ESTATE, asst_share_remove(ada, id, "user:bob", 0, host->err));
	EXPECT(host, ASST_ESTATE, asst_share_list(&buf, ada, id, host->err));
	EXPECT(host, ASST_ESTATE, asst_access_check(NULL, ada, "assistant:read", id, host->err));
	EXPECT(host, ASST_ESTATE, asst_access_explain(&buf, ada, "assistant:read", id, host->err));
	EXPECT(host, ASST_ESTATE, asst_draft_edit(&other, ada, id, 0, host->err));
	EXPECT(host, ASST_ESTATE, asst_draft_patch(draft, "{}", 2, 0, host->err));
	EXPECT(host, ASST_ESTATE, asst_draft_reload(draft, host->err));
	EXPECT(host, ASST_ESTATE, asst_draft_commit(NULL, draft, NULL, 0, 0, host->err));
	EXPECT(host, ASST_ESTATE, asst_draft_discard(draft, 0, host->err));
	assert_true(!list && !buf && !other);
	/* The draft is freed after its session here, the session after the store. */
	host->session_count = 0;
	asst_session_free(ada);
	asst_draft_free(draft);
}

static void what_was_loaded_survives_the_store(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, "ada create", "{\"name\":\"a\",\"tags\":[\"t\"]}");
	asst_assistant *assistant = host_get(host, "ada create", id);
	asst_list *list;

	MUST(host, asst_assistant_list(&list, as(host, "ada create"), "{\"view\":\"whole\"}",
				       ASST_NUL, host->err));
	host_close(host);
	assert_string_equal(asst_assistant_id(assistant), id);
	assert_string_equal(asst_assistant_tag_at(assistant, 0), "t");
	assert_string_equal(asst_assistant_json(asst_list_at(list, 0), NULL),
			    asst_assistant_json(assistant, NULL));
	asst_list_free(list);
	asst_assistant_free(assistant);
}

/* A call that stays in the backend until it is told to go on. */
struct slow {
	sem_t entered, go;
	atomic_bool closed;
	asst_store *store;
	asst_session *session;
	const char *id;
	int status;
};

static void wait_in_backend(void *user, enum host_method method)
{
	struct slow *slow = user;

	(void)method;
	sem_post(&slow->entered);
	sem_wait(&slow->go);
}

static void *run_slow_call(void *user)
{
	struct slow *slow = user;

	slow->status = asst_assistant_get(NULL, slow->session, slow->id, 0, NULL);
	return NULL;
}

static void *run_close(void *user)
{
	struct slow *slow = user;

	asst_store_close(slow->store);
	atomic_store(&slow->closed, true);
	return NULL;
}

static void close_waits_for_calls_in_progress(void **state)
{
	const struct timespec while_closing = { 0, 50000000 };
	struct host *host = *state;
	struct slow slow = { .store = host->store };
	bool closed_early;
	pthread_t call, closer;
	int destroyed_early;

	sem_init(&slow.entered, 0, 0);
	sem_init(&slow.go, 0, 0);
	slow.session = as(host, "ada create");
	slow.id = host_create(host, "ada create", "{\"name\":\"a\"}");
	host->store = NULL;
	host->backend.before = wait_in_backend;
	host->backend.user = &slow;
	pthread_create(&call, NULL, run_slow_call, &slow);
	sem_wait(&slow.entered);
	pthread_create(&closer, NULL, run_close, &slow);
	nanosleep(&while_closing, NULL);
	closed_early = atomic_load(&slow.closed);
	destroyed_early = atomic_load(&host->backend.destroyed);
	sem_post(&slow.go);
	pthread_join(call, NULL);
	pthread_join(closer, NULL);
	assert_false(closed_early);
	assert_int_equal(destroyed_early, 0);
	assert_int_equal(slow.status, ASST_OK);
	assert_true(atomic_load(&slow.closed));
}

/* Memory of the host: every block comes back, with the size it was asked for. */

struct counted {
	atomic_int blocks, calls, wrong;
};

static void *counted_alloc(void *user, size_t size)
{
	struct counted *counted = user;
	size_t *block = malloc(size + 16);

	if (!block)
		return NULL;
	atomic_fetch_add(&counted->wrong, size == 0);
	block[0] = size;
	atomic_fetch_add(&counted->calls, 1);
	atomic_fetch_add(&counted->blocks, 1);
	return block + 2;
}

static void counted_free(void *user, void *block, size_t size)
{
	struct counted *counted = user;
	size_t *from = block;

	atomic_fetch_add(&counted->wrong, from[-2] != size);
	atomic_fetch_sub(&counted->blocks, 1);
	free(from - 2);
}

static void *counted_realloc(void *user, void *block, size_t old_size, size_t new_size)
{
	void *made = counted_alloc(user, new_size);

	if (!made)
		return NULL;
	memcpy(made, block, old_size < new_size ? old_size : new_size);
	counted_free(user, block, old_size);
	return made;
}

static void use_store(struct host *host)
{
	const char *id = host_create(host, "ada create", "{\"name\":\"a\",\"tags\":[\"t\"]}");
	asst_session *bob = as(host, "bob");
	asst_assistant *assistant;
	asst_list *list;
	asst_draft *draft;
	asst_buf *buf;

	MUST(host, host_share(host, "ada create", id, "user:bob", 2));
	MUST(host, host_patch(host, "ada create", id, "{\"name\":\"b\"}"));
	MUST(host, asst_draft_edit(&draft, bob, id, 0, host->err));
	MUST(host, asst_draft_patch(draft, "{\"name\":\"c\"}", ASST_NUL, 0, host->err));
	MUST(host, asst_draft_commit(&assistant, draft, "m", 1, 0, host->err));
	MUST(host, asst_assistant_list(&list, bob, NULL, 0, host->err));
	MUST(host, asst_access_explain(&buf, bob, "assistant:read", id, host->err));
	assert_non_null(asst_assistant_json(assistant, NULL));
	host_close(host);
	asst_buf_free(buf);
	asst_list_free(list);
	asst_draft_free(draft);
	asst_assistant_free(assistant);
}

static void memory_of_the_host_is_used_and_given_back(void **state)
{
	struct counted counted;
	asst_allocator allocator = { sizeof(allocator), NULL, counted_alloc, counted_realloc,
				     counted_free };
	asst_store_opts *opts = asst_store_opts_new();
	struct host_disk *disk = host_disk_new();
	struct host *host;

	(void)state;
	memset(&counted, 0, sizeof(counted));
	allocator.user = &counted;
	assert_int_equal(asst_store_opts_set_allocator(opts, &allocator, NULL), ASST_OK);
	memset(&allocator, 0, sizeof(allocator)); /* the table was copied */
	host = host_new(disk, opts);
	asst_store_opts_free(opts);
	use_store(host);
	host_free(host);
	assert_true(atomic_load(&counted.calls) > 20);
	assert_int_equal(atomic_load(&counted.wrong), 0);
	assert_int_equal(atomic_load(&counted.blocks), 0);
}

/* The library on itself */

static void the_library_tells_its_version_and_features(void **state)
{
	int major, minor, patch;
	char text[32];

	(void)state;
	asst_version(NULL, NULL, NULL);
	asst_version(&major, &minor, &patch);
	assert_true(major == ASST_VERSION_MAJOR && minor == ASST_VERSION_MINOR);
	assert_int_equal(patch, ASST_VERSION_PATCH);
	snprintf(text, sizeof(text), "%d.%d.%d", major, minor, patch);
	assert_string_equal(asst_version_string(), text);
	assert_int_equal(asst_feature_supported("memory"), 1);
	assert_int_equal(asst_feature_supported("teleport"), 0);
	assert_int_equal(asst_feature_supported(NULL), 0);
}

static void constants_are_told_by_name(void **state)
{
#define CONSTANT(name) { #name, (int64_t)(name) }
	static const struct {
		const char *name;
		int64_t value;
	} constants[] = {
		CONSTANT(ASST_OK),
		CONSTANT(ASST_EINVAL),
		CONSTANT(ASST_ECANCELED),
		CONSTANT(ASST_LEVEL_MANAGE),
		CONSTANT(ASST_CREATE_DRAFT),
		CONSTANT(ASST_DEF_INCOMPLETE),
		CONSTANT(ASST_VERSION_MINOR),
		{ "ASST_NUL", -1 },
		{ "ASST_ANY_REVISION", -1 },
	};
	asst_error *err = asst_error_new();
	int64_t value;
	size_t i;

	(void)state;
	for (i = 0; i < T_COUNT(constants); i++) {
		value = 77;
		if (asst_constant(&value, constants[i].name, err) || value != constants[i].value)
			fail_msg("%s is %" PRId64, constants[i].name, value);
	}
	assert_int_equal(asst_constant(&value, "ASST_TELEPORT", err), ASST_EINVAL);
	assert_int_equal(value, 0);
	assert_int_equal(asst_constant(&value, NULL, err), ASST_EINVAL);
	assert_int_equal(asst_constant(NULL, "ASST_OK", err), ASST_OK);
	asst_error_free(err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unknown_options_are_refused),
		cmocka_unit_test(options_change_what_a_store_takes),
		cmocka_unit_test(wrong_places_are_refused),
		cmocka_unit_test(a_directory_opens_where_the_feature_is_there),
		cmocka_unit_test(a_table_may_be_of_a_later_release),
		cmocka_unit_test(a_failed_open_destroys_the_backend_once),
		cmocka_unit_test(a_table_that_is_too_new_is_destroyed_too),
		cmocka_unit_test(closing_gives_what_destroy_answers),
		HOST_TEST(handles_of_a_closed_store_may_only_be_freed),
		HOST_TEST(what_was_loaded_survives_the_store),
		HOST_TEST(close_waits_for_calls_in_progress),
		cmocka_unit_test(memory_of_the_host_is_used_and_given_back),
		cmocka_unit_test(the_library_tells_its_version_and_features),
		cmocka_unit_test(constants_are_told_by_name),
	};

	return cmocka_run_group_tests_name("api/store", tests, NULL, NULL) ? 1 : 0;
}
