/* SPDX-License-Identifier: MIT */
/*
 * The strict scanner: RFC 8259 text to a tree, in one pass. It knows only what it expects
 * next and a stack of open containers, so that no input decides how deep the C stack gets.
 */
#include "json/inner.h"
#include "base/fail.h"

#include <cJSON.h>

#define NUMBER_MOST 128
#define TEXT_MOST (SIZE_MAX / 2) /* the limits bound our texts, not their caps */

const struct asst__json_limits asst__json_default_limits = {
	.bytes = 1024 * 1024,
	.depth = ASST__JSON_DEPTH,
	.nodes = 65536,
	.name_bytes = 256,
	.string_bytes = 256 * 1024,
	.number_bytes = NUMBER_MOST,
};

enum expect {
	EXPECT_VALUE,
	EXPECT_FIRST_ITEM, /* or the end of the array */
	EXPECT_NAME,
	EXPECT_FIRST_NAME, /* or the end of the object */
	EXPECT_COMMA,      /* or the end of the container */
	EXPECT_END
};

struct frame {
	cJSON *node;
	size_t count;   /* items so far */
	size_t members; /* where its members begin in scan.members */
	bool object;
};

struct scan {
	struct asst__json_reader in;
	struct asst__json_limits limits;
	const struct asst__mem *mem;
	enum expect expect;
	cJSON *root; /* takes the pool over */
	size_t nodes;
	struct asst__json_pool pool;
	char *name; /* of the member whose value comes next, in the pool */
	size_t name_at;
	const char *repeated; /* the name that a duplicate fault is about */
	/* Members of all open objects: those of the innermost are on top. */
	struct asst__json_entry *members;
	size_t member_count, member_room;
	size_t depth;
	struct frame frames[ASST__JSON_DEPTH_MOST];
};

/* "At" is where the value begins. */
static bool count_node(struct scan *s, size_t at)
{
	if (s->nodes >= s->limits.nodes)
		return asst__json_over(&s->in, "json_nodes", at, s->limits.nodes,
				       "values in a document");
	s->nodes++;
	return true;
}

static bool note_member(struct scan *s, cJSON *node)
{
	struct asst__json_entry *entry;

	if (!asst__grow(s->mem, &s->members, s->member_count, &s->member_room, sizeof(*entry)))
		return asst__json_no_memory(&s->in);
	entry = &s->members[s->member_count++];
	entry->node = node;
	entry->place = s->name_at;
	return true;
}

/* Make a node where it belongs; text: of a string or number, in the pool. NULL: no memory. */
static cJSON *add_node(struct scan *s, int type, char *text)
{
	cJSON *node = asst__json_pool_node(&s->pool, type, text);
	struct frame *frame;

	if (!node) {
		asst__json_no_memory(&s->in);
		return NULL;
	}
	if (s->depth == 0) {
		s->root = node;
		s->expect = EXPECT_END;
		return node;
	}
	frame = &s->frames[s->depth - 1];
	asst__json_pool_attach(frame->node, frame->object ? s->name : NULL, node);
	if (frame->object && !note_member(s, node))
		return NULL;
	frame->count++;
	s->expect = EXPECT_COMMA;
	return node;
}

static bool open_container(struct scan *s, bool object)
{
	struct frame *frame;
	cJSON *node;

	if (s->depth >= s->limits.depth)
		return asst__json_over(&s->in, "json_depth", s->in.at, s->limits.depth,
				       "nested arrays and objects");
	if (!count_node(s, s->in.at))
		return false;
	node = add_node(s, object ? cJSON_Object : cJSON_Array, NULL);
	if (!node)
		return false;
	frame = &s->frames[s->depth++];
	frame->node = node;
	frame->count = 0;
	frame->members = s->member_count;
	frame->object = object;
	s->in.at++;
	s->expect = object ? EXPECT_FIRST_NAME : EXPECT_FIRST_ITEM;
	return true;
}

