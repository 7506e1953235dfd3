/* SPDX-License-Identifier: MIT */
/* Dispatchers: no cycles, no endless ways, and nothing is deleted from under them unseen. */
#include "routes.h"

static const char *const ada = "ada create", *const bob = "bob create";

static const char *agent(struct host *host, const char *spec)
{
	return host_create(host, spec, "{\"name\":\"Agent\"}");
}

static int lead(struct host *host, const char *spec, const char *from, const char *to)
{
	return host_patch(host, spec, from, routes_to(to));
}

static void expect_cycle(struct host *host, int status, const char *pointer)
{
	host_expect(host, status, ASST_EVALIDATION, pointer, __FILE__, __LINE__);
	assert_int_equal(asst_error_issue_count(host->err), 1);
	host_issue(host, 0, "route_cycle", pointer);
}

static void a_dispatcher_does_not_lead_back_to_itself(void **state)
{
	struct host *host = *state;
	const char *a = agent(host, ada), *b = routes_create(host, ada, a);
	const char *c = routes_create(host, ada, b), *end = agent(host, ada);
	const char *const both[] = { end, c };

	expect_cycle(host, lead(host, ada, a, a), "/routes/0/assistantId");
	expect_cycle(host, lead(host, ada, a, b), "/routes/0/assistantId");
	expect_cycle(host, lead(host, ada, a, c), "/routes/0/assistantId");
	expect_cycle(host, host_patch(host, ada, a, routes_json(both, 2, NULL)),
		     "/routes/1/assistantId");
	expect_cycle(host, host_patch(host, ada, a, routes_json(&end, 1, c)), "/fallback");
	MUST(host, lead(host, ada, a, end));
	/* once b leads elsewhere, a may lead to it */
	MUST(host, lead(host, ada, b, end));
	MUST(host, lead(host, ada, a, c));
	expect_cycle(host, lead(host, ada, b, a), "/routes/0/assistantId");
	routes_sound(host);
}

/* What lies between may be hidden, disabled or in the trash, from where it may come back. */
static void a_cycle_is_one_whoever_sees_it(void **state)
{
	struct host *host = *state;
	const char *a = agent(host, bob), *hidden, *seen;

	MUST(host, host_share(host, bob, a, "user:ada", 1));
	hidden = routes_create(host, ada, a);
	seen = routes_create(host, ada, hidden);
	MUST(host, host_share(host, ada, seen, "user:bob", 1));
	expect_cycle(host, lead(host, bob, a, seen), "/routes/0/assistantId");
	MUST(host, host_patch(host, ada, hidden, "{\"disabled\":true}"));
	expect_cycle(host, lead(host, bob, a, seen), "/routes/0/assistantId");
	MUST(host, lead(host, ada, seen, agent(host, ada)));
	MUST(host, host_delete(host, ada, hidden));
	EXPECT(host, ASST_EVALIDATION, lead(host, ada, seen, hidden));
	host_issue(host, 0, "unknown_reference", "/routes/0/assistantId");
	MUST(host, lead(host, bob, a, seen));
	/* out of the trash it leads to a, but nothing leads to it */
	MUST(host, asst_trash_restore(NULL, as(host, ada), hidden, 0, host->err));
	routes_sound(host);
}

/* A route through the trash is one that may come back. */
static void a_way_through_the_trash_counts(void **state)
{
	struct host *host = *state;
	const char *a = agent(host, ada), *between = routes_create(host, ada, a);
	const char *top = routes_create(host, bob, agent(host, bob));

	MUST(host, host_share(host, ada, between, "user:bob", 1));
	MUST(host, lead(host, bob, top, between));
	MUST(host, host_delete(host, ada, between)); /* top is hidden from ada */
	MUST(host, host_share(host, bob, top, "user:ada", 1));
	expect_cycle(host, lead(host, ada, a, top), "/routes/0/assistantId");
	MUST(host, asst_trash_purge(as(host, ada), between, 0, host->err));
	MUST(host, lead(host, ada, a, top));
	routes_sound(host);
}

static void a_way_has_so_many_steps_and_no_more(void **state)
{
	struct host *host = *state;
	const char *next = agent(host, ada), *const end = next;
	const char *both[2];
	int i;

	for (i = 0; i < 16; i++)
		next = routes_create(host, ada, next);
	EXPECT(host, ASST_ELIMIT, routes_try(host, ada, next));
	assert_int_equal(asst_error_issue_count(host->err), 1);
	host_issue(host, 0, "limit", "/routes");
	assert_non_null(strstr(asst_error_issue_message(host->err, 0), "routeDepth"));
	/* the longest way counts, not the shortest one */
	both[0] = end;
	both[1] = next;
	EXPECT(host, ASST_ELIMIT,
	       asst_assistant_create_json(NULL, as(host, ada), routes_json(both, 2, NULL), ASST_NUL,
					  0, host->err));
	routes_sound(host);
}

