/* SPDX-License-Identifier: MIT */
/* Creating assistants, and the check that stores nothing. */
#include "model/check.h"
#include "service/body.h"
#include "service/grants.h"
#include "service/routes.h"
#include "service/slugs.h"

#include <string.h>

struct creation {
	struct asst__call *call;
	struct asst__string json;
	bool draft;
	asst_assistant *made; /* what the last attempt made */
	/* of one attempt */
	struct asst__body body;
	struct asst__loaded loaded;
	struct asst__head head;
	struct asst__draft_head draft_head;
	char id_text[ASST__UUID_TEXT + 1], draft_text[ASST__UUID_TEXT + 1];
	unsigned char draft_id[ASST__UUID_BYTES];
	char slug[ASST__SLUG_MAX + 1];
};

static void creation_reset(struct creation *creation)
{
	asst__body_dispose(&creation->body);
	asst__loaded_dispose(&creation->loaded);
	asst_assistant_free(creation->made);
	creation->made = NULL;
}

/* Who may own what the session creates: itself, its teams from memberPlus on; superusers: anyone. */
static int choose_owner(struct creation *creation)
{
	const struct asst__call *call = creation->call;
	const struct asst__actor *actor = call->actor;
	struct asst__string owner = asst__view_text(&creation->body.around, ASST__AROUND_OWNER);
	const struct asst__membership *member;

	/* What a key creates is its creator's, whatever the body says. */
	if (actor->kind == ASST__KEY) {
		creation->head.owner = actor->creator->principal;
		if (!owner.text || asst__same(owner, creation->head.owner))
			return ASST_OK;
		return asst__fail(call->err, ASST_EDENIED,
				  "what a key creates belongs to its creator");
	}
	if (!owner.text) {
		creation->head.owner = actor->principal;
		if (!actor->system)
			return ASST_OK;
		asst__error_add_issue(call->err, "required", "/ownerId", "is required");
		return asst__fail(call->err, ASST_EVALIDATION,
				  "the system's own creations need an ownerId");
	}
	creation->head.owner = owner;
	if (actor->system || actor->superuser)
		return ASST_OK;
	member = asst__actor_find(actor, owner);
	if (!member ||
	    (strncmp(owner.text, "team:", 5) == 0 && member->role < ASST__ROLE_MEMBER_PLUS))
		return asst__fail(
			call->err, ASST_EDENIED,
			"the owner must be the session's user or a team where it is memberPlus or higher");
	return ASST_OK;
}

/* The one read of a creation. */
static int choose_slug(struct creation *creation)
{
	struct asst__string given = asst__view_text(&creation->body.around, ASST__AROUND_SLUG);
	struct asst__string name = creation->head.name, first = given;
	char made[ASST__SLUG_MAX + 1];
	int status;

	if (!given.text)
		first = (struct asst__string){ made,
					       asst__slug_from_name(made, name.text, name.size) };
	status = asst__slug_choose(creation->slug, creation->call, creation->head.owner, first,
				   !given.text, &creation->loaded.sequence);
	creation->head.slug = ASST__STRING(creation->slug);
	return status;
}

/* A key creates for who made it; that it was the key, the event tells. */
static struct asst__string creator_of(const struct asst__call *call)
{
	return call->actor->creator ? call->actor->creator->principal : call->actor->principal;
}

static int fill_head(struct creation *creation)
{
	const struct asst__call *call = creation->call;
	struct asst__head *head = &creation->head;
	const struct asst__view *around = &creation->body.around;
	size_t i;
	int status = asst__uuid_make(&call->store->ids, creation->loaded.id, &head->created_at,
				     call->err);

	if (status != ASST_OK)
		return status;
	asst__uuid_write(creation->id_text, creation->loaded.id);
	head->id = ASST__STRING(creation->id_text);
	head->workspace = ASST__STRING(call->workspace);
	head->created_by = creator_of(call);
	head->updated_by = call->actor->principal;
	head->updated_at = head->created_at;
	head->revision = 1;
	head->version = creation->draft ? 0 : 1;
	head->disabled = asst__view_flag(around, ASST__AROUND_DISABLED, false);
	head->folder = asst__view_text(around, ASST__AROUND_FOLDER);
	head->tag_count = asst__view_count(around, ASST__AROUND_TAGS);
	for (i = 0; i < head->tag_count; i++)
		head->tags[i] = asst__view_text_at(around, ASST__AROUND_TAGS, i);
	return ASST_OK;
}

static struct asst__string def_bytes(const struct creation *creation)
{
	return (struct asst__string){ asst_buf_data(creation->body.def),
				      asst_buf_size(creation->body.def) };
}

