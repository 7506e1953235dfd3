/* SPDX-License-Identifier: MIT */
/*
 * Random definitions that two people change at random: whatever they do, each change of
 * either side is in what comes out, or is a conflict that was decided for the other one.
 */
#include "host.h"

#include "body.h"
#include "json.h"

static const char *const ada = "ada create";

enum { ROUNDS = 400 };

/* Random definitions without a fault; most of one is as in the other. */

/* Random numbers, and one in how many things is not as in all. */
struct chance {
	uint64_t random;
	size_t rate;
};

static bool once(struct chance *chance)
{
	return t_random_below(&chance->random, chance->rate) == 0;
}

static const char *pick(struct chance *chance, const char *const *from, size_t count)
{
	return from[!once(chance) ? 0 : t_random_below(&chance->random, count)];
}

static void add_members(struct t_text *text, struct chance *chance)
{
	static const char *const values[] = { "1",       "1.0", "null", "[1]", "{'x':1,'y':2}",
					      "{'x':2}", "{}" };
	static const char *const names[] = { "a", "b", "c", "d/e" };
	size_t i, count = 0;

	for (i = 0; i < T_COUNT(names); i++) {
		if (once(chance))
			continue;
		t_add(text, count++ ? ",'" : "'");
		t_add(text, names[i]);
		t_add(text, "':");
		t_add(text, pick(chance, values, T_COUNT(values)));
	}
}

/* Most items in their order; some are left out, some stand elsewhere. */
static void add_items(struct t_text *text, struct chance *chance, const char *begin,
		      const char *const ids[5], const char *member, bool data)
{
	static const char *const values[] = { "one", "two", "three" };
	size_t order[5] = { 0, 1, 2, 3, 4 }, i, k, swap, count = 0;

	for (i = once(chance) ? 2 : 0; i > 0; i--) {
		k = t_random_below(&chance->random, 5);
		swap = order[k];
		order[k] = order[i];
		order[i] = swap;
	}
	for (i = 0; i < 5; i++) {
		if (once(chance))
			continue;
		t_add(text, count++ ? ",{" : "{");
		t_add(text, begin);
		t_add(text, ids[order[i]]);
		t_add(text, "','");
		t_add(text, member);
		t_add(text, "':'");
		t_add(text, pick(chance, values, T_COUNT(values)));
		t_add(text, "'");
		if (data && !once(chance)) {
			t_add(text, ",'data':{");
			add_members(text, chance);
			t_add(text, "}");
		}
		t_add(text, "}");
	}
}

/* Freed by the caller. */
static char *random_json(struct chance *chance)
{
	static const char *const names[] = { "First", "Second", "Third" };
	static const char *const uuids[] = { T_UUID_A, T_UUID_B, T_UUID_C, T_UUID_D, T_UUID_E };
	static const char *const slugs[] = { "a", "b", "c/d", "e", "f" };
	struct t_text text = { 0 };
	char *at;

	t_add(&text, "{'name':'");
	t_add(&text, pick(chance, names, T_COUNT(names)));
	if (!once(chance)) {
		t_add(&text, "','welcome':'");
		t_add(&text, pick(chance, names, T_COUNT(names)));
	}
	t_add(&text, once(chance) ? "','canvas':true" : "'");
	t_add(&text, ",'datasets':[{'datasetId':'d'}],'data':{");
	add_members(&text, chance);
	t_add(&text, "},'skills':[");
	add_items(&text, chance, "'type':'dataset-query','datasetId':'d','id':'", uuids, "name",
		  true);
	t_add(&text, "],'inputFields':[");
	add_items(&text, chance, "'type':'TEXT','order':0,'slug':'", slugs, "label", false);
	t_add(&text, "]}");
	for (at = text.data; *at; at++)
		*at = *at == '\'' ? '"' : *at;
	return text.data;
}

/* What they do with it */

static asst_draft *edit(struct host *host, const char *spec, const char *id, const char *json)
{
	asst_draft *draft;

	MUST(host, asst_draft_edit(&draft, as(host, spec), id, 0, host->err));
	MUST(host, asst_draft_patch(draft,
				    "{\"welcome\":null,\"canvas\":null,\"data\":null,"
				    "\"skills\":null,\"inputFields\":null}",
				    ASST_NUL, 0, host->err));
	MUST(host, asst_draft_patch(draft, json, ASST_NUL, 0, host->err));
	return draft;
}

/* Three definitions, what came out of live and draft, and where they met. */
struct merge {
	asst_def *base, *live, *draft, *result;
	char conflicts[65536]; /* a list of pointers as in the detail, with their values */
};

