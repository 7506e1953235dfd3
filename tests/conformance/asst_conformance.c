/* SPDX-License-Identifier: MIT */
/* The suite: lists the checks and runs each on a backend of its own. */
#include "asst_conformance.h"

#include <stdlib.h>
#include <string.h>

#include "asst_conformance_kit.h"

#define DEFAULT_SEED 20240229u
#define DEFAULT_EFFORT 100u

static const struct asstc_check *const topics[] = {
	asstc_read_checks,   asstc_write_checks,  asstc_order_checks,
	asstc_thread_checks, asstc_random_checks,
};

static const struct asstc_check *check_at(size_t i)
{
	size_t topic;

	for (topic = 0; topic < sizeof(topics) / sizeof(topics[0]); topic++) {
		const struct asstc_check *check;

		for (check = topics[topic]; check->name; check++, i--)
			if (i == 0)
				return check;
	}
	return NULL;
}

size_t asst_conformance_count(void)
{
	size_t count = 0;

	while (check_at(count))
		count++;
	return count;
}

const char *asst_conformance_name(size_t i)
{
	const struct asstc_check *check = check_at(i);

	return check ? check->name : NULL;
}

const char *asst_conformance_sentence(size_t i)
{
	const struct asstc_check *check = check_at(i);

	return check ? check->sentence : NULL;
}

/* A number from the environment, or the target's, or the usual one. */
static uint64_t number_of(const char *variable, uint64_t targets, uint64_t usual)
{
	const char *text = getenv(variable);
	uint64_t number = 0;

	if (text && *text) {
		number = strtoull(text, NULL, 10);
		if (number)
			return number;
	}
	return targets ? targets : usual;
}

static int target_is_whole(const struct asst_conformance_target *target)
{
	return target && target->size == sizeof(*target) && target->open;
}

static void open_backend(struct asstc *t)
{
	asst_backend *backend = t->backend;
	int status = asst_backend_init(backend, sizeof(*backend), t->err);

	if (!asstc_expect_ok(t, "asst_backend_init", status))
		return;
	status = t->target->open(t->target->user, backend, t->err);
	if (!asstc_expect_ok(t, "open", status))
		return;
	t->is_open = backend->destroy != NULL;
	if (backend->size != sizeof(*backend))
		asstc_fail(t, "the table has size %lu, should have %lu",
			   (unsigned long)backend->size, (unsigned long)sizeof(*backend));
	if (!backend->get || !backend->scan || !backend->apply || !backend->destroy)
		asstc_fail(t, "a required method is missing from the table");
}

static int run_check(const struct asst_conformance_target *target, const struct asstc_check *check)
{
	asst_backend backend;
	struct asstc t;
	uint64_t effort = number_of("ASST_CONFORMANCE_EFFORT", target->effort, DEFAULT_EFFORT);
	int outcome = ASST_CONFORMANCE_PASSED;

	memset(&backend, 0, sizeof(backend));
	memset(&t, 0, sizeof(t));
	t.target = target;
	t.backend = &backend;
	t.err = asst_error_new();
	t.seed = number_of("ASST_SEED", target->seed, DEFAULT_SEED);
	t.effort = effort > 100000 ? 100000 : (uint32_t)effort;
	open_backend(&t);
	if (asstc_ok(&t))
		check->run(&t);
	asstc_clear(&t);
	if (t.is_open)
		(void)asstc_expect_ok(&t, "destroy", backend.destroy(backend.self, t.err));
	if (t.failed)
		outcome = ASST_CONFORMANCE_FAILED;
	else if (t.skipped)
		outcome = ASST_CONFORMANCE_SKIPPED;
	if (target->report)
		target->report(target->user, check->name, outcome, t.detail);
	asst_error_free(t.err);
	return outcome;
}

int asst_conformance_run(const struct asst_conformance_target *target, size_t *passed,
			 size_t *failed)
{
	const struct asstc_check *check;
	size_t good = 0, bad = 0, i;

	if (passed)
		*passed = 0;
	if (failed)
		*failed = 0;
	if (!target_is_whole(target))
		return ASST_EINVAL;
	for (i = 0; (check = check_at(i)) != NULL; i++) {
		int outcome = run_check(target, check);

		good += outcome == ASST_CONFORMANCE_PASSED;
		bad += outcome == ASST_CONFORMANCE_FAILED;
	}
	if (passed)
		*passed = good;
	if (failed)
		*failed = bad;
	return bad ? ASST_EBACKEND : ASST_OK;
}

int asst_conformance_run_one(const struct asst_conformance_target *target, const char *check)
{
	const struct asstc_check *found;
	size_t i;

	if (!target_is_whole(target) || !check)
		return ASST_EINVAL;
	for (i = 0; (found = check_at(i)) != NULL; i++) {
		if (strcmp(found->name, check) != 0)
			continue;
		switch (run_check(target, found)) {
		case ASST_CONFORMANCE_PASSED:
			return ASST_OK;
		case ASST_CONFORMANCE_SKIPPED:
			return ASST_EUNSUPPORTED;
		default:
			return ASST_EBACKEND;
		}
	}
	return ASST_ENOTFOUND;
}
