/* SPDX-License-Identifier: MIT */
/*
 * Secrets at rest, through the backend beneath the store: a value opens at its place alone,
 * damaged ones are refused, and another key takes over without a gap.
 */
#include "secrets.h"

#include <dirent.h>

#define CANARY "canary-5f1c0a7d-canary-5f1c0a7d"
#define BIG 1000 /* bytes of a value by which its record is known */

static const char *const ada = "dir:ada";
static const char *const run = "run:dir:ada";

/* A stored record. */
struct record {
	unsigned char key[1024], value[4096];
	size_t key_size, value_size;
};

static bool contains(const void *bytes, size_t size, const char *text)
{
	const char *at = bytes;
	size_t length = strlen(text), i;

	for (i = 0; i + length <= size; i++)
		if (memcmp(at + i, text, length) == 0)
			return true;
	return false;
}

static asst_sink *scan(struct host *host, const char *partition)
{
	asst_backend *memory = &host->disk->memory;
	asst_ranges *ranges;
	asst_sink *sink;
	uint64_t sequence;

	MUST(host, asst_ranges_new(&ranges, 0, host->err));
	MUST(host, asst_ranges_add(ranges, "", 0, "", 0, 0, 0, host->err));
	MUST(host, asst_sink_new(&sink, host->err));
	MUST(host, memory->scan(memory->self, partition, ranges, sink, &sequence, host->err));
	asst_ranges_free(ranges);
	return sink;
}

static void put(struct host *host, const char *partition, const struct record *at, const void *value,
		size_t size)
{
	asst_backend *memory = &host->disk->memory;
	asst_batch *batch;
	uint64_t sequence;
	size_t failed;

	MUST(host, asst_batch_new(&batch, host->err));
	MUST(host, asst_batch_put(batch, at->key, at->key_size, value, size, host->err));
	MUST(host, memory->apply(memory->self, partition, batch, &sequence, &failed, host->err));
	asst_batch_free(batch);
}

static void copy_record(struct record *to, const asst_sink *sink, size_t i)
{
	const void *key = asst_sink_key(sink, i, &to->key_size);

	assert_true(to->key_size <= sizeof(to->key));
	memcpy(to->key, key, to->key_size);
	to->value_size = asst_buf_size(asst_sink_value(sink, i));
	assert_true(to->value_size <= sizeof(to->value));
	memcpy(to->value, asst_buf_data(asst_sink_value(sink, i)), to->value_size);
}

/* Set a secret, and tell the record that has it: what is new or changed, and large enough. */
static struct record set_and_find(struct host *host, const char *id, const char *name, char fill,
				  size_t size)
{
	asst_sink *before, *after;
	struct record found = { .key_size = 0 };
	char value[BIG];
	size_t i, k, count = 0, key_size, other_size;

	memset(value, fill, sizeof(value));
	before = scan(host, "acme");
	MUST(host, asst_secret_set(as(host, ada), id, name, value, size, NULL, 0, host->err));
	after = scan(host, "acme");
	for (i = 0; i < asst_sink_count(after); i++) {
		const void *key = asst_sink_key(after, i, &key_size);
		bool same = false;

		for (k = 0; k < asst_sink_count(before) && !same; k++) {
			const void *other = asst_sink_key(before, k, &other_size);

			same = key_size == other_size && memcmp(key, other, key_size) == 0 &&
			       asst_sink_sequence(before, k) == asst_sink_sequence(after, i);
		}
		/* An event has its action in it; a sealed value has not. */
		if (same || asst_buf_size(asst_sink_value(after, i)) < size ||
		    contains(asst_buf_data(asst_sink_value(after, i)),
			     asst_buf_size(asst_sink_value(after, i)), "secret.set"))
			continue;
		copy_record(&found, after, i);
		count++;
	}
	assert_int_equal(count, 1);
	asst_sink_free(before);
	asst_sink_free(after);
	return found;
}

static void a_value_opens_under_its_name_alone(void **state)
{
	struct host *host = *state;
	const char *id = secrets_make(host);
	struct record one = set_and_find(host, id, "ONE", '1', BIG),
		      two = set_and_find(host, id, "TWO", '2', BIG);

	put(host, "acme", &two, one.value, one.value_size);
	EXPECT(host, ASST_ECORRUPT, secrets_try(host, run, id, "TWO"));
	MUST(host, secrets_try(host, run, id, "ONE"));
	put(host, "acme", &two, two.value, two.value_size);
	MUST(host, secrets_try(host, run, id, "TWO"));
}

