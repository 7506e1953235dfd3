/* SPDX-License-Identifier: MIT */
/* Finding drafts, one's own or those of an assistant, and copying somebody else's. */
#include "service/cursor.h"
#include "service/draft_handle.h"
#include "service/list.h"

#include <string.h>

struct listing {
	struct asst__call *call;
	asst_buf *options;
	size_t limit;
	struct asst__place place; /* a byte and the draft's id; size 0: the begin */
	unsigned char last[ASST__UUID_BYTES]; /* the id of the last draft that is listed */
	bool more;                            /* the caller may read one behind it, too */
	/* of one assistant's drafts: */
	const char *assistant_id; /* NULL: the caller's own */
	struct asst__loaded assistant;
	asst_list *list;
};

/* Places in this list: 'd' and the draft's own id. */
#define PLACE_BYTES (1 + ASST__UUID_BYTES)

static void set_place(struct listing *listing, const unsigned char *draft_id)
{
	listing->place.bytes[0] = 'd';
	memcpy(listing->place.bytes + 1, draft_id, ASST__UUID_BYTES);
	listing->place.size = PLACE_BYTES;
}

static int end_page(struct listing *listing)
{
	const struct asst__call *call = listing->call;

	if (!listing->more)
		return ASST_OK;
	set_place(listing, listing->last);
	listing->list->cursor = asst__cursor_write(&listing->place, ASST__CURSOR_DRAFTS, 0,
						   call->session, &listing->list->mem);
	return listing->list->cursor ? ASST_OK : asst__fail_nomem(call->err);
}

/* Append a draft, if the caller may read it. Takes what it needs from loaded. */
static int append(struct listing *listing, struct asst__loaded *loaded)
{
	const struct asst__call *call = listing->call;
	const struct asst__actor *actor = call->actor;
	asst_list *list = listing->list;
	struct asst__string id;
	int status;

	loaded->named_draft = true;
	asst__decide(&loaded->decision, ASST__RIGHT_READ, actor, &loaded->object, call->now);
	if (loaded->decision.status != ASST_OK || !loaded->draft.buf)
		return ASST_OK;
	if (loaded->decision.level_held < ASST_LEVEL_MANAGE &&
	    !asst__same(asst__view_text(&loaded->draft.view, ASST__DRAFT_PRINCIPAL),
			actor->principal))
		return ASST_OK;
	/* One too many tells that there is another page, and is shown there. */
	listing->more = list->count == listing->limit;
	if (listing->more)
		return ASST_OK;
	status = asst__assistant_make(&list->items[list->count], loaded, true, call);
	list->count += status == ASST_OK;
	id = asst__view_text(&loaded->draft.view, ASST__DRAFT_ID);
	if (status == ASST_OK && !asst__uuid_read(listing->last, id.text, id.size))
		status = asst__fail(call->err, ASST_ECORRUPT, "a draft is damaged");
	return status;
}

/* Own drafts: the keys say which assistants they are of. */

static int add_own_keys(struct asst_keys *keys, const struct listing *listing,
			const struct asst_sink *found, size_t count)
{
	struct asst__string principal = listing->call->actor->principal;
	struct asst__key key;
	size_t i;
	int status = ASST_OK;

	for (i = 0; i < count && status == ASST_OK; i++) {
		const asst_buf *value = asst_sink_value(found, i);
		const unsigned char *id = (const unsigned char *)asst_buf_data(value);

		if (asst_buf_size(value) != ASST__UUID_BYTES)
			return asst__fail(listing->call->err, ASST_ECORRUPT,
					  "the index of drafts is damaged");
		status = asst__keys_add_object(keys, id, false, listing->call->err);
		asst__key_draft(&key, id, principal);
		if (status == ASST_OK)
			status = asst_keys_add(keys, key.bytes, key.size, listing->call->err);
	}
	return status;
}

static int take_own(struct listing *listing, const struct asst_sink *sink, size_t i)
{
	struct asst__loaded loaded;
	int status = asst__loaded_take(&loaded, sink, 3 * i, false, listing->call->err);

	if (status == ASST_OK)
		status = asst__part_take(&loaded.draft, sink, 3 * i + 2, &asst__draft_schema,
					 listing->call->err);
	if (status == ASST_OK)
		status = append(listing, &loaded);
	asst__loaded_dispose(&loaded);
	return status;
}

static int load_own(struct listing *listing, const struct asst_sink *found, size_t count)
{
	struct asst__call *call = listing->call;
	struct asst_keys keys;
	struct asst_sink sink;
	uint64_t sequence;
	size_t i;
	int status;

	asst__keys_init(&keys, &call->store->mem);
	asst__sink_init(&sink, &call->store->mem);
	status = add_own_keys(&keys, listing, found, count);
	if (status == ASST_OK && count)
		status = asst__call_get(call, &keys, &sink, &sequence);
	/* The call may have been renewed. */
	if (status == ASST_OK)
		status = asst__read_gates(call);
	for (i = 0; i < count && status == ASST_OK && !listing->more; i++)
		status = take_own(listing, &sink, i);
	asst__sink_dispose(&sink);
	asst__keys_dispose(&keys);
	return status;
}

