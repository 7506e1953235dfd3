/* SPDX-License-Identifier: MIT */
/* Faults across fields, the data of skills, what stands around a definition, and their order. */
#include "body.h"

#define INPUT(type, more) \
	"'inputFields':[{'slug':'s','type':'" type "','label':'l','order':0" more "}]"
#define SKILL(type, more) "'skills':[{'type':'" type "'" more "}]"
#define DATASET(more) "'datasets':[{'datasetId':'d'" more "}]"

static void members_of_input_fields_go_with_one_type(void **state)
{
	static const struct t_row rows[] = {
		{ INPUT("SELECT", ",'options':['a']"), "" },
		{ INPUT("FILE", ",'fileTypes':['pdf']"), "" },
		{ INPUT("EMAIL", ",'emailDomain':'acme.test'"), "" },
		{ INPUT("TEXT", ",'options':['a']"), "not_applicable@/inputFields/0/options" },
		{ INPUT("EMAIL", ",'options':['a']"), "not_applicable@/inputFields/0/options" },
		{ INPUT("SELECT", ",'fileTypes':['pdf']"),
		  "not_applicable@/inputFields/0/fileTypes" },
		{ INPUT("FILE", ",'emailDomain':'a.test'"),
		  "not_applicable@/inputFields/0/emailDomain" },
		{ INPUT("DATE", ",'options':['a'],'fileTypes':['b'],'emailDomain':'c'"),
		  "not_applicable@/inputFields/0/options not_applicable@/inputFields/0/fileTypes "
		  "not_applicable@/inputFields/0/emailDomain" },
		/* empty equals absent with any type */
		{ INPUT("NUMBER", ",'options':[],'fileTypes':[],'emailDomain':''"), "" },
		{ INPUT("CHECKBOX", ",'options':null,'fileTypes':null,'emailDomain':null"), "" },
		/* without a type nothing can be said */
		{ "'inputFields':[{'slug':'s','label':'l','order':0,'options':['a']}]",
		  "required@/inputFields/0/type" },
		/* kept, but not used, with PROMPT */
		{ "'inputType':'PROMPT'," INPUT("TEXT", ""), "" },
		{ "'inputType':'STRUCTURED'", "" },
	};

	t_expect_rows(state, rows, T_COUNT(rows));
}

static void routes_and_fallback_are_for_dispatchers(void **state)
{
#define ROUTES "'routes':[{'assistantId':'" T_UUID_A "'}]"
#define FALLBACK "'fallback':'" T_UUID_B "'"
	static const struct t_row rows[] = {
		{ "'type':'dispatcher'", "" },
		{ ROUTES, "not_applicable@/routes" },
		{ "'type':'custom'," FALLBACK, "not_applicable@/fallback" },
		{ "'type':null," ROUTES "," FALLBACK,
		  "not_applicable@/routes not_applicable@/fallback" },
		{ "'type':'custom','routes':[],'fallback':null", "" },
	};

	t_expect_rows(state, rows, T_COUNT(rows));
}

static void members_of_datasets_go_with_their_mode(void **state)
{
#define FILTER ",'filter':{'a':1}"
#define FIELDS ",'fields':['f']"
#define SAMPLE ",'sampleSize':5"
	static const struct t_row rows[] = {
		{ DATASET(""), "" },
		{ DATASET(FILTER), "" },
		{ DATASET(FILTER FIELDS), "" },
		{ DATASET(FIELDS), "not_applicable@/datasets/0/fields" },
		{ DATASET(",'mode':'full'"), "" },
		{ DATASET(",'mode':'full'" FILTER FIELDS),
		  "not_applicable@/datasets/0/filter not_applicable@/datasets/0/fields" },
		{ DATASET(",'mode':'full','fields':[]"), "" },
		{ DATASET(",'mode':'subset'"), "" },
		{ DATASET(",'mode':'subset'" FIELDS FILTER), "" },
		{ DATASET(",'mode':'schema'" FIELDS), "" },
		{ DATASET(",'mode':'schema'" FILTER FIELDS SAMPLE),
		  "not_applicable@/datasets/0/filter not_applicable@/datasets/0/sampleSize" },
		{ DATASET(",'mode':'sample'"), "missing_for@/datasets/0/sampleSize" },
		{ DATASET(",'mode':'sample'" SAMPLE), "" },
		{ DATASET(",'mode':'sample'" FILTER FIELDS SAMPLE), "" },
		{ DATASET(",'mode':'other'" FILTER SAMPLE), "choice@/datasets/0/mode" },
		/* what a host calls a dataset is its own affair */
		{ "'datasets':[{'datasetId':'admin:sales'},{'datasetId':'Sales 2026'}]", "" },
	};

	t_expect_rows(state, rows, T_COUNT(rows));
}

