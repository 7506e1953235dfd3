/* SPDX-License-Identifier: MIT */
/*
 * Counting what a list would have: exactly, as far as that is cheap. The index entries of all
 * principals that a session stands for are scanned as they lie; a table tells which assistants
 * were met already, and what their entries say together. Those without the name that is asked
 * for are left out before.
 */
#include "model/heads.h"
#include "service/list.h"
#include "service/met.h"

#include <string.h>

#define COUNT_MOST 10000
/* So many entries are scanned in one call, and so many assistants decided on. */
#define STEP 4096
#define DECIDED 4096

/* The entries of one principal and class, as far as they are not scanned yet. */
struct source {
	struct asst__key from, to;
	size_t prefix; /* bytes of a key before the place */
	const struct asst__membership *member; /* NULL: of who sees everything */
	bool ended;
};

/* An entry whose key does not tell whether the assistant has the name. */
struct unknown {
	const struct source *source;
	size_t at; /* in the sink */
};

struct counting {
	struct asst__query *query;
	struct source *sources;
	size_t source_count, source_room;
	struct asst__met_table met;
	size_t allowed;
	struct unknown *unknown; /* of one scan */
	size_t unknown_count, unknown_room;
};

/* The id of an entry: the end of its key. */
static const unsigned char *id_of(const struct asst_sink *sink, size_t at)
{
	size_t size;
	const unsigned char *key = asst_sink_key(sink, at, &size);

	return key + size - ASST__UUID_BYTES;
}

/* An entry of an assistant, which may have others under other principals. */
static int meet(struct counting *counting, const struct source *source,
		const struct asst_sink *sink, size_t at)
{
	const struct asst__call *call = counting->query->call;
	int needed = asst__rights[counting->query->right].level;
	struct asst__met *met = asst__met_find(&counting->met, id_of(sink, at), &call->store->mem);
	bool before;

	if (!met)
		return asst__fail_nomem(call->err);
	before = asst__standing_allows(&met->standing, needed);
	asst__standing_add(&met->standing, asst_sink_value(sink, at), source->member, call->now);
	if (asst__standing_allows(&met->standing, needed) && !before)
		counting->allowed++;
	return ASST_OK;
}

static int put_off(struct counting *counting, const struct source *source, size_t at)
{
	const struct asst__call *call = counting->query->call;

	if (!asst__grow(&call->store->mem, &counting->unknown, counting->unknown_count,
			&counting->unknown_room, sizeof(*counting->unknown)))
		return asst__fail_nomem(call->err);
	counting->unknown[counting->unknown_count++] = (struct unknown){ source, at };
	return ASST_OK;
}

/* Meet it, if it has the name. What is to be decided on has its head looked at anyway. */
static int consider(struct counting *counting, const struct source *source,
		    const struct asst_sink *sink, size_t at)
{
	enum asst__name_verdict verdict = ASST__NAME_PASSES;
	const char *key;
	size_t size;

	if (counting->query->name.text) {
		key = asst_sink_key(sink, at, &size);
		verdict = asst__query_judge(counting->query,
					    (struct asst__string){ key + source->prefix,
								   size - source->prefix });
	}
	if (verdict == ASST__NAME_FAILS)
		return ASST_OK;
	if (verdict == ASST__NAME_UNKNOWN && counting->query->call->actor->kind == ASST__PERSON)
		return put_off(counting, source, at);
	return meet(counting, source, sink, at);
}

/* Meet those of what was put off that have the name. */
static int meet_unknown(struct counting *counting, const struct asst_sink *sink)
{
	const struct unknown *unknown = counting->unknown;
	size_t i, count = counting->unknown_count;
	struct asst__names names;
	bool passes;
	int status = ASST_OK;

	asst__names_init(&names, &counting->query->name, counting->query->call);
	/* Nothing is decided later: a name is not to count that came after the right had gone. */
	names.right = &counting->query->right;
	for (i = 0; i < count && status == ASST_OK; i++)
		status = asst__names_add(&names, id_of(sink, unknown[i].at));
	if (status == ASST_OK)
		status = asst__names_load(&names);
	for (i = 0; i < count && status == ASST_OK; i++) {
		status = asst__names_next(&passes, &names);
		if (status == ASST_OK && passes)
			status = meet(counting, unknown[i].source, sink, unknown[i].at);
	}
	counting->unknown_count = 0;
	asst__names_dispose(&names);
	return status;
}

