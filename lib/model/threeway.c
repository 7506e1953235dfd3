/* SPDX-License-Identifier: MIT */
/* Three definitions compared, and where two of them meet. */
#include "model/threeway.h"
#include "base/fail.h"
#include "model/def.h"

#include <stdio.h>
#include <string.h>

void asst__def_lists(struct asst__json_list lists[ASST__DEF_LISTS_MAX])
{
	const struct asst__schema *schema = &asst__def_schema;
	size_t count = 0, k;
	unsigned i;

	memset(lists, 0, ASST__DEF_LISTS_MAX * sizeof(*lists));
	for (i = 1; i <= schema->count; i++) {
		const struct asst__schema *items = schema->fields[i].items;

		if (!items || !items->key[0])
			continue;
		lists[count].name = schema->fields[i].name;
		for (k = 0; k < 2 && items->key[k]; k++)
			lists[count].keys[k] = items->fields[items->key[k]].name;
		count++;
	}
}

/* The place of a conflict among the fields. */
static size_t rank_of(const struct asst__json_conflict *conflict)
{
	const struct asst__schema *schema = &asst__def_schema;
	const char *name = conflict->pointer + 1;
	size_t size = strcspn(name, "/");
	unsigned i;

	for (i = 1; i <= schema->count; i++) {
		if (strlen(schema->fields[i].name) == size &&
		    memcmp(schema->fields[i].name, name, size) == 0)
			break;
	}
	return i;
}

/* In the order of the fields; in one field the order of its items comes first. */
static int sort_conflicts(struct asst__json_conflicts *conflicts, asst_error *err)
{
	size_t rank, i, at = 0, bytes = conflicts->room * sizeof(*conflicts->items);
	struct asst__json_conflict *sorted;

	if (conflicts->count < 2)
		return ASST_OK;
	sorted = asst__alloc(&asst__mem_libc, bytes);
	if (!sorted)
		return asst__fail_nomem(err);
	for (rank = 1; rank <= asst__def_schema.count + 1u; rank++) {
		for (i = 0; i < conflicts->count; i++) {
			if (rank_of(&conflicts->items[i]) == rank && conflicts->items[i].order)
				sorted[at++] = conflicts->items[i];
		}
		for (i = 0; i < conflicts->count; i++) {
			if (rank_of(&conflicts->items[i]) == rank && !conflicts->items[i].order)
				sorted[at++] = conflicts->items[i];
		}
	}
	asst__free(&asst__mem_libc, conflicts->items, bytes);
	conflicts->items = sorted;
	return ASST_OK;
}

int asst__threeway_begin(struct asst__threeway *threeway, const struct asst__view *base,
			 const struct asst__view *live, const struct asst__view *draft,
			 const struct asst__mem *mem, asst_error *err)
{
	int status;

	memset(threeway, 0, sizeof(*threeway));
	threeway->mem = mem;
	asst__def_lists(threeway->lists);
	status = asst__def_tree(&threeway->base, base, mem, err);
	if (status == ASST_OK)
		status = asst__def_tree(&threeway->live, live, mem, err);
	if (status == ASST_OK)
		status = asst__def_tree(&threeway->draft, draft, mem, err);
	if (status == ASST_OK)
		status = asst__json_diff(&threeway->live_change, threeway->base, threeway->live,
					 threeway->lists, err);
	if (status == ASST_OK)
		status = asst__json_diff(&threeway->draft_change, threeway->base, threeway->draft,
					 threeway->lists, err);
	if (status == ASST_OK)
		status = asst__json_overlaps(&threeway->conflicts, &threeway->live_change,
					     &threeway->draft_change, err);
	if (status == ASST_OK)
		status = asst__placement_meet(threeway, err);
	if (status == ASST_OK)
		status = sort_conflicts(&threeway->conflicts, err);
	return status;
}

