/* SPDX-License-Identifier: MIT */
/* Loaded assistants: immutable counted snapshots, their getters and their JSON. */
#include "service/object.h"

#include <string.h>

static int open_def(asst_assistant *assistant, const struct asst__loaded *loaded, asst_error *err)
{
	const struct asst__part *part = loaded->named_draft ? &loaded->draft : &loaded->def;
	unsigned field = loaded->named_draft ? ASST__DRAFT_DEF : ASST__VERSION_DEF;
	int status = asst__def_open(&assistant->def, &assistant->mem, part->buf,
				    asst__view_text(&part->view, field), err);

	assistant->has_def = status == ASST_OK;
	assistant->def.keep_unknown = assistant->keep_unknown;
	return status;
}

int asst__assistant_make(asst_assistant **out, const struct asst__loaded *loaded, bool whole,
			 const struct asst__call *call)
{
	asst_assistant *assistant = asst__alloc_zeroed(&call->store->mem, sizeof(*assistant));
	int status = ASST_OK;

	*out = NULL;
	if (!assistant)
		return asst__fail_nomem(call->err);
	assistant->mem = call->store->mem;
	assistant->keep_unknown = call->store->opts.keep_unknown;
	assistant->version = -1;
	atomic_init(&assistant->refs, 1);
	atomic_init(&assistant->json, NULL);
	assistant->head_buf = asst_buf_ref(loaded->head.buf);
	assistant->head = loaded->head.view;
	if (loaded->named_draft) {
		assistant->draft_buf = asst_buf_ref(loaded->draft.buf);
		assistant->draft = loaded->draft.view;
	}
	assistant->level = asst__level_public(loaded->decision.level_held);
	assistant->shared = asst__object_shared(&loaded->object, call->now);
	if (whole || loaded->named_draft)
		status = open_def(assistant, loaded, call->err);
	if (status == ASST_OK)
		*out = assistant;
	else
		asst_assistant_free(assistant);
	return status;
}

asst_assistant *asst_assistant_ref(asst_assistant *assistant)
{
	if (assistant)
		atomic_fetch_add_explicit(&assistant->refs, 1, memory_order_relaxed);
	return assistant;
}

void asst_assistant_free(asst_assistant *assistant)
{
	struct asst__mem mem;

	if (!assistant ||
	    atomic_fetch_sub_explicit(&assistant->refs, 1, memory_order_acq_rel) != 1)
		return;
	mem = assistant->mem;
	asst_buf_free(atomic_load(&assistant->json));
	if (assistant->has_def)
		asst__def_dispose(&assistant->def);
	asst_buf_free(assistant->head_buf);
	asst_buf_free(assistant->draft_buf);
	asst__free(&mem, assistant, sizeof(*assistant));
}

static const char *head_text(const asst_assistant *assistant, unsigned field)
{
	return asst__view_text(&assistant->head, field).text;
}

static bool is_draft(const asst_assistant *assistant)
{
	return assistant->draft.base != NULL;
}

const char *asst_assistant_id(const asst_assistant *assistant)
{
	return is_draft(assistant) ? asst__view_text(&assistant->draft, ASST__DRAFT_ID).text :
				     head_text(assistant, ASST__HEAD_ID);
}

const char *asst_assistant_editing_id(const asst_assistant *assistant)
{
	return is_draft(assistant) ? head_text(assistant, ASST__HEAD_ID) : NULL;
}

const char *asst_assistant_kind(const asst_assistant *assistant)
{
	(void)assistant;
	return "AGENT";
}

const char *asst_assistant_slug(const asst_assistant *assistant)
{
	return head_text(assistant, ASST__HEAD_SLUG);
}

const char *asst_assistant_name(const asst_assistant *assistant)
{
	const char *name = assistant->has_def ? asst_def_name(&assistant->def, NULL) :
						head_text(assistant, ASST__HEAD_NAME);

	return name ? name : "";
}

const char *asst_assistant_workspace(const asst_assistant *assistant)
{
	return head_text(assistant, ASST__HEAD_WORKSPACE);
}

const char *asst_assistant_owner(const asst_assistant *assistant)
{
	return head_text(assistant, ASST__HEAD_OWNER);
}

const char *asst_assistant_created_by(const asst_assistant *assistant)
{
	return is_draft(assistant) ?
		       asst__view_text(&assistant->draft, ASST__DRAFT_PRINCIPAL).text :
		       head_text(assistant, ASST__HEAD_CREATED_BY);
}

int64_t asst_assistant_created_at(const asst_assistant *assistant)
{
	return is_draft(assistant) ?
		       asst__view_int(&assistant->draft, ASST__DRAFT_CREATED_AT, 0) :
		       asst__view_int(&assistant->head, ASST__HEAD_CREATED_AT, 0);
}

int64_t asst_assistant_updated_at(const asst_assistant *assistant)
{
	return is_draft(assistant) ?
		       asst__view_int(&assistant->draft, ASST__DRAFT_UPDATED_AT, 0) :
		       asst__view_int(&assistant->head, ASST__HEAD_UPDATED_AT,
				      asst_assistant_created_at(assistant));
}

uint64_t asst_assistant_revision(const asst_assistant *assistant)
{
	return (uint64_t)(is_draft(assistant) ?
				  asst__view_int(&assistant->draft, ASST__DRAFT_REVISION, 0) :
				  asst__view_int(&assistant->head, ASST__HEAD_REVISION, 0));
}

