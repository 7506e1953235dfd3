/* SPDX-License-Identifier: MIT */
/* Merging the index entries of all principals that a session stands for into one order. */
#include "service/page.h"

#include <string.h>

/* The answers to one range, as a run to be merged. */
struct run {
	size_t at, end; /* in the sink */
	size_t prefix;  /* bytes of the key before the place */
	bool cut;       /* there may be more behind its end */
	const struct asst__membership *member; /* whose range it is; NULL: who sees everything */
};

static struct asst__string place_at(const struct asst_sink *sink, const struct run *run, size_t at)
{
	size_t size;
	const char *key = asst_sink_key(sink, at, &size);

	return (struct asst__string){ key + run->prefix, size - run->prefix };
}

static struct asst__string place_of(const struct asst_sink *sink, const struct run *run)
{
	return place_at(sink, run, run->at);
}

/* Leave out what does not have the name, so that it takes no part in the merge. */
static void skip(struct run *run, const struct asst_sink *sink, const struct asst__query *query)
{
	while (query->name.text && run->at < run->end &&
	       asst__query_judge(query, place_of(sink, run)) == ASST__NAME_FAILS)
		run->at++;
}

static void make_runs(struct run *runs, const struct asst_ranges *ranges,
			const struct asst_sink *sink, const struct asst__query *query)
{
	const struct asst__actor *actor = query->call->actor;
	size_t i, k, at = 0, count = asst_ranges_count(ranges), size;
	bool all = actor->system || actor->superuser;
	size_t each = all ? count : count / actor->count;
	const char *from;

	for (i = 0; i < count; i++) {
		runs[i].at = at;
		while (at < sink->count && sink->items[at].index == i)
			at++;
		runs[i].end = at;
		runs[i].cut = at - runs[i].at == asst_ranges_limit(ranges, i);
		runs[i].member = all ? NULL : &actor->memberships[i / each];
		/* type, principal, NUL, class, sort */
		from = asst_ranges_from(ranges, i, &size);
		for (k = 0; k < size && from[k]; k++)
			;
		runs[i].prefix = k + 3;
		skip(&runs[i], sink, query);
	}
}

static int compare_places(struct asst__string a, struct asst__string b, bool reverse)
{
	int order = asst__key_compare(a.text, a.size, b.text, b.size);

	return reverse ? -order : order;
}

/*
 * The run whose next entry comes first, or NULL: all ended, or what comes first lies behind the
 * bound. That is the last place up to which all runs are known: where the first of those ended
 * that were cut off. No text: none was. What lies behind it waits for the next scan, which has
 * the rest of that run.
 */
static struct run *first_run(struct run *runs, size_t count, const struct asst_sink *sink,
			     const struct asst__query *query, struct asst__string *bound)
{
	struct run *first = NULL;
	struct asst__string last;
	size_t i;

	bound->text = NULL;
	for (i = 0; i < count; i++) {
		if (runs[i].at < runs[i].end) {
			if (!first || compare_places(place_of(sink, &runs[i]),
						     place_of(sink, first), query->reverse) < 0)
				first = &runs[i];
		} else if (runs[i].cut) {
			last = place_at(sink, &runs[i], runs[i].end - 1);
			if (!bound->text || compare_places(last, *bound, query->reverse) < 0)
				*bound = last;
		}
	}
	if (first && bound->text &&
	    compare_places(place_of(sink, first), *bound, query->reverse) > 0)
		return NULL;
	return first;
}

