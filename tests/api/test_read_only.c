/* SPDX-License-Identifier: MIT */
/* Members that cannot be written: their present value is taken, any other is a fault. */
#include "body.h"

/* On create nothing is present but what every new assistant has. */
static const struct {
	const char *name;
	const char *present; /* on create; "null": nothing */
	const char *changed[3];
} members[] = {
	{ "id", "null", { "'" T_UUID_A "'", "5", "''" } },
	{ "workspaceId", "null", { "'umbrella'", "5", "'ACME'" } },
	{ "createdBy", "null", { "'user:eve'", "'ada'", "{}" } },
	{ "createdAt", "null", { "'2020-01-01T00:00:00.000Z'", "0", "'now'" } },
	{ "updatedAt", "null", { "'2020-01-01T00:00:00.000Z'", "0", "[]" } },
	{ "revision", "null", { "77", "'1'", "-1" } },
	{ "version", "null", { "77", "'1'", "true" } },
	{ "editingId", "null", { "'" T_UUID_A "'", "''", "false" } },
	{ "kind", "'AGENT'", { "'WORKFLOW'", "'agent'", "0" } },
	{ "token", "null", { "'asst_token_x'", "{}", "false" } },
	{ "embedded", "false", { "true", "0", "'false'" } },
	{ "shared", "false", { "5", "'false'", "[true]" } },
};

/* The JSON of a member of an assistant's own JSON; what it does not have is null or false. */
static const char *present_of(const asst_assistant *assistant, const char *name)
{
	static char value[256];
	char quoted[64];
	const char *at, *end;

	snprintf(quoted, sizeof(quoted), "\"%s\":", name);
	at = strstr(asst_assistant_json(assistant, NULL), quoted);
	if (!at)
		return strcmp(name, "embedded") == 0 ? "false" : "null";
	at += strlen(quoted);
	end = at + (*at == '"' ? strcspn(at + 1, "\"") + 2 : strcspn(at, ",}"));
	snprintf(value, sizeof(value), "%.*s", (int)(end - at), at);
	return value;
}

/* Those who may write: the owner, and by grant. */
struct people {
	struct t_world world;
	asst_assistant *made;
	asst_draft *drafts[3];
};

static asst_session *person(struct people *people, size_t i)
{
	return i == 0 ? people->world.ada : i == 1 ? people->world.bob : people->world.carol;
}

static const char *const levels[] = { "owner", "level 2", "level 3" };

static int setup(void **state)
{
	struct people *people = calloc(1, sizeof(*people));
	const char *id;
	size_t i;
	int status;

	assert_non_null(people);
	t_open(&people->world, NULL);
	people->made = t_create(&people->world, "{'name':'x','tags':['a'],'folderId':'f'}");
	id = asst_assistant_id(people->made);
	assert_int_equal(asst_share_put(people->world.ada, id, "user:bob", 2, 0, NULL), ASST_OK);
	assert_int_equal(asst_share_put(people->world.ada, id, "user:carol", 3, 0, NULL), ASST_OK);
	for (i = 0; i < 3; i++) {
		status = asst_draft_edit(&people->drafts[i], person(people, i), id, 0, NULL);
		assert_int_equal(status, ASST_OK);
	}
	*state = people;
	return 0;
}

static int teardown(void **state)
{
	struct people *people = *state;
	size_t i;

	for (i = 0; i < 3; i++)
		asst_draft_free(people->drafts[i]);
	asst_assistant_free(people->made);
	t_close(&people->world);
	free(people);
	return 0;
}

/* Patch with one member; whether that has the outcome wanted and leaves the revision. */
static int patch(struct people *people, size_t who, const char *id, const char *name,
		 const char *value, int status, const char *code)
{
	asst_error *err = people->world.err;
	char body[512], wanted[128] = "", about[640];
	asst_assistant *after = NULL;
	int got, right;

	snprintf(body, sizeof(body), "{'%s':%s}", name, value);
	snprintf(about, sizeof(about), "%s by %s", body, levels[who]);
	if (code)
		snprintf(wanted, sizeof(wanted), "%s@/%s", code, name);
	got = asst_assistant_patch_json(&after, person(people, who), id, t_json(body), ASST_NUL,
					ASST_ANY_REVISION, 0, err);
	right = t_right(got, err, status, wanted, about);
	if (after && asst_assistant_revision(after) != 1) {
		print_error("%s: changed something\n", about);
		right = 0;
	}
	asst_assistant_free(after);
	return right;
}

