/* SPDX-License-Identifier: MIT */
/* Sealing and opening; and what is sealed anew when the current key changes. */
#include "service/keyring.h"
#include "base/guarded.h"
#include "base/utf8.h"
#include "service/write.h"

#include <assistant/secret.h>

#include <stdio.h>
#include <string.h>

#define CONTEXT_FORMAT 1
#define CONTEXT_MAX 640

int asst__keyring_check(const struct asst__call *call)
{
	if (call->store->opts.keyring.size)
		return ASST_OK;
	return asst__fail(call->err, ASST_EUNSUPPORTED,
			  "the store has no keyring: secrets are never kept as plain text");
}

int asst__keyring_check_description(const char *description, const struct asst__call *call)
{
	size_t size = strlen(description);

	if (asst__utf8_valid(description, size) != size) {
		asst__error_add_issue(call->err, "json_utf8", "/description", "must be UTF-8");
		return asst__fail(call->err, ASST_EVALIDATION, "the description must be UTF-8");
	}
	if (asst__utf8_count(description, size) > 500) {
		asst__error_add_issue(call->err, "too_long", "/description",
				      "must have at most 500 characters");
		return asst__fail(call->err, ASST_EVALIDATION,
				  "a description is limited to 500 characters");
	}
	return ASST_OK;
}

/* Parts with their NULs, so that no two places have the same context. */
static size_t write_context(char context[CONTEXT_MAX], const char *workspace,
			    const unsigned char id[ASST__UUID_BYTES], const char *name,
			    const char *key)
{
	const char *parts[] = { workspace, name, key };
	size_t i, size, at = 0;

	context[at++] = CONTEXT_FORMAT;
	memcpy(context + at, id, ASST__UUID_BYTES);
	at += ASST__UUID_BYTES;
	for (i = 0; i < 3; i++) {
		size = strlen(parts[i]) + 1;
		if (size > CONTEXT_MAX - at)
			return 0;
		memcpy(context + at, parts[i], size);
		at += size;
	}
	return at;
}

static bool key_valid(const char *key)
{
	size_t size = key ? strlen(key) : 0;

	return size >= 1 && size <= 64 &&
	       strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") ==
		       size;
}

/* What a keyring answers, as a caller is told it. */
static int told(int status, const char *doing, asst_error *err)
{
	if (status == ASST_OK)
		return ASST_OK;
	if (asst__host_status(status) == status)
		return asst__fail(err, status, "the keyring could not %s the secret", doing);
	asst__fail(err, ASST_EBACKEND,
		   "the keyring's %s returned the status %d, which is none of a keyring", doing,
		   status);
	asst__error_set_raw(err, status);
	return ASST_EBACKEND;
}

int asst__keyring_seal(struct asst__sealed *sealed, const struct asst__call *call,
		       const unsigned char id[ASST__UUID_BYTES], const char *name,
		       const void *value, size_t size)
{
	const struct asst_keyring *keyring = &call->store->opts.keyring;
	const char *key = keyring->current(keyring->user);
	char context[CONTEXT_MAX];
	size_t context_size;
	int status;

	memset(sealed, 0, sizeof(*sealed));
	if (!key_valid(key))
		return asst__fail(call->err, ASST_EBACKEND,
				  "the keyring's current key has an id that is none");
	memcpy(sealed->key, key, strlen(key) + 1);
	sealed->bytes = asst__alloc(&call->store->mem, size + ASST_KEYRING_OVERHEAD);
	if (!sealed->bytes)
		return asst__fail_nomem(call->err);
	sealed->room = size + ASST_KEYRING_OVERHEAD;
	sealed->size = sealed->room;
	context_size = write_context(context, call->workspace, id, name, sealed->key);
	status = keyring->seal(keyring->user, sealed->bytes, &sealed->size, value, size, context,
			       context_size);
	if (status == ASST_OK && sealed->size > sealed->room)
		status = ASST_EBACKEND;
	return told(status, "seal", call->err);
}

void asst__sealed_free(struct asst__sealed *sealed, const struct asst__call *call)
{
	asst__free(&call->store->mem, sealed->bytes, sealed->room);
	memset(sealed, 0, sizeof(*sealed));
}

