/* SPDX-License-Identifier: MIT */
/* What workloads are made of: the letters of short ones, random ones, and the options. */
#include "sim/work.h"

#include <inttypes.h>
#include <string.h>

#define PUT ASST_OP_PUT
#define SEQUENCED ASST_OP_PUT_SEQUENCED
#define DELETE ASST_OP_DELETE
#define RANGE ASST_OP_DELETE_RANGE
#define KEY ASST_OP_CHECK_KEY
#define UNTOUCHED ASST_OP_CHECK_RANGE

const struct asst_sim_config asst_sim_configs[] = {
	{ "filled", { .segment_bytes = 8192, .fill_bytes = 1024, .reserve_bytes = 2048 } },
	{ "grown", { .segment_bytes = 8192, .resident_bytes = 1 << 20 } },
	{ "relaxed",
	  { .segment_bytes = 8192,
	    .fill_bytes = 1024,
	    .reserve_bytes = 2048,
	    .process_only = true } },
	{ "large",
	  { .segment_bytes = 1 << 16,
	    .fill_bytes = 4096,
	    .reserve_bytes = 8192,
	    .resident_bytes = 4000 } },
	{ "relaxed grown",
	  { .segment_bytes = 8192, .resident_bytes = 1 << 20, .process_only = true } },
	{ "relaxed large",
	  { .segment_bytes = 1 << 16,
	    .fill_bytes = 4096,
	    .resident_bytes = 4000,
	    .process_only = true } },
	{ "uncompacted", { .segment_bytes = 8192, .fill_bytes = 1024, .no_compaction = true } },
};
const size_t asst_sim_config_count = sizeof(asst_sim_configs) / sizeof(asst_sim_configs[0]);

/* The store has a, b and c in partition w, a in partition x. */
const struct asst_sim_deed asst_sim_letters[] = {
	{ ASST_SIM_APPLY, 0, 1, { { PUT, "n", "", 40, 1, false } }, "put", 0 },
	{ ASST_SIM_APPLY, 0, 1, { { PUT, "a", "", 300, 2, false } }, "overwrite", 0 },
	{ ASST_SIM_APPLY, 0, 1, { { DELETE, "a", "", 0, 0, false } }, "delete", 0 },
	{ ASST_SIM_APPLY, 0, 1, { { RANGE, "a", "c", 0, 0, false } }, "delete range", 0 },
	{ ASST_SIM_APPLY, 0, 1, { { SEQUENCED, "s", "t", 20, 3, false } }, "sequenced", 0 },
	{ ASST_SIM_APPLY,
	  0,
	  4,
	  { { PUT, "m1", "", 700, 4, false },
	    { DELETE, "b", "", 0, 0, false },
	    { PUT, "m2", "", 0, 0, false },
	    { PUT, "a", "", 9, 5, false } },
	  "many",
	  0 },
	{ ASST_SIM_APPLY,
	  0,
	  3,
	  { { KEY, "c", "", 0, 0, false },
	    { UNTOUCHED, "a", "z", 0, 0, false },
	    { PUT, "k", "", 60, 6, false } },
	  "checked",
	  0 },
	{ ASST_SIM_APPLY, 0, 1, { { PUT, "v", "", 3000, 8, false } }, "large", 0 },
	{ ASST_SIM_APPLY,
	  1,
	  2,
	  { { PUT, "n", "", 100, 9, false }, { PUT, "o", "", 0, 0, false } },
	  "other",
	  0 },
	{ ASST_SIM_APPLY, 0, 1, { { RANGE, "", "", 0, 0, false } }, "delete all", 0 },
	{ ASST_SIM_APPLY, 1, 1, { { PUT, "f", "", 10, 10, false } }, "floor", 5000 },
	{ ASST_SIM_COMPACT, 0, 0, { { 0, "", "", 0, 0, false } }, "compact", 0 },
	{ ASST_SIM_SYNC_STORE, 0, 0, { { 0, "", "", 0, 0, false } }, "sync", 0 },
	{ ASST_SIM_REOPEN, 0, 0, { { 0, "", "", 0, 0, false } }, "reopen", 0 },
};
const size_t asst_sim_letter_count = sizeof(asst_sim_letters) / sizeof(asst_sim_letters[0]);

void asst_sim_spell(struct asst_sim_work *work, const size_t *letters, size_t count)
{
	work->count = count;
	for (size_t i = 0; i < count; i++) {
		work->deeds[i] = asst_sim_letters[letters[i]];
		/* The same letter twice writes two values. */
		for (size_t j = 0; j < work->deeds[i].count; j++)
			work->deeds[i].ops[j].value += (uint32_t)(16 * i);
	}
}

