/* SPDX-License-Identifier: MIT */
/* The trash: taking assistants out of it, and removing them for good; list.c lists it. */
#include "service/grants.h"
#include "service/routes.h"
#include "service/slugs.h"
#include "service/tokens.h"

#include <assistant/trash.h>

#include <string.h>

#define DAY_MS INT64_C(86400000)
/* A purge drops so many drafts in a batch: three keys and perhaps a megabyte to read each. */
#define DRAFTS_STEP 256

struct taking {
	struct asst__call *call;
	const char *id;
	uint64_t revision;
	asst_assistant *made;
	/* of one attempt */
	struct asst__loaded loaded;
	struct asst__part old_head;
	struct asst__head from, to;
	char slug[ASST__SLUG_MAX + 1];
	bool more; /* a purge is not at its end yet */
};

static void taking_reset(struct taking *taking)
{
	asst_assistant_free(taking->made);
	taking->made = NULL;
	asst__loaded_dispose(&taking->loaded);
	asst_buf_free(taking->old_head.buf);
	memset(&taking->old_head, 0, sizeof(taking->old_head));
}

/* Its slug was free for others while it lay in the trash. */
static int choose_slug(struct taking *taking, struct asst__change *change)
{
	uint64_t sequence;
	struct asst__key key;
	int status = asst__slug_choose(taking->slug, taking->call, taking->from.owner,
				       taking->from.slug, true, &sequence);

	if (status != ASST_OK)
		return status;
	taking->to.slug = ASST__STRING(taking->slug);
	asst__key_slug(&key, taking->to.owner, taking->to.slug);
	asst__change_check(change, &key, 0);
	asst__change_put_bytes(change, &key, taking->loaded.id, ASST__UUID_BYTES);
	return ASST_OK;
}

static int attempt_restore(void *context, struct asst__change *change, bool lost)
{
	struct taking *taking = context;
	struct asst__call *call = taking->call;
	struct asst__loaded *loaded = &taking->loaded;
	struct asst__event event = { .action = "assistant.restore" };
	struct asst__view stay;
	int status;

	(void)lost;
	taking_reset(taking);
	status = asst__locate(loaded, call, taking->id, ASST__RIGHT_RESTORE);
	if (status != ASST_OK)
		return status;
	asst__head_read(&taking->from, &loaded->head.view);
	status = asst__revision_check_head(taking->revision, &taking->from, call);
	if (status == ASST_OK)
		status = asst__refuse_draft(loaded, call, "the trash belongs");
	if (status != ASST_OK)
		return status;
	taking->to = taking->from;
	asst__head_touch(&taking->to, call);
	taking->to.deleted_at = 0;
	taking->to.deleted_by.text = NULL;
	asst__change_check_object(change, loaded);
	status = choose_slug(taking, change);
	if (status == ASST_OK)
		status = asst__grants_tidy(&stay, change, loaded);
	if (status == ASST_OK)
		status = asst__change_head(change, loaded, &taking->old_head, &taking->from,
					   &taking->to, &stay);
	if (status != ASST_OK)
		return status;
	event.object = taking->to.id;
	event.old_revision = taking->from.revision;
	event.new_revision = taking->to.revision;
	event.head_from = &taking->from;
	event.head_to = &taking->to;
	asst__change_event(change, &event);
	loaded->trash = false;
	asst__loaded_describe(loaded);
	return asst__assistant_make(&taking->made, loaded, true, call);
}

int asst_trash_restore(asst_assistant **assistant, asst_session *session, const char *id,
		       uint64_t revision, uint32_t flags, asst_error *err)
{
	struct taking taking;
	struct asst__call call;
	int status;

	if (assistant)
		*assistant = NULL;
	status = asst__call_begin(&call, session, err);
	if (status != ASST_OK)
		return status;
	memset(&taking, 0, sizeof(taking));
	call.trash = true;
	taking.call = &call;
	taking.id = id;
	taking.revision = revision;
	status = asst__flags_check(flags, 0, err);
	if (status == ASST_OK)
		status = asst__write(&call, "assistant.restore", id, attempt_restore, &taking);
	if (status == ASST_OK && assistant) {
		*assistant = taking.made;
		taking.made = NULL;
	}
	taking_reset(&taking);
	asst__call_end(&call);
	return status;
}

