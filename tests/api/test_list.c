/* SPDX-License-Identifier: MIT */
/*
 * Lists against a model: what asking one by one gives, sorted by hand. Complete, in order,
 * each exactly once, whatever the page size, and whatever happens between two pages.
 */
#include "host.h"

enum { MOST = 120 };

struct row {
	const char *id;
	char name[100];
	int64_t created, updated;
};

static const char *const sessions[] = {
	"ada create", "bob", "eve", "m1 eng:member", "m2 eng:memberPlus", "m6 eng:admin",
	"m4 eng:dataWizard hr:publisher", "s1 sales:designer hr:member sales2:admin",
	"bob sales:member eng:member", "root super", "system", "ada @other",
};

static const char *const sorts[] = { "updatedAt",  "-updatedAt", "createdAt",
				     "-createdAt", "name",       "-name" };

/* The library's order of names: ASCII letters folded, 64 bytes. */
static int compare_names(const char *a, const char *b)
{
	size_t i;
	int x, y;

	for (i = 0; i < 64; i++) {
		x = (unsigned char)a[i];
		y = (unsigned char)b[i];
		x = x >= 'A' && x <= 'Z' ? x - 'A' + 'a' : x;
		y = y >= 'A' && y <= 'Z' ? y - 'A' + 'a' : y;
		if (x != y || !x)
			return x - y;
	}
	return 0;
}

static int compare(const struct row *a, const struct row *b, const char *sort)
{
	int order, sign = sort[0] == '-' ? -1 : 1;

	sort += sort[0] == '-';
	if (strcmp(sort, "name") == 0)
		order = compare_names(a->name, b->name);
	else if (strcmp(sort, "createdAt") == 0)
		order = (a->created > b->created) - (a->created < b->created);
	else
		order = (a->updated > b->updated) - (a->updated < b->updated);
	return sign * (order ? order : strcmp(a->id, b->id));
}

/* Those of host's ids on which the session has the right, by asking for each, in order. */
static size_t model(struct row *rows, struct host *host, const char *spec, const char *sort,
		    const char *right)
{
	asst_assistant *assistant;
	size_t i, k, count = 0;
	struct row row;

	for (i = 0; i < host->id_count; i++) {
		/* some rights are also about what is in the trash; lists are not */
		if (!host_allowed(host, spec, "assistant:read", host->ids[i]) ||
		    !host_allowed(host, spec, right, host->ids[i]))
			continue;
		assistant = host_get(host, spec, host->ids[i]);
		row.id = host->ids[i];
		row.created = asst_assistant_created_at(assistant);
		row.updated = asst_assistant_updated_at(assistant);
		snprintf(row.name, sizeof(row.name), "%s", asst_assistant_name(assistant));
		asst_assistant_free(assistant);
		for (k = count++; k > 0 && compare(&row, &rows[k - 1], sort) < 0; k--)
			rows[k] = rows[k - 1];
		rows[k] = row;
		assert_true(count <= MOST);
	}
	return count;
}

/* One page; *cursor (1,200 bytes, "": from the start) becomes the next one, "" at the end. */
static asst_list *page(struct host *host, const char *spec, const char *sort, const char *right,
		       const char *view, size_t limit, char *cursor)
{
	char options[2000];
	asst_list *list;

	snprintf(options, sizeof(options),
		 "{\"sort\":\"%s\",\"right\":\"%s\",\"view\":\"%s\",\"limit\":%zu%s%s%s}", sort,
		 right, view, limit, cursor[0] ? ",\"cursor\":\"" : "", cursor,
		 cursor[0] ? "\"" : "");
	MUST(host, asst_assistant_list(&list, as(host, spec), options, ASST_NUL, host->err));
	snprintf(cursor, 1200, "%s", asst_list_cursor(list) ? asst_list_cursor(list) : "");
	return list;
}

