/* SPDX-License-Identifier: MIT */
/*
 * Lists: one scan over the index entries of all principals that a session stands for, merged
 * in order, and one get of what they name. Each is decided on as when asked for by itself.
 */
#include "service/list.h"
#include "service/page.h"

#include <assistant/trash.h>

#include <string.h>

int asst__list_new(asst_list **list, size_t count, const struct asst__mem *mem, asst_error *err)
{
	asst_list *made = asst__alloc_zeroed(mem, sizeof(*made));

	*list = NULL;
	if (!made)
		return asst__fail_nomem(err);
	made->mem = *mem;
	made->items = asst__alloc_zeroed(mem, count * sizeof(*made->items));
	if (!made->items) {
		asst__free(mem, made, sizeof(*made));
		return asst__fail_nomem(err);
	}
	made->count = made->room = count;
	*list = made;
	return ASST_OK;
}

void asst_list_free(asst_list *list)
{
	struct asst__mem mem;
	size_t i;

	if (!list)
		return;
	mem = list->mem;
	for (i = 0; i < list->count; i++)
		asst_assistant_free(list->items[i]);
	asst__free(&mem, list->items, list->room * sizeof(*list->items));
	asst__free_text(&mem, list->cursor);
	asst__free_text(&mem, list->feed_cursor);
	asst__free(&mem, list, sizeof(*list));
}

size_t asst_list_count(const asst_list *list)
{
	return list->count;
}

asst_assistant *asst_list_at(const asst_list *list, size_t i)
{
	return i < list->count ? list->items[i] : NULL;
}

const char *asst_list_feed_cursor(const asst_list *list)
{
	return list->feed_cursor;
}

const char *asst_list_cursor(const asst_list *list)
{
	return list->cursor;
}

static const char sort_keys[] = { [ASST__SORT_UPDATED] = ASST__SORT_KEY_UPDATED,
				  [ASST__SORT_CREATED] = ASST__SORT_KEY_CREATED,
				  [ASST__SORT_NAME] = ASST__SORT_KEY_NAME };

static int read_query(struct asst__query *query, const struct asst__view *view)
{
	const struct asst__call *call = query->call;
	struct asst__string cursor = asst__view_text(view, ASST__QUERY_CURSOR);
	struct asst__string right = asst__view_text(view, ASST__QUERY_RIGHT);
	int64_t limit = asst__view_int(view, ASST__QUERY_LIMIT, 50);
	int which = right.text ? asst__right_find(right.text) : ASST__RIGHT_READ;

	query->sort_choice = asst__view_choice(view, ASST__QUERY_SORT, 1);
	query->sort = query->sort_choice / 2;
	query->reverse = query->sort_choice % 2 == 1;
	query->whole = asst__view_choice(view, ASST__QUERY_VIEW, 0) == 1;
	if (which < 0 || asst__rights[which].level == ASST_LEVEL_NONE) {
		asst__error_add_issue(call->err, "choice", "/right",
				      "must be a right on an assistant");
		return asst__fail(call->err, ASST_EVALIDATION,
				  "no right on an assistant has this name");
	}
	query->right = (enum asst__right)which;
	if (asst__page_limit(&query->limit, limit, call) != ASST_OK)
		return ASST_ELIMIT;
	if (cursor.text && !asst__cursor_read(&query->place, cursor, query->sort_choice,
					      (unsigned)query->right, call->session))
		return asst__cursor_fault(call->err);
	return ASST_OK;
}

static int parse_query(struct asst__query *query, const char *options, size_t size)
{
	struct asst__view view;
	asst_buf *record = NULL;
	int status = asst__options_read(&record, &view, &asst__query_schema, options, size,
					query->call);

	if (status == ASST_OK)
		status = read_query(query, &view);
	asst_buf_free(record);
	return status;
}

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

static int add_ranges(struct asst_ranges *ranges, const struct asst__query *query)
{
	const struct asst__actor *actor = query->call->actor;
	bool all = actor->system || actor->superuser;
	bool reads = asst__rights[query->right].level < ASST_LEVEL_WRITE && !query->trash;
	size_t i, count = all ? 1 : actor->count;
	struct asst__string principal = ASST__STRING("*");
	int status = ASST_OK;

	for (i = 0; i < count && status == ASST_OK; i++) {
		if (!all)
			principal = actor->memberships[i].principal;
		status = add_range(ranges, query, principal,
				   query->trash ? ASST__CLASS_TRASH : ASST__CLASS_WRITE);
		if (status == ASST_OK && reads)
			status = add_range(ranges, query, principal, ASST__CLASS_READ);
	}
	return status;
}

