/* SPDX-License-Identifier: MIT */
/* One workload with calls that fail. */
#include "sim/errors.h"

#include "storage/backend.h"

#include <assistant/error.h>

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

struct state {
	const struct asst_sim_trial *trial;
	struct asst_sim_errors *sum;
	struct asst_sim *disk;
	struct asst_sim_mem mem;
	asst_backend backend;
	bool open;
	struct asst_sim_model now; /* what is visible */
	const struct asst_sim_deed *doubt; /* a batch that may be there, too */
	asst_error *err;
	char *said;
};

__attribute__((format(printf, 2, 3))) static void say(struct state *state, const char *format, ...)
{
	va_list args;

	if (state->said[0])
		return;
	va_start(args, format);
	(void)vsnprintf(state->said, 256, format, args);
	va_end(args);
}

/* A failure must be one that the header names and that can come from a disk that is sound. */
static void check_status(struct state *state, const char *what, int status)
{
	if (status != ASST_EIO && status != ASST_EINDOUBT && status != ASST_ENOMEM &&
	    status != ASST_EREADONLY && status != ASST_ESTATE && status != ASST_ELIMIT)
		say(state, "%s: status %d, %s", what, status, asst_error_message(state->err));
	else if (state->trial->harmless)
		say(state, "%s failed (%d, %s), but it could have gone on", what, status,
		    asst_error_message(state->err));
	if (!asst_error_message(state->err)[0])
		say(state, "%s: status %d without a message", what, status);
}

/* Whether calls may still go wrong. */
static bool in_trouble(const struct state *state)
{
	const struct asst_sim_plan *plan = &state->disk->plan;

	return (plan->fail_at && state->disk->calls < plan->fail_at + plan->fail_for) ||
	       (plan->fail_at && plan->fail_for == ASST_SIM_ALL);
}

/* What is visible is what was committed; reads may fail where calls go wrong. */
static void check_content(struct state *state, const char *when)
{
	struct asst_sim_content content;
	char why[160] = "";
	bool may_fail = in_trouble(state);
	int status = asst_sim_content_read(&content, &state->mem.mem, &state->backend, state->err);

	if (status && (!may_fail || (status != ASST_EIO && status != ASST_ENOMEM)))
		say(state, "%s: scan: %d, %s", when, status, asst_error_message(state->err));
	else if (!status && !asst_sim_content_is(&content, &state->now, why))
		say(state, "%s: %s", when, why);
	asst_sim_content_dispose(&content);
	may_fail |= in_trouble(state);
	status = asst_sim_get_all(&state->mem.mem, &state->backend, &state->now, why, state->err);
	if (status && !may_fail)
		say(state, "%s: get: %d, %s", when, status, asst_error_message(state->err));
	else if (why[0])
		say(state, "%s: %s", when, why);
}

/* After opening: a batch that was in doubt is there as a whole, or it is not. */
static void resolve(struct state *state, const char *when)
{
	struct asst_sim_content content;
	struct asst_sim_model with;
	char why[160] = "";
	int status;

	if (!state->doubt)
		return;
	status = asst_sim_content_read(&content, &state->mem.mem, &state->backend, state->err);
	if (status && !in_trouble(state))
		say(state, "%s: scan: %d, %s", when, status, asst_error_message(state->err));
	if (!status && !asst_sim_content_is(&content, &state->now, why)) {
		uint64_t sequence = content.sequences[state->doubt->partition];

		with = state->now;
		if (sequence <= with.parts[state->doubt->partition].sequence)
			say(state, "%s: a batch in doubt left the sequence behind: %s", when, why);
		asst_sim_model_apply(&with, state->doubt, sequence);
		if (!asst_sim_content_is(&content, &with, why))
			say(state, "%s: a batch in doubt is neither there nor not: %s", when, why);
		state->now = with;
		state->sum->found++;
	}
	if (!status)
		state->doubt = NULL;
	asst_sim_content_dispose(&content);
}

