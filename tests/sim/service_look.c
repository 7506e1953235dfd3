/* SPDX-License-Identifier: MIT */
/* Everything that the public API shows of a store, as text. */
#include "sim/service.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define VERSIONS 8 /* more than any assistant has */
#define ALL "{\"limit\":1000}"

static void add(struct asst_sim_seen *seen, const char *text)
{
	size_t size = strlen(text);

	while (seen->room < seen->size + size + 1)
		seen->text = asst_sim_grow(seen->text, seen->room, &seen->room, 1);
	memcpy(seen->text + seen->size, text, size + 1);
	seen->size += size;
}

__attribute__((format(printf, 2, 3))) static void head(struct asst_sim_seen *seen,
						       const char *format, ...)
{
	char line[200];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	add(seen, line);
	add(seen, ": ");
}

/* What a call gave, or how it failed. */
static void end(struct asst_sim_seen *seen, int status, const char *text)
{
	add(seen, status ? asst_status_name(status) : text ? text : "nothing");
	add(seen, "\n");
}

static void end_assistant(struct asst_sim_seen *seen, int status, asst_assistant *assistant)
{
	end(seen, status, status ? NULL : asst_assistant_json(assistant, NULL));
	asst_assistant_free(assistant);
}

static void end_buf(struct asst_sim_seen *seen, int status, asst_buf *buf)
{
	end(seen, status, asst_buf_data(buf));
	asst_buf_free(buf);
}

static void add_list(struct asst_sim_seen *seen, int status, asst_list *list)
{
	if (status)
		end(seen, status, NULL);
	else
		add(seen, "\n");
	for (size_t i = 0; !status && i < asst_list_count(list); i++)
		end(seen, 0, asst_assistant_json(asst_list_at(list, i), NULL));
	asst_list_free(list);
}

static void add_lists(struct asst_sim_seen *seen, asst_session *session)
{
	const char *who = asst_session_principal(session);
	asst_list *list;
	int status;

	status = asst_assistant_list(&list, session, "{\"limit\":1000,\"view\":\"whole\"}",
				     ASST_NUL, NULL);
	head(seen, "list of %s", who);
	add_list(seen, status, list);
	status = asst_assistant_list(&list, session, "{\"limit\":1000,\"sort\":\"name\"}", ASST_NUL,
				     NULL);
	head(seen, "list of %s by name", who);
	add_list(seen, status, list);
	status = asst_trash_list(&list, session, ALL, ASST_NUL, NULL);
	head(seen, "trash of %s", who);
	add_list(seen, status, list);
	status = asst_draft_list(&list, session, ALL, ASST_NUL, NULL);
	head(seen, "drafts of %s", who);
	add_list(seen, status, list);
}

/* As one person sees it, by its id and by its name. */
static void add_gets(struct asst_sim_seen *seen, asst_session *session, const char *id)
{
	const char *who = asst_session_principal(session);
	asst_assistant *assistant, *named;
	char name[200] = "";
	int status = asst_assistant_get(&assistant, session, id, 0, NULL);

	if (!status)
		(void)snprintf(name, sizeof(name), "%s:%s", asst_assistant_owner(assistant),
			       asst_assistant_slug(assistant));
	head(seen, "%s for %s", id, who);
	end_assistant(seen, status, assistant);
	if (!name[0])
		return;
	head(seen, "%s for %s", name, who);
	status = asst_assistant_get(&named, session, name, 0, NULL);
	end(seen, status, status ? NULL : asst_assistant_id(named));
	asst_assistant_free(named);
}

static void add_history(struct asst_sim_seen *seen, asst_session *session, const char *id)
{
	asst_assistant *assistant;
	asst_buf *buf;
	int status = asst_version_list(&buf, session, id, ALL, ASST_NUL, NULL);

	head(seen, "versions of %s", id);
	end_buf(seen, status, buf);
	for (uint64_t i = 0; !status && i <= VERSIONS; i++) {
		int got = asst_version_get(&assistant, session, id, i, 0, NULL);

		head(seen, "version %d", (int)i);
		end_assistant(seen, got, assistant);
	}
}

static void add_object(struct asst_sim_seen *seen, const struct asst_sim_world *world,
		       const char *id)
{
	char options[100];
	asst_list *list;
	asst_buf *buf;
	int status;

	add_gets(seen, world->ada, id);
	add_gets(seen, world->bob, id);
	add_history(seen, world->host, id);
	status = asst_share_list(&buf, world->host, id, NULL);
	head(seen, "grants of %s", id);
	end_buf(seen, status, buf);
	(void)snprintf(options, sizeof(options), "{\"limit\":1000,\"assistantId\":\"%s\"}", id);
	head(seen, "drafts of %s", id);
	status = asst_draft_list(&list, world->host, options, ASST_NUL, NULL);
	add_list(seen, status, list);
}

