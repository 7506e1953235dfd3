/* SPDX-License-Identifier: MIT */
/*
 * Allocation failures with secrets and keyrings. The keyring of most of this is the host's own:
 * it gives the same bytes each time, and takes memory, which may be lacking. That of libsodium
 * takes its memory from the system, where nothing fails here.
 */
#include "oom_people.h"

#include <assistant/sys/keyring.h>

#define SKILL                                                                                     \
	"{\"skills\":[{\"type\":\"custom\",\"name\":\"Call\",\"data\":{\"parameters\":{\"type\":" \
	"\"object\"},\"secrets\":[\"ONE\",\"TWO\",\"NONE\"]}}]}"

static const char *current; /* the key that seals */
static asst_session *runtime; /* stands in the place of bob's */

static const char *toy_current(void *user)
{
	(void)user;
	return current;
}

static unsigned char sum(const char *key, const void *context, size_t size)
{
	const unsigned char *bytes = context;
	unsigned char value = (unsigned char)key[strlen(key) - 1];

	while (size--)
		value = (unsigned char)(value * 31 + *bytes++);
	return value;
}

/* Through memory of its own. What "k0" sealed does not open: it was lost. */
static int toy_turn(void *to, const void *from, size_t size, unsigned char with)
{
	unsigned char *bytes = malloc(size + 1);

	if (!bytes)
		return ASST_ENOMEM;
	memcpy(bytes, from, size);
	for (size_t i = 0; i < size; i++)
		bytes[i] ^= with;
	memcpy(to, bytes, size);
	free(bytes);
	return ASST_OK;
}

static int toy_seal(void *user, const char *by, void *sealed, size_t *sealed_size,
		    const void *value, size_t size, const void *context, size_t context_size)
{
	unsigned char with = sum(by, context, context_size);

	(void)user;
	*sealed_size = size + 1;
	((unsigned char *)sealed)[size] = with;
	return toy_turn(sealed, value, size, with);
}

static int toy_open(void *user, const char *by, void *value, size_t *size, const void *sealed,
		    size_t sealed_size, const void *context, size_t context_size)
{
	unsigned char with = sum(by, context, context_size);

	(void)user;
	if (strcmp(by, "k0") == 0 || sealed_size < 1 || ((const unsigned char *)sealed)[sealed_size - 1] != with)
		return ASST_ECORRUPT;
	*size = sealed_size - 1;
	return toy_turn(value, sealed, *size, with);
}

static int toy_rewrap(void *user, const char *from, const char *to, void *sealed,
		      size_t *sealed_size, const void *old, size_t old_size,
		      const void *old_context, size_t old_context_size, const void *context,
		      size_t context_size)
{
	unsigned char value[256];
	size_t size;
	int status = old_size > sizeof(value) ?
			     ASST_EINTERNAL :
			     toy_open(user, from, value, &size, old, old_size, old_context,
				      old_context_size);

	return status ? status :
			toy_seal(user, to, sealed, sealed_size, value, size, context, context_size);
}

static const asst_keyring toy = { .size = sizeof(toy),
				  .current = toy_current,
				  .seal = toy_seal,
				  .open = toy_open };
static const asst_keyring rewrapping_toy = { .size = sizeof(toy),
					     .current = toy_current,
					     .seal = toy_seal,
					     .open = toy_open,
					     .rewrap = toy_rewrap };

static void set(const char *id, const char *name, const char *value)
{
	w.time++;
	MUST(asst_secret_set(w.ada, id, name, value, ASST_NUL, "Sealed", 0, NULL));
}

static const asst_keyring *made_of = &toy;

/* A runtime of ada's, whose assistant lists two secrets that are there, and one that is not. */
static void prepare_secrets(void)
{
	asst_store_opts *opts = world_opts();

	current = "k1";
	MUST(asst_store_opts_set_keyring(opts, made_of, NULL));
	people_begin(opts);
	MUST(asst_assistant_patch_json(NULL, w.ada, w.alpha, SKILL, ASST_NUL, ASST_ANY_REVISION, 0,
				       NULL));
	set(w.alpha, "ONE", "first");
	set(w.alpha, "TWO", "second");
	asst_session_free(w.bob);
	MUST(asst_session_runtime(&w.bob, w.ada, NULL));
	runtime = w.bob;
}

/* More than what is kept without taking memory. */
static void prepare_many(void)
{
	char name[8];

	prepare_secrets();
	for (int i = 0; i < 12; i++) {
		snprintf(name, sizeof(name), "S%d", i);
		set(w.alpha, name, "one of many");
	}
}

