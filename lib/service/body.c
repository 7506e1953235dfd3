/* SPDX-License-Identifier: MIT */
/* Bodies: the documents that create and change assistants and drafts. */
#include "service/body.h"
#include "model/check.h"
#include "service/write.h"

#include <string.h>

/* What a member of a body is, beside the fields of a definition. */
enum member_class {
	READ_ONLY, /* the present value or a fault */
	AROUND,    /* in asst__around_schema; of the assistant, not of a draft */
	OWNER,     /* taken on create alone */
	APART      /* has operations of its own; of the assistant, not of a draft */
};

static const struct {
	const char *name;
	enum member_class class;
} members[] = {
	{ "id", READ_ONLY },	    { "editingId", READ_ONLY }, { "kind", READ_ONLY },
	{ "slug", AROUND },	    { "workspaceId", READ_ONLY }, { "ownerId", OWNER },
	{ "createdBy", READ_ONLY }, { "createdAt", READ_ONLY },	  { "updatedAt", READ_ONLY },
	{ "revision", READ_ONLY },  { "version", READ_ONLY },	  { "shared", READ_ONLY },
	{ "token", READ_ONLY },	    { "embedded", READ_ONLY },	  { "disabled", AROUND },
	{ "folderId", AROUND },	    { "tags", AROUND },		  { "secrets", APART },
	{ "icon", APART },	    { "shares", APART },	  { "tokens", APART },
	{ "favorite", APART },	    { "favourite", APART },
};

/* A body taken apart: the definition's members stay in tree. */
struct parts {
	asst__json *tree;    /* of the definition */
	asst__json *around;  /* to be stored around it */
	asst__json *fixed;   /* to be compared with the present values */
	asst__json *present; /* those; NULL until wanted */
	size_t conflicts;
};

static void free_parts(struct parts *parts)
{
	asst__json_free(parts->tree);
	asst__json_free(parts->around);
	asst__json_free(parts->fixed);
	asst__json_free(parts->present);
}

/* Where a member goes, by its class and the kind of body. */
static asst__json *destination(struct parts *parts, enum member_class class,
			       enum asst__body_kind kind)
{
	if (class == READ_ONLY || class == APART || kind == ASST__BODY_PATCH_DRAFT)
		return parts->fixed;
	if (class == OWNER && (kind == ASST__BODY_PATCH || kind == ASST__BODY_PATCH_AROUND))
		return parts->fixed;
	return parts->around;
}

static int take_apart(struct parts *parts, enum asst__body_kind kind, asst_error *err)
{
	asst__json *to, *node;
	size_t i;

	parts->around = asst__json_new_object();
	parts->fixed = asst__json_new_object();
	if (!parts->around || !parts->fixed)
		return asst__fail_nomem(err);
	for (i = 0; i < ASST__COUNT(members); i++) {
		to = destination(parts, members[i].class, kind);
		node = asst__json_take(parts->tree, members[i].name);
		if (node && !asst__json_set(to, members[i].name, node))
			return asst__fail_nomem(err);
	}
	return ASST_OK;
}

/* Skills are told apart by their ids, so each gets one. */
static int give_ids(asst__json *tree, const struct asst__call *call)
{
	unsigned char id[ASST__UUID_BYTES];
	char text[ASST__UUID_TEXT + 1];
	asst__json *skill, *old;
	int64_t ms;
	int status;

	for (skill = asst__json_first(asst__json_member(tree, "skills")); skill;
	     skill = asst__json_next(skill)) {
		old = asst__json_member(skill, "id");
		if (asst__json_kind(skill) != ASST__JSON_OBJECT ||
		    (old && asst__json_kind(old) != ASST__JSON_NULL))
			continue;
		status = asst__uuid_make(&call->store->ids, id, &ms, call->err);
		if (status != ASST_OK)
			return status;
		asst__uuid_write(text, id);
		old = asst__json_new_string(text);
		if (!old || !asst__json_set(skill, "id", old))
			return asst__fail_nomem(call->err);
	}
	return ASST_OK;
}

/* What was never created has these values. */
static const char absent_assistant[] =
	"{\"kind\":\"AGENT\",\"shared\":false,\"token\":null,\"embedded\":false}";

static int load_present(struct parts *parts, const struct asst__call *call,
			const asst_assistant *present)
{
	const char *json = present ? asst_assistant_json(present, NULL) : absent_assistant;
	asst__json *embedded;
	int status;

	if (!json)
		return asst__fail_nomem(call->err);
	status = asst__scan_stored(&parts->present, json, strlen(json), &call->store->mem,
				   call->err);
	if (status != ASST_OK)
		return status;
	embedded = asst__json_new_bool(0);
	if (!embedded || !asst__json_set(parts->present, "embedded", embedded))
		return asst__fail_nomem(call->err);
	return ASST_OK;
}

/* 1: equal; 0: not; -1: no memory. */
static int equal(const asst__json *a, const asst__json *b, const struct asst__mem *mem)
{
	struct asst__text x, y;
	int same;

	asst__text_init(&x, mem, SIZE_MAX / 2);
	asst__text_init(&y, mem, SIZE_MAX / 2);
	asst__json_write(&x, a, mem);
	if (b)
		asst__json_write(&y, b, mem);
	else
		asst__text_add_cstr(&y, "null");
	same = x.failed || y.failed ? -1 : x.size == y.size && memcmp(x.data, y.data, x.size) == 0;
	asst__text_free(&x);
	asst__text_free(&y);
	return same;
}

