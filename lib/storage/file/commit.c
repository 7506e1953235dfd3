/* SPDX-License-Identifier: MIT */
/*
 * Group commit by a leader and followers: a batch is checked against everything before it,
 * visible or not, put into the open frame, and waits. Whoever finds nobody writing takes the
 * open frame, writes and syncs it without the lock, then makes its batches visible.
 */
#include "storage/file/inner.h"

#include <string.h>
#include <unistd.h>

/* In a relaxed store sequences are reserved this far ahead, durably. */
#define RESERVE_STEP 4096

int asst__file_usable(struct asst__file *file, bool to_write, asst_error *err)
{
	if (getpid() != file->owner)
		return asst__fail(
			err, ASST_ESTATE,
			"the store was opened by another process: a forked child must open its own");
	if (to_write && file->options.read_only)
		return asst__fail(err, ASST_EREADONLY, "the store is open for reading only");
	return ASST_OK;
}

static void poison(struct asst__file *file, int error, const char *why)
{
	file->poisoned = ASST_EIO;
	file->poison_raw = -error;
	asst__copy_message(file->poison, sizeof(file->poison), why);
}

void asst__file_poison(struct asst__file *file, int error, const char *why)
{
	pthread_mutex_lock(&file->lock);
	poison(file, error, why);
	pthread_mutex_unlock(&file->lock);
}

int asst__poisoned_fail(const struct asst__file *file, asst_error *err)
{
	asst__error_set_raw(err, file->poison_raw);
	return asst__fail(err, file->poisoned, "%s", file->poison);
}

/* Checks against what is pending */

static bool is_key(const struct asst__op *op, const unsigned char *bytes, uint64_t sequence,
		   const void *key, size_t size)
{
	const unsigned char *wanted = key;

	if (op->kind == ASST_OP_PUT || op->kind == ASST_OP_DELETE)
		return size == op->key_size && memcmp(bytes, key, size) == 0;
	if (size != op->key_size + op->end_size + 8u || memcmp(bytes, wanted, op->key_size) != 0)
		return false;
	for (size_t i = 0; i < 8; i++) {
		if (wanted[op->key_size + i] != (unsigned char)(sequence >> (56 - 8 * i) & 0xff))
			return false;
	}
	return memcmp(bytes + op->key_size, wanted + op->key_size + 8, op->end_size) == 0;
}

static bool in_range(const void *key, size_t size, const unsigned char *from, size_t from_size,
		     size_t to_size)
{
	return asst__key_compare(key, size, from, from_size) >= 0 &&
	       (!to_size || asst__key_compare(key, size, from + from_size, to_size) < 0);
}

/* What a pending batch makes of a key: its sequence, 0 when deleted; false: nothing. */
static bool pending_key(const struct asst__txn *txn, const void *key, size_t size,
			uint64_t *sequence)
{
	bool found = false;

	for (size_t i = 0; i < txn->batch->count; i++) {
		const struct asst__op *op = &txn->batch->items[i];
		const unsigned char *bytes = txn->batch->bytes.data + op->key;
		bool put = op->kind == ASST_OP_PUT || op->kind == ASST_OP_PUT_SEQUENCED;

		if (asst__op_is_check(op->kind))
			continue;
		if (op->kind == ASST_OP_DELETE_RANGE ?
			    !in_range(key, size, bytes, op->key_size, op->end_size) :
			    !is_key(op, bytes, txn->sequence, key, size))
			continue;
		found = true;
		*sequence = put ? txn->sequence : 0;
	}
	return found;
}

/* Whether a pending batch puts a key of a range. */
static bool pending_put(const struct asst__txn *txn, const unsigned char *from, size_t from_size,
			size_t to_size)
{
	unsigned char key[ASST_MAX_KEY_BYTES];

	for (size_t i = 0; i < txn->batch->count; i++) {
		const struct asst__op *op = &txn->batch->items[i];
		const unsigned char *bytes = txn->batch->bytes.data + op->key;
		size_t size = op->key_size;

		if (op->kind == ASST_OP_PUT && in_range(bytes, size, from, from_size, to_size))
			return true;
		if (op->kind != ASST_OP_PUT_SEQUENCED)
			continue;
		memcpy(key, bytes, size);
		for (size_t k = 0; k < 8; k++)
			key[size++] = (unsigned char)(txn->sequence >> (56 - 8 * k) & 0xff);
		memcpy(key + size, bytes + op->key_size, op->end_size);
		if (in_range(key, size + op->end_size, from, from_size, to_size))
			return true;
	}
	return false;
}

