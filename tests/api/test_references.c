/* SPDX-License-Identifier: MIT */
/* What a definition names is judged for who publishes it, where it is new. */
#include "routes.h"

static const char *const ada = "ada create", *const bob = "bob create";

#define ABSENT "0198d0a1-aaaa-7bbb-8ccc-0123456789ab"

static const char *agent(struct host *host, const char *spec)
{
	return host_create(host, spec, "{\"name\":\"Agent\"}");
}

static void expect_unknown(struct host *host, int status, const char *pointer)
{
	host_expect(host, status, ASST_EVALIDATION, pointer, __FILE__, __LINE__);
	assert_int_equal(asst_error_issue_count(host->err), 1);
	host_issue(host, 0, "unknown_reference", pointer);
	assert_string_equal(asst_error_issue_message(host->err, 0),
			    "names nothing that can be used here");
}

static int disable(struct host *host, const char *id)
{
	return host_patch(host, ada, id, "{\"disabled\":true}");
}

/* Ids that bob may not route to, one for each reason. */
static size_t bad_targets(const char *ids[8], struct host *host)
{
	size_t count = 0;

	ids[count++] = ABSENT;
	ids[count++] = agent(host, ada);
	ids[count++] = agent(host, "bob create @other");
	ids[count] = agent(host, ada);
	MUST(host, host_share(host, ada, ids[count], "user:bob", 3));
	MUST(host, disable(host, ids[count++]));
	ids[count] = agent(host, ada);
	MUST(host, host_share(host, ada, ids[count], "user:bob", 3));
	MUST(host, host_delete(host, ada, ids[count++]));
	ids[count] = host_create_with(host, ada, "{\"name\":\"U\"}", ASST_CREATE_DRAFT);
	MUST(host, host_share(host, ada, ids[count++], "user:bob", 3));
	ids[count] = agent(host, ada);
	MUST(host, asst_share_put_json(as(host, ada), ids[count++],
				       "{\"principalId\":\"user:bob\",\"accessLevel\":1,"
				       "\"expiresAt\":\"2030-03-17T17:46:41Z\"}", ASST_NUL, 0,
				       host->err));
	host_pass(host, 3600000);
	return count;
}

static void whatever_the_reason_it_is_one_fault_everywhere(void **state)
{
	struct host *host = *state;
	const char *ids[8], *own = host_create(host, bob, "{\"name\":\"Own\"}");
	const char *unpublished = host_create_with(host, bob, "{\"name\":\"New\"}", ASST_CREATE_DRAFT);
	size_t i, count = bad_targets(ids, host);
	asst_draft *draft, *first;
	char json[512];

	for (i = 0; i < count; i++) {
		expect_unknown(host, routes_try(host, bob, ids[i]), "/routes/0/assistantId");
		expect_unknown(host,
			       asst_assistant_validate_json(as(host, bob), routes_to(ids[i]),
							    ASST_NUL, 0, host->err),
			       "/routes/0/assistantId");
		expect_unknown(host, host_patch(host, bob, own, routes_json(NULL, 0, ids[i])),
			       "/fallback");
		snprintf(json, sizeof(json),
			 "{\"references\":[{\"targetType\":\"assistant\",\"targetId\":\"%s\"}]}",
			 ids[i]);
		expect_unknown(host, host_patch(host, bob, own, json), "/references/0/targetId");
		/* a draft may name it, its commit may not */
		MUST(host, asst_draft_edit(&draft, as(host, bob), own, 0, host->err));
		MUST(host, asst_draft_patch(draft, routes_to(ids[i]), ASST_NUL, 0, host->err));
		expect_unknown(host, asst_draft_commit(NULL, draft, NULL, 0, 0, host->err),
			       "/routes/0/assistantId");
		MUST(host, asst_draft_discard(draft, 0, host->err));
		asst_draft_free(draft);
		MUST(host, asst_draft_edit(&first, as(host, bob), unpublished, 0, host->err));
		MUST(host, asst_draft_patch(first, routes_to(ids[i]), ASST_NUL, 0, host->err));
		expect_unknown(host, asst_draft_commit(NULL, first, NULL, 0, 0, host->err),
			       "/routes/0/assistantId");
		asst_draft_free(first);
		MUST(host, asst_assistant_validate_json(as(host, bob), routes_to(ids[i]), ASST_NUL,
							ASST_CREATE_DRAFT, host->err));
	}
	assert_int_equal(host_version(host, bob, own), 1);
	routes_sound(host);
}

