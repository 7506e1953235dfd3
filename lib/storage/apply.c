/* SPDX-License-Identifier: MIT */
/*
 * A batch is applied in steps of which only the first can fail: keys that are new are inserted;
 * then the operations are gone through in order, where puts replace and deletes only mark;
 * then what is still marked goes. Nobody looks at the index meanwhile.
 */
#include "storage/apply.h"

#include "base/fail.h"

struct asst__change {
	struct asst__entry *entry; /* of a put, until the index owns it */
	bool inserted;             /* by the first step */
};

static bool is_put(int kind)
{
	return kind == ASST_OP_PUT || kind == ASST_OP_PUT_SEQUENCED;
}

static size_t put_key_size(const struct asst__op *op)
{
	return op->key_size + op->end_size + (op->kind == ASST_OP_PUT_SEQUENCED ? 8u : 0u);
}

int asst__changes_init(struct asst__changes *changes, const struct asst__slab *slab,
		       const asst_batch *batch, bool placed, asst_error *err)
{
	const struct asst__mem *mem = &slab->mem;

	changes->slab = slab;
	changes->batch = batch;
	changes->puts = 0;
	changes->deletes = false;
	changes->items = asst__alloc_zeroed(&slab->behind, batch->count * sizeof(*changes->items));
	if (!changes->items)
		return asst__fail_nomem(err);
	for (size_t i = 0; i < batch->count; i++) {
		const struct asst__op *op = &batch->items[i];

		if (is_put(op->kind)) {
			size_t size = put_key_size(op);
			struct asst__entry *entry =
				placed ? asst__entry_new_placed(mem, size, op->value) :
					 asst__entry_new(mem, size, op->value);

			if (!entry) {
				asst__changes_dispose(changes);
				return asst__fail_nomem(err);
			}
			changes->items[i].entry = entry;
			changes->puts++;
		} else if (!asst__op_is_check(op->kind)) {
			changes->deletes = true;
		}
	}
	return ASST_OK;
}

void asst__changes_dispose(struct asst__changes *changes)
{
	for (size_t i = 0; i < changes->batch->count; i++)
		asst__entry_free(&changes->slab->mem, changes->items[i].entry);
	asst__free(&changes->slab->behind, changes->items,
		   changes->batch->count * sizeof(*changes->items));
}

struct asst__entry *asst__changes_entry(const struct asst__changes *changes, size_t i)
{
	return changes->items[i].entry;
}

bool asst__changes_none(const struct asst__changes *changes)
{
	return changes->puts == 0 && !changes->deletes;
}

static const unsigned char *op_key(const asst_batch *batch, const struct asst__op *op)
{
	return batch->bytes.data + op->key;
}

static bool key_holds(const struct asst__index *index, const asst_batch *batch,
		      const struct asst__op *op)
{
	const struct asst__entry *entry = asst__index_find(index, op_key(batch, op), op->key_size);

	return op->sequence == (entry ? entry->sequence : 0);
}

static bool range_holds(const struct asst__index *index, const asst_batch *batch,
			const struct asst__op *op)
{
	const unsigned char *from = op_key(batch, op), *to = from + op->key_size;
	struct asst__cursor cursor;
	const struct asst__entry *entry;

	entry = asst__tree_first(&index->tree, from, op->key_size, &cursor);
	for (; entry && asst__entry_before(entry, to, op->end_size);
	     entry = asst__cursor_next(&cursor))
		if (entry->sequence > op->sequence)
			return false;
	return true;
}

bool asst__index_check_op(const struct asst__index *index, const asst_batch *batch,
			  const struct asst__op *op)
{
	return op->kind == ASST_OP_CHECK_KEY ? key_holds(index, batch, op) :
					       range_holds(index, batch, op);
}

int asst__index_check(const struct asst__index *index, const asst_batch *batch, size_t *failed,
		      asst_error *err)
{
	for (size_t i = 0; i < batch->count; i++) {
		const struct asst__op *op = &batch->items[i];

		if (asst__op_is_check(op->kind) && !asst__index_check_op(index, batch, op)) {
			*failed = i;
			return asst__fail(err, ASST_ECONFLICT, "check %zu of the batch failed", i);
		}
	}
	return ASST_OK;
}

