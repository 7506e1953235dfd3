/* SPDX-License-Identifier: MIT */
/*
 * Secrets: sealed on the way in, opened only for asst_secret_use(). What a sealed value is bound
 * to: format, workspace, assistant, name and key, so that it opens nowhere else.
 */
#include "base/clock.h"
#include "service/keyring.h"
#include "service/write.h"

#include <assistant/secret.h>

#include <stdlib.h>
#include <string.h>

#define NAME_MOST 128
#define VALUE_MOST 65536

struct secret {
	struct asst__call *call;
	const char *id, *name, *action;
	const void *value; /* NULL: only the description changes, or it is removed */
	size_t size;
	bool set, describe, remove;
	const char *description;
	/* of one attempt */
	struct asst__loaded loaded;
	struct asst__part old;
	asst_buf *record;
};

static void secret_reset(struct secret *secret)
{
	asst__loaded_dispose(&secret->loaded);
	asst_buf_free(secret->old.buf);
	asst_buf_free(secret->record);
	memset(&secret->old, 0, sizeof(secret->old));
	secret->record = NULL;
}

static bool name_valid(const char *name)
{
	size_t size = strlen(name);

	return size >= 1 && size <= NAME_MOST &&
	       strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789") ==
		       size &&
	       !(name[0] >= '0' && name[0] <= '9');
}

static int check_name(const char *name, asst_error *err)
{
	if (name && name_valid(name))
		return ASST_OK;
	if (!name)
		return asst__fail(err, ASST_EINVAL, "needs the name of a secret");
	asst__error_add_issue(err, "format", "/name", "must be [A-Za-z_][A-Za-z0-9_]{0,127}");
	return asst__fail(err, ASST_EVALIDATION,
			  "the name of a secret is [A-Za-z_][A-Za-z0-9_]{0,127}");
}

static int refuse_draft(const struct secret *secret)
{
	return asst__refuse_draft(&secret->loaded, secret->call, "secrets belong");
}

static int scan(struct asst_sink *sink, uint64_t *sequence, const struct secret *secret,
		struct asst__key *from, struct asst__key *to)
{
	const struct asst__call *call = secret->call;
	struct asst_ranges ranges;
	int status;

