/* SPDX-License-Identifier: MIT */
/* Random batches, gets and scans, compared with a model that is too simple to be wrong. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "asst_conformance_model.h"

#define MAX_OPS 64
#define PARTITIONS 2

struct op {
	int kind;
	struct asstc_name key, end;
	uint64_t sequence;
	uint32_t value;
	int fails;
};

struct world {
	struct asstc *t;
	struct asstc_model models[PARTITIONS];
	struct op ops[MAX_OPS];
	size_t op_count;
	uint64_t state;
	uint32_t next_value;
	unsigned char room[100000];
};

static uint32_t dice(struct world *w, uint32_t sides)
{
	uint64_t x;

	w->state += 0x9e3779b97f4a7c15u;
	x = w->state;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return (uint32_t)((x ^ (x >> 31)) >> 32) % sides;
}

/* Few and short keys, so that operations meet; the bytes are those that go wrong. */
static void random_key(struct world *w, struct asstc_name *key)
{
	static const unsigned char bytes[] = { 0x00, 0x01, 'a', 'b', 0x7f, 0x80, 0xfe, 0xff };
	size_t i;

	key->size = 1 + (dice(w, 2) ? dice(w, 3) : 0);
	for (i = 0; i < key->size; i++)
		key->bytes[i] = bytes[dice(w, sizeof(bytes))];
}

/* A bound may be a key that is there, just beside one, anything, or empty. */
static void random_bound(struct world *w, const struct asstc_model *model, struct asstc_name *bound)
{
	uint32_t how = dice(w, 8);

	random_key(w, bound);
	if (how == 0)
		bound->size = 0;
	if (how < 5 && how > 0 && model->count)
		*bound = model->slots[dice(w, (uint32_t)model->count)].key;
	if (how == 1)
		bound->bytes[bound->size++] = 0;
}

static struct asstc_bytes value_bytes(struct world *w, uint32_t value)
{
	uint32_t state = value * 2654435761u;
	size_t size = state % 97 == 0 ? state % sizeof(w->room) : state % 40, i;

	for (i = 0; i < size; i++) {
		state = state * 1664525u + 1013904223u;
		w->room[i] = (unsigned char)(state >> 24);
	}
	return asstc_bytes(w->room, size);
}

static void change_model(struct asstc_model *model, const struct op *op, uint64_t sequence)
{
	struct asstc_name key = op->key;
	size_t i;

	switch (op->kind) {
	case ASST_OP_PUT_SEQUENCED:
		asstc_name_add_sequence(&key, sequence, &op->end);
		(void)asstc_model_put(model, &key, sequence, op->value);
		break;
	case ASST_OP_PUT:
		(void)asstc_model_put(model, &key, sequence, op->value);
		break;
	case ASST_OP_DELETE:
		if (asstc_model_find(model, &key))
			asstc_model_find(model, &key)->there = 0;
		break;
	case ASST_OP_DELETE_RANGE:
		for (i = 0; i < model->count; i++)
			if (asstc_model_inside(&model->slots[i].key, &key, &op->end))
				model->slots[i].there = 0;
		break;
	}
}

static void random_check_key(struct world *w, const struct asstc_model *model, struct op *op)
{
	const struct asstc_slot *slot;
	uint64_t now;

	random_key(w, &op->key);
	if (model->count && dice(w, 2))
		op->key = model->slots[dice(w, (uint32_t)model->count)].key;
	slot = asstc_model_find(model, &op->key);
	now = slot && slot->there ? slot->sequence : 0;
	op->sequence = now;
	if (dice(w, 8) == 0)
		op->sequence = slot && dice(w, 2) ? slot->sequence : dice(w, 2) ? 0 : now + 1;
	op->fails = op->sequence != now;
}

/*
 * The contract does not say whether a put counts whose key was deleted since; where it
 * would matter, the check is made with a sequence that passes in any case.
 */
static void random_check_range(struct world *w, const struct asstc_model *model, struct op *op)
{
	uint64_t there = 0, ever = 0;
	size_t i;

	random_bound(w, model, &op->key);
	random_bound(w, model, &op->end);
	for (i = 0; i < model->count; i++) {
		const struct asstc_slot *slot = &model->slots[i];

		if (!asstc_model_inside(&slot->key, &op->key, &op->end))
			continue;
		if (slot->sequence > ever)
			ever = slot->sequence;
		if (slot->there && slot->sequence > there)
			there = slot->sequence;
	}
	op->sequence = dice(w, 3) ? model->sequence : ever;
	if (dice(w, 6) == 0 && there)
		op->sequence = there - 1;
	op->fails = there > op->sequence;
	if (op->fails != (ever > op->sequence)) {
		op->sequence = ever;
		op->fails = 0;
	}
}

