/* SPDX-License-Identifier: MIT */
/*
 * What comes between the reading and the writing of a call: every write of a user whose access
 * ends there is refused, and the directory stays whole.
 */
#include "secrets.h"

/* Done once, before the first write of a call; its own writes do not count. */
struct between {
	struct host *host;
	int (*act)(struct host *host);
	bool done;
	int status;
};

static void act_between(void *user, enum host_method method)
{
	struct between *between = user;

	if (method != HOST_APPLY || between->done)
		return;
	between->done = true;
	between->status = between->act(between->host);
}

static void begin(struct between *between, struct host *host, int (*act)(struct host *host))
{
	memset(between, 0, sizeof(*between));
	between->host = host;
	between->act = act;
	host->backend.user = between;
	host->backend.before = act_between;
}

static void end(struct between *between)
{
	between->host->backend.before = NULL;
	assert_true(between->done);
	assert_int_equal(between->status, ASST_OK);
}

/* Sessions that the hook uses have their own error object: none. */
static int disable_ada(struct host *host)
{
	return asst_user_disable(as(host, "system"), "ada", 1, 0, NULL);
}

static int delete_sales(struct host *host)
{
	return asst_team_delete(as(host, "system"), "sales", 0, NULL);
}

static int join_sales(struct host *host)
{
	return asst_user_put(as(host, "system"),
			     "{\"id\":\"bob\",\"aiSeat\":true,\"teams\":[{\"id\":\"sales\"}]}", ASST_NUL,
			     0, NULL);
}

static int put_zoe(struct host *host)
{
	return asst_user_put(as(host, "system"), "{\"id\":\"zoe\",\"name\":\"First\"}", ASST_NUL, 0, NULL);
}

static int delete_bob(struct host *host)
{
	return asst_user_delete(as(host, "system"), "bob", 0, NULL);
}

/* Every kind of write, as ada. */

struct scene {
	struct host *host;
	asst_session *ada;
	const char *id, *trashed;
	struct people_text key, token;
};

static int out(int status, asst_buf *buf)
{
	asst_buf_free(buf);
	return status;
}

static int create(struct scene *s)
{
	return asst_assistant_create_json(NULL, s->ada, "{\"name\":\"n\"}", ASST_NUL, 0, s->host->err);
}

static int patch(struct scene *s)
{
	return asst_assistant_patch_json(NULL, s->ada, s->id, "{\"tags\":[\"t\"]}", ASST_NUL,
					 ASST_ANY_REVISION, 0, s->host->err);
}

static int drop(struct scene *s)
{
	return asst_assistant_delete(s->ada, s->id, ASST_ANY_REVISION, 0, s->host->err);
}

static int change_owner(struct scene *s)
{
	return asst_assistant_change_owner(NULL, s->ada, s->id, "team:eng", ASST_ANY_REVISION, 0,
					   s->host->err);
}

static int share(struct scene *s)
{
	return asst_share_put(s->ada, s->id, "user:eve", 3, 0, s->host->err);
}

static int unshare(struct scene *s)
{
	return asst_share_remove(s->ada, s->id, "user:bob", 0, s->host->err);
}

static int edit(struct scene *s)
{
	asst_draft *draft;
	int status = asst_draft_edit(&draft, s->ada, s->id, 0, s->host->err);

	asst_draft_free(draft);
	return status;
}

static int restore(struct scene *s)
{
	return asst_trash_restore(NULL, s->ada, s->trashed, ASST_ANY_REVISION, 0, s->host->err);
}

static int purge(struct scene *s)
{
	return asst_trash_purge(s->ada, s->trashed, ASST_ANY_REVISION, 0, s->host->err);
}

static int pin(struct scene *s)
{
	return asst_version_pin(s->ada, s->id, 1, 1, 0, s->host->err);
}

static int set(struct scene *s)
{
	return asst_secret_set(s->ada, s->id, "TWO", "v", 1, NULL, 0, s->host->err);
}

static int describe(struct scene *s)
{
	return asst_secret_describe(s->ada, s->id, "ONE", "d", 0, s->host->err);
}

