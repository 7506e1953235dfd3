/* SPDX-License-Identifier: MIT */
/* Checks of get, scan, the order of keys and partitions. */
#include <stdio.h>
#include <string.h>

#include "asst_conformance_kit.h"

#define P "p"

static void get_present(struct asstc *t)
{
	asstc_put_all(t, P, "a=1 b=2 c=3");
	asstc_expect_key(t, P, "a", "1");
	asstc_key(t, "c");
	asstc_key(t, "a");
	asstc_key(t, "b");
	asstc_expect_get(t, P, ASSTC_INDEX, "0:c=3 1:a=1 2:b=2");
}

static void get_absent(struct asstc *t)
{
	asstc_expect_key(t, P, "a", NULL);
	asstc_put_all(t, P, "b=2 d=4");
	asstc_key(t, "a");
	asstc_key(t, "b");
	asstc_key(t, "c");
	asstc_key(t, "d");
	asstc_key(t, "e");
	asstc_expect_get(t, P, ASSTC_INDEX, "1:b=2 3:d=4");
}

static void get_duplicates(struct asstc *t)
{
	asstc_put_all(t, P, "a=1 b=2");
	asstc_key(t, "a");
	asstc_key(t, "b");
	asstc_key(t, "a");
	asstc_key(t, "x");
	asstc_key(t, "a");
	asstc_expect_get(t, P, ASSTC_INDEX, "0:a=1 1:b=2 2:a=1 4:a=1");
}

static void get_whole_key(struct asstc *t)
{
	asstc_put_all(t, P, "abc=1");
	asstc_expect_key(t, P, "ab", NULL);
	asstc_expect_key(t, P, "abcd", NULL);
	asstc_expect_key(t, P, "abd", NULL);
	asstc_put_all(t, P, "ab=2 abcd=3");
	asstc_expect_key(t, P, "ab", "2");
	asstc_expect_key(t, P, "abc", "1");
}

static void ask_nothing(struct asstc *t)
{
	uint64_t put = asstc_put_one(t, P, "a", "1");
	uint64_t sequence;
	asst_sink *sink = asstc_get(t, P, &sequence);

	asstc_expect_equal(t, "the sequence of a get without keys", sequence, put);
	asstc_expect_equal(t, "the number of answers", asstc_count(sink), 0);
	asst_sink_free(sink);
	asstc_keys_only(t);
	sink = asstc_scan(t, P, &sequence);
	asstc_expect_equal(t, "the sequence of a scan without ranges", sequence, put);
	asstc_expect_equal(t, "the number of answers", asstc_count(sink), 0);
	asst_sink_free(sink);
}

static void get_many(struct asstc *t)
{
	struct asstc_bytes wanted;
	asst_sink *sink;
	char key[32];
	size_t i;

	for (i = 0; i < 2000; i++) {
		(void)snprintf(key, sizeof(key), "%05lu", (unsigned long)i);
		asstc_put(t, key, key);
	}
	asstc_apply(t, P);
	for (i = 0; i < 4000; i++) {
		(void)snprintf(key, sizeof(key), "%05lu", (unsigned long)(3999 - i));
		asstc_key(t, key);
	}
	sink = asstc_get(t, P, NULL);
	asstc_expect_equal(t, "the number of answers", asstc_count(sink), 2000);
	for (i = 0; asstc_ok(t) && i < 2000; i++) {
		(void)snprintf(key, sizeof(key), "%05lu",
			       (unsigned long)(3999 - asst_sink_index(sink, i)));
		wanted = asstc_bytes(key, strlen(key));
		asstc_expect_value(t, sink, i, wanted);
	}
	asst_sink_free(sink);
}

