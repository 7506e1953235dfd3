/* SPDX-License-Identifier: MIT */
/* Stored records made from their decoded forms. */
#include "service/write.h"
#include "base/clock.h"

#include <string.h>

void asst__head_read(struct asst__head *head, const struct asst__view *view)
{
	size_t i;

	memset(head, 0, sizeof(*head));
	head->id = asst__view_text(view, ASST__HEAD_ID);
	head->slug = asst__view_text(view, ASST__HEAD_SLUG);
	head->workspace = asst__view_text(view, ASST__HEAD_WORKSPACE);
	head->owner = asst__view_text(view, ASST__HEAD_OWNER);
	head->created_by = asst__view_text(view, ASST__HEAD_CREATED_BY);
	head->created_at = asst__view_int(view, ASST__HEAD_CREATED_AT, 0);
	head->updated_by = asst__view_text(view, ASST__HEAD_UPDATED_BY);
	if (!head->updated_by.text)
		head->updated_by = head->created_by;
	head->updated_at = asst__view_int(view, ASST__HEAD_UPDATED_AT, head->created_at);
	head->revision = asst__view_int(view, ASST__HEAD_REVISION, 0);
	head->version = asst__view_int(view, ASST__HEAD_VERSION, 0);
	head->disabled = asst__view_flag(view, ASST__HEAD_DISABLED, false);
	head->folder = asst__view_text(view, ASST__HEAD_FOLDER);
	head->tag_count = asst__view_count(view, ASST__HEAD_TAGS);
	if (head->tag_count > ASST__TAGS_MAX)
		head->tag_count = ASST__TAGS_MAX;
	for (i = 0; i < head->tag_count; i++)
		head->tags[i] = asst__view_text_at(view, ASST__HEAD_TAGS, i);
	head->deleted_by = asst__view_text(view, ASST__HEAD_DELETED_BY);
	head->deleted_at = asst__view_int(view, ASST__HEAD_DELETED_AT, 0);
	head->name = asst__view_text(view, ASST__HEAD_NAME);
	head->description = asst__view_text(view, ASST__HEAD_DESCRIPTION);
	head->emoji = asst__view_text(view, ASST__HEAD_EMOJI);
	head->model = asst__view_text(view, ASST__HEAD_MODEL);
	head->type = asst__view_text(view, ASST__HEAD_TYPE);
	head->epoch = asst__view_int(view, ASST__HEAD_EPOCH, 0);
	head->purged_at = asst__view_int(view, ASST__HEAD_PURGED_AT, 0);
}

void asst__head_summarize(struct asst__head *head, const struct asst__view *def)
{
	const struct asst__field *type = &asst__def_schema.fields[ASST__DEF_TYPE];

	head->name = asst__view_text(def, ASST__DEF_NAME);
	head->description = asst__view_text(def, ASST__DEF_DESCRIPTION);
	head->emoji = asst__view_text(def, ASST__DEF_EMOJI);
	head->model = asst__view_text(def, ASST__DEF_MODEL);
	head->type = ASST__STRING(type->choices[asst__view_choice(def, ASST__DEF_TYPE, 0) ? 1 : 0]);
}

static void put_time(struct asst__record *record, uint32_t root, unsigned field, int64_t ms)
{
	if (ms)
		asst__record_int(record, root, field, ms);
}