static int drop_secret(struct scene *s)
{
	return asst_secret_delete(s->ada, s->id, "ONE", 0, s->host->err);
}

static int make_token(struct scene *s)
{
	asst_buf *made;
	int status = asst_token_create(&made, s->ada, s->id, "{\"expiresAt\":\"" PEOPLE_SOON "\"}",
				       ASST_NUL, 0, s->host->err);

	return out(status, made);
}

static int revoke_token(struct scene *s)
{
	return asst_token_revoke(s->ada, s->id, s->token.id, 0, s->host->err);
}

static int make_key(struct scene *s)
{
	asst_buf *made;
	int status = asst_key_create(&made, s->ada, t_json(PEOPLE_API), ASST_NUL, 0, s->host->err);

	return out(status, made);
}

static int revoke_key(struct scene *s)
{
	return asst_key_revoke(s->ada, s->key.id, 0, s->host->err);
}

static int rotate_key(struct scene *s)
{
	asst_buf *made;
	int status = asst_key_rotate(&made, s->ada, s->key.id, 0, 0, s->host->err);

	return out(status, made);
}

static const struct {
	const char *name;
	int (*run)(struct scene *scene);
} writes[] = {
	{ "create", create },	  { "patch", patch },	      { "delete", drop },
	{ "change owner", change_owner }, { "share", share }, { "unshare", unshare },
	{ "edit", edit },	  { "restore", restore },     { "purge", purge },
	{ "pin", pin },		  { "set a secret", set },    { "describe", describe },
	{ "delete a secret", drop_secret }, { "make a token", make_token },
	{ "revoke a token", revoke_token }, { "make a key", make_key },
	{ "revoke a key", revoke_key }, { "rotate a key", rotate_key },
};

static struct scene make_scene(void)
{
	struct scene s;
	void *host;

	people_setup(&host);
	s.host = host;
	s.ada = as(host, "dir:ada");
	s.id = secrets_make(host);
	s.trashed = host_create(host, "dir:ada", "{\"name\":\"trashed\"}");
	MUST(s.host, host_delete(host, "dir:ada", s.trashed));
	MUST(s.host, host_share(host, "dir:ada", s.id, "user:bob", 1));
	MUST(s.host, secrets_set(host, "dir:ada", s.id, "ONE", "v"));
	s.key = people_key(host, "dir:ada", PEOPLE_API);
	s.token = people_token(host, "dir:ada", s.id, "{'expiresAt':'" PEOPLE_SOON "'}");
	return s;
}

static int events(struct host *host)
{
	return atomic_load(&host->backend.events);
}

static void no_write_is_made_when_access_ended_meanwhile(void **state)
{
	struct between between;
	struct scene s;
	size_t i;
	int status;

	(void)state;
	for (i = 0; i < T_COUNT(writes); i++) {
		s = make_scene();
		host_count_anew(s.host);
		begin(&between, s.host, disable_ada);
		status = writes[i].run(&s);
		end(&between);
		if (status != ASST_EUNAUTHENTICATED || events(s.host) != 1)
			fail_msg("%s: %s, %d events", writes[i].name, asst_status_name(status),
				 events(s.host));
		host_free(s.host);
	}
}

/* Without the change each of them is made, or the test above shows nothing. */
static void each_write_is_made_else(void **state)
{
	struct scene s;
	size_t i;

	(void)state;
	for (i = 0; i < T_COUNT(writes); i++) {
		s = make_scene();
		host_count_anew(s.host);
		MUST(s.host, writes[i].run(&s));
		if (events(s.host) != 1)
			fail_msg("%s: %d events", writes[i].name, events(s.host));
		host_free(s.host);
	}
}

/* A user is never in a team that is not there. */
static void a_team_that_goes_meanwhile_is_unknown(void **state)
{
	struct host *host = *state;
	struct between between;

	begin(&between, host, delete_sales);
	EXPECT(host, ASST_EVALIDATION, people_put_user(host, "{'id':'u','teams':[{'id':'sales'}]}"));
	end(&between);
	host_issue(host, 0, "unknown_reference", "/teams/0/id");
	EXPECT(host, ASST_ENOTFOUND, asst_user_get(NULL, as(host, "system"), "u", host->err));
}

