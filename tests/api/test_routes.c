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
	MUST(host,
	     asst_trash_restore(NULL, as(host, ada), hidden, ASST_ANY_REVISION, 0, host->err));
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
	MUST(host, asst_trash_purge(as(host, ada), between, ASST_ANY_REVISION, 0, host->err));
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
	MUST(host, asst_trash_restore(NULL, as(host, ada), two, ASST_ANY_REVISION, 0, host->err));
	MUST(host, asst_trash_purge(as(host, ada), id, ASST_ANY_REVISION, 0, host->err));
	routes_sound(host);
	MUST(host, host_delete(host, ada, two));
	MUST(host, asst_trash_purge(as(host, ada), two, ASST_ANY_REVISION, 0, host->err));
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
	MUST(host, asst_trash_purge(as(host, ada), top, ASST_ANY_REVISION, 0, host->err));
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

/* Also where the other one lies deeper, so that its head and grants are not looked at. */
static void no_race_makes_a_longer_cycle(void **state)
{
	struct host *host = *state;
	const char *a = agent(host, ada), *c = agent(host, ada), *b = routes_create(host, ada, c);
	struct race race = { host, c, a, 0 };

	host->backend.user = &race;
	host->backend.before = lead_before_apply;
	expect_cycle(host, lead(host, ada, a, b), "/routes/0/assistantId");
	host->backend.before = NULL;
	assert_true(race.turn < 0);
}

/* Before one read of two: y led to z when z led nowhere, and elsewhere once z led to x. */
struct turning {
	struct host *host;
	const char *x, *y, *z, *w;
	int reads;
};

static void turn_before_second_level(void *user, enum host_method method)
{
	struct turning *turning = user;
	struct host *host = turning->host;

	if (method != HOST_GET || ++turning->reads != 3)
		return;
	MUST(host, asst_assistant_patch_json(NULL, as(host, ada), turning->y, routes_to(turning->w),
					     ASST_NUL, ASST_ANY_REVISION, 0, NULL));
	MUST(host, asst_assistant_patch_json(NULL, as(host, ada), turning->z, routes_to(turning->x),
					     ASST_NUL, ASST_ANY_REVISION, 0, NULL));
}

/* What was never a cycle is not one because it was read while it changed. */
static void a_cycle_that_never_was_is_none(void **state)
{
	struct host *host = *state;
	struct turning turning = { host, agent(host, ada), NULL, agent(host, ada), agent(host, ada), 0 };

	turning.y = routes_create(host, ada, turning.z);
	host->backend.user = &turning;
	host->backend.before = turn_before_second_level;
	MUST(host, lead(host, ada, turning.x, turning.y));
	host->backend.before = NULL;
	assert_true(turning.reads > 3);
	routes_sound(host);
}

struct opening {
	struct host *host;
	const char *top;
	int restore, done;
};

static void open_before_apply(void *user, enum host_method method)
{
	struct opening *opening = user;
	struct host *host = opening->host;

	if (method != HOST_APPLY || opening->done)
		return;
	opening->done = 1;
	if (opening->restore)
		MUST(host, asst_trash_restore(NULL, as(host, bob), opening->top, ASST_ANY_REVISION,
					      0, NULL));
	else
		MUST(host, asst_share_put(as(host, bob), opening->top, "user:ada", 1, 0, NULL));
}

/* A dispatcher that the caller begins to see in the middle of a delete stops it. */
static void what_comes_to_light_stops_a_delete(void **state)
{
	struct host *host = *state;
	int restore;

	for (restore = 0; restore < 2; restore++) {
		const char *id = agent(host, ada);
		struct opening opening = { host, NULL, restore, 0 };

		MUST(host, host_share(host, ada, id, "workspace", 1));
		opening.top = routes_create(host, bob, id);
		if (restore) {
			MUST(host, host_share(host, bob, opening.top, "user:ada", 1));
			MUST(host, host_delete(host, bob, opening.top));
		}
		host->backend.user = &opening;
		host->backend.before = open_before_apply;
		EXPECT(host, ASST_ECONFLICT, host_delete(host, ada, id));
		host->backend.before = NULL;
		host_issue(host, 0, "routed_to", "");
		assert_int_equal(opening.done, 1);
		routes_sound(host);
	}
}

struct busy {
	struct host *host;
	const char *id;
	int inside;
};

static void route_before_apply(void *user, enum host_method method)
{
	struct busy *busy = user;

	if (method != HOST_APPLY || busy->inside)
		return;
	busy->inside = 1;
	MUST(busy->host, asst_assistant_create_json(NULL, as(busy->host, bob), routes_to(busy->id),
						    ASST_NUL, 0, NULL));
	busy->inside = 0;
}

/* Who makes one after the other that the owner does not see keeps nobody from deleting. */
static void nobody_is_kept_from_deleting_by_what_is_hidden(void **state)
{
	struct host *host = *state;
	const char *id = agent(host, ada);
	struct busy busy = { host, id, 0 };

	MUST(host, host_share(host, ada, id, "workspace", 1));
	as(host, bob);
	host->backend.user = &busy;
	host->backend.before = route_before_apply;
	MUST(host, host_delete(host, ada, id));
	host->backend.before = NULL;
	routes_sound(host);
}

