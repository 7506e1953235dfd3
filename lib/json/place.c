/* SPDX-License-Identifier: MIT */
/* Places that pointers of changes name: getting, setting, and the order of items. */
#include "json/diff.h"
#include "json/inner.h"

#include <cJSON.h>

static const struct asst__mem *const mem = &asst__mem_libc;

char *asst__pointer_next(const char **pointer)
{
	size_t size = strcspn(*pointer + 1, "/"), i, k = 0;
	const char *text = *pointer + 1;
	char *token = asst__alloc(mem, size + 1);
	char *fit;

	if (!token)
		return NULL;
	for (i = 0; i < size; i++) {
		token[k] = text[i];
		if (text[i] == '~' && i + 1 < size)
			token[k] = text[++i] == '1' ? '/' : '~';
		k++;
	}
	token[k] = '\0';
	fit = asst__copy_text(mem, token, k);
	asst__free(mem, token, size + 1);
	*pointer += size + 1;
	return fit;
}

/*
 * Where a token goes on behind a text that it begins with, or NULL. Looking things up takes no
 * memory: want of it would look like absence. With escapes it is a pointer's, up to "/".
 */
static const char *behind(const char *token, const char *text, bool escapes)
{
	for (; token && *text; text++) {
		char c = *token;

		if (escapes && c == '/')
			return NULL;
		if (escapes && c == '~' && token[1] && token[1] != '/')
			c = *++token == '1' ? '/' : '~';
		token = c == *text ? token + 1 : NULL;
	}
	return token;
}

static bool ends(const char *token, bool escapes)
{
	return token && (!*token || (escapes && *token == '/'));
}

/* The same with the first of two parts. */
static const char *behind_first(const char *token, const char *part, bool escapes)
{
	char same[2] = { '\0', '\0' };
	const char *escape;

	for (; token && *part; part++) {
		same[0] = *part;
		escape = asst__json_token_escape(*part);
		token = behind(token, escape ? escape : same, escapes);
	}
	return behind(token, ":", escapes);
}

/* As asst__json_token() would make it. */
static bool has_token(const asst__json *item, const struct asst__json_list *keys, const char *token,
		      bool escapes)
{
	const asst__json *part;
	size_t i;

	for (i = 0; i < 2 && keys->keys[i]; i++) {
		part = asst__json_member(item, keys->keys[i]);
		if (asst__json_kind(part) != ASST__JSON_STRING)
			return false;
		token = i == 0 && keys->keys[1] ?
				behind_first(token, asst__json_text(part), escapes) :
				behind(token, asst__json_text(part), escapes);
	}
	return i && ends(token, escapes);
}

static asst__json *find_item(const asst__json *list, const struct asst__json_list *keys,
			     const char *token, bool escapes)
{
	asst__json *item = asst__json_first(list);

	while (item && !has_token(item, keys, token, escapes))
		item = asst__json_next(item);
	return item;
}

asst__json *asst__json_item(const asst__json *list, const struct asst__json_list *keys,
			    const char *token)
{
	return find_item(list, keys, token, false);
}

static bool has_same_id(const asst__json *a, const asst__json *b,
			const struct asst__json_list *keys)
{
	size_t i;

	for (i = 0; i < 2 && keys->keys[i]; i++) {
		const asst__json *part = asst__json_member(a, keys->keys[i]);

		if (asst__json_kind(part) != ASST__JSON_STRING ||
		    !asst__json_same(part, asst__json_member(b, keys->keys[i])))
			return false;
	}
	return true;
}

asst__json *asst__json_twin(const asst__json *list, const struct asst__json_list *keys,
			    const asst__json *item)
{
	asst__json *twin = asst__json_first(list);

	while (twin && !has_same_id(twin, item, keys))
		twin = asst__json_next(twin);
	return twin;
}

/* A way down a tree: where it stands, and which list it stands in. */
struct way {
	asst__json *node; /* NULL: off the tree */
	const struct asst__json_list *list; /* whose items are below the node; NULL: members are */
};

/* The token is a pointer's, behind its "/". */
static struct way step(const struct way *from, const char *token, bool root,
		       const struct asst__json_list *lists)
{
	struct way to = { NULL, NULL };
	asst__json *member;

	if (from->list) {
		to.node = find_item(from->node, from->list, token, true);
	} else if (asst__json_kind(from->node) == ASST__JSON_OBJECT) {
		for (member = asst__json_first(from->node); member && !to.node;
		     member = asst__json_next(member)) {
			if (ends(behind(token, asst__json_name(member), true), true))
				to.node = member;
		}
		if (root && asst__json_kind(to.node) == ASST__JSON_ARRAY)
			to.list = asst__json_find_list(lists, asst__json_name(to.node));
	}
	return to;
}