static void a_value_opens_in_its_assistant_alone(void **state)
{
	struct host *host = *state;
	const char *id = secrets_make(host), *other = host_create(host, ada, t_json(SECRETS_TWO));
	struct record here = set_and_find(host, id, "ONE", '1', BIG),
		      there = set_and_find(host, other, "ONE", '2', BIG);

	put(host, "acme", &there, here.value, here.value_size);
	EXPECT(host, ASST_ECORRUPT, secrets_try(host, run, other, "ONE"));
	put(host, "acme", &here, there.value, there.value_size);
	EXPECT(host, ASST_ECORRUPT, secrets_try(host, run, id, "ONE"));
}

/* A whole workspace copied to another name: all can be read there, but no secret opens. */
static void a_value_opens_in_its_workspace_alone(void **state)
{
	struct host *host = *state;
	const char *id = secrets_make(host);
	struct record record;
	asst_sink *all;
	size_t i;

	set_and_find(host, id, "ONE", '1', BIG);
	all = scan(host, "acme");
	for (i = 0; i < asst_sink_count(all); i++) {
		copy_record(&record, all, i);
		put(host, "other", &record, record.value, record.value_size);
	}
	asst_sink_free(all);
	secrets_run(host, "ada @other");
	MUST(host, host_look(host, "ada @other", id));
	EXPECT(host, ASST_ECORRUPT, secrets_try(host, "run:ada @other", id, "ONE"));
	MUST(host, secrets_try(host, run, id, "ONE"));
}

/* Each bit of the record: what is lent is the value, or nothing is. */
static void a_flipped_bit_lends_nothing_else(void **state)
{
	static struct secrets_lent lent;
	struct host *host = *state;
	const char *id = secrets_make(host);
	struct record record = set_and_find(host, id, "ONE", 'v', 32), damaged;
	size_t i, opened = 0, k;

	for (i = 0; i < record.value_size * 8; i++) {
		damaged = record;
		damaged.value[i / 8] ^= (unsigned char)(1u << i % 8);
		put(host, "acme", &record, damaged.value, damaged.value_size);
		if (secrets_lend(&lent, host, run, id, "ONE") == ASST_OK) {
			opened++;
			assert_int_equal(lent.size, 32);
			for (k = 0; k < 32; k++)
				assert_int_equal(lent.value[k], 'v');
		}
	}
	/* The value, its tag and its nonce are at least 32 + 16 + 24 bytes of the record. */
	assert_true(opened <= record.value_size * 8 - 72 * 8);
	for (i = 0; i < record.value_size; i++) {
		put(host, "acme", &record, record.value, i); /* cut off */
		assert_int_not_equal(secrets_try(host, run, id, "ONE"), ASST_OK);
	}
	put(host, "acme", &record, record.value, record.value_size);
	MUST(host, secrets_try(host, run, id, "ONE"));
}

/* Not in the order of the bytes either: the same value is sealed to other bytes each time. */
static void the_same_value_is_sealed_to_other_bytes(void **state)
{
	struct host *host = *state;
	const char *id = secrets_make(host);
	struct record first = set_and_find(host, id, "ONE", 'v', BIG),
		      second = set_and_find(host, id, "ONE", 'v', BIG);
	assert_int_equal(first.value_size, second.value_size);
	assert_memory_not_equal(first.value + first.value_size - 64,
				second.value + second.value_size - 64, 64);
	assert_false(contains(first.value, first.value_size, "vvvvvvvv"));
}

static const char *key_of(struct host *host, const char *id, const char *place)
{
	return json_at(secrets_list(host, "ada", id), place);
}

/* Up to 64 bytes: a record tells in which block of 64 its value ends, no more. */
static void the_size_of_a_value_does_not_show(void **state)
{
	static const struct {
		size_t size, block;
	} rows[] = { { 5, 0 }, { 6, 0 }, { 63, 0 }, { 64, 1 }, { 100, 1 }, { 127, 1 }, { 128, 2 } };
	struct host *host = *state;
	const char *id = secrets_make(host);
	size_t i, first = 0;
	struct record found;
	char value[200];

	memset(value, 'v', sizeof(value));
	for (i = 0; i < T_COUNT(rows); i++) {
		value[rows[i].size] = '\0';
		found = set_and_find(host, id, "ONE", 'v', rows[i].size);
		secrets_is(host, "run:dir:ada", id, "ONE", value);
		value[rows[i].size] = 'v';
		first = i ? first : found.value_size;
		assert_int_equal(found.value_size, first + 64 * rows[i].block);
	}
}

