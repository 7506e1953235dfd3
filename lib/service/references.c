/* SPDX-License-Identifier: MIT */
/* Judging what a definition names, for who commits it. */
#include "service/references.h"
#include "base/fail.h"
#include "model/fields.h"
#include "service/catalog.h"
#include "service/routes.h"

#include <string.h>

/* A fault that was found while others wrote is looked for again, so often. */
#define LOOKS 8

struct judging {
	const struct asst__becoming *becoming;
	struct asst__call *call;
	struct asst__change *change; /* may be NULL */
	struct asst__named named;
	bool added, routed; /* an assistant was added; as a route */
};

/* Also in capitals, which the text of a "targetId" keeps. */
static bool read_id(unsigned char id[ASST__UUID_BYTES], const struct asst__reference *reference)
{
	char text[ASST__UUID_TEXT + 1];

	return asst__uuid_normalize(text, reference->id.text, reference->id.size) &&
	       asst__uuid_read(id, text, ASST__UUID_TEXT);
}

/* The target of a reference; NULL: its text is no id. */
static struct asst__target *find_target(const struct asst__named *named,
					const struct asst__reference *reference)
{
	unsigned char id[ASST__UUID_BYTES];

	if (!read_id(id, reference))
		return NULL;
	for (size_t i = 0; i < named->count; i++) {
		if (memcmp(named->targets[i].id, id, ASST__UUID_BYTES) == 0)
			return &named->targets[i];
	}
	return NULL;
}

static void add_target(struct judging *judging, const struct asst__reference *reference)
{
	struct asst__named *named = &judging->named;
	struct asst__target *target = find_target(named, reference);
	bool route = asst__reference_is_route(reference);

	judging->added = judging->added || reference->added;
	judging->routed = judging->routed || (reference->added && route);
	if (!target && read_id(named->targets[named->count].id, reference))
		target = &named->targets[named->count++];
	if (target) {
		target->added = target->added || reference->added;
		target->routed = target->routed || route;
	}
}

/* The assistants that are named. */
static int list_targets(struct judging *judging)
{
	struct asst__named *named = &judging->named;
	const struct asst__mem *mem = &judging->call->store->mem;
	size_t i;

	for (i = 0; i < named->found.count; i++)
		named->room += asst__reference_is_assistant(&named->found.items[i]);
	if (!named->room)
		return ASST_OK;
	named->targets = asst__alloc_zeroed(mem, named->room * sizeof(*named->targets));
	if (!named->targets)
		return asst__fail_nomem(judging->call->err);
	for (i = 0; i < named->found.count; i++) {
		if (asst__reference_is_assistant(&named->found.items[i]))
			add_target(judging, &named->found.items[i]);
	}
	return ASST_OK;
}

/* Definitions are wanted where routes are to be walked. */
static bool with_def(const struct judging *judging, const struct asst__target *target)
{
	return judging->routed && target->routed;
}

/* One read for all of them. What is damaged is as if it were not there: it can be of no use. */
static int load_targets(struct judging *judging)
{
	struct asst__call *call = judging->call;
	struct asst__named *named = &judging->named;
	struct asst__target *target;
	struct asst_keys keys;
	struct asst_sink sink;
	size_t i, at = 0;
	int status = ASST_OK;

	asst__keys_init(&keys, &call->store->mem);
	asst__sink_init(&sink, &call->store->mem);
	for (i = 0; i < named->count && status == ASST_OK; i++)
		status = asst__keys_add_object(&keys, named->targets[i].id,
					       with_def(judging, &named->targets[i]), call->err);
	if (status == ASST_OK)
		status = asst__call_get(call, &keys, &sink, &named->sequence);
	for (i = 0; i < named->count && status == ASST_OK; i++) {
		target = &named->targets[i];
		if (asst__loaded_take(&target->loaded, &sink, at, false, NULL) != ASST_OK)
			asst__loaded_dispose(&target->loaded);
		asst__loaded_describe(&target->loaded);
		at += 2;
		if (with_def(judging, target))
			asst__routes_take(&target->loaded.def, &sink, at++);
	}
	asst__sink_dispose(&sink);
	asst__keys_dispose(&keys);
	return status;
}

/* Whether the caller may have it do something: it is there, visible, and resolves. */
static bool usable(const struct judging *judging, const struct asst__target *target)
{
	const struct asst__object *object = &target->loaded.object;
	struct asst__decision decision;

	asst__decide(&decision, ASST__RIGHT_RESOLVE, judging->call->actor, object,
		     judging->call->now);
	return decision.status == ASST_OK && object->published &&
	       !asst__view_flag(&target->loaded.head.view, ASST__HEAD_DISABLED, false);
}