/* The oldest pending txn, and the one behind each: those that fly, then the open ones. */
static struct asst__txn *first_pending(const struct asst__file *file)
{
	return file->flying.first ? file->flying.first : file->open.first;
}

static struct asst__txn *next_pending(const struct asst__file *file, const struct asst__txn *txn)
{
	return txn == file->flying.last ? file->open.first : txn->next;
}

/* One check that pending batches have a say in: 1 holds, 0 fails, -1 they have none. */
static int check_pending(const struct asst__file *file, const struct asst__partition *partition,
			 const asst_batch *batch, const struct asst__op *op, uint64_t *round)
{
	const unsigned char *key = batch->bytes.data + op->key;
	const struct asst__txn *txn;
	uint64_t sequence = 0;
	int answer = -1;

	for (txn = first_pending(file); txn; txn = next_pending(file, txn)) {
		if (txn->partition != partition)
			continue;
		if (op->kind == ASST_OP_CHECK_KEY &&
		    pending_key(txn, key, op->key_size, &sequence)) {
			answer = sequence == op->sequence;
			*round = txn->round;
		}
		if (op->kind == ASST_OP_CHECK_RANGE && txn->sequence > op->sequence &&
		    pending_put(txn, key, op->key_size, op->end_size)) {
			*round = txn->round;
			return 0;
		}
	}
	return answer;
}

/* Check op by op; *round: the last one that a decision rests on, 0 for none. */
static int check(struct asst__file *file, struct asst__txn *txn, size_t *failed, uint64_t *round,
		 asst_error *err)
{
	const asst_batch *batch = txn->batch;
	size_t stripe = asst__rwlock_read(&txn->partition->lock);
	int status = ASST_OK;

	*round = 0;
	for (size_t i = 0; i < batch->count && status == ASST_OK; i++) {
		const struct asst__op *op = &batch->items[i];
		int holds;

		if (!asst__op_is_check(op->kind))
			continue;
		holds = check_pending(file, txn->partition, batch, op, round);
		if (holds < 0)
			holds = asst__index_check_op(&txn->partition->index, batch, op);
		if (holds)
			continue;
		*failed = i;
		status = asst__fail(err, ASST_ECONFLICT, "check %zu of the batch failed", i);
	}
	asst__rwlock_read_unlock(&txn->partition->lock, stripe);
	return status;
}

/* Joining the open frame */

static bool pending_in(const struct asst__file *file, const struct asst__partition *partition)
{
	const struct asst__txn *txn = first_pending(file);

	while (txn && txn->partition != partition)
		txn = next_pending(file, txn);
	return txn != NULL;
}

static void wait_for(struct asst__file *file, uint64_t round)
{
	while (file->finished < round) {
		if (!file->writing)
			asst__lead(file);
		else
			pthread_cond_wait(&file->changed, &file->lock);
	}
}

static int encode(struct asst__file *file, struct asst__txn *txn, asst_error *err)
{
	struct asst__partition *partition = txn->partition;
	struct asst__round *round = &file->open;
	size_t size = round->text.size;
	uint32_t sections = round->sections;
	uint64_t reserved = partition->reserved;

	if (file->options.process_only && txn->sequence > partition->reserved) {
		partition->reserved = txn->sequence + RESERVE_STEP;
		asst__round_section(round, ASST__SECTION_NOTE, partition->name, partition->reserved,
				    0);
		round->must_sync = true;
	}
	asst__round_batch(round, partition->name, txn->batch, txn->sequence);
	if (!round->text.failed)
		return ASST_OK;
	/* Nothing of it is in the frame, and no note is. */
	round->text.failed = ASST_OK;
	round->text.size = size;
	round->sections = sections;
	partition->reserved = reserved;
	if (!size)
		asst__text_free(&round->text);
	return asst__fail_nomem(err);
}