static void binary_keys(struct asstc *t)
{
	asstc_put_bytes(t, ASSTC_LIT("a"), ASSTC_LIT("1"));
	asstc_put_bytes(t, ASSTC_LIT("a\0"), ASSTC_LIT("2"));
	asstc_put_bytes(t, ASSTC_LIT("a\0b"), ASSTC_LIT("3"));
	asstc_put_bytes(t, ASSTC_LIT("\0"), ASSTC_LIT("4"));
	asstc_put_bytes(t, ASSTC_LIT("\xff\xff"), ASSTC_LIT("5"));
	asstc_put_bytes(t, ASSTC_LIT("\xff"), ASSTC_LIT("6"));
	asstc_put_bytes(t, ASSTC_LIT("\n%\\'\""), ASSTC_LIT("7"));
	asstc_apply(t, P);
	asstc_key_bytes(t, ASSTC_LIT("a"));
	asstc_key_bytes(t, ASSTC_LIT("a\0"));
	asstc_key_bytes(t, ASSTC_LIT("a\0b"));
	asstc_key_bytes(t, ASSTC_LIT("\0"));
	asstc_key_bytes(t, ASSTC_LIT("\0\0"));
	asstc_key_bytes(t, ASSTC_LIT("\xff"));
	asstc_key_bytes(t, ASSTC_LIT("a\0c"));
	asstc_key_bytes(t, ASSTC_LIT("\xff\xff"));
	asstc_expect_get(t, P, ASSTC_INDEX,
			 "0:a=1 1:a%00=2 2:a%00b=3 3:%00=4 5:%FF=6 7:%FF%FF=5");
	asstc_expect_all(t, P, "%00=4 %0A%25\\'\"=7 a=1 a%00=2 a%00b=3 %FF=6 %FF%FF=5");
}

static void binary_values(struct asstc *t)
{
	unsigned char all[256];
	asst_sink *sink;
	size_t i;

	for (i = 0; i < sizeof(all); i++)
		all[i] = (unsigned char)i;
	asstc_put_bytes(t, ASSTC_LIT("k"), asstc_bytes(all, sizeof(all)));
	asstc_apply(t, P);
	asstc_key(t, "k");
	sink = asstc_get(t, P, NULL);
	asstc_expect_equal(t, "the number of answers", asstc_count(sink), 1);
	if (asstc_ok(t))
		asstc_expect_value(t, sink, 0, asstc_bytes(all, sizeof(all)));
	asst_sink_free(sink);
}

static void empty_values(struct asstc *t)
{
	uint64_t sequence = asstc_put_all(t, P, "a= b=2 c=");

	asstc_key(t, "a");
	asstc_key(t, "b");
	asstc_key(t, "c");
	asstc_expect_get(t, P, ASSTC_INDEX, "0:a= 1:b=2 2:c=");
	asstc_expect_all(t, P, "a= b=2 c=");
	asstc_check_key(t, "a", sequence);
	asstc_put(t, "b", "");
	asstc_apply(t, P);
	asstc_expect_key(t, P, "b", "");
}

static void order_of_bytes(struct asstc *t)
{
	asstc_put_bytes(t, ASSTC_LIT("\x80"), ASSTC_LIT(""));
	asstc_put_bytes(t, ASSTC_LIT("\x7f"), ASSTC_LIT(""));
	asstc_put_bytes(t, ASSTC_LIT("\xff"), ASSTC_LIT(""));
	asstc_put_bytes(t, ASSTC_LIT("\x01"), ASSTC_LIT(""));
	asstc_put_bytes(t, ASSTC_LIT("\0"), ASSTC_LIT(""));
	asstc_put_bytes(t, ASSTC_LIT("a"), ASSTC_LIT(""));
	asstc_put_bytes(t, ASSTC_LIT("B"), ASSTC_LIT(""));
	asstc_put_bytes(t, ASSTC_LIT("10"), ASSTC_LIT(""));
	asstc_put_bytes(t, ASSTC_LIT("9"), ASSTC_LIT(""));
	asstc_apply(t, P);
	asstc_range(t, "", "", 0, 0);
	asstc_expect_scan(t, P, ASSTC_NO_VALUE, "%00 %01 10 9 B a %7F %80 %FF");
	asstc_range_bytes(t, ASSTC_LIT("\x7f"), ASSTC_LIT("\xff"), 0, 0);
	asstc_expect_scan(t, P, ASSTC_NO_VALUE, "%7F %80");
}

