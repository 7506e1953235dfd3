/* SPDX-License-Identifier: MIT */
/* What changed between two definitions, for hosts. */
#include "base/fail.h"
#include "model/def.h"
#include "model/threeway.h"

#include <string.h>

/* Fields in their order; NULL at the end. */
static void list_names(const char *names[ASST__DEF_COUNT + 1])
{
	unsigned i;

	for (i = 1; i <= asst__def_schema.count; i++)
		names[i - 1] = asst__def_schema.fields[i].name;
	names[i - 1] = NULL;
}

int asst__def_diff(asst_buf **out, const struct asst__view *from, const struct asst__view *to,
		   const struct asst__mem *mem, asst_error *err)
{
	struct asst__json_list lists[ASST__DEF_LISTS_MAX];
	struct asst__json_change change = { .count = 0 };
	const char *names[ASST__DEF_COUNT + 1];
	asst__json *old_tree, *new_tree = NULL;
	struct asst__text text;
	int status = asst__def_tree(&old_tree, from, mem, err);

	asst__def_lists(lists);
	if (status == ASST_OK)
		status = asst__def_tree(&new_tree, to, mem, err);
	if (status == ASST_OK)
		status = asst__json_diff(&change, old_tree, new_tree, lists, err);
	if (status == ASST_OK) {
		asst__text_init(&text, mem, SIZE_MAX / 2);
		list_names(names);
		asst__json_change_write(&text, &change, names, mem);
		status = asst__text_to_buf(out, &text, err);
	}
	asst__json_change_dispose(&change);
	asst__json_free(old_tree);
	asst__json_free(new_tree);
	return status;
}

int asst_def_diff(asst_buf **out, const asst_def *from, const asst_def *to, asst_error *err)
{
	asst__error_clear(err);
	if (out)
		*out = NULL;
	if (!from || !to)
		return asst__fail(err, ASST_EINVAL, "needs two definitions");
	return out ? asst__def_diff(out, &from->view, &to->view, &asst__mem_libc, err) : ASST_OK;
}

static int apply(asst_def *def, const asst__json *diff, asst_error *err)
{
	struct asst__json_list lists[ASST__DEF_LISTS_MAX];
	struct asst__json_change change;
	asst__json *tree = NULL;
	int status;

	asst__def_lists(lists);
	status = asst__json_change_read(&change, diff, lists, err);
	if (status == ASST_OK)
		status = asst__def_tree(&tree, &def->view, &def->mem, err);
	if (status == ASST_OK)
		status = asst__json_change_apply(tree, &change, true, err);
	if (status == ASST_OK)
		status = asst__def_replace(def, tree, NULL, err);
	asst__json_free(tree);
	asst__json_change_dispose(&change);
	return status;
}

int asst_def_apply_diff(asst_def *def, const char *diff, size_t size, asst_error *err)
{
	struct asst__json_limits scan_limits;
	struct asst__limits limits;
	asst__json *tree;
	int status;

	asst__error_clear(err);
	if (!def || !diff)
		return asst__fail(err, ASST_EINVAL, "needs a definition and a list of changes");
	asst__limits_init(&limits, NULL, NULL);
	asst__limits_for_places(&limits, &scan_limits);
	status = asst__json_scan(&tree, diff, size, &scan_limits, &def->mem, err);
	if (status == ASST_OK)
		status = apply(def, tree, err);
	asst__json_free(tree);
	return status;
}
