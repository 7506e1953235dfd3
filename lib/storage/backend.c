/* SPDX-License-Identifier: MIT */
/* The backend table: its size rule, foreign statuses, and answers that break the contract. */
#include "storage/backend.h"

#include "base/buf.h"
#include "base/fail.h"

#include <stdlib.h>
#include <string.h>

/* No table will ever be larger: what claims to be was not initialised. */
#define MAX_TABLE_BYTES 4096

int asst_backend_init(asst_backend *backend, size_t size, asst_error *err)
{
	asst__error_clear(err);
	if (!backend)
		return asst__fail(err, ASST_EINVAL, "no table");
	if (size < sizeof(*backend) || size > MAX_TABLE_BYTES || size % sizeof(void *))
		return asst__fail(err, ASST_EABI, "no release has a backend table of %zu bytes",
				  size);
	memset(backend, 0, size);
	backend->size = size;
	return ASST_OK;
}

int asst__backend_adopt(asst_backend *ours, const asst_backend *theirs, asst_error *err)
{
	int status;

	asst__error_clear(err);
	status = asst__copy_sized(ours, sizeof(*ours), sizeof(*ours), theirs, "backend table", err);
	if (status)
		return status;
	if (!ours->get || !ours->scan || !ours->apply || !ours->destroy)
		return asst__fail(err, ASST_EINVAL, "the backend table has no method \"%s\"",
				  !ours->get ? "get" : !ours->scan ? "scan" :
				  !ours->apply ? "apply" : "destroy");
	return ASST_OK;
}

/* The method's status as the library's own; ASST_OK leaves err clear whatever was written to it. */
static int map_status(int status, const char *method, asst_error *err)
{
	if (status == ASST_OK) {
		asst__error_clear(err);
		return ASST_OK;
	}
	if (asst__storage_status(status) != status) {
		asst__error_clear(err);
		asst__fail(err, ASST_EBACKEND,
			   "the backend's %s returned the status %d, which is none of a backend",
			   method, status);
		asst__error_set_raw(err, status);
		return ASST_EBACKEND;
	}
	if (asst_error_status(err) != status) {
		asst__error_clear(err);
		asst__fail(err, status, "the backend's %s: %s", method, asst_status_text(status));
	}
	return status;
}

static int lie(asst_error *err, const char *method, size_t i, const char *what)
{
	return asst__fail(err, ASST_EBACKEND, "the backend's %s broke the contract: answer %zu %s",
			  method, i, what);
}

/* What must hold for an answer to either call; NULL when it does. */
static const char *answer_fault(const struct asst__answer *answer, size_t count, bool need_value,
				uint64_t sequence)
{
	if (answer->index >= count)
		return "has an index beyond what was asked";
	if (answer->sequence == 0)
		return "has sequence 0";
	if (answer->sequence > sequence)
		return "has a sequence above the partition's";
	if (need_value && !answer->value)
		return "has no value";
	if (answer->value && asst_buf_size(answer->value) > ASST_MAX_VALUE_BYTES)
		return "has too large a value";
	return NULL;
}

static int by_index(const void *a, const void *b)
{
	const struct asst__answer *x = a, *y = b;

	return (x->index > y->index) - (x->index < y->index);
}

static int check_get(const asst_keys *keys, asst_sink *sink, uint64_t sequence, asst_error *err)
{
	bool rising = true;

	for (size_t i = 0; i < sink->count; i++) {
		const struct asst__answer *answer = &sink->items[i];
		const char *fault = answer_fault(answer, keys->count, true, sequence);

		if (fault)
			return lie(err, "get", i, fault);
		if (answer->key != ASST__NO_KEY) {
			const struct asst__slice *key = &keys->items[answer->index];

			if (asst__key_compare(keys->bytes.data + key->offset, key->size,
					      sink->bytes.data + answer->key, answer->key_size))
				return lie(err, "get", i, "has another key than was asked for");
		}
		if (i && sink->items[i - 1].index >= answer->index)
			rising = false;
	}
	if (!rising)
		qsort(sink->items, sink->count, sizeof(*sink->items), by_index);
	for (size_t i = 1; !rising && i < sink->count; i++)
		if (sink->items[i - 1].index == sink->items[i].index)
			return lie(err, "get", i, "is the second one to its key");
	return ASST_OK;
}