static int join(struct asst__file *file, struct asst__txn *txn, asst_error *err)
{
	struct asst__partition *partition = txn->partition;
	uint64_t above = partition->assigned > txn->batch->floor ? partition->assigned :
								    txn->batch->floor;
	int status;

	if (above >= UINT64_MAX - RESERVE_STEP)
		return asst__fail(err, ASST_ELIMIT, "there is no sequence above the floor");
	txn->sequence = above + 1;
	if (!asst__pool_reserve(file, partition, txn->changes->puts))
		return asst__fail_nomem(err);
	status = encode(file, txn, err);
	if (status != ASST_OK) {
		asst__pool_release(file, txn->changes->puts);
		return status;
	}
	partition->assigned = txn->sequence;
	txn->round = file->open.number;
	txn->next = NULL;
	if (file->open.last)
		file->open.last->next = txn;
	else
		file->open.first = txn;
	file->open.last = txn;
	return ASST_OK;
}

static int enter(struct asst__file *file, struct asst__txn *txn, size_t *failed, asst_error *err)
{
	uint64_t round;
	int status;

	for (;;) {
		if (file->poisoned)
			return asst__poisoned_fail(file, err);
		status = check(file, txn, failed, &round, err);
		if (status != ASST_OK) {
			wait_for(file, round);
			return status;
		}
		if (asst__changes_none(txn->changes)) {
			if (!pending_in(file, txn->partition)) {
				txn->sequence = txn->partition->sequence;
				txn->done = true;
				return ASST_OK;
			}
			wait_for(file, file->open.number);
		} else if (file->open.first &&
			   file->open.text.size + txn->batch->total > ASST__FRAME_MOST) {
			wait_for(file, file->open.number);
		} else {
			return join(file, txn, err);
		}
	}
}

/* Leading */

void asst__leader_begin(struct asst__file *file)
{
	while (file->writing)
		pthread_cond_wait(&file->changed, &file->lock);
	file->writing = true;
}

void asst__leader_end(struct asst__file *file)
{
	file->writing = false;
	pthread_cond_broadcast(&file->changed);
}

static bool has_range(const struct asst__index *index, const unsigned char *from,
		      const struct asst__op *op)
{
	struct asst__cursor cursor;
	const struct asst__entry *entry =
		asst__tree_first(&index->tree, from, op->key_size, &cursor);

	return entry && asst__entry_before(entry, from + op->key_size, op->end_size);
}

/* How many keys more there will be by one operation: ranges count as one key. */
static int growth(const struct asst__txn *txn, const struct asst__op *op)
{
	const struct asst__index *index = &txn->partition->index;
	const unsigned char *key = txn->batch->bytes.data + op->key;

	switch (op->kind) {
	case ASST_OP_PUT:
		return asst__index_find(index, key, op->key_size) ? 0 : 1;
	case ASST_OP_PUT_SEQUENCED:
		return 1;
	case ASST_OP_DELETE:
		return asst__index_find(index, key, op->key_size) ? -1 : 0;
	case ASST_OP_DELETE_RANGE:
		return has_range(index, key, op) ? -1 : 0;
	default:
		return 0;
	}
}

/*
 * Whatever happens is an event, and some of that has to go on: one sequenced put does not count
 * where there is something else.
 */
enum asst__use asst__round_use(const struct asst__round *round)
{
	enum asst__use use = ASST__USE_FREE;

