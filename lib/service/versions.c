/* SPDX-License-Identifier: MIT */
/* Versions: list, get, diff, and restore into a draft. */
#include "base/clock.h"
#include "base/digest.h"
#include "service/cursor.h"
#include "service/draft_handle.h"
#include "service/versions.h"

#include <string.h>

int asst__version_check(uint64_t version, const struct asst__loaded *loaded,
			const struct asst__part *part, asst_error *err)
{
	int64_t live = asst__view_int(&loaded->head.view, ASST__HEAD_VERSION, 0);

	if (part->buf)
		return ASST_OK;
	if (version > 0 && version < (uint64_t)live)
		return asst__fail(err, ASST_EGONE, "version %llu is no longer kept",
				  (unsigned long long)version);
	return asst__fail(err, ASST_ENOTFOUND, "there is no version %llu",
			  (unsigned long long)version);
}

/* A version that was asked for in place i of the call: a kept one, or the live one. */
static const struct asst__part *find_version(const struct asst__loaded *loaded, uint64_t version,
					     size_t i)
{
	uint64_t live = (uint64_t)asst__view_int(&loaded->head.view, ASST__HEAD_VERSION, 0);

	return version == live || version == ASST_VERSION_LIVE ? &loaded->def :
								 &loaded->versions[i];
}

/* Numbers beyond what a version can have are as good as none. */
static int64_t wanted(uint64_t version)
{
	return version < INT64_MAX ? (int64_t)version : INT64_MAX;
}

static int locate_version(struct asst__loaded *loaded, struct asst__call *call, const char *id,
			  enum asst__right right)
{
	int status = asst__locate(loaded, call, id, right);

	if (status == ASST_OK)
		status = asst__refuse_draft(loaded, call, "versions belong");
	return status;
}

int asst_version_get(asst_assistant **assistant, asst_session *session, const char *id,
		     uint64_t version, uint32_t flags, asst_error *err)
{
	const struct asst__part *part;
	struct asst__loaded loaded;
	struct asst__call call;
	int status;

	if (assistant)
		*assistant = NULL;
	status = asst__call_begin(&call, session, err);
	if (status != ASST_OK)
		return status;
	memset(&loaded, 0, sizeof(loaded));
	call.versions[0] = wanted(version);
	status = asst__flags_check(flags, 0, err);
	if (status == ASST_OK)
		status = locate_version(&loaded, &call, id, ASST__RIGHT_VERSIONS);
	if (status == ASST_OK) {
		part = find_version(&loaded, version, 0);
		status = asst__version_check(version, &loaded, part, err);
		/* The snapshot shows the version in the place of the live definition. */
		if (status == ASST_OK && part != &loaded.def) {
			asst_buf_free(loaded.def.buf);
			loaded.def = loaded.versions[0];
			memset(&loaded.versions[0], 0, sizeof(loaded.versions[0]));
		}
	}
	if (status == ASST_OK && assistant)
		status = asst__assistant_make(assistant, &loaded, true, &call);
	if (status == ASST_OK && assistant)
		(*assistant)->version = asst__view_int(&loaded.def.view, ASST__VERSION_NUMBER, 0);
	asst__loaded_dispose(&loaded);
	asst__call_end(&call);
	return status;
}

/* Diff */

static int open_side(struct asst_def *def, const struct asst__loaded *loaded, uint64_t version,
		     size_t i, const struct asst__call *call)
{
	bool draft = version == ASST_VERSION_DRAFT;
	const struct asst__part *part = draft ? &loaded->draft : find_version(loaded, version, i);
	int status;

	if (draft && !part->buf)
		return asst__fail(call->err, ASST_ENOTFOUND, "no draft of the caller's is open");
	status = asst__version_check(version, loaded, part, call->err);
	return status == ASST_OK ?
		       asst__def_open(def, &call->store->mem, part->buf,
				      asst__view_text(&part->view,
						      draft ? ASST__DRAFT_DEF : ASST__VERSION_DEF),
				      call->err) :
		       status;
}

static int diff(asst_buf **out, const struct asst__loaded *loaded, uint64_t from, uint64_t to,
		const struct asst__call *call)
{
	struct asst_def before = { .buf = NULL }, after = { .buf = NULL };
	int status = open_side(&before, loaded, from, 0, call);

	if (status == ASST_OK)
		status = open_side(&after, loaded, to, 1, call);
	if (status == ASST_OK)
		status = asst__def_diff(out, &before.view, &after.view, &call->store->mem,
					call->err);
	asst__def_dispose(&before);
	asst__def_dispose(&after);
	return status;
}

