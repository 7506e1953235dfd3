/* SPDX-License-Identifier: MIT */
/* Calls without what they need, and texts of errors, which never repeat what a document holds. */
#include "body.h"

#define CANARY "c4nary-7f3a"

static void every_function_refuses_a_missing_session(void **state)
{
	struct t_world *world = *state;
	asst_assistant *assistant = NULL;
	const char *id = T_UUID_A;
	asst_error *err = world->err;
	asst_draft *draft = NULL;
	asst_list *list = NULL;
	asst_buf *out = NULL;
	asst_def *def;
	int allowed = 1;

	assert_int_equal(asst_def_new(&def, err), ASST_OK);
	assert_int_equal(asst_assistant_create_json(&assistant, NULL, "{}", 2, 0, err),
			 ASST_EINVAL);
	assert_int_equal(asst_assistant_create(&assistant, NULL, def, 0, err), ASST_EINVAL);
	assert_int_equal(asst_assistant_validate_json(NULL, "{}", 2, 0, err), ASST_EINVAL);
	assert_int_equal(asst_assistant_get(&assistant, NULL, id, 0, err), ASST_EINVAL);
	assert_int_equal(asst_assistant_get_many(&list, NULL, &id, 1, 0, err), ASST_EINVAL);
	assert_int_equal(asst_assistant_patch_json(&assistant, NULL, id, "{}", 2, 1, 0, err),
			 ASST_EINVAL);
	assert_int_equal(asst_assistant_delete(NULL, id, ASST_ANY_REVISION, 0, err), ASST_EINVAL);
	assert_int_equal(asst_assistant_list(&list, NULL, NULL, 0, err), ASST_EINVAL);
	assert_int_equal(asst_draft_edit(&draft, NULL, id, 0, err), ASST_EINVAL);
	assert_int_equal(asst_draft_patch(NULL, "{}", 2, 0, err), ASST_EINVAL);
	assert_int_equal(asst_draft_reload(NULL, err), ASST_EINVAL);
	assert_int_equal(asst_draft_commit(&assistant, NULL, NULL, 0, 0, err), ASST_EINVAL);
	assert_int_equal(asst_draft_discard(NULL, 0, err), ASST_EINVAL);
	assert_int_equal(asst_share_put(NULL, id, "user:bob", 1, 0, err), ASST_EINVAL);
	assert_int_equal(asst_share_put_json(NULL, id, "{}", 2, 0, err), ASST_EINVAL);
	assert_int_equal(asst_share_remove(NULL, id, "user:bob", 0, err), ASST_EINVAL);
	assert_int_equal(asst_share_list(&out, NULL, id, err), ASST_EINVAL);
	assert_int_equal(asst_access_check(&allowed, NULL, "assistant:read", id, err), ASST_EINVAL);
	assert_int_equal(allowed, 0);
	assert_int_equal(asst_access_explain(&out, NULL, "assistant:read", id, err), ASST_EINVAL);
	assert_null(assistant);
	assert_null(draft);
	assert_null(list);
	assert_null(out);
	asst_def_free(def);
	asst_session_free(NULL);
	asst_draft_free(NULL);
	asst_list_free(NULL);
	asst_assistant_free(NULL);
	assert_null(asst_assistant_ref(NULL));
}

static void every_function_refuses_a_missing_document_or_id(void **state)
{
	struct t_world *world = *state;
	asst_assistant *made = t_create(world, "{'name':'x'}"), *assistant = NULL;
	const char *id = asst_assistant_id(made), *const none[] = { NULL };
	asst_session *ada = world->ada, *session = NULL;
	asst_error *err = world->err;
	asst_draft *draft;
	asst_list *list = NULL;

	assert_int_equal(asst_draft_edit(&draft, ada, id, 0, err), ASST_OK);
	assert_int_equal(asst_session_open(&session, world->store, NULL, 0, err), ASST_EINVAL);
	assert_int_equal(asst_session_open(&session, NULL, "{}", 2, err), ASST_EINVAL);
	assert_int_equal(asst_session_open(NULL, world->store, "{}", 2, err), ASST_EINVAL);
	assert_int_equal(asst_session_open_system(&session, world->store, NULL, err), ASST_EINVAL);
	assert_int_equal(asst_session_open_system(&session, world->store, "", err), ASST_EINVAL);
	assert_null(session);
	assert_int_equal(asst_assistant_create_json(&assistant, ada, NULL, 0, 0, err), ASST_EINVAL);
	assert_int_equal(asst_assistant_create_json(&assistant, ada, NULL, ASST_NUL, 0, err),
			 ASST_EINVAL);
	assert_int_equal(asst_assistant_create(&assistant, ada, NULL, 0, err), ASST_EINVAL);
	assert_int_equal(asst_assistant_validate_json(ada, NULL, ASST_NUL, 0, err), ASST_EINVAL);
	assert_int_equal(asst_assistant_get(&assistant, ada, NULL, 0, err), ASST_EINVAL);
	assert_int_equal(asst_assistant_get_many(&list, ada, none, 1, 0, err), ASST_EINVAL);
	assert_int_equal(asst_assistant_get_many(&list, ada, NULL, 1, 0, err), ASST_EINVAL);
	assert_int_equal(asst_assistant_patch_json(NULL, ada, id, NULL, ASST_NUL, 1, 0, err),
			 ASST_EINVAL);
	assert_int_equal(asst_assistant_patch_json(NULL, ada, NULL, "{}", 2, 1, 0, err),
			 ASST_EINVAL);
	assert_int_equal(asst_assistant_delete(ada, NULL, 1, 0, err), ASST_EINVAL);
	assert_int_equal(asst_draft_patch(draft, NULL, ASST_NUL, 0, err), ASST_EINVAL);
	assert_int_equal(asst_draft_edit(NULL, ada, id, 0, err), ASST_EINVAL);
	assert_int_equal(asst_share_put(ada, id, NULL, 1, 0, err), ASST_EINVAL);
	assert_int_equal(asst_share_put(ada, NULL, "user:bob", 1, 0, err), ASST_EINVAL);
	assert_int_equal(asst_share_put_json(ada, id, NULL, ASST_NUL, 0, err), ASST_EINVAL);
	assert_int_equal(asst_share_remove(ada, id, NULL, 0, err), ASST_EINVAL);
	assert_int_equal(asst_access_check(NULL, ada, NULL, id, err), ASST_EINVAL);
	assert_int_equal(asst_access_check(NULL, ada, "assistant:read", NULL, err), ASST_EINVAL);
	assert_null(assistant);
	assert_null(list);
	assert_int_equal(t_count(world), 1);
	asst_draft_free(draft);
	asst_assistant_free(made);
}

