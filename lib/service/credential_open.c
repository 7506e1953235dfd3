/* SPDX-License-Identifier: MIT */
/* Opening sessions with credentials. */
#include "service/credentials.h"
#include "base/clock.h"

#include <assistant/credential.h>

#include <string.h>

#define HOUR_MS INT64_C(3600000)

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
	status = asst__credential_parse(credential, size, &is_key, &tag) ?
			 open_parsed(session, store, credential, size, is_key, tag, peer, err) :
			 refuse(err);
	asst__gate_leave(&store->gate, stripe);
	return status;
}
