/* SPDX-License-Identifier: MIT */
/* The keyring of libsodium by itself, and who owns a keyring. */
#include "secrets.h"

/* A keyring of the host's own around that of libsodium, which counts. */
struct own {
	asst_keyring sodium;
	int seals, opens, rewraps, destroyed, answer;
	const char *current, *next; /* next: what current tells from the next time on */
	char context[4][200];
	size_t context_size[4];
};

static const char *own_current(void *user)
{
	struct own *own = user;
	const char *told = own->current;

	own->current = own->next;
	return told;
}

static int own_seal(void *user, const char *key, void *sealed, size_t *sealed_size,
		    const void *value, size_t size, const void *context, size_t context_size)
{
	struct own *own = user;

	assert_true(context_size <= sizeof(own->context[0]));
	memcpy(own->context[own->seals % 4], context, context_size);
	own->context_size[own->seals++ % 4] = context_size;
	return own->answer ? own->answer :
			     own->sodium.seal(own->sodium.user, key, sealed, sealed_size, value,
					      size, context, context_size);
}

static int own_open(void *user, const char *key, void *value, size_t *size, const void *sealed,
		    size_t sealed_size, const void *context, size_t context_size)
{
	struct own *own = user;

	own->opens++;
	return own->answer ? own->answer :
			     own->sodium.open(own->sodium.user, key, value, size, sealed,
					      sealed_size, context, context_size);
}

/* The value does not leave this function. */
static int own_rewrap(void *user, const char *from, const char *to, void *sealed,
		      size_t *sealed_size, const void *old, size_t old_size,
		      const void *old_context, size_t old_context_size, const void *context,
		      size_t context_size)
{
	static unsigned char value[70000];
	struct own *own = user;
	asst_keyring *sodium = &own->sodium;
	size_t size;
	int status;

	own->rewraps++;
	if (own->answer)
		return own->answer;
	status = sodium->open(sodium->user, from, value, &size, old, old_size, old_context,
			      old_context_size);
	return status ? status : sodium->seal(sodium->user, to, sealed, sealed_size, value, size,
					      context, context_size);
}

static void own_destroy(void *user)
{
	struct own *own = user;

	own->destroyed++;
	own->sodium.destroy(own->sodium.user);
}

static asst_keyring own_keyring(struct own *own)
{
	asst_keyring keyring = { .size = sizeof(keyring),  .user = own,
				 .current = own_current,   .seal = own_seal,
				 .open = own_open,	   .destroy = own_destroy };

	memset(own, 0, sizeof(*own));
	own->sodium = people_keyring("k1", "k2");
	own->current = own->next = "k1";
	return keyring;
}

/* A host with this keyring, whose ada has an assistant that lists ONE and TWO, and a runtime. */
static struct host *own_host(const asst_keyring *keyring, const char **id)
{
	asst_store_opts *opts = asst_store_opts_new();
	struct host *host;

	assert_int_equal(asst_store_opts_set_keyring(opts, keyring, NULL), ASST_OK);
	host = host_new(host_disk_new(), opts);
	asst_store_opts_free(opts);
	*id = host_create(host, "ada create", t_json(SECRETS_TWO));
	secrets_run(host, "ada create");
	return host;
}

static void sealing_and_opening_give_the_value(void **state)
{
	static unsigned char value[65536], sealed[65536 + ASST_KEYRING_OVERHEAD], opened[sizeof(sealed)];
	static const size_t sizes[] = { 0, 1, 17, 4096, 65536 };
	asst_keyring k = people_keyring("k1", "k2");
	size_t i, sealed_size, size;

	(void)state;
	memset(value, 'v', sizeof(value));
	assert_string_equal(k.current(k.user), "k1");
	for (i = 0; i < T_COUNT(sizes); i++) {
		assert_int_equal(k.seal(k.user, "k1", sealed, &sealed_size, value, sizes[i], "c",
					1),
				 ASST_OK);
		assert_true(sealed_size >= sizes[i] + 16 &&
			    sealed_size <= sizes[i] + ASST_KEYRING_OVERHEAD);
		assert_int_equal(k.open(k.user, "k1", opened, &size, sealed, sealed_size, "c", 1),
				 ASST_OK);
		assert_int_equal(size, sizes[i]);
		assert_memory_equal(opened, value, size);
	}
	k.destroy(k.user);
}

