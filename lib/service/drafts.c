/* SPDX-License-Identifier: MIT */
/* Drafts: edit, patch, reload, discard, and the handle; commit.c publishes. */
#include "service/draft_handle.h"
#include "service/body.h"

#include <string.h>

void asst__draft_head_read(struct asst__draft_head *head, const struct asst__view *view)
{
	head->id = asst__view_text(view, ASST__DRAFT_ID);
	head->assistant_id = asst__view_text(view, ASST__DRAFT_ASSISTANT_ID);
	head->principal = asst__view_text(view, ASST__DRAFT_PRINCIPAL);
	head->created_at = asst__view_int(view, ASST__DRAFT_CREATED_AT, 0);
	head->updated_at = asst__view_int(view, ASST__DRAFT_UPDATED_AT, 0);
	head->revision = asst__view_int(view, ASST__DRAFT_REVISION, 0);
	head->base_version = asst__view_int(view, ASST__DRAFT_BASE_VERSION, 0);
	head->def = asst__view_text(view, ASST__DRAFT_DEF);
}

/* The handle */

static void copy_id(char to[ASST__UUID_TEXT + 1], const struct asst__view *view, unsigned field)
{
	struct asst__string id = asst__view_text(view, field);

	if (id.size == ASST__UUID_TEXT)
		memcpy(to, id.text, id.size + 1);
}

int asst__draft_show(asst_draft *draft, const struct asst__part *part, asst_error *err)
{
	struct asst_def def;
	int status = asst__def_open(&def, &draft->session->store->mem, part->buf,
				    asst__view_text(&part->view, ASST__DRAFT_DEF), err);

	if (status != ASST_OK)
		return status;
	if (draft->record) {
		asst__def_dispose(&draft->def);
		asst_buf_free(draft->record);
	}
	draft->def = def;
	draft->def.keep_unknown = draft->session->store->opts.keep_unknown;
	draft->record = asst_buf_ref(part->buf);
	draft->view = part->view;
	copy_id(draft->id, &part->view, ASST__DRAFT_ID);
	copy_id(draft->assistant_id, &part->view, ASST__DRAFT_ASSISTANT_ID);
	return ASST_OK;
}

void asst_draft_free(asst_draft *draft)
{
	asst_session *session;
	struct asst__mem mem;

	if (!draft)
		return;
	session = draft->session;
	mem = session->store->mem;
	if (draft->record) {
		asst__def_dispose(&draft->def);
		asst_buf_free(draft->record);
	}
	asst__free(&mem, draft, sizeof(*draft));
	asst_session_free(session);
}

const char *asst_draft_id(const asst_draft *draft)
{
	return draft->id;
}

const char *asst_draft_assistant_id(const asst_draft *draft)
{
	return draft->assistant_id;
}

uint64_t asst_draft_base_version(const asst_draft *draft)
{
	return (uint64_t)asst__view_int(&draft->view, ASST__DRAFT_BASE_VERSION, 0);
}

const asst_def *asst_draft_def(const asst_draft *draft)
{
	return &draft->def;
}

uint64_t asst__draft_revision(const struct asst__view *draft)
{
	return (uint64_t)asst__view_int(draft, ASST__DRAFT_REVISION, 0);
}

int asst__draft_check_own(const struct asst__loaded *loaded, const struct asst__call *call)
{
	if (asst__same(asst__view_text(&loaded->draft.view, ASST__DRAFT_PRINCIPAL),
		       call->session->actor.principal))
		return ASST_OK;
	return asst__fail(call->err, ASST_EDENIED, "a draft is changed by its own principal alone");
}

int asst__draft_find(struct asst__loaded *loaded, const asst_draft *draft,
		     const struct asst__call *call, enum asst__right right)
{
	int status = asst__locate(loaded, call, asst_draft_assistant_id(draft), right);

	if (status != ASST_OK)
		return status;
	if (!loaded->draft.buf ||
	    !asst__same(asst__view_text(&loaded->draft.view, ASST__DRAFT_ID),
			asst__view_text(&draft->view, ASST__DRAFT_ID)))
		return asst__fail(call->err, ASST_ENOTFOUND,
				  "the draft is gone: committed or discarded");
	return ASST_OK;
}

int asst__draft_check_stale(const struct asst__loaded *loaded, const asst_draft *draft,
			    const struct asst__call *call)
{
	uint64_t stored = asst__draft_revision(&loaded->draft.view);
	uint64_t seen = asst__draft_revision(&draft->view);

	if (stored == seen)
		return ASST_OK;
	return asst__fail(
		call->err, ASST_EREVISION,
		"the draft was changed through another handle: its revision is %llu, not %llu",
		(unsigned long long)stored, (unsigned long long)seen);
}

/* edit */

struct editing {
	const struct asst__call *call;
	const char *id;
	asst_draft *draft; /* made before anything is written */
	struct asst__loaded loaded;
};

