/* SPDX-License-Identifier: MIT */
/* JSON Pointer, RFC 6901. */
#include "json/json.h"

#include <string.h>

void asst__pointer_add(struct asst__text *pointer, const char *token)
{
	size_t run;

	asst__text_add_char(pointer, '/');
	for (;;) {
		run = strcspn(token, "~/");
		asst__text_add(pointer, token, run);
		token += run;
		if (!*token)
			return;
		asst__text_add(pointer, *token == '~' ? "~0" : "~1", 2);
		token++;
	}
}

void asst__pointer_add_index(struct asst__text *pointer, size_t index)
{
	asst__text_add_char(pointer, '/');
	asst__text_add_int(pointer, (int64_t)index);
}

/* Whether every "~" of a pointer begins an escape. */
static bool well_formed(const char *pointer)
{
	if (*pointer && *pointer != '/')
		return false;
	for (; *pointer; pointer++) {
		if (*pointer == '~' && pointer[1] != '0' && pointer[1] != '1')
			return false;
	}
	return true;
}

/* Whether a token of a well-formed pointer is that name; it ends at "/" or NUL. */
static bool is_name(const char *token, const char *name)
{
	char c;

	for (; *token && *token != '/'; token++, name++) {
		c = *token;
		if (c == '~')
			c = *++token == '0' ? '~' : '/';
		if (*name != c)
			return false;
	}
	return *name == '\0';
}

static asst__json *find_member(const asst__json *object, const char *token)
{
	asst__json *member = asst__json_first(object);

	while (member && !is_name(token, asst__json_name(member)))
		member = asst__json_next(member);
	return member;
}

static asst__json *find_item(const asst__json *array, const char *token)
{
	asst__json *item = asst__json_first(array);
	size_t index = 0;

	/* A leading 0 is not the other spelling of an index. */
	if (*token == '0' && token[1] && token[1] != '/')
		return NULL;
	do {
		if (*token < '0' || *token > '9' || index > (SIZE_MAX - 9) / 10)
			return NULL;
		index = index * 10 + (size_t)(*token++ - '0');
	} while (*token && *token != '/');
	for (; item && index > 0; index--)
		item = asst__json_next(item);
	return item;
}

asst__json *asst__pointer_get(asst__json *tree, const char *pointer)
{
	if (!well_formed(pointer))
		return NULL;
	while (tree && *pointer == '/') {
		pointer++;
		if (asst__json_kind(tree) == ASST__JSON_OBJECT)
			tree = find_member(tree, pointer);
		else if (asst__json_kind(tree) == ASST__JSON_ARRAY)
			tree = find_item(tree, pointer);
		else
			return NULL;
		pointer += strcspn(pointer, "/");
	}
	return tree;
}
