/* SPDX-License-Identifier: MIT */
/* Faults of one field: each code, at its place; test_validation_rules.c has those across fields. */
#include "body.h"

static void the_name_is_required_and_not_blank(void **state)
{
	static const struct t_row rows[] = {
		{ "{'name':'x'}", "" },
		{ "{'name':'\xE3\x80\x80.'}", "" },
		{ "{}", "required@/name" },
		{ "{'name':null}", "required@/name" },
		{ "{'name':''}", "blank@/name" },
		{ "{'name':' \\t\\n\\r'}", "blank@/name" },
		{ "{'name':'\xC2\xA0\xE2\x80\x83\xE3\x80\x80\\u0085'}", "blank@/name" },
	};

	t_expect_rows(state, rows, T_COUNT(rows));
}

/* Each kind of JSON value, and the types of fields that take it. */
static const struct {
	const char *value, *types;
} kinds[] = {
	{ "true", "flag" },
	{ "1", "number int" },
	{ "'x'", "text uuid choice" },
	{ "[]", "list" },
	{ "{}", "object" },
};

static void a_value_of_another_type_is_a_fault_in_every_field(void **state)
{
	char bodies[256][128], faults[256][64];
	struct t_row rows[256];
	size_t count = 0, i, k;

	for (i = 0; i < asst_field_count(); i++) {
		const char *name = asst_field_name(i);

		for (k = 0; k < T_COUNT(kinds) && count < T_COUNT(rows); k++) {
			if (strstr(kinds[k].types, asst_field_type(i)))
				continue;
			snprintf(bodies[count], sizeof(bodies[0]), "{%s'%s':%s}",
				 i > 0 ? "'name':'x'," : "", name, kinds[k].value);
			snprintf(faults[count], sizeof(faults[0]), "type@/%s", name);
			rows[count].body = bodies[count];
			rows[count].faults = faults[count];
			count++;
		}
	}
	assert_int_equal(count, 4 * asst_field_count());
	t_expect_rows(state, rows, count);
}

#define INPUT_SLUG "'slug':'s',"
#define INPUT_TYPE "'type':'TEXT',"
#define INPUT_LABEL "'label':'l',"
#define INPUT_ORDER "'order':0,"
#define SKILL "'type':'web-search',"

/* The members of items: their types, and what else the item needs. */
static const struct {
	const char *list, *member, *type, *others;
} members[] = {
	{ "actions", "actionId", "uuid", "" },
	{ "actions", "requiresConfirmation", "flag", "'actionId':'" T_UUID_A "'," },
	{ "inputFields", "slug", "text", INPUT_TYPE INPUT_LABEL INPUT_ORDER },
	{ "inputFields", "type", "choice", INPUT_SLUG INPUT_LABEL INPUT_ORDER },
	{ "inputFields", "label", "text", INPUT_SLUG INPUT_TYPE INPUT_ORDER },
	{ "inputFields", "description", "text", INPUT_SLUG INPUT_TYPE INPUT_LABEL INPUT_ORDER },
	{ "inputFields", "required", "flag", INPUT_SLUG INPUT_TYPE INPUT_LABEL INPUT_ORDER },
	{ "inputFields", "order", "int", INPUT_SLUG INPUT_TYPE INPUT_LABEL },
	{ "inputFields", "options", "list", INPUT_SLUG INPUT_TYPE INPUT_LABEL INPUT_ORDER },
	{ "inputFields", "fileTypes", "list", INPUT_SLUG INPUT_TYPE INPUT_LABEL INPUT_ORDER },
	{ "inputFields", "emailDomain", "text", INPUT_SLUG INPUT_TYPE INPUT_LABEL INPUT_ORDER },
	{ "routes", "assistantId", "uuid", "" },
	{ "routes", "when", "text", "'assistantId':'" T_UUID_A "'," },
	{ "skills", "id", "uuid", SKILL },
	{ "skills", "type", "choice", "" },
	{ "skills", "name", "text", SKILL },
	{ "skills", "description", "text", SKILL },
	{ "skills", "enabled", "flag", SKILL },
	{ "skills", "data", "object", SKILL },
	{ "skills", "datasetId", "text", SKILL },
	{ "skills", "datasourceId", "text", SKILL },
	{ "skills", "reportId", "text", SKILL },
	{ "skills", "queryId", "text", SKILL },
	{ "skills", "templateId", "text", SKILL },
	{ "skills", "integrationId", "text", SKILL },
	{ "datasets", "datasetId", "text", "" },
	{ "datasets", "mode", "choice", "'datasetId':'d'," },
	{ "datasets", "filter", "object", "'datasetId':'d','mode':'subset'," },
	{ "datasets", "fields", "list", "'datasetId':'d','mode':'subset'," },
	{ "datasets", "sampleSize", "int", "'datasetId':'d','mode':'subset'," },
	{ "references", "targetType", "text", "'targetId':'t'," },
	{ "references", "targetId", "text", "'targetType':'t'," },
	{ "references", "description", "text", "'targetType':'t','targetId':'t'," },
};

