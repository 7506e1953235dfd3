/* SPDX-License-Identifier: MIT */
/*
 * Lists and counts by a part of the name: each behaviour, and against what the whole list says.
 * An index key has 64 bytes of a name; much here is about the byte after that.
 */
#include "host.h"

enum { MOST = 400, NAME = 330, OPTIONS = 2600 };

static const char *const sorts[] = { "updatedAt",  "-updatedAt", "createdAt",
				     "-createdAt", "name",	 "-name" };

#define OF_16(s) s s s s s s s s s s s s s s s s
#define N_63 OF_16("nnn") "nnnnnnnnnnnnnnn"

/* Ten seconds behind where the clock starts. */
#define SOON "2030-03-17T17:46:50Z"
#define TO_SOON INT64_C(10000)

/* Texts here have neither quotes nor backslashes. */
static void create(struct host *host, const char *spec, const char *name)
{
	char json[NAME + 32];

	snprintf(json, sizeof(json), "{\"name\":\"%s\"}", name);
	host_create(host, spec, json);
}

/* Grant a level that ends soon. */
static int share_until(struct host *host, const char *id, const char *principal, int level)
{
	char json[200];

	snprintf(json, sizeof(json),
		 "{\"principalId\":\"%s\",\"accessLevel\":%d,\"expiresAt\":\"" SOON "\"}",
		 principal, level);
	return asst_share_put_json(as(host, "system"), id, json, ASST_NUL, 0, host->err);
}

static size_t count_of(struct host *host, const char *spec, const char *right, const char *text)
{
	char options[OPTIONS];
	uint64_t count = 77;
	int more = 7;

	snprintf(options, sizeof(options), "{\"right\":\"%s\",\"nameContains\":\"%s\"}", right,
		 text);
	MUST(host, asst_assistant_count(&count, &more, as(host, spec), options, ASST_NUL,
					host->err));
	assert_int_equal(more, 0);
	return (size_t)count;
}

/* The first page; *cursor ("": from the start) becomes that of the next one. */
static asst_list *page(struct host *host, const char *spec, const char *members, size_t limit,
		       char cursor[1200])
{
	char options[OPTIONS];
	asst_list *list;

	snprintf(options, sizeof(options), "{\"limit\":%zu%s%s%s%s%s}", limit,
		 members[0] ? "," : "", members, cursor[0] ? ",\"cursor\":\"" : "", cursor,
		 cursor[0] ? "\"" : "");
	MUST(host, asst_assistant_list(&list, as(host, spec), options, ASST_NUL, host->err));
	snprintf(cursor, 1200, "%s", asst_list_cursor(list) ? asst_list_cursor(list) : "");
	return list;
}

/* Names in order of the list, each with a bar behind it, of one page with everything. */
static const char *listed(struct host *host, const char *spec, const char *sort, const char *text)
{
	static char names[4000];
	char members[OPTIONS / 2], cursor[1200] = "";
	asst_list *list;
	size_t i;

	snprintf(members, sizeof(members), "\"sort\":\"%s\",\"nameContains\":\"%s\"", sort, text);
	list = page(host, spec, members, 50, cursor);
	names[0] = '\0';
	for (i = 0; i < asst_list_count(list); i++) {
		strcat(names, asst_assistant_name(asst_list_at(list, i)));
		strcat(names, "|");
	}
	assert_string_equal(cursor, "");
	asst_list_free(list);
	return names;
}

/* In each order there are those names; they are given in the order of names. */
static void found(struct host *host, const char *text, const char *names)
{
	const char *c;
	size_t i, count = 0;

	assert_string_equal(listed(host, "ada", "name", text), names);
	assert_string_equal(listed(host, "system", "name", text), names);
	for (c = names; *c; c++)
		count += *c == '|';
	for (i = 0; i < T_COUNT(sorts); i++)
		assert_int_equal(strlen(listed(host, "ada", sorts[i], text)), strlen(names));
	assert_int_equal(count_of(host, "ada", "assistant:read", text), count);
	assert_int_equal(count_of(host, "system", "assistant:read", text), count);
}