static void another_key_takes_over(void **state)
{
	struct host_disk *disk = host_disk_new();
	struct host *old = people_host(disk, "k1", NULL), *both, *new;
	const char *id, *other;
	uint64_t sealed = 99;

	(void)state;
	people_fill(old);
	id = secrets_make(old);
	other = host_create(old, ada, t_json(SECRETS_TWO));
	MUST(old, secrets_set(old, ada, id, "ONE", "1"));
	MUST(old, secrets_set(old, ada, id, "TWO", "2"));
	MUST(old, secrets_set(old, ada, other, "ONE", "3"));
	both = people_host(disk, "k2", "k1");
	secrets_run(both, "ada");
	secrets_is(both, "run:ada", id, "ONE", "1");
	MUST(both, secrets_set(both, "ada", id, "TWO", "new"));
	assert_string_equal(key_of(both, id, "/0/keyId"), "k1");
	assert_string_equal(key_of(both, id, "/1/keyId"), "k2");
	EXPECT(both, ASST_EDENIED,
	       asst_secret_rewrap(&sealed, as(both, "ada"), NULL, NULL, 0, both->err));
	assert_int_equal(sealed, 0);
	EXPECT(both, ASST_EDENIED,
	       asst_secret_rewrap(&sealed, as(both, "root super"), NULL, NULL, 0, both->err));
	EXPECT(both, ASST_EINVAL,
	       asst_secret_rewrap(&sealed, as(both, "system"), NULL, NULL, 1, both->err));
	MUST(both, asst_secret_rewrap(&sealed, as(both, "system"), NULL, NULL, 0, both->err));
	assert_int_equal(sealed, 2);
	assert_string_equal(key_of(both, id, "/0/keyId"), "k2");
	MUST(both, asst_secret_rewrap(&sealed, as(both, "system"), NULL, NULL, 0, both->err));
	assert_int_equal(sealed, 0);
	new = people_host(disk, "k2", NULL);
	secrets_run(new, "ada");
	secrets_is(new, "run:ada", id, "ONE", "1");
	secrets_is(new, "run:ada", id, "TWO", "new");
	secrets_is(new, "run:ada", other, "ONE", "3");
	EXPECT(old, ASST_ECORRUPT, secrets_try(old, run, id, "ONE")); /* has k1 alone */
	host_free(new);
	host_free(both);
	host_free(old);
}

/* How far a rewrap came, and when it is to stop. */
struct progress {
	uint64_t last;
	int calls, most;
};

static int go_on(void *user, uint64_t done, uint64_t total)
{
	struct progress *progress = user;

	assert_true(done >= progress->last);
	assert_int_equal(total, 0);
	progress->last = done;
	return ++progress->calls == progress->most;
}

static int rewrap(uint64_t *sealed, struct host *host, struct progress *progress)
{
	return asst_secret_rewrap(sealed, as(host, "system"), progress ? go_on : NULL, progress, 0,
				  host->err);
}

/* A host with these keys, on a disk where 30 assistants have a secret that "k1" sealed. */
static struct host *thirty(const char **ids, struct host_disk *disk, const char *first)
{
	struct host *old = people_host(disk, "k1", NULL), *host;
	size_t i;

	people_fill(old);
	for (i = 0; i < 30; i++) {
		ids[i] = host_create(old, ada, t_json(SECRETS_TWO));
		MUST(old, secrets_set(old, ada, ids[i], "ONE", "1"));
	}
	host = people_host(disk, first, "k1");
	for (i = 0; i < 30; i++)
		ids[i] = host_keep(host, ids[i]);
	host_free(old);
	return host;
}

static void a_rewrap_that_was_stopped_goes_on(void **state)
{
	struct progress progress = { .most = 3 };
	struct host *host;
	const char *ids[30];
	uint64_t sealed;
	size_t i;

	(void)state;
	host = thirty(ids, host_disk_new(), "k2");
	EXPECT(host, ASST_ECANCELED, rewrap(&sealed, host, &progress));
	assert_int_equal(sealed, 3);
	assert_int_equal(progress.last, 3);
	MUST(host, rewrap(&sealed, host, NULL));
	assert_int_equal(sealed, 27);
	secrets_run(host, "ada");
	for (i = 0; i < T_COUNT(ids); i++) {
		assert_string_equal(key_of(host, ids[i], "/0/keyId"), "k2");
		secrets_is(host, "run:ada", ids[i], "ONE", "1");
	}
	host_free(host);
}

static void the_progress_of_a_rewrap_tells_the_work_done(void **state)
{
	struct progress progress = { .most = 0 };
	struct host *host;
	const char *ids[30];

	(void)state;
	host = thirty(ids, host_disk_new(), "k2");
	MUST(host, rewrap(NULL, host, &progress));
	assert_int_equal(progress.last, 30);
	assert_true(progress.calls >= 30);
	host_free(host);
}