static void order_of_prefixes(struct asstc *t)
{
	asstc_put_bytes(t, ASSTC_LIT("ab"), ASSTC_LIT(""));
	asstc_put_bytes(t, ASSTC_LIT("b"), ASSTC_LIT(""));
	asstc_put_bytes(t, ASSTC_LIT("a\xff"), ASSTC_LIT(""));
	asstc_put_bytes(t, ASSTC_LIT("a\0"), ASSTC_LIT(""));
	asstc_put_bytes(t, ASSTC_LIT("a"), ASSTC_LIT(""));
	asstc_put_bytes(t, ASSTC_LIT("a\0\0"), ASSTC_LIT(""));
	asstc_apply(t, P);
	asstc_range(t, "", "", 0, 0);
	asstc_expect_scan(t, P, ASSTC_NO_VALUE, "a a%00 a%00%00 ab a%FF b");
	asstc_range_bytes(t, ASSTC_LIT("a\0"), ASSTC_LIT("ab"), 0, 0);
	asstc_expect_scan(t, P, ASSTC_NO_VALUE, "a%00 a%00%00");
}

static void scan_bounds(struct asstc *t)
{
	asstc_put_all(t, P, "a=1 b=2 c=3 d=4 e=5");
	asstc_range(t, "b", "d", 0, 0);
	asstc_expect_scan(t, P, 0, "b=2 c=3");
	asstc_range(t, "aa", "cc", 0, 0);
	asstc_expect_scan(t, P, 0, "b=2 c=3");
	asstc_range(t, "", "b", 0, 0);
	asstc_expect_scan(t, P, 0, "a=1");
	asstc_range(t, "b", "d", 0, ASST_RANGE_REVERSE);
	asstc_expect_scan(t, P, 0, "c=3 b=2");
}

static void scan_no_end(struct asstc *t)
{
	asstc_put_bytes(t, ASSTC_LIT("\xff\xff\xff"), ASSTC_LIT("9"));
	asstc_put_all(t, P, "a=1 b=2 c=3");
	asstc_range(t, "b", "", 0, 0);
	asstc_expect_scan(t, P, 0, "b=2 c=3 %FF%FF%FF=9");
	asstc_range(t, "", "", 0, 0);
	asstc_expect_scan(t, P, 0, "a=1 b=2 c=3 %FF%FF%FF=9");
	asstc_range(t, "b", "", 2, ASST_RANGE_REVERSE);
	asstc_expect_scan(t, P, 0, "%FF%FF%FF=9 c=3");
}

static void scan_nothing(struct asstc *t)
{
	asstc_range(t, "", "", 0, 0);
	asstc_range(t, "", "", 0, ASST_RANGE_REVERSE);
	asstc_expect_scan(t, P, 0, "");
	asstc_put_all(t, P, "a=1 b=2 c=3");
	asstc_range(t, "b", "b", 0, 0);
	asstc_range(t, "b", "b", 0, ASST_RANGE_REVERSE);
	asstc_range(t, "c", "a", 0, 0);
	asstc_range(t, "c", "a", 0, ASST_RANGE_REVERSE);
	asstc_range(t, "aa", "ab", 0, 0);
	asstc_range(t, "d", "", 0, 0);
	asstc_range(t, "d", "", 0, ASST_RANGE_REVERSE);
	asstc_expect_scan(t, P, ASSTC_INDEX, "");
}

static void scan_limit(struct asstc *t)
{
	asstc_put_all(t, P, "a=1 b=2 c=3 d=4 e=5");
	asstc_range(t, "b", "e", 2, 0);
	asstc_expect_scan(t, P, 0, "b=2 c=3");
	asstc_range(t, "b", "e", 3, 0);
	asstc_expect_scan(t, P, 0, "b=2 c=3 d=4");
	asstc_range(t, "b", "e", 4, 0);
	asstc_expect_scan(t, P, 0, "b=2 c=3 d=4");
	asstc_range(t, "", "", 1, 0);
	asstc_expect_scan(t, P, 0, "a=1");
	asstc_range(t, "", "", SIZE_MAX, 0);
	asstc_expect_scan(t, P, 0, "a=1 b=2 c=3 d=4 e=5");
}

static void scan_reverse(struct asstc *t)
{
	asstc_put_all(t, P, "a=1 b=2 c=3 d=4 e=5");
	asstc_range(t, "", "", 0, ASST_RANGE_REVERSE);
	asstc_expect_scan(t, P, 0, "e=5 d=4 c=3 b=2 a=1");
	asstc_range(t, "bb", "ee", 0, ASST_RANGE_REVERSE);
	asstc_expect_scan(t, P, 0, "e=5 d=4 c=3");
}