static void letters_are_the_same_in_either_case(void **state)
{
	struct host *host = *state;

	create(host, "ada create", "Invoice Checker");
	create(host, "ada create", "INVOICES");
	create(host, "ada create", "Voice");
	create(host, "ada create", "In voice");
	found(host, "invoice", "Invoice Checker|INVOICES|");
	found(host, "InVoIcE", "Invoice Checker|INVOICES|");
	found(host, "VOICE", "In voice|Invoice Checker|INVOICES|Voice|");
	found(host, "voice c", "Invoice Checker|");
	found(host, "s", "INVOICES|");
	found(host, "CHECKER", "Invoice Checker|");
	found(host, "checkers", "");
	found(host, "INVOICES", "INVOICES|");
	found(host, " ", "In voice|Invoice Checker|");
}

/* What lies around the letters in ASCII is not folded, and no byte above it. */
static void other_characters_are_only_themselves(void **state)
{
	struct host *host = *state;

	create(host, "ada create", "a@b");
	create(host, "ada create", "a`b");
	create(host, "ada create", "a[b");
	create(host, "ada create", "a{b");
	create(host, "ada create", "\xc3\x84rger");
	create(host, "ada create", "\xc3\xa4rger");
	create(host, "ada create", "100%_*");
	found(host, "@", "a@b|");
	found(host, "`", "a`b|");
	found(host, "[B", "a[b|");
	found(host, "{", "a{b|");
	found(host, "\xc3\x84", "\xc3\x84rger|");
	found(host, "\xc3\xa4R", "\xc3\xa4rger|");
	found(host, "%", "100%_*|");
	found(host, "_", "100%_*|");
	found(host, "*", "100%_*|");
	found(host, "A_B", "");
	found(host, "\\u0061\\u0040", "a@b|");
}

static void a_repeated_begin_is_looked_at_again(void **state)
{
	struct host *host = *state;

	create(host, "ada create", "aaab");
	create(host, "ada create", "abaabab");
	found(host, "AAB", "aaab|abaabab|");
	found(host, "abab", "abaabab|");
	found(host, "aaaa", "");
	found(host, "aaab", "aaab|");
}

static void names_are_searched_behind_what_keys_have_of_them(void **state)
{
	struct host *host = *state;

	create(host, "ada create", N_63);
	create(host, "ada create", N_63 "X");
	create(host, "ada create", N_63 "XY");
	create(host, "ada create", N_63 "XYZ tail");
	found(host, "NX", N_63 "X|" N_63 "XY|" N_63 "XYZ tail|");
	found(host, "nxy", N_63 "XY|" N_63 "XYZ tail|");
	found(host, "y", N_63 "XY|" N_63 "XYZ tail|");
	found(host, "yz", N_63 "XYZ tail|");
	found(host, "TAIL", N_63 "XYZ tail|");
	found(host, "tails", "");
	found(host, "m", "");
	found(host, N_63, N_63 "|" N_63 "X|" N_63 "XY|" N_63 "XYZ tail|");
	found(host, N_63 "x", N_63 "X|" N_63 "XY|" N_63 "XYZ tail|");
	found(host, N_63 "xyz T", N_63 "XYZ tail|");
	found(host, N_63 N_63, "");
}

/* Where the cut goes through a character. */
static void a_character_across_byte_64_is_found(void **state)
{
	struct host *host = *state;

	create(host, "ada create", N_63 "\xc3\xa4");
	create(host, "ada create", N_63 "\xc3\xb6");
	create(host, "ada create", N_63 "\xe2\x82\xac!");
	assert_int_equal(count_of(host, "ada", "assistant:read", "\xc3\xa4"), 1);
	assert_string_equal(listed(host, "ada", "name", "\xc3\xa4"), N_63 "\xc3\xa4|");
	assert_string_equal(listed(host, "ada", "-name", "N\xc3\xb6"), N_63 "\xc3\xb6|");
	assert_string_equal(listed(host, "system", "createdAt", "\xe2\x82\xac!"),
			    N_63 "\xe2\x82\xac!|");
	assert_int_equal(count_of(host, "system", "assistant:read", "\xe2\x82\xac"), 1);
}

