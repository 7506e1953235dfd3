/* SPDX-License-Identifier: MIT */
/* The index from an assistant to the dispatchers that lead to it. */
#include "base/fail.h"
#include "model/fields.h"
#include "service/routes.h"

#include <stdio.h>
#include <string.h>

/* Dispatchers that are looked at in one read. */
#define PAGE 256
/* A batch checks so many keys of them at the most: nobody is to keep others from deleting. */
#define CHECKS_MOST 4096

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

static void tell(const struct asst__call *call, const unsigned char *id)
{
	char text[ASST__UUID_TEXT + 1], message[96];

	asst__uuid_write(text, id);
	snprintf(message, sizeof(message), "the dispatcher %s routes to it", text);
	asst__error_add_issue(call->err, "routed_to", "", message);
}

/* What an index entry leads back to: 'B', the assistant, the dispatcher. */
static const unsigned char *dispatcher_of(const struct asst_sink *page, size_t i)
{
	size_t size;
	const unsigned char *key = asst_sink_key(page, i, &size);

	return size == 1 + 2 * ASST__UUID_BYTES ? key + 1 + ASST__UUID_BYTES : NULL;
}

/* That they are hidden must still be so when the batch is applied. */
static void check_hidden(struct asst__change *change, const struct asst_sink *page,
			 const struct asst_sink *records)
{
	const struct asst__answer *answer;
	struct asst__key key;

	for (size_t i = 0; i < asst_sink_count(page); i++) {
		if (asst_batch_count(&change->batch) >= CHECKS_MOST)
			return;
		answer = asst__sink_find(records, 2 * i);
		asst__key_part(&key, dispatcher_of(page, i), ASST__PART_HEAD);
		asst__change_check(change, &key, answer ? answer->sequence : 0);
		answer = asst__sink_find(records, 2 * i + 1);
		asst__key_part(&key, dispatcher_of(page, i), ASST__PART_ACL);
		asst__change_check(change, &key, answer ? answer->sequence : 0);
	}
}

/* The dispatchers of a page: *seen tells whether the caller may read some of them. */
static int look_at(bool *seen, struct asst__change *change, const struct asst_sink *page, bool firm)
{
	struct asst__call *call = change->call;
	struct asst__loaded loaded;
	struct asst_keys keys;
	struct asst_sink sink;
	uint64_t sequence;
	size_t i, count = asst_sink_count(page);
	int status = ASST_OK;

	asst__keys_init(&keys, &call->store->mem);
	asst__sink_init(&sink, &call->store->mem);
	for (i = 0; i < count && status == ASST_OK; i++)
		status = dispatcher_of(page, i) ?
				 asst__keys_add_object(&keys, dispatcher_of(page, i), false,
						       call->err) :
				 asst__fail(call->err, ASST_ECORRUPT, "an index entry is damaged");
	/* Asked also where there are none: nobody is to learn that there are some. */
	if (status == ASST_OK && !count)
		status = asst_keys_add(&keys, "B", 1, call->err);
	if (status == ASST_OK)
		status = asst__call_get(call, &keys, &sink, &sequence);
	for (i = 0; i < count && status == ASST_OK; i++) {
		/* What is damaged can be read by nobody. */
		if (asst__loaded_take(&loaded, &sink, 2 * i, false, NULL) == ASST_OK &&
		    readable(call, &loaded)) {
			tell(call, dispatcher_of(page, i));
			*seen = true;
		}
		asst__loaded_dispose(&loaded);
	}
	if (status == ASST_OK && !*seen && firm)
		check_hidden(change, page, &sink);
	asst__sink_dispose(&sink);
	asst__keys_dispose(&keys);
	return status;
}

/* One page from a key on, which moves behind the last one; *more: there may be others. */
static int next_page(struct asst__key *from, const struct asst__key *to, uint64_t *sequence,
		     bool *seen, bool *more, struct asst__change *change, bool firm)
{
	const struct asst__call *call = change->call;
	struct asst_ranges ranges;
	struct asst_sink page;
	size_t count;
	int status;

	asst__ranges_init(&ranges, &call->store->mem, 1);
	asst__sink_init(&page, &call->store->mem);
	status = asst_ranges_add(&ranges, from->bytes, from->size, to->bytes, to->size, PAGE, 0,
				 call->err);
	if (status == ASST_OK)
		status = asst__backend_scan(&call->store->backend, call->workspace, &ranges, &page,
					    sequence, call->err);
	if (status == ASST_OK)
		status = look_at(seen, change, &page, firm);
	count = asst_sink_count(&page);
	*more = status == ASST_OK && count == PAGE;
	if (*more) {
		memcpy(from->bytes + 1 + ASST__UUID_BYTES, dispatcher_of(&page, count - 1),
		       ASST__UUID_BYTES);
		from->bytes[1 + 2 * ASST__UUID_BYTES] = 0;
		from->size = 2 + 2 * ASST__UUID_BYTES;
	}
	asst__sink_dispose(&page);
	asst__ranges_dispose(&ranges);
	return status;
}

int asst__routes_check_unused(struct asst__change *change, const unsigned char id[ASST__UUID_BYTES],
			      bool firm)
{
	const struct asst__call *call = change->call;
	struct asst__key begin, from, to;
	uint64_t sequence, first = UINT64_MAX;
	bool more = true, seen = false;
	int status = ASST_OK;

	asst__key_routed(&begin, id, NULL);
	from = to = begin;
	asst__key_end(&to);
	while (more && status == ASST_OK && !seen) {
		status = next_page(&from, &to, &sequence, &seen, &more, change, firm);
		if (status == ASST_OK && sequence < first)
			first = sequence;
	}
	if (status == ASST_OK && seen)
		return asst__fail(call->err, ASST_ECONFLICT,
				  "dispatchers route to it: change those that the issues name first");
	if (status == ASST_OK && firm && change->status == ASST_OK)
		change->status = asst_batch_check_range(&change->batch, begin.bytes, begin.size,
							to.bytes, to.size, first, call->err);
	return status;
}
