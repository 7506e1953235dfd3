/* SPDX-License-Identifier: MIT */
/*
 * Where the items of a list stand when one side removed or added what the other one changed:
 * the draft's items in the draft's order, in whatever order the conflicts are decided.
 */
#include "pair.h"

/*
 * A list of input fields is written as letters, which are their slugs; a capital is the same
 * field with another label. Freed by the caller.
 */
static char *fields_of(const char *letters)
{
	struct t_text text = { 0 };
	char field[100];

	t_add(&text, "{\"name\":\"n\",\"inputFields\":[");
	for (; *letters; letters++) {
		snprintf(field, sizeof(field),
			 "{\"slug\":\"%c\",\"type\":\"TEXT\",\"order\":0,\"label\":\"%c\"}%s",
			 *letters | 0x20, *letters, letters[1] ? "," : "");
		t_add(&text, field);
	}
	t_add(&text, "]}");
	return text.data;
}

static void letters_of(char letters[16], const asst_def *def)
{
	size_t i, count = asst_def_count(def, "inputFields");

	for (i = 0; i < count && i < 15; i++)
		letters[i] = asst_def_item_text(def, "inputFields", i, "label", NULL)[0];
	letters[i] = '\0';
}

/* ada publishes live over base while bob, who may do all, has draft. */
static void meet(struct pair *pair, const char *base, const char *live, const char *draft)
{
	struct host *host = pair->host;
	char *text = fields_of(base);

	asst_draft_free(pair->draft);
	pair->draft = NULL;
	host->id_count = 0;
	pair->id = host_create(host, "ada create", text);
	free(text);
	MUST(host, host_share(host, "ada create", pair->id, "user:bob", 3));
	MUST(host, asst_draft_edit(&pair->draft, as(host, "bob"), pair->id, 0, host->err));
	text = fields_of(draft);
	MUST(host, asst_draft_patch(pair->draft, text, ASST_NUL, 0, host->err));
	free(text);
	text = fields_of(live);
	MUST(host, host_patch(host, "ada create", pair->id, text));
	free(text);
}

static void published(char letters[16], struct pair *pair)
{
	asst_assistant *assistant = host_get(pair->host, "ada create", pair->id);

	letters_of(letters, asst_assistant_def(assistant));
	asst_assistant_free(assistant);
}

/* Take the draft's side of each conflict, one by one, forwards or backwards. */
static void rebase(struct pair *pair, bool backwards)
{
	struct t_text text = { 0 };
	const char *detail;
	char pointer[100];
	size_t i, count;

	if (pair_rebase(pair, NULL) == ASST_OK)
		return;
	detail = asst_error_detail(pair->host->err, NULL);
	count = json_count(detail, "/conflicts");
	t_add(&text, "[");
	for (i = 0; i < count; i++) {
		snprintf(pointer, sizeof(pointer), "%s{\"pointer\":\"%s\",\"take\":\"draft\"}",
			 i ? "," : "",
			 json_item(detail, "/conflicts", backwards ? count - 1 - i : i, "pointer"));
		t_add(&text, pointer);
	}
	t_add(&text, "]");
	MUST(pair->host, asst_draft_rebase(pair->draft, text.data, text.size, 0, pair->host->err));
	t_text_free(&text);
}

/* What FORCE makes, which is what the draft's side of each conflict makes. */
static void force(char letters[16], struct pair *pair, const char *base, const char *live,
		  const char *draft)
{
	char rebased[16];
	int backwards;

	meet(pair, base, live, draft);
	MUST(pair->host, pair_commit(pair, ASST_COMMIT_FORCE));
	published(letters, pair);
	for (backwards = 0; backwards < 2; backwards++) {
		meet(pair, base, live, draft);
		rebase(pair, backwards != 0);
		letters_of(rebased, asst_draft_def(pair->draft));
		assert_string_equal(rebased, letters);
	}
}

static void what_the_draft_brings_back_stands_where_it_has_it(void **state)
{
	static const struct {
		const char *base, *live, *draft, *result;
	} rows[] = {
		/* Behind the nearest of those before it that are there, else at the begin. */
		{ "paq", "q", "pAq", "Aq" },
		{ "paq", "q", "PAq", "PAq" },
		{ "paq", "pq", "pAq", "pAq" },
		{ "pbaq", "pq", "pBAq", "pBAq" },
		{ "pbaq", "pqx", "pBAq", "pBAqx" },
		{ "pabc", "xc", "pABC", "ABxC" },
		/* It was moved, too. */
		{ "abc", "b", "aCb", "Cb" },
		{ "abcd", "bd", "dCbA", "dCbA" },
		/* Among what the draft added. */
		{ "paq", "pq", "pAnq", "pAnq" },
		{ "paq", "q", "nAmq", "nAmq" },
		/* Live emptied the list. */
		{ "ab", "", "BA", "BA" },
	};
	char letters[16];
	size_t i;

	for (i = 0; i < T_COUNT(rows); i++) {
		force(letters, *state, rows[i].base, rows[i].live, rows[i].draft);
		if (strcmp(letters, rows[i].result) != 0)
			fail_msg("row %zu: %s", i, letters);
	}
}

