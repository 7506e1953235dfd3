/* SPDX-License-Identifier: MIT */
/* The examples of the document that the library follows, each as it is printed there. */
#include "body.h"

#define DEFAULTS_BEHIND "'extendedThinking':false,'type':'custom'}"

/*
 * The examples, and the definition that is read back. Where one has faults as it is printed,
 * mended says what it should have been.
 */
static const struct example {
	const char *title, *json, *faults, *mended, *definition;
} examples[] = {
	{
		.title = "basicAgent",
		.json = "{'name':'Document Analyzer',"
			"'description':'Analyzes and summarizes documents',"
			"'emoji':'\xF0\x9F\x93\x84',"
			"'instruction':'You are a helpful agent that analyzes documents.',"
			"'creativity':0.5,'dataAnalyst':true}",
		.faults = "",
		.definition = "{'name':'Document Analyzer',"
			      "'description':'Analyzes and summarizes documents',"
			      "'emoji':'\xF0\x9F\x93\x84',"
			      "'instruction':'You are a helpful agent that analyzes documents.',"
			      "'inputType':'PROMPT','creativity':0.5,'webSearch':false,"
			      "'imageGeneration':false,'dataAnalyst':true,'canvas':false,"
			      DEFAULTS_BEHIND,
	},
	{
		.title = "agentWithActions",
		.json = "{'name':'Email Agent','description':'Helps manage and send emails',"
			"'emoji':'\xF0\x9F\x93\xA7','instruction':'You are an email agent.',"
			"'model':'gpt-5-mini','creativity':0.7,"
			"'conversationStarters':['Send an email to my team',"
			"'Draft a follow-up email'],"
			"'actions':[{'actionId':'action-uuid','requiresConfirmation':true}],"
			"'webSearch':true}",
		.faults = "uuid@/actions/0/actionId",
		.mended = "{'name':'Email Agent','description':'Helps manage and send emails',"
			  "'emoji':'\xF0\x9F\x93\xA7','instruction':'You are an email agent.',"
			  "'model':'gpt-5-mini','creativity':0.7,"
			  "'conversationStarters':['Send an email to my team',"
			  "'Draft a follow-up email'],"
			  "'actions':[{'actionId':'" T_UUID_A "','requiresConfirmation':true}],"
			  "'webSearch':true}",
		.definition = "{'name':'Email Agent','description':'Helps manage and send emails',"
			      "'emoji':'\xF0\x9F\x93\xA7','instruction':'You are an email agent.',"
			      "'inputType':'PROMPT','model':'gpt-5-mini','creativity':0.7,"
			      "'conversationStarters':['Send an email to my team',"
			      "'Draft a follow-up email'],"
			      "'actions':[{'actionId':'" T_UUID_A "','requiresConfirmation':true}],"
			      "'webSearch':true,'imageGeneration':false,'dataAnalyst':false,"
			      "'canvas':false," DEFAULTS_BEHIND,
	},
	{
		.title = "structuredInputAgent",
		.json = "{'name':'Invoice Analyzer','description':'Analyzes invoices',"
			"'emoji':'\xF0\x9F\xA7\xBE',"
			"'instruction':'You are an invoice analysis agent.',"
			"'inputType':'STRUCTURED','inputFields':[{'slug':'customer_name',"
			"'type':'TEXT',"
			"'label':'Customer Name','description':'Enter customer name',"
			"'required':true,"
			"'order':0,'options':[]},{'slug':'invoice_date','type':'DATE',"
			"'label':'Invoice Date','required':true,'order':1,'options':[]}],"
			"'dataAnalyst':true}",
		.faults = "",
		.definition = "{'name':'Invoice Analyzer','description':'Analyzes invoices',"
			      "'emoji':'\xF0\x9F\xA7\xBE',"
			      "'instruction':'You are an invoice analysis agent.',"
			      "'inputType':'STRUCTURED','creativity':0.3,"
			      "'inputFields':[{'slug':'customer_name','type':'TEXT',"
			      "'label':'Customer Name','description':'Enter customer name',"
			      "'required':true,'order':0},{'slug':'invoice_date','type':'DATE',"
			      "'label':'Invoice Date','required':true,'order':1}],"
			      "'webSearch':false,'imageGeneration':false,'dataAnalyst':true,"
			      "'canvas':false," DEFAULTS_BEHIND,
	},
	{
		.title = "createBasicAssistant",
		.json = "{'name':'Document Analyzer',"
			"'description':'Analyzes and summarizes documents',"
			"'emoji':'\xF0\x9F\x93\x84','instruction':'You are a helpful Assistant that"
			" analyzes documents and provides clear summaries of key information.',"
			"'creativity':0.5,'conversationStarters':['Summarize this document',"
			"'What are the key points?','Extract action items'],"
			"'dataAnalyst':true,'webSearch':false}",
		.faults = "",
		.definition = "{'name':'Document Analyzer',"
			      "'description':'Analyzes and summarizes documents',"
			      "'emoji':'\xF0\x9F\x93\x84',"
			      "'instruction':'You are a helpful Assistant that analyzes documents"
			      " and provides clear summaries of key information.',"
			      "'inputType':'PROMPT','creativity':0.5,"
			      "'conversationStarters':['Summarize this document',"
			      "'What are the key points?','Extract action items'],"
			      "'webSearch':false,'imageGeneration':false,'dataAnalyst':true,"
			      "'canvas':false," DEFAULTS_BEHIND,
	},
};