/* Now that the sequence is known, the keys can be written. */
static void complete(const struct asst__index *index, struct asst__changes *changes,
		     uint64_t sequence)
{
	const asst_batch *batch = changes->batch;

	for (size_t i = 0; i < batch->count; i++) {
		const struct asst__op *op = &batch->items[i];
		struct asst__entry *entry = changes->items[i].entry;

		if (!entry)
			continue;
		entry->sequence = sequence;
		asst__entry_set_key(entry, op_key(batch, op), op->key_size,
				    op->kind == ASST_OP_PUT_SEQUENCED ? &sequence : NULL);
		asst__index_hash(index, entry);
	}
}

static bool insert_new_keys(struct asst__index *index, struct asst__changes *changes)
{
	size_t i;

	if (!asst__hash_reserve(&index->hash, changes->puts))
		return false;
	for (i = 0; i < changes->batch->count; i++) {
		struct asst__change *change = &changes->items[i];

		if (!change->entry || asst__index_find_like(index, change->entry))
			continue;
		if (!asst__index_insert(index, change->entry))
			break;
		change->inserted = true;
	}
	if (i == changes->batch->count)
		return true;
	while (i-- > 0)
		if (changes->items[i].inserted)
			asst__index_remove(index, changes->items[i].entry);
	return false;
}

static void apply_put(struct asst__index *index, struct asst__change *change)
{
	struct asst__entry *entry = change->entry;

	change->entry = NULL;
	if (!change->inserted) {
		struct asst__entry *old = asst__index_find_like(index, entry);

		asst__index_replace(index, old, entry);
		asst__entry_free(index->hash.mem, old);
	}
	entry->flags &= ~ASST__ENTRY_DEAD & 0x7u;
}

static void mark_range(struct asst__index *index, const void *from, size_t from_size,
		       const void *to, size_t to_size)
{
	struct asst__cursor cursor;
	struct asst__entry *entry = asst__tree_first(&index->tree, from, from_size, &cursor);

	for (; entry && asst__entry_before(entry, to, to_size);
	     entry = asst__cursor_next(&cursor))
		entry->flags |= ASST__ENTRY_DEAD;
}

/* Mark what the operation deletes, or free what it has marked and no later put has revived. */
static void apply_delete(struct asst__index *index, const asst_batch *batch,
			 const struct asst__op *op, bool mark)
{
	const unsigned char *key = op_key(batch, op), *end = key + op->key_size;
	struct asst__entry *entry;

	if (op->kind == ASST_OP_DELETE_RANGE) {
		if (mark)
			mark_range(index, key, op->key_size, end, op->end_size);
		else
			asst__index_remove_range(index, key, op->key_size, end, op->end_size,
						 ASST__ENTRY_DEAD);
		return;
	}
	entry = asst__index_find(index, key, op->key_size);
	if (!entry)
		return;
	if (mark) {
		entry->flags |= ASST__ENTRY_DEAD;
	} else if (entry->flags & ASST__ENTRY_DEAD) {
		asst__index_remove(index, entry);
		asst__entry_free(index->hash.mem, entry);
	}
}

int asst__index_apply(struct asst__index *index, struct asst__changes *changes, uint64_t sequence,
		      asst_error *err)
{
	const asst_batch *batch = changes->batch;

	complete(index, changes, sequence);
	if (!insert_new_keys(index, changes))
		return asst__fail_nomem(err);
	for (size_t i = 0; i < batch->count; i++) {
		const struct asst__op *op = &batch->items[i];

		if (is_put(op->kind))
			apply_put(index, &changes->items[i]);
		else if (!asst__op_is_check(op->kind))
			apply_delete(index, batch, op, true);
	}
	for (size_t i = 0; changes->deletes && i < batch->count; i++) {
		int kind = batch->items[i].kind;

		if (kind == ASST_OP_DELETE || kind == ASST_OP_DELETE_RANGE)
			apply_delete(index, batch, &batch->items[i], false);
	}
	return ASST_OK;
}
