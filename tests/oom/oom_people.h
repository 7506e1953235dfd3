/* SPDX-License-Identifier: MIT */
/* What stages of the directory, of credentials and of secrets share: a store that knows people. */
#ifndef ASST_TESTS_OOM_PEOPLE_H
#define ASST_TESTS_OOM_PEOPLE_H

#include "oom_pair.h"

#define SOON "2027-03-01T00:00:00Z"
#define NO_BUF ((asst_buf *)(void *)&w)
#define NO_SESSION ((asst_session *)(void *)&w)

/* For what only calls something else. */
#define RUN(name, call)                        \
	static int run_##name(asst_error *err) \
	{                                      \
		return call;                   \
	}

#define ADA                                                                                   \
	"{\"id\":\"ada\",\"name\":\"Ada\",\"email\":\"ada@example.org\",\"aiSeat\":true,"     \
	"\"permissions\":[\"assistants:create\",\"keys:create\"],\"teams\":[{\"id\":\"red\"," \
	"\"role\":\"admin\"},{\"id\":\"blue\"}]}"

static inline void put_user(const char *json)
{
	MUST(asst_user_put(w.host, json, ASST_NUL, 0, NULL));
}

/* A session of one whom the store knows, in the place of another. */
static inline void act_as(asst_session **session, const char *user)
{
	asst_session_free(*session);
	MUST(asst_session_open_user(session, w.store, "acme", user, 0, NULL));
}

/* The world with a directory, and with ada and bob from it. Consumes the options. */
static inline void people_begin(asst_store_opts *opts)
{
	MUST(asst_store_opts_set_int(opts, "directory", 1, NULL));
	world_again(opts);
	asst_store_opts_free(opts);
	tick();
	MUST(asst_team_put(w.host, "{\"id\":\"red\",\"name\":\"Red\"}", ASST_NUL, 0, NULL));
	MUST(asst_team_put(w.host, "{\"id\":\"blue\"}", ASST_NUL, 0, NULL));
	put_user(ADA);
	put_user("{\"id\":\"bob\",\"aiSeat\":true,\"teams\":[{\"id\":\"red\"}]}");
	put_user("{\"id\":\"cat\",\"disabled\":true}");
	act_as(&w.ada, "ada");
	act_as(&w.bob, "bob");
}

static inline void prepare_people(void)
{
	people_begin(world_opts());
}

/* What a call gave as JSON. */
static inline int gave(int status, asst_buf *buf)
{
	EXPECT((status == ASST_OK) == (buf != NULL));
	if (buf)
		text_buf(&out, buf);
	asst_buf_free(buf);
	return status;
}

/* The session that a call opened, and whether it works. */
static inline int opened_as(int status, asst_session *session)
{
	int allowed;

	EXPECT((status == ASST_OK) == (session != NULL));
	if (session) {
		text_line(&out, "principal", asst_session_principal(session));
		MUST(asst_access_check(&allowed, session, "assistant:read", w.alpha, NULL));
		text_format(&out, "reads alpha: %d\n", allowed);
	}
	asst_session_free(session);
	return status;
}

/* A text member of what a call gave. */
static inline void take_member(char *to, size_t room, const asst_buf *buf, const char *name)
{
	char quoted[40];
	const char *at;

	snprintf(quoted, sizeof(quoted), "\"%s\":\"", name);
	at = strstr(asst_buf_data(buf), quoted);
	assert_non_null(at);
	at += strlen(quoted);
	snprintf(to, room, "%.*s", (int)strcspn(at, "\""), at);
}

#endif
