/* SPDX-License-Identifier: MIT */
/*
 * What sessions of users, keys and tokens may do: learned anew for each call, from the principal
 * source and from the credential's own record. No decision outlives its call.
 */
#include "base/fail.h"
#include "model/check.h"
#include "model/def.h"
#include "model/heads.h"
#include "service/credentials.h"
#include "service/object.h"

#include <stdio.h>
#include <string.h>

int asst__source_check(const asst_store *store, asst_error *err)
{
	if (store->opts.find || store->opts.directory)
		return ASST_OK;
	return asst__fail(err, ASST_EUNSUPPORTED,
			  "the store has no principal source: a callback, or the option directory");
}

bool asst__source_is_directory(const asst_store *store)
{
	return store->opts.directory && !store->opts.find;
}

/* One answer for everything that is wrong with who acts. */
static int unknown(asst_error *err)
{
	asst__error_clear(err);
	return asst__fail(err, ASST_EUNAUTHENTICATED, "the credential is not valid");
}

/* The host's document, completed to one of a session, and checked as such. */
static int read_given(asst_buf **record, const asst_store *store, const char *workspace,
		      const char *user, const asst_buf *document, asst_error *err)
{
	const struct asst__mem *mem = &store->mem;
	struct asst__check check;
	asst__json *tree;
	int status = asst__scan_object(&tree, asst_buf_data(document), asst_buf_size(document),
				       &store->opts.limits, mem, err);

	if (status != ASST_OK)
		return status;
	if (asst__json_member(tree, "workspace") || asst__json_member(tree, "user")) {
		asst__error_add_issue(err, "unknown_field", asst__json_member(tree, "user") ?
								    "/user" : "/workspace",
				      "is not for the source to say");
		status = asst__fail(err, ASST_EVALIDATION,
				    "the source's document says who it is about");
	} else if (!asst__json_set(tree, "workspace", asst__json_new_string(workspace)) ||
		   !asst__json_set(tree, "user", asst__json_new_string(user))) {
		status = asst__fail_nomem(err);
	}
	if (status == ASST_OK) {
		asst__check_begin(&check, &store->opts.limits, 0, mem, err);
		asst__check_object(&check, &asst__session_schema, tree);
		status = asst__check_end(&check);
	}
	if (status == ASST_OK)
		status = asst__record_from_tree(record, &asst__session_schema, tree, mem, err);
	asst__json_free(tree);
	return status;
}

static int ask_host(struct asst__person *person, const asst_store *store, const char *workspace,
		    const char *user, asst_error *err)
{
	asst_buf *document = NULL, *record = NULL;
	struct asst__view view;
	int status = store->opts.find(store->opts.find_user, workspace, user, &document, err);

	if (status == ASST_ENOTFOUND || (status == ASST_OK && !document)) {
		asst_buf_free(document);
		return unknown(err);
	}
	if (asst__host_status(status) != status)
		status = asst__fail(err, ASST_EBACKEND,
				    "the principal source returned the status %d", status);
	else if (status != ASST_OK && asst_error_status(err) != status)
		status = asst__fail(err, status, "the principal source failed");
	if (status == ASST_OK) {
		asst__error_clear(err);
		status = read_given(&record, store, workspace, user, document, err);
	}
	if (status == ASST_OK)
		status = asst__view_open(&view, &asst__session_schema, asst_buf_data(record),
					 asst_buf_size(record), err);
	if (status == ASST_OK)
		status = asst__person_fill(person, &store->mem, ASST__STRING(user), record, &view,
					   err);
	asst_buf_free(document);
	asst_buf_free(record);
	return status;
}

static void copy_uid(char to[ASST__UUID_TEXT + 1], struct asst__string uid)
{
	to[0] = '\0';
	if (uid.text && uid.size == ASST__UUID_TEXT)
		memcpy(to, uid.text, uid.size + 1);
}

