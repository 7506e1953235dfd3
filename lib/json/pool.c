/* SPDX-License-Identifier: MIT */
/*
 * The memory of a scanned tree: its nodes stand in a few blocks and their texts behind the
 * first nodes, instead of up to three blocks a value. They are cJSON's nodes, and its calls
 * that move them know no difference; only asst__json_free() may free them.
 */
#include "json/inner.h"

#include <cJSON.h>

/* Beside cJSON's own bits of a type, which end at 1 << 9. */
#define POOLED (1 << 16) /* the node stands in a block, and its text in the first one */
#define ROOT (1 << 17)   /* of a scanned tree: the blocks go with it */

#define BYTES_A_NODE 24 /* of JSON as people write it; too few cost a further block */
#define NODES_LEAST 8
#define NODES_FIRST 1024 /* a large text may be one value */

struct asst__json_block {
	struct asst__json_block *next;
	size_t size; /* in bytes */
	cJSON nodes[];
};

static struct asst__json_block *new_block(size_t nodes, size_t bytes)
{
	struct asst__json_block *block;

	if (!asst__multiply(&nodes, nodes, sizeof(cJSON)) || !asst__add(&bytes, bytes, nodes) ||
	    !asst__add(&bytes, bytes, sizeof(*block)))
		return NULL;
	block = asst__alloc(&asst__mem_libc, bytes);
	if (block) {
		block->next = NULL;
		block->size = bytes;
	}
	return block;
}

bool asst__json_pool_begin(struct asst__json_pool *pool, size_t size)
{
	size_t room = size / BYTES_A_NODE + NODES_LEAST;

	if (room > NODES_FIRST)
		room = NODES_FIRST;

	/* Without its quotes no string is longer than in the text; a number may end it. */
	pool->first = pool->last = size < SIZE_MAX ? new_block(room, size + 1) : NULL;
	pool->room = pool->all = room;
	pool->used = 0;
	pool->text = pool->first ? (char *)&pool->first->nodes[room] : NULL;
	return pool->first != NULL;
}

/* Half as much again as there is. */
static bool pool_grow(struct asst__json_pool *pool)
{
	size_t more = pool->all / 2;
	struct asst__json_block *block = new_block(more, 0);

	if (!block)
		return false;
	pool->last->next = block;
	pool->last = block;
	pool->room = more;
	pool->all += more;
	pool->used = 0;
	return true;
}

asst__json *asst__json_pool_node(struct asst__json_pool *pool, int type, char *text)
{
	cJSON *node;

	if (pool->used == pool->room && !pool_grow(pool))
		return NULL;
	node = &pool->last->nodes[pool->used++];
	memset(node, 0, sizeof(*node));
	node->type = type | POOLED | (node == pool->first->nodes ? ROOT : 0);
	node->valuestring = text;
	return node;
}

void asst__json_pool_attach(asst__json *parent, char *name, asst__json *node)
{
	if (name) { /* constant: cJSON leaves it alone when it gives the node another one */
		node->string = name;
		node->type |= cJSON_StringIsConst;
	}
	cJSON_AddItemToArray(parent, node);
}

bool asst__json_pooled(const asst__json *node)
{
	return node && (node->type & POOLED) != 0;
}

static void free_blocks(struct asst__json_block *block)
{
	struct asst__json_block *next;

	for (; block; block = next) {
		next = block->next;
		asst__free(&asst__mem_libc, block, block->size);
	}
}

void asst__json_pool_end(struct asst__json_pool *pool)
{
	free_blocks(pool->first);
}

static void free_node(cJSON *node)
{
	if (!(node->type & cJSON_StringIsConst))
		cJSON_free(node->string);
	if (node->type & POOLED)
		return;
	cJSON_free(node->valuestring);
	cJSON_free(node);
}

/* What was put into a scanned tree has blocks of its own, wherever it stands. */
static void free_nodes(cJSON *node)
{
	cJSON *next;

	for (; node; node = next) {
		next = node->next;
		free_nodes(node->child);
		free_node(node);
	}
}

void asst__json_free(asst__json *tree)
{
	bool root = tree && (tree->type & ROOT);

	if (!tree)
		return;
	free_nodes(tree->child);
	free_node(tree);
	if (root)
		free_blocks((struct asst__json_block *)((char *)tree -
							offsetof(struct asst__json_block, nodes)));
}