static int scan_own(struct listing *listing, struct asst_sink *sink)
{
	const struct asst__call *call = listing->call;
	struct asst__string principal = call->actor->principal;
	struct asst_ranges ranges;
	struct asst__key from, to;
	uint64_t sequence;
	int status;

	asst__key_own_draft(&from, principal, NULL);
	to = from;
	asst__key_end(&to);
	if (listing->place.size) {
		asst__key_own_draft(&from, principal, listing->place.bytes + 1);
		from.bytes[from.size++] = 0;
	}
	asst__ranges_init(&ranges, &call->store->mem, 0);
	status = asst_ranges_add(&ranges, from.bytes, from.size, to.bytes, to.size,
				 listing->limit + 1, 0, call->err);
	if (status == ASST_OK)
		status = asst__backend_scan(&call->store->backend, call->workspace, &ranges, sink,
					    &sequence, call->err);
	if (status == ASST_OK)
		status = asst__list_note_feed(listing->list, call, sequence);
	asst__ranges_dispose(&ranges);
	return status;
}

static int fill_own(struct listing *listing)
{
	struct asst_sink sink;
	const unsigned char *key;
	bool ended = false;
	size_t size;
	int status = ASST_OK;

	asst__sink_init(&sink, &listing->call->store->mem);
	/* Until the page is full: what may not be read any more leaves no trace in it. */
	while (status == ASST_OK && !ended && !listing->more) {
		asst__sink_clear(&sink);
		status = scan_own(listing, &sink);
		ended = sink.count <= listing->limit;
		if (status == ASST_OK)
			status = load_own(listing, &sink, sink.count);
		if (sink.count) {
			key = asst_sink_key(&sink, sink.count - 1, &size);
			set_place(listing, key + size - ASST__UUID_BYTES);
		}
	}
	asst__sink_dispose(&sink);
	return status == ASST_OK ? end_page(listing) : status;
}

/* Drafts of one assistant: they lie beside it, by principal; few, and sorted here by their ids. */

static int take_beside(struct listing *listing, const struct asst_sink *sink, size_t i)
{
	struct asst__loaded loaded;
	int status;

	memset(&loaded, 0, sizeof(loaded));
	loaded.head = listing->assistant.head;
	loaded.head.buf = asst_buf_ref(loaded.head.buf);
	loaded.acl = listing->assistant.acl;
	loaded.acl.buf = asst_buf_ref(loaded.acl.buf);
	asst__loaded_describe(&loaded);
	loaded.draft.buf = asst_buf_ref(asst_sink_value(sink, i));
	status = asst__view_open(&loaded.draft.view, &asst__draft_schema,
				 asst_buf_data(loaded.draft.buf), asst_buf_size(loaded.draft.buf),
				 listing->call->err);
	if (status == ASST_OK)
		status = append(listing, &loaded);
	asst__loaded_dispose(&loaded);
	return status;
}

static struct asst__string draft_id_at(const struct asst_sink *sink, size_t i)
{
	const asst_buf *value = asst_sink_value(sink, i);
	struct asst__view view;

	if (asst__view_open(&view, &asst__draft_schema, asst_buf_data(value), asst_buf_size(value),
			    NULL) != ASST_OK)
		return (struct asst__string){ NULL, 0 };
	return asst__view_text(&view, ASST__DRAFT_ID);
}

/* The next draft in the order of ids behind the place; SIZE_MAX: none. */
static size_t next_beside(const struct listing *listing, const struct asst_sink *sink)
{
	char place[ASST__UUID_TEXT + 1] = "";
	struct asst__string best = { NULL, 0 }, id;
	size_t i, found = SIZE_MAX;

	if (listing->place.size)
		asst__uuid_write(place, listing->place.bytes + 1);
	for (i = 0; i < sink->count; i++) {
		if (sink->items[i].index != asst__decided_count(listing->call))
			continue;
		id = draft_id_at(sink, i);
		if (!id.text || strcmp(id.text, place) <= 0 ||
		    (best.text && strcmp(id.text, best.text) > 0))
			continue;
		best = id;
		found = i;
	}
	return found;
}

static int take_page(struct listing *listing, const struct asst_sink *sink)
{
	unsigned char id[ASST__UUID_BYTES];
	struct asst__string text;
	size_t next = next_beside(listing, sink);
	int status = ASST_OK;

	while (status == ASST_OK && next != SIZE_MAX && !listing->more) {
		text = draft_id_at(sink, next);
		status = take_beside(listing, sink, next);
		if (!asst__uuid_read(id, text.text, text.size))
			return asst__fail(listing->call->err, ASST_ECORRUPT, "a draft is damaged");
		set_place(listing, id);
		next = next_beside(listing, sink);
	}
	return status == ASST_OK ? end_page(listing) : status;
}

