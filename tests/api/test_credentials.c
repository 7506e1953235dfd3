/* SPDX-License-Identifier: MIT */
/*
 * The texts of keys and tokens: their form, and that whatever is wrong with one is told in the
 * same bytes; what cannot be one costs no call of the backend.
 */
#include "people.h"

#include "feed.h"

#define TOKEN "{'expiresAt':'" PEOPLE_SOON "'}"
#define SECOND "{'name':'k','expiresAt':'2030-03-17T17:46:41Z','scopes':['AGENT_API']}"

static const char *const ada = "dir:ada";
static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static int all_calls(struct host *host)
{
	return host_calls(host, HOST_GET) + host_calls(host, HOST_SCAN) +
	       host_calls(host, HOST_APPLY) + atomic_load(&host->backend.directory);
}

/* Refused, in the words of the others. */
static void refused(struct host *host, const char *text, const char *peer, const char *words)
{
	EXPECT(host, ASST_EUNAUTHENTICATED, people_look(host, text, peer));
	if (strcmp(people_error(host), words) != 0)
		fail_msg("%s\n%s\n%s", text, people_error(host), words);
}

/* What a text says that is none. */
static const char *words_of_none(struct host *host)
{
	EXPECT(host, ASST_EUNAUTHENTICATED, people_look(host, "none", NULL));
	return people_error(host);
}

static void the_form_is_that_of_the_design(void **state)
{
	static const char *const prefixes[] = { "asst_key_", "asst_token_" };
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	struct people_text made[2] = { people_key(host, ada, PEOPLE_API),
				       people_token(host, ada, id, TOKEN) };
	size_t i;

	for (i = 0; i < 2; i++) {
		const char *rest = made[i].text + strlen(prefixes[i]);

		assert_memory_equal(made[i].text, prefixes[i], strlen(prefixes[i]));
		assert_int_equal(strlen(rest), 11 + 43 + 6);
		assert_int_equal(strspn(rest, digits), 60);
	}
	/* The workspace's tag is the same in both; the secrets differ. */
	assert_memory_equal(made[0].text + 9, made[1].text + 11, 11);
	assert_memory_not_equal(made[0].text + 20, made[1].text + 22, 43);
	assert_memory_not_equal(made[0].text + 20, people_key(host, ada, PEOPLE_API).text + 20, 43);
}

/* Each character of both kinds, by each other digit and some that are none. */
static void every_changed_character_is_refused_without_a_call(void **state)
{
	static const char others[] = "-_ +/.\x7f\xC3";
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	struct people_text made[2] = { people_key(host, ada, PEOPLE_API),
				       people_token(host, ada, id, TOKEN) };
	char words[1024], text[128], by[sizeof(digits) + sizeof(others)];
	size_t i, k, c;

	snprintf(words, sizeof(words), "%s", words_of_none(host));
	snprintf(by, sizeof(by), "%s%s", digits, others);
	host_count_anew(host);
	for (i = 0; i < 2; i++) {
		for (k = 0; k < strlen(made[i].text); k++) {
			for (c = 0; by[c]; c++) {
				strcpy(text, made[i].text);
				if (text[k] == by[c])
					continue;
				text[k] = by[c];
				refused(host, text, NULL, words);
			}
		}
	}
	assert_int_equal(all_calls(host), 0);
	MUST(host, people_look(host, made[0].text, NULL));
	MUST(host, people_look(host, made[1].text, NULL));
}

static void other_lengths_are_refused_without_a_call(void **state)
{
	struct host *host = *state;
	struct people_text key = people_key(host, ada, PEOPLE_API);
	char words[1024], text[300];
	asst_session *session;
	size_t size, length = strlen(key.text);

	snprintf(words, sizeof(words), "%s", words_of_none(host));
	host_count_anew(host);
	for (size = 0; size < length; size++) {
		EXPECT(host, ASST_EUNAUTHENTICATED,
		       asst_session_open_credential(&session, host->store, key.text, size, NULL, 0,
						    host->err));
		assert_null(session);
		assert_string_equal(people_error(host), words);
		refused(host, key.text + 1 + size % (length - 1), NULL, words);
	}
	snprintf(text, sizeof(text), "%s0", key.text);
	refused(host, text, NULL, words);
	snprintf(text, sizeof(text), " %s", key.text);
	refused(host, text, NULL, words);
	snprintf(text, sizeof(text), "%s\n", key.text);
	refused(host, text, NULL, words);
	snprintf(text, sizeof(text), "%s%s", key.text, key.text);
	refused(host, text, NULL, words);
	snprintf(text, sizeof(text), "asst_token_%s", key.text + 9); /* of the other kind */
	refused(host, text, NULL, words);
	EXPECT(host, ASST_EUNAUTHENTICATED,
	       asst_session_open_credential(&session, host->store, key.text, length + 1, NULL, 0,
					    host->err)); /* with its NUL */
	assert_int_equal(all_calls(host), 0);
	MUST(host, asst_session_open_credential(&session, host->store, key.text, length, NULL, 0,
						host->err));
	asst_session_free(session);
}

