/* SPDX-License-Identifier: MIT */
/* Moving a draft's base to the live definition of now. */
#include "model/check.h"
#include "model/threeway.h"
#include "service/draft_handle.h"

#include <string.h>

int asst__draft_retake(struct asst_def *def, asst__json *tree, const struct asst_def *live,
		       const struct asst_def *draft, uint32_t flags,
		       const struct asst__call *call)
{
	const struct asst__mem *mem = &call->store->mem;
	uint32_t keep = call->store->opts.keep_unknown ? ASST__CHECK_KEEP_UNKNOWN : 0;
	struct asst_def taken;
	asst_buf *record;
	int status = asst__def_record(&record, tree, NULL, &live->view, &draft->view,
				      &call->store->opts.limits, flags | keep, mem, call->err);

	if (status == ASST_OK)
		status = asst__def_open(
			&taken, mem, record,
			(struct asst__string){ asst_buf_data(record), asst_buf_size(record) },
			call->err);
	if (status == ASST_OK) {
		asst__def_dispose(def);
		*def = taken;
	}
	asst_buf_free(record);
	return status;
}

struct rebasing {
	struct asst__call *call;
	asst_draft *draft;
	struct asst__string json; /* the resolutions, of the size that the caller gave */
	asst__json *resolutions;
	/* of one attempt */
	struct asst__loaded loaded;
	struct asst_def merged;
};

static int open_def(struct asst_def *def, const struct asst__part *part, unsigned field,
		    const struct asst__call *call)
{
	if (!part->buf)
		return asst__fail(call->err, ASST_ECORRUPT,
				  "the version that the draft was made from is missing");
	return asst__def_open(def, &call->store->mem, part->buf,
			      asst__view_text(&part->view, field), call->err);
}

/* What the draft and the live definition make together, with the base that they have in common. */
static int merge(struct rebasing *rebasing, const struct asst_def *base, int64_t base_version,
		 int64_t live_version)
{
	const struct asst__call *call = rebasing->call;
	struct asst__loaded *loaded = &rebasing->loaded;
	struct asst__threeway threeway;
	struct asst_def live, draft = { .buf = NULL };
	asst__json *tree = NULL;
	int status = open_def(&live, &loaded->def, ASST__VERSION_DEF, call);

	if (status != ASST_OK)
		return status;
	status = open_def(&draft, &loaded->draft, ASST__DRAFT_DEF, call);
	memset(&threeway, 0, sizeof(threeway));
	if (status == ASST_OK)
		status = asst__threeway_begin(&threeway, &base->view, &live.view, &draft.view,
					      &call->store->mem, call->err);
	if (status == ASST_OK)
		status = asst__threeway_merge(&tree, &threeway, rebasing->resolutions,
					      ASST__UNDECIDED, base_version, live_version,
					      call->err);
	if (status == ASST_OK)
		status = asst__draft_retake(&rebasing->merged, tree, &live, &draft,
					    ASST__CHECK_INCOMPLETE, call);
	asst__json_free(tree);
	asst__threeway_dispose(&threeway);
	asst__def_dispose(&live);
	asst__def_dispose(&draft);
	return status;
}

static int build(struct rebasing *rebasing, struct asst__change *change)
{
	const struct asst__call *call = rebasing->call;
	struct asst__loaded *loaded = &rebasing->loaded;
	struct asst__event event = { .action = "draft.rebase",
				     .object = asst__view_text(&loaded->head.view, ASST__HEAD_ID) };
	int64_t live = asst__view_int(&loaded->head.view, ASST__HEAD_VERSION, 0);
	int64_t from = asst__view_int(&loaded->draft.view, ASST__DRAFT_BASE_VERSION, 0);
	const struct asst__part *part = live == from ? &loaded->def : &loaded->versions[0];
	struct asst_def base, before;
	struct asst__key key;
	int status = open_def(&base, part, ASST__VERSION_DEF, call);

	if (status != ASST_OK)
		return status;
	status = merge(rebasing, &base, from, live);
	asst__def_dispose(&base);
	/* Where nothing was published meanwhile there is nothing to bring in. */
	if (status != ASST_OK || live == from)
		return status;
	asst__key_part(&key, loaded->id, ASST__PART_DEF);
	asst__change_check(change, &key, loaded->def.sequence);
	status = open_def(&before, &loaded->draft, ASST__DRAFT_DEF, call);
	if (status != ASST_OK)
		return status;
	event.def_from = &before.view;
	event.def_to = &rebasing->merged.view;
	status = asst__draft_put(loaded, change, rebasing->merged.bytes, live);
	if (status == ASST_OK)
		asst__change_event(change, &event);
	asst__def_dispose(&before);
	return status;
}

static void rebasing_reset(struct rebasing *rebasing)
{
	asst__loaded_dispose(&rebasing->loaded);
	asst__def_dispose(&rebasing->merged);
}

/* A list, as long as there may be conflicts; read by the first attempt that comes so far. */
static int scan_resolutions(struct rebasing *rebasing)
{
	const struct asst__call *call = rebasing->call;
	const char *json = rebasing->json.text;
	size_t size = rebasing->json.size;
	struct asst__json_limits limits;
	int status;

	if (!json || rebasing->resolutions)
		return ASST_OK;
	asst__limits_for_places(&call->store->opts.limits, &limits);
	status = asst__json_scan(&rebasing->resolutions, json, size, &limits, &call->store->mem,
				 call->err);
	if (status != ASST_OK || asst__json_kind(rebasing->resolutions) == ASST__JSON_ARRAY)
		return status;
	asst__error_add_issue(call->err, "type", "", "must be a list");
	return asst__fail(call->err, ASST_EVALIDATION, "the resolutions must be a list");
}

static int attempt_rebase(void *context, struct asst__change *change, bool lost)
{
	struct rebasing *rebasing = context;
	struct asst__call *call = rebasing->call;
	int status;

	(void)lost;
	rebasing_reset(rebasing);
	status = asst__draft_find(&rebasing->loaded, rebasing->draft, call, ASST__RIGHT_DRAFT);
	if (status == ASST_OK)
		status = asst__draft_check_own(&rebasing->loaded, call);
	if (status == ASST_OK)
		status = scan_resolutions(rebasing);
	if (status == ASST_OK)
		status = asst__draft_check_stale(&rebasing->loaded, rebasing->draft, call);
	return status == ASST_OK ? build(rebasing, change) : status;
}

int asst_draft_rebase(asst_draft *draft, const char *resolutions, size_t size, uint32_t flags,
		      asst_error *err)
{
	struct rebasing rebasing;
	struct asst__call call;
	int status = asst__call_begin(&call, draft ? draft->session : NULL, err);

	if (status != ASST_OK)
		return status;
	memset(&rebasing, 0, sizeof(rebasing));
	call.want_draft = true;
	call.versions[0] = (int64_t)asst_draft_base_version(draft);
	rebasing.call = &call;
	rebasing.draft = draft;
	rebasing.json = (struct asst__string){ resolutions, size };
	status = asst__flags_check(flags, 0, err);
	if (status == ASST_OK && !resolutions && size != 0 && size != ASST_NUL)
		status = asst__fail(err, ASST_EINVAL, "resolutions of %zu bytes are NULL", size);
	if (status == ASST_OK)
		status = asst__write(&call, "draft.rebase", draft->assistant_id, attempt_rebase,
				     &rebasing);
	if (status == ASST_OK)
		status = asst__draft_show(draft, &rebasing.loaded.draft, err);
	rebasing_reset(&rebasing);
	asst__json_free(rebasing.resolutions);
	asst__call_end(&call);
	return status;
}