static void no_text_is_no_filter(void **state)
{
	static const char *const options[] = { "{\"nameContains\":\"\"}",
					       "{\"nameContains\":null}", "{}" };
	struct host *host = *state;
	asst_list *list;
	uint64_t count;
	size_t i;

	found(host, "", "");
	found(host, "a", "");
	create(host, "ada create", "a");
	create(host, "ada create", "b");
	found(host, "", "a|b|");
	for (i = 0; i < T_COUNT(options); i++) {
		MUST(host, asst_assistant_list(&list, as(host, "ada"), options[i], ASST_NUL,
					       host->err));
		assert_int_equal(asst_list_count(list), 2);
		asst_list_free(list);
		MUST(host, asst_assistant_count(&count, NULL, as(host, "ada"), options[i], ASST_NUL,
						host->err));
		assert_int_equal(count, 2);
	}
}

/* The faults of a text of so many two-byte characters. */
static void try_length(struct host *host, size_t characters, int status)
{
	char options[OPTIONS] = "{\"nameContains\":\"";
	asst_list *list;
	uint64_t count;

	while (characters--)
		strcat(options, "\xc3\xa4");
	strcat(options, "\"}");
	EXPECT(host, status,
	       asst_assistant_list(&list, as(host, "ada"), options, ASST_NUL, host->err));
	asst_list_free(list);
	if (status != ASST_OK)
		host_issue(host, 0, "limit", "/nameContains");
	EXPECT(host, status,
	       asst_assistant_count(&count, NULL, as(host, "ada"), options, ASST_NUL, host->err));
	if (status != ASST_OK)
		host_issue(host, 0, "limit", "/nameContains");
	assert_int_equal(count, 0);
}

static void bad_texts_are_refused(void **state)
{
	static const char *const rows[] = { "{\"nameContains\":5}", "{\"nameContains\":[\"a\"]}",
					    "{\"nameContains\":true}" };
	struct host *host = *state;
	asst_session *ada = as(host, "ada create");
	asst_list *list;
	uint64_t count;
	size_t i;

	create(host, "ada create", "a");
	for (i = 0; i < T_COUNT(rows); i++) {
		EXPECT(host, ASST_EVALIDATION,
		       asst_assistant_list(&list, ada, rows[i], ASST_NUL, host->err));
		host_issue(host, 0, "type", "/nameContains");
		assert_null(list);
		EXPECT(host, ASST_EVALIDATION,
		       asst_assistant_count(&count, NULL, ada, rows[i], ASST_NUL, host->err));
		host_issue(host, 0, "type", "/nameContains");
		assert_int_equal(count, 0);
	}
	try_length(host, 1024, ASST_OK);
	try_length(host, 1025, ASST_ELIMIT);
}

/* Other lists have no such option. */
static void the_trash_and_drafts_are_not_searched(void **state)
{
	struct host *host = *state;
	asst_list *list;

	EXPECT(host, ASST_EVALIDATION,
	       asst_trash_list(&list, as(host, "ada"), "{\"nameContains\":\"a\"}", ASST_NUL,
			       host->err));
	host_issue(host, 0, "unknown_field", "/nameContains");
	EXPECT(host, ASST_EVALIDATION,
	       asst_draft_list(&list, as(host, "ada"), "{\"nameContains\":\"a\"}", ASST_NUL,
			       host->err));
	host_issue(host, 0, "unknown_field", "/nameContains");
}

/* Neither that it is there nor where: all hidden ones have the name. */
static void what_is_hidden_shows_in_no_page_and_no_cursor(void **state)
{
	static const char *const names[] = { "aab", "abb", N_63 "ab" };
	struct host *host = *state;
	char members[80], cursor[1200] = "";
	size_t i, k;
	asst_list *list;

	create(host, "ada create", "ab");
	MUST(host, host_share(host, "ada", host->ids[0], "user:bob", 1));
	for (i = 0; i < T_COUNT(names); i++) {
		create(host, "ada create", names[i]);
		MUST(host, share_until(host, host->ids[i + 1], "user:bob", 1));
	}
	assert_int_equal(count_of(host, "bob", "assistant:read", "AB"), 4);
	host_pass(host, TO_SOON);
	assert_int_equal(count_of(host, "bob", "assistant:read", "AB"), 1);
	for (i = 0; i < T_COUNT(sorts); i++) {
		for (k = 1; k < 5; k++) {
			snprintf(members, sizeof(members),
				 "\"sort\":\"%s\",\"nameContains\":\"AB\"", sorts[i]);
			list = page(host, "bob", members, k, cursor);
			assert_int_equal(asst_list_count(list), 1);
			assert_string_equal(asst_assistant_id(asst_list_at(list, 0)), host->ids[0]);
			assert_string_equal(cursor, "");
			asst_list_free(list);
		}
	}
}