static int try_open(struct state *state)
{
	int status = asst_sim_open(&state->backend, state->disk, &state->mem,
				   &state->trial->work->config->options, state->err);

	state->open = status == ASST_OK;
	if (status) {
		state->sum->opens++;
		check_status(state, "open", status);
		if (state->disk->open_count)
			say(state, "an open that fails leaves %zu files open",
			    state->disk->open_count);
		if (state->mem.blocks)
			say(state, "an open that fails leaves %" PRId64 " blocks of memory",
			    state->mem.blocks);
	}
	return status;
}

/* Where opening fails, it is tried again: after what went wrong is over, it must succeed. */
static bool open_store(struct state *state)
{
	for (int i = 0; i < 3 && !state->said[0]; i++) {
		bool trouble = in_trouble(state) || state->disk->plan.full_at;

		if (try_open(state) == ASST_OK)
			return true;
		if (i && !trouble)
			say(state, "open fails for ever: %s", asst_error_message(state->err));
	}
	return false;
}

static void close_store(struct state *state)
{
	int status;

	if (!state->open)
		return;
	status = asst__backend_destroy(&state->backend, state->err);
	state->open = false;
	if (status)
		check_status(state, "destroy", status);
	if (state->disk->open_count)
		say(state, "%zu files are left open", state->disk->open_count);
	if (state->mem.blocks || state->mem.bad)
		say(state, "%" PRId64 " blocks of memory are not freed", state->mem.blocks);
}

static void apply(struct state *state, const struct asst_sim_deed *deed)
{
	bool conflicts = asst_sim_conflicts(deed);
	struct asst_batch batch;
	uint64_t sequence;
	int status;

	asst_sim_batch(&batch, &state->mem.mem, &state->now, deed);
	status = asst__backend_apply(&state->backend, asst_sim_partitions[deed->partition], &batch,
				     &sequence, NULL, state->err);
	asst__batch_dispose(&batch);
	if (status == ASST_OK) {
		if (conflicts)
			say(state, "a batch was applied whose check does not hold");
		if (state->doubt)
			say(state, "a batch was taken after one that is in doubt");
		if (sequence <= state->now.parts[deed->partition].sequence)
			say(state, "a sequence was used again");
		asst_sim_model_apply(&state->now, deed, sequence);
		state->sum->kept++;
		return;
	}
	if (status == ASST_ECONFLICT && conflicts)
		return;
	check_status(state, "apply", status);
	if (status == ASST_EINDOUBT && !conflicts) {
		if (state->doubt)
			say(state, "a batch was handed over after one that is in doubt");
		state->doubt = deed;
		state->sum->doubted++;
	} else {
		state->sum->refused++;
	}
}

/*
 * The process is killed, or the power fails, right after a failure: what was acknowledged is
 * there, what failed is not, and what is in doubt may be.
 */
static void check_end(struct state *state)
{
	bool relaxed = state->trial->work->config->options.process_only;
	uint64_t random = state->trial->seed ^ state->disk->calls;
	struct asst_sim_trial sound = *state->trial;

	sound.harmless = true;
	for (int i = 0; i < (relaxed ? 1 : 3) && !state->said[0]; i++) {
		uint64_t images = asst_sim_images(state->disk);
		struct state end = *state;
		struct asst_sim_errors none = { 0 };

		end.trial = &sound;
		end.sum = &none;
		end.disk = i ? asst_sim_crash(state->disk,
					      i > 1 ? asst_sim_below(&random, images) : 0) :
			       asst_sim_copy(state->disk, state->trial->forgets);
		asst_sim_mem_init(&end.mem);
		if (try_open(&end) == ASST_OK) {
			resolve(&end, i ? "the power failed then" : "killed then");
			check_content(&end, i ? "the power failed then" : "killed then");
			close_store(&end);
		}
		asst_sim_free(end.disk);
	}
}