/* Everything that one scan gave of a source, which begins behind it from then on. */
static int take(struct counting *counting, struct source *source, const struct asst_sink *sink,
		size_t *at, size_t index, size_t limit)
{
	size_t size = 0, count = 0;
	int status = ASST_OK;

	for (; status == ASST_OK && *at < asst_sink_count(sink) && sink->items[*at].index == index;
	     ++*at, count++) {
		asst_sink_key(sink, *at, &size);
		if (size <= source->prefix + ASST__UUID_BYTES || size >= sizeof(source->from.bytes))
			return asst__fail(counting->query->call->err, ASST_ECORRUPT,
					  "an index entry is damaged");
		status = consider(counting, source, sink, *at);
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
	struct asst__call *call = counting->query->call;
	size_t i, at = 0, index = 0, limit = 1 + STEP / open;
	struct asst_ranges ranges;
	struct asst_sink sink;
	struct source *source;
	uint64_t sequence;
	int status = ASST_OK;

	asst__ranges_init(&ranges, &call->store->mem, asst__query_sees_all(counting->query));
	asst__sink_init(&sink, &call->store->mem);
	for (i = 0; i < counting->source_count && status == ASST_OK; i++) {
		source = &counting->sources[i];
		if (!source->ended)
			status = asst_ranges_add(&ranges, source->from.bytes, source->from.size,
						 source->to.bytes, source->to.size, limit, 0,
						 call->err);
	}
	if (status == ASST_OK)
		status = asst__call_scan(call, &ranges, &sink, &sequence);
	for (i = 0; i < counting->source_count && status == ASST_OK; i++) {
		if (!counting->sources[i].ended)
			status = take(counting, &counting->sources[i], &sink, &at, index++, limit);
	}
	if (status == ASST_OK && counting->unknown_count)
		status = meet_unknown(counting, &sink);
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
	counting->source_room = 2 * most;
	for (i = 0; i < counting->source_room; i++) {
		class = i % 2 ? ASST__CLASS_READ : ASST__CLASS_WRITE;
		if (class == ASST__CLASS_READ && !asst__query_reads(counting->query))
			continue;
		source = &counting->sources[counting->source_count++];
		principal = asst__query_principal(counting->query, i / 2, &source->member);
		asst__key_index_prefix(&source->from, principal, class,
				       counting->query->name.text ? ASST__SORT_KEY_NAME :
								    ASST__SORT_KEY_CREATED);
		source->prefix = source->from.size;
		source->to = source->from;
		asst__key_end(&source->to);
	}
	return ASST_OK;
}

/* What the creator of a credential has is in no entry: each is decided on. */
static int decide_on(struct counting *counting, unsigned char (*ids)[ASST__UUID_BYTES],
		     size_t count)
{
	struct asst__call *call = counting->query->call;
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
		status = asst__call_get(call, &keys, &sink, &sequence);
	for (i = 0; i < count && status == ASST_OK; i++) {
		status = asst__loaded_take(&loaded, &sink, 2 * i, false, call->err);
		asst__decide(&loaded.decision, counting->query->right, call->actor, &loaded.object,
			     call->now);
		counting->allowed += status == ASST_OK && loaded.decision.status == ASST_OK &&
				     asst__name_filter_passes(
					     &counting->query->name,
					     asst__view_text(&loaded.head.view, ASST__HEAD_NAME));
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
	for (i = 0; i < counting->met.room && counting->allowed <= COUNT_MOST && status == ASST_OK;
	     i++) {
		if (!asst__met_is_empty(&counting->met.items[i]))
			memcpy(ids[count++], counting->met.items[i].id, ASST__UUID_BYTES);
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

	asst__free(mem, counting->sources, counting->source_room * sizeof(*counting->sources));
	asst__met_dispose(&counting->met, mem);
	asst__free(mem, counting->unknown, counting->unknown_room * sizeof(*counting->unknown));
	asst__name_filter_dispose(&counting->query->name, mem);
}

static int read_options(struct asst__query *query, const char *options, size_t size)
{
	struct asst__view view;
	asst_buf *record = NULL;
	int status = asst__options_read(&record, &view, &asst__count_schema, options, size,
					query->call);

	if (status == ASST_OK)
		status = asst__query_right(query, asst__view_text(&view, ASST__COUNT_RIGHT));
	if (status == ASST_OK)
		status = asst__name_filter_init(&query->name,
						asst__view_text(&view, ASST__COUNT_NAME),
						&query->call->store->mem, query->call->err);
	query->sort = query->name.text ? ASST__SORT_NAME : ASST__SORT_CREATED;
	asst_buf_free(record);
	return status;
}

static int try_count(struct counting *counting, const char *options, size_t size)
{
	int status = asst__query_gates(counting->query);

	if (status == ASST_OK)
		status = read_options(counting->query, options, size);
	return status == ASST_OK ? count_all(counting) : status;
}

/* From the begin where the caller's rights changed meanwhile. */
static int count_still(uint64_t *count, int *more, struct asst__call *call, const char *options,
		       size_t size)
{
	const struct asst__identity *identity;
	struct asst__query query;
	struct counting counting;
	int status;

	do {
		identity = call->identity;
		memset(&query, 0, sizeof(query));
		memset(&counting, 0, sizeof(counting));
		query.call = call;
		counting.query = &query;
		status = try_count(&counting, options, size);
		dispose(&counting);
	} while (status == ASST_OK && call->identity != identity);
	if (status != ASST_OK)
		return status;
	*count = counting.allowed < COUNT_MOST ? counting.allowed : COUNT_MOST;
	if (more)
		*more = counting.allowed > COUNT_MOST;
	return ASST_OK;
}

int asst_assistant_count(uint64_t *count, int *more, asst_session *session, const char *options,
			 size_t size, asst_error *err)
{
	struct asst__call call;
	int status;

	if (count)
		*count = 0;
	if (more)
		*more = 0;
	status = asst__call_begin(&call, session, err);
	if (status != ASST_OK)
		return status;
	status = count ? count_still(count, more, &call, options, size) :
			 asst__fail(err, ASST_EINVAL, "needs a place for the count");
	asst__call_end(&call);
	return status;
}
