/* SPDX-License-Identifier: MIT */
/* What the files of the probe of check_access.py share. */
#ifndef ACCESS_PROBE_H
#define ACCESS_PROBE_H

#include <assistant/assistant.h>
#include <assistant/credential.h>
#include <assistant/directory.h>

#define SESSIONS 8192
#define OBJECTS 8192

extern asst_store *store;
extern asst_error *err;
extern asst_session *sessions[SESSIONS];
extern char objects[OBJECTS][40];

/* Say why, and end the program. */
void stop(const char *what);

/* The next word of the line, a number below limit, a session or an object that it names. */
char *word(char **line);
size_t number(char **line, size_t limit);
asst_session *session(char **line);
char *object(char **line);

/* Answer with a status, and with a document. */
void say(int status);
void say_buf(int status, asst_buf *out);

/* The text behind a mark in a JSON document. */
const char *behind(const char *json, const char *mark);

/* Commands; access_probe.c lists them. */
void query(char *line);
void list_page(char *line, int trash);
void refusals(char *line);
void trash_refusals(char *line);
void many(char *line);
int directory_command(char command, char *line);

#endif