static bool close_container(struct scan *s)
{
	struct frame *frame = &s->frames[s->depth - 1];
	struct asst__json_entry *again;

	if (frame->object && frame->count > 1) {
		again = asst__json_repeated(s->members + frame->members, frame->count);
		if (again) {
			s->repeated = again->node->string;
			return asst__json_fault(&s->in, "json_duplicate_name", again->place,
						"expected a name not used before");
		}
	}
	s->member_count = frame->members;
	s->depth--;
	s->in.at++;
	s->expect = s->depth ? EXPECT_COMMA : EXPECT_END;
	return true;
}

static bool scan_number(struct scan *s)
{
	size_t start = s->in.at, size;
	char *text = s->pool.text;

	if (!asst__json_read_number(&s->in, s->limits.number_bytes) || !count_node(s, start))
		return false;
	size = s->in.at - start;
	memcpy(text, s->in.text + start, size);
	text[size] = '\0';
	s->pool.text += size + 1;
	return add_node(s, cJSON_Raw, text) != NULL;
}

static bool scan_string(struct scan *s)
{
	size_t start = s->in.at;
	char *text = s->pool.text;

	return asst__json_read_string(&s->in, &s->pool.text, s->limits.string_bytes,
				      "json_string_length", "bytes in a string") &&
	       count_node(s, start) && add_node(s, cJSON_String, text) != NULL;
}

static bool scan_word(struct scan *s, const char *word)
{
	size_t start = s->in.at;
	int type = *word == 'n' ? cJSON_NULL : *word == 't' ? cJSON_True : cJSON_False;

	return asst__json_read_word(&s->in, word) && count_node(s, start) &&
	       add_node(s, type, NULL) != NULL;
}

static bool scan_value(struct scan *s)
{
	switch (asst__json_peek(&s->in)) {
	case '{':
		return open_container(s, true);
	case '[':
		return open_container(s, false);
	case '"':
		return scan_string(s);
	case 't':
		return scan_word(s, "true");
	case 'f':
		return scan_word(s, "false");
	case 'n':
		return scan_word(s, "null");
	case '-': case '0': case '1': case '2': case '3': case '4':
	case '5': case '6': case '7': case '8': case '9':
		return scan_number(s);
	default:
		return asst__json_syntax(&s->in, s->expect == EXPECT_FIRST_ITEM ?
						 "expected a value or ']'" : "expected a value");
	}
}

static inline void skip_space(struct asst__json_reader *in)
{
	size_t at = in->at;

	while (at < in->size && (in->text[at] == ' ' || in->text[at] == '\n' ||
				 in->text[at] == '\r' || in->text[at] == '\t'))
		at++;
	in->at = at;
}

/* A member's name and its colon. */
static bool scan_name(struct scan *s)
{
	if (asst__json_peek(&s->in) != '"')
		return asst__json_syntax(&s->in, s->expect == EXPECT_FIRST_NAME ?
						 "expected a name in quotes or '}'" :
						 "expected a name in quotes");
	s->name_at = s->in.at;
	s->name = s->pool.text;
	if (!asst__json_read_string(&s->in, &s->pool.text, s->limits.name_bytes, "json_name_length",
				    "bytes in a name"))
		return false;
	s->expect = EXPECT_VALUE;
	skip_space(&s->in);
	if (asst__json_peek(&s->in) != ':')
		return asst__json_syntax(&s->in, "expected ':'");
	s->in.at++;
	return true;
}

static bool scan_comma(struct scan *s)
{
	bool object = s->frames[s->depth - 1].object;
	char c = asst__json_peek(&s->in);

	if (c == (object ? '}' : ']'))
		return close_container(s);
	if (c != ',')
		return asst__json_syntax(&s->in, object ? "expected ',' or '}'" :
							  "expected ',' or ']'");
	s->in.at++;
	s->expect = object ? EXPECT_NAME : EXPECT_VALUE;
	return true;
}