/* A key shares what it creates with itself, at level 2. */
static int make_grants(struct creation *creation)
{
	const struct asst__call *call = creation->call;
	struct asst__loaded *loaded = &creation->loaded;
	struct asst__granting granting = { .acl = &loaded->acl.view,
					   .principal = call->actor->principal,
					   .level = ASST_LEVEL_WRITE };
	asst_buf *buf;
	int status;

	if (call->actor->kind != ASST__KEY)
		return ASST_OK;
	status = asst__grants_write(&buf, &granting, call);
	return status == ASST_OK ?
		       asst__part_set(&loaded->acl, buf, &asst__acl_schema, call->err) : status;
}

/* Whoever may not disable may not create what is disabled. */
static int check_disabled(struct creation *creation)
{
	const struct asst__call *call = creation->call;
	struct asst__object object = { .exists = true,
				       .published = !creation->draft,
				       .owner = creation->head.owner,
				       .creator = creator_of(call),
				       .acl = creation->loaded.acl.view };
	struct asst__decision decision;

	if (!asst__view_flag(&creation->body.around, ASST__AROUND_DISABLED, false))
		return ASST_OK;
	asst__decide(&decision, ASST__RIGHT_DISABLE, call->actor, &object, call->now);
	return decision.status == ASST_OK ?
		       ASST_OK :
		       asst__decision_fail(&decision, ASST__RIGHT_DISABLE, call->err);
}

/* The owner and the grants that the body asks for, as far as the session may. */
static int choose_people(struct creation *creation)
{
	int status = choose_owner(creation);

	if (status == ASST_OK)
		status = make_grants(creation);
	return status == ASST_OK ? check_disabled(creation) : status;
}

/* Head and live definition as records, and the decision that its creator holds. */
static int make_records(struct creation *creation)
{
	const struct asst__call *call = creation->call;
	const struct asst__mem *mem = &call->store->mem;
	struct asst__loaded *loaded = &creation->loaded;
	struct asst__version version = { creation->head.version,
					 creation->head.created_at,
					 creation->head.updated_by,
					 { NULL, 0 },
					 def_bytes(creation) };
	asst_buf *buf;
	int status = asst__head_write(&buf, &creation->head, mem, call->err);

	if (status == ASST_OK)
		status = asst__part_set(&loaded->head, buf, &asst__head_schema, call->err);
	if (status == ASST_OK)
		status = asst__version_write(&buf, &version, mem, call->err);
	if (status == ASST_OK)
		status = asst__part_set(&loaded->def, buf, &asst__version_schema, call->err);
	if (status != ASST_OK)
		return status;
	asst__loaded_describe(loaded);
	asst__decide(&loaded->decision, ASST__RIGHT_READ, call->actor, &loaded->object, call->now);
	return ASST_OK;
}

static int make_draft(struct creation *creation, struct asst__change *change)
{
	const struct asst__call *call = creation->call;
	struct asst__loaded *loaded = &creation->loaded;
	struct asst__string principal = call->actor->principal;
	struct asst__draft_head draft = { .assistant_id = creation->head.id,
					  .principal = principal,
					  .def = def_bytes(creation),
					  .created_at = creation->head.created_at,
					  .updated_at = creation->head.created_at,
					  .revision = 1 };
	asst_buf *buf;
	int64_t ms;
	int status = asst__uuid_make(&call->store->ids, creation->draft_id, &ms, call->err);

	if (status != ASST_OK)
		return status;
	asst__uuid_write(creation->draft_text, creation->draft_id);
	draft.id = ASST__STRING(creation->draft_text);
	status = asst__draft_write(&buf, &draft, &call->store->mem, call->err);
	if (status == ASST_OK)
		status = asst__part_set(&loaded->draft, buf, &asst__draft_schema, call->err);
	if (status == ASST_OK)
		asst__change_draft(change, loaded, creation->draft_id, principal);
	return status;
}

static void build(struct creation *creation, struct asst__change *change)
{
	struct asst__loaded *loaded = &creation->loaded;
	struct asst__indexed state = { &creation->head, &loaded->acl.view };
	struct asst__event event = { .action = "assistant.create",
				     .object = creation->head.id,
				     .new_revision = creation->head.revision };
	struct asst__key key;

	asst__key_slug(&key, creation->head.owner, creation->head.slug);
	asst__change_check(change, &key, 0);
	asst__change_put_bytes(change, &key, loaded->id, ASST__UUID_BYTES);
	asst__key_part(&key, loaded->id, ASST__PART_HEAD);
	asst__change_check(change, &key, 0);
	asst__change_put(change, &key, loaded->head.buf);
	asst__key_part(&key, loaded->id, ASST__PART_DEF);
	asst__change_put(change, &key, loaded->def.buf);
	if (loaded->acl.buf)
		asst__grants_put(change, loaded->id, loaded->acl.buf);
	asst__change_index(change, loaded->id, NULL, &state);
	if (!creation->draft)
		asst__change_routes(change, loaded->id, NULL, &creation->body.def_view);
	asst__change_event(change, &event);
}

