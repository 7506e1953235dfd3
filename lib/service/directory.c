/* SPDX-License-Identifier: MIT */
/* The directory: users and teams, which the system's session keeps. */
#include "base/clock.h"
#include "base/crc32c.h"
#include "base/utf8.h"
#include "model/check.h"
#include "model/ident.h"
#include "service/cursor.h"
#include "service/write.h"

#include <assistant/directory.h>

#include <stdio.h>
#include <string.h>

#define EMAIL_MOST 255

/* Only the system, and only where there is a directory. action: of a write; NULL: it only reads. */
static int begin(struct asst__call *call, asst_session *session, uint32_t flags,
		 const char *action, asst_error *err)
{
	int status = asst__call_begin(call, session, err);

	if (status != ASST_OK)
		return status;
	status = asst__flags_check(flags, 0, err);
	if (status == ASST_OK && !call->actor->system)
		status = asst__fail(err, ASST_EDENIED, "needs the system's session");
	if (status == ASST_OK && !call->store->opts.directory)
		status = asst__fail(err, ASST_EUNSUPPORTED,
				    "the store was opened without the option directory");
	if (action)
		asst__write_refused(call, status, action, NULL);
	if (status != ASST_OK)
		asst__call_end(call);
	return status;
}

/* A put or a change of one user or team. */
struct entry {
	struct asst__call *call;
	char kind;          /* ASST__DIRECTORY_... */
	const char *action; /* of the event */
	const char *id;
	asst__json *tree; /* of a put */
	asst__json *fixed; /* what came with it and must be as it is; NULL: nothing */
	bool disable, disabled, remove, forget;
	/* of one attempt */
	struct asst__part old;
};

static const struct asst__schema *schema_of(const struct entry *entry)
{
	return entry->kind == ASST__DIRECTORY_USER ? &asst__user_record_schema :
						     &asst__team_record_schema;
}

/* loses: the user sees less by it. */
static void add_event(struct asst__change *change, const struct entry *entry, bool loses)
{
	char text[ASST__PRINCIPAL_MAX + 1];
	struct asst__event event = { .action = entry->action };

	memcpy(text, entry->kind == ASST__DIRECTORY_USER ? "user:" : "team:", 5);
	memcpy(text + 5, entry->id, strlen(entry->id) + 1);
	event.principal = ASST__STRING(text);
	if (loses)
		event.loser = event.principal;
	asst__change_event(change, &event);
}

/* What a user has on what a team owns; 0: it is no member. */
static int level_in(const struct asst__view *user, struct asst__string id)
{
	size_t i, count = asst__view_count(user, ASST__SESSION_TEAMS);
	struct asst__view team;

	for (i = 0; i < count; i++) {
		team = asst__view_item(user, ASST__SESSION_TEAMS, i);
		if (asst__same(asst__view_text(&team, ASST__TEAM_ID), id))
			return asst__team_level(asst__view_choice(&team, ASST__TEAM_ROLE, 0));
	}
	return ASST_LEVEL_NONE;
}

/*
 * Whether a user who stays sees less as another record says: a team, the level in one, or
 * everything a superuser sees. Who is deleted reads no feed, nor does who has its id later.
 */
static bool sees_less(const struct asst__view *from, const struct asst__view *to)
{
	size_t i, count = asst__view_count(from, ASST__SESSION_TEAMS);
	struct asst__string id;
	struct asst__view team;

	if (asst__view_has(to, ASST__USER_DELETED_AT))
		return false;
	if (asst__view_flag(from, ASST__SESSION_SUPERUSER, false) &&
	    !asst__view_flag(to, ASST__SESSION_SUPERUSER, false))
		return true;
	for (i = 0; i < count; i++) {
		team = asst__view_item(from, ASST__SESSION_TEAMS, i);
		id = asst__view_text(&team, ASST__TEAM_ID);
		if (level_in(to, id) < level_in(from, id))
			return true;
	}
	return false;
}

