/* SPDX-License-Identifier: MIT */
/*
 * The library's side of check_access.py: reads a command a line, answers each with a line.
 * Sessions, assistants and credentials are named by numbers that the other side chooses.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <assistant/assistant.h>
#include "access_probe.h"

asst_store *store;
asst_error *err;
asst_session *sessions[SESSIONS];
char objects[OBJECTS][40];
static int64_t now;
static unsigned counter;

static int64_t read_clock(void *user)
{
	(void)user;
	return now;
}

void stop(const char *what)
{
	fprintf(stderr, "probe: %s: %s\n", what, asst_error_message(err));
	exit(2);
}

/* The next word of the line; the rest of it stays in *line. */
char *word(char **line)
{
	char *start = *line;
	char *end = strchr(start, ' ');

	if (end) {
		*end = '\0';
		*line = end + 1;
	} else {
		*line = start + strlen(start);
	}
	return start;
}

size_t number(char **line, size_t limit)
{
	size_t n = (size_t)strtoull(word(line), NULL, 10);

	if (n >= limit)
		stop("number out of range");
	return n;
}

asst_session *session(char **line)
{
	return sessions[number(line, SESSIONS)];
}

char *object(char **line)
{
	return objects[number(line, OBJECTS)];
}

void say(int status)
{
	printf("%s\n", status == ASST_OK ? "OK" : asst_status_name(status));
}

void say_buf(int status, asst_buf *out)
{
	printf("%s %s\n", asst_status_name(status), status == ASST_OK ? asst_buf_data(out) : "");
	asst_buf_free(out);
}

/* The text behind a mark in a JSON document. */
const char *behind(const char *json, const char *mark)
{
	const char *at = strstr(json, mark);

	if (!at)
		stop("explain lacks a member");
	return at + strlen(mark);
}

static void create(char *line)
{
	size_t o = number(&line, OBJECTS);
	asst_session *s = session(&line);
	uint32_t flags = (uint32_t)number(&line, 2);
	asst_assistant *a;
	int status = asst_assistant_create_json(&a, s, line, ASST_NUL, flags, err);

	if (status == ASST_OK)
		strcpy(objects[o], asst_assistant_id(a));
	printf("%s %s\n", asst_status_name(status),
	       status == ASST_OK ? objects[o] : asst_error_message(err));
	asst_assistant_free(a);
}

/* G OBJECT SESSION LEVEL PRINCIPAL EXPIRES: level 0 takes the grant back; EXPIRES may be "-". */
static void grant(char *line)
{
	const char *id = object(&line);
	asst_session *s = session(&line);
	int level = (int)number(&line, 10);
	const char *principal = word(&line);
	char document[512];

	if (level == 0) {
		say(asst_share_remove(s, id, principal, 0, err));
	} else if (!strcmp(line, "-")) {
		say(asst_share_put(s, id, principal, level, 0, err));
	} else {
		snprintf(document, sizeof(document),
			 "{\"principalId\":\"%s\",\"accessLevel\":%d,\"expiresAt\":\"%s\"}",
			 principal, level, line);
		say(asst_share_put_json(s, id, document, ASST_NUL, 0, err));
	}
}

static void write_assistant(char *line)
{
	const char *id = object(&line);
	asst_session *s = session(&line);
	char document[64];

	snprintf(document, sizeof(document), "{\"description\":\"change %u\"}", ++counter);
	say(asst_assistant_patch_json(NULL, s, id, document, ASST_NUL, ASST_ANY_REVISION, 0, err));
}

/* V OBJECT SESSION COMMIT: open a draft; with COMMIT 1 change and publish it. */
static void open_draft(char *line)
{
	const char *id = object(&line);
	asst_session *s = session(&line);
	char document[64];
	asst_draft *draft;
	int status = asst_draft_edit(&draft, s, id, 0, err);

	snprintf(document, sizeof(document), "{\"description\":\"change %u\"}", ++counter);
	if (status == ASST_OK && line[0] == '1') {
		status = asst_draft_patch(draft, document, ASST_NUL, 0, err);
		if (status == ASST_OK)
			status = asst_draft_commit(NULL, draft, NULL, 0, 0, err);
	}
	say(status);
	asst_draft_free(draft);
}

