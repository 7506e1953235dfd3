/* SPDX-License-Identifier: MIT */
/*
 * How often a backend is called: it may be a database across a network, so each call of the
 * API has a price, and this is the list of prices.
 */
#include "host.h"

static const char *const ada = "ada create eng:admin";

/* What an operation works on: made anew for each. */
struct scene {
	struct host *host;
	asst_session *session;
	const char *id, *draft_id;
	const char *natural, *short_name; /* of an assistant of the team */
	asst_draft *draft;                /* of id, changed */
};

static int create(struct scene *s)
{
	return asst_assistant_create_json(NULL, s->session, "{\"name\":\"New\"}", ASST_NUL, 0,
					  s->host->err);
}

static int create_draft(struct scene *s)
{
	return asst_assistant_create_json(NULL, s->session, "{}", ASST_NUL, ASST_CREATE_DRAFT,
					  s->host->err);
}

static int create_same_name(struct scene *s)
{
	return asst_assistant_create_json(NULL, s->session, "{\"name\":\"One\"}", ASST_NUL, 0,
					  s->host->err);
}

static int create_bad(struct scene *s)
{
	return asst_assistant_create_json(NULL, s->session, "{}", ASST_NUL, 0, s->host->err);
}

static int validate(struct scene *s)
{
	return asst_assistant_validate_json(s->session, "{\"name\":\"New\"}", ASST_NUL, 0,
					    s->host->err);
}

static int get(struct scene *s)
{
	return asst_assistant_get(NULL, s->session, s->id, 0, s->host->err);
}

static int get_natural(struct scene *s)
{
	return asst_assistant_get(NULL, s->session, s->natural, 0, s->host->err);
}

static int get_short(struct scene *s)
{
	return asst_assistant_get(NULL, s->session, s->short_name, 0, s->host->err);
}

static int get_draft(struct scene *s)
{
	return asst_assistant_get(NULL, s->session, s->draft_id, 0, s->host->err);
}

static int get_without_seat(struct scene *s)
{
	return host_look(s->host, "ada noseat", s->id);
}

static int get_many(struct scene *s)
{
	const char *const ids[] = { s->id, s->id, s->draft_id };
	asst_list *list;
	int status = asst_assistant_get_many(&list, s->session, ids, 3, 0, s->host->err);

	asst_list_free(list);
	return status;
}

static int list_with(struct scene *s, const char *options)
{
	asst_list *list;
	int status = asst_assistant_list(&list, s->session, options, ASST_NUL, s->host->err);

	if (list)
		assert_int_equal(asst_list_count(list), 2);
	asst_list_free(list);
	return status;
}

static int list_page(struct scene *s)
{
	return list_with(s, "{}");
}

static int list_whole(struct scene *s)
{
	return list_with(s, "{\"view\":\"whole\",\"limit\":2,\"sort\":\"name\"}");
}

static int list_by_name(struct scene *s)
{
	return list_with(s, "{\"nameContains\":\"O\",\"sort\":\"name\"}");
}

/* Where keys have no names, those are asked for before all else is. */
static int list_by_name_and_time(struct scene *s)
{
	return list_with(s, "{\"nameContains\":\"o\",\"view\":\"whole\"}");
}

static int count_with(struct scene *s, const char *options)
{
	uint64_t number;
	int status = asst_assistant_count(&number, NULL, s->session, options, ASST_NUL,
					  s->host->err);

	assert_int_equal(number, 2);
	return status;
}

static int count(struct scene *s)
{
	return count_with(s, NULL);
}

static int count_by_name(struct scene *s)
{
	return count_with(s, "{\"nameContains\":\"o\"}");
}

static int patch(struct scene *s)
{
	return host_patch(s->host, ada, s->id, "{\"name\":\"New\"}");
}

static int patch_slug(struct scene *s)
{
	return host_patch(s->host, ada, s->id, "{\"slug\":\"new\"}");
}

static int patch_nothing(struct scene *s)
{
	return host_patch(s->host, ada, s->id, "{}");
}

static int patch_natural(struct scene *s)
{
	return host_patch(s->host, ada, s->natural, "{\"name\":\"New\"}");
}

static int patch_draft(struct scene *s)
{
	return host_patch(s->host, ada, s->draft_id, "{\"name\":\"Newer\"}");
}

static int delete_it(struct scene *s)
{
	return host_delete(s->host, ada, s->id);
}

static int share(struct scene *s)
{
	return host_share(s->host, ada, s->id, "user:eve", 1);
}

static int share_again(struct scene *s)
{
	return host_share(s->host, ada, s->id, "user:bob", 1);
}

static int unshare(struct scene *s)
{
	return asst_share_remove(s->session, s->id, "user:bob", 0, s->host->err);
}

static int unshare_again(struct scene *s)
{
	return asst_share_remove(s->session, s->id, "user:eve", 0, s->host->err);
}