static void a_value_of_another_type_is_a_fault_in_every_member_of_an_item(void **state)
{
	char bodies[256][192], faults[256][64];
	struct t_row rows[256];
	size_t count = 0, i, k;

	for (i = 0; i < T_COUNT(members); i++) {
		for (k = 0; k < T_COUNT(kinds) && count < T_COUNT(rows); k++) {
			if (strstr(kinds[k].types, members[i].type))
				continue;
			snprintf(bodies[count], sizeof(bodies[0]),
				 "'type':'dispatcher','%s':[{%s'%s':%s}]", members[i].list,
				 members[i].others, members[i].member, kinds[k].value);
			snprintf(faults[count], sizeof(faults[0]), "type@/%s/0/%s", members[i].list,
				 members[i].member);
			rows[count].body = bodies[count];
			rows[count].faults = faults[count];
			count++;
		}
	}
	assert_int_equal(count, 4 * T_COUNT(members));
	t_expect_rows(state, rows, count);
}

static void an_item_of_another_type_is_a_fault(void **state)
{
	static const struct t_row rows[] = {
		{ "'conversationStarters':['a',1,'b',null]",
		  "type@/conversationStarters/1 type@/conversationStarters/3" },
		{ "'attachments':[true]", "type@/attachments/0" },
		{ "'actions':['" T_UUID_A "']", "type@/actions/0" },
		{ "'inputFields':[null]", "type@/inputFields/0" },
		{ "'type':'dispatcher','routes':[[]]", "type@/routes/0" },
		{ "'skills':[0]", "type@/skills/0" },
		{ "'datasets':['d']", "type@/datasets/0" },
		{ "'references':[{'targetType':'t','targetId':'i'},'r']", "type@/references/1" },
		{ "'inputFields':[{'slug':'s','type':'SELECT','label':'l','order':0,"
		  "'options':[1]}]", "type@/inputFields/0/options/0" },
		{ "'inputFields':[{'slug':'s','type':'FILE','label':'l','order':0,"
		  "'fileTypes':[{}]}]", "type@/inputFields/0/fileTypes/0" },
		{ "'datasets':[{'datasetId':'d','mode':'subset','fields':['a',2]}]",
		  "type@/datasets/0/fields/1" },
		{ "'skills':[{'type':'web-search','data':{'allowedDomains':[1]}}]",
		  "type@/skills/0/data/allowedDomains/0" },
	};

	t_expect_rows(state, rows, T_COUNT(rows));
}

static void what_an_item_needs_is_required(void **state)
{
	static const struct t_row rows[] = {
		{ "'actions':[{}]", "required@/actions/0/actionId" },
		{ "'actions':[{'actionId':null}]", "required@/actions/0/actionId" },
		{ "'inputFields':[{}]",
		  "required@/inputFields/0/slug required@/inputFields/0/type "
		  "required@/inputFields/0/label required@/inputFields/0/order" },
		{ "'inputFields':[{'slug':' ','type':'TEXT','label':'l','order':0}]",
		  "blank@/inputFields/0/slug" },
		{ "'type':'dispatcher','routes':[{}]", "required@/routes/0/assistantId" },
		{ "'skills':[{}]", "required@/skills/0/type" },
		{ "'datasets':[{}]", "required@/datasets/0/datasetId" },
		{ "'datasets':[{'datasetId':''}]", "blank@/datasets/0/datasetId" },
		{ "'references':[{}]",
		  "required@/references/0/targetType required@/references/0/targetId" },
		{ "'references':[{'targetType':'','targetId':' '}]",
		  "blank@/references/0/targetType blank@/references/0/targetId" },
		{ "'model':''", "blank@/model" },
		{ "'skills':[{'type':'web-search','reportId':''}]", "blank@/skills/0/reportId" },
	};

	t_expect_rows(state, rows, T_COUNT(rows));
}