static void a_team_that_gets_a_member_meanwhile_stays(void **state)
{
	struct host *host = *state;
	struct between between;

	begin(&between, host, join_sales);
	EXPECT(host, ASST_ECONFLICT, asst_team_delete(as(host, "system"), "sales", 0, host->err));
	end(&between);
	MUST(host, asst_team_get(NULL, as(host, "system"), "sales", host->err));
}

static void a_user_that_is_deleted_meanwhile_stays_deleted(void **state)
{
	struct host *host = *state;
	struct between between;

	begin(&between, host, delete_bob);
	EXPECT(host, ASST_EEXISTS, people_put_user(host, "{'id':'bob','name':'Bob','aiSeat':true}"));
	end(&between);
	EXPECT(host, ASST_EUNAUTHENTICATED, people_find(host, "bob"));
	MUST(host, asst_user_forget(as(host, "system"), "bob", 0, host->err));
	begin(&between, host, put_zoe);
	MUST(host, people_put_user(host, "{'id':'zoe','name':'Second'}"));
	end(&between);
}

/* Limits hold when several threads come close to them. */
struct filler {
	struct scene *scene;
	pthread_barrier_t *start;
	int number, made, other;
};

static void *fill(void *user)
{
	struct filler *filler = user;
	struct scene *s = filler->scene;
	char name[24];
	int i, status;

	pthread_barrier_wait(filler->start);
	for (i = 0; i < 45; i++) {
		snprintf(name, sizeof(name), "N%d_%d", filler->number, i);
		do {
			status = asst_secret_set(s->ada, s->id, name, "v", 1, NULL, 0, NULL);
		} while (status == ASST_EBUSY);
		filler->made += status == ASST_OK;
		filler->other += status != ASST_OK && status != ASST_ELIMIT;
		do {
			status = asst_token_create(NULL, s->ada, s->id,
						   "{\"expiresAt\":\"" PEOPLE_SOON "\"}", ASST_NUL, 0,
						   NULL);
		} while (status == ASST_EBUSY);
		filler->other += status != ASST_OK && status != ASST_ELIMIT && status != ASST_EINVAL;
	}
	return NULL;
}

static void limits_hold_among_threads(void **state)
{
	struct scene s = make_scene();
	struct filler fillers[3];
	pthread_barrier_t start;
	pthread_t threads[3];
	asst_buf *tokens;
	int i, made = 0;

	(void)state;
	pthread_barrier_init(&start, NULL, 3);
	for (i = 0; i < 3; i++) {
		fillers[i] = (struct filler){ .scene = &s, .start = &start, .number = i };
		pthread_create(&threads[i], NULL, fill, &fillers[i]);
	}
	for (i = 0; i < 3; i++) {
		pthread_join(threads[i], NULL);
		made += fillers[i].made;
		assert_int_equal(fillers[i].other, 0);
	}
	pthread_barrier_destroy(&start);
	assert_int_equal(made, 99); /* and ONE */
	assert_int_equal(json_count(secrets_list(s.host, "dir:ada", s.id), ""), 100);
	MUST(s.host, asst_token_list(&tokens, s.ada, s.id, s.host->err));
	assert_true(json_count(json_take(tokens), "") <= 100);
	host_free(s.host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_write_is_made_when_access_ended_meanwhile),
		cmocka_unit_test(each_write_is_made_else),
		PEOPLE_TEST(a_team_that_goes_meanwhile_is_unknown),
		PEOPLE_TEST(a_team_that_gets_a_member_meanwhile_stays),
		PEOPLE_TEST(a_user_that_is_deleted_meanwhile_stays_deleted),
		cmocka_unit_test(limits_hold_among_threads),
	};

	PEOPLE_RUN("api/directory_races", tests);
}
