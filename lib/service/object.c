/* SPDX-License-Identifier: MIT */
/* Finding an assistant for a session: its records and the decision. */
#include "service/object.h"
#include "model/ident.h"

#include <string.h>

static void part_dispose(struct asst__part *part)
{
	asst_buf_free(part->buf);
	memset(part, 0, sizeof(*part));
}

int asst__part_take(struct asst__part *part, const struct asst_sink *sink, size_t index,
		    const struct asst__schema *schema, asst_error *err)
{
	const struct asst__answer *answer = asst__sink_find(sink, index);
	int status;

	memset(part, 0, sizeof(*part));
	if (!answer)
		return ASST_OK;
	part->buf = asst_buf_ref(answer->value);
	part->sequence = answer->sequence;
	status = asst__view_open(&part->view, schema, asst_buf_data(part->buf),
				 asst_buf_size(part->buf), err);
	if (status != ASST_OK)
		part_dispose(part);
	return status;
}

void asst__loaded_dispose(struct asst__loaded *loaded)
{
	part_dispose(&loaded->head);
	part_dispose(&loaded->acl);
	part_dispose(&loaded->def);
	part_dispose(&loaded->draft);
	part_dispose(&loaded->versions[0]);
	part_dispose(&loaded->versions[1]);
}

void asst__loaded_describe(struct asst__loaded *loaded)
{
	const struct asst__view *head = &loaded->head.view;

	loaded->object.exists =
		loaded->head.buf &&
		(loaded->purge || !asst__view_has(head, ASST__HEAD_PURGED_AT)) &&
		(loaded->either || asst__view_has(head, ASST__HEAD_DELETED_AT) == loaded->trash);
	loaded->object.published = asst__view_int(head, ASST__HEAD_VERSION, 0) > 0;
	loaded->object.id = asst__view_text(head, ASST__HEAD_ID);
	loaded->object.epoch = asst__view_int(head, ASST__HEAD_EPOCH, 0);
	loaded->object.owner = asst__view_text(head, ASST__HEAD_OWNER);
	loaded->object.creator = asst__view_text(head, ASST__HEAD_CREATED_BY);
	loaded->object.acl = loaded->acl.view;
}

int asst__keys_add_object(struct asst_keys *keys, const unsigned char id[ASST__UUID_BYTES],
			  bool with_def, asst_error *err)
{
	static const char parts[] = { ASST__PART_HEAD, ASST__PART_ACL, ASST__PART_DEF };
	size_t i, count = with_def ? 3 : 2;
	struct asst__key key;
	int status = ASST_OK;

	for (i = 0; i < count && status == ASST_OK; i++) {
		asst__key_part(&key, id, parts[i]);
		status = asst_keys_add(keys, key.bytes, key.size, err);
	}
	return status;
}

/* Where things stand in the answer to the question below. */
enum { GET_HEAD, GET_ACL, GET_DEF, GET_DRAFT_ID, GET_DRAFT, GET_VERSIONS };

/*
 * Ask for an assistant, a draft with the same id, and where a principal is given for its
 * draft and for the versions that the call wants.
 */
static int ask(struct asst_sink *sink, uint64_t *sequence, struct asst__call *call,
	       const unsigned char id[ASST__UUID_BYTES], struct asst__string principal)
{
	struct asst_keys keys;
	struct asst__key key;
	size_t i;
	int status;

	asst__keys_init(&keys, &call->store->mem);
	status = asst__keys_add_object(&keys, id, true, call->err);
	asst__key_draft_id(&key, id);
	if (status == ASST_OK)
		status = asst_keys_add(&keys, key.bytes, key.size, call->err);
	if (status == ASST_OK && principal.text) {
		asst__key_draft(&key, id, principal);
		status = asst_keys_add(&keys, key.bytes, key.size, call->err);
	}
	for (i = 0; i < 2 && status == ASST_OK && principal.text; i++) {
		if (call->versions[i] < 0)
			break;
		asst__key_version(&key, id, (uint64_t)call->versions[i]);
		status = asst_keys_add(&keys, key.bytes, key.size, call->err);
	}
	if (status == ASST_OK)
		status = asst__call_get(call, &keys, sink, sequence);
	asst__keys_dispose(&keys);
	return status;
}

int asst__loaded_take(struct asst__loaded *loaded, const struct asst_sink *sink, size_t first,
		      bool with_def, asst_error *err)
{
	int status;

	memset(loaded, 0, sizeof(*loaded));
	status = asst__part_take(&loaded->head, sink, first, &asst__head_schema, err);
	if (status == ASST_OK)
		status = asst__part_take(&loaded->acl, sink, first + 1, &asst__acl_schema, err);
	if (status == ASST_OK && with_def)
		status = asst__part_take(&loaded->def, sink, first + 2, &asst__version_schema, err);
	asst__loaded_describe(loaded);
	return status;
}

