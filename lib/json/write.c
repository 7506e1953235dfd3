/* SPDX-License-Identifier: MIT */
/* The canonical text of a tree: one text for each value, whatever order and spelling it came in. */
#include "json/inner.h"

struct writer {
	struct asst__text *out;
	const struct asst__mem *mem;
	/* Members of all objects being written: those of the innermost are on top. */
	struct asst__json_entry *members;
	size_t count, room;
};

static const char *plain_end(const char *text, const char *end)
{
	uint64_t hits;

	for (; end - text >= 8; text += 8) {
		hits = asst__json_special(asst__json_word(text));
		if (hits) {
			text += asst__json_before(hits);
			break;
		}
	}
	while (text < end && (unsigned char)*text >= 0x20 && *text != '"' && *text != '\\')
		text++;
	return text;
}

static void write_escape(struct asst__text *out, char c)
{
	static const char hex[] = "0123456789abcdef";
	static const char from[] = "\"\\\b\f\n\r\t";
	static const char to[] = "\"\\bfnrt";
	const char *found = c ? strchr(from, c) : NULL;
	char escape[6] = "\\u00";

	if (found) {
		escape[1] = to[found - from];
		asst__text_add(out, escape, 2);
		return;
	}
	escape[4] = hex[(unsigned char)c >> 4];
	escape[5] = hex[c & 15];
	asst__text_add(out, escape, sizeof(escape));
}

void asst__json_write_string(struct asst__text *out, const char *text, size_t size)
{
	const char *end, *run;

	if (!text) /* a damaged record's */
		text = "", size = 0;
	else if (size == ASST_NUL)
		size = strlen(text);
	asst__text_add_char(out, '"');
	for (end = text + size; text < end; text++) {
		run = text;
		text = plain_end(text, end);
		asst__text_add(out, run, (size_t)(text - run));
		if (text == end)
			break;
		write_escape(out, *text);
	}
	asst__text_add_char(out, '"');
}

static void write_value(struct writer *w, const asst__json *node, int depth);

static void write_array(struct writer *w, const asst__json *array, int depth)
{
	const asst__json *item;

	asst__text_add_char(w->out, '[');
	for (item = asst__json_first(array); item; item = asst__json_next(item)) {
		if (item != asst__json_first(array))
			asst__text_add_char(w->out, ',');
		write_value(w, item, depth - 1);
	}
	asst__text_add_char(w->out, ']');
}

static bool push_members(struct writer *w, const asst__json *object)
{
	asst__json *member;

	for (member = asst__json_first(object); member; member = asst__json_next(member)) {
		if (!asst__grow(w->mem, &w->members, w->count, &w->room, sizeof(*w->members)))
			return false;
		w->members[w->count].node = member;
		w->members[w->count].place = w->count;
		w->count++;
	}
	return true;
}

static void write_object(struct writer *w, const asst__json *object, int depth)
{
	size_t first = w->count, i;
	const asst__json *member;

	if (!push_members(w, object)) {
		w->out->failed = ASST_ENOMEM;
		w->count = first;
		return;
	}
	if (w->count > first)
		asst__json_sort(w->members + first, w->count - first);
	asst__text_add_char(w->out, '{');
	/* The members above first come and go meanwhile, and their array may move. */
	for (i = first; i < w->count; i++) {
		member = w->members[i].node;
		if (i > first)
			asst__text_add_char(w->out, ',');
		asst__json_write_string(w->out, asst__json_name(member), ASST_NUL);
		asst__text_add_char(w->out, ':');
		write_value(w, member, depth - 1);
	}
	asst__text_add_char(w->out, '}');
	w->count = first;
}

static void write_value(struct writer *w, const asst__json *node, int depth)
{
	if (w->out->failed)
		return;
	switch (asst__json_kind(node)) {
	case ASST__JSON_NULL:
		asst__text_add(w->out, "null", 4);
		break;
	case ASST__JSON_BOOL:
		asst__text_add_cstr(w->out, asst__json_bool(node) ? "true" : "false");
		break;
	case ASST__JSON_NUMBER:
		asst__text_add_cstr(w->out, asst__json_text(node));
		break;
	case ASST__JSON_STRING:
		asst__json_write_string(w->out, asst__json_text(node), ASST_NUL);
		break;
	case ASST__JSON_ARRAY:
	case ASST__JSON_OBJECT:
		if (depth == 0)
			w->out->failed = ASST_ELIMIT;
		else if (asst__json_kind(node) == ASST__JSON_ARRAY)
			write_array(w, node, depth);
		else
			write_object(w, node, depth);
		break;
	}
}

void asst__json_write(struct asst__text *out, const asst__json *tree, const struct asst__mem *mem)
{
	struct writer w = { .out = out, .mem = mem };

	write_value(&w, tree, ASST__JSON_DEPTH);
	asst__free(mem, w.members, w.room * sizeof(*w.members));
}