static const char *good(const struct example *example)
{
	return example->mended ? example->mended : example->json;
}

static void each_is_created_or_refused_for_what_is_wrong_in_it(void **state)
{
	struct t_world *world = *state;
	size_t i, created = 0;

	for (i = 0; i < T_COUNT(examples); i++) {
		const char *json = t_json(examples[i].json);
		asst_assistant *made;
		int status = asst_assistant_create_json(&made, world->ada, json, ASST_NUL, 0,
							world->err);

		t_expect(status, world->err, t_status_of(examples[i].faults), examples[i].faults,
			 examples[i].title);
		created += made != NULL;
		asst_assistant_free(made);
	}
	assert_int_equal(created, 3);
	assert_int_equal(t_count(world), 3);
}

static void each_is_good_in_every_limit_set(void **state)
{
	static const char *const sets[] = { "prose", "openapi", "agents" };
	asst_store_opts *opts = asst_store_opts_new();
	struct t_world world;
	size_t i, k;

	(void)state;
	for (k = 0; k < T_COUNT(sets); k++) {
		assert_int_equal(asst_store_opts_set_text(opts, "limits", sets[k], NULL), ASST_OK);
		t_open(&world, opts);
		for (i = 0; i < T_COUNT(examples); i++)
			asst_assistant_free(t_create(&world, good(&examples[i])));
		t_close(&world);
	}
	asst_store_opts_free(opts);
}

static void reading_back_shows_what_was_sent_with_defaults_filled(void **state)
{
	struct t_world *world = *state;
	asst_assistant *made, *got;
	asst_buf *json;
	size_t i;

	for (i = 0; i < T_COUNT(examples); i++) {
		made = t_create(world, good(&examples[i]));
		assert_int_equal(asst_assistant_get(&got, world->ada, asst_assistant_id(made), 0,
						    world->err), ASST_OK);
		assert_int_equal(asst_def_to_json(&json, asst_assistant_def(got), world->err),
				 ASST_OK);
		assert_string_equal(asst_buf_data(json), t_json(examples[i].definition));
		/* around it stands the rest: the definition's own members end the whole */
		assert_non_null(strstr(asst_assistant_json(got, NULL), asst_buf_data(json) + 1));
		assert_string_equal(asst_assistant_json(got, NULL),
				    asst_assistant_json(made, NULL));
		asst_buf_free(json);
		asst_assistant_free(got);
		asst_assistant_free(made);
	}
}