	for (const struct asst__txn *txn = round->first; txn; txn = txn->next) {
		size_t stripe = asst__rwlock_read(&txn->partition->lock);
		int sum = 0, events = 0, puts = 0, others = 0;

		for (size_t i = 0; i < txn->batch->count; i++) {
			sum += growth(txn, &txn->batch->items[i]);
			if (txn->batch->items[i].kind == ASST_OP_PUT_SEQUENCED)
				events++;
			else
				others += !asst__op_is_check(txn->batch->items[i].kind);
			puts += txn->batch->items[i].kind == ASST_OP_PUT;
		}
		asst__rwlock_read_unlock(&txn->partition->lock, stripe);
		sum -= events > 0;
		if (sum > 0 || !others)
			return ASST__USE_ANY;
		if (sum == 0)
			use = ASST__USE_SAME;
		else if (puts && use == ASST__USE_FREE)
			use = ASST__USE_SMALLER;
	}
	return use;
}

/* Tell the entries of a batch where their values lie in the frame that was written. */
static void set_places(struct asst__file *file, struct asst__txn *txn,
		       const struct asst__frame *frame, const struct asst__section *section,
		       const struct asst__place *where)
{
	uint64_t resident = file->resident; /* with what of this batch stays in memory */
	struct asst__frame_op op;
	size_t at = 0;
	bool fits;

	for (size_t i = 0; i < txn->batch->count; i++) {
		struct asst__entry *entry = asst__changes_entry(txn->changes, i);
		struct asst__place place = *where;

		if (asst__op_is_check(txn->batch->items[i].kind))
			continue;
		if (!asst__section_next(frame, section, &at, &op))
			return;
		if (entry && !(entry->flags & ASST__ENTRY_PLACE))
			asst__entry_set_segment(entry, where->segment);
		if (!entry || !(entry->flags & ASST__ENTRY_PLACE))
			continue;
		place.offset += (uint32_t)op.value_at;
		place.size = op.value_size;
		place.crc = op.crc;
		fits = resident + op.value_size <= file->options.resident_bytes;
		resident += fits ? op.value_size : 0;
		asst__entry_set_place(entry, &place, fits);
	}
}

/* Make a batch visible. What is durable and cannot be shown is in doubt until reopened. */
static int show(struct asst__file *file, struct asst__txn *txn)
{
	struct asst__partition *partition = txn->partition;
	int status;

	asst__rwlock_write(&partition->lock);
	file->resident -= partition->index.resident;
	file->live -= asst__index_live_bytes(&partition->index);
	status = asst__index_apply(&partition->index, txn->changes, txn->sequence, NULL);
	if (status == ASST_OK)
		partition->sequence = txn->sequence;
	file->resident += partition->index.resident;
	file->live += asst__index_live_bytes(&partition->index);
	asst__rwlock_write_unlock(&partition->lock);
	return status;
}

/* With the lock held: end the flying round. */
/* What its caller is told, who may wake when others have failed, too. */
static void note_failure(const struct asst__file *file, struct asst__txn *txn)
{
	bool poisoned = txn->status == file->poisoned;

	if (txn->status == ASST_OK)
		return;
	txn->raw = poisoned ? file->poison_raw : file->failure_raw;
	asst__copy_message(txn->failure, sizeof(txn->failure),
			   poisoned ? file->poison : file->failure);
}

static void finish(struct asst__file *file, int status, const struct asst__place *where)
{
	static const char unseen[] =
		"out of memory while showing a durable batch: open the store again";
	struct asst__round *round = &file->flying;
	struct asst__frame frame = { .bytes = (const unsigned char *)round->text.data,
				     .size = (uint32_t)round->text.size };
	struct asst__section section;
	struct asst__txn *txn, *next;
	size_t at = 0;

	for (txn = round->first; txn; txn = next) {
		size_t puts = txn->changes->puts;

		next = txn->next;
		txn->status = status;
		while (status == ASST_OK && asst__frame_next(&frame, &at, &section) &&
		       section.kind != ASST__SECTION_BATCH)
			;
		if (status == ASST_OK) {
			set_places(file, txn, &frame, &section, where);
			if (show(file, txn) != ASST_OK) {
				poison(file, 0, unseen);
				asst__copy_message(file->failure, sizeof(file->failure), unseen);
				file->failure_raw = 0;
				txn->status = status = ASST_EINDOUBT;
			}
		}
		note_failure(file, txn);
		asst__pool_release(file, puts);
		txn->done = true;
	}
	file->finished = round->number;
	asst__text_free(&round->text);
	memset(round, 0, sizeof(*round));
}

