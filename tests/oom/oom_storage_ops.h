/* SPDX-License-Identifier: MIT */
/* The operations of test_oom_storage.c. */
#ifndef ASST_TESTS_OOM_STORAGE_OPS_H
#define ASST_TESTS_OOM_STORAGE_OPS_H

static struct text so_far, then;

/*
 * Add again and again. An addition that fails leaves the list as it was, and the list that
 * has all in the end is the same.
 */
static int run_adds(const struct kind *kind, asst_error *err)
{
	int status = ASST_OK;
	char key[64];
	size_t i, size;

	must(kind->make(NULL));
	for (i = 0; i < MANY && status == ASST_OK; i++) {
		so_far.size = 0;
		kind->show(&so_far);
		size = key_of(key, i);
		status = FAILING(kind->add(key, size, i, err));
	}
	if (status != ASST_OK) {
		then.size = 0;
		kind->show(&then);
		EXPECT(text_same(&so_far, &then));
		for (i--; i < MANY; i++) {
			size = key_of(key, i);
			must(kind->add(key, size, i, NULL));
		}
		then.size = 0;
		kind->show(&then);
		EXPECT(text_same(&first.out, &then));
	} else {
		kind->show(&out);
	}
	kind->drop();
	return status;
}

#define KIND(name_, list_, call_)                                                             \
	static int name_##_once(const char *key, size_t size, size_t i, asst_error *err)      \
	{                                                                                     \
		(void)i;                                                                      \
		return call_;                                                                 \
	}                                                                                     \
	static const struct kind name_##_kind = { make_##list_, drop_##list_, name_##_once,   \
						  show_##list_ };                             \
	static int run_##name_(asst_error *err)                                               \
	{                                                                                     \
		return run_adds(&name_##_kind, err);                                          \
	}

KIND(keys_add, keys, asst_keys_add(keys, key, size, err))
KIND(ranges_add, ranges, asst_ranges_add(ranges, key, size, "z", 1, i, ASST_RANGE_REVERSE, err))
KIND(sink_put, sink, asst_sink_put(sink, i, key, size, i + 1, value, err))
KIND(sink_copy, sink, asst_sink_copy(sink, i, key, size, i + 1, key, size, err))
KIND(check_key, batch, asst_batch_check_key(batch, key, size, i, err))
KIND(check_range, batch, asst_batch_check_range(batch, key, size, NULL, 0, i, err))
KIND(put, batch, asst_batch_put(batch, key, size, key, i % 30, err))
KIND(put_buf, batch, asst_batch_put_buf(batch, key, size, value, err))
KIND(put_sequenced, batch, asst_batch_put_sequenced(batch, key, size, "tail", 4, key, i % 30, err))
KIND(delete, batch, asst_batch_delete(batch, key, size, err))
KIND(delete_range, batch, asst_batch_delete_range(batch, key, size, "z", 1, err))

/* Made with NULL in its place on failure. */
#define MAKE(list_)                                                                           \
	static int run_##list_##_new(asst_error *err)                                         \
	{                                                                                     \
		int status;                                                                   \
                                                                                              \
		must(make_##list_(NULL));                                                     \
		drop_##list_();                                                               \
		list_ = (void *)&value;                                                       \
		status = FAILING(make_##list_(err));                                          \
		EXPECT((status == ASST_OK) == (list_ != NULL));                               \
		drop_##list_();                                                               \
		return status;                                                                \
	}

MAKE(keys)
MAKE(ranges)
MAKE(sink)
MAKE(batch)

static int run_keys_new_nowhere(asst_error *err)
{
	return FAILING(asst_keys_new(NULL, err));
}

static int run_keys_add_empty(asst_error *err)
{
	return FAILING(asst_keys_add(NULL, "", 0, err));
}

static int run_batch_put_large(asst_error *err)
{
	int status;

	must(make_batch(NULL));
	status = FAILING(asst_batch_put(batch, "k", 1, "v", ASST_MAX_VALUE_BYTES + 1, err));
	drop_batch();
	return status;
}

/* The methods. Lists come from malloc, as a host's own do; what answers is of the backend. */

static int run_get(asst_error *err)
{
	uint64_t sequence = 0;
	char key[64];
	size_t i, size;
	int status;

	must(make_keys(NULL));
	must(make_sink(NULL));
	for (i = 0; i < MANY; i++) {
		size = key_of(key, i * 9);
		must(asst_keys_add(keys, key, size, NULL));
	}
	status = FAILING(backend.get(backend.self, "p", keys, sink, &sequence, err));
	if (status == ASST_OK) {
		text_format(&out, "%" PRIu64 "\n", sequence);
		show_sink(&out);
	}
	drop_keys();
	drop_sink();
	return status;
}

static int run_scan(asst_error *err)
{
	uint64_t sequence = 0;
	int status;

	must(make_ranges(NULL));
	must(make_sink(NULL));
	must(asst_ranges_add(ranges, NULL, 0, NULL, 0, 20, 0, NULL));
	must(asst_ranges_add(ranges, NULL, 0, NULL, 0, 30, ASST_RANGE_REVERSE, NULL));
	status = FAILING(backend.scan(backend.self, "p", ranges, sink, &sequence, err));
	if (status == ASST_OK) {
		text_format(&out, "%" PRIu64 "\n", sequence);
		show_sink(&out);
	}
	drop_ranges();
	drop_sink();
	return status;
}

static int apply(const char *partition, asst_error *err)
{
	uint64_t sequence = 0;
	size_t failed = 99;
	int status = FAILING(backend.apply(backend.self, partition, batch, &sequence, &failed,
					   err));

	if (status == ASST_OK)
		text_format(&out, "%" PRIu64 "\n", sequence);
	if (status == ASST_ECONFLICT)
		EXPECT(failed == 0);
	drop_batch();
	return status;
}

/* New keys in many places, so that leaves split; old ones replaced and deleted. */
static void fill_batch(uint64_t checked)
{
	char key[64];
	size_t i, size;

	must(make_batch(NULL));
	size = key_of(key, 1);
	must(asst_batch_check_key(batch, key, size, checked, NULL));
	for (i = 0; i < 4 * MANY; i++) {
		size = key_of(key, STORED - 20 + i);
		must(asst_batch_put_buf(batch, key, size, value, NULL));
	}
	must(asst_batch_put_sequenced(batch, "event", 5, "x", 1, "y", 1, NULL));
	must(asst_batch_delete(batch, key, size, NULL));
	size = key_of(key, 3);
	must(asst_batch_delete_range(batch, key, size, "000000000000000000000000000300", 30, NULL));
}

static int run_apply(asst_error *err)
{
	fill_batch(1);
	return apply("p", err);
}

static int run_apply_elsewhere(asst_error *err)
{
	fill_batch(0);
	return apply("q", err);
}

static int run_apply_lost(asst_error *err)
{
	fill_batch(7);
	return apply("p", err);
}

static int run_apply_deletes(asst_error *err)
{
	must(make_batch(NULL));
	must(asst_batch_delete_range(batch, "", 0, "", 0, NULL));
	return apply("p", err);
}

static int run_destroy(asst_error *err)
{
	asst_store_opts *opts = make_opts();
	int status;

	must(asst_backend_open(&other, "memory:", opts, NULL));
	asst_store_opts_free(opts);
	status = FAILING(other.destroy(other.self, err));
	asst_backend_init(&other, sizeof(other), NULL);
	return status;
}

static const struct op ops[] = {
	{ "asst_backend_init", "", ASST_OK, 0, NULL, run_init },
	{ "asst_backend_init", "wrong size", ASST_EABI, DETAIL, NULL, run_init_size },
	{ "asst_backend_open", "with options", ASST_OK, ALL, NULL, run_open },
	{ "asst_backend_open", "defaults", ASST_OK, HEAP, NULL, run_open_defaults },
	{ "asst_backend_open", "nowhere", ASST_EINVAL, DETAIL, NULL, run_open_nowhere },
	{ "asst_backend.get", "", ASST_OK, HEAP, NULL, run_get },
	{ "asst_backend.scan", "", ASST_OK, HEAP, NULL, run_scan },
	{ "asst_backend.apply", "all kinds", ASST_OK, ALL, NULL, run_apply },
	{ "asst_backend.apply", "new partition", ASST_OK, ALL | KEEPS, NULL, run_apply_elsewhere },
	{ "asst_backend.apply", "deletes", ASST_OK, ALL, NULL, run_apply_deletes },
	{ "asst_backend.apply", "conflict", ASST_ECONFLICT, ALL, NULL, run_apply_lost },
	{ "asst_backend.destroy", "", ASST_OK, 0, NULL, run_destroy },
	{ "asst_keys_new", "", ASST_OK, HEAP, NULL, run_keys_new },
	{ "asst_keys_new", "nowhere", ASST_EINVAL, DETAIL, NULL, run_keys_new_nowhere },
	{ "asst_keys_add", "many", ASST_OK, HEAP, NULL, run_keys_add },
	{ "asst_keys_add", "nothing", ASST_EINVAL, DETAIL, NULL, run_keys_add_empty },
	{ "asst_ranges_new", "", ASST_OK, HEAP, NULL, run_ranges_new },
	{ "asst_ranges_add", "many", ASST_OK, HEAP, NULL, run_ranges_add },
	{ "asst_sink_new", "", ASST_OK, HEAP, NULL, run_sink_new },
	{ "asst_sink_put", "many", ASST_OK, HEAP, NULL, run_sink_put },
	{ "asst_sink_copy", "many", ASST_OK, HEAP, NULL, run_sink_copy },
	{ "asst_batch_new", "", ASST_OK, HEAP, NULL, run_batch_new },
	{ "asst_batch_check_key", "many", ASST_OK, HEAP, NULL, run_check_key },
	{ "asst_batch_check_range", "many", ASST_OK, HEAP, NULL, run_check_range },
	{ "asst_batch_put", "many", ASST_OK, HEAP, NULL, run_put },
	{ "asst_batch_put", "too large", ASST_ELIMIT, DETAIL, NULL, run_batch_put_large },
	{ "asst_batch_put_buf", "many", ASST_OK, HEAP, NULL, run_put_buf },
	{ "asst_batch_put_sequenced", "many", ASST_OK, HEAP, NULL, run_put_sequenced },
	{ "asst_batch_delete", "many", ASST_OK, HEAP, NULL, run_delete },
	{ "asst_batch_delete_range", "many", ASST_OK, HEAP, NULL, run_delete_range },
};

#endif