int asst__list_note_feed(asst_list *list, const struct asst__call *call, uint64_t sequence)
{
	if (list->feed_cursor)
		return ASST_OK;
	list->feed_cursor = asst__feed_cursor_write(sequence, call->workspace, &list->mem);
	return list->feed_cursor ? ASST_OK : asst__fail_nomem(call->err);
}

static int scan(asst_list *list, struct asst__found *found, struct asst__query *query)
{
	const struct asst__call *call = query->call;
	const struct asst__mem *mem = &call->store->mem;
	struct asst_ranges ranges;
	struct asst_sink sink;
	uint64_t sequence;
	int status;

	asst__ranges_init(&ranges, mem, 0);
	asst__sink_init(&sink, mem);
	status = add_ranges(&ranges, query);
	if (status == ASST_OK)
		status = asst__backend_scan(&call->store->backend, call->workspace, &ranges, &sink,
					    &sequence, call->err);
	if (status == ASST_OK)
		status = asst__list_note_feed(list, call, sequence);
	if (status == ASST_OK)
		status = asst__page_merge(found, query, &ranges, &sink);
	asst__sink_dispose(&sink);
	asst__ranges_dispose(&ranges);
	return status;
}

static const unsigned char *id_of(const struct asst__place *place)
{
	return place->bytes + place->size - ASST__UUID_BYTES;
}

/* Append what was found at i, if the session has the right on it. */
static int take(asst_list *list, struct asst__query *query, const struct asst_sink *sink, size_t i,
		const struct asst__place *place)
{
	const struct asst__call *call = query->call;
	size_t parts = query->whole ? 3 : 2;
	struct asst__loaded loaded;
	int status;

	status = asst__loaded_take(&loaded, sink, i * parts, query->whole, call->err);
	if (status == ASST_OK) {
		loaded.trash = query->trash;
		asst__loaded_describe(&loaded);
		asst__decide(&loaded.decision, query->right, call->actor, &loaded.object,
			     call->now);
		if (loaded.decision.status == ASST_OK) {
			status = asst__assistant_make(&list->items[list->count], &loaded,
						      query->whole, call);
			list->count += status == ASST_OK;
			if (list->count == query->limit)
				query->last = *place;
		}
	}
	asst__loaded_dispose(&loaded);
	return status;
}

static int load(asst_list *list, struct asst__query *query, const struct asst__found *found)
{
	const struct asst__call *call = query->call;
	struct asst_keys keys;
	struct asst_sink sink;
	size_t i, count = found->count;
	uint64_t sequence;
	int status = ASST_OK;

	if (!count)
		return ASST_OK;
	asst__keys_init(&keys, &call->store->mem);
	asst__sink_init(&sink, &call->store->mem);
	for (i = 0; i < count && status == ASST_OK; i++)
		status = asst__keys_add_object(&keys, id_of(&found->places[i]), query->whole,
					       call->err);
	if (status == ASST_OK)
		status = asst__backend_get(&call->store->backend, call->workspace, &keys, &sink,
					   &sequence, call->err);
	/* Of a token's list nothing was scanned. */
	if (status == ASST_OK)
		status = asst__list_note_feed(list, call, sequence);
	for (i = 0; i < count && status == ASST_OK && list->count <= query->limit; i++)
		status = take(list, query, &sink, i, &found->places[i]);
	asst__sink_dispose(&sink);
	asst__keys_dispose(&keys);
	return status;
}

/* Larger steps where much was left out, so that a page never takes many calls. */
#define STEP_MOST 4096
/* And more at once, where much of what was found may not be shown. */
#define WANTED_MOST 512

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

static int find(asst_list *list, struct asst__found *found, struct asst__query *query)
{
	int status = ASST_OK;

	found->count = 0;
	if (query->call->actor->kind == ASST__TOKEN)
		return find_only(found, query);
	while (status == ASST_OK && found->count < query->wanted && !query->ended) {
		status = scan(list, found, query);
		query->step = query->step * 8 < STEP_MOST ? query->step * 8 : STEP_MOST;
	}
	return status;
}