static void load(char *line)
{
	const char *id = object(&line);
	asst_assistant *a;
	int status = asst_assistant_get(&a, session(&line), id, 0, err);

	printf("%s %d\n", asst_status_name(status),
	       status == ASST_OK ? asst_assistant_level(a) : 0);
	asst_assistant_free(a);
}

static void open_session(char *line, int system)
{
	size_t i = number(&line, SESSIONS);

	asst_session_free(sessions[i]);
	if (system)
		say(asst_session_open_system(&sessions[i], store, line, err));
	else
		say(asst_session_open(&sessions[i], store, line, ASST_NUL, err));
}

static void command(char letter, char *line)
{
	const char *id;
	asst_session *s;
	asst_buf *out = NULL;
	size_t i;
	int status;

	switch (letter) {
	case 'T':
		now = strtoll(line, NULL, 10);
		puts("OK");
		break;
	case 'S':
	case 'Y':
		open_session(line, letter == 'Y');
		break;
	case 'A':
		create(line);
		break;
	case 'I': /* I OBJECT ID: an id that nothing may have */
		i = number(&line, OBJECTS);
		snprintf(objects[i], sizeof(objects[i]), "%s", line);
		puts("OK");
		break;
	case 'G':
		grant(line);
		break;
	case 'O': /* O OBJECT SESSION OWNER */
		id = object(&line);
		s = session(&line);
		say(asst_assistant_change_owner(NULL, s, id, line, ASST_ANY_REVISION, 0, err));
		break;
	case 'D':
		id = object(&line);
		say(asst_assistant_delete(session(&line), id, ASST_ANY_REVISION, 0, err));
		break;
	case 'R':
		id = object(&line);
		say(asst_trash_restore(NULL, session(&line), id, ASST_ANY_REVISION, 0, err));
		break;
	case 'P':
		id = object(&line);
		say(asst_trash_purge(session(&line), id, ASST_ANY_REVISION, 0, err));
		break;
	case 'W':
		write_assistant(line);
		break;
	case 'V':
		open_draft(line);
		break;
	case 'g':
		load(line);
		break;
	case 'H': /* H OBJECT SESSION: the grants */
		id = object(&line);
		status = asst_share_list(&out, session(&line), id, err);
		say_buf(status, out);
		break;
	case 'a': /* a SESSION OBJECT: its versions */
		s = session(&line);
		status = asst_version_list(&out, s, object(&line), NULL, 0, err);
		say_buf(status, out);
		break;
	case 'e': /* e SESSION: the feed */
		status = asst_feed_read(&out, session(&line), NULL, 0, err);
		say_buf(status, out);
		break;
	case 'Q':
		query(line);
		break;
	case 'E': /* E SESSION OBJECT RIGHT */
		s = session(&line);
		id = object(&line);
		status = asst_access_explain(&out, s, line, id, err);
		say_buf(status, out);
		break;
	case 'B':
		refusals(line);
		break;
	case 'b':
		trash_refusals(line);
		break;
	case 'L':
	case 'Z':
		list_page(line, letter == 'Z');
		break;
	case 'j':
		for (i = 0; i < asst_right_count(); i++)
			printf("%s ", asst_right_name(i));
		putchar('\n');
		break;
	case 'M':
		many(line);
		break;
	case '?':
		printf("%d\n", asst_feature_supported("sodium"));
		break;
	default:
		if (directory_command(letter, line))
			break;
		stop("no such command");
	}
}

int main(void)
{
	asst_store_opts *opts = asst_store_opts_new();
	char *line = NULL;
	size_t room = 0;
	ssize_t size;
	size_t i;

	err = asst_error_new();
	asst_store_opts_set_clock(opts, read_clock, NULL, err);
	asst_store_opts_set_int(opts, "directory", 1, err);
	now = INT64_C(1700000000000);
	if (asst_store_open(&store, "memory:", opts, err) != ASST_OK)
		stop("open");
	asst_store_opts_free(opts);
	while ((size = getline(&line, &room, stdin)) > 0) {
		if (line[size - 1] == '\n')
			line[size - 1] = '\0';
		if (line[0] == '.')
			fflush(stdout);
		else
			command(line[0], line[1] ? line + 2 : line + 1);
	}
	free(line);
	for (i = 0; i < SESSIONS; i++)
		asst_session_free(sessions[i]);
	asst_error_free(err);
	return asst_store_close(store) == ASST_OK ? 0 : 2;
}
