/* SPDX-License-Identifier: MIT */
/* Where dispatchers lead: the walk along their routes, before they become live. */
#include "service/routes.h"
#include "base/fail.h"
#include "model/fields.h"
#include "model/values.h"

#include <string.h>

/* A node has so many edges: the cap on routes, and the fallback. */
#define EDGES_MOST (ASST__ROUTES_MOST + 1)
/* So many can be reached at most, and the one that the walk begins at; one more is too many. */
#define NODES_MOST (ASST__ROUTED_MOST + 2)

struct node {
	unsigned char id[ASST__UUID_BYTES];
	uint16_t edges[EDGES_MOST];
	uint16_t count;
	uint16_t steps; /* of the longest way from here; UINT16_MAX: there is no end */
	bool open, done; /* of the search for it */
	bool back;       /* a way leads to the first node */
	uint64_t sequence; /* of the definition; 0: absent */
};

struct graph {
	const struct asst__call *call;
	size_t reach, depth; /* the caps */
	bool over;           /* there are more than can be held */
	uint64_t first, last; /* sequences of the reads */
	size_t count, read;   /* nodes; those whose definition was read, and the first one */
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

	if (!text.text || !asst__uuid_read(id, text.text, text.size))
		return;
	to = node_of(graph, id);
	if (to == SIZE_MAX || node->count == EDGES_MOST)
		graph->over = true;
	else
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
	return graph->over || graph->count > graph->reach + 1;
}

void asst__routes_take(struct asst__part *part, const struct asst_sink *sink, size_t index)
{
	const struct asst__answer *answer = asst__sink_find(sink, index);

	asst__part_take(part, sink, index, &asst__version_schema, NULL);
	part->sequence = answer ? answer->sequence : 0;
}

/* What is live of a node: its edges. */
static void add_live(struct graph *graph, size_t i, const struct asst__part *part)
{
	struct asst__string bytes = asst__view_text(&part->view, ASST__VERSION_DEF);
	struct asst__view def;

	graph->nodes[i].sequence = part->sequence;
	if (bytes.text && asst__view_open(&def, &asst__def_schema, bytes.text, bytes.size, NULL) ==
				  ASST_OK)
		add_edges(graph, i, &def);
}

/* The nodes from begin to end are read, and those that they lead to added. */
static int read_level(struct graph *graph, size_t begin, size_t end)
{
	const struct asst__call *call = graph->call;
	struct asst__part part;
	struct asst_keys keys;
	struct asst_sink sink;
	struct asst__key key;
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
					   &graph->last, call->err);
	for (i = begin; i < end && status == ASST_OK; i++) {
		asst__routes_take(&part, &sink, i - begin);
		add_live(graph, i, &part);
		asst_buf_free(part.buf);
	}
	asst__sink_dispose(&sink);
	asst__keys_dispose(&keys);
	return status;
}

/* The first level was read with the judgement of what was added. */
static void take_level(struct graph *graph, size_t end, const struct asst__named *named)
{
	const struct asst__target *targets = named->targets;
	size_t i, j;

	graph->first = graph->last = named->sequence;
	for (i = 1; i < end; i++) {
		for (j = 0; j < named->count; j++) {
			if (memcmp(targets[j].id, graph->nodes[i].id, ASST__UUID_BYTES) == 0)
				add_live(graph, i, &targets[j].loaded.def);
		}
	}
}

/* Level by level, as far as the caps allow: what they cut off is too deep or too much. */
static int read_all(struct graph *graph, const struct asst__named *named)
{
	size_t level, end = graph->count;
	int status = ASST_OK;

	take_level(graph, end, named);
	for (level = 1; status == ASST_OK && level < graph->depth && end < graph->count &&
			!too_many(graph); level++) {
		graph->read = end;
		end = graph->count;
		status = read_level(graph, graph->read, end);
	}
	graph->read = end;
	return status;
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
		if (to == SIZE_MAX || !graph->nodes[to].back)
			continue;
		asst__reference_enter(check, reference);
		asst__fault(check, NULL, "route_cycle", "leads back to this assistant");
		asst__reference_leave(check, reference);
	}
	return check->faults != 0;
}

static void report(struct asst__check *check, struct graph *graph,
		   const struct asst__becoming *becoming, const struct asst__references *found)
{
	bool routes = asst__view_count(becoming->def, ASST__DEF_ROUTES) > 0;

	search(graph, 0);
	if (report_cycles(check, graph, found))
		return;
	asst__check_enter(check, asst__def_schema.fields[routes ? ASST__DEF_ROUTES :
								  ASST__DEF_FALLBACK].name);
	if (too_many(graph))
		asst__check_within(check, ASST__LIMIT_ROUTED_ASSISTANTS, graph->reach + 1,
				   "assistants");
	else
		asst__check_within(check, ASST__LIMIT_ROUTE_DEPTH, graph->nodes[0].steps, "steps");
	asst__check_leave(check);
}

/* Every definition on the way must be the same when the batch is applied. */
static void check_nodes(const struct graph *graph, struct asst__change *change)
{
	struct asst__key key;

	for (size_t i = 1; change && i < graph->read; i++) {
		asst__key_part(&key, graph->nodes[i].id, ASST__PART_DEF);
		asst__change_check(change, &key, graph->nodes[i].sequence);
	}
}

int asst__routes_walk(struct asst__check *check, const struct asst__becoming *becoming,
		      const struct asst__named *named, struct asst__change *change, bool *torn)
{
	const struct asst__call *call = becoming->call;
	const struct asst__limits *limits = &call->store->opts.limits;
	struct graph *graph = asst__alloc_zeroed(&call->store->mem, sizeof(*graph));
	int status;

	if (!graph)
		return asst__fail_nomem(call->err);
	graph->call = call;
	graph->reach = (size_t)limits->cap[ASST__LIMIT_ROUTED_ASSISTANTS];
	graph->depth = (size_t)limits->cap[ASST__LIMIT_ROUTE_DEPTH];
	graph->count = 1;
	if (becoming->id)
		memcpy(graph->nodes[0].id, becoming->id, ASST__UUID_BYTES);
	add_edges(graph, 0, becoming->def);
	status = read_all(graph, named);
	if (status == ASST_OK)
		report(check, graph, becoming, &named->found);
	if (status == ASST_OK && !check->faults)
		check_nodes(graph, change);
	*torn = check->faults && graph->first != graph->last;
	asst__free(&call->store->mem, graph, sizeof(*graph));
	return status;
}
