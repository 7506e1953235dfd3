/* SPDX-License-Identifier: MIT */
/* Finding what a session may see: scans over the index entries of all principals it stands for. */
#include "model/heads.h"
#include "service/object.h"
#include "service/page.h"

#include <string.h>

static const char sort_keys[] = { [ASST__SORT_UPDATED] = ASST__SORT_KEY_UPDATED,
				  [ASST__SORT_CREATED] = ASST__SORT_KEY_CREATED,
				  [ASST__SORT_NAME] = ASST__SORT_KEY_NAME };

/* The keys of one principal and class that lie behind the place. */
static int add_range(struct asst_ranges *ranges, const struct asst__query *query,
		     struct asst__string principal, char class)
{
	struct asst__key from, to;

	asst__key_index_prefix(&from, principal, class, sort_keys[query->sort]);
	to = from;
	if (query->place.size && query->reverse) {
		memcpy(to.bytes + to.size, query->place.bytes, query->place.size);
		to.size += query->place.size;
	} else {
		asst__key_end(&to);
	}
	if (query->place.size && !query->reverse) {
		/* The next key after the one at the place. */
		memcpy(from.bytes + from.size, query->place.bytes, query->place.size);
		from.size += query->place.size;
		from.bytes[from.size++] = 0;
	}
	return asst_ranges_add(ranges, from.bytes, from.size, to.bytes, to.size, query->step,
			       query->reverse ? ASST_RANGE_REVERSE : 0, query->call->err);
}

bool asst__query_sees_all(const struct asst__query *query)
{
	return query->call->actor->system || query->call->actor->superuser;
}

size_t asst__query_principals(const struct asst__query *query)
{
	return asst__query_sees_all(query) ? 1 : query->call->actor->count;
}

struct asst__string asst__query_principal(const struct asst__query *query, size_t i,
					  const struct asst__membership **member)
{
	*member = asst__query_sees_all(query) ? NULL : &query->call->actor->memberships[i];
	return *member ? (*member)->principal : ASST__STRING("*");
}

enum asst__name_verdict asst__query_judge(const struct asst__query *query,
					  struct asst__string place)
{
	if (!query->name.text)
		return ASST__NAME_PASSES;
	return query->sort == ASST__SORT_NAME ? asst__name_filter_judge(&query->name, place) :
						ASST__NAME_UNKNOWN;
}

bool asst__query_reads(const struct asst__query *query)
{
	return asst__rights[query->right].level < ASST_LEVEL_WRITE && !query->trash;
}

static int add_ranges(struct asst_ranges *ranges, const struct asst__query *query)
{
	const struct asst__membership *member;
	size_t i, count = asst__query_principals(query);
	bool reads = asst__query_reads(query);
	struct asst__string principal;
	int status = ASST_OK;

	for (i = 0; i < count && status == ASST_OK; i++) {
		principal = asst__query_principal(query, i, &member);
		status = add_range(ranges, query, principal,
				   query->trash ? ASST__CLASS_TRASH : ASST__CLASS_WRITE);
		if (status == ASST_OK && reads)
			status = add_range(ranges, query, principal, ASST__CLASS_READ);
	}
	return status;
}

static int scan(struct asst__found *found, struct asst__query *query)
{
	const struct asst__call *call = query->call;
	const struct asst__mem *mem = &call->store->mem;
	struct asst_ranges ranges;
	struct asst_sink sink;
	uint64_t sequence;
	int status;

	asst__ranges_init(&ranges, mem, asst__query_sees_all(query));
	asst__sink_init(&sink, mem);
	status = add_ranges(&ranges, query);
	if (status == ASST_OK)
		status = asst__backend_scan(&call->store->backend, call->workspace, &ranges, &sink,
					    &sequence, call->err);
	if (status == ASST_OK && !query->scanned)
		query->sequence = sequence;
	query->scanned = true;
	if (status == ASST_OK)
		status = asst__page_merge(found, query, &ranges, &sink);
	asst__sink_dispose(&sink);
	asst__ranges_dispose(&ranges);
	return status;
}

/* Larger steps where much was left out, so that a page never takes many calls. */
#define STEP_MOST 4096
/* A token sees one assistant, for which there is no index: it is the only page. */
static int find_only(struct asst__found *found, struct asst__query *query)
{
	const struct asst__call *call = query->call;
	const struct asst__string only = call->actor->only;
	struct asst__place place = { .size = 1 + ASST__UUID_BYTES };

	query->ended = true;
	if (query->trash || query->place.size ||
	    !asst__uuid_read(place.bytes + 1, only.text, only.size))
		return ASST_OK;
	if (!asst__grow(&call->store->mem, &found->places, found->count, &found->room,
			sizeof(place)))
		return asst__fail_nomem(call->err);
	found->places[found->count++] = place;
	return ASST_OK;
}

int asst__query_find(struct asst__found *found, struct asst__query *query)
{
	int status = ASST_OK;

	found->count = 0;
	if (query->call->actor->kind == ASST__TOKEN)
		return find_only(found, query);
	while (status == ASST_OK && found->count < query->wanted && !query->ended) {
		status = scan(found, query);
		query->step = query->step * 8 < STEP_MOST ? query->step * 8 : STEP_MOST;
	}
	return status;
}

int asst__query_gates(const struct asst__query *query)
{
	return asst__read_gates(query->call);
}

int asst__query_right(struct asst__query *query, struct asst__string name)
{
	asst_error *err = query->call->err;
	int which = name.text ? asst__right_find(name.text) : ASST__RIGHT_READ;

	if (which < 0 || asst__rights[which].level == ASST_LEVEL_NONE) {
		asst__error_add_issue(err, "choice", "/right", "must be a right on an assistant");
		return asst__fail(err, ASST_EVALIDATION, "no right on an assistant has this name");
	}
	query->right = (enum asst__right)which;
	return ASST_OK;
}
