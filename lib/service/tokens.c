/* SPDX-License-Identifier: MIT */
/* Tokens of one assistant: make, list, revoke; credentials.c opens sessions with them. */
#include "base/clock.h"
#include "model/ident.h"
#include "service/credentials.h"
#include "service/tokens.h"

#include <assistant/credential.h>

#include <stdio.h>
#include <string.h>

struct token {
	struct asst__call *call;
	const char *assistant, *id_text;
	asst__json *tree;
	unsigned char id[ASST__UUID_BYTES];
	char uid[ASST__UUID_TEXT + 1]; /* of its creator */
	struct asst__credential credential;
	/* of one attempt */
	struct asst__loaded loaded;
	asst_buf *record;
	bool wanted;
	asst_buf *shown; /* what the caller gets, made before the write: it cannot fail behind it */
};

static void token_reset(struct token *token)
{
	asst__loaded_dispose(&token->loaded);
	asst_buf_free(token->record);
	asst_buf_free(token->shown);
	token->record = NULL;
	token->shown = NULL;
}

static void write_token(struct asst__text *out, const struct asst__view *view,
			const char *credential)
{
	static const unsigned texts[] = { ASST__TOKEN_NOTES, ASST__TOKEN_HOST, ASST__TOKEN_CIDR,
					  ASST__TOKEN_CREATED_BY };
	static const unsigned times[] = { ASST__TOKEN_CREATED_AT, ASST__TOKEN_EXPIRES_AT,
					  ASST__TOKEN_USED_AT };
	char time[ASST__TIME_SIZE + 1];
	struct asst__string text;
	size_t i;

	asst__text_add_cstr(out, "{\"id\":");
	asst__json_write_string(out, asst__view_text(view, ASST__TOKEN_ID).text, ASST_NUL);
	if (credential)
		asst__text_add_format(out, ",\"credential\":\"%s\"", credential);
	asst__text_add_format(out, ",\"readOnly\":%s",
			      asst__view_flag(view, ASST__TOKEN_READ_ONLY, false) ? "true" :
										     "false");
	for (i = 0; i < ASST__COUNT(texts); i++) {
		text = asst__view_text(view, texts[i]);
		if (!text.text)
			continue;
		asst__text_add_format(out, ",\"%s\":",
				      asst__token_record_schema.fields[texts[i]].name);
		asst__json_write_string(out, text.text, text.size);
	}
	for (i = 0; i < ASST__COUNT(times); i++) {
		if (!asst__view_has(view, times[i]))
			continue;
		asst__time_print(time, asst__view_int(view, times[i], 0));
		asst__text_add_format(out, ",\"%s\":\"%s\"",
				      asst__token_record_schema.fields[times[i]].name, time);
	}
	asst__text_add_char(out, '}');
}

static int scan(struct asst_sink *sink, uint64_t *sequence, const struct asst__call *call,
		const unsigned char id[ASST__UUID_BYTES], struct asst__key *from,
		struct asst__key *to)
{
	struct asst_ranges ranges;
	int status;

	asst__key_part(from, id, ASST__PART_TOKEN);
	*to = *from;
	asst__key_end(to);
	asst__ranges_init(&ranges, &call->store->mem, 0);
	status = asst_ranges_add(&ranges, from->bytes, from->size, to->bytes, to->size, 0, 0,
				 call->err);
	if (status == ASST_OK)
		status = asst__backend_scan(&call->store->backend, call->workspace, &ranges, sink,
					    sequence, call->err);
	asst__ranges_dispose(&ranges);
	return status;
}

static bool open_at(struct asst__view *view, const struct asst_sink *sink, size_t i)
{
	const asst_buf *value = asst_sink_value(sink, i);

	return asst__view_open(view, &asst__token_record_schema, asst_buf_data(value),
			       asst_buf_size(value), NULL) == ASST_OK;
}

/* Tokens of an earlier epoch were revoked by a deletion: the next one that is made sweeps them out. */
static bool is_stale(const struct asst__view *view, const struct asst__loaded *loaded)
{
	return asst__view_int(view, ASST__TOKEN_EPOCH, 0) != loaded->object.epoch;
}

