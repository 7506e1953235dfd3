/* SPDX-License-Identifier: MIT */
/* Credentials: their text, their hashes, their documents, and whether they are in force. */
#include "service/credentials.h"
#include "base/clock.h"
#include "base/crc32c.h"
#include "model/check.h"

#include <stdio.h>
#include <string.h>

#define TAG_DIGITS 11
#define SECRET_DIGITS 43
#define CHECK_DIGITS 6
#define SECRET_BYTES 32
#define DAY_MS INT64_C(86400000)

static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
static const char *const prefixes[] = { "asst_token_", "asst_key_" };

/* A number in base 62, from its big-endian bytes, which are used up. */
static void write_digits(char *text, size_t count, unsigned char *bytes, size_t size)
{
	unsigned rest;
	size_t i;

	while (count > 0) {
		rest = 0;
		for (i = 0; i < size; i++) {
			rest = rest << 8 | bytes[i];
			bytes[i] = (unsigned char)(rest / 62);
			rest %= 62;
		}
		text[--count] = digits[rest];
	}
}

static void write_number(char *text, size_t count, uint64_t value)
{
	unsigned char bytes[8];

	for (size_t i = 0; i < 8; i++)
		bytes[i] = (unsigned char)(value >> (56 - 8 * i) & 0xff);
	write_digits(text, count, bytes, sizeof(bytes));
}

/* False where it is no number of so many digits, or too large. */
static bool read_number(uint64_t *value, const char *text, size_t count)
{
	*value = 0;
	for (size_t i = 0; i < count; i++) {
		const char *digit = text[i] ? strchr(digits, text[i]) : NULL;
		uint64_t add = digit ? (uint64_t)(digit - digits) : 0;

		if (!digit || *value > (UINT64_MAX - add) / 62)
			return false;
		*value = *value * 62 + add;
	}
	return true;
}

static void hash_text(struct asst__credential *credential)
{
	for (size_t i = 0; i < sizeof(credential->hash); i++)
		snprintf(credential->hash_text + 2 * i, 3, "%02x", credential->hash[i]);
}

void asst__credential_wipe(struct asst__credential *credential)
{
	volatile char *bytes = (volatile char *)credential;

	for (size_t i = 0; i < sizeof(*credential); i++)
		bytes[i] = 0;
}

int asst__credential_check(const struct asst__call *call)
{
	unsigned char hash[ASST__HASH_BYTES];

	if (!asst__hash(hash, "", 0))
		return asst__fail(call->err, ASST_EUNSUPPORTED,
				  "this build has no libsodium, which credentials need");
	return asst__source_check(call->store, call->err);
}

int asst__credential_make(struct asst__credential *credential, bool is_key,
			  const struct asst__call *call)
{
	unsigned char secret[SECRET_BYTES];
	size_t at = strlen(prefixes[is_key]);
	uint64_t tag;
	int status = asst__workspace_ensure(call->store, call->workspace, call->err);

	memset(credential, 0, sizeof(*credential));
	if (status == ASST_OK)
		status = asst__workspace_tag(&tag, call->store, call->workspace, call->err);
	if (status == ASST_OK)
		status = asst__uuid_maker_bytes(&call->store->ids, secret, sizeof(secret),
						call->err);
	if (status != ASST_OK)
		return status;
	memcpy(credential->text, prefixes[is_key], at);
	write_number(credential->text + at, TAG_DIGITS, tag);
	at += TAG_DIGITS;
	write_digits(credential->text + at, SECRET_DIGITS, secret, sizeof(secret));
	at += SECRET_DIGITS;
	write_number(credential->text + at, CHECK_DIGITS,
		     asst__crc32c(0, credential->text, at));
	asst__hash(credential->hash, credential->text, at + CHECK_DIGITS);
	hash_text(credential);
	return ASST_OK;
}

bool asst__credential_parse(const char *text, size_t size, bool *is_key, uint64_t *tag)
{
	uint64_t checksum;
	size_t at, i;

	for (i = 0; i < 2; i++) {
		at = strlen(prefixes[i]);
		if (size == at + TAG_DIGITS + SECRET_DIGITS + CHECK_DIGITS &&
		    memcmp(text, prefixes[i], at) == 0)
			break;
	}
	if (i == 2)
		return false;
	*is_key = i == 1;
	for (i = at; i < size; i++) {
		if (!text[i] || !strchr(digits, text[i]))
			return false;
	}
	return read_number(tag, text + at, TAG_DIGITS) &&
	       read_number(&checksum, text + size - CHECK_DIGITS, CHECK_DIGITS) &&
	       checksum == asst__crc32c(0, text, size - CHECK_DIGITS);
}

/* Documents */