static void a_flipped_bit_or_a_cut_is_refused(void **state)
{
	unsigned char sealed[32 + ASST_KEYRING_OVERHEAD], opened[sizeof(sealed)];
	asst_keyring k = people_keyring("k1", NULL);
	size_t i, sealed_size, size;

	(void)state;
	assert_int_equal(k.seal(k.user, "k1", sealed, &sealed_size, "value", 5, "context", 7), ASST_OK);
	for (i = 0; i < sealed_size * 8; i++) {
		sealed[i / 8] ^= (unsigned char)(1u << i % 8);
		assert_int_equal(k.open(k.user, "k1", opened, &size, sealed, sealed_size, "context", 7),
				 ASST_ECORRUPT);
		sealed[i / 8] ^= (unsigned char)(1u << i % 8);
	}
	for (i = 0; i < sealed_size; i++)
		assert_int_equal(k.open(k.user, "k1", opened, &size, sealed, i, "context", 7),
				 ASST_ECORRUPT);
	assert_int_equal(k.open(k.user, "k1", opened, &size, sealed, sealed_size, "context", 7),
			 ASST_OK);
	k.destroy(k.user);
}

static void another_context_or_key_does_not_open(void **state)
{
	unsigned char sealed[32 + ASST_KEYRING_OVERHEAD], opened[sizeof(sealed)];
	asst_keyring k = people_keyring("k1", "k2"), other;
	const char *id = "k1";
	unsigned char bytes[32];
	size_t sealed_size, size;

	(void)state;
	assert_int_equal(k.seal(k.user, "k1", sealed, &sealed_size, "value", 5, "context", 7), ASST_OK);
	assert_int_equal(k.open(k.user, "k1", opened, &size, sealed, sealed_size, "contexu", 7),
			 ASST_ECORRUPT);
	assert_int_equal(k.open(k.user, "k1", opened, &size, sealed, sealed_size, "context", 6),
			 ASST_ECORRUPT);
	assert_int_equal(k.open(k.user, "k1", opened, &size, sealed, sealed_size, "", 0), ASST_ECORRUPT);
	assert_int_equal(k.open(k.user, "k2", opened, &size, sealed, sealed_size, "context", 7),
			 ASST_ECORRUPT);
	assert_int_equal(k.open(k.user, "k9", opened, &size, sealed, sealed_size, "context", 7),
			 ASST_ECORRUPT);
	memset(bytes, '2', sizeof(bytes)); /* the same id, another key */
	assert_int_equal(asst_keyring_new_sodium(&other, sizeof(other), &id, bytes, 1, NULL), ASST_OK);
	assert_int_equal(other.open(other.user, "k1", opened, &size, sealed, sealed_size, "context", 7),
			 ASST_ECORRUPT);
	other.destroy(other.user);
	k.destroy(k.user);
}

