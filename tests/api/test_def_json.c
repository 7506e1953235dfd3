/* SPDX-License-Identifier: MIT */
/* Definitions as JSON: the canonical form, null and empty, patches, what a draft may lack. */
#include "body.h"

static int from_json(asst_def **def, const char *quoted, uint32_t flags, asst_error *err)
{
	return asst_def_from_json(def, t_json(quoted), strlen(quoted), flags, err);
}

/* The canonical JSON of a document that may be incomplete; a new text. */
static char *canonical(const char *json, size_t size)
{
	asst_error *err = asst_error_new();
	asst_buf *out = NULL;
	asst_def *def;
	char *copy;
	int status = asst_def_from_json(&def, json, size, ASST_DEF_INCOMPLETE, err);

	t_expect(status, err, ASST_OK, "", json);
	assert_int_equal(asst_def_to_json(&out, def, err), ASST_OK);
	copy = strdup(asst_buf_data(out));
	assert_non_null(copy);
	assert_int_equal(strlen(copy), asst_buf_size(out));
	asst_buf_free(out);
	asst_def_free(def);
	asst_error_free(err);
	return copy;
}

#define FLAGS \
	"'webSearch':false,'imageGeneration':false,'dataAnalyst':false,'canvas':false," \
	"'extendedThinking':false,'type':'custom'"
#define X(before, behind) "{'name':'x'" before "," FLAGS behind "}"
#define IO "'inputType':'PROMPT','creativity':0.3"
#define BEFORE ",'inputType':'PROMPT','creativity':0.3"

