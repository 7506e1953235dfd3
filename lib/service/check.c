/* SPDX-License-Identifier: MIT */
/* Asking for a decision: the boolean, and the one with its reasons. */
#include "service/object.h"

#include <assistant/access.h>

/* Decide on what id names. A refusal is an answer here, not a failure. */
static int decide(struct asst__decision *decision, const struct asst__call *call, int right,
		  const char *id)
{
	static const struct asst__object nothing;
	struct asst__loaded loaded;
	struct asst__call own = *call;
	int status;

	/* These are about what was deleted, too. */
	own.either = right == ASST__RIGHT_RESTORE || right == ASST__RIGHT_PURGE;
	if (asst__rights[right].level == ASST_LEVEL_NONE) {
		asst__decide(decision, (enum asst__right)right, call->actor, &nothing,
			     call->now);
		return ASST_OK;
	}
	status = asst__locate(&loaded, &own, id, (enum asst__right)right);
	*decision = loaded.decision;
	/* Strings of the decision are the session's, so the records may go. */
	asst__loaded_dispose(&loaded);
	if (status == decision->status) {
		asst__error_clear(call->err);
		return ASST_OK;
	}
	return status;
}

static int ask(struct asst__decision *decision, const struct asst__call *call, const char *right,
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
	call.levels = true;
	status = ask(&decision, &call, right, id, &which);
	if (status == ASST_OK && out) {
		asst__text_init(&text, &call.store->mem, SIZE_MAX / 2);
		asst__decision_write(&text, &decision, (enum asst__right)which, call.actor);
		status = asst__text_to_buf(out, &text, err);
	}
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
