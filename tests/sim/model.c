/* SPDX-License-Identifier: MIT */
/* The model, and how it is compared with a store. */
#include "sim/model.h"

#include "storage/backend.h"

#include <assistant/buf.h>
#include <assistant/error.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const char *const asst_sim_partitions[ASST_SIM_PARTITIONS] = { "w", "x" };

void asst_sim_value(uint32_t value, unsigned char *bytes, size_t size)
{
	uint64_t state = value, word = 0;

	for (size_t i = 0; i < size; i++) {
		/* Some are zeros, as are the ends of files. */
		if (i % 8 == 0)
			word = value % 7 == 0 ? 0 : asst_sim_random(&state);
		bytes[i] = (unsigned char)(word >> (8 * (i % 8)) & 0xff);
	}
}

bool asst_sim_conflicts(const struct asst_sim_deed *deed)
{
	for (size_t i = 0; i < deed->count; i++) {
		if (deed->ops[i].wrong)
			return true;
	}
	return false;
}

bool asst_sim_deletes(const struct asst_sim_deed *deed)
{
	for (size_t i = 0; i < deed->count; i++) {
		if (deed->ops[i].kind != ASST_OP_DELETE &&
		    deed->ops[i].kind != ASST_OP_DELETE_RANGE)
			return false;
	}
	return deed->act == ASST_SIM_APPLY;
}

static int compare(const struct asst_sim_key *a, const void *key, size_t size)
{
	int order = memcmp(a->key, key, a->size < size ? a->size : size);

	return order ? order : (a->size > size) - (a->size < size);
}

static void drop(struct asst_sim_part *part, size_t i)
{
	memmove(&part->keys[i], &part->keys[i + 1], (part->count - i - 1) * sizeof(part->keys[0]));
	part->count--;
}

static void put(struct asst_sim_part *part, const struct asst_sim_key *key)
{
	size_t i = 0;

	while (i < part->count && compare(&part->keys[i], key->key, key->size) < 0)
		i++;
	if (i < part->count && compare(&part->keys[i], key->key, key->size) == 0) {
		part->keys[i] = *key;
		return;
	}
	if (part->count == ASST_SIM_KEYS) {
		(void)fputs("too many keys for the model\n", stderr);
		abort();
	}
	memmove(&part->keys[i + 1], &part->keys[i], (part->count - i) * sizeof(part->keys[0]));
	part->keys[i] = *key;
	part->count++;
}

static void put_op(struct asst_sim_part *part, const struct asst_sim_op *op, uint64_t sequence)
{
	struct asst_sim_key key = { .sequence = sequence,
				    .value_size = op->value_size,
				    .value = op->value };

	key.size = strlen(op->key);
	memcpy(key.key, op->key, key.size);
	if (op->kind == ASST_OP_PUT_SEQUENCED) {
		for (int shift = 56; shift >= 0; shift -= 8)
			key.key[key.size++] = (unsigned char)(sequence >> shift & 0xff);
		memcpy(key.key + key.size, op->end, strlen(op->end));
		key.size += strlen(op->end);
	}
	put(part, &key);
}

static void drop_op(struct asst_sim_part *part, const struct asst_sim_op *op)
{
	size_t size = strlen(op->key);

	for (size_t i = part->count; i-- > 0;) {
		int order = compare(&part->keys[i], op->key, size);

		if (op->kind == ASST_OP_DELETE ?
			    order == 0 :
			    order >= 0 && (!op->end[0] ||
					   compare(&part->keys[i], op->end, strlen(op->end)) < 0))
			drop(part, i);
	}
}

void asst_sim_model_apply(struct asst_sim_model *model, const struct asst_sim_deed *deed,
			  uint64_t sequence)
{
	struct asst_sim_part *part = &model->parts[deed->partition];

	for (size_t i = 0; i < deed->count; i++) {
		const struct asst_sim_op *op = &deed->ops[i];

		if (op->kind == ASST_OP_PUT || op->kind == ASST_OP_PUT_SEQUENCED)
			put_op(part, op, sequence);
		else if (op->kind == ASST_OP_DELETE || op->kind == ASST_OP_DELETE_RANGE)
			drop_op(part, op);
	}
	part->sequence = sequence;
}

static uint64_t sequence_of(const struct asst_sim_part *part, const char *key)
{
	for (size_t i = 0; i < part->count; i++) {
		if (compare(&part->keys[i], key, strlen(key)) == 0)
			return part->keys[i].sequence;
	}
	return 0;
}

static int add(struct asst_batch *batch, const struct asst_sim_part *part,
	       const struct asst_sim_op *op)
{
	unsigned char value[ASST_SIM_VALUE];
	size_t key = strlen(op->key), end = strlen(op->end);
	uint64_t shift = op->wrong ? 1 : 0;

	asst_sim_value(op->value, value, op->value_size);
	switch (op->kind) {
	case ASST_OP_CHECK_KEY:
		return asst_batch_check_key(batch, op->key, key, sequence_of(part, op->key) + shift,
					    NULL);
	case ASST_OP_CHECK_RANGE:
		/* Wrong needs a key in the range that was put by the first batch or later. */
		return asst_batch_check_range(batch, op->key, key, op->end, end,
					      op->wrong ? 0 : part->sequence, NULL);
	case ASST_OP_PUT:
		return asst_batch_put(batch, op->key, key, value, op->value_size, NULL);
	case ASST_OP_PUT_SEQUENCED:
		return asst_batch_put_sequenced(batch, op->key, key, op->end, end, value,
						op->value_size, NULL);
	case ASST_OP_DELETE:
		return asst_batch_delete(batch, op->key, key, NULL);
	default:
		return asst_batch_delete_range(batch, op->key, key, op->end, end, NULL);
	}
}