static void drop_token(struct asst__change *change, const unsigned char id[ASST__UUID_BYTES],
		       const struct asst__view *view)
{
	struct asst__string text = asst__view_text(view, ASST__TOKEN_ID);
	unsigned char token[ASST__UUID_BYTES];
	struct asst__key key;

	if (!text.text || !asst__uuid_read(token, text.text, text.size))
		return;
	asst__key_token(&key, id, token);
	asst__change_delete(change, &key);
	asst__change_drop_hash(change, asst__view_text(view, ASST__TOKEN_HASH));
}

void asst__change_drop_tokens(struct asst__change *change, const unsigned char id[ASST__UUID_BYTES],
			      const struct asst_sink *tokens)
{
	struct asst__view view;

	for (size_t i = 0; i < tokens->count; i++) {
		if (open_at(&view, tokens, i))
			drop_token(change, id, &view);
	}
}

int asst__tokens_scan(struct asst_sink *sink, const struct asst__call *call,
		      const unsigned char id[ASST__UUID_BYTES], struct asst__change *change)
{
	struct asst__key from, to;
	uint64_t sequence;
	int status = scan(sink, &sequence, call, id, &from, &to);

	return status == ASST_OK ? asst_batch_check_range(&change->batch, from.bytes, from.size,
							  to.bytes, to.size, sequence, call->err) :
				   status;
}

static void add_event(struct asst__change *change, const struct token *token, const char *action)
{
	char principal[ASST__PRINCIPAL_MAX + 1] = "token:";
	struct asst__event event = {
		.action = action,
		.object = asst__view_text(&token->loaded.head.view, ASST__HEAD_ID)
	};

	asst__uuid_write(principal + 6, token->id);
	event.principal = ASST__STRING(principal);
	asst__change_event(change, &event);
}

static int locate(struct token *token)
{
	return asst__locate(&token->loaded, token->call, token->assistant, ASST__RIGHT_TOKENS);
}

static int refuse_draft(const struct token *token)
{
	return asst__refuse_draft(&token->loaded, token->call, "tokens belong");
}

static bool has_expired(const struct asst__view *view, int64_t now)
{
	return asst__view_int(view, ASST__TOKEN_EXPIRES_AT, 0) <= now;
}

/* Expired ones can still be listed, but are never in the way of a new one. */
static void drop_expired(const struct token *token, struct asst__change *change,
			 const struct asst_sink *tokens)
{
	struct asst__view view;

	for (size_t i = 0; i < tokens->count; i++) {
		if (open_at(&view, tokens, i) && !is_stale(&view, &token->loaded) &&
		    has_expired(&view, token->call->now))
			drop_token(change, token->loaded.id, &view);
	}
}

/* How many there are, and those that count no more out of the way. */
static int make_room(struct token *token, struct asst__change *change)
{
	const struct asst__call *call = token->call;
	size_t i, count = 0, expired = 0;
	size_t most = (size_t)call->store->opts.limits.cap[ASST__LIMIT_TOKENS];
	struct asst__view view;
	struct asst_sink sink;
	int status;

	asst__sink_init(&sink, &call->store->mem);
	status = asst__tokens_scan(&sink, call, token->loaded.id, change);
	for (i = 0; i < sink.count && status == ASST_OK; i++) {
		if (!open_at(&view, &sink, i))
			continue;
		if (is_stale(&view, &token->loaded)) {
			drop_token(change, token->loaded.id, &view);
			continue;
		}
		count++;
		expired += has_expired(&view, call->now);
	}
	if (status == ASST_OK && count >= most) {
		drop_expired(token, change, &sink);
		count -= expired;
	}
	asst__sink_dispose(&sink);
	if (status == ASST_OK && count >= most)
		status = asst__fail(call->err, ASST_ELIMIT, "tokens is limited to %zu", most);
	return status;
}