/* A cursor is a place: what is looked for behind it may be something else. */
static void a_cursor_fits_any_text(void **state)
{
	struct host *host = *state;
	char cursor[1200] = "";
	asst_list *list;

	create(host, "ada create", "a1");
	create(host, "ada create", "a2");
	create(host, "ada create", "b3");
	list = page(host, "ada", "\"sort\":\"name\",\"nameContains\":\"a\"", 1, cursor);
	assert_int_equal(asst_list_count(list), 1);
	asst_list_free(list);
	list = page(host, "ada", "\"sort\":\"name\",\"nameContains\":\"3\"", 5, cursor);
	assert_int_equal(asst_list_count(list), 1);
	assert_string_equal(asst_assistant_name(asst_list_at(list, 0)), "b3");
	asst_list_free(list);
}

/* Renaming while a list is made: what is shown has the name that is asked for. */

struct renaming {
	struct host *host;
	int left; /* calls of get before it happens */
};

static void rename_it(void *user, enum host_method method)
{
	struct renaming *renaming = user;
	struct host *host = renaming->host;

	if (method != HOST_GET || renaming->left-- > 0)
		return;
	host->backend.before = NULL;
	MUST(host, host_patch(host, "system", host->ids[0], "{\"name\":\"other\"}"));
}

static void the_name_that_is_shown_has_the_text(void **state)
{
	struct host *host = *state;
	struct renaming renaming = { .host = host };
	const char *names;
	size_t i;

	create(host, "ada create", "name");
	for (i = 0; i < T_COUNT(sorts); i++) {
		for (renaming.left = 0; renaming.left < 2; renaming.left++) {
			struct renaming now = renaming;

			MUST(host,
			     host_patch(host, "system", host->ids[0], "{\"name\":\"name\"}"));
			host->backend.user = &now;
			host->backend.before = rename_it;
			names = listed(host, "ada", sorts[i], "Name");
			assert_string_equal(names, host->backend.before ? "name|" : "");
			host->backend.before = NULL;
		}
	}
}

/* Far fewer calls than there are pages of what is left out. */
static void a_rare_name_is_found_in_few_calls(void **state)
{
	struct host *host = *state;
	char cursor[1200] = "";
	asst_list *list;
	size_t i;

	for (i = 0; i < 3000; i++)
		MUST(host, asst_assistant_create_json(NULL, as(host, "ada create"),
						      i == 2900 ? "{\"name\":\"a needle\"}" :
								  "{\"name\":\"a\"}",
						      ASST_NUL, 0, host->err));
	host_count_anew(host);
	list = page(host, "ada", "\"sort\":\"-name\",\"nameContains\":\"Needle\"", 1, cursor);
	assert_int_equal(asst_list_count(list), 1);
	assert_string_equal(cursor, "");
	asst_list_free(list);
	assert_in_range(host_calls(host, HOST_SCAN), 1, 6);
	assert_int_equal(host_calls(host, HOST_GET), 1);
	host_count_anew(host);
	list = page(host, "ada", "\"nameContains\":\"Needle\"", 50, cursor);
	assert_int_equal(asst_list_count(list), 1);
	asst_list_free(list);
	assert_in_range(host_calls(host, HOST_SCAN), 1, 6);
	assert_in_range(host_calls(host, HOST_GET), 1, 7);
	host_count_anew(host);
	assert_int_equal(count_of(host, "ada", "assistant:read", "Needle"), 1);
	assert_in_range(host_calls(host, HOST_SCAN), 1, 3);
	assert_int_equal(host_calls(host, HOST_GET), 0);
}

/* Against the whole list, filtered by hand. */

struct row {
	char id[37], name[NAME];
};

static struct row rows[MOST];
static size_t row_count;