static void do_deed(struct state *state, const struct asst_sim_deed *deed)
{
	uint64_t wrong = state->disk->went_wrong;
	int status = ASST_OK;

	switch (deed->act) {
	case ASST_SIM_APPLY:
		apply(state, deed);
		break;
	case ASST_SIM_COMPACT:
		status = asst__file_compact(state->backend.self, NULL, NULL, state->err);
		/* What failed is asked for again: it may do what it can, but no harm. */
		if (status)
			(void)asst__file_compact(state->backend.self, NULL, NULL, NULL);
		break;
	case ASST_SIM_SYNC_STORE:
		status = asst__file_sync(state->backend.self, state->err);
		break;
	case ASST_SIM_REOPEN:
		close_store(state);
		if (open_store(state))
			resolve(state, "opened again");
		/* Not to be read: whether the batch is there shows at last. */
		if (state->open && state->doubt)
			close_store(state);
		break;
	}
	if (status)
		check_status(state, deed->label, status);
	if (wrong != state->disk->went_wrong)
		check_end(state);
	if (state->open && !state->doubt && (wrong != state->disk->went_wrong || status))
		check_content(state, deed->label);
	else if (state->open && state->doubt)
		check_content(state, "with a batch in doubt");
}

/* The power fails while the store is open: it has what it showed. */
static void check_durable(struct state *state)
{
	uint64_t random = state->trial->seed, images = asst_sim_images(state->disk);
	struct asst_sim *kept = state->disk;
	char why[300];

	for (uint64_t i = 0; i < 3 && i < images && !state->said[0]; i++) {
		struct state found = *state;

		found.disk = asst_sim_crash(kept, i ? asst_sim_below(&random, images) : 0);
		asst_sim_mem_init(&found.mem);
		if (try_open(&found) == ASST_OK) {
			check_content(&found, "");
			close_store(&found);
		}
		asst_sim_free(found.disk);
		if (state->said[0]) {
			(void)snprintf(why, sizeof(why), "%s (after the power failed at last)",
				       state->said);
			memcpy(state->said, why, 256);
			state->said[255] = '\0';
		}
	}
}

/* Everything works again: what is there is right, stays, and more can be written. */
static void recover(struct state *state)
{
	static const struct asst_sim_deed more = {
		ASST_SIM_APPLY, 0, 1, { { ASST_OP_PUT, "more", "", 50, 77, false } }, "more", 0
	};
	struct asst_sim *disk = asst_sim_copy(state->disk, state->trial->forgets);

	asst_sim_free(state->disk);
	state->disk = disk;
	if (try_open(state) != ASST_OK)
		say(state, "cannot be opened again");
	if (state->said[0] || !state->open)
		return;
	resolve(state, "at last");
	check_content(state, "at last");
	if (!state->trial->work->config->options.process_only)
		check_durable(state);
	apply(state, &more);
	check_content(state, "written again");
	if (!state->trial->work->config->options.process_only)
		check_durable(state);
	close_store(state);
}

bool asst_sim_try(const struct asst_sim_trial *trial, struct asst_sim_errors *sum, char said[256])
{
	struct state state = { .trial = trial, .sum = sum, .said = said };
	struct asst_sim_trial after = *trial;
	bool went_wrong;

	said[0] = '\0';
	state.now = trial->work->start;
	state.err = asst_error_new();
	asst_sim_mem_init(&state.mem);
	state.disk = trial->work->base ? asst_sim_copy(trial->work->base, false) : asst_sim_new(1);
	asst_sim_plan(state.disk, trial->plan);
	open_store(&state);
	for (size_t i = 0; i < trial->work->count && state.open && !said[0]; i++)
		do_deed(&state, &trial->work->deeds[i]);
	close_store(&state);
	went_wrong = state.disk->went_wrong != 0;
	if (state.disk->misuse[0])
		say(&state, "%s", state.disk->misuse);
	/* From here on, every failure is one too many. */
	after.harmless = true;
	state.trial = &after;
	if (!said[0])
		recover(&state);
	if (said[0])
		close_store(&state);
	sum->trials += went_wrong;
	sum->failed += said[0] != '\0';
	asst_sim_free(state.disk);
	asst_error_free(state.err);
	return went_wrong;
}
