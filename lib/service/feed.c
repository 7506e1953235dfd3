/* SPDX-License-Identifier: MIT */
/* The feed: events in order, each shown to who may see its subject now, or lost sight by it. */
#include "service/cursor.h"
#include "service/write.h"

#include <assistant/feed.h>

#include <string.h>

/* One call looks at so many events at most. */
#define LOOK_MOST 1000
#define DAY_MS INT64_C(86400000)

/* What an event's subject must be to a session that is shown it; the longest match counts. */
static const struct {
	const char *action;
	int level; /* on the object; 0: the system and superusers alone */
	bool own;  /* its actor sees it too, where it sees the object */
} audience[] = {
	{ "assistant.", ASST_LEVEL_READ, false },
	{ "share.", ASST_LEVEL_READ, false },
	{ "draft.", ASST_LEVEL_MANAGE, true },
	{ "draft.commit", ASST_LEVEL_READ, false },
	{ "version.", ASST_LEVEL_WRITE, false },
	{ "version.restore", ASST_LEVEL_MANAGE, true },
	{ "secret.", ASST_LEVEL_WRITE, false },
	{ "token.", ASST_LEVEL_WRITE, false },
	{ "key.", ASST_LEVEL_NONE, true },
	{ "refused", ASST_LEVEL_MANAGE, false },
};

/* An object that events of one page are about. */
struct subject {
	unsigned char id[ASST__UUID_BYTES];
	struct asst__loaded loaded;
};

struct feed {
	struct asst__call *call;
	/* what is asked */
	asst_buf *options;
	struct asst__view query;
	bool given, end; /* a cursor was given; only the present end is wanted */
	uint64_t after;
	size_t limit;
	/* what there is */
	struct asst_sink events;
	struct subject *subjects;
	size_t subject_count, subject_room;
	uint64_t sequence;
	struct asst__text text;
	size_t shown;
};

static void feed_dispose(struct feed *feed)
{
	const struct asst__mem *mem = &feed->call->store->mem;

	for (size_t i = 0; i < feed->subject_count; i++)
		asst__loaded_dispose(&feed->subjects[i].loaded);
	asst__free(mem, feed->subjects, feed->subject_room * sizeof(*feed->subjects));
	asst__sink_dispose(&feed->events);
	asst_buf_free(feed->options);
	asst__text_free(&feed->text);
}

static int read_query(struct feed *feed, const char *options, size_t size)
{
	const struct asst__call *call = feed->call;
	struct asst__string after;
	int status = asst__options_read(&feed->options, &feed->query, &asst__feed_schema, options,
					size, call);

	if (status == ASST_OK)
		status = asst__page_limit(&feed->limit,
					  asst__view_int(&feed->query, ASST__FEED_LIMIT, 100),
					  call);
	if (status != ASST_OK)
		return status;
	after = asst__view_text(&feed->query, ASST__FEED_AFTER);
	if (!after.text || strcmp(after.text, "begin") == 0)
		return ASST_OK;
	feed->end = strcmp(after.text, "end") == 0;
	feed->given = !feed->end;
	if (feed->end || asst__feed_cursor_read(&feed->after, after, call->workspace))
		return ASST_OK;
	asst__error_add_issue(call->err, "cursor", "/after",
			      "must be a cursor of this workspace's feed, begin, or end");
	return asst__fail(call->err, ASST_EVALIDATION,
			  "the cursor does not belong to this workspace's feed");
}

