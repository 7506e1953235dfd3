/* SPDX-License-Identifier: MIT */
/* The directory's records: reading one, and putting one into a batch with what follows. */
#include "service/directory.h"
#include "base/clock.h"
#include "model/ident.h"

#include <string.h>

int asst__directory_begin(struct asst__call *call, asst_session *session, uint32_t flags,
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

const struct asst__schema *asst__directory_schema(const struct asst__directory_entry *entry)
{
	return entry->kind == ASST__DIRECTORY_USER ? &asst__user_record_schema :
						     &asst__team_record_schema;
}

void asst__directory_event(struct asst__change *change, const struct asst__directory_entry *entry,
			   bool loses)
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

int asst__directory_read(struct asst__directory_entry *entry, struct asst_sink *sink)
{
	const struct asst__call *call = entry->call;
	asst__json *teams = entry->kind == ASST__DIRECTORY_USER ?
				    asst__json_member(entry->tree, "teams") :
				    NULL;
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
		status = asst__part_take(&entry->old, sink, 0, asst__directory_schema(entry),
					 call->err);
	else
		memset(&entry->old, 0, sizeof(entry->old));
	return status;
}

void asst__directory_drop_members(struct asst__directory_entry *entry, struct asst__change *change)
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

static void put_members(struct asst__directory_entry *entry, struct asst__change *change,
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
static bool set_uid(asst__json *tree, const struct asst__directory_entry *entry)
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

int asst__directory_record(asst_buf **record, const struct asst__directory_entry *entry,
			   asst__json *tree, bool deleted)
{
	const struct asst__call *call = entry->call;
	const struct asst__schema *schema =
		deleted ? &asst__user_deleted_schema : asst__directory_schema(entry);
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

int asst__directory_put(struct asst__directory_entry *entry, struct asst__change *change,
			asst_buf *record)
{
	struct asst__view view;
	struct asst__key key;
	int status = asst__view_open(&view, asst__directory_schema(entry), asst_buf_data(record),
				     asst_buf_size(record), entry->call->err);

	if (status != ASST_OK)
		return status;
	asst__key_directory(&key, entry->kind, entry->id);
	asst__change_check(change, &key, entry->old.sequence);
	asst__change_put(change, &key, record);
	if (entry->kind == ASST__DIRECTORY_USER) {
		asst__directory_drop_members(entry, change);
		if (!asst__view_has(&view, ASST__USER_DELETED_AT))
			put_members(entry, change, &view);
	}
	asst__directory_event(change, entry,
			      entry->kind == ASST__DIRECTORY_USER &&
				      sees_less(&entry->old.view, &view));
	return ASST_OK;
}

int asst__directory_missing(const struct asst__directory_entry *entry)
{
	return asst__fail(entry->call->err, ASST_ENOTFOUND, "the directory has no such %s",
			  entry->kind == ASST__DIRECTORY_USER ? "user" : "team");
}

int asst__directory_members(struct asst_sink *sink, uint64_t *sequence,
			    const struct asst__call *call, const char *team, struct asst__key *from,
			    struct asst__key *to, size_t limit)
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

static int write_members(struct asst__text *out, const struct asst__call *call, const char *team)
{
	struct asst__key from, to;
	struct asst_sink sink;
	uint64_t sequence;
	size_t i, size;
	int status;

	asst__sink_init(&sink, &call->store->mem);
	status = asst__directory_members(&sink, &sequence, call, team, &from, &to, 0);
	asst__text_add_cstr(out, ",\"members\":[");
	for (i = 0; i < sink.count && status == ASST_OK; i++) {
		const char *key = asst_sink_key(&sink, i, &size);
		const asst_buf *value = asst_sink_value(&sink, i);
		unsigned role =
			asst_buf_size(value) == 1 ? (unsigned char)asst_buf_data(value)[0] : 0;

		asst__text_add_cstr(out, i ? ",{\"id\":" : "{\"id\":");
		asst__json_write_string(out, key + from.size, size - from.size);
		asst__text_add_format(out, ",\"role\":\"%s\"}", asst__role_name(role));
	}
	asst__text_add_char(out, ']');
	asst__sink_dispose(&sink);
	return status;
}

int asst__directory_write(struct asst__text *out, const struct asst__directory_entry *entry)
{
	int status = ASST_OK;

	asst__text_add_char(out, '{');
	asst__view_write_members(out, asst__directory_schema(entry), &entry->old.view);
	if (entry->kind == ASST__DIRECTORY_TEAM)
		status = write_members(out, entry->call, entry->id);
	asst__text_add_char(out, '}');
	return status;
}