/* The present values are accepted, null and others are not: of what id names. */
static int judged_by(struct people *people, size_t who, const char *id)
{
	asst_assistant *seen;
	size_t i, k;
	int bad = 0;

	assert_int_equal(asst_assistant_get(&seen, person(people, who), id, 0, NULL), ASST_OK);
	for (i = 0; i < T_COUNT(members); i++) {
		const char *name = members[i].name, *present = present_of(seen, name);

		bad += !patch(people, who, id, name, present, ASST_OK, NULL);
		if (strcmp(present, "null") != 0)
			bad += !patch(people, who, id, name, "null", ASST_EVALIDATION, "read_only");
		for (k = 0; k < T_COUNT(members[i].changed); k++)
			bad += !patch(people, who, id, name, members[i].changed[k],
				      ASST_EVALIDATION, "read_only");
	}
	asst_assistant_free(seen);
	return bad;
}

static void a_patch_takes_only_the_present_value_at_every_level(void **state)
{
	struct people *people = *state;
	size_t who;
	int bad = 0;

	for (who = 0; who < T_COUNT(levels); who++)
		bad += judged_by(people, who, asst_assistant_id(people->made));
	assert_int_equal(bad, 0);
}

static void so_does_a_patch_of_a_draft(void **state)
{
	struct people *people = *state;
	size_t who;
	int bad = 0;

	for (who = 0; who < T_COUNT(levels); who++)
		bad += judged_by(people, who, asst_draft_id(people->drafts[who]));
	assert_int_equal(bad, 0);
}

/* Shared is derived: what is present follows the grants. */
static void shared_is_compared_with_what_it_is_now(void **state)
{
	struct people *people = *state;
	const char *id = asst_assistant_id(people->made);
	size_t who;
	int bad = 0;

	for (who = 0; who < T_COUNT(levels); who++)
		bad += !patch(people, who, id, "shared", "true", ASST_EVALIDATION, "read_only");
	assert_int_equal(asst_share_put(people->world.ada, id, "workspace", 1, 0, NULL), ASST_OK);
	for (who = 0; who < T_COUNT(levels); who++) {
		bad += !patch(people, who, id, "shared", "true", ASST_OK, NULL);
		bad += !patch(people, who, id, "shared", "false", ASST_EVALIDATION, "read_only");
	}
	assert_int_equal(bad, 0);
}

static void the_owner_is_given_on_create_alone(void **state)
{
	static const char *const changed[] = { "'user:bob'", "'team:sales'", "'user:eve'", "'ada'",
					       "5", "null" };
	struct people *people = *state;
	const char *id = asst_assistant_id(people->made);
	size_t who, i;
	int bad = 0;

	for (who = 0; who < T_COUNT(levels); who++) {
		bad += !patch(people, who, id, "ownerId", "'user:ada'", ASST_OK, NULL);
		for (i = 0; i < T_COUNT(changed); i++)
			bad += !patch(people, who, id, "ownerId", changed[i], ASST_EVALIDATION,
				      "read_only");
	}
	assert_int_equal(bad, 0);
}

static void all_faults_are_found_at_once_and_nothing_is_changed(void **state)
{
	struct people *people = *state;
	const char *id = asst_assistant_id(people->made);
	asst_assistant *after;
	int status = asst_assistant_patch_json(&after, people->world.bob, id,
					       t_json("{'name':'y','id':'x','shared':1,'kind':'K',"
						      "'canvas':true,'ownerId':'user:bob'}"),
					       ASST_NUL, ASST_ANY_REVISION, 0, people->world.err);

	t_expect(status, people->world.err, ASST_EVALIDATION,
		 "read_only@/id read_only@/kind read_only@/ownerId read_only@/shared", "four");
	assert_null(after);
	assert_int_equal(asst_assistant_get(&after, people->world.ada, id, 0, NULL), ASST_OK);
	assert_string_equal(asst_assistant_json(after, NULL),
			    asst_assistant_json(people->made, NULL));
	asst_assistant_free(after);
}

/* Create with one member, live and as a draft. */
static int create(struct people *people, const char *name, const char *value, int status,
		  const char *faults)
{
	static const uint32_t flags[] = { 0, ASST_CREATE_DRAFT };
	char body[256];
	int got, right = 1;
	size_t i;

	snprintf(body, sizeof(body), "'%s':%s", name, value);
	for (i = 0; i < T_COUNT(flags); i++) {
		got = asst_assistant_create_json(NULL, people->world.ada, t_document(body),
						 ASST_NUL, flags[i], people->world.err);
		right &= t_right(got, people->world.err, status, faults, body);
	}
	return right;
}

static void create_takes_only_what_every_new_assistant_has(void **state)
{
	char wanted[64];
	size_t i, k;
	int bad = 0;

	for (i = 0; i < T_COUNT(members); i++) {
		const char *name = members[i].name;

		bad += !create(*state, name, members[i].present, ASST_OK, "");
		snprintf(wanted, sizeof(wanted), "read_only@/%s", name);
		for (k = 0; k < T_COUNT(members[i].changed); k++)
			bad += !create(*state, name, members[i].changed[k], ASST_EVALIDATION,
				       wanted);
	}
	assert_int_equal(bad, 0);
}

