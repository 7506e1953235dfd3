/* SPDX-License-Identifier: MIT */
/* Batches: the operations in one growing array, their keys in one arena, limits enforced. */
#include "storage/batch.h"

#include "base/buf.h"
#include "base/fail.h"

void asst__batch_init(struct asst_batch *batch, const struct asst__mem *mem)
{
	batch->mem = mem;
	batch->floor = 0;
	batch->total = 0;
	batch->count = 0;
	batch->room = ASST__INLINE_OPS;
	batch->items = batch->first;
	asst__arena_init(&batch->bytes);
}

void asst__batch_dispose(struct asst_batch *batch)
{
	for (size_t i = 0; i < batch->count; i++)
		asst_buf_free(batch->items[i].value);
	asst__free_from(batch->mem, batch->items, batch->first, batch->room,
			sizeof(*batch->items));
	asst__arena_dispose(&batch->bytes, batch->mem);
}

bool asst__op_is_check(int kind)
{
	return kind == ASST_OP_CHECK_KEY || kind == ASST_OP_CHECK_RANGE;
}

int asst_batch_new(asst_batch **out, asst_error *err)
{
	asst__error_clear(err);
	if (!out)
		return asst__fail(err, ASST_EINVAL, "no place for the batch");
	*out = asst__alloc(&asst__mem_libc, sizeof(**out));
	if (!*out)
		return asst__fail_nomem(err);
	asst__batch_init(*out, &asst__mem_libc);
	return ASST_OK;
}

void asst_batch_free(asst_batch *batch)
{
	if (!batch)
		return;
	asst__batch_dispose(batch);
	asst__free(&asst__mem_libc, batch, sizeof(*batch));
}

/* An operation as its caller gave it. */
struct request {
	int kind;
	const void *key;
	size_t key_size;
	const void *end;
	size_t end_size;
	size_t fixed; /* bytes that the backend will put between key and end */
	size_t value_size;
};

static int check_sizes(const asst_batch *batch, const struct request *in, asst_error *err)
{
	bool range = in->kind == ASST_OP_CHECK_RANGE || in->kind == ASST_OP_DELETE_RANGE;

	if (!batch || (!in->key && in->key_size) || (!in->end && in->end_size))
		return asst__fail(err, ASST_EINVAL, "no batch, or no bytes where a key has a size");
	if (!range && in->key_size + in->end_size + in->fixed == 0)
		return asst__fail(err, ASST_EINVAL, "a key has at least one byte");
	/* The sum is looked at only when it cannot overflow. */
	if (in->key_size > ASST_MAX_KEY_BYTES || in->end_size > ASST_MAX_KEY_BYTES ||
	    (!range && in->key_size + in->end_size + in->fixed > ASST_MAX_KEY_BYTES))
		return asst__fail(err, ASST_ELIMIT,
				  "at most %d bytes in a key (ASST_MAX_KEY_BYTES)",
				  ASST_MAX_KEY_BYTES);
	if (in->value_size > ASST_MAX_VALUE_BYTES)
		return asst__fail(err, ASST_ELIMIT,
				  "value of %zu bytes: at most %d (ASST_MAX_VALUE_BYTES)",
				  in->value_size, ASST_MAX_VALUE_BYTES);
	if (batch->count >= ASST_MAX_BATCH_OPS)
		return asst__fail(err, ASST_ELIMIT,
				  "at most %d operations in a batch (ASST_MAX_BATCH_OPS)",
				  ASST_MAX_BATCH_OPS);
	if (in->key_size + in->end_size + in->fixed + in->value_size >
	    ASST_MAX_BATCH_BYTES - batch->total)
		return asst__fail(err, ASST_ELIMIT,
				  "at most %d bytes in a batch (ASST_MAX_BATCH_BYTES)",
				  ASST_MAX_BATCH_BYTES);
	return ASST_OK;
}

/* Add an operation whose sizes are checked. The value is consumed only on success. */
static int add(asst_batch *batch, const struct request *in, uint64_t sequence, asst_buf *value,
	       asst_error *err)
{
	struct asst__op *items, *op;

	items = asst__grow_from(batch->mem, batch->items, batch->first, batch->count, &batch->room,
				sizeof(*items));
	if (!items)
		return asst__fail_nomem(err);
	batch->items = items;
	if (!asst__arena_reserve(&batch->bytes, batch->mem, in->key_size + in->end_size))
		return asst__fail_nomem(err);
	op = &items[batch->count++];
	op->kind = in->kind;
	op->key = asst__arena_add(&batch->bytes, in->key, in->key_size);
	op->key_size = (uint32_t)in->key_size;
	asst__arena_add(&batch->bytes, in->end, in->end_size);
	op->end_size = (uint32_t)in->end_size;
	op->sequence = sequence;
	op->value = value;
	batch->total += in->key_size + in->end_size + in->fixed + in->value_size;
	return ASST_OK;
}

