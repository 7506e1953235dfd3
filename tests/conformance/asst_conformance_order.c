/* SPDX-License-Identifier: MIT */
/* Checks of sequences, of the checks in a batch, and of reopening. */
#include <stdio.h>
#include <string.h>

#include "asst_conformance_kit.h"

#define P "p"

static void get_sequence(struct asstc *t)
{
	uint64_t sequence;
	int i;

	for (i = 0; i < 5; i++) {
		sequence = asstc_put_one(t, P, i % 2 ? "a" : "b", "1");
		asstc_expect_equal(t, "the sequence that get reports", asstc_sequence(t, P),
				   sequence);
	}
	asstc_delete(t, "a");
	sequence = asstc_apply(t, P);
	asstc_expect_equal(t, "the sequence that get reports", asstc_sequence(t, P), sequence);
}

static void scan_sequence(struct asstc *t)
{
	uint64_t applied, sequence;
	int i;

	for (i = 0; i < 5; i++) {
		applied = asstc_put_one(t, P, i % 2 ? "a" : "b", "1");
		asstc_range(t, "a", "b", 1, 0);
		asst_sink_free(asstc_scan(t, P, &sequence));
		asstc_expect_equal(t, "the sequence that scan reports", sequence, applied);
	}
}

static void key_sequence(struct asstc *t)
{
	asstc_put_all(t, P, "a=1 b=2 c=3");
	asstc_put_all(t, P, "d=4");
	asstc_key(t, "a");
	asstc_key(t, "d");
	asstc_expect_get(t, P, ASSTC_SEQUENCE, "a=1@0 d=4@1");
	asstc_put_all(t, P, "b=5");
	asstc_put_all(t, P, "c=3");
	asstc_key(t, "a");
	asstc_key(t, "b");
	asstc_key(t, "c");
	asstc_expect_get(t, P, ASSTC_SEQUENCE, "a=1@0 b=5@2 c=3@3");
	asstc_range(t, "", "", 0, 0);
	asstc_expect_scan(t, P, ASSTC_SEQUENCE, "a=1@0 b=5@2 c=3@3 d=4@1");
}

static void sequence_rises(struct asstc *t)
{
	uint64_t before = 0, sequence;
	int i;

	for (i = 0; asstc_ok(t) && i < 40; i++) {
		if (i % 4 == 3)
			asstc_delete(t, "a");
		else if (i % 4 == 2)
			asstc_delete_range(t, "", "");
		else
			asstc_put(t, "a", "1");
		sequence = asstc_apply(t, P);
		asstc_expect_above(t, "the sequence of a batch", sequence, before);
		before = sequence;
	}
}

static void sequence_not_reused(struct asstc *t)
{
	uint64_t before, sequence;

	asstc_put_all(t, P, "a=1");
	before = asstc_put_all(t, P, "b=2");
	asstc_delete_range(t, "", "");
	sequence = asstc_apply(t, P);
	asstc_expect_above(t, "the sequence of a delete of all keys", sequence, before);
	asstc_expect_equal(t, "the sequence of an emptied partition", asstc_sequence(t, P),
			   sequence);
	before = sequence;
	sequence = asstc_put_all(t, P, "a=1");
	asstc_expect_above(t, "the sequence of a put after it", sequence, before);
}

static void sequence_floor(struct asstc *t)
{
	static const uint64_t floors[] = { 1000, (uint64_t)1 << 32, (uint64_t)1 << 62 };
	uint64_t sequence = asstc_put_one(t, P, "a", "1"), before;
	size_t i;

	for (i = 0; i < sizeof(floors) / sizeof(floors[0]); i++) {
		asstc_floor(t, floors[i]);
		asstc_put(t, "b", "2");
		before = sequence = asstc_apply(t, P);
		asstc_expect_above(t, "the sequence of a batch with a floor", sequence, floors[i]);
		asstc_expect_equal(t, "the partition's", asstc_sequence(t, P), sequence);
		asstc_floor(t, 7);
		asstc_put(t, "c", "3");
		sequence = asstc_apply(t, P);
		asstc_expect_above(t, "the sequence of a batch with a low floor", sequence, before);
		before = sequence;
		sequence = asstc_put_one(t, P, "d", "4");
		asstc_expect_above(t, "the sequence of a batch after it", sequence, before);
	}
	asstc_floor(t, 500);
	asstc_put(t, "a", "1");
	asstc_expect_above(t, "the first sequence, with a floor", asstc_apply(t, "q"), 500);
}

