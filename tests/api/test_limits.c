/* SPDX-License-Identifier: MIT */
/* Each limit at, below and above its value, in every set; test_limits_options.c changes them. */
#include "body.h"

#define FACE "\xF0\x9F\x98\x80" /* one character, four bytes */

/*
 * A document with any amount of what a limit counts: items between before and behind;
 * less: what there is of it without any item.
 */
struct amount {
	const char *name, *before, *item, *between, *behind, *pointer;
	size_t less;
};

#define ITEMS "{'name':'x','inputFields':[{'slug':'s','type':'SELECT','label':'l'," \
	      "'order':0,'options':["
#define INPUT_BEFORE "{'name':'x','inputFields':[{'type':'TEXT','order':0,"
#define SLUG "'slug':'s',"
#define LABEL "'label':'l',"
#define SKILL "{'name':'x','skills':[{'type':'web-search',"
#define ID "'aaaaaaaa-0000-4000-8000-#'"

static const struct amount amounts[] = {
	{ "name", "{'name':'", FACE, "", "'}", "/name", 0 },
	{ "description", "{'name':'x','description':'", FACE, "", "'}", "/description", 0 },
	{ "instruction", "{'name':'x','instruction':'", FACE, "", "'}", "/instruction", 0 },
	{ "emoji", "{'name':'x','emoji':'", FACE, "", "'}", "/emoji", 0 },
	{ "welcome", "{'name':'x','welcome':'", FACE, "", "'}", "/welcome", 0 },
	{ "starters", "{'name':'x','conversationStarters':[", "'s'", ",", "]}",
	  "/conversationStarters", 0 },
	{ "starter", "{'name':'x','conversationStarters':['", FACE, "", "']}",
	  "/conversationStarters/0", 0 },
	{ "actions", "{'name':'x','actions':[", "{'actionId':" ID "}", ",", "]}", "/actions", 0 },
	{ "inputFields", "{'name':'x','inputFields':[",
	  "{'slug':'#','type':'TEXT','label':'l','order':0}", ",", "]}", "/inputFields",
	  0 },
	{ "options", ITEMS, "'o'", ",", "]}]}", "/inputFields/0/options", 0 },
	{ "option", ITEMS "'", FACE, "", "']}]}", "/inputFields/0/options/0", 0 },
	{ "attachments", "{'name':'x','attachments':[", ID, ",", "]}", "/attachments", 0 },
	{ "skills", "{'name':'x','skills':[", "{'type':'web-search'}", ",", "]}", "/skills",
	  0 },
	{ "datasets", "{'name':'x','datasets':[", "{'datasetId':'#'}", ",", "]}", "/datasets",
	  0 },
	{ "references", "{'name':'x','references':[",
	  "{'targetType':'t','targetId':'#'}", ",", "]}", "/references", 0 },
	{ "routes", "{'name':'x','type':'dispatcher','routes':[", "{'assistantId':" ID "}",
	  ",", "]}", "/routes", 0 },
	{ "slug", INPUT_BEFORE LABEL "'slug':'", FACE, "", "'}]}", "/inputFields/0/slug", 0 },
	{ "label", INPUT_BEFORE SLUG "'label':'", FACE, "", "'}]}", "/inputFields/0/label", 0 },
	{ "fieldDescription", INPUT_BEFORE SLUG LABEL "'description':'", FACE, "", "'}]}",
	  "/inputFields/0/description", 0 },
	{ "tags", "{'name':'x','tags':[", "'#'", ",", "]}", "/tags", 0 },
	{ "tag", "{'name':'x','tags':['", FACE, "", "']}", "/tags/0", 0 },
	/* bytes: {"k":""} has 8 of them */
	{ "data_bytes", "{'name':'x','data':{'k':'", "d", "", "'}}", "/data", 8 },
	{ "data_bytes", "{'name':'x','data':{ 'k' : '", "d", "", "' } }", "/data", 8 },
	{ "data_bytes", "{'name':'x','datasets':[{'datasetId':'d','filter':{'k':'", "d", "",
	  "'}}]}", "/datasets/0/filter", 8 },
	/* other texts */
	{ "string", "{'name':'x','model':'", FACE, "", "'}", "/model", 0 },
	{ "string", SKILL "'name':'", FACE, "", "'}]}", "/skills/0/name", 0 },
	{ "string", SKILL "'description':'", FACE, "", "'}]}", "/skills/0/description", 0 },
	{ "string", SKILL "'reportId':'", FACE, "", "'}]}", "/skills/0/reportId", 0 },
	{ "string", SKILL "'data':{'allowedDomains':['", FACE, "", "']}}]}",
	  "/skills/0/data/allowedDomains/0", 0 },
	{ "string", "{'name':'x','datasets':[{'datasetId':'", FACE, "", "'}]}",
	  "/datasets/0/datasetId", 0 },
	{ "string", "{'name':'x','references':[{'targetId':'i','targetType':'", FACE, "",
	  "'}]}", "/references/0/targetType", 0 },
	{ "string", "{'name':'x','type':'dispatcher','routes':[{'assistantId':"
		    "'" T_UUID_A "','when':'", FACE, "", "'}]}", "/routes/0/when", 0 },
	{ "string", "{'name':'x','inputFields':[{'slug':'s','label':'l','order':0,"
		    "'type':'EMAIL','emailDomain':'", FACE, "", "'}]}",
	  "/inputFields/0/emailDomain", 0 },
	{ "string", "{'name':'x','folderId':'", FACE, "", "'}", "/folderId", 0 },
};