int asst__head_write(asst_buf **out, const struct asst__head *head, const struct asst__mem *mem,
		     asst_error *err)
{
	struct asst__record record;
	uint32_t root = asst__record_begin(&record, &asst__head_schema, 0, mem), list;
	size_t i;

	if (root) {
		asst__record_text(&record, root, ASST__HEAD_ID, head->id);
		asst__record_text(&record, root, ASST__HEAD_SLUG, head->slug);
		asst__record_text(&record, root, ASST__HEAD_WORKSPACE, head->workspace);
		asst__record_text(&record, root, ASST__HEAD_OWNER, head->owner);
		asst__record_text(&record, root, ASST__HEAD_CREATED_BY, head->created_by);
		asst__record_int(&record, root, ASST__HEAD_CREATED_AT, head->created_at);
		if (!asst__same(head->updated_by, head->created_by))
			asst__record_text(&record, root, ASST__HEAD_UPDATED_BY, head->updated_by);
		if (head->updated_at != head->created_at)
			asst__record_int(&record, root, ASST__HEAD_UPDATED_AT, head->updated_at);
		asst__record_int(&record, root, ASST__HEAD_REVISION, head->revision);
		asst__record_int(&record, root, ASST__HEAD_VERSION, head->version);
		asst__record_inline(&record, root, ASST__HEAD_DISABLED, head->disabled);
		asst__record_text(&record, root, ASST__HEAD_FOLDER, head->folder);
		asst__record_text(&record, root, ASST__HEAD_DELETED_BY, head->deleted_by);
		put_time(&record, root, ASST__HEAD_DELETED_AT, head->deleted_at);
		asst__record_text(&record, root, ASST__HEAD_NAME, head->name);
		asst__record_text(&record, root, ASST__HEAD_DESCRIPTION, head->description);
		asst__record_text(&record, root, ASST__HEAD_EMOJI, head->emoji);
		asst__record_text(&record, root, ASST__HEAD_MODEL, head->model);
		asst__record_text(&record, root, ASST__HEAD_TYPE, head->type);
		if (head->epoch)
			asst__record_int(&record, root, ASST__HEAD_EPOCH, head->epoch);
		put_time(&record, root, ASST__HEAD_PURGED_AT, head->purged_at);
		list = head->tag_count ? asst__record_list(&record, root, ASST__HEAD_TAGS,
							   head->tag_count) : 0;
		for (i = 0; list && i < head->tag_count; i++)
			asst__record_text_at(&record, list, i, head->tags[i]);
	}
	return asst__record_end(out, &record, err);
}

int asst__version_write(asst_buf **out, const struct asst__version *version,
			const struct asst__mem *mem, asst_error *err)
{
	struct asst__record record;
	uint32_t root = asst__record_begin(&record, &asst__version_schema, version->def.size, mem);

	if (root) {
		asst__record_int(&record, root, ASST__VERSION_NUMBER, version->number);
		asst__record_text(&record, root, ASST__VERSION_BY, version->by);
		asst__record_int(&record, root, ASST__VERSION_AT, version->at);
		asst__record_text(&record, root, ASST__VERSION_MESSAGE, version->message);
		asst__record_text(&record, root, ASST__VERSION_DEF, version->def);
	}
	return asst__record_end(out, &record, err);
}

int asst__draft_write(asst_buf **out, const struct asst__draft_head *draft,
		      const struct asst__mem *mem, asst_error *err)
{
	struct asst__record record;
	uint32_t root = asst__record_begin(&record, &asst__draft_schema, draft->def.size, mem);

	if (root) {
		asst__record_text(&record, root, ASST__DRAFT_ID, draft->id);
		asst__record_text(&record, root, ASST__DRAFT_ASSISTANT_ID, draft->assistant_id);
		asst__record_text(&record, root, ASST__DRAFT_PRINCIPAL, draft->principal);
		asst__record_int(&record, root, ASST__DRAFT_CREATED_AT, draft->created_at);
		asst__record_int(&record, root, ASST__DRAFT_UPDATED_AT, draft->updated_at);
		asst__record_int(&record, root, ASST__DRAFT_REVISION, draft->revision);
		asst__record_int(&record, root, ASST__DRAFT_BASE_VERSION, draft->base_version);
		asst__record_text(&record, root, ASST__DRAFT_DEF, draft->def);
	}
	return asst__record_end(out, &record, err);
}

int asst__part_set(struct asst__part *part, asst_buf *buf, const struct asst__schema *schema,
		   asst_error *err)
{
	asst_buf_free(part->buf);
	memset(part, 0, sizeof(*part));
	part->buf = buf;
	return asst__view_open(&part->view, schema, asst_buf_data(buf), asst_buf_size(buf), err);
}

