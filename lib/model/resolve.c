/* SPDX-License-Identifier: MIT */
/* Deciding where two definitions meet, and what comes out. */
#include "base/fail.h"
#include "base/number.h"
#include "model/resolve.h"

#include <string.h>

#define MOST_VERSION 9007199254740991.0

int asst__decide_fault(asst_error *err, size_t index, const char *member, const char *code,
		       const char *what)
{
	struct asst__text pointer;
	int status;

	asst__text_init(&pointer, &asst__mem_libc, SIZE_MAX / 2);
	asst__pointer_add_index(&pointer, index);
	if (*member)
		asst__pointer_add(&pointer, member);
	if (pointer.failed) {
		status = asst__fail_nomem(err);
	} else {
		asst__error_add_issue(err, code, pointer.data, what);
		status = asst__fail(err, ASST_EVALIDATION, "resolution %zu: %s", index, what);
	}
	asst__text_free(&pointer);
	return status;
}

const struct asst__json_list *asst__decide_list(const struct asst__threeway *threeway,
						const char *pointer)
{
	const struct asst__json_list *list = threeway->lists;
	const char *end = strchr(pointer + 1, '/');
	size_t size = end ? (size_t)(end - pointer) - 1 : 0;

	if (!end || strchr(end + 1, '/'))
		return NULL;
	while (list->name &&
	       (strlen(list->name) != size || memcmp(list->name, pointer + 1, size) != 0))
		list++;
	return list->name ? list : NULL;
}

/* Put a value there, which it consumes; NULL removes. An item's place is found at the end. */
static int set_value(const struct asst__deciding *deciding, const char *pointer, asst__json *value)
{
	return asst__json_place_set(deciding->tree, pointer, deciding->threeway->lists, value) ?
		       ASST_OK :
		       asst__fail_nomem(deciding->err);
}

static int take_draft(const struct asst__deciding *deciding, const char *pointer)
{
	const struct asst__threeway *threeway = deciding->threeway;
	asst__json *value = asst__json_place(threeway->draft, pointer, threeway->lists);
	asst__json *copy = value ? asst__json_copy(value) : NULL;

	if (value && !copy)
		return asst__fail_nomem(deciding->err);
	return set_value(deciding, pointer, copy);
}

/* Whether an item has what its token is made of: then it has none for want of memory alone. */
static bool has_keys(const asst__json *item, const struct asst__json_list *list)
{
	size_t i;

	for (i = 0; i < 2 && list->keys[i]; i++) {
		if (asst__json_kind(asst__json_member(item, list->keys[i])) != ASST__JSON_STRING)
			return false;
	}
	return true;
}

/* An item keeps the id that its pointer names; where there is one member for it, it may be left out. */
static int check_item(const struct asst__threeway *threeway, const char *pointer, asst__json *value,
		      size_t index, asst_error *err)
{
	const struct asst__json_list *list = asst__decide_list(threeway, pointer);
	const char *last = strrchr(pointer, '/');
	asst__json *id;
	char *token, *own;
	bool same, lost;

	if (!list)
		return ASST_OK;
	if (asst__json_kind(value) != ASST__JSON_OBJECT)
		return asst__decide_fault(err, index, "value", "type",
					  "must be an object: an item of the list");
	token = asst__pointer_next(&last);
	if (!token)
		return asst__fail_nomem(err);
	id = asst__json_member(value, list->keys[0]);
	if (!list->keys[1] && (!id || asst__json_kind(id) == ASST__JSON_NULL) &&
	    !asst__json_set(value, list->keys[0], asst__json_new_string(token))) {
		asst__free_text(&asst__mem_libc, token);
		return asst__fail_nomem(err);
	}
	own = asst__json_token(value, list);
	same = own && strcmp(own, token) == 0;
	lost = !own && has_keys(value, list);
	asst__free_text(&asst__mem_libc, own);
	asst__free_text(&asst__mem_libc, token);
	if (lost)
		return asst__fail_nomem(err);
	return same ? ASST_OK :
		      asst__decide_fault(err, index, "value", "read_only",
					 "must have the id that the pointer names");
}

static int take_value(const struct asst__deciding *deciding, const char *pointer,
		      const struct asst__decided *decision)
{
	asst__json *copy;
	int status;

	/* null removes, as in a patch: also where the text of a host could hold one. */
	if (asst__json_kind(decision->value) == ASST__JSON_NULL)
		return set_value(deciding, pointer, NULL);
	copy = asst__json_copy(decision->value);
	status = copy ? check_item(deciding->threeway, pointer, copy, decision->index,
				       deciding->err) :
			    asst__fail_nomem(deciding->err);

	if (status == ASST_OK)
		return set_value(deciding, pointer, copy);
	asst__json_free(copy);
	return status;
}