/* All pages give exactly the rows; every page but the last is full. */
static void check_pages(struct host *host, const char *spec, const char *sort, const char *right,
			const struct row *rows, size_t count, size_t limit)
{
	char cursor[1200] = "";
	asst_list *list;
	size_t i, at = 0;

	do {
		list = page(host, spec, sort, right, "summary", limit, cursor);
		if (cursor[0])
			assert_int_equal(asst_list_count(list), limit);
		for (i = 0; i < asst_list_count(list); i++, at++) {
			if (at >= count ||
			    strcmp(asst_assistant_id(asst_list_at(list, i)), rows[at].id) != 0)
				fail_msg("%s by %s, %s, limit %zu: place %zu of %zu is wrong", spec,
					 sort, right, limit, at, count);
		}
		asst_list_free(list);
	} while (cursor[0]);
	if (at != count)
		fail_msg("%s by %s, %s, limit %zu: %zu, not %zu", spec, sort, right, limit, at,
			 count);
}

/* Assistants of all kinds: owners, grants, drafts, ties in time and name, some deleted. */
static void fill(struct host *host, size_t count, uint64_t *random)
{
	static const char *const owners[] = { "user:ada", "user:bob", "team:eng", "team:hr",
					      "user:eve" };
	static const char *const principals[] = { "user:bob",   "user:ada", "team:eng",
						  "team:sales", "team:hr",  "team:sales2",
						  "workspace",  "key:k",    "user:nobody" };
	static const char *const names[] = { "Alpha",    "alpha", "ALPHA",   "Beta",
					     "alphabet", "_",     "\xc3\x84" };
	char json[400], longer[80];
	const char *id;
	size_t i, k;

	memset(longer, 'n', sizeof(longer));
	for (i = 0; i < count; i++) {
		snprintf(json, sizeof(json), "{\"name\":\"%.*s%s%zu\",\"ownerId\":\"%s\"}",
			 i % 9 == 0 ? 63 : 0, longer, names[t_random_below(random, T_COUNT(names))],
			 i % 3, owners[t_random_below(random, T_COUNT(owners))]);
		id = host_create_with(host, "system", json, i % 7 == 3 ? ASST_CREATE_DRAFT : 0);
		for (k = t_random_below(random, 4); k > 0; k--)
			MUST(host,
			     host_share(host, "system", id,
					principals[t_random_below(random, T_COUNT(principals))],
					1 + (int)t_random_below(random, 3)));
		host_pass(host, (int64_t)t_random_below(random, 2));
	}
	for (i = 0; i < count / 3; i++) {
		snprintf(json, sizeof(json), "{\"tags\":[\"t%zu\"]}", i);
		MUST(host,
		     host_patch(host, "system", host->ids[t_random_below(random, count)], json));
		host_pass(host, (int64_t)t_random_below(random, 2));
	}
	for (i = 0; i < count; i += 11)
		MUST(host, host_delete(host, "system", host->ids[i]));
}

static void lists_are_complete_and_in_order(void **state)
{
	static const size_t limits[] = { 1, 2, 3, 7, 50, 1000 };
	struct host *host = *state;
	struct row rows[MOST];
	uint64_t random = t_seed();
	size_t s, o, l, count, total = 0;

	fill(host, 60, &random);
	for (s = 0; s < T_COUNT(sessions); s++) {
		for (o = 0; o < T_COUNT(sorts); o++) {
			count = model(rows, host, sessions[s], sorts[o], "assistant:read");
			total += count;
			for (l = 0; l < T_COUNT(limits); l++)
				check_pages(host, sessions[s], sorts[o], "assistant:read", rows,
					    count, limits[l]);
			if (count)
				check_pages(host, sessions[s], sorts[o], "assistant:read", rows,
					    count, count);
		}
	}
	assert_true(total > 600); /* or nothing was tested */
}

/* What is counted is what is listed. */
static void check_count(struct host *host, const char *spec, const char *right, size_t wanted)
{
	char options[64];
	uint64_t count = 77;
	int more = 7;

	snprintf(options, sizeof(options), "{\"right\":\"%s\"}", right);
	MUST(host, asst_assistant_count(&count, &more, as(host, spec), options, ASST_NUL,
					host->err));
	if (count != wanted || more != 0)
		fail_msg("%s, %s: %" PRIu64 " and %d, not %zu", spec, right, count, more, wanted);
}