static int set_one(const char *id, const char *name, asst_error *err)
{
	return FAILING(asst_secret_set(w.ada, id, name, "value", ASST_NUL, "New", 0, err));
}

RUN(set, set_one(w.alpha, "NEW", err))
RUN(set_again, set_one(w.alpha, "ONE", err))
RUN(set_name, set_one(w.alpha, "1", err))
RUN(set_absent, set_one("no id", "ONE", err))
RUN(set_none, FAILING(asst_secret_set(w.ada, w.alpha, "ONE", NULL, 0, NULL, 0, err)))
RUN(set_large, FAILING(asst_secret_set(w.ada, w.alpha, "ONE", "", 65537, NULL, 0, err)))

static int run_set_lost(asst_error *err)
{
	w.conflicts = 2;
	return set_one(w.alpha, "NEW", err);
}

static int list(asst_session *session, const char *id, asst_error *err)
{
	asst_buf *buf = NO_BUF;
	int status = FAILING(asst_secret_list(&buf, session, id, err));

	return gave(status, buf);
}

RUN(list, list(w.ada, w.alpha, err))
RUN(list_none, list(w.ada, w.beta, err))
RUN(list_hidden, list(w.bob, w.alpha, err))

static int describe(const char *name, const char *text, asst_error *err)
{
	return FAILING(asst_secret_describe(w.ada, w.alpha, name, text, 0, err));
}

RUN(describe, describe("ONE", "Another", err))
RUN(describe_not, describe("ONE", NULL, err))
RUN(describe_none, describe("NONE", "?", err))
RUN(describe_wrong, describe("ONE", "\xff", err))

RUN(delete, FAILING(asst_secret_delete(w.ada, w.alpha, "ONE", 0, err)))
RUN(delete_none, FAILING(asst_secret_delete(w.ada, w.alpha, "NONE", 0, err)))

static int run_delete_lost(asst_error *err)
{
	w.conflicts = 1;
	return run_delete(err);
}

/* It is lent once, and only where it can be. */
static int lent, answer;

static int take(void *user, const void *value, size_t size)
{
	EXPECT(user == &lent);
	lent++;
	text_format(&out, "%zu bytes: %.*s\n", size, (int)size, (const char *)value);
	return answer;
}

static int use(asst_session *session, const char *name, int answers, asst_error *err)
{
	int status;

	lent = 0;
	answer = answers;
	status = FAILING(asst_secret_use(session, w.alpha, name, take, &lent, err));
	EXPECT(lent == (status == answers));
	if (status != ASST_OK)
		out.size = 0;
	return status;
}

RUN(use, use(runtime, "ONE", ASST_OK, err))
RUN(use_fails, use(runtime, "ONE", ASST_ECANCELED, err))
RUN(use_none, use(runtime, "NONE", ASST_OK, err))
RUN(use_unlisted, use(runtime, "OTHER", ASST_OK, err))
RUN(use_person, use(w.ada, "ONE", ASST_OK, err))

/* Each seal is a step: of what is interrupted, one secret here is to be sealed anew. */
static int rewrap(uint64_t count, asst_error *err)
{
	uint64_t sealed = 77;
	int status = FAILING(asst_secret_rewrap(&sealed, w.host, NULL, NULL, 0, err));

	EXPECT(sealed == (status == ASST_OK ? count : 0));
	return status;
}

static void prepare_rewrap(void)
{
	prepare_secrets();
	current = "k2";
	set(w.alpha, "ONE", "anew");
}

RUN(rewrap, rewrap(1, err))
RUN(rewrap_nothing, rewrap(0, err))
RUN(rewrap_denied, FAILING(asst_secret_rewrap(NULL, w.ada, NULL, NULL, 0, err)))

static int run_rewrap_lost(asst_error *err)
{
	w.conflicts = 2;
	return rewrap(1, err);
}

/* In the keyring. */
static void prepare_inside(void)
{
	made_of = &rewrapping_toy;
	prepare_rewrap();
	made_of = &toy;
}

static int stop(void *user, uint64_t done, uint64_t total)
{
	(void)user;
	(void)done;
	(void)total;
	return 1;
}

RUN(rewrap_stop, FAILING(asst_secret_rewrap(NULL, w.host, stop, NULL, 0, err)))

/* A store of its own, whose secrets are sealed anew one after the other. */

static const char *const names[] = { "A", "B", "C" };

static void own_open(asst_store **store, asst_session **system, const asst_keyring *keyring)
{
	asst_store_opts *opts = world_opts();

	MUST(asst_store_opts_set_keyring(opts, keyring, NULL));
	MUST(asst_store_open(store, "memory:", opts, NULL));
	asst_store_opts_free(opts);
	MUST(asst_session_open_system(system, *store, "acme", NULL));
}

