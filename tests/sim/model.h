/* SPDX-License-Identifier: MIT */
/*
 * What a store should contain: a sorted list of keys, written without a look at how the
 * backends do it; and the deeds that change it, from which batches are made.
 */
#ifndef ASST_TESTS_SIM_MODEL_H
#define ASST_TESTS_SIM_MODEL_H

#include "sim/disk.h"
#include "storage/batch.h"

#define ASST_SIM_PARTITIONS 2
#define ASST_SIM_KEYS 96
#define ASST_SIM_KEY 24
#define ASST_SIM_OPS 6
#define ASST_SIM_VALUE 4096 /* no value is larger */
#define ASST_SIM_PROBE "~probe"

extern const char *const asst_sim_partitions[ASST_SIM_PARTITIONS];

enum asst_sim_act { ASST_SIM_APPLY, ASST_SIM_COMPACT, ASST_SIM_SYNC_STORE, ASST_SIM_REOPEN };

/* An operation of a batch. Checks are of what the model has, or wrong. */
struct asst_sim_op {
	int kind; /* ASST_OP_... */
	char key[8], end[8];
	uint32_t value_size;
	uint32_t value; /* which one */
	bool wrong;
};

struct asst_sim_deed {
	enum asst_sim_act act;
	int partition;
	size_t count;
	struct asst_sim_op ops[ASST_SIM_OPS];
	char label[24];
	uint64_t floor;
};

struct asst_sim_key {
	unsigned char key[ASST_SIM_KEY];
	size_t size;
	uint64_t sequence;
	uint32_t value_size, value;
};

struct asst_sim_model {
	struct asst_sim_part {
		struct asst_sim_key keys[ASST_SIM_KEYS]; /* sorted */
		size_t count;
		uint64_t sequence;
	} parts[ASST_SIM_PARTITIONS];
};

/* Bytes of a value: the same for the same number. */
void asst_sim_value(uint32_t value, unsigned char *bytes, size_t size);

/* Whether the batch has a check that fails. */
bool asst_sim_conflicts(const struct asst_sim_deed *deed);
/* Only operations that delete. */
bool asst_sim_deletes(const struct asst_sim_deed *deed);
void asst_sim_model_apply(struct asst_sim_model *model, const struct asst_sim_deed *deed,
			  uint64_t sequence);
/* The batch of a deed, with checks of what the model has. */
void asst_sim_batch(struct asst_batch *batch, const struct asst__mem *mem,
		    const struct asst_sim_model *model, const struct asst_sim_deed *deed);

/* What a store has: all keys of all partitions, taken at once. */
struct asst_sim_content {
	struct asst_sink sinks[ASST_SIM_PARTITIONS];
	uint64_t sequences[ASST_SIM_PARTITIONS];
};

/* Read everything by scan; status of the first one that fails. Dispose also after failure. */
int asst_sim_content_read(struct asst_sim_content *content, const struct asst__mem *mem,
			  const asst_backend *backend, asst_error *err);
void asst_sim_content_dispose(struct asst_sim_content *content);
/* Whether the content is the model's, but for the probe; why: where they differ, or NULL. */
bool asst_sim_content_is(const struct asst_sim_content *content, const struct asst_sim_model *model,
			 char why[160]);
/* Whether get answers as the model does. */
int asst_sim_get_all(const struct asst__mem *mem, const asst_backend *backend,
		     const struct asst_sim_model *model, char why[160], asst_error *err);

#endif