int asst_version_diff(asst_buf **out, asst_session *session, const char *id, uint64_t from,
		      uint64_t to, uint32_t flags, asst_error *err)
{
	struct asst__loaded loaded;
	struct asst__call call;
	asst_buf *unwanted = NULL;
	int status;

	if (out)
		*out = NULL;
	status = asst__call_begin(&call, session, err);
	if (status != ASST_OK)
		return status;
	memset(&loaded, 0, sizeof(loaded));
	call.want_draft = true;
	call.versions[0] = wanted(from);
	call.versions[1] = wanted(to);
	status = asst__flags_check(flags, 0, err);
	if (status == ASST_OK)
		status = locate_version(&loaded, &call, id, ASST__RIGHT_VERSIONS);
	if (status == ASST_OK)
		status = diff(out ? out : &unwanted, &loaded, from, to, &call);
	asst_buf_free(unwanted);
	asst__loaded_dispose(&loaded);
	asst__call_end(&call);
	return status;
}

/* Restore */

struct restoring {
	struct asst__opening opening;
	uint64_t version;
};

static int attempt_restore(void *context, struct asst__change *change, bool lost)
{
	struct restoring *restoring = context;
	struct asst__loaded *loaded = &restoring->opening.loaded;
	struct asst__call *call = restoring->opening.call;
	struct asst__event event = { .action = "version.restore" };
	const struct asst__part *part;
	struct asst__key key;
	int status;

	(void)lost;
	asst__loaded_dispose(loaded);
	status = asst__locate(loaded, call, restoring->opening.id, ASST__RIGHT_DRAFT);
	if (status == ASST_OK)
		status = asst__refuse_draft(loaded, call, "versions belong");
	if (status != ASST_OK)
		return status;
	part = find_version(loaded, restoring->version, 0);
	status = asst__version_check(restoring->version, loaded, part, call->err);
	event.version = asst__view_int(&part->view, ASST__VERSION_NUMBER, 0);
	if (status == ASST_OK)
		status = asst__draft_open(&restoring->opening, change,
					  asst__view_text(&part->view, ASST__VERSION_DEF),
					  asst__view_int(&loaded->head.view, ASST__HEAD_VERSION, 0),
					  &event);
	if (status != ASST_OK)
		return status;
	/* The live definition is the draft's base: it must still be that. */
	asst__key_part(&key, loaded->id, ASST__PART_DEF);
	asst__change_check(change, &key, loaded->def.sequence);
	return ASST_OK;
}

int asst_version_restore(asst_draft **draft, asst_session *session, const char *id,
			 uint64_t version, uint64_t revision, uint32_t flags, asst_error *err)
{
	struct restoring restoring;
	struct asst__call call;
	int status;

	if (draft)
		*draft = NULL;
	status = asst__call_begin(&call, session, err);
	if (status != ASST_OK)
		return status;
	memset(&restoring, 0, sizeof(restoring));
	call.want_draft = true;
	call.versions[0] = wanted(version);
	restoring.opening.call = &call;
	restoring.opening.id = id;
	restoring.version = version;
	restoring.opening.replace = (flags & ASST_DRAFT_REPLACE) != 0;
	restoring.opening.revision = revision;
	status = asst__flags_check(flags, ASST_DRAFT_REPLACE, err);
	if (status == ASST_OK)
		status = asst__draft_run(draft, &restoring.opening, session, "version.restore",
					 attempt_restore);
	asst__call_end(&call);
	return status;
}

/* List */

struct listing {
	struct asst__call *call;
	struct asst__loaded loaded;
	struct asst_sink sink; /* range 0: kept versions; range 1: what was said of them */
	size_t limit;
	uint64_t below; /* numbers below this one */
	size_t count;
	uint64_t last;
	struct asst__text text;
};

