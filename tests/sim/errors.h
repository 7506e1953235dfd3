/* SPDX-License-Identifier: MIT */
/*
 * Calls that fail while a workload goes on: each status must be a defined one, what it says
 * must be so at once, after the store is opened again, and after the power failed then.
 */
#ifndef ASST_TESTS_SIM_ERRORS_H
#define ASST_TESTS_SIM_ERRORS_H

#include "sim/work.h"

struct asst_sim_errors {
	uint64_t trials; /* runs in which a call went wrong */
	uint64_t kept; /* batches that were acknowledged in them */
	uint64_t refused; /* batches that failed and were not there then */
	uint64_t doubted; /* batches that failed and might be there */
	uint64_t found; /* of these, those that were there when the store was opened again */
	uint64_t opens; /* opens that failed */
	uint64_t failed; /* trials that were not right */
};

struct asst_sim_trial {
	const struct asst_sim_work *work;
	const struct asst_sim_plan *plan;
	bool harmless; /* what goes wrong must not be noticed */
	bool forgets; /* what a failed sync left is not read by the next process */
	uint64_t seed;
};

/* Run the workload so; says what is not right. False: nothing went wrong in it. */
bool asst_sim_try(const struct asst_sim_trial *trial, struct asst_sim_errors *sum, char said[256]);

struct asst_sim_full {
	uint64_t too_small; /* disks on which there was no store */
	uint64_t filled; /* disks on which writing ended */
	uint64_t tried, deleted; /* then: batches that delete, and those that were taken */
	uint64_t large; /* disks that large values filled */
	uint64_t emptied; /* disks on which then everything could be deleted */
	uint64_t compacted; /* disks full of what is dead that were compacted */
	uint64_t failed;
};

#define ASST_SIM_FULL_CONFIGS 2

/* Write until a disk is full, then read, delete, open again and go on. True: it had enough room. */
bool asst_sim_fill(size_t config, uint64_t room, struct asst_sim_full *sum, char said[256]);
/* Write until a disk is full, then delete everything, in small segments. */
void asst_sim_fill_empty(uint64_t room, struct asst_sim_full *sum, char said[256]);
/* Write large values until a disk is full, and end. */
void asst_sim_fill_large(uint64_t room, struct asst_sim_full *sum, char said[256]);
/* Put and delete a few keys until a disk is full, then compact. */
void asst_sim_fill_dead(size_t config, uint64_t room, struct asst_sim_full *sum, char said[256]);

/*
 * Let one call of a compaction go wrong, or where that is 0 one taking of memory, and compact
 * again: nothing is lost. False: there were not so many.
 */
bool asst_sim_compact_again(size_t config, uint64_t call, uint64_t taking, int error,
			    char said[256]);

#endif