/* Wide rather than deep: dispatchers of 64 agents each. */
static void so_many_assistants_are_reached_and_no_more(void **state)
{
	const char *tops[4], *ids[64], *more[5];
	struct host *host = *state;
	size_t i, k;

	for (i = 0; i < 4; i++) {
		for (k = 0; k < 63; k++)
			ids[k] = agent(host, ada);
		tops[i] = host_create(host, ada, routes_json(ids, 63, NULL));
	}
	/* 4 and 4 x 63 are 256; what is reached twice counts once */
	host_create(host, ada, routes_json(tops, 4, ids[0]));
	memcpy(more, tops, sizeof(tops));
	more[4] = agent(host, ada);
	EXPECT(host, ASST_ELIMIT,
	       asst_assistant_create_json(NULL, as(host, ada), routes_json(more, 5, NULL), ASST_NUL,
					  0, host->err));
	host_issue(host, 0, "limit", "/routes");
	assert_non_null(strstr(asst_error_issue_message(host->err, 0), "routedAssistants"));
	routes_sound(host);
}

static void both_limits_can_be_lowered(void **state)
{
	asst_store_opts *opts = asst_store_opts_new();
	struct host *host;
	const char *end, *middle;
	const char *both[2];

	(void)state;
	assert_int_equal(asst_store_opts_set_int(opts, "limit.routeDepth", 1, NULL), ASST_OK);
	assert_int_equal(asst_store_opts_set_int(opts, "limit.routedAssistants", 1, NULL), ASST_OK);
	assert_int_equal(asst_store_opts_set_int(opts, "limit.routeDepth", 17, NULL), ASST_EINVAL);
	host = host_new(host_disk_new(), opts);
	end = agent(host, ada);
	middle = routes_create(host, ada, end);
	both[0] = end;
	both[1] = agent(host, ada);
	EXPECT(host, ASST_ELIMIT, routes_try(host, ada, middle));
	EXPECT(host, ASST_ELIMIT,
	       asst_assistant_create_json(NULL, as(host, ada), routes_json(both, 2, NULL), ASST_NUL,
					  0, host->err));
	host_free(host);
	asst_store_opts_free(opts);
}

static void what_a_dispatcher_leads_to_is_not_deleted(void **state)
{
	struct host *host = *state;
	const char *id = agent(host, ada), *one = routes_create(host, ada, id);
	const char *two = host_create(host, ada, routes_json(NULL, 0, id));

	EXPECT(host, ASST_ECONFLICT, host_delete(host, ada, id));
	assert_int_equal(asst_error_issue_count(host->err), 2);
	host_issue(host, 0, "routed_to", "");
	assert_true(strstr(asst_error_issue_message(host->err, 0), one) ||
		    strstr(asst_error_issue_message(host->err, 1), one));
	MUST(host, lead(host, ada, one, agent(host, ada)));
	EXPECT(host, ASST_ECONFLICT, host_delete(host, ada, id));
	assert_int_equal(asst_error_issue_count(host->err), 1);
	assert_non_null(strstr(asst_error_issue_message(host->err, 0), two));
	/* a draft that leads there is not in the way, nor is a dispatcher in the trash */
	MUST(host, host_delete(host, ada, two));
	MUST(host, host_delete(host, ada, id));
	routes_sound(host);
	MUST(host, asst_trash_restore(NULL, as(host, ada), two, 0, host->err));
	MUST(host, asst_trash_purge(as(host, ada), id, 0, host->err));
	routes_sound(host);
	MUST(host, host_delete(host, ada, two));
	MUST(host, asst_trash_purge(as(host, ada), two, 0, host->err));
	routes_sound(host);
}

/* Nobody learns from a refusal what others built on his assistant. */
static void hidden_dispatchers_are_in_nobodys_way(void **state)
{
	struct host *host = *state;
	const char *id = agent(host, ada), *other = agent(host, ada), *top;
	size_t i;

	MUST(host, host_share(host, ada, id, "workspace", 1));
	for (i = 0; i < 300; i++)
		top = routes_create(host, bob, id);
	MUST(host, host_share(host, ada, other, "workspace", 1));
	for (i = 0; i < 300; i++)
		routes_create(host, bob, other);
	MUST(host, host_delete(host, ada, other));
	/* behind many that she does not see there is one that she does */
	MUST(host, host_share(host, bob, top, "user:ada", 1));
	EXPECT(host, ASST_ECONFLICT, host_delete(host, ada, id));
	assert_int_equal(asst_error_issue_count(host->err), 1);
	assert_non_null(strstr(asst_error_issue_message(host->err, 0), top));
	MUST(host, asst_share_remove(as(host, bob), top, "user:ada", 0, host->err));
	MUST(host, host_delete(host, ada, id));
	routes_sound(host);
}