/* What became of it, where the caller may see that; NULL: nothing, or it is not to be seen. */
static const char *gone_bad(const struct judging *judging, const struct asst__target *target)
{
	struct asst__loaded loaded = target->loaded;
	const struct asst__call *call = judging->call;
	struct asst__decision decision;

	asst__decide(&decision, ASST__RIGHT_READ, call->actor, &loaded.object, call->now);
	if (decision.status == ASST_OK)
		return usable(judging, target) ? NULL : "names an assistant that is disabled";
	loaded.trash = true;
	asst__loaded_describe(&loaded);
	asst__decide(&decision, ASST__RIGHT_RESTORE, call->actor, &loaded.object, call->now);
	return decision.status == ASST_OK ? "names an assistant that is in the trash" : NULL;
}

static void warn(struct judging *judging, const struct asst__check *check, const char *what)
{
	struct asst__text pointer;

	asst__text_init(&pointer, &judging->call->store->mem, SIZE_MAX / 2);
	asst__check_pointer(check, &pointer);
	if (!pointer.failed)
		asst__change_warn(judging->change, "unusable_reference", pointer.data, what);
	asst__text_free(&pointer);
}

/* Whether there is anybody who can be warned. */
static bool warns(const struct judging *judging)
{
	return judging->change && judging->call->err;
}

static void judge_assistant(struct judging *judging, struct asst__check *check,
			    const struct asst__reference *reference)
{
	const struct asst__target *target = find_target(&judging->named, reference);
	const char *what;

	if (reference->added) {
		if (!target || !usable(judging, target))
			asst__fault_reference(check);
	} else if (target && warns(judging)) {
		what = gone_bad(judging, target);
		if (what)
			warn(judging, check, what);
	}
}

/* One after the other, in the order of the fields. */
static int judge_all(struct judging *judging, struct asst__check *check)
{
	const struct asst__references *found = &judging->named.found;
	int status = ASST_OK;

	for (size_t i = 0; i < found->count && status == ASST_OK; i++) {
		asst__reference_enter(check, &found->items[i]);
		if (asst__reference_is_assistant(&found->items[i]))
			judge_assistant(judging, check, &found->items[i]);
		else
			status = asst__catalog_judge(check, judging->call, &found->items[i]);
		asst__reference_leave(check, &found->items[i]);
	}
	return status;
}

/* What was decided on must still be so when the batch is applied. */
static void check_targets(const struct judging *judging)
{
	const struct asst__target *target;
	struct asst__key key;

	if (!judging->change)
		return;
	for (size_t i = 0; i < judging->named.count; i++) {
		target = &judging->named.targets[i];
		if (!target->added)
			continue;
		asst__key_part(&key, target->id, ASST__PART_HEAD);
		asst__change_check(judging->change, &key, target->loaded.head.sequence);
		asst__key_part(&key, target->id, ASST__PART_ACL);
		asst__change_check(judging->change, &key, target->loaded.acl.sequence);
	}
}

/* *torn: what was walked through was read at several moments, and a fault was found. */
static int judge(struct judging *judging, bool *torn)
{
	const struct asst__call *call = judging->call;
	struct asst__check check;
	int status = list_targets(judging);

	/* Where none was added, there may be what became of those that are named to be told. */
	if (status == ASST_OK && judging->named.count && (judging->added || warns(judging)))
		status = load_targets(judging);
	if (status != ASST_OK)
		return status;
	asst__check_begin(&check, &call->store->opts.limits, 0, &call->store->mem, call->err);
	status = judge_all(judging, &check);
	if (status == ASST_OK && judging->routed && !check.faults)
		status = asst__routes_walk(&check, judging->becoming, &judging->named,
					   judging->change, torn);
	if (status == ASST_OK)
		status = asst__check_end(&check);
	if (status == ASST_OK)
		check_targets(judging);
	return status;
}

static void dispose(struct asst__named *named, const struct asst__mem *mem)
{
	for (size_t i = 0; i < named->count; i++)
		asst__loaded_dispose(&named->targets[i].loaded);
	asst__free(mem, named->targets, named->room * sizeof(*named->targets));
	asst__references_dispose(&named->found);
}

static int look(const struct asst__becoming *becoming, struct asst__change *change, bool *torn)
{
	struct asst__call *call = becoming->call;
	struct judging judging = { .becoming = becoming, .call = call, .change = change };
	bool catalog = call->store->opts.catalog.size != 0;
	int status = asst__references_find(&judging.named.found, becoming->def, becoming->live,
					   catalog, &call->store->mem, call->err);

	*torn = false;
	if (status == ASST_OK && judging.named.found.count)
		status = judge(&judging, torn);
	dispose(&judging.named, &call->store->mem);
	return status;
}

int asst__references_judge(const struct asst__becoming *becoming, struct asst__change *change)
{
	bool torn = true;
	int i, status = ASST_OK;

	for (i = 0; i < LOOKS && torn; i++) {
		if (i)
			asst__error_clear(becoming->call->err);
		status = look(becoming, change, &torn);
	}
	return status;
}
