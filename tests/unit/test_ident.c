/* SPDX-License-Identifier: MIT */
/* Identifiers, principals and slugs: which texts have the form, and slugs made from names. */
#include "t.h"

#include "model/ident.h"

#include <string.h>

struct form {
	const char *text;
	size_t size;
	bool ident, principal, owner, slug;
};

#define FORM(text, ident, principal, owner, slug) \
	{ text, sizeof(text) - 1, ident, principal, owner, slug }

/* 64 and 128 characters */
#define S64 "abcdefghijklmnopabcdefghijklmnopabcdefghijklmnopabcdefghijklmnop"
#define S128 S64 S64

static const struct form forms[] = {
	FORM("", false, false, false, false),
	FORM("a", true, false, false, true),
	FORM("0", true, false, false, true),
	FORM("A", true, false, false, false),
	FORM("a.b_c@d+e-f", true, false, false, false),
	FORM("a-b", true, false, false, true),
	FORM("-", true, false, false, true),
	FORM(".", true, false, false, false),
	FORM("..", true, false, false, false),
	FORM("a b", false, false, false, false),
	FORM("a/b", false, false, false, false),
	FORM("a:b", false, false, false, false),
	FORM("a\0b", false, false, false, false),
	FORM("a\n", false, false, false, false),
	FORM("\xC3\xA9", false, false, false, false),
	FORM("\xFF", false, false, false, false),
	FORM("a*", false, false, false, false),
	FORM(S64, true, false, false, true),
	FORM(S64 "a", true, false, false, false),
	FORM(S128, true, false, false, false),
	FORM(S128 "a", false, false, false, false),
	FORM("workspace", true, true, false, true),
	FORM("Workspace", true, false, false, false),
	FORM("workspace:a", false, false, false, false),
	FORM("workspac", true, false, false, true),
	FORM("system", true, false, false, true),
	FORM("user:ada", false, true, true, false),
	FORM("team:sales", false, true, true, false),
	FORM("key:k1", false, true, false, false),
	FORM("user:", false, false, false, false),
	FORM("user", true, false, false, true),
	FORM("USER:ada", false, false, false, false),
	FORM(" user:ada", false, false, false, false),
	FORM("user:a:b", false, false, false, false),
	FORM("user:user:a", false, false, false, false),
	FORM("user: ada", false, false, false, false),
	FORM("user:ada\0", false, false, false, false),
	FORM("group:a", false, false, false, false),
	FORM("user:" S128, false, true, true, false),
	FORM("user:" S128 "a", false, false, false, false),
	FORM("team:a@b.test", false, true, true, false),
};

static void each_form_takes_its_texts_alone(void **state)
{
	size_t i;
	int bad = 0;

	(void)state;
	for (i = 0; i < T_COUNT(forms); i++) {
		const struct form *form = &forms[i];

		if (asst__ident_valid(form->text, form->size) == form->ident &&
		    asst__principal_valid(form->text, form->size) == form->principal &&
		    asst__owner_valid(form->text, form->size) == form->owner &&
		    asst__slug_valid(form->text, form->size) == form->slug)
			continue;
		print_error("\"%s\" is judged otherwise\n", form->text);
		bad++;
	}
	assert_int_equal(bad, 0);
}

/* All 256 bytes, one by one, against the sets that the manual names. */
static void each_byte_is_in_its_sets(void **state)
{
	static const char idents[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._@+-";
	static const char slugs[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	int byte;

	(void)state;
	for (byte = 0; byte < 256; byte++) {
		char text = (char)byte;

		assert_int_equal(asst__ident_valid(&text, 1), byte && strchr(idents, byte) != NULL);
		assert_int_equal(asst__slug_valid(&text, 1), byte && strchr(slugs, byte) != NULL);
	}
}

static void only_the_bytes_given_are_read(void **state)
{
	(void)state;
	assert_true(asst__ident_valid("ada lovelace", 3));
	assert_true(asst__principal_valid("user:ada!", 8));
	assert_true(asst__principal_valid("workspaces", 9));
	assert_true(asst__owner_valid("team:a/", 6));
	assert_true(asst__slug_valid("a-b C", 3));
}

static void a_slug_is_made_of_the_letters_and_digits_of_a_name(void **state)
{
	static const char *const names[][2] = {
		{ "Document Analyzer", "document-analyzer" },
		{ "GPT-5 mini", "gpt-5-mini" },
		{ "  a  b  ", "a-b" },
		{ "--a--b--", "a-b" },
		{ "a_b.c", "a-b-c" },
		{ "A", "a" },
		{ "7", "7" },
		{ "R\xC3\xA9sum\xC3\xA9 helper", "r-sum-helper" },
		{ "\xE6\x96\x87\xE4\xB9\xA6 x", "x" },
		{ "x \xE6\x96\x87", "x" },
		/* nothing of ASCII is left */
		{ "\xE6\x96\x87\xE4\xB9\xA6\xE5\x8A\xA9\xE6\x89\x8B", "assistant" },
		{ "\xF0\x9F\x93\x84", "assistant" },
		{ "\xD0\x9F\xD0\xBE\xD0\xBC\xD0\xBE\xD1\x89\xD0\xBD\xD0\xB8\xD0\xBA", "assistant" },
		{ "---", "assistant" },
		{ "!?", "assistant" },
		{ "", "assistant" },
	};
	char slug[ASST__SLUG_MAX + 1];
	size_t i;

	(void)state;
	for (i = 0; i < T_COUNT(names); i++) {
		size_t size = asst__slug_from_name(slug, names[i][0], strlen(names[i][0]));

		assert_string_equal(slug, names[i][1]);
		assert_int_equal(size, strlen(slug));
	}
}

/* Room is left for what tells it from others: "-" and a number, or 12 random digits. */
static void a_slug_of_a_long_name_is_cut(void **state)
{
	char name[4096], slug[ASST__SLUG_MAX + 1];
	size_t size, cut;

	(void)state;
	for (size = 1; size < 200; size++) {
		memset(name, 'a', size);
		for (cut = 0; cut < size; cut += 7)
			name[cut] = cut % 2 ? ' ' : 'Z';
		cut = asst__slug_from_name(slug, name, size);
		assert_int_equal(cut, strlen(slug));
		assert_true(asst__slug_valid(slug, cut));
		assert_true(cut + 13 <= ASST__SLUG_MAX);
		assert_true(slug[0] != '-' && slug[cut - 1] != '-');
		assert_null(strstr(slug, "--"));
	}
}

static void any_bytes_make_a_valid_slug(void **state)
{
	uint64_t random = t_seed();
	char name[256], slug[ASST__SLUG_MAX + 1];
	size_t round, i, size;

	(void)state;
	for (round = 0; round < 20000; round++) {
		size = t_random_below(&random, sizeof(name));
		for (i = 0; i < size; i++)
			name[i] = (char)t_random_below(&random, 256);
		size = asst__slug_from_name(slug, name, size);
		assert_true(asst__slug_valid(slug, size));
		assert_int_equal(slug[size], '\0');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form_takes_its_texts_alone),
		cmocka_unit_test(each_byte_is_in_its_sets),
		cmocka_unit_test(only_the_bytes_given_are_read),
		cmocka_unit_test(a_slug_is_made_of_the_letters_and_digits_of_a_name),
		cmocka_unit_test(a_slug_of_a_long_name_is_cut),
		cmocka_unit_test(any_bytes_make_a_valid_slug),
	};

	return cmocka_run_group_tests_name("ident", tests, NULL, NULL) ? 1 : 0;
}
