/* SPDX-License-Identifier: MIT */
/* Whether a disk that was found after a failure is right. */
#include "sim/crash.h"

#include "storage/backend.h"

#include <assistant/buf.h>
#include <assistant/error.h>

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#define PROBE_SIZE 5

struct verify {
	struct asst_sim *disk;
	const struct asst_sim_want *want;
	struct asst__file_options options;
	struct asst_sim_mem mem;
	asst_backend backend;
	asst_error *err;
	uint64_t probes[ASST_SIM_PARTITIONS]; /* sequences of the batches that were added */
	char *trouble;
};

__attribute__((format(printf, 2, 3))) static void trouble(struct verify *verify, const char *format,
							  ...)
{
	va_list args;

	if (verify->trouble[0])
		return;
	va_start(args, format);
	(void)vsnprintf(verify->trouble, 256, format, args);
	va_end(args);
}

static bool open_store(struct verify *verify, const char *what)
{
	int status = asst_sim_open(&verify->backend, verify->disk, &verify->mem, &verify->options,
				   verify->err);

	if (status)
		trouble(verify, "%s: %d, %s", what, status, asst_error_message(verify->err));
	return status == ASST_OK;
}

static void close_store(struct verify *verify)
{
	int status = asst__backend_destroy(&verify->backend, verify->err);

	if (status)
		trouble(verify, "close: %d, %s", status, asst_error_message(verify->err));
	if (verify->disk->open_count)
		trouble(verify, "%zu files are left open", verify->disk->open_count);
	if (verify->mem.blocks || verify->mem.bad)
		trouble(verify, "%" PRId64 " blocks of memory are not freed", verify->mem.blocks);
}

/* Which of the states from low to high the store has; SIZE_MAX: none of them. */
static size_t find_state(struct verify *verify, size_t low, size_t high, const char *when)
{
	const struct asst_sim_model *states = verify->want->work->states;
	struct asst_sim_content content;
	char why[160] = "nothing to compare";
	size_t found = SIZE_MAX;
	int status =
		asst_sim_content_read(&content, &verify->mem.mem, &verify->backend, verify->err);

	for (size_t k = low; k <= high && !status && found == SIZE_MAX; k++) {
		if (asst_sim_content_is(&content, &states[k], why))
			found = k;
	}
	asst_sim_content_dispose(&content);
	if (status)
		trouble(verify, "%s: scan: %d, %s", when, status, asst_error_message(verify->err));
	else if (found == SIZE_MAX)
		trouble(verify, "%s: not the state after %zu to %zu batches: %s", when, low, high,
			why);
	if (found == SIZE_MAX)
		return found;
	status = asst_sim_get_all(&verify->mem.mem, &verify->backend, &states[found], why,
				  verify->err);
	if (status || why[0])
		trouble(verify, "%s: get: %d %s", when, status, why);
	return found;
}

static void find_probe(struct verify *verify, int i, size_t size)
{
	const struct asst__answer *answer;
	struct asst_keys keys;
	struct asst_sink sink;
	uint64_t sequence;
	int status;

	asst__keys_init(&keys, &verify->mem.mem);
	asst__sink_init(&sink, &verify->mem.mem);
	status = asst_keys_add(&keys, ASST_SIM_PROBE, strlen(ASST_SIM_PROBE), verify->err);
	if (!status)
		status = asst__backend_get(&verify->backend, asst_sim_partitions[i], &keys, &sink,
					   &sequence, verify->err);
	answer = status ? NULL : asst__sink_find(&sink, 0);
	if (!answer || answer->sequence != verify->probes[i] || sequence != verify->probes[i] ||
	    asst_buf_size(answer->value) != size ||
	    (size && asst_buf_data(answer->value)[size - 1] != 'p'))
		trouble(verify, "the further batch is lost: %d, sequence %" PRIu64, status,
			sequence);
	asst__keys_dispose(&keys);
	asst__sink_dispose(&sink);
}

int asst_sim_probe(const asst_backend *backend, const struct asst__mem *mem, int partition,
		   size_t size, uint64_t *sequence, asst_error *err)
{
	unsigned char value[ASST_SIM_VALUE];
	struct asst_batch batch;
	int status;

	memset(value, 'p', size);
	asst__batch_init(&batch, mem);
	status = asst_batch_put(&batch, ASST_SIM_PROBE, strlen(ASST_SIM_PROBE), value, size, err);
	if (!status)
		status = asst__backend_apply(backend, asst_sim_partitions[partition], &batch,
					     sequence, NULL, err);
	asst__batch_dispose(&batch);
	return status;
}

/* One more batch for each partition. */
static void probe(struct verify *verify)
{
	for (int i = 0; i < ASST_SIM_PARTITIONS; i++) {
		int status = asst_sim_probe(&verify->backend, &verify->mem.mem, i, PROBE_SIZE,
					    &verify->probes[i], verify->err);

		if (status)
			trouble(verify, "a further batch: %d, %s", status,
				asst_error_message(verify->err));
		else if (verify->probes[i] <= verify->want->highest[i])
			trouble(verify,
				"sequence %" PRIu64 " of partition %s is used again (%" PRIu64 ")",
				verify->want->highest[i], asst_sim_partitions[i],
				verify->probes[i]);
	}
}

/* Opened for reading only, a disk shows the same and stays as it is. */
static void verify_read_only(struct verify *verify, size_t low, size_t high, size_t *found)
{
	struct asst_sim *kept = verify->disk;
	int status;

	verify->disk = asst_sim_copy(kept, false);
	verify->options.read_only = true;
	status = asst_sim_open(&verify->backend, verify->disk, &verify->mem, &verify->options,
			       verify->err);
	verify->options.read_only = false;
	*found = SIZE_MAX;
	if (status == ASST_OK) {
		*found = find_state(verify, low, high, "for reading only");
		close_store(verify);
	} else if (status != ASST_ENOTFOUND || low || verify->want->work->base) {
		trouble(verify, "open for reading only: %d, %s", status,
			asst_error_message(verify->err));
	}
	if (verify->disk->mutations)
		trouble(verify, "the disk was changed by opening for reading only");
	asst_sim_free(verify->disk);
	verify->disk = kept;
}

size_t asst_sim_verify(struct asst_sim *disk, const struct asst_sim_want *want, uint64_t *opening,
		       char said[256])
{
	struct verify verify = { .disk = disk, .want = want, .trouble = said };
	size_t state, low = want->low, high = want->high;

	said[0] = '\0';
	verify.options = want->work->config->options;
	verify.err = asst_error_new();
	asst_sim_mem_init(&verify.mem);
	if (asst_sim_hash(disk) % 8 == 0) {
		verify_read_only(&verify, low, high, &state);
		if (state != SIZE_MAX)
			low = high = state;
	}
	asst_sim_plan(disk, NULL);
	state = SIZE_MAX;
	if (!said[0] && open_store(&verify, "open")) {
		*opening = disk->calls;
		state = find_state(&verify, low, high, "opened");
		verify.probes[0] = want->probe;
		if (want->probe)
			find_probe(&verify, 0, want->probe_size);
		if (state != SIZE_MAX)
			probe(&verify);
		close_store(&verify);
	}
	if (!said[0] && open_store(&verify, "open again")) {
		find_state(&verify, state, state, "opened again");
		for (int i = 0; i < ASST_SIM_PARTITIONS && !said[0]; i++)
			find_probe(&verify, i, PROBE_SIZE);
		close_store(&verify);
	}
	if (disk->misuse[0])
		trouble(&verify, "%s", disk->misuse);
	asst_error_free(verify.err);
	return said[0] ? SIZE_MAX : state;
}
