/* SPDX-License-Identifier: MIT */
/* Users, keys, tokens and secrets in a directory: what lasts, and a store that is only read. */
#include "secrets.h"

#include <time.h>

/* A host whose store is in a directory, without the backend of the others. */
static struct host open_in(const char *where, bool read_only)
{
	struct host host = { .err = asst_error_new() };
	asst_store_opts *opts = asst_store_opts_new();
	asst_keyring keyring = people_keyring("k1", NULL);

	MUST(&host, asst_store_opts_set_int(opts, "directory", 1, host.err));
	MUST(&host, asst_store_opts_set_int(opts, "read_only", read_only, host.err));
	MUST(&host, asst_store_opts_set_keyring(opts, &keyring, host.err));
	MUST(&host, asst_store_open(&host.store, where, opts, host.err));
	asst_store_opts_free(opts);
	return host;
}

static void close_it(struct host *host)
{
	size_t i;

	for (i = 0; i < host->session_count; i++)
		asst_session_free(host->sessions[i].session);
	assert_int_equal(asst_store_close(host->store), ASST_OK);
	asst_error_free(host->err);
}

/* The clock is the system's: a month from now. */
static const char *in_a_month(char *json, const char *members)
{
	time_t then = time(NULL) + 30 * 86400;
	char text[40];

	assert_true(strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", gmtime(&then)) > 0);
	sprintf(json, "{'expiresAt':'%s'%s}", text, members);
	return json;
}

struct made {
	char id[37];
	struct people_text key, token, gone;
};

static void fill(struct host *host, struct made *made)
{
	char json[300];

	people_fill(host);
	memcpy(made->id, secrets_make(host), 37);
	MUST(host, secrets_set(host, "dir:ada", made->id, "ONE", "value"));
	made->key = people_key(host, "dir:ada", in_a_month(json, ",'name':'k','scopes':['AGENT_API']"));
	MUST(host, people_share_key(host, "dir:ada", made->id, &made->key, 1));
	made->token = people_token(host, "dir:ada", made->id, in_a_month(json, ",'cidr':'10.0.0.0/8'"));
	made->gone = people_token(host, "dir:ada", made->id, in_a_month(json, ""));
	MUST(host, asst_token_revoke(as(host, "dir:ada"), made->id, made->gone.id, 0, host->err));
	MUST(host, people_disable(host, "eve", 1));
	MUST(host, asst_user_delete(as(host, "system"), "bob", 0, host->err));
}

/* All of it is as it was left; sessions are new ones. */
static void check(struct host *host, const struct made *made)
{
	asst_session *session;

	people_open(host, "ada");
	secrets_run(host, "dir:ada");
	secrets_is(host, "run:dir:ada", made->id, "ONE", "value");
	people_use(host, "key", made->key.text);
	MUST(host, host_look(host, "key", made->id));
	EXPECT(host, ASST_EDENIED, host_patch(host, "key", made->id, "{\"name\":\"b\"}"));
	EXPECT(host, ASST_EUNAUTHENTICATED, people_look(host, made->token.text, NULL));
	MUST(host, people_try_credential(&session, host, made->token.text, "10.1.2.3"));
	people_adopt(host, "token", session);
	MUST(host, host_look(host, "token", made->id));
	EXPECT(host, ASST_EUNAUTHENTICATED, people_look(host, made->gone.text, NULL));
	EXPECT(host, ASST_EUNAUTHENTICATED, people_find(host, "eve"));
	EXPECT(host, ASST_EUNAUTHENTICATED, people_find(host, "bob"));
	people_open(host, "tom");
}

static void everything_lasts(void **state)
{
	struct made made;
	struct host host = open_in("file:lasts", false);

	(void)state;
	fill(&host, &made);
	check(&host, &made);
	close_it(&host);
	host = open_in("file:lasts", false);
	check(&host, &made);
	EXPECT(&host, ASST_EEXISTS, people_put_user(&host, "{'id':'bob'}"));
	close_it(&host);
}

/* Sessions are opened and used where nothing can be written, not even the last use. */
static void a_store_that_is_only_read_serves_them(void **state)
{
	struct made made;
	struct host host = open_in("file:reads", false);
	asst_buf *out;
	char json[300];

	(void)state;
	fill(&host, &made);
	close_it(&host);
	host = open_in("file:reads", true);
	check(&host, &made);
	EXPECT(&host, ASST_EREADONLY, people_put_user(&host, "{'id':'u'}"));
	EXPECT(&host, ASST_EREADONLY, people_disable(&host, "ada", 1));
	EXPECT(&host, ASST_EREADONLY, secrets_set(&host, "dir:ada", made.id, "ONE", "v"));
	EXPECT(&host, ASST_EREADONLY,
	       people_try_token(&out, &host, "dir:ada", made.id, in_a_month(json, "")));
	EXPECT(&host, ASST_EREADONLY,
	       people_try_key(&out, &host, "dir:ada",
			      in_a_month(json, ",'name':'k','scopes':['AGENT_API']")));
	EXPECT(&host, ASST_EREADONLY, asst_key_revoke(as(&host, "dir:ada"), made.key.id, 0, host.err));
	close_it(&host);
}

/* What is left after all kinds of change is whole. */
static void the_store_verifies(void **state)
{
	struct made made;
	struct host host = open_in("file:whole", false);
	asst_session *ada, *system;
	asst_buf *report;
	char other[37], json[300];

	(void)state;
	fill(&host, &made);
	ada = as(&host, "dir:ada");
	system = as(&host, "system");
	memcpy(other, host_create(&host, "dir:ada", t_json(SECRETS_TWO)), 37);
	MUST(&host, secrets_set(&host, "dir:ada", other, "TWO", "value"));
	people_token(&host, "dir:ada", other, in_a_month(json, ""));
	MUST(&host, asst_assistant_change_owner(NULL, ada, other, "team:eng", ASST_ANY_REVISION, 0,
						host.err));
	MUST(&host, host_delete(&host, "dir:ada", other));
	MUST(&host, asst_trash_purge(ada, other, ASST_ANY_REVISION, 0, host.err));
	MUST(&host, host_delete(&host, "dir:ada", made.id));
	MUST(&host, asst_trash_restore(NULL, ada, made.id, ASST_ANY_REVISION, 0, host.err));
	MUST(&host, asst_key_rotate(&report, ada, made.key.id, 1000, 0, host.err));
	asst_buf_free(report);
	MUST(&host, asst_key_revoke(ada, made.key.id, 0, host.err));
	MUST(&host, asst_user_forget(system, "bob", 0, host.err));
	MUST(&host, asst_store_verify(&report, host.store, NULL, NULL, 0, host.err));
	if (!strstr(asst_buf_data(report), "\"ok\":true"))
		fail_msg("%s", asst_buf_data(report));
	asst_buf_free(report);
	close_it(&host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_lasts),
		cmocka_unit_test(a_store_that_is_only_read_serves_them),
		cmocka_unit_test(the_store_verifies),
	};

	PEOPLE_RUN("api/people_files", tests);
}
