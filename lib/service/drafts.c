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

uint64_t asst_draft_revision(const asst_draft *draft)
{
	return (uint64_t)asst__view_int(&draft->view, ASST__DRAFT_REVISION, 0);
}

int asst__draft_check_own(const struct asst__loaded *loaded, const struct asst__call *call)
{
	if (asst__same(asst__view_text(&loaded->draft.view, ASST__DRAFT_PRINCIPAL),
		       call->actor->principal))
		return ASST_OK;
	return asst__fail(call->err, ASST_EDENIED, "a draft is changed by its own principal alone");
}

static int draft_gone(const struct asst__call *call)
{
	return asst__fail(call->err, ASST_ENOTFOUND, "the draft is gone: committed or discarded");
}

int asst__draft_find(struct asst__loaded *loaded, const asst_draft *draft, struct asst__call *call,
		     enum asst__right right)
{
	int status = asst__locate(loaded, call, asst_draft_assistant_id(draft), right);

	if (status != ASST_OK)
		return status;
	if (!loaded->draft.buf ||
	    !asst__same(asst__view_text(&loaded->draft.view, ASST__DRAFT_ID),
			asst__view_text(&draft->view, ASST__DRAFT_ID)))
		return draft_gone(call);
	return ASST_OK;
}

static int check_stale(const struct asst__view *stored, const asst_draft *draft,
		       const struct asst__call *call)
{
	int status = asst__revision_check_draft(asst_draft_revision(draft), stored, call);

	return status == ASST_OK ? ASST_OK :
				   asst__fail(call->err, status,
					      "the draft was changed through another handle: reload it");
}

int asst__draft_check_stale(const struct asst__loaded *loaded, const asst_draft *draft,
			    const struct asst__call *call)
{
	return check_stale(&loaded->draft.view, draft, call);
}

/* edit */

static int open_new(struct asst__loaded *loaded, struct asst__change *change,
		    struct asst__string def, int64_t base_version)
{
	const struct asst__call *call = change->call;
	struct asst__draft_head draft = {
		.assistant_id = asst__view_text(&loaded->head.view, ASST__HEAD_ID),
		.principal = call->actor->principal,
		.def = def,
		.created_at = call->now,
		.updated_at = call->now,
		.revision = 1,
		.base_version = base_version
	};
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
	return ASST_OK;
}

int asst__draft_put(struct asst__loaded *loaded, struct asst__change *change,
		    struct asst__string def, int64_t base_version)
{
	const struct asst__call *call = change->call;
	struct asst__draft_head head;
	struct asst__key key;
	asst_buf *buf;
	int status;

	asst__draft_head_read(&head, &loaded->draft.view);
	head.def = def;
	head.base_version = base_version;
	head.updated_at = call->now > head.updated_at ? call->now : head.updated_at;
	head.revision++;
	status = asst__draft_write(&buf, &head, &call->store->mem, call->err);
	if (status != ASST_OK)
		return status;
	asst__change_check_object(change, loaded);
	asst__key_draft(&key, loaded->id, head.principal);
	asst__change_check(change, &key, loaded->draft.sequence);
	asst__change_put(change, &key, buf);
	return asst__part_set(&loaded->draft, buf, &asst__draft_schema, call->err);
}

static int open_text(struct asst_def *def, const struct asst__part *part, unsigned field,
		     const struct asst__call *call)
{
	return asst__def_open(def, &call->store->mem, part->buf,
			      asst__view_text(&part->view, field), call->err);
}

/* Whether a draft with another text may be opened over what the caller has open. */
static int check_room(const struct asst__opening *opening)
{
	const struct asst__call *call = opening->call;
	const struct asst__part *own = &opening->loaded.draft;

	if (own->buf && !opening->replace)
		return asst__fail(call->err, ASST_ECONFLICT,
				  "a draft is open: discard it, or replace its text");
	if (own->buf)
		return asst__revision_check_draft(opening->revision, &own->view, call);
	/* Who names a revision saw a draft, and is told that it came to an end meanwhile. */
	if (opening->replace && opening->revision != ASST_ANY_REVISION)
		return draft_gone(call);
	return ASST_OK;
}

int asst__draft_open(struct asst__opening *opening, struct asst__change *change,
		     struct asst__string def, int64_t base_version, struct asst__event *event)
{
	const struct asst__call *call = change->call;
	struct asst__loaded *loaded = &opening->loaded;
	bool open = loaded->draft.buf != NULL;
	struct asst_def before, after = { .buf = NULL };
	int status = check_room(opening);