/* Those that the operation made, too. */
static void add_objects(struct asst_sim_seen *seen, const struct asst_sim_world *world)
{
	asst_list *list;
	int status = asst_assistant_list(&list, world->host, ALL, ASST_NUL, NULL);

	if (status)
		end(seen, status, NULL);
	for (size_t i = 0; !status && i < asst_list_count(list); i++)
		add_object(seen, world, asst_assistant_id(asst_list_at(list, i)));
	asst_list_free(list);
	add_object(seen, world, asst_sim_object_id(ASST_SIM_TRASH));
	add_object(seen, world, asst_sim_object_id(ASST_SIM_PLAIN));
}

/* Events without the cursor of the page: it also tells what was tried and is not there. */
static void add_feed(struct asst_sim_seen *seen, asst_session *session)
{
	char *text, *cut;
	asst_buf *buf;
	int status = asst_feed_read(&buf, session, ALL, ASST_NUL, NULL);

	head(seen, "feed of %s", asst_session_principal(session));
	text = asst_sim_alloc(asst_buf_size(buf) + 1);
	memcpy(text, asst_buf_data(buf), asst_buf_size(buf) + 1);
	cut = strstr(text, "],\"more\":");
	if (cut)
		*cut = '\0';
	end(seen, status, text);
	asst_buf_free(buf);
	free(text);
}

/* Whether somebody who stopped reading long ago can go on. */
static void add_old_cursor(struct asst_sim_seen *seen, asst_session *session)
{
	char options[200];

	(void)snprintf(options, sizeof(options), "{\"limit\":1,\"after\":\"%s\"}",
		       asst_sim_old_cursor());
	head(seen, "feed behind an old cursor");
	end(seen, asst_feed_read(NULL, session, options, ASST_NUL, NULL), NULL);
}

static size_t count_events(asst_session *session, const char *cursor, char said[256])
{
	const char *at;
	char options[200];
	asst_buf *buf;
	size_t count = 0;
	int status;

	(void)snprintf(options, sizeof(options), "{\"limit\":1000,\"after\":\"%s\"}", cursor);
	status = asst_feed_read(&buf, session, options, ASST_NUL, NULL);
	if (status && !said[0])
		(void)snprintf(said, 256, "the feed: %s", asst_status_name(status));
	for (at = asst_buf_data(buf); (at = strstr(at, "\"action\":\"")); at++)
		count++;
	asst_buf_free(buf);
	return count;
}

void asst_sim_feed_end(asst_session *session, char cursor[ASST_SIM_CURSOR])
{
	static const char before[] = "\"cursor\":\"";
	const char *at;
	asst_buf *buf;

	(void)asst_feed_read(&buf, session, "{\"after\":\"end\"}", ASST_NUL, NULL);
	at = strstr(asst_buf_data(buf), before);
	if (at)
		(void)snprintf(cursor, ASST_SIM_CURSOR, "%.*s",
			       (int)strcspn(at + strlen(before), "\""), at + strlen(before));
	asst_buf_free(buf);
}

static void verify(const struct asst_sim_world *world, char said[256])
{
	asst_buf *report;
	int status = asst_store_verify(&report, world->store, NULL, NULL, 0, world->err);

	if (status && !said[0])
		(void)snprintf(said, 256, "verify: %s, %s", asst_status_name(status),
			       asst_error_message(world->err));
	else if (!said[0] && strncmp(asst_buf_data(report), "{\"ok\":true,", 11) != 0)
		(void)snprintf(said, 256, "verify: %.230s", asst_buf_data(report));
	asst_buf_free(report);
}

void asst_sim_look(struct asst_sim_seen *seen, struct asst_sim_world *world,
		   const struct asst_sim_seen *since, char said[256])
{
	memset(seen, 0, sizeof(*seen));
	verify(world, said);
	add_lists(seen, world->ada);
	add_lists(seen, world->bob);
	add_lists(seen, world->host);
	add_lists(seen, world->eve);
	add_objects(seen, world);
	add_feed(seen, world->ada);
	add_feed(seen, world->host);
	add_feed(seen, world->eve);
	add_old_cursor(seen, world->host);
	asst_sim_feed_end(world->host, seen->cursor);
	if (since)
		seen->events = count_events(world->host, since->cursor, said) +
			       count_events(world->eve, "begin", said);
}

void asst_sim_seen_dispose(struct asst_sim_seen *seen)
{
	free(seen->text);
	memset(seen, 0, sizeof(*seen));
}

bool asst_sim_seen_same(const struct asst_sim_seen *a, const struct asst_sim_seen *b)
{
	return a->size == b->size && memcmp(a->text, b->text, a->size) == 0;
}

void asst_sim_seen_differ(const struct asst_sim_seen *a, const struct asst_sim_seen *b)
{
	size_t line = 0, i = 0, from;

	while (a->text[i] && a->text[i] == b->text[i]) {
		if (a->text[i++] == '\n')
			line = i;
	}
	from = i > line + 40 ? i - 40 : line;
	printf("      %.100s\n      at %zu: %.200s\n      and: %.200s\n", a->text + line, i - line,
	       a->text + from, b->text + from);
}