/* What one attempt to name an id shows: the answer, and what the backend was asked. */
static void attempt(struct host *host, const char *own, const char *id, char *seen, size_t size)
{
	static const char *const bodies[] = {
		"{\"name\":\"x\",\"type\":\"dispatcher\",\"routes\":[{\"assistantId\":\"%s\"}]}",
		"{\"name\":\"x\",\"type\":\"dispatcher\",\"fallback\":\"%s\"}",
		"{\"name\":\"x\",\"references\":[{\"targetType\":\"assistant\",\"targetId\":\"%s\"}]}",
	};
	char body[512], trace[1024] = "";
	size_t i, k, used = 0;
	int status;

	for (i = 0; i < 3 * T_COUNT(bodies); i++) {
		snprintf(body, sizeof(body), bodies[i / 3], id);
		trace[0] = '\0';
		host->backend.trace = trace;
		host->backend.trace_size = sizeof(trace);
		if (i % 3 == 0)
			status = asst_assistant_create_json(NULL, as(host, bob), body, ASST_NUL, 0,
							    host->err);
		else if (i % 3 == 1)
			status = asst_assistant_validate_json(as(host, bob), body, ASST_NUL, 0,
							      host->err);
		else
			status = host_patch(host, bob, own, body);
		host->backend.trace = NULL;
		used += (size_t)snprintf(seen + used, size - used, "%d %s %s;", status,
					 asst_error_message(host->err), trace);
		for (k = 0; k < asst_error_issue_count(host->err); k++)
			used += (size_t)snprintf(seen + used, size - used, "%s %s %s;",
						 asst_error_issue_code(host->err, k),
						 asst_error_issue_pointer(host->err, k),
						 asst_error_issue_message(host->err, k));
		assert_true(used < size);
		assert_null(strstr(seen, id));
	}
}

/* Byte for byte the same answer after the same calls as for a random id. */
static void what_is_hidden_is_named_as_what_is_absent(void **state)
{
	struct host *host = *state;
	const char *ids[8], *own = agent(host, bob);
	size_t i, count = bad_targets(ids, host);
	char absent[8192], seen[8192];

	attempt(host, own, ids[0], absent, sizeof(absent));
	assert_non_null(strstr(absent, "get acme"));
	for (i = 1; i < count; i++) {
		attempt(host, own, ids[i], seen, sizeof(seen));
		assert_string_equal(seen, absent);
	}
}

static void what_may_be_read_may_be_named(void **state)
{
	static const char *const principals[] = { "user:bob", "team:eng", "workspace" };
	struct host *host = *state;
	const char *id;
	size_t i;

	for (i = 0; i < T_COUNT(principals); i++) {
		id = agent(host, ada);
		expect_unknown(host, routes_try(host, "bob create eng:member", id),
			       "/routes/0/assistantId");
		MUST(host, host_share(host, ada, id, principals[i], 1));
		MUST(host, routes_try(host, "bob create eng:member", id));
	}
	id = agent(host, ada);
	MUST(host, routes_try(host, ada, id));
	MUST(host, routes_try(host, "root create super", id));
	routes_sound(host);
}

/* In the order of the fields, with what is good among them left out. */
static void all_are_told_at_once(void **state)
{
	struct host *host = *state;
	const char *hidden = agent(host, ada), *own = agent(host, bob);
	const char *const routes[] = { ABSENT, own, hidden };

	EXPECT(host, ASST_EVALIDATION,
	       asst_assistant_create_json(NULL, as(host, bob), routes_json(routes, 3, hidden),
					  ASST_NUL, 0, host->err));
	assert_int_equal(asst_error_issue_count(host->err), 3);
	host_issue(host, 0, "unknown_reference", "/routes/0/assistantId");
	host_issue(host, 1, "unknown_reference", "/routes/2/assistantId");
	host_issue(host, 2, "unknown_reference", "/fallback");
}

/* An editor who may not see where a dispatcher leads can change everything else. */
static void what_is_live_already_is_not_judged_again(void **state)
{
	struct host *host = *state;
	const char *hidden = agent(host, ada), *other = agent(host, ada);
	const char *id = routes_create(host, ada, hidden), *own = agent(host, bob);
	const char *const both[] = { own, hidden }, *const three[] = { hidden, other };

	MUST(host, host_share(host, ada, id, "user:bob", 2));
	MUST(host, host_patch(host, bob, id, "{\"name\":\"Renamed\"}"));
	MUST(host, host_patch(host, bob, id, routes_json(both, 2, NULL)));
	/* it moved to another place, but was there before */
	MUST(host, host_patch(host, bob, id, routes_to(hidden)));
	expect_unknown(host, host_patch(host, bob, id, routes_json(three, 2, NULL)),
		       "/routes/1/assistantId");
	/* as the fallback it is new */
	expect_unknown(host, host_patch(host, bob, id, routes_json(&hidden, 1, hidden)),
		       "/fallback");
	MUST(host, host_patch(host, bob, id, routes_json(NULL, 0, NULL)));
	expect_unknown(host, host_patch(host, bob, id, routes_to(hidden)),
		       "/routes/0/assistantId");
	routes_sound(host);
}