/* The one item too many tells that there is another page, and is shown there. */
static int end_page(asst_list *list, const struct asst__query *query)
{
	const struct asst__call *call = query->call;

	if (list->count <= query->limit)
		return ASST_OK;
	asst_assistant_free(list->items[--list->count]);
	list->items[list->count] = NULL;
	list->cursor = asst__cursor_write(&query->last, query->sort_choice, (unsigned)query->right,
					  call->session, &list->mem);
	return list->cursor ? ASST_OK : asst__fail_nomem(call->err);
}

/*
 * One scan and one get, unless many entries give no right any more. What is found counts
 * only when it was decided on: neither its place nor that it is there shows in a cursor.
 */
static int fill(asst_list *list, struct asst__query *query)
{
	struct asst__found found = { 0, 0, NULL };
	int status = ASST_OK;

	query->step = query->wanted = query->limit + 1;
	while (status == ASST_OK && list->count <= query->limit && !query->ended) {
		status = find(list, &found, query);
		if (status == ASST_OK)
			status = load(list, query, &found);
		if (query->wanted < WANTED_MOST)
			query->wanted = query->wanted < WANTED_MOST / 4 ? query->wanted * 4 :
									  WANTED_MOST;
	}
	if (status == ASST_OK)
		status = end_page(list, query);
	asst__free(&query->call->store->mem, found.places, found.room * sizeof(*found.places));
	return status;
}

static int check_gates(const struct asst__query *query)
{
	static const struct asst__object nothing;
	const struct asst__call *call = query->call;
	struct asst__decision decision;

	asst__decide(&decision, ASST__RIGHT_READ, call->actor, &nothing, call->now);
	return decision.status == ASST_EDENIED ?
		       asst__decision_fail(&decision, ASST__RIGHT_READ, call->err) : ASST_OK;
}

/* Fill a list by a query that was read. */
static int run_query(asst_list **list, struct asst__query *query)
{
	asst_list *made = NULL;
	int status = asst__list_new(&made, query->limit + 1, &query->call->store->mem,
				    query->call->err);

	if (status == ASST_OK) {
		made->count = 0;
		status = fill(made, query);
	}
	if (status == ASST_OK)
		*list = made;
	else
		asst_list_free(made);
	return status;
}

static int list_with(asst_list **list, asst_session *session, const char *options, size_t size,
		     int (*parse)(struct asst__query *query, const char *options, size_t size),
		     asst_error *err)
{
	struct asst__call call;
	struct asst__query query;
	int status;

	if (list)
		*list = NULL;
	status = asst__call_begin(&call, session, err);
	if (status != ASST_OK)
		return status;
	memset(&query, 0, sizeof(query));
	query.call = &call;
	status = list ? check_gates(&query) :
			asst__fail(err, ASST_EINVAL, "needs a place for the list");
	if (status == ASST_OK)
		status = parse(&query, options, size);
	if (status == ASST_OK)
		status = run_query(list, &query);
	asst__call_end(&call);
	return status;
}

int asst_assistant_list(asst_list **list, asst_session *session, const char *options, size_t size,
			asst_error *err)
{
	return list_with(list, session, options, size, parse_query, err);
}

/* What was deleted last comes first: the index has the time of that in place of the change. */
static int parse_trash_query(struct asst__query *query, const char *options, size_t size)
{
	struct asst__view view;
	struct asst__string cursor;
	asst_buf *record = NULL;
	int status = asst__options_read(&record, &view, &asst__page_schema, options, size,
					query->call);

	if (status == ASST_OK)
		status = asst__page_limit(&query->limit,
					  asst__view_int(&view, ASST__PAGE_LIMIT, 50), query->call);
	query->trash = true;
	query->right = ASST__RIGHT_RESTORE;
	query->sort = ASST__SORT_UPDATED;
	query->sort_choice = ASST__CURSOR_TRASH;
	query->reverse = true;
	if (status == ASST_OK) {
		cursor = asst__view_text(&view, ASST__PAGE_CURSOR);
		if (cursor.text &&
		    !asst__cursor_read(&query->place, cursor, query->sort_choice,
				       (unsigned)query->right, query->call->session))
			status = asst__cursor_fault(query->call->err);
	}
	asst_buf_free(record);
	return status;
}

int asst_trash_list(asst_list **list, asst_session *session, const char *options, size_t size,
		    asst_error *err)
{
	return list_with(list, session, options, size, parse_trash_query, err);
}