/* Walk to the parent of a place; the "/" before its last token. NULL: the pointer is the root's. */
static const char *walk(struct way *parent, asst__json *tree, const char *pointer,
			const struct asst__json_list *lists)
{
	const char *next;
	bool root = true;

	parent->node = tree;
	parent->list = NULL;
	if (*pointer != '/')
		return NULL;
	while ((next = strchr(pointer + 1, '/')) != NULL) {
		*parent = step(parent, pointer + 1, root, lists);
		root = false;
		pointer = next;
	}
	return pointer;
}

asst__json *asst__json_place(asst__json *tree, const char *pointer,
			     const struct asst__json_list *lists)
{
	struct way parent;
	const char *last = walk(&parent, tree, pointer, lists);

	if (!last)
		return *pointer ? NULL : tree;
	return step(&parent, last + 1, last == pointer, lists).node;
}

/* Put an item behind another one, which is in the list; NULL: at the begin. Cannot fail. */
static void insert_after(asst__json *list, asst__json *item, asst__json *after)
{
	asst__json *rest = after ? after->next : list->child, *next;

	cJSON_AddItemToArray(list, item);
	/* The others go around to the end: calls that insert would need memory. */
	for (; rest && rest != item; rest = next) {
		next = rest->next;
		cJSON_AddItemToArray(list, cJSON_DetachItemViaPointer(list, rest));
	}
}

void asst__json_item_move(asst__json *list, asst__json *item, asst__json *after)
{
	cJSON_DetachItemViaPointer(list, item);
	insert_after(list, item, after);
}

void asst__json_item_set(asst__json *list, const struct asst__json_list *keys, const char *token,
			 asst__json *value, bool first, const char *after)
{
	asst__json *old = asst__json_item(list, keys, token), *before = NULL;

	if (old) {
		before = old == list->child ? NULL : old->prev;
		first = !before;
		asst__json_free(cJSON_DetachItemViaPointer(list, old));
	} else if (after) {
		before = asst__json_item(list, keys, after);
	}
	if (value && (before || first))
		insert_after(list, value, before);
	else if (value)
		cJSON_AddItemToArray(list, value);
}

bool asst__json_place_set(asst__json *tree, const char *pointer,
			  const struct asst__json_list *lists, asst__json *value)
{
	struct way parent;
	const char *last = walk(&parent, tree, pointer, lists);
	char *token = last ? asst__pointer_next(&last) : NULL;
	bool done = token != NULL;

	if (done && parent.list) {
		asst__json_item_set(parent.node, parent.list, token, value, false, NULL);
	} else if (done && asst__json_kind(parent.node) == ASST__JSON_OBJECT) {
		if (value)
			done = asst__json_set(parent.node, token, value);
		else
			asst__json_remove(parent.node, token);
	} else {
		asst__json_free(value);
	}
	asst__free_text(mem, token);
	return done;
}

static size_t find_node(asst__json *const *nodes, size_t count, const asst__json *node)
{
	size_t i = 0;

	while (i < count && nodes[i] != node)
		i++;
	return i;
}

/* The slots of the items that are named, in turn, get them in the new order. */
bool asst__json_reorder(asst__json *list, const struct asst__json_list *keys,
			const char *const *tokens, size_t count)
{
	size_t i, all = asst__json_count(list), named = 0, at = 0;
	size_t bytes = (2 * all + 1) * sizeof(asst__json *);
	asst__json **items = asst__alloc(mem, bytes), **ordered = items + all, *item;

	if (!items)
		return false;
	for (i = 0, item = list->child; i < all; i++, item = item->next)
		items[i] = item;
	for (i = 0; i < count; i++) {
		item = asst__json_item(list, keys, tokens[i]);
		if (item && find_node(ordered, named, item) == named)
			ordered[named++] = item;
	}
	for (i = 0; i < all; i++) {
		item = find_node(ordered, named, items[i]) < named ? ordered[at++] : items[i];
		cJSON_AddItemToArray(list, cJSON_DetachItemViaPointer(list, item));
	}
	asst__free(mem, items, bytes);
	return true;
}