static int open_new(struct editing *editing, struct asst__change *change)
{
	const struct asst__call *call = editing->call;
	struct asst__loaded *loaded = &editing->loaded;
	const struct asst__view *head = &loaded->head.view;
	struct asst__draft_head draft = {
		.assistant_id = asst__view_text(head, ASST__HEAD_ID),
		.principal = call->session->actor.principal,
		.def = asst__view_text(&loaded->def.view, ASST__VERSION_DEF),
		.created_at = call->now,
		.updated_at = call->now,
		.revision = 1,
		.base_version = asst__view_int(head, ASST__HEAD_VERSION, 0)
	};
	struct asst__event event = { .action = "draft.edit", .object = draft.assistant_id };
	unsigned char id[ASST__UUID_BYTES];
	char text[ASST__UUID_TEXT + 1];
	struct asst__key key;
	asst_buf *buf;
	int64_t ms;
	int status = asst__uuid_make(&call->store->ids, id, &ms, call->err);

	if (status != ASST_OK)
		return status;
	asst__uuid_write(text, id);
	draft.id = ASST__STRING(text);
	status = asst__draft_write(&buf, &draft, &call->store->mem, call->err);
	if (status == ASST_OK)
		status = asst__part_set(&loaded->draft, buf, &asst__draft_schema, call->err);
	if (status != ASST_OK)
		return status;
	asst__change_check_object(change, loaded);
	asst__key_draft(&key, loaded->id, draft.principal);
	asst__change_check(change, &key, 0);
	asst__change_draft(change, loaded, id, draft.principal);
	asst__change_event(change, &event);
	return ASST_OK;
}

static int attempt_edit(void *context, struct asst__change *change, bool lost)
{
	struct editing *editing = context;
	int status;

	(void)lost;
	asst__loaded_dispose(&editing->loaded);
	status = asst__locate(&editing->loaded, editing->call, editing->id, ASST__RIGHT_DRAFT);
	if (status == ASST_OK && editing->loaded.named_draft)
		status = asst__draft_check_own(&editing->loaded, editing->call);
	if (status == ASST_OK && !editing->loaded.draft.buf)
		status = open_new(editing, change);
	if (status == ASST_OK)
		status = asst__draft_show(editing->draft, &editing->loaded.draft,
					  editing->call->err);
	return status;
}

int asst_draft_edit(asst_draft **draft, asst_session *session, const char *id, uint32_t flags,
		    asst_error *err)
{
	struct editing editing;
	struct asst__call call;
	int status;

	if (draft)
		*draft = NULL;
	status = asst__call_begin(&call, session, err);
	if (status != ASST_OK)
		return status;
	memset(&editing, 0, sizeof(editing));
	call.want_draft = true;
	editing.call = &call;
	editing.id = id;
	status = asst__flags_check(flags, 0, err);
	if (status == ASST_OK && !draft)
		status = asst__fail(err, ASST_EINVAL, "needs a place for the draft");
	if (status == ASST_OK) {
		editing.draft = asst__alloc_zeroed(&call.store->mem, sizeof(*editing.draft));
		if (editing.draft)
			editing.draft->session = asst__session_ref(session);
		else
			status = asst__fail_nomem(err);
	}
	if (status == ASST_OK)
		status = asst__write(&call, attempt_edit, &editing);
	if (status == ASST_OK)
		*draft = editing.draft;
	else
		asst_draft_free(editing.draft);
	asst__loaded_dispose(&editing.loaded);
	asst__call_end(&call);
	return status;
}

/* patch */

/* Read the body against the draft, and put the changed draft into the batch. */
static int change_draft(struct asst__loaded *loaded, struct asst__change *change,
			struct asst__string json, const asst_assistant *present)
{
	const struct asst__call *call = change->call;
	struct asst__event event = { .action = "draft.update",
				     .object = asst__view_text(&loaded->head.view, ASST__HEAD_ID) };
	struct asst__draft_head head;
	struct asst__body body;
	struct asst__key key;
	asst_buf *buf;
	int status = asst__body_read(&body, call, ASST__BODY_PATCH_DRAFT, json, &present->def.view,
				     present, true);

	if (status == ASST_OK && asst__def_changed(&present->def.view, &body.def_view)) {
		asst__draft_head_read(&head, &loaded->draft.view);
		head.def =
			(struct asst__string){ asst_buf_data(body.def), asst_buf_size(body.def) };
		head.updated_at = call->now > head.updated_at ? call->now : head.updated_at;
		head.revision++;
		status = asst__draft_write(&buf, &head, &call->store->mem, call->err);
		if (status == ASST_OK) {
			event.def_from = &present->def.view;
			event.def_to = &body.def_view;
			asst__change_check_object(change, loaded);
			asst__key_draft(&key, loaded->id, head.principal);
			asst__change_check(change, &key, loaded->draft.sequence);
			asst__change_put(change, &key, buf);
			asst__change_event(change, &event);
			status =
				asst__part_set(&loaded->draft, buf, &asst__draft_schema, call->err);
		}
	}
	asst__body_dispose(&body);
	return status;
}

