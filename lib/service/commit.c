/* SPDX-License-Identifier: MIT */
/* Committing a draft: it becomes the live definition and a version, in one batch. */
#include "base/utf8.h"
#include "model/check.h"
#include "model/threeway.h"
#include "service/draft_handle.h"
#include "service/grants.h"
#include "service/routes.h"

#include <string.h>

struct commit {
	struct asst__call *call;
	asst_draft *draft;
	struct asst__string message;
	uint32_t flags;
	asst_assistant *made;
	/* of one attempt */
	struct asst__loaded loaded;
	struct asst__part old_head, old_def;
	struct asst_def live, edited, base; /* base: what the draft was made from */
	struct asst__threeway threeway;
};

static void commit_reset(struct commit *commit)
{
	asst_assistant_free(commit->made);
	commit->made = NULL;
	asst__loaded_dispose(&commit->loaded);
	asst_buf_free(commit->old_head.buf);
	asst_buf_free(commit->old_def.buf);
	memset(&commit->old_head, 0, sizeof(commit->old_head));
	memset(&commit->old_def, 0, sizeof(commit->old_def));
	asst__def_dispose(&commit->live);
	asst__def_dispose(&commit->edited);
	asst__def_dispose(&commit->base);
	asst__threeway_dispose(&commit->threeway);
}

/* Every fault that a draft may have is one now. */
static int check_complete(const struct commit *commit)
{
	const struct asst__call *call = commit->call;
	uint32_t flags = call->store->opts.keep_unknown ? ASST__CHECK_KEEP_UNKNOWN : 0;
	struct asst__check check;
	asst__json *tree;
	int status = asst__def_tree(&tree, &commit->edited.view, &call->store->mem, call->err);

	if (status != ASST_OK)
		return status;
	asst__check_begin(&check, &call->store->opts.limits, flags, &call->store->mem, call->err);
	asst__check_against(&check, tree, &commit->live.view, NULL);
	asst__check_object(&check, &asst__def_schema, tree);
	status = asst__check_end(&check);
	asst__json_free(tree);
	return status;
}

static bool moved_on(const struct commit *commit)
{
	return asst__view_int(&commit->loaded.head.view, ASST__HEAD_VERSION, 0) !=
	       asst__view_int(&commit->loaded.draft.view, ASST__DRAFT_BASE_VERSION, 0);
}

/* The definitions that meet in a commit. The base is live, or a version that is kept. */
static int open_defs(struct commit *commit)
{
	const struct asst__loaded *loaded = &commit->loaded;
	const struct asst__mem *mem = &commit->call->store->mem;
	asst_error *err = commit->call->err;
	bool moved = moved_on(commit);
	const struct asst__part *base = moved ? &loaded->versions[0] : &loaded->def;
	int status = asst__def_open(&commit->live, mem, loaded->def.buf,
				    asst__view_text(&loaded->def.view, ASST__VERSION_DEF), err);

	if (status == ASST_OK)
		status = asst__def_open(&commit->edited, mem, loaded->draft.buf,
					asst__view_text(&loaded->draft.view, ASST__DRAFT_DEF), err);
	if (status == ASST_OK && !base->buf)
		status = asst__fail(err, ASST_ECORRUPT,
				    "the version that the draft was made from is missing");
	if (status == ASST_OK)
		status = asst__def_open(&commit->base, mem, base->buf,
					asst__view_text(&base->view, ASST__VERSION_DEF), err);
	return status;
}

static int check_force(const struct commit *commit)
{
	const struct asst__call *call = commit->call;
	struct asst__decision decision;

	if (!(commit->flags & ASST_COMMIT_FORCE))
		return ASST_OK;
	asst__decide(&decision, ASST__RIGHT_FORCE, call->actor, &commit->loaded.object,
		     call->now);
	return decision.status == ASST_OK ?
		       ASST_OK :
		       asst__decision_fail(&decision, ASST__RIGHT_FORCE, call->err);
}