static char folded(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool contains(const char *name, const char *text)
{
	size_t i;

	for (; *name; name++) {
		for (i = 0; text[i] && folded(name[i]) == folded(text[i]); i++)
			;
		if (!text[i])
			return true;
	}
	return false;
}

static void read_rows(struct host *host, const char *spec, const char *members)
{
	char cursor[1200] = "";
	asst_list *list = page(host, spec, members, 1000, cursor);

	assert_string_equal(cursor, "");
	row_count = asst_list_count(list);
	assert_true(row_count <= MOST);
	for (size_t i = 0; i < row_count; i++) {
		snprintf(rows[i].id, sizeof(rows[i].id), "%s",
			 asst_assistant_id(asst_list_at(list, i)));
		snprintf(rows[i].name, sizeof(rows[i].name), "%s",
			 asst_assistant_name(asst_list_at(list, i)));
	}
	asst_list_free(list);
}

/* Every page but the last is full; together they are the rows with the text. Returns how many. */
static size_t check_pages(struct host *host, const char *spec, const char *members,
			  const char *text, size_t limit)
{
	char cursor[1200] = "", all[OPTIONS / 2];
	size_t i, at = 0, count = 0;
	asst_list *list;

	snprintf(all, sizeof(all), "%s,\"nameContains\":\"%s\"", members, text);
	do {
		list = page(host, spec, all, limit, cursor);
		if (cursor[0])
			assert_int_equal(asst_list_count(list), limit);
		for (i = 0; i < asst_list_count(list); i++, at++, count++) {
			while (at < row_count && !contains(rows[at].name, text))
				at++;
			if (at == row_count ||
			    strcmp(rows[at].id, asst_assistant_id(asst_list_at(list, i))) != 0)
				fail_msg("%s, %s, limit %zu: place %zu is wrong", spec, all, limit,
					 count);
		}
		asst_list_free(list);
	} while (cursor[0]);
	for (; at < row_count; at++)
		if (contains(rows[at].name, text))
			fail_msg("%s, %s, limit %zu: only %zu", spec, all, limit, count);
	return count;
}

/* Short ones, and such as are alike up to around byte 64; of few letters: many are equal. */
static void random_name(char name[NAME], uint64_t *random)
{
	static const char *const letters[] = { "a", "B", "b", "A", "\xc3\xa4", "\xe2\x82\xac" };
	size_t size = t_random_below(random, 3) ? 0 : 60 + t_random_below(random, 6);
	size_t more = 1 + t_random_below(random, 8);

	memset(name, 'n', size);
	name[size] = '\0';
	while (more--)
		strcat(name, letters[t_random_below(random, T_COUNT(letters))]);
}

/* A part of some name, in another case. */
static void random_text(char text[NAME], uint64_t *random)
{
	char name[NAME];
	size_t from, size;

	random_name(name, random);
	size = strlen(name);
	from = t_random_below(random, 2) && size > 8 ? size - 8 : t_random_below(random, size);
	/* whole characters */
	while (from && (name[from] & 0xc0) == 0x80)
		from--;
	size = from + 1 + t_random_below(random, size - from);
	while ((name[size] & 0xc0) == 0x80)
		size++;
	name[size] = '\0';
	strcpy(text, name + from);
	for (; *text; text++)
		if ((*text | 32) >= 'a' && (*text | 32) <= 'z' && t_random_below(random, 2))
			*text ^= 32;
}

static void fill(struct host *host, size_t count, uint64_t *random)
{
	static const char *const owners[] = { "user:ada", "user:bob", "team:eng", "team:hr",
					      "user:eve" };
	static const char *const principals[] = { "user:bob", "user:ada", "team:eng",
						  "team:hr",  "team:x",	  "key:k",
						  "workspace" };
	char json[NAME + 64], name[NAME];
	const char *id, *principal;
	size_t i, k;
	int level;

	for (i = 0; i < count; i++) {
		random_name(name, random);
		snprintf(json, sizeof(json), "{\"name\":\"%s\",\"ownerId\":\"%s\"}", name,
			 owners[t_random_below(random, T_COUNT(owners))]);
		id = host_create_with(host, "system", json, i % 7 == 3 ? ASST_CREATE_DRAFT : 0);
		for (k = t_random_below(random, 4); k > 0; k--) {
			principal = principals[t_random_below(random, T_COUNT(principals))];
			level = 1 + (int)t_random_below(random, 3);
			MUST(host, t_random_below(random, 4) ?
					   host_share(host, "system", id, principal, level) :
					   share_until(host, id, principal, level));
		}
		host_pass(host, (int64_t)t_random_below(random, 2));
		if (i % 5 == 0 && i % 7 != 3) {
			random_name(name, random);
			snprintf(json, sizeof(json), "{\"name\":\"%s\"}", name);
			MUST(host, host_patch(host, "system", id, json));
		}
		if (i % 11 == 0)
			MUST(host, host_delete(host, "system", id));
	}
	host_pass(host, TO_SOON);
}

static void check_texts(struct host *host, const char *spec, const char *right, uint64_t *random,
			size_t *total)
{
	char members[160], text[NAME];
	size_t o, l, i, count;

	for (o = 0; o < T_COUNT(sorts); o++) {
		snprintf(members, sizeof(members), "\"sort\":\"%s\",\"right\":\"%s\"", sorts[o],
			 right);
		read_rows(host, spec, members);
		for (i = 0; i < 5; i++) {
			if (i == 0)
				strcpy(text, "no such name");
			else
				random_text(text, random);
			count = count_of(host, spec, right, text);
			*total += count;
			for (l = 1; l <= 8; l++)
				assert_int_equal(check_pages(host, spec, members, text,
							     l < 8 ? l : 1000),
						 count);
		}
	}
}

static void check_all(struct host *host, size_t count, uint64_t seed)
{
	static const char *const sessions[] = { "bob eng:member hr:publisher", "ada", "eve x:admin",
						"root super", "system" };
	uint64_t random = seed;
	size_t s, total = 0;

	fill(host, count, &random);
	for (s = 0; s < T_COUNT(sessions); s++) {
		check_texts(host, sessions[s], "assistant:read", &random, &total);
		check_texts(host, sessions[s], "assistant:write", &random, &total);
	}
	assert_true(total > 3 * count); /* or nothing was tested */
}

static void lists_are_what_the_whole_list_has_of_it(void **state)
{
	uint64_t seed = t_seed();
	struct host *host;
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		host = host_new(host_disk_new(), NULL);
		check_all(host, 40 + 60 * i, seed + i);
		host_free(host);
	}
}

