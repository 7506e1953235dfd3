/* SPDX-License-Identifier: MIT */
/* Allocation failures while assistants are created, changed and deleted. */
#include "oom_world.h"

#define NOWHERE ((asst_assistant *)(void *)&w)

static int taken(int status, asst_assistant *made)
{
	EXPECT((status == ASST_OK) == (made != NULL));
	if (made)
		text_assistant(&out, made);
	asst_assistant_free(made);
	return status;
}

static int create(asst_session *session, const char *json, uint32_t flags, asst_error *err)
{
	asst_assistant *made = NOWHERE;
	int status = FAILING(asst_assistant_create_json(&made, session, json, ASST_NUL, flags,
							err));

	return taken(status, made);
}

static int run_create(asst_error *err)
{
	return create(w.ada, "{\"name\":\"New one\"}", 0, err);
}

static int run_create_full(asst_error *err)
{
	char json[sizeof(full_json) + 64];

	snprintf(json, sizeof(json), "%s,\"folderId\":\"f\",\"tags\":[\"z\"],\"disabled\":true}",
		 full_json);
	return create(w.ada, json, 0, err);
}

static int run_create_same_name(asst_error *err)
{
	return create(w.ada, "{\"name\":\"beta\"}", 0, err);
}

static int run_create_draft(asst_error *err)
{
	return create(w.ada, "{\"description\":\"later\"}", ASST_CREATE_DRAFT, err);
}

static int run_create_team(asst_error *err)
{
	return create(w.ada, "{\"name\":\"T\",\"ownerId\":\"team:red\",\"kind\":\"AGENT\"}", 0,
		      err);
}

static int run_create_system(asst_error *err)
{
	return create(w.host, "{\"name\":\"S\",\"ownerId\":\"user:zoe\"}", 0, err);
}

static int run_create_lost(asst_error *err)
{
	w.conflicts = 2;
	return create(w.ada, "{\"name\":\"New one\",\"slug\":\"own\"}", 0, err);
}

/* The workspace's entry in the directory comes with its first record. */
static int run_create_workspace(asst_error *err)
{
	return create(w.eve, "{\"name\":\"First here\"}", 0, err);
}

/* Nothing is there yet, neither partitions nor what the store remembers. */
static int run_create_store(asst_error *err)
{
	asst_store_opts *opts = world_opts();
	asst_session *session;
	asst_store *store;
	int status;

	MUST(asst_store_open(&store, "memory:", opts, NULL));
	asst_store_opts_free(opts);
	MUST(asst_session_open_system(&session, store, "acme", NULL));
	status = create(session, "{\"name\":\"S\",\"ownerId\":\"user:zoe\"}", 0, err);
	if (status != ASST_OK) {
		fault.left = 0;
		MUST(create(session, "{\"name\":\"S\",\"ownerId\":\"user:zoe\"}", 0, NULL));
		EXPECT(out.size > 0);
		out.size = 0;
	}
	asst_session_free(session);
	MUST(asst_store_close(store));
	return status;
}

static int run_create_wrong(asst_error *err)
{
	return create(w.ada,
		      "{\"name\":\"\",\"slug\":\"Not one\",\"tags\":[1],\"nope\":1,\"id\":\"x\","
		      "\"inputFields\":[{\"slug\":\"a\"},{\"slug\":\"a\",\"label\":7}]}", 0, err);
}

static int run_create_text(asst_error *err)
{
	return create(w.ada, "{\"name\":\"a\",\"name\":\"b\"}", 0, err);
}

static int run_create_taken(asst_error *err)
{
	return create(w.ada, "{\"name\":\"x\",\"slug\":\"alpha\"}", 0, err);
}

static int run_create_denied(asst_error *err)
{
	return create(w.bob, "{\"name\":\"x\"}", 0, err);
}

static int run_create_owner(asst_error *err)
{
	return create(w.ada, "{\"name\":\"x\",\"ownerId\":\"team:green\"}", 0, err);
}

static int run_create_silent(asst_error *err)
{
	return FAILING(asst_assistant_create_json(NULL, w.ada, "{\"name\":\"x\"}", 12, 0, err));
}

static void prepare_def(void)
{
	char json[sizeof(full_json) + 2];

	snprintf(json, sizeof(json), "%s}", full_json);
	MUST(asst_def_from_json(&w.def, json, ASST_NUL, 0, NULL));
}

static void prepare_def_empty(void)
{
	MUST(asst_def_new(&w.def, NULL));
}