	if (status != ASST_OK)
		return status;
	status = open ? open_text(&before, &loaded->draft, ASST__DRAFT_DEF, call) :
			open_text(&before, &loaded->def, ASST__VERSION_DEF, call);
	if (status != ASST_OK)
		return status;
	status = open ? asst__draft_put(loaded, change, def, base_version) :
			open_new(loaded, change, def, base_version);
	if (status == ASST_OK)
		status = open_text(&after, &loaded->draft, ASST__DRAFT_DEF, call);
	if (status == ASST_OK) {
		event->object = asst__view_text(&loaded->head.view, ASST__HEAD_ID);
		event->def_from = &before.view;
		event->def_to = &after.view;
		asst__change_event(change, event);
	}
	asst__def_dispose(&before);
	asst__def_dispose(&after);
	return status;
}

static int attempt_edit(void *context, struct asst__change *change, bool lost)
{
	struct asst__opening *editing = context;
	struct asst__loaded *loaded = &editing->loaded;
	struct asst__event event = { .action = "draft.edit" };
	int status;

	(void)lost;
	asst__loaded_dispose(loaded);
	status = asst__locate(loaded, editing->call, editing->id, ASST__RIGHT_DRAFT);
	if (status == ASST_OK && loaded->named_draft)
		status = asst__draft_check_own(loaded, editing->call);
	if (status != ASST_OK || loaded->draft.buf)
		return status;
	status = open_new(loaded, change, asst__view_text(&loaded->def.view, ASST__VERSION_DEF),
			  asst__view_int(&loaded->head.view, ASST__HEAD_VERSION, 0));
	event.object = asst__view_text(&loaded->head.view, ASST__HEAD_ID);
	if (status == ASST_OK)
		asst__change_event(change, &event);
	return status;
}

static int run_opening(struct asst__opening *opening, asst_session *session, const char *action,
		       asst__attempt attempt)
{
	struct asst__call *call = opening->call;
	int status;

	opening->draft = asst__alloc_zeroed(&call->store->mem, sizeof(*opening->draft));
	if (!opening->draft)
		return asst__fail_nomem(call->err);
	opening->draft->session = asst__session_ref(session);
	status = asst__write(call, action, opening->id, attempt, opening);
	/* Shows what was read: nothing is allocated for it. */
	return status == ASST_OK ?
		       asst__draft_show(opening->draft, &opening->loaded.draft, call->err) : status;
}

int asst__draft_run(asst_draft **draft, struct asst__opening *opening, asst_session *session,
		    const char *action, asst__attempt attempt)
{
	int status = draft ? run_opening(opening, session, action, attempt) :
			     asst__fail(opening->call->err, ASST_EINVAL,
					"needs a place for the draft");

	if (status == ASST_OK)
		*draft = opening->draft;
	else
		asst_draft_free(opening->draft);
	asst__loaded_dispose(&opening->loaded);
	return status;
}

int asst_draft_edit(asst_draft **draft, asst_session *session, const char *id, uint32_t flags,
		    asst_error *err)
{
	struct asst__opening editing;
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
	if (status == ASST_OK)
		status = asst__draft_run(draft, &editing, session, "draft.edit", attempt_edit);
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
	struct asst__body body;
	int status = asst__body_read(&body, call, ASST__BODY_PATCH_DRAFT, json, &present->def.view,
				     present, true);

	if (status == ASST_OK && asst__def_changed(&present->def.view, &body.def_view)) {
		event.def_from = &present->def.view;
		event.def_to = &body.def_view;
		status = asst__draft_put(
			loaded, change,
			(struct asst__string){ asst_buf_data(body.def), asst_buf_size(body.def) },
			asst__view_int(&loaded->draft.view, ASST__DRAFT_BASE_VERSION, 0));
		if (status == ASST_OK)
			asst__change_event(change, &event);
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
		status = asst__revision_check_draft(revision, &present->draft, call);
	if (status == ASST_OK)
		status = asst__assistant_make(made, loaded, true, call);
	asst_assistant_free(present);
	return status;
}

struct patching {
	struct asst__call *call;
	asst_draft *draft;
	struct asst__string json;
	struct asst__loaded loaded;
};

static int attempt_patch(void *context, struct asst__change *change, bool lost)
{
	struct patching *patching = context;
	struct asst__call *call = patching->call;
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
		status = change_draft(&patching->loaded, change, patching->json, present);
	if (status == ASST_OK) /* what is loaded is the changed one now */
		status = check_stale(&present->draft, patching->draft, call);
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
		status = asst__write(&call, "draft.update", draft->assistant_id, attempt_patch,
				     &patching);
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
	asst__key_draft(&key, loaded->id, patching->call->actor->principal);
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
		status = asst__write(&call, "draft.discard", draft->assistant_id, attempt_discard,
				     &patching);
	asst__loaded_dispose(&patching.loaded);
	asst__call_end(&call);
	return status;
}