static void a_dataset_query_needs_a_dataset_of_the_definition(void **state)
{
	static const struct t_row rows[] = {
		{ SKILL("dataset-query", ",'datasetId':'d'") "," DATASET(""), "" },
		{ SKILL("dataset-query", ",'datasetId':'e'") "," DATASET(""),
		  "missing_for@/skills/0/datasetId" },
		{ SKILL("dataset-query", ",'datasetId':'d'"), "missing_for@/skills/0/datasetId" },
		{ SKILL("dataset-query", "") "," DATASET(""), "missing_for@/skills/0/datasetId" },
		{ SKILL("web-search", ",'datasetId':'e'") "," DATASET(""), "" },
		{ SKILL("dataset-query", ",'datasetId':'d','data':{'any':[1]}") "," DATASET(""),
		  "" },
	};

	t_expect_rows(state, rows, T_COUNT(rows));
}

static void the_data_of_skills_is_checked_by_their_type(void **state)
{
#define DATA(type, data) SKILL(type, ",'data':{" data "}")
#define AT "@/skills/0/data/"
	static const struct t_row rows[] = {
		{ SKILL("web-search", ""), "" },
		{ SKILL("web-search", ",'data':null"), "" },
		{ DATA("web-search", "'allowedDomains':['a.test'],'maxResults':1"), "" },
		{ DATA("web-search", "'maxResults':50"), "" },
		{ DATA("web-search", "'maxResults':0"), "range" AT "maxResults" },
		{ DATA("web-search", "'maxResults':51"), "range" AT "maxResults" },
		{ DATA("web-search", "'allowedDomains':'a.test','languages':[]"),
		  "type" AT "allowedDomains unknown_field" AT "languages" },
		{ DATA("code-execution", "'languages':['c'],'timeoutSeconds':600,'network':true"),
		  "" },
		{ DATA("code-execution", "'timeoutSeconds':601,'network':'no'"),
		  "range" AT "timeoutSeconds type" AT "network" },
		{ DATA("code-execution", "'timeoutSeconds':0"), "range" AT "timeoutSeconds" },
		{ DATA("code-execution", "'timeoutSeconds':1.5"), "type" AT "timeoutSeconds" },
		{ DATA("file-analysis", "'fileTypes':['pdf'],'maxBytes':1048576"), "" },
		{ DATA("file-analysis", "'fileTypes':[1],'maxBytes':'1'"),
		  "type" AT "fileTypes/0 type" AT "maxBytes" },
		{ SKILL("custom", ""), "missing_for@/skills/0/data" },
		{ DATA("custom", ""), "required" AT "parameters" },
		{ DATA("custom", "'parameters':{}"), "" },
		{ DATA("custom", "'parameters':[]"), "type" AT "parameters" },
		{ DATA("custom", "'parameters':{},'secrets':['A','_b9']"), "" },
		{ DATA("custom", "'parameters':{},'secrets':['','9a','a-b','\xC3\xA9','ok']"),
		  "pattern" AT "secrets/0 pattern" AT "secrets/1 pattern" AT "secrets/2 "
		  "pattern" AT "secrets/3" },
		{ DATA("custom", "'parameters':{},'code':'x'"), "unknown_field" AT "code" },
		{ DATA("magic", "'any':1"), "choice@/skills/0/type" },
	};

	t_expect_rows(state, rows, T_COUNT(rows));
}

static void parameters_are_in_a_subset_of_json_schema(void **state)
{
#define SCHEMA(schema) DATA("custom", "'parameters':{" schema "}")
#define IN "@/skills/0/data/parameters/"
	static const struct t_row rows[] = {
		{ SCHEMA("'type':'object','title':'t','description':'d','required':['a'],"
			 "'additionalProperties':false,'properties':{'a':{'type':'array','items':"
			 "{'type':'integer','minimum':0,'maximum':9,'enum':[1,2],'default':1}},"
			 "'b':{'type':'string','minLength':1,'maxLength':3,'pattern':'x',"
			 "'format':'date','const':'x','examples':['x']},"
			 "'c':{'type':'number','exclusiveMinimum':0,'exclusiveMaximum':1,"
			 "'multipleOf':0.5},'d':{'type':'boolean'},'e':{'type':'null'},"
			 "'f':{'minItems':1,'maxItems':2,'uniqueItems':true,"
			 "'additionalProperties':{'type':'string'}}}"), "" },
		{ SCHEMA("'$ref':'#'"), "unknown_field" IN "$ref" },
		{ SCHEMA("'oneOf':[{}]"), "unknown_field" IN "oneOf" },
		{ SCHEMA("'type':'text'"), "choice" IN "type" },
		{ SCHEMA("'properties':[]"), "type" IN "properties" },
		{ SCHEMA("'properties':{'a':5}"), "type" IN "properties/a" },
		{ SCHEMA("'properties':{'a/b~c':{'type':'x'}}"),
		  "choice" IN "properties/a~1b~0c/type" },
		{ SCHEMA("'required':'a'"), "type" IN "required" },
		{ SCHEMA("'required':['a',1]"), "type" IN "required/1" },
		{ SCHEMA("'items':{'items':{'minLength':'1'}}"),
		  "type" IN "items/items/minLength" },
		{ SCHEMA("'items':[]"), "type" IN "items" },
		{ SCHEMA("'additionalProperties':5"), "type" IN "additionalProperties" },
		{ SCHEMA("'additionalProperties':{'x':1}"),
		  "unknown_field" IN "additionalProperties/x" },
		{ SCHEMA("'enum':1,'uniqueItems':1,'title':1,'maximum':'9'"),
		  "type" IN "enum type" IN "uniqueItems type" IN "title type" IN "maximum" },
		/* a property may have the name of a keyword */
		{ SCHEMA("'properties':{'type':{'type':'string'},'$ref':{}}"), "" },
	};

	t_expect_rows(state, rows, T_COUNT(rows));
}