static struct asst_sim_op some_op(uint64_t *random, int kind)
{
	struct asst_sim_op op = { .kind = kind };

	(void)snprintf(op.key, sizeof(op.key), "%c", (int)('a' + asst_sim_below(random, 16)));
	if (kind == RANGE || kind == UNTOUCHED)
		(void)snprintf(op.end, sizeof(op.end), "%c",
			       (int)('b' + asst_sim_below(random, 16)));
	if (kind == SEQUENCED)
		(void)snprintf(op.end, sizeof(op.end), "t%u", (unsigned)asst_sim_below(random, 3));
	if (kind == PUT || kind == SEQUENCED) {
		op.value = (uint32_t)asst_sim_random(random) | 1u;
		op.value_size = (uint32_t)asst_sim_below(random, 200);
		if (kind == PUT && asst_sim_below(random, 4) == 0)
			op.value_size = (uint32_t)asst_sim_below(random, ASST_SIM_VALUE - 500);
	}
	return op;
}

static void add_op(struct asst_sim_deed *deed, uint64_t *random, int kind)
{
	if (deed->count < ASST_SIM_OPS)
		deed->ops[deed->count++] = some_op(random, kind);
}

static void some_batch(struct asst_sim_deed *deed, uint64_t *random)
{
	static const int kinds[] = {
		PUT, PUT, PUT, PUT, PUT, PUT, DELETE, DELETE, SEQUENCED, RANGE
	};
	uint64_t dice = asst_sim_below(random, 20);

	deed->act = ASST_SIM_APPLY;
	deed->partition = asst_sim_below(random, 4) == 0;
	if (dice < 3) {
		add_op(deed, random, KEY);
		add_op(deed, random, UNTOUCHED);
		deed->ops[0].wrong = dice == 0;
	} else if (dice == 3) {
		/* Nothing remains, so that the model has room. */
		deed->ops[0] = (struct asst_sim_op){ .kind = RANGE };
		deed->count = 1;
	}
	do {
		add_op(deed, random, kinds[asst_sim_below(random, sizeof(kinds) / sizeof(int))]);
	} while (asst_sim_below(random, 5) < 2);
	(void)snprintf(deed->label, sizeof(deed->label), "batch of %zu", deed->count);
}

void asst_sim_invent(struct asst_sim_work *work, uint64_t seed, size_t count)
{
	uint64_t random = seed;

	work->count = count < ASST_SIM_DEEDS ? count : ASST_SIM_DEEDS;
	for (size_t i = 0; i < work->count; i++) {
		struct asst_sim_deed *deed = &work->deeds[i];
		uint64_t dice = asst_sim_below(&random, 24);

		memset(deed, 0, sizeof(*deed));
		/* Every other workload is mostly batches, so that more of them are not synced. */
		if (dice < (seed % 2 ? 1 : 3)) {
			*deed = asst_sim_letters[asst_sim_letter_count - 3 + (i + dice) % 3];
			continue;
		}
		some_batch(deed, &random);
	}
}

void asst_sim_churn(struct asst_sim_work *work, uint64_t seed, size_t count)
{
	uint64_t random = seed;

	work->count = count < ASST_SIM_DEEDS ? count : ASST_SIM_DEEDS;
	for (size_t i = 0; i < work->count; i++) {
		struct asst_sim_deed *deed = &work->deeds[i];
		uint64_t dice = asst_sim_below(&random, 40);

		memset(deed, 0, sizeof(*deed));
		if (dice < 3) {
			*deed = asst_sim_letters[asst_sim_letter_count - 3 + dice];
			/* More often opened again than compacted at once. */
			if (deed->act == ASST_SIM_COMPACT && random % 4)
				*deed = asst_sim_letters[asst_sim_letter_count - 1];
			continue;
		}
		*deed = asst_sim_letters[7];
		deed->partition = dice % 5 == 0;
		deed->ops[0].key[0] = (char)('a' + asst_sim_below(&random, 5));
		deed->ops[0].value = (uint32_t)asst_sim_random(&random) | 1u;
		deed->ops[0].value_size = 500 + (uint32_t)asst_sim_below(&random, 2500);
		/* Some stay for ever: what is copied again and again. */
		if (dice == 39)
			(void)snprintf(deed->ops[0].key, sizeof(deed->ops[0].key), "y%zu", i % 10);
	}
}
