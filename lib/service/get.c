/* SPDX-License-Identifier: MIT */
/* Loading one assistant, or many at one moment. */
#include "service/list.h"
#include "service/object.h"

#include <string.h>

int asst_assistant_get(asst_assistant **assistant, asst_session *session, const char *id,
		       uint32_t flags, asst_error *err)
{
	struct asst__loaded loaded;
	struct asst__call call;
	int status;

	if (assistant)
		*assistant = NULL;
	status = asst__call_begin(&call, session, err);
	if (status != ASST_OK)
		return status;
	status = asst__flags_check(flags, 0, err);
	if (status == ASST_OK) {
		status = asst__locate(&loaded, &call, id, ASST__RIGHT_READ);
		if (status == ASST_OK && assistant)
			status = asst__assistant_make(assistant, &loaded, true, &call);
		asst__loaded_dispose(&loaded);
	}
	asst__call_end(&call);
	return status;
}

#define PARTS 3 /* keys an assistant: head, grants, live definition */

/* What does not read as an id asks for nothing: not found, like any other. */
static int ask_for(struct asst_keys *keys, const char *const *ids, size_t count, asst_error *err)
{
	unsigned char id[ASST__UUID_BYTES];
	size_t i;
	int status = ASST_OK;

	for (i = 0; i < count && status == ASST_OK; i++) {
		if (!ids[i])
			return asst__fail(err, ASST_EINVAL, "id %zu is NULL", i);
		if (!asst__uuid_read(id, ids[i], strlen(ids[i])))
			memset(id, 0, sizeof(id));
		status = asst__keys_add_object(keys, id, true, err);
	}
	return status;
}

static int take(asst_list *list, size_t i, const struct asst_sink *sink,
		const struct asst__call *call)
{
	struct asst__loaded loaded;
	int status;

	status = asst__loaded_take(&loaded, sink, i * PARTS, true, call->err);
	if (status == ASST_OK) {
		asst__decide(&loaded.decision, ASST__RIGHT_READ, call->actor,
			     &loaded.object, call->now);
		if (loaded.decision.status == ASST_OK)
			status = asst__assistant_make(&list->items[i], &loaded, true, call);
	}
	asst__loaded_dispose(&loaded);
	return status;
}

static int get_many(asst_list *list, const char *const *ids, struct asst__call *call)
{
	struct asst_keys keys;
	struct asst_sink sink;
	uint64_t sequence;
	size_t i;
	int status = asst__read_gates(call);

	if (status != ASST_OK)
		return status;
	asst__keys_init(&keys, &call->store->mem);
	asst__sink_init(&sink, &call->store->mem);
	status = ask_for(&keys, ids, list->count, call->err);
	if (status == ASST_OK)
		status = asst__call_get(call, &keys, &sink, &sequence);
	/* The call may have been renewed. */
	if (status == ASST_OK)
		status = asst__read_gates(call);
	if (status == ASST_OK)
		status = asst__list_note_feed(list, call, sequence);
	for (i = 0; i < list->count && status == ASST_OK; i++)
		status = take(list, i, &sink, call);
	asst__sink_dispose(&sink);
	asst__keys_dispose(&keys);
	return status;
}

int asst_assistant_get_many(asst_list **list, asst_session *session, const char *const *ids,
			    size_t count, uint32_t flags, asst_error *err)
{
	struct asst__call call;
	asst_list *made = NULL;
	int64_t most;
	int status;

	if (list)
		*list = NULL;
	status = asst__call_begin(&call, session, err);
	if (status != ASST_OK)
		return status;
	most = call.store->opts.limits.cap[ASST__LIMIT_LIST_PAGE];
	status = asst__flags_check(flags, 0, err);
	if (status == ASST_OK && (!list || !ids || count == 0))
		status =
			asst__fail(err, ASST_EINVAL, "needs a place for the list and 1 id or more");
	if (status == ASST_OK && count > (size_t)most)
		status = asst__fail(err, ASST_ELIMIT,
				    "list_page is limited to %lld, but there are %zu ids",
				    (long long)most, count);
	if (status == ASST_OK)
		status = asst__list_new(&made, count, &call.store->mem, err);
	if (status == ASST_OK)
		status = get_many(made, ids, &call);
	if (status == ASST_OK)
		*list = made;
	else
		asst_list_free(made);
	asst__call_end(&call);
	return status;
}
