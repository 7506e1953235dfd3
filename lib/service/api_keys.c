/* SPDX-License-Identifier: MIT */
/* API keys: make, list, revoke, rotate; credentials.c opens sessions with them. */
#include "base/clock.h"
#include "model/ident.h"
#include "service/credentials.h"
#include "service/cursor.h"

#include <assistant/credential.h>

#include <string.h>

#define OVERLAP_MOST INT64_C(604800000)

struct key {
	struct asst__call *call;
	asst__json *tree;    /* the document of a new one */
	const char *id_text; /* of one that is there */
	int64_t overlap;
	unsigned char id[ASST__UUID_BYTES];
	struct asst__credential credential;
	/* of one attempt */
	struct asst__part part;
	asst_buf *record;
	bool wanted;
	asst_buf *shown; /* what the caller gets, made before the write: it cannot fail behind it */
};

static void key_reset(struct key *key)
{
	asst_buf_free(key->part.buf);
	asst_buf_free(key->record);
	asst_buf_free(key->shown);
	memset(&key->part, 0, sizeof(key->part));
	key->record = NULL;
	key->shown = NULL;
}

static bool set_text(asst__json *tree, const char *name, const char *text)
{
	return asst__json_set(tree, name, asst__json_new_string(text));
}

static bool set_time(asst__json *tree, const char *name, int64_t ms)
{
	char text[ASST__TIME_SIZE + 1];

	asst__time_print(text, ms);
	return set_text(tree, name, text);
}

/* Everything but the hashes. */
static void write_key(struct asst__text *out, const struct asst__view *view,
		      const char *credential)
{
	static const unsigned times[] = { ASST__KEY_CREATED_AT, ASST__KEY_EXPIRES_AT,
					  ASST__KEY_REVOKED_AT, ASST__KEY_ROTATED_AT,
					  ASST__KEY_USED_AT };
	char time[ASST__TIME_SIZE + 1];
	size_t i, count = asst__view_count(view, ASST__KEY_SCOPES);

	asst__text_add_cstr(out, "{\"id\":");
	asst__json_write_string(out, asst__view_text(view, ASST__KEY_ID).text, ASST_NUL);
	if (credential)
		asst__text_add_format(out, ",\"credential\":\"%s\"", credential);
	asst__text_add_cstr(out, ",\"name\":");
	asst__json_write_string(out, asst__view_text(view, ASST__KEY_NAME).text, ASST_NUL);
	asst__text_add_cstr(out, ",\"scopes\":[");
	for (i = 0; i < count; i++) {
		if (i)
			asst__text_add_char(out, ',');
		asst__json_write_string(out, asst__view_text_at(view, ASST__KEY_SCOPES, i).text,
					ASST_NUL);
	}
	asst__text_add_cstr(out, "],\"createdBy\":");
	asst__json_write_string(out, asst__view_text(view, ASST__KEY_CREATED_BY).text, ASST_NUL);
	for (i = 0; i < ASST__COUNT(times); i++) {
		if (!asst__view_has(view, times[i]))
			continue;
		asst__time_print(time, asst__view_int(view, times[i], 0));
		asst__text_add_format(out, ",\"%s\":\"%s\"",
				      asst__key_record_schema.fields[times[i]].name, time);
	}
	asst__text_add_char(out, '}');
}

static int show(struct key *key)
{
	const struct asst__call *call = key->call;
	struct asst__view view;
	struct asst__text text;
	int status = asst__view_open(&view, &asst__key_record_schema, asst_buf_data(key->record),
				     asst_buf_size(key->record), call->err);

	if (status != ASST_OK || !key->wanted)
		return status;
	asst__text_init_secret(&text, &call->store->mem);
	write_key(&text, &view, key->credential.text);
	return asst__text_to_secret_buf(&key->shown, &text, call->err);
}

static void give(asst_buf **out, struct key *key)
{
	if (out)
		*out = key->shown;
	key->shown = NULL;
}

static void add_event(struct asst__change *change, const struct key *key, const char *action)
{
	char principal[ASST__PRINCIPAL_MAX + 1] = "key:";
	struct asst__event event = { .action = action };

	asst__uuid_write(principal + 4, key->id);
	event.principal = ASST__STRING(principal);
	asst__change_event(change, &event);
}

/* Whether the caller may have a new text of a key now; again where a race was lost. */
static int check_right(const struct asst__call *call)
{
	static const struct asst__object nothing;
	struct asst__decision decision;

	asst__decide(&decision, ASST__RIGHT_KEYS, call->actor, &nothing, call->now);
	return decision.status == ASST_OK ?
		       ASST_OK :
		       asst__decision_fail(&decision, ASST__RIGHT_KEYS, call->err);
}

/* Make */

