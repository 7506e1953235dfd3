/* SPDX-License-Identifier: MIT */
/* The operations of the public API that change a store, each with something to do it to. */
#include "sim/service.h"

#define NEW_JSON "{\"name\":\"New\",\"instruction\":\"Be new.\",\"tags\":[\"n\"]}"
#define DECIDED "[{\"pointer\":\"/name\",\"take\":\"draft\"}]"

typedef struct asst_sim_operation op;

static const char *id_of(const op *operation)
{
	return asst_sim_object_id(operation->object);
}

static int commit(struct asst_sim_world *world, const op *operation)
{
	return asst_draft_commit(NULL, world->draft, "message", ASST_NUL, operation->flags,
				 world->err);
}

static int discard(struct asst_sim_world *world, const op *operation)
{
	(void)operation;
	return asst_draft_discard(world->draft, 0, world->err);
}

static int patch_draft(struct asst_sim_world *world, const op *operation)
{
	return asst_draft_patch(world->draft, operation->text, ASST_NUL, 0, world->err);
}

static int rebase(struct asst_sim_world *world, const op *operation)
{
	return asst_draft_rebase(world->draft, operation->text, operation->text ? ASST_NUL : 0, 0,
				 world->err);
}

static int edit(struct asst_sim_world *world, const op *operation)
{
	return asst_draft_edit(&world->draft, world->ada, id_of(operation), 0, world->err);
}

static int copy(struct asst_sim_world *world, const op *operation)
{
	return asst_draft_copy(&world->draft, world->ada, id_of(operation), ASST_ANY_REVISION,
			       operation->flags, world->err);
}

static int restore_version(struct asst_sim_world *world, const op *operation)
{
	return asst_version_restore(&world->draft, world->ada, id_of(operation), 1,
				    ASST_ANY_REVISION, operation->flags, world->err);
}

static int label(struct asst_sim_world *world, const op *operation)
{
	return asst_version_label(world->ada, id_of(operation), 3, operation->text, ASST_NUL, 0,
				  world->err);
}

/* The first and the fourth; the others are kept. */
static int prune_versions(struct asst_sim_world *world, const op *operation)
{
	uint64_t removed;
	int status = asst_version_prune(&removed, world->ada, id_of(operation), 0, world->err);

	return status || removed == 2 ? status : ASST_EINTERNAL;
}

static int create(struct asst_sim_world *world, const op *operation)
{
	return asst_assistant_create_json(NULL, world->ada, operation->text, ASST_NUL,
					  operation->flags, world->err);
}

static int create_elsewhere(struct asst_sim_world *world, const op *operation)
{
	return asst_assistant_create_json(NULL, world->eve, operation->text, ASST_NUL,
					  operation->flags, world->err);
}

static int patch(struct asst_sim_world *world, const op *operation)
{
	return asst_assistant_patch_json(NULL, world->ada, id_of(operation), operation->text,
					 ASST_NUL, ASST_ANY_REVISION, 0, world->err);
}

static int move_to_trash(struct asst_sim_world *world, const op *operation)
{
	return asst_assistant_delete(world->ada, id_of(operation), ASST_ANY_REVISION, 0,
				     world->err);
}

static int restore(struct asst_sim_world *world, const op *operation)
{
	return asst_trash_restore(NULL, world->ada, id_of(operation), ASST_ANY_REVISION, 0,
				  world->err);
}

static int purge(struct asst_sim_world *world, const op *operation)
{
	return asst_trash_purge(world->host, id_of(operation), ASST_ANY_REVISION, 0, world->err);
}

static int change_owner(struct asst_sim_world *world, const op *operation)
{
	return asst_assistant_change_owner(NULL, world->ada, id_of(operation), operation->text,
					   ASST_ANY_REVISION, 0, world->err);
}

static int put_share(struct asst_sim_world *world, const op *operation)
{
	return asst_share_put(world->ada, id_of(operation), operation->text, ASST_LEVEL_READ, 0,
			      world->err);
}

static int remove_share(struct asst_sim_world *world, const op *operation)
{
	return asst_share_remove(world->ada, id_of(operation), operation->text, 0, world->err);
}

static int prune_feed(struct asst_sim_world *world, const op *operation)
{
	uint64_t removed;
	int status = asst_feed_prune(&removed, world->host, 0, world->err);

	(void)operation;
	return status || removed > 1 ? status : ASST_EINTERNAL;
}

