/* SPDX-License-Identifier: MIT */
/* Running a workload. */
#include "sim/work.h"

#include "storage/backend.h"

#include <assistant/error.h>

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* In front of each block: its size. */
#define HEAD 16

static void *take(void *user, size_t size)
{
	struct asst_sim_mem *mem = user;
	unsigned char *block;

	if (mem->fail_at && --mem->fail_at == 0)
		return NULL;
	block = asst_sim_alloc(HEAD + size);
	memcpy(block, &size, sizeof(size));
	__atomic_add_fetch(&mem->bytes, (int64_t)size, __ATOMIC_RELAXED);
	__atomic_add_fetch(&mem->blocks, 1, __ATOMIC_RELAXED);
	return block + HEAD;
}

static void give_back(void *user, void *block, size_t size)
{
	struct asst_sim_mem *mem = user;
	unsigned char *whole = block;
	size_t taken;

	if (!block)
		return;
	memcpy(&taken, whole - HEAD, sizeof(taken));
	if (taken != size)
		__atomic_add_fetch(&mem->bad, 1, __ATOMIC_RELAXED);
	__atomic_sub_fetch(&mem->bytes, (int64_t)taken, __ATOMIC_RELAXED);
	__atomic_sub_fetch(&mem->blocks, 1, __ATOMIC_RELAXED);
	free(whole - HEAD);
}

static void *resize(void *user, void *block, size_t old_size, size_t new_size)
{
	void *larger = take(user, new_size);

	if (!larger)
		return NULL;
	if (block)
		memcpy(larger, block, old_size < new_size ? old_size : new_size);
	give_back(user, block, old_size);
	return larger;
}

void asst_sim_mem_init(struct asst_sim_mem *mem)
{
	memset(mem, 0, sizeof(*mem));
	mem->mem = (struct asst__mem){ mem, take, resize, give_back };
}

int asst_sim_open(asst_backend *backend, const struct asst_sim *disk, struct asst_sim_mem *mem,
		  const struct asst__file_options *options, asst_error *err)
{
	static uint64_t opens;
	uint64_t random = __atomic_add_fetch(&opens, 1, __ATOMIC_RELAXED);
	unsigned char id[16];
	uint64_t seed = asst_sim_random(&random);

	asst_sim_value((uint32_t)seed | 1u, id, sizeof(id));
	return asst__file_open(backend, &disk->io, ASST_SIM_PLACE, options, &mem->mem, seed, id,
			       err);
}

__attribute__((format(printf, 2, 3))) static void trouble(struct asst_sim_run *run,
							  const char *format, ...)
{
	va_list args;

	if (run->trouble[0] || run->disk->stopped)
		return;
	va_start(args, format);
	(void)vsnprintf(run->trouble, sizeof(run->trouble), format, args);
	va_end(args);
}

static bool run_open(struct asst_sim_run *run)
{
	asst_error *err = asst_error_new();
	int status = asst_sim_open(&run->backend, run->disk, &run->mem, &run->work->config->options,
				   err);

	run->open = status == ASST_OK;
	if (status)
		trouble(run, "open: %d, %s", status, asst_error_message(err));
	asst_error_free(err);
	return run->open;
}

/* From here on a fault puts off the syncs of the log. */
static void upkeep_begin(struct asst_sim_run *run, enum asst_sim_fault fault)
{
	run->disk->upkeep = run->disk->fault == fault;
}

static void upkeep_end(struct asst_sim_run *run)
{
	if (run->disk->upkeep && !run->disk->stopped)
		asst_sim_catch_up(run->disk);
	run->disk->upkeep = false;
}

static bool run_close(struct asst_sim_run *run)
{
	int status = ASST_OK;

	if (run->open) {
		upkeep_begin(run, ASST_SIM_SNAPSHOT_FIRST);
		status = asst__backend_destroy(&run->backend, NULL);
		upkeep_end(run);
	}
	run->open = false;
	if (status)
		trouble(run, "destroy: %d", status);
	if (run->disk->open_count && !run->trouble[0])
		(void)snprintf(run->trouble, sizeof(run->trouble), "%zu files are left open",
			       run->disk->open_count);
	if ((run->mem.blocks || run->mem.bad) && !run->trouble[0])
		(void)snprintf(run->trouble, sizeof(run->trouble),
			       "%" PRId64 " blocks of memory are not freed, %" PRIu64
			       " with another size",
			       run->mem.blocks, run->mem.bad);
	return status == ASST_OK;
}

/* The sequence that the batch got, 0 when there is none (yet). */
static bool run_apply(struct asst_sim_run *run, const struct asst_sim_deed *deed,
		      const struct asst_sim_model *before, uint64_t *sequence)
{
	bool conflicts = asst_sim_conflicts(deed);
	asst_error *err = asst_error_new();
	struct asst_batch batch;
	int status;

	asst_sim_batch(&batch, &run->mem.mem, before, deed);
	run->handed += !conflicts;
	status = asst__backend_apply(&run->backend, asst_sim_partitions[deed->partition], &batch,
				     sequence, NULL, err);
	asst__batch_dispose(&batch);
	if (status == ASST_OK && !conflicts) {
		run->acked++;
		run->highest[deed->partition] = *sequence;
		if (*sequence <= before->parts[deed->partition].sequence ||
		    *sequence <= deed->floor)
			trouble(run, "a sequence that is not above the one before");
	} else if (status != (conflicts ? ASST_ECONFLICT : ASST_OK)) {
		trouble(run, "apply: %d, %s", status, asst_error_message(err));
	}
	asst_error_free(err);
	return status == ASST_OK || status == ASST_ECONFLICT;
}

