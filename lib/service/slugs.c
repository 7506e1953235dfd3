/* SPDX-License-Identifier: MIT */
/* Choosing slugs. */
#include "service/slugs.h"

#include <stdio.h>
#include <string.h>

/* To choose from: as it is, with a number, with random digits. */
#define CANDIDATES 10
/* Most owners have no assistant of that name, or one: so many are asked for first. */
#define USUAL 2
/* What stands behind a slug that was taken takes this much at most. */
#define TAIL 14

/* Candidate i. */
static int candidate(char slug[ASST__SLUG_MAX + 1], const struct asst__call *call,
		     struct asst__string first, size_t i)
{
	size_t size = first.size;
	unsigned char random[6];
	int status;

	if (i > 0 && size > ASST__SLUG_MAX - TAIL)
		size = ASST__SLUG_MAX - TAIL;
	memcpy(slug, first.text, size);
	slug[size] = '\0';
	if (i == 0)
		return ASST_OK;
	if (i < CANDIDATES - 1) {
		slug[size] = '-';
		slug[size + 1] = (char)('1' + i);
		slug[size + 2] = '\0';
		return ASST_OK;
	}
	status = asst__uuid_maker_bytes(&call->store->ids, random, sizeof(random), call->err);
	snprintf(slug + size, TAIL, "-%02x%02x%02x%02x%02x%02x", random[0], random[1], random[2],
		 random[3], random[4], random[5]);
	return status;
}

/* The first of the candidates from begin to end that is free, at that sequence, or EEXISTS. */
static int choose(char slug[ASST__SLUG_MAX + 1], struct asst__call *call,
		  struct asst__string owner, struct asst__string first, size_t begin, size_t end,
		  uint64_t *sequence)
{
	char slugs[CANDIDATES][ASST__SLUG_MAX + 1];
	struct asst_keys keys;
	struct asst_sink sink;
	struct asst__key key;
	int status = ASST_OK;
	size_t i;

	asst__keys_init(&keys, &call->store->mem);
	asst__sink_init(&sink, &call->store->mem);
	for (i = begin; i < end && status == ASST_OK; i++) {
		status = candidate(slugs[i], call, first, i);
		asst__key_slug(&key, owner, ASST__STRING(slugs[i]));
		if (status == ASST_OK)
			status = asst_keys_add(&keys, key.bytes, key.size, call->err);
	}
	if (status == ASST_OK)
		status = asst__call_get(call, &keys, &sink, sequence);
	for (i = begin; i < end && status == ASST_OK && asst__sink_find(&sink, i - begin); i++)
		;
	if (status == ASST_OK && i == end)
		status = ASST_EEXISTS;
	else if (status == ASST_OK)
		memcpy(slug, slugs[i], ASST__SLUG_MAX + 1);
	asst__sink_dispose(&sink);
	asst__keys_dispose(&keys);
	return status;
}

int asst__slug_choose(char slug[ASST__SLUG_MAX + 1], struct asst__call *call,
		      struct asst__string owner, struct asst__string first, bool numbers,
		      uint64_t *sequence)
{
	int status = choose(slug, call, owner, first, 0, numbers ? USUAL : 1, sequence);

	if (status == ASST_EEXISTS && numbers) {
		status = choose(slug, call, owner, first, USUAL, CANDIDATES, sequence);
		status = status == ASST_EEXISTS ? ASST_EBUSY : status;
	}
	if (status == ASST_EEXISTS)
		asst__error_add_issue(call->err, "duplicate", "/slug", "is taken");
	if (status == ASST_EEXISTS || status == ASST_EBUSY)
		asst__fail(call->err, status, "the owner has an assistant with this slug");
	return status;
}