/* Everything that can be wrong with one that was made: the same bytes. */
static void whatever_is_wrong_is_told_in_the_same_words(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}"), *gone;
	struct people_text revoked, expired, rotated, eves, bound, token, of_deleted;
	char words[1024];
	asst_buf *out;

	snprintf(words, sizeof(words), "%s", words_of_none(host));
	revoked = people_key(host, ada, PEOPLE_API);
	MUST(host, asst_key_revoke(as(host, ada), revoked.id, 0, host->err));
	rotated = people_key(host, ada, PEOPLE_API);
	MUST(host, asst_key_rotate(&out, as(host, ada), rotated.id, 0, 0, host->err));
	asst_buf_free(out);
	expired = people_key(host, ada, SECOND);
	eves = people_key(host, "dir:eve", PEOPLE_API);
	MUST(host, people_disable(host, "eve", 1));
	bound = people_token(host, ada, id, "{'expiresAt':'" PEOPLE_SOON "','cidr':'10.0.0.0/8'}");
	token = people_token(host, ada, id, TOKEN);
	MUST(host, asst_token_revoke(as(host, ada), id, token.id, 0, host->err));
	gone = host_create(host, ada, "{\"name\":\"b\"}");
	of_deleted = people_token(host, ada, gone, TOKEN);
	MUST(host, host_delete(host, ada, gone));
	host_pass(host, 1000);
	refused(host, revoked.text, NULL, words);
	refused(host, rotated.text, NULL, words);
	refused(host, expired.text, NULL, words);
	refused(host, eves.text, NULL, words);
	refused(host, bound.text, NULL, words);
	refused(host, bound.text, "11.0.0.1", words);
	refused(host, token.text, NULL, words);
	refused(host, of_deleted.text, NULL, words);
	assert_null(strstr(words, "asst_"));
}

static void one_of_another_store_is_refused(void **state)
{
	struct host *host = *state, *other = people_host(host_disk_new(), NULL, NULL);
	struct people_text theirs;
	char words[1024];

	snprintf(words, sizeof(words), "%s", words_of_none(host));
	atomic_store(&other->random, 99);
	people_fill(other);
	theirs = people_key(other, ada, PEOPLE_API);
	MUST(other, people_look(other, theirs.text, NULL));
	refused(host, theirs.text, NULL, words);
	host_free(other);
}

/* It opens the workspace that it was made in, which is in the text. */
static void the_workspace_comes_from_the_text(void **state)
{
	struct host *host = *state;
	asst_session *session;
	struct people_text here = people_key(host, ada, PEOPLE_API), there;

	MUST(host, asst_user_put(as(host, "system @other"),
				 t_json("{'id':'ada','aiSeat':true,'permissions':['keys:create']}"),
				 ASST_NUL, 0, host->err));
	MUST(host, asst_session_open_user(&session, host->store, "other", "ada", 0, host->err));
	people_adopt(host, "ada there", session);
	there = people_key(host, "ada there", PEOPLE_API);
	assert_memory_not_equal(here.text + 9, there.text + 9, 11);
	people_use(host, "here", here.text);
	people_use(host, "there", there.text);
	assert_string_equal(asst_session_workspace(as(host, "here")), "acme");
	assert_string_equal(asst_session_workspace(as(host, "there")), "other");
}