static void write_one(struct listing *listing, const struct asst__view *version,
		      const struct asst__view *mark, bool live)
{
	struct asst__text *out = &listing->text;
	struct asst__string def = asst__view_text(version, ASST__VERSION_DEF), text;
	char digest[ASST__DIGEST_TEXT + 1], time[ASST__TIME_SIZE + 1];

	listing->last = (uint64_t)asst__view_int(version, ASST__VERSION_NUMBER, 0);
	asst__time_print(time, asst__view_int(version, ASST__VERSION_AT, 0));
	asst__text_add_format(out, "%s{\"version\":%llu,\"live\":%s", listing->count++ ? "," : "",
			      (unsigned long long)listing->last, live ? "true" : "false");
	asst__text_add_cstr(out, ",\"createdBy\":");
	text = asst__view_text(version, ASST__VERSION_BY);
	asst__json_write_string(out, text.text ? text.text : "", text.size);
	asst__text_add_format(out, ",\"createdAt\":\"%s\"", time);
	text = asst__view_text(version, ASST__VERSION_MESSAGE);
	if (text.text) {
		asst__text_add_cstr(out, ",\"message\":");
		asst__json_write_string(out, text.text, text.size);
	}
	if (def.text && asst__digest(digest, def.text, def.size))
		asst__text_add_format(out, ",\"digest\":\"%s\"", digest);
	text = asst__view_text(mark, ASST__MARK_LABEL);
	if (text.text) {
		asst__text_add_cstr(out, ",\"label\":");
		asst__json_write_string(out, text.text, text.size);
	}
	asst__text_add_format(out, ",\"pinned\":%s}",
			      asst__view_flag(mark, ASST__MARK_PINNED, false) ? "true" : "false");
}

/* The number at the end of a key. */
static uint64_t number_of(const struct asst_sink *sink, size_t i)
{
	size_t size;
	const unsigned char *key = asst_sink_key(sink, i, &size);

	return size >= 8 ? asst__big_endian(key + size - 8) : 0;
}

/* What was said of a version. */
static struct asst__view find_mark(const struct asst_sink *sink, uint64_t number)
{
	struct asst__view mark = { NULL, 0, 0 };
	asst_buf *value;
	size_t i;

	for (i = 0; i < sink->count; i++) {
		if (sink->items[i].index != 1 || number_of(sink, i) != number)
			continue;
		value = asst_sink_value(sink, i);
		asst__view_open(&mark, &asst__mark_schema, asst_buf_data(value),
				asst_buf_size(value), NULL);
	}
	return mark;
}

static int add_range(struct asst_ranges *ranges, const struct listing *listing,
		     void (*key_of)(struct asst__key *key,
				    const unsigned char id[ASST__UUID_BYTES], uint64_t number),
		     uint64_t below)
{
	struct asst__key from, to;

	key_of(&from, listing->loaded.id, 1);
	key_of(&to, listing->loaded.id, below);
	return asst_ranges_add(ranges, from.bytes, from.size, to.bytes, to.size,
			       listing->limit + 1, ASST_RANGE_REVERSE, listing->call->err);
}

static int write_kept(struct listing *listing, const struct asst_sink *sink, bool *more)
{
	struct asst__view version, mark;
	asst_buf *value;
	size_t i;
	int status = ASST_OK;

	for (i = 0; i < sink->count && status == ASST_OK && sink->items[i].index == 0; i++) {
		*more = listing->count == listing->limit;
		if (*more)
			break;
		value = asst_sink_value(sink, i);
		status = asst__view_open(&version, &asst__version_schema, asst_buf_data(value),
					 asst_buf_size(value), listing->call->err);
		mark = find_mark(sink, number_of(sink, i));
		if (status == ASST_OK)
			write_one(listing, &version, &mark, false);
	}
	return status;
}

/* The live version, where it lies on the page; 0: it does not. */
static uint64_t live_on_page(const struct listing *listing)
{
	uint64_t live =
		(uint64_t)asst__view_int(&listing->loaded.head.view, ASST__HEAD_VERSION, 0);

	return live < listing->below ? live : 0;
}

/* *still: the assistant and the caller's right on it are as they were decided on. */
static int scan(struct listing *listing, bool *still)
{
	struct asst__call *call = listing->call;
	uint64_t live = live_on_page(listing);
	struct asst_ranges ranges;
	int status;

	asst__ranges_init(&ranges, &call->store->mem, 0);
	status = add_range(&ranges, listing, asst__key_version, live ? live : listing->below);
	if (status == ASST_OK)
		status = add_range(&ranges, listing, asst__key_mark, listing->below);
	if (status == ASST_OK)
		status = asst__decided_ranges(still, &listing->sink, &ranges, &listing->loaded,
					      call);
	asst__ranges_dispose(&ranges);
	return status;
}

