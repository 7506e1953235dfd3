/* SPDX-License-Identifier: MIT */
/*
 * The power fails before a call of a workload: every disk that may then be found must open,
 * have all batches that were acknowledged and each other one whole or not at all, and go on.
 */
#ifndef ASST_TESTS_SIM_CRASH_H
#define ASST_TESTS_SIM_CRASH_H

#include "sim/work.h"

#define ASST_SIM_KILLED UINT64_MAX /* instead of an image: the process ends, not the machine */

struct asst_sim_tally {
	uint64_t works, points; /* workloads, calls before which the power failed */
	uint64_t states; /* disks that were checked, each another one at its point */
	uint64_t nested; /* disks after a second failure, while the first was repaired */
	uint64_t pending_most; /* unsynced changes at one point */
	uint64_t whole; /* points at which every enumerated disk was checked */
	uint64_t cut; /* points at which they were too many */
	uint64_t failed; /* disks that were not right */
};

struct asst_sim_effort {
	uint64_t budget; /* disks for each point */
	uint64_t after_kill; /* disks after a failure of the power that follows a kill */
	uint64_t bridge_every; /* for each so many disks that lost batches, writes in their place */
	uint64_t nest_every; /* for each so many disks, all second failures; 0: for none */
	uint64_t seed;
	enum asst_sim_fault fault;
	uint64_t point, image; /* this one alone, where point is not 0 */
	bool first_only; /* end with the first one that is not right */
	bool power_only; /* the process is never just killed */
	bool quiet;
};

/* What a disk may have: the state after a number of batches. */
struct asst_sim_want {
	const struct asst_sim_work *work;
	size_t low, high;
	uint64_t highest[ASST_SIM_PARTITIONS]; /* new sequences are above these */
	uint64_t probe; /* the sequence of a further batch of the first partition; 0: none */
	size_t probe_size; /* of its value */
};

/* Put the probe into a partition of an open store. */
int asst_sim_probe(const asst_backend *backend, const struct asst__mem *mem, int partition,
		   size_t size, uint64_t *sequence, asst_error *err);

/*
 * Open, compare, write, close, open and compare again. Returns the state that was found,
 * SIZE_MAX with trouble where it is wrong. opening: how many calls the first open made.
 */
size_t asst_sim_verify(struct asst_sim *disk, const struct asst_sim_want *want, uint64_t *opening,
		       char trouble[256]);

/*
 * Write into the place of batches that were lost; before: the disk when the power failed.
 * Returns how many disks were checked.
 */
uint64_t asst_sim_bridge(const struct asst_sim *before, const struct asst_sim *disk,
			 const struct asst_sim_want *want, char said[256]);

/* The power fails before each call of several threads that write, so many times. */
void asst_sim_explore_threads(const struct asst_sim_config *config, uint64_t rounds,
			      const struct asst_sim_effort *effort, struct asst_sim_tally *tally);
/* The power fails before each call from a number on. False: the workload itself is wrong. */
bool asst_sim_explore(const struct asst_sim_work *work, uint64_t from,
		      const struct asst_sim_effort *effort, struct asst_sim_tally *tally);

#endif