static void wrong_calls_are_einval(void **state)
{
	struct host *host = *state;
	struct people_text key = people_key(host, ada, PEOPLE_API);
	asst_session *session;

	EXPECT(host, ASST_EINVAL,
	       asst_session_open_credential(&session, NULL, key.text, ASST_NUL, NULL, 0, host->err));
	EXPECT(host, ASST_EINVAL,
	       asst_session_open_credential(&session, host->store, NULL, 0, NULL, 0, host->err));
	EXPECT(host, ASST_EINVAL,
	       asst_session_open_credential(&session, host->store, key.text, ASST_NUL, NULL, 1,
					    host->err));
	assert_null(session);
}

/* Only a hash is kept: no part of the text is in what the backend was given. */
static void the_text_is_not_stored(void **state)
{
	struct host *host = *state;
	struct people_text key = people_key(host, ada, PEOPLE_API);
	char secret[44];
	asst_ranges *ranges;
	asst_sink *sink;
	uint64_t sequence;
	size_t i, k;

	memcpy(secret, key.text + 20, 43);
	secret[43] = '\0';
	MUST(host, people_look(host, key.text, NULL));
	MUST(host, asst_ranges_new(&ranges, 0, host->err));
	MUST(host, asst_ranges_add(ranges, "", 0, "", 0, 0, 0, host->err));
	MUST(host, asst_sink_new(&sink, host->err));
	MUST(host, host->disk->memory.scan(host->disk->memory.self, "acme", ranges, sink, &sequence,
					   host->err));
	assert_true(asst_sink_count(sink) > 10);
	for (i = 0; i < asst_sink_count(sink); i++) {
		const asst_buf *value = asst_sink_value(sink, i);
		const char *data = asst_buf_data(value);

		for (k = 0; k + 43 <= asst_buf_size(value); k++)
			assert_memory_not_equal(data + k, secret, 43);
	}
	asst_sink_free(sink);
	asst_ranges_free(ranges);
}

static void making_and_revoking_are_events(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	struct feed_place place = feed_end(host);
	struct people_text key = people_key(host, ada, PEOPLE_API), token;
	asst_buf *out;

	MUST(host, asst_key_rotate(&out, as(host, ada), key.id, 1000, 0, host->err));
	asst_buf_free(out);
	MUST(host, asst_key_revoke(as(host, ada), key.id, 0, host->err));
	token = people_token(host, ada, id, TOKEN);
	MUST(host, asst_token_revoke(as(host, ada), id, token.id, 0, host->err));
	MUST(host, asst_token_revoke(as(host, ada), id, token.id, 0, host->err));
	assert_string_equal(feed_since(host, "system", &place),
			    "key.create key.rotate key.revoke token.create token.revoke");
	assert_string_equal(feed_since(host, ada, &place),
			    "key.create key.rotate key.revoke token.create token.revoke");
	assert_string_equal(feed_since(host, "dir:bob", &place), "");
	MUST(host, host_share(host, ada, id, "user:bob", 1));
	assert_string_equal(feed_since(host, "dir:bob", &place), "share.put");
	MUST(host, host_share(host, ada, id, "user:bob", 2)); /* may list tokens */
	assert_string_equal(feed_since(host, "dir:bob", &place),
			    "token.create token.revoke share.put share.put");
}

/* A document with a text of so many letters in it. */
static const char *with_text(const char *before, int size, const char *behind)
{
	static char json[900];

	snprintf(json, sizeof(json), "%s%0*d%s", before, size, 0, behind);
	return json;
}

static int put_key(struct host *host, int size)
{
	asst_buf *out;
	int status = people_try_key(&out, host, "dir:ada",
				    with_text("{'name':'", size, "','expiresAt':'" PEOPLE_SOON
								 "','scopes':['A']}"));

	asst_buf_free(out);
	return status;
}

static int put_user(struct host *host, int size)
{
	return people_put_user(host, with_text("{'id':'zoe','name':'", size, "'}"));
}

static int put_team(struct host *host, int size)
{
	return people_put_team(host, with_text("{'id':'ops','name':'", size, "'}"));
}

static int put_token(struct host *host, int size)
{
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	asst_buf *out;
	int status = people_try_token(&out, host, ada, id,
				      with_text("{'expiresAt':'" PEOPLE_SOON "','notes':'", size,
						"'}"));

	asst_buf_free(out);
	return status;
}