int asst__source_find(struct asst__person *person, const asst_store *store, const char *workspace,
		      const char *user, const struct asst__answer *answer, asst_error *err)
{
	struct asst__view view;
	int status;

	if (store->opts.find)
		return ask_host(person, store, workspace, user, err);
	if (!asst__source_is_directory(store) || !answer)
		return unknown(err);
	status = asst__view_open(&view, &asst__user_record_schema, asst_buf_data(answer->value),
				 asst_buf_size(answer->value), err);
	if (status != ASST_OK)
		return status;
	if (asst__view_has(&view, ASST__USER_DELETED_AT) ||
	    asst__view_flag(&view, ASST__USER_DISABLED, false))
		return unknown(err);
	copy_uid(person->uid, asst__view_text(&view, ASST__USER_UID));
	return asst__person_fill(person, &store->mem, ASST__STRING(user), answer->value, &view,
				 err);
}

/* Not the caller's document, which is what these statuses and their issues are about. */
static int source_fault(const struct asst__call *call, int status)
{
	char message[256];

	if (call->session->opening || (status != ASST_EVALIDATION && status != ASST_ELIMIT))
		return status;
	snprintf(message, sizeof(message), "%s", asst_error_message(call->err));
	asst__error_clear(call->err);
	return asst__fail(call->err, ASST_EBACKEND,
			  "the principal source's document on the user: %s", message);
}

int asst__source_creator(struct asst__person *person, const struct asst__call *call,
			 const char *user, const struct asst__answer *answer,
			 struct asst__string uid)
{
	int status = source_fault(call, asst__source_find(person, call->store, call->workspace,
							  user, answer, call->err));

	if (status == ASST_OK && uid.text && strcmp(uid.text, person->uid) != 0)
		status = unknown(call->err);
	return status;
}

void asst__key_actor(struct asst__actor *actor, const struct asst__actor *creator,
		     const struct asst__view *key)
{
	actor->kind = ASST__KEY;
	actor->creator = creator;
	actor->seat = creator->seat;
	actor->permissions = creator->permissions & ASST__MAY_CREATE;
	actor->scoped = asst__key_has_scope(key, "AGENT_API");
}

static int take_uid(char uid[ASST__UUID_TEXT + 1], const struct asst__answer *answer,
		    asst_error *err)
{
	struct asst__view view;
	int status = answer ? asst__view_open(&view, &asst__user_record_schema,
					      asst_buf_data(answer->value),
					      asst_buf_size(answer->value), err) :
			      ASST_OK;

	if (status == ASST_OK && answer)
		copy_uid(uid, asst__view_text(&view, ASST__USER_UID));
	return status;
}

int asst__source_uid(char uid[ASST__UUID_TEXT + 1], const struct asst__call *call, bool has_access)
{
	const char *principal = call->actor->principal.text;
	struct asst__person person;
	struct asst_keys keys;
	struct asst_sink sink;
	struct asst__key key;
	uint64_t sequence;
	int status;

	uid[0] = '\0';
	/* Known since the call began, where the source was asked then. */
	if (call->session->kind == ASST__FROM_SOURCE) {
		memcpy(uid, call->identity->person.uid, ASST__UUID_TEXT + 1);
		return ASST_OK;
	}
	if ((call->store->opts.find && !has_access) || strncmp(principal, "user:", 5) != 0)
		return ASST_OK;
	memset(&person, 0, sizeof(person));
	asst__keys_init(&keys, &call->store->mem);
	asst__sink_init(&sink, &call->store->mem);
	asst__key_directory(&key, ASST__DIRECTORY_USER, principal + 5);
	status = asst_keys_add(&keys, key.bytes, key.size, call->err);
	if (status == ASST_OK && !call->store->opts.find)
		status = asst__backend_get(&call->store->backend, call->workspace, &keys, &sink,
					   &sequence, call->err);
	if (status == ASST_OK && !has_access)
		status = take_uid(uid, asst__sink_find(&sink, 0), call->err);
	else if (status == ASST_OK)
		status = source_fault(call, asst__source_find(&person, call->store, call->workspace,
							      principal + 5, asst__sink_find(&sink, 0),
							      call->err));
	if (status == ASST_OK && has_access)
		memcpy(uid, person.uid, sizeof(person.uid));
	if (status == ASST_EUNAUTHENTICATED)
		status = asst__fail(call->err, ASST_EDENIED,
				    "the principal source does not know the caller, who could not use it");
	asst__person_dispose(&person);
	asst__sink_dispose(&sink);
	asst__keys_dispose(&keys);
	return status;
}