static int attempt_create(void *context, struct asst__change *change, bool lost)
{
	struct key *key = context;
	const struct asst__call *call = key->call;
	struct asst__key at;
	int status;

	(void)lost;
	key_reset(key);
	status = check_right(call);
	if (status == ASST_OK)
		status = asst__record_from_tree(&key->record, &asst__key_record_schema, key->tree,
						&call->store->mem, call->err);
	if (status == ASST_OK)
		status = show(key);
	if (status != ASST_OK)
		return status;
	asst__key_api(&at, key->id);
	asst__change_check(change, &at, 0);
	asst__change_put(change, &at, key->record);
	asst__key_api_of(&at, call->actor->principal, key->id);
	asst__change_put_bytes(change, &at, "", 0);
	asst__change_credential(change, key->credential.hash, ASST__POINTER_KEY, key->id, NULL);
	add_event(change, key, "key.create");
	return ASST_OK;
}

static int prepare(struct key *key)
{
	const struct asst__call *call = key->call;
	char id[ASST__UUID_TEXT + 1], uid[ASST__UUID_TEXT + 1];
	int64_t ms;
	int status = asst__source_uid(uid, call, true);

	if (status == ASST_OK)
		status = asst__uuid_make(&call->store->ids, key->id, &ms, call->err);
	if (status == ASST_OK)
		status = asst__credential_make(&key->credential, true, call);
	if (status != ASST_OK)
		return status;
	asst__uuid_write(id, key->id);
	if (!set_text(key->tree, "id", id) ||
	    !set_text(key->tree, "createdBy", call->actor->principal.text) ||
	    !set_text(key->tree, "hash", key->credential.hash_text) ||
	    (uid[0] && !set_text(key->tree, "creatorUid", uid)) ||
	    !set_time(key->tree, "createdAt", call->now))
		return asst__fail_nomem(call->err);
	return ASST_OK;
}

static int check_maker(const struct asst__call *call)
{
	int status = check_right(call);

	if (status != ASST_OK)
		return status;
	if (call->actor->system)
		return asst__fail(call->err, ASST_EDENIED, "a key is made by a person");
	return asst__credential_check(call);
}

int asst_key_create(asst_buf **out, asst_session *session, const char *json, size_t size,
		    uint32_t flags, asst_error *err)
{
	struct key key;
	struct asst__call call;
	int status;

	if (out)
		*out = NULL;
	status = asst__call_begin(&call, session, err);
	if (status != ASST_OK)
		return status;
	memset(&key, 0, sizeof(key));
	key.call = &call;
	key.wanted = out != NULL;
	status = asst__flags_check(flags, 0, err);
	if (status == ASST_OK)
		status = check_maker(&call);
	if (status == ASST_OK)
		status = asst__credential_document(&key.tree, &asst__key_schema, json, size,
						   &call);
	if (status == ASST_OK)
		status = prepare(&key);
	if (status == ASST_OK)
		status = asst__write(&call, "key.create", NULL, attempt_create, &key);
	else
		asst__write_refused(&call, status, "key.create", NULL);
	if (status == ASST_OK)
		give(out, &key);
	key_reset(&key);
	asst__credential_wipe(&key.credential);
	asst__json_free(key.tree);
	asst__call_end(&call);
	return status;
}

/* One that is there */

static int no_such_key(asst_error *err)
{
	return asst__fail(err, ASST_ENOTFOUND, "no such key");
}

/* The system and superusers deal with everybody's. */
static bool has_all(const struct asst__call *call)
{
	return call->actor->system || call->actor->superuser;
}

/* Who the caller is to the directory, with access or without; nobody it knows: "". */
static int caller_uid(char uid[ASST__UUID_TEXT + 1], const struct asst__call *call)
{
	uid[0] = '\0';
	if (call->session->kind == ASST__FROM_SOURCE)
		memcpy(uid, call->identity->person.uid, ASST__UUID_TEXT + 1);
	else if (!has_all(call))
		return asst__source_uid(uid, call, false);
	return ASST_OK;
}

/* The keys of a forgotten user are not of the next one who has the id: they are dead (identity.c). */
static bool is_hers(const struct asst__view *key, const struct asst__call *call, const char *uid)
{
	struct asst__string creator = asst__view_text(key, ASST__KEY_CREATOR_UID);

	return asst__same(asst__view_text(key, ASST__KEY_CREATED_BY), call->actor->principal) &&
	       (!creator.text || strcmp(creator.text, uid) == 0);
}

