/* SPDX-License-Identifier: MIT */
/* Allocation failures while what a definition names is judged. */
#include "oom_world.h"

#include <assistant/sys/catalog.h>

#define NOWHERE ((asst_assistant *)(void *)&w)

static char top[ID_SIZE], middle[ID_SIZE], hidden[ID_SIZE];
static char json[512];

/* A dispatcher that leads to an id, and to another one where there is no way on. */
static const char *leading_to(const char *id, const char *fallback)
{
	snprintf(json, sizeof(json),
		 "{\"name\":\"D\",\"type\":\"dispatcher\",\"routes\":[{\"assistantId\":\"%s\"}],"
		 "\"fallback\":\"%s\"}",
		 id, fallback);
	return json;
}

/* top leads to middle, which leads to beta; hidden is bob's and leads to red. */
static void prepare(void)
{
	asst_session *carl;
	asst_assistant *made;

	world_create(middle, leading_to(w.beta, w.beta), 0);
	world_create(top, leading_to(middle, w.alpha), 0);
	MUST(asst_share_put(w.ada, w.red, "user:carl", ASST_LEVEL_READ, 0, NULL));
	MUST(asst_session_open(&carl, w.store,
			       "{\"workspace\":\"acme\",\"user\":\"carl\",\"aiSeat\":true,"
			       "\"permissions\":[\"assistants:create\"]}", ASST_NUL, NULL));
	MUST(asst_assistant_create_json(&made, carl, leading_to(w.red, w.red), ASST_NUL, 0, NULL));
	memcpy(hidden, asst_assistant_id(made), ID_SIZE);
	asst_assistant_free(made);
	asst_session_free(carl);
}

static int taken(int status, asst_assistant *made)
{
	EXPECT((status == ASST_OK) == (made != NULL));
	if (made)
		text_assistant(&out, made);
	asst_assistant_free(made);
	return status;
}

static int create(const char *document, asst_error *err)
{
	asst_assistant *made = NOWHERE;
	int status = FAILING(asst_assistant_create_json(&made, w.ada, document, ASST_NUL, 0, err));

	return taken(status, made);
}

static int run_create(asst_error *err)
{
	return create(leading_to(top, w.red), err);
}

static int run_create_unknown(asst_error *err)
{
	return create(leading_to(hidden, "0190a0f4-0000-7000-8000-00000000000f"), err);
}

static int run_create_reference(asst_error *err)
{
	snprintf(json, sizeof(json),
		 "{\"name\":\"x\",\"references\":[{\"targetType\":\"assistant\",\"targetId\":\"%s\"},"
		 "{\"targetType\":\"page\",\"targetId\":\"p\"}]}", w.beta);
	return create(json, err);
}

static int run_validate(asst_error *err)
{
	return FAILING(asst_assistant_validate_json(w.ada, leading_to(top, w.red), ASST_NUL, 0,
						    err));
}

static int patch(const char *id, const char *document, asst_error *err)
{
	asst_assistant *made = NOWHERE;
	int status = FAILING(asst_assistant_patch_json(&made, w.ada, id, document, ASST_NUL,
						       ASST_ANY_REVISION, 0, err));

	return taken(status, made);
}

static int run_patch(asst_error *err)
{
	return patch(middle, leading_to(w.red, w.alpha), err);
}

static int run_patch_cycle(asst_error *err)
{
	return patch(w.beta, leading_to(w.red, top), err);
}

static void prepare_gone(void)
{
	prepare();
	MUST(asst_assistant_patch_json(NULL, w.ada, w.alpha, "{\"disabled\":true}", ASST_NUL,
				       ASST_ANY_REVISION, 0, NULL));
}

static int run_patch_warned(asst_error *err)
{
	int status = patch(top, "{\"name\":\"D2\"}", err);

	EXPECT(status != ASST_OK || asst_error_issue_count(err) <= 1);
	return status;
}

static void prepare_draft(void)
{
	prepare();
	MUST(asst_draft_patch(w.draft, leading_to(middle, w.beta), ASST_NUL, 0, NULL));
}

static int run_commit(asst_error *err)
{
	asst_assistant *made = NOWHERE;
	int status = FAILING(asst_draft_commit(&made, w.draft, NULL, 0, 0, err));

	return taken(status, made);
}

static int delete(const char *id, asst_error *err)
{
	return FAILING(asst_assistant_delete(w.ada, id, ASST_ANY_REVISION, 0, err));
}

static int run_delete_used(asst_error *err)
{
	return delete(w.beta, err);
}