/* Range 0: from where on events are kept; range 1: the events behind the cursor. */
static int scan(struct feed *feed)
{
	struct asst__call *call = feed->call;
	struct asst_ranges ranges;
	struct asst__key from, to;
	int status;

	asst__key_floor(&from);
	to = from;
	asst__key_end(&to);
	asst__ranges_init(&ranges, &call->store->mem, 0);
	status = asst_ranges_add(&ranges, from.bytes, from.size, to.bytes, to.size, 1, 0,
				 call->err);
	asst__key_event_at(&from, feed->after == UINT64_MAX ? UINT64_MAX : feed->after + 1);
	asst__key_event(&to);
	asst__key_end(&to);
	if (status == ASST_OK)
		status = asst_ranges_add(&ranges, from.bytes, from.size, to.bytes, to.size,
					 feed->end ? 1 : LOOK_MOST, 0, call->err);
	if (status == ASST_OK)
		status = asst__call_scan(call, &ranges, &feed->events, &feed->sequence);
	asst__ranges_dispose(&ranges);
	return status;
}

static uint64_t floor_of(const struct asst_sink *sink)
{
	const asst_buf *value = asst_sink_value(sink, 0);

	if (!sink->count || sink->items[0].index != 0 || asst_buf_size(value) != 8)
		return 0;
	return asst__big_endian((const unsigned char *)asst_buf_data(value));
}

static uint64_t sequence_of(const struct asst_sink *sink, size_t i)
{
	size_t size;
	const unsigned char *key = asst_sink_key(sink, i, &size);

	return size == 9 ? asst__big_endian(key + 1) : 0;
}

static int open_event(struct asst__view *event, const struct feed *feed, size_t i)
{
	const asst_buf *value = asst_sink_value(&feed->events, i);

	return asst__view_open(event, &asst__event_schema, asst_buf_data(value),
			       asst_buf_size(value), feed->call->err);
}

/* Whether the caller asked for such an event. */
static bool matches(const struct feed *feed, const struct asst__view *event)
{
	struct asst__string object = asst__view_text(&feed->query, ASST__FEED_OBJECT);
	size_t i, count = asst__view_count(&feed->query, ASST__FEED_ACTIONS);

	if (object.text && !asst__same(object, asst__view_text(event, ASST__EVENT_OBJECT)))
		return false;
	for (i = 0; i < count; i++) {
		if (asst__same(asst__view_text_at(&feed->query, ASST__FEED_ACTIONS, i),
			       asst__view_text(event, ASST__EVENT_ACTION)))
			return true;
	}
	return count == 0;
}

static struct subject *find_subject(const struct feed *feed,
				    const unsigned char id[ASST__UUID_BYTES])
{
	/* Events of one object often follow each other. */
	for (size_t i = feed->subject_count; i-- > 0;) {
		if (memcmp(feed->subjects[i].id, id, ASST__UUID_BYTES) == 0)
			return &feed->subjects[i];
	}
	return NULL;
}

static int add_subject(struct feed *feed, struct asst__string text)
{
	unsigned char id[ASST__UUID_BYTES];
	struct subject *subject;

	if (!text.text || !asst__uuid_read(id, text.text, text.size) || find_subject(feed, id))
		return ASST_OK;
	if (!asst__grow(&feed->call->store->mem, &feed->subjects, feed->subject_count,
			&feed->subject_room, sizeof(*feed->subjects)))
		return asst__fail_nomem(feed->call->err);
	subject = &feed->subjects[feed->subject_count++];
	memset(subject, 0, sizeof(*subject));
	memcpy(subject->id, id, sizeof(id));
	return ASST_OK;
}

/* What the events are about, as it is now: one get. */
static int load_subjects(struct feed *feed)
{
	struct asst__call *call = feed->call;
	struct asst_keys keys;
	struct asst_sink sink;
	uint64_t sequence;
	size_t i;
	int status = ASST_OK;

	if (!feed->subject_count)
		return ASST_OK;
	asst__keys_init(&keys, &call->store->mem);
	asst__sink_init(&sink, &call->store->mem);
	for (i = 0; i < feed->subject_count && status == ASST_OK; i++)
		status = asst__keys_add_object(&keys, feed->subjects[i].id, false, call->err);
	if (status == ASST_OK)
		status = asst__call_get(call, &keys, &sink, &sequence);
	for (i = 0; i < feed->subject_count && status == ASST_OK; i++)
		status = asst__loaded_take(&feed->subjects[i].loaded, &sink, 2 * i, false,
					   call->err);
	asst__sink_dispose(&sink);
	asst__keys_dispose(&keys);
	return status;
}

