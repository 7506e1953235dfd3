/* SPDX-License-Identifier: MIT */
/* API keys that are there: revoking and rotating them. */
#include "service/api_keys.h"

#include <assistant/credential.h>

#include <string.h>

#define OVERLAP_MOST INT64_C(604800000)
#define BIT(field_) (UINT64_C(1) << (field_))

static int no_such_key(asst_error *err)
{
	return asst__fail(err, ASST_ENOTFOUND, "no such key");
}

/* Others' keys are as good as none; credentials have nothing to do with keys. */
static int find_key(struct asst__api_key *key)
{
	const struct asst__call *call = key->call;
	struct asst_keys keys;
	struct asst_sink sink;
	struct asst__key at;
	char uid[ASST__UUID_TEXT + 1];
	uint64_t sequence;
	int status;

	asst__api_key_reset(key);
	asst__keys_init(&keys, &call->store->mem);
	asst__sink_init(&sink, &call->store->mem);
	asst__key_api(&at, key->id);
	status = asst_keys_add(&keys, at.bytes, at.size, call->err);
	if (status == ASST_OK)
		status = asst__backend_get(&call->store->backend, call->workspace, &keys, &sink,
					   &sequence, call->err);
	if (status == ASST_OK)
		status = asst__part_take(&key->part, &sink, 0, &asst__key_record_schema, call->err);
	asst__sink_dispose(&sink);
	asst__keys_dispose(&keys);
	if (status == ASST_OK)
		status = asst__api_key_caller(uid, call);
	if (status == ASST_OK &&
	    (!key->part.buf ||
	     (!asst__api_keys_all(call) && !asst__api_key_is_own(&key->part.view, call, uid))))
		status = no_such_key(call->err);
	return status;
}

/* The new hash, and the old one for as long as it goes on: what is not kept no clock brings back. */
static void put_hashes(struct asst__record *record, uint32_t root, const struct asst__api_key *key)
{
	asst__record_text(record, root, ASST__KEY_HASH, ASST__STRING(key->credential.hash_text));
	if (!key->overlap)
		return;
	asst__record_text(record, root, ASST__KEY_OLD_HASH,
			  asst__view_text(&key->part.view, ASST__KEY_HASH));
	asst__record_int(record, root, ASST__KEY_OLD_UNTIL, key->call->now + key->overlap);
}

/* Put a changed record: text fields that change, and one time. */
static int put_changed(struct asst__api_key *key, struct asst__change *change, unsigned time_field,
		       const char *action)
{
	const struct asst__call *call = key->call;
	struct asst__record record;
	struct asst__key at;
	uint32_t root = asst__record_begin(&record, &asst__key_record_schema, 0, &call->store->mem);
	bool rotates = key->credential.text[0] != '\0';
	uint64_t except = BIT(time_field);
	int status;

	if (rotates)
		except |= BIT(ASST__KEY_HASH) | BIT(ASST__KEY_OLD_HASH) | BIT(ASST__KEY_OLD_UNTIL);
	if (root) {
		asst__record_copy(&record, root, &asst__key_record_schema, &key->part.view, except);
		asst__record_int(&record, root, time_field, call->now);
		if (rotates)
			put_hashes(&record, root, key);
	}
	status = asst__record_end(&key->record, &record, call->err);
	if (status == ASST_OK)
		status = asst__api_key_show(key);
	if (status != ASST_OK)
		return status;
	asst__key_api(&at, key->id);
	asst__change_check(change, &at, key->part.sequence);
	asst__change_put(change, &at, key->record);
	asst__api_key_event(change, key, action);
	return ASST_OK;
}

static int attempt_revoke(void *context, struct asst__change *change, bool lost)
{
	struct asst__api_key *key = context;
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
	struct asst__api_key *key = context;
	const struct asst__call *call = key->call;
	int status = asst__api_keys_all(call) ? ASST_OK : asst__api_key_may_make(call);

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
	if (!key->overlap)
		asst__change_drop_hash(change, asst__view_text(&key->part.view, ASST__KEY_HASH));
	asst__change_credential(change, key->credential.hash, ASST__POINTER_KEY, key->id, NULL);
	return put_changed(key, change, ASST__KEY_ROTATED_AT, "key.rotate");
}

static int change_key(asst_buf **out, asst_session *session, const char *id, int64_t overlap,
		      uint32_t flags, bool rotate, asst_error *err)
{
	const char *action = rotate ? "key.rotate" : "key.revoke";
	struct asst__api_key key;
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
		status = asst__api_key_person(&call);
	if (status == ASST_OK && rotate && !asst__api_keys_all(&call))
		status = asst__api_key_may_make(&call);
	if (status == ASST_OK && !asst__uuid_read(key.id, id, strlen(id)))
		status = no_such_key(err);
	if (status == ASST_OK && rotate)
		status = asst__credential_check(&call);
	if (status == ASST_OK && rotate)
		status = asst__credential_make(&key.credential, true, &call);
	if (status == ASST_OK)
		status = asst__write(&call, action, NULL, rotate ? attempt_rotate : attempt_revoke,
				     &key);
	else
		asst__write_refused(&call, status, action, NULL);
	if (status == ASST_OK)
		asst__api_key_give(out, &key);
	asst__api_key_reset(&key);
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
