/* SPDX-License-Identifier: MIT */
/* Reading the JSON that the library gives: a value by its pointer, as text. */
#ifndef ASST_TESTS_API_JSON_H
#define ASST_TESTS_API_JSON_H

#include "t.h"

#include <assistant/assistant.h>

#include <stdbool.h>
#include <string.h>

#define JSON_ABSENT "(absent)"

/* Behind the value or the name at which this points. */
static inline const char *json_skip(const char *at)
{
	bool text = false;
	int depth = 0;

	for (; *at; at++) {
		if (text) {
			at += *at == '\\';
			text = *at != '"';
		} else if (*at == '"') {
			text = true;
		} else if (*at == '{' || *at == '[') {
			depth++;
		} else if (depth == 0 && strchr(",:}]", *at)) {
			break;
		} else if (*at == '}' || *at == ']') {
			depth--;
		}
	}
	return at;
}

/* The value at a pointer into compact JSON, without escapes; NULL where there is none. */
static inline const char *json_find(const char *at, const char *pointer)
{
	const char *end, *name;
	size_t length, i, wanted;
	char open;

	for (; *pointer; pointer += length) {
		length = strcspn(++pointer, "/");
		wanted = (size_t)strtoul(pointer, NULL, 10);
		open = *at;
		if (open != '{' && open != '[')
			return NULL;
		for (at++, i = 0;; i++) {
			if (*at == '}' || *at == ']' || !*at)
				return NULL;
			if (open == '{') {
				name = at + 1;
				end = json_skip(at);
				at = end + 1;
				if ((size_t)(end - 1 - name) == length &&
				    memcmp(name, pointer, length) == 0)
					break;
			} else if (i == wanted) {
				break;
			}
			at = json_skip(at);
			at += *at == ',';
		}
	}
	return at;
}

static inline bool json_has(const char *json, const char *pointer)
{
	return json_find(json, pointer) != NULL;
}

/* A text without its quotes, anything else as it stands. Lives for some calls. */
static inline const char *json_at(const char *json, const char *pointer)
{
	static char values[16][8192];
	static unsigned next;
	const char *at = json_find(json, pointer);
	char *value = values[next++ % 16];
	size_t size, quote;

	if (!at)
		return JSON_ABSENT;
	quote = *at == '"';
	size = (size_t)(json_skip(at) - at) - 2 * quote;
	assert_true(size < sizeof(values[0]));
	memcpy(value, at + quote, size);
	value[size] = '\0';
	return value;
}

/* The same for a list whose places are numbered: "/events/%zu/action". */
static inline const char *json_item(const char *json, const char *list, size_t i,
				    const char *member)
{
	char pointer[200];

	snprintf(pointer, sizeof(pointer), "%s/%zu/%s", list, i, member);
	return json_at(json, pointer);
}

static inline uint64_t json_number(const char *json, const char *pointer)
{
	const char *at = json_find(json, pointer);

	assert_non_null(at);
	return strtoull(at, NULL, 10);
}

/* How many items a list has. */
static inline size_t json_count(const char *json, const char *pointer)
{
	const char *at = json_find(json, pointer);
	size_t count = 0;

	assert_non_null(at);
	assert_int_equal(*at, '[');
	for (at++; *at != ']'; at += *at == ',', count++)
		at = json_skip(at);
	return count;
}

/* Free a buffer and keep its text for some calls. */
static inline const char *json_take(asst_buf *buf)
{
	static char texts[8][262144];
	static unsigned next;
	char *text = texts[next++ % 8];

	assert_non_null(buf);
	assert_true(asst_buf_size(buf) < sizeof(texts[0]));
	assert_int_equal(strlen(asst_buf_data(buf)), asst_buf_size(buf));
	memcpy(text, asst_buf_data(buf), asst_buf_size(buf) + 1);
	asst_buf_free(buf);
	return text;
}

#endif