	asst__key_part(from, secret->loaded.id, ASST__PART_SECRET);
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

/* The old one, if there is one; a new one must fit in. */
static int read_old(struct secret *secret, struct asst__change *change)
{
	const struct asst__call *call = secret->call;
	int64_t most = call->store->opts.limits.cap[ASST__LIMIT_SECRETS];
	struct asst__key from, to;
	struct asst_sink sink;
	uint64_t sequence;
	size_t i, size;
	int status;

	asst__sink_init(&sink, &call->store->mem);
	status = scan(&sink, &sequence, secret, &from, &to);
	for (i = 0; i < sink.count && status == ASST_OK && !secret->old.buf; i++) {
		const char *key = asst_sink_key(&sink, i, &size);

		if (size - from.size != strlen(secret->name) ||
		    memcmp(key + from.size, secret->name, size - from.size) != 0)
			continue;
		secret->old.buf = asst_buf_ref(asst_sink_value(&sink, i));
		secret->old.sequence = asst_sink_sequence(&sink, i);
		status = asst__view_open(&secret->old.view, &asst__secret_schema,
					 asst_buf_data(secret->old.buf),
					 asst_buf_size(secret->old.buf), call->err);
	}
	if (status == ASST_OK && secret->set && !secret->old.buf) {
		if (sink.count >= (size_t)most)
			status = asst__fail(call->err, ASST_ELIMIT, "secrets is limited to %lld",
					    (long long)most);
		else
			status = asst_batch_check_range(&change->batch, from.bytes, from.size,
							to.bytes, to.size, sequence, call->err);
	}
	asst__sink_dispose(&sink);
	return status;
}

/* Context and sealing */

static int write_record(struct secret *secret, const void *sealed, size_t sealed_size,
			const char *key)
{
	const struct asst__call *call = secret->call;
	const struct asst__view *old = &secret->old.view;
	struct asst__record record;
	struct asst__string none = { NULL, 0 }, description;
	uint32_t root = asst__record_begin(&record, &asst__secret_schema, 0, &call->store->mem);

	description = secret->describe ?
			      (secret->description ? ASST__STRING(secret->description) : none) :
			      asst__view_text(old, ASST__SECRET_DESCRIPTION);
	if (root) {
		asst__record_text(&record, root, ASST__SECRET_NAME, ASST__STRING(secret->name));
		asst__record_text(&record, root, ASST__SECRET_DESCRIPTION, description);
		asst__record_int(&record, root, ASST__SECRET_CREATED_AT,
				 asst__view_int(old, ASST__SECRET_CREATED_AT, call->now));
		asst__record_int(&record, root, ASST__SECRET_UPDATED_AT, call->now);
		asst__record_text(&record, root, ASST__SECRET_KEY, ASST__STRING(key));
		asst__record_text(&record, root, ASST__SECRET_SEALED,
				  (struct asst__string){ sealed, sealed_size });
	}
	return asst__record_end(&secret->record, &record, call->err);
}

static int seal(struct secret *secret)
{
	const struct asst__call *call = secret->call;
	struct asst__string old = asst__view_text(&secret->old.view, ASST__SECRET_SEALED);
	struct asst__sealed sealed;
	int status;

	if (!secret->set)
		return write_record(secret, old.text, old.size,
				    asst__view_text(&secret->old.view, ASST__SECRET_KEY).text);
	status = asst__keyring_seal(&sealed, call, secret->loaded.id, secret->name, secret->value,
				    secret->size);
	if (status == ASST_OK)
		status = write_record(secret, sealed.bytes, sealed.size, sealed.key);
	asst__sealed_free(&sealed, call);
	return status;
}

/* What is visible comes first: whoever may not see the assistant learns nothing of the rest. */
static int check_document(const struct secret *secret)
{
	const struct asst__call *call = secret->call;
	int status = check_name(secret->name, call->err);

	if (status == ASST_OK && secret->describe && secret->description)
		status = asst__keyring_check_description(secret->description, call);
	if (status == ASST_OK && secret->set && secret->size > VALUE_MOST)
		status = asst__fail(call->err, ASST_ELIMIT, "a secret is limited to %d bytes",
				    VALUE_MOST);
	return status;
}

static int attempt_change(void *context, struct asst__change *change, bool lost)
{
	struct secret *secret = context;
	struct asst__call *call = secret->call;
	struct asst__event event = { .action = secret->action };
	struct asst__key key;
	int status;

	(void)lost;
	secret_reset(secret);
	status = asst__locate(&secret->loaded, call, secret->id, ASST__RIGHT_SECRETS);
	if (status == ASST_OK)
		status = check_document(secret);
	if (status == ASST_OK)
		status = refuse_draft(secret);
	if (status == ASST_OK && secret->set)
		status = asst__keyring_check(call);
	if (status == ASST_OK)
		status = read_old(secret, change);
	if (status != ASST_OK)
		return status;
	change->nothing = secret->remove && !secret->old.buf;
	if (change->nothing)
		return ASST_OK;
	if (!secret->set && !secret->old.buf)
		return asst__fail(call->err, ASST_ENOTFOUND, "no such secret");
	if (!secret->remove)
		status = seal(secret);
	if (status != ASST_OK)
		return status;
	asst__change_check_object(change, &secret->loaded);
	asst__key_secret(&key, secret->loaded.id, secret->name);
	asst__change_check(change, &key, secret->old.sequence);
	if (secret->remove)
		asst__change_delete(change, &key);
	else
		asst__change_put(change, &key, secret->record);
	event.object = asst__view_text(&secret->loaded.head.view, ASST__HEAD_ID);
	asst__change_event(change, &event);
	return ASST_OK;
}

static int change_secret(asst_session *session, uint32_t flags, struct secret *secret,
			 asst_error *err)
{
	struct asst__call call;
	int status = asst__call_begin(&call, session, err);

	if (status != ASST_OK)
		return status;
	secret->call = &call;
	status = asst__flags_check(flags, 0, err);
	if (status == ASST_OK && !secret->name)
		status = asst__fail(err, ASST_EINVAL, "needs the name of a secret");
	if (status == ASST_OK)
		status = asst__write(&call, secret->action, secret->id, attempt_change, secret);
	secret_reset(secret);
	asst__call_end(&call);
	return status;
}

int asst_secret_set(asst_session *session, const char *id, const char *name, const void *value,
		    size_t size, const char *description, uint32_t flags, asst_error *err)
{
	struct secret secret = { .id = id,
				 .name = name,
				 .action = "secret.set",
				 .set = true,
				 .describe = true,
				 .value = value,
				 .description = description };

	if (!value) {
		asst__error_clear(err);
		return asst__fail(err, ASST_EINVAL, "needs a value");
	}
	secret.size = size == ASST_NUL ? strlen(value) : size;
	return change_secret(session, flags, &secret, err);
}

int asst_secret_describe(asst_session *session, const char *id, const char *name,
			 const char *description, uint32_t flags, asst_error *err)
{
	struct secret secret = { .id = id,
				 .name = name,
				 .action = "secret.describe",
				 .describe = true,
				 .description = description };

	return change_secret(session, flags, &secret, err);
}

int asst_secret_delete(asst_session *session, const char *id, const char *name, uint32_t flags,
		       asst_error *err)
{
	struct secret secret = {
		.id = id, .name = name, .action = "secret.delete", .remove = true
	};

	return change_secret(session, flags, &secret, err);
}

/* Listing */

static void write_secret(struct asst__text *out, const struct asst__view *view)
{
	static const unsigned times[] = { ASST__SECRET_CREATED_AT, ASST__SECRET_UPDATED_AT };
	struct asst__string text = asst__view_text(view, ASST__SECRET_DESCRIPTION);
	char time[ASST__TIME_SIZE + 1];
	size_t i;

	asst__text_add_cstr(out, "{\"name\":");
	asst__json_write_string(out, asst__view_text(view, ASST__SECRET_NAME).text, ASST_NUL);
	if (text.text) {
		asst__text_add_cstr(out, ",\"description\":");
		asst__json_write_string(out, text.text, text.size);
	}
	asst__text_add_cstr(out, ",\"value\":\"********\"");
	for (i = 0; i < ASST__COUNT(times); i++) {
		asst__time_print(time, asst__view_int(view, times[i], 0));
		asst__text_add_format(out, ",\"%s\":\"%s\"",
				      asst__secret_schema.fields[times[i]].name, time);
	}
	asst__text_add_cstr(out, ",\"keyId\":");
	asst__json_write_string(out, asst__view_text(view, ASST__SECRET_KEY).text, ASST_NUL);
	asst__text_add_char(out, '}');
}

static int write_all(struct asst__text *out, const struct secret *secret,
		     const struct asst_sink *sink)
{
	struct asst__view view;
	const asst_buf *value;
	int status = ASST_OK;
	bool first = true;

	asst__text_add_char(out, '[');
	for (size_t i = 0; i < asst_sink_count(sink) && status == ASST_OK; i++) {
		if (asst_sink_index(sink, i) != asst__decided_count(secret->call))
			continue;
		value = asst_sink_value(sink, i);
		status = asst__view_open(&view, &asst__secret_schema, asst_buf_data(value),
					 asst_buf_size(value), secret->call->err);
		if (!first)
			asst__text_add_char(out, ',');
		first = false;
		if (status == ASST_OK)
			write_secret(out, &view);
	}
	asst__text_add_char(out, ']');
	return status;
}

static int list_secrets(struct asst__text *out, struct secret *secret, struct asst__call *call)
{
	struct asst_sink sink;
	int status;

	asst__sink_init(&sink, &call->store->mem);
	status = asst__decided_scan(&sink, &secret->loaded, call, secret->id, ASST__RIGHT_SECRETS,
				    ASST__PART_SECRET);
	if (status == ASST_OK)
		status = write_all(out, secret, &sink);
	asst__sink_dispose(&sink);
	return status;
}

int asst_secret_list(asst_buf **out, asst_session *session, const char *id, asst_error *err)
{
	struct secret secret = { .id = id };
	struct asst__text text;
	struct asst__call call;
	int status;

	if (out)
		*out = NULL;
	status = asst__call_begin(&call, session, err);
	if (status != ASST_OK)
		return status;
	secret.call = &call;
	asst__text_init(&text, &call.store->mem, SIZE_MAX / 2);
	status = list_secrets(&text, &secret, &call);
	if (status == ASST_OK && out)
		status = asst__text_to_buf(out, &text, err);
	asst__text_free(&text);
	secret_reset(&secret);
	asst__call_end(&call);
	return status;
}

/* Using */

/* Whether a list of names, in a skill's data, has this one. */
static bool lists_name(const asst__json *data, const char *name)
{
	const asst__json *item = asst__json_first(asst__json_member(data, "secrets"));

	for (; item; item = asst__json_next(item)) {
		if (asst__json_kind(item) == ASST__JSON_STRING &&
		    strcmp(asst__json_text(item), name) == 0)
			return true;
	}
	return false;
}

/* Whether an enabled skill of the live version asks for it. */
static int check_listed(const struct secret *secret)
{
	const struct asst__call *call = secret->call;
	const struct asst__part *part = &secret->loaded.def;
	struct asst__string text;
	struct asst__view skill;
	struct asst_def def;
	asst__json *data;
	bool listed = false;
	size_t i;
	int status;

	if (!secret->loaded.object.published)
		return asst__fail(call->err, ASST_EDENIED,
				  "the assistant was never published: it resolves for nobody");
	if (asst__view_flag(&secret->loaded.head.view, ASST__HEAD_DISABLED, false))
		return asst__fail(call->err, ASST_EDENIED,
				  "the assistant is disabled: it resolves for nobody");
	status = asst__def_open(&def, &call->store->mem, part->buf,
				asst__view_text(&part->view, ASST__VERSION_DEF), call->err);
	if (status != ASST_OK)
		return status;
	for (i = 0; i < asst__view_count(&def.view, ASST__DEF_SKILLS) && status == ASST_OK &&
		    !listed; i++) {
		skill = asst__view_item(&def.view, ASST__DEF_SKILLS, i);
		text = asst__view_text(&skill, ASST__SKILL_DATA);
		if (!text.text || !asst__view_flag(&skill, ASST__SKILL_ENABLED, true))
			continue;
		status = asst__scan_stored(&data, text.text, text.size, &call->store->mem,
					   call->err);
		listed = status == ASST_OK && lists_name(data, secret->name);
		if (status == ASST_OK)
			asst__json_free(data);
	}
	asst__def_dispose(&def);
	if (status == ASST_OK && !listed)
		status = asst__fail(call->err, ASST_EDENIED,
				    "no enabled skill of the live version lists this secret");
	return status;
}

static int find_secret(struct secret *secret, struct asst__call *call, bool *still, int tries)
{
	struct asst_keys keys;
	struct asst_sink sink;
	struct asst__key key;
	uint64_t sequence;
	int status;

	asst__keys_init(&keys, &call->store->mem);
	asst__sink_init(&sink, &call->store->mem);
	asst__key_secret(&key, secret->loaded.id, secret->name);
	status = asst__keys_add_decided(&keys, &secret->loaded, call);
	if (status == ASST_OK)
		status = asst_keys_add(&keys, key.bytes, key.size, call->err);
	if (status == ASST_OK)
		status = asst__backend_get(&call->store->backend, call->workspace, &keys, &sink,
					   &sequence, call->err);
	if (status == ASST_OK)
		status = asst__part_take(&secret->old, &sink, asst__decided_count(call),
					 &asst__secret_schema, call->err);
	if (status == ASST_OK)
		status = asst__decided_still(still, &sink, &secret->loaded, call, tries);
	if (status == ASST_OK && *still && !secret->old.buf)
		status = asst__fail(call->err, ASST_ENOTFOUND, "no such secret");
	asst__sink_dispose(&sink);
	asst__keys_dispose(&keys);
	return status;
}

static int check_runtime(const struct asst__call *call)
{
	if (!call->session->runtime)
		return asst__fail(call->err, ASST_EDENIED,
				  "secrets are used by a runtime's session (ASST_SESSION_RUNTIME)");
	return asst__keyring_check(call);
}

static int lend(struct secret *secret,
		int (*use)(void *user, const void *value, size_t size), void *user)
{
	const struct asst__call *call = secret->call;
	struct asst__guarded guarded;
	int status = asst__keyring_open(&guarded, call, secret->loaded.id, secret->name,
					asst__view_text(&secret->old.view, ASST__SECRET_KEY),
					asst__view_text(&secret->old.view, ASST__SECRET_SEALED));

	if (status == ASST_OK) {
		status = use(user, guarded.bytes, guarded.size);
		if (status != ASST_OK)
			asst__fail(call->err, status, "the secret's user returned %d", status);
	}
	asst__guarded_free(&guarded);
	return status;
}

int asst_secret_use(asst_session *session, const char *id, const char *name,
		    int (*use)(void *user, const void *value, size_t size), void *user,
		    asst_error *err)
{
	struct secret secret = { .id = id, .name = name };
	struct asst__call call;
	bool still = false;
	int tries, status = asst__call_begin(&call, session, err);

	if (status != ASST_OK)
		return status;
	secret.call = &call;
	if (!use || !name)
		status = asst__fail(err, ASST_EINVAL,
				    "needs the name of a secret and a function that uses it");
	if (status == ASST_OK)
		status = check_runtime(&call);
	for (tries = 0; status == ASST_OK && !still; tries++) {
		secret_reset(&secret);
		status = asst__locate(&secret.loaded, &call, id, ASST__RIGHT_RESOLVE);
		if (status == ASST_OK)
			status = check_name(name, err);
		if (status == ASST_OK)
			status = refuse_draft(&secret);
		if (status == ASST_OK)
			status = check_listed(&secret);
		if (status == ASST_OK)
			status = find_secret(&secret, &call, &still, tries);
	}
	if (status == ASST_OK)
		status = lend(&secret, use, user);
	secret_reset(&secret);
	asst__call_end(&call);
	return status;
}