static int run_create_def(asst_error *err)
{
	asst_assistant *made = NOWHERE;
	int status = FAILING(asst_assistant_create(&made, w.ada, w.def, 0, err));

	return taken(status, made);
}

static int validate(asst_session *session, const char *json, asst_error *err)
{
	return FAILING(asst_assistant_validate_json(session, json, ASST_NUL, 0, err));
}

static int run_validate(asst_error *err)
{
	return validate(w.ada,
			"{\"name\":\"x\",\"skills\":[{\"type\":\"web-search\"}],\"tags\":[\"a\"]}",
			err);
}

static int run_validate_wrong(asst_error *err)
{
	return validate(w.ada, "{\"creativity\":7,\"data\":[],\"routes\":[{\"when\":\"x\"}]}", err);
}

static int run_validate_denied(asst_error *err)
{
	return validate(w.bob, "{}", err);
}

static int patch(asst_session *session, const char *id, const char *json, uint64_t revision,
		 asst_error *err)
{
	asst_assistant *made = NOWHERE;
	int status = FAILING(asst_assistant_patch_json(&made, session, id, json, ASST_NUL, revision,
						       0, err));

	return taken(status, made);
}

static int run_patch_def(asst_error *err)
{
	return patch(w.ada, w.alpha,
		     "{\"name\":\"Alpha 9\",\"emoji\":null,\"data\":{\"a\":{\"n\":[1]},\"b\":null},"
		     "\"skills\":[{\"type\":\"web-search\"}]}",
		     ASST_ANY_REVISION, err);
}

static int run_patch_around(asst_error *err)
{
	return patch(w.ada, w.alpha,
		     "{\"slug\":\"omega\",\"tags\":[\"t1\",\"t2\",\"t3\"],\"folderId\":null,"
		     "\"disabled\":true}",
		     1, err);
}

static int run_patch_both(asst_error *err)
{
	return patch(w.ada, "user:ada:beta", "{\"slug\":\"b2\",\"name\":\"B2\"}", ASST_ANY_REVISION,
		     err);
}

static int run_patch_lost(asst_error *err)
{
	w.conflicts = 1;
	return patch(w.bob, w.beta, "{\"name\":\"B3\"}", ASST_ANY_REVISION, err);
}

static int run_patch_same(asst_error *err)
{
	return patch(w.ada, w.beta,
		     "{\"name\":\"Beta\",\"revision\":1,\"shared\":true,\"ownerId\":\"user:ada\"}",
		     ASST_ANY_REVISION, err);
}

static int run_patch_draft(asst_error *err)
{
	return patch(w.ada, asst_draft_id(w.draft), "{\"welcome\":\"Hey\"}", ASST_ANY_REVISION,
		     err);
}

static int run_patch_fresh(asst_error *err)
{
	return patch(w.ada, w.fresh, "{\"folderId\":\"f2\"}", ASST_ANY_REVISION, err);
}

static int run_patch_unpublished(asst_error *err)
{
	return patch(w.ada, w.fresh, "{\"name\":\"Other\"}", ASST_ANY_REVISION, err);
}

static int run_patch_wrong(asst_error *err)
{
	return patch(w.ada, w.alpha, "{\"id\":\"other\",\"version\":9,\"name\":null,\"nope\":null}",
		     ASST_ANY_REVISION, err);
}

static int run_patch_revision(asst_error *err)
{
	return patch(w.ada, w.beta, "{\"name\":\"x\"}", 99, err);
}

static int run_patch_taken(asst_error *err)
{
	return patch(w.ada, w.beta, "{\"slug\":\"alpha\"}", ASST_ANY_REVISION, err);
}

static int run_patch_denied(asst_error *err)
{
	return patch(w.bob, w.beta, "{\"disabled\":true}", ASST_ANY_REVISION, err);
}

static int run_patch_hidden(asst_error *err)
{
	return patch(w.bob, w.alpha, "{}", ASST_ANY_REVISION, err);
}

static int delete(asst_session *session, const char *id, uint64_t revision, asst_error *err)
{
	return FAILING(asst_assistant_delete(session, id, revision, 0, err));
}

static int run_delete(asst_error *err)
{
	return delete(w.ada, w.alpha, ASST_ANY_REVISION, err);
}

static int run_delete_shared(asst_error *err)
{
	w.conflicts = 1;
	return delete(w.ada, "user:ada:beta", ASST_ANY_REVISION, err);
}

static int run_delete_revision(asst_error *err)
{
	return delete(w.ada, w.alpha, 5, err);
}

static int run_delete_draft(asst_error *err)
{
	return delete(w.ada, asst_draft_id(w.draft), ASST_ANY_REVISION, err);
}