/* One question: the user's record, where there is a directory, and that of the credential. */

static int watch(struct asst__call *call, struct asst_keys *keys, const struct asst__key *key)
{
	call->watches[call->watch_count++].key = *key;
	return asst_keys_add(keys, key->bytes, key->size, call->err);
}

static int ask(struct asst__call *call, struct asst_sink *sink)
{
	const asst_session *session = call->session;
	const char *user = session->kind == ASST__FROM_SOURCE ?
				   session->person.actor.principal.text + 5 : session->creator;
	struct asst_keys keys;
	struct asst__key key;
	uint64_t sequence;
	size_t i;
	int status = ASST_OK;

	call->watch_count = 0;
	asst__keys_init(&keys, &call->store->mem);
	if (session->kind == ASST__FROM_KEY)
		asst__key_api(&key, session->id);
	else if (session->kind == ASST__FROM_TOKEN)
		asst__key_token(&key, session->assistant, session->id);
	if (session->kind != ASST__FROM_SOURCE)
		status = watch(call, &keys, &key);
	asst__key_directory(&key, ASST__DIRECTORY_USER, user);
	if (status == ASST_OK && !call->store->opts.find)
		status = watch(call, &keys, &key);
	/* A token's assistant comes last: its deletion revoked the token. */
	asst__key_part(&key, session->assistant, ASST__PART_HEAD);
	if (status == ASST_OK && session->kind == ASST__FROM_TOKEN)
		status = asst_keys_add(&keys, key.bytes, key.size, call->err);
	if (status == ASST_OK && asst_keys_count(&keys))
		status = asst__backend_get(&call->store->backend, call->workspace, &keys, sink,
					   &sequence, call->err);
	for (i = 0; i < call->watch_count && status == ASST_OK; i++) {
		const struct asst__answer *answer = asst__sink_find(sink, i);

		call->watches[i].sequence = answer ? answer->sequence : 0;
	}
	asst__keys_dispose(&keys);
	return status;
}

static int load_user(struct asst__call *call, const struct asst_sink *sink)
{
	const char *user = call->session->person.actor.principal.text + 5;
	int status = asst__source_find(&call->identity->person, call->store, call->workspace, user,
				       asst__sink_find(sink, 0), call->err);

	call->actor = &call->identity->person.actor;
	/* The id was forgotten and given out again: to somebody else. */
	if (status == ASST_OK && call->session->uid[0] &&
	    strcmp(call->session->uid, call->identity->person.uid) != 0)
		return unknown(call->err);
	return status;
}

/* Whether a token's assistant is there, and was not deleted since the token was made. */
static bool token_lives(const struct asst__call *call, const struct asst_sink *sink,
			const struct asst__view *token)
{
	const struct asst__answer *answer = asst__sink_find(sink, call->watch_count);
	struct asst__view head;

	return answer &&
	       asst__view_open(&head, &asst__head_schema, asst_buf_data(answer->value),
			       asst_buf_size(answer->value), NULL) == ASST_OK &&
	       !asst__view_has(&head, ASST__HEAD_DELETED_AT) &&
	       asst__view_int(&head, ASST__HEAD_EPOCH, 0) ==
		       asst__view_int(token, ASST__TOKEN_EPOCH, 0);
}

#define HOUR_MS INT64_C(3600000)

/*
 * Note the use, once an hour; where that fails nothing is lost but the note. The note is not what a
 * batch of this call is to fail by.
 */
static void note_use(struct asst__call *call, asst_buf *record, const struct asst__view *view)
{
	bool is_key = call->session->kind == ASST__FROM_KEY;
	unsigned field = is_key ? ASST__KEY_USED_AT : ASST__TOKEN_USED_AT;
	struct asst__watch *watch = &call->watches[0];
	asst_store *store = call->store;
	struct asst_batch batch;
	asst_buf *changed = NULL;
	uint64_t applied;
	size_t failed;

	if (store->opts.file.read_only || asst__view_int(view, field, 0) > call->now - HOUR_MS)
		return;
	if (asst__record_with_int(&changed, is_key ? &asst__key_record_schema :
						     &asst__token_record_schema,
				  record, field, call->now - call->now % HOUR_MS,
				  &store->mem) != ASST_OK)
		return;
	asst__batch_init(&batch, &store->mem);
	if (asst_batch_check_key(&batch, watch->key.bytes, watch->key.size, watch->sequence, NULL) ==
		    ASST_OK &&
	    asst_batch_put_buf(&batch, watch->key.bytes, watch->key.size, changed, NULL) == ASST_OK &&
	    asst__backend_apply(&store->backend, call->workspace, &batch, &applied, &failed, NULL) ==
		    ASST_OK)
		watch->sequence = applied;
	asst__batch_dispose(&batch);
	asst_buf_free(changed);
}