static void unknown_flags_are_refused(void **state)
{
	struct t_world *world = *state;
	asst_assistant *made = t_create(world, "{'name':'x'}");
	const char *id = asst_assistant_id(made);
	asst_session *ada = world->ada;
	asst_error *err = world->err;
	asst_draft *draft;
	asst_list *list;
	uint32_t flag;

	assert_int_equal(asst_draft_edit(&draft, ada, id, 0, err), ASST_OK);
	for (flag = 1; flag; flag <<= 1) {
		int create = flag == ASST_CREATE_DRAFT ? ASST_OK : ASST_EINVAL;
		const char *json = t_json("{'name':'y'}");

		assert_int_equal(asst_assistant_create_json(NULL, ada, json, ASST_NUL, flag, err),
				 create);
		assert_int_equal(asst_assistant_validate_json(ada, "{}", 2, flag, err), create);
		assert_int_equal(asst_assistant_get(NULL, ada, id, flag, err), ASST_EINVAL);
		assert_int_equal(asst_assistant_get_many(&list, ada, &id, 1, flag, err),
				 ASST_EINVAL);
		assert_int_equal(asst_assistant_patch_json(NULL, ada, id, "{}", 2, 1, flag, err),
				 ASST_EINVAL);
		assert_int_equal(asst_assistant_delete(ada, id, 1, flag, err), ASST_EINVAL);
		assert_int_equal(asst_draft_edit(NULL, ada, id, flag, err), ASST_EINVAL);
		assert_int_equal(asst_draft_patch(draft, "{}", 2, flag, err), ASST_EINVAL);
		if (flag != ASST_COMMIT_MERGE && flag != ASST_COMMIT_FORCE)
			assert_int_equal(asst_draft_commit(NULL, draft, NULL, 0, flag, err),
					 ASST_EINVAL);
		assert_int_equal(asst_draft_discard(draft, flag, err), ASST_EINVAL);
		assert_int_equal(asst_share_put(ada, id, "user:bob", 1, flag, err), ASST_EINVAL);
		assert_int_equal(asst_share_put_json(ada, id, "{}", 2, flag, err), ASST_EINVAL);
		assert_int_equal(asst_share_remove(ada, id, "user:bob", flag, err), ASST_EINVAL);
	}
	asst_draft_free(draft);
	asst_assistant_free(made);
}

static int repeats_canary(const asst_error *err, const char *about)
{
	int found = strstr(asst_error_message(err), CANARY) != NULL;
	size_t i;

	for (i = 0; i < asst_error_issue_count(err); i++)
		found |= strstr(asst_error_issue_message(err, i), CANARY) ||
			 strstr(asst_error_issue_pointer(err, i), CANARY);
	if (found)
		print_error("%s: repeated in \"%s\" (%s)\n", about, asst_error_message(err),
			    t_faults(err));
	return found;
}

