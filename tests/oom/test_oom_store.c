/* SPDX-License-Identifier: MIT */
/* Allocation failures while options are made, stores and sessions opened and closed. */
#include "oom_world.h"

#include <assistant/sys/keyring.h>

/* A second store on the backend of the stage; its destroy is counted. */
static asst_store *second_store;
static asst_store_opts *opts;

static int run_opts_new(asst_error *err)
{
	asst_store_opts *made = FAILING_POINTER(asst_store_opts_new());

	if (!made)
		return asst_error_set(err, ASST_ENOMEM, 0, NULL);
	MUST(asst_store_opts_set_int(made, "keep_unknown_fields", 1, NULL));
	asst_store_opts_free(made);
	return ASST_OK;
}

static int set_text(const char *name, const char *value, asst_error *err)
{
	int status;

	opts = world_opts();
	status = FAILING(asst_store_opts_set_text(opts, name, value, err));
	asst_store_opts_free(opts);
	return status;
}

static int run_set_text(asst_error *err)
{
	return set_text("durability", "process", err);
}

static int run_set_limits(asst_error *err)
{
	return set_text("limits", "agents", err);
}

static int run_set_text_wrong(asst_error *err)
{
	return set_text("limits", "none", err);
}

static int set_int(const char *name, int64_t value, asst_error *err)
{
	int status;

	opts = world_opts();
	status = FAILING(asst_store_opts_set_int(opts, name, value, err));
	asst_store_opts_free(opts);
	return status;
}

static int run_set_int(asst_error *err)
{
	return set_int("limit.name", 20, err);
}

static int run_set_int_wrong(asst_error *err)
{
	return set_int("limit.names", 20, err);
}

static int set_allocator(const struct asst_allocator *allocator, asst_error *err)
{
	int status;

	opts = world_opts();
	status = FAILING(asst_store_opts_set_allocator(opts, allocator, err));
	asst_store_opts_free(opts);
	return status;
}

static int run_set_allocator(asst_error *err)
{
	return set_allocator(&host_allocator, err);
}

static int run_set_allocator_short(asst_error *err)
{
	struct asst_allocator less = host_allocator;

	less.size = 8;
	return set_allocator(&less, err);
}

static int run_set_clock(asst_error *err)
{
	int status;

	opts = world_opts();
	status = FAILING(asst_store_opts_set_clock(opts, world_now, &w, err));
	asst_store_opts_free(opts);
	return status;
}

static int run_set_clock_nothing(asst_error *err)
{
	return FAILING(asst_store_opts_set_clock(NULL, world_now, &w, err));
}

static int run_set_random(asst_error *err)
{
	int status;

	opts = world_opts();
	status = FAILING(asst_store_opts_set_random(opts, world_fill, &w, err));
	asst_store_opts_free(opts);
	return status;
}

static int run_set_random_nothing(asst_error *err)
{
	return FAILING(asst_store_opts_set_random(NULL, world_fill, &w, err));
}

/* It is called by test_oom_feed.c. */
static void not_changed(void *user, const char *workspace, const char *event, size_t size)
{
	(void)user;
	(void)workspace;
	(void)event;
	(void)size;
}

static int run_set_changed(asst_error *err)
{
	int status;

	opts = world_opts();
	status = FAILING(asst_store_opts_set_changed(opts, not_changed, &w, err));
	asst_store_opts_free(opts);
	return status;
}

static int run_set_changed_nothing(asst_error *err)
{
	return FAILING(asst_store_opts_set_changed(NULL, not_changed, &w, err));
}

/* It is called by test_oom_directory.c. */
static int nobody(void *user, const char *workspace, const char *id, asst_buf **document,
		  asst_error *err)
{
	(void)user;
	(void)workspace;
	(void)id;
	(void)document;
	(void)err;
	return ASST_ENOTFOUND;
}