static void lists_can_be_of_what_a_right_is_held_on(void **state)
{
	struct host *host = *state;
	struct row rows[MOST];
	uint64_t random = t_seed() + 1;
	size_t s, r, count;

	fill(host, 40, &random);
	for (s = 0; s < T_COUNT(sessions); s++) {
		for (r = 0; r + 2 < asst_right_count(); r++) {
			count = model(rows, host, sessions[s], "-name", asst_right_name(r));
			check_pages(host, sessions[s], "-name", asst_right_name(r), rows, count, 4);
			check_count(host, sessions[s], asst_right_name(r), count);
		}
	}
}

static void a_page_is_as_when_asked_for_each(void **state)
{
	struct host *host = *state;
	uint64_t random = t_seed() + 2;
	asst_assistant *alone, *listed;
	char cursor[1200] = "";
	asst_list *list;
	size_t i;

	fill(host, 30, &random);
	list = page(host, "bob", "name", "assistant:read", "whole", 50, cursor);
	assert_true(asst_list_count(list) > 5);
	for (i = 0; i < asst_list_count(list); i++) {
		listed = asst_list_at(list, i);
		alone = host_get(host, "bob", asst_assistant_id(listed));
		assert_string_equal(asst_assistant_json(listed, NULL),
				    asst_assistant_json(alone, NULL));
		assert_int_equal(asst_assistant_level(listed), asst_assistant_level(alone));
		asst_assistant_free(alone);
	}
	assert_null(asst_list_at(list, i));
	assert_null(asst_list_at(list, SIZE_MAX));
	asst_list_free(list);
}

static void views_differ_in_the_definition(void **state)
{
	struct host *host = *state;
	char cursor[1200] = "";
	asst_assistant *kept;
	asst_list *list;

	host_create(host, "ada create",
		    "{\"name\":\"a\",\"description\":\"d\",\"instruction\":\"secret\"}");
	list = page(host, "ada", "name", "assistant:read", "summary", 1, cursor);
	assert_null(asst_assistant_def(asst_list_at(list, 0)));
	assert_string_equal(asst_assistant_name(asst_list_at(list, 0)), "a");
	assert_non_null(
		strstr(asst_assistant_json(asst_list_at(list, 0), NULL), "\"description\":\"d\""));
	assert_null(strstr(asst_assistant_json(asst_list_at(list, 0), NULL), "secret"));
	asst_list_free(list);
	list = page(host, "ada", "name", "assistant:read", "whole", 1, cursor);
	kept = asst_assistant_ref(asst_list_at(list, 0));
	asst_list_free(list);
	asst_list_free(NULL);
	assert_string_equal(asst_def_instruction(asst_assistant_def(kept), NULL), "secret");
	asst_assistant_free(kept);
}

/* Between two pages: inserts, deletes, updates. What keeps its place is listed exactly once. */
static void changes_between_pages_disturb_nobody_else(void **state)
{
	struct host *host = *state;
	struct row rows[MOST];
	char cursor[1200], json[64];
	uint64_t random = t_seed() + 3;
	int seen[MOST], touched[MOST];
	asst_list *list;
	size_t o, i, k, count, step;

	fill(host, 50, &random);
	for (o = 0; o < T_COUNT(sorts); o++) {
		count = model(rows, host, "root super", sorts[o], "assistant:read");
		memset(seen, 0, sizeof(seen));
		memset(touched, 0, sizeof(touched));
		cursor[0] = '\0';
		step = 0;
		do {
			list = page(host, "root super", sorts[o], "assistant:read", "summary", 3,
				    cursor);
			for (i = 0; i < asst_list_count(list); i++)
				for (k = 0; k < count; k++)
					seen[k] +=
						strcmp(rows[k].id,
						       asst_assistant_id(asst_list_at(list, i))) ==
						0;
			asst_list_free(list);
			host_pass(host, 1);
			/* Some come, some go, some change their place. */
			k = t_random_below(&random, count);
			if (!touched[k]++)
				MUST(host, host_delete(host, "system", rows[k].id));
			k = t_random_below(&random, count);
			snprintf(json, sizeof(json), "{\"name\":\"m%zu\",\"ownerId\":\"user:ada\"}",
				 step++);
			host_create(host, "system", json);
			if (!touched[k]++)
				host_patch(host, "system", rows[k].id,
					   "{\"name\":\"mmm\",\"tags\":[\"z\"]}");
		} while (cursor[0]);
		for (k = 0; k < count; k++)
			if (!touched[k])
				assert_int_equal(seen[k], 1);
	}
}

