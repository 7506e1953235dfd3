/* SPDX-License-Identifier: MIT */
/* Workloads by name, and the stores that they begin with. */
#include "sim/work.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define MOST_CONFIGS 8

/* The store that workloads begin with, one for each of the options. */
static struct asst_sim_work prelude[MOST_CONFIGS];
static struct asst_sim *bases[MOST_CONFIGS];

uint64_t asst_sim_seed(void)
{
	const char *text = getenv("ASST_SEED");
	uint64_t seed = text ? strtoull(text, NULL, 0) : UINT64_C(20260131);

	printf("ASST_SEED=%" PRIu64 "\n", seed);
	return seed;
}

void asst_sim_bases_make(void)
{
	static const struct asst_sim_deed deeds[] = {
		{ ASST_SIM_APPLY,
		  0,
		  3,
		  { { ASST_OP_PUT, "a", "", 60, 101, false },
		    { ASST_OP_PUT, "b", "", 400, 102, false },
		    { ASST_OP_PUT, "c", "", 20, 103, false } },
		  "first",
		  0 },
		{ ASST_SIM_APPLY,
		  1,
		  1,
		  { { ASST_OP_PUT, "a", "", 100, 104, false } },
		  "second",
		  0 },
		{ ASST_SIM_SYNC_STORE, 0, 0, { { 0, "", "", 0, 0, false } }, "sync", 0 },
	};

	for (size_t i = 0; i < asst_sim_config_count; i++) {
		struct asst_sim_work *work = &prelude[i];
		struct asst_sim_run run;
		char said[256];

		work->config = &asst_sim_configs[i];
		work->count = sizeof(deeds) / sizeof(deeds[0]);
		memcpy(work->deeds, deeds, sizeof(deeds));
		if (!asst_sim_rehearse(work, said)) {
			printf("WRONG prelude (options: %s): %s\n", work->config->name, said);
			exit(1);
		}
		asst_sim_perform(&run, work, ASST_SIM_SOUND, NULL);
		bases[i] = run.disk;
	}
}

void asst_sim_bases_free(void)
{
	for (size_t i = 0; i < asst_sim_config_count; i++) {
		asst_sim_work_dispose(&prelude[i]);
		asst_sim_free(bases[i]);
	}
}

bool asst_sim_named(struct asst_sim_work *work, const char *name)
{
	size_t letters[ASST_SIM_DEEDS], count = 0, config;
	char kind, *at;

	memset(work, 0, sizeof(*work));
	kind = name[0];
	if (!kind || name[1] != ':')
		return false;
	config = strtoul(name + 2, &at, 10);
	if (config >= asst_sim_config_count || *at != ':')
		return false;
	(void)snprintf(work->name, sizeof(work->name), "%s", name);
	work->config = &asst_sim_configs[config];
	if (kind != 'c') {
		work->base = bases[config];
		work->start = prelude[config].states[prelude[config].batches];
	}
	if (kind == 'r' || kind == 'h') {
		uint64_t seed = strtoull(at + 1, &at, 10);
		size_t count_wanted = *at ? strtoul(at + 1, NULL, 10) : 0;

		(kind == 'r' ? asst_sim_invent : asst_sim_churn)(work, seed, count_wanted);
		return true;
	}
	while (*at && at[1] && count < ASST_SIM_DEEDS) {
		letters[count] = strtoul(at + 1, &at, 10);
		if (letters[count++] >= asst_sim_letter_count)
			return false;
	}
	asst_sim_spell(work, letters, count);
	return true;
}