static int run_delete_denied(asst_error *err)
{
	return delete(w.bob, w.beta, ASST_ANY_REVISION, err);
}

#define CREATE "asst_assistant_create_json"
#define VALIDATE "asst_assistant_validate_json"
#define PATCH "asst_assistant_patch_json"
#define DELETE "asst_assistant_delete"

static const struct op ops[] = {
	{ CREATE, "small", ASST_OK, ALL, NULL, run_create },
	{ CREATE, "all fields", ASST_OK, ALL, NULL, run_create_full },
	{ CREATE, "a name that is taken", ASST_OK, ALL, NULL, run_create_same_name },
	{ CREATE, "as a draft", ASST_OK, ALL, NULL, run_create_draft },
	{ CREATE, "for a team", ASST_OK, ALL, NULL, run_create_team },
	{ CREATE, "by the system", ASST_OK, ALL, NULL, run_create_system },
	{ CREATE, "after lost races", ASST_OK, ALL | DETAIL, NULL, run_create_lost },
	{ CREATE, "first of a workspace", ASST_OK, ALL | KEEPS, NULL, run_create_workspace },
	{ CREATE, "first of a store", ASST_OK, ALL, NULL, run_create_store },
	{ CREATE, "result not wanted", ASST_OK, ALL, NULL, run_create_silent },
	{ CREATE, "faults", ASST_EVALIDATION, ALL, NULL, run_create_wrong },
	{ CREATE, "JSON with a fault", ASST_EVALIDATION, ALL, NULL, run_create_text },
	{ CREATE, "slug taken", ASST_EEXISTS, ALL, NULL, run_create_taken },
	{ CREATE, "denied", ASST_EDENIED, DETAIL, NULL, run_create_denied },
	{ CREATE, "foreign owner", ASST_EDENIED, ALL, NULL, run_create_owner },
	{ "asst_assistant_create", "all fields", ASST_OK, ALL, prepare_def, run_create_def },
	{ "asst_assistant_create", "incomplete", ASST_EVALIDATION, ALL, prepare_def_empty,
	  run_create_def },
	{ VALIDATE, "good", ASST_OK, ALL, NULL, run_validate },
	{ VALIDATE, "faults", ASST_EVALIDATION, ALL, NULL, run_validate_wrong },
	{ VALIDATE, "denied", ASST_EDENIED, DETAIL, NULL, run_validate_denied },
	{ PATCH, "definition", ASST_OK, ALL, NULL, run_patch_def },
	{ PATCH, "around it", ASST_OK, ALL, NULL, run_patch_around },
	{ PATCH, "both, natural name", ASST_OK, ALL, NULL, run_patch_both },
	{ PATCH, "after a lost race", ASST_OK, ALL | DETAIL, NULL, run_patch_lost },
	{ PATCH, "as it is", ASST_OK, ALL, NULL, run_patch_same },
	{ PATCH, "a draft", ASST_OK, ALL, NULL, run_patch_draft },
	{ PATCH, "around an unpublished one", ASST_OK, ALL, NULL, run_patch_fresh },
	{ PATCH, "an unpublished one", ASST_ECONFLICT, ALL, NULL, run_patch_unpublished },
	{ PATCH, "faults", ASST_EVALIDATION, ALL, NULL, run_patch_wrong },
	{ PATCH, "other revision", ASST_EREVISION, ALL, NULL, run_patch_revision },
	{ PATCH, "slug taken", ASST_EEXISTS, ALL, NULL, run_patch_taken },
	{ PATCH, "denied", ASST_EDENIED, ALL, NULL, run_patch_denied },
	{ PATCH, "not found", ASST_ENOTFOUND, DETAIL, NULL, run_patch_hidden },
	{ DELETE, "with a draft", ASST_OK, ALL, NULL, run_delete },
	{ DELETE, "natural name, lost race", ASST_OK, ALL | DETAIL, NULL, run_delete_shared },
	{ DELETE, "other revision", ASST_EREVISION, ALL, NULL, run_delete_revision },
	{ DELETE, "a draft", ASST_ECONFLICT, ALL, NULL, run_delete_draft },
	{ DELETE, "denied", ASST_EDENIED, DETAIL, NULL, run_delete_denied },
};

OOM_TESTS("assistants", ops)
OOM_HOST_TEST(ops)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_listed),
		cmocka_unit_test(test_heap),
		cmocka_unit_test(test_host),
	};

	return cmocka_run_group_tests_name("oom_assistants", tests, NULL, NULL) ? 1 : 0;
}