static const char *key_fault(const asst_ranges *ranges, const asst_sink *sink, size_t i)
{
	const struct asst__answer *answer = &sink->items[i], *before = i ? answer - 1 : NULL;
	const struct asst__range *range = &ranges->items[answer->index];
	const unsigned char *key, *from = ranges->bytes.data + range->from;
	int order;

	if (answer->key == ASST__NO_KEY || answer->key_size == 0)
		return "has no key";
	if (answer->key_size > ASST_MAX_KEY_BYTES)
		return "has too large a key";
	key = sink->bytes.data + answer->key;
	if (asst__key_compare(key, answer->key_size, from, range->from_size) < 0)
		return "lies before its range";
	if (range->to_size && asst__key_compare(key, answer->key_size, from + range->from_size,
						range->to_size) >= 0)
		return "lies behind its range";
	if (!before || before->index < answer->index)
		return NULL;
	if (before->index > answer->index)
		return "belongs to an earlier range than the one before it";
	order = asst__key_compare(key, answer->key_size, sink->bytes.data + before->key,
				  before->key_size);
	if (range->flags & ASST_RANGE_REVERSE ? order >= 0 : order <= 0)
		return "is out of order";
	return NULL;
}

static int check_scan(const asst_ranges *ranges, const asst_sink *sink, uint64_t sequence,
		      asst_error *err)
{
	size_t run = 0; /* answers to the same range so far */

	for (size_t i = 0; i < sink->count; i++) {
		const struct asst__answer *answer = &sink->items[i];
		const char *fault = answer_fault(answer, ranges->count, !ranges->keys_only,
						 sequence);
		size_t limit;

		if (!fault)
			fault = key_fault(ranges, sink, i);
		if (fault)
			return lie(err, "scan", i, fault);
		run = i && sink->items[i - 1].index == answer->index ? run + 1 : 1;
		limit = ranges->items[answer->index].limit;
		if (limit && run > limit)
			return lie(err, "scan", i, "is above the limit of its range");
	}
	return ASST_OK;
}

int asst__backend_get(const asst_backend *backend, const char *partition, const asst_keys *keys,
		      asst_sink *sink, uint64_t *sequence, asst_error *err)
{
	uint64_t seen = 0;
	int status;

	if (sequence)
		*sequence = 0;
	asst__error_clear(err);
	asst__sink_clear(sink);
	status = map_status(backend->get(backend->self, partition, keys, sink, &seen, err), "get",
			    err);
	if (!status)
		status = check_get(keys, sink, seen, err);
	if (status)
		asst__sink_clear(sink);
	else if (sequence)
		*sequence = seen;
	return status;
}

int asst__backend_scan(const asst_backend *backend, const char *partition,
		       const asst_ranges *ranges, asst_sink *sink, uint64_t *sequence,
		       asst_error *err)
{
	uint64_t seen = 0;
	int status;

	if (sequence)
		*sequence = 0;
	asst__error_clear(err);
	asst__sink_clear(sink);
	status = map_status(backend->scan(backend->self, partition, ranges, sink, &seen, err),
			    "scan", err);
	if (!status)
		status = check_scan(ranges, sink, seen, err);
	if (status)
		asst__sink_clear(sink);
	else if (sequence)
		*sequence = seen;
	return status;
}

static bool only_checks(const asst_batch *batch)
{
	for (size_t i = 0; i < batch->count; i++)
		if (!asst__op_is_check(batch->items[i].kind))
			return false;
	return true;
}

static int check_apply(int status, const asst_batch *batch, uint64_t sequence, size_t failed,
		       asst_error *err)
{
	const char *fault = NULL;

	if (status == ASST_ECONFLICT) {
		if (failed >= batch->count)
			fault = "a failed check beyond the batch";
		else if (!asst__op_is_check(batch->items[failed].kind))
			fault = "a failed check that is none";
	} else if (status == ASST_OK && !only_checks(batch)) {
		if (sequence == 0)
			fault = "sequence 0";
		else if (sequence <= batch->floor)
			fault = "a sequence that is not above the floor";
	}
	if (!fault)
		return status;
	asst__error_clear(err);
	return asst__fail(err, ASST_EBACKEND, "the backend's apply broke the contract: it gave %s",
			  fault);
}

int asst__backend_apply(const asst_backend *backend, const char *partition,
			const asst_batch *batch, uint64_t *sequence, size_t *failed,
			asst_error *err)
{
	uint64_t given = 0;
	size_t loser = SIZE_MAX;
	int status;

	if (sequence)
		*sequence = 0;
	if (failed)
		*failed = 0;
	asst__error_clear(err);
	if (batch->count == 0)
		return ASST_OK;
	status = map_status(backend->apply(backend->self, partition, batch, &given, &loser, err),
			    "apply", err);
	status = check_apply(status, batch, given, loser, err);
	if (status == ASST_OK && sequence)
		*sequence = given;
	if (status == ASST_ECONFLICT && failed)
		*failed = loser;
	return status;
}

int asst__backend_destroy(const asst_backend *backend, asst_error *err)
{
	asst__error_clear(err);
	return map_status(backend->destroy(backend->self, err), "destroy", err);
}