/* An order has to wait until the items are there. */
static int decide(struct asst__deciding *deciding, size_t i, const struct asst__decided *decision)
{
	const struct asst__json_conflict *conflict = &deciding->threeway->conflicts.items[i];

	deciding->decided[i] = true;
	deciding->decisions[i] = *decision;
	if (conflict->order || decision->side == ASST__FOR_LIVE)
		return ASST_OK;
	return decision->value ? take_value(deciding, conflict->pointer, decision) :
				 take_draft(deciding, conflict->pointer);
}

static const char *pointer_of(const struct asst__deciding *deciding, size_t i)
{
	return deciding->threeway->conflicts.items[i].pointer;
}

/* Merge two sorted runs that follow on each other; to has as much room. */
static void merge_runs(const struct asst__deciding *deciding, const size_t *from, size_t middle,
		       size_t end, size_t *to)
{
	size_t a = 0, b = middle, i;

	for (i = 0; i < end; i++) {
		if (b == end || (a < middle && strcmp(pointer_of(deciding, from[a]),
						      pointer_of(deciding, from[b])) <= 0))
			to[i] = from[a++];
		else
			to[i] = from[b++];
	}
}

/* Resolutions may come in any order, and there may be as many as a document has values. */
static bool sort_conflicts(struct asst__deciding *deciding)
{
	size_t count = deciding->threeway->conflicts.count, run, i, end;
	size_t *from, *to, *other;

	deciding->sorted = asst__alloc(deciding->threeway->mem,
				       2 * (count + 1) * sizeof(*deciding->sorted));
	if (!deciding->sorted)
		return false;
	from = deciding->sorted;
	to = from + count;
	for (i = 0; i < count; i++)
		from[i] = i;
	for (run = 1; run < count; run *= 2) {
		for (i = 0; i < count; i += 2 * run) {
			end = count - i < 2 * run ? count - i : 2 * run;
			merge_runs(deciding, from + i, run < end ? run : end, end, to + i);
		}
		other = from;
		from = to;
		to = other;
	}
	if (from != deciding->sorted)
		memcpy(deciding->sorted, from, count * sizeof(*from));
	return true;
}