static void wrong_keys_are_einval(void **state)
{
	static const char *const bad[] = { "", "a b", "a/b", "\xC3\xA9",
					   "12345678901234567890123456789012345678901234567890123456789012345" };
	static unsigned char bytes[32 * 17];
	asst_keyring k;
	const char *ids[17], *twice[2] = { "k", "k" };
	size_t i;

	(void)state;
	for (i = 0; i < T_COUNT(ids); i++)
		ids[i] = &"abcdefghijklmnopq"[i];
	for (i = 0; i < T_COUNT(bad); i++)
		assert_int_equal(asst_keyring_new_sodium(&k, sizeof(k), &bad[i], bytes, 1, NULL),
				 ASST_EINVAL);
	assert_int_equal(asst_keyring_new_sodium(&k, sizeof(k), ids, bytes, 0, NULL), ASST_EINVAL);
	assert_int_equal(asst_keyring_new_sodium(&k, sizeof(k), ids, bytes, 17, NULL), ASST_EINVAL);
	assert_int_equal(asst_keyring_new_sodium(&k, sizeof(k), twice, bytes, 2, NULL), ASST_EINVAL);
	assert_int_equal(asst_keyring_new_sodium(&k, sizeof(k), NULL, bytes, 1, NULL), ASST_EINVAL);
	assert_int_equal(asst_keyring_new_sodium(&k, sizeof(k), ids, NULL, 1, NULL), ASST_EINVAL);
	assert_int_equal(asst_keyring_new_sodium(NULL, sizeof(k), ids, bytes, 1, NULL), ASST_EINVAL);
	assert_int_equal(asst_keyring_new_sodium(&k, 8, ids, bytes, 1, NULL), ASST_EABI);
	assert_int_equal(asst_keyring_new_sodium(&k, sizeof(k), ids, bytes, 16, NULL), ASST_OK);
	assert_int_equal(k.size, sizeof(k));
	k.destroy(k.user);
}

/* What is left of a call that failed cannot be taken for a keyring. */
static void where_it_fails_the_table_is_zero(void **state)
{
	static const asst_keyring zero;
	static unsigned char bytes[32];
	static const char *const bad = "a b";
	asst_keyring k;

	(void)state;
	memset(&k, 0x5a, sizeof(k));
	assert_int_equal(asst_keyring_new_sodium(&k, sizeof(k), &bad, bytes, 1, NULL), ASST_EINVAL);
	assert_memory_equal(&k, &zero, sizeof(k));
	memset(&k, 0x5a, sizeof(k));
	assert_int_equal(asst_keyring_new_sodium(&k, sizeof(k), NULL, NULL, 0, NULL), ASST_EINVAL);
	assert_memory_equal(&k, &zero, sizeof(k));
}

static void any_of_its_keys_seals(void **state)
{
	unsigned char sealed[5 + ASST_KEYRING_OVERHEAD], opened[sizeof(sealed)];
	asst_keyring k = people_keyring("k1", "k2");
	size_t sealed_size, size;

	(void)state;
	assert_int_equal(k.seal(k.user, "k2", sealed, &sealed_size, "value", 5, "c", 1), ASST_OK);
	assert_int_equal(k.open(k.user, "k2", opened, &size, sealed, sealed_size, "c", 1), ASST_OK);
	assert_int_equal(size, 5);
	assert_int_equal(k.open(k.user, "k1", opened, &size, sealed, sealed_size, "c", 1),
			 ASST_ECORRUPT);
	assert_int_equal(k.seal(k.user, "k9", sealed, &sealed_size, "value", 5, "c", 1),
			 ASST_EINTERNAL);
	k.destroy(k.user);
}

static void a_table_must_fit(void **state)
{
	struct {
		asst_keyring table;
		void *later;
	} newer;
	asst_store_opts *opts = asst_store_opts_new();
	struct own own;
	asst_keyring keyring = own_keyring(&own), wrong;

	(void)state;
	wrong = keyring;
	wrong.size = 8;
	assert_int_equal(asst_store_opts_set_keyring(opts, &wrong, NULL), ASST_EABI);
	memset(&newer, 0, sizeof(newer));
	newer.table = keyring;
	newer.table.size = sizeof(newer);
	newer.later = &own;
	assert_int_equal(asst_store_opts_set_keyring(opts, &newer.table, NULL), ASST_EABI);
	newer.later = NULL;
	assert_int_equal(asst_store_opts_set_keyring(opts, &newer.table, NULL), ASST_OK);
	wrong = keyring;
	wrong.current = NULL;
	assert_int_equal(asst_store_opts_set_keyring(opts, &wrong, NULL), ASST_EINVAL);
	wrong = keyring;
	wrong.seal = NULL;
	assert_int_equal(asst_store_opts_set_keyring(opts, &wrong, NULL), ASST_EINVAL);
	wrong = keyring;
	wrong.open = NULL;
	assert_int_equal(asst_store_opts_set_keyring(opts, &wrong, NULL), ASST_EINVAL);
	assert_int_equal(asst_store_opts_set_keyring(NULL, &keyring, NULL), ASST_EINVAL);
	assert_int_equal(own.destroyed, 0); /* what failed took nothing */
	asst_store_opts_free(opts);
	assert_int_equal(own.destroyed, 1);
}