void asst__standing_add(struct asst__standing *standing, const asst_buf *value,
			const struct asst__membership *member, int64_t now)
{
	const unsigned char *bytes = (const unsigned char *)asst_buf_data(value);
	uint64_t expires;
	int level, owned = ASST_LEVEL_NONE;

	/* Of who sees everything values are not read. */
	if (!value && !member)
		standing->level = ASST__LEVEL_OWNER;
	if (asst_buf_size(value) != ASST__ENTRY_BYTES)
		return;
	if (bytes[0] & ASST__ENTRY_UNPUBLISHED)
		standing->unpublished = true;
	if (bytes[0] & ASST__ENTRY_CREATOR && member)
		standing->creator = true;
	level = (int)(bytes[0] & ASST__ENTRY_LEVEL);
	expires = asst__big_endian(bytes + 1);
	if (expires && (int64_t)expires <= now)
		level = ASST_LEVEL_NONE;
	if (bytes[0] & ASST__ENTRY_OWNER)
		owned = member && strncmp(member->principal.text, "team:", 5) == 0 ?
				asst__team_level(member->role) : ASST__LEVEL_OWNER;
	level = owned > level ? owned : level;
	standing->level = (int16_t)(level > standing->level ? level : standing->level);
}

bool asst__standing_allows(const struct asst__standing *standing, int needed)
{
	int visible =
		standing->unpublished && !standing->creator ? ASST_LEVEL_WRITE : ASST_LEVEL_READ;

	return standing->level >= needed && standing->level >= visible;
}

/* Take all entries of one place. */
static struct asst__standing take_place(struct run *runs, size_t count, struct asst__string place,
				  const struct asst_sink *sink, const struct asst__query *query)
{
	struct asst__standing standing = { ASST_LEVEL_NONE, false, false };
	size_t i;

	for (i = 0; i < count; i++) {
		if (runs[i].at == runs[i].end || !asst__same(place_of(sink, &runs[i]), place))
			continue;
		asst__standing_add(&standing, asst_sink_value(sink, runs[i].at), runs[i].member,
				   query->call->now);
		runs[i].at++;
		skip(&runs[i], sink, query);
	}
	return standing;
}

static int add_found(struct asst__found *found, const struct asst__place *place,
		     const struct asst__call *call)
{
	if (!asst__grow(&call->store->mem, &found->places, found->count, &found->room,
			sizeof(*place)))
		return asst__fail_nomem(call->err);
	found->places[found->count++] = *place;
	return ASST_OK;
}

static int set_place(struct asst__place *to, struct asst__string place, asst_error *err)
{
	if (place.size <= ASST__UUID_BYTES || place.size > ASST__PLACE_MAX)
		return asst__fail(err, ASST_ECORRUPT, "an index entry is damaged");
	to->size = place.size;
	memcpy(to->bytes, place.text, place.size);
	return ASST_OK;
}

static int merge(struct asst__found *found, struct asst__query *query, struct run *runs, size_t count,
		 const struct asst_sink *sink)
{
	int needed = asst__rights[query->right].level;
	struct asst__standing standing;
	struct asst__string place, bound = { NULL, 0 };
	struct run *run;
	int status = ASST_OK;

	while (status == ASST_OK && found->count < query->wanted) {
		run = first_run(runs, count, sink, query, &bound);
		if (!run) {
			/* All up to there was looked at: the next scan begins behind it. */
			query->ended = !bound.text;
			return bound.text ? set_place(&query->place, bound, query->call->err) :
					    ASST_OK;
		}
		place = place_of(sink, run);
		status = set_place(&query->place, place, query->call->err);
		standing = take_place(runs, count, place, sink, query);
		if (status == ASST_OK && asst__standing_allows(&standing, needed))
			status = add_found(found, &query->place, query->call);
	}
	return status;
}

int asst__page_merge(struct asst__found *found, struct asst__query *query,
		     const struct asst_ranges *ranges, const struct asst_sink *sink)
{
	const struct asst__call *call = query->call;
	size_t count = asst_ranges_count(ranges), bytes = count * sizeof(struct run);
	struct run *runs = asst__alloc(&call->store->mem, bytes);
	int status;

	if (!runs)
		return asst__fail_nomem(call->err);
	make_runs(runs, ranges, sink, query);
	status = merge(found, query, runs, count, sink);
	asst__free(&call->store->mem, runs, bytes);
	return status;
}
