/* SPDX-License-Identifier: MIT */
/*
 * A host with people: a store that keeps users and teams and seals secrets, and sessions that
 * come from it. "dir:ada" is the session of the directory's user ada; sessions of keys and
 * tokens get a name too. All names can be used where host.h takes the text of a session.
 */
#ifndef ASST_TESTS_API_PEOPLE_H
#define ASST_TESTS_API_PEOPLE_H

#include "host.h"

#include "body.h"
#include "json.h"

#include <assistant/sys/keyring.h>

#define PEOPLE_SOON "2030-06-01T00:00:00Z"
#define PEOPLE_ID "0198d0a1-aaaa-7bbb-8ccc-0123456789ab" /* of nothing */
#define PEOPLE_API "{'name':'k','expiresAt':'" PEOPLE_SOON "','scopes':['AGENT_API']}"

/* A credential: what is shown once, and the id. */
struct people_text {
	char id[64], text[128];
};

/* Sessions */

/* Give a session a name; freed with the host. */
static inline void people_adopt(struct host *host, const char *name, asst_session *session)
{
	size_t i;

	for (i = 0; i < host->session_count; i++) {
		if (strcmp(host->sessions[i].spec, name) == 0) {
			asst_session_free(host->sessions[i].session);
			host->sessions[i].session = session;
			return;
		}
	}
	assert_true(i < HOST_SESSIONS);
	snprintf(host->sessions[i].spec, sizeof(host->sessions[i].spec), "%s", name);
	host->sessions[i].session = session;
	host->session_count++;
}

static inline int people_try_open(asst_session **session, struct host *host, const char *user)
{
	return asst_session_open_user(session, host->store, "acme", user, 0, host->err);
}

/* Only what opening it answers. */
static inline int people_find(struct host *host, const char *user)
{
	asst_session *session;
	int status = people_try_open(&session, host, user);

	assert_true((session != NULL) == (status == ASST_OK));
	asst_session_free(session);
	return status;
}

/* Open "dir:USER". */
static inline void people_open(struct host *host, const char *user)
{
	char name[160];
	asst_session *session;

	MUST(host, people_try_open(&session, host, user));
	snprintf(name, sizeof(name), "dir:%s", user);
	people_adopt(host, name, session);
}

static inline int people_try_credential(asst_session **session, struct host *host, const char *text,
					const char *peer)
{
	return asst_session_open_credential(session, host->store, text, ASST_NUL, peer, 0,
					    host->err);
}

/* Only what opening it answers. */
static inline int people_look(struct host *host, const char *text, const char *peer)
{
	asst_session *session;
	int status = people_try_credential(&session, host, text, peer);

	assert_true((session != NULL) == (status == ASST_OK));
	asst_session_free(session);
	return status;
}

/* Open a credential as a session of this name. */
static inline void people_use(struct host *host, const char *name, const char *text)
{
	asst_session *session;

	MUST(host, people_try_credential(&session, host, text, NULL));
	people_adopt(host, name, session);
}

/* All that can be seen of the last error, as one text. One of a few in turn. */
static inline const char *people_error(struct host *host)
{
	static char texts[4][1024];
	static unsigned next;
	char *text = texts[next++ % 4];

	snprintf(text, sizeof(texts[0]), "%s|%s|%" PRId64 "|%d|%zu|%s",
		 asst_status_name(asst_error_status(host->err)), asst_error_message(host->err),
		 asst_error_raw(host->err), asst_error_offset(host->err) == SIZE_MAX,
		 asst_error_issue_count(host->err),
		 asst_error_detail(host->err, NULL) ? "detail" : "");
	return text;
}

/* The directory; JSON in single quotes. */

static inline int people_put_user(struct host *host, const char *json)
{
	return asst_user_put(as(host, "system"), t_json(json), ASST_NUL, 0, host->err);
}

static inline int people_put_team(struct host *host, const char *json)
{
	return asst_team_put(as(host, "system"), t_json(json), ASST_NUL, 0, host->err);
}

static inline int people_disable(struct host *host, const char *user, int disabled)
{
	return asst_user_disable(as(host, "system"), user, disabled, 0, host->err);
}

/* Credentials */

static inline int people_try_key(asst_buf **out, struct host *host, const char *spec,
				 const char *json)
{
	return asst_key_create(out, as(host, spec), t_json(json), ASST_NUL, 0, host->err);
}

static inline struct people_text people_take(asst_buf *out)
{
	const char *json = json_take(out);
	struct people_text made;

	snprintf(made.id, sizeof(made.id), "%s", json_at(json, "/id"));
	snprintf(made.text, sizeof(made.text), "%s", json_at(json, "/credential"));
	return made;
}

static inline struct people_text people_key(struct host *host, const char *spec, const char *json)
{
	asst_buf *out;

	MUST(host, people_try_key(&out, host, spec, json));
	return people_take(out);
}