/* The live definition moved on: refused, or what both sides made takes the draft's place. */
static int meet_live(struct commit *commit)
{
	const struct asst__call *call = commit->call;
	const struct asst__mem *mem = &call->store->mem;
	int64_t live = asst__view_int(&commit->loaded.head.view, ASST__HEAD_VERSION, 0);
	int64_t base = asst__view_int(&commit->loaded.draft.view, ASST__DRAFT_BASE_VERSION, 0);
	bool force = (commit->flags & ASST_COMMIT_FORCE) != 0;
	asst__json *tree = NULL;
	int status = asst__threeway_begin(&commit->threeway, &commit->base.view,
					  &commit->live.view, &commit->edited.view, mem, call->err);

	if (status == ASST_OK && commit->flags)
		status = asst__threeway_merge(&tree, &commit->threeway, NULL,
					      force ? ASST__FOR_DRAFT : ASST__UNDECIDED, base,
					      live, call->err);
	else if (status == ASST_OK)
		status = asst__threeway_refuse(&commit->threeway, base, live, call->err);
	if (status == ASST_OK)
		status = asst__draft_retake(&commit->edited, tree, &commit->live, &commit->edited, 0,
					    call);
	asst__json_free(tree);
	return status;
}

static void next_head(struct asst__head *head, const struct asst__head *from,
		      const struct commit *commit)
{
	const struct asst__call *call = commit->call;

	*head = *from;
	head->revision++;
	head->version++;
	head->updated_by = call->actor->principal;
	head->updated_at = call->now > head->updated_at ? call->now : head->updated_at;
	asst__head_summarize(head, &commit->edited.view);
}

static int make_records(struct commit *commit, const struct asst__head *to)
{
	const struct asst__call *call = commit->call;
	const struct asst__mem *mem = &call->store->mem;
	struct asst__loaded *loaded = &commit->loaded;
	struct asst__version version = { to->version, to->updated_at, to->updated_by,
					 commit->message, commit->edited.bytes };
	asst_buf *head, *def;
	int status = asst__head_write(&head, to, mem, call->err);

	if (status != ASST_OK)
		return status;
	commit->old_head = loaded->head;
	memset(&loaded->head, 0, sizeof(loaded->head));
	status = asst__part_set(&loaded->head, head, &asst__head_schema, call->err);
	if (status == ASST_OK)
		status = asst__version_write(&def, &version, mem, call->err);
	if (status != ASST_OK)
		return status;
	commit->old_def = loaded->def;
	memset(&loaded->def, 0, sizeof(loaded->def));
	status = asst__part_set(&loaded->def, def, &asst__version_schema, call->err);
	asst__loaded_describe(loaded);
	return status;
}

static void check_draft(struct commit *commit, struct asst__change *change)
{
	struct asst__loaded *loaded = &commit->loaded;
	struct asst__key key;

	asst__change_check_object(change, loaded);
	asst__key_draft(&key, loaded->id, commit->call->actor->principal);
	asst__change_check(change, &key, loaded->draft.sequence);
	asst__key_part(&key, loaded->id, ASST__PART_DEF);
	asst__change_check(change, &key, loaded->def.sequence);
	asst__change_drop_draft(change, loaded);
}

/* What is live now; nothing is before the first commit. */
static const struct asst__view *live_def(const struct commit *commit)
{
	return asst__view_int(&commit->loaded.head.view, ASST__HEAD_VERSION, 0) > 0 ?
		       &commit->live.view : NULL;
}

/* What it names, for who commits it. */
static int judge(struct commit *commit, struct asst__change *change)
{
	struct asst__becoming becoming = { .call = commit->call,
					   .id = commit->loaded.id,
					   .live = live_def(commit),
					   .def = &commit->edited.view };
	int status = asst__references_judge(&becoming, change);

	if (status == ASST_OK)
		asst__change_routes(change, commit->loaded.id, becoming.live, becoming.def);
	return status;
}

static int publish(struct commit *commit, struct asst__change *change)
{
	struct asst__loaded *loaded = &commit->loaded;
	struct asst__head from, to;
	struct asst__view stay;
	struct asst__indexed before = { &from, &loaded->acl.view }, after = { &to, &stay };
	struct asst__event event = { .action = "draft.commit",
				     .def_from = &commit->live.view,
				     .def_to = &commit->edited.view };
	struct asst__key key;
	int status = check_complete(commit);

	if (status == ASST_OK)
		status = judge(commit, change);
	if (status != ASST_OK)
		return status;
	if (commit->flags & ASST_COMMIT_FORCE)
		event.forced = &commit->threeway.conflicts;
	check_draft(commit, change);
	asst__head_read(&from, &loaded->head.view);
	next_head(&to, &from, commit);
	status = make_records(commit, &to);
	if (status == ASST_OK)
		status = asst__grants_tidy(&stay, change, loaded);
	if (status != ASST_OK)
		return status;
	asst__key_part(&key, loaded->id, ASST__PART_HEAD);
	asst__change_put(change, &key, loaded->head.buf);
	asst__key_part(&key, loaded->id, ASST__PART_DEF);
	asst__change_put(change, &key, loaded->def.buf);
	/* Kept also from before the first commit: other drafts may have begun there. */
	asst__key_version(&key, loaded->id, (uint64_t)from.version);
	asst__change_put(change, &key, commit->old_def.buf);
	asst__change_index(change, loaded->id, &before, &after);
	event.object = to.id;
	event.old_revision = from.revision;
	event.new_revision = to.revision;
	asst__change_event(change, &event);
	return ASST_OK;
}