/* Members of the assistant: what is present, and another value. */
static const struct {
	const char *name, *present, *changed;
} apart[] = {
	{ "slug", "'x'", "'y'" },
	{ "folderId", "'f'", "'g'" },
	{ "tags", "['a']", "['a','b']" },
	{ "disabled", "false", "true" },
	{ "ownerId", "'user:ada'", "'user:bob'" },
	{ "secrets", "null", "{'KEY':'value'}" },
	{ "icon", "null", "'x'" },
	{ "shares", "null", "[{'principalId':'workspace','accessLevel':1}]" },
	{ "tokens", "null", "['t']" },
	{ "favorite", "null", "true" },
};

static void what_belongs_to_the_assistant_cannot_be_changed_through_a_draft(void **state)
{
	struct people *people = *state;
	asst_error *err = people->world.err;
	char body[128], wanted[64];
	size_t who, i;
	int status, bad = 0;

	for (who = 0; who < T_COUNT(levels); who++) {
		const char *id = asst_draft_id(people->drafts[who]);

		for (i = 0; i < T_COUNT(apart); i++) {
			bad += !patch(people, who, id, apart[i].name, apart[i].present, ASST_OK,
				      NULL);
			bad += !patch(people, who, id, apart[i].name, apart[i].changed,
				      ASST_ECONFLICT, "belongs_to_assistant");
			snprintf(body, sizeof(body), "{'%s':%s}", apart[i].name, apart[i].changed);
			snprintf(wanted, sizeof(wanted), "belongs_to_assistant@/%s", apart[i].name);
			status = asst_draft_patch(people->drafts[who], t_json(body), ASST_NUL, 0,
						  err);
			bad += !t_right(status, err, ASST_ECONFLICT, wanted, body);
		}
	}
	assert_int_equal(bad, 0);
}

static void all_that_belongs_to_the_assistant_is_named_and_nothing_is_changed(void **state)
{
	struct people *people = *state;
	asst_error *err = people->world.err;
	const char *two = t_json("{'name':'y','tags':[],'slug':'z'}");
	int status = asst_draft_patch(people->drafts[1], two, ASST_NUL, 0, err);

	t_expect(status, err, ASST_ECONFLICT,
		 "belongs_to_assistant@/slug belongs_to_assistant@/tags", "two");
	assert_string_equal(asst_def_name(asst_draft_def(people->drafts[1]), NULL), "x");
	/* other faults make it a document with faults */
	status = asst_draft_patch(people->drafts[1], t_json("{'canvas':5,'slug':'z'}"), ASST_NUL, 0,
				  err);
	t_expect(status, err, ASST_EVALIDATION, "type@/canvas belongs_to_assistant@/slug", "mixed");
	assert_int_equal(asst_draft_reload(people->drafts[1], err), ASST_OK);
	assert_string_equal(asst_def_name(asst_draft_def(people->drafts[1]), NULL), "x");
}

/* What is read can be written back: by everybody who may write, of live and of a draft. */
static void the_whole_of_what_was_read_is_taken(void **state)
{
	struct people *people = *state;
	asst_assistant *seen, *same;
	const char *json;
	size_t who, i, size;
	int status, bad = 0;

	for (who = 0; who < T_COUNT(levels); who++) {
		for (i = 0; i < 2; i++) {
			const char *id = i ? asst_draft_id(people->drafts[who]) :
					     asst_assistant_id(people->made);
			asst_session *session = person(people, who);

			assert_int_equal(asst_assistant_get(&seen, session, id, 0, NULL), ASST_OK);
			json = asst_assistant_json(seen, &size);
			status = asst_assistant_patch_json(&same, session, id, json, size,
							   asst_assistant_revision(seen), 0,
							   people->world.err);
			bad += !t_right(status, people->world.err, ASST_OK, "", json);
			if (same)
				assert_string_equal(asst_assistant_json(same, NULL), json);
			asst_assistant_free(same);
			asst_assistant_free(seen);
		}
	}
	assert_int_equal(bad, 0);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(a_patch_takes_only_the_present_value_at_every_level),
		EACH(so_does_a_patch_of_a_draft),
		EACH(shared_is_compared_with_what_it_is_now),
		EACH(the_owner_is_given_on_create_alone),
		EACH(all_faults_are_found_at_once_and_nothing_is_changed),
		EACH(create_takes_only_what_every_new_assistant_has),
		EACH(what_belongs_to_the_assistant_cannot_be_changed_through_a_draft),
		EACH(all_that_belongs_to_the_assistant_is_named_and_nothing_is_changed),
		EACH(the_whole_of_what_was_read_is_taken),
	};

	return cmocka_run_group_tests_name("read_only", tests, NULL, NULL) ? 1 : 0;
}