static void scan_reverse_limit(struct asstc *t)
{
	asstc_put_all(t, P, "a=1 b=2 c=3 d=4 e=5");
	asstc_range(t, "a", "e", 2, ASST_RANGE_REVERSE);
	asstc_expect_scan(t, P, 0, "d=4 c=3");
	asstc_range(t, "", "", 1, ASST_RANGE_REVERSE);
	asstc_expect_scan(t, P, 0, "e=5");
}

static void scan_ranges(struct asstc *t)
{
	asstc_put_all(t, P, "a=1 b=2 c=3 d=4 e=5");
	asstc_range(t, "d", "", 0, 0);
	asstc_range(t, "x", "", 0, 0);
	asstc_range(t, "a", "c", 0, ASST_RANGE_REVERSE);
	asstc_range(t, "a", "d", 2, 0);
	asstc_range(t, "a", "d", 1, ASST_RANGE_REVERSE);
	asstc_range(t, "d", "", 0, 0);
	asstc_expect_scan(t, P, ASSTC_INDEX,
			  "0:d=4 0:e=5 2:b=2 2:a=1 3:a=1 3:b=2 4:c=3 5:d=4 5:e=5");
}

static void scan_ranges_max(struct asstc *t)
{
	asst_sink *sink;
	char key[16];
	size_t i;

	asstc_put_all(t, P, "a=1 k=2 z=3");
	for (i = 0; i < ASST_MAX_RANGES; i++) {
		(void)snprintf(key, sizeof(key), "k%04lu", (unsigned long)i);
		if (i % 2)
			asstc_range(t, "k", key, 0, 0);
		else
			asstc_range(t, key, "", 1, ASST_RANGE_REVERSE);
	}
	sink = asstc_scan(t, P, NULL);
	asstc_expect_equal(t, "the number of answers", asstc_count(sink), ASST_MAX_RANGES);
	for (i = 0; asstc_ok(t) && i < ASST_MAX_RANGES; i++) {
		asstc_expect_equal(t, "the index of an answer", asst_sink_index(sink, i), i);
		asstc_expect_value(t, sink, i, i % 2 ? ASSTC_LIT("2") : ASSTC_LIT("3"));
	}
	asst_sink_free(sink);
}

static void scan_keys_only(struct asstc *t)
{
	asstc_put_all(t, P, "a=1 b= c=3");
	asstc_keys_only(t);
	asstc_range(t, "a", "c", 0, 0);
	asstc_range(t, "", "", 2, ASST_RANGE_REVERSE);
	asstc_expect_scan(t, P, ASSTC_INDEX | ASSTC_NO_VALUE | ASSTC_SEQUENCE,
			  "0:a@0 0:b@0 1:c@0 1:b@0");
}

static void values_stay(struct asstc *t)
{
	asst_sink *get, *scan;

	asstc_put_all(t, P, "a=old b=older");
	asstc_key(t, "a");
	get = asstc_get(t, P, NULL);
	asstc_range(t, "", "", 0, 0);
	scan = asstc_scan(t, P, NULL);
	asstc_put_all(t, P, "a=new b=newer");
	asstc_delete_range(t, "", "");
	asstc_apply(t, P);
	asstc_put_all(t, P, "a=new b=newer");
	asstc_expect_equal(t, "the number of answers", asstc_count(get), 1);
	asstc_expect_equal(t, "the number of answers", asstc_count(scan), 2);
	if (asstc_ok(t)) {
		asstc_expect_value(t, get, 0, ASSTC_LIT("old"));
		asstc_expect_value(t, scan, 0, ASSTC_LIT("old"));
		asstc_expect_value(t, scan, 1, ASSTC_LIT("older"));
	}
	asst_sink_free(get);
	asst_sink_free(scan);
}

static void partitions_apart(struct asstc *t)
{
	asstc_put_all(t, "p", "a=1 b=2");
	asstc_put_all(t, "q", "a=8 c=9");
	asstc_expect_all(t, "p", "a=1 b=2");
	asstc_expect_all(t, "q", "a=8 c=9");
	asstc_expect_key(t, "p", "c", NULL);
	asstc_check_key(t, "a", 0);
	asstc_put(t, "a", "x");
	asstc_apply(t, "r");
	asstc_delete_range(t, "", "");
	asstc_apply(t, "q");
	asstc_expect_all(t, "p", "a=1 b=2");
	asstc_expect_all(t, "q", "");
	asstc_expect_all(t, "r", "a=x");
}