void asst__head_touch(struct asst__head *head, const struct asst__call *call)
{
	head->revision++;
	head->updated_by = call->actor->principal;
	head->updated_at = call->now > head->updated_at ? call->now : head->updated_at;
}

int asst__change_head(struct asst__change *change, struct asst__loaded *loaded,
		      struct asst__part *old, const struct asst__head *from,
		      const struct asst__head *to, const struct asst__view *acl_to)
{
	const struct asst__call *call = change->call;
	struct asst__indexed before = { from, &loaded->acl.view }, after = { to, acl_to };
	struct asst__key key;
	asst_buf *buf;
	int status = asst__head_write(&buf, to, &call->store->mem, call->err);

	if (status != ASST_OK)
		return status;
	asst__key_part(&key, loaded->id, ASST__PART_HEAD);
	asst__change_put(change, &key, buf);
	asst__change_index(change, loaded->id, &before, &after);
	*old = loaded->head;
	memset(&loaded->head, 0, sizeof(loaded->head));
	return asst__part_set(&loaded->head, buf, &asst__head_schema, call->err);
}

bool asst__def_changed(const struct asst__view *from, const struct asst__view *to)
{
	unsigned i;

	for (i = 0; i <= asst__def_schema.count; i++) {
		if (!asst__view_same(&asst__def_schema, from, to, i))
			return true;
	}
	return false;
}

bool asst__around_changed(const struct asst__head *from, const struct asst__head *to,
			  unsigned field)
{
	size_t i;

	switch (field) {
	case ASST__AROUND_SLUG:
		return !asst__same(from->slug, to->slug);
	case ASST__AROUND_OWNER:
		return !asst__same(from->owner, to->owner);
	case ASST__AROUND_DISABLED:
		return from->disabled != to->disabled;
	case ASST__AROUND_FOLDER:
		return !asst__same(from->folder, to->folder);
	default:
		break;
	}
	for (i = 0; i < to->tag_count && i < from->tag_count; i++) {
		if (!asst__same(from->tags[i], to->tags[i]))
			return true;
	}
	return from->tag_count != to->tag_count;
}

static void add_changed(struct asst__text *out, const struct asst__changed *present)
{
	char time[ASST__TIME_SIZE + 1];

	asst__time_print(time, present->at);
	asst__text_add_format(out, "{\"revision\":%llu,\"updatedBy\":",
			      (unsigned long long)present->revision);
	asst__json_write_string(out, present->by.text ? present->by.text : "", ASST_NUL);
	asst__text_add_format(out, ",\"updatedAt\":\"%s\"}", time);
}

int asst__revision_check(uint64_t named, const struct asst__changed *present,
			 const struct asst__call *call)
{
	struct asst__text detail;

	if (named == ASST_ANY_REVISION || named == present->revision)
		return ASST_OK;
	asst__text_init(&detail, &call->store->mem, 4096);
	add_changed(&detail, present);
	if (!detail.failed)
		asst__error_set_detail(call->err, detail.data, detail.size);
	asst__text_free(&detail);
	return asst__fail(call->err, ASST_EREVISION, "the revision is %llu, not %llu: %s changed it",
			  (unsigned long long)present->revision, (unsigned long long)named,
			  present->by.text ? present->by.text : "somebody");
}

int asst__revision_check_head(uint64_t named, const struct asst__head *head,
			      const struct asst__call *call)
{
	struct asst__changed present = { (uint64_t)head->revision, head->updated_by,
					 head->updated_at };

	return asst__revision_check(named, &present, call);
}

int asst__revision_check_draft(uint64_t named, const struct asst__view *draft,
			       const struct asst__call *call)
{
	struct asst__changed present = {
		(uint64_t)asst__view_int(draft, ASST__DRAFT_REVISION, 0),
		asst__view_text(draft, ASST__DRAFT_PRINCIPAL),
		asst__view_int(draft, ASST__DRAFT_UPDATED_AT, 0)
	};

	return asst__revision_check(named, &present, call);
}
