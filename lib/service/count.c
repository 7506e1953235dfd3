/* SPDX-License-Identifier: MIT */
/* Counting what a list would have: exactly, as far as that is cheap. */
#include "service/list.h"
#include "service/page.h"

#include <string.h>

#define COUNT_MOST 10000
/* So many places are looked at in one go. */
#define STEP 4096

/* How many of what was found give the right: what the creator of a credential has is no entry. */
static int decide_all(size_t *count, const struct asst__query *query, const struct asst__found *found)
{
	const struct asst__call *call = query->call;
	struct asst__loaded loaded;
	struct asst_keys keys;
	struct asst_sink sink;
	uint64_t sequence;
	size_t i;
	int status = ASST_OK;

	asst__keys_init(&keys, &call->store->mem);
	asst__sink_init(&sink, &call->store->mem);
	for (i = 0; i < found->count && status == ASST_OK; i++)
		status = asst__keys_add_object(&keys, asst__place_id(&found->places[i]), false,
					       call->err);
	if (status == ASST_OK && i)
		status = asst__backend_get(&call->store->backend, call->workspace, &keys, &sink,
					   &sequence, call->err);
	for (i = 0; i < found->count && status == ASST_OK; i++) {
		status = asst__loaded_take(&loaded, &sink, 2 * i, false, call->err);
		asst__decide(&loaded.decision, query->right, call->actor, &loaded.object,
			     call->now);
		*count += status == ASST_OK && loaded.decision.status == ASST_OK;
		asst__loaded_dispose(&loaded);
	}
	asst__sink_dispose(&sink);
	asst__keys_dispose(&keys);
	return status;
}

static int count_all(size_t *count, struct asst__query *query)
{
	struct asst__found found = { 0, 0, NULL };
	bool person = query->call->actor->kind == ASST__PERSON;
	int status = ASST_OK;

	query->step = query->wanted = STEP;
	while (status == ASST_OK && *count <= COUNT_MOST && !query->ended) {
		status = asst__query_find(&found, query);
		if (status == ASST_OK && person)
			*count += found.count;
		else if (status == ASST_OK)
			status = decide_all(count, query, &found);
	}
	asst__free(&query->call->store->mem, found.places, found.room * sizeof(*found.places));
	return status;
}

static int read_options(struct asst__query *query, const char *options, size_t size)
{
	struct asst__view view;
	asst_buf *record = NULL;
	int status = asst__options_read(&record, &view, &asst__count_schema, options, size,
					query->call);

	if (status == ASST_OK)
		status = asst__query_right(query, asst__view_text(&view, ASST__COUNT_RIGHT));
	asst_buf_free(record);
	return status;
}

int asst_assistant_count(uint64_t *count, int *more, asst_session *session, const char *options,
			 size_t size, asst_error *err)
{
	struct asst__query query;
	struct asst__call call;
	size_t found = 0;
	int status;

	if (count)
		*count = 0;
	if (more)
		*more = 0;
	status = asst__call_begin(&call, session, err);
	if (status != ASST_OK)
		return status;
	memset(&query, 0, sizeof(query));
	query.call = &call;
	query.sort = ASST__SORT_CREATED;
	status = count ? asst__query_gates(&query) :
			 asst__fail(err, ASST_EINVAL, "needs a place for the count");
	if (status == ASST_OK)
		status = read_options(&query, options, size);
	if (status == ASST_OK)
		status = count_all(&found, &query);
	if (status == ASST_OK) {
		*count = found < COUNT_MOST ? found : COUNT_MOST;
		if (more)
			*more = found > COUNT_MOST;
	}
	asst__call_end(&call);
	return status;
}