/* A definition that is not published yet leads nowhere. */
static void an_unpublished_dispatcher_leads_nowhere(void **state)
{
	struct host *host = *state;
	const char *id = agent(host, ada);
	const char *top = host_create_with(host, ada, routes_to(id), ASST_CREATE_DRAFT);
	asst_draft *draft;

	MUST(host, asst_draft_edit(&draft, as(host, ada), top, 0, host->err));
	routes_sound(host);
	MUST(host, asst_draft_commit(NULL, draft, NULL, 0, 0, host->err));
	asst_draft_free(draft);
	routes_sound(host);
	EXPECT(host, ASST_ECONFLICT, host_delete(host, ada, id));
	top = host_create_with(host, ada, routes_to(agent(host, ada)), ASST_CREATE_DRAFT);
	MUST(host, host_delete(host, ada, top));
	MUST(host, asst_trash_purge(as(host, ada), top, 0, host->err));
	routes_sound(host);
}

struct race {
	struct host *host;
	const char *from, *to;
	int turn; /* of the batches that are let pass before it; below 0: it is over */
};

static void lead_before_apply(void *user, enum host_method method)
{
	struct race *race = user;

	if (method != HOST_APPLY || race->turn-- != 0)
		return;
	MUST(race->host, asst_assistant_patch_json(NULL, as(race->host, ada), race->from,
						   routes_to(race->to), ASST_NUL, ASST_ANY_REVISION,
						   0, NULL));
}

/* Two who each lead to the other at the same moment do not both succeed. */
static void no_race_makes_a_cycle(void **state)
{
	struct host *host = *state;
	const char *a = agent(host, ada), *b = agent(host, ada);
	struct race race = { host, b, a, 0 };

	host->backend.user = &race;
	host->backend.before = lead_before_apply;
	expect_cycle(host, lead(host, ada, a, b), "/routes/0/assistantId");
	host->backend.before = NULL;
	assert_true(race.turn < 0);
	assert_int_equal(host_version(host, ada, a), 1);
	assert_int_equal(host_version(host, ada, b), 2);
}

static void no_race_deletes_what_was_just_routed_to(void **state)
{
	struct host *host = *state;
	const char *id = agent(host, ada), *others = agent(host, ada);
	struct race race = { host, agent(host, ada), id, 0 };

	host->backend.user = &race;
	host->backend.before = lead_before_apply;
	EXPECT(host, ASST_ECONFLICT, host_delete(host, ada, id));
	assert_true(race.turn < 0);
	/* also where dispatchers are looked for, because there is one that is hidden */
	MUST(host, host_share(host, ada, others, "workspace", 1));
	host->backend.before = NULL;
	routes_create(host, bob, others);
	race.from = agent(host, ada);
	race.to = others;
	race.turn = 1; /* behind the first attempt, which expects none */
	host->backend.before = lead_before_apply;
	EXPECT(host, ASST_ECONFLICT, host_delete(host, ada, others));
	assert_true(race.turn < 0);
	host->backend.before = NULL;
	routes_sound(host);
}

/* One read more a level, and none where no route is new. */
static void a_dispatchers_commit_reads_once_a_level(void **state)
{
	struct host *host = *state;
	const char *one = agent(host, ada), *two = routes_create(host, ada, one);
	const char *three = routes_create(host, ada, two), *id = agent(host, ada);
	const char *const targets[] = { one, two, three };
	size_t i;

	for (i = 0; i < 3; i++) {
		host_count_anew(host);
		MUST(host, lead(host, ada, id, targets[i]));
		assert_int_equal(host_calls(host, HOST_GET), 2 + i);
		assert_int_equal(host_calls(host, HOST_SCAN), 0);
		assert_int_equal(host_calls(host, HOST_APPLY), 1);
	}
	host_count_anew(host);
	MUST(host, host_patch(host, ada, id, "{\"name\":\"Renamed\"}"));
	assert_int_equal(host_calls(host, HOST_GET), 2);
	host_count_anew(host);
	MUST(host, host_patch(host, ada, one, "{\"name\":\"Renamed\"}"));
	assert_int_equal(host_calls(host, HOST_GET), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(a_dispatcher_does_not_lead_back_to_itself),
		HOST_TEST(a_cycle_is_one_whoever_sees_it),
		HOST_TEST(a_way_through_the_trash_counts),
		HOST_TEST(a_way_has_so_many_steps_and_no_more),
		HOST_TEST(so_many_assistants_are_reached_and_no_more),
		cmocka_unit_test(both_limits_can_be_lowered),
		HOST_TEST(what_a_dispatcher_leads_to_is_not_deleted),
		HOST_TEST(hidden_dispatchers_are_in_nobodys_way),
		HOST_TEST(an_unpublished_dispatcher_leads_nowhere),
		HOST_TEST(no_race_makes_a_cycle),
		HOST_TEST(no_race_deletes_what_was_just_routed_to),
		HOST_TEST(a_dispatchers_commit_reads_once_a_level),
	};

	return cmocka_run_group_tests_name("routes", tests, NULL, NULL) ? 1 : 0;
}
