/* SPDX-License-Identifier: MIT */
/* Where dispatchers lead: the walk along their routes, before they become live. */
#include "service/routes.h"
#include "base/fail.h"
#include "model/fields.h"
#include "model/values.h"

#include <string.h>

/* A node has so many edges: the cap on routes, and the fallback. */
#define EDGES_MOST 65
/* So many can be reached at most, and the one that the walk begins at; one more is too many. */
#define NODES_MOST (256 + 2)

struct node {
	unsigned char id[ASST__UUID_BYTES];
	uint16_t edges[EDGES_MOST];
	uint16_t count;
	uint16_t steps; /* of the longest way from here; UINT16_MAX: there is no end */
	bool open, done; /* of the search for it */
	bool back;       /* a way leads to the first node */
};

struct graph {
	const struct asst__call *call;
	struct asst__change *change; /* may be NULL */
	size_t reach, depth;         /* the caps */
	size_t count;
	struct node nodes[NODES_MOST]; /* [0]: the definition that is to be live */
};

/* The node of an id, which is added where it is new and there is room. */
static size_t node_of(struct graph *graph, const unsigned char id[ASST__UUID_BYTES])
{
	size_t i;

	for (i = 0; i < graph->count; i++) {
		if (memcmp(graph->nodes[i].id, id, ASST__UUID_BYTES) == 0)
			return i;
	}
	/* One over the cap is enough to know that there are too many. */
	if (graph->count == graph->reach + 2)
		return SIZE_MAX;
	memcpy(graph->nodes[graph->count].id, id, ASST__UUID_BYTES);
	return graph->count++;
}

static void add_edge(struct graph *graph, size_t from, struct asst__string text)
{
	struct node *node = &graph->nodes[from];
	unsigned char id[ASST__UUID_BYTES];
	size_t to;

	if (!text.text || !asst__uuid_read(id, text.text, text.size) || node->count == EDGES_MOST)
		return;
	to = node_of(graph, id);
	if (to != SIZE_MAX)
		node->edges[node->count++] = (uint16_t)to;
}

static void add_edges(struct graph *graph, size_t from, const struct asst__view *def)
{
	size_t i, count = asst__view_count(def, ASST__DEF_ROUTES);

	for (i = 0; i < count; i++)
		add_edge(graph, from, asst__route_text(def, i));
	add_edge(graph, from, asst__view_text(def, ASST__DEF_FALLBACK));
}

static bool too_many(const struct graph *graph)
{
	return graph->count > graph->reach + 1;
}

/* What is live of a node: its edges, and the check that it stays so. */
static int add_live(struct graph *graph, size_t i, const struct asst__part *part)
{
	struct asst__string bytes = asst__view_text(&part->view, ASST__VERSION_DEF);
	struct asst__view def;
	struct asst__key key;
	int status;

	if (graph->change) {
		asst__key_part(&key, graph->nodes[i].id, ASST__PART_DEF);
		asst__change_check(graph->change, &key, part->sequence);
	}
	if (!bytes.text || asst__view_int(&part->view, ASST__VERSION_NUMBER, 0) == 0)
		return ASST_OK;
	status = asst__view_open(&def, &asst__def_schema, bytes.text, bytes.size, graph->call->err);
	if (status == ASST_OK)
		add_edges(graph, i, &def);
	return status;
}

/* The nodes from begin to end are read, and those that they lead to added. */
static int read_level(struct graph *graph, size_t begin, size_t end)
{
	const struct asst__call *call = graph->call;
	struct asst__part part;
	struct asst_keys keys;
	struct asst_sink sink;
	struct asst__key key;
	uint64_t sequence;
	size_t i;
	int status = ASST_OK;

	asst__keys_init(&keys, &call->store->mem);
	asst__sink_init(&sink, &call->store->mem);
	for (i = begin; i < end && status == ASST_OK; i++) {
		asst__key_part(&key, graph->nodes[i].id, ASST__PART_DEF);
		status = asst_keys_add(&keys, key.bytes, key.size, call->err);
	}
	if (status == ASST_OK)
		status = asst__backend_get(&call->store->backend, call->workspace, &keys, &sink,
					   &sequence, call->err);
	for (i = begin; i < end && status == ASST_OK; i++) {
		status = asst__part_take(&part, &sink, i - begin, &asst__version_schema, call->err);
		if (status == ASST_OK)
			status = add_live(graph, i, &part);
		asst_buf_free(part.buf);
	}
	asst__sink_dispose(&sink);
	asst__keys_dispose(&keys);
	return status;
}

