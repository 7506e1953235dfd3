/* SPDX-License-Identifier: MIT */
/* Credentials: their text, their hashes, their documents, and opening sessions with them. */
#include "service/credentials.h"
#include "base/clock.h"
#include "base/crc32c.h"
#include "model/check.h"

#include <assistant/credential.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TAG_DIGITS 11
#define SECRET_DIGITS 43
#define CHECK_DIGITS 6
#define SECRET_BYTES 32
#define DAY_MS INT64_C(86400000)
#define HOUR_MS INT64_C(3600000)

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

/* Everything that can be seen without the store. */
static bool parse(const char *text, size_t size, bool *is_key, uint64_t *tag)
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

/*
 * An address of its family's size, or 0. An IPv4 address in IPv6's clothes, as servers of both
 * families are given it, is the IPv4 address.
 */
static size_t read_address(unsigned char bytes[16], const char *text)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (inet_pton(AF_INET, text, bytes) == 1)
		return 4;
	if (inet_pton(AF_INET6, text, bytes) != 1)
		return 0;
	if (memcmp(bytes, mapped, sizeof(mapped)) != 0)
		return 16;
	memmove(bytes, bytes + sizeof(mapped), 4);
	return 4;
}

/* "address/bits", with no bit set beyond those; 0 where it is none. */
static size_t read_range(unsigned char bytes[16], unsigned *bits, const char *text)
{
	const char *slash = strchr(text, '/');
	size_t size, digits_size = slash ? strspn(slash + 1, "0123456789") : 0;
	char address[64];
	unsigned i;

	if (!digits_size || digits_size > 3 || slash[1 + digits_size] ||
	    (slash[1] == '0' && digits_size > 1) || (size_t)(slash - text) >= sizeof(address))
		return 0;
	memcpy(address, text, (size_t)(slash - text));
	address[slash - text] = '\0';
	size = read_address(bytes, address);
	*bits = (unsigned)strtoul(slash + 1, NULL, 10);
	if (size == 4 && strchr(address, ':')) {
		if (*bits < 96)
			return 0;
		*bits -= 96;
	}
	if (*bits > 8 * size)
		return 0;
	for (i = *bits; i < 8 * size; i++) {
		if (bytes[i / 8] & 0x80u >> i % 8)
			return 0;
	}
	return size;
}

static bool in_range(const char *range, const char *peer)
{
	unsigned char network[16], address[16];
	unsigned bits, i;
	size_t size = read_range(network, &bits, range);

	if (!size || read_address(address, peer) != size)
		return false;
	for (i = 0; i < bits; i++) {
		unsigned bit = 0x80u >> i % 8;

		if ((network[i / 8] ^ address[i / 8]) & bit)
			return false;
	}
	return true;
}

/*
 * A host's name: labels with a '.' between them. The last one is no number: that would be an
 * address with a fault in it, which no host has.
 */
static bool name_valid(const char *text)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	size_t size;

	if (strlen(text) > 253)
		return false;
	for (;; text += size + 1) {
		size = strcspn(text, ".");
		if (size < 1 || size > 63 || strspn(text, letters) < size || text[0] == '-' ||
		    text[size - 1] == '-')
			return false;
		if (!text[size])
			return strspn(text, "0123456789") < size;
	}
}

/* The text of a member; NULL where that is a fault already. */
static const char *text_of(const asst__json *tree, const char *name)
{
	const asst__json *member = asst__json_member(tree, name);
	const char *text = asst__json_kind(member) == ASST__JSON_STRING ?
				   asst__json_text(member) : NULL;

	return text && text[strspn(text, " \t\r\n")] ? text : NULL;
}