/* Sequences of another partition may be any; they only must not follow this one's. */
static void partition_sequences(struct asstc *t)
{
	uint64_t p = asstc_put_one(t, "p", "a", "1"), q = asstc_put_one(t, "q", "a", "2");
	int i;

	for (i = 0; i < 3; i++)
		p = asstc_put_one(t, "p", "b", "1");
	asstc_expect_equal(t, "the sequence of a partition left alone", asstc_sequence(t, "q"), q);
	asstc_expect_equal(t, "the sequence of the one written", asstc_sequence(t, "p"), p);
	asstc_check_key(t, "a", q);
	asstc_check_range(t, "", "", q);
	asstc_put(t, "a", "3");
	q = asstc_apply(t, "q");
	asstc_expect_equal(t, "the sequence of the other one", asstc_sequence(t, "p"), p);
	asstc_expect_equal(t, "the sequence of the one written", asstc_sequence(t, "q"), q);
}

static void check_key(struct asstc *t)
{
	uint64_t first = asstc_put_all(t, P, "a=1 b=2"), second;

	asstc_check_key(t, "a", first);
	asstc_check_key(t, "b", first);
	asstc_put(t, "a", "3");
	second = asstc_apply(t, P);
	asstc_expect_key(t, P, "a", "3");
	asstc_check_key(t, "a", first);
	asstc_put(t, "b", "4");
	asstc_conflict(t, P, 0);
	asstc_check_key(t, "a", second + 1);
	asstc_put(t, "b", "4");
	asstc_conflict(t, P, 0);
	asstc_check_key(t, "b", second);
	asstc_put(t, "b", "4");
	asstc_conflict(t, P, 0);
	asstc_check_key(t, "a", second);
	asstc_check_key(t, "b", first);
	asstc_put(t, "b", "4");
	asstc_apply(t, P);
	asstc_expect_all(t, P, "a=3 b=4");
}

static void check_key_absent(struct asstc *t)
{
	uint64_t sequence;

	asstc_check_key(t, "a", 0);
	asstc_put(t, "a", "1");
	sequence = asstc_apply(t, P);
	asstc_check_key(t, "a", 0);
	asstc_put(t, "a", "2");
	asstc_conflict(t, P, 0);
	asstc_check_key(t, "aa", 0);
	asstc_delete(t, "a");
	asstc_apply(t, P);
	asstc_check_key(t, "a", sequence);
	asstc_put(t, "a", "3");
	asstc_conflict(t, P, 0);
	asstc_check_key(t, "never", sequence);
	asstc_put(t, "a", "3");
	asstc_conflict(t, P, 0);
	asstc_check_key(t, "a", 0);
	asstc_put(t, "a", "4");
	asstc_apply(t, P);
	asstc_check_key(t, "a", sequence);
	asstc_put(t, "a", "5");
	asstc_conflict(t, P, 0);
	asstc_expect_all(t, P, "a=4");
}

static void check_names_failed(struct asstc *t)
{
	uint64_t sequence = asstc_put_all(t, P, "a=1 b=2");
	size_t i;

	for (i = 0; asstc_ok(t) && i < 6; i++) {
		size_t at;

		for (at = 0; at < 6; at++) {
			if (at == i && i % 2)
				asstc_check_range(t, "a", "b", sequence - 1);
			else if (at == i)
				asstc_check_key(t, "a", 0);
			else if (at == 3)
				asstc_put(t, "c", "3");
			else
				asstc_check_key(t, "b", sequence);
		}
		asstc_conflict(t, P, i);
	}
	asstc_expect_all(t, P, "a=1 b=2");
}

static void conflict_changes_nothing(struct asstc *t)
{
	uint64_t sequence = asstc_put_all(t, P, "a=1 b=2 c=3");

	asstc_put(t, "a", "x");
	asstc_put(t, "d", "x");
	asstc_put_sequenced(t, "s", "", "x");
	asstc_delete(t, "b");
	asstc_delete_range(t, "c", "");
	asstc_check_key(t, "a", 0);
	asstc_conflict(t, P, 5);
	asstc_expect_all(t, P, "a=1 b=2 c=3");
	asstc_expect_equal(t, "the sequence after a failed batch", asstc_sequence(t, P), sequence);
	asstc_range(t, "", "", 0, 0);
	asstc_expect_scan(t, P, ASSTC_SEQUENCE, "a=1@0 b=2@0 c=3@0");
	asstc_check_range(t, "", "", sequence);
	asstc_check_key(t, "a", sequence);
	asstc_check_key(t, "d", 0);
	asstc_put(t, "d", "4");
	asstc_apply(t, P);
	asstc_expect_all(t, P, "a=1 b=2 c=3 d=4");
}