/* Documents with a secret where it is a fault. */
static const char *const secrets[] = {
	"'creativity':'" CANARY "'", "'inputType':'" CANARY "'", "'fallback':'" CANARY "'",
	"'attachments':['" CANARY "']", "'actions':[{'actionId':'" CANARY "'}]",
	"'actions':[{'actionId':'" T_UUID_A "','connectionId':'" CANARY "'}]",
	"'actions':'" CANARY "'", "'canvas':'" CANARY "'", "'data':'" CANARY "'",
	"'data':['" CANARY "']", "'colour':'" CANARY "'", "'secrets':{'KEY':'" CANARY "'}",
	"'skills':[{'type':'" CANARY "'}]",
	"'skills':[{'type':'custom','data':{'parameters':{},'secrets':['" CANARY "']}}]",
	"'skills':[{'type':'custom','data':{'parameters':{'type':'" CANARY "'}}}]",
	"'skills':[{'type':'dataset-query','datasetId':'" CANARY "'}]",
	"'inputFields':[{'slug':'" CANARY "','type':'" CANARY "','label':'l','order':-1},"
	"{'slug':'" CANARY "','type':'TEXT','label':'l','order':0}]",
	"'references':[{'targetType':'" CANARY "','targetId':'" CANARY "'},"
	"{'targetType':'" CANARY "','targetId':'" CANARY "'}]",
	"'slug':'" CANARY " ?'", "'ownerId':'" CANARY "'", "'ownerId':'user:" CANARY "'",
	"'folderId':['" CANARY "']", "'tags':['" CANARY "','" CANARY "']", "'id':'" CANARY "'",
	"'createdAt':'" CANARY "'", "'token':'" CANARY "'", "'kind':'" CANARY "'",
	/* where the text goes wrong */
	"'data':{'k':'" CANARY "\\u0000" CANARY "'}", "'data':{'k':'" CANARY "\\ud800" CANARY "'}",
	"'data':{'k':'" CANARY "\xFF" CANARY "'}", "'data':{'k':'" CANARY "\n" CANARY "'}",
	"'data':{'k':'" CANARY "' '" CANARY "'}", "'data':{'k':'" CANARY "\\q" CANARY "'}",
	("'data':{'k':'" CANARY "','k':'" CANARY "'}"), ("'data':{'k':'" CANARY),
};

static void texts_of_errors_do_not_repeat_the_document(void **state)
{
	struct t_world *world = *state;
	asst_assistant *made = t_create(world, "{'name':'x'}");
	asst_def *def;
	int status, bad = 0;
	size_t i;

	for (i = 0; i < T_COUNT(secrets); i++) {
		const char *json = t_document(secrets[i]);

		status = asst_assistant_create_json(NULL, world->ada, json, ASST_NUL, 0,
						    world->err);
		if (status == ASST_OK)
			print_error("%s is taken\n", json);
		bad += status == ASST_OK || repeats_canary(world->err, json);
		status = asst_assistant_patch_json(NULL, world->ada, asst_assistant_id(made), json,
						   ASST_NUL, 1, 0, world->err);
		if (status == ASST_OK)
			print_error("%s is taken by a patch\n", json);
		bad += status == ASST_OK || repeats_canary(world->err, json);
		asst_def_from_json(&def, json, ASST_NUL, 0, world->err);
		bad += repeats_canary(world->err, json);
		asst_def_free(def);
	}
	assert_int_equal(bad, 0);
	asst_assistant_free(made);
}

static void nor_do_those_of_long_texts_and_of_lists(void **state)
{
	static const char *const fields[] = { "name", "description", "instruction", "emoji",
					      "welcome", "model", "folderId" };
	struct t_world *world = *state;
	struct t_text json = { NULL, 0, 0 };
	asst_list *list;
	size_t i;
	int status, bad = 0;

	for (i = 0; i < T_COUNT(fields); i++) {
		json.size = 0;
		t_add(&json, i ? t_json("{'name':'x','") : "{\"");
		t_add(&json, fields[i]);
		t_add(&json, "\":\"");
		t_add_many(&json, CANARY, "", 4000);
		t_add(&json, "\"}");
		status = asst_assistant_validate_json(world->ada, json.data, json.size, 0,
						      world->err);
		bad += status == ASST_OK || repeats_canary(world->err, fields[i]);
	}
	t_text_free(&json);
	status = asst_assistant_list(&list, world->ada, t_json("{'cursor':'" CANARY "'}"), ASST_NUL,
				     world->err);
	bad += status != ASST_EVALIDATION || repeats_canary(world->err, "cursor");
	status = asst_assistant_list(&list, world->ada, t_json("{'sort':'" CANARY "'}"), ASST_NUL,
				     world->err);
	bad += status != ASST_EVALIDATION || repeats_canary(world->err, "sort");
	status = asst_assistant_get(NULL, world->ada, CANARY, 0, world->err);
	bad += status != ASST_ENOTFOUND || repeats_canary(world->err, "id");
	assert_int_equal(bad, 0);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, t_setup, t_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(every_function_refuses_a_missing_session),
		EACH(every_function_refuses_a_missing_document_or_id),
		EACH(unknown_flags_are_refused),
		EACH(texts_of_errors_do_not_repeat_the_document),
		EACH(nor_do_those_of_long_texts_and_of_lists),
	};

	return cmocka_run_group_tests_name("bad_calls", tests, NULL, NULL) ? 1 : 0;
}
