/* SPDX-License-Identifier: MIT */
/* Reading the directory: one user or team, and lists of them. */
#include "service/directory.h"
#include "base/crc32c.h"
#include "model/ident.h"
#include "service/cursor.h"

#include <assistant/directory.h>

#include <stdio.h>
#include <string.h>

static int get(asst_buf **out, asst_session *session, const char *id, char kind, asst_error *err)
{
	struct asst__directory_entry entry = { .kind = kind, .id = id };
	struct asst_sink sink;
	struct asst__text text;
	struct asst__call call;
	int status;

	if (out)
		*out = NULL;
	status = asst__directory_begin(&call, session, 0, NULL, err);
	if (status != ASST_OK)
		return status;
	entry.call = &call;
	asst__sink_init(&sink, &call.store->mem);
	asst__text_init(&text, &call.store->mem, SIZE_MAX / 2);
	if (!id || !asst__ident_valid(id, strlen(id)))
		status = asst__fail(err, ASST_EINVAL,
				    "an identifier is 1 to 128 of A-Z a-z 0-9 . _ @ + -");
	if (status == ASST_OK)
		status = asst__directory_read(&entry, &sink);
	if (status == ASST_OK && !entry.old.buf)
		status = asst__directory_missing(&entry);
	if (status == ASST_OK)
		status = asst__directory_write(&text, &entry);
	if (status == ASST_OK && out)
		status = asst__text_to_buf(out, &text, err);
	asst__text_free(&text);
	asst__sink_dispose(&sink);
	asst_buf_free(entry.old.buf);
	asst__call_end(&call);
	return status;
}

int asst_user_get(asst_buf **out, asst_session *session, const char *id, asst_error *err)
{
	return get(out, session, id, ASST__DIRECTORY_USER, err);
}

int asst_team_get(asst_buf **out, asst_session *session, const char *id, asst_error *err)
{
	return get(out, session, id, ASST__DIRECTORY_TEAM, err);
}

struct listing {
	const struct asst__call *call;
	char kind;
	size_t limit;
	char after[ASST__PRINCIPAL_MAX + 1]; /* the last identifier that was listed */
	struct asst__text text;
};

/* A cursor is a checksum and the last identifier that was listed. */
#define CHECK_DIGITS 8

static void write_check(char text[CHECK_DIGITS + 1], const struct listing *listing, const char *id,
			size_t size)
{
	const char *workspace = listing->call->workspace;
	uint32_t crc = asst__crc32c(0, workspace, strlen(workspace) + 1);

	crc = asst__crc32c(asst__crc32c(crc, &listing->kind, 1), id, size);
	snprintf(text, CHECK_DIGITS + 1, "%08x", (unsigned)crc);
}

static bool read_cursor(struct listing *listing, struct asst__string cursor)
{
	char check[CHECK_DIGITS + 1];
	const char *id = cursor.text + CHECK_DIGITS;

	if (cursor.size <= CHECK_DIGITS || !asst__ident_valid(id, cursor.size - CHECK_DIGITS))
		return false;
	write_check(check, listing, id, cursor.size - CHECK_DIGITS);
	memcpy(listing->after, id, cursor.size - CHECK_DIGITS + 1);
	return memcmp(check, cursor.text, CHECK_DIGITS) == 0;
}

static int read_options(struct listing *listing, const char *options, size_t size)
{
	const struct asst__call *call = listing->call;
	struct asst__string cursor;
	struct asst__view view;
	asst_buf *record = NULL;
	int status = asst__options_read(&record, &view, &asst__page_schema, options, size, call);

	if (status == ASST_OK)
		status = asst__page_limit(&listing->limit,
					  asst__view_int(&view, ASST__PAGE_LIMIT, 50), call);
	if (status == ASST_OK) {
		cursor = asst__view_text(&view, ASST__PAGE_CURSOR);
		if (cursor.text && !read_cursor(listing, cursor))
			status = asst__cursor_fault(call->err);
	}
	asst_buf_free(record);
	return status;
}

static int scan_page(struct listing *listing, struct asst_sink *sink)
{
	const struct asst__call *call = listing->call;
	struct asst_ranges ranges;
	struct asst__key from, to;
	uint64_t sequence;
	int status;

	asst__key_directory(&from, listing->kind, NULL);
	to = from;
	asst__key_end(&to);
	if (listing->after[0]) {
		asst__key_directory(&from, listing->kind, listing->after);
		from.bytes[from.size++] = 0;
	}
	asst__ranges_init(&ranges, &call->store->mem, 0);
	status = asst_ranges_add(&ranges, from.bytes, from.size, to.bytes, to.size,
				 listing->limit + 1, 0, call->err);
	if (status == ASST_OK)
		status = asst__backend_scan(&call->store->backend, call->workspace, &ranges, sink,
					    &sequence, call->err);
	asst__ranges_dispose(&ranges);
	return status;
}

static int write_page(struct listing *listing, const struct asst_sink *sink)
{
	bool users = listing->kind == ASST__DIRECTORY_USER;
	const struct asst__schema *schema =
		users ? &asst__user_record_schema : &asst__team_record_schema;
	size_t i, size, count = sink->count < listing->limit ? sink->count : listing->limit;
	char check[CHECK_DIGITS + 1];
	struct asst__view view;
	const char *key;
	int status = ASST_OK;

	asst__text_add_cstr(&listing->text, users ? "{\"users\":[" : "{\"teams\":[");
	for (i = 0; i < count && status == ASST_OK; i++) {
		const asst_buf *value = asst_sink_value(sink, i);

		status = asst__view_open(&view, schema, asst_buf_data(value), asst_buf_size(value),
					 listing->call->err);
		if (i)
			asst__text_add_char(&listing->text, ',');
		if (status == ASST_OK)
			asst__view_write(&listing->text, schema, &view);
	}
	asst__text_add_char(&listing->text, ']');
	if (sink->count > listing->limit) {
		key = asst_sink_key(sink, count - 1, &size);
		write_check(check, listing, key + 2, size - 2);
		asst__text_add_format(&listing->text, ",\"cursor\":\"%s%.*s\"", check,
				      (int)(size - 2), key + 2);
	}
	asst__text_add_char(&listing->text, '}');
	return status;
}

static int list(asst_buf **out, asst_session *session, const char *options, size_t size, char kind,
		asst_error *err)
{
	struct listing listing = { .kind = kind };
	struct asst_sink sink;
	struct asst__call call;
	int status;

	if (out)
		*out = NULL;
	status = asst__directory_begin(&call, session, 0, NULL, err);
	if (status != ASST_OK)
		return status;
	listing.call = &call;
	asst__sink_init(&sink, &call.store->mem);
	asst__text_init(&listing.text, &call.store->mem, SIZE_MAX / 2);
	status = read_options(&listing, options, size);
	if (status == ASST_OK)
		status = scan_page(&listing, &sink);
	if (status == ASST_OK)
		status = write_page(&listing, &sink);
	if (status == ASST_OK && out)
		status = asst__text_to_buf(out, &listing.text, err);
	asst__text_free(&listing.text);
	asst__sink_dispose(&sink);
	asst__call_end(&call);
	return status;
}

int asst_user_list(asst_buf **out, asst_session *session, const char *options, size_t size,
		   asst_error *err)
{
	return list(out, session, options, size, ASST__DIRECTORY_USER, err);
}

int asst_team_list(asst_buf **out, asst_session *session, const char *options, size_t size,
		   asst_error *err)
{
	return list(out, session, options, size, ASST__DIRECTORY_TEAM, err);
}
