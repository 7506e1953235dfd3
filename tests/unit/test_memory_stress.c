/* SPDX-License-Identifier: MIT */
/*
 * The memory backend under stress: random batches against a plain model with every allocation
 * failing in turn, and readers beside writers.
 */
#include "storage_mem.h"

#include "storage/backend.h"
#include "storage/memory.h"

#include <assistant/buf.h>

#include <pthread.h>
#include <stdatomic.h>

#define KEYS 512
#define THREAD_BATCHES 2000

/* Key i is two bytes, big endian; 0: absent. */
struct model {
	uint64_t sequence[KEYS];
	unsigned value[KEYS];
};

static void key_of(unsigned char key[2], size_t i)
{
	key[0] = (unsigned char)(i >> 8);
	key[1] = (unsigned char)i;
}

/* Values of 4 or of 100 bytes: in the entry and beside it. */
static void add_put(struct asst_batch *batch, size_t i, unsigned value)
{
	unsigned char key[2], bytes[100] = { 0 };

	key_of(key, i);
	memcpy(bytes, &value, sizeof(value));
	assert_int_equal(asst_batch_put(batch, key, 2, bytes, value % 2 ? 4 : 100, NULL), ASST_OK);
}

static void random_batch(struct asst_batch *batch, struct model *model, uint64_t sequence,
			 uint64_t *seed)
{
	unsigned char key[2], end[2];

	for (size_t n = 1 + t_random_below(seed, 80); n > 0; n--) {
		size_t i = t_random_below(seed, KEYS), dice = t_random_below(seed, 40);
		size_t to = i + t_random_below(seed, 60);

		key_of(key, i);
		key_of(end, to);
		if (dice == 0) {
			assert_int_equal(asst_batch_delete_range(batch, key, 2, end, 2, NULL),
					 ASST_OK);
			for (; i < to && i < KEYS; i++)
				model->sequence[i] = 0;
		} else if (dice < 12) {
			assert_int_equal(asst_batch_delete(batch, key, 2, NULL), ASST_OK);
			model->sequence[i] = 0;
		} else {
			model->value[i] = (unsigned)t_random(seed);
			model->sequence[i] = sequence;
			add_put(batch, i, model->value[i]);
		}
	}
}

static void assert_model(const asst_backend *backend, const struct model *model, uint64_t sequence)
{
	struct asst_ranges ranges;
	struct asst_sink sink;
	uint64_t seen;
	size_t n = 0;

	asst__ranges_init(&ranges, &asst__mem_libc, 0);
	asst__sink_init(&sink, &asst__mem_libc);
	assert_int_equal(asst_ranges_add(&ranges, NULL, 0, NULL, 0, 0, 0, NULL), ASST_OK);
	assert_int_equal(asst__backend_scan(backend, "w", &ranges, &sink, &seen, NULL), ASST_OK);
	assert_int_equal(seen, sequence);
	for (size_t i = 0; i < KEYS; i++) {
		unsigned char key[2];

		if (!model->sequence[i])
			continue;
		key_of(key, i);
		assert_true(n < sink.count);
		assert_memory_equal(asst_sink_key(&sink, n, NULL), key, 2);
		assert_int_equal(asst_sink_sequence(&sink, n), model->sequence[i]);
		assert_memory_equal(asst_buf_data(asst_sink_value(&sink, n)), &model->value[i],
				    sizeof(model->value[i]));
		n++;
	}
	assert_int_equal(n, sink.count);
	asst__ranges_dispose(&ranges);
	asst__sink_dispose(&sink);
}

/* Apply with one more block each time until there are enough of them. */
static size_t apply_without_memory(struct few *few, const asst_backend *backend,
				   const struct asst_batch *batch, const struct model *before,
				   uint64_t sequence)
{
	size_t refused = 0;
	uint64_t seen;
	int status;

	for (;; refused++) {
		size_t bytes = few->bytes;

		few->left = refused;
		status = asst__backend_apply(backend, "w", batch, &seen, NULL, NULL);
		if (status == ASST_OK)
			break;
		assert_int_equal(status, ASST_ENOMEM);
		/* A larger hash table may have been kept, and the partition. */
		assert_true(few->bytes >= bytes);
		if (refused % 7 == 0)
			assert_model(backend, before, sequence);
	}
	assert_int_equal(seen, sequence + 1);
	return refused;
}

static void test_no_memory(void **state)
{
	struct few few = { .left = SIZE_MAX };
	struct asst__mem mem = few_mem(&few);
	struct model model = { { 0 }, { 0 } };
	asst_backend backend;
	uint64_t seed = t_seed(), sequence = 0;
	size_t refused = 0;

	(void)state;
	few.left = 0;
	assert_int_equal(asst__memory_open(&backend, &mem, 1, NULL), ASST_ENOMEM);
	few.left = 1;
	assert_int_equal(asst__memory_open(&backend, &mem, t_random(&seed), NULL), ASST_OK);
	for (int round = 0; round < 400; round++) {
		struct model before = model;
		struct asst_batch batch;

		asst__batch_init(&batch, &asst__mem_libc);
		random_batch(&batch, &model, sequence + 1, &seed);
		refused += apply_without_memory(&few, &backend, &batch, &before, sequence);
		assert_model(&backend, &model, ++sequence);
		asst__batch_dispose(&batch);
	}
	assert_true(refused > 400);
	few.left = SIZE_MAX;
	assert_int_equal(asst__backend_destroy(&backend, NULL), ASST_OK);
	assert_int_equal(few.blocks, 0);
	assert_int_equal(few.bytes, 0);
}