/* Whether it took sight away from somebody the session stands for, who had it. */
static bool lost_by(const struct asst__view *event, const struct asst__actor *actor)
{
	bool creator = asst__same(asst__view_text(event, ASST__EVENT_SIGHT_CREATOR),
				  actor->principal);
	int64_t needed = creator ? ASST_LEVEL_READ :
				   asst__view_int(event, ASST__EVENT_SIGHT_LEVEL, 0);
	size_t i, count = asst__view_count(event, ASST__EVENT_LOSERS);
	const struct asst__membership *member;
	struct asst__view loser;

	for (i = 0; i < count; i++) {
		loser = asst__view_item(event, ASST__EVENT_LOSERS, i);
		member = asst__actor_find(actor, asst__view_text(&loser, ASST__LOSER_PRINCIPAL));
		if (member && asst__view_int(&loser, ASST__LOSER_LEVEL,
					     asst__team_level(member->role)) >= needed)
			return true;
	}
	return false;
}

/* The level that the session has; what is in the trash is seen from level 3 on. */
static int level_on(const struct subject *subject, const struct asst__call *call)
{
	struct asst__loaded loaded;
	struct asst__decision decision;

	if (!subject || !subject->loaded.head.buf)
		return ASST_LEVEL_NONE;
	loaded = subject->loaded;
	loaded.trash = asst__view_has(&loaded.head.view, ASST__HEAD_DELETED_AT);
	asst__loaded_describe(&loaded);
	asst__decide(&decision, ASST__RIGHT_READ, call->actor, &loaded.object, call->now);
	if (decision.status != ASST_OK ||
	    (loaded.trash && decision.level_held < ASST_LEVEL_MANAGE))
		return ASST_LEVEL_NONE;
	return decision.level_held;
}

/*
 * Whether it is from before the person of the session came: who had the same identifier then, and
 * what the teams saw, is not this one's. Only of a user of the directory it is known.
 */
static bool before_caller(const struct asst__view *event, const struct asst__call *call)
{
	const char *uid = call->identity ? call->identity->person.uid : "";
	unsigned char id[ASST__UUID_BYTES];

	return uid[0] && asst__uuid_read(id, uid, strlen(uid)) &&
	       asst__view_int(event, ASST__EVENT_AT, 0) < asst__uuid_time(id);
}

static bool may_see(const struct feed *feed, const struct asst__view *event)
{
	const struct asst__call *call = feed->call;
	const struct asst__actor *actor = call->actor;
	struct asst__string action = asst__view_text(event, ASST__EVENT_ACTION);
	struct asst__string text = asst__view_text(event, ASST__EVENT_OBJECT);
	unsigned char id[ASST__UUID_BYTES];
	size_t i, size, longest = 0;
	int needed = 0, held;
	bool own = false, early;

	if (actor->system || actor->superuser)
		return true;
	early = before_caller(event, call);
	if (!early && lost_by(event, actor))
		return true;
	if (!action.text)
		return false;
	for (i = 0; i < ASST__COUNT(audience); i++) {
		size = strlen(audience[i].action);
		if (size <= longest || strncmp(action.text, audience[i].action, size) != 0)
			continue;
		longest = size;
		needed = audience[i].level;
		own = audience[i].own && !early;
	}
	/* What is about no assistant is seen by its actor alone. */
	if (!text.text || !asst__uuid_read(id, text.text, text.size))
		return own && asst__same(asst__view_text(event, ASST__EVENT_ACTOR),
					 actor->principal);
	held = level_on(find_subject(feed, id), call);
	if (held >= ASST_LEVEL_READ && own &&
	    asst__same(asst__view_text(event, ASST__EVENT_ACTOR), actor->principal))
		return true;
	return needed && held >= needed;
}

