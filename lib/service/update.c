/* SPDX-License-Identifier: MIT */
/* Changing and deleting assistants. */
#include "service/body.h"
#include "service/drafts.h"
#include "service/grants.h"
#include "service/routes.h"
#include "service/write.h"

#include <string.h>

struct update {
	struct asst__call *call;
	const char *id;
	struct asst__string json;
	uint64_t revision;
	asst_assistant *made;
	/* of one attempt */
	struct asst__loaded loaded;
	struct asst__body body;
	struct asst__head from, to;
	struct asst__part old_def, old_head;
	int attempts;
};

static void update_reset(struct update *update)
{
	asst_assistant_free(update->made);
	update->made = NULL;
	asst__body_dispose(&update->body);
	asst__loaded_dispose(&update->loaded);
	asst_buf_free(update->old_def.buf);
	asst_buf_free(update->old_head.buf);
	memset(&update->old_def, 0, sizeof(update->old_def));
	memset(&update->old_head, 0, sizeof(update->old_head));
}

/* Take over what stands around the definition; whether anything changed. */
static bool change_around(struct update *update)
{
	const struct asst__body *body = &update->body;
	const struct asst__view *around = &body->around;
	struct asst__head *head = &update->to;
	bool changed = false;
	unsigned field;
	size_t i;

	if (body->has[ASST__AROUND_SLUG])
		head->slug = asst__view_text(around, ASST__AROUND_SLUG);
	if (body->has[ASST__AROUND_FOLDER])
		head->folder = asst__view_text(around, ASST__AROUND_FOLDER);
	if (body->has[ASST__AROUND_DISABLED])
		head->disabled = asst__view_flag(around, ASST__AROUND_DISABLED, false);
	if (body->has[ASST__AROUND_TAGS]) {
		head->tag_count = asst__view_count(around, ASST__AROUND_TAGS);
		for (i = 0; i < head->tag_count; i++)
			head->tags[i] = asst__view_text_at(around, ASST__AROUND_TAGS, i);
	}
	for (field = 1; field <= asst__around_schema.count && !changed; field++)
		changed = asst__around_changed(&update->from, head, field);
	return changed;
}

/* "disabled" has a right of its own. */
static int check_disable(const struct update *update)
{
	const struct asst__call *call = update->call;
	struct asst__decision decision;

	if (update->to.disabled == update->from.disabled)
		return ASST_OK;
	asst__decide(&decision, ASST__RIGHT_DISABLE, call->actor, &update->loaded.object,
		     call->now);
	if (decision.status == ASST_OK)
		return ASST_OK;
	return asst__decision_fail(&decision, ASST__RIGHT_DISABLE, call->err);
}

/* Put new records in the place of the old ones, which are kept for the batch. */
static int make_records(struct update *update, bool new_def)
{
	const struct asst__call *call = update->call;
	const struct asst__mem *mem = &call->store->mem;
	struct asst__loaded *loaded = &update->loaded;
	struct asst__version version = { update->to.version, update->to.updated_at,
					 update->to.updated_by, { NULL, 0 },
					 { asst_buf_data(update->body.def),
					   asst_buf_size(update->body.def) } };
	asst_buf *buf;
	int status = asst__head_write(&buf, &update->to, mem, call->err);

	if (status != ASST_OK)
		return status;
	update->old_head = loaded->head;
	memset(&loaded->head, 0, sizeof(loaded->head));
	status = asst__part_set(&loaded->head, buf, &asst__head_schema, call->err);
	if (status == ASST_OK && new_def) {
		status = asst__version_write(&buf, &version, mem, call->err);
		if (status != ASST_OK)
			return status;
		update->old_def = loaded->def;
		memset(&loaded->def, 0, sizeof(loaded->def));
		status = asst__part_set(&loaded->def, buf, &asst__version_schema, call->err);
	}
	asst__loaded_describe(loaded);
	return status;
}

static int put_head(struct update *update, struct asst__change *change)
{
	struct asst__loaded *loaded = &update->loaded;
	struct asst__view stay;
	struct asst__indexed from = { &update->from, &loaded->acl.view };
	struct asst__indexed to = { &update->to, &stay };
	struct asst__key key;
	int status = asst__grants_tidy(&stay, change, loaded);

	if (status != ASST_OK)
		return status;
	asst__key_part(&key, loaded->id, ASST__PART_HEAD);
	asst__change_put(change, &key, loaded->head.buf);
	asst__change_index(change, loaded->id, &from, &to);
	return ASST_OK;
}

