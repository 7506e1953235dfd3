/* SPDX-License-Identifier: MIT */
/* The option keep_unknown_fields: what no table knows is kept, and written back as it was. */
#include "body.h"

#define UNKNOWN_JSON "'colour':{'a':[1E5,null],'b':1.0},'zebra':'\xC3\xA9'"
#define WITH_UNKNOWN \
	"{'zebra':'\xC3\xA9','name':'x','colour':{'b':1.0,'a':[1E5,null]}," \
	"'actions':[{'actionId':'" T_UUID_A "','note':12345678901234567890}]," \
	"'inputFields':[{'slug':'s','type':'DATE','label':'l','order':0,'hint':'h'}]," \
	"'skills':[{'id':'" T_UUID_E "','type':'web-search','data':{'engine':'e','maxResults':5}}]}"
#define KEPT \
	"'name':'x','inputType':'PROMPT','creativity':0.3," \
	"'actions':[{'actionId':'" T_UUID_A "','requiresConfirmation':true," \
	"'note':12345678901234567890}]," \
	"'inputFields':[{'slug':'s','type':'DATE','label':'l','required':false,'order':0," \
	"'hint':'h'}],'webSearch':false,'imageGeneration':false,'dataAnalyst':false," \
	"'canvas':false,'extendedThinking':false,'type':'custom'," \
	"'skills':[{'id':'" T_UUID_E "','type':'web-search','enabled':true," \
	"'data':{'engine':'e','maxResults':5}}]," UNKNOWN_JSON "}"

static int setup(void **state)
{
	struct t_world *world = calloc(1, sizeof(*world));
	asst_store_opts *opts = asst_store_opts_new();

	assert_non_null(world);
	assert_int_equal(asst_store_opts_set_int(opts, "keep_unknown_fields", 1, NULL), ASST_OK);
	t_open(world, opts);
	asst_store_opts_free(opts);
	*state = world;
	return 0;
}

/* The definition's part of an assistant's JSON. */
static const char *definition(const asst_assistant *assistant)
{
	const char *at = strstr(asst_assistant_json(assistant, NULL), "\"name\":");

	assert_non_null(at);
	return at;
}

static void unknown_members_are_kept_behind_the_known_ones(void **state)
{
	asst_assistant *made = t_create(*state, WITH_UNKNOWN);

	assert_string_equal(definition(made), t_json(KEPT));
	asst_assistant_free(made);
}

static void they_are_written_back_byte_by_byte(void **state)
{
	struct t_world *world = *state;
	asst_assistant *made = t_create(world, WITH_UNKNOWN), *got, *same;
	const char *id = asst_assistant_id(made);
	size_t size;
	const char *json;

	assert_int_equal(asst_assistant_get(&got, world->ada, id, 0, world->err), ASST_OK);
	json = asst_assistant_json(got, &size);
	t_expect(asst_assistant_patch_json(&same, world->ada, id, json, size, ASST_ANY_REVISION, 0,
					   world->err), world->err, ASST_OK, "", json);
	assert_string_equal(asst_assistant_json(same, NULL), json);
	assert_int_equal(asst_assistant_revision(same), 1);
	asst_assistant_free(same);
	asst_assistant_free(got);
	asst_assistant_free(made);
}

static void a_patch_of_other_fields_leaves_them(void **state)
{
	struct t_world *world = *state;
	asst_assistant *made = t_create(world, WITH_UNKNOWN), *changed;

	t_expect(asst_assistant_patch_json(&changed, world->ada, asst_assistant_id(made),
					   t_json("{'name':'y'}"), ASST_NUL, 1, 0, world->err),
		 world->err, ASST_OK, "", "name");
	assert_non_null(strstr(asst_assistant_json(changed, NULL), t_json(UNKNOWN_JSON)));
	assert_non_null(strstr(asst_assistant_json(changed, NULL), t_json("'hint':'h'")));
	asst_assistant_free(changed);
	asst_assistant_free(made);
}