/* What goes in, and what comes out again and again. */
static const struct {
	const char *in, *out;
} documents[] = {
	{ T_FULL, T_FULL },
	{ "{'name':'x'}", X(BEFORE, "") },
	{ " {\n\t'name' : 'x' }\r\n", X(BEFORE, "") },
	/* members in the order of the table, whatever order they came in */
	{ "{'data':{},'type':'custom','creativity':0.3,'name':'x','inputType':'PROMPT'}",
	  X(BEFORE, ",'data':{}") },
	/* typed numbers are the shortest of their value */
	{ "{'name':'x','creativity':0.30}", X(BEFORE, "") },
	{ "{'name':'x','creativity':1e-1}", X(",'inputType':'PROMPT','creativity':0.1", "") },
	{ "{'name':'x','creativity':1.0E0}", X(",'inputType':'PROMPT','creativity':1", "") },
	{ "{'name':'x','creativity':-0.0}", X(",'inputType':'PROMPT','creativity':0", "") },
	{ "{'name':'x','creativity':0.1000000000000000055}",
	  X(",'inputType':'PROMPT','creativity':0.1", "") },
	{ "{'name':'x','creativity':1e-7}", X(",'inputType':'PROMPT','creativity':1e-7", "") },
	{ "{'name':'x','inputFields':[{'slug':'a','type':'DATE','label':'A','order':1.2E1}]}",
	  X(BEFORE ",'inputFields':[{'slug':'a','type':'DATE','label':'A','required':false,"
		   "'order':12}]", "") },
	{ "{'name':'x','inputFields':[{'slug':'a','type':'DATE','label':'A',"
	  "'order':9007199254740991}]}",
	  X(BEFORE ",'inputFields':[{'slug':'a','type':'DATE','label':'A','required':false,"
		   "'order':9007199254740991}]", "") },
	/* numbers of opaque parts are kept as they came, members are sorted by name */
	{ "{'name':'x','data':{'b':1.0,'a':1E5,'B':12345678901234567890,'':-0,'aa':0.10}}",
	  X(BEFORE, ",'data':{'':-0,'B':12345678901234567890,'a':1E5,'aa':0.10,'b':1.0}") },
	{ "{'name':'x','data':{'z':[{'b':null,'a':true},[],{}],'\xC3\xA9':1,'e':2}}",
	  X(BEFORE, ",'data':{'e':2,'z':[{'a':true,'b':null},[],{}],'\xC3\xA9':1}") },
	{ "{'name':'x','skills':[{'type':'dataset-query','datasetId':'d','data':{'b':1.50,'a':2}}],"
	  "'datasets':[{'filter':{'y':[2.0],'x':1e2},'datasetId':'d'}]}",
	  X(BEFORE, ",'skills':[{'type':'dataset-query','enabled':true,'data':{'a':2,'b':1.50},"
		    "'datasetId':'d'}],'datasets':[{'datasetId':'d','mode':'subset',"
		    "'filter':{'x':1e2,'y':[2.0]}}]") },
	/* UUIDs are in lower case */
	{ "{'name':'x','attachments':['AAAAAAAA-0000-4000-8000-000000000001']}",
	  X(BEFORE ",'attachments':['" T_UUID_A "']", "") },
	{ "{'name':'x','actions':[{'actionId':'aAaAAAAA-0000-4000-8000-000000000002'}]}",
	  X(BEFORE ",'actions':[{'actionId':'" T_UUID_B "','requiresConfirmation':true}]", "") },
	/* absent, null and empty are the same */
	{ "{'name':'x','description':null,'emoji':null,'inputType':null,'creativity':null,"
	  "'actions':null,'conversationStarters':[],'attachments':[],'inputFields':[],"
	  "'canvas':null,'type':null,'fallback':null,'routes':[],'skills':[],'datasets':null,"
	  "'references':[],'data':null}", X(BEFORE, "") },
	{ "{'name':'x','inputFields':[{'slug':'a','type':'TEXT','label':'A','order':0,"
	  "'description':null,'required':null,'options':[],'fileTypes':null,'emailDomain':''}]}",
	  X(BEFORE ",'inputFields':[{'slug':'a','type':'TEXT','label':'A','required':false,"
		   "'order':0}]", "") },
	/* but an empty text is a text */
	{ "{'name':'x','description':'','welcome':''}",
	  "{'name':'x','description':''," IO ",'webSearch':false,'imageGeneration':false,"
	  "'dataAnalyst':false,'canvas':false,'extendedThinking':false,'welcome':'',"
	  "'type':'custom'}" },
	/* the mode of a dataset follows from its filter */
	{ "{'name':'x','datasets':[{'datasetId':'a'},{'datasetId':'b','filter':{'k':1}},"
	  "{'datasetId':'c','filter':{}},{'datasetId':'d','mode':null,'filter':null},"
	  "{'datasetId':'e','mode':'schema','fields':['f']}]}",
	  X(BEFORE, ",'datasets':[{'datasetId':'a','mode':'full'},"
		    "{'datasetId':'b','mode':'subset','filter':{'k':1}},"
		    "{'datasetId':'c','mode':'subset','filter':{}},"
		    "{'datasetId':'d','mode':'full'},"
		    "{'datasetId':'e','mode':'schema','fields':['f']}]") },
	/* escapes go, but for those that JSON needs */
	{ "{'name':'\\u0061\\/\\\\\\u20ac\\ud83d\\ude00\\u0007\\u007f\\t'}",
	  "{'name':'a/\\\\\xE2\x82\xAC\xF0\x9F\x98\x80\\u0007\x7F\\t'" BEFORE "," FLAGS "}" },
	{ "{}", "{" IO "," FLAGS "}" },
	{ "{'name':null}", "{" IO "," FLAGS "}" },
};

static void what_comes_out_is_canonical(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < T_COUNT(documents); i++) {
		char *out = canonical(t_json(documents[i].in), ASST_NUL);

		assert_string_equal(out, t_json(documents[i].out));
		free(out);
	}
}

static void reading_it_and_writing_it_again_gives_the_same_bytes(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < T_COUNT(documents); i++) {
		char *once = canonical(t_json(documents[i].in), strlen(documents[i].in));
		char *twice = canonical(once, strlen(once));

		assert_string_equal(twice, once);
		free(once);
		free(twice);
	}
}

/* A value as deep as a document may be, set below the document's own object. */
static void what_setters_accept_can_be_read_again(void **state)
{
	struct t_text value = { NULL, 0, 0 };
	asst_error *err = asst_error_new();
	asst_def *def, *again;
	asst_buf *json;
	size_t depth;
	int status, bad = 0;

	(void)state;
	for (depth = 62; depth <= 64; depth++) {
		value.size = 0;
		t_add_many(&value, "{\"k\":", "", depth);
		t_add(&value, "0");
		t_add_many(&value, "}", "", depth);
		assert_int_equal(asst_def_new(&def, err), ASST_OK);
		status = asst_def_set_json(def, "data", value.data, value.size, err);
		if (status == ASST_OK) {
			assert_int_equal(asst_def_to_json(&json, def, err), ASST_OK);
			status = asst_def_from_json(&again, asst_buf_data(json),
						    asst_buf_size(json), ASST_DEF_INCOMPLETE, err);
			bad += !t_right(status, err, ASST_OK, "", "nested in data, and read again");
			asst_def_free(again);
			asst_buf_free(json);
		} else {
			bad += status != ASST_ELIMIT || depth < 64;
		}
		asst_def_free(def);
	}
	assert_int_equal(bad, 0);
	t_text_free(&value);
	asst_error_free(err);
}