/* A set of limits is one of definitions: names and notes of others have limits of their own. */
static void names_and_notes_are_as_long_with_any_set_of_limits(void **state)
{
	static const char *const sets[] = { "prose", "openapi", "agents" };
	static const struct {
		int (*put)(struct host *host, int size);
		int most;
		const char *pointer;
	} rows[] = {
		{ put_key, 80, "/name" },
		{ put_user, 80, "/name" },
		{ put_team, 80, "/name" },
		{ put_token, 500, "/notes" },
	};
	asst_store_opts *opts;
	struct host *host;
	size_t i, k;

	(void)state;
	for (i = 0; i < T_COUNT(sets); i++) {
		opts = asst_store_opts_new();
		assert_int_equal(asst_store_opts_set_int(opts, "directory", 1, NULL), ASST_OK);
		assert_int_equal(asst_store_opts_set_text(opts, "limits", sets[i], NULL), ASST_OK);
		host = host_new(host_disk_new(), opts);
		asst_store_opts_free(opts);
		people_fill(host);
		for (k = 0; k < T_COUNT(rows); k++) {
			MUST(host, rows[k].put(host, rows[k].most));
			EXPECT(host, ASST_EVALIDATION, rows[k].put(host, rows[k].most + 1));
			host_issue(host, 0, "too_long", rows[k].pointer);
		}
		host_free(host);
	}
}

/* A list of so many texts, "p0" and on. */
static const char *with_list(const char *before, int count, const char *behind)
{
	static char json[4096];
	int used = snprintf(json, sizeof(json), "%s", before);

	for (int i = 0; i < count; i++)
		used += snprintf(json + used, sizeof(json) - (size_t)used, "%s'p%d'", i ? "," : "", i);
	snprintf(json + used, sizeof(json) - (size_t)used, "%s", behind);
	return json;
}

/* The words name the cap that can be lowered by option. */
static void what_is_over_a_cap_is_called_by_its_name(void **state)
{
	static const char end[] = "],'name':'k','expiresAt':'" PEOPLE_SOON "'}";
	struct host *host = *state;
	asst_session *session;
	asst_buf *out;
	const char *json = t_json(with_list("{'workspace':'acme','user':'u','permissions':[", 200, "]}"));

	MUST(host, asst_session_open(&session, host->store, json, ASST_NUL, host->err));
	asst_session_free(session);
	json = t_json(with_list("{'workspace':'acme','user':'u','permissions':[", 201, "]}"));
	EXPECT(host, ASST_ELIMIT, asst_session_open(&session, host->store, json, ASST_NUL, host->err));
	host_issue(host, 0, "limit", "/permissions");
	assert_memory_equal(asst_error_issue_message(host->err, 0), "permissions is ", 15);
	MUST(host, people_try_key(&out, host, ada, with_list("{'scopes':[", 64, end)));
	asst_buf_free(out);
	EXPECT(host, ASST_ELIMIT, people_try_key(&out, host, ada, with_list("{'scopes':[", 65, end)));
	host_issue(host, 0, "limit", "/scopes");
	assert_memory_equal(asst_error_issue_message(host->err, 0), "scopes is ", 10);
	EXPECT(host, ASST_ELIMIT,
	       people_try_key(&out, host, ada,
			      with_text("{'scopes':['", 65, "'],'name':'k','expiresAt':'" PEOPLE_SOON
							    "'}")));
	host_issue(host, 0, "limit", "/scopes/0");
	assert_memory_equal(asst_error_issue_message(host->err, 0), "scope is ", 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PEOPLE_TEST(the_form_is_that_of_the_design),
		PEOPLE_TEST(every_changed_character_is_refused_without_a_call),
		PEOPLE_TEST(other_lengths_are_refused_without_a_call),
		PEOPLE_TEST(whatever_is_wrong_is_told_in_the_same_words),
		PEOPLE_TEST(one_of_another_store_is_refused),
		PEOPLE_TEST(the_workspace_comes_from_the_text),
		PEOPLE_TEST(wrong_calls_are_einval),
		PEOPLE_TEST(the_text_is_not_stored),
		PEOPLE_TEST(making_and_revoking_are_events),
		cmocka_unit_test(names_and_notes_are_as_long_with_any_set_of_limits),
		PEOPLE_TEST(what_is_over_a_cap_is_called_by_its_name),
	};

	PEOPLE_RUN("api/credentials", tests);
}
