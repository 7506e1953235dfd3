/* SPDX-License-Identifier: MIT */
/* A partition as it should be, for the random checks; private to the suite. */
#ifndef ASST_CONFORMANCE_MODEL_H
#define ASST_CONFORMANCE_MODEL_H

#include "asst_conformance_kit.h"

#define ASSTC_NAME_ROOM 24
#define ASSTC_MAX_SLOTS 20000

struct asstc_name {
	unsigned char bytes[ASSTC_NAME_ROOM];
	size_t size;
};

/* A key that was put at some time; the values themselves follow from a number. */
struct asstc_slot {
	struct asstc_name key;
	uint64_t sequence; /* of the last put, also when the key was deleted after it */
	uint32_t value;
	int there;
};

/* A partition as it should be: all its keys in order. */
struct asstc_model {
	const char *partition;
	struct asstc_slot *slots;
	size_t count;
	uint64_t sequence;
};

int asstc_model_inside(const struct asstc_name *key, const struct asstc_name *from,
		       const struct asstc_name *to);
/* NULL: the key was never put. */
struct asstc_slot *asstc_model_find(const struct asstc_model *model, const struct asstc_name *key);
/* 0 when the model is full. */
int asstc_model_put(struct asstc_model *model, const struct asstc_name *key, uint64_t sequence,
		    uint32_t value);
/* Make a prefix the key of a sequenced put. */
void asstc_name_add_sequence(struct asstc_name *key, uint64_t sequence,
			     const struct asstc_name *tail);

#endif