static int make_record(struct token *token)
{
	const struct asst__call *call = token->call;
	char number[32], time[ASST__TIME_SIZE + 1], id[ASST__UUID_TEXT + 1];

	asst__uuid_write(id, token->id);
	asst__time_print(time, call->now);
	snprintf(number, sizeof(number), "%lld", (long long)token->loaded.object.epoch);
	if (!asst__json_set(token->tree, "id", asst__json_new_string(id)) ||
	    !asst__json_set(token->tree, "createdBy",
			    asst__json_new_string(call->actor->principal.text)) ||
	    !asst__json_set(token->tree, "createdAt", asst__json_new_string(time)) ||
	    !asst__json_set(token->tree, "hash",
			    asst__json_new_string(token->credential.hash_text)) ||
	    (token->uid[0] && !asst__json_set(token->tree, "creatorUid",
					      asst__json_new_string(token->uid))) ||
	    !asst__json_set(token->tree, "epoch", asst__json_new_number(number)))
		return asst__fail_nomem(call->err);
	return asst__record_from_tree(&token->record, &asst__token_record_schema, token->tree,
				      &call->store->mem, call->err);
}

static int show(struct token *token)
{
	const struct asst__call *call = token->call;
	struct asst__view view;
	struct asst__text text;
	int status = asst__view_open(&view, &asst__token_record_schema,
				     asst_buf_data(token->record), asst_buf_size(token->record),
				     call->err);

	if (status != ASST_OK || !token->wanted)
		return status;
	asst__text_init_secret(&text, &call->store->mem);
	write_token(&text, &view, token->credential.text);
	return asst__text_to_secret_buf(&token->shown, &text, call->err);
}

static int attempt_create(void *context, struct asst__change *change, bool lost)
{
	struct token *token = context;
	struct asst__key key;
	int status;

	(void)lost;
	token_reset(token);
	status = locate(token);
	if (status == ASST_OK && token->call->actor->system)
		status = asst__fail(token->call->err, ASST_EDENIED, "a token is made by a person");
	if (status == ASST_OK)
		status = refuse_draft(token);
	if (status == ASST_OK)
		status = make_room(token, change);
	if (status == ASST_OK)
		status = make_record(token);
	if (status == ASST_OK)
		status = show(token);
	if (status != ASST_OK)
		return status;
	asst__change_check_object(change, &token->loaded);
	asst__key_token(&key, token->loaded.id, token->id);
	asst__change_put(change, &key, token->record);
	asst__change_credential(change, token->credential.hash, ASST__POINTER_TOKEN, token->id,
				token->loaded.id);
	add_event(change, token, "token.create");
	return ASST_OK;
}

int asst_token_create(asst_buf **out, asst_session *session, const char *id, const char *json,
		      size_t size, uint32_t flags, asst_error *err)
{
	struct token token;
	struct asst__call call;
	int64_t ms;
	int status;

	if (out)
		*out = NULL;
	status = asst__call_begin(&call, session, err);
	if (status != ASST_OK)
		return status;
	memset(&token, 0, sizeof(token));
	token.call = &call;
	token.assistant = id;
	token.wanted = out != NULL;
	status = asst__flags_check(flags, 0, err);
	/* The right comes before the document, also in what a refusal tells. */
	if (status == ASST_OK)
		status = locate(&token);
	if (status == ASST_OK)
		status = asst__credential_check(&call);
	if (status == ASST_OK)
		status = asst__credential_document(&token.tree, &asst__token_schema, json, size,
						   &call);
	if (status == ASST_OK)
		status = asst__uuid_make(&call.store->ids, token.id, &ms, err);
	if (status == ASST_OK)
		status = asst__source_uid(token.uid, &call, true);
	if (status == ASST_OK)
		status = asst__credential_make(&token.credential, false, &call);
	if (status == ASST_OK)
		status = asst__write(&call, "token.create", id, attempt_create, &token);
	else
		asst__write_refused(&call, status, "token.create", id);
	if (status == ASST_OK && out) {
		*out = token.shown;
		token.shown = NULL;
	}
	token_reset(&token);
	asst__credential_wipe(&token.credential);
	asst__json_free(token.tree);
	asst__call_end(&call);
	return status;
}