/* One fault is one issue: a rule does not take a faulty field for an absent one. */
static void what_is_faulty_is_not_missing_too(void **state)
{
	static const struct t_row rows[] = {
		{ DATASET(",'mode':'sample','sampleSize':'5'"), "type@/datasets/0/sampleSize" },
		{ DATASET(",'mode':'sample','sampleSize':0"), "range@/datasets/0/sampleSize" },
		{ SKILL("dataset-query", ",'datasetId':5"), "type@/skills/0/datasetId" },
		{ SKILL("custom", ",'data':5"), "type@/skills/0/data" },
	};

	t_expect_rows(state, rows, T_COUNT(rows));
}

/* A value that may have been meant to be the right one brings no faults of others. */
static void a_faulty_type_brings_no_faults_of_other_fields(void **state)
{
	static const struct t_row rows[] = {
		{ "'type':'Dispatcher'," ROUTES "," FALLBACK, "choice@/type" },
		{ "'type':5," ROUTES, "type@/type" },
		{ INPUT("Select", ",'options':['a']"), "choice@/inputFields/0/type" },
	};

	t_expect_rows(state, rows, T_COUNT(rows));
}

/* All faults in one pass: a fault inside of a field does not hide those of the field. */
static void a_fault_inside_does_not_hide_one_across_fields(void **state)
{
	static const struct t_row rows[] = {
		{ "'skills':[{'type':'magic'},{'type':'dataset-query','datasetId':'e'}]",
		  "choice@/skills/0/type missing_for@/skills/1/datasetId" },
		{ "'routes':[{'assistantId':'x'}]",
		  "uuid@/routes/0/assistantId not_applicable@/routes" },
		{ "'fallback':'x'", "uuid@/fallback not_applicable@/fallback" },
		{ INPUT("TEXT", ",'options':[5]"),
		  "type@/inputFields/0/options/0 not_applicable@/inputFields/0/options" },
		{ DATASET(",'mode':'schema','sampleSize':0"),
		  "range@/datasets/0/sampleSize not_applicable@/datasets/0/sampleSize" },
	};

	t_expect_rows(state, rows, T_COUNT(rows));
}

static void all_faults_of_a_document_stand_in_the_order_of_the_fields(void **state)
{
	static const struct t_row rows[] = {
		{ "{'name':'','creativity':1.5,'inputType':'STRUCTURED','inputFields':"
		  "[{'slug':'date','type':'DAY','label':'Date','order':0}]}",
		  "blank@/name range@/creativity choice@/inputFields/0/type" },
		{ "{'zebra':1,'data':[],'references':[{}],'datasets':[{'mode':1}],"
		  "'skills':[{'id':'x'}],'fallback':1,'routes':5,'type':'x','welcome':0,"
		  "'extendedThinking':0,'canvas':0,"
		  "'dataAnalyst':0,'imageGeneration':0,'webSearch':0,'attachments':['x'],"
		  "'inputFields':[{'order':-1,'slug':5}],'actions':[{'oauth':1}],"
		  "'conversationStarters':[0],'creativity':2,'model':0,'inputType':0,"
		  "'instruction':0,'emoji':0,'description':0,'name':0,'apple':1}",
		  "type@/name type@/description type@/emoji type@/instruction type@/inputType "
		  "type@/model range@/creativity type@/conversationStarters/0 "
		  "required@/actions/0/actionId oauth_connection_unsupported@/actions/0/oauth "
		  "type@/inputFields/0/slug required@/inputFields/0/type "
		  "required@/inputFields/0/label range@/inputFields/0/order uuid@/attachments/0 "
		  "type@/webSearch type@/imageGeneration type@/dataAnalyst type@/canvas "
		  "type@/extendedThinking type@/welcome choice@/type type@/routes type@/fallback "
		  "uuid@/skills/0/id required@/skills/0/type required@/datasets/0/datasetId "
		  "type@/datasets/0/mode required@/references/0/targetType "
		  "required@/references/0/targetId type@/data unknown_field@/zebra "
		  "unknown_field@/apple" },
	};

	t_expect_rows(state, rows, T_COUNT(rows));
}

