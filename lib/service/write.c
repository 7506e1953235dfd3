/* SPDX-License-Identifier: MIT */
/* Batches: checks, changes, events, and the retry of lost races. */
#include "service/write.h"
#include "model/ident.h"

#include <string.h>

/* A write that lost a race is decided and built again this often (API rule 9). */
#define ATTEMPTS 32

void asst__change_check(struct asst__change *change, const struct asst__key *key, uint64_t sequence)
{
	if (change->status == ASST_OK)
		change->status = asst_batch_check_key(&change->batch, key->bytes, key->size,
						      sequence, change->call->err);
}

void asst__change_put(struct asst__change *change, const struct asst__key *key, asst_buf *value)
{
	if (change->status == ASST_OK)
		change->status = asst_batch_put_buf(&change->batch, key->bytes, key->size, value,
						    change->call->err);
}

void asst__change_put_bytes(struct asst__change *change, const struct asst__key *key,
			    const void *bytes, size_t size)
{
	if (change->status == ASST_OK)
		change->status = asst_batch_put(&change->batch, key->bytes, key->size, bytes, size,
						change->call->err);
}

void asst__change_delete(struct asst__change *change, const struct asst__key *key)
{
	if (change->status == ASST_OK)
		change->status = asst_batch_delete(&change->batch, key->bytes, key->size,
						   change->call->err);
}

void asst__change_check_object(struct asst__change *change, const struct asst__loaded *loaded)
{
	struct asst__key key;

	asst__key_part(&key, loaded->id, ASST__PART_HEAD);
	asst__change_check(change, &key, loaded->head.sequence);
	asst__key_part(&key, loaded->id, ASST__PART_ACL);
	asst__change_check(change, &key, loaded->acl.sequence);
}

void asst__change_draft(struct asst__change *change, const struct asst__loaded *loaded,
			const unsigned char draft_id[ASST__UUID_BYTES],
			struct asst__string principal)
{
	char pointer[ASST__UUID_BYTES + ASST__PRINCIPAL_MAX + 1];
	struct asst__key key;

	memcpy(pointer, loaded->id, ASST__UUID_BYTES);
	memcpy(pointer + ASST__UUID_BYTES, principal.text, principal.size);
	asst__key_draft(&key, loaded->id, principal);
	asst__change_put(change, &key, loaded->draft.buf);
	asst__key_draft_id(&key, draft_id);
	asst__change_put_bytes(change, &key, pointer, ASST__UUID_BYTES + principal.size);
}

void asst__change_drop_draft(struct asst__change *change, const struct asst__loaded *loaded)
{
	struct asst__string text = asst__view_text(&loaded->draft.view, ASST__DRAFT_ID);
	unsigned char id[ASST__UUID_BYTES];
	struct asst__key key;

	asst__key_draft(&key, loaded->id,
			asst__view_text(&loaded->draft.view, ASST__DRAFT_PRINCIPAL));
	asst__change_delete(change, &key);
	if (text.text && asst__uuid_read(id, text.text, text.size)) {
		asst__key_draft_id(&key, id);
		asst__change_delete(change, &key);
	}
}

#define CHANGES_MAX (2 * ASST__FIELDS_MAX)

/* The names of the fields that an event's change touched. */
static size_t changed_fields(const char *names[CHANGES_MAX], const struct asst__event *event)
{
	const struct asst__schema *def = &asst__def_schema, *around = &asst__around_schema;
	size_t count = 0;
	unsigned i;

	for (i = 1; event->def_from && event->def_to && i <= def->count; i++) {
		if (!asst__view_same(def, event->def_from, event->def_to, i))
			names[count++] = def->fields[i].name;
	}
	for (i = 1; event->head_from && event->head_to && i <= around->count; i++) {
		if (asst__around_changed(event->head_from, event->head_to, i))
			names[count++] = around->fields[i].name;
	}
	return count;
}

static void add_pointers(struct asst__record *record, uint32_t root,
			 const struct asst__event *event)
{
	const char *names[CHANGES_MAX];
	size_t i, count = changed_fields(names, event);
	uint32_t list = count ? asst__record_list(record, root, ASST__EVENT_POINTERS, count) : 0;
	char pointer[64] = "/";

	for (i = 0; list && i < count; i++) {
		memcpy(pointer + 1, names[i], strlen(names[i]) + 1);
		asst__record_text_at(record, list, i, ASST__STRING(pointer));
	}
}

void asst__change_event(struct asst__change *change, const struct asst__event *event)
{
	const struct asst__call *call = change->call;
	struct asst__record record;
	struct asst__key key;
	asst_buf *value;
	uint32_t root;

	if (change->status != ASST_OK)
		return;
	root = asst__record_begin(&record, &asst__event_schema, &call->store->mem);
	if (root) {
		asst__record_int(&record, root, ASST__EVENT_AT, call->now);
		asst__record_text(&record, root, ASST__EVENT_ACTOR, call->session->actor.principal);
		asst__record_text(&record, root, ASST__EVENT_ACTION, ASST__STRING(event->action));
		asst__record_text(&record, root, ASST__EVENT_OBJECT, event->object);
		if (event->old_revision)
			asst__record_int(&record, root, ASST__EVENT_OLD_REVISION,
					 event->old_revision);
		if (event->new_revision)
			asst__record_int(&record, root, ASST__EVENT_NEW_REVISION,
					 event->new_revision);
		asst__record_text(&record, root, ASST__EVENT_PRINCIPAL, event->principal);
		if (event->level)
			asst__record_int(&record, root, ASST__EVENT_LEVEL, event->level);
		add_pointers(&record, root, event);
	}
	change->status = asst__record_end(&value, &record, call->err);
	if (change->status != ASST_OK)
		return;
	asst__key_event(&key);
	change->status =
		asst_batch_put_sequenced(&change->batch, key.bytes, key.size, NULL, 0,
					 asst_buf_data(value), asst_buf_size(value), call->err);
	asst_buf_free(value);
}

static int apply(struct asst__change *change, size_t *failed)
{
	const struct asst__call *call = change->call;
	uint64_t sequence;
	int status;

	*failed = SIZE_MAX;
	if (asst_batch_count(&change->batch) == 0)
		return ASST_OK;
	status = asst__workspace_ensure(call->store, call->workspace, call->err);
	/* A lost race there is not one of this batch. */
	if (status != ASST_OK)
		return status == ASST_ECONFLICT ? ASST_EBUSY : status;
	return asst__backend_apply(&call->store->backend, call->workspace, &change->batch,
				   &sequence, failed, call->err);
}

int asst__write(const struct asst__call *call, asst__attempt attempt, void *context)
{
	struct asst__change change;
	size_t failed = SIZE_MAX;
	bool raced, lost = false;
	int tries, status;

	for (tries = 0; tries < ATTEMPTS; tries++) {
		asst__error_clear(call->err);
		asst__batch_init(&change.batch, &call->store->mem);
		change.call = call;
		change.status = ASST_OK;
		change.watched = SIZE_MAX;
		status = attempt(context, &change, lost);
		if (status == ASST_OK)
			status = change.status;
		raced = false;
		if (status == ASST_OK) {
			status = apply(&change, &failed);
			raced = status == ASST_ECONFLICT;
		}
		lost = raced && failed == change.watched;
		asst__batch_dispose(&change.batch);
		if (!raced) {
			if (status == ASST_OK)
				asst__error_clear(call->err);
			return status;
		}
	}
	return asst__fail(call->err, ASST_EBUSY, "lost %d races against other writers", ATTEMPTS);
}
