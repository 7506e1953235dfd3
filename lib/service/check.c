/* SPDX-License-Identifier: MIT */
/* Asking for a decision: the boolean, the one with its reasons, and many booleans at once. */
#include "service/object.h"

#include <assistant/access.h>

#include <string.h>

/* Decide on what id names. A refusal is an answer here, not a failure. */
static int decide(struct asst__decision *decision, struct asst__call *call, int right,
		  const char *id)
{
	static const struct asst__object nothing;
	struct asst__loaded loaded;
	int status;

	/* These are about what was deleted, too. */
	call->either = right == ASST__RIGHT_RESTORE || right == ASST__RIGHT_PURGE;
	if (asst__rights[right].level == ASST_LEVEL_NONE) {
		asst__decide(decision, (enum asst__right)right, call->actor, &nothing,
			     call->now);
		return ASST_OK;
	}
	status = asst__locate(&loaded, call, id, (enum asst__right)right);
	*decision = loaded.decision;
	/* Strings of the decision are the call's, so the records may go. */
	asst__loaded_dispose(&loaded);
	if (status == decision->status) {
		asst__error_clear(call->err);
		return ASST_OK;
	}
	return status;
}

static int ask(struct asst__decision *decision, struct asst__call *call, const char *right,
	       const char *id, int *which)
{
	*which = asst__right_find(right);
	if (*which < 0)
		return asst__fail(call->err, ASST_EINVAL, "no right has this name");
	if (!id && asst__rights[*which].level != ASST_LEVEL_NONE)
		return asst__fail(call->err, ASST_EINVAL, "needs an id");
	return decide(decision, call, *which, id);
}

int asst_access_check(int *allowed, asst_session *session, const char *right, const char *id,
		      asst_error *err)
{
	struct asst__decision decision;
	struct asst__call call;
	int status, which;

	if (allowed)
		*allowed = 0;
	status = asst__call_begin(&call, session, err);
	if (status != ASST_OK)
		return status;
	status = ask(&decision, &call, right, id, &which);
	if (status == ASST_OK && allowed)
		*allowed = decision.status == ASST_OK;
	asst__call_end(&call);
	return status;
}

int asst_access_explain(asst_buf **out, asst_session *session, const char *right, const char *id,
			asst_error *err)
{
	struct asst__decision decision;
	struct asst__text text;
	struct asst__call call;
	int status, which;

	if (out)
		*out = NULL;
	status = asst__call_begin(&call, session, err);
	if (status != ASST_OK)
		return status;
	status = ask(&decision, &call, right, id, &which);
	if (status == ASST_OK && out) {
		asst__text_init(&text, &call.store->mem, SIZE_MAX / 2);
		asst__decision_write(&text, &decision, (enum asst__right)which, call.actor);
		status = asst__text_to_buf(out, &text, err);
	}
	asst__call_end(&call);
	return status;
}

/* Many assistants */

#define PARTS 2 /* keys an assistant: head and grants */

static int ask_many(struct asst_sink *sink, struct asst__call *call, const char *const *ids,
		    size_t count)
{
	unsigned char id[ASST__UUID_BYTES];
	struct asst_keys keys;
	uint64_t sequence;
	size_t i;
	int status = ASST_OK;

	asst__keys_init(&keys, &call->store->mem);
	for (i = 0; i < count && status == ASST_OK; i++) {
		if (!ids[i]) {
			status = asst__fail(call->err, ASST_EINVAL, "id %zu is NULL", i);
			break;
		}
		if (!asst__uuid_read(id, ids[i], strlen(ids[i])))
			memset(id, 0, sizeof(id));
		status = asst__keys_add_object(&keys, id, false, call->err);
	}
	if (status == ASST_OK)
		status = asst__call_get(call, &keys, sink, &sequence);
	asst__keys_dispose(&keys);
	return status;
}

static int check_many(int *allowed, struct asst__call *call, enum asst__right right,
		      const char *const *ids, size_t count)
{
	struct asst__loaded loaded;
	struct asst_sink sink;
	size_t i;
	int status;

	asst__sink_init(&sink, &call->store->mem);
	status = ask_many(&sink, call, ids, count);
	for (i = 0; i < count && status == ASST_OK; i++) {
		status = asst__loaded_take(&loaded, &sink, PARTS * i, false, call->err);
		if (status == ASST_OK) {
			loaded.either = right == ASST__RIGHT_RESTORE || right == ASST__RIGHT_PURGE;
			asst__loaded_describe(&loaded);
			asst__decide(&loaded.decision, right, call->actor, &loaded.object,
				     call->now);
			if (allowed)
				allowed[i] = loaded.decision.status == ASST_OK;
		}
		asst__loaded_dispose(&loaded);
	}
	asst__sink_dispose(&sink);
	return status;
}

int asst_access_check_many(int *allowed, asst_session *session, const char *right,
			   const char *const *ids, size_t count, asst_error *err)
{
	static const struct asst__object nothing;
	struct asst__decision decision;
	struct asst__call call;
	int64_t most;
	int which, status = asst__call_begin(&call, session, err);

	if (allowed && ids && count <= 1000)
		memset(allowed, 0, count * sizeof(*allowed));
	if (status != ASST_OK)
		return status;
	most = call.store->opts.limits.cap[ASST__LIMIT_LIST_PAGE];
	which = asst__right_find(right);
	if (which < 0 || asst__rights[which].level == ASST_LEVEL_NONE)
		status = asst__fail(err, ASST_EINVAL, "no right on an assistant has this name");
	else if (!ids || count == 0)
		status = asst__fail(err, ASST_EINVAL, "needs 1 id or more");
	else if (count > (size_t)most)
		status = asst__fail(err, ASST_ELIMIT,
				    "list_page is limited to %lld, but there are %zu ids",
				    (long long)most, count);
	/* Gates that need no object come before any look-up. */
	if (status == ASST_OK) {
		asst__decide(&decision, (enum asst__right)which, call.actor, &nothing, call.now);
		if (decision.status == ASST_EDENIED)
			count = 0;
	}
	if (status == ASST_OK && count)
		status = check_many(allowed, &call, (enum asst__right)which, ids, count);
	if (status != ASST_OK && allowed && ids && count <= 1000)
		memset(allowed, 0, count * sizeof(*allowed));
	asst__call_end(&call);
	return status;
}

size_t asst_right_count(void)
{
	return ASST__RIGHT_COUNT;
}

const char *asst_right_name(size_t i)
{
	return i < ASST__RIGHT_COUNT ? asst__rights[i].name : NULL;
}