/* The events that match, from the first of range 1 on. */
static size_t first_event(const struct feed *feed)
{
	return feed->events.count && feed->events.items[0].index == 0 ? 1 : 0;
}

static int collect_subjects(struct feed *feed)
{
	struct asst__view event;
	size_t i;
	/* What was asked for is looked at whether it has events or not, as is what is not there. */
	int status = add_subject(feed, asst__view_text(&feed->query, ASST__FEED_OBJECT));

	for (i = first_event(feed); i < feed->events.count && status == ASST_OK; i++) {
		status = open_event(&event, feed, i);
		if (status == ASST_OK && matches(feed, &event))
			status = add_subject(feed, asst__view_text(&event, ASST__EVENT_OBJECT));
	}
	return status;
}

/* Write what may be seen; *last is the last sequence that was looked at. */
static int write_events(struct feed *feed, uint64_t *last, bool *more)
{
	const struct asst__call *call = feed->call;
	size_t i, first = first_event(feed);
	struct asst__view event;
	int status = ASST_OK;

	*more = false;
	for (i = first; i < feed->events.count && status == ASST_OK; i++) {
		*more = feed->shown == feed->limit;
		if (*more)
			return ASST_OK;
		status = open_event(&event, feed, i);
		*last = sequence_of(&feed->events, i);
		if (status != ASST_OK || !matches(feed, &event) || !may_see(feed, &event))
			continue;
		if (feed->shown++)
			asst__text_add_char(&feed->text, ',');
		asst__event_write(&feed->text, &event, *last, call->workspace,
				  &call->store->mem);
	}
	*more = feed->events.count - first == LOOK_MOST;
	/* All that there is was looked at: the next time begins where nothing is yet. */
	if (!*more && feed->sequence > *last)
		*last = feed->sequence;
	return status;
}

static int write_page(asst_buf **out, struct feed *feed)
{
	const struct asst__call *call = feed->call;
	uint64_t last = feed->after;
	bool more = false;
	char *cursor;
	int status = ASST_OK;

	asst__text_add_cstr(&feed->text, "{\"events\":[");
	if (feed->end)
		last = feed->sequence;
	else
		status = write_events(feed, &last, &more);
	if (status != ASST_OK)
		return status;
	cursor = asst__feed_cursor_write(last, call->workspace, &call->store->mem);
	if (!cursor)
		return asst__fail_nomem(call->err);
	asst__text_add_format(&feed->text, "],\"more\":%s,\"cursor\":\"%s\"}",
			      more ? "true" : "false", cursor);
	asst__free_text(&call->store->mem, cursor);
	return out ? asst__text_to_buf(out, &feed->text, call->err) : ASST_OK;
}

static int read_feed(asst_buf **out, struct feed *feed)
{
	int status = scan(feed);

	if (status == ASST_OK && feed->given && feed->after < floor_of(&feed->events))
		status = asst__fail(feed->call->err, ASST_EGONE,
				    "events behind the cursor are no longer kept");
	/* The store began anew from an older copy: what comes next may be other events. */
	if (status == ASST_OK && feed->given && feed->after > feed->sequence)
		status = asst__fail(feed->call->err, ASST_EGONE,
				    "the cursor is ahead of the store, which is an older copy");
	if (status == ASST_OK && !feed->end)
		status = collect_subjects(feed);
	if (status == ASST_OK)
		status = load_subjects(feed);
	/* The call may have been renewed by either read. */
	if (status == ASST_OK)
		status = asst__read_gates(feed->call);
	return status == ASST_OK ? write_page(out, feed) : status;
}

static int check_gates(const struct asst__call *call)
{
	if (call->actor->kind != ASST__PERSON)
		return asst__fail(call->err, ASST_EDENIED, "the feed is not for keys and tokens");
	return asst__read_gates(call);
}