static void expired_grants_are_not_listed(void **state)
{
	struct host *host = *state;
	struct row rows[MOST];
	char json[200];
	const char *id;
	size_t i, count;
	asst_list *list;

	for (i = 0; i < 20; i++) {
		id = host_create(host, "ada create", "{\"name\":\"a\"}");
		snprintf(json, sizeof(json), "{\"principalId\":\"user:bob\",\"accessLevel\":1%s}",
			 i % 4 ? ",\"expiresAt\":\"2030-03-17T17:46:50Z\"" : "");
		MUST(host,
		     asst_share_put_json(as(host, "ada create"), id, json, ASST_NUL, 0, host->err));
	}
	for (i = 0; i < 3; i++) {
		count = model(rows, host, "bob", "name", "assistant:read");
		assert_int_equal(count, i < 2 ? 20 : 5);
		check_pages(host, "bob", "name", "assistant:read", rows, count, 3);
		host_pass(host, i == 0 ? 9999 : 1);
	}
	MUST(host, asst_assistant_list(&list, as(host, "bob"), "{\"right\":\"assistant:write\"}",
				       ASST_NUL, host->err));
	assert_int_equal(asst_list_count(list), 0);
	asst_list_free(list);
}

/* Cursors */

static void refused(struct host *host, const char *spec, const char *more, const char *cursor)
{
	char options[2000];
	asst_list *list;

	snprintf(options, sizeof(options), "{%s\"cursor\":\"%s\"}", more, cursor);
	EXPECT(host, ASST_EVALIDATION,
	       asst_assistant_list(&list, as(host, spec), options, ASST_NUL, host->err));
	assert_null(list);
	host_issue(host, 0, "cursor", "/cursor");
}

static void cursors_that_were_changed_are_refused(void **state)
{
	static const char others[] = "0123456789abcdefABCDEFg-~";
	struct host *host = *state;
	char cursor[1200] = "", changed[1201];
	size_t i, k, size;

	for (i = 0; i < 3; i++)
		host_create(host, "ada create", "{\"name\":\"Some name\"}");
	asst_list_free(page(host, "ada create", "name", "assistant:read", "summary", 2, cursor));
	size = strlen(cursor);
	assert_true(size > 0);
	for (i = 0; i < size; i++) {
		for (k = 0; k < sizeof(others) - 1; k++) {
			strcpy(changed, cursor);
			changed[i] = others[k];
			if (strcmp(changed, cursor) != 0)
				refused(host, "ada create", "\"sort\":\"name\",", changed);
		}
		snprintf(changed, sizeof(changed), "%.*s", (int)i, cursor); /* cut off */
		refused(host, "ada create", "\"sort\":\"name\",", changed);
		snprintf(changed, sizeof(changed), "%.*s%s", (int)i, cursor,
			 cursor + i + 1); /* one less */
		refused(host, "ada create", "\"sort\":\"name\",", changed);
		snprintf(changed, sizeof(changed), "%.*s0%s", (int)i, cursor,
			 cursor + i); /* one more */
		if (strcmp(changed, cursor) != 0)
			refused(host, "ada create", "\"sort\":\"name\",", changed);
	}
	snprintf(changed, sizeof(changed), "%s0", cursor);
	refused(host, "ada create", "\"sort\":\"name\",", changed);
}