static int shares(struct scene *s)
{
	asst_buf *buf;
	int status = asst_share_list(&buf, s->session, s->id, s->host->err);

	asst_buf_free(buf);
	return status;
}

static int check(struct scene *s)
{
	return asst_access_check(NULL, s->session, "assistant:write", s->id, s->host->err);
}

static int check_create(struct scene *s)
{
	return asst_access_check(NULL, s->session, "assistants:create", NULL, s->host->err);
}

static int explain(struct scene *s)
{
	asst_buf *buf;
	int status = asst_access_explain(&buf, s->session, "assistant:write", s->id, s->host->err);

	asst_buf_free(buf);
	return status;
}

static int edit_with(struct scene *s, const char *id)
{
	asst_draft *draft;
	int status = asst_draft_edit(&draft, s->session, id, 0, s->host->err);

	asst_draft_free(draft);
	return status;
}

static int edit_open(struct scene *s)
{
	return edit_with(s, s->id);
}

static int edit_open_by_its_id(struct scene *s)
{
	return edit_with(s, s->draft_id);
}

static int edit_new_by_name(struct scene *s)
{
	return edit_with(s, s->natural);
}

static int draft_patch(struct scene *s)
{
	return asst_draft_patch(s->draft, "{\"name\":\"Newer\"}", ASST_NUL, 0, s->host->err);
}

static int draft_reload(struct scene *s)
{
	return asst_draft_reload(s->draft, s->host->err);
}

static int draft_commit(struct scene *s)
{
	return asst_draft_commit(NULL, s->draft, "message", ASST_NUL, 0, s->host->err);
}

static int draft_discard(struct scene *s)
{
	return asst_draft_discard(s->draft, 0, s->host->err);
}

static const struct {
	const char *name;
	int (*run)(struct scene *scene);
	int status, gets, scans, applies, events;
} prices[] = {
	{ "create", create, ASST_OK, 1, 0, 1, 1 },
	{ "create a draft", create_draft, ASST_OK, 1, 0, 1, 1 },
	{ "create, name taken", create_same_name, ASST_OK, 1, 0, 1, 1 },
	{ "create, bad body", create_bad, ASST_EVALIDATION, 0, 0, 0, 0 },
	{ "validate", validate, ASST_OK, 0, 0, 0, 0 },
	{ "get by id", get, ASST_OK, 1, 0, 0, 0 },
	{ "get by natural name", get_natural, ASST_OK, 2, 0, 0, 0 },
	{ "get by short name", get_short, ASST_OK, 2, 0, 0, 0 },
	{ "get a draft by its id", get_draft, ASST_OK, 2, 0, 0, 0 },
	{ "get without a seat", get_without_seat, ASST_EDENIED, 0, 0, 0, 0 },
	{ "get many", get_many, ASST_OK, 1, 0, 0, 0 },
	{ "list a page", list_page, ASST_OK, 1, 1, 0, 0 },
	{ "list a whole page", list_whole, ASST_OK, 1, 1, 0, 0 },
	{ "list by a name", list_by_name, ASST_OK, 1, 1, 0, 0 },
	{ "list by a name, by time", list_by_name_and_time, ASST_OK, 2, 1, 0, 0 },
	{ "count", count, ASST_OK, 0, 1, 0, 0 },
	{ "count by a name", count_by_name, ASST_OK, 0, 1, 0, 0 },
	{ "patch", patch, ASST_OK, 1, 0, 1, 1 },
	{ "patch the slug", patch_slug, ASST_OK, 1, 0, 1, 1 },
	{ "patch nothing", patch_nothing, ASST_OK, 1, 0, 0, 0 },
	{ "patch by natural name", patch_natural, ASST_OK, 2, 0, 1, 1 },
	{ "patch a draft by its id", patch_draft, ASST_OK, 2, 0, 1, 1 },
	{ "delete", delete_it, ASST_OK, 2, 1, 1, 1 },
	{ "share", share, ASST_OK, 1, 0, 1, 1 },
	{ "share what is shared", share_again, ASST_OK, 1, 0, 0, 0 },
	{ "unshare", unshare, ASST_OK, 1, 0, 1, 1 },
	{ "unshare what is not", unshare_again, ASST_OK, 1, 0, 0, 0 },
	{ "list the shares", shares, ASST_OK, 1, 0, 0, 0 },
	{ "check", check, ASST_OK, 1, 0, 0, 0 },
	{ "check without an object", check_create, ASST_OK, 0, 0, 0, 0 },
	{ "explain", explain, ASST_OK, 1, 0, 0, 0 },
	{ "edit, open already", edit_open, ASST_OK, 1, 0, 0, 0 },
	{ "edit by the draft's id", edit_open_by_its_id, ASST_OK, 2, 0, 0, 0 },
	{ "edit by natural name", edit_new_by_name, ASST_OK, 2, 0, 1, 1 },
	{ "patch a draft", draft_patch, ASST_OK, 1, 0, 1, 1 },
	{ "reload a draft", draft_reload, ASST_OK, 1, 0, 0, 0 },
	{ "commit by handle", draft_commit, ASST_OK, 1, 0, 1, 1 },
	{ "discard a draft", draft_discard, ASST_OK, 1, 0, 1, 1 },
};