int asst_feed_read(asst_buf **out, asst_session *session, const char *options, size_t size,
		   asst_error *err)
{
	struct asst__call call;
	struct feed feed;
	int status;

	if (out)
		*out = NULL;
	status = asst__call_begin(&call, session, err);
	if (status != ASST_OK)
		return status;
	memset(&feed, 0, sizeof(feed));
	feed.call = &call;
	asst__sink_init(&feed.events, &call.store->mem);
	asst__text_init(&feed.text, &call.store->mem, SIZE_MAX / 2);
	status = check_gates(&call);
	if (status == ASST_OK)
		status = read_query(&feed, options, size);
	if (status == ASST_OK)
		status = read_feed(out, &feed);
	feed_dispose(&feed);
	asst__call_end(&call);
	return status;
}

/* Pruning */

struct pruning {
	struct asst__call *call;
	uint64_t removed; /* by this attempt */
	bool more;
};

/* The events that are too old: a run from the first on. *last: the sequence of its end. */
static size_t count_old(const struct feed *feed, uint64_t *last)
{
	const struct asst__call *call = feed->call;
	int64_t before = call->now - call->store->opts.feed_days * DAY_MS;
	size_t i, first = first_event(feed);
	struct asst__view event;

	for (i = first; i < feed->events.count; i++) {
		if (open_event(&event, feed, i) == ASST_OK &&
		    asst__view_int(&event, ASST__EVENT_AT, 0) >= before)
			break;
		*last = sequence_of(&feed->events, i);
	}
	asst__error_clear(call->err);
	return i - first;
}

static void build_prune(struct asst__change *change, const struct feed *feed, uint64_t last)
{
	struct asst__event event = { .action = "feed.prune" };
	uint64_t floor_sequence =
		first_event(feed) ? asst_sink_sequence(&feed->events, 0) : 0;
	struct asst__key key, from, to;
	unsigned char bytes[8];
	size_t i;

	for (i = 0; i < 8; i++)
		bytes[i] = (unsigned char)(last >> (56 - 8 * i) & 0xff);
	asst__key_floor(&key);
	asst__change_check(change, &key, floor_sequence);
	asst__change_put_bytes(change, &key, bytes, sizeof(bytes));
	asst__key_event_at(&from, 0);
	asst__key_event_at(&to, last + 1);
	if (change->status == ASST_OK)
		change->status = asst_batch_delete_range(&change->batch, from.bytes, from.size,
							 to.bytes, to.size, change->call->err);
	asst__change_event(change, &event);
}

static int attempt_prune(void *context, struct asst__change *change, bool lost)
{
	struct pruning *pruning = context;
	struct feed feed = { .call = pruning->call };
	uint64_t last = 0;
	int status;

	(void)lost;
	asst__sink_init(&feed.events, &pruning->call->store->mem);
	asst__text_init(&feed.text, &pruning->call->store->mem, 0);
	status = scan(&feed);
	if (status == ASST_OK) {
		pruning->removed = count_old(&feed, &last);
		pruning->more = pruning->removed == LOOK_MOST;
		if (pruning->removed)
			build_prune(change, &feed, last);
	}
	feed_dispose(&feed);
	return status;
}

int asst_feed_prune(uint64_t *removed, asst_session *session, uint32_t flags, asst_error *err)
{
	struct pruning pruning = { .removed = 0 };
	struct asst__call call;
	uint64_t sum = 0;
	int status;

	if (removed)
		*removed = 0;
	status = asst__call_begin(&call, session, err);
	if (status != ASST_OK)
		return status;
	pruning.call = &call;
	status = asst__flags_check(flags, 0, err);
	if (status == ASST_OK && !call.actor->system) {
		status = asst__fail(err, ASST_EDENIED, "needs the system's session");
		asst__write_refused(&call, status, "feed.prune", NULL);
	}
	do {
		if (status == ASST_OK)
			status = asst__write(&call, "feed.prune", NULL, attempt_prune, &pruning);
		if (status == ASST_OK)
			sum += pruning.removed;
	} while (status == ASST_OK && pruning.more);
	if (status == ASST_OK && removed)
		*removed = sum;
	asst__call_end(&call);
	return status;
}
