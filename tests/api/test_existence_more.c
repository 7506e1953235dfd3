/* SPDX-License-Identifier: MIT */
/*
 * What a session may not see answers as what does not exist, also where it is asked about
 * secrets, tokens, keys and who may: the same status, words and calls of the backend.
 */
#include "secrets.h"

#define TOKEN "{\"expiresAt\":\"" PEOPLE_SOON "\"}"

typedef int (*operation)(struct host *host, asst_session *session, const char *id);

/* Nothing may come out. */
static int none(int status, asst_buf *out)
{
	assert_null(out);
	return status;
}

static int op_many(struct host *host, asst_session *session, const char *id)
{
	const char *const ids[] = { id, PEOPLE_ID };
	int allowed[2] = { -1, -1 };
	int status = asst_access_check_many(allowed, session, "assistant:read", ids, 2, host->err);

	assert_int_equal(allowed[0], 0);
	assert_int_equal(allowed[1], 0);
	return status;
}

static int op_who(struct host *host, asst_session *session, const char *id)
{
	asst_buf *out;
	int status = asst_access_who(&out, session, "assistant:read", id, host->err);

	return none(status, out);
}

static int op_set(struct host *host, asst_session *session, const char *id)
{
	return asst_secret_set(session, id, "ONE", "v", 1, NULL, 0, host->err);
}

static int op_set_bad(struct host *host, asst_session *session, const char *id)
{
	return asst_secret_set(session, id, "not a name", "v", 1, NULL, 0, host->err);
}

static int op_secrets(struct host *host, asst_session *session, const char *id)
{
	asst_buf *out;
	int status = asst_secret_list(&out, session, id, host->err);

	return none(status, out);
}

static int op_describe(struct host *host, asst_session *session, const char *id)
{
	return asst_secret_describe(session, id, "ONE", "d", 0, host->err);
}

static int op_drop(struct host *host, asst_session *session, const char *id)
{
	return asst_secret_delete(session, id, "ONE", 0, host->err);
}

static int op_use(struct host *host, asst_session *session, const char *id)
{
	static struct secrets_lent lent;
	int status = asst_secret_use(session, id, "ONE", secrets_take, &lent, host->err);

	assert_int_equal(lent.calls, 0);
	return status;
}

static int op_token(struct host *host, asst_session *session, const char *id)
{
	asst_buf *out;
	int status = asst_token_create(&out, session, id, TOKEN, ASST_NUL, 0, host->err);

	return none(status, out);
}

static int op_token_bad(struct host *host, asst_session *session, const char *id)
{
	asst_buf *out;
	int status = asst_token_create(&out, session, id, "{\"x\":", ASST_NUL, 0, host->err);

	return none(status, out);
}

static int op_tokens(struct host *host, asst_session *session, const char *id)
{
	asst_buf *out;
	int status = asst_token_list(&out, session, id, host->err);

	return none(status, out);
}

static int op_token_revoke(struct host *host, asst_session *session, const char *id)
{
	return asst_token_revoke(session, id, PEOPLE_ID, 0, host->err);
}

static const struct {
	const char *name;
	operation run;
} operations[] = {
	{ "check many", op_many },   { "who", op_who },		  { "set", op_set },
	{ "set badly", op_set_bad }, { "list secrets", op_secrets }, { "describe", op_describe },
	{ "delete", op_drop },	     { "use", op_use },		  { "make a token", op_token },
	{ "make badly", op_token_bad }, { "list tokens", op_tokens }, { "revoke", op_token_revoke },
};

struct answer {
	char text[1200], trace[1024];
};

static void ask(struct answer *answer, struct host *host, asst_session *session, operation run,
		const char *id)
{
	int status;

	answer->trace[0] = '\0';
	host->backend.trace = answer->trace;
	host->backend.trace_size = sizeof(answer->trace);
	status = run(host, session, id);
	host->backend.trace = NULL;
	snprintf(answer->text, sizeof(answer->text), "%d %s", status, people_error(host));
}

/* Of all ids the answers are those of the first, of which nothing is there. */
static void same_answers(struct host *host, const char *spec, const char *const *ids, size_t count)
{
	struct answer first, other;
	size_t i, k;

	for (i = 0; i < T_COUNT(operations); i++) {
		ask(&first, host, as(host, spec), operations[i].run, ids[0]);
		if (asst_error_status(host->err) !=
		    (operations[i].run == op_many ? ASST_OK : ASST_ENOTFOUND))
			fail_msg("%s by %s: %s", operations[i].name, spec, first.text);
		for (k = 1; k < count; k++) {
			ask(&other, host, as(host, spec), operations[i].run, ids[k]);
			if (strcmp(first.text, other.text) != 0 || strcmp(first.trace, other.trace) != 0)
				fail_msg("%s by %s, %zu\n%s\n%s\n%s\n%s", operations[i].name, spec, k,
					 first.text, first.trace, other.text, other.trace);
			assert_null(strstr(other.text, ids[k]));
		}
	}
}