/* Faults that keep a definition from being published, but not a draft from being kept. */
static const struct {
	const char *in, *faults;
} incomplete[] = {
	{ "{}", "required@/name" },
	{ "{'name':''}", "blank@/name" },
	{ "{'name':' \\t\xE3\x80\x80'}", "blank@/name" },
	{ "{'name':'x','model':''}", "blank@/model" },
	{ "{'name':'x','creativity':1.5}", "range@/creativity" },
	{ "{'name':'x','inputFields':[{}]}",
	  "required@/inputFields/0/slug required@/inputFields/0/type "
	  "required@/inputFields/0/label required@/inputFields/0/order" },
	{ "{'name':'x','inputFields':[{'slug':'a','type':'TEXT','label':'A','order':-1}]}",
	  "range@/inputFields/0/order" },
	{ "{'name':'x','attachments':['" T_UUID_A "','" T_UUID_A "']}",
	  "duplicate@/attachments/1" },
	{ "{'name':'x','actions':[{}]}", "required@/actions/0/actionId" },
	{ "{'name':'x','fallback':'" T_UUID_A "'}", "not_applicable@/fallback" },
	{ "{'name':'x','skills':[{'type':'custom'}]}", "missing_for@/skills/0/data" },
	{ "{'name':'x','datasets':[{'datasetId':'d','mode':'sample'}]}",
	  "missing_for@/datasets/0/sampleSize" },
	{ "{'name':'x','datasets':[{'datasetId':'d','mode':'full','filter':{}}]}",
	  "not_applicable@/datasets/0/filter" },
};

static void a_draft_may_be_incomplete(void **state)
{
	asst_error *err = asst_error_new();
	asst_def *def;
	int status, bad = 0;
	size_t i;

	(void)state;
	for (i = 0; i < T_COUNT(incomplete); i++) {
		const char *in = incomplete[i].in, *faults = incomplete[i].faults;

		status = from_json(&def, in, 0, err);
		bad += !t_right(status, err, ASST_EVALIDATION, faults, in);
		assert_null(def);
		status = from_json(&def, in, ASST_DEF_INCOMPLETE, err);
		bad += !t_right(status, err, ASST_OK, "", in);
		assert_non_null(def);
		status = asst_def_validate(def, NULL, err);
		bad += !t_right(status, err, ASST_EVALIDATION, faults, in);
		asst_def_free(def);
	}
	assert_int_equal(bad, 0);
	asst_error_free(err);
}

static void a_draft_is_never_malformed(void **state)
{
	static const struct {
		const char *in, *faults;
	} malformed[] = {
		{ "{'name':5}", "type@/name" },
		{ "{'inputType':'FORM'}", "choice@/inputType" },
		{ "{'fallback':'x'}", "uuid@/fallback" },
		{ "{'attachments':['x']}", "uuid@/attachments/0" },
		{ "{'colour':1}", "unknown_field@/colour" },
		{ "{'actions':[{'connectionId':'c'}]}",
		  "oauth_connection_unsupported@/actions/0/connectionId" },
		{ "{'creativity':1e999}", "range@/creativity" },
		{ "{'inputFields':[{'order':1.5}]}", "type@/inputFields/0/order" },
		{ "{'skills':[{'type':'magic'}]}", "choice@/skills/0/type" },
		{ "{'skills':[{'type':'custom','data':{'parameters':{'$ref':'#'}}}]}",
		  "unknown_field@/skills/0/data/parameters/$ref" },
		{ "[]", "type@" },
	};
	asst_error *err = asst_error_new();
	asst_def *def;
	int bad = 0;
	size_t i;

	(void)state;
	for (i = 0; i < T_COUNT(malformed); i++) {
		bad += !t_right(from_json(&def, malformed[i].in, ASST_DEF_INCOMPLETE, err), err,
				ASST_EVALIDATION, malformed[i].faults, malformed[i].in);
		assert_null(def);
	}
	assert_int_equal(bad, 0);
	asst_error_free(err);
}