/* Rights are those of the commit, not of the edit. */
static void a_draft_is_judged_when_it_is_committed(void **state)
{
	struct host *host = *state;
	const char *target = agent(host, ada), *own = agent(host, bob);
	asst_draft *draft;

	MUST(host, host_share(host, ada, target, "user:bob", 1));
	MUST(host, asst_draft_edit(&draft, as(host, bob), own, 0, host->err));
	MUST(host, asst_draft_patch(draft, routes_to(target), ASST_NUL, 0, host->err));
	MUST(host, asst_share_remove(as(host, ada), target, "user:bob", 0, host->err));
	expect_unknown(host, asst_draft_commit(NULL, draft, NULL, 0, 0, host->err),
		       "/routes/0/assistantId");
	MUST(host, host_share(host, ada, target, "workspace", 1));
	MUST(host, asst_draft_commit(NULL, draft, NULL, 0, 0, host->err));
	asst_draft_free(draft);
	assert_int_equal(host_version(host, bob, own), 2);
}

/* The body's own faults come first, and nothing is told of what it names. */
static void the_gates_are_body_references_revision(void **state)
{
	struct host *host = *state;
	const char *own = agent(host, bob);
	char json[256];

	snprintf(json, sizeof(json), "{\"creativity\":2,\"type\":\"dispatcher\",\"fallback\":\"%s\"}",
		 ABSENT);
	EXPECT(host, ASST_EVALIDATION, host_patch(host, bob, own, json));
	assert_int_equal(asst_error_issue_count(host->err), 1);
	host_issue(host, 0, "range", "/creativity");
	expect_unknown(host, asst_assistant_patch_json(NULL, as(host, bob), own, routes_to(ABSENT),
						       ASST_NUL, 77, 0, host->err),
		       "/routes/0/assistantId");
	EXPECT(host, ASST_EREVISION,
	       asst_assistant_patch_json(NULL, as(host, bob), own, routes_to(agent(host, bob)),
					 ASST_NUL, 77, 0, host->err));
}

/* FORCE brings back what live has dropped: that is new, whatever the draft began with. */
static void what_live_has_dropped_is_judged_when_it_comes_back(void **state)
{
	struct host *host = *state;
	const char *hidden = agent(host, ada), *id = routes_create(host, ada, hidden);
	asst_draft *draft;
	char json[256];

	snprintf(json, sizeof(json), "{\"routes\":[{\"assistantId\":\"%s\",\"when\":\"late\"}]}",
		 hidden);
	MUST(host, host_share(host, ada, id, "user:bob", 3));
	MUST(host, asst_draft_edit(&draft, as(host, bob), id, 0, host->err));
	MUST(host, asst_draft_patch(draft, json, ASST_NUL, 0, host->err));
	MUST(host, host_patch(host, ada, id, "{\"routes\":[],\"description\":\"x\"}"));
	expect_unknown(host, asst_draft_commit(NULL, draft, NULL, 0, ASST_COMMIT_FORCE, host->err),
		       "/routes/0/assistantId");
	asst_draft_free(draft);
}

/* Whoever sees everything cannot use what resolves for nobody either. */
static void the_system_names_what_can_be_used(void **state)
{
	static const int usable[] = { 0, 1, 0, 0, 0, 0, 1 }; /* of bad_targets() */
	struct host *host = *state;
	const char *ids[8];
	size_t i, count = bad_targets(ids, host);
	char json[256];

	assert_int_equal(count, T_COUNT(usable));
	for (i = 0; i < count; i++) {
		snprintf(json, sizeof(json), "{\"name\":\"x\",\"ownerId\":\"user:z\","
					     "\"type\":\"dispatcher\",\"fallback\":\"%s\"}", ids[i]);
		if (usable[i])
			host_create(host, "system", json);
		else
			expect_unknown(host,
				       asst_assistant_create_json(NULL, as(host, "system"), json,
								  ASST_NUL, 0, host->err),
				       "/fallback");
	}
}

