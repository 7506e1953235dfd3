/* SPDX-License-Identifier: MIT */
/* API keys: listing them. */
#include "service/api_keys.h"
#include "service/cursor.h"

#include <assistant/credential.h>

#include <string.h>

struct listing {
	struct asst__call *call;
	bool all;
	char uid[ASST__UUID_TEXT + 1]; /* of the caller */
	size_t limit, written;
	bool more; /* there is one behind the page that the caller sees */
	unsigned char after[ASST__UUID_BYTES]; /* what was looked at last */
	bool has_after;
	unsigned char last[ASST__UUID_BYTES]; /* what was written last */
	struct asst__text text;
};

/* Places in this list: 'k' and the id. */
#define PLACE_BYTES (1 + ASST__UUID_BYTES)

static int read_options(struct listing *listing, const char *options, size_t size)
{
	const struct asst__call *call = listing->call;
	struct asst__place place;
	struct asst__string cursor;
	struct asst__view view;
	asst_buf *record = NULL;
	int status = asst__options_read(&record, &view, &asst__page_schema, options, size, call);

	if (status == ASST_OK)
		status = asst__page_limit(&listing->limit,
					  asst__view_int(&view, ASST__PAGE_LIMIT, 50), call);
	if (status == ASST_OK) {
		cursor = asst__view_text(&view, ASST__PAGE_CURSOR);
		listing->has_after = cursor.text != NULL;
		if (cursor.text &&
		    (!asst__cursor_read(&place, cursor, ASST__CURSOR_KEYS, 0, call->session) ||
		     place.size != PLACE_BYTES))
			status = asst__cursor_fault(call->err);
		else if (cursor.text)
			memcpy(listing->after, place.bytes + 1, ASST__UUID_BYTES);
	}
	asst_buf_free(record);
	return status;
}

static void key_of(struct asst__key *key, const struct listing *listing, const unsigned char *id)
{
	if (listing->all)
		asst__key_api(key, id);
	else
		asst__key_api_of(key, listing->call->actor->principal, id);
}

static int scan(struct listing *listing, struct asst_sink *sink)
{
	const struct asst__call *call = listing->call;
	struct asst_ranges ranges;
	struct asst__key from, to;
	uint64_t sequence;
	int status;

	key_of(&from, listing, NULL);
	to = from;
	asst__key_end(&to);
	if (listing->has_after) {
		key_of(&from, listing, listing->after);
		from.bytes[from.size++] = 0;
	}
	asst__ranges_init(&ranges, &call->store->mem, 1);
	status = asst_ranges_add(&ranges, from.bytes, from.size, to.bytes, to.size,
				 listing->limit + 1, 0, call->err);
	if (status == ASST_OK)
		status = asst__backend_scan(&call->store->backend, call->workspace, &ranges, sink,
					    &sequence, call->err);
	asst__ranges_dispose(&ranges);
	return status;
}

static const unsigned char *id_at(const struct asst_sink *sink, size_t i)
{
	size_t size;
	const unsigned char *key = asst_sink_key(sink, i, &size);

	return key + size - ASST__UUID_BYTES;
}

/* One too many tells that there is another page, and is shown there. */
static void write_key(struct listing *listing, const struct asst__view *key,
		      const unsigned char *id)
{
	listing->more = listing->written == listing->limit;
	if (listing->more)
		return;
	if (listing->written++)
		asst__text_add_char(&listing->text, ',');
	asst__api_key_write(&listing->text, key, NULL);
	memcpy(listing->last, id, ASST__UUID_BYTES);
}