static int run_delete_used_by_hidden(asst_error *err)
{
	return delete(w.red, err);
}

static void prepare_trash(void)
{
	prepare();
	MUST(asst_assistant_delete(w.ada, top, ASST_ANY_REVISION, 0, NULL));
}

static int run_purge(asst_error *err)
{
	return FAILING(asst_trash_purge(w.ada, top, ASST_ANY_REVISION, 0, err));
}

/* A catalog that counts how often it is destroyed. */
static int catalogs;

static int may_use(void *user, const char *workspace, asst_session *session, const char *kind,
		   const char *id, asst_error *err)
{
	(void)user;
	(void)workspace;
	(void)session;
	(void)kind;
	return asst_error_set(err, id[0] == 'n' ? ASST_EDENIED : ASST_EIO, 5, "broken shelf");
}

static void catalog_destroy(void *user)
{
	EXPECT(user == &catalogs);
	catalogs++;
}

static const asst_catalog shelf = { .size = sizeof(shelf),
				    .user = &catalogs,
				    .may_use = may_use,
				    .destroy = catalog_destroy };

static int run_set_catalog(asst_error *err)
{
	asst_store_opts *opts = world_opts();
	int status;

	catalogs = 0;
	status = FAILING(asst_store_opts_set_catalog(opts, &shelf, err));
	asst_store_opts_free(opts);
	EXPECT(catalogs == (status == ASST_OK));
	return status;
}

/* A store of its own with the catalog, of which a document is judged. */
static int judge(const char *document, asst_error *err)
{
	asst_store_opts *opts = world_opts();
	asst_session *session;
	asst_store *store;
	int status;

	MUST(asst_store_opts_set_catalog(opts, &shelf, NULL));
	MUST(asst_store_open(&store, "memory:", opts, NULL));
	asst_store_opts_free(opts);
	MUST(asst_session_open_system(&session, store, "acme", NULL));
	status = FAILING(asst_assistant_create_json(NULL, session, document, ASST_NUL, 0, err));
	asst_session_free(session);
	MUST(asst_store_close(store));
	return status;
}

static int run_catalog_refuses(asst_error *err)
{
	return judge("{\"name\":\"x\",\"ownerId\":\"user:z\",\"model\":\"no\"}", err);
}

static int run_catalog_fails(asst_error *err)
{
	return judge("{\"name\":\"x\",\"ownerId\":\"user:z\",\"model\":\"m\"}", err);
}

#define CREATE "asst_assistant_create_json"
#define PATCH "asst_assistant_patch_json"
#define DELETE "asst_assistant_delete"

static const struct op ops[] = {
	{ "asst_store_opts_set_catalog", "", ASST_OK, HEAP, NULL, run_set_catalog },
	{ CREATE, "a dispatcher", ASST_OK, ALL, prepare, run_create },
	{ CREATE, "of what is unknown", ASST_EVALIDATION, ALL, prepare, run_create_unknown },
	{ CREATE, "with a reference", ASST_OK, ALL, prepare, run_create_reference },
	{ CREATE, "refused by a catalog", ASST_EVALIDATION, ALL | DETAIL, NULL,
	  run_catalog_refuses },
	{ CREATE, "with a broken catalog", ASST_EIO, ALL | DETAIL, NULL, run_catalog_fails },
	{ "asst_assistant_validate_json", "a dispatcher", ASST_OK, ALL, prepare, run_validate },
	{ PATCH, "the routes", ASST_OK, ALL, prepare, run_patch },
	{ PATCH, "into a cycle", ASST_EVALIDATION, ALL, prepare, run_patch_cycle },
	{ PATCH, "with a warning", ASST_OK, ALL | DETAIL, prepare_gone, run_patch_warned },
	{ "asst_draft_commit", "a dispatcher", ASST_OK, ALL, prepare_draft, run_commit },
	{ DELETE, "what is routed to", ASST_ECONFLICT, HEAP, prepare, run_delete_used },
	{ DELETE, "routed to by a hidden one", ASST_OK, ALL | DETAIL, prepare,
	  run_delete_used_by_hidden },
	{ "asst_trash_purge", "a dispatcher", ASST_OK, ALL, prepare_trash, run_purge },
};

OOM_TESTS("references", ops)
OOM_HOST_TEST(ops)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_listed),
		cmocka_unit_test(test_heap),
		cmocka_unit_test(test_host),
	};

	return cmocka_run_group_tests_name("oom_references", tests, NULL, NULL) ? 1 : 0;
}