/* A round failed: what was checked against it fails with it. */
static void fail_open(struct asst__file *file, int status)
{
	uint64_t number = file->open.number;
	struct asst__txn *txn, *next;

	for (txn = file->open.first; txn; txn = next) {
		next = txn->next;
		txn->partition->reserved = 0;
		asst__pool_release(file, txn->changes->puts);
		txn->status = status == ASST_EINDOUBT ? ASST_EIO : status;
		note_failure(file, txn);
		txn->done = true;
	}
	asst__text_free(&file->open.text);
	asst__round_begin(&file->open, &file->mem, number + 1);
	file->finished = number;
}

void asst__lead(struct asst__file *file)
{
	struct asst__place where = { 0, 0, 0, 0 };
	struct asst__txn *txn;
	bool sync, tried = false;
	int status;

	asst__leader_begin(file);
	if (!file->open.first) {
		asst__leader_end(file);
		return;
	}
	file->flying = file->open;
	asst__round_begin(&file->open, &file->mem, file->flying.number + 1);
	sync = !file->options.process_only || file->flying.must_sync;
	if (file->poisoned) {
		status = file->poisoned;
	} else {
		tried = true;
		pthread_mutex_unlock(&file->lock);
		status = asst__round_write(file, &file->flying, &where, sync, ASST__USE_ANY,
					   file->lead_error);
		pthread_mutex_lock(&file->lock);
	}
	if (status != ASST_OK && tried) {
		asst__copy_message(file->failure, sizeof(file->failure),
				   asst_error_message(file->lead_error));
		file->failure_raw = asst_error_raw(file->lead_error);
	}
	for (txn = status ? file->flying.first : NULL; txn; txn = txn->next)
		txn->partition->reserved = 0;
	finish(file, status, &where);
	if (status != ASST_OK)
		fail_open(file, status);
	asst__leader_end(file);
}

static int explain(const struct asst__txn *txn, asst_error *err)
{
	if (txn->status == ASST_OK)
		return ASST_OK;
	asst__error_set_raw(err, txn->raw);
	return asst__fail(err, txn->status, "%s", txn->failure);
}

/* *full: it was refused for want of space. */
static int apply(struct asst__file *file, const char *name, const asst_batch *batch,
		 uint64_t *sequence, size_t *failed, bool *full, asst_error *err)
{
	struct asst__changes changes;
	struct asst__txn txn = { .batch = batch, .changes = &changes };
	int status;

	asst__error_clear(err);
	*sequence = 0;
	*full = false;
	status = asst__file_usable(file, true, err);
	if (status != ASST_OK)
		return status;
	txn.partition = asst__partition_make(&file->partitions, name);
	if (!txn.partition)
		return asst__fail_nomem(err);
	status = asst__changes_init(&changes, &file->partitions.entries, batch, true, err);
	if (status != ASST_OK)
		return status;
	pthread_mutex_lock(&file->lock);
	status = enter(file, &txn, failed, err);
	if (status == ASST_OK) {
		while (!txn.done) {
			if (!file->writing)
				asst__lead(file);
			else
				pthread_cond_wait(&file->changed, &file->lock);
		}
		status = explain(&txn, err);
		*full = status == ASST_EIO && asst__is_full((int)-txn.raw);
	}
	pthread_mutex_unlock(&file->lock);
	if (status == ASST_OK)
		*sequence = txn.sequence;
	asst__changes_dispose(&changes);
	return status;
}

int asst__file_apply(void *self, const char *name, const asst_batch *batch, uint64_t *sequence,
		     size_t *failed, asst_error *err)
{
	struct asst__file *file = self;
	bool full, again;
	uint32_t last = 0;
	int status;

	/* As long as segments go that were there at first: their copies gain nothing. */
	do {
		status = apply(file, name, batch, sequence, failed, &full, err);
		again = full && asst__compact_for_space(file, &last);
	} while (again);
	if (status == ASST_OK)
		asst__compact_some(file);
	return status;
}