uint64_t asst_assistant_version(const asst_assistant *assistant)
{
	if (assistant->version >= 0)
		return (uint64_t)assistant->version;
	return (uint64_t)(is_draft(assistant) ?
				  asst__view_int(&assistant->draft, ASST__DRAFT_BASE_VERSION, 0) :
				  asst__view_int(&assistant->head, ASST__HEAD_VERSION, 0));
}

int asst_assistant_shared(const asst_assistant *assistant)
{
	return assistant->shared;
}

int asst_assistant_disabled(const asst_assistant *assistant)
{
	return asst__view_flag(&assistant->head, ASST__HEAD_DISABLED, false);
}

const char *asst_assistant_folder(const asst_assistant *assistant)
{
	return head_text(assistant, ASST__HEAD_FOLDER);
}

size_t asst_assistant_tag_count(const asst_assistant *assistant)
{
	return asst__view_count(&assistant->head, ASST__HEAD_TAGS);
}

const char *asst_assistant_tag_at(const asst_assistant *assistant, size_t i)
{
	return asst__view_text_at(&assistant->head, ASST__HEAD_TAGS, i).text;
}

int asst_assistant_level(const asst_assistant *assistant)
{
	return assistant->level;
}

const asst_def *asst_assistant_def(const asst_assistant *assistant)
{
	return assistant->has_def ? &assistant->def : NULL;
}

/* JSON */

static void add_text(struct asst__text *out, const char *name, const char *value)
{
	if (!value)
		return;
	asst__text_add_format(out, "%s\"%s\":", out->size > 1 ? "," : "", name);
	asst__json_write_string(out, value, strlen(value));
}

static void add_time(struct asst__text *out, const char *name, int64_t ms)
{
	char text[ASST__TIME_SIZE + 1];

	asst__time_print(text, ms);
	add_text(out, name, text);
}

static void add_tags(struct asst__text *out, const asst_assistant *assistant)
{
	size_t i, count = asst_assistant_tag_count(assistant);
	const char *tag;

	if (!count)
		return;
	asst__text_add_cstr(out, ",\"tags\":[");
	for (i = 0; i < count; i++) {
		tag = asst_assistant_tag_at(assistant, i);
		if (i)
			asst__text_add_char(out, ',');
		asst__json_write_string(out, tag ? tag : "", tag ? strlen(tag) : 0);
	}
	asst__text_add_char(out, ']');
}

/* What a summary shows of the definition, in the order of its fields. */
static void add_summary(struct asst__text *out, const asst_assistant *assistant)
{
	add_text(out, "name", head_text(assistant, ASST__HEAD_NAME));
	add_text(out, "description", head_text(assistant, ASST__HEAD_DESCRIPTION));
	add_text(out, "emoji", head_text(assistant, ASST__HEAD_EMOJI));
	add_text(out, "model", head_text(assistant, ASST__HEAD_MODEL));
	add_text(out, "type", head_text(assistant, ASST__HEAD_TYPE));
}

static void write_json(struct asst__text *out, const asst_assistant *assistant)
{
	asst__text_add_char(out, '{');
	add_text(out, "id", asst_assistant_id(assistant));
	add_text(out, "editingId", asst_assistant_editing_id(assistant));
	add_text(out, "kind", asst_assistant_kind(assistant));
	add_text(out, "slug", asst_assistant_slug(assistant));
	add_text(out, "workspaceId", asst_assistant_workspace(assistant));
	add_text(out, "ownerId", asst_assistant_owner(assistant));
	add_text(out, "createdBy", asst_assistant_created_by(assistant));
	add_time(out, "createdAt", asst_assistant_created_at(assistant));
	add_time(out, "updatedAt", asst_assistant_updated_at(assistant));
	asst__text_add_cstr(out, ",\"revision\":");
	asst__text_add_int(out, (int64_t)asst_assistant_revision(assistant));
	asst__text_add_cstr(out, ",\"version\":");
	asst__text_add_int(out, (int64_t)asst_assistant_version(assistant));
	asst__text_add_format(out, ",\"shared\":%s,\"disabled\":%s",
			      assistant->shared ? "true" : "false",
			      asst_assistant_disabled(assistant) ? "true" : "false");
	add_text(out, "folderId", asst_assistant_folder(assistant));
	add_tags(out, assistant);
	if (assistant->has_def)
		asst__view_write_members(out, &asst__def_schema, &assistant->def.view);
	else
		add_summary(out, assistant);
	asst__text_add_char(out, '}');
}

const char *asst_assistant_json(const asst_assistant *assistant, size_t *size)
{
	/* The text is a function of what never changes; who makes it first wins. */
	asst_assistant *cache = (asst_assistant *)(uintptr_t)assistant;
	asst_buf *json = atomic_load_explicit(&cache->json, memory_order_acquire), *made,
		 *first = NULL;
	struct asst__text text;

	if (!json) {
		asst__text_init(&text, &cache->mem, SIZE_MAX / 2);
		write_json(&text, assistant);
		if (asst__text_to_buf(&made, &text, NULL) != ASST_OK) {
			if (size)
				*size = 0;
			return NULL;
		}
		if (atomic_compare_exchange_strong(&cache->json, &first, made)) {
			json = made;
		} else {
			asst_buf_free(made);
			json = first;
		}
	}
	if (size)
		*size = asst_buf_size(json);
	return asst_buf_data(json);
}
