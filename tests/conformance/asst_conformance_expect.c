/* SPDX-License-Identifier: MIT */
/* Comparing the answers of a backend with what a check wants, as text. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "asst_conformance_kit.h"

#define TEXT_ROOM 8192

struct text {
	char bytes[TEXT_ROOM];
	size_t used;
};

static void text_add(struct text *text, const char *format, ...) ASSTC_PRINTF(2, 3);

/* What does not fit is cut: no text that a check wants is that long. */
static void text_add(struct text *text, const char *format, ...)
{
	size_t room = sizeof(text->bytes) - text->used;
	va_list arguments;
	int size;

	va_start(arguments, format);
	size = vsnprintf(text->bytes + text->used, room, format, arguments);
	va_end(arguments);
	if (size > 0)
		text->used += (size_t)size < room ? (size_t)size : room - 1;
}

static void text_add_bytes(struct text *text, const void *data, size_t size)
{
	const unsigned char *bytes = data;
	size_t i;

	for (i = 0; i < size; i++) {
		if (bytes[i] > 0x20 && bytes[i] < 0x7f && !strchr("%=:@", bytes[i]))
			text_add(text, "%c", bytes[i]);
		else
			text_add(text, "%%%02X", bytes[i]);
	}
}

static void text_add_sequence(struct text *text, const struct asstc *t, uint64_t sequence)
{
	size_t i;

	for (i = 0; i < t->applied; i++) {
		if (t->history[i] == sequence) {
			text_add(text, "@%lu", (unsigned long)i);
			return;
		}
	}
	text_add(text, "@(%llu)", (unsigned long long)sequence);
}

/* An answer to get need not hold the key, but if it does it must be the right one. */
static struct asstc_bytes answer_key(struct asstc *t, const asst_sink *sink, size_t i,
				     const asst_keys *keys)
{
	struct asstc_bytes key, asked;

	key.data = asst_sink_key(sink, i, &key.size);
	if (!keys)
		return key;
	asked.data = asst_keys_at(keys, asst_sink_index(sink, i), &asked.size);
	if (!asked.data)
		asstc_fail(t, "answer %lu is for index %lu of %lu keys", (unsigned long)i,
			   (unsigned long)asst_sink_index(sink, i),
			   (unsigned long)asst_keys_count(keys));
	else if (key.data && (key.size != asked.size || memcmp(key.data, asked.data, key.size)))
		asstc_fail(t, "answer %lu holds another key than the one asked for",
			   (unsigned long)i);
	return asked;
}

static void text_add_answer(struct text *text, struct asstc *t, const asst_sink *sink, size_t i,
			    const asst_keys *keys, uint32_t show)
{
	struct asstc_bytes key = answer_key(t, sink, i, keys);
	const asst_buf *value = asst_sink_value(sink, i);

	if (!asstc_ok(t))
		return;
	if (text->used)
		text_add(text, " ");
	if (show & ASSTC_INDEX)
		text_add(text, "%lu:", (unsigned long)asst_sink_index(sink, i));
	if (key.data)
		text_add_bytes(text, key.data, key.size);
	else
		text_add(text, "(no key)");
	if (!(show & ASSTC_NO_VALUE)) {
		text_add(text, value ? "=" : "=(none)");
		text_add_bytes(text, asst_buf_data(value), asst_buf_size(value));
	}
	if (show & ASSTC_SEQUENCE)
		text_add_sequence(text, t, asst_sink_sequence(sink, i));
}

static void compare(struct asstc *t, const struct text *text, const char *what, const char *wanted)
{
	if (asstc_ok(t) && strcmp(text->bytes, wanted) != 0)
		asstc_fail(t, "%s answered \"%.200s\", should be \"%.200s\"", what, text->bytes,
			   wanted);
}

void asstc_expect_get(struct asstc *t, const char *partition, uint32_t show, const char *wanted)
{
	struct text text = { .used = 0 };
	asst_keys *keys = t->keys;
	asst_sink *sink;
	size_t index, i, count;

	/* The keys are needed after the call, to name the answers by. */
	t->keys = NULL;
	for (i = 0; keys && i < asst_keys_count(keys); i++) {
		struct asstc_bytes key;

		key.data = asst_keys_at(keys, i, &key.size);
		asstc_key_bytes(t, key);
	}
	sink = asstc_get(t, partition, NULL);
	/* Answers may come in any order; sort them by index. */
	count = asstc_count(sink);
	for (index = 0; keys && index < asst_keys_count(keys); index++)
		for (i = 0; i < count; i++)
			if (asst_sink_index(sink, i) == index)
				text_add_answer(&text, t, sink, i, keys, show);
	for (i = 0; i < count; i++)
		(void)answer_key(t, sink, i, keys);
	compare(t, &text, "get", wanted);
	asst_sink_free(sink);
	asst_keys_free(keys);
}

void asstc_expect_scan(struct asstc *t, const char *partition, uint32_t show, const char *wanted)
{
	struct text text = { .used = 0 };
	asst_sink *sink = asstc_scan(t, partition, NULL);
	size_t i;

	for (i = 0; i < asstc_count(sink); i++)
		text_add_answer(&text, t, sink, i, NULL, show);
	compare(t, &text, "scan", wanted);
	asst_sink_free(sink);
}

void asstc_expect_all(struct asstc *t, const char *partition, const char *wanted)
{
	asstc_range(t, "", "", 0, 0);
	asstc_expect_scan(t, partition, 0, wanted);
}

/* value NULL: the key must be absent. */
void asstc_expect_key(struct asstc *t, const char *partition, const char *key, const char *value)
{
	struct text text = { .used = 0 };

	if (value) {
		text_add_bytes(&text, key, strlen(key));
		text_add(&text, "=");
		text_add_bytes(&text, value, strlen(value));
	}
	asstc_key(t, key);
	asstc_expect_get(t, partition, 0, text.bytes);
}

uint64_t asstc_sequence(struct asstc *t, const char *partition)
{
	uint64_t sequence;

	asstc_key(t, "any");
	asst_sink_free(asstc_get(t, partition, &sequence));
	return sequence;
}

void asstc_expect_value(struct asstc *t, const asst_sink *sink, size_t i, struct asstc_bytes wanted)
{
	const asst_buf *value = asst_sink_value(sink, i);

	if (!value)
		asstc_fail(t, "answer %lu has no value", (unsigned long)i);
	else if (asst_buf_size(value) != wanted.size)
		asstc_fail(t, "the value of answer %lu has %lu bytes, should have %lu",
			   (unsigned long)i, (unsigned long)asst_buf_size(value),
			   (unsigned long)wanted.size);
	else if (wanted.size && memcmp(asst_buf_data(value), wanted.data, wanted.size) != 0)
		asstc_fail(t, "the value of answer %lu has wrong bytes", (unsigned long)i);
}