static void limits_of_a_set_are_not_judged_in_a_draft_but_caps_are(void **state)
{
	struct t_text json = { NULL, 0, 0 };
	asst_error *err = asst_error_new();
	asst_def *def;

	(void)state;
	t_add(&json, "{\"name\":\"");
	t_add_many(&json, "x", "", 1024);
	t_add(&json, "\"}");
	t_expect(asst_def_from_json(&def, json.data, json.size, ASST_DEF_INCOMPLETE, err), err,
		 ASST_OK, "", "1024 characters");
	t_expect(asst_def_validate(def, "prose", err), err, ASST_EVALIDATION, "too_long@/name",
		 "1024 characters");
	asst_def_free(def);
	json.size = 0;
	t_add(&json, "{\"name\":\"");
	t_add_many(&json, "x", "", 1025);
	t_add(&json, "\"}");
	t_expect(asst_def_from_json(&def, json.data, json.size, ASST_DEF_INCOMPLETE, err), err,
		 ASST_ELIMIT, "limit@/name", "1025 characters");
	t_text_free(&json);
	asst_error_free(err);
}

static const char *const base =
	"{'name':'x','description':'d','conversationStarters':['a','b'],'canvas':true,"
	"'skills':[{'id':'" T_UUID_E "','type':'web-search','data':{'maxResults':5}}],"
	"'data':{'a':{'b':1,'c':2},'d':3}}";

/* A merge patch, and what is there after it. */
static const struct {
	const char *patch, *after;
} patches[] = {
	{ "{}", "{'name':'x','description':'d','conversationStarters':['a','b'],'canvas':true,"
		"'skills':[{'id':'" T_UUID_E "','type':'web-search','data':{'maxResults':5}}],"
		"'data':{'a':{'b':1,'c':2},'d':3}}" },
	{ "{'name':'y','description':null,'conversationStarters':null,'skills':null,'data':null}",
	  "{'name':'y','canvas':true}" },
	{ "{'canvas':null,'skills':[],'data':{'a':{'b':null,'e':{'f':null}},'d':[null]}}",
	  "{'name':'x','description':'d','conversationStarters':['a','b'],"
	  "'data':{'a':{'c':2,'e':{}},'d':[null]}}" },
	{ "{'conversationStarters':['c'],'skills':[{'type':'file-analysis'}],'data':{'d':4.0}}",
	  "{'name':'x','description':'d','conversationStarters':['c'],'canvas':true,"
	  "'skills':[{'type':'file-analysis'}],'data':{'a':{'b':1,'c':2},'d':4.0}}" },
	{ "{'name':null,'creativity':7}",
	  "{'description':'d','creativity':7,'conversationStarters':['a','b'],'canvas':true,"
	  "'skills':[{'id':'" T_UUID_E "','type':'web-search','data':{'maxResults':5}}],"
	  "'data':{'a':{'b':1,'c':2},'d':3}}" },
};

static void a_patch_merges_and_null_clears(void **state)
{
	asst_error *err = asst_error_new();
	asst_def *def;
	asst_buf *json;
	char *after;
	size_t i;

	(void)state;
	for (i = 0; i < T_COUNT(patches); i++) {
		assert_int_equal(from_json(&def, base, 0, err), ASST_OK);
		t_expect(asst_def_patch_json(def, t_json(patches[i].patch), ASST_NUL, err), err,
			 ASST_OK, "", patches[i].patch);
		assert_int_equal(asst_def_to_json(&json, def, err), ASST_OK);
		after = canonical(t_json(patches[i].after), ASST_NUL);
		assert_string_equal(asst_buf_data(json), after);
		free(after);
		asst_buf_free(json);
		asst_def_free(def);
	}
	asst_error_free(err);
}