/*
 * Hidden are: both entries of a workspace in the directory, which verify takes as they are;
 * and the drafts that are deleted with everything else of what is purged.
 */
const struct asst_sim_operation asst_sim_operations[] = {
	{ "commit", "draft.commit", commit, ASST_SIM_PLAIN, 0, true, false, NULL, 0 },
	{ "commit-merge", "draft.commit", commit, ASST_SIM_MOVED, ASST_COMMIT_MERGE, true, false,
	  NULL, 0 },
	{ "commit-force", "draft.commit", commit, ASST_SIM_CLASH, ASST_COMMIT_FORCE, true, false,
	  NULL, 0 },
	{ "commit-first", "draft.commit", commit, ASST_SIM_FRESH, 0, true, false, NULL, 0 },
	{ "discard", "draft.discard", discard, ASST_SIM_PLAIN, 0, true, false, NULL, 0 },
	{ "draft-patch", "draft.update", patch_draft, ASST_SIM_PLAIN, 0, true, false,
	  "{\"name\":\"Plain 3\",\"emoji\":\"p\"}", 0 },
	{ "rebase", "draft.rebase", rebase, ASST_SIM_MOVED, 0, true, false, NULL, 0 },
	{ "rebase-decided", "draft.rebase", rebase, ASST_SIM_CLASH, 0, true, false, DECIDED, 0 },
	{ "edit", "draft.edit", edit, ASST_SIM_OLD, 0, false, true, NULL, 0 },
	{ "copy", "draft.copy", copy, ASST_SIM_BOBS, 0, false, true, NULL, 0 },
	{ "version-restore", "version.restore", restore_version, ASST_SIM_OLD, 0, false, true, NULL,
	  0 },
	{ "version-replace", "version.restore", restore_version, ASST_SIM_CLASH, ASST_DRAFT_REPLACE,
	  false, false, NULL, 0 },
	{ "version-label", "version.label", label, ASST_SIM_OLD, 0, false, false, "a label", 0 },
	{ "version-prune", "version.prune", prune_versions, ASST_SIM_OLD, 0, false, false, NULL,
	  0 },
	{ "create", "assistant.create", create, 0, 0, false, true, NEW_JSON, 0 },
	{ "create-draft", "assistant.create", create, 0, ASST_CREATE_DRAFT, false, true, NEW_JSON,
	  0 },
	{ "create-elsewhere", "assistant.create", create_elsewhere, 0, 0, false, true, NEW_JSON,
	  2 },
	{ "patch", "assistant.update", patch, ASST_SIM_PLAIN, 0, false, false,
	  "{\"name\":\"Plain 4\",\"slug\":\"plain-4\",\"tags\":[\"z\"]}", 0 },
	{ "delete", "assistant.delete", move_to_trash, ASST_SIM_PLAIN, 0, false, false, NULL, 0 },
	{ "trash-restore", "assistant.restore", restore, ASST_SIM_TRASH, 0, false, false, NULL, 0 },
	{ "trash-purge", "assistant.purge", purge, ASST_SIM_TRASH, 0, false, false, NULL, 2 },
	{ "change-owner", "assistant.changeOwner", change_owner, ASST_SIM_PLAIN, 0, false, false,
	  "team:red", 1 },
	{ "share-put", "share.put", put_share, ASST_SIM_MOVED, 0, false, false, "workspace", 0 },
	{ "share-change", "share.put", put_share, ASST_SIM_PLAIN, 0, false, false, "user:bob", 0 },
	{ "share-remove", "share.remove", remove_share, ASST_SIM_PLAIN, 0, false, false, "user:bob",
	  0 },
	{ "feed-prune", "feed.prune", prune_feed, 0, 0, false, false, NULL, 0 },
};

const size_t asst_sim_operation_count =
	sizeof(asst_sim_operations) / sizeof(asst_sim_operations[0]);

int asst_sim_prepare(struct asst_sim_world *world, const struct asst_sim_operation *operation)
{
	return operation->draft ? edit(world, operation) : ASST_OK;
}

int asst_sim_act(struct asst_sim_world *world, const struct asst_sim_operation *operation)
{
	return operation->act(world, operation);
}