/* The record as it is, and of a put those of the teams that it names, in one read. */
static int read_old(struct entry *entry, struct asst_sink *sink)
{
	const struct asst__call *call = entry->call;
	asst__json *teams = entry->kind == ASST__DIRECTORY_USER ?
				    asst__json_member(entry->tree, "teams") : NULL;
	struct asst_keys keys;
	struct asst__key key;
	asst__json *team;
	uint64_t sequence;
	int status;

	asst__keys_init(&keys, &call->store->mem);
	asst__key_directory(&key, entry->kind, entry->id);
	status = asst_keys_add(&keys, key.bytes, key.size, call->err);
	for (team = asst__json_first(teams); team && status == ASST_OK;
	     team = asst__json_next(team)) {
		asst__key_directory(&key, ASST__DIRECTORY_TEAM,
				    asst__json_text(asst__json_member(team, "id")));
		status = asst_keys_add(&keys, key.bytes, key.size, call->err);
	}
	if (status == ASST_OK)
		status = asst__backend_get(&call->store->backend, call->workspace, &keys, sink,
					   &sequence, call->err);
	asst__keys_dispose(&keys);
	asst_buf_free(entry->old.buf);
	if (status == ASST_OK)
		status = asst__part_take(&entry->old, sink, 0, schema_of(entry), call->err);
	else
		memset(&entry->old, 0, sizeof(entry->old));
	return status;
}

static void check_teams(struct asst__check *check, const struct entry *entry,
			const struct asst_sink *sink)
{
	asst__json *team = asst__json_first(asst__json_member(entry->tree, "teams"));
	size_t i = 0;

	asst__check_enter(check, "teams");
	for (; team; team = asst__json_next(team), i++) {
		asst__check_enter_item(check, i);
		if (!asst__sink_find(sink, i + 1))
			asst__fault(check, "id", "unknown_reference",
				    "must be a team of the directory");
		asst__check_leave(check);
	}
	asst__check_leave(check);
}

/* What is read of one beside the document: it may come back as it is. */
static const struct {
	const char *name;
	char kind; /* 0: of both */
} fixed[] = {
	{ "createdAt", 0 },
	{ "updatedAt", 0 },
	{ "deletedAt", ASST__DIRECTORY_USER },
	{ "members", ASST__DIRECTORY_TEAM },
};

static int take_fixed(struct entry *entry)
{
	asst__json *node;
	size_t i;

	for (i = 0; i < ASST__COUNT(fixed); i++) {
		if (fixed[i].kind && fixed[i].kind != entry->kind)
			continue;
		node = asst__json_take(entry->tree, fixed[i].name);
		if (!node)
			continue;
		if (!entry->fixed)
			entry->fixed = asst__json_new_object();
		if (!asst__json_add(entry->fixed, fixed[i].name, node))
			return asst__fail_nomem(entry->call->err);
	}
	return ASST_OK;
}

static int write_entry(struct asst__text *out, const struct entry *entry);

/* What is there now, as it is read; NULL: nothing. */
static int scan_present(asst__json **present, const struct entry *entry)
{
	const struct asst__mem *mem = &entry->call->store->mem;
	struct asst__text text;
	int status;

	*present = NULL;
	if (!entry->old.buf)
		return ASST_OK;
	asst__text_init(&text, mem, SIZE_MAX / 2);
	status = write_entry(&text, entry);
	if (status == ASST_OK && text.failed)
		status = asst__fail_nomem(entry->call->err);
	if (status == ASST_OK)
		status = asst__scan_stored(present, text.data, text.size, mem, entry->call->err);
	asst__text_free(&text);
	return status;
}

/* null is what is absent. */
static bool is_present(const asst__json *node, const asst__json *present)
{
	return present ? asst__json_same(node, present) :
			 asst__json_kind(node) == ASST__JSON_NULL;
}

