/* SPDX-License-Identifier: MIT */
/*
 * Allocation failures with the storage contract: lists of keys and ranges, sinks, batches, and
 * the methods of the built-in backend, called without a store.
 */
#include "oom_run.h"

#include <assistant/sys/backend.h>

/* Lists begin with room of their own, which is fewer; keys are long. */
#define MANY 40
#define STORED 300

static asst_backend backend, other;
static asst_keys *keys;
static asst_ranges *ranges;
static asst_sink *sink;
static asst_batch *batch;
static asst_buf *value;
static enum source from;

static void must(int status)
{
	if (status != ASST_OK)
		fail_msg("%s", asst_status_text(status));
}

static size_t key_of(char key[64], size_t i)
{
	return (size_t)snprintf(key, 64, "%030zu", i * 7919 % 1000);
}

static int fill(void *user, void *bytes, size_t size)
{
	(void)user;
	memset(bytes, 3, size);
	return 0;
}

static asst_store_opts *make_opts(void)
{
	asst_store_opts *opts = asst_store_opts_new();

	must(asst_store_opts_set_random(opts, fill, NULL, NULL));
	if (from == OF_HOST)
		must(asst_store_opts_set_allocator(opts, &host_allocator, NULL));
	return opts;
}

/* Enough that the tree has branches. */
static void fill_backend(void)
{
	asst_batch *content;
	char key[64];
	uint64_t sequence;
	size_t i, failed, size;

	must(asst_batch_new(&content, NULL));
	for (i = 0; i < STORED; i++) {
		size = key_of(key, i);
		must(asst_batch_put(content, key, size, key, size, NULL));
	}
	must(backend.apply(backend.self, "p", content, &sequence, &failed, NULL));
	asst_batch_free(content);
}

static void stage_open(enum source source)
{
	asst_store_opts *opts;

	from = source;
	opts = make_opts();
	must(asst_backend_init(&backend, sizeof(backend), NULL));
	must(asst_backend_open(&backend, "memory:", opts, NULL));
	must(asst_backend_init(&other, sizeof(other), NULL));
	asst_store_opts_free(opts);
	fill_backend();
	must(asst_buf_new(&value, "value", 5, NULL));
}

static void stage_moment(int moment)
{
	(void)moment;
}

static void show_key(struct text *text, const void *key, size_t size)
{
	text_bytes(text, key, size);
	text_bytes(text, "|", 1);
}

static void show_sink(struct text *text)
{
	const void *key;
	size_t i, size;

	for (i = 0; i < asst_sink_count(sink); i++) {
		key = asst_sink_key(sink, i, &size);
		text_format(text, "%zu@%" PRIu64 " ", asst_sink_index(sink, i),
			    asst_sink_sequence(sink, i));
		show_key(text, key, size);
		text_buf(text, asst_sink_value(sink, i));
	}
}

static void show_keys(struct text *text)
{
	const void *key;
	size_t i, size;

	for (i = 0; i < asst_keys_count(keys); i++) {
		key = asst_keys_at(keys, i, &size);
		show_key(text, key, size);
	}
}

static void show_ranges(struct text *text)
{
	const void *bytes;
	size_t i, size;

	for (i = 0; i < asst_ranges_count(ranges); i++) {
		bytes = asst_ranges_from(ranges, i, &size);
		show_key(text, bytes, size);
		bytes = asst_ranges_to(ranges, i, &size);
		show_key(text, bytes, size);
		text_format(text, "%zu %u\n", asst_ranges_limit(ranges, i),
			    (unsigned)asst_ranges_flags(ranges, i));
	}
}

static void show_batch(struct text *text)
{
	const void *bytes;
	size_t i, size;

	for (i = 0; i < asst_batch_count(batch); i++) {
		text_format(text, "%d %" PRIu64 " ", asst_batch_kind(batch, i),
			    asst_batch_sequence(batch, i));
		bytes = asst_batch_key(batch, i, &size);
		show_key(text, bytes, size);
		bytes = asst_batch_end(batch, i, &size);
		show_key(text, bytes, size);
		text_buf(text, asst_batch_value(batch, i));
	}
}

static void scan_all(const char *partition, uint64_t *sequence)
{
	must(asst_sink_new(&sink, NULL));
	must(asst_ranges_new(&ranges, 0, NULL));
	must(asst_ranges_add(ranges, NULL, 0, NULL, 0, 0, 0, NULL));
	must(backend.scan(backend.self, partition, ranges, sink, sequence, NULL));
	asst_ranges_free(ranges);
	ranges = NULL;
}

static void stage_show(struct text *text)
{
	static const char *const partitions[] = { "p", "q" };
	uint64_t sequence;

	for (size_t i = 0; i < T_COUNT(partitions); i++) {
		scan_all(partitions[i], &sequence);
		text_format(text, "%s: sequence %" PRIu64 "\n", partitions[i], sequence);
		show_sink(text);
		asst_sink_free(sink);
		sink = NULL;
	}
}

static void stage_close(void)
{
	asst_buf_free(value);
	backend.destroy(backend.self, NULL);
}

static int run_init(asst_error *err)
{
	return FAILING(asst_backend_init(&other, sizeof(other), err));
}

static int run_init_size(asst_error *err)
{
	return FAILING(asst_backend_init(&other, 3, err));
}

static int opened(int status)
{
	EXPECT(status == ASST_OK || (!other.self && !other.get && other.size == sizeof(other)));
	if (status == ASST_OK)
		must(other.destroy(other.self, NULL));
	asst_backend_init(&other, sizeof(other), NULL);
	return status;
}

static int run_open(asst_error *err)
{
	asst_store_opts *opts = make_opts();
	int status = FAILING(asst_backend_open(&other, "memory:", opts, err));

	asst_store_opts_free(opts);
	return opened(status);
}

static int run_open_defaults(asst_error *err)
{
	return opened(FAILING(asst_backend_open(&other, "memory:", NULL, err)));
}

static int run_open_nowhere(asst_error *err)
{
	return opened(FAILING(asst_backend_open(&other, NULL, NULL, err)));
}

/* Kinds of list: how one is made, what is added to it, how it is shown and goes. */

struct kind {
	int (*make)(asst_error *err);
	void (*drop)(void);
	int (*add)(const char *key, size_t size, size_t i, asst_error *err);
	void (*show)(struct text *text);
};

static int make_keys(asst_error *err)
{
	return asst_keys_new(&keys, err);
}

static void drop_keys(void)
{
	asst_keys_free(keys);
	keys = NULL;
}

static int make_ranges(asst_error *err)
{
	return asst_ranges_new(&ranges, 1, err);
}

static void drop_ranges(void)
{
	asst_ranges_free(ranges);
	ranges = NULL;
}

static int make_sink(asst_error *err)
{
	return asst_sink_new(&sink, err);
}

static void drop_sink(void)
{
	asst_sink_free(sink);
	sink = NULL;
}

static int make_batch(asst_error *err)
{
	return asst_batch_new(&batch, err);
}

static void drop_batch(void)
{
	asst_batch_free(batch);
	batch = NULL;
}

#include "oom_storage_ops.h"

OOM_TESTS("storage", ops)
OOM_HOST_TEST(ops)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_listed),
		cmocka_unit_test(test_heap),
		cmocka_unit_test(test_host),
	};

	return cmocka_run_group_tests_name("oom_storage", tests, NULL, NULL) ? 1 : 0;
}
