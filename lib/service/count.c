/* SPDX-License-Identifier: MIT */
/*
 * Counting what a list would have: exactly, as far as that is cheap. The index entries of all
 * principals that a session stands for are scanned as they lie; a table tells which assistants
 * were met already, and what their entries say together.
 */
#include "model/heads.h"
#include "service/list.h"
#include "service/page.h"

#include <string.h>

#define COUNT_MOST 10000
/* So many entries are scanned in one call, and so many assistants decided on. */
#define STEP 4096
#define DECIDED 4096
#define FIRST_ROOM 4096

/* The entries of one principal and class, as far as they are not scanned yet. */
struct source {
	struct asst__key from, to;
	const struct asst__membership *member; /* NULL: of who sees everything */
	bool ended;
};

struct met {
	uint64_t id[2]; /* as they lie in memory; no id is all zero, which is for an empty place */
	struct asst__standing standing;
};

struct counting {
	struct asst__query *query;
	struct source *sources;
	size_t source_count;
	struct met *met;
	size_t met_count, room; /* room: a power of two, or 0 */
	size_t allowed;
};

static bool is_empty(const struct met *met)
{
	return (met->id[0] | met->id[1]) == 0;
}

static struct met *place_of(struct met *met, size_t room, const uint64_t id[2])
{
	/* The end of an id is what was random when it was made. */
	size_t i = (size_t)(id[1] * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (room - 1);

	while ((met[i].id[0] != id[0] || met[i].id[1] != id[1]) && !is_empty(&met[i]))
		i = (i + 1) & (room - 1);
	return &met[i];
}

/* Room for one more. */
static int grow(struct counting *counting)
{
	const struct asst__call *call = counting->query->call;
	size_t i, room = counting->room ? 2 * counting->room : FIRST_ROOM;
	struct met *met;

	if (2 * counting->met_count < counting->room)
		return ASST_OK;
	met = asst__alloc_zeroed(&call->store->mem, room * sizeof(*met));
	if (!met)
		return asst__fail_nomem(call->err);
	for (i = 0; i < counting->room; i++) {
		if (!is_empty(&counting->met[i]))
			*place_of(met, room, counting->met[i].id) = counting->met[i];
	}
	asst__free(&call->store->mem, counting->met, counting->room * sizeof(*met));
	counting->met = met;
	counting->room = room;
	return ASST_OK;
}

/* An entry of an assistant, which may have others under other principals. */
static int meet(struct counting *counting, const struct source *source, const unsigned char *bytes,
		const asst_buf *value)
{
	int needed = asst__rights[counting->query->right].level;
	uint64_t id[2];
	struct met *met;
	bool before;
	int status = grow(counting);

	if (status != ASST_OK)
		return status;
	memcpy(id, bytes, ASST__UUID_BYTES);
	met = place_of(counting->met, counting->room, id);
	if (is_empty(met)) {
		memcpy(met->id, id, sizeof(id));
		counting->met_count++;
	}
	before = asst__standing_allows(&met->standing, needed);
	asst__standing_add(&met->standing, value, source->member, counting->query->call->now);
	if (asst__standing_allows(&met->standing, needed) && !before)
		counting->allowed++;
	return ASST_OK;
}

/* Everything that one scan gave of a source, which begins behind it from then on. */
static int take(struct counting *counting, struct source *source, const struct asst_sink *sink,
		size_t *at, size_t index, size_t limit)
{
	const unsigned char *key;
	size_t size = 0, count = 0;
	int status = ASST_OK;

	for (; status == ASST_OK && *at < asst_sink_count(sink) && sink->items[*at].index == index;
	     ++*at, count++) {
		key = asst_sink_key(sink, *at, &size);
		if (size <= ASST__UUID_BYTES || size >= sizeof(source->from.bytes))
			return asst__fail(counting->query->call->err, ASST_ECORRUPT,
					  "an index entry is damaged");
		status = meet(counting, source, key + size - ASST__UUID_BYTES,
			      asst_sink_value(sink, *at));
	}
	source->ended = count < limit;
	if (source->ended || status != ASST_OK)
		return status;
	memcpy(source->from.bytes, asst_sink_key(sink, *at - 1, &size), size);
	source->from.bytes[size] = 0;
	source->from.size = size + 1;
	return ASST_OK;
}

/* One scan of all that have not ended, each up to its part of a step. */
static int scan(struct counting *counting, size_t open)
{
	const struct asst__call *call = counting->query->call;
	size_t i, at = 0, index = 0, limit = 1 + STEP / open;
	struct asst_ranges ranges;
	struct asst_sink sink;
	struct source *source;
	uint64_t sequence;
	int status = ASST_OK;

	asst__ranges_init(&ranges, &call->store->mem, 0);
	asst__sink_init(&sink, &call->store->mem);
	for (i = 0; i < counting->source_count && status == ASST_OK; i++) {
		source = &counting->sources[i];
		if (!source->ended)
			status = asst_ranges_add(&ranges, source->from.bytes, source->from.size,
						 source->to.bytes, source->to.size, limit, 0,
						 call->err);
	}
	if (status == ASST_OK)
		status = asst__backend_scan(&call->store->backend, call->workspace, &ranges, &sink,
					    &sequence, call->err);
	for (i = 0; i < counting->source_count && status == ASST_OK; i++) {
		if (!counting->sources[i].ended)
			status = take(counting, &counting->sources[i], &sink, &at, index++, limit);
	}
	asst__sink_dispose(&sink);
	asst__ranges_dispose(&ranges);
	return status;
}

static size_t open_sources(const struct counting *counting)
{
	size_t i, open = 0;

	for (i = 0; i < counting->source_count; i++)
		open += !counting->sources[i].ended;
	return open;
}

static int add_sources(struct counting *counting)
{
	const struct asst__call *call = counting->query->call;
	size_t i, most = asst__query_principals(counting->query);
	struct asst__string principal;
	struct source *source;
	char class;

	counting->sources = asst__alloc_zeroed(&call->store->mem,
					       2 * most * sizeof(*counting->sources));
	if (!counting->sources)
		return asst__fail_nomem(call->err);
	for (i = 0; i < 2 * most; i++) {
		class = i % 2 ? ASST__CLASS_READ : ASST__CLASS_WRITE;
		if (class == ASST__CLASS_READ && !asst__query_reads(counting->query))
			continue;
		source = &counting->sources[counting->source_count++];
		principal = asst__query_principal(counting->query, i / 2, &source->member);
		asst__key_index_prefix(&source->from, principal, class, ASST__SORT_KEY_CREATED);
		source->to = source->from;
		asst__key_end(&source->to);
	}
	return ASST_OK;
}

/* What the creator of a credential has is in no entry: each is decided on. */
static int decide_on(struct counting *counting, unsigned char (*ids)[ASST__UUID_BYTES],
		     size_t count)
{
	const struct asst__call *call = counting->query->call;
	struct asst__loaded loaded;
	struct asst_keys keys;
	struct asst_sink sink;
	uint64_t sequence;
	size_t i;
	int status = ASST_OK;

	asst__keys_init(&keys, &call->store->mem);
	asst__sink_init(&sink, &call->store->mem);
	for (i = 0; i < count && status == ASST_OK; i++)
		status = asst__keys_add_object(&keys, ids[i], false, call->err);
	if (status == ASST_OK)
		status = asst__backend_get(&call->store->backend, call->workspace, &keys, &sink,
					   &sequence, call->err);
	for (i = 0; i < count && status == ASST_OK; i++) {
		status = asst__loaded_take(&loaded, &sink, 2 * i, false, call->err);
		asst__decide(&loaded.decision, counting->query->right, call->actor, &loaded.object,
			     call->now);
		counting->allowed += status == ASST_OK && loaded.decision.status == ASST_OK;
		asst__loaded_dispose(&loaded);
	}
	asst__sink_dispose(&sink);
	asst__keys_dispose(&keys);
	return status;
}

static int decide_all(struct counting *counting)
{
	const struct asst__mem *mem = &counting->query->call->store->mem;
	unsigned char(*ids)[ASST__UUID_BYTES] = asst__alloc(mem, DECIDED * sizeof(*ids));
	size_t i, count = 0;
	int status = ids ? ASST_OK : asst__fail_nomem(counting->query->call->err);

	counting->allowed = 0;
	/* Once there are more than are counted, what is left is not looked at. */
	for (i = 0; i < counting->room && counting->allowed <= COUNT_MOST && status == ASST_OK;
	     i++) {
		if (!is_empty(&counting->met[i]))
			memcpy(ids[count++], counting->met[i].id, ASST__UUID_BYTES);
		if (count == DECIDED) {
			status = decide_on(counting, ids, count);
			count = 0;
		}
	}
	if (status == ASST_OK && count)
		status = decide_on(counting, ids, count);
	asst__free(mem, ids, DECIDED * sizeof(*ids));
	return status;
}

/* A token sees one assistant, for which there is no index. */
static int count_only(struct counting *counting)
{
	const struct asst__string only = counting->query->call->actor->only;
	unsigned char id[1][ASST__UUID_BYTES];

	return asst__uuid_read(id[0], only.text, only.size) ?
		       decide_on(counting, id, 1) : ASST_OK;
}

static int count_all(struct counting *counting)
{
	bool person = counting->query->call->actor->kind == ASST__PERSON;
	size_t open;
	int status;

	if (counting->query->call->actor->kind == ASST__TOKEN)
		return count_only(counting);
	status = add_sources(counting);
	for (open = counting->source_count; status == ASST_OK && open; open = open_sources(counting)) {
		if (person && counting->allowed > COUNT_MOST)
			break;
		status = scan(counting, open);
	}
	return status == ASST_OK && !person ? decide_all(counting) : status;
}

static void dispose(struct counting *counting)
{
	const struct asst__mem *mem = &counting->query->call->store->mem;

	asst__free(mem, counting->sources, 2 * asst__query_principals(counting->query) *
						    sizeof(*counting->sources));
	asst__free(mem, counting->met, counting->room * sizeof(*counting->met));
}

static int read_options(struct asst__query *query, const char *options, size_t size)
{
	struct asst__view view;
	asst_buf *record = NULL;
	int status = asst__options_read(&record, &view, &asst__count_schema, options, size,
					query->call);

	if (status == ASST_OK)
		status = asst__query_right(query, asst__view_text(&view, ASST__COUNT_RIGHT));
	asst_buf_free(record);
	return status;
}

int asst_assistant_count(uint64_t *count, int *more, asst_session *session, const char *options,
			 size_t size, asst_error *err)
{
	struct asst__query query;
	struct counting counting = { .query = &query };
	struct asst__call call;
	int status;

	if (count)
		*count = 0;
	if (more)
		*more = 0;
	status = asst__call_begin(&call, session, err);
	if (status != ASST_OK)
		return status;
	memset(&query, 0, sizeof(query));
	query.call = &call;
	status = count ? asst__query_gates(&query) :
			 asst__fail(err, ASST_EINVAL, "needs a place for the count");
	if (status == ASST_OK)
		status = read_options(&query, options, size);
	if (status == ASST_OK)
		status = count_all(&counting);
	if (status == ASST_OK) {
		*count = counting.allowed < COUNT_MOST ? counting.allowed : COUNT_MOST;
		if (more)
			*more = counting.allowed > COUNT_MOST;
	}
	dispose(&counting);
	asst__call_end(&call);
	return status;
}
