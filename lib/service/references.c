/* SPDX-License-Identifier: MIT */
/* Judging what a definition names, for who commits it. */
#include "service/references.h"
#include "base/fail.h"
#include "model/fields.h"
#include "service/catalog.h"
#include "service/routes.h"

#include <string.h>

struct judging {
	const struct asst__becoming *becoming;
	const struct asst__call *call;
	struct asst__change *change; /* may be NULL */
	struct asst__references found;
	struct asst__target *targets; /* each once */
	size_t count, room;
	bool added, routed; /* an assistant was added; as a route */
};

static bool of_assistant(const struct asst__reference *reference)
{
	return strcmp(reference->kind, ASST__REFERS_ASSISTANT) == 0;
}

/* Also in capitals, which the text of a "targetId" keeps. */
static bool read_id(unsigned char id[ASST__UUID_BYTES], const struct asst__reference *reference)
{
	char text[ASST__UUID_TEXT + 1];

	return asst__uuid_normalize(text, reference->id.text, reference->id.size) &&
	       asst__uuid_read(id, text, ASST__UUID_TEXT);
}

static struct asst__target *find_target(const struct judging *judging,
					const struct asst__reference *reference)
{
	unsigned char id[ASST__UUID_BYTES];

	if (!read_id(id, reference))
		return NULL;
	for (size_t i = 0; i < judging->count; i++) {
		if (memcmp(judging->targets[i].id, id, ASST__UUID_BYTES) == 0)
			return &judging->targets[i];
	}
	return NULL;
}

/* The assistants that are named, and whether there is anything to look up for them. */
static int list_targets(struct judging *judging)
{
	const struct asst__references *found = &judging->found;
	const struct asst__reference *reference;
	size_t i;

	for (i = 0; i < found->count; i++)
		judging->room += of_assistant(&found->items[i]);
	judging->targets = asst__alloc_zeroed(&judging->call->store->mem,
					      judging->room * sizeof(*judging->targets));
	if (!judging->targets)
		return asst__fail_nomem(judging->call->err);
	for (i = 0; i < found->count; i++) {
		reference = &found->items[i];
		if (!of_assistant(reference))
			continue;
		judging->added = judging->added || reference->added;
		judging->routed = judging->routed || (reference->added && asst__reference_is_route(reference));
		if (!find_target(judging, reference) &&
		    read_id(judging->targets[judging->count].id, reference))
			judging->count++;
	}
	return ASST_OK;
}

/* One read for all of them. */
static int load_targets(struct judging *judging)
{
	const struct asst__call *call = judging->call;
	size_t i, parts = judging->routed ? 3 : 2;
	struct asst_keys keys;
	struct asst_sink sink;
	uint64_t sequence;
	int status = ASST_OK;

	asst__keys_init(&keys, &call->store->mem);
	asst__sink_init(&sink, &call->store->mem);
	for (i = 0; i < judging->count && status == ASST_OK; i++)
		status = asst__keys_add_object(&keys, judging->targets[i].id, judging->routed,
					       call->err);
	if (status == ASST_OK)
		status = asst__backend_get(&call->store->backend, call->workspace, &keys, &sink,
					   &sequence, call->err);
	for (i = 0; i < judging->count && status == ASST_OK; i++)
		status = asst__loaded_take(&judging->targets[i].loaded, &sink, i * parts,
					   judging->routed, call->err);
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

	if (!judging->call->err)
		return;
	asst__text_init(&pointer, &judging->call->store->mem, SIZE_MAX / 2);
	asst__check_pointer(check, &pointer);
	if (!pointer.failed)
		asst__change_warn(judging->change, "unusable_reference", pointer.data, what);
	asst__text_free(&pointer);
}

static void judge_assistant(struct judging *judging, struct asst__check *check,
			    const struct asst__reference *reference)
{
	const struct asst__target *target = find_target(judging, reference);
	const char *what;

	if (reference->added) {
		if (!target || !usable(judging, target))
			asst__fault_reference(check);
	} else if (target && judging->change) {
		what = gone_bad(judging, target);
		if (what)
			warn(judging, check, what);
	}
}

/* One after the other, in the order of the fields. */
static int judge_all(struct judging *judging, struct asst__check *check)
{
	const struct asst__reference *reference;
	int status = ASST_OK;

	for (size_t i = 0; i < judging->found.count && status == ASST_OK; i++) {
		reference = &judging->found.items[i];
		asst__reference_enter(check, reference);
		if (of_assistant(reference))
			judge_assistant(judging, check, reference);
		else if (reference->added)
			status = asst__catalog_judge(check, judging->call, reference);
		asst__reference_leave(check, reference);
	}
	return status;
}

/* What was decided on must still be so when the batch is applied. */
static void check_targets(const struct judging *judging)
{
	const struct asst__target *target;
	struct asst__key key;

	for (size_t i = 0; i < judging->found.count && judging->change; i++) {
		target = of_assistant(&judging->found.items[i]) && judging->found.items[i].added ?
				 find_target(judging, &judging->found.items[i]) : NULL;
		if (!target)
			continue;
		asst__key_part(&key, target->id, ASST__PART_HEAD);
		asst__change_check(judging->change, &key, target->loaded.head.sequence);
		asst__key_part(&key, target->id, ASST__PART_ACL);
		asst__change_check(judging->change, &key, target->loaded.acl.sequence);
	}
}

static int judge(struct judging *judging)
{
	const struct asst__call *call = judging->call;
	struct asst__check check;
	int status = list_targets(judging);

	/* Where none was added, there is what became of those that are named to be told. */
	if (status == ASST_OK && judging->count && (judging->added || judging->change))
		status = load_targets(judging);
	if (status != ASST_OK)
		return status;
	asst__check_begin(&check, &call->store->opts.limits, 0, &call->store->mem, call->err);
	status = judge_all(judging, &check);
	if (status == ASST_OK && judging->routed && !check.faults)
		status = asst__routes_walk(&check, judging->becoming, &judging->found,
					   judging->targets, judging->count, judging->change);
	if (status == ASST_OK)
		status = asst__check_end(&check);
	if (status == ASST_OK)
		check_targets(judging);
	return status;
}

int asst__references_judge(const struct asst__becoming *becoming, struct asst__change *change)
{
	const struct asst__call *call = becoming->call;
	struct judging judging = { .becoming = becoming, .call = call, .change = change };
	int status = asst__references_find(&judging.found, becoming->def, becoming->live,
					   &call->store->mem, call->err);
	size_t i;

	if (status == ASST_OK && judging.found.count)
		status = judge(&judging);
	for (i = 0; i < judging.count; i++)
		asst__loaded_dispose(&judging.targets[i].loaded);
	asst__free(&call->store->mem, judging.targets, judging.room * sizeof(*judging.targets));
	asst__references_dispose(&judging.found);
	return status;
}