/* What was sealed before memory was lacking stays so, and the next call goes on. */
static int run_rewrap_more(asst_error *err)
{
	uint64_t sealed = 77, more = 0;
	asst_session *system;
	asst_assistant *made;
	asst_store *store;
	int status;
	size_t i;

	current = "k1";
	own_open(&store, &system, &toy);
	MUST(asst_assistant_create_json(&made, system, "{\"name\":\"S\",\"ownerId\":\"user:s\"}",
					ASST_NUL, 0, NULL));
	for (i = 0; i < T_COUNT(names); i++)
		MUST(asst_secret_set(system, asst_assistant_id(made), names[i], "v", 1, NULL, 0,
				     NULL));
	current = "k2";
	status = FAILING(asst_secret_rewrap(&sealed, system, NULL, NULL, 0, err));
	EXPECT(status == ASST_OK ? sealed == 3 : sealed < 3);
	MUST(asst_secret_rewrap(&more, system, NULL, NULL, 0, NULL));
	EXPECT(sealed + more == 3);
	asst_assistant_free(made);
	asst_session_free(system);
	MUST(asst_store_close(store));
	return status;
}

/* The one that does not open is in the way of none. */
static int run_rewrap_lost_key(asst_error *err)
{
	uint64_t sealed = 77, more = 0;
	asst_session *system;
	asst_assistant *made;
	asst_store *store;
	int status;
	size_t i;

	current = "k0";
	own_open(&store, &system, &toy);
	MUST(asst_assistant_create_json(&made, system, "{\"name\":\"S\",\"ownerId\":\"user:s\"}",
					ASST_NUL, 0, NULL));
	for (i = 0; i < T_COUNT(names); i++) {
		MUST(asst_secret_set(system, asst_assistant_id(made), names[i], "v", 1, NULL, 0,
				     NULL));
		current = "k1";
	}
	current = "k2";
	status = FAILING(asst_secret_rewrap(&sealed, system, NULL, NULL, 0, err));
	EXPECT(status == ASST_ECORRUPT ? sealed == 2 : sealed < 2);
	EXPECT(asst_secret_rewrap(&more, system, NULL, NULL, 0, NULL) == ASST_ECORRUPT);
	EXPECT(sealed + more == 2);
	asst_assistant_free(made);
	asst_session_free(system);
	MUST(asst_store_close(store));
	return status;
}

#define KEYRING "asst_keyring_new_sodium"
#define SECRET(call) "asst_secret_" call

RUN(ring_none, FAILING(asst_keyring_new_sodium(NULL, 0, NULL, NULL, 0, err)))

static int run_ring(asst_error *err)
{
	static const char *const ids[] = { "k1" };
	static const unsigned char bytes[32] = { 1 };
	asst_keyring made;
	int status = FAILING(asst_keyring_new_sodium(&made, sizeof(made), ids, bytes, 1, err));

	if (status == ASST_OK)
		made.destroy(made.user);
	return status;
}

/* What libsodium's keyring seals differs each time. */
static int run_ring_set(asst_error *err)
{
	static const char *const ids[] = { "k1" };
	static const unsigned char bytes[32] = { 1 };
	asst_session *system;
	asst_assistant *made;
	asst_keyring keyring;
	asst_store *store;
	int status;

	MUST(asst_keyring_new_sodium(&keyring, sizeof(keyring), ids, bytes, 1, NULL));
	own_open(&store, &system, &keyring);
	MUST(asst_assistant_create_json(&made, system, "{\"name\":\"S\",\"ownerId\":\"user:s\"}",
					ASST_NUL, 0, NULL));
	status = FAILING(
		asst_secret_set(system, asst_assistant_id(made), "A", "v", 1, NULL, 0, err));
	asst_assistant_free(made);
	asst_session_free(system);
	MUST(asst_store_close(store));
	return status;
}

