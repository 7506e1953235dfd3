/* SPDX-License-Identifier: MIT */
/* Input that is no document: refused by every function alike, with its place; nothing is stored. */
#include "body.h"

#include <assistant/sys/alloc.h>

#include <sys/resource.h>

/* What documents are sent to. */
static struct {
	struct t_world world;
	asst_assistant *made;
	asst_draft *draft;
	asst_def *def;
} to;

static int setup(void **state)
{
	const char *id;

	t_open(&to.world, NULL);
	to.made = t_create(&to.world, "{'name':'target'}");
	id = asst_assistant_id(to.made);
	assert_int_equal(asst_draft_edit(&to.draft, to.world.ada, id, 0, NULL), ASST_OK);
	assert_int_equal(asst_def_new(&to.def, NULL), ASST_OK);
	*state = &to.world;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	asst_def_free(to.def);
	asst_draft_free(to.draft);
	asst_assistant_free(to.made);
	t_close(&to.world);
	return 0;
}

static int send_create(const char *json, size_t size)
{
	asst_assistant *made = to.made;
	int status = asst_assistant_create_json(&made, to.world.ada, json, size, 0, to.world.err);

	if (status != ASST_OK)
		assert_null(made);
	asst_assistant_free(made);
	return status;
}

static int send_create_draft(const char *json, size_t size)
{
	return asst_assistant_create_json(NULL, to.world.ada, json, size, ASST_CREATE_DRAFT,
					  to.world.err);
}

static int send_validate(const char *json, size_t size)
{
	return asst_assistant_validate_json(to.world.ada, json, size, 0, to.world.err);
}

static int send_patch(const char *json, size_t size)
{
	asst_assistant *changed = to.made;
	int status = asst_assistant_patch_json(&changed, to.world.ada, asst_assistant_id(to.made),
					       json, size, ASST_ANY_REVISION, 0, to.world.err);

	if (status != ASST_OK)
		assert_null(changed);
	asst_assistant_free(changed);
	return status;
}

static int send_draft_patch(const char *json, size_t size)
{
	return asst_draft_patch(to.draft, json, size, 0, to.world.err);
}

static int send_share(const char *json, size_t size)
{
	return asst_share_put_json(to.world.ada, asst_assistant_id(to.made), json, size, 0,
				   to.world.err);
}

static int send_list(const char *json, size_t size)
{
	asst_list *list = NULL;
	int status = asst_assistant_list(&list, to.world.ada, json, size, to.world.err);

	if (status != ASST_OK)
		assert_null(list);
	asst_list_free(list);
	return status;
}

static int send_session(const char *json, size_t size)
{
	asst_session *session = to.world.ada;
	int status = asst_session_open(&session, to.world.store, json, size, to.world.err);

	if (status != ASST_OK)
		assert_null(session);
	asst_session_free(session);
	return status;
}

static int send_def(const char *json, size_t size)
{
	asst_def *def = to.def;
	int status = asst_def_from_json(&def, json, size, ASST_DEF_INCOMPLETE, to.world.err);

	if (status != ASST_OK)
		assert_null(def);
	asst_def_free(def);
	return status;
}

static int send_def_patch(const char *json, size_t size)
{
	return asst_def_patch_json(to.def, json, size, to.world.err);
}

static const struct {
	const char *name;
	int (*send)(const char *json, size_t size);
} functions[] = {
	{ "create", send_create }, { "create as a draft", send_create_draft },
	{ "validate", send_validate }, { "patch", send_patch },
	{ "patch a draft", send_draft_patch }, { "share", send_share }, { "list",
	  send_list }, { "open a session", send_session },
	{ "a def", send_def }, { "patch a def", send_def_patch },
};

/* Send bytes to all functions, from a block that ends with them. */
static int refused_by_all(const char *bytes, size_t size, int status, const char *code,
			  size_t offset)
{
	char *exact = malloc(size ? size : 1);
	int bad = 0;
	size_t i;

	assert_non_null(exact);
	memcpy(exact, bytes, size);
	for (i = 0; i < T_COUNT(functions); i++) {
		int got = functions[i].send(exact, size);

		if (got == status && asst_error_offset(to.world.err) == offset &&
		    asst_error_issue_count(to.world.err) == 1 &&
		    strcmp(asst_error_issue_code(to.world.err, 0), code) == 0)
			continue;
		print_error("%s: %.60s gives %s, %s, byte %zu, not %s, byte %zu\n",
			    functions[i].name, bytes, asst_status_name(got), t_faults(to.world.err),
			    asst_error_offset(to.world.err), code, offset);
		bad++;
	}
	free(exact);
	return bad;
}

#define TEXT(text) text, sizeof(text) - 1

