/* SPDX-License-Identifier: MIT */
/* Events: what a batch says of itself, and how that is shown. */
#include "base/clock.h"
#include "model/layout.h"
#include "service/cursor.h"
#include "service/write.h"

#include <string.h>

#define CHANGES_MAX (2 * ASST__FIELDS_MAX)

/* The names of the fields that an event's change touched. */
static size_t changed_fields(const char *names[CHANGES_MAX], const struct asst__event *event)
{
	const struct asst__schema *def = &asst__def_schema, *around = &asst__around_schema;
	size_t count = 0;
	unsigned i;

	for (i = 1; event->def_from && event->def_to && i <= def->count; i++) {
		if (!asst__view_same(def, event->def_from, event->def_to, i))
			names[count++] = def->fields[i].name;
	}
	for (i = 1; event->head_from && event->head_to && i <= around->count; i++) {
		if (asst__around_changed(event->head_from, event->head_to, i))
			names[count++] = around->fields[i].name;
	}
	return count;
}

static void add_pointers(struct asst__record *record, uint32_t root,
			 const struct asst__event *event)
{
	const char *names[CHANGES_MAX];
	size_t i, count = changed_fields(names, event);
	uint32_t list = count ? asst__record_list(record, root, ASST__EVENT_POINTERS, count) : 0;
	char pointer[64] = "/";

	for (i = 0; list && i < count; i++) {
		memcpy(pointer + 1, names[i], strlen(names[i]) + 1);
		asst__record_text_at(record, list, i, ASST__STRING(pointer));
	}
}

static void add_loser(struct asst__record *record, uint32_t list, size_t i,
		      struct asst__string principal, int64_t level)
{
	const struct asst__schema *schema = asst__event_schema.fields[ASST__EVENT_LOSERS].items;
	uint32_t loser = list ? asst__record_item(record, list, i, schema) : 0;

	if (!loser)
		return;
	asst__record_text(record, loser, ASST__LOSER_PRINCIPAL, principal);
	if (level)
		asst__record_int(record, loser, ASST__LOSER_LEVEL, level);
}

/* Whether a grant in force gave sight, if only to the creator. */
static bool gave_sight(const struct asst__view *grant, const struct asst__event *event, int64_t now)
{
	int least = event->sight_creator.text ? ASST_LEVEL_READ : event->sight_level;

	return asst__view_int(grant, ASST__GRANT_EXPIRES_AT, INT64_MAX) > now &&
	       asst__view_int(grant, ASST__GRANT_LEVEL, 0) >= least;
}

/* The owner, a team's members by their roles, and grantees. */
static void add_all_losers(struct asst__record *record, uint32_t root,
			   const struct asst__event *event, int64_t now)
{
	const struct asst__indexed *state = event->losers;
	struct asst__string owner = state->head->owner;
	size_t i, count = 1, grants = asst__view_count(state->acl, ASST__ACL_GRANTS);
	struct asst__view grant;
	uint32_t list;

	for (i = 0; i < grants; i++) {
		grant = asst__view_item(state->acl, ASST__ACL_GRANTS, i);
		count += gave_sight(&grant, event, now);
	}
	list = asst__record_list(record, root, ASST__EVENT_LOSERS, count);
	add_loser(record, list, 0, owner,
		  strncmp(owner.text, "team:", 5) == 0 ? 0 : ASST__LEVEL_OWNER);
	for (i = 0, count = 1; i < grants; i++) {
		grant = asst__view_item(state->acl, ASST__ACL_GRANTS, i);
		if (gave_sight(&grant, event, now))
			add_loser(record, list, count++,
				  asst__view_text(&grant, ASST__GRANT_PRINCIPAL),
				  asst__view_int(&grant, ASST__GRANT_LEVEL, 0));
	}
}

static void add_losers(struct asst__record *record, uint32_t root,
		       const struct asst__event *event, int64_t now)
{
	if (event->losers)
		add_all_losers(record, root, event, now);
	else
		add_loser(record, asst__record_list(record, root, ASST__EVENT_LOSERS, 1), 0,
			  event->loser, event->loser_level);
	asst__record_int(record, root, ASST__EVENT_SIGHT_LEVEL, event->sight_level);
	asst__record_text(record, root, ASST__EVENT_SIGHT_CREATOR, event->sight_creator);
}

/* The begin of a pointer: so many tokens at most. */
static struct asst__string parent(const char *pointer, size_t depth)
{
	const char *end = pointer;

	for (; *end && depth; depth--)
		end += 1 + strcspn(end + 1, "/");
	return (struct asst__string){ pointer, (size_t)(end - pointer) };
}

/*
 * Pointers cut to a depth, each once: those with a common parent follow each other. Written to
 * the list, unless it is 0. Returns how many there are; *size: what they take in a record.
 */
static size_t fold(struct asst__record *record, uint32_t list,
		   const struct asst__json_conflicts *conflicts, size_t depth, size_t *size)
{
	struct asst__string last = { NULL, 0 }, pointer;
	size_t i, count = 0;

	*size = 4;
	for (i = 0; i < conflicts->count; i++) {
		pointer = parent(conflicts->items[i].pointer, depth);
		if (last.text && asst__same(pointer, last))
			continue;
		if (list)
			asst__record_text_at(record, list, count, pointer);
		*size += 4 + 4 + pointer.size + 1;
		last = pointer;
		count++;
	}
	return count;
}