/* Other gates come first: owner, the right to disable, a draft that is not whole. */
static void what_is_refused_before_is_not_judged(void **state)
{
	struct host *host = *state;
	const char *id = agent(host, ada), *fresh;
	char json[256];
	asst_draft *draft;

	snprintf(json, sizeof(json), "{\"name\":\"x\",\"ownerId\":\"user:z\","
				     "\"type\":\"dispatcher\",\"fallback\":\"" ABSENT "\"}");
	EXPECT(host, ASST_EDENIED,
	       asst_assistant_create_json(NULL, as(host, ada), json, ASST_NUL, 0, host->err));
	assert_int_equal(asst_error_issue_count(host->err), 0);
	MUST(host, host_share(host, ada, id, "user:bob", 2));
	EXPECT(host, ASST_EDENIED,
	       host_patch(host, bob, id, "{\"disabled\":true,\"type\":\"dispatcher\","
					 "\"fallback\":\"" ABSENT "\"}"));
	assert_int_equal(asst_error_issue_count(host->err), 0);
	fresh = host_create_with(host, ada, "{\"type\":\"dispatcher\",\"fallback\":\"" ABSENT "\"}",
				 ASST_CREATE_DRAFT);
	MUST(host, asst_draft_edit(&draft, as(host, ada), fresh, 0, host->err));
	EXPECT(host, ASST_EVALIDATION, asst_draft_commit(NULL, draft, NULL, 0, 0, host->err));
	asst_draft_free(draft);
	assert_int_equal(asst_error_issue_count(host->err), 1);
	host_issue(host, 0, "required", "/name");
}

/* One read more for what names assistants, where there is somebody to be told of them. */
static void what_names_assistants_reads_once_more(void **state)
{
	struct host *host = *state;
	const char *id, *target = agent(host, ada);
	char json[256];

	snprintf(json, sizeof(json), "{\"name\":\"x\",\"references\":[{\"targetType\":\"assistant\","
				     "\"targetId\":\"%s\"}]}", target);
	id = host_create(host, ada, json);
	host_count_anew(host);
	MUST(host, host_patch(host, ada, id, "{\"name\":\"y\"}"));
	assert_int_equal(host_calls(host, HOST_GET), 2);
	host_count_anew(host);
	MUST(host, asst_assistant_patch_json(NULL, as(host, ada), id, "{\"name\":\"z\"}", ASST_NUL,
					     ASST_ANY_REVISION, 0, NULL));
	assert_int_equal(host_calls(host, HOST_GET), 1);
	host_count_anew(host);
	MUST(host, host_patch(host, ada, target, "{\"name\":\"z\"}"));
	assert_int_equal(host_calls(host, HOST_GET), 1);
}

/* What went bad is told to those who may see what became of it. */
static void what_went_bad_meanwhile_is_a_warning(void **state)
{
	struct host *host = *state;
	const char *disabled = agent(host, ada), *deleted = agent(host, ada);
	const char *const routes[] = { disabled, deleted, agent(host, ada) };
	const char *id = host_create(host, bob, "{\"name\":\"D\"}");
	size_t i;

	for (i = 0; i < 3; i++)
		MUST(host, host_share(host, ada, routes[i], "user:bob", 1));
	MUST(host, host_patch(host, bob, id, routes_json(routes, 3, NULL)));
	assert_int_equal(asst_error_issue_count(host->err), 0);
	MUST(host, disable(host, disabled));
	/* bob's dispatcher is hidden from ada: it is not in her way */
	MUST(host, host_delete(host, ada, deleted));
	MUST(host, asst_share_remove(as(host, ada), routes[2], "user:bob", 0, host->err));
	MUST(host, host_patch(host, bob, id, "{\"name\":\"E\"}"));
	assert_int_equal(asst_error_issue_count(host->err), 1);
	host_issue(host, 0, "unusable_reference", "/routes/0/assistantId");
	assert_int_equal(asst_error_status(host->err), ASST_OK);
	assert_string_equal(asst_error_message(host->err), "");
	/* who may take it out of the trash is told of that, too */
	MUST(host, host_share(host, bob, id, "user:ada", 2));
	MUST(host, host_patch(host, ada, id, "{\"name\":\"F\"}"));
	assert_int_equal(asst_error_issue_count(host->err), 2);
	host_issue(host, 0, "unusable_reference", "/routes/0/assistantId");
	host_issue(host, 1, "unusable_reference", "/routes/1/assistantId");
	/* and a call without an error object has nothing to tell it to */
	MUST(host, asst_assistant_patch_json(NULL, as(host, ada), id, "{\"name\":\"G\"}", ASST_NUL,
					     ASST_ANY_REVISION, 0, NULL));
}

