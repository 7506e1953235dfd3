/* SPDX-License-Identifier: MIT */
/* Texts that are compared: what a call gave, what everything was like before and after. */
#ifndef ASST_TESTS_OOM_TEXT_H
#define ASST_TESTS_OOM_TEXT_H

#include <assistant/assistant.h>

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct text {
	size_t size;
	char data[1 << 18];
};

static inline void text_bytes(struct text *text, const void *bytes, size_t size)
{
	if (size > sizeof(text->data) - text->size) {
		fputs("a text of the test is too long\n", stderr);
		abort();
	}
	if (size)
		memcpy(text->data + text->size, bytes, size);
	text->size += size;
}

__attribute__((format(printf, 2, 3))) static inline void text_format(struct text *text,
								      const char *format, ...)
{
	char line[2048];
	va_list args;
	int size;

	va_start(args, format);
	size = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	text_bytes(text, line, size < 0 ? 0 :
			       (size_t)size < sizeof(line) ? (size_t)size : sizeof(line) - 1);
}

static inline void text_line(struct text *text, const char *name, const char *value)
{
	text_format(text, "%s=", name);
	text_bytes(text, value ? value : "(null)", value ? strlen(value) : 6);
	text_bytes(text, "\n", 1);
}

static inline void text_buf(struct text *text, const asst_buf *buf)
{
	text_bytes(text, asst_buf_data(buf), asst_buf_size(buf));
	text_bytes(text, "\n", 1);
}

static inline void text_def(struct text *text, const asst_def *def)
{
	asst_buf *json = NULL;

	if (!def) {
		text_line(text, "def", NULL);
		return;
	}
	if (asst_def_to_json(&json, def, NULL) != ASST_OK)
		text_line(text, "def", "(failed)");
	text_buf(text, json);
	asst_buf_free(json);
}

static inline void text_assistant(struct text *text, const asst_assistant *assistant)
{
	if (!assistant) {
		text_line(text, "assistant", NULL);
		return;
	}
	text_line(text, "assistant", asst_assistant_json(assistant, NULL));
	text_format(text, "level %d\n", asst_assistant_level(assistant));
}

static inline void text_list(struct text *text, const asst_list *list)
{
	size_t i;

	text_format(text, "%zu in the list\n", asst_list_count(list));
	for (i = 0; i < asst_list_count(list); i++)
		text_assistant(text, asst_list_at(list, i));
	text_line(text, "cursor", asst_list_cursor(list));
}

static inline bool text_same(const struct text *a, const struct text *b)
{
	return a->size == b->size && memcmp(a->data, b->data, a->size) == 0;
}

static inline void text_copy(struct text *to, const struct text *from)
{
	to->size = from->size;
	memcpy(to->data, from->data, from->size);
}

/* Where two texts differ, as far as it can be printed. */
static inline void text_explain(const struct text *a, const struct text *b)
{
	size_t i = 0, end;
	const struct text *both[2] = { a, b };

	while (i < a->size && i < b->size && a->data[i] == b->data[i])
		i++;
	for (int k = 0; k < 2; k++) {
		printf("    %s at %zu of %zu: \"", k ? "now" : "want", i, both[k]->size);
		end = both[k]->size < i + 60 ? both[k]->size : i + 60;
		for (size_t j = i < 40 ? 0 : i - 40; j < end; j++)
			putchar(both[k]->data[j] >= ' ' && both[k]->data[j] <= '~' ?
					both[k]->data[j] : '.');
		puts("\"");
	}
}

#endif