static void random_op(struct world *w, const struct asstc_model *model, struct op *op)
{
	uint32_t kind = dice(w, 20);

	memset(op, 0, sizeof(*op));
	random_key(w, &op->key);
	op->value = w->next_value++;
	if (kind < 3) {
		op->kind = ASST_OP_CHECK_KEY;
		random_check_key(w, model, op);
	} else if (kind < 4) {
		op->kind = ASST_OP_CHECK_RANGE;
		random_check_range(w, model, op);
	} else if (kind < 14) {
		op->kind = ASST_OP_PUT;
	} else if (kind < 15) {
		op->kind = ASST_OP_PUT_SEQUENCED;
		random_key(w, &op->end);
		op->end.size -= dice(w, 2);
	} else if (kind < 19) {
		op->kind = ASST_OP_DELETE;
		if (model->count && dice(w, 2))
			op->key = model->slots[dice(w, (uint32_t)model->count)].key;
	} else {
		op->kind = ASST_OP_DELETE_RANGE;
		random_bound(w, model, &op->key);
		random_bound(w, model, &op->end);
		/* Seldom all that follows, or nothing would ever be there. */
		if (op->end.size == 0 && dice(w, 4))
			op->end = op->key;
	}
}

static int add_op(struct world *w, asst_batch *batch, const struct op *op)
{
	struct asstc_bytes value = value_bytes(w, op->value);
	asst_error *err = w->t->err;

	switch (op->kind) {
	case ASST_OP_CHECK_KEY:
		return asst_batch_check_key(batch, op->key.bytes, op->key.size, op->sequence, err);
	case ASST_OP_CHECK_RANGE:
		return asst_batch_check_range(batch, op->key.bytes, op->key.size, op->end.bytes,
					      op->end.size, op->sequence, err);
	case ASST_OP_PUT_SEQUENCED:
		return asst_batch_put_sequenced(batch, op->key.bytes, op->key.size, op->end.bytes,
						op->end.size, value.data, value.size, err);
	case ASST_OP_DELETE:
		return asst_batch_delete(batch, op->key.bytes, op->key.size, err);
	case ASST_OP_DELETE_RANGE:
		return asst_batch_delete_range(batch, op->key.bytes, op->key.size, op->end.bytes,
					       op->end.size, err);
	default:
		return asst_batch_put(batch, op->key.bytes, op->key.size, value.data, value.size,
				      err);
	}
}

static void compare_applied(struct world *w, struct asstc_model *model, int status,
			    uint64_t sequence, size_t failed, int changes, int fails)
{
	size_t i;

	if (fails) {
		if (status != ASST_ECONFLICT)
			asstc_fail(w->t, "a batch with a failing check answered %s",
				   asst_status_name(status));
		else if (failed >= w->op_count || !w->ops[failed].fails)
			asstc_fail(w->t, "the conflict names operation %lu, which does not fail",
				   (unsigned long)failed);
		return;
	}
	if (!asstc_expect_ok(w->t, "apply", status))
		return;
	if (sequence < model->sequence || (changes && sequence == model->sequence))
		asstc_fail(w->t, "sequence %llu was given after %llu",
			   (unsigned long long)sequence, (unsigned long long)model->sequence);
	model->sequence = sequence;
	for (i = 0; i < w->op_count; i++)
		change_model(model, &w->ops[i], sequence);
}

static void random_apply(struct world *w, struct asstc_model *model)
{
	asst_batch *batch = asstc_batch(w->t);
	int changes = 0, fails = 0, status;
	uint64_t sequence, floor = 0;
	size_t failed, i;

	w->op_count = 1 + dice(w, dice(w, 10) ? 6 : MAX_OPS);
	for (i = 0; batch && i < w->op_count; i++) {
		random_op(w, model, &w->ops[i]);
		fails |= w->ops[i].fails;
		changes |= w->ops[i].kind >= ASST_OP_PUT;
		if (!asstc_expect_ok(w->t, "adding to a batch", add_op(w, batch, &w->ops[i])))
			return;
	}
	if (changes && dice(w, 20) == 0) {
		floor = model->sequence + dice(w, 1000);
		asstc_floor(w->t, floor);
	}
	status = asstc_try(w->t, model->partition, &sequence, &failed);
	if (!fails && changes && status == ASST_OK)
		asstc_expect_above(w->t, "the sequence of a batch", sequence, floor);
	compare_applied(w, model, status, sequence, failed, changes, fails);
}