static void a_text_that_is_not_json_has_one_fault_with_its_place(void **state)
{
	static const struct {
		const char *text;
		size_t size;
		const char *code;
		size_t offset;
	} rows[] = {
		{ TEXT(""), "json_syntax", 0 },
		{ TEXT("  \n"), "json_syntax", 3 },
		{ TEXT("{"), "json_syntax", 1 },
		{ TEXT("{\"name\""), "json_syntax", 7 },
		{ TEXT("{\"name\":"), "json_syntax", 8 },
		{ TEXT("{\"name\":\"x\""), "json_syntax", 11 },
		{ TEXT("{\"name\":\"x"), "json_syntax", 10 },
		{ TEXT("{\"name\":\"x\",}"), "json_syntax", 12 },
		{ TEXT("{\"name\" \"x\"}"), "json_syntax", 8 },
		{ TEXT("{'name':'x'}"), "json_syntax", 1 },
		{ TEXT("{name:\"x\"}"), "json_syntax", 1 },
		{ TEXT("{\"name\":\"x\"}}"), "json_syntax", 12 },
		{ TEXT("{\"name\":\"x\"} {}"), "json_syntax", 13 },
		{ TEXT("{\"name\":\"x\"}\0"), "json_syntax", 12 },
		{ TEXT("{\"a\":[1,]}"), "json_syntax", 8 },
		{ TEXT("{\"a\":[1 2]}"), "json_syntax", 8 },
		{ TEXT("{\"a\":01}"), "json_syntax", 6 },
		{ TEXT("{\"a\":+1}"), "json_syntax", 5 },
		{ TEXT("{\"a\":1.}"), "json_syntax", 7 },
		{ TEXT("{\"a\":.5}"), "json_syntax", 5 },
		{ TEXT("{\"a\":1e}"), "json_syntax", 7 },
		{ TEXT("{\"a\":NaN}"), "json_syntax", 5 },
		{ TEXT("{\"a\":True}"), "json_syntax", 5 },
		{ TEXT("{\"a\":/**/1}"), "json_syntax", 5 },
		{ TEXT("{\"a\":\"\t\"}"), "json_syntax", 6 },
		{ TEXT("{\"a\":\"\\x\"}"), "json_syntax", 7 },
		{ TEXT("{\"a\":\"\\u12G4\"}"), "json_syntax", 10 },
		{ TEXT("{\"a\":\"b\0c\"}"), "json_syntax", 7 },
		{ TEXT("\xEF\xBB\xBF{\"name\":\"x\"}"), "json_syntax", 0 },
		{ TEXT("{\"a\":\"\xFF\"}"), "json_utf8", 6 },
		{ TEXT("{\"a\":\"\xC0\xAF\"}"), "json_utf8", 6 },
		{ TEXT("{\"a\":\"x\xED\xA0\x80\"}"), "json_utf8", 7 },
		{ TEXT("{\"a\":\"\xF4\x90\x80\x80\"}"), "json_utf8", 6 },
		{ TEXT("{\"a\":\"\xE2\x82\"}"), "json_utf8", 6 },
		{ TEXT("{\"\x80\":1}"), "json_utf8", 2 },
		{ TEXT("{\"a\":\"b\\u0000\"}"), "json_nul", 7 },
		{ TEXT("{\"\\u0000\":1}"), "json_nul", 2 },
		{ TEXT("{\"a\":\"\\ud83d\"}"), "json_surrogate", 6 },
		{ TEXT("{\"a\":\"\\ude00\"}"), "json_surrogate", 6 },
		{ TEXT("{\"a\":\"\\ud83d\\u0041\"}"), "json_surrogate", 6 },
		{ TEXT("{\"name\":\"x\",\"name\":\"x\"}"), "json_duplicate_name", 12 },
		{ TEXT("{\"a\":{\"b\":1,\"\\u0062\":2}}"), "json_duplicate_name", 12 },
	};
	int bad = 0;
	size_t i;

	(void)state;
	for (i = 0; i < T_COUNT(rows); i++)
		bad += refused_by_all(rows[i].text, rows[i].size, ASST_EVALIDATION, rows[i].code,
				      rows[i].offset);
	assert_int_equal(bad, 0);
}

static void a_document_is_an_object(void **state)
{
	static const char *const texts[] = { "[]", "null", "true", "1", "\"x\"",
					     "[{\"name\":\"x\"}]" };
	int bad = 0;
	size_t i;

	(void)state;
	for (i = 0; i < T_COUNT(texts); i++)
		bad += refused_by_all(texts[i], strlen(texts[i]), ASST_EVALIDATION, "type",
				      SIZE_MAX);
	assert_int_equal(bad, 0);
}

static void nested_brackets_are_counted_not_followed(void **state)
{
	static const char *const brackets[] = { "[", "{\"a\":", "[{\"a\":" };
	static const size_t offsets[] = { 64, 64 * 5, 32 * 6 };
	struct t_text text = { NULL, 0, 0 };
	int bad = 0;
	size_t i;

	(void)state;
	for (i = 0; i < T_COUNT(brackets); i++) {
		text.size = 0;
		t_add_many(&text, brackets[i], "", 100000);
		bad += refused_by_all(text.data, text.size, ASST_ELIMIT, "json_depth", offsets[i]);
	}
	t_text_free(&text);
	assert_int_equal(bad, 0);
}