/* Both added it, differently and at another place: whose it is, he says where it stands. */
static void what_both_added_stands_where_the_one_who_won_has_it(void **state)
{
	static const struct {
		const char *base, *live, *draft, *result;
	} rows[] = {
		{ "a", "ab", "Bcda", "Bcda" },
		{ "abc", "xabc", "abXdc", "abXdc" },
		{ "ab", "axb", "abXY", "abXY" },
		/* It is the same place, as far as both know it. */
		{ "", "axb", "X", "aXb" },
		{ "ab", "acxb", "aXdb", "acXdb" },
	};
	struct pair *pair = *state;
	char letters[16];
	size_t i;

	for (i = 0; i < T_COUNT(rows); i++) {
		force(letters, pair, rows[i].base, rows[i].live, rows[i].draft);
		if (strcmp(letters, rows[i].result) != 0)
			fail_msg("row %zu: %s", i, letters);
	}
	meet(pair, "a", "ab", "Bca");
	MUST(pair->host, pair_rebase(pair, "[{'pointer':'/inputFields/b','take':'live'}]"));
	letters_of(letters, asst_draft_def(pair->draft));
	assert_string_equal(letters, "abc");
}

static void an_order_names_the_items_that_other_decisions_bring_back(void **state)
{
	static const struct {
		const char *resolutions;
		int status;
		const char *result;
	} rows[] = {
		{ "[{'pointer':'/inputFields','value':['c','a','b']},"
		  "{'pointer':'/inputFields/a','take':'draft'}]", ASST_OK, "cAb" },
		{ "[{'pointer':'/inputFields/a','take':'draft'},"
		  "{'pointer':'/inputFields','value':['c','a','b']}]", ASST_OK, "cAb" },
		{ "[{'pointer':'/inputFields','value':['c','b']},"
		  "{'pointer':'/inputFields/a','take':'draft'}]", ASST_EVALIDATION, "bAc" },
		{ "[{'pointer':'/inputFields/a','take':'live'},"
		  "{'pointer':'/inputFields','value':['b','c']}]", ASST_OK, "bc" },
		{ "[{'pointer':'/inputFields','take':'live'},"
		  "{'pointer':'/inputFields/a','take':'draft'}]", ASST_OK, "cbA" },
		{ "[{'pointer':'/inputFields','take':'draft'},"
		  "{'pointer':'/inputFields/a','take':'draft'}]", ASST_OK, "bAc" },
		/* What is missing is a decision, not an id. */
		{ "[{'pointer':'/inputFields','value':['c','a','b']}]", ASST_ECONFLICT, "bAc" },
	};
	struct pair *pair = *state;
	char letters[16];
	size_t i;

	for (i = 0; i < T_COUNT(rows); i++) {
		meet(pair, "abc", "cb", "bAc");
		EXPECT(pair->host, rows[i].status, pair_rebase(pair, rows[i].resolutions));
		letters_of(letters, asst_draft_def(pair->draft));
		assert_string_equal(letters, rows[i].result);
	}
}

/* Random definitions */

static void insert(char *letters, char letter, size_t at)
{
	memmove(letters + at + 1, letters + at, strlen(letters + at) + 1);
	letters[at] = letter;
}

/* Some of the letters, some of them changed, and a new one. */
static void change(char to[16], const char *from, uint64_t *random, char added)
{
	size_t n = 0;

	for (; *from; from++) {
		if (t_random_below(random, 3))
			to[n++] = t_random_below(random, 2) ? *from : (char)(*from & ~0x20);
	}
	to[n] = '\0';
	insert(to, added, t_random_below(random, n + 1));
}

static void move_one(char *letters, uint64_t *random)
{
	size_t n = strlen(letters), from = t_random_below(random, n);
	char letter = letters[from];

	memmove(letters + from, letters + from + 1, n - from);
	insert(letters, letter, t_random_below(random, n));
}

/* Where live only removed and added, all that is of the draft is in the order of the draft. */
static void with_force_the_draft_s_items_are_in_its_order(void **state)
{
	uint64_t random = t_seed();
	char live[16], draft[16], letters[16], *at, *last;
	size_t round, i;

	for (round = 0; round < 200; round++) {
		change(live, "abcde", &random, t_random_below(&random, 2) ? 'x' : 'y');
		change(draft, "abcde", &random, t_random_below(&random, 2) ? 'X' : 'z');
		move_one(draft, &random);
		if (t_random_below(&random, 2))
			move_one(draft, &random);
		force(letters, *state, "abcde", live, draft);
		last = letters;
		for (i = 0; draft[i]; i++) {
			at = strpbrk(letters, (char[]){ draft[i], (char)(draft[i] ^ 0x20), 0 });
			if (at && at < last)
				fail_msg("%s and %s give %s", live, draft, letters);
			last = at ? at : last;
		}
	}
}