static int write_keys(struct listing *listing, const struct asst_sink *found, size_t count)
{
	struct asst__call *call = listing->call;
	struct asst_keys keys;
	struct asst_sink sink;
	struct asst__key key;
	struct asst__part part;
	uint64_t sequence;
	size_t i;
	int status = ASST_OK;

	asst__keys_init(&keys, &call->store->mem);
	asst__sink_init(&sink, &call->store->mem);
	for (i = 0; i < count && status == ASST_OK; i++) {
		asst__key_api(&key, id_at(found, i));
		status = asst_keys_add(&keys, key.bytes, key.size, call->err);
	}
	if (status == ASST_OK && count)
		status = asst__call_get(call, &keys, &sink, &sequence);
	for (i = 0; i < count && status == ASST_OK && !listing->more; i++) {
		status = asst__part_take(&part, &sink, i, &asst__key_record_schema, call->err);
		if (status == ASST_OK && part.buf &&
		    (listing->all || asst__api_key_is_own(&part.view, call, listing->uid)))
			write_key(listing, &part.view, id_at(found, i));
		asst_buf_free(part.buf);
	}
	asst__sink_dispose(&sink);
	asst__keys_dispose(&keys);
	return status;
}

/*
 * Until the page is full: neither how many keys of somebody else lie between, who had the id before,
 * nor where they lie shows in a page or its cursor.
 */
static int write_found(struct listing *listing)
{
	const struct asst__call *call = listing->call;
	struct asst_sink sink;
	bool ended = false;
	int status = ASST_OK;

	asst__sink_init(&sink, &call->store->mem);
	while (status == ASST_OK && !ended && !listing->more) {
		asst__sink_clear(&sink);
		status = scan(listing, &sink);
		ended = sink.count <= listing->limit;
		if (status == ASST_OK)
			status = write_keys(listing, &sink, sink.count);
		if (sink.count)
			memcpy(listing->after, id_at(&sink, sink.count - 1), ASST__UUID_BYTES);
		listing->has_after = true;
	}
	asst__sink_dispose(&sink);
	return status;
}

static int write_page(struct listing *listing)
{
	const struct asst__call *call = listing->call;
	struct asst__place place = { .size = PLACE_BYTES };
	char *cursor;
	int status;

	asst__text_add_cstr(&listing->text, "{\"keys\":[");
	status = write_found(listing);
	asst__text_add_char(&listing->text, ']');
	if (status == ASST_OK && listing->more) {
		place.bytes[0] = 'k';
		memcpy(place.bytes + 1, listing->last, ASST__UUID_BYTES);
		cursor = asst__cursor_write(&place, ASST__CURSOR_KEYS, 0, call->session,
					    &call->store->mem);
		asst__text_add_format(&listing->text, ",\"cursor\":\"%s\"", cursor ? cursor : "");
		status = cursor ? ASST_OK : asst__fail_nomem(call->err);
		asst__free_text(&call->store->mem, cursor);
	}
	asst__text_add_char(&listing->text, '}');
	return status;
}

static int try_list(struct listing *listing, const char *options, size_t size)
{
	struct asst__call *call = listing->call;
	int status = asst__api_key_person(call);

	listing->all = asst__api_keys_all(call);
	listing->written = 0;
	listing->more = false;
	if (status == ASST_OK)
		status = read_options(listing, options, size);
	if (status == ASST_OK)
		status = asst__api_key_caller(listing->uid, call);
	return status == ASST_OK ? write_page(listing) : status;
}

int asst_key_list(asst_buf **out, asst_session *session, const char *options, size_t size,
		  asst_error *err)
{
	const struct asst__identity *identity;
	struct listing listing;
	struct asst__call call;
	int status;

	if (out)
		*out = NULL;
	status = asst__call_begin(&call, session, err);
	if (status != ASST_OK)
		return status;
	memset(&listing, 0, sizeof(listing));
	listing.call = &call;
	asst__text_init(&listing.text, &call.store->mem, SIZE_MAX / 2);
	/* Who is no superuser any more has only his own. */
	do {
		identity = call.identity;
		asst__text_clear(&listing.text);
		status = try_list(&listing, options, size);
	} while (status == ASST_OK && call.identity != identity);
	if (status == ASST_OK && out)
		status = asst__text_to_buf(out, &listing.text, err);
	asst__text_free(&listing.text);
	asst__call_end(&call);
	return status;
}