/* What was decided for a draft, as deep as there is room for: no write fails for its event. */
static void add_forced(struct asst__record *record, uint32_t root,
		       const struct asst__json_conflicts *forced)
{
	size_t low = 0, high = ASST__JSON_DEPTH, middle, size, count;
	size_t room = ASST__VALUE_MOST - 64 - record->text.size;
	uint32_t list;

	while (low < high) {
		middle = high - (high - low) / 2;
		fold(record, 0, forced, middle, &size);
		if (size <= room)
			low = middle;
		else
			high = middle - 1;
	}
	count = fold(record, 0, forced, low, &size);
	list = count ? asst__record_list(record, root, ASST__EVENT_FORCED, count) : 0;
	if (list)
		fold(record, list, forced, low, &size);
}

static void add_rest(struct asst__record *record, uint32_t root, const struct asst__event *event,
		     int64_t now)
{
	if (event->losers || event->loser.text)
		add_losers(record, root, event, now);
	if (event->attempted)
		asst__record_text(record, root, ASST__EVENT_ATTEMPTED,
				  ASST__STRING(event->attempted));
	if (event->status)
		asst__record_text(record, root, ASST__EVENT_STATUS, ASST__STRING(event->status));
	if (event->forced)
		add_forced(record, root, event->forced);
}

/* The last field that an event has: most have few, and there are as many as writes. */
static unsigned last_field(const struct asst__event *event)
{
	if (event->version)
		return ASST__EVENT_VERSION;
	if (event->losers || event->loser.text)
		return ASST__EVENT_SIGHT_CREATOR;
	if (event->attempted || event->status)
		return ASST__EVENT_STATUS;
	if (event->forced)
		return ASST__EVENT_FORCED;
	return event->principal.text || event->level ? ASST__EVENT_LEVEL : ASST__EVENT_POINTERS;
}

void asst__change_event(struct asst__change *change, const struct asst__event *event)
{
	const struct asst__call *call = change->call;
	struct asst__record record;
	struct asst__key key;
	asst_buf *value;
	uint32_t root;

	if (change->status != ASST_OK)
		return;
	root = asst__record_begin_short(&record, &asst__event_schema, last_field(event), 0,
					&call->store->mem);
	if (root) {
		asst__record_int(&record, root, ASST__EVENT_AT, call->now);
		asst__record_text(&record, root, ASST__EVENT_ACTOR, call->actor->principal);
		if (call->actor->creator)
			asst__record_text(&record, root, ASST__EVENT_BEHALF,
					  call->actor->creator->principal);
		asst__record_text(&record, root, ASST__EVENT_ACTION, ASST__STRING(event->action));
		asst__record_text(&record, root, ASST__EVENT_OBJECT, event->object);
		if (event->old_revision)
			asst__record_int(&record, root, ASST__EVENT_OLD_REVISION,
					 event->old_revision);
		if (event->new_revision)
			asst__record_int(&record, root, ASST__EVENT_NEW_REVISION,
					 event->new_revision);
		if (event->version)
			asst__record_int(&record, root, ASST__EVENT_VERSION, event->version);
		asst__record_text(&record, root, ASST__EVENT_PRINCIPAL, event->principal);
		if (event->level)
			asst__record_int(&record, root, ASST__EVENT_LEVEL, event->level);
		add_pointers(&record, root, event);
		add_rest(&record, root, event, call->now);
	}
	change->status = asst__record_end(&value, &record, call->err);
	if (change->status != ASST_OK)
		return;
	asst__key_event(&key);
	change->status =
		asst_batch_put_sequenced(&change->batch, key.bytes, key.size, NULL, 0,
					 asst_buf_data(value), asst_buf_size(value), call->err);
	asst_buf_free(change->event);
	change->event = value;
}

/* Showing */

static void write_member(struct asst__text *out, const struct asst__view *event, unsigned field)
{
	const struct asst__field *def = &asst__event_schema.fields[field];
	size_t i, count;

	if (!asst__view_has(event, field))
		return;
	asst__text_add_format(out, ",\"%s\":", def->name);
	if (def->type == ASST__INT) {
		asst__text_add_int(out, asst__view_int(event, field, 0));
	} else if (def->type == ASST__TEXTS) {
		count = asst__view_count(event, field);
		for (i = 0; i < count; i++) {
			asst__text_add_char(out, i ? ',' : '[');
			asst__json_write_string(out, asst__view_text_at(event, field, i).text,
						ASST_NUL);
		}
		asst__text_add_cstr(out, count ? "]" : "[]");
	} else {
		asst__json_write_string(out, asst__view_text(event, field).text, ASST_NUL);
	}
}

void asst__event_write(struct asst__text *out, const struct asst__view *event, uint64_t sequence,
		       const char *workspace, const struct asst__mem *mem)
{
	char *cursor = asst__feed_cursor_write(sequence, workspace, mem);
	char time[ASST__TIME_SIZE + 1];
	unsigned i;

	if (!cursor) {
		out->failed = ASST_ENOMEM;
		return;
	}
	asst__time_print(time, asst__view_int(event, ASST__EVENT_AT, 0));
	asst__text_add_format(out, "{\"cursor\":\"%s\",\"at\":\"%s\"", cursor, time);
	asst__free_text(mem, cursor);
	for (i = ASST__EVENT_ACTOR; i <= asst__event_schema.count; i++) {
		if (i != ASST__EVENT_LOSERS && i != ASST__EVENT_SIGHT_LEVEL &&
		    i != ASST__EVENT_SIGHT_CREATOR)
			write_member(out, event, i);
	}
	asst__text_add_char(out, '}');
}
