/* SPDX-License-Identifier: MIT */
/* The stage of keys and tokens. */
#ifndef ASST_TESTS_OOM_CREDENTIALS_H
#define ASST_TESTS_OOM_CREDENTIALS_H

#include "oom_people.h"

#define HOUR INT64_C(3600000)
#define KEY "{\"name\":\"k\",\"expiresAt\":\"" SOON "\",\"scopes\":[\"AGENT_API\",\"x\"]}"
#define TOKEN                                                                       \
	"{\"expiresAt\":\"" SOON "\",\"notes\":\"for you\",\"host\":\"192.0.2.7\"," \
	"\"cidr\":\"192.0.2.0/24\"}"

/* A credential: its id and what is shown once. */
struct shown {
	char id[40], text[100];
};

static struct shown key, other_key, token;
static asst_session *by_text; /* stands in the place of bob's */

static inline void take_shown(struct shown *shown, asst_buf *buf)
{
	take_member(shown->id, sizeof(shown->id), buf, "id");
	take_member(shown->text, sizeof(shown->text), buf, "credential");
	asst_buf_free(buf);
}

static inline void make_key(struct shown *shown)
{
	asst_buf *buf;

	w.time++;
	MUST(asst_key_create(&buf, w.ada, KEY, ASST_NUL, 0, NULL));
	take_shown(shown, buf);
}

static inline void make_token(struct shown *shown)
{
	asst_buf *buf;

	w.time++;
	MUST(asst_token_create(&buf, w.ada, w.alpha, TOKEN, ASST_NUL, 0, NULL));
	take_shown(shown, buf);
}

/* Two keys and two tokens of ada's. */
static inline void prepare_credentials(void)
{
	prepare_people();
	make_key(&other_key);
	make_key(&key);
	make_token(&token);
	make_token(&token);
}

/* More than what is kept without taking memory. */
static inline void prepare_many(void)
{
	prepare_credentials();
	for (size_t i = 0; i < 12; i++)
		make_token(&token);
	for (size_t i = 0; i < 12; i++)
		make_key(&key);
}

static inline void use_text(const struct shown *shown)
{
	asst_session_free(w.bob);
	MUST(asst_session_open_credential(&w.bob, w.store, shown->text, ASST_NUL, "192.0.2.7", 0,
					  NULL));
	by_text = w.bob;
}

static inline void prepare_key(void)
{
	prepare_credentials();
	use_text(&key);
}

static inline void prepare_token(void)
{
	prepare_credentials();
	use_text(&token);
}

static inline void prepare_revoked(void)
{
	prepare_key();
	MUST(asst_key_revoke(w.ada, key.id, 0, NULL));
}

/* The old text still works. */
static inline void prepare_rotated(void)
{
	asst_buf *buf;

	prepare_credentials();
	tick();
	w.random = 13;
	MUST(asst_key_rotate(&buf, w.ada, key.id, HOUR, 0, NULL));
	asst_buf_free(buf);
	use_text(&key);
}

#endif
