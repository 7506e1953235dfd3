/* SPDX-License-Identifier: MIT */
/* The model of a partition: an array in order. */
#include "asst_conformance_model.h"

#include <string.h>

static int compare_keys(const struct asstc_name *a, const struct asstc_name *b)
{
	size_t size = a->size < b->size ? a->size : b->size;
	int order = size ? memcmp(a->bytes, b->bytes, size) : 0;

	return order ? order : (a->size > b->size) - (a->size < b->size);
}

int asstc_model_inside(const struct asstc_name *key, const struct asstc_name *from,
		       const struct asstc_name *to)
{
	return compare_keys(key, from) >= 0 && (to->size == 0 || compare_keys(key, to) < 0);
}

static size_t place_of(const struct asstc_model *model, const struct asstc_name *key)
{
	size_t low = 0, high = model->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_keys(&model->slots[middle].key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct asstc_slot *asstc_model_find(const struct asstc_model *model, const struct asstc_name *key)
{
	size_t i = place_of(model, key);

	if (i < model->count && compare_keys(&model->slots[i].key, key) == 0)
		return &model->slots[i];
	return NULL;
}

int asstc_model_put(struct asstc_model *model, const struct asstc_name *key,
		    uint64_t sequence, uint32_t value)
{
	struct asstc_slot *slot = asstc_model_find(model, key);

	if (!slot) {
		size_t i = place_of(model, key);

		if (model->count == ASSTC_MAX_SLOTS)
			return 0;
		slot = &model->slots[i];
		memmove(slot + 1, slot, (model->count - i) * sizeof(*slot));
		model->count++;
		slot->key = *key;
	}
	slot->sequence = sequence;
	slot->value = value;
	slot->there = 1;
	return 1;
}

void asstc_name_add_sequence(struct asstc_name *key, uint64_t sequence,
			     const struct asstc_name *tail)
{
	int shift;

	for (shift = 56; shift >= 0; shift -= 8)
		key->bytes[key->size++] = (unsigned char)(sequence >> shift);
	memcpy(key->bytes + key->size, tail->bytes, tail->size);
	key->size += tail->size;
}