static int take_all(struct asst__loaded *loaded, const struct asst_sink *sink, asst_error *err)
{
	uint64_t sequence = loaded->sequence;
	bool named_draft = loaded->named_draft;
	size_t i;
	int status;

	asst__loaded_dispose(loaded);
	status = asst__loaded_take(loaded, sink, GET_HEAD, true, err);
	loaded->sequence = sequence;
	loaded->named_draft = named_draft;
	if (status == ASST_OK)
		status = asst__part_take(&loaded->draft, sink, GET_DRAFT, &asst__draft_schema, err);
	for (i = 0; i < 2 && status == ASST_OK; i++)
		status = asst__part_take(&loaded->versions[i], sink, GET_VERSIONS + i,
					 &asst__version_schema, err);
	return status;
}

static int load(struct asst__loaded *loaded, struct asst__call *call,
		const unsigned char id[ASST__UUID_BYTES], struct asst__string principal,
		struct asst_sink *sink)
{
	int status = ask(sink, &loaded->sequence, call, id, principal);

	if (status == ASST_OK)
		status = take_all(loaded, sink, call->err);
	memcpy(loaded->id, id, ASST__UUID_BYTES);
	if (call->trash || call->either) {
		loaded->trash = call->trash;
		loaded->either = call->either;
		loaded->purge = call->purge;
		asst__loaded_describe(loaded);
	}
	return status;
}

/* What is done with the draft itself, where the id is a draft's; the rest is the assistant's. */
static bool changes_draft(enum asst__right right, const struct asst__call *call)
{
	return !call->of_assistant && (right == ASST__RIGHT_WRITE || right == ASST__RIGHT_DRAFT ||
				       right == ASST__RIGHT_FORCE);
}

/* A draft is read by its principal and by who manages the assistant; nobody else sees it. */
static void decide(struct asst__loaded *loaded, const struct asst__call *call,
		   enum asst__right right)
{
	const struct asst__actor *actor = call->actor;
	struct asst__object nothing;

	asst__decide(&loaded->decision, right, actor, &loaded->object, call->now);
	if (!loaded->named_draft || loaded->decision.status == ASST_ENOTFOUND)
		return;
	if (loaded->draft.buf &&
	    asst__same(asst__view_text(&loaded->draft.view, ASST__DRAFT_PRINCIPAL),
		       actor->principal))
		return;
	if (loaded->draft.buf && loaded->decision.level_held >= ASST_LEVEL_MANAGE) {
		if (loaded->decision.status == ASST_OK && changes_draft(right, call)) {
			loaded->decision.status = ASST_EDENIED;
			loaded->decision.rule = "draft";
		}
		return;
	}
	memset(&nothing, 0, sizeof(nothing));
	asst__decide(&loaded->decision, right, actor, &nothing, call->now);
}

/* Whose draft is to be loaded, with which versions stand: the caller's, or nobody's. */
static struct asst__string own_draft(const struct asst__call *call)
{
	static const struct asst__string nobody = { NULL, 0 };

	return call->want_draft || call->versions[0] >= 0 ? call->actor->principal : nobody;
}

/* The record behind a draft's own id: 16 bytes of the assistant's id, then the principal. */
static int follow_draft(struct asst__loaded *loaded, struct asst__call *call,
			struct asst_sink *sink)
{
	const struct asst__answer *answer = asst__sink_find(sink, GET_DRAFT_ID);
	asst_buf *pointer = answer ? asst_buf_ref(answer->value) : NULL;
	unsigned char own[ASST__UUID_BYTES];
	const char *data = asst_buf_data(pointer);
	struct asst__string principal = call->actor->principal;
	int status;

	memcpy(own, loaded->id, sizeof(own));
	if (asst_buf_size(pointer) > ASST__UUID_BYTES) {
		loaded->named_draft = true;
		memcpy(own, data, sizeof(own));
		principal.text = data + ASST__UUID_BYTES;
		principal.size = asst_buf_size(pointer) - ASST__UUID_BYTES;
	}
	/* Without a pointer the same question is asked again: hidden and absent cost the same. */
	asst__loaded_dispose(loaded);
	status = load(loaded, call, own, principal, sink);
	asst_buf_free(pointer);
	return status;
}

/* "user:ID:slug", "team:ID:slug", or "ID:slug" for a team's. */
static bool natural_key(struct asst__key *key, const char *name)
{
	const char *colon = strrchr(name, ':');
	struct asst__string owner, slug;
	char prefixed[ASST__PRINCIPAL_MAX + 1];

	if (!colon || colon == name)
		return false;
	slug = ASST__STRING(colon + 1);
	owner.text = name;
	owner.size = (size_t)(colon - name);
	if (!memchr(name, ':', owner.size) && asst__ident_valid(name, owner.size)) {
		memcpy(prefixed, "team:", 5);
		memcpy(prefixed + 5, name, owner.size);
		owner.text = prefixed;
		owner.size += 5;
	}
	if (!asst__owner_valid(owner.text, owner.size) || !asst__slug_valid(slug.text, slug.size))
		return false;
	asst__key_slug(key, owner, slug);
	return true;
}