/* Limits that the documents name: over one is a fault, while over a cap is ASST_ELIMIT. */
static const struct {
	const char *name;
	int64_t prose, openapi, agents; /* -1: the cap */
} set_limits[] = {
	{ "name", 80, 255, 80 },
	{ "description", 500, 256, 500 },
	{ "instruction", 40000, 16384, 40000 },
	{ "emoji", -1, -1, 16 },
	{ "starters", -1, -1, 20 },
	{ "starter", -1, -1, 255 },
	{ "selectOptionsLeast", 0, 0, 1 },
	{ "slug", -1, -1, 64 },
	{ "label", -1, -1, 255 },
	{ "fieldDescription", -1, -1, 512 },
	{ "principalName", 80, 80, 80 },
	{ "notes", 500, 500, 500 },
};

static const struct {
	const char *name;
	int64_t most;
} caps[] = {
	{ "document_bytes", 1048576 }, { "depth", 64 }, { "nodes", 65536 }, { "number_bytes", 128 },
	{ "name", 1024 }, { "description", 1024 }, { "instruction", 40000 }, { "emoji", 1024 },
	{ "starters", 100 }, { "starter", 2000 }, { "actions", 128 }, { "inputFields", 100 },
	{ "options", 1000 }, { "option", 255 }, { "selectOptionsLeast", 1000 },
	{ "attachments", 100 }, { "skills", 100 }, { "datasets", 50 }, { "references", 200 },
	{ "routes", 64 }, { "welcome", 4000 }, { "string", 1024 }, { "slug", 1024 },
	{ "label", 1024 }, { "fieldDescription", 1024 }, { "data_bytes", 65536 }, { "tags", 64 },
	{ "tag", 64 }, { "grants", 256 }, { "teams", 200 }, { "list_page", 1000 },
	{ "message", 1024 }, { "secrets", 100 }, { "tokens", 100 },
	{ "principalName", 1024 }, { "notes", 1024 }, { "permissions", 200 }, { "scopes", 64 },
	{ "scope", 64 }, { "routeDepth", 16 }, { "routedAssistants", 256 },
};

static const char *const sets[] = { "prose", "openapi", "agents" };

/* The value of the set itself; -1 where it has none. */
static int64_t own_limit(size_t set, const char *name)
{
	size_t i;

	for (i = 0; i < T_COUNT(set_limits); i++) {
		if (strcmp(set_limits[i].name, name) == 0)
			return set == 0 ? set_limits[i].prose :
			       set == 1 ? set_limits[i].openapi : set_limits[i].agents;
	}
	return -1;
}

static int64_t cap_of(const char *name)
{
	size_t i;

	for (i = 0; i < T_COUNT(caps); i++) {
		if (strcmp(caps[i].name, name) == 0)
			return caps[i].most;
	}
	fail_msg("no cap is known for %s", name);
	return -1;
}