/* The same field, added by both: whether they put it at the same place. */
static void what_both_added_alike_has_one_place(void **state)
{
	static const struct {
		const char *base, *live, *draft;
		const char *merged; /* NULL: the order is in conflict */
	} rows[] = {
		{ "ab", "acb", "acb", "acb" },
		{ "ab", "abcd", "abd", "abcd" }, /* live has another one before it */
		{ "ab", "abd", "abcd", "abcd" },
		{ "ab", "adb", "bad", "bad" },   /* both behind a, and the draft moved that */
		{ "ab", "bad", "adb", "bad" },   /* and live did */
		{ "ab", "acb", "abc", NULL },
		{ "ab", "cab", "abc", NULL },
		{ "ab", "abcd", "abdc", NULL },
		{ "a", "xya", "axy", NULL }, /* one block of two, as one item */
		{ "ab", "xyab", "abxy", NULL },
		{ "", "ab", "ba", NULL },
		{ "", "ab", "ab", "ab" },
	};
	struct pair *pair = *state;
	char letters[16];
	size_t i;

	for (i = 0; i < T_COUNT(rows); i++) {
		meet(pair, rows[i].base, rows[i].live, rows[i].draft);
		if (!rows[i].merged) {
			EXPECT(pair->host, ASST_ECONFLICT, pair_commit(pair, ASST_COMMIT_MERGE));
			pair_conflict(pair, "/inputFields");
			assert_string_equal(pair_detail(pair, "/conflicts/0/order"), "true");
			MUST(pair->host, pair_commit(pair, ASST_COMMIT_FORCE));
		} else {
			MUST(pair->host, pair_commit(pair, ASST_COMMIT_MERGE));
		}
		published(letters, pair);
		if (strcmp(letters, rows[i].merged ? rows[i].merged : rows[i].draft) != 0)
			fail_msg("%s: %s and %s make %s", rows[i].base, rows[i].live, rows[i].draft,
				 letters);
	}
}

static size_t place_of(const char *letters, char letter)
{
	const char *at = strchr(letters, letter);

	return at ? (size_t)(at - letters) : SIZE_MAX;
}

/* Two that stand in one order in live and in the draft stand in that order in the result. */
static void expect_agreed(const char *base, const char *live, const char *draft, const char *merged)
{
	const char *a, *b;

	for (a = merged; *a; a++) {
		for (b = a + 1; *b; b++) {
			size_t in_live = place_of(live, *a), in_draft = place_of(draft, *a);

			if (in_live != SIZE_MAX && in_draft != SIZE_MAX && strchr(live, *b) &&
			    strchr(draft, *b) && in_live > place_of(live, *b) &&
			    in_draft > place_of(draft, *b))
				fail_msg("%s: %s and %s make %s", base, live, draft, merged);
		}
	}
}

/* A list of some of the letters, in any order. */
static void pick(char *to, const char *from, uint64_t *random)
{
	size_t count = 0, at;

	for (; *from; from++) {
		if (t_random_below(random, 4) == 0)
			continue;
		at = t_random_below(random, 3) ? count : t_random_below(random, count + 1);
		memmove(to + at + 1, to + at, count - at);
		to[at] = *from;
		count++;
	}
	to[count] = '\0';
}

static void what_both_agree_on_stays_so(void **state)
{
	struct pair *pair = *state;
	uint64_t random = t_seed();
	char live[16], draft[16], merged[16];
	size_t i, done = 0;

	for (i = 0; i < 1500; i++) {
		pick(live, "abcde", &random);
		pick(draft, "abcde", &random);
		meet(pair, "ab", live, draft);
		if (pair_commit(pair, ASST_COMMIT_MERGE) != ASST_OK)
			continue;
		published(merged, pair);
		expect_agreed("ab", live, draft, merged);
		done++;
	}
	print_message("%zu of %zu merged\n", done, i);
	assert_true(done > 300 && done < i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PAIR_TEST(what_the_draft_brings_back_stands_where_it_has_it),
		PAIR_TEST(what_both_added_stands_where_the_one_who_won_has_it),
		PAIR_TEST(an_order_names_the_items_that_other_decisions_bring_back),
		PAIR_TEST(with_force_the_draft_s_items_are_in_its_order),
		PAIR_TEST(what_both_added_alike_has_one_place),
		PAIR_TEST(what_both_agree_on_stays_so),
	};

	return cmocka_run_group_tests_name("api/merge_order", tests, NULL, NULL) ? 1 : 0;
}