static void checks_come_first(struct asstc *t)
{
	uint64_t sequence = asstc_put_all(t, P, "a=1 b=2 c=3");

	asstc_put(t, "a", "4");
	asstc_check_key(t, "a", sequence);
	asstc_put(t, "d", "5");
	asstc_check_key(t, "d", 0);
	asstc_delete(t, "b");
	asstc_check_key(t, "b", sequence);
	asstc_check_range(t, "", "", sequence);
	asstc_put_sequenced(t, "s", "", "x");
	asstc_delete_range(t, "s", "");
	asstc_check_range(t, "s", "", 0);
	asstc_apply(t, P);
	asstc_expect_all(t, P, "a=4 c=3 d=5");
	asstc_delete(t, "c");
	asstc_check_key(t, "c", 0);
	asstc_conflict(t, P, 1);
	asstc_delete_range(t, "", "");
	asstc_check_range(t, "", "", sequence);
	asstc_conflict(t, P, 1);
	asstc_expect_all(t, P, "a=4 c=3 d=5");
}

/* Whether a batch with this one check is applied. */
static void range_passes(struct asstc *t, const char *from, const char *to, uint64_t sequence)
{
	asstc_check_range(t, from, to, sequence);
	asstc_delete(t, "zz");
	asstc_apply(t, P);
}

static void range_fails(struct asstc *t, const char *from, const char *to, uint64_t sequence)
{
	asstc_check_range(t, from, to, sequence);
	asstc_delete(t, "zz");
	asstc_conflict(t, P, 0);
}

static void check_range(struct asstc *t)
{
	uint64_t first, second, third;

	range_passes(t, "", "", 0);
	first = asstc_put_all(t, P, "b=1 d=1 f=1");
	second = asstc_put_all(t, P, "d=2");
	range_passes(t, "b", "e", second);
	range_fails(t, "b", "e", first);
	range_passes(t, "a", "d", first);
	range_fails(t, "a", "c", first - 1);
	range_fails(t, "a", "c", 0);
	third = asstc_put_all(t, P, "e=3");
	range_fails(t, "b", "f", second);
	range_passes(t, "b", "f", third);
	range_passes(t, "b", "f", third + 1000);
	range_passes(t, "x", "y", 0);
	asstc_put_sequenced(t, "c", "", "4");
	asstc_apply(t, P);
	range_fails(t, "b", "f", third);
}

static void check_range_bounds(struct asstc *t)
{
	uint64_t first = asstc_put_all(t, P, "b=1 d=1");

	asstc_put_all(t, P, "d=2");
	range_passes(t, "b", "d", first);
	range_fails(t, "d", "e", first);
	range_fails(t, "b", "da", first);
	range_passes(t, "da", "e", first);
	range_fails(t, "b", "", first);
	range_passes(t, "e", "", 0);
	range_passes(t, "d", "d", 0);
	range_passes(t, "e", "a", 0);
	range_fails(t, "", "e", first);
	range_passes(t, "", "d", first);
}

static void check_range_deletes(struct asstc *t)
{
	uint64_t sequence = asstc_put_all(t, P, "b=1 c=1 d=1");

	asstc_delete(t, "c");
	asstc_apply(t, P);
	range_passes(t, "a", "e", sequence);
	asstc_delete_range(t, "b", "c");
	asstc_apply(t, P);
	range_passes(t, "a", "e", sequence);
	asstc_expect_all(t, P, "d=1");
}

static void checks_alone(struct asstc *t)
{
	uint64_t put = asstc_put_all(t, P, "a=1 b=2"), sequence;

	asstc_check_key(t, "a", put);
	asstc_check_range(t, "", "", put);
	sequence = asstc_apply(t, P);
	if (sequence < put)
		asstc_expect_equal(t, "the sequence of a batch of checks alone", sequence, put);
	asstc_expect_equal(t, "the partition's sequence after it", asstc_sequence(t, P), sequence);
	asstc_expect_all(t, P, "a=1 b=2");
	asstc_check_key(t, "a", put);
	asstc_check_key(t, "c", put);
	asstc_conflict(t, P, 1);
	asstc_expect_above(t, "the sequence of the next put", asstc_put_one(t, P, "c", "3"),
			   sequence);
}