static int attempt_revoke(void *context, struct asst__change *change, bool lost)
{
	struct token *token = context;
	const struct asst__call *call = token->call;
	struct asst__string id = ASST__STRING(token->id_text);
	struct asst__view view;
	struct asst_sink sink;
	size_t i;
	int status;

	(void)lost;
	token_reset(token);
	status = locate(token);
	if (status == ASST_OK)
		status = refuse_draft(token);
	if (status != ASST_OK)
		return status;
	asst__sink_init(&sink, &call->store->mem);
	status = asst__tokens_scan(&sink, call, token->loaded.id, change);
	change->nothing = true;
	for (i = 0; i < sink.count && status == ASST_OK; i++) {
		if (!open_at(&view, &sink, i) ||
		    !asst__same(asst__view_text(&view, ASST__TOKEN_ID), id) ||
		    !asst__uuid_read(token->id, id.text, id.size))
			continue;
		change->nothing = false;
		asst__change_check_object(change, &token->loaded);
		drop_token(change, token->loaded.id, &view);
		add_event(change, token, "token.revoke");
	}
	asst__sink_dispose(&sink);
	return status;
}

int asst_token_revoke(asst_session *session, const char *id, const char *token_id, uint32_t flags,
		      asst_error *err)
{
	struct token token;
	struct asst__call call;
	int status = asst__call_begin(&call, session, err);

	if (status != ASST_OK)
		return status;
	memset(&token, 0, sizeof(token));
	token.call = &call;
	token.assistant = id;
	token.id_text = token_id;
	status = asst__flags_check(flags, 0, err);
	if (status == ASST_OK && !token_id)
		status = asst__fail(err, ASST_EINVAL, "needs the id of a token");
	/* Capitals would be nobody's: better told than taken for what is revoked already. */
	if (status == ASST_OK && !asst__uuid_read(token.id, token_id, strlen(token_id)))
		status = asst__fail(err, ASST_EINVAL, "a token's id is a UUID in lower case");
	if (status == ASST_OK)
		status = asst__write(&call, "token.revoke", id, attempt_revoke, &token);
	token_reset(&token);
	asst__call_end(&call);
	return status;
}

static void write_list(struct asst__text *out, const struct token *token,
		       const struct asst_sink *sink)
{
	struct asst__view view;

	asst__text_add_char(out, '[');
	for (size_t i = 0; i < asst_sink_count(sink); i++) {
		if (asst_sink_index(sink, i) != asst__decided_count(token->call) ||
		    !open_at(&view, sink, i) || is_stale(&view, &token->loaded))
			continue;
		if (out->size > 1)
			asst__text_add_char(out, ',');
		write_token(out, &view, NULL);
	}
	asst__text_add_char(out, ']');
}

static int list_tokens(struct asst__text *out, struct token *token, struct asst__call *call)
{
	struct asst_sink sink;
	int status;

	asst__sink_init(&sink, &call->store->mem);
	status = asst__decided_scan(&sink, &token->loaded, call, token->assistant, ASST__RIGHT_WRITE,
				    ASST__PART_TOKEN);
	if (status == ASST_OK)
		write_list(out, token, &sink);
	asst__sink_dispose(&sink);
	return status;
}

int asst_token_list(asst_buf **out, asst_session *session, const char *id, asst_error *err)
{
	struct token token;
	struct asst__text text;
	struct asst__call call;
	int status;

	if (out)
		*out = NULL;
	status = asst__call_begin(&call, session, err);
	if (status != ASST_OK)
		return status;
	memset(&token, 0, sizeof(token));
	token.call = &call;
	token.assistant = id;
	asst__text_init(&text, &call.store->mem, SIZE_MAX / 2);
	call.of_assistant = true;
	if (call.actor->kind != ASST__PERSON)
		status = asst__fail(err, ASST_EDENIED, "keys and tokens do not list tokens");
	if (status == ASST_OK)
		status = list_tokens(&text, &token, &call);
	if (status == ASST_OK && out)
		status = asst__text_to_buf(out, &text, err);
	asst__text_free(&text);
	token_reset(&token);
	asst__call_end(&call);
	return status;
}