int asst__guarded_alloc(struct asst__guarded *guarded, size_t size, asst_error *err)
{
	guarded->room = size ? size : 1;
	guarded->size = size;
	guarded->bytes = asst__guarded_memory(guarded->room);
	return guarded->bytes ? ASST_OK : asst__fail_nomem(err);
}

void asst__guarded_free(struct asst__guarded *guarded)
{
	asst__guarded_give_back(guarded->bytes, guarded->room);
	memset(guarded, 0, sizeof(*guarded));
}

int asst__keyring_open(struct asst__guarded *value, const struct asst__call *call,
		       const unsigned char id[ASST__UUID_BYTES], const char *name,
		       struct asst__string key, struct asst__string sealed)
{
	const struct asst_keyring *keyring = &call->store->opts.keyring;
	char context[CONTEXT_MAX];
	size_t context_size;
	int status;

	memset(value, 0, sizeof(*value));
	if (!key_valid(key.text) || !sealed.text)
		return asst__fail(call->err, ASST_ECORRUPT, "a secret's record is damaged");
	status = asst__guarded_alloc(value, sealed.size, call->err);
	if (status != ASST_OK)
		return status;
	context_size = write_context(context, call->workspace, id, name, key.text);
	status = keyring->open(keyring->user, key.text, value->bytes, &value->size, sealed.text,
			       sealed.size, context, context_size);
	if (status == ASST_OK && value->size > sealed.size)
		status = ASST_EBACKEND;
	return told(status, "open", call->err);
}

/* Sealing anew */

struct rewrapping {
	struct asst__call *call;
	const unsigned char *key; /* of the record */
	size_t key_size;
	bool done; /* by this attempt */
	asst_buf *record, *old;
};

static int get_secret(struct rewrapping *rewrapping, struct asst__part *part)
{
	const struct asst__call *call = rewrapping->call;
	struct asst_keys keys;
	struct asst_sink sink;
	uint64_t sequence;
	int status;

	asst__keys_init(&keys, &call->store->mem);
	asst__sink_init(&sink, &call->store->mem);
	status = asst_keys_add(&keys, rewrapping->key, rewrapping->key_size, call->err);
	if (status == ASST_OK)
		status = asst__backend_get(&call->store->backend, call->workspace, &keys, &sink,
					   &sequence, call->err);
	if (status == ASST_OK)
		status = asst__part_take(part, &sink, 0, &asst__secret_schema, call->err);
	asst__sink_dispose(&sink);
	asst__keys_dispose(&keys);
	return status;
}

/* The same record with another seal. */
static int seal_anew(struct rewrapping *rewrapping, const struct asst__part *part)
{
	const struct asst__call *call = rewrapping->call;
	const unsigned char *id = rewrapping->key + 1;
	const char *name = asst__view_text(&part->view, ASST__SECRET_NAME).text;
	struct asst__guarded value;
	struct asst__sealed sealed = { .bytes = NULL };
	struct asst__record record;
	uint32_t root;
	int status = asst__keyring_open(&value, call, id, name,
					asst__view_text(&part->view, ASST__SECRET_KEY),
					asst__view_text(&part->view, ASST__SECRET_SEALED));

	if (status == ASST_OK)
		status = asst__keyring_seal(&sealed, call, id, name, value.bytes, value.size);
	asst__guarded_free(&value);
	if (status == ASST_OK) {
		root = asst__record_begin(&record, &asst__secret_schema, 0, &call->store->mem);
		if (root) {
			asst__record_copy(&record, root, &asst__secret_schema, &part->view, 0);
			asst__record_text(&record, root, ASST__SECRET_KEY,
					  ASST__STRING(sealed.key));
			asst__record_text(&record, root, ASST__SECRET_SEALED,
					  (struct asst__string){ (const char *)sealed.bytes,
								 sealed.size });
		}
		status = asst__record_end(&rewrapping->record, &record, call->err);
	}
	asst__sealed_free(&sealed, call);
	return status;
}