static int check_fixed(struct asst__check *check, const struct entry *entry)
{
	asst__json *node, *present;
	int status;

	if (!entry->fixed)
		return ASST_OK;
	status = scan_present(&present, entry);
	for (node = asst__json_first(entry->fixed); node && status == ASST_OK;
	     node = asst__json_next(node)) {
		if (!is_present(node, asst__json_member(present, asst__json_name(node))))
			asst__fault(check, asst__json_name(node), "read_only",
				    "must be left out or have its present value");
	}
	asst__json_free(present);
	return status;
}

/* What can be judged only by what is there. */
static int check_present(const struct entry *entry, const struct asst_sink *sink)
{
	struct asst__check check;
	int status;

	asst__check_begin(&check, &entry->call->store->opts.limits, 0, &entry->call->store->mem,
			  entry->call->err);
	check_teams(&check, entry, sink);
	status = check_fixed(&check, entry);
	return status == ASST_OK ? asst__check_end(&check) : status;
}

/* Whether a record says what the old one does. When it was put says nothing. */
static int compare_old(bool *same, const struct entry *entry, asst_buf *record)
{
	const struct asst__schema *document = entry->kind == ASST__DIRECTORY_USER ?
						      &asst__user_schema : &asst__team_schema;
	const struct asst__call *call = entry->call;
	struct asst__text x, y;
	struct asst__view view;
	int status;

	*same = false;
	if (!entry->old.buf)
		return ASST_OK;
	status = asst__view_open(&view, schema_of(entry), asst_buf_data(record),
				 asst_buf_size(record), call->err);
	if (status != ASST_OK)
		return status;
	asst__text_init(&x, &call->store->mem, SIZE_MAX / 2);
	asst__text_init(&y, &call->store->mem, SIZE_MAX / 2);
	asst__view_write(&x, document, &entry->old.view);
	asst__view_write(&y, document, &view);
	if (x.failed || y.failed)
		status = asst__fail_nomem(call->err);
	else
		*same = x.size == y.size && memcmp(x.data, y.data, x.size) == 0;
	asst__text_free(&x);
	asst__text_free(&y);
	return status;
}

/* A membership rests on the team's being there. */
static void rest_on_teams(struct entry *entry, struct asst__change *change,
			  const struct asst_sink *sink)
{
	asst__json *team = asst__json_first(asst__json_member(entry->tree, "teams"));
	struct asst__key key;
	size_t i = 0;

	for (; team; team = asst__json_next(team), i++) {
		asst__key_directory(&key, ASST__DIRECTORY_TEAM,
				    asst__json_text(asst__json_member(team, "id")));
		asst__change_check(change, &key, asst__sink_find(sink, i + 1)->sequence);
	}
}

static void drop_members(struct entry *entry, struct asst__change *change)
{
	size_t i, count = asst__view_count(&entry->old.view, ASST__SESSION_TEAMS);
	struct asst__view team;
	struct asst__key key;

	for (i = 0; i < count; i++) {
		team = asst__view_item(&entry->old.view, ASST__SESSION_TEAMS, i);
		asst__key_member(&key, asst__view_text(&team, ASST__TEAM_ID), entry->id);
		asst__change_delete(change, &key);
	}
}

static void put_members(struct entry *entry, struct asst__change *change,
			const struct asst__view *user)
{
	size_t i, count = asst__view_count(user, ASST__SESSION_TEAMS);
	struct asst__view team;
	struct asst__key key;
	unsigned char role;

	for (i = 0; i < count; i++) {
		team = asst__view_item(user, ASST__SESSION_TEAMS, i);
		role = (unsigned char)asst__view_choice(&team, ASST__TEAM_ROLE, 0);
		asst__key_member(&key, asst__view_text(&team, ASST__TEAM_ID), entry->id);
		asst__change_put_bytes(change, &key, &role, 1);
	}
}