int asst__draft_patch_loaded(asst_assistant **made, struct asst__loaded *loaded,
			     struct asst__change *change, struct asst__string json,
			     uint64_t revision)
{
	const struct asst__call *call = change->call;
	asst_assistant *present = NULL;
	int status = asst__draft_check_own(loaded, call);

	if (status == ASST_OK)
		status = asst__assistant_make(&present, loaded, true, call);
	if (status == ASST_OK)
		status = change_draft(loaded, change, json, present);
	if (status == ASST_OK)
		status =
			asst__revision_check(revision, asst_assistant_revision(present), call->err);
	if (status == ASST_OK)
		status = asst__assistant_make(made, loaded, true, call);
	asst_assistant_free(present);
	return status;
}

struct patching {
	const struct asst__call *call;
	asst_draft *draft;
	struct asst__string json;
	struct asst__loaded loaded;
};

static int attempt_patch(void *context, struct asst__change *change, bool lost)
{
	struct patching *patching = context;
	const struct asst__call *call = patching->call;
	asst_assistant *present = NULL;
	int status;

	(void)lost;
	asst__loaded_dispose(&patching->loaded);
	status = asst__draft_find(&patching->loaded, patching->draft, call, ASST__RIGHT_DRAFT);
	if (status == ASST_OK) {
		patching->loaded.named_draft = true; /* the snapshot is to show the draft */
		status = asst__assistant_make(&present, &patching->loaded, true, call);
	}
	if (status == ASST_OK)
		status = asst__draft_check_stale(&patching->loaded, patching->draft, call);
	if (status == ASST_OK)
		status = change_draft(&patching->loaded, change, patching->json, present);
	asst_assistant_free(present);
	return status;
}

int asst_draft_patch(asst_draft *draft, const char *json, size_t size, uint32_t flags,
		     asst_error *err)
{
	struct patching patching;
	struct asst__call call;
	int status = asst__call_begin(&call, draft ? draft->session : NULL, err);

	if (status != ASST_OK)
		return status;
	memset(&patching, 0, sizeof(patching));
	call.want_draft = true;
	patching.call = &call;
	patching.draft = draft;
	status = asst__flags_check(flags, 0, err);
	if (status == ASST_OK && !json)
		status = asst__fail(err, ASST_EINVAL, "needs a document");
	if (status == ASST_OK) {
		patching.json =
			(struct asst__string){ json, size == ASST_NUL ? strlen(json) : size };
		status = asst__write(&call, attempt_patch, &patching);
	}
	if (status == ASST_OK)
		status = asst__draft_show(draft, &patching.loaded.draft, err);
	asst__loaded_dispose(&patching.loaded);
	asst__call_end(&call);
	return status;
}

/* reload and discard */

int asst_draft_reload(asst_draft *draft, asst_error *err)
{
	struct asst__loaded loaded;
	struct asst__call call;
	int status = asst__call_begin(&call, draft ? draft->session : NULL, err);

	if (status != ASST_OK)
		return status;
	call.want_draft = true;
	status = asst__draft_find(&loaded, draft, &call, ASST__RIGHT_READ);
	if (status == ASST_OK)
		status = asst__draft_show(draft, &loaded.draft, err);
	asst__loaded_dispose(&loaded);
	asst__call_end(&call);
	return status;
}

static int attempt_discard(void *context, struct asst__change *change, bool lost)
{
	struct patching *patching = context;
	struct asst__loaded *loaded = &patching->loaded;
	struct asst__event event = { .action = "draft.discard" };
	struct asst__key key;
	int status;

	(void)lost;
	asst__loaded_dispose(loaded);
	status = asst__draft_find(loaded, patching->draft, patching->call, ASST__RIGHT_READ);
	/* The assistant is there, its draft is not: that is what was asked for. */
	if (status == ASST_ENOTFOUND && loaded->decision.status == ASST_OK)
		return ASST_OK;
	if (status == ASST_OK)
		status = asst__draft_check_stale(loaded, patching->draft, patching->call);
	if (status != ASST_OK)
		return status;
	event.object = asst__view_text(&loaded->head.view, ASST__HEAD_ID);
	asst__change_check_object(change, loaded);
	asst__key_draft(&key, loaded->id, patching->call->session->actor.principal);
	asst__change_check(change, &key, loaded->draft.sequence);
	asst__change_drop_draft(change, loaded);
	asst__change_event(change, &event);
	return ASST_OK;
}

int asst_draft_discard(asst_draft *draft, uint32_t flags, asst_error *err)
{
	struct patching patching;
	struct asst__call call;
	int status = asst__call_begin(&call, draft ? draft->session : NULL, err);

	if (status != ASST_OK)
		return status;
	memset(&patching, 0, sizeof(patching));
	call.want_draft = true;
	patching.call = &call;
	patching.draft = draft;
	status = asst__flags_check(flags, 0, err);
	if (status == ASST_OK)
		status = asst__write(&call, attempt_discard, &patching);
	asst__loaded_dispose(&patching.loaded);
	asst__call_end(&call);
	return status;
}
