/* SPDX-License-Identifier: MIT */
/* API keys: making them, and what is shown of one; credentials.c opens sessions with them. */
#include "service/api_keys.h"
#include "base/clock.h"
#include "model/ident.h"

#include <assistant/credential.h>

#include <string.h>

void asst__api_key_reset(struct asst__api_key *key)
{
	asst_buf_free(key->part.buf);
	asst_buf_free(key->record);
	asst_buf_free(key->shown);
	memset(&key->part, 0, sizeof(key->part));
	key->record = NULL;
	key->shown = NULL;
}

/* Everything but the hashes. */
void asst__api_key_write(struct asst__text *out, const struct asst__view *view,
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

int asst__api_key_show(struct asst__api_key *key)
{
	const struct asst__call *call = key->call;
	struct asst__view view;
	struct asst__text text;
	int status = asst__view_open(&view, &asst__key_record_schema, asst_buf_data(key->record),
				     asst_buf_size(key->record), call->err);

	if (status != ASST_OK || !key->wanted)
		return status;
	asst__text_init_secret(&text, &call->store->mem);
	asst__api_key_write(&text, &view, key->credential.text);
	return asst__text_to_secret_buf(&key->shown, &text, call->err);
}

void asst__api_key_give(asst_buf **out, struct asst__api_key *key)
{
	if (out)
		*out = key->shown;
	key->shown = NULL;
}

void asst__api_key_event(struct asst__change *change, const struct asst__api_key *key,
			 const char *action)
{
	char principal[ASST__PRINCIPAL_MAX + 1] = "key:";
	struct asst__event event = { .action = action };

	asst__uuid_write(principal + 4, key->id);
	event.principal = ASST__STRING(principal);
	asst__change_event(change, &event);
}

/* Whether the caller may have a new text of a key now; again where a race was lost. */
int asst__api_key_may_make(const struct asst__call *call)
{
	static const struct asst__object nothing;
	struct asst__decision decision;

	asst__decide(&decision, ASST__RIGHT_KEYS, call->actor, &nothing, call->now);
	return decision.status == ASST_OK ?
		       ASST_OK :
		       asst__decision_fail(&decision, ASST__RIGHT_KEYS, call->err);
}

/* The system and superusers deal with everybody's. */
bool asst__api_keys_all(const struct asst__call *call)
{
	return call->actor->system || call->actor->superuser;
}

/* Who the caller is to the directory, with access or without; nobody it knows: "". */
int asst__api_key_caller(char uid[ASST__UUID_TEXT + 1], const struct asst__call *call)
{
	uid[0] = '\0';
	return asst__api_keys_all(call) ? ASST_OK : asst__source_uid(uid, call, false);
}

/* The keys of a forgotten user are not of the next one who has the id: they are dead (identity.c). */
bool asst__api_key_is_own(const struct asst__view *key, const struct asst__call *call,
			  const char *uid)
{
	struct asst__string creator = asst__view_text(key, ASST__KEY_CREATOR_UID);

	return asst__same(asst__view_text(key, ASST__KEY_CREATED_BY), call->actor->principal) &&
	       (!creator.text || strcmp(creator.text, uid) == 0);
}

int asst__api_key_person(const struct asst__call *call)
{
	if (call->actor->kind != ASST__PERSON)
		return asst__fail(call->err, ASST_EDENIED,
				  "keys and tokens do not make or revoke keys");
	if (!call->actor->seat && !call->actor->system)
		return asst__fail(call->err, ASST_EDENIED, "needs an AI seat (aiSeat, ai.verify)");
	return ASST_OK;
}

/* Make */

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

static int attempt_create(void *context, struct asst__change *change, bool lost)
{
	struct asst__api_key *key = context;
	const struct asst__call *call = key->call;
	struct asst__key at;
	int status;

	(void)lost;
	asst__api_key_reset(key);
	status = asst__api_key_may_make(call);
	if (status == ASST_OK && !set_time(key->tree, "createdAt", call->now))
		status = asst__fail_nomem(call->err);
	if (status == ASST_OK)
		status = asst__record_from_tree(&key->record, &asst__key_record_schema, key->tree,
						&call->store->mem, call->err);
	if (status == ASST_OK)
		status = asst__api_key_show(key);
	if (status != ASST_OK)
		return status;
	asst__key_api(&at, key->id);
	asst__change_check(change, &at, 0);
	asst__change_put(change, &at, key->record);
	asst__key_api_of(&at, call->actor->principal, key->id);
	asst__change_put_bytes(change, &at, "", 0);
	asst__change_credential(change, key->credential.hash, ASST__POINTER_KEY, key->id, NULL);
	asst__api_key_event(change, key, "key.create");
	return ASST_OK;
}

static int prepare(struct asst__api_key *key)
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
	    (uid[0] && !set_text(key->tree, "creatorUid", uid)))
		return asst__fail_nomem(call->err);
	return ASST_OK;
}

static int check_maker(const struct asst__call *call)
{
	int status = asst__api_key_may_make(call);

	if (status != ASST_OK)
		return status;
	if (call->actor->system)
		return asst__fail(call->err, ASST_EDENIED, "a key is made by a person");
	return asst__credential_check(call);
}

int asst_key_create(asst_buf **out, asst_session *session, const char *json, size_t size,
		    uint32_t flags, asst_error *err)
{
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
	status = asst__flags_check(flags, 0, err);
	if (status == ASST_OK)
		status = check_maker(&call);
	if (status == ASST_OK)
		status = asst__credential_document(&key.tree, &asst__key_schema, json, size, &call);
	if (status == ASST_OK)
		status = prepare(&key);
	if (status == ASST_OK)
		status = asst__write(&call, "key.create", NULL, attempt_create, &key);
	else
		asst__write_refused(&call, status, "key.create", NULL);
	if (status == ASST_OK)
		asst__api_key_give(out, &key);
	asst__api_key_reset(&key);
	asst__credential_wipe(&key.credential);
	asst__json_free(key.tree);
	asst__call_end(&call);
	return status;
}