static int write_versions(struct listing *listing, bool *more)
{
	uint64_t live = live_on_page(listing);
	struct asst__view mark;

	asst__text_add_cstr(&listing->text, "{\"versions\":[");
	if (live) {
		mark = find_mark(&listing->sink, live);
		write_one(listing, &listing->loaded.def.view, &mark, true);
	}
	return write_kept(listing, &listing->sink, more);
}

/* A place in this list: the assistant's id and the number. */
#define PLACE_BYTES (ASST__UUID_BYTES + 8)

static int read_options(struct listing *listing, const char *options, size_t size)
{
	const struct asst__call *call = listing->call;
	struct asst__place place;
	struct asst__string cursor;
	struct asst__view view;
	asst_buf *record = NULL;
	int status = asst__options_read(&record, &view, &asst__page_schema, options, size, call);

	listing->below = UINT64_MAX;
	if (status == ASST_OK)
		status = asst__page_limit(&listing->limit,
					  asst__view_int(&view, ASST__PAGE_LIMIT, 50), call);
	cursor = status == ASST_OK ? asst__view_text(&view, ASST__PAGE_CURSOR) :
				     (struct asst__string){ NULL, 0 };
	if (cursor.text) {
		if (!asst__cursor_read(&place, cursor, ASST__CURSOR_VERSIONS, 0, call->session) ||
		    place.size != PLACE_BYTES ||
		    memcmp(place.bytes, listing->loaded.id, ASST__UUID_BYTES) != 0)
			status = asst__cursor_fault(call->err);
		else
			listing->below = asst__big_endian(place.bytes + ASST__UUID_BYTES);
	}
	asst_buf_free(record);
	return status;
}

static int write_end(struct listing *listing, bool more)
{
	const struct asst__call *call = listing->call;
	struct asst__place place = { .size = PLACE_BYTES };
	char *cursor;
	int i;

	asst__text_add_char(&listing->text, ']');
	if (more) {
		memcpy(place.bytes, listing->loaded.id, ASST__UUID_BYTES);
		for (i = 0; i < 8; i++)
			place.bytes[ASST__UUID_BYTES + i] =
				(unsigned char)(listing->last >> (56 - 8 * i) & 0xff);
		cursor = asst__cursor_write(&place, ASST__CURSOR_VERSIONS, 0, call->session,
					    &call->store->mem);
		if (!cursor)
			return asst__fail_nomem(call->err);
		asst__text_add_format(&listing->text, ",\"cursor\":\"%s\"", cursor);
		asst__free_text(&call->store->mem, cursor);
	}
	asst__text_add_char(&listing->text, '}');
	return ASST_OK;
}

/* Everything on the page is of the moment in which the caller had the right to it. */
static int read_page(struct listing *listing, const char *id, const char *options, size_t size)
{
	bool still = false;
	int status = ASST_OK;

	while (status == ASST_OK && !still) {
		asst__loaded_dispose(&listing->loaded);
		status = asst__locate(&listing->loaded, listing->call, id, ASST__RIGHT_VERSIONS);
		if (status == ASST_OK)
			status = read_options(listing, options, size);
		if (status == ASST_OK)
			status = asst__refuse_draft(&listing->loaded, listing->call,
						    "versions belong");
		if (status == ASST_OK)
			status = scan(listing, &still);
	}
	return status;
}

int asst_version_list(asst_buf **out, asst_session *session, const char *id, const char *options,
		      size_t size, asst_error *err)
{
	struct listing listing;
	struct asst__call call;
	bool more = false;
	int status;

	if (out)
		*out = NULL;
	status = asst__call_begin(&call, session, err);
	if (status != ASST_OK)
		return status;
	memset(&listing, 0, sizeof(listing));
	listing.call = &call;
	asst__sink_init(&listing.sink, &call.store->mem);
	asst__text_init(&listing.text, &call.store->mem, SIZE_MAX / 2);
	status = read_page(&listing, id, options, size);
	if (status == ASST_OK)
		status = write_versions(&listing, &more);
	if (status == ASST_OK)
		status = write_end(&listing, more);
	if (status == ASST_OK && out)
		status = asst__text_to_buf(out, &listing.text, err);
	asst__text_free(&listing.text);
	asst__sink_dispose(&listing.sink);
	asst__loaded_dispose(&listing.loaded);
	asst__call_end(&call);
	return status;
}