static void what_is_filled_in_around_it_is_there_to_be_read(void **state)
{
	struct t_world *world = *state;
	asst_assistant *made = t_create(world, examples[0].json), *again;

	assert_int_equal(strlen(asst_assistant_id(made)), 36);
	assert_string_equal(asst_assistant_kind(made), "AGENT");
	assert_string_equal(asst_assistant_slug(made), "document-analyzer");
	assert_string_equal(asst_assistant_name(made), "Document Analyzer");
	assert_string_equal(asst_assistant_workspace(made), "acme");
	assert_string_equal(asst_assistant_owner(made), "user:ada");
	assert_string_equal(asst_assistant_created_by(made), "user:ada");
	assert_true(asst_assistant_created_at(made) > 0);
	assert_true(asst_assistant_updated_at(made) == asst_assistant_created_at(made));
	assert_int_equal(asst_assistant_revision(made), 1);
	assert_int_equal(asst_assistant_version(made), 1);
	assert_int_equal(asst_assistant_shared(made), 0);
	assert_int_equal(asst_assistant_disabled(made), 0);
	assert_null(asst_assistant_folder(made));
	assert_int_equal(asst_assistant_tag_count(made), 0);
	assert_null(asst_assistant_editing_id(made));
	assert_int_equal(asst_assistant_level(made), ASST_LEVEL_MANAGE);
	/* the JavaScript example has the same name */
	again = t_create(world, examples[3].json);
	assert_string_equal(asst_assistant_slug(again), "document-analyzer-2");
	asst_assistant_free(again);
	asst_assistant_free(made);
}

static void what_was_read_is_written_back_and_changes_nothing(void **state)
{
	struct t_world *world = *state;
	asst_assistant *made, *same;
	const char *json;
	size_t i, size;
	int status;

	for (i = 0; i < T_COUNT(examples); i++) {
		made = t_create(world, good(&examples[i]));
		json = asst_assistant_json(made, &size);
		status = asst_assistant_patch_json(&same, world->ada, asst_assistant_id(made), json,
						   size, 1, 0, world->err);
		t_expect(status, world->err, ASST_OK, "", json);
		assert_int_equal(asst_assistant_revision(same), 1);
		assert_int_equal(asst_assistant_version(same), 1);
		assert_string_equal(asst_assistant_json(same, NULL), json);
		asst_assistant_free(same);
		asst_assistant_free(made);
	}
}

static void a_definition_made_by_setters_is_the_same(void **state)
{
	static const char *const texts[][2] = {
		{ "instruction", "You are a helpful agent that analyzes documents." },
		{ "emoji", "\xF0\x9F\x93\x84" },
		{ "description", "Analyzes and summarizes documents" },
		{ "name", "Document Analyzer" },
	};
	struct t_world *world = *state;
	asst_assistant *made, *sent = t_create(world, examples[0].json);
	asst_buf *one, *other;
	asst_def *def;
	size_t i;

	assert_int_equal(asst_def_new(&def, NULL), ASST_OK);
	assert_int_equal(asst_def_set_bool(def, "dataAnalyst", 1, NULL), ASST_OK);
	assert_int_equal(asst_def_set_number(def, "creativity", 0.5, NULL), ASST_OK);
	for (i = 0; i < T_COUNT(texts); i++)
		assert_int_equal(asst_def_set_text(def, texts[i][0], texts[i][1], ASST_NUL, NULL),
				 ASST_OK);
	assert_int_equal(asst_assistant_create(&made, world->ada, def, 0, world->err), ASST_OK);
	assert_int_equal(asst_def_to_json(&one, asst_assistant_def(made), NULL), ASST_OK);
	assert_int_equal(asst_def_to_json(&other, asst_assistant_def(sent), NULL), ASST_OK);
	assert_string_equal(asst_buf_data(one), asst_buf_data(other));
	asst_buf_free(one);
	asst_buf_free(other);
	asst_def_free(def);
	asst_assistant_free(made);
	asst_assistant_free(sent);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, t_setup, t_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(each_is_created_or_refused_for_what_is_wrong_in_it),
		EACH(each_is_good_in_every_limit_set),
		EACH(reading_back_shows_what_was_sent_with_defaults_filled),
		EACH(what_is_filled_in_around_it_is_there_to_be_read),
		EACH(what_was_read_is_written_back_and_changes_nothing),
		EACH(a_definition_made_by_setters_is_the_same),
	};

	return cmocka_run_group_tests_name("seeds", tests, NULL, NULL) ? 1 : 0;
}