static const struct op ops[] = {
	{ SECRET("set"), "new", ASST_OK, ALL, prepare_secrets, run_set },
	{ SECRET("set"), "lost races", ASST_OK, ALL | DETAIL, prepare_secrets, run_set_lost },
	{ SECRET("set"), "one of many", ASST_OK, ALL, prepare_many, run_set },
	{ SECRET("set"), "changed", ASST_OK, ALL, prepare_secrets, run_set_again },
	{ SECRET("set"), "no name", ASST_EVALIDATION, ALL, prepare_secrets, run_set_name },
	{ SECRET("set"), "absent", ASST_ENOTFOUND, ALL, prepare_secrets, run_set_absent },
	{ SECRET("set"), "no value", ASST_EINVAL, DETAIL, prepare_secrets, run_set_none },
	{ SECRET("set"), "too large", ASST_ELIMIT, ALL, prepare_secrets, run_set_large },
	{ SECRET("set"), "no keyring", ASST_EUNSUPPORTED, ALL, prepare_people, run_set },
	{ SECRET("list"), "two", ASST_OK, ALL, prepare_secrets, run_list },
	{ SECRET("list"), "many", ASST_OK, ALL, prepare_many, run_list },
	{ SECRET("list"), "none", ASST_OK, ALL, prepare_secrets, run_list_none },
	{ SECRET("list"), "hidden", ASST_ENOTFOUND, ALL, prepare_people, run_list_hidden },
	{ SECRET("describe"), "anew", ASST_OK, ALL, prepare_secrets, run_describe },
	{ SECRET("describe"), "not at all", ASST_OK, ALL, prepare_secrets, run_describe_not },
	{ SECRET("describe"), "absent", ASST_ENOTFOUND, ALL, prepare_secrets, run_describe_none },
	{ SECRET("describe"), "no UTF-8", ASST_EVALIDATION, ALL, prepare_secrets,
	  run_describe_wrong },
	{ SECRET("delete"), "one", ASST_OK, ALL, prepare_secrets, run_delete },
	{ SECRET("delete"), "lost race", ASST_OK, ALL | DETAIL, prepare_secrets, run_delete_lost },
	{ SECRET("delete"), "absent", ASST_OK, ALL, prepare_secrets, run_delete_none },
	{ SECRET("use"), "lent", ASST_OK, ALL, prepare_secrets, run_use },
	{ SECRET("use"), "its user fails", ASST_ECANCELED, ALL, prepare_secrets, run_use_fails },
	{ SECRET("use"), "absent", ASST_ENOTFOUND, ALL, prepare_secrets, run_use_none },
	{ SECRET("use"), "not listed", ASST_EDENIED, ALL, prepare_secrets, run_use_unlisted },
	{ SECRET("use"), "no runtime", ASST_EDENIED, ALL, prepare_secrets, run_use_person },
	{ SECRET("rewrap"), "one of two", ASST_OK, ALL, prepare_rewrap, run_rewrap },
	{ SECRET("rewrap"), "in the keyring", ASST_OK, ALL, prepare_inside, run_rewrap },
	{ SECRET("rewrap"), "one with a lost key", ASST_ECORRUPT, ALL | DETAIL, NULL,
	  run_rewrap_lost_key },
	{ SECRET("rewrap"), "lost races", ASST_OK, ALL | DETAIL, prepare_rewrap, run_rewrap_lost },
	{ SECRET("rewrap"), "nothing", ASST_OK, ALL, prepare_secrets, run_rewrap_nothing },
	{ SECRET("rewrap"), "step by step", ASST_OK, ALL, NULL, run_rewrap_more },
	{ SECRET("rewrap"), "denied", ASST_EDENIED, ALL, prepare_secrets, run_rewrap_denied },
	{ SECRET("rewrap"), "canceled", ASST_ECANCELED, ALL, prepare_secrets, run_rewrap_stop },
	{ KEYRING, "no keys", ASST_EINVAL, DETAIL, NULL, run_ring_none },
};

/* Of libsodium; without it there is none. */
static const struct op of_sodium[] = {
	{ KEYRING, "one key", ASST_OK, 0, NULL, run_ring },
	{ SECRET("set"), "sealed by libsodium", ASST_OK, ALL, NULL, run_ring_set },
};

static const struct op without[] = {
	{ KEYRING, "without libsodium", ASST_EUNSUPPORTED, DETAIL, NULL, run_ring },
};

OOM_TESTS("secrets", ops)
OOM_HOST_TEST(ops)

static void test_sodium(void **state)
{
	bool with = asst_feature_supported("sodium");
	const struct op *table = with ? of_sodium : without;
	size_t count = with ? T_COUNT(of_sodium) : T_COUNT(without);

	(void)state;
	if (heap_is_ours())
		run_ops(table, count, OF_HEAP);
	run_ops(table, count, OF_HOST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_listed),
		cmocka_unit_test(test_heap),
		cmocka_unit_test(test_host),
		cmocka_unit_test(test_sodium),
	};

	return cmocka_run_group_tests_name("oom_secrets", tests, NULL, NULL) ? 1 : 0;
}