void asst_sim_batch(struct asst_batch *batch, const struct asst__mem *mem,
		    const struct asst_sim_model *model, const struct asst_sim_deed *deed)
{
	asst__batch_init(batch, mem);
	if (deed->floor)
		asst_batch_set_floor(batch, deed->floor);
	for (size_t i = 0; i < deed->count; i++) {
		if (add(batch, &model->parts[deed->partition], &deed->ops[i])) {
			(void)fputs("no memory for the test\n", stderr);
			abort();
		}
	}
}

int asst_sim_content_read(struct asst_sim_content *content, const struct asst__mem *mem,
			  const asst_backend *backend, asst_error *err)
{
	int status = ASST_OK;

	for (int i = 0; i < ASST_SIM_PARTITIONS; i++) {
		struct asst_ranges ranges;

		asst__sink_init(&content->sinks[i], mem);
		content->sequences[i] = 0;
		if (status)
			continue;
		asst__ranges_init(&ranges, mem, 0);
		status = asst_ranges_add(&ranges, "", 0, "", 0, 0, 0, err);
		if (!status)
			status =
				asst__backend_scan(backend, asst_sim_partitions[i], &ranges,
						   &content->sinks[i], &content->sequences[i], err);
		asst__ranges_dispose(&ranges);
	}
	return status;
}

void asst_sim_content_dispose(struct asst_sim_content *content)
{
	for (int i = 0; i < ASST_SIM_PARTITIONS; i++)
		asst__sink_dispose(&content->sinks[i]);
}

static bool value_is(const asst_buf *value, const struct asst_sim_key *key)
{
	unsigned char want[ASST_SIM_VALUE];

	if (!value || asst_buf_size(value) != key->value_size)
		return false;
	asst_sim_value(key->value, want, key->value_size);
	return memcmp(asst_buf_data(value), want, key->value_size) == 0;
}

static bool differs(char why[160], const char *partition, const struct asst_sim_key *want,
		    const char *what)
{
	char key[2 * ASST_SIM_KEY + 1] = "nothing";

	for (size_t i = 0; want && i < want->size; i++)
		(void)snprintf(key + 2 * i, 3, "%02x", want->key[i]);
	if (why)
		(void)snprintf(why, 160, "partition %s, where %s%s should be: %s", partition,
			       want ? "key (hex) " : "", key, what);
	return false;
}

static bool part_is(const struct asst_sim_content *content, int i,
		    const struct asst_sim_model *model, char why[160])
{
	const struct asst_sim_part *part = &model->parts[i];
	const struct asst_sink *sink = &content->sinks[i];
	const char *name = asst_sim_partitions[i];
	size_t at = 0;

	for (size_t j = 0; j < asst_sink_count(sink); j++) {
		const struct asst_sim_key *want = at < part->count ? &part->keys[at] : NULL;
		size_t size;
		const void *key = asst_sink_key(sink, j, &size);

		if (size == strlen(ASST_SIM_PROBE) && memcmp(key, ASST_SIM_PROBE, size) == 0)
			continue;
		if (!want || compare(want, key, size) != 0)
			return differs(why, name, want, "another key");
		if (asst_sink_sequence(sink, j) != want->sequence)
			return differs(why, name, want, "another sequence");
		if (!value_is(asst_sink_value(sink, j), want))
			return differs(why, name, want, "another value");
		at++;
	}
	if (at < part->count)
		return differs(why, name, &part->keys[at], "the end");
	if (content->sequences[i] < part->sequence)
		return differs(why, name, NULL, "a sequence of the partition that is too low");
	return true;
}

bool asst_sim_content_is(const struct asst_sim_content *content, const struct asst_sim_model *model,
			 char why[160])
{
	for (int i = 0; i < ASST_SIM_PARTITIONS; i++) {
		if (!part_is(content, i, model, why))
			return false;
	}
	return true;
}

static int get_part(const struct asst__mem *mem, const asst_backend *backend, int i,
		    const struct asst_sim_part *part, char why[160], asst_error *err)
{
	struct asst_keys keys;
	struct asst_sink sink;
	uint64_t sequence;
	int status = ASST_OK;

	asst__keys_init(&keys, mem);
	asst__sink_init(&sink, mem);
	for (size_t j = 0; j < part->count && !status; j++)
		status = asst_keys_add(&keys, part->keys[j].key, part->keys[j].size, err);
	if (!status)
		status = asst_keys_add(&keys, "no such", 7, err);
	if (!status)
		status = asst__backend_get(backend, asst_sim_partitions[i], &keys, &sink, &sequence,
					   err);
	for (size_t j = 0; j <= part->count && !status && !why[0]; j++) {
		const struct asst__answer *answer = asst__sink_find(&sink, j);

		if (j == part->count ? answer != NULL :
				       !answer || answer->sequence != part->keys[j].sequence ||
					       !value_is(answer->value, &part->keys[j]))
			differs(why, asst_sim_partitions[i],
				j < part->count ? &part->keys[j] : NULL, "get has another answer");
	}
	asst__keys_dispose(&keys);
	asst__sink_dispose(&sink);
	return status;
}

int asst_sim_get_all(const struct asst__mem *mem, const asst_backend *backend,
		     const struct asst_sim_model *model, char why[160], asst_error *err)
{
	int status = ASST_OK;

	why[0] = '\0';
	for (int i = 0; i < ASST_SIM_PARTITIONS && !status; i++)
		status = get_part(mem, backend, i, &model->parts[i], why, err);
	return status;
}