/* The id behind a natural name; all zero when there is none. */
static int resolve_name(unsigned char id[ASST__UUID_BYTES], const struct asst__call *call,
			const char *name, struct asst_sink *sink)
{
	const struct asst__answer *answer;
	struct asst_keys keys;
	struct asst__key key;
	uint64_t sequence;
	int status;

	memset(id, 0, ASST__UUID_BYTES);
	if (!natural_key(&key, name))
		asst__key_draft_id(&key, id); /* nothing is there */
	asst__keys_init(&keys, &call->store->mem);
	status = asst_keys_add(&keys, key.bytes, key.size, call->err);
	if (status == ASST_OK)
		status = asst__backend_get(&call->store->backend, call->workspace, &keys, sink,
					   &sequence, call->err);
	answer = status == ASST_OK ? asst__sink_find(sink, 0) : NULL;
	if (answer && asst_buf_size(answer->value) == ASST__UUID_BYTES)
		memcpy(id, asst_buf_data(answer->value), ASST__UUID_BYTES);
	asst__keys_dispose(&keys);
	return status;
}

/* *is_id: the name is one, not a natural name. */
static int locate(struct asst__loaded *loaded, struct asst__call *call, const char *name,
		  enum asst__right right, struct asst_sink *sink, bool *is_id)
{
	unsigned char id[ASST__UUID_BYTES];
	struct asst__string principal = own_draft(call);
	int status = ASST_OK;

	*is_id = asst__uuid_read(id, name, strlen(name));
	if (!*is_id)
		status = resolve_name(id, call, name, sink);
	if (status == ASST_OK)
		status = load(loaded, call, id, principal, sink);
	if (status != ASST_OK)
		return status;
	decide(loaded, call, right);
	if (!*is_id || loaded->decision.status != ASST_ENOTFOUND)
		return ASST_OK;
	status = follow_draft(loaded, call, sink);
	if (status == ASST_OK)
		decide(loaded, call, right);
	return status;
}

int asst__locate(struct asst__loaded *loaded, struct asst__call *call, const char *name,
		 enum asst__right right)
{
	struct asst_sink sink;
	bool is_id;
	int status;

	memset(loaded, 0, sizeof(*loaded));
	if (!name)
		return asst__fail(call->err, ASST_EINVAL, "needs an id");
	/* Gates that need no object come before any look-up. */
	asst__decide(&loaded->decision, right, call->actor, &loaded->object, call->now);
	if (loaded->decision.status == ASST_EDENIED)
		return asst__decision_fail(&loaded->decision, right, call->err);
	asst__sink_init(&sink, &call->store->mem);
	status = locate(loaded, call, name, right, &sink, &is_id);
	asst__sink_dispose(&sink);
	/* Of what is not visible, the id that was asked for says enough; a name does not. */
	if (status == ASST_OK &&
	    (loaded->decision.status != ASST_ENOTFOUND || (!is_id && loaded->head.buf)))
		asst__uuid_write(call->located, loaded->id);
	if (status == ASST_OK && loaded->decision.status != ASST_OK)
		status = asst__decision_fail(&loaded->decision, right, call->err);
	return status;
}

int asst__read_gates(const struct asst__call *call)
{
	static const struct asst__object nothing;
	struct asst__decision decision;

	asst__decide(&decision, ASST__RIGHT_READ, call->actor, &nothing, call->now);
	return decision.status == ASST_EDENIED ?
		       asst__decision_fail(&decision, ASST__RIGHT_READ, call->err) : ASST_OK;
}

bool asst__object_shared(const struct asst__object *object, int64_t now)
{
	size_t i, grants = asst__view_count(&object->acl, ASST__ACL_GRANTS);
	struct asst__string principal;
	struct asst__view grant;

	if (object->owner.text && strncmp(object->owner.text, "team:", 5) == 0)
		return true;
	for (i = 0; i < grants; i++) {
		grant = asst__view_item(&object->acl, ASST__ACL_GRANTS, i);
		principal = asst__view_text(&grant, ASST__GRANT_PRINCIPAL);
		if (principal.text &&
		    asst__view_int(&grant, ASST__GRANT_EXPIRES_AT, INT64_MAX) > now &&
		    (strncmp(principal.text, "team:", 5) == 0 ||
		     strcmp(principal.text, "workspace") == 0))
			return true;
	}
	return false;
}

int asst__refuse_draft(const struct asst__loaded *loaded, const struct asst__call *call,
		       const char *belongs)
{
	return loaded->named_draft ?
		       asst__fail(call->err, ASST_ECONFLICT, "%s to the assistant, not to its draft",
				  belongs) :
		       ASST_OK;
}