/* Others' keys are as good as none; credentials have nothing to do with keys. */
static int find_key(struct key *key)
{
	const struct asst__call *call = key->call;
	struct asst_keys keys;
	struct asst_sink sink;
	struct asst__key at;
	char uid[ASST__UUID_TEXT + 1];
	uint64_t sequence;
	int status;

	key_reset(key);
	asst__keys_init(&keys, &call->store->mem);
	asst__sink_init(&sink, &call->store->mem);
	asst__key_api(&at, key->id);
	status = asst_keys_add(&keys, at.bytes, at.size, call->err);
	if (status == ASST_OK)
		status = asst__backend_get(&call->store->backend, call->workspace, &keys, &sink,
					   &sequence, call->err);
	if (status == ASST_OK)
		status = asst__part_take(&key->part, &sink, 0, &asst__key_record_schema,
					 call->err);
	asst__sink_dispose(&sink);
	asst__keys_dispose(&keys);
	if (status == ASST_OK)
		status = caller_uid(uid, call);
	if (status == ASST_OK && (!key->part.buf || (!has_all(call) &&
						     !is_hers(&key->part.view, call, uid))))
		status = no_such_key(call->err);
	return status;
}

static int check_person(const struct asst__call *call)
{
	if (call->actor->kind != ASST__PERSON)
		return asst__fail(call->err, ASST_EDENIED,
				  "keys and tokens do not make or revoke keys");
	if (!call->actor->seat && !call->actor->system)
		return asst__fail(call->err, ASST_EDENIED, "needs an AI seat (aiSeat, ai.verify)");
	return ASST_OK;
}

/* Put a changed record: text fields that change, and one time. */
static int put_changed(struct key *key, struct asst__change *change, unsigned time_field,
		       const char *action)
{
	const struct asst__call *call = key->call;
	struct asst__record record;
	struct asst__key at;
	uint32_t root = asst__record_begin(&record, &asst__key_record_schema, 0, &call->store->mem);
	int status;

	if (root) {
		asst__record_copy(&record, root, &asst__key_record_schema, &key->part.view,
				  time_field);
		asst__record_int(&record, root, time_field, call->now);
		if (key->credential.text[0]) {
			asst__record_text(&record, root, ASST__KEY_OLD_HASH,
					  asst__view_text(&key->part.view, ASST__KEY_HASH));
			asst__record_int(&record, root, ASST__KEY_OLD_UNTIL,
					 call->now + key->overlap);
			asst__record_text(&record, root, ASST__KEY_HASH,
					  ASST__STRING(key->credential.hash_text));
		}
	}
	status = asst__record_end(&key->record, &record, call->err);
	if (status == ASST_OK)
		status = show(key);
	if (status != ASST_OK)
		return status;
	asst__key_api(&at, key->id);
	asst__change_check(change, &at, key->part.sequence);
	asst__change_put(change, &at, key->record);
	add_event(change, key, action);
	return ASST_OK;
}

static int attempt_revoke(void *context, struct asst__change *change, bool lost)
{
	struct key *key = context;
	int status = find_key(key);

	(void)lost;
	if (status != ASST_OK || asst__view_has(&key->part.view, ASST__KEY_REVOKED_AT))
		return status;
	asst__change_drop_hash(change, asst__view_text(&key->part.view, ASST__KEY_HASH));
	asst__change_drop_hash(change, asst__view_text(&key->part.view, ASST__KEY_OLD_HASH));
	return put_changed(key, change, ASST__KEY_REVOKED_AT, "key.revoke");
}

static int attempt_rotate(void *context, struct asst__change *change, bool lost)
{
	struct key *key = context;
	const struct asst__call *call = key->call;
	int status = has_all(call) ? ASST_OK : check_right(call);

	(void)lost;
	if (status == ASST_OK)
		status = find_key(key);
	if (status != ASST_OK)
		return status;
	if (asst__view_has(&key->part.view, ASST__KEY_REVOKED_AT) ||
	    asst__view_int(&key->part.view, ASST__KEY_EXPIRES_AT, 0) <= call->now)
		return asst__fail(call->err, ASST_ECONFLICT, "the key is revoked or has expired");
	/* The text before the last one ends here, if it has not yet. */
	asst__change_drop_hash(change, asst__view_text(&key->part.view, ASST__KEY_OLD_HASH));
	asst__change_credential(change, key->credential.hash, ASST__POINTER_KEY, key->id, NULL);
	return put_changed(key, change, ASST__KEY_ROTATED_AT, "key.rotate");
}