/* The target of a reference is text: as a UUID in any case, or nothing that there is. */
static void the_id_of_a_reference_may_have_any_form(void **state)
{
	struct host *host = *state;
	const char *id = agent(host, ada);
	char upper[37], json[300];
	asst_assistant *made;
	size_t i;

	for (i = 0; i < 37; i++)
		upper[i] = (char)(id[i] >= 'a' && id[i] <= 'f' ? id[i] - 'a' + 'A' : id[i]);
	snprintf(json, sizeof(json), "{\"name\":\"x\",\"references\":[{\"targetType\":\"assistant\","
				     "\"targetId\":\"%s\"}]}", upper);
	made = host_get(host, ada, host_create(host, ada, json));
	assert_non_null(strstr(asst_assistant_json(made, NULL), id)); /* kept in lower case */
	asst_assistant_free(made);
	snprintf(json, sizeof(json), "{\"name\":\"x\",\"references\":[{\"targetType\":\"assistant\","
				     "\"targetId\":\"%s\"},{\"targetType\":\"assistant\","
				     "\"targetId\":\"%s\"}]}", id, upper);
	EXPECT(host, ASST_EVALIDATION,
	       asst_assistant_create_json(NULL, as(host, ada), json, ASST_NUL, 0, host->err));
	host_issue(host, 0, "duplicate", "/references/1/targetType");
	EXPECT(host, ASST_EVALIDATION,
	       asst_assistant_create_json(NULL, as(host, ada),
					  "{\"name\":\"x\",\"references\":[{\"targetType\":"
					  "\"assistant\",\"targetId\":\"user:ada:agent\"}]}",
					  ASST_NUL, 0, host->err));
	host_issue(host, 0, "unknown_reference", "/references/0/targetId");
	/* other types are the catalog's, and there is none */
	id = host_create(host, ada, "{\"name\":\"x\",\"references\":[{\"targetType\":\"Assistant\","
				    "\"targetId\":\"" ABSENT "\"}]}");
	/* what is live with another type is not the same */
	expect_unknown(host,
		       host_patch(host, ada, id,
				  "{\"references\":[{\"targetType\":\"assistant\",\"targetId\":\"" ABSENT
				  "\"}]}"),
		       "/references/0/targetId");
}

struct race {
	struct host *host;
	const char *target;
	int done;
};

static void delete_before_apply(void *user, enum host_method method)
{
	struct race *race = user;

	if (method != HOST_APPLY || race->done)
		return;
	race->done = 1;
	MUST(race->host, asst_assistant_delete(as(race->host, ada), race->target,
					       ASST_ANY_REVISION, 0, NULL));
}

static void unshare_before_apply(void *user, enum host_method method)
{
	struct race *race = user;

	if (method != HOST_APPLY || race->done)
		return;
	race->done = 1;
	MUST(race->host, asst_share_remove(as(race->host, ada), race->target, "user:bob", 0, NULL));
}

/* What was decided still holds when the batch is applied. */
static void what_changes_before_the_batch_is_judged_again(void **state)
{
	void (*const hooks[])(void *, enum host_method) = { delete_before_apply,
							    unshare_before_apply };
	struct host *host = *state;
	const char *own = agent(host, bob);
	struct race race = { host, NULL, 0 };
	size_t i;

	for (i = 0; i < T_COUNT(hooks); i++) {
		race.target = agent(host, ada);
		race.done = 0;
		MUST(host, host_share(host, ada, race.target, "user:bob", 1));
		host->backend.user = &race;
		host->backend.before = hooks[i];
		expect_unknown(host, host_patch(host, bob, own, routes_to(race.target)),
			       "/routes/0/assistantId");
		host->backend.before = NULL;
		assert_int_equal(race.done, 1);
	}
	routes_sound(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(whatever_the_reason_it_is_one_fault_everywhere),
		HOST_TEST(what_is_hidden_is_named_as_what_is_absent),
		HOST_TEST(what_may_be_read_may_be_named),
		HOST_TEST(all_are_told_at_once),
		HOST_TEST(what_is_live_already_is_not_judged_again),
		HOST_TEST(a_draft_is_judged_when_it_is_committed),
		HOST_TEST(the_gates_are_body_references_revision),
		HOST_TEST(what_live_has_dropped_is_judged_when_it_comes_back),
		HOST_TEST(the_system_names_what_can_be_used),
		HOST_TEST(what_is_refused_before_is_not_judged),
		HOST_TEST(what_names_assistants_reads_once_more),
		HOST_TEST(what_went_bad_meanwhile_is_a_warning),
		HOST_TEST(the_id_of_a_reference_may_have_any_form),
		HOST_TEST(what_changes_before_the_batch_is_judged_again),
	};

	return cmocka_run_group_tests_name("references", tests, NULL, NULL) ? 1 : 0;
}