/* Purge */

/* Everything that lies below 'A' and the id. */
static void delete_parts(struct asst__change *change, const unsigned char id[ASST__UUID_BYTES])
{
	struct asst__key from, to;

	asst__key_part(&from, id, 0);
	asst__key_part(&to, id, (char)0x7f);
	if (change->status == ASST_OK)
		change->status = asst_batch_delete_range(&change->batch, from.bytes, from.size,
							 to.bytes, to.size, change->call->err);
}

/* What leads to the drafts lies elsewhere. */
static void delete_drafts(struct asst__change *change, struct asst__loaded *loaded,
			  const struct asst_sink *drafts)
{
	struct asst__part own = loaded->draft;
	asst_buf *value;
	size_t i;

	for (i = 0; i < drafts->count && i < DRAFTS_STEP && change->status == ASST_OK; i++) {
		value = asst_sink_value(drafts, i);
		loaded->draft.buf = value;
		change->status = asst__view_open(&loaded->draft.view, &asst__draft_schema,
						 asst_buf_data(value), asst_buf_size(value),
						 change->call->err);
		if (change->status == ASST_OK)
			asst__change_drop_draft(change, loaded);
	}
	loaded->draft = own;
}

static int scan_drafts(struct asst_sink *sink, uint64_t *sequence, const struct taking *taking,
		       struct asst__key *from, struct asst__key *to)
{
	const struct asst__call *call = taking->call;
	struct asst_ranges ranges;
	int status;

	asst__key_part(from, taking->loaded.id, ASST__PART_DRAFT);
	*to = *from;
	asst__key_end(to);
	asst__ranges_init(&ranges, &call->store->mem, 0);
	status = asst_ranges_add(&ranges, from->bytes, from->size, to->bytes, to->size,
				 DRAFTS_STEP + 1, 0, call->err);
	if (status == ASST_OK)
		status = asst__backend_scan(&call->store->backend, call->workspace, &ranges, sink,
					    sequence, call->err);
	asst__ranges_dispose(&ranges);
	return status;
}

/*
 * More drafts than a batch should drop: the first batch takes it away from everybody for good,
 * and says so; those that follow drop drafts, and the last one the rest. Where one fails the
 * next purge goes on.
 */
static int begin_purge(struct taking *taking, struct asst__change *change,
		       const struct asst__event *event)
{
	taking->to = taking->from;
	taking->to.purged_at = taking->call->now > 0 ? taking->call->now : 1;
	asst__change_event(change, event);
	return asst__change_head(change, &taking->loaded, &taking->old_head, &taking->from,
				 &taking->to, &taking->loaded.acl.view);
}

/* It leads nowhere any more. */
static void drop_routes(struct asst__change *change, const struct asst__loaded *loaded)
{
	struct asst__string bytes = asst__view_text(&loaded->def.view, ASST__VERSION_DEF);
	struct asst__view def;

	/* What is damaged can be purged all the same. */
	if (bytes.text &&
	    asst__view_open(&def, &asst__def_schema, bytes.text, bytes.size, NULL) == ASST_OK)
		asst__change_routes(change, loaded->id, &def, NULL);
}

static int build_purge(struct taking *taking, struct asst__change *change,
		       const struct asst_sink *drafts)
{
	struct asst__loaded *loaded = &taking->loaded;
	struct asst__indexed state = { &taking->from, &loaded->acl.view };
	struct asst__event event = { .action = "assistant.purge",
				     .object = taking->from.id,
				     .old_revision = taking->from.revision,
				     .losers = &state,
				     .sight_level = ASST_LEVEL_MANAGE };

	asst__change_check_object(change, loaded);
	taking->more = drafts->count > DRAFTS_STEP;
	if (taking->more && !taking->from.purged_at)
		return begin_purge(taking, change, &event);
	delete_drafts(change, loaded, drafts);
	if (taking->more)
		return ASST_OK;
	asst__change_index(change, loaded->id, &state, NULL);
	drop_routes(change, loaded);
	delete_parts(change, loaded->id);
	if (!taking->from.purged_at)
		asst__change_event(change, &event);
	return ASST_OK;
}