static void a_choice_is_one_of_its_texts(void **state)
{
	static const struct t_row rows[] = {
		{ "'inputType':'PROMPT'", "" },
		{ "'inputType':'STRUCTURED'", "" },
		{ "'inputType':'prompt'", "choice@/inputType" },
		{ "'inputType':''", "choice@/inputType" },
		{ "'type':'custom'", "" },
		{ "'type':'dispatcher'", "" },
		{ "'type':'AGENT'", "choice@/type" },
		{ "'inputFields':[{'slug':'s','type':'PHONE','label':'l','order':0}]",
		  "choice@/inputFields/0/type" },
		{ "'skills':[{'type':'web_search'}]", "choice@/skills/0/type" },
		{ "'datasets':[{'datasetId':'d','mode':'FULL'}]", "choice@/datasets/0/mode" },
	};
	static const char *const inputs[] = { "TEXT", "MULTI_LINE_TEXT", "NUMBER", "CHECKBOX",
					      "FILE", "SELECT", "DATE", "EMAIL" };
	char body[128];
	struct t_row row = { body, "" };
	size_t i;

	t_expect_rows(state, rows, T_COUNT(rows));
	for (i = 0; i < T_COUNT(inputs); i++) {
		snprintf(body, sizeof(body),
			 "'inputFields':[{'slug':'s','type':'%s','label':'l','order':0}]",
			 inputs[i]);
		t_expect_rows(state, &row, 1);
	}
}

static void numbers_keep_to_their_range(void **state)
{
#define SAMPLE(size) "'datasets':[{'datasetId':'d','mode':'sample','sampleSize':" size "}]"
#define ORDER(order) "'inputFields':[{'slug':'s','type':'TEXT','label':'l','order':" order "}]"
	static const struct t_row rows[] = {
		{ "'creativity':0", "" },
		{ "'creativity':1", "" },
		{ "'creativity':10e-1", "" },
		{ "'creativity':-0", "" },
		{ "'creativity':-0.1", "range@/creativity" },
		{ "'creativity':1.0000001", "range@/creativity" },
		{ "'creativity':1e400", "range@/creativity" },
		{ "'creativity':-1e400", "range@/creativity" },
		{ ORDER("0"), "" },
		{ ORDER("1e3"), "" },
		{ ORDER("2.0"), "" },
		{ ORDER("-1"), "range@/inputFields/0/order" },
		{ ORDER("0.5"), "type@/inputFields/0/order" },
		{ SAMPLE("1"), "" },
		{ SAMPLE("100000"), "" },
		{ SAMPLE("0"), "range@/datasets/0/sampleSize" },
		{ SAMPLE("100001"), "range@/datasets/0/sampleSize" },
		{ SAMPLE("1e20"), "range@/datasets/0/sampleSize" },
		{ SAMPLE("-5"), "range@/datasets/0/sampleSize" },
	};

	t_expect_rows(state, rows, T_COUNT(rows));
}

static void a_uuid_has_its_form(void **state)
{
	static const char *const bad[] = {
		"", "action-uuid", "00000000-0000-0000-0000-000000000000",
		"aaaaaaaa-0000-4000-8000-00000000001", "aaaaaaaa-0000-4000-8000-0000000000011",
		"gaaaaaaa-0000-4000-8000-000000000001", "aaaaaaaa00004000-8000-00000000000100",
		"{aaaaaaa-0000-4000-8000-000000000001}", " aaaaaaaa-0000-4000-8000-00000000001",
		"aaaaaaaa-0000-4000-8000_000000000001",
	};
	static const struct {
		const char *before, *behind, *fault;
		int judged; /* also whether the store has it: see test_references.c */
	} places[] = {
		{ "'actions':[{'actionId':'", "'}]", "uuid@/actions/0/actionId", 0 },
		{ "'attachments':['" T_UUID_A "','", "']", "uuid@/attachments/1", 0 },
		{ "'type':'dispatcher','fallback':'", "'", "uuid@/fallback", 1 },
		{ "'type':'dispatcher','routes':[{'assistantId':'", "'}]",
		  "uuid@/routes/0/assistantId", 1 },
		{ "'skills':[{'type':'web-search','id':'", "'}]", "uuid@/skills/0/id", 0 },
	};
	char body[256];
	struct t_row row = { body, NULL };
	size_t i, k;

	for (i = 0; i < T_COUNT(places); i++) {
		for (k = 0; k < T_COUNT(bad); k++) {
			snprintf(body, sizeof(body), "%s%s%s", places[i].before, bad[k],
				 places[i].behind);
			row.faults = places[i].fault;
			t_expect_rows(state, &row, 1);
		}
		snprintf(body, sizeof(body), "%sFFFFFFFF-ffff-FFFF-ffff-000000000001%s",
			 places[i].before, places[i].behind);
		row.faults = "";
		if (!places[i].judged)
			t_expect_rows(state, &row, 1);
	}
}

