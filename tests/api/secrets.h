/* SPDX-License-Identifier: MIT */
/* What tests of secrets share: an assistant whose skill lists names, setting, lending. */
#ifndef ASST_TESTS_API_SECRETS_H
#define ASST_TESTS_API_SECRETS_H

#include "people.h"

#define SECRETS_SKILL(names)                                                               \
	"{'type':'custom','name':'Call','data':{'parameters':{'type':'object'},'secrets':[" \
	names "]}}"
#define SECRETS_BODY(name, names) "{'name':'" name "','skills':[" SECRETS_SKILL(names) "]}"
#define SECRETS_TWO SECRETS_BODY("a", "'ONE','TWO'")

/* What a secret was lent as. */
struct secrets_lent {
	unsigned char value[70000];
	size_t size;
	int calls, answer;
};

static inline int secrets_take(void *user, const void *value, size_t size)
{
	struct secrets_lent *lent = user;

	lent->calls++;
	lent->size = size;
	assert_true(size <= sizeof(lent->value));
	memcpy(lent->value, value, size);
	return lent->answer;
}

static inline int secrets_set(struct host *host, const char *spec, const char *id, const char *name,
			      const char *value)
{
	return asst_secret_set(as(host, spec), id, name, value, ASST_NUL, NULL, 0, host->err);
}

/* Lend it to the session of this name; the function is called once or never. */
static inline int secrets_lend(struct secrets_lent *lent, struct host *host, const char *spec,
			       const char *id, const char *name)
{
	int status;

	memset(lent, 0, sizeof(*lent));
	status = asst_secret_use(as(host, spec), id, name, secrets_take, lent, host->err);
	assert_int_equal(lent->calls, status == ASST_OK);
	return status;
}

/* Only what lending it answers. */
static inline int secrets_try(struct host *host, const char *spec, const char *id, const char *name)
{
	static struct secrets_lent lent;

	return secrets_lend(&lent, host, spec, id, name);
}

/* It can be lent, and is this text. */
static inline void secrets_is(struct host *host, const char *spec, const char *id, const char *name,
			      const char *value)
{
	static struct secrets_lent lent;

	MUST(host, secrets_lend(&lent, host, spec, id, name));
	assert_int_equal(lent.size, strlen(value));
	assert_memory_equal(lent.value, value, lent.size);
}

static inline const char *secrets_list(struct host *host, const char *spec, const char *id)
{
	asst_buf *out;

	MUST(host, asst_secret_list(&out, as(host, spec), id, host->err));
	return json_take(out);
}

/* Make of a session the one of the host's runtime, "run:" and its name. */
static inline void secrets_run(struct host *host, const char *spec)
{
	asst_session *runtime;
	char name[160];

	MUST(host, asst_session_runtime(&runtime, as(host, spec), host->err));
	snprintf(name, sizeof(name), "run:%s", spec);
	people_adopt(host, name, runtime);
}

/* An assistant of ada's with a skill that lists ONE and TWO, and her runtime's session. */
static inline const char *secrets_make(struct host *host)
{
	const char *id = host_create(host, "dir:ada", t_json(SECRETS_TWO));

	secrets_run(host, "dir:ada");
	return id;
}

#endif