static int fill_beside(struct listing *listing)
{
	struct asst__call *call = listing->call;
	struct asst_sink sink;
	int status;

	asst__sink_init(&sink, &call->store->mem);
	status = asst__decided_scan(&sink, &listing->assistant, call, listing->assistant_id,
				    ASST__RIGHT_READ, ASST__PART_DRAFT);
	/* The assistant was read before its drafts were. */
	if (status == ASST_OK)
		status = asst__list_note_feed(listing->list, call, listing->assistant.sequence);
	if (status == ASST_OK)
		status = take_page(listing, &sink);
	asst__sink_dispose(&sink);
	return status;
}

static int read_options(struct listing *listing, const char *options, size_t size)
{
	const struct asst__call *call = listing->call;
	struct asst__string cursor;
	struct asst__view view;
	int status = asst__options_read(&listing->options, &view, &asst__draft_page_schema, options,
					size, call);

	if (status == ASST_OK)
		status = asst__page_limit(&listing->limit,
					  asst__view_int(&view, ASST__PAGE_LIMIT, 50), call);
	if (status == ASST_OK) {
		cursor = asst__view_text(&view, ASST__PAGE_CURSOR);
		if (cursor.text &&
		    (!asst__cursor_read(&listing->place, cursor, ASST__CURSOR_DRAFTS, 0,
					call->session) ||
		     listing->place.size != PLACE_BYTES))
			status = asst__cursor_fault(call->err);
	}
	if (status == ASST_OK)
		listing->assistant_id = asst__view_text(&view, ASST__PAGE_ASSISTANT).text;
	return status;
}

int asst_draft_list(asst_list **list, asst_session *session, const char *options, size_t size,
		    asst_error *err)
{
	struct listing listing;
	struct asst__call call;
	int status;

	if (list)
		*list = NULL;
	status = asst__call_begin(&call, session, err);
	if (status != ASST_OK)
		return status;
	memset(&listing, 0, sizeof(listing));
	listing.call = &call;
	status = list ? asst__read_gates(&call) :
			asst__fail(err, ASST_EINVAL, "needs a place for the list");
	if (status == ASST_OK)
		status = read_options(&listing, options, size);
	if (status == ASST_OK)
		status = asst__list_new(&listing.list, listing.limit, &call.store->mem, err);
	if (status == ASST_OK) {
		listing.list->count = 0;
		status = listing.assistant_id ? fill_beside(&listing) : fill_own(&listing);
	}
	if (status == ASST_OK)
		*list = listing.list;
	else
		asst_list_free(listing.list);
	asst__loaded_dispose(&listing.assistant);
	asst_buf_free(listing.options);
	asst__call_end(&call);
	return status;
}

/* Copying */

struct copying {
	struct asst__opening opening; /* of the caller's own draft */
	const char *id; /* of the draft that is copied */
};

static int attempt_copy(void *context, struct asst__change *change, bool lost)
{
	struct copying *copying = context;
	struct asst__opening *opening = &copying->opening;
	struct asst__call *call = opening->call;
	struct asst__loaded other;
	struct asst__event event = { .action = "draft.copy" };
	struct asst__string id;
	struct asst__key key;
	int status;

	(void)lost;
	asst__loaded_dispose(&opening->loaded);
	call->want_draft = false;
	status = asst__locate(&other, call, copying->id, ASST__RIGHT_READ);
	call->want_draft = true;
	if (status == ASST_OK && !other.named_draft)
		status = asst__fail(call->err, ASST_ECONFLICT,
				    "the id is an assistant's: open its draft");
	if (status == ASST_OK) {
		id = asst__view_text(&other.head.view, ASST__HEAD_ID);
		status = asst__locate(&opening->loaded, call, id.text, ASST__RIGHT_DRAFT);
	}
	if (status == ASST_OK)
		status = asst__draft_open(
			opening, change, asst__view_text(&other.draft.view, ASST__DRAFT_DEF),
			asst__view_int(&other.draft.view, ASST__DRAFT_BASE_VERSION, 0), &event);
	if (status == ASST_OK) {
		/* While it is there, so is the version that both are based on. */
		asst__key_draft(&key, other.id,
				asst__view_text(&other.draft.view, ASST__DRAFT_PRINCIPAL));
		asst__change_check(change, &key, other.draft.sequence);
	}
	asst__loaded_dispose(&other);
	return status;
}

int asst_draft_copy(asst_draft **draft, asst_session *session, const char *id, uint64_t revision,
		    uint32_t flags, asst_error *err)
{
	struct copying copying;
	struct asst__call call;
	int status;

	if (draft)
		*draft = NULL;
	status = asst__call_begin(&call, session, err);
	if (status != ASST_OK)
		return status;
	memset(&copying, 0, sizeof(copying));
	call.want_draft = true;
	copying.opening.call = &call;
	copying.opening.id = copying.id = id;
	copying.opening.replace = (flags & ASST_DRAFT_REPLACE) != 0;
	copying.opening.revision = revision;
	status = asst__flags_check(flags, ASST_DRAFT_REPLACE, err);
	if (status == ASST_OK)
		status = asst__draft_run(draft, &copying.opening, session, "draft.copy",
					 attempt_copy);
	asst__call_end(&call);
	return status;
}