/* From where a token can be used; from nowhere would be a mistake. */
static void check_restrictions(struct asst__check *check, const asst__json *tree)
{
	const char *cidr = text_of(tree, "cidr"), *host = text_of(tree, "host");
	unsigned char bytes[16];
	unsigned bits;
	bool range = cidr && read_range(bytes, &bits, cidr), address, named;

	if (cidr && !range)
		asst__fault(check, "cidr", "format",
			    "must be an address, \"/\" and its bits, with none set behind them");
	if (!host)
		return;
	address = read_address(bytes, host) != 0;
	named = !address && name_valid(host);
	if (!address && !named)
		asst__fault(check, "host", "format", "must be an address or a host's name");
	else if (range && !in_range(cidr, host))
		asst__fault(check, "host", "contradiction",
			    named ? "a host that is told by its name lies in no range (cidr)" :
				    "does not lie in the range (cidr)");
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
	check_restrictions(&check, *tree);
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

/* Two spellings of one address are the same host. */
static bool same_host(const char *host, const char *peer)
{
	unsigned char a[16], b[16];
	size_t size = read_address(a, host);

	if (size)
		return read_address(b, peer) == size && memcmp(a, b, size) == 0;
	return strcasecmp(host, peer) == 0;
}

bool asst__peer_fits(const struct asst__view *token, const char *peer)
{
	struct asst__string host = asst__view_text(token, ASST__TOKEN_HOST);
	struct asst__string cidr = asst__view_text(token, ASST__TOKEN_CIDR);

	if (!host.text && !cidr.text)
		return true;
	return peer && (!host.text || same_host(host.text, peer)) &&
	       (!cidr.text || in_range(cidr.text, peer));
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

/* Opening */

static int refuse(asst_error *err)
{
	asst__error_clear(err);
	return asst__fail(err, ASST_EUNAUTHENTICATED, "the credential is not valid");
}

static int get_one(asst_buf **value, uint64_t *sequence, asst_store *store, const char *workspace,
		   const struct asst__key *key, asst_error *err)
{
	const struct asst__answer *answer;
	struct asst_keys keys;
	struct asst_sink sink;
	uint64_t moment;
	int status;

	*value = NULL;
	asst__keys_init(&keys, &store->mem);
	asst__sink_init(&sink, &store->mem);
	status = asst_keys_add(&keys, key->bytes, key->size, err);
	if (status == ASST_OK)
		status = asst__backend_get(&store->backend, workspace, &keys, &sink, &moment, err);
	answer = status == ASST_OK ? asst__sink_find(&sink, 0) : NULL;
	if (answer) {
		*value = asst_buf_ref(answer->value);
		*sequence = answer->sequence;
	}
	asst__sink_dispose(&sink);
	asst__keys_dispose(&keys);
	return status;
}

/* Fill a session from the record behind a hash. */
static int find_record(asst_session *session, asst_buf **record, struct asst__key *key,
		       uint64_t *sequence, asst_error *err)
{
	asst_store *store = session->store;
	asst_buf *pointer;
	const char *bytes;
	int status;

	*record = NULL;
	asst__key_credential(key, session->hash);
	status = get_one(&pointer, sequence, store, session->workspace, key, err);
	if (status != ASST_OK)
		return status;
	bytes = asst_buf_data(pointer);
	if (asst_buf_size(pointer) != ASST__POINTER_BYTES ||
	    bytes[0] != (session->kind == ASST__FROM_KEY ? ASST__POINTER_KEY :
							   ASST__POINTER_TOKEN)) {
		asst_buf_free(pointer);
		return refuse(err);
	}
	memcpy(session->id, bytes + 1, ASST__UUID_BYTES);
	memcpy(session->assistant, bytes + 1 + ASST__UUID_BYTES, ASST__UUID_BYTES);
	asst_buf_free(pointer);
	if (session->kind == ASST__FROM_KEY)
		asst__key_api(key, session->id);
	else
		asst__key_token(key, session->assistant, session->id);
	status = get_one(record, sequence, store, session->workspace, key, err);
	return status == ASST_OK && !*record ? refuse(err) : status;
}

static int fill(asst_session *session, const struct asst__view *view, asst_error *err)
{
	bool is_key = session->kind == ASST__FROM_KEY;
	struct asst__string creator =
		asst__view_text(view, is_key ? ASST__KEY_CREATED_BY : ASST__TOKEN_CREATED_BY);
	char id[ASST__UUID_TEXT + 1];

	if (creator.size <= 5)
		return asst__fail(err, ASST_ECORRUPT, "a credential's record is damaged");
	session->creator = asst__copy_text(&session->store->mem, creator.text + 5,
					   creator.size - 5);
	if (!session->creator)
		return asst__fail_nomem(err);
	asst__uuid_write(id, session->id);
	return asst__person_fill_alone(&session->person, &session->store->mem,
				       is_key ? "key:" : "token:", id, err);
}

/* Note the use, once an hour; where that fails nothing is lost but the note. */
static void note_use(const asst_session *session, const struct asst__key *key, asst_buf *record,
		     const struct asst__view *view, uint64_t sequence)
{
	bool is_key = session->kind == ASST__FROM_KEY;
	unsigned field = is_key ? ASST__KEY_USED_AT : ASST__TOKEN_USED_AT;
	asst_store *store = session->store;
	int64_t now = asst__clock_now(&store->opts.clock);
	struct asst_batch batch;
	asst_buf *changed = NULL;
	uint64_t applied;
	size_t failed;

	if (store->opts.file.read_only || now - asst__view_int(view, field, 0) < HOUR_MS)
		return;
	if (asst__record_with_int(&changed, is_key ? &asst__key_record_schema :
						     &asst__token_record_schema,
				  record, field, now - now % HOUR_MS, &store->mem) != ASST_OK)
		return;
	asst__batch_init(&batch, &store->mem);
	if (asst_batch_check_key(&batch, key->bytes, key->size, sequence, NULL) == ASST_OK &&
	    asst_batch_put_buf(&batch, key->bytes, key->size, changed, NULL) == ASST_OK)
		asst__backend_apply(&store->backend, session->workspace, &batch, &applied, &failed,
				    NULL);
	asst__batch_dispose(&batch);
	asst_buf_free(changed);
}

static int open_found(asst_session *session, const char *peer, asst_error *err)
{
	bool is_key = session->kind == ASST__FROM_KEY;
	asst_buf *record = NULL;
	struct asst__key key;
	struct asst__view view;
	struct asst__call call;
	uint64_t sequence;
	int status = find_record(session, &record, &key, &sequence, err);

	if (status == ASST_OK)
		status = asst__view_open(&view,
					 is_key ? &asst__key_record_schema :
						  &asst__token_record_schema,
					 asst_buf_data(record), asst_buf_size(record), err);
	if (status == ASST_OK && !is_key && !asst__peer_fits(&view, peer))
		status = refuse(err);
	if (status == ASST_OK)
		status = fill(session, &view, err);
	if (status == ASST_OK) {
		/* Whether it works now, and its creator does. */
		status = asst__call_begin(&call, session, err);
		if (status == ASST_OK)
			asst__call_end(&call);
	}
	if (status == ASST_OK)
		note_use(session, &key, record, &view, sequence);
	asst_buf_free(record);
	return status;
}

static int open_parsed(asst_session **session, asst_store *store, const char *text, size_t size,
		       bool is_key, uint64_t tag, const char *peer, asst_error *err)
{
	asst_session *made;
	char *workspace;
	int status = asst__workspace_find(&workspace, store, tag, err);

	if (status != ASST_OK || !workspace)
		return status == ASST_OK ? refuse(err) : status;
	made = asst__session_new(store, workspace);
	asst__free_text(&store->mem, workspace);
	if (!made)
		return asst__fail_nomem(err);
	made->kind = is_key ? ASST__FROM_KEY : ASST__FROM_TOKEN;
	asst__hash(made->hash, text, size);
	status = open_found(made, peer, err);
	if (status == ASST_OK)
		*session = made;
	else
		asst_session_free(made);
	return status;
}

int asst_session_open_credential(asst_session **session, asst_store *store,
				 const char *credential, size_t size, const char *peer,
				 uint32_t flags, asst_error *err)
{
	struct asst__call probe = { .store = store, .err = err };
	size_t stripe;
	uint64_t tag;
	bool is_key;
	int status;

	asst__error_clear(err);
	if (session)
		*session = NULL;
	if (!session || !store || !credential)
		return asst__fail(err, ASST_EINVAL,
				  "needs a place for the session, a store and a credential");
	status = asst__flags_check(flags, 0, err);
	if (status == ASST_OK)
		status = asst__credential_check(&probe);
	if (status != ASST_OK)
		return status;
	if (!asst__gate_enter(&store->gate, &stripe))
		return asst__fail(err, ASST_ESTATE, "the store is closed");
	if (size == ASST_NUL)
		size = strlen(credential);
	status = parse(credential, size, &is_key, &tag) ?
			 open_parsed(session, store, credential, size, is_key, tag, peer, err) :
			 refuse(err);
	asst__gate_leave(&store->gate, stripe);
	return status;
}