/* Once its time is over, whoever may delete may purge. */
static enum asst__right purge_right(const struct taking *taking)
{
	const struct asst__call *call = taking->call;
	int64_t since = asst__view_int(&taking->loaded.head.view, ASST__HEAD_DELETED_AT, INT64_MAX);

	return since <= call->now - call->store->opts.trash_days * DAY_MS ? ASST__RIGHT_DELETE :
									     ASST__RIGHT_PURGE;
}

/* Load what is to go, for who may purge it, in the state that was seen. */
static int locate_purge(struct taking *taking)
{
	struct asst__call *call = taking->call;
	struct asst__loaded *loaded = &taking->loaded;
	/* No key and no token purges, ever, whatever the id. */
	bool credential = call->actor->kind != ASST__PERSON;
	enum asst__right right;
	int status = asst__locate(loaded, call, taking->id,
				  credential ? ASST__RIGHT_PURGE : ASST__RIGHT_READ);

	if (status != ASST_OK)
		return status;
	right = purge_right(taking);
	asst__decide(&loaded->decision, right, call->actor, &loaded->object, call->now);
	/* Who cannot go on with a purge is told what everybody is told. */
	if (loaded->decision.status != ASST_OK &&
	    asst__view_has(&loaded->head.view, ASST__HEAD_PURGED_AT))
		loaded->decision.status = ASST_ENOTFOUND;
	if (loaded->decision.status != ASST_OK)
		return asst__decision_fail(&loaded->decision, right, call->err);
	asst__head_read(&taking->from, &loaded->head.view);
	/* What a purge has begun with cannot be saved any more: another one only ends that. */
	status = taking->from.purged_at ? ASST_OK :
					  asst__revision_check_head(taking->revision, &taking->from,
								    call);
	return status == ASST_OK ? asst__refuse_draft(loaded, call, "the trash belongs") : status;
}

static int attempt_purge(void *context, struct asst__change *change, bool lost)
{
	struct taking *taking = context;
	const struct asst__call *call = taking->call;
	struct asst__loaded *loaded = &taking->loaded;
	struct asst__key from, to;
	struct asst_sink drafts, tokens;
	uint64_t sequence;
	int status;

	(void)lost;
	taking_reset(taking);
	status = locate_purge(taking);
	if (status != ASST_OK)
		return status;
	asst__sink_init(&drafts, &call->store->mem);
	asst__sink_init(&tokens, &call->store->mem);
	status = asst__tokens_scan(&tokens, call, loaded->id, change);
	if (status == ASST_OK) {
		asst__change_drop_tokens(change, loaded->id, &tokens);
		status = change->status;
	}
	asst__sink_dispose(&tokens);
	if (status == ASST_OK)
		status = scan_drafts(&drafts, &sequence, taking, &from, &to);
	if (status == ASST_OK)
		status = asst_batch_check_range(&change->batch, from.bytes, from.size, to.bytes,
						to.size, sequence, call->err);
	if (status == ASST_OK)
		status = build_purge(taking, change, &drafts);
	asst__sink_dispose(&drafts);
	return status;
}

int asst_trash_purge(asst_session *session, const char *id, uint64_t revision, uint32_t flags,
		     asst_error *err)
{
	struct taking taking;
	struct asst__call call;
	bool begun = false;
	int status = asst__call_begin(&call, session, err);

	if (status != ASST_OK)
		return status;
	memset(&taking, 0, sizeof(taking));
	call.trash = call.purge = true;
	taking.call = &call;
	taking.id = id;
	taking.revision = revision;
	status = asst__flags_check(flags, 0, err);
	do {
		taking.more = false;
		if (status == ASST_OK)
			status = asst__write(&call, "assistant.purge", id, attempt_purge, &taking);
		/* Somebody else's purge came to the end first. */
		if (status == ASST_ENOTFOUND && begun)
			status = ASST_OK;
		begun = begun || taking.more;
	} while (status == ASST_OK && taking.more);
	if (status == ASST_OK)
		asst__error_clear(err);
	taking_reset(&taking);
	asst__call_end(&call);
	return status;
}