static void hidden_ones_answer_as_absent_ones(void **state)
{
	struct host *host = *state;
	const char *ids[5] = { PEOPLE_ID };
	asst_draft *draft;

	ids[1] = secrets_make(host);
	MUST(host, secrets_set(host, "dir:ada", ids[1], "ONE", "v"));
	people_token(host, "dir:ada", ids[1], "{'expiresAt':'" PEOPLE_SOON "'}");
	ids[2] = host_create(host, "dir:ada", "{\"name\":\"t\",\"ownerId\":\"team:eng\"}");
	ids[3] = host_create(host, "dir:ada", t_json(SECRETS_TWO));
	MUST(host, secrets_set(host, "dir:ada", ids[3], "ONE", "v"));
	MUST(host, host_share(host, "dir:ada", ids[3], "workspace", 3));
	MUST(host, host_delete(host, "dir:ada", ids[3]));
	MUST(host, asst_draft_edit(&draft, as(host, "dir:ada"), ids[1], 0, host->err));
	ids[4] = host_keep(host, asst_draft_id(draft));
	asst_draft_free(draft);
	secrets_run(host, "eve");
	secrets_run(host, "dir:eve");
	secrets_run(host, "dir:bob");
	same_answers(host, "run:eve", ids, T_COUNT(ids));
	same_answers(host, "run:dir:eve", ids, T_COUNT(ids));
	same_answers(host, "run:dir:bob", ids, T_COUNT(ids));
}

/* The creator's other assistants are hidden from a key and a token. */
static void they_do_to_keys_and_tokens(void **state)
{
	struct host *host = *state;
	const char *const operated[] = { "key", "run:token" };
	const char *ids[3] = { PEOPLE_ID };
	struct people_text made;
	struct answer first, other;
	size_t i, k, n;

	ids[1] = secrets_make(host);
	MUST(host, secrets_set(host, "dir:ada", ids[1], "ONE", "v"));
	ids[2] = host_create(host, "dir:eve", t_json(SECRETS_TWO));
	MUST(host, host_share(host, "dir:eve", ids[2], "workspace", 3));
	MUST(host, host_share(host, "dir:eve", ids[2], "user:ada", 3));
	made = people_key(host, "dir:ada", PEOPLE_API);
	people_use(host, "key", made.text);
	made = people_token(host, "dir:ada", host_create(host, "dir:ada", "{\"name\":\"other\"}"),
			    "{'expiresAt':'" PEOPLE_SOON "'}");
	people_use(host, "token", made.text);
	secrets_run(host, "token");
	for (n = 0; n < T_COUNT(operated); n++) {
		for (i = 0; i < T_COUNT(operations); i++) {
			ask(&first, host, as(host, operated[n]), operations[i].run, ids[0]);
			for (k = 1; k < T_COUNT(ids); k++) {
				ask(&other, host, as(host, operated[n]), operations[i].run, ids[k]);
				assert_string_equal(first.text, other.text);
				assert_string_equal(first.trace, other.trace);
			}
		}
	}
}

/* Gates that need no object come before any look-up of one. */
static void without_a_seat_nothing_is_looked_up(void **state)
{
	struct host *host = *state;
	const char *id = secrets_make(host);
	struct answer first, other;
	size_t i;

	for (i = 0; i < T_COUNT(operations); i++) {
		ask(&first, host, as(host, "ada noseat"), operations[i].run, PEOPLE_ID);
		ask(&other, host, as(host, "ada noseat"), operations[i].run, id);
		if (strcmp(first.text, other.text) != 0 || first.trace[0] || other.trace[0])
			fail_msg("%s\n%s\n%s\n%s\n%s", operations[i].name, first.text, first.trace,
				 other.text, other.trace);
	}
}

/* Somebody else's key is as one that never was. */
static void keys_of_others_are_as_absent_ones(void **state)
{
	struct host *host = *state;
	struct people_text key = people_key(host, "dir:ada", PEOPLE_API);
	const char *const ids[] = { PEOPLE_ID, key.id };
	char text[2][1200], trace[2][1024];
	asst_buf *out;
	size_t i;

	for (i = 0; i < 2; i++) {
		trace[i][0] = '\0';
		host->backend.trace = trace[i];
		host->backend.trace_size = sizeof(trace[i]);
		asst_key_revoke(as(host, "dir:eve"), ids[i], 0, host->err);
		snprintf(text[i], sizeof(text[i]), "%s", people_error(host));
		asst_key_rotate(&out, as(host, "dir:eve"), ids[i], 0, 0, host->err);
		host->backend.trace = NULL;
		assert_null(out);
		assert_string_equal(people_error(host), text[i]);
	}
	assert_string_equal(text[0], text[1]);
	assert_string_equal(trace[0], trace[1]);
	MUST(host, people_look(host, key.text, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PEOPLE_TEST(hidden_ones_answer_as_absent_ones),
		PEOPLE_TEST(they_do_to_keys_and_tokens),
		PEOPLE_TEST(without_a_seat_nothing_is_looked_up),
		PEOPLE_TEST(keys_of_others_are_as_absent_ones),
	};

	PEOPLE_RUN("api/existence_more", tests);
}