static int attempt_rewrap(void *context, struct asst__change *change, bool lost)
{
	struct rewrapping *rewrapping = context;
	const struct asst__call *call = rewrapping->call;
	const struct asst_keyring *keyring = &call->store->opts.keyring;
	struct asst__event event = { .action = "secret.rewrap" };
	struct asst__string used;
	char id[ASST__UUID_TEXT + 1];
	struct asst__part part = { .buf = NULL };
	struct asst__key key;
	const char *current = keyring->current(keyring->user);
	int status;

	(void)lost;
	asst_buf_free(rewrapping->record);
	rewrapping->record = NULL;
	rewrapping->done = false;
	status = get_secret(rewrapping, &part);
	used = asst__view_text(&part.view, ASST__SECRET_KEY);
	if (status != ASST_OK || !part.buf ||
	    (current && used.text && strcmp(used.text, current) == 0)) {
		asst_buf_free(part.buf);
		return status;
	}
	status = seal_anew(rewrapping, &part);
	if (status == ASST_OK) {
		memcpy(key.bytes, rewrapping->key, rewrapping->key_size);
		key.size = rewrapping->key_size;
		asst__change_check(change, &key, part.sequence);
		asst__change_put(change, &key, rewrapping->record);
		asst__uuid_write(id, rewrapping->key + 1);
		event.object = ASST__STRING(id);
		asst__change_event(change, &event);
		rewrapping->done = true;
	}
	asst_buf_free(part.buf);
	return status;
}

#define PAGE 256

/* One page of the keys of assistants; rewraps the secrets among them. */
static int rewrap_page(struct asst__call *call, struct asst__key *from, size_t *count,
		       uint64_t *sealed)
{
	struct asst_ranges ranges;
	struct asst_sink sink;
	uint64_t sequence;
	size_t i, size;
	int status;

	asst__ranges_init(&ranges, &call->store->mem, 1);
	asst__sink_init(&sink, &call->store->mem);
	status = asst_ranges_add(&ranges, from->bytes, from->size, "B", 1, PAGE, 0, call->err);
	if (status == ASST_OK)
		status = asst__backend_scan(&call->store->backend, call->workspace, &ranges, &sink,
					    &sequence, call->err);
	*count = status == ASST_OK ? sink.count : 0;
	for (i = 0; i < *count && status == ASST_OK; i++) {
		struct rewrapping rewrapping = { .call = call,
						 .key = asst_sink_key(&sink, i, &size) };

		rewrapping.key_size = size;
		memcpy(from->bytes, rewrapping.key, size);
		from->bytes[size] = 0;
		from->size = size + 1;
		if (size <= ASST__UUID_BYTES + 2 ||
		    rewrapping.key[1 + ASST__UUID_BYTES] != ASST__PART_SECRET)
			continue;
		status = asst__write(call, "secret.rewrap", NULL, attempt_rewrap, &rewrapping);
		*sealed += status == ASST_OK && rewrapping.done;
		asst_buf_free(rewrapping.record);
	}
	asst__sink_dispose(&sink);
	asst__ranges_dispose(&ranges);
	return status;
}

int asst_secret_rewrap(uint64_t *sealed, asst_session *session, asst_progress progress, void *user,
		       uint32_t flags, asst_error *err)
{
	struct asst__key from = { 1, "A" };
	struct asst__call call;
	uint64_t sum = 0, looked = 0;
	size_t count = PAGE;
	int status;

	if (sealed)
		*sealed = 0;
	status = asst__call_begin(&call, session, err);
	if (status != ASST_OK)
		return status;
	status = asst__flags_check(flags, 0, err);
	if (status == ASST_OK && !call.actor->system) {
		status = asst__fail(err, ASST_EDENIED, "needs the system's session");
		asst__write_refused(&call, status, "secret.rewrap", NULL);
	}
	if (status == ASST_OK)
		status = asst__keyring_check(&call);
	while (status == ASST_OK && count == PAGE) {
		if (progress && progress(user, looked, 0))
			status = asst__fail(err, ASST_ECANCELED, "sealing anew was canceled");
		else
			status = rewrap_page(&call, &from, &count, &sum);
		looked += count;
	}
	if (sealed)
		*sealed = sum;
	asst__call_end(&call);
	return status;
}