/* Options have it until a store takes it: it goes with them, or where another takes its place. */
static void one_that_no_store_took_goes_with_the_options(void **state)
{
	asst_store_opts *opts = asst_store_opts_new();
	struct own first, second;
	asst_keyring keyring = own_keyring(&first), other = own_keyring(&second);
	asst_store *store;

	(void)state;
	assert_int_equal(asst_store_opts_set_keyring(opts, &keyring, NULL), ASST_OK);
	assert_int_equal(asst_store_opts_set_keyring(opts, &other, NULL), ASST_OK);
	assert_int_equal(first.destroyed, 1);
	assert_int_equal(asst_store_open(&store, "nowhere:", opts, NULL), ASST_EINVAL);
	assert_int_equal(second.destroyed, 0);
	asst_store_opts_free(opts);
	assert_int_equal(second.destroyed, 1);
}

/* All stores that are opened with the options have it; the last one destroys it. */
static void a_keyring_is_of_all_stores_of_its_options(void **state)
{
	asst_store_opts *opts = asst_store_opts_new();
	struct own own, other;
	asst_keyring keyring = own_keyring(&own), next = own_keyring(&other);
	struct host *hosts[3];
	const char *id;
	size_t i;

	(void)state;
	assert_int_equal(asst_store_opts_set_keyring(opts, &keyring, NULL), ASST_OK);
	hosts[0] = host_new(host_disk_new(), opts);
	hosts[1] = host_new(host_disk_new(), opts);
	assert_int_equal(asst_store_opts_set_keyring(opts, &next, NULL), ASST_OK);
	hosts[2] = host_new(host_disk_new(), opts);
	asst_store_opts_free(opts);
	for (i = 0; i < 3; i++) {
		id = host_create(hosts[i], "ada create", t_json(SECRETS_TWO));
		MUST(hosts[i], secrets_set(hosts[i], "ada create", id, "ONE", "value"));
	}
	assert_int_equal(own.seals, 2);
	assert_int_equal(other.seals, 1);
	host_free(hosts[1]);
	assert_int_equal(own.destroyed, 0);
	host_free(hosts[0]);
	assert_int_equal(own.destroyed, 1);
	assert_int_equal(other.destroyed, 0);
	host_free(hosts[2]);
	assert_int_equal(other.destroyed, 1);
}

static void the_options_have_it_for_as_long_as_they_are_there(void **state)
{
	asst_store_opts *opts = asst_store_opts_new();
	struct own own;
	asst_keyring keyring = own_keyring(&own);

	(void)state;
	assert_int_equal(asst_store_opts_set_keyring(opts, &keyring, NULL), ASST_OK);
	host_free(host_new(host_disk_new(), opts));
	host_free(host_new(host_disk_new(), opts));
	assert_int_equal(own.destroyed, 0);
	assert_int_equal(asst_store_opts_set_keyring(opts, NULL, NULL), ASST_OK);
	assert_int_equal(own.destroyed, 1);
	asst_store_opts_free(opts);
	assert_int_equal(own.destroyed, 1);
}