static int decide(const struct asst__call *call)
{
	static const struct asst__object nothing;
	struct asst__decision decision;

	asst__decide(&decision, ASST__RIGHT_CREATE, call->actor, &nothing, call->now);
	return decision.status == ASST_OK ?
		       ASST_OK :
		       asst__decision_fail(&decision, ASST__RIGHT_CREATE, call->err);
}

/* What may be incomplete is judged when it is published. */
static int judge(struct creation *creation, struct asst__change *change)
{
	struct asst__becoming becoming = { .call = creation->call,
					   .def = &creation->body.def_view };

	return creation->draft ? ASST_OK : asst__references_judge(&becoming, change);
}

static int attempt_create(void *context, struct asst__change *change, bool lost)
{
	struct creation *creation = context;
	enum asst__body_kind kind = creation->draft ? ASST__BODY_CREATE_DRAFT : ASST__BODY_CREATE;
	int status = decide(creation->call);

	(void)lost; /* a slug that is taken meanwhile shows in the next read */
	creation_reset(creation);
	memset(&creation->head, 0, sizeof(creation->head));
	if (status == ASST_OK)
		status = asst__body_read(&creation->body, creation->call, kind, creation->json,
					 NULL, NULL, true);
	if (status == ASST_OK)
		status = choose_people(creation);
	if (status == ASST_OK)
		status = judge(creation, change);
	if (status != ASST_OK)
		return status;
	asst__head_summarize(&creation->head, &creation->body.def_view);
	status = choose_slug(creation);
	if (status == ASST_OK)
		status = fill_head(creation);
	if (status == ASST_OK)
		status = make_records(creation);
	if (status != ASST_OK)
		return status;
	build(creation, change);
	if (creation->draft)
		status = make_draft(creation, change);
	if (status == ASST_OK)
		status = asst__assistant_make(&creation->made, &creation->loaded, true,
					      creation->call);
	return status;
}

static int begin(struct asst__call *call, asst_session *session, uint32_t flags, asst_error *err)
{
	int status = asst__call_begin(call, session, err);

	if (status != ASST_OK)
		return status;
	status = asst__flags_check(flags, ASST_CREATE_DRAFT, err);
	if (status != ASST_OK)
		asst__call_end(call);
	return status;
}

static struct asst__string document(const char *json, size_t size)
{
	return (struct asst__string){ json, size == ASST_NUL ? strlen(json) : size };
}

int asst_assistant_create_json(asst_assistant **assistant, asst_session *session, const char *json,
			       size_t size, uint32_t flags, asst_error *err)
{
	struct creation creation;
	struct asst__call call;
	int status;

	if (assistant)
		*assistant = NULL;
	status = begin(&call, session, flags, err);
	if (status != ASST_OK)
		return status;
	if (json) {
		memset(&creation, 0, sizeof(creation));
		creation.call = &call;
		creation.json = document(json, size);
		creation.draft = (flags & ASST_CREATE_DRAFT) != 0;
		status = asst__write(&call, "assistant.create", NULL, attempt_create, &creation);
		if (status == ASST_OK && assistant) {
			*assistant = creation.made;
			creation.made = NULL;
		}
		creation_reset(&creation);
	} else {
		status = asst__fail(err, ASST_EINVAL, "needs a document");
	}
	asst__call_end(&call);
	return status;
}

int asst_assistant_create(asst_assistant **assistant, asst_session *session, const asst_def *def,
			  uint32_t flags, asst_error *err)
{
	asst_buf *json;
	int status;

	if (assistant)
		*assistant = NULL;
	status = asst_def_to_json(&json, def, err);
	if (status == ASST_OK)
		status = asst_assistant_create_json(assistant, session, asst_buf_data(json),
						    asst_buf_size(json), flags, err);
	asst_buf_free(json);
	return status;
}

int asst_assistant_validate_json(asst_session *session, const char *json, size_t size,
				 uint32_t flags, asst_error *err)
{
	struct creation creation;
	struct asst__call call;
	int status = begin(&call, session, flags, err);

	if (status != ASST_OK)
		return status;
	memset(&creation, 0, sizeof(creation));
	creation.call = &call;
	creation.draft = (flags & ASST_CREATE_DRAFT) != 0;
	status = decide(&call);
	if (status == ASST_OK && json) {
		status = asst__body_read(&creation.body, &call,
					 creation.draft ? ASST__BODY_CREATE_DRAFT : ASST__BODY_CREATE,
					 document(json, size), NULL, NULL, false);
		if (status == ASST_OK)
			status = choose_people(&creation);
		if (status == ASST_OK)
			status = judge(&creation, NULL);
	} else if (status == ASST_OK) {
		status = asst__fail(err, ASST_EINVAL, "needs a document");
	}
	creation_reset(&creation);
	asst__call_end(&call);
	return status;
}
