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

static int read_query(struct asst__query *query, const struct asst__view *view)
{
	const struct asst__call *call = query->call;
	struct asst__string cursor = asst__view_text(view, ASST__QUERY_CURSOR);
	int64_t limit = asst__view_int(view, ASST__QUERY_LIMIT, 50);
	int status;

	query->sort_choice = asst__view_choice(view, ASST__QUERY_SORT, 1);
	query->sort = query->sort_choice / 2;
	query->reverse = query->sort_choice % 2 == 1;
	query->whole = asst__view_choice(view, ASST__QUERY_VIEW, 0) == 1;
	status = asst__query_right(query, asst__view_text(view, ASST__QUERY_RIGHT));
	if (status == ASST_OK)
		status = asst__name_filter_init(&query->name,
						asst__view_text(view, ASST__QUERY_NAME),
						&call->store->mem, call->err);
	if (status != ASST_OK)
		return status;
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

int asst__list_note_feed(asst_list *list, const struct asst__call *call, uint64_t sequence)
{
	if (list->feed_cursor)
		return ASST_OK;
	list->feed_cursor = asst__feed_cursor_write(sequence, call->workspace, &list->mem);
	return list->feed_cursor ? ASST_OK : asst__fail_nomem(call->err);
}

/* Whether the session has the right on it, and it has the name now: its key may be of another. */
static bool fits(struct asst__loaded *loaded, const struct asst__query *query)
{
	const struct asst__call *call = query->call;

	loaded->trash = query->trash;
	asst__loaded_describe(loaded);
	asst__decide(&loaded->decision, query->right, call->actor, &loaded->object, call->now);
	return loaded->decision.status == ASST_OK &&
	       asst__name_filter_passes(&query->name,
					asst__view_text(&loaded->head.view, ASST__HEAD_NAME));
}

/* Append what was found at i, if it fits. */
static int take(asst_list *list, struct asst__query *query, const struct asst_sink *sink, size_t i,
		const struct asst__place *place)
{
	const struct asst__call *call = query->call;
	size_t parts = query->whole ? 3 : 2;
	struct asst__loaded loaded;
	int status;

	status = asst__loaded_take(&loaded, sink, i * parts, query->whole, call->err);
	if (status == ASST_OK && fits(&loaded, query)) {
		status = asst__assistant_make(&list->items[list->count], &loaded, query->whole,
					      call);
		list->count += status == ASST_OK;
		if (list->count == query->limit)
			query->last = *place;
	}
	asst__loaded_dispose(&loaded);
	return status;
}

static int load(asst_list *list, struct asst__query *query, const struct asst__place *places,
		size_t count)
{
	struct asst__call *call = query->call;
	struct asst_keys keys;
	struct asst_sink sink;
	uint64_t sequence;
	size_t i;
	int status = ASST_OK;

	asst__keys_init(&keys, &call->store->mem);
	asst__sink_init(&sink, &call->store->mem);
	for (i = 0; i < count && status == ASST_OK; i++)
		status = asst__keys_add_object(&keys, asst__place_id(&places[i]), query->whole,
					       call->err);
	if (status == ASST_OK)
		status = asst__call_get(call, &keys, &sink, &sequence);
	/* Of a token's list nothing was scanned. */
	if (status == ASST_OK)
		status = asst__list_note_feed(list, call, sequence);
	for (i = 0; i < count && status == ASST_OK && list->count <= query->limit; i++)
		status = take(list, query, &sink, i, &places[i]);
	asst__sink_dispose(&sink);
	asst__keys_dispose(&keys);
	return status;
}

static enum asst__name_verdict judge(const struct asst__query *query,
				     const struct asst__place *place)
{
	return asst__query_judge(query, (struct asst__string){ (const char *)place->bytes,
							       place->size });
}

/*
 * Keep what has the name, where its key does not tell. Only that is loaded, with all that a
 * page shows of it.
 */
static int winnow(struct asst__found *found, const struct asst__query *query)
{
	struct asst__names names;
	size_t i, kept = 0;
	bool passes;
	int status = ASST_OK;

	asst__names_init(&names, &query->name, query->call);
	for (i = 0; i < found->count && status == ASST_OK; i++) {
		if (judge(query, &found->places[i]) == ASST__NAME_UNKNOWN)
			status = asst__names_add(&names, asst__place_id(&found->places[i]));
	}
	if (status == ASST_OK)
		status = asst__names_load(&names);
	for (i = 0; i < found->count && status == ASST_OK; i++) {
		passes = true;
		if (judge(query, &found->places[i]) == ASST__NAME_UNKNOWN)
			status = asst__names_next(&passes, &names);
		if (passes)
			found->places[kept++] = found->places[i];
	}
	found->count = kept;
	asst__names_dispose(&names);
	return status;
}

/*
 * And more at once, where much of what was found may not be shown; more yet, where a name is
 * looked for among what was found.
 */
#define WANTED_MOST 512
#define WINNOWED_MOST 4096

static int load_all(asst_list *list, struct asst__query *query, const struct asst__found *found)
{
	size_t most = query->limit < WANTED_MOST ? WANTED_MOST : query->limit + 1, at, count;
	int status = ASST_OK;

	for (at = 0; at < found->count && list->count <= query->limit && status == ASST_OK;
	     at += count) {
		count = found->count - at < most ? found->count - at : most;
		status = load(list, query, found->places + at, count);
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
	size_t most = query->name.text ? WINNOWED_MOST : WANTED_MOST;
	int status = ASST_OK;

	query->step = query->wanted = query->limit + 1;
	while (status == ASST_OK && list->count <= query->limit && !query->ended) {
		status = asst__query_find(&found, query);
		if (status == ASST_OK && query->scanned)
			status = asst__list_note_feed(list, query->call, query->sequence);
		if (status == ASST_OK && query->name.text)
			status = winnow(&found, query);
		if (status == ASST_OK)
			status = load_all(list, query, &found);
		if (query->wanted < most)
			query->wanted = query->wanted < most / 4 ? query->wanted * 4 : most;
	}
	if (status == ASST_OK)
		status = end_page(list, query);
	asst__free(&query->call->store->mem, found.places, found.room * sizeof(*found.places));
	return status;
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

typedef int (*parser)(struct asst__query *query, const char *options, size_t size);

static int try_list(asst_list **list, struct asst__call *call, const char *options, size_t size,
		    parser parse)
{
	struct asst__query query;
	int status;

	memset(&query, 0, sizeof(query));
	query.call = call;
	status = asst__query_gates(&query);
	if (status == ASST_OK)
		status = parse(&query, options, size);
	if (status == ASST_OK)
		status = run_query(list, &query);
	asst__name_filter_dispose(&query.name, &call->store->mem);
	return status;
}

/* From the begin where the caller's rights changed meanwhile: by others other entries are found. */
static int list_still(asst_list **list, struct asst__call *call, const char *options, size_t size,
		      parser parse)
{
	const struct asst__identity *identity;
	int status;

	do {
		identity = call->identity;
		asst_list_free(*list);
		*list = NULL;
		status = try_list(list, call, options, size, parse);
	} while (status == ASST_OK && call->identity != identity);
	return status;
}

static int list_with(asst_list **list, asst_session *session, const char *options, size_t size,
		     parser parse, asst_error *err)
{
	struct asst__call call;
	int status;

	if (list)
		*list = NULL;
	status = asst__call_begin(&call, session, err);
	if (status != ASST_OK)
		return status;
	status = list ? list_still(list, &call, options, size, parse) :
			asst__fail(err, ASST_EINVAL, "needs a place for the list");
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