/* The old definition stays as a version; its record is already in the form of one. */
static void put_def(struct update *update, struct asst__change *change)
{
	struct asst__loaded *loaded = &update->loaded;
	struct asst__key key;

	asst__key_part(&key, loaded->id, ASST__PART_DEF);
	asst__change_check(change, &key, update->old_def.sequence);
	asst__change_put(change, &key, loaded->def.buf);
	if (update->from.version > 0) {
		asst__key_version(&key, loaded->id, (uint64_t)update->from.version);
		asst__change_put(change, &key, update->old_def.buf);
	}
}

static void put_slug(struct update *update, struct asst__change *change)
{
	struct asst__key key;

	if (asst__same(update->to.slug, update->from.slug))
		return;
	asst__key_slug(&key, update->from.owner, update->from.slug);
	asst__change_delete(change, &key);
	asst__key_slug(&key, update->to.owner, update->to.slug);
	change->watched = asst_batch_count(&change->batch);
	asst__change_check(change, &key, 0);
	asst__change_put_bytes(change, &key, update->loaded.id, ASST__UUID_BYTES);
}

static void put_event(struct update *update, struct asst__change *change, const char *action,
		      const struct asst__view *old_def)
{
	struct asst__event event = { .action = action,
				     .object = update->to.id,
				     .old_revision = update->from.revision,
				     .new_revision = update->to.revision,
				     .def_from = old_def,
				     .def_to = old_def ? &update->body.def_view : NULL,
				     .head_from = &update->from,
				     .head_to = &update->to };

	asst__change_event(change, &event);
}

static int slug_taken(const struct asst__call *call)
{
	asst__error_add_issue(call->err, "duplicate", "/slug", "is taken");
	return asst__fail(call->err, ASST_EEXISTS, "the owner has an assistant with this slug");
}

/* What a new definition names, for who changes it; what is unpublished is not changed here. */
static int judge(struct update *update, struct asst__change *change,
		 const struct asst__view *old_def)
{
	struct asst__becoming becoming = { .call = update->call,
					   .id = update->loaded.id,
					   .live = old_def,
					   .def = &update->body.def_view };

	return update->loaded.object.published ? asst__references_judge(&becoming, change) : ASST_OK;
}

/* With the body read: what changes, and the batch that does it. */
static int build_patch(struct update *update, struct asst__change *change,
		       const struct asst__view *old_def)
{
	struct asst__loaded *loaded = &update->loaded;
	bool new_def = asst__def_changed(old_def, &update->body.def_view), new_around;
	int status;

	asst__head_read(&update->from, &loaded->head.view);
	update->to = update->from;
	new_around = change_around(update);
	status = check_disable(update);
	if (status == ASST_OK && new_def)
		status = judge(update, change, old_def);
	if (status == ASST_OK)
		status = asst__revision_check_head(update->revision, &update->from, update->call);
	if (status != ASST_OK || (!new_def && !new_around))
		return status;
	if (new_def && update->from.version == 0)
		return asst__fail(
			update->call->err, ASST_ECONFLICT,
			"the definition is not published yet: change its draft and commit it");
	asst__head_touch(&update->to, update->call);
	if (new_def) {
		update->to.version++;
		asst__head_summarize(&update->to, &update->body.def_view);
	}
	asst__change_check_object(change, loaded);
	status = make_records(update, new_def);
	if (status != ASST_OK)
		return status;
	put_slug(update, change);
	status = put_head(update, change);
	if (status != ASST_OK)
		return status;
	if (new_def) {
		put_def(update, change);
		asst__change_routes(change, loaded->id, old_def, &update->body.def_view);
	}
	put_event(update, change, "assistant.update", new_def ? old_def : NULL);
	asst_assistant_free(update->made);
	update->made = NULL;
	return asst__assistant_make(&update->made, loaded, true, update->call);
}

static int attempt_patch(void *context, struct asst__change *change, bool lost)
{
	struct update *update = context;
	struct asst__call *call = update->call;
	struct asst_def old_def;
	int status;

	if (lost)
		return slug_taken(call);
	update_reset(update);
	status = asst__locate(&update->loaded, call, update->id, ASST__RIGHT_WRITE);
	if (status == ASST_OK && update->loaded.named_draft)
		return asst__draft_patch_loaded(&update->made, &update->loaded, change,
						update->json, update->revision);
	if (status == ASST_OK)
		status = asst__assistant_make(&update->made, &update->loaded, true, call);
	if (status != ASST_OK)
		return status;
	status = asst__def_open(&old_def, &call->store->mem, update->loaded.def.buf,
				asst__view_text(&update->loaded.def.view, ASST__VERSION_DEF),
				call->err);
	if (status != ASST_OK)
		return status;
	status = asst__body_read(&update->body, call,
				 update->loaded.object.published ? ASST__BODY_PATCH :
								   ASST__BODY_PATCH_AROUND,
				 update->json, &old_def.view, update->made, true);
	if (status == ASST_OK)
		status = build_patch(update, change, &old_def.view);
	asst__def_dispose(&old_def);
	return status;
}