static void a_patch_changes_and_clears_them(void **state)
{
	struct t_world *world = *state;
	asst_assistant *made = t_create(world, WITH_UNKNOWN), *changed;

	t_expect(asst_assistant_patch_json(&changed, world->ada, asst_assistant_id(made),
					   t_json("{'zebra':null,'colour':{'b':2.0,'a':null}}"),
					   ASST_NUL, 1, 0, world->err),
		 world->err, ASST_OK, "", "unknown members");
	assert_non_null(strstr(asst_assistant_json(changed, NULL), t_json(",'colour':{'b':2.0}}")));
	assert_null(strstr(asst_assistant_json(changed, NULL), "zebra"));
	assert_int_equal(asst_assistant_version(changed), 2);
	asst_assistant_free(changed);
	asst_assistant_free(made);
}

static void drafts_keep_them_and_commit_them(void **state)
{
	struct t_world *world = *state;
	asst_assistant *made = t_create(world, WITH_UNKNOWN), *live;
	asst_draft *draft;

	assert_int_equal(asst_draft_edit(&draft, world->ada, asst_assistant_id(made), 0, NULL),
			 ASST_OK);
	t_expect(asst_draft_patch(draft, t_json("{'canvas':true,'extra':[1]}"), ASST_NUL, 0,
				  world->err), world->err, ASST_OK, "", "a draft");
	t_expect(asst_draft_commit(&live, draft, NULL, 0, 0, world->err), world->err, ASST_OK, "",
		 "commit");
	assert_non_null(strstr(asst_assistant_json(live, NULL),
			       t_json("'colour':{'a':[1E5,null],'b':1.0},'extra':[1],'zebra':")));
	asst_assistant_free(live);
	asst_draft_free(draft);
	asst_assistant_free(made);
}

/* What a loaded assistant lends can be copied, checked and changed like any other. */
static void a_copy_of_such_a_definition_can_be_changed(void **state)
{
	asst_assistant *made = t_create(*state, WITH_UNKNOWN);
	asst_error *err = asst_error_new();
	asst_def *copy;
	asst_buf *json;
	int bad = 0;

	assert_int_equal(asst_def_copy(&copy, asst_assistant_def(made), err), ASST_OK);
	bad += !t_right(asst_def_set_text(copy, "welcome", "w", 1, err), err, ASST_OK, "", "set");
	bad += !t_right(asst_def_patch_json(copy, t_json("{'canvas':true}"), ASST_NUL, err), err,
			ASST_OK, "", "patch");
	assert_int_equal(asst_def_to_json(&json, copy, err), ASST_OK);
	assert_non_null(strstr(asst_buf_data(json), t_json(UNKNOWN_JSON)));
	asst_buf_free(json);
	asst_def_free(copy);
	asst_assistant_free(made);
	asst_error_free(err);
	assert_int_equal(bad, 0);
}

static void what_is_refused_for_a_reason_is_refused_all_the_same(void **state)
{
	static const struct t_row rows[] = {
		{ "'actions':[{'actionId':'" T_UUID_A "','connectionId':'c'}]",
		  "oauth_connection_unsupported@/actions/0/connectionId" },
		{ "'skills':[{'type':'custom','data':{'parameters':{'$ref':'#'}}}]",
		  "unknown_field@/skills/0/data/parameters/$ref" },
		{ "'id':'x'", "read_only@/id" },
		{ "'colour':1,'canvas':5", "type@/canvas" },
	};
	struct t_world *world = *state;
	int status, bad = 0;
	size_t i;

	for (i = 0; i < T_COUNT(rows); i++) {
		status = asst_assistant_validate_json(world->ada, t_document(rows[i].body),
						      ASST_NUL, 0,
						      world->err);
		bad += !t_right(status, world->err, ASST_EVALIDATION, rows[i].faults, rows[i].body);
	}
	assert_int_equal(bad, 0);
}

/* Members with operations of their own are known: a secret must not become plain text. */
static void what_has_operations_of_its_own_is_not_kept(void **state)
{
	static const char *const names[] = { "secrets", "icon", "shares", "tokens", "favorite" };
	struct t_world *world = *state;
	char body[64], wanted[64];
	int status, bad = 0;
	size_t i;

	for (i = 0; i < T_COUNT(names); i++) {
		snprintf(body, sizeof(body), "'%s':{'KEY':'value'}", names[i]);
		snprintf(wanted, sizeof(wanted), "unknown_field@/%s", names[i]);
		status = asst_assistant_create_json(NULL, world->ada, t_document(body), ASST_NUL, 0,
						    world->err);
		bad += !t_right(status, world->err, ASST_EVALIDATION, wanted, body);
	}
	assert_int_equal(bad, 0);
}