static asst_def *copy_of(struct host *host, const asst_def *def)
{
	asst_def *copy;

	MUST(host, asst_def_copy(&copy, def, host->err));
	return copy;
}

static void decide(struct host *host, struct merge *merge, asst_draft *draft, const char *take)
{
	struct t_text text = { 0 };
	size_t i;

	t_add(&text, "[");
	for (i = 0; i < json_count(merge->conflicts, "/conflicts"); i++) {
		t_add(&text, i ? ",{\"pointer\":\"" : "{\"pointer\":\"");
		t_add(&text, json_item(merge->conflicts, "/conflicts", i, "pointer"));
		t_add(&text, "\",\"take\":\"");
		t_add(&text, take);
		t_add(&text, "\"}");
	}
	t_add(&text, "]");
	MUST(host, asst_draft_rebase(draft, text.data, text.size, 0, host->err));
	t_text_free(&text);
}

static asst_def *base_of(struct host *host, const char *id)
{
	asst_assistant *assistant = host_get(host, ada, id);
	asst_def *base = copy_of(host, asst_assistant_def(assistant));

	asst_assistant_free(assistant);
	return base;
}

/* ada publishes live over base while bob has draft; he takes one side wherever they met. */
static void run(struct host *host, struct merge *merge, const char *base, const char *live,
		const char *draft, const char *take)
{
	const char *id = host_create(host, ada, base);
	asst_draft *adas, *bobs;
	int status;

	MUST(host, host_share(host, ada, id, "user:bob", 3));
	bobs = edit(host, "bob", id, draft);
	adas = edit(host, ada, id, live);
	merge->base = base_of(host, id);
	merge->live = copy_of(host, asst_draft_def(adas));
	merge->draft = copy_of(host, asst_draft_def(bobs));
	MUST(host, asst_draft_commit(NULL, adas, NULL, 0, 0, host->err));
	asst_draft_free(adas);
	strcpy(merge->conflicts, "{\"conflicts\":[]}");
	status = asst_draft_rebase(bobs, NULL, 0, 0, host->err);
	if (status == ASST_ECONFLICT) {
		snprintf(merge->conflicts, sizeof(merge->conflicts), "%s",
			 asst_error_detail(host->err, NULL));
		decide(host, merge, bobs, take);
	} else {
		assert_int_equal(status, ASST_OK);
	}
	merge->result = copy_of(host, asst_draft_def(bobs));
	asst_draft_free(bobs);
	MUST(host, host_delete(host, ada, id));
	host->id_count = 0;
}

static void merge_free(struct merge *merge)
{
	asst_def_free(merge->base);
	asst_def_free(merge->live);
	asst_def_free(merge->draft);
	asst_def_free(merge->result);
}

static const char *diff(struct host *host, const asst_def *from, const asst_def *to)
{
	asst_buf *out;

	MUST(host, asst_def_diff(&out, from, to, host->err));
	return json_take(out);
}

/* Whether one pointer is the other or a place in it. */
static bool overlap(const char *a, const char *b)
{
	size_t i;

	for (i = 0; a[i] && a[i] == b[i]; i++) {
	}
	return (!a[i] || !b[i]) && (a[i] == b[i] || a[i] == '/' || b[i] == '/');
}

static bool in_conflict(const struct merge *merge, const char *pointer)
{
	size_t i;

	for (i = 0; i < json_count(merge->conflicts, "/conflicts"); i++)
		if (overlap(json_item(merge->conflicts, "/conflicts", i, "pointer"), pointer))
			return true;
	return false;
}

static bool has_pointer(const char *changes, const char *pointer)
{
	size_t i;

	for (i = 0; i < json_count(changes, ""); i++)
		if (strcmp(json_item(changes, "", i, "pointer"), pointer) == 0)
			return true;
	return false;
}

static void place_of(char pointer[200], const char *changes, size_t i)
{
	snprintf(pointer, 200, "%s", json_item(changes, "", i, "pointer"));
}

static void lost(const struct merge *merge, const char *pointer, const char *a, const char *b)
{
	fprintf(stderr, "%s\n\n%s\n\n%s\n\n%s\n", pointer, a, b, merge->conflicts);
	fail();
}

/*
 * What side changed and did not meet with the other is in the result; where they met the
 * result has it if it was decided for this side. Orders of lists are for both together.
 */