static int run_set_principals(asst_error *err)
{
	int status;

	opts = world_opts();
	status = FAILING(asst_store_opts_set_principals(opts, nobody, &w, err));
	asst_store_opts_free(opts);
	return status;
}

static int run_set_principals_nothing(asst_error *err)
{
	return FAILING(asst_store_opts_set_principals(NULL, nobody, &w, err));
}

/* A keyring that counts how often it is destroyed; test_oom_secrets.c seals with one. */
static int keyrings;

static const char *ring_current(void *user)
{
	(void)user;
	return "k1";
}

static int ring_seal(void *user, const char *key, void *sealed, size_t *sealed_size,
		     const void *value, size_t size, const void *context, size_t context_size)
{
	(void)user;
	(void)key;
	(void)context;
	(void)context_size;
	memcpy(sealed, value, size);
	*sealed_size = size;
	return ASST_OK;
}

static int ring_open(void *user, const char *key, void *value, size_t *size, const void *sealed,
		     size_t sealed_size, const void *context, size_t context_size)
{
	return ring_seal(user, key, value, size, sealed, sealed_size, context, context_size);
}

static void ring_destroy(void *user)
{
	EXPECT(user == &keyrings);
	keyrings++;
}

static const asst_keyring ring = { .size = sizeof(ring),
				   .user = &keyrings,
				   .current = ring_current,
				   .seal = ring_seal,
				   .open = ring_open,
				   .destroy = ring_destroy };

static int set_keyring(const asst_keyring *keyring, asst_error *err)
{
	int status;

	keyrings = 0;
	opts = world_opts();
	status = FAILING(asst_store_opts_set_keyring(opts, keyring, err));
	asst_store_opts_free(opts);
	EXPECT(keyrings == (status == ASST_OK));
	return status;
}

static int run_set_keyring(asst_error *err)
{
	return set_keyring(&ring, err);
}

static int run_set_keyring_short(asst_error *err)
{
	asst_keyring less = ring;

	less.size = 8;
	return set_keyring(&less, err);
}

static int run_set_keyring_nothing(asst_error *err)
{
	return FAILING(asst_store_opts_set_keyring(NULL, &ring, err));
}

/* Whether what was opened works. */
static void try_store(void)
{
	asst_session *session;
	asst_assistant *made;

	MUST(asst_session_open_system(&session, second_store, "try", NULL));
	MUST(asst_assistant_create_json(&made, session, "{\"name\":\"T\",\"ownerId\":\"user:t\"}",
					ASST_NUL, 0, NULL));
	text_line(&out, "slug", asst_assistant_slug(made));
	asst_assistant_free(made);
	asst_session_free(session);
	MUST(asst_store_close(second_store));
	second_store = NULL;
}

static int opened(int status)
{
	EXPECT((status == ASST_OK) == (second_store != NULL));
	if (second_store)
		try_store();
	return status;
}

static int run_open(asst_error *err)
{
	int status;

	second_store = w.store;
	opts = world_opts();
	status = FAILING(asst_store_open(&second_store, "memory:", opts, err));
	asst_store_opts_free(opts);
	return opened(status);
}

static int run_open_defaults(asst_error *err)
{
	second_store = w.store;
	return opened(FAILING(asst_store_open(&second_store, "memory:", NULL, err)));
}

/* The keyring is of the options and of the store, where one was opened. */
static int run_open_keyring(asst_error *err)
{
	int status;

	keyrings = 0;
	second_store = w.store;
	opts = world_opts();
	MUST(asst_store_opts_set_keyring(opts, &ring, NULL));
	status = FAILING(asst_store_open(&second_store, "memory:", opts, err));
	EXPECT(keyrings == 0);
	status = opened(status);
	EXPECT(keyrings == 0);
	asst_store_opts_free(opts);
	EXPECT(keyrings == 1);
	return status;
}

static int run_open_nowhere(asst_error *err)
{
	second_store = w.store;
	return opened(FAILING(asst_store_open(&second_store, "moon:", NULL, err)));
}

