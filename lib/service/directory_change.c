/* SPDX-License-Identifier: MIT */
/* Changing what is in the directory: disabling, deleting and forgetting users, deleting teams. */
#include "service/directory.h"
#include "model/check.h"
#include "model/ident.h"

#include <assistant/directory.h>

#include <string.h>

/* What says who somebody was, and not what they might do. */
static void strip(asst__json *tree)
{
	static const char *const names[] = { "email",       "aiSeat", "superuser",
					     "permissions", "teams",  "disabled" };
	size_t i;

	for (i = 0; i < ASST__COUNT(names); i++)
		asst__json_remove(tree, names[i]);
}

/* The old document with what changes. */
static int change_user(struct asst__directory_entry *entry, struct asst__change *change)
{
	const struct asst__call *call = entry->call;
	struct asst__text text;
	asst__json *tree = NULL;
	asst_buf *record = NULL;
	int status = ASST_OK;

	asst__text_init(&text, &call->store->mem, SIZE_MAX / 2);
	asst__view_write(&text, &asst__user_schema, &entry->old.view);
	if (text.failed)
		status = asst__fail_nomem(call->err);
	if (status == ASST_OK)
		status = asst__scan_stored(&tree, text.data, text.size, &call->store->mem,
					   call->err);
	asst__text_free(&text);
	if (status == ASST_OK && entry->remove)
		strip(tree);
	if (status == ASST_OK && entry->disable &&
	    !asst__json_set(tree, "disabled", asst__json_new_bool(entry->disabled)))
		status = asst__fail_nomem(call->err);
	if (status == ASST_OK)
		status = asst__directory_record(&record, entry, tree, entry->remove);
	if (status == ASST_OK)
		status = asst__directory_put(entry, change, record);
	asst_buf_free(record);
	asst__json_free(tree);
	return status;
}

static void drop_entry(struct asst__directory_entry *entry, struct asst__change *change)
{
	struct asst__key key;

	asst__key_directory(&key, entry->kind, entry->id);
	asst__change_check(change, &key, entry->old.sequence);
	asst__change_delete(change, &key);
	if (entry->kind == ASST__DIRECTORY_USER)
		asst__directory_drop_members(entry, change);
	asst__directory_event(change, entry, false);
}

static int attempt_change(void *context, struct asst__change *change, bool lost)
{
	struct asst__directory_entry *entry = context;
	struct asst_sink sink;
	bool gone;
	int status;

	(void)lost;
	asst__sink_init(&sink, &entry->call->store->mem);
	status = asst__directory_read(entry, &sink);
	asst__sink_dispose(&sink);
	if (status != ASST_OK)
		return status;
	gone = asst__view_has(&entry->old.view, ASST__USER_DELETED_AT);
	if (!entry->old.buf || (gone && entry->disable))
		return asst__directory_missing(entry);
	if (entry->forget) {
		drop_entry(entry, change);
		return ASST_OK;
	}
	if (gone || (entry->disable && asst__view_flag(&entry->old.view, ASST__USER_DISABLED,
						       false) == entry->disabled))
		return ASST_OK;
	return change_user(entry, change);
}

static int change_one(asst_session *session, const char *id, uint32_t flags,
		      struct asst__directory_entry *entry, asst__attempt attempt, asst_error *err)
{
	struct asst__call call;
	int status = asst__directory_begin(&call, session, flags, entry->action, err);

	if (status != ASST_OK)
		return status;
	entry->call = &call;
	entry->id = id;
	if (!id || !asst__ident_valid(id, strlen(id)))
		status = asst__fail(err, ASST_EINVAL,
				    "an identifier is 1 to 128 of A-Z a-z 0-9 . _ @ + -");
	else
		status = asst__write(&call, entry->action, NULL, attempt, entry);
	asst_buf_free(entry->old.buf);
	asst__call_end(&call);
	return status;
}

int asst_user_disable(asst_session *session, const char *id, int disabled, uint32_t flags,
		      asst_error *err)
{
	struct asst__directory_entry entry = { .kind = ASST__DIRECTORY_USER,
					       .action = disabled ? "user.disable" : "user.enable",
					       .disable = true,
					       .disabled = disabled == 1 };

	if (disabled != 0 && disabled != 1) {
		asst__error_clear(err);
		return asst__fail(err, ASST_EINVAL, "disabled is 0 or 1");
	}
	return change_one(session, id, flags, &entry, attempt_change, err);
}

int asst_user_delete(asst_session *session, const char *id, uint32_t flags, asst_error *err)
{
	struct asst__directory_entry entry = { .kind = ASST__DIRECTORY_USER,
					       .action = "user.delete",
					       .remove = true };

	return change_one(session, id, flags, &entry, attempt_change, err);
}

int asst_user_forget(asst_session *session, const char *id, uint32_t flags, asst_error *err)
{
	struct asst__directory_entry entry = { .kind = ASST__DIRECTORY_USER,
					       .action = "user.forget",
					       .forget = true };

	return change_one(session, id, flags, &entry, attempt_change, err);
}

/* Teams with members stay. */
static int attempt_delete_team(void *context, struct asst__change *change, bool lost)
{
	struct asst__directory_entry *entry = context;
	const struct asst__call *call = entry->call;
	struct asst__key from, to;
	struct asst_sink sink;
	uint64_t sequence;
	int status;

	(void)lost;
	asst__sink_init(&sink, &call->store->mem);
	status = asst__directory_read(entry, &sink);
	asst__sink_clear(&sink);
	if (status == ASST_OK && !entry->old.buf)
		status = asst__directory_missing(entry);
	if (status == ASST_OK)
		status = asst__directory_members(&sink, &sequence, call, entry->id, &from, &to, 1);
	if (status == ASST_OK && sink.count)
		status = asst__fail(call->err, ASST_ECONFLICT, "the team has members");
	if (status == ASST_OK)
		status = asst_batch_check_range(&change->batch, from.bytes, from.size, to.bytes,
						to.size, sequence, call->err);
	if (status == ASST_OK)
		drop_entry(entry, change);
	asst__sink_dispose(&sink);
	return status;
}

int asst_team_delete(asst_session *session, const char *id, uint32_t flags, asst_error *err)
{
	struct asst__directory_entry entry = { .kind = ASST__DIRECTORY_TEAM,
					       .action = "team.delete" };

	return change_one(session, id, flags, &entry, attempt_delete_team, err);
}