int asst_assistant_patch_json(asst_assistant **assistant, asst_session *session, const char *id,
			      const char *json, size_t size, uint64_t revision, uint32_t flags,
			      asst_error *err)
{
	struct update update;
	struct asst__call call;
	int status;

	if (assistant)
		*assistant = NULL;
	status = asst__call_begin(&call, session, err);
	if (status != ASST_OK)
		return status;
	status = asst__flags_check(flags, 0, err);
	if (status == ASST_OK && !json)
		status = asst__fail(err, ASST_EINVAL, "needs a document");
	if (status == ASST_OK) {
		memset(&update, 0, sizeof(update));
		update.call = &call;
		update.id = id;
		update.json = (struct asst__string){ json, size == ASST_NUL ? strlen(json) : size };
		update.revision = revision;
		status = asst__write(&call, "assistant.update", id, attempt_patch, &update);
		if (status == ASST_OK && assistant) {
			*assistant = update.made;
			update.made = NULL;
		}
		update_reset(&update);
	}
	asst__call_end(&call);
	return status;
}

static void put_delete_event(struct update *update, struct asst__change *change)
{
	struct asst__indexed losers = { &update->from, &update->loaded.acl.view };
	struct asst__event event = { .action = "assistant.delete",
				     .object = update->to.id,
				     .old_revision = update->from.revision,
				     .new_revision = update->to.revision,
				     .losers = &losers,
				     .sight_level = update->from.version ? ASST_LEVEL_READ :
									   ASST_LEVEL_WRITE };

	if (!update->from.version)
		event.sight_creator = update->from.created_by;
	asst__change_event(change, &event);
}

/*
 * So often a delete is decided again for what happens to dispatchers. Then it goes by what it saw:
 * nobody is to keep others from deleting by making dispatchers that they do not see.
 */
#define FIRM_ATTEMPTS 4

/* To the trash: its records stay, but it is found by nobody but through the trash. */
static int attempt_delete(void *context, struct asst__change *change, bool lost)
{
	struct update *update = context;
	struct asst__call *call = update->call;
	struct asst__key key;
	int status;

	(void)lost;
	update_reset(update);
	status = asst__locate(&update->loaded, call, update->id, ASST__RIGHT_DELETE);
	if (status != ASST_OK)
		return status;
	asst__head_read(&update->from, &update->loaded.head.view);
	status = asst__revision_check_head(update->revision, &update->from, call);
	if (status == ASST_OK && update->loaded.named_draft)
		status = asst__fail(call->err, ASST_ECONFLICT, "a draft is discarded, not deleted");
	if (status != ASST_OK)
		return status;
	status = asst__routes_check_unused(change, update->loaded.id,
					   update->attempts++ < FIRM_ATTEMPTS);
	if (status != ASST_OK)
		return status;
	update->to = update->from;
	asst__head_touch(&update->to, update->call);
	/* 0 would say that it is not deleted, and some clock may begin there. */
	update->to.deleted_at = update->to.updated_at ? update->to.updated_at : 1;
	update->to.deleted_by = call->actor->principal;
	update->to.epoch++; /* its tokens are revoked for good */
	asst__change_check_object(change, &update->loaded);
	asst__key_slug(&key, update->from.owner, update->from.slug);
	asst__change_delete(change, &key);
	status = make_records(update, false);
	if (status != ASST_OK)
		return status;
	status = put_head(update, change);
	if (status == ASST_OK)
		put_delete_event(update, change);
	return status;
}

int asst_assistant_delete(asst_session *session, const char *id, uint64_t revision, uint32_t flags,
			  asst_error *err)
{
	struct update update;
	struct asst__call call;
	int status = asst__call_begin(&call, session, err);

	if (status != ASST_OK)
		return status;
	status = asst__flags_check(flags, 0, err);
	if (status == ASST_OK) {
		memset(&update, 0, sizeof(update));
		update.call = &call;
		update.id = id;
		update.revision = revision;
		status = asst__write(&call, "assistant.delete", id, attempt_delete, &update);
		update_reset(&update);
	}
	asst__call_end(&call);
	return status;
}
