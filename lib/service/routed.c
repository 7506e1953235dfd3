/* SPDX-License-Identifier: MIT */
/* The index from an assistant to the dispatchers that lead to it. */
#include "base/fail.h"
#include "model/fields.h"
#include "service/routes.h"

#include <stdio.h>
#include <string.h>

/* Dispatchers that are looked at in one read. */
#define PAGE 256

/* What a definition routes to: route i, and the fallback behind the last one. */
static struct asst__string route(const struct asst__view *def, size_t i)
{
	return i < asst__view_count(def, ASST__DEF_ROUTES) ?
		       asst__route_text(def, i) : asst__view_text(def, ASST__DEF_FALLBACK);
}

static size_t route_count(const struct asst__view *def)
{
	return def ? asst__view_count(def, ASST__DEF_ROUTES) + 1 : 0;
}

/* Whether one of the first `count` routes leads there. */
static bool leads_to(const struct asst__view *def, size_t count, struct asst__string id)
{
	for (size_t i = 0; i < count; i++) {
		if (asst__same(route(def, i), id))
			return true;
	}
	return false;
}

void asst__change_routes(struct asst__change *change, const unsigned char id[ASST__UUID_BYTES],
			 const struct asst__view *from, const struct asst__view *to)
{
	const struct asst__view *sides[] = { from, to };
	unsigned char target[ASST__UUID_BYTES];
	struct asst__string text;
	struct asst__key key;
	size_t i, side;

	for (side = 0; side < 2; side++) {
		const struct asst__view *def = sides[side], *other = sides[1 - side];

		for (i = 0; i < route_count(def); i++) {
			text = route(def, i);
			if (!text.text || leads_to(def, i, text) ||
			    leads_to(other, route_count(other), text) ||
			    !asst__uuid_read(target, text.text, text.size))
				continue;
			asst__key_routed(&key, target, id);
			if (side)
				asst__change_put_bytes(change, &key, NULL, 0);
			else
				asst__change_delete(change, &key);
		}
	}
}

/* Whether the caller may read it; what is in the trash does not count. */
static bool readable(const struct asst__call *call, const struct asst__loaded *loaded)
{
	struct asst__decision decision;

	asst__decide(&decision, ASST__RIGHT_READ, call->actor, &loaded->object, call->now);
	return decision.status == ASST_OK;
}

static void tell(const struct asst__call *call, const unsigned char id[ASST__UUID_BYTES])
{
	char text[ASST__UUID_TEXT + 1], message[96];

	asst__uuid_write(text, id);
	snprintf(message, sizeof(message), "the dispatcher %s routes to it", text);
	asst__error_add_issue(call->err, "routed_to", "", message);
}

/* Of a page of index entries: how many dispatchers the caller may read. */
static int look_at(size_t *seen, const struct asst__call *call, const struct asst_sink *page)
{
	const unsigned char *id;
	struct asst__loaded loaded;
	struct asst_keys keys;
	struct asst_sink sink;
	uint64_t sequence;
	size_t i, size;
	int status = ASST_OK;

	asst__keys_init(&keys, &call->store->mem);
	asst__sink_init(&sink, &call->store->mem);
	for (i = 0; i < asst_sink_count(page) && status == ASST_OK; i++) {
		id = asst_sink_key(page, i, &size);
		status = asst__keys_add_object(&keys, id + size - ASST__UUID_BYTES, false,
					       call->err);
	}
	if (status == ASST_OK)
		status = asst__backend_get(&call->store->backend, call->workspace, &keys, &sink,
					   &sequence, call->err);
	for (i = 0; i < asst_sink_count(page) && status == ASST_OK; i++) {
		status = asst__loaded_take(&loaded, &sink, 2 * i, false, call->err);
		if (status == ASST_OK && readable(call, &loaded)) {
			id = asst_sink_key(page, i, &size);
			tell(call, id + size - ASST__UUID_BYTES);
			++*seen;
		}
		asst__loaded_dispose(&loaded);
	}
	asst__sink_dispose(&sink);
	asst__keys_dispose(&keys);
	return status;
}

/* One page from a key on, which moves behind the last one; *more: there may be others. */
static int next_page(struct asst__key *from, const struct asst__key *to, uint64_t *sequence,
		     size_t *seen, bool *more, const struct asst__call *call)
{
	struct asst_ranges ranges;
	struct asst_sink page;
	const void *last;
	size_t count;
	int status;

	asst__ranges_init(&ranges, &call->store->mem, 1);
	asst__sink_init(&page, &call->store->mem);
	status = asst_ranges_add(&ranges, from->bytes, from->size, to->bytes, to->size, PAGE, 0,
				 call->err);
	if (status == ASST_OK)
		status = asst__backend_scan(&call->store->backend, call->workspace, &ranges, &page,
					    sequence, call->err);
	count = status == ASST_OK ? asst_sink_count(&page) : 0;
	if (count)
		status = look_at(seen, call, &page);
	*more = count == PAGE;
	if (*more) {
		last = asst_sink_key(&page, count - 1, &from->size);
		memcpy(from->bytes, last, from->size);
		from->bytes[from->size++] = 0;
	}
	asst__sink_dispose(&page);
	asst__ranges_dispose(&ranges);
	return status;
}

/* The range of all that lead to an assistant. */
static void range_of(struct asst__key *from, struct asst__key *to,
		     const unsigned char id[ASST__UUID_BYTES])
{
	asst__key_routed(from, id, NULL);
	*to = *from;
	asst__key_end(to);
}

/* None of them was added after a sequence. */
static void check_range(struct asst__change *change, const struct asst__key *from,
			const struct asst__key *to, uint64_t sequence)
{
	if (change->status == ASST_OK)
		change->status = asst_batch_check_range(&change->batch, from->bytes, from->size,
							to->bytes, to->size, sequence,
							change->call->err);
}

void asst__routes_expect_none(struct asst__change *change, const unsigned char id[ASST__UUID_BYTES])
{
	struct asst__key from, to;

	range_of(&from, &to, id);
	change->watched = asst_batch_count(&change->batch);
	check_range(change, &from, &to, 0);
}

int asst__routes_check_unused(struct asst__change *change, const unsigned char id[ASST__UUID_BYTES])
{
	const struct asst__call *call = change->call;
	struct asst__key begin, from, to;
	uint64_t sequence, first = UINT64_MAX;
	size_t seen = 0;
	bool more = true;
	int status = ASST_OK;

	range_of(&begin, &to, id);
	from = begin;
	while (more && status == ASST_OK && !seen) {
		status = next_page(&from, &to, &sequence, &seen, &more, call);
		if (status == ASST_OK && sequence < first)
			first = sequence;
	}
	if (status == ASST_OK && seen)
		return asst__fail(call->err, ASST_ECONFLICT,
				  "%zu dispatcher%s to it: change %s first", seen,
				  seen == 1 ? " routes" : "s route", seen == 1 ? "it" : "them");
	if (status == ASST_OK)
		check_range(change, &begin, &to, first);
	return status;
}