static void the_limits_are_those_of_the_manual(void **state)
{
	size_t i, set;
	int64_t value;

	(void)state;
	assert_int_equal(asst_limit_count(), T_COUNT(caps));
	for (i = 0; i < asst_limit_count(); i++) {
		const char *name = asst_limit_name(i);

		for (set = 0; set < T_COUNT(sets); set++) {
			int64_t own = own_limit(set, name);

			assert_int_equal(asst_limit_get(&value, sets[set], name, NULL), ASST_OK);
			assert_int_equal(value, own >= 0 ? own : cap_of(name));
		}
	}
	assert_null(asst_limit_name(asst_limit_count()));
	assert_null(asst_limit_name(SIZE_MAX));
}

static void limits_are_asked_for_by_set_and_name(void **state)
{
	int64_t value = 5;

	(void)state;
	assert_int_equal(asst_limit_get(&value, NULL, "name", NULL), ASST_OK);
	assert_int_equal(value, 80);
	assert_int_equal(asst_limit_get(NULL, NULL, "name", NULL), ASST_OK);
	assert_int_equal(asst_limit_get(&value, "Prose", "name", NULL), ASST_EINVAL);
	assert_int_equal(value, 0);
	assert_int_equal(asst_limit_get(&value, "prose", "colour", NULL), ASST_EINVAL);
	assert_int_equal(asst_limit_get(&value, "prose", "", NULL), ASST_EINVAL);
	assert_int_equal(asst_limit_get(&value, "prose", NULL, NULL), ASST_EINVAL);
	assert_int_equal(asst_limit_get(&value, "prose", "limit.name", NULL), ASST_EINVAL);
}

static void fill(struct t_text *json, const struct amount *amount, size_t count)
{
	json->size = 0;
	t_add(json, t_json(amount->before));
	t_add_many(json, t_json(amount->item), amount->between, count - amount->less);
	t_add(json, t_json(amount->behind));
}

/* Whether an amount is refused as it should be, when checked and when created. */
static int judged(struct t_world *world, const struct amount *amount, size_t set, int64_t count)
{
	int64_t own = own_limit(set, amount->name), cap = cap_of(amount->name);
	struct t_text json = { NULL, 0, 0 };
	char wanted[128] = "", about[128];
	/* what routes lead to is not there, which counts once it is published */
	uint32_t flags = strstr(amount->before, "'routes'") ? ASST_CREATE_DRAFT : 0;
	int status = ASST_OK, got, right;

	if (own >= 0 && count > own)
		status = ASST_EVALIDATION;
	else if (own < 0 && count > cap)
		status = ASST_ELIMIT;
	if (status != ASST_OK)
		snprintf(wanted, sizeof(wanted), "%s@%s", own >= 0 ? "too_long" : "limit",
			 amount->pointer);
	snprintf(about, sizeof(about), "%lld of %s in %s", (long long)count, amount->name,
		 sets[set]);
	fill(&json, amount, (size_t)count);
	got = asst_assistant_validate_json(world->ada, json.data, json.size, flags, world->err);
	right = t_right(got, world->err, status, wanted, about);
	got = asst_assistant_create_json(NULL, world->ada, json.data, json.size, flags, world->err);
	right &= t_right(got, world->err, status, wanted, about);
	t_text_free(&json);
	return right;
}

static void every_amount_is_limited_in_every_set(void **state)
{
	asst_store_opts *opts = asst_store_opts_new();
	struct t_world world;
	size_t i, set;
	int bad = 0;

	(void)state;
	for (set = 0; set < T_COUNT(sets); set++) {
		assert_int_equal(asst_store_opts_set_text(opts, "limits", sets[set], NULL),
				 ASST_OK);
		t_open(&world, opts);
		for (i = 0; i < T_COUNT(amounts); i++) {
			int64_t own = own_limit(set, amounts[i].name);
			int64_t most = own >= 0 ? own : cap_of(amounts[i].name);

			bad += !judged(&world, &amounts[i], set, most - 1);
			bad += !judged(&world, &amounts[i], set, most);
			bad += !judged(&world, &amounts[i], set, most + 1);
		}
		t_close(&world);
	}
	asst_store_opts_free(opts);
	assert_int_equal(bad, 0);
}