static bool set_time(asst__json *tree, const char *name, int64_t ms)
{
	char text[ASST__TIME_SIZE + 1];

	asst__time_print(text, ms);
	return asst__json_set(tree, name, asst__json_new_string(text));
}

/* It stays with the user, and another user of the same id gets another one. */
static bool set_uid(asst__json *tree, const struct entry *entry)
{
	struct asst__string old = asst__view_text(&entry->old.view, ASST__USER_UID);
	unsigned char id[ASST__UUID_BYTES];
	char text[ASST__UUID_TEXT + 1];
	int64_t ms;

	if (old.text)
		return asst__json_set(tree, "uid", asst__json_new_string(old.text));
	if (asst__uuid_make(&entry->call->store->ids, id, &ms, entry->call->err) != ASST_OK)
		return false;
	asst__uuid_write(text, id);
	return asst__json_set(tree, "uid", asst__json_new_string(text));
}

/* The record of a tree with the times that stand around it. */
static int make_record(asst_buf **record, const struct entry *entry, asst__json *tree,
		       bool deleted)
{
	const struct asst__call *call = entry->call;
	const struct asst__schema *schema = deleted ? &asst__user_deleted_schema : schema_of(entry);
	unsigned created = entry->kind == ASST__DIRECTORY_USER ? ASST__USER_CREATED_AT :
								 ASST__TEAM_RECORD_CREATED_AT;

	*record = NULL;
	if (!set_time(tree, "createdAt", asst__view_int(&entry->old.view, created, call->now)) ||
	    !set_time(tree, "updatedAt", call->now) ||
	    (deleted && !set_time(tree, "deletedAt", call->now)))
		return asst__fail_nomem(call->err);
	if (entry->kind == ASST__DIRECTORY_USER && !set_uid(tree, entry))
		return asst__fail_nomem(call->err);
	return asst__record_from_tree(record, schema, tree, &call->store->mem, call->err);
}

/* Put a record in the place of the old one, with what follows from it. */
static int put_record(struct entry *entry, struct asst__change *change, asst_buf *record)
{
	struct asst__view view;
	struct asst__key key;
	int status = asst__view_open(&view, schema_of(entry), asst_buf_data(record),
				     asst_buf_size(record), entry->call->err);

	if (status != ASST_OK)
		return status;
	asst__key_directory(&key, entry->kind, entry->id);
	asst__change_check(change, &key, entry->old.sequence);
	asst__change_put(change, &key, record);
	if (entry->kind == ASST__DIRECTORY_USER) {
		drop_members(entry, change);
		if (!asst__view_has(&view, ASST__USER_DELETED_AT))
			put_members(entry, change, &view);
	}
	add_event(change, entry,
		  entry->kind == ASST__DIRECTORY_USER && sees_less(&entry->old.view, &view));
	return ASST_OK;
}

static int attempt_put(void *context, struct asst__change *change, bool lost)
{
	struct entry *entry = context;
	struct asst_sink sink;
	asst_buf *record = NULL;
	bool same = false;
	int status;

	(void)lost;
	asst__sink_init(&sink, &entry->call->store->mem);
	status = read_old(entry, &sink);
	if (status == ASST_OK && entry->kind == ASST__DIRECTORY_USER &&
	    asst__view_has(&entry->old.view, ASST__USER_DELETED_AT))
		status = asst__fail(entry->call->err, ASST_EEXISTS,
				    "the user was deleted: its id is given out again once it is forgotten");
	if (status == ASST_OK)
		status = check_present(entry, &sink);
	if (status == ASST_OK)
		status = make_record(&record, entry, entry->tree, false);
	if (status == ASST_OK)
		status = compare_old(&same, entry, record);
	if (status == ASST_OK && !same && entry->kind == ASST__DIRECTORY_USER)
		rest_on_teams(entry, change, &sink);
	if (status == ASST_OK && !same)
		status = put_record(entry, change, record);
	asst_buf_free(record);
	asst__sink_dispose(&sink);
	return status;
}

