/* SPDX-License-Identifier: MIT */
/* Workloads: rows of deeds, run on a disk, with what the store should contain after each. */
#ifndef ASST_TESTS_SIM_WORK_H
#define ASST_TESTS_SIM_WORK_H

#include "sim/model.h"
#include "storage/file/file.h"

#define ASST_SIM_DEEDS 80
#define ASST_SIM_PLACE "store"

/* An allocator that knows what is not freed. */
struct asst_sim_mem {
	struct asst__mem mem;
	int64_t bytes, blocks; /* held */
	uint64_t bad; /* freed with another size than they were taken with */
	uint64_t fail_at; /* so many takings from now there is no memory, once; 0: never */
};

void asst_sim_mem_init(struct asst_sim_mem *mem);

struct asst_sim_config {
	const char *name;
	struct asst__file_options options;
};

extern const struct asst_sim_config asst_sim_configs[];
extern const size_t asst_sim_config_count;

/* The letters that short workloads are made of. */
extern const struct asst_sim_deed asst_sim_letters[];
extern const size_t asst_sim_letter_count;

struct asst_sim_work {
	char name[48];
	const struct asst_sim_config *config;
	const struct asst_sim *base; /* the disk it begins with; NULL: an empty one */
	struct asst_sim_model start; /* what is on it */
	struct asst_sim_deed deeds[ASST_SIM_DEEDS];
	size_t count;
	/* from asst_sim_rehearse(): */
	struct asst_sim_model *states; /* after so many batches; the first one is start */
	size_t batches; /* that are applied; states has one more */
	uint64_t calls; /* of all */
	uint64_t begins[ASST_SIM_DEEDS + 1]; /* calls before a deed; before the end */
};

/* How far a run came. */
struct asst_sim_run {
	const struct asst_sim_work *work;
	struct asst_sim *disk;
	struct asst_sim_mem mem;
	asst_backend backend;
	bool open;
	size_t handed, acked, synced; /* batches */
	uint64_t highest[ASST_SIM_PARTITIONS]; /* sequences that were acknowledged */
	char trouble[256]; /* what should not have happened; "": nothing */
};

/* Open with a seed that no other open has. */
int asst_sim_open(asst_backend *backend, const struct asst_sim *disk, struct asst_sim_mem *mem,
		  const struct asst__file_options *options, asst_error *err);

/* Run without a failure, note the states and the calls; false and trouble where it is wrong. */
bool asst_sim_rehearse(struct asst_sim_work *work, char trouble[256]);
/* Run with a plan. The run's disk is the caller's; everything else is freed. */
void asst_sim_perform(struct asst_sim_run *run, const struct asst_sim_work *work,
		      enum asst_sim_fault fault, const struct asst_sim_plan *plan);
void asst_sim_work_dispose(struct asst_sim_work *work);

/* A row of letters; a random row. */
void asst_sim_spell(struct asst_sim_work *work, const size_t *letters, size_t count);
void asst_sim_invent(struct asst_sim_work *work, uint64_t seed, size_t count);
/* One that fills segments and makes most of what is in them dead. */
void asst_sim_churn(struct asst_sim_work *work, uint64_t seed, size_t count);

/* Where random numbers start: ASST_SEED of the environment, else always the same. Printed. */
uint64_t asst_sim_seed(void);
/* The stores that named workloads begin with, one for each of the options. */
void asst_sim_bases_make(void);
void asst_sim_bases_free(void);
/*
 * A workload by its name, KIND:OPTIONS:REST, where OPTIONS is an index. KIND c: from nothing,
 * s: from the base, both with letters, LETTER.LETTER...; r: random, h: random and heavy, both
 * from the base, SEED.COUNT.
 */
bool asst_sim_named(struct asst_sim_work *work, const char *name);

#endif