static void check_fixed(struct asst__check *check, struct parts *parts,
			const struct asst__call *call, bool draft)
{
	const char *name;
	int same;
	size_t i;

	for (i = 0; i < ASST__COUNT(members); i++) {
		const asst__json *node = asst__json_member(parts->fixed, members[i].name);

		name = members[i].name;
		if (!node)
			continue;
		same = equal(node, asst__json_member(parts->present, name), &call->store->mem);
		if (same < 0)
			check->status = ASST_ENOMEM;
		if (same)
			continue;
		if (draft && members[i].class != READ_ONLY) {
			parts->conflicts++;
			asst__fault(check, name, "belongs_to_assistant",
				    "belongs to the assistant, not to its draft");
		} else if (members[i].class == APART) {
			asst__fault(check, name, "unknown_field",
				    "is not one of the fields that are allowed here");
		} else {
			asst__fault(check, name, "read_only",
				    "must be left out or have its present value");
		}
	}
}

static int check_body(struct parts *parts, const struct asst__call *call, enum asst__body_kind kind,
		      const struct asst__view *base, const asst__json *patch)
{
	struct asst__check check;
	bool draft = kind != ASST__BODY_CREATE && kind != ASST__BODY_PATCH;
	uint32_t keep = call->store->opts.keep_unknown ? ASST__CHECK_KEEP_UNKNOWN : 0;
	int status;

	asst__check_begin(&check, &call->store->opts.limits,
			  keep | (draft ? ASST__CHECK_INCOMPLETE : 0), &call->store->mem,
			  call->err);
	asst__check_against(&check, parts->tree, base, NULL);
	asst__check_extent(&check, parts->tree);
	asst__check_object(&check, &asst__def_schema, parts->tree);
	if (patch)
		asst__check_unknown_nulls(&check, &asst__def_schema, patch);
	check.flags = 0;
	asst__check_object(&check, &asst__around_schema, parts->around);
	if (kind != ASST__BODY_CREATE && kind != ASST__BODY_CREATE_DRAFT &&
	    asst__json_kind(asst__json_member(parts->around, "slug")) == ASST__JSON_NULL)
		asst__fault(&check, "slug", "required", "cannot be cleared");
	check_fixed(&check, parts, call, kind == ASST__BODY_PATCH_DRAFT);
	status = asst__check_end(&check);
	if (status == ASST_EVALIDATION && parts->conflicts == check.faults)
		return asst__fail(call->err, ASST_ECONFLICT,
				  "%zu member%s of the assistant, not of its draft",
				  parts->conflicts, parts->conflicts == 1 ? "" : "s");
	return status;
}

static int make_records(struct asst__body *body, const struct parts *parts,
			const struct asst__call *call)
{
	const struct asst__mem *mem = &call->store->mem;
	unsigned i;
	int status =
		asst__record_from_tree(&body->def, &asst__def_schema, parts->tree, mem, call->err);

	if (status == ASST_OK)
		status = asst__view_open(&body->def_view, &asst__def_schema,
					 asst_buf_data(body->def), asst_buf_size(body->def),
					 call->err);
	if (status == ASST_OK)
		status = asst__record_from_tree(&body->around_buf, &asst__around_schema,
						parts->around, mem, call->err);
	if (status == ASST_OK)
		status = asst__view_open(&body->around, &asst__around_schema,
					 asst_buf_data(body->around_buf),
					 asst_buf_size(body->around_buf), call->err);
	for (i = 1; i <= asst__around_schema.count; i++)
		body->has[i] = asst__json_member(parts->around,
						 asst__around_schema.fields[i].name) != NULL;
	return status;
}

/* From here on parts->tree is the whole new definition; *patch keeps what was merged into it. */
static int merge_base(struct parts *parts, asst__json **patch, const struct asst__call *call,
		      const struct asst__view *base)
{
	int status;

	*patch = parts->tree;
	parts->tree = NULL;
	status = asst__def_tree(&parts->tree, base, &call->store->mem, call->err);
	return status == ASST_OK ? asst__json_merge(&parts->tree, *patch, call->err) : status;
}

/* What was read can be written back, even where what stands around it goes over the cap. */
static int scan_body(asst__json **tree, const struct asst__call *call, struct asst__string json,
		     const asst_assistant *present)
{
	struct asst__limits limits = call->store->opts.limits;
	size_t size = 0;

	if (present && json.size > (size_t)limits.cap[ASST__LIMIT_DOCUMENT_BYTES] &&
	    asst_assistant_json(present, &size) && json.size <= size)
		limits.cap[ASST__LIMIT_DOCUMENT_BYTES] = (int64_t)size;
	if (present)
		limits.cap[ASST__LIMIT_NODES] += ASST__FIELDS_MAX + ASST__TAGS_MAX;
	return asst__scan_object(tree, json.text, json.size, &limits, &call->store->mem, call->err);
}

int asst__body_read(struct asst__body *body, const struct asst__call *call,
		    enum asst__body_kind kind, struct asst__string json,
		    const struct asst__view *base, const asst_assistant *present, bool ids)
{
	struct parts parts = { NULL, NULL, NULL, NULL, 0 };
	asst__json *patch = NULL;
	int status;

	memset(body, 0, sizeof(*body));
	status = scan_body(&parts.tree, call, json, present);
	if (status == ASST_OK)
		status = take_apart(&parts, kind, call->err);
	if (status == ASST_OK && asst__json_first(parts.fixed))
		status = load_present(&parts, call, present);
	if (status == ASST_OK && base)
		status = merge_base(&parts, &patch, call, base);
	if (status == ASST_OK && ids)
		status = give_ids(parts.tree, call);
	if (status == ASST_OK)
		status = check_body(&parts, call, kind, base, patch);
	if (status == ASST_OK)
		status = make_records(body, &parts, call);
	asst__json_free(patch);
	free_parts(&parts);
	return status;
}

void asst__body_dispose(struct asst__body *body)
{
	asst_buf_free(body->def);
	asst_buf_free(body->around_buf);
	memset(body, 0, sizeof(*body));
}
