/* SPDX-License-Identifier: MIT */
/* What tests of the feed share: reading it as somebody, as text and as a line of actions. */
#ifndef ASST_TESTS_API_FEED_H
#define ASST_TESTS_API_FEED_H

#include "host.h"

#include "body.h"
#include "json.h"

/* Options in single quotes, or NULL. */
static inline int feed_try(asst_buf **out, struct host *host, const char *spec, const char *options)
{
	return asst_feed_read(out, as(host, spec), options ? t_json(options) : NULL,
			      options ? ASST_NUL : 0, host->err);
}

static inline const char *feed_read(struct host *host, const char *spec, const char *options)
{
	asst_buf *out;

	MUST(host, feed_try(&out, host, spec, options));
	return json_take(out);
}

/* The actions, with a space between. */
static inline const char *feed_actions(const char *json)
{
	static char lines[4][4096];
	static unsigned next;
	char *line = lines[next++ % 4];
	size_t i, used = 0, count = json_count(json, "/events");

	line[0] = '\0';
	for (i = 0; i < count; i++)
		used += (size_t)snprintf(line + used, sizeof(lines[0]) - used, "%s%s", i ? " " : "",
					 json_item(json, "/events", i, "action"));
	return line;
}

/* A place in the feed; the options that go on from it. */
struct feed_place {
	char cursor[1200], options[1300];
};

static inline const char *feed_after(struct feed_place *place, const char *cursor)
{
	assert_true(strlen(cursor) < sizeof(place->cursor));
	snprintf(place->cursor, sizeof(place->cursor), "%s", cursor);
	snprintf(place->options, sizeof(place->options), "{'after':'%s'}", place->cursor);
	return place->options;
}

/* Where the feed ends now. */
static inline struct feed_place feed_end(struct host *host)
{
	struct feed_place place;

	feed_after(&place, json_at(feed_read(host, "system", "{'after':'end'}"), "/cursor"));
	return place;
}

/* What one is shown since then: its actions. */
static inline const char *feed_since(struct host *host, const char *spec,
				     const struct feed_place *place)
{
	return feed_actions(feed_read(host, spec, place->options));
}

/* The same from a cursor that was read. */
static inline const char *feed_from(struct host *host, const char *spec, const char *cursor)
{
	struct feed_place place;

	feed_after(&place, cursor);
	return feed_since(host, spec, &place);
}

#endif