static void check_email(struct asst__check *check, const asst__json *tree)
{
	const asst__json *email = asst__json_member(tree, "email");
	const char *text = asst__json_text(email);

	if (asst__json_kind(email) == ASST__JSON_STRING &&
	    asst__utf8_count(text, strlen(text)) > EMAIL_MOST)
		asst__fault(check, "email", "too_long", "must have at most %d characters",
			    EMAIL_MOST);
}

static int put(asst_session *session, const char *json, size_t size, uint32_t flags,
	       struct entry *entry, const struct asst__schema *schema, asst_error *err)
{
	struct asst__check check;
	struct asst__call call;
	int status = begin(&call, session, flags, entry->action, err);

	if (status != ASST_OK)
		return status;
	entry->call = &call;
	status = json ? asst__scan_object(&entry->tree, json, size, &call.store->opts.limits,
					  &call.store->mem, err) :
			asst__fail(err, ASST_EINVAL, "needs a document");
	if (status == ASST_OK)
		status = take_fixed(entry);
	if (status == ASST_OK) {
		asst__check_begin(&check, &call.store->opts.limits, 0, &call.store->mem, err);
		asst__check_object(&check, schema, entry->tree);
		check_email(&check, entry->tree);
		status = asst__check_end(&check);
	}
	if (status == ASST_OK) {
		entry->id = asst__json_text(asst__json_member(entry->tree, "id"));
		status = asst__write(&call, entry->action, NULL, attempt_put, entry);
	}
	asst_buf_free(entry->old.buf);
	asst__json_free(entry->tree);
	asst__json_free(entry->fixed);
	asst__call_end(&call);
	return status;
}

int asst_user_put(asst_session *session, const char *json, size_t size, uint32_t flags,
		  asst_error *err)
{
	struct entry entry = { .kind = ASST__DIRECTORY_USER, .action = "user.put" };

	return put(session, json, size, flags, &entry, &asst__user_schema, err);
}

int asst_team_put(asst_session *session, const char *json, size_t size, uint32_t flags,
		  asst_error *err)
{
	struct entry entry = { .kind = ASST__DIRECTORY_TEAM, .action = "team.put" };

	return put(session, json, size, flags, &entry, &asst__team_schema, err);
}

/* Changing one that is there */

static int not_there(const struct entry *entry)
{
	return asst__fail(entry->call->err, ASST_ENOTFOUND, "the directory has no such %s",
			  entry->kind == ASST__DIRECTORY_USER ? "user" : "team");
}

/* What says who somebody was, and not what they might do. */
static void strip(asst__json *tree)
{
	static const char *const names[] = { "email",	    "aiSeat", "superuser",
					     "permissions", "teams",  "disabled" };
	size_t i;

	for (i = 0; i < ASST__COUNT(names); i++)
		asst__json_remove(tree, names[i]);
}

/* The old document with what changes. */
static int change_user(struct entry *entry, struct asst__change *change)
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
		status = make_record(&record, entry, tree, entry->remove);
	if (status == ASST_OK)
		status = put_record(entry, change, record);
	asst_buf_free(record);
	asst__json_free(tree);
	return status;
}

static void drop_entry(struct entry *entry, struct asst__change *change)
{
	struct asst__key key;

	asst__key_directory(&key, entry->kind, entry->id);
	asst__change_check(change, &key, entry->old.sequence);
	asst__change_delete(change, &key);
	if (entry->kind == ASST__DIRECTORY_USER)
		drop_members(entry, change);
	add_event(change, entry, false);
}