static void a_cursor_fits_its_list_alone(void **state)
{
	static const char *const strangers[] = { "bob", "system", "ada create @other", "root super",
						 "ADA" };
	static const char *const mores[] = { "\"sort\":\"-name\",", "\"sort\":\"createdAt\",", "",
					     "\"sort\":\"name\",\"right\":\"assistant:write\"," };
	struct host *host = *state;
	char cursor[1200] = "", options[1300];
	asst_list *list;
	size_t i;

	for (i = 0; i < 3; i++)
		MUST(host, host_share(host, "ada create",
				      host_create(host, "ada create", "{\"name\":\"a\"}"),
				      "workspace", 3));
	asst_list_free(page(host, "ada create", "name", "assistant:read", "summary", 2, cursor));
	for (i = 0; i < T_COUNT(strangers); i++)
		refused(host, strangers[i], "\"sort\":\"name\",", cursor);
	for (i = 0; i < T_COUNT(mores); i++)
		refused(host, "ada create", mores[i], cursor);
	/* Another session of the same principal, another limit and view: it goes on. */
	snprintf(options, sizeof(options),
		 "{\"sort\":\"name\",\"limit\":9,\"view\":\"whole\",\"right\":\"assistant:read\","
		 "\"cursor\":\"%s\"}", cursor);
	MUST(host,
	     asst_assistant_list(&list, as(host, "ada eng:admin"), options, ASST_NUL, host->err));
	assert_int_equal(asst_list_count(list), 1);
	asst_list_free(list);
}

static void bad_options_are_refused(void **state)
{
	static const struct {
		const char *options;
		int status;
		const char *code, *pointer;
	} rows[] = {
		{ "{\"limit\":0}", ASST_EVALIDATION, "range", "/limit" },
		{ "{\"limit\":-1}", ASST_EVALIDATION, "range", "/limit" },
		{ "{\"limit\":1001}", ASST_ELIMIT, "limit", "/limit" },
		{ "{\"limit\":\"5\"}", ASST_EVALIDATION, "type", "/limit" },
		{ "{\"sort\":\"size\"}", ASST_EVALIDATION, "choice", "/sort" },
		{ "{\"sort\":\"+name\"}", ASST_EVALIDATION, "choice", "/sort" },
		{ "{\"view\":\"half\"}", ASST_EVALIDATION, "choice", "/view" },
		{ "{\"right\":\"assistant:fly\"}", ASST_EVALIDATION, "choice", "/right" },
		{ "{\"right\":\"assistants:create\"}", ASST_EVALIDATION, "choice", "/right" },
		{ "{\"cursor\":\"\"}", ASST_EVALIDATION, "cursor", "/cursor" },
		{ "{\"cursor\":7}", ASST_EVALIDATION, "type", "/cursor" },
		{ "{\"offset\":1}", ASST_EVALIDATION, "unknown_field", "/offset" },
	};
	struct host *host = *state;
	asst_session *ada = as(host, "ada create");
	asst_list *list;
	size_t i;

	for (i = 0; i < T_COUNT(rows); i++) {
		EXPECT(host, rows[i].status,
		       asst_assistant_list(&list, ada, rows[i].options, ASST_NUL, host->err));
		assert_null(list);
		host_issue(host, 0, rows[i].code, rows[i].pointer);
	}
	EXPECT(host, ASST_EVALIDATION, asst_assistant_list(&list, ada, "[]", ASST_NUL, host->err));
	EXPECT(host, ASST_EVALIDATION, asst_assistant_list(&list, ada, "{", ASST_NUL, host->err));
	EXPECT(host, ASST_EVALIDATION, asst_assistant_list(&list, ada, "", 0, host->err));
	EXPECT(host, ASST_EINVAL, asst_assistant_list(NULL, ada, "{}", ASST_NUL, host->err));
	EXPECT(host, ASST_EINVAL, asst_assistant_list(&list, NULL, "{}", ASST_NUL, host->err));
	EXPECT(host, ASST_EDENIED,
	       asst_assistant_list(&list, as(host, "ada noseat"), "{", 1, host->err));
	MUST(host, asst_assistant_list(&list, ada, NULL, ASST_NUL, host->err));
	assert_int_equal(asst_list_count(list), 0);
	asst_list_free(list);
}