/* Threads: faults are counted, and asserted only after all have been joined. */
struct shared {
	asst_backend backend;
	atomic_size_t faults;
	atomic_size_t writers;
	atomic_size_t conflicts;
};

struct worker {
	struct shared *shared;
	unsigned number;
	pthread_t thread;
};

static void fault_if(struct shared *shared, bool fault)
{
	if (fault)
		atomic_fetch_add(&shared->faults, 1);
}

/* Read both halves of the pair and a counter: one moment, one value. */
static uint64_t read_pair(struct shared *shared, uint64_t *counter_sequence, unsigned *counter)
{
	struct asst_keys keys;
	struct asst_sink sink;
	uint64_t sequence = 0;

	asst__keys_init(&keys, &asst__mem_libc);
	asst__sink_init(&sink, &asst__mem_libc);
	fault_if(shared, asst_keys_add(&keys, "left", 4, NULL) ||
				 asst_keys_add(&keys, "right", 5, NULL) ||
				 asst_keys_add(&keys, "counter", 7, NULL));
	fault_if(shared, asst__backend_get(&shared->backend, "w", &keys, &sink, &sequence, NULL));
	*counter = 0;
	*counter_sequence = 0;
	if (sink.count == 3) {
		fault_if(shared, memcmp(asst_buf_data(asst_sink_value(&sink, 0)),
					asst_buf_data(asst_sink_value(&sink, 1)), 60));
		fault_if(shared, asst_sink_sequence(&sink, 0) != asst_sink_sequence(&sink, 1));
		fault_if(shared, asst_sink_sequence(&sink, 0) != sequence);
		memcpy(counter, asst_buf_data(asst_sink_value(&sink, 2)), sizeof(*counter));
		*counter_sequence = asst_sink_sequence(&sink, 2);
	} else {
		fault_if(shared, sink.count != 0 || sequence != 0);
	}
	asst__keys_dispose(&keys);
	asst__sink_dispose(&sink);
	return sequence;
}

static void *write_pairs(void *arg)
{
	struct worker *worker = arg;
	struct shared *shared = worker->shared;
	uint64_t last = 0, sequence, counter_sequence;
	unsigned counter;

	for (unsigned done = 0; done < THREAD_BATCHES;) {
		char value[60], partition[16];
		struct asst_batch batch;
		int status;

		read_pair(shared, &counter_sequence, &counter);
		counter++;
		memset(value, (int)(worker->number + done), sizeof(value));
		asst__batch_init(&batch, &asst__mem_libc);
		fault_if(shared,
			 asst_batch_check_key(&batch, "counter", 7, counter_sequence, NULL) ||
				 asst_batch_put(&batch, "counter", 7, &counter, 4, NULL) ||
				 asst_batch_delete_range(&batch, "l", 1, "s", 1, NULL) ||
				 asst_batch_put(&batch, "left", 4, value, 60, NULL) ||
				 asst_batch_put(&batch, "right", 5, value, 60, NULL));
		status = asst__backend_apply(&shared->backend, "w", &batch, &sequence, NULL, NULL);
		if (status == ASST_ECONFLICT) {
			atomic_fetch_add(&shared->conflicts, 1);
		} else {
			fault_if(shared, status != ASST_OK || sequence <= last);
			last = sequence;
			done++;
		}
		/* Partitions come into being at the same time. */
		snprintf(partition, sizeof(partition), "p%u", done % 64);
		asst_batch_set_floor(&batch, 0);
		status = asst__backend_apply(&shared->backend, partition, &batch, NULL, NULL, NULL);
		fault_if(shared, status != ASST_OK && status != ASST_ECONFLICT);
		asst__batch_dispose(&batch);
	}
	atomic_fetch_sub(&shared->writers, 1);
	return NULL;
}

static void *read_pairs(void *arg)
{
	struct worker *worker = arg;
	struct shared *shared = worker->shared;
	uint64_t last = 0, counter_sequence;
	unsigned counter, last_counter = 0;

	while (atomic_load(&shared->writers)) {
		uint64_t sequence = read_pair(shared, &counter_sequence, &counter);

		fault_if(shared, sequence < last || counter < last_counter);
		last = sequence;
		last_counter = counter;
	}
	return NULL;
}

static void test_threads(void **state)
{
	struct shared shared = { .writers = 3 };
	struct worker workers[6];
	uint64_t counter_sequence;
	unsigned counter;

	(void)state;
	assert_int_equal(asst__memory_open(&shared.backend, &asst__mem_libc, 1, NULL), ASST_OK);
	for (unsigned i = 0; i < T_COUNT(workers); i++) {
		workers[i].shared = &shared;
		workers[i].number = i;
		assert_int_equal(pthread_create(&workers[i].thread, NULL,
						i < 3 ? write_pairs : read_pairs, &workers[i]), 0);
	}
	for (unsigned i = 0; i < T_COUNT(workers); i++)
		assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
	assert_int_equal(atomic_load(&shared.faults), 0);
	assert_int_equal(read_pair(&shared, &counter_sequence, &counter), 3 * THREAD_BATCHES);
	assert_int_equal(counter, 3 * THREAD_BATCHES);
	assert_int_equal(asst__backend_destroy(&shared.backend, NULL), ASST_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests_name("memory stress", tests, NULL, NULL) ? 1 : 0;
}