/* The same store with the option, and then without it. */
static void reopen(struct t_world *world, int keep)
{
	asst_store_opts *opts = asst_store_opts_new();

	if (world->store) {
		asst_session_free(world->ada);
		assert_int_equal(asst_store_close(world->store), ASST_OK);
	}
	assert_int_equal(asst_store_opts_set_int(opts, "keep_unknown_fields", keep, NULL), ASST_OK);
	assert_int_equal(asst_store_open(&world->store, "file:unknown", opts, world->err), ASST_OK);
	asst_store_opts_free(opts);
	assert_int_equal(asst_session_open(&world->ada, world->store,
					   t_json("{'workspace':'acme','user':'ada','aiSeat':true,"
						  "'permissions':['assistants:create']}"),
					   ASST_NUL, world->err),
			 ASST_OK);
}

static void patch_is(struct t_world *world, const char *id, const char *json, int status,
		     const char *faults)
{
	t_expect(asst_assistant_patch_json(NULL, world->ada, id, t_json(json), ASST_NUL,
					   ASST_ANY_REVISION, 0, world->err),
		 world->err, status, faults, json);
}

static void without_the_option_what_is_stored_stays_and_nothing_comes_in(void **state)
{
	static const char more[] =
		"{'inputFields':[{'slug':'s','type':'DATE','label':'l','order':0,'hint':'h'},"
		"{'slug':'t','type':'DATE','label':'l','order':1,'hint':'h'}]}";
	struct t_world world = { .err = asst_error_new() };
	asst_assistant *made, *got;
	asst_draft *draft;
	const char *id, *json;
	size_t size;

	(void)state;
	reopen(&world, 1);
	made = t_create(&world, WITH_UNKNOWN);
	id = asst_assistant_id(made);
	reopen(&world, 0);
	patch_is(&world, id, "{'emoji':'e'}", ASST_OK, "");
	assert_int_equal(asst_assistant_get(&got, world.ada, id, 0, world.err), ASST_OK);
	json = asst_assistant_json(got, &size);
	assert_non_null(strstr(json, t_json(UNKNOWN_JSON)));
	assert_non_null(strstr(json, t_json("'hint':'h'")));
	t_expect(asst_assistant_patch_json(NULL, world.ada, id, json, size, ASST_ANY_REVISION, 0,
					   world.err), world.err, ASST_OK, "", json);
	patch_is(&world, id, "{'zebra':'other'}", ASST_EVALIDATION, "unknown_field@/zebra");
	patch_is(&world, id, "{'lion':1}", ASST_EVALIDATION, "unknown_field@/lion");
	patch_is(&world, id, "{'lion':null}", ASST_EVALIDATION, "unknown_field@/lion");
	/* Items are told apart by their ids. */
	patch_is(&world, id, more, ASST_EVALIDATION, "unknown_field@/inputFields/1/hint");
	patch_is(&world, id, "{'inputFields':[{'slug':'t','type':'DATE','label':'l','order':0},"
			     "{'slug':'s','type':'DATE','label':'l','order':1,'hint':'h'}]}",
		 ASST_OK, "");
	patch_is(&world, id, "{'zebra':null}", ASST_OK, "");
	patch_is(&world, id, "{'zebra':'\xC3\xA9'}", ASST_EVALIDATION, "unknown_field@/zebra");
	/* Drafts, and what two made of it. */
	assert_int_equal(asst_draft_edit(&draft, world.ada, id, 0, world.err), ASST_OK);
	t_expect(asst_draft_patch(draft, t_json("{'welcome':'w'}"), ASST_NUL, 0, world.err),
		 world.err, ASST_OK, "", "draft");
	patch_is(&world, id, "{'instruction':'i'}", ASST_OK, "");
	t_expect(asst_draft_rebase(draft, NULL, 0, 0, world.err), world.err, ASST_OK, "", "rebase");
	patch_is(&world, id, "{'description':'d'}", ASST_OK, "");
	t_expect(asst_draft_commit(NULL, draft, NULL, 0, ASST_COMMIT_MERGE, world.err), world.err,
		 ASST_OK, "", "commit");
	asst_draft_free(draft);
	asst_assistant_free(got);
	assert_int_equal(asst_assistant_get(&got, world.ada, id, 0, world.err), ASST_OK);
	json = asst_assistant_json(got, NULL);
	assert_non_null(strstr(json, t_json("'colour':{'a':[1E5,null],'b':1.0}")));
	assert_non_null(strstr(json, t_json("'welcome':'w'")));
	assert_non_null(strstr(json, t_json("'description':'d'")));
	asst_assistant_free(got);
	asst_assistant_free(made);
	asst_session_free(world.ada);
	assert_int_equal(asst_store_close(world.store), ASST_OK);
	asst_error_free(world.err);
}