static void a_patch_that_fails_changes_nothing(void **state)
{
	static const struct {
		const char *patch, *faults;
	} bad_patches[] = {
		{ "{'name':'y','canvas':5}", "type@/canvas" },
		{ "{'name':'y','colour':1}", "unknown_field@/colour" },
		{ "{'name':'y','colour':null}", "unknown_field@/colour" },
		{ "{'name':'y','skills':{}}", "type@/skills" },
		{ "{'name':'y','skills':[{'id':'" T_UUID_E "','type':'magic'}],'data':[]}",
		  "choice@/skills/0/type type@/data" },
		{ "{'name':'y',}", "json_syntax@" },
		{ "{'name':'y','name':'z'}", "json_duplicate_name@/name" },
		{ "'y'", "type@" },
		{ "null", "type@" },
		{ "", "json_syntax@" },
	};
	char *before = canonical(t_json(base), ASST_NUL);
	asst_error *err = asst_error_new();
	asst_def *def;
	asst_buf *json;
	int status, bad = 0;
	size_t i;

	(void)state;
	for (i = 0; i < T_COUNT(bad_patches); i++) {
		assert_int_equal(from_json(&def, base, 0, err), ASST_OK);
		status = asst_def_patch_json(def, t_json(bad_patches[i].patch), ASST_NUL, err);
		bad += !t_right(status, err, ASST_EVALIDATION, bad_patches[i].faults,
				bad_patches[i].patch);
		assert_int_equal(asst_def_to_json(&json, def, NULL), ASST_OK);
		bad += strcmp(asst_buf_data(json), before) != 0;
		asst_buf_free(json);
		asst_def_free(def);
	}
	assert_int_equal(bad, 0);
	asst_error_free(err);
	free(before);
}

static void a_cleared_name_is_refused_when_validated(void **state)
{
	asst_error *err = asst_error_new();
	asst_def *def;

	(void)state;
	assert_int_equal(from_json(&def, base, 0, err), ASST_OK);
	assert_int_equal(asst_def_validate(def, NULL, err), ASST_OK);
	assert_int_equal(asst_def_patch_json(def, t_json("{'name':null}"), ASST_NUL, err), ASST_OK);
	assert_null(asst_def_name(def, NULL));
	t_expect(asst_def_validate(def, NULL, err), err, ASST_EVALIDATION, "required@/name", "");
	asst_def_free(def);
	asst_error_free(err);
}

static void validate_takes_the_limit_set_that_it_is_given(void **state)
{
	static const struct {
		const char *set, *faults;
	} sets[] = {
		{ NULL, "too_long@/name" },
		{ "prose", "too_long@/name" },
		{ "openapi", "too_long@/description" },
		{ "agents", "too_long@/name too_long@/emoji" },
	};
	struct t_text json = { NULL, 0, 0 };
	asst_error *err = asst_error_new();
	asst_def *def;
	size_t i;

	(void)state;
	t_add(&json, "{\"name\":\"");
	t_add_many(&json, "x", "", 81);
	t_add(&json, "\",\"description\":\"");
	t_add_many(&json, "x", "", 257);
	t_add(&json, "\",\"emoji\":\"");
	t_add_many(&json, "x", "", 17);
	t_add(&json, "\"}");
	assert_int_equal(asst_def_from_json(&def, json.data, json.size, ASST_DEF_INCOMPLETE, err),
			 ASST_OK);
	for (i = 0; i < T_COUNT(sets); i++)
		t_expect(asst_def_validate(def, sets[i].set, err), err, ASST_EVALIDATION,
			 sets[i].faults, sets[i].set ? sets[i].set : "none");
	asst_def_free(def);
	t_text_free(&json);
	asst_error_free(err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_comes_out_is_canonical),
		cmocka_unit_test(reading_it_and_writing_it_again_gives_the_same_bytes),
		cmocka_unit_test(what_setters_accept_can_be_read_again),
		cmocka_unit_test(a_draft_may_be_incomplete),
		cmocka_unit_test(a_draft_is_never_malformed),
		cmocka_unit_test(limits_of_a_set_are_not_judged_in_a_draft_but_caps_are),
		cmocka_unit_test(a_patch_merges_and_null_clears),
		cmocka_unit_test(a_patch_that_fails_changes_nothing),
		cmocka_unit_test(a_cleared_name_is_refused_when_validated),
		cmocka_unit_test(validate_takes_the_limit_set_that_it_is_given),
	};

	return cmocka_run_group_tests_name("def_json", tests, NULL, NULL) ? 1 : 0;
}