static void a_directory_lists_the_same(void **state)
{
	struct host host = { .err = asst_error_new(), .now = HOST_NOW };
	asst_store_opts *opts = asst_store_opts_new();
	size_t i;

	(void)state;
	MUST(&host, asst_store_opts_set_clock(opts, host_clock, &host, host.err));
	MUST(&host, asst_store_opts_set_random(opts, host_random, &host, host.err));
	MUST(&host, asst_store_opts_set_int(opts, "resident_bytes", 0, host.err));
	MUST(&host, asst_store_opts_set_text(opts, "durability", "process", host.err));
	MUST(&host, asst_store_open(&host.store, "file:names", opts, host.err));
	asst_store_opts_free(opts);
	check_all(&host, 100, t_seed());
	for (i = 0; i < host.session_count; i++)
		asst_session_free(host.sessions[i].session);
	assert_int_equal(asst_store_close(host.store), ASST_OK);
	asst_error_free(host.err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(letters_are_the_same_in_either_case),
		HOST_TEST(other_characters_are_only_themselves),
		HOST_TEST(a_repeated_begin_is_looked_at_again),
		HOST_TEST(names_are_searched_behind_what_keys_have_of_them),
		HOST_TEST(a_character_across_byte_64_is_found),
		HOST_TEST(no_text_is_no_filter),
		HOST_TEST(bad_texts_are_refused),
		HOST_TEST(the_trash_and_drafts_are_not_searched),
		HOST_TEST(what_is_hidden_shows_in_no_page_and_no_cursor),
		HOST_TEST(a_cursor_fits_any_text),
		HOST_TEST(the_name_that_is_shown_has_the_text),
		HOST_TEST(a_rare_name_is_found_in_few_calls),
		cmocka_unit_test(lists_are_what_the_whole_list_has_of_it),
		cmocka_unit_test(a_directory_lists_the_same),
	};

	return cmocka_run_group_tests_name("api/list_names", tests, NULL, NULL) ? 1 : 0;
}
