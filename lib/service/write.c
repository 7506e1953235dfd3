/* SPDX-License-Identifier: MIT */
/* Batches: checks, changes, events, and the retry of lost races. */
#include "service/write.h"
#include "model/ident.h"

#include <string.h>

/* A write that lost a race is decided and built again this often (API rule 9). */
#define ATTEMPTS 32
/* After so many of them it waits for its turn. */
#define PATIENCE 3

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

void asst__change_warn(struct asst__change *change, const char *code, const char *pointer,
		       const char *message)
{
	if (!change->warnings)
		change->warnings = asst_error_new();
	asst__error_add_issue(change->warnings, code, pointer, message);
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
	asst__key_own_draft(&key, principal, draft_id);
	asst__change_put_bytes(change, &key, loaded->id, ASST__UUID_BYTES);
}

void asst__change_drop_draft(struct asst__change *change, const struct asst__loaded *loaded)
{
	struct asst__string text = asst__view_text(&loaded->draft.view, ASST__DRAFT_ID);
	struct asst__string principal =
		asst__view_text(&loaded->draft.view, ASST__DRAFT_PRINCIPAL);
	unsigned char id[ASST__UUID_BYTES];
	struct asst__key key;

	asst__key_draft(&key, loaded->id, principal);
	asst__change_delete(change, &key);
	if (text.text && asst__uuid_read(id, text.text, text.size)) {
		asst__key_draft_id(&key, id);
		asst__change_delete(change, &key);
		asst__key_own_draft(&key, principal, id);
		asst__change_delete(change, &key);
	}
}

/* Tell the host, outside of everything: a failure to do so is not the call's. */
static void tell(const struct asst__change *change, uint64_t sequence)
{
	const struct asst__call *call = change->call;
	const asst_store_opts *opts = &call->store->opts;
	struct asst__view event;
	struct asst__text text;

	if (!opts->changed || change->nothing || !change->event ||
	    asst__view_open(&event, &asst__event_schema, asst_buf_data(change->event),
			    asst_buf_size(change->event), NULL) != ASST_OK)
		return;
	asst__text_init(&text, &call->store->mem, SIZE_MAX / 2);
	asst__event_write(&text, &event, sequence, call->workspace, &call->store->mem);
	if (!text.failed)
		opts->changed(opts->changed_user, call->workspace, text.data, text.size);
	asst__text_free(&text);
}

static int apply(struct asst__change *change, uint64_t *sequence, size_t *failed)
{
	const struct asst__call *call = change->call;
	int status;

	*sequence = 0;
	*failed = SIZE_MAX;
	if (change->nothing)
		return ASST_OK;
	status = asst__workspace_ensure(call->store, call->workspace, call->err);
	/* A lost race there is not one of this batch. */
	if (status != ASST_OK)
		return status == ASST_ECONFLICT ? ASST_EBUSY : status;
	return asst__backend_apply(&call->store->backend, call->workspace, &change->batch, sequence,
				   failed, call->err);
}

/* What the caller may do was read: it must still be so when the batch is applied. */
static void check_identity(struct asst__change *change)
{
	const struct asst__call *call = change->call;

	for (size_t i = 0; i < call->watch_count; i++)
		asst__change_check(change, &call->watches[i].key, call->watches[i].sequence);
}

static void begin_change(struct asst__change *change, struct asst__call *call)
{
	asst__batch_init(&change->batch, &call->store->mem);
	change->call = call;
	change->status = ASST_OK;
	change->watched = SIZE_MAX;
	change->event = NULL;
	change->nothing = false;
	change->warnings = NULL;
}

static void end_change(struct asst__change *change)
{
	asst__batch_dispose(&change->batch);
	asst_buf_free(change->event);
	asst_error_free(change->warnings);
}

void asst__write_refused(const struct asst__call *call, int status, const char *action,
			 const char *object)
{
	struct asst__event event = { .action = "refused",
				     .attempted = action,
				     .status = asst_status_name(status) };
	struct asst__call quiet = *call;
	char id[ASST__UUID_TEXT + 1];
	struct asst__change change;
	uint64_t sequence;
	size_t failed;

	if (!call->store->opts.audit_refused || (status != ASST_EDENIED && status != ASST_ENOTFOUND))
		return;
	if (call->located[0])
		event.object = ASST__STRING(call->located);
	else if (object && asst__uuid_normalize(id, object, strlen(object)))
		event.object = ASST__STRING(id);
	quiet.err = NULL;
	begin_change(&change, &quiet);
	asst__change_event(&change, &event);
	if (change.status == ASST_OK && apply(&change, &sequence, &failed) == ASST_OK)
		tell(&change, sequence);
	end_change(&change);
}

/* Whether an attempt came to an answer, by what it read; else something failed. */
static bool is_answer(int status)
{
	return status == ASST_OK || (status <= ASST_EINVAL && status >= ASST_ELIMIT);
}

/* One attempt, built and applied; *raced: it lost against another writer: once more. */
static int try_once(struct asst__change *change, struct asst__call *call, asst__attempt attempt,
		    void *context, uint64_t *sequence, bool *raced, bool *lost)
{
	const struct asst__identity *identity = call->identity;
	size_t checks, failed = SIZE_MAX;
	int status;

	begin_change(change, call);
	check_identity(change);
	checks = asst_batch_count(&change->batch);
	status = attempt(context, change, *lost);
	if (asst_batch_count(&change->batch) == checks)
		change->nothing = true;
	if (status == ASST_OK)
		status = change->status;
	/* Where the caller's rights changed meanwhile, some of it was decided by former ones. */
	*raced = is_answer(status) && call->identity != identity;
	if (status == ASST_OK && !*raced) {
		status = apply(change, sequence, &failed);
		*raced = status == ASST_ECONFLICT;
	}
	*lost = *raced && failed != SIZE_MAX && failed == change->watched;
	return status;
}

int asst__write(struct asst__call *call, const char *action, const char *object,
		asst__attempt attempt, void *context)
{
	char located[ASST__UUID_TEXT + 1] = "";
	struct asst__change change;
	struct asst__turn turn;
	bool raced = true, lost = false, waited;
	uint64_t sequence;
	int tries, status = ASST_OK;

	call->torn = 0; /* what is done in many steps has as many tries for each */
	asst__turn_init(&turn, &call->store->turns);
	for (tries = 0; tries < ATTEMPTS && raced; tries++) {
		waited = asst__turn_take(&turn, call->workspace, located[0] ? located : object,
					 tries >= PATIENCE);
		asst__error_clear(call->err);
		call->located[0] = '\0';
		status = tries > 0 || waited ? asst__call_renew(call) : ASST_OK;
		if (status != ASST_OK) {
			asst__turn_give(&turn);
			return status;
		}
		status = try_once(&change, call, attempt, context, &sequence, &raced, &lost);
		memcpy(located, call->located, sizeof(located));
		/* Before the host is told, which may write, too. */
		asst__turn_give(&turn);
		if (raced)
			end_change(&change);
	}
	if (raced)
		return asst__fail(call->err, ASST_EBUSY, "lost %d races against other writers",
				  ATTEMPTS);
	if (status == ASST_OK) {
		asst__error_clear(call->err);
		asst__error_move(call->err, change.warnings);
		tell(&change, sequence);
	}
	end_change(&change);
	if (status != ASST_OK)
		asst__write_refused(call, status, action, object);
	return status;
}