/* Without the key that sealed them, nothing is sealed anew; nothing is lost either. */
static void a_rewrap_tells_what_does_not_open(void **state)
{
	struct host_disk *disk = host_disk_new();
	struct host *host, *other;
	const char *ids[30], *id, *json;
	uint64_t sealed;
	char message[400];

	(void)state;
	host = thirty(ids, disk, "k2");
	other = people_host(disk, "k9", "k2");
	MUST(host, secrets_set(host, "ada", ids[7], "ONE", "2"));
	MUST(host, secrets_set(host, "ada", ids[20], "TWO", "3"));
	EXPECT(other, ASST_ECORRUPT, rewrap(&sealed, other, NULL));
	assert_int_equal(sealed, 2);
	json = asst_error_detail(other->err, NULL);
	assert_non_null(json);
	assert_string_equal(json_at(json, "/failed"), "29");
	assert_int_equal(json_count(json, "/secrets"), 29);
	assert_string_equal(json_at(json, "/secrets/0/assistantId"), ids[0]);
	assert_string_equal(json_at(json, "/secrets/0/name"), "ONE");
	assert_string_equal(json_at(json, "/secrets/0/status"), "ECORRUPT");
	snprintf(message, sizeof(message), "29 secrets could not be sealed anew, the first is \"ONE\""
					   " of the assistant %s: ", ids[0]);
	assert_memory_equal(asst_error_message(other->err), message, strlen(message));
	EXPECT(other, ASST_ECORRUPT, rewrap(&sealed, other, NULL));
	assert_int_equal(sealed, 0);
	id = ids[0];
	assert_string_equal(key_of(host, id, "/0/keyId"), "k1");
	assert_string_equal(key_of(host, ids[7], "/0/keyId"), "k9");
	secrets_run(host, "ada");
	secrets_is(host, "run:ada", id, "ONE", "1");
	host_free(other);
	host_free(host);
}

/* Of a store in a directory: no file has the value. */
static void no_file_has_the_value(void **state)
{
	static char bytes[1 << 20];
	asst_store_opts *opts = asst_store_opts_new();
	asst_keyring keyring = people_keyring("k1", NULL);
	struct host host = { .err = asst_error_new() };
	struct dirent *entry;
	char path[300];
	const char *id;
	size_t size, total = 0;
	FILE *file;
	DIR *dir;

	(void)state;
	MUST(&host, asst_store_opts_set_keyring(opts, &keyring, host.err));
	MUST(&host, asst_store_open(&host.store, "file:sealed", opts, host.err));
	asst_store_opts_free(opts);
	id = host_create(&host, "ada create", t_json(SECRETS_BODY("a", "'ONE'")));
	MUST(&host, secrets_set(&host, "ada create", id, "ONE", CANARY));
	secrets_run(&host, "ada create");
	secrets_is(&host, "run:ada create", id, "ONE", CANARY);
	asst_session_free(host.sessions[0].session);
	asst_session_free(host.sessions[1].session);
	assert_int_equal(asst_store_close(host.store), ASST_OK);
	dir = opendir("sealed");
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		snprintf(path, sizeof(path), "sealed/%s", entry->d_name);
		file = entry->d_name[0] == '.' ? NULL : fopen(path, "rb");
		if (!file)
			continue;
		size = fread(bytes, 1, sizeof(bytes), file);
		total += size;
		assert_false(contains(bytes, size, "canary-5f1c"));
		fclose(file);
	}
	closedir(dir);
	assert_true(total > 500);
	asst_error_free(host.err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PEOPLE_TEST(a_value_opens_under_its_name_alone),
		PEOPLE_TEST(a_value_opens_in_its_assistant_alone),
		PEOPLE_TEST(a_value_opens_in_its_workspace_alone),
		PEOPLE_TEST(a_flipped_bit_lends_nothing_else),
		PEOPLE_TEST(the_same_value_is_sealed_to_other_bytes),
		PEOPLE_TEST(the_size_of_a_value_does_not_show),
		cmocka_unit_test(another_key_takes_over),
		cmocka_unit_test(a_rewrap_that_was_stopped_goes_on),
		cmocka_unit_test(the_progress_of_a_rewrap_tells_the_work_done),
		cmocka_unit_test(a_rewrap_tells_what_does_not_open),
		cmocka_unit_test(no_file_has_the_value),
	};

	PEOPLE_RUN("api/secrets_sealed", tests);
}