/* Each place has a context of its own, in which its parts cannot be shifted. */
static void each_place_has_its_context(void **state)
{
	static const struct {
		const char *spec, *name;
	} rows[] = { { "ada create", "ONE" }, { "ada create", "ONE2" }, { "ada create @acme2", "ONE" } };
	asst_store_opts *opts = asst_store_opts_new();
	struct own own;
	asst_keyring keyring = own_keyring(&own);
	struct host *host;
	size_t i, k;

	(void)state;
	assert_int_equal(asst_store_opts_set_keyring(opts, &keyring, NULL), ASST_OK);
	host = host_new(host_disk_new(), opts);
	asst_store_opts_free(opts);
	for (i = 0; i < T_COUNT(rows); i++) {
		MUST(host, secrets_set(host, rows[i].spec,
				       host_create(host, rows[i].spec, "{\"name\":\"a\"}"),
				       rows[i].name, "value"));
		assert_true(own.context_size[i] > 0);
		for (k = 0; k < i; k++)
			assert_false(own.context_size[i] == own.context_size[k] &&
				     memcmp(own.context[i], own.context[k], own.context_size[i]) == 0);
	}
	assert_int_equal(own.seals, 3);
	host_free(host);
}

static void a_keyring_that_fails_changes_nothing(void **state)
{
	asst_store_opts *opts = asst_store_opts_new();
	struct own own;
	asst_keyring keyring = own_keyring(&own);
	struct host *host;
	const char *id;

	(void)state;
	assert_int_equal(asst_store_opts_set_keyring(opts, &keyring, NULL), ASST_OK);
	host = host_new(host_disk_new(), opts);
	asst_store_opts_free(opts);
	id = host_create(host, "ada create", t_json(SECRETS_TWO));
	secrets_run(host, "ada create");
	MUST(host, secrets_set(host, "ada create", id, "ONE", "value"));
	own.answer = ASST_EIO;
	host_count_anew(host);
	EXPECT(host, ASST_EIO, secrets_set(host, "ada create", id, "ONE", "other"));
	EXPECT(host, ASST_EIO, secrets_set(host, "ada create", id, "TWO", "other"));
	EXPECT(host, ASST_EIO, secrets_try(host, "run:ada create", id, "ONE"));
	assert_int_equal(host_calls(host, HOST_APPLY), 0);
	own.answer = ASST_ECORRUPT;
	EXPECT(host, ASST_ECORRUPT, secrets_try(host, "run:ada create", id, "ONE"));
	own.answer = 0;
	secrets_is(host, "run:ada create", id, "ONE", "value");
	assert_int_equal(json_count(secrets_list(host, "ada create", id), ""), 1);
	host_free(host);
}

/* What a keyring says of itself is not an answer to the caller's own request. */
static void a_keyring_decides_nothing_for_the_caller(void **state)
{
	static const int wrong[] = { ASST_EINVAL,     ASST_EVALIDATION, ASST_EUNAUTHENTICATED,
				     ASST_EDENIED,    ASST_ENOTFOUND,   ASST_ECONFLICT,
				     ASST_EEXISTS,    ASST_EGONE,       ASST_EREVISION,
				     ASST_ELIMIT,     ASST_EREADONLY,   ASST_EINDOUBT,
				     ASST_ESTATE,     42,               -7 };
	static const int right[] = { ASST_EIO,     ASST_ENOMEM,       ASST_EBUSY,    ASST_ECORRUPT,
				     ASST_EFORMAT, ASST_EUNSUPPORTED, ASST_ECANCELED };
	struct own own;
	asst_keyring keyring = own_keyring(&own);
	struct host *host;
	const char *id;
	size_t i;

	(void)state;
	host = own_host(&keyring, &id);
	MUST(host, secrets_set(host, "ada create", id, "ONE", "value"));
	for (i = 0; i < T_COUNT(wrong); i++) {
		own.answer = wrong[i];
		EXPECT(host, ASST_EBACKEND, secrets_set(host, "ada create", id, "TWO", "v"));
		assert_int_equal(asst_error_raw(host->err), wrong[i]);
		EXPECT(host, ASST_EBACKEND, secrets_try(host, "run:ada create", id, "ONE"));
		assert_int_equal(asst_error_raw(host->err), wrong[i]);
	}
	for (i = 0; i < T_COUNT(right); i++) {
		own.answer = right[i];
		EXPECT(host, right[i], secrets_set(host, "ada create", id, "TWO", "v"));
		EXPECT(host, right[i], secrets_try(host, "run:ada create", id, "ONE"));
	}
	own.answer = 0;
	host_free(host);
}