static void partition_names(struct asstc *t)
{
	static const char *const names[] = {
		"a", "A", "aa", "a.b", "a_b", "a@b", "a+b", "a-b", ".", "..", "...", "-", "-rf",
		"_", "@", "+", "0", "00", "NUL", "a.tmp", "a.lock", "log", "..a", "a.", "$store",
	};
	size_t count = sizeof(names) / sizeof(names[0]), i;
	char longest[129], other[129];

	memset(longest, 'x', 128);
	longest[128] = '\0';
	memcpy(other, longest, sizeof(other));
	other[127] = 'y';
	for (i = 0; i < count; i++)
		asstc_put_one(t, names[i], "name", names[i]);
	asstc_put_one(t, longest, "name", "longest");
	asstc_put_one(t, other, "name", "other");
	for (i = 0; i < count; i++)
		asstc_expect_key(t, names[i], "name", names[i]);
	asstc_expect_key(t, longest, "name", "longest");
	asstc_expect_key(t, other, "name", "other");
}

static void unwritten_partition(struct asstc *t)
{
	uint64_t sequence;

	asstc_expect_equal(t, "the sequence of an empty backend", asstc_sequence(t, "q"), 0);
	asstc_put_one(t, "p", "a", "1");
	asstc_expect_equal(t, "the sequence of another partition", asstc_sequence(t, "q"), 0);
	asstc_range(t, "", "", 0, 0);
	asst_sink_free(asstc_scan(t, "q", &sequence));
	asstc_expect_equal(t, "the sequence that scan reports", sequence, 0);
	asstc_check_key(t, "a", 1);
	asstc_put(t, "b", "2");
	asstc_conflict(t, "q", 0);
	asstc_expect_equal(t, "the sequence after a failed batch", asstc_sequence(t, "q"), 0);
}

const struct asstc_check asstc_read_checks[] = {
	{ "get_present", "get answers each key that is there with its value and index",
	  get_present },
	{ "get_absent", "get answers nothing for keys that are not there", get_absent },
	{ "get_duplicates", "a key that is asked for twice is answered twice", get_duplicates },
	{ "get_whole_key", "keys are compared whole", get_whole_key },
	{ "get_many", "thousands of keys can be asked for in one call", get_many },
	{ "ask_nothing", "get without keys and scan without ranges report the sequence",
	  ask_nothing },
	{ "binary_keys", "keys hold any bytes, NULs too", binary_keys },
	{ "binary_values", "values hold any bytes, NULs too", binary_values },
	{ "empty_values", "a key with an empty value is there", empty_values },
	{ "order_of_bytes", "keys are in the order of memcmp(), bytes being unsigned",
	  order_of_bytes },
	{ "order_of_prefixes", "a key comes before the keys that begin with it",
	  order_of_prefixes },
	{ "scan_bounds", "from is inside a range, to is not", scan_bounds },
	{ "scan_no_end", "an empty to means to the end", scan_no_end },
	{ "scan_nothing", "a range without keys has no answers", scan_nothing },
	{ "scan_limit", "a range has no more answers than its limit, 0 being none", scan_limit },
	{ "scan_reverse", "a reverse range is answered from its last key down", scan_reverse },
	{ "scan_reverse_limit", "the limit of a reverse range counts from its last key",
	  scan_reverse_limit },
	{ "scan_ranges", "ranges are answered in order, each with its index", scan_ranges },
	{ "scan_ranges_max", "1,024 ranges can be scanned in one call", scan_ranges_max },
	{ "scan_keys_only", "without values the keys and sequences are the same",
	  scan_keys_only },
	{ "values_stay", "values that were answered stay when they are overwritten", values_stay },
	{ "partitions_apart", "partitions hold keys of their own", partitions_apart },
	{ "partition_names", "every allowed partition name names a partition of its own",
	  partition_names },
	{ "unwritten_partition", "a partition in which nothing was applied has sequence 0",
	  unwritten_partition },
	{ NULL, NULL, NULL },
};