static void reopen_content(struct asstc *t)
{
	if (!t->target->reopen) {
		t->skipped = 1;
		return;
	}
	asstc_put_bytes(t, ASSTC_LIT("a\0b\xff"), ASSTC_LIT("x\0y"));
	asstc_put_bytes(t, ASSTC_LIT("empty"), ASSTC_LIT(""));
	asstc_apply(t, P);
	asstc_put_all(t, P, "b=1 c=2 d=3");
	asstc_put_all(t, P, "c=4");
	asstc_delete(t, "d");
	asstc_apply(t, P);
	asstc_put_all(t, "q", "a=other");
	asstc_put(t, "b", "never");
	asstc_check_key(t, "c", 0);
	asstc_conflict(t, P, 1);
	if (!asstc_reopen(t))
		return;
	asstc_range(t, "", "", 0, 0);
	asstc_expect_scan(t, P, ASSTC_SEQUENCE, "a%00b%FF=x%00y@0 b=1@1 c=4@2 empty=@0");
	asstc_expect_all(t, "q", "a=other");
	asstc_expect_equal(t, "the sequence", asstc_sequence(t, P), t->history[3]);
	asstc_expect_equal(t, "the sequence of a partition never written",
			   asstc_sequence(t, "r"), 0);
	asstc_check_key(t, "c", t->history[2]);
	asstc_check_range(t, "", "", t->history[2]);
	asstc_put(t, "c", "5");
	asstc_apply(t, P);
	if (asstc_reopen(t))
		asstc_expect_all(t, P, "a%00b%FF=x%00y b=1 c=5 empty=");
}

static void reopen_sequence(struct asstc *t)
{
	uint64_t before, sequence;
	int i;

	if (!t->target->reopen) {
		t->skipped = 1;
		return;
	}
	asstc_put_all(t, P, "a=1 b=2");
	asstc_delete_range(t, "", "");
	before = asstc_apply(t, P);
	asstc_floor(t, 5000);
	asstc_delete(t, "a");
	for (i = 0; i < 3; i++) {
		sequence = i == 0 ? asstc_apply(t, "q") : asstc_put_one(t, "q", "a", "1");
		if (!asstc_reopen(t))
			return;
		asstc_expect_equal(t, "the sequence after reopening", asstc_sequence(t, "q"),
				   sequence);
		asstc_expect_equal(t, "the sequence of an emptied partition after reopening",
				   asstc_sequence(t, P), before);
		asstc_expect_above(t, "the next sequence after reopening",
				   asstc_put_one(t, "q", "a", "2"), sequence);
	}
	asstc_expect_all(t, P, "");
	asstc_expect_above(t, "the next sequence of an emptied partition",
			   asstc_put_one(t, P, "a", "1"), before);
}

const struct asstc_check asstc_order_checks[] = {
	{ "get_sequence", "get reports the sequence of the last batch", get_sequence },
	{ "scan_sequence", "scan reports the sequence of the last batch", scan_sequence },
	{ "key_sequence", "a key has the sequence of the batch that put it last", key_sequence },
	{ "sequence_rises", "each batch has a sequence above all before it", sequence_rises },
	{ "sequence_not_reused", "no sequence is used again after all keys are deleted",
	  sequence_not_reused },
	{ "sequence_floor", "the sequence of a batch is above its floor", sequence_floor },
	{ "partition_sequences", "partitions have sequences of their own", partition_sequences },
	{ "check_key", "a key that has another sequence than a check says fails it", check_key },
	{ "check_key_absent", "a check for sequence 0 passes for absent keys, and only then",
	  check_key_absent },
	{ "check_names_failed", "a conflict names the check that failed", check_names_failed },
	{ "conflict_changes_nothing", "a batch with a failed check changes nothing",
	  conflict_changes_nothing },
	{ "checks_come_first", "checks see the state before the batch, wherever they stand in it",
	  checks_come_first },
	{ "check_range", "a key that was put after the sequence fails the check of its range",
	  check_range },
	{ "check_range_bounds", "the range of a check has from in it, but not to",
	  check_range_bounds },
	{ "check_range_deletes", "deletes do not fail the check of a range", check_range_deletes },
	{ "checks_alone", "a batch of checks alone changes nothing", checks_alone },
	{ "reopen_content", "what was applied is there after reopening", reopen_content },
	{ "reopen_sequence", "sequences go on after reopening", reopen_sequence },
	{ NULL, NULL, NULL },
};