/* What only an assistant has is checked with the definition, and its faults stand behind. */
static void what_stands_around_a_definition_is_checked_with_it(void **state)
{
	static const struct t_row rows[] = {
		{ "'slug':'a-1','folderId':'f','tags':['a','b'],'disabled':true,"
		  "'ownerId':'user:ada'", "" },
		{ "'slug':'A B'", "pattern@/slug" },
		{ "'slug':''", "pattern@/slug" },
		{ "'slug':5", "type@/slug" },
		{ "'ownerId':'ada'", "principal@/ownerId" },
		{ "'ownerId':'key:k'", "principal@/ownerId" },
		{ "'ownerId':'workspace'", "principal@/ownerId" },
		{ "'ownerId':5", "type@/ownerId" },
		{ "'ownerId':'team:sales'", "" },
		{ "'folderId':' '", "blank@/folderId" },
		{ "'folderId':null,'tags':null,'disabled':null", "" },
		{ "'tags':'a'", "type@/tags" },
		{ "'tags':['a',5,'a']", "type@/tags/1 duplicate@/tags/2" },
		{ "'disabled':0", "type@/disabled" },
		{ "'secrets':[]", "unknown_field@/secrets" },
		{ "'favorite':true", "unknown_field@/favorite" },
		{ "{'tags':5,'slug':'A','colour':1,'creativity':2,'id':'x'}",
		  "required@/name range@/creativity unknown_field@/colour pattern@/slug type@/tags "
		  "read_only@/id" },
	};
	struct t_world *world = *state;
	int bad = 0;
	size_t i;

	for (i = 0; i < T_COUNT(rows); i++) {
		int status = asst_assistant_validate_json(world->ada, t_document(rows[i].body),
							  ASST_NUL, 0, world->err);

		bad += !t_right(status, world->err, t_status_of(rows[i].faults), rows[i].faults,
				rows[i].body);
	}
	assert_int_equal(bad, 0);
}

static void validate_stores_nothing(void **state)
{
	static const struct {
		const char *json;
		uint32_t flags;
		int status;
		const char *faults;
	} bodies[] = {
		{ "{'name':'x'}", 0, ASST_OK, "" },
		{ T_FULL, ASST_CREATE_DRAFT, ASST_OK, "" },
		{ T_FULL, 0, ASST_EVALIDATION,
		  "unknown_reference@/routes/0/assistantId unknown_reference@/fallback" },
		{ "{}", 0, ASST_EVALIDATION, "required@/name" },
		{ "{}", ASST_CREATE_DRAFT, ASST_OK, "" },
		{ "{'name':5}", ASST_CREATE_DRAFT, ASST_EVALIDATION, "type@/name" },
		{ "{'name':'x'}", 0x2u, ASST_EINVAL, "" },
	};
	struct t_world *world = *state;
	size_t i;
	int status;

	for (i = 0; i < T_COUNT(bodies); i++) {
		const char *json = t_json(bodies[i].json);

		status = asst_assistant_validate_json(world->ada, json, ASST_NUL, bodies[i].flags,
						      world->err);
		t_expect(status, world->err, bodies[i].status, bodies[i].faults, json);
		assert_int_equal(t_count(world), 0);
	}
	/* bob has no permission to create, so he is told nothing of the document */
	status = asst_assistant_validate_json(world->bob, "{}", 2, 0, world->err);
	t_expect(status, world->err, ASST_EDENIED, "", "bob");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_of_input_fields_go_with_one_type),
		cmocka_unit_test(routes_and_fallback_are_for_dispatchers),
		cmocka_unit_test(members_of_datasets_go_with_their_mode),
		cmocka_unit_test(a_dataset_query_needs_a_dataset_of_the_definition),
		cmocka_unit_test(the_data_of_skills_is_checked_by_their_type),
		cmocka_unit_test(parameters_are_in_a_subset_of_json_schema),
		cmocka_unit_test(what_is_faulty_is_not_missing_too),
		cmocka_unit_test(a_faulty_type_brings_no_faults_of_other_fields),
		cmocka_unit_test(a_fault_inside_does_not_hide_one_across_fields),
		cmocka_unit_test(all_faults_of_a_document_stand_in_the_order_of_the_fields),
		cmocka_unit_test(what_stands_around_a_definition_is_checked_with_it),
		cmocka_unit_test(validate_stores_nothing),
	};

	return cmocka_run_group_tests_name("validation_rules", tests, t_setup, t_teardown) ? 1 : 0;
}
