/* SPDX-License-Identifier: MIT */
/* Reading in one moment what is shown and what allows it: that is read again with it. */
#include "base/fail.h"
#include "service/object.h"

/* As often as a write that lost a race. */
#define TRIES 32

/* Head, grants and live definition; then what was read of the caller. */
enum { DECIDED_PARTS = 3 };

/* How many records it rests on, of an object where there is one, and of the caller. */
static size_t rest_count(const struct asst__loaded *loaded, const struct asst__call *call)
{
	return (loaded ? DECIDED_PARTS : 0) + call->watch_count;
}

static void rest_key(struct asst__key *key, uint64_t *sequence, size_t i,
		     const struct asst__loaded *loaded, const struct asst__call *call)
{
	static const char parts[DECIDED_PARTS] = { ASST__PART_HEAD, ASST__PART_ACL, ASST__PART_DEF };
	size_t own = loaded ? DECIDED_PARTS : 0;

	if (i < own) {
		const struct asst__part *const read[] = { &loaded->head, &loaded->acl,
							  &loaded->def };

		asst__key_part(key, loaded->id, parts[i]);
		*sequence = read[i]->sequence;
	} else {
		*key = call->watches[i - own].key;
		*sequence = call->watches[i - own].sequence;
	}
}

static int add_keys(struct asst_keys *keys, const struct asst__loaded *loaded,
		    const struct asst__call *call)
{
	struct asst__key key;
	uint64_t sequence;
	int status = ASST_OK;

	for (size_t i = 0; i < rest_count(loaded, call) && status == ASST_OK; i++) {
		rest_key(&key, &sequence, i, loaded, call);
		status = asst_keys_add(keys, key.bytes, key.size, call->err);
	}
	return status;
}

static int add_ranges(struct asst_ranges *ranges, const struct asst__loaded *loaded,
		      const struct asst__call *call)
{
	struct asst__key from, to;
	uint64_t sequence;
	int status = ASST_OK;

	for (size_t i = 0; i < rest_count(loaded, call) && status == ASST_OK; i++) {
		rest_key(&from, &sequence, i, loaded, call);
		/* The range of this key alone. */
		to = from;
		to.bytes[to.size++] = 0;
		status = asst_ranges_add(ranges, from.bytes, from.size, to.bytes, to.size, 1, 0,
					 call->err);
	}
	return status;
}

/* Whether the answers from place `at` on, to questions from number `first` on, are the same. */
static bool is_same(const struct asst_sink *sink, size_t at, size_t first,
		    const struct asst__loaded *loaded, const struct asst__call *call)
{
	struct asst__key key;
	uint64_t sequence, present;
	bool same = true;

	for (size_t i = 0; i < rest_count(loaded, call); i++) {
		rest_key(&key, &sequence, i, loaded, call);
		present = 0;
		if (at < asst_sink_count(sink) && asst_sink_index(sink, at) == first + i)
			present = asst_sink_sequence(sink, at++);
		same = same && present == sequence;
	}
	return same;
}

static int renew(struct asst__call *call, int tries)
{
	if (tries >= TRIES)
		return asst__fail(call->err, ASST_EBUSY,
				  "what decides on the call changed %d times while it was read", TRIES);
	return asst__call_renew(call);
}

/* Take the answers to what it rests on from the end of the sink. */
static int settle(bool *still, struct asst_sink *sink, size_t first,
		  const struct asst__loaded *loaded, struct asst__call *call)
{
	size_t at = asst_sink_count(sink);

	while (at > 0 && asst_sink_index(sink, at - 1) >= first)
		at--;
	*still = is_same(sink, at, first, loaded, call);
	asst__sink_cut(sink, *still ? at : 0);
	return *still ? ASST_OK : renew(call, call->torn++);
}