static void compare_answer(struct world *w, const asst_sink *sink, size_t i, size_t index,
			   const struct asstc_slot *slot, int with_value)
{
	struct asstc_bytes key;

	asstc_expect_equal(w->t, "the index of an answer", asst_sink_index(sink, i), index);
	asstc_expect_equal(w->t, "the sequence of a key", asst_sink_sequence(sink, i),
			   slot->sequence);
	key.data = asst_sink_key(sink, i, &key.size);
	if (key.data &&
	    (key.size != slot->key.size || memcmp(key.data, slot->key.bytes, key.size) != 0))
		asstc_fail(w->t, "answer %lu has a wrong key", (unsigned long)i);
	if (with_value && asstc_ok(w->t))
		asstc_expect_value(w->t, sink, i, value_bytes(w, slot->value));
}

static void random_get(struct world *w, struct asstc_model *model)
{
	size_t count = dice(w, 12), answers = 0, index, i;
	struct asstc_name keys[12];
	uint64_t sequence;
	asst_sink *sink;

	for (i = 0; i < count; i++) {
		random_key(w, &keys[i]);
		if (model->count && dice(w, 2))
			keys[i] = model->slots[dice(w, (uint32_t)model->count)].key;
		if (i && dice(w, 8) == 0)
			keys[i] = keys[dice(w, (uint32_t)i)];
		asstc_key_bytes(w->t, asstc_bytes(keys[i].bytes, keys[i].size));
	}
	sink = asstc_get(w->t, model->partition, &sequence);
	asstc_expect_equal(w->t, "the sequence that get reports", sequence, model->sequence);
	for (index = 0; asstc_ok(w->t) && index < count; index++) {
		const struct asstc_slot *slot = asstc_model_find(model, &keys[index]);

		if (!slot || !slot->there)
			continue;
		for (i = 0; i < asstc_count(sink) && asst_sink_index(sink, i) != index; i++)
			;
		if (i == asstc_count(sink))
			asstc_fail(w->t, "get does not answer key %lu", (unsigned long)index);
		else
			compare_answer(w, sink, i, index, slot, 1);
		answers++;
	}
	asstc_expect_equal(w->t, "the number of answers to get", asstc_count(sink), answers);
	asst_sink_free(sink);
}

struct range {
	struct asstc_name from, to;
	size_t limit;
	int reverse;
};

static void random_range(struct world *w, struct asstc_model *model, struct range *range)
{
	random_bound(w, model, &range->from);
	random_bound(w, model, &range->to);
	range->limit = dice(w, 2) ? 0 : 1 + dice(w, 10);
	range->reverse = dice(w, 2) != 0;
	asstc_range_bytes(w->t, asstc_bytes(range->from.bytes, range->from.size),
			  asstc_bytes(range->to.bytes, range->to.size), range->limit,
			  range->reverse ? ASST_RANGE_REVERSE : 0);
}

/* Compare the answers to one range, from answer i on; the number of answers so far. */
static size_t compare_range(struct world *w, const struct asstc_model *model, const asst_sink *sink,
			    size_t i, size_t index, const struct range *range, int with_value)
{
	size_t left = range->limit ? range->limit : SIZE_MAX, step;

	for (step = 0; asstc_ok(w->t) && left && step < model->count; step++) {
		size_t at = range->reverse ? model->count - 1 - step : step;
		const struct asstc_slot *slot = &model->slots[at];

		if (!slot->there || !asstc_model_inside(&slot->key, &range->from, &range->to))
			continue;
		if (i >= asstc_count(sink))
			asstc_fail(w->t, "scan leaves out a key of range %lu",
				   (unsigned long)index);
		else
			compare_answer(w, sink, i, index, slot, with_value);
		left--;
		i++;
	}
	return i;
}