/* Consumed in any case: its destroy was called once at the end, or at once. */
static int open_backend(const asst_store_opts *with, asst_error *err)
{
	int destroyed = w.destroyed, status;

	second_store = w.store;
	status = FAILING(asst_store_open_backend(&second_store, &w.outer, with, err));
	EXPECT((status == ASST_OK) == (second_store != NULL));
	EXPECT(w.destroyed == destroyed + (status != ASST_OK));
	if (second_store)
		MUST(asst_store_close(second_store));
	EXPECT(w.destroyed == destroyed + 1);
	w.destroyed = destroyed;
	return status;
}

static int run_open_backend(asst_error *err)
{
	int status;

	opts = world_opts();
	status = open_backend(opts, err);
	asst_store_opts_free(opts);
	return status;
}

static int run_open_backend_defaults(asst_error *err)
{
	return open_backend(NULL, err);
}

static int run_open_backend_none(asst_error *err)
{
	second_store = w.store;
	return opened(FAILING(asst_store_open_backend(&second_store, NULL, NULL, err)));
}

/* Closing takes no memory. */
static int run_close(asst_error *err)
{
	int status;

	(void)err;
	status = FAILING(asst_store_close(w.store));
	w.store = NULL;
	EXPECT(asst_draft_reload(w.draft, NULL) == ASST_ESTATE);
	return status;
}

static int run_close_own(asst_error *err)
{
	(void)err;
	MUST(asst_store_open(&second_store, "memory:", NULL, NULL));
	return FAILING(asst_store_close(second_store));
}

static void close_first(void)
{
	MUST(asst_store_close(w.store));
	w.store = NULL;
}

static int run_closed(asst_error *err)
{
	return FAILING(asst_draft_reload(w.draft, err));
}

static int session(const char *json, asst_error *err)
{
	asst_session *made = w.bob;
	int status = FAILING(asst_session_open(&made, w.store, json, ASST_NUL, err));

	EXPECT((status == ASST_OK) == (made != NULL));
	if (made) {
		text_line(&out, "principal", asst_session_principal(made));
		text_line(&out, "workspace", asst_session_workspace(made));
	}
	asst_session_free(made);
	return status;
}

static int run_session(asst_error *err)
{
	return session("{\"workspace\":\"acme\",\"user\":\"zoe\",\"aiSeat\":true,\"teams\":["
		       "{\"id\":\"red\",\"role\":\"admin\"},{\"id\":\"blue\"}],"
		       "\"permissions\":[\"createAssistants\"]}",
		       err);
}

static int run_session_small(asst_error *err)
{
	return session("{\"workspace\":\"acme\",\"user\":\"zoe\"}", err);
}

static int run_session_wrong(asst_error *err)
{
	return session("{\"workspace\":\"a b\",\"teams\":[{\"role\":\"boss\"}],\"hat\":1}", err);
}

static int run_session_text(asst_error *err)
{
	return session("{\"workspace\":\"acme\",\"user\":\"\\ud800\"}", err);
}

static int run_system(asst_error *err)
{
	asst_session *made = w.bob;
	int status = FAILING(asst_session_open_system(&made, w.store, "acme", err));

	EXPECT((status == ASST_OK) == (made != NULL));
	if (made)
		text_line(&out, "principal", asst_session_principal(made));
	asst_session_free(made);
	return status;
}

static int run_system_wrong(asst_error *err)
{
	asst_session *made = w.bob;
	int status = FAILING(asst_session_open_system(&made, w.store, "a/b", err));

	EXPECT(made == NULL);
	return status;
}