static void what_is_in_a_list_already_is_a_duplicate(void **state)
{
#define TEXT(slug) "{'slug':'" slug "','type':'TEXT','label':'l','order':0}"
	static const struct t_row rows[] = {
		{ "'attachments':['" T_UUID_A "','" T_UUID_B "','" T_UUID_A "']",
		  "duplicate@/attachments/2" },
		{ "'attachments':['" T_UUID_A "','AAAAAAAA-0000-4000-8000-000000000001']",
		  "duplicate@/attachments/1" },
		{ "'actions':[{'actionId':'" T_UUID_A "'},{'actionId':'" T_UUID_A "'}]",
		  "duplicate@/actions/1/actionId" },
		{ "'inputFields':[" TEXT("a") "," TEXT("b") "," TEXT("a") "]",
		  "duplicate@/inputFields/2/slug" },
		{ "'inputFields':[" TEXT("a") "," TEXT("A") "]", "" },
		{ "'skills':[{'id':'" T_UUID_A "','type':'web-search'},"
		  "{'id':'" T_UUID_A "','type':'file-analysis'}]", "duplicate@/skills/1/id" },
		{ "'skills':[{'type':'web-search'},{'type':'web-search'}]", "" },
		{ "'datasets':[{'datasetId':'d'},{'datasetId':'d','mode':'schema'}]",
		  "duplicate@/datasets/1/datasetId" },
		{ "'references':[{'targetType':'t','targetId':'i'},"
		  "{'targetType':'t','targetId':'j'},{'targetType':'u','targetId':'i'}]", "" },
		{ "'references':[{'targetType':'t','targetId':'i'},"
		  "{'targetType':'t','targetId':'i','description':'d'}]",
		  "duplicate@/references/1/targetType" },
		{ "'conversationStarters':['a','a']", "" },
	};

	t_expect_rows(state, rows, T_COUNT(rows));
}

static void a_field_that_no_table_has_is_unknown(void **state)
{
#define DATA(type, data) "'skills':[{'type':'" type "','data':{" data "}}]"
	static const struct t_row rows[] = {
		{ "'colour':1", "unknown_field@/colour" },
		{ "'colour':null", "unknown_field@/colour" },
		{ "'Name':'y'", "unknown_field@/Name" },
		{ "'':'y'", "unknown_field@/" },
		{ "'a/b~c':'y'", "unknown_field@/a~1b~0c" },
		{ "'emojiIcon':'y'", "unknown_field@/emojiIcon" },
		{ "'actions':[{'actionId':'" T_UUID_A "','name':1}]",
		  "unknown_field@/actions/0/name" },
		{ "'inputFields':[{'slug':'s','type':'TEXT','label':'l','order':0,'id':1}]",
		  "unknown_field@/inputFields/0/id" },
		{ "'type':'dispatcher','routes':[{'assistantId':'" T_UUID_A "','if':'x'}]",
		  "unknown_field@/routes/0/if" },
		{ "'skills':[{'type':'web-search','secret':1}]", "unknown_field@/skills/0/secret" },
		{ "'datasets':[{'datasetId':'d','name':'n'}]", "unknown_field@/datasets/0/name" },
		{ "'references':[{'targetType':'t','targetId':'i','name':'n'}]",
		  "unknown_field@/references/0/name" },
		{ DATA("web-search", "'max':1"), "unknown_field@/skills/0/data/max" },
		{ "'data':{'any':{'thing':null}}", "" },
	};

	t_expect_rows(state, rows, T_COUNT(rows));
}

static void connections_of_actions_are_not_supported(void **state)
{
#define ACTION(member) "'actions':[{'actionId':'" T_UUID_A "','" member "':'c'}]"
#define OAUTH "oauth_connection_unsupported@/actions/0/"
	static const struct t_row rows[] = {
		{ ACTION("connectionId"), OAUTH "connectionId" },
		{ ACTION("oauth"), OAUTH "oauth" },
		{ ACTION("oauthConnectionId"), OAUTH "oauthConnectionId" },
		{ ACTION("OAuthToken"), OAUTH "OAuthToken" },
		{ ACTION("connection"), "unknown_field@/actions/0/connection" },
		{ "'skills':[{'type':'web-search','connectionId':'c'}]",
		  "unknown_field@/skills/0/connectionId" },
	};

	t_expect_rows(state, rows, T_COUNT(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_name_is_required_and_not_blank),
		cmocka_unit_test(a_value_of_another_type_is_a_fault_in_every_field),
		cmocka_unit_test(a_value_of_another_type_is_a_fault_in_every_member_of_an_item),
		cmocka_unit_test(an_item_of_another_type_is_a_fault),
		cmocka_unit_test(what_an_item_needs_is_required),
		cmocka_unit_test(a_choice_is_one_of_its_texts),
		cmocka_unit_test(numbers_keep_to_their_range),
		cmocka_unit_test(a_uuid_has_its_form),
		cmocka_unit_test(what_is_in_a_list_already_is_a_duplicate),
		cmocka_unit_test(a_field_that_no_table_has_is_unknown),
		cmocka_unit_test(connections_of_actions_are_not_supported),
	};

	return cmocka_run_group_tests_name("validation", tests, t_setup, t_teardown) ? 1 : 0;
}