static void the_size_given_decides_and_asst_nul_ends_at_the_nul(void **state)
{
	static const char text[] = "{\"name\":\"sized\"}\0{\"name\":\"hidden\"}";
	static const size_t sizes[] = { ASST_NUL, 16 };
	struct t_world *world = *state;
	asst_assistant *made;
	size_t i;

	for (i = 0; i < T_COUNT(sizes); i++) {
		assert_int_equal(asst_assistant_create_json(&made, world->ada, text, sizes[i], 0,
							    world->err), ASST_OK);
		assert_string_equal(asst_assistant_name(made), "sized");
		asst_assistant_free(made);
	}
	assert_int_equal(send_create(text, 15), ASST_EVALIDATION);
	assert_int_equal(asst_error_offset(world->err), 15);
	assert_int_equal(send_create(text, 17), ASST_EVALIDATION);
	assert_int_equal(asst_error_offset(world->err), 16);
	assert_int_equal(send_create(text, sizeof(text) - 1), ASST_EVALIDATION);
	assert_int_equal(send_create(text, 0), ASST_EVALIDATION);
	assert_int_equal(t_count(world), 3);
}

static void nothing_is_stored_or_changed_by_what_was_refused(void **state)
{
	struct t_world *world = *state;
	asst_assistant *now;
	asst_buf *shares;
	int refused;

	refused = refused_by_all(TEXT("{\"name\":\"y\""), ASST_EVALIDATION, "json_syntax", 11);
	assert_int_equal(refused, 0);
	assert_int_equal(t_count(world), 1);
	assert_int_equal(asst_assistant_get(&now, world->ada, asst_assistant_id(to.made), 0, NULL),
			 ASST_OK);
	assert_string_equal(asst_assistant_json(now, NULL), asst_assistant_json(to.made, NULL));
	asst_assistant_free(now);
	assert_string_equal(asst_def_name(asst_draft_def(to.draft), NULL), "target");
	assert_null(asst_def_name(to.def, NULL));
	assert_int_equal(asst_share_list(&shares, world->ada, asst_assistant_id(to.made), NULL),
			 ASST_OK);
	assert_string_equal(asst_buf_data(shares), "[]");
	asst_buf_free(shares);
}

/* An allocator that knows how much there was at the most. */
static struct {
	size_t now, peak;
} counted;

static void count(size_t taken, size_t given)
{
	counted.now += taken;
	counted.now -= given;
	if (counted.now > counted.peak)
		counted.peak = counted.now;
}

static void *counting_alloc(void *user, size_t size)
{
	(void)user;
	count(size, 0);
	return malloc(size);
}

static void *counting_realloc(void *user, void *block, size_t old_size, size_t new_size)
{
	(void)user;
	count(new_size, old_size);
	return realloc(block, new_size);
}

static void counting_free(void *user, void *block, size_t size)
{
	(void)user;
	count(0, size);
	free(block);
}

/* The most memory that the process ever had, in KiB. */
static long resident(void)
{
	struct rusage usage;

	assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
	return usage.ru_maxrss;
}

#define MIB ((size_t)1024 * 1024)

static void a_document_of_64_mib_is_refused_within_4_mib(void **state)
{
	static const asst_allocator table = { sizeof(table), NULL, counting_alloc, counting_realloc,
					      counting_free };
	static const char *const starts[] = { "{\"name\":\"", "[", "{\"a\":[0", " ", "{" };
	asst_store_opts *opts = asst_store_opts_new();
	char *huge = malloc(64 * MIB + 1);
	struct t_world world;
	long before;
	size_t i;

	(void)state;
	assert_non_null(huge);
	huge[64 * MIB] = '\0';
	assert_int_equal(asst_store_opts_set_allocator(opts, &table, NULL), ASST_OK);
	t_open(&world, opts);
	for (i = 0; i < T_COUNT(starts); i++) {
		memset(huge, starts[i][strlen(starts[i]) - 1], 64 * MIB);
		memcpy(huge, starts[i], strlen(starts[i]));
		counted.peak = counted.now;
		before = resident();
		assert_int_equal(asst_assistant_create_json(NULL, world.ada, huge, 64 * MIB, 0,
							    world.err), ASST_ELIMIT);
		assert_string_equal(t_faults(world.err), "json_bytes@");
		assert_int_equal(asst_error_offset(world.err), MIB);
		assert_int_equal(asst_assistant_create_json(NULL, world.ada, huge, ASST_NUL, 0,
							    world.err), ASST_ELIMIT);
		assert_int_equal(send_def(huge, 64 * MIB), ASST_ELIMIT);
		assert_true(counted.peak < 4 * MIB);
		assert_true(resident() - before < 4 * 1024);
	}
	assert_int_equal(t_count(&world), 0);
	t_close(&world);
	asst_store_opts_free(opts);
	free(huge);
	assert_int_equal(counted.now, 0);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(a_text_that_is_not_json_has_one_fault_with_its_place),
		EACH(a_document_is_an_object),
		EACH(nested_brackets_are_counted_not_followed),
		EACH(the_size_given_decides_and_asst_nul_ends_at_the_nul),
		EACH(nothing_is_stored_or_changed_by_what_was_refused),
		EACH(a_document_of_64_mib_is_refused_within_4_mib),
	};

	return cmocka_run_group_tests_name("bad_input", tests, NULL, NULL) ? 1 : 0;
}