static int drop_unchanged(struct commit *commit, struct asst__change *change)
{
	struct asst__event event = { .action = "draft.discard",
				     .object = asst__view_text(&commit->loaded.head.view,
							       ASST__HEAD_ID) };

	check_draft(commit, change);
	asst__change_event(change, &event);
	return ASST_OK;
}

/* Whether there is nothing to publish. */
static bool unchanged(const struct commit *commit)
{
	const struct asst__view *before =
		moved_on(commit) && commit->flags ? &commit->live.view : &commit->base.view;

	return commit->loaded.object.published &&
	       !asst__def_changed(before, &commit->edited.view);
}

static int check_message(const struct commit *commit)
{
	int64_t most = commit->call->store->opts.limits.cap[ASST__LIMIT_MESSAGE];
	struct asst__string message = commit->message;
	asst_error *err = commit->call->err;

	if (!message.text)
		return ASST_OK;
	if (message.size > 4 * (size_t)most)
		return asst__fail(err, ASST_ELIMIT, "message is limited to %lld characters",
				  (long long)most);
	if (asst__utf8_valid(message.text, message.size) != message.size ||
	    memchr(message.text, '\0', message.size)) {
		asst__error_add_issue(err, "json_utf8", "/message", "must be UTF-8 without NUL");
		return asst__fail(err, ASST_EVALIDATION, "the message must be UTF-8 without NUL");
	}
	if (asst__utf8_count(message.text, message.size) > (size_t)most)
		return asst__fail(err, ASST_ELIMIT, "message is limited to %lld characters",
				  (long long)most);
	return ASST_OK;
}

static int attempt_commit(void *context, struct asst__change *change, bool lost)
{
	struct commit *commit = context;
	struct asst__call *call = commit->call;
	int status;

	(void)lost;
	commit_reset(commit);
	status = asst__draft_find(&commit->loaded, commit->draft, call, ASST__RIGHT_WRITE);
	if (status == ASST_OK)
		status = asst__draft_check_own(&commit->loaded, call);
	if (status == ASST_OK)
		status = check_force(commit);
	if (status == ASST_OK)
		status = check_message(commit);
	if (status == ASST_OK)
		status = asst__draft_check_stale(&commit->loaded, commit->draft, call);
	if (status == ASST_OK)
		status = open_defs(commit);
	if (status == ASST_OK && moved_on(commit) &&
	    (commit->flags || asst__def_changed(&commit->base.view, &commit->edited.view)))
		status = meet_live(commit);
	if (status == ASST_OK && unchanged(commit))
		status = drop_unchanged(commit, change);
	else if (status == ASST_OK)
		status = publish(commit, change);
	if (status == ASST_OK)
		status = asst__assistant_make(&commit->made, &commit->loaded, true, call);
	return status;
}

int asst_draft_commit(asst_assistant **assistant, asst_draft *draft, const char *message,
		      size_t message_size, uint32_t flags, asst_error *err)
{
	struct commit commit;
	struct asst__call call;
	int status;

	if (assistant)
		*assistant = NULL;
	status = asst__call_begin(&call, draft ? draft->session : NULL, err);
	if (status != ASST_OK)
		return status;
	memset(&commit, 0, sizeof(commit));
	commit.call = &call;
	commit.draft = draft;
	call.want_draft = true;
	call.versions[0] = (int64_t)asst_draft_base_version(draft);
	commit.flags = flags;
	status = asst__flags_check(flags, ASST_COMMIT_MERGE | ASST_COMMIT_FORCE, err);
	if (status == ASST_OK && !message && message_size != 0 && message_size != ASST_NUL)
		status = asst__fail(err, ASST_EINVAL, "a message of %zu bytes is NULL",
				    message_size);
	commit.message.text = message;
	commit.message.size = message && message_size == ASST_NUL ? strlen(message) : message_size;
	if (status == ASST_OK)
		status = asst__write(&call, "draft.commit", draft->assistant_id, attempt_commit, &commit);
	if (status == ASST_OK && assistant) {
		*assistant = commit.made;
		commit.made = NULL;
	}
	commit_reset(&commit);
	asst__call_end(&call);
	return status;
}