static struct scene set_up_scene(struct host *host)
{
	struct scene scene = { .host = host, .session = as(host, ada) };

	as(host, "ada noseat");
	scene.id = host_create(host, ada, "{\"name\":\"One\"}");
	host_create(host, ada, "{\"name\":\"Two\",\"ownerId\":\"team:eng\"}");
	scene.natural = "team:eng:two";
	scene.short_name = "eng:two";
	MUST(host, host_share(host, ada, scene.id, "user:bob", 1));
	MUST(host, asst_draft_edit(&scene.draft, scene.session, scene.id, 0, host->err));
	MUST(host, asst_draft_patch(scene.draft, "{\"name\":\"D\"}", ASST_NUL, 0, host->err));
	scene.draft_id = asst_draft_id(scene.draft);
	return scene;
}

static void each_operation_has_its_price(void **state)
{
	struct scene scene;
	struct host *host;
	size_t i;

	(void)state;
	for (i = 0; i < T_COUNT(prices); i++) {
		host = host_new(host_disk_new(), NULL);
		scene = set_up_scene(host);
		host_count_anew(host);
		host_expect(host, prices[i].run(&scene), prices[i].status, prices[i].name, __FILE__,
			    __LINE__);
		if (host_calls(host, HOST_GET) != prices[i].gets ||
		    host_calls(host, HOST_SCAN) != prices[i].scans ||
		    host_calls(host, HOST_APPLY) != prices[i].applies ||
		    atomic_load(&host->backend.events) != prices[i].events ||
		    atomic_load(&host->backend.directory) != 0)
			fail_msg("%s: %d get, %d scan, %d apply, %d events, %d to the directory",
				 prices[i].name, host_calls(host, HOST_GET),
				 host_calls(host, HOST_SCAN), host_calls(host, HOST_APPLY),
				 atomic_load(&host->backend.events),
				 atomic_load(&host->backend.directory));
		asst_draft_free(scene.draft);
		host_free(host);
	}
}

static void the_first_write_of_a_workspace_enters_it_in_the_directory(void **state)
{
	struct host *host = *state;

	EXPECT(host, ASST_ENOTFOUND, host_look(host, "ada create", "user:ada:a"));
	assert_int_equal(atomic_load(&host->backend.directory), 0);
	host_create(host, "ada create", "{\"name\":\"a\"}");
	assert_int_equal(atomic_load(&host->backend.directory), 2);
	host_create(host, "bob create", "{\"name\":\"b\"}");
	assert_int_equal(atomic_load(&host->backend.directory), 2);
	host_create(host, "ada create @other", "{\"name\":\"a\"}");
	assert_int_equal(atomic_load(&host->backend.directory), 4);
	assert_int_equal(host_calls(host, HOST_APPLY), 3);
}

/* A page costs as much when it is the last one, or one of many teams. */
static void pages_cost_the_same_whoever_lists(void **state)
{
	static const char *const sessions[] = { "ada", "bob a:member b:member c:admin",
						"root super", "system" };
	struct host *host = *state;
	char options[1100];
	asst_list *list;
	size_t i, pages;

	for (i = 0; i < 10; i++)
		MUST(host,
		     host_share(host, "ada create",
				host_create(host, "ada create", "{\"name\":\"a\"}"), "team:b", 1));
	for (i = 0; i < T_COUNT(sessions); i++) {
		strcpy(options, "{\"limit\":4}");
		for (pages = 1; pages <= 3; pages++) {
			host_count_anew(host);
			MUST(host, asst_assistant_list(&list, as(host, sessions[i]), options,
						       ASST_NUL, host->err));
			assert_int_equal(asst_list_count(list), pages < 3 ? 4 : 2);
			assert_int_equal(host_calls(host, HOST_SCAN), 1);
			assert_int_equal(host_calls(host, HOST_GET), 1);
			assert_true((asst_list_cursor(list) != NULL) == (pages < 3));
			if (asst_list_cursor(list))
				snprintf(options, sizeof(options),
					 "{\"limit\":4,\"cursor\":\"%s\"}", asst_list_cursor(list));
			asst_list_free(list);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_operation_has_its_price),
		HOST_TEST(the_first_write_of_a_workspace_enters_it_in_the_directory),
		HOST_TEST(pages_cost_the_same_whoever_lists),
	};

	return cmocka_run_group_tests_name("api/calls", tests, NULL, NULL) ? 1 : 0;
}