void asst__threeway_dispose(struct asst__threeway *threeway)
{
	asst__json_conflicts_dispose(&threeway->conflicts);
	asst__json_change_dispose(&threeway->live_change);
	asst__json_change_dispose(&threeway->draft_change);
	asst__json_free(threeway->base);
	asst__json_free(threeway->live);
	asst__json_free(threeway->draft);
	memset(threeway, 0, sizeof(*threeway));
}

/* Detail of conflicts */

static const struct asst__json_list *list_at(const struct asst__threeway *threeway,
					     const char *pointer)
{
	return asst__json_find_list(threeway->lists, pointer + 1);
}

static void write_tokens(struct asst__text *out, const asst__json *list,
			 const struct asst__json_list *keys)
{
	const asst__json *item;
	char *token;
	bool more = false;

	asst__text_add_char(out, '[');
	for (item = asst__json_first(list); item; item = asst__json_next(item)) {
		token = asst__json_token(item, keys);
		if (!token)
			out->failed = ASST_ENOMEM;
		if (more)
			asst__text_add_char(out, ',');
		asst__json_write_string(out, token ? token : "", ASST_NUL);
		asst__free_text(&asst__mem_libc, token);
		more = true;
	}
	asst__text_add_char(out, ']');
}

static void write_side(struct asst__text *out, const char *name,
		       const struct asst__threeway *threeway,
		       const struct asst__json_conflict *conflict, asst__json *tree)
{
	asst__json *value = asst__json_place(tree, conflict->pointer, threeway->lists);

	if (!value)
		return;
	asst__text_add_format(out, ",\"%s\":", name);
	if (conflict->order)
		write_tokens(out, value, list_at(threeway, conflict->pointer));
	else
		asst__json_write(out, value, threeway->mem);
}

static void write_conflict(struct asst__text *out, const struct asst__threeway *threeway,
			   const struct asst__json_conflict *conflict)
{
	asst__text_add_cstr(out, "{\"pointer\":");
	asst__json_write_string(out, conflict->pointer, ASST_NUL);
	if (conflict->order)
		asst__text_add_cstr(out, ",\"order\":true");
	write_side(out, "base", threeway, conflict, threeway->base);
	write_side(out, "live", threeway, conflict, threeway->live);
	write_side(out, "draft", threeway, conflict, threeway->draft);
	asst__text_add_char(out, '}');
}

int asst__threeway_undecided(const struct asst__threeway *threeway, const bool *decided,
			     int64_t base_version, int64_t live_version, asst_error *err)
{
	const struct asst__json_conflicts *conflicts = &threeway->conflicts;
	struct asst__text out;
	size_t i, count = 0;

	asst__text_init(&out, threeway->mem, SIZE_MAX / 2);
	asst__text_add_format(&out,
			      "{\"baseVersion\":%lld,\"liveVersion\":%lld,\"conflicts\":[",
			      (long long)base_version, (long long)live_version);
	for (i = 0; i < conflicts->count; i++) {
		if (decided && decided[i])
			continue;
		if (count++)
			asst__text_add_char(&out, ',');
		write_conflict(&out, threeway, &conflicts->items[i]);
		asst__error_add_issue(err, "conflict", conflicts->items[i].pointer,
				      conflicts->items[i].order ?
					      "the items are in other orders on both sides" :
					      "was changed in the draft and in the live definition");
	}
	asst__text_add_cstr(&out, "]}");
	if (!out.failed)
		asst__error_set_detail(err, out.data, out.size);
	asst__text_free(&out);
	return asst__fail(
		err, ASST_ECONFLICT,
		"the live definition is version %lld, the draft was made from version %lld: %zu place%s changed on both sides",
		(long long)live_version, (long long)base_version, count, count == 1 ? "" : "s");
}

int asst__threeway_refuse(const struct asst__threeway *threeway, int64_t base_version,
			  int64_t live_version, asst_error *err)
{
	return asst__threeway_undecided(threeway, NULL, base_version, live_version, err);
}