/* A credential acts within what its creator may do now. */
static int load_credential(struct asst__call *call, const struct asst_sink *sink)
{
	const asst_session *session = call->session;
	const struct asst__answer *answer = asst__sink_find(sink, 0);
	struct asst__identity *identity = call->identity;
	struct asst__actor *actor = &identity->person.actor;
	const struct asst__actor *creator = &identity->creator.actor;
	const char *principal = session->person.actor.principal.text, *colon;
	struct asst__view view;
	bool is_key = session->kind == ASST__FROM_KEY;
	char prefix[8] = "";
	int status;

	if (!answer)
		return unknown(call->err);
	status = asst__view_open(&view, is_key ? &asst__key_record_schema :
						 &asst__token_record_schema,
				 asst_buf_data(answer->value), asst_buf_size(answer->value),
				 call->err);
	if (status != ASST_OK)
		return status;
	if (!(is_key ? asst__key_works : asst__token_works)(&view, session->hash, call->now) ||
	    (!is_key && !token_lives(call, sink, &view)))
		return unknown(call->err);
	status = asst__source_creator(&identity->creator, call, session->creator,
				      asst__sink_find(sink, 1),
				      asst__view_text(&view, is_key ? ASST__KEY_CREATOR_UID :
								      ASST__TOKEN_CREATOR_UID));
	colon = strchr(principal, ':');
	memcpy(prefix, principal, (size_t)(colon - principal) + 1);
	if (status == ASST_OK)
		status = asst__person_fill_alone(&identity->person, &call->store->mem, prefix,
						 colon + 1, call->err);
	if (is_key) {
		asst__key_actor(actor, creator, &view);
	} else {
		actor->kind = ASST__TOKEN;
		actor->creator = creator;
		actor->seat = creator->seat;
		asst__uuid_write(identity->only, session->assistant);
		actor->only = ASST__STRING(identity->only);
		actor->read_only = asst__view_flag(&view, ASST__TOKEN_READ_ONLY, false);
		actor->epoch = asst__view_int(&view, ASST__TOKEN_EPOCH, 0);
		actor->count = 0; /* it stands for nobody to whom anything is granted */
	}
	call->actor = actor;
	if (status == ASST_OK)
		note_use(call, answer->value, &view);
	return status;
}

static void free_one(const struct asst__mem *mem, struct asst__identity *identity)
{
	asst__person_dispose(&identity->person);
	asst__person_dispose(&identity->creator);
	asst__free(mem, identity, sizeof(*identity));
}

void asst__identity_free(struct asst__call *call)
{
	struct asst__identity *identity = call->identity, *older;

	for (; identity; identity = older) {
		older = identity->older;
		free_one(&call->store->mem, identity);
	}
	call->identity = NULL;
}

int asst__identity_load(struct asst__call *call)
{
	struct asst__identity *older = call->identity;
	const struct asst__actor *actor = call->actor;
	struct asst_sink sink;
	int status;

	call->identity = asst__alloc_zeroed(&call->store->mem, sizeof(*call->identity));
	if (!call->identity) {
		call->identity = older;
		return asst__fail_nomem(call->err);
	}
	call->identity->older = older;
	asst__sink_init(&sink, &call->store->mem);
	status = ask(call, &sink);
	if (status == ASST_OK)
		status = call->session->kind == ASST__FROM_SOURCE ? load_user(call, &sink) :
								      load_credential(call, &sink);
	asst__sink_dispose(&sink);
	if (status == ASST_OK)
		return ASST_OK;
	status = source_fault(call, status);
	free_one(&call->store->mem, call->identity);
	call->identity = older;
	call->actor = actor;
	return status;
}