static bool step(struct scan *s)
{
	char c;

	skip_space(&s->in);
	c = asst__json_peek(&s->in);
	switch (s->expect) {
	case EXPECT_FIRST_ITEM:
		return c == ']' ? close_container(s) : scan_value(s);
	case EXPECT_FIRST_NAME:
		return c == '}' ? close_container(s) : scan_name(s);
	case EXPECT_NAME:
		return scan_name(s);
	case EXPECT_COMMA:
		return scan_comma(s);
	default:
		return scan_value(s);
	}
}

static void scan_document(struct scan *s)
{
	if (s->in.size >= 3 && memcmp(s->in.text, "\xEF\xBB\xBF", 3) == 0) {
		asst__json_fault(&s->in, "json_syntax", 0, "expected no byte order mark");
		return;
	}
	while (s->expect != EXPECT_END) {
		if (!step(s))
			return;
	}
	skip_space(&s->in);
	if (s->in.at < s->in.size)
		asst__json_syntax(&s->in, "expected nothing after the value");
}

/* The place that was being read when the fault was found. */
static void add_path(const struct scan *s, struct asst__text *path)
{
	const struct frame *frame;
	size_t i;

	for (i = 0; i < s->depth; i++) {
		frame = &s->frames[i];
		if (i + 1 < s->depth && frame->object)
			asst__pointer_add(path, s->frames[i + 1].node->string);
		else if (i + 1 < s->depth)
			asst__pointer_add_index(path, frame->count - 1);
		else if (s->repeated)
			asst__pointer_add(path, s->repeated);
		else if (frame->object && s->expect == EXPECT_VALUE)
			asst__pointer_add(path, s->name);
		else if (s->expect == EXPECT_VALUE || s->expect == EXPECT_FIRST_ITEM)
			asst__pointer_add_index(path, frame->count);
	}
}

static void report(const struct scan *s, asst_error *err)
{
	const struct asst__json_reader *in = &s->in;
	struct asst__text path;

	if (!err)
		return;
	if (!in->code) {
		asst__fail_nomem(err);
		return;
	}
	asst__text_init(&path, s->mem, TEXT_MOST);
	add_path(s, &path);
	asst__fail(err, in->status, "%s at byte %zu: %s", in->code, in->fault_at, in->message);
	asst__error_set_offset(err, in->fault_at);
	asst__error_add_issue(err, in->code, path.failed || !path.data ? "" : path.data, in->message);
	asst__text_free(&path);
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void init(struct scan *s, const struct asst__json_limits *limits,
		 const struct asst__mem *mem)
{
	/* The frames are left alone: most of them are never used. */
	memset(s, 0, offsetof(struct scan, frames));
	s->limits = limits ? *limits : asst__json_default_limits;
	s->limits.depth = least(s->limits.depth, ASST__JSON_DEPTH_MOST);
	s->limits.number_bytes = least(s->limits.number_bytes, NUMBER_MOST);
	s->mem = mem;
}

int asst__json_scan(asst__json **tree, const char *text, size_t size,
		    const struct asst__json_limits *limits, const struct asst__mem *mem,
		    asst_error *err)
{
	struct scan s;

	*tree = NULL;
	init(&s, limits, mem);
	if (!text)
		size = 0;
	else if (size == ASST_NUL) /* one byte beyond the limit is enough to know */
		size = s.limits.bytes < SIZE_MAX ? strnlen(text, s.limits.bytes + 1) : strlen(text);
	s.in.text = text;
	s.in.size = size;
	if (size > s.limits.bytes)
		asst__json_over(&s.in, "json_bytes", s.limits.bytes, s.limits.bytes,
				"bytes in a document");
	else if (!asst__json_pool_begin(&s.pool, size))
		asst__json_no_memory(&s.in);
	else
		scan_document(&s);
	if (s.in.status == ASST_OK) {
		*tree = s.root;
	} else {
		report(&s, err);
		asst__json_pool_end(&s.pool);
	}
	asst__free(mem, s.members, s.member_room * sizeof(*s.members));
	return s.in.status;
}