/* Above that, finding out would take longer than anybody wants to know. */
static void ten_thousand_are_counted_and_no_more(void **state)
{
	struct host *host = *state;
	uint64_t count;
	size_t i;
	int more;

	for (i = 0; i < 10000; i++)
		MUST(host, asst_assistant_create_json(NULL, as(host, "ada create"), "{\"name\":\"a\"}",
						      ASST_NUL, 0, host->err));
	MUST(host, asst_assistant_count(&count, &more, as(host, "ada"), NULL, 0, host->err));
	assert_int_equal(count, 10000);
	assert_int_equal(more, 0);
	MUST(host, asst_assistant_create_json(NULL, as(host, "ada create"), "{\"name\":\"a\"}",
					      ASST_NUL, 0, host->err));
	host_count_anew(host);
	MUST(host, asst_assistant_count(&count, &more, as(host, "ada"), NULL, 0, host->err));
	assert_int_equal(count, 10000);
	assert_int_equal(more, 1);
	assert_true(host_calls(host, HOST_SCAN) <= 5);
	assert_int_equal(host_calls(host, HOST_GET), 0);
	MUST(host, asst_assistant_count(&count, NULL, as(host, "root super"), NULL, 0, host->err));
	assert_int_equal(count, 10000);
	MUST(host, asst_assistant_count(&count, &more, as(host, "ada"), "{\"nameContains\":\"A\"}",
					ASST_NUL, host->err));
	assert_int_equal(count, 10000);
	assert_int_equal(more, 1);
	MUST(host, asst_assistant_count(&count, NULL, as(host, "eve"), NULL, 0, host->err));
	assert_int_equal(count, 0);
}

static void counts_have_gates_and_faults(void **state)
{
	static const struct {
		const char *options;
		int status;
		const char *code, *pointer;
	} rows[] = {
		{ "{\"right\":\"assistant:fly\"}", ASST_EVALIDATION, "choice", "/right" },
		{ "{\"limit\":5}", ASST_EVALIDATION, "unknown_field", "/limit" },
		{ "{\"right\":5}", ASST_EVALIDATION, "type", "/right" },
		{ "[", ASST_EVALIDATION, "json_syntax", "/0" },
	};
	struct host *host = *state;
	uint64_t count = 5;
	int more = 5;
	size_t i;

	host_create(host, "ada create", "{\"name\":\"a\"}");
	for (i = 0; i < T_COUNT(rows); i++) {
		EXPECT(host, rows[i].status,
		       asst_assistant_count(&count, &more, as(host, "ada"), rows[i].options, ASST_NUL,
					    host->err));
		host_issue(host, 0, rows[i].code, rows[i].pointer);
		assert_int_equal(count, 0);
		assert_int_equal(more, 0);
	}
	EXPECT(host, ASST_EDENIED,
	       asst_assistant_count(&count, NULL, as(host, "ada noseat"), NULL, 0, host->err));
	EXPECT(host, ASST_EINVAL,
	       asst_assistant_count(NULL, &more, as(host, "ada"), NULL, 0, host->err));
	EXPECT(host, ASST_EINVAL, asst_assistant_count(&count, NULL, NULL, NULL, 0, host->err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(lists_are_complete_and_in_order),
		HOST_TEST(lists_can_be_of_what_a_right_is_held_on),
		HOST_TEST(a_page_is_as_when_asked_for_each),
		HOST_TEST(views_differ_in_the_definition),
		HOST_TEST(changes_between_pages_disturb_nobody_else),
		HOST_TEST(expired_grants_are_not_listed),
		HOST_TEST(cursors_that_were_changed_are_refused),
		HOST_TEST(a_cursor_fits_its_list_alone),
		HOST_TEST(bad_options_are_refused),
		HOST_TEST(ten_thousand_are_counted_and_no_more),
		HOST_TEST(counts_have_gates_and_faults),
	};

	return cmocka_run_group_tests_name("api/list", tests, NULL, NULL) ? 1 : 0;
}