/* What the members of a skill's data are depends on its type: what was known to one is not stored. */
static void another_type_does_not_bring_unknown_members_in(void **state)
{
	static const char before[] = "{'name':'x','skills':[{'id':'" T_UUID_A "','type':'code-execution',"
				     "'data':{'network':true}}]}",
			  after[] = "{'skills':[{'id':'" T_UUID_A "','type':'web-search',"
				    "'data':{'network':true}}]}";
	asst_assistant *made;
	struct t_world world;
	asst_draft *draft;
	const char *id;
	int status;

	(void)state;
	t_open(&world, NULL);
	assert_int_equal(asst_assistant_create_json(&made, world.ada, t_json(before), ASST_NUL, 0,
						    world.err), ASST_OK);
	id = asst_assistant_id(made);
	status = asst_assistant_patch_json(NULL, world.ada, id, t_json(after), ASST_NUL,
					   ASST_ANY_REVISION, 0, world.err);
	t_expect(status, world.err, ASST_EVALIDATION, "unknown_field@/skills/0/data/network", "patch");
	assert_int_equal(asst_draft_edit(&draft, world.ada, id, 0, world.err), ASST_OK);
	status = asst_draft_patch(draft, t_json(after), ASST_NUL, 0, world.err);
	t_expect(status, world.err, ASST_EVALIDATION, "unknown_field@/skills/0/data/network", "draft");
	asst_draft_free(draft);
	asst_assistant_free(made);
	t_close(&world);
}

static void the_option_is_0_or_1(void **state)
{
	asst_store_opts *opts = asst_store_opts_new();

	(void)state;
	assert_int_equal(asst_store_opts_set_int(opts, "keep_unknown_fields", 0, NULL), ASST_OK);
	assert_int_equal(asst_store_opts_set_int(opts, "keep_unknown_fields", 2, NULL),
			 ASST_EINVAL);
	assert_int_equal(asst_store_opts_set_int(opts, "keep_unknown_fields", -1, NULL),
			 ASST_EINVAL);
	assert_int_equal(asst_store_opts_set_int(opts, "keep_unknown", 1, NULL), ASST_EINVAL);
	assert_int_equal(asst_store_opts_set_int(opts, NULL, 1, NULL), ASST_EINVAL);
	assert_int_equal(asst_store_opts_set_int(NULL, "keep_unknown_fields", 1, NULL),
			 ASST_EINVAL);
	asst_store_opts_free(opts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unknown_members_are_kept_behind_the_known_ones),
		cmocka_unit_test(they_are_written_back_byte_by_byte),
		cmocka_unit_test(a_patch_of_other_fields_leaves_them),
		cmocka_unit_test(a_patch_changes_and_clears_them),
		cmocka_unit_test(drafts_keep_them_and_commit_them),
		cmocka_unit_test(a_copy_of_such_a_definition_can_be_changed),
		cmocka_unit_test(what_is_refused_for_a_reason_is_refused_all_the_same),
		cmocka_unit_test(what_has_operations_of_its_own_is_not_kept),
		cmocka_unit_test(without_the_option_what_is_stored_stays_and_nothing_comes_in),
		cmocka_unit_test(another_type_does_not_bring_unknown_members_in),
		cmocka_unit_test(the_option_is_0_or_1),
	};

	return cmocka_run_group_tests_name("validation_unknown", tests, setup, t_teardown) ? 1 : 0;
}