/* The first level was read with the judgement of what was added. */
static int take_level(struct graph *graph, size_t end, const struct asst__target *targets,
		      size_t count)
{
	int status = ASST_OK;
	size_t i, j;

	for (i = 1; i < end && status == ASST_OK; i++) {
		for (j = 0; j < count; j++) {
			if (memcmp(targets[j].id, graph->nodes[i].id, ASST__UUID_BYTES) == 0)
				status = add_live(graph, i, &targets[j].loaded.def);
		}
	}
	return status;
}

/* Level by level, as far as the caps allow; *whole: to the end. */
static int read_all(struct graph *graph, const struct asst__target *targets, size_t count,
		    bool *whole)
{
	size_t level, begin = 1, end = graph->count;
	int status = ASST_OK;

	for (level = 1; level <= graph->depth && begin < end && !too_many(graph); level++) {
		status = level == 1 ? take_level(graph, end, targets, count) :
				      read_level(graph, begin, end);
		if (status != ASST_OK)
			return status;
		begin = end;
		end = graph->count;
	}
	*whole = begin == end;
	return ASST_OK;
}

/* Depth first, never deeper than there are nodes: the longest way, and what leads back. */
static void search(struct graph *graph, size_t i)
{
	struct node *node = &graph->nodes[i], *next;

	node->open = true;
	for (size_t j = 0; j < node->count; j++) {
		next = &graph->nodes[node->edges[j]];
		if (node->edges[j] == 0) {
			node->back = true;
			continue;
		}
		if (!next->open && !next->done)
			search(graph, node->edges[j]);
		node->back = node->back || next->back;
		if (next->open || next->steps == UINT16_MAX)
			node->steps = UINT16_MAX;
		else if (next->steps >= node->steps)
			node->steps = (uint16_t)(next->steps + 1);
	}
	node->open = false;
	node->done = true;
}

/* A cycle is a fault of each route that leads into it. */
static bool report_cycles(struct asst__check *check, struct graph *graph,
			  const struct asst__references *found)
{
	const struct asst__reference *reference;
	unsigned char id[ASST__UUID_BYTES];
	size_t i, to;

	for (i = 0; i < found->count; i++) {
		reference = &found->items[i];
		if (!asst__reference_is_route(reference) ||
		    !asst__uuid_read(id, reference->id.text, reference->id.size))
			continue;
		to = node_of(graph, id);
		if (to != 0 && (to == SIZE_MAX || !graph->nodes[to].back))
			continue;
		asst__reference_enter(check, reference);
		asst__fault(check, NULL, "route_cycle", "leads back to this assistant");
		asst__reference_leave(check, reference);
	}
	return check->faults != 0;
}

static void report(struct asst__check *check, struct graph *graph,
		   const struct asst__references *found, bool whole)
{
	size_t steps;

	search(graph, 0);
	if (report_cycles(check, graph, found))
		return;
	steps = whole ? graph->nodes[0].steps : graph->depth + 1;
	asst__check_enter(check, "routes");
	if (too_many(graph))
		asst__check_within(check, ASST__LIMIT_ROUTED_ASSISTANTS, graph->count - 1,
				   "assistants");
	else
		asst__check_within(check, ASST__LIMIT_ROUTE_DEPTH, steps, "steps");
	asst__check_leave(check);
}

int asst__routes_walk(struct asst__check *check, const struct asst__becoming *becoming,
		      const struct asst__references *found, const struct asst__target *targets,
		      size_t count, struct asst__change *change)
{
	const struct asst__call *call = becoming->call;
	const struct asst__limits *limits = &call->store->opts.limits;
	struct graph *graph = asst__alloc_zeroed(&call->store->mem, sizeof(*graph));
	bool whole;
	int status;

	if (!graph)
		return asst__fail_nomem(call->err);
	graph->call = call;
	graph->change = change;
	graph->reach = (size_t)limits->cap[ASST__LIMIT_ROUTED_ASSISTANTS];
	graph->depth = (size_t)limits->cap[ASST__LIMIT_ROUTE_DEPTH];
	graph->count = 1;
	if (becoming->id)
		memcpy(graph->nodes[0].id, becoming->id, ASST__UUID_BYTES);
	add_edges(graph, 0, becoming->def);
	status = read_all(graph, targets, count, &whole);
	if (status == ASST_OK)
		report(check, graph, found, whole);
	asst__free(&call->store->mem, graph, sizeof(*graph));
	return status;
}
