/* SPDX-License-Identifier: MIT */
/* Sealing and opening by the keyring of the store, and what its statuses mean to a caller. */
#include "service/keyring.h"
#include "base/guarded.h"
#include "base/utf8.h"
#include "service/write.h"

#include <stdio.h>
#include <string.h>

#define CONTEXT_FORMAT 2
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

int asst__keyring_current(char key[ASST__SEALING_KEY_MAX + 1], const struct asst__call *call)
{
	const struct asst_keyring *keyring = &call->store->opts.keyring;
	const char *id = keyring->current(keyring->user);

	key[0] = '\0';
	if (!key_valid(id))
		return asst__fail(call->err, ASST_EBACKEND,
				  "the keyring's current key has an id that is none");
	memcpy(key, id, strlen(id) + 1);
	return ASST_OK;
}

static int make_room(struct asst__sealed *sealed, const struct asst__call *call, size_t size)
{
	sealed->bytes = asst__alloc(&call->store->mem, size + ASST_KEYRING_OVERHEAD);
	if (!sealed->bytes)
		return asst__fail_nomem(call->err);
	sealed->size = sealed->room = size + ASST_KEYRING_OVERHEAD;
	return ASST_OK;
}

/*
 * What is sealed is the value, one byte 0x80, and zeros up to the next whole block: the size of a
 * record tells that of its value to so many bytes alone.
 */
#define BLOCK 64

static int pad(struct asst__guarded *padded, const void *value, size_t size, asst_error *err)
{
	int status = asst__guarded_alloc(padded, (size / BLOCK + 1) * BLOCK, err);

	if (status != ASST_OK)
		return status;
	memset(padded->bytes, 0, padded->size);
	if (size)
		memcpy(padded->bytes, value, size);
	((unsigned char *)padded->bytes)[size] = 0x80;
	return ASST_OK;
}

static int unpad(struct asst__guarded *value, asst_error *err)
{
	const unsigned char *bytes = value->bytes;
	size_t size = value->size;

	while (size && value->size - size < BLOCK && !bytes[size - 1])
		size--;
	if (!size || bytes[size - 1] != 0x80 || value->size % BLOCK)
		return asst__fail(err, ASST_ECORRUPT, "a secret's value is damaged");
	value->size = size - 1;
	return ASST_OK;
}

/* With the key whose id was asked for before: the present one may be another by now. */
static int seal_with(struct asst__sealed *sealed, const struct asst__call *call,
		     const unsigned char id[ASST__UUID_BYTES], const char *name,
		     const void *value, size_t size)
{
	const struct asst_keyring *keyring = &call->store->opts.keyring;
	char context[CONTEXT_MAX];
	size_t context_size = write_context(context, call->workspace, id, name, sealed->key);
	int status = make_room(sealed, call, size);

	if (status != ASST_OK)
		return status;
	status = keyring->seal(keyring->user, sealed->key, sealed->bytes, &sealed->size, value,
			       size, context, context_size);
	if (status == ASST_OK && sealed->size > sealed->room)
		status = ASST_EBACKEND;
	return told(status, "seal", call->err);
}

int asst__keyring_seal(struct asst__sealed *sealed, const struct asst__call *call,
		       const unsigned char id[ASST__UUID_BYTES], const char *name,
		       const void *value, size_t size)
{
	struct asst__guarded padded = { NULL, 0, 0 };
	int status;

	memset(sealed, 0, sizeof(*sealed));
	status = asst__keyring_current(sealed->key, call);
	if (status == ASST_OK)
		status = pad(&padded, value, size, call->err);
	if (status == ASST_OK)
		status = seal_with(sealed, call, id, name, padded.bytes, padded.size);
	asst__guarded_free(&padded);
	return status;
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

/* With its padding. */
static int open_padded(struct asst__guarded *value, const struct asst__call *call,
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

int asst__keyring_open(struct asst__guarded *value, const struct asst__call *call,
		       const unsigned char id[ASST__UUID_BYTES], const char *name,
		       struct asst__string key, struct asst__string sealed)
{
	int status = open_padded(value, call, id, name, key, sealed);

	return status == ASST_OK ? unpad(value, call->err) : status;
}

static int rewrap_inside(struct asst__sealed *sealed, const struct asst__call *call,
			 const unsigned char id[ASST__UUID_BYTES], const char *name,
			 struct asst__string old_key, struct asst__string old)
{
	const struct asst_keyring *keyring = &call->store->opts.keyring;
	char context[CONTEXT_MAX], old_context[CONTEXT_MAX];
	size_t context_size, old_size;
	int status;

	if (!key_valid(old_key.text) || !old.text)
		return asst__fail(call->err, ASST_ECORRUPT, "a secret's record is damaged");
	status = make_room(sealed, call, old.size);
	if (status != ASST_OK)
		return status;
	context_size = write_context(context, call->workspace, id, name, sealed->key);
	old_size = write_context(old_context, call->workspace, id, name, old_key.text);
	status = keyring->rewrap(keyring->user, old_key.text, sealed->key, sealed->bytes,
				 &sealed->size, old.text, old.size, old_context, old_size, context,
				 context_size);
	if (status == ASST_OK && sealed->size > sealed->room)
		status = ASST_EBACKEND;
	return told(status, "rewrap", call->err);
}

int asst__keyring_rewrap(struct asst__sealed *sealed, const struct asst__call *call,
			 const unsigned char id[ASST__UUID_BYTES], const char *name,
			 struct asst__string old_key, struct asst__string old)
{
	struct asst__guarded value;
	int status;

	if (call->store->opts.keyring.rewrap)
		return rewrap_inside(sealed, call, id, name, old_key, old);
	status = open_padded(&value, call, id, name, old_key, old);
	if (status == ASST_OK)
		status = seal_with(sealed, call, id, name, value.bytes, value.size);
	asst__guarded_free(&value);
	return status;
}