/* Those that no document of a definition can reach have tests of their own below. */
static void every_limit_has_a_test(void **state)
{
	static const char *const apart[] = { "document_bytes", "depth", "nodes", "number_bytes",
					     "selectOptionsLeast", "grants", "teams", "list_page",
					     "message", "secrets", "tokens", "principalName",
					     "notes", "permissions", "scopes", "scope",
					     "routeDepth", "routedAssistants" };
	size_t i, k, found;

	(void)state;
	for (i = 0; i < asst_limit_count(); i++) {
		found = 0;
		for (k = 0; k < T_COUNT(amounts); k++)
			found += strcmp(amounts[k].name, asst_limit_name(i)) == 0;
		for (k = 0; k < T_COUNT(apart); k++)
			found += strcmp(apart[k], asst_limit_name(i)) == 0;
		if (!found)
			print_error("%s has no test\n", asst_limit_name(i));
		assert_true(found > 0);
	}
}

static void characters_are_code_points_whatever_their_bytes(void **state)
{
	static const char *const characters[] = { "x", "\\u0041", "\\ud83d\\ude00", "\xC3\xA9",
						  "\xE2\x82\xAC", FACE, "\xCC\x81", "\\n" };
	struct amount amount = amounts[0];
	struct t_world *world = *state;
	struct t_text json = { NULL, 0, 0 };
	size_t i;
	int status;

	for (i = 0; i < T_COUNT(characters); i++) {
		amount.item = characters[i];
		amount.before = "{'name':'x";
		amount.less = 1;
		fill(&json, &amount, 80);
		status = asst_assistant_validate_json(world->ada, json.data, json.size, 0,
						      world->err);
		t_expect(status, world->err, ASST_OK, "", characters[i]);
		fill(&json, &amount, 81);
		status = asst_assistant_validate_json(world->ada, json.data, json.size, 0,
						      world->err);
		t_expect(status, world->err, ASST_EVALIDATION, "too_long@/name", characters[i]);
	}
	t_text_free(&json);
}

/* In agents an input field of type SELECT needs an option. */
static void a_select_needs_options_in_agents(void **state)
{
#define SELECT(more) "'inputFields':[{'slug':'s','label':'l','order':0,'type':" more "}]"
#define MISSING "missing_for@/inputFields/0/options"
	static const struct {
		const char *body, *faults; /* in agents */
	} rows[] = {
		{ SELECT("'SELECT','options':['a']"), "" },
		{ SELECT("'TEXT'"), "" },
		{ SELECT("'SELECT'"), MISSING },
		{ SELECT("'SELECT','options':[]"), MISSING },
		{ SELECT("'SELECT','options':null"), MISSING },
	};
	asst_store_opts *opts = asst_store_opts_new();
	struct t_world world;
	size_t i, set;

	(void)state;
	for (set = 0; set < T_COUNT(sets); set++) {
		assert_int_equal(asst_store_opts_set_text(opts, "limits", sets[set], NULL),
				 ASST_OK);
		t_open(&world, opts);
		for (i = 0; i < T_COUNT(rows); i++) {
			const char *faults = strcmp(sets[set], "agents") ? "" : rows[i].faults;
			const char *json = t_document(rows[i].body);

			int status = asst_assistant_validate_json(world.ada, json, ASST_NUL, 0,
								  world.err);

			t_expect(status, world.err, t_status_of(faults), faults, json);
		}
		t_close(&world);
	}
	asst_store_opts_free(opts);
}

static void a_fault_and_a_cap_together_are_elimit(void **state)
{
	struct t_world *world = *state;
	struct t_text json = { NULL, 0, 0 };
	int status;

	t_add(&json, "{\"name\":\"\",\"emoji\":\"");
	t_add_many(&json, "x", "", 1025);
	t_add(&json, "\",\"creativity\":2}");
	status = asst_assistant_validate_json(world->ada, json.data, json.size, 0, world->err);
	t_expect(status, world->err, ASST_ELIMIT, "blank@/name limit@/emoji range@/creativity", "");
	assert_non_null(strstr(asst_error_issue_message(world->err, 1), "emoji"));
	t_text_free(&json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_limits_are_those_of_the_manual),
		cmocka_unit_test(limits_are_asked_for_by_set_and_name),
		cmocka_unit_test(every_amount_is_limited_in_every_set),
		cmocka_unit_test(every_limit_has_a_test),
		cmocka_unit_test(characters_are_code_points_whatever_their_bytes),
		cmocka_unit_test(a_select_needs_options_in_agents),
		cmocka_unit_test(a_fault_and_a_cap_together_are_elimit),
	};

	return cmocka_run_group_tests_name("limits", tests, t_setup, t_teardown) ? 1 : 0;
}