static void is_in_the_result(struct host *host, const struct merge *merge, const asst_def *side,
			     bool decided_for)
{
	const char *wanted = diff(host, merge->base, side);
	const char *missing = diff(host, side, merge->result);
	char pointer[200];
	size_t i;

	for (i = 0; i < json_count(wanted, ""); i++) {
		place_of(pointer, wanted, i);
		if (strcmp(json_item(wanted, "", i, "newOrder"), JSON_ABSENT) != 0)
			continue;
		if (!decided_for && in_conflict(merge, pointer))
			continue;
		if (has_pointer(missing, pointer))
			lost(merge, pointer, wanted, missing);
	}
}

/* Nothing is in the result that neither side made so. */
static void nothing_else(struct host *host, const struct merge *merge, const asst_def *chosen,
			 const asst_def *other)
{
	const char *changes = diff(host, chosen, merge->result);
	const char *of_other = diff(host, merge->base, other);
	char pointer[200];
	size_t i;

	for (i = 0; i < json_count(changes, ""); i++) {
		place_of(pointer, changes, i);
		if (strcmp(json_item(changes, "", i, "newOrder"), JSON_ABSENT) != 0)
			continue;
		if (!has_pointer(of_other, pointer))
			lost(merge, pointer, changes, of_other);
	}
}

/* The ids of a list in their order, of those that all four definitions have. */
static void order_of(char order[400], const struct merge *merge, const asst_def *def,
		     const char *list, const char *member)
{
	const asst_def *const all[] = { merge->base, merge->live, merge->draft, merge->result };
	size_t i, k, n, having;
	const char *id;

	order[0] = '\0';
	for (i = 0; i < asst_def_count(def, list); i++) {
		id = asst_def_item_text(def, list, i, member, NULL);
		for (having = k = 0; k < T_COUNT(all); k++)
			for (n = 0; n < asst_def_count(all[k], list); n++)
				having += strcmp(asst_def_item_text(all[k], list, n, member, NULL),
						 id) == 0;
		if (having == T_COUNT(all))
			snprintf(order + strlen(order), 400 - strlen(order), "%s ", id);
	}
}

/* Who changed the order alone has it; where both did, it is a conflict of the list. */
static void order_is_kept(const struct merge *merge, const char *list, const char *member,
			  bool for_draft)
{
	char base[400], live[400], draft[400], result[400];
	const char *wanted = for_draft ? draft : live;
	char pointer[32];

	snprintf(pointer, sizeof(pointer), "/%s", list);
	order_of(base, merge, merge->base, list, member);
	order_of(live, merge, merge->live, list, member);
	order_of(draft, merge, merge->draft, list, member);
	order_of(result, merge, merge->result, list, member);
	if (!has_pointer(json_find(merge->conflicts, "/conflicts"), pointer))
		wanted = strcmp(base, live) == 0 ? draft : live;
	assert_string_equal(result, wanted);
}

static void every_change_is_in_the_result_or_was_decided_against(void **state)
{
	struct host *host = *state;
	struct chance chance = { t_seed(), 0 };
	size_t round, met = 0;

	for (round = 0; round < ROUNDS; round++) {
		char *base, *live, *draft;
		bool for_draft = t_random_below(&chance.random, 2) != 0;
		struct merge merge, swapped;
		size_t i, count;

		chance.rate = 3 + t_random_below(&chance.random, 60);
		base = random_json(&chance);
		live = random_json(&chance);
		draft = random_json(&chance);
		run(host, &merge, base, live, draft, for_draft ? "draft" : "live");
		is_in_the_result(host, &merge, merge.live, !for_draft);
		is_in_the_result(host, &merge, merge.draft, for_draft);
		nothing_else(host, &merge, for_draft ? merge.draft : merge.live,
			     for_draft ? merge.live : merge.draft);
		order_is_kept(&merge, "skills", "id", for_draft);
		order_is_kept(&merge, "inputFields", "slug", for_draft);
		/* Who of the two was faster does not matter. */
		run(host, &swapped, base, draft, live, for_draft ? "live" : "draft");
		count = json_count(merge.conflicts, "/conflicts");
		met += count > 0;
		assert_int_equal(json_count(swapped.conflicts, "/conflicts"), count);
		for (i = 0; i < count; i++)
			assert_string_equal(
				json_item(swapped.conflicts, "/conflicts", i, "pointer"),
				json_item(merge.conflicts, "/conflicts", i, "pointer"));
		merge_free(&merge);
		merge_free(&swapped);
		free(base);
		free(live);
		free(draft);
	}
	assert_true(met > ROUNDS / 10 && met < ROUNDS * 9 / 10); /* or little was tested */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(every_change_is_in_the_result_or_was_decided_against),
	};

	return cmocka_run_group_tests_name("api/merge_random", tests, NULL, NULL) ? 1 : 0;
}