/* The same calls where a hidden dispatcher leads to it and where none does. */
static void a_delete_tells_nothing_of_hidden_dispatchers(void **state)
{
	struct host *host = *state;
	int calls[2][HOST_METHODS], with, k;

	for (with = 0; with < 2; with++) {
		const char *id = agent(host, ada);

		MUST(host, host_share(host, ada, id, "workspace", 1));
		if (with)
			routes_create(host, bob, id);
		host_count_anew(host);
		MUST(host, host_delete(host, ada, id));
		assert_int_equal(asst_error_issue_count(host->err), 0);
		for (k = 0; k < HOST_METHODS; k++)
			calls[with][k] = host_calls(host, k);
	}
	assert_memory_equal(calls[0], calls[1], sizeof(calls[0]));
}

/* One by its route and its fallback; a delete of a stale revision is told that first. */
static void what_is_named_twice_is_led_to_once(void **state)
{
	struct host *host = *state;
	const char *id = agent(host, ada), *top = host_create(host, ada, routes_json(&id, 1, id));

	routes_sound(host);
	MUST(host, lead(host, ada, top, id));
	routes_sound(host);
	EXPECT(host, ASST_EREVISION,
	       asst_assistant_delete(as(host, ada), id, 99, 0, host->err));
	EXPECT(host, ASST_ECONFLICT, host_delete(host, ada, id));
	assert_int_equal(asst_error_issue_count(host->err), 1);
	MUST(host, host_patch(host, ada, top, routes_json(NULL, 0, id)));
	EXPECT(host, ASST_ECONFLICT, host_delete(host, ada, id));
	MUST(host, host_patch(host, ada, top, "{\"routes\":[],\"fallback\":null}"));
	MUST(host, host_delete(host, ada, id));
	routes_sound(host);
}

/* Ways that part and meet again are gone once: 8^15 of them here. */
static void ways_that_meet_again_are_not_gone_again(void **state)
{
	struct host *host = *state;
	const char *layer[8], *next[8];
	int i, k;

	for (k = 0; k < 8; k++)
		layer[k] = agent(host, ada);
	for (i = 0; i < 14; i++) {
		for (k = 0; k < 8; k++)
			next[k] = host_create(host, ada, routes_json(layer, 8, NULL));
		memcpy(layer, next, sizeof(layer));
	}
	host_create(host, ada, routes_json(layer, 8, NULL));
	expect_cycle(host, lead(host, ada, host->ids[0], layer[0]), "/routes/0/assistantId");
}

/* The cap on routes, with what is really there; a refusal does not read on. */
static void a_dispatcher_has_so_many_routes(void **state)
{
	struct host *host = *state;
	const char *ids[65], *next;
	int i;

	for (i = 0; i < 65; i++)
		ids[i] = agent(host, ada);
	host_create(host, ada, routes_json(ids, 64, ids[64]));
	EXPECT(host, ASST_ELIMIT,
	       asst_assistant_create_json(NULL, as(host, ada), routes_json(ids, 65, NULL), ASST_NUL,
					  0, host->err));
	host_issue(host, 0, "limit", "/routes");
	for (i = 0, next = ids[0]; i < 17; i++) {
		const char *json = routes_json(NULL, 0, next);

		host_count_anew(host);
		EXPECT(host, i < 16 ? ASST_OK : ASST_ELIMIT,
		       asst_assistant_validate_json(as(host, ada), json, ASST_NUL, 0, host->err));
		/* one for each level; what is too deep is not read */
		assert_int_equal(host_calls(host, HOST_GET), i < 16 ? i + 1 : 16);
		if (i < 16)
			next = host_create(host, ada, json);
	}
	host_issue(host, 0, "limit", "/fallback");
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
	/* also where there is one that is hidden */
	MUST(host, host_share(host, ada, others, "workspace", 1));
	host->backend.before = NULL;
	routes_create(host, bob, others);
	race.from = agent(host, ada);
	race.to = others;
	race.turn = 0;
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
		HOST_TEST(no_race_makes_a_longer_cycle),
		HOST_TEST(a_cycle_that_never_was_is_none),
		HOST_TEST(what_comes_to_light_stops_a_delete),
		HOST_TEST(nobody_is_kept_from_deleting_by_what_is_hidden),
		HOST_TEST(a_delete_tells_nothing_of_hidden_dispatchers),
		HOST_TEST(what_is_named_twice_is_led_to_once),
		HOST_TEST(ways_that_meet_again_are_not_gone_again),
		HOST_TEST(a_dispatcher_has_so_many_routes),
		HOST_TEST(no_race_deletes_what_was_just_routed_to),
		HOST_TEST(a_dispatchers_commit_reads_once_a_level),
	};

	return cmocka_run_group_tests_name("routes", tests, NULL, NULL) ? 1 : 0;
}