static int attempt_change(void *context, struct asst__change *change, bool lost)
{
	struct entry *entry = context;
	struct asst_sink sink;
	bool gone;
	int status;

	(void)lost;
	asst__sink_init(&sink, &entry->call->store->mem);
	status = read_old(entry, &sink);
	asst__sink_dispose(&sink);
	if (status != ASST_OK)
		return status;
	gone = asst__view_has(&entry->old.view, ASST__USER_DELETED_AT);
	if (!entry->old.buf || (gone && entry->disable))
		return not_there(entry);
	if (entry->forget) {
		drop_entry(entry, change);
		return ASST_OK;
	}
	if (gone || (entry->disable && asst__view_flag(&entry->old.view, ASST__USER_DISABLED,
						       false) == entry->disabled))
		return ASST_OK;
	return change_user(entry, change);
}

static int change_one(asst_session *session, const char *id, uint32_t flags, struct entry *entry,
		      asst__attempt attempt, asst_error *err)
{
	struct asst__call call;
	int status = begin(&call, session, flags, entry->action, err);

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
	struct entry entry = { .kind = ASST__DIRECTORY_USER,
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
	struct entry entry = { .kind = ASST__DIRECTORY_USER,
			       .action = "user.delete",
			       .remove = true };

	return change_one(session, id, flags, &entry, attempt_change, err);
}

int asst_user_forget(asst_session *session, const char *id, uint32_t flags, asst_error *err)
{
	struct entry entry = { .kind = ASST__DIRECTORY_USER,
			       .action = "user.forget",
			       .forget = true };

	return change_one(session, id, flags, &entry, attempt_change, err);
}

/* Teams with members stay. */

static int scan_members(struct asst_sink *sink, uint64_t *sequence, const struct asst__call *call,
			const char *team, struct asst__key *from, struct asst__key *to,
			size_t limit)
{
	struct asst_ranges ranges;
	int status;

	asst__key_member(from, ASST__STRING(team), NULL);
	*to = *from;
	asst__key_end(to);
	asst__ranges_init(&ranges, &call->store->mem, 0);
	status = asst_ranges_add(&ranges, from->bytes, from->size, to->bytes, to->size, limit, 0,
				 call->err);
	if (status == ASST_OK)
		status = asst__backend_scan(&call->store->backend, call->workspace, &ranges, sink,
					    sequence, call->err);
	asst__ranges_dispose(&ranges);
	return status;
}

static int attempt_delete_team(void *context, struct asst__change *change, bool lost)
{
	struct entry *entry = context;
	const struct asst__call *call = entry->call;
	struct asst__key from, to;
	struct asst_sink sink;
	uint64_t sequence;
	int status;

	(void)lost;
	asst__sink_init(&sink, &call->store->mem);
	status = read_old(entry, &sink);
	asst__sink_clear(&sink);
	if (status == ASST_OK && !entry->old.buf)
		status = not_there(entry);
	if (status == ASST_OK)
		status = scan_members(&sink, &sequence, call, entry->id, &from, &to, 1);
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
	struct entry entry = { .kind = ASST__DIRECTORY_TEAM, .action = "team.delete" };

	return change_one(session, id, flags, &entry, attempt_delete_team, err);
}

/* Reading */

static int write_members(struct asst__text *out, const struct asst__call *call, const char *team)
{
	struct asst__key from, to;
	struct asst_sink sink;
	uint64_t sequence;
	size_t i, size;
	int status;

	asst__sink_init(&sink, &call->store->mem);
	status = scan_members(&sink, &sequence, call, team, &from, &to, 0);
	asst__text_add_cstr(out, ",\"members\":[");
	for (i = 0; i < sink.count && status == ASST_OK; i++) {
		const char *key = asst_sink_key(&sink, i, &size);
		const asst_buf *value = asst_sink_value(&sink, i);
		unsigned role = asst_buf_size(value) == 1 ?
					(unsigned char)asst_buf_data(value)[0] : 0;

		asst__text_add_cstr(out, i ? ",{\"id\":" : "{\"id\":");
		asst__json_write_string(out, key + from.size, size - from.size);
		asst__text_add_format(out, ",\"role\":\"%s\"}", asst__role_name(role));
	}
	asst__text_add_char(out, ']');
	asst__sink_dispose(&sink);
	return status;
}

static int write_entry(struct asst__text *out, const struct entry *entry)
{
	int status = ASST_OK;

	asst__text_add_char(out, '{');
	asst__view_write_members(out, schema_of(entry), &entry->old.view);
	if (entry->kind == ASST__DIRECTORY_TEAM)
		status = write_members(out, entry->call, entry->id);
	asst__text_add_char(out, '}');
	return status;
}

static int get(asst_buf **out, asst_session *session, const char *id, char kind, asst_error *err)
{
	struct entry entry = { .kind = kind, .id = id };
	struct asst_sink sink;
	struct asst__text text;
	struct asst__call call;
	int status;

	if (out)
		*out = NULL;
	status = begin(&call, session, 0, NULL, err);
	if (status != ASST_OK)
		return status;
	entry.call = &call;
	asst__sink_init(&sink, &call.store->mem);
	asst__text_init(&text, &call.store->mem, SIZE_MAX / 2);
	if (!id || !asst__ident_valid(id, strlen(id)))
		status = asst__fail(err, ASST_EINVAL,
				    "an identifier is 1 to 128 of A-Z a-z 0-9 . _ @ + -");
	if (status == ASST_OK)
		status = read_old(&entry, &sink);
	if (status == ASST_OK && !entry.old.buf)
		status = not_there(&entry);
	if (status == ASST_OK)
		status = write_entry(&text, &entry);
	if (status == ASST_OK && out)
		status = asst__text_to_buf(out, &text, err);
	asst__text_free(&text);
	asst__sink_dispose(&sink);
	asst_buf_free(entry.old.buf);
	asst__call_end(&call);
	return status;
}

int asst_user_get(asst_buf **out, asst_session *session, const char *id, asst_error *err)
{
	return get(out, session, id, ASST__DIRECTORY_USER, err);
}

int asst_team_get(asst_buf **out, asst_session *session, const char *id, asst_error *err)
{
	return get(out, session, id, ASST__DIRECTORY_TEAM, err);
}

struct listing {
	const struct asst__call *call;
	char kind;
	size_t limit;
	char after[ASST__PRINCIPAL_MAX + 1]; /* the last identifier that was listed */
	struct asst__text text;
};

/* A cursor is a checksum and the last identifier that was listed. */
#define CHECK_DIGITS 8

static void write_check(char text[CHECK_DIGITS + 1], const struct listing *listing,
			const char *id, size_t size)
{
	const char *workspace = listing->call->workspace;
	uint32_t crc = asst__crc32c(0, workspace, strlen(workspace) + 1);

	crc = asst__crc32c(asst__crc32c(crc, &listing->kind, 1), id, size);
	snprintf(text, CHECK_DIGITS + 1, "%08x", (unsigned)crc);
}

static bool read_cursor(struct listing *listing, struct asst__string cursor)
{
	char check[CHECK_DIGITS + 1];
	const char *id = cursor.text + CHECK_DIGITS;

	if (cursor.size <= CHECK_DIGITS || !asst__ident_valid(id, cursor.size - CHECK_DIGITS))
		return false;
	write_check(check, listing, id, cursor.size - CHECK_DIGITS);
	memcpy(listing->after, id, cursor.size - CHECK_DIGITS + 1);
	return memcmp(check, cursor.text, CHECK_DIGITS) == 0;
}

static int read_options(struct listing *listing, const char *options, size_t size)
{
	const struct asst__call *call = listing->call;
	struct asst__string cursor;
	struct asst__view view;
	asst_buf *record = NULL;
	int status = asst__options_read(&record, &view, &asst__page_schema, options, size, call);

	if (status == ASST_OK)
		status = asst__page_limit(&listing->limit,
					  asst__view_int(&view, ASST__PAGE_LIMIT, 50), call);
	if (status == ASST_OK) {
		cursor = asst__view_text(&view, ASST__PAGE_CURSOR);
		if (cursor.text && !read_cursor(listing, cursor))
			status = asst__cursor_fault(call->err);
	}
	asst_buf_free(record);
	return status;
}

static int scan_page(struct listing *listing, struct asst_sink *sink)
{
	const struct asst__call *call = listing->call;
	struct asst_ranges ranges;
	struct asst__key from, to;
	uint64_t sequence;
	int status;

	asst__key_directory(&from, listing->kind, NULL);
	to = from;
	asst__key_end(&to);
	if (listing->after[0]) {
		asst__key_directory(&from, listing->kind, listing->after);
		from.bytes[from.size++] = 0;
	}
	asst__ranges_init(&ranges, &call->store->mem, 0);
	status = asst_ranges_add(&ranges, from.bytes, from.size, to.bytes, to.size,
				 listing->limit + 1, 0, call->err);
	if (status == ASST_OK)
		status = asst__backend_scan(&call->store->backend, call->workspace, &ranges, sink,
					    &sequence, call->err);
	asst__ranges_dispose(&ranges);
	return status;
}

static int write_page(struct listing *listing, const struct asst_sink *sink)
{
	bool users = listing->kind == ASST__DIRECTORY_USER;
	const struct asst__schema *schema = users ? &asst__user_record_schema :
						    &asst__team_record_schema;
	size_t i, size, count = sink->count < listing->limit ? sink->count : listing->limit;
	char check[CHECK_DIGITS + 1];
	struct asst__view view;
	const char *key;
	int status = ASST_OK;

	asst__text_add_cstr(&listing->text, users ? "{\"users\":[" : "{\"teams\":[");
	for (i = 0; i < count && status == ASST_OK; i++) {
		const asst_buf *value = asst_sink_value(sink, i);

		status = asst__view_open(&view, schema, asst_buf_data(value), asst_buf_size(value),
					 listing->call->err);
		if (i)
			asst__text_add_char(&listing->text, ',');
		if (status == ASST_OK)
			asst__view_write(&listing->text, schema, &view);
	}
	asst__text_add_char(&listing->text, ']');
	if (sink->count > listing->limit) {
		key = asst_sink_key(sink, count - 1, &size);
		write_check(check, listing, key + 2, size - 2);
		asst__text_add_format(&listing->text, ",\"cursor\":\"%s%.*s\"", check,
				      (int)(size - 2), key + 2);
	}
	asst__text_add_char(&listing->text, '}');
	return status;
}

static int list(asst_buf **out, asst_session *session, const char *options, size_t size, char kind,
		asst_error *err)
{
	struct listing listing = { .kind = kind };
	struct asst_sink sink;
	struct asst__call call;
	int status;

	if (out)
		*out = NULL;
	status = begin(&call, session, 0, NULL, err);
	if (status != ASST_OK)
		return status;
	listing.call = &call;
	asst__sink_init(&sink, &call.store->mem);
	asst__text_init(&listing.text, &call.store->mem, SIZE_MAX / 2);
	status = read_options(&listing, options, size);
	if (status == ASST_OK)
		status = scan_page(&listing, &sink);
	if (status == ASST_OK)
		status = write_page(&listing, &sink);
	if (status == ASST_OK && out)
		status = asst__text_to_buf(out, &listing.text, err);
	asst__text_free(&listing.text);
	asst__sink_dispose(&sink);
	asst__call_end(&call);
	return status;
}

int asst_user_list(asst_buf **out, asst_session *session, const char *options, size_t size,
		   asst_error *err)
{
	return list(out, session, options, size, ASST__DIRECTORY_USER, err);
}

int asst_team_list(asst_buf **out, asst_session *session, const char *options, size_t size,
		   asst_error *err)
{
	return list(out, session, options, size, ASST__DIRECTORY_TEAM, err);
}