/* The conflict that a resolution is for, or their count. Most have the order of the conflicts. */
static size_t find_conflict(struct asst__deciding *deciding, const char *pointer, int *status)
{
	size_t count = deciding->threeway->conflicts.count, low = 0, high = count, middle;
	int order;

	*status = ASST_OK;
	if (deciding->next < count &&
	    strcmp(pointer_of(deciding, deciding->next), pointer) == 0)
		return deciding->next++;
	if (!deciding->sorted && !sort_conflicts(deciding)) {
		*status = asst__fail_nomem(deciding->err);
		return count;
	}
	while (low < high) {
		middle = low + (high - low) / 2;
		order = strcmp(pointer, pointer_of(deciding, deciding->sorted[middle]));
		if (order == 0) {
			deciding->next = deciding->sorted[middle] + 1;
			return deciding->sorted[middle];
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return count;
}

/* *old: decided on a state that is not live any more, as if it were not decided. */
static int check_seen(bool *old, const struct asst__deciding *deciding, const asst__json *seen,
		      size_t index)
{
	const char *text = asst__json_text(seen);
	double version;

	*old = false;
	if (!seen || asst__json_kind(seen) == ASST__JSON_NULL)
		return ASST_OK;
	if (asst__json_kind(seen) != ASST__JSON_NUMBER)
		return asst__decide_fault(deciding->err, index, "liveVersion", "type",
					  "must be the number of a version");
	if (asst__number_parse(&version, text, strlen(text)) != 0 || version < 0 ||
	    version > MOST_VERSION || version != (double)(int64_t)version)
		return asst__decide_fault(deciding->err, index, "liveVersion", "range",
					  "must be the number of a version");
	*old = (int64_t)version != deciding->live_version;
	return ASST_OK;
}

static int check_members(const asst__json *entry, size_t index, asst_error *err)
{
	static const char *const known[] = { "pointer", "take", "value", "liveVersion" };
	const asst__json *member;
	int status = ASST_OK;
	size_t i;

	for (member = asst__json_first(entry); member && status != ASST_ENOMEM;
	     member = asst__json_next(member)) {
		for (i = 0; i < ASST__COUNT(known); i++) {
			if (strcmp(known[i], asst__json_name(member)) == 0)
				break;
		}
		if (i == ASST__COUNT(known))
			status = asst__decide_fault(err, index, asst__json_name(member),
						    "unknown_field", "is no member of a resolution");
	}
	return status;
}

static int resolve(struct asst__deciding *deciding, const asst__json *entry, size_t index)
{
	const asst__json *pointer = asst__json_member(entry, "pointer");
	const asst__json *take = asst__json_member(entry, "take");
	const asst__json *value = asst__json_member(entry, "value");
	const asst__json *seen = asst__json_member(entry, "liveVersion");
	const char *side = asst__json_kind(take) == ASST__JSON_STRING ? asst__json_text(take) : "";
	struct asst__decided decision = { ASST__UNDECIDED, value, index };
	asst_error *err = deciding->err;
	bool old;
	int status;
	size_t i;

	if (asst__json_kind(entry) != ASST__JSON_OBJECT)
		return asst__decide_fault(err, index, "", "type", "must be an object");
	status = check_members(entry, index, err);
	if (status != ASST_OK)
		return status;
	if (asst__json_kind(pointer) != ASST__JSON_STRING)
		return asst__decide_fault(err, index, "pointer", "required",
					  "must be the pointer of a conflict");
	if (!take == !value)
		return asst__decide_fault(err, index, "", "required", "needs either take or value");
	i = find_conflict(deciding, asst__json_text(pointer), &status);
	if (status != ASST_OK)
		return status;
	if (i == deciding->threeway->conflicts.count)
		return asst__decide_fault(err, index, "pointer", "unknown_reference",
					  "is not the pointer of a conflict");
	if (deciding->decided[i])
		return asst__decide_fault(err, index, "pointer", "duplicate", "was decided before");
	status = check_seen(&old, deciding, seen, index);
	if (status != ASST_OK)
		return status;
	if (strcmp(side, "draft") == 0)
		decision.side = ASST__FOR_DRAFT;
	else if (strcmp(side, "live") == 0)
		decision.side = ASST__FOR_LIVE;
	else if (take)
		return asst__decide_fault(err, index, "take", "choice",
					  "must be \"live\" or \"draft\"");
	return old ? ASST_OK : decide(deciding, i, &decision);
}

static int decide_all(struct asst__deciding *deciding, const asst__json *resolutions,
		      enum asst__decide_for rest)
{
	const struct asst__decided of_rest = { rest, NULL, 0 };
	const asst__json *entry;
	size_t i = 0, faults = 0;
	int status = ASST_OK;

	for (entry = asst__json_first(resolutions); entry; entry = asst__json_next(entry), i++) {
		status = resolve(deciding, entry, i);
		faults += status == ASST_EVALIDATION;
		if (status != ASST_OK && status != ASST_EVALIDATION)
			return status;
	}
	if (faults > 1)
		return asst__fail(deciding->err, ASST_EVALIDATION,
				  "%zu faults, the first at \"%s\": %s", faults,
				  asst_error_issue_pointer(deciding->err, 0),
				  asst_error_issue_message(deciding->err, 0));
	status = faults ? ASST_EVALIDATION : ASST_OK;
	for (i = 0; i < deciding->threeway->conflicts.count && status == ASST_OK; i++) {
		if (!deciding->decided[i] && rest != ASST__UNDECIDED)
			status = decide(deciding, i, &of_rest);
	}
	return status;
}

static bool all_decided(const struct asst__deciding *deciding)
{
	size_t i = 0;

	while (i < deciding->threeway->conflicts.count && deciding->decided[i])
		i++;
	return i == deciding->threeway->conflicts.count;
}

static int begin(struct asst__deciding *deciding, const struct asst__threeway *threeway)
{
	size_t room = threeway->conflicts.count + 1, bytes;

	if (asst__multiply(&bytes, room, sizeof(*deciding->decisions)))
		deciding->decisions = asst__alloc_zeroed(threeway->mem, bytes);
	if (deciding->decisions)
		deciding->decided = asst__alloc_zeroed(threeway->mem, room);
	if (deciding->decided)
		deciding->tree = asst__json_copy(threeway->live);
	return deciding->tree ? ASST_OK : asst__fail_nomem(deciding->err);
}

int asst__threeway_merge(asst__json **merged, const struct asst__threeway *threeway,
			 const asst__json *resolutions, enum asst__decide_for rest,
			 int64_t base_version, int64_t live_version, asst_error *err)
{
	struct asst__deciding deciding = { .threeway = threeway,
					   .live_version = live_version,
					   .err = err };
	size_t room = threeway->conflicts.count + 1;
	int status = begin(&deciding, threeway);

	if (status == ASST_OK)
		status =
			asst__json_change_apply(deciding.tree, &threeway->draft_change, false, err);
	if (status == ASST_OK)
		status = decide_all(&deciding, resolutions, rest);
	if (status == ASST_OK && !all_decided(&deciding))
		status = asst__threeway_undecided(threeway, deciding.decided, base_version,
						  live_version, err);
	if (status == ASST_OK)
		status = asst__decide_places(&deciding);
	asst__free(threeway->mem, deciding.decided, room);
	asst__free(threeway->mem, deciding.sorted, 2 * room * sizeof(*deciding.sorted));
	asst__free(threeway->mem, deciding.decisions, room * sizeof(*deciding.decisions));
	if (status != ASST_OK)
		asst__json_free(deciding.tree);
	*merged = status == ASST_OK ? deciding.tree : NULL;
	return status;
}