static void random_scan(struct world *w, struct asstc_model *model)
{
	size_t count = 1 + dice(w, 4), answers = 0, i;
	int with_value = dice(w, 4) != 0;
	struct range ranges[4];
	uint64_t sequence;
	asst_sink *sink;

	if (!with_value)
		asstc_keys_only(w->t);
	for (i = 0; i < count; i++)
		random_range(w, model, &ranges[i]);
	sink = asstc_scan(w->t, model->partition, &sequence);
	asstc_expect_equal(w->t, "the sequence that scan reports", sequence, model->sequence);
	for (i = 0; asstc_ok(w->t) && i < count; i++)
		answers = compare_range(w, model, sink, answers, i, &ranges[i], with_value);
	asstc_expect_equal(w->t, "the number of answers to scan", asstc_count(sink), answers);
	asst_sink_free(sink);
}

static void compare_all(struct world *w, struct asstc_model *model)
{
	static const struct range all = { .limit = 0 };
	uint64_t sequence;
	asst_sink *sink;

	asstc_range(w->t, "", "", 0, 0);
	sink = asstc_scan(w->t, model->partition, &sequence);
	asstc_expect_equal(w->t, "the sequence", sequence, model->sequence);
	asstc_expect_equal(w->t, "the number of keys", asstc_count(sink),
			   compare_range(w, model, sink, 0, 0, &all, 1));
	asst_sink_free(sink);
}

/* A long run ends early when the models cannot hold what a batch may put. */
static int has_room(const struct world *w)
{
	size_t i;

	for (i = 0; i < PARTITIONS; i++)
		if (w->models[i].count + MAX_OPS > ASSTC_MAX_SLOTS)
			return 0;
	return 1;
}

static void play(struct world *w, size_t steps, size_t reopen_every)
{
	struct asstc *t = w->t;
	size_t step;

	for (step = 1; asstc_ok(t) && has_room(w) && step <= steps; step++) {
		struct asstc_model *model = &w->models[dice(w, 4) == 0];

		switch (dice(w, 4)) {
		case 0:
			random_get(w, model);
			break;
		case 1:
			random_scan(w, model);
			break;
		default:
			random_apply(w, model);
			break;
		}
		if (reopen_every && step % reopen_every == 0)
			(void)asstc_reopen(t);
		if (step % 100 == 0 || step == steps || (reopen_every && step % reopen_every == 0))
			compare_all(w, model);
	}
	/* The detail of a failure is kept, behind what is needed to see it again. */
	if (t->failed) {
		char what[sizeof(t->detail)];

		memcpy(what, t->detail, sizeof(what));
		(void)snprintf(t->detail, sizeof(t->detail), "ASST_SEED=%llu step %lu: %.400s",
			       (unsigned long long)t->seed, (unsigned long)(step - 1), what);
	} else {
		(void)snprintf(t->detail, sizeof(t->detail), "ASST_SEED=%llu, %lu steps",
			       (unsigned long long)t->seed, (unsigned long)(step - 1));
	}
}

static void run_world(struct asstc *t, size_t steps, size_t reopen_every)
{
	struct world *w = calloc(1, sizeof(*w));
	size_t i;

	if (!w) {
		asstc_fail(t, "no memory");
		return;
	}
	w->t = t;
	w->state = t->seed;
	w->models[0].partition = "random";
	w->models[1].partition = "Random";
	for (i = 0; i < PARTITIONS; i++) {
		w->models[i].slots = calloc(ASSTC_MAX_SLOTS, sizeof(*w->models[i].slots));
		if (!w->models[i].slots)
			asstc_fail(t, "no memory");
	}
	if (asstc_ok(t))
		play(w, steps, reopen_every);
	for (i = 0; i < PARTITIONS; i++)
		free(w->models[i].slots);
	free(w);
}

static void random_steps(struct asstc *t)
{
	run_world(t, asstc_effort(t, 4000), 0);
}

static void random_reopen(struct asstc *t)
{
	if (!t->target->reopen)
		t->skipped = 1;
	else
		run_world(t, asstc_effort(t, 1000), 60);
}

const struct asstc_check asstc_random_checks[] = {
	{ "random_steps", "random batches, gets and scans agree with a model", random_steps },
	{ "random_reopen", "they do with reopening between them", random_reopen },
	{ NULL, NULL, NULL },
};