static int add_plain(asst_batch *batch, const struct request *in, uint64_t sequence,
		     asst_error *err)
{
	int status;

	asst__error_clear(err);
	status = check_sizes(batch, in, err);
	return status ? status : add(batch, in, sequence, NULL, err);
}

static int add_put(asst_batch *batch, const struct request *in, const void *value, asst_error *err)
{
	asst_buf *copy;
	int status;

	asst__error_clear(err);
	if (!value && in->value_size)
		return asst__fail(err, ASST_EINVAL, "no value where it has a size");
	status = check_sizes(batch, in, err);
	if (status)
		return status;
	copy = asst__buf_copy(batch->mem, value, in->value_size);
	if (!copy)
		return asst__fail_nomem(err);
	status = add(batch, in, 0, copy, err);
	if (status)
		asst_buf_free(copy);
	return status;
}

int asst_batch_check_key(asst_batch *batch, const void *key, size_t key_size, uint64_t sequence,
			 asst_error *err)
{
	struct request in = { .kind = ASST_OP_CHECK_KEY, .key = key, .key_size = key_size };

	return add_plain(batch, &in, sequence, err);
}

int asst_batch_check_range(asst_batch *batch, const void *from, size_t from_size, const void *to,
			   size_t to_size, uint64_t sequence, asst_error *err)
{
	struct request in = { .kind = ASST_OP_CHECK_RANGE, .key = from, .key_size = from_size,
			      .end = to, .end_size = to_size };

	return add_plain(batch, &in, sequence, err);
}

int asst_batch_put(asst_batch *batch, const void *key, size_t key_size, const void *value,
		   size_t value_size, asst_error *err)
{
	struct request in = { .kind = ASST_OP_PUT, .key = key, .key_size = key_size,
			      .value_size = value_size };

	return add_put(batch, &in, value, err);
}

int asst_batch_put_buf(asst_batch *batch, const void *key, size_t key_size, asst_buf *value,
		       asst_error *err)
{
	struct request in = { .kind = ASST_OP_PUT, .key = key, .key_size = key_size,
			      .value_size = asst_buf_size(value) };
	int status;

	asst__error_clear(err);
	if (!value)
		return asst__fail(err, ASST_EINVAL, "no value");
	status = check_sizes(batch, &in, err);
	if (status)
		return status;
	status = add(batch, &in, 0, asst_buf_ref(value), err);
	if (status)
		asst_buf_free(value);
	return status;
}

int asst_batch_put_sequenced(asst_batch *batch, const void *prefix, size_t prefix_size,
			     const void *tail, size_t tail_size, const void *value,
			     size_t value_size, asst_error *err)
{
	struct request in = { .kind = ASST_OP_PUT_SEQUENCED, .key = prefix,
			      .key_size = prefix_size, .end = tail, .end_size = tail_size,
			      .fixed = sizeof(uint64_t), .value_size = value_size };

	return add_put(batch, &in, value, err);
}

int asst_batch_delete(asst_batch *batch, const void *key, size_t key_size, asst_error *err)
{
	struct request in = { .kind = ASST_OP_DELETE, .key = key, .key_size = key_size };

	return add_plain(batch, &in, 0, err);
}

int asst_batch_delete_range(asst_batch *batch, const void *from, size_t from_size, const void *to,
			    size_t to_size, asst_error *err)
{
	struct request in = { .kind = ASST_OP_DELETE_RANGE, .key = from, .key_size = from_size,
			      .end = to, .end_size = to_size };

	return add_plain(batch, &in, 0, err);
}

void asst_batch_set_floor(asst_batch *batch, uint64_t sequence)
{
	if (batch)
		batch->floor = sequence;
}

uint64_t asst_batch_floor(const asst_batch *batch)
{
	return batch ? batch->floor : 0;
}

size_t asst_batch_count(const asst_batch *batch)
{
	return batch ? batch->count : 0;
}

static const struct asst__op *op_at(const asst_batch *batch, size_t i)
{
	return batch && i < batch->count ? &batch->items[i] : NULL;
}

int asst_batch_kind(const asst_batch *batch, size_t i)
{
	const struct asst__op *op = op_at(batch, i);

	return op ? op->kind : 0;
}

const void *asst_batch_key(const asst_batch *batch, size_t i, size_t *size)
{
	const struct asst__op *op = op_at(batch, i);

	if (size)
		*size = op ? op->key_size : 0;
	return op ? batch->bytes.data + op->key : NULL;
}

const void *asst_batch_end(const asst_batch *batch, size_t i, size_t *size)
{
	const struct asst__op *op = op_at(batch, i);

	if (size)
		*size = op ? op->end_size : 0;
	return op ? batch->bytes.data + op->key + op->key_size : NULL;
}

uint64_t asst_batch_sequence(const asst_batch *batch, size_t i)
{
	const struct asst__op *op = op_at(batch, i);

	return op ? op->sequence : 0;
}

asst_buf *asst_batch_value(const asst_batch *batch, size_t i)
{
	const struct asst__op *op = op_at(batch, i);

	return op ? op->value : NULL;
}