static inline int people_try_token(asst_buf **out, struct host *host, const char *spec,
				   const char *id, const char *json)
{
	return asst_token_create(out, as(host, spec), id, t_json(json), ASST_NUL, 0, host->err);
}

static inline struct people_text people_token(struct host *host, const char *spec, const char *id,
					      const char *json)
{
	asst_buf *out;

	MUST(host, people_try_token(&out, host, spec, id, json));
	return people_take(out);
}

/* Grant a level to "key:ID". */
static inline int people_share_key(struct host *host, const char *spec, const char *id,
				   const struct people_text *key, int level)
{
	char principal[80];

	snprintf(principal, sizeof(principal), "key:%.63s", key->id);
	return host_share(host, spec, id, principal, level);
}

/* Keyrings: a key's bytes come from the last character of its id. */

static inline asst_keyring people_keyring(const char *first, const char *second)
{
	const char *ids[2] = { first, second };
	unsigned char keys[2][32];
	asst_keyring keyring;

	memset(keys[0], first[strlen(first) - 1], 32);
	memset(keys[1], second ? second[strlen(second) - 1] : 0, 32);
	assert_int_equal(asst_keyring_new_sodium(&keyring, sizeof(keyring), ids, keys,
						 second ? 2 : 1, NULL),
			 ASST_OK);
	return keyring;
}

/* A host with a directory, and with a keyring where first is not NULL. */
static inline struct host *people_host(struct host_disk *disk, const char *first,
				       const char *second)
{
	asst_store_opts *opts = asst_store_opts_new();
	asst_keyring keyring;
	struct host *host;

	assert_int_equal(asst_store_opts_set_int(opts, "directory", 1, NULL), ASST_OK);
	if (first) {
		keyring = people_keyring(first, second);
		assert_int_equal(asst_store_opts_set_keyring(opts, &keyring, NULL), ASST_OK);
	}
	host = host_new(disk, opts);
	asst_store_opts_free(opts);
	return host;
}

/* Teams eng and sales; ada, eve, bob, tom (of eng) and root, each with an open session. */
static inline void people_fill(struct host *host)
{
	static const char *const users[] = { "ada", "eve", "bob", "tom", "root" };
	size_t i;

	MUST(host, people_put_team(host, "{'id':'eng','name':'Engineering'}"));
	MUST(host, people_put_team(host, "{'id':'sales'}"));
	MUST(host, people_put_user(host, "{'id':'ada','name':'Ada','aiSeat':true,'permissions':"
					 "['assistants:create','keys:create'],"
					 "'teams':[{'id':'eng','role':'admin'}]}"));
	MUST(host, people_put_user(host, "{'id':'eve','aiSeat':true,'permissions':"
					 "['assistants:create','keys:create']}"));
	MUST(host, people_put_user(host, "{'id':'bob','aiSeat':true}"));
	MUST(host, people_put_user(host, "{'id':'tom','aiSeat':true,'teams':[{'id':'eng'}]}"));
	MUST(host, people_put_user(host, "{'id':'root','aiSeat':true,'superuser':true,"
					 "'permissions':['keys:create']}"));
	for (i = 0; i < T_COUNT(users); i++)
		people_open(host, users[i]);
}

static inline int people_setup(void **state)
{
	const char *key = asst_feature_supported("sodium") ? "k1" : NULL;

	*state = people_host(host_disk_new(), key, NULL);
	people_fill(*state);
	return 0;
}

#define PEOPLE_TEST(f) cmocka_unit_test_setup_teardown(f, people_setup, host_teardown)

/* In a build without libsodium this is the only test of what needs it. */
static inline void without_sodium_it_is_unsupported(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, "dir:ada", "{\"name\":\"a\"}");
	asst_keyring keyring;
	asst_buf *out;

	EXPECT(host, ASST_EUNSUPPORTED, people_try_key(&out, host, "dir:ada", PEOPLE_API));
	EXPECT(host, ASST_EUNSUPPORTED,
	       people_try_token(&out, host, "dir:ada", id, "{'expiresAt':'" PEOPLE_SOON "'}"));
	EXPECT(host, ASST_EUNSUPPORTED,
	       asst_secret_set(as(host, "dir:ada"), id, "N", "v", 1, NULL, 0, host->err));
	EXPECT(host, ASST_EUNSUPPORTED,
	       asst_keyring_new_sodium(&keyring, sizeof(keyring), &id, "", 1, host->err));
}

/* All tests, or the one above. */
#define PEOPLE_RUN(name, tests)                                                                  \
	do {                                                                                     \
		const struct CMUnitTest people_none[] = {                                        \
			PEOPLE_TEST(without_sodium_it_is_unsupported),                           \
		};                                                                               \
                                                                                                 \
		if (!asst_feature_supported("sodium"))                                           \
			return cmocka_run_group_tests_name(name, people_none, NULL, NULL) ? 1 : 0; \
		return cmocka_run_group_tests_name(name, tests, NULL, NULL) ? 1 : 0;             \
	} while (0)

#endif
