/* SPDX-License-Identifier: MIT */
/* Reading after a decision: what it rests on is read again in the same moment. */
#include "base/fail.h"
#include "service/object.h"

/* As often as a write that lost a race. */
#define TRIES 32

/* Head, grants and live definition; then what was read of the caller. */
enum { DECIDED_PARTS = 3 };

static void decided_key(struct asst__key *key, uint64_t *sequence, size_t i,
			const struct asst__loaded *loaded, const struct asst__call *call)
{
	static const char parts[DECIDED_PARTS] = { ASST__PART_HEAD, ASST__PART_ACL, ASST__PART_DEF };
	const struct asst__part *const read[] = { &loaded->head, &loaded->acl, &loaded->def };

	if (i < DECIDED_PARTS) {
		asst__key_part(key, loaded->id, parts[i]);
		*sequence = read[i]->sequence;
	} else {
		*key = call->watches[i - DECIDED_PARTS].key;
		*sequence = call->watches[i - DECIDED_PARTS].sequence;
	}
}

size_t asst__decided_count(const struct asst__call *call)
{
	return DECIDED_PARTS + call->watch_count;
}

int asst__keys_add_decided(struct asst_keys *keys, const struct asst__loaded *loaded,
			   const struct asst__call *call)
{
	struct asst__key key;
	uint64_t sequence;
	int status = ASST_OK;

	for (size_t i = 0; i < asst__decided_count(call) && status == ASST_OK; i++) {
		decided_key(&key, &sequence, i, loaded, call);
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

	for (size_t i = 0; i < asst__decided_count(call) && status == ASST_OK; i++) {
		decided_key(&from, &sequence, i, loaded, call);
		/* The range of this key alone. */
		to = from;
		to.bytes[to.size++] = 0;
		status = asst_ranges_add(ranges, from.bytes, from.size, to.bytes, to.size, 1, 0,
					 call->err);
	}
	return status;
}

int asst__decided_still(bool *still, const struct asst_sink *sink, const struct asst__loaded *loaded,
			struct asst__call *call, int tries)
{
	size_t i, at = 0;
	struct asst__key key;
	uint64_t sequence, present;

	*still = true;
	for (i = 0; i < asst__decided_count(call); i++) {
		decided_key(&key, &sequence, i, loaded, call);
		present = 0;
		if (at < asst_sink_count(sink) && asst_sink_index(sink, at) == i)
			present = asst_sink_sequence(sink, at++);
		*still = *still && present == sequence;
	}
	if (*still)
		return ASST_OK;
	if (tries >= TRIES)
		return asst__fail(call->err, ASST_EBUSY,
				  "what decides on the call changed %d times while it was read", TRIES);
	return asst__call_renew(call);
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