/* The host turns to another key after it told the present one's id. */
static void a_key_that_changes_meanwhile_loses_nothing(void **state)
{
	struct own own;
	asst_keyring keyring = own_keyring(&own);
	struct host *host;
	uint64_t sealed;
	const char *id;

	(void)state;
	host = own_host(&keyring, &id);
	own.next = "k2";
	MUST(host, secrets_set(host, "ada create", id, "ONE", "value"));
	assert_string_equal(own.current, "k2");
	assert_string_equal(json_at(secrets_list(host, "ada create", id), "/0/keyId"), "k1");
	secrets_is(host, "run:ada create", id, "ONE", "value");
	own.next = "k1";
	MUST(host, asst_secret_rewrap(&sealed, as(host, "system"), NULL, NULL, 0, host->err));
	assert_int_equal(sealed, 1);
	assert_string_equal(own.current, "k1");
	assert_string_equal(json_at(secrets_list(host, "ada create", id), "/0/keyId"), "k2");
	secrets_is(host, "run:ada create", id, "ONE", "value");
	host_free(host);
}

static void a_keyring_that_can_wrap_again_never_opens_for_it(void **state)
{
	struct own own;
	asst_keyring keyring = own_keyring(&own);
	struct host *host;
	uint64_t sealed;
	const char *id;
	int round;

	(void)state;
	keyring.rewrap = own_rewrap;
	host = own_host(&keyring, &id);
	MUST(host, secrets_set(host, "ada create", id, "ONE", "value"));
	for (round = 1; round <= 10; round++) {
		own.current = own.next = round % 2 ? "k2" : "k1";
		own.opens = own.seals = 0;
		MUST(host,
		     asst_secret_rewrap(&sealed, as(host, "system"), NULL, NULL, 0, host->err));
		assert_int_equal(sealed, 1);
		assert_int_equal(own.rewraps, round);
		assert_int_equal(own.opens + own.seals, 0);
		assert_string_equal(json_at(secrets_list(host, "ada create", id), "/0/keyId"),
				    own.current);
		secrets_is(host, "run:ada create", id, "ONE", "value");
	}
	own.current = own.next = "k2";
	own.answer = ASST_EDENIED;
	EXPECT(host, ASST_EBACKEND,
	       asst_secret_rewrap(&sealed, as(host, "system"), NULL, NULL, 0, host->err));
	host_free(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sealing_and_opening_give_the_value),
		cmocka_unit_test(a_flipped_bit_or_a_cut_is_refused),
		cmocka_unit_test(another_context_or_key_does_not_open),
		cmocka_unit_test(wrong_keys_are_einval),
		cmocka_unit_test(where_it_fails_the_table_is_zero),
		cmocka_unit_test(any_of_its_keys_seals),
		cmocka_unit_test(a_table_must_fit),
		cmocka_unit_test(one_that_no_store_took_goes_with_the_options),
		cmocka_unit_test(a_keyring_is_of_all_stores_of_its_options),
		cmocka_unit_test(the_options_have_it_for_as_long_as_they_are_there),
		cmocka_unit_test(each_place_has_its_context),
		cmocka_unit_test(a_keyring_that_fails_changes_nothing),
		cmocka_unit_test(a_keyring_decides_nothing_for_the_caller),
		cmocka_unit_test(a_key_that_changes_meanwhile_loses_nothing),
		cmocka_unit_test(a_keyring_that_can_wrap_again_never_opens_for_it),
	};

	PEOPLE_RUN("api/keyring", tests);
}