static int check_expiry(struct asst__check *check, const asst__json *tree,
			const struct asst__call *call)
{
	const char *text = asst__json_text(asst__json_member(tree, "expiresAt"));
	int64_t ms, most = call->store->opts.credential_days;

	if (!text || asst__time_parse(&ms, text, strlen(text)) != 0)
		return ASST_OK;
	if (ms <= call->now)
		asst__fault(check, "expiresAt", "time", "must be in the future");
	else if (ms > call->now + most * DAY_MS)
		asst__fault(check, "expiresAt", "time",
			    "must be within %lld days (max_credential_days)", (long long)most);
	return ASST_OK;
}

int asst__credential_document(asst__json **tree, const struct asst__schema *schema,
			      const char *json, size_t size, const struct asst__call *call)
{
	const struct asst__mem *mem = &call->store->mem;
	struct asst__check check;
	const asst__json *member;
	int status = json ? asst__scan_object(tree, json, size, &call->store->opts.limits, mem,
					      call->err) :
			    asst__fail(call->err, ASST_EINVAL, "needs a document");

	if (status != ASST_OK)
		return status;
	asst__check_begin(&check, &call->store->opts.limits, 0, mem, call->err);
	asst__check_object(&check, schema, *tree);
	check_expiry(&check, *tree, call);
	asst__peer_check(&check, *tree);
	member = asst__json_member(*tree, "scopes");
	if (asst__json_kind(member) == ASST__JSON_ARRAY && !asst__json_first(member))
		asst__fault(&check, "scopes", "required", "must not be empty");
	return asst__check_end(&check);
}

/* What is in force */

static bool same_hash(struct asst__string text, const unsigned char hash[ASST__HASH_BYTES])
{
	static const char hex[] = "0123456789abcdef";
	unsigned char bytes[ASST__HASH_BYTES];
	const char *high, *low;
	size_t i;

	if (text.size != 2 * sizeof(bytes))
		return false;
	for (i = 0; i < sizeof(bytes); i++) {
		high = memchr(hex, text.text[2 * i], 16);
		low = memchr(hex, text.text[2 * i + 1], 16);
		if (!high || !low)
			return false;
		bytes[i] = (unsigned char)((high - hex) << 4 | (low - hex));
	}
	return asst__hash_same(bytes, hash);
}

bool asst__key_in_force(const struct asst__view *key, int64_t now)
{
	return !asst__view_has(key, ASST__KEY_REVOKED_AT) &&
	       asst__view_int(key, ASST__KEY_EXPIRES_AT, 0) > now;
}

bool asst__key_works(const struct asst__view *key, const unsigned char hash[ASST__HASH_BYTES],
		     int64_t now)
{
	bool present = same_hash(asst__view_text(key, ASST__KEY_HASH), hash);
	bool old = same_hash(asst__view_text(key, ASST__KEY_OLD_HASH), hash) &&
		   asst__view_int(key, ASST__KEY_OLD_UNTIL, 0) > now;

	return (present || old) && asst__key_in_force(key, now);
}

bool asst__token_works(const struct asst__view *token, const unsigned char hash[ASST__HASH_BYTES],
		       int64_t now)
{
	return same_hash(asst__view_text(token, ASST__TOKEN_HASH), hash) &&
	       asst__view_int(token, ASST__TOKEN_EXPIRES_AT, 0) > now;
}

bool asst__key_has_scope(const struct asst__view *key, const char *scope)
{
	size_t i, count = asst__view_count(key, ASST__KEY_SCOPES);

	for (i = 0; i < count; i++) {
		struct asst__string text = asst__view_text_at(key, ASST__KEY_SCOPES, i);

		if (text.text && strcmp(text.text, scope) == 0)
			return true;
	}
	return false;
}

/* Batches */

void asst__change_credential(struct asst__change *change,
			     const unsigned char hash[ASST__HASH_BYTES], char kind,
			     const unsigned char id[ASST__UUID_BYTES],
			     const unsigned char *assistant)
{
	char pointer[ASST__POINTER_BYTES] = { kind };
	struct asst__key key;

	memcpy(pointer + 1, id, ASST__UUID_BYTES);
	if (assistant)
		memcpy(pointer + 1 + ASST__UUID_BYTES, assistant, ASST__UUID_BYTES);
	asst__key_credential(&key, hash);
	asst__change_check(change, &key, 0);
	asst__change_put_bytes(change, &key, pointer, sizeof(pointer));
}

void asst__change_drop_hash(struct asst__change *change, struct asst__string hash)
{
	unsigned char bytes[ASST__HASH_BYTES];
	struct asst__key key;
	unsigned value;

	if (!hash.text || hash.size != 2 * sizeof(bytes))
		return;
	for (size_t i = 0; i < sizeof(bytes); i++) {
		if (sscanf(hash.text + 2 * i, "%2x", &value) != 1)
			return;
		bytes[i] = (unsigned char)value;
	}
	asst__key_credential(&key, bytes);
	asst__change_delete(change, &key);
}