static const struct op ops[] = {
	{ "asst_store_opts_new", "", ASST_OK, HEAP, NULL, run_opts_new },
	{ "asst_store_opts_set_text", "text", ASST_OK, 0, NULL, run_set_text },
	{ "asst_store_opts_set_text", "limits", ASST_OK, 0, NULL, run_set_limits },
	{ "asst_store_opts_set_text", "no such set", ASST_EINVAL, DETAIL, NULL,
	  run_set_text_wrong },
	{ "asst_store_opts_set_int", "limit", ASST_OK, 0, NULL, run_set_int },
	{ "asst_store_opts_set_int", "no such limit", ASST_EINVAL, DETAIL, NULL,
	  run_set_int_wrong },
	{ "asst_store_opts_set_allocator", "", ASST_OK, 0, NULL, run_set_allocator },
	{ "asst_store_opts_set_allocator", "short table", ASST_EABI, DETAIL, NULL,
	  run_set_allocator_short },
	{ "asst_store_opts_set_clock", "", ASST_OK, 0, NULL, run_set_clock },
	{ "asst_store_opts_set_clock", "no options", ASST_EINVAL, DETAIL, NULL,
	  run_set_clock_nothing },
	{ "asst_store_opts_set_random", "", ASST_OK, 0, NULL, run_set_random },
	{ "asst_store_opts_set_random", "no options", ASST_EINVAL, DETAIL, NULL,
	  run_set_random_nothing },
	{ "asst_store_opts_set_changed", "", ASST_OK, 0, NULL, run_set_changed },
	{ "asst_store_opts_set_changed", "no options", ASST_EINVAL, DETAIL, NULL,
	  run_set_changed_nothing },
	{ "asst_store_opts_set_principals", "", ASST_OK, 0, NULL, run_set_principals },
	{ "asst_store_opts_set_principals", "no options", ASST_EINVAL, DETAIL, NULL,
	  run_set_principals_nothing },
	{ "asst_store_opts_set_keyring", "", ASST_OK, HEAP, NULL, run_set_keyring },
	{ "asst_store_opts_set_keyring", "short table", ASST_EABI, DETAIL, NULL,
	  run_set_keyring_short },
	{ "asst_store_opts_set_keyring", "no options", ASST_EINVAL, DETAIL, NULL,
	  run_set_keyring_nothing },
	{ "asst_store_open", "with options", ASST_OK, ALL, NULL, run_open },
	{ "asst_store_open", "defaults", ASST_OK, HEAP, NULL, run_open_defaults },
	{ "asst_store_open", "with a keyring", ASST_OK, ALL, NULL, run_open_keyring },
	{ "asst_store_open", "no such backend", ASST_EINVAL, DETAIL, NULL, run_open_nowhere },
	{ "asst_store_open_backend", "with options", ASST_OK, ALL, NULL, run_open_backend },
	{ "asst_store_open_backend", "defaults", ASST_OK, HEAP, NULL, run_open_backend_defaults },
	{ "asst_store_open_backend", "no table", ASST_EINVAL, DETAIL, NULL, run_open_backend_none },
	{ "asst_store_close", "with handles open", ASST_OK, 0, NULL, run_close },
	{ "asst_store_close", "without", ASST_OK, 0, NULL, run_close_own },
	{ "asst_store_close", "closed before", ASST_ESTATE, DETAIL, close_first, run_closed },
	{ "asst_session_open", "teams", ASST_OK, ALL, NULL, run_session },
	{ "asst_session_open", "small", ASST_OK, ALL, NULL, run_session_small },
	{ "asst_session_open", "faults", ASST_EVALIDATION, ALL, NULL, run_session_wrong },
	{ "asst_session_open", "JSON with a fault", ASST_EVALIDATION, ALL, NULL, run_session_text },
	{ "asst_session_open_system", "", ASST_OK, ALL, NULL, run_system },
	{ "asst_session_open_system", "no workspace", ASST_EINVAL, DETAIL, NULL, run_system_wrong },
};

OOM_TESTS("store", ops)
OOM_HOST_TEST(ops)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_listed),
		cmocka_unit_test(test_heap),
		cmocka_unit_test(test_host),
	};

	return cmocka_run_group_tests_name("oom_store", tests, NULL, NULL) ? 1 : 0;
}