static int change_key(asst_buf **out, asst_session *session, const char *id, int64_t overlap,
		      uint32_t flags, bool rotate, asst_error *err)
{
	const char *action = rotate ? "key.rotate" : "key.revoke";
	struct key key;
	struct asst__call call;
	int status;

	if (out)
		*out = NULL;
	status = asst__call_begin(&call, session, err);
	if (status != ASST_OK)
		return status;
	memset(&key, 0, sizeof(key));
	key.call = &call;
	key.wanted = out != NULL;
	key.overlap = overlap;
	status = asst__flags_check(flags, 0, err);
	if (status == ASST_OK && (!id || overlap < 0 || overlap > OVERLAP_MOST))
		status = asst__fail(err, ASST_EINVAL,
				    "needs an id, and an overlap of 0 to 604800000 ms");
	if (status == ASST_OK)
		status = check_person(&call);
	if (status == ASST_OK && rotate && !has_all(&call))
		status = check_right(&call);
	if (status == ASST_OK && !asst__uuid_read(key.id, id, strlen(id)))
		status = no_such_key(err);
	if (status == ASST_OK && rotate)
		status = asst__credential_check(&call);
	if (status == ASST_OK && rotate)
		status = asst__credential_make(&key.credential, true, &call);
	if (status == ASST_OK)
		status = asst__write(&call, action, NULL,
				     rotate ? attempt_rotate : attempt_revoke, &key);
	else
		asst__write_refused(&call, status, action, NULL);
	if (status == ASST_OK)
		give(out, &key);
	key_reset(&key);
	asst__credential_wipe(&key.credential);
	asst__call_end(&call);
	return status;
}

int asst_key_revoke(asst_session *session, const char *id, uint32_t flags, asst_error *err)
{
	return change_key(NULL, session, id, 0, flags, false, err);
}

int asst_key_rotate(asst_buf **out, asst_session *session, const char *id, int64_t overlap,
		    uint32_t flags, asst_error *err)
{
	return change_key(out, session, id, overlap, flags, true, err);
}

/* List */

struct listing {
	const struct asst__call *call;
	bool all;
	char uid[ASST__UUID_TEXT + 1]; /* of the caller */
	size_t limit;
	bool more;
	unsigned char after[ASST__UUID_BYTES];
	bool has_after;
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

static int write_keys(struct listing *listing, const struct asst_sink *found, size_t count)
{
	const struct asst__call *call = listing->call;
	struct asst_keys keys;
	struct asst_sink sink;
	struct asst__key key;
	struct asst__part part;
	uint64_t sequence;
	size_t i, written = 0;
	int status = ASST_OK;

	asst__keys_init(&keys, &call->store->mem);
	asst__sink_init(&sink, &call->store->mem);
	for (i = 0; i < count && status == ASST_OK; i++) {
		asst__key_api(&key, id_at(found, i));
		status = asst_keys_add(&keys, key.bytes, key.size, call->err);
	}
	if (status == ASST_OK && count)
		status = asst__backend_get(&call->store->backend, call->workspace, &keys, &sink,
					   &sequence, call->err);
	for (i = 0; i < count && status == ASST_OK; i++) {
		status = asst__part_take(&part, &sink, i, &asst__key_record_schema, call->err);
		if (status == ASST_OK && part.buf &&
		    (listing->all || is_hers(&part.view, call, listing->uid))) {
			if (written++)
				asst__text_add_char(&listing->text, ',');
			write_key(&listing->text, &part.view, NULL);
		}
		asst_buf_free(part.buf);
	}
	asst__sink_dispose(&sink);
	asst__keys_dispose(&keys);
	return status;
}

static int write_page(struct listing *listing)
{
	const struct asst__call *call = listing->call;
	struct asst__place place = { .size = PLACE_BYTES };
	struct asst_sink sink;
	size_t count;
	char *cursor;
	int status;

	asst__sink_init(&sink, &call->store->mem);
	status = scan(listing, &sink);
	count = sink.count < listing->limit ? sink.count : listing->limit;
	asst__text_add_cstr(&listing->text, "{\"keys\":[");
	if (status == ASST_OK)
		status = write_keys(listing, &sink, count);
	asst__text_add_char(&listing->text, ']');
	if (status == ASST_OK && sink.count > listing->limit) {
		place.bytes[0] = 'k';
		memcpy(place.bytes + 1, id_at(&sink, count - 1), ASST__UUID_BYTES);
		cursor = asst__cursor_write(&place, ASST__CURSOR_KEYS, 0, call->session,
					    &call->store->mem);
		asst__text_add_format(&listing->text, ",\"cursor\":\"%s\"", cursor ? cursor : "");
		status = cursor ? ASST_OK : asst__fail_nomem(call->err);
		asst__free_text(&call->store->mem, cursor);
	}
	asst__text_add_char(&listing->text, '}');
	asst__sink_dispose(&sink);
	return status;
}

int asst_key_list(asst_buf **out, asst_session *session, const char *options, size_t size,
		  asst_error *err)
{
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
	listing.all = has_all(&call);
	asst__text_init(&listing.text, &call.store->mem, SIZE_MAX / 2);
	status = check_person(&call);
	if (status == ASST_OK)
		status = read_options(&listing, options, size);
	if (status == ASST_OK)
		status = caller_uid(listing.uid, &call);
	if (status == ASST_OK)
		status = write_page(&listing);
	if (status == ASST_OK && out)
		status = asst__text_to_buf(out, &listing.text, err);
	asst__text_free(&listing.text);
	asst__call_end(&call);
	return status;
}