/* What does not change the content; false: the power failed, or it is wrong. */
static bool run_other(struct asst_sim_run *run, const struct asst_sim_deed *deed)
{
	asst_error *err = asst_error_new();
	int status = ASST_OK;
	bool ok;

	switch (deed->act) {
	case ASST_SIM_COMPACT:
		upkeep_begin(run, ASST_SIM_COPIES_LATE);
		status = asst__file_compact(run->backend.self, NULL, NULL, err);
		upkeep_end(run);
		break;
	case ASST_SIM_SYNC_STORE:
		status = asst__file_sync(run->backend.self, err);
		if (!status)
			run->synced = run->acked;
		break;
	default:
		break;
	}
	if (status)
		trouble(run, "%s: %d, %s", deed->label, status, asst_error_message(err));
	asst_error_free(err);
	ok = status == ASST_OK;
	if (deed->act == ASST_SIM_REOPEN)
		ok = run_close(run) && run_open(run);
	return ok;
}

static void run_begin(struct asst_sim_run *run, const struct asst_sim_work *work)
{
	memset(run, 0, sizeof(*run));
	run->work = work;
	asst_sim_mem_init(&run->mem);
	run->disk = work->base ? asst_sim_copy(work->base, false) : asst_sim_new(1);
	for (int i = 0; i < ASST_SIM_PARTITIONS; i++)
		run->highest[i] = work->start.parts[i].sequence;
}

/* Whether the store has what the model has. */
static void check_content(struct asst_sim_run *run, const struct asst_sim_model *model)
{
	struct asst_sim_content content;
	uint64_t calls = run->disk->calls;
	char why[160] = "";
	int status = asst_sim_content_read(&content, &run->mem.mem, &run->backend, NULL);

	if (status)
		trouble(run, "scan: %d", status);
	else if (!asst_sim_content_is(&content, model, why))
		trouble(run, "%s", why);
	asst_sim_content_dispose(&content);
	if (!run->trouble[0])
		status = asst_sim_get_all(&run->mem.mem, &run->backend, model, why, NULL);
	if (!run->trouble[0] && (status || why[0]))
		trouble(run, "get: %d %s", status, why);
	/* A run that is not checked has the same numbers. */
	run->disk->calls = calls;
}

bool asst_sim_rehearse(struct asst_sim_work *work, char said[256])
{
	struct asst_sim_run run;
	bool ok;

	run_begin(&run, work);
	work->states = asst_sim_alloc((work->count + 1) * sizeof(*work->states));
	work->states[0] = work->start;
	work->batches = 0;
	ok = run_open(&run);
	for (size_t i = 0; i < work->count && ok; i++) {
		const struct asst_sim_deed *deed = &work->deeds[i];
		struct asst_sim_model *now = &work->states[work->batches];
		uint64_t sequence = 0;

		work->begins[i] = run.disk->calls;
		if (deed->act == ASST_SIM_APPLY) {
			ok = run_apply(&run, deed, now, &sequence);
			if (ok && !asst_sim_conflicts(deed)) {
				now[1] = now[0];
				asst_sim_model_apply(&now[1], deed, sequence);
				work->batches++;
			}
		} else {
			ok = run_other(&run, deed);
		}
		if (ok)
			check_content(&run, &work->states[work->batches]);
		if (run.trouble[0])
			break;
	}
	work->begins[work->count] = run.disk->calls;
	if (run.open)
		run_close(&run);
	work->calls = run.disk->calls;
	(void)snprintf(said, 256, "%s", run.disk->misuse[0] ? run.disk->misuse : run.trouble);
	asst_sim_free(run.disk);
	return !said[0];
}

void asst_sim_perform(struct asst_sim_run *run, const struct asst_sim_work *work,
		      enum asst_sim_fault fault, const struct asst_sim_plan *plan)
{
	bool ok;

	run_begin(run, work);
	run->disk->fault = fault;
	asst_sim_plan(run->disk, plan);
	ok = run_open(run);
	for (size_t i = 0; i < work->count && ok && !run->trouble[0]; i++) {
		const struct asst_sim_deed *deed = &work->deeds[i];
		uint64_t sequence = 0;

		if (deed->act == ASST_SIM_APPLY)
			ok = run_apply(run, deed, &work->states[run->acked], &sequence);
		else
			ok = run_other(run, deed);
		if (sequence &&
		    sequence != work->states[run->acked].parts[deed->partition].sequence)
			trouble(run, "the same workload got another sequence");
	}
	run_close(run);
	if (run->disk->misuse[0] && !run->trouble[0])
		(void)snprintf(run->trouble, sizeof(run->trouble), "%s", run->disk->misuse);
}

void asst_sim_work_dispose(struct asst_sim_work *work)
{
	free(work->states);
	work->states = NULL;
}
