/* SPDX-License-Identifier: MIT */
/* What the files of lib/json share: tokens, members in the order of their names, runs of text. */
#ifndef ASST_JSON_INNER_H
#define ASST_JSON_INNER_H

#include "json/json.h"

#include <string.h>

/* A member of an object, outside of the object's own order. */
struct asst__json_entry {
	asst__json *node;
	size_t place; /* of the scanner: the offset of the name; else as the user likes */
};

/* By name (bytes), equal names by place. In place and n log n for any input, unlike qsort(). */
void asst__json_sort(struct asst__json_entry *entries, size_t count);
/* The entry with that name in sorted entries, or NULL. */
struct asst__json_entry *asst__json_find(struct asst__json_entry *entries, size_t count,
					 const char *name);
/* The first entry by place that repeats a name, or NULL. May sort the entries. */
struct asst__json_entry *asst__json_repeated(struct asst__json_entry *entries, size_t count);

/*
 * What stands for a byte in the first of a token's two parts; NULL: itself. So the first ":" of
 * the token is the one between them, and no two items have one token.
 */
static inline const char *asst__json_token_escape(char c)
{
	return c == ':' ? "%3A" : c == '%' ? "%25" : NULL;
}

/* Text being read, and the first fault in it. */
struct asst__json_reader {
	const char *text;
	size_t size;
	size_t at;
	int status;       /* ASST_OK until something is wrong */
	const char *code; /* of the issue; NULL when there is no memory */
	size_t fault_at;
	char message[96];
};

/* These note a fault and return false. asst__json_syntax() is about the present byte. */
bool asst__json_fault(struct asst__json_reader *in, const char *code, size_t at,
		      const char *message);
bool asst__json_syntax(struct asst__json_reader *in, const char *expected);
bool asst__json_over(struct asst__json_reader *in, const char *code, size_t at, size_t limit,
		     const char *what);
bool asst__json_no_memory(struct asst__json_reader *in);

/*
 * Read a token whose first byte is there already and leave in->at behind it. A string is
 * unescaped to *out, where there is room for as many bytes as it takes in the text, and *out
 * moved behind its NUL; code and what are those of asst__json_over() for one beyond limit.
 */
bool asst__json_read_string(struct asst__json_reader *in, char **out, size_t limit,
			    const char *code, const char *what);
bool asst__json_read_number(struct asst__json_reader *in, size_t limit);
bool asst__json_read_word(struct asst__json_reader *in, const char *word);

/* The memory of a tree while it is scanned; the first node made takes it over. */
struct asst__json_pool {
	struct asst__json_block *first, *last;
	size_t used, room; /* nodes of the last block */
	size_t all;        /* room of all blocks together */
	char *text;        /* where the next string or number goes, with a NUL behind */
};

/* False: no memory. Size: of the document's text, which bounds that of its strings. */
bool asst__json_pool_begin(struct asst__json_pool *pool, size_t size);
/* A node of cJSON's type; text: of a string or number, in the pool. NULL: no memory. */
asst__json *asst__json_pool_node(struct asst__json_pool *pool, int type, char *text);
/* Put it last; name: of a member, in the pool. Cannot fail. */
void asst__json_pool_attach(asst__json *parent, char *name, asst__json *node);
/* Give up what was scanned. */
void asst__json_pool_end(struct asst__json_pool *pool);
/* Does it stand in the memory of a scanned tree, and so not outlive it? */
bool asst__json_pooled(const asst__json *node);

/* The present byte; NUL at the end, which no rule of the grammar takes. */
static inline char asst__json_peek(const struct asst__json_reader *in)
{
	return in->at < in->size ? in->text[in->at] : '\0';
}

#define ASST__JSON_EACH (UINT64_MAX / 255) /* 1 in each byte of a word */

static inline uint64_t asst__json_word(const char *text)
{
	uint64_t word;

	memcpy(&word, text, sizeof(word));
	return word;
}

/*
 * Not 0 when one of the 8 bytes is a control character, a quote or a backslash: their top
 * bits. Borrows run upwards, so that only the lowest bit is sure to be meant.
 */
static inline uint64_t asst__json_special(uint64_t word)
{
	uint64_t quote = word ^ (ASST__JSON_EACH * '"');
	uint64_t slash = word ^ (ASST__JSON_EACH * '\\');

	return (((word - ASST__JSON_EACH * 0x20) & ~word) | ((quote - ASST__JSON_EACH) & ~quote) |
		((slash - ASST__JSON_EACH) & ~slash)) & (ASST__JSON_EACH * 0x80);
}

/* How many bytes come before the first hit, or fewer where that takes as long as to look. */
static inline size_t asst__json_before(uint64_t hits)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return (size_t)__builtin_ctzll(hits) / 8;
#else
	(void)hits;
	return 0;
#endif
}

#endif