int asst__call_get(struct asst__call *call, struct asst_keys *keys, struct asst_sink *sink,
		   uint64_t *sequence)
{
	size_t first = asst_keys_count(keys);
	int status = add_keys(keys, NULL, call);
	bool still = false;

	while (status == ASST_OK && !still) {
		status = asst__backend_get(&call->store->backend, call->workspace, keys, sink,
					   sequence, call->err);
		if (status == ASST_OK)
			status = settle(&still, sink, first, NULL, call);
	}
	return status;
}

int asst__call_scan(struct asst__call *call, struct asst_ranges *ranges, struct asst_sink *sink,
		    uint64_t *sequence)
{
	size_t first = asst_ranges_count(ranges);
	int status = add_ranges(ranges, NULL, call);
	bool still = false;

	while (status == ASST_OK && !still) {
		status = asst__backend_scan(&call->store->backend, call->workspace, ranges, sink,
					    sequence, call->err);
		if (status == ASST_OK)
			status = settle(&still, sink, first, NULL, call);
	}
	return status;
}

int asst__decided_get(bool *still, struct asst_sink *sink, struct asst_keys *keys,
		      const struct asst__loaded *loaded, struct asst__call *call)
{
	size_t first = asst_keys_count(keys);
	int status = add_keys(keys, loaded, call);

	*still = false;
	if (status == ASST_OK)
		status = asst__backend_get(&call->store->backend, call->workspace, keys, sink, NULL,
					   call->err);
	return status == ASST_OK ? settle(still, sink, first, loaded, call) : status;
}

int asst__decided_ranges(bool *still, struct asst_sink *sink, struct asst_ranges *ranges,
			 const struct asst__loaded *loaded, struct asst__call *call)
{
	size_t first = asst_ranges_count(ranges);
	int status = add_ranges(ranges, loaded, call);

	*still = false;
	if (status == ASST_OK)
		status = asst__backend_scan(&call->store->backend, call->workspace, ranges, sink,
					    NULL, call->err);
	return status == ASST_OK ? settle(still, sink, first, loaded, call) : status;
}

size_t asst__decided_count(const struct asst__call *call)
{
	return DECIDED_PARTS + call->watch_count;
}

int asst__keys_add_decided(struct asst_keys *keys, const struct asst__loaded *loaded,
			   const struct asst__call *call)
{
	return add_keys(keys, loaded, call);
}

int asst__decided_still(bool *still, const struct asst_sink *sink, const struct asst__loaded *loaded,
			struct asst__call *call, int tries)
{
	*still = is_same(sink, 0, 0, loaded, call);
	return *still ? ASST_OK : renew(call, tries);
}

static int scan_part(struct asst_sink *sink, const struct asst__loaded *loaded,
		     const struct asst__call *call, char part)
{
	struct asst_ranges ranges;
	struct asst__key from, to;
	uint64_t sequence;
	int status;

	asst__key_part(&from, loaded->id, part);
	to = from;
	asst__key_end(&to);
	asst__ranges_init(&ranges, &call->store->mem, 0);
	status = add_ranges(&ranges, loaded, call);
	if (status == ASST_OK)
		status = asst_ranges_add(&ranges, from.bytes, from.size, to.bytes, to.size, 0, 0,
					 call->err);
	if (status == ASST_OK)
		status = asst__backend_scan(&call->store->backend, call->workspace, &ranges, sink,
					    &sequence, call->err);
	asst__ranges_dispose(&ranges);
	return status;
}

int asst__decided_scan(struct asst_sink *sink, struct asst__loaded *loaded, struct asst__call *call,
		       const char *name, enum asst__right right, char part)
{
	int tries, status = ASST_OK;
	bool still = false;

	for (tries = 0; status == ASST_OK && !still; tries++) {
		asst__loaded_dispose(loaded);
		asst__sink_clear(sink);
		status = asst__locate(loaded, call, name, right);
		if (status == ASST_OK)
			status = scan_part(sink, loaded, call, part);
		if (status == ASST_OK)
			status = asst__decided_still(&still, sink, loaded, call, tries);
	}
	return status;
}
