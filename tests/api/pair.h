/* SPDX-License-Identifier: MIT */
/* Two people at one definition: a fixture, and what the error object says of conflicts. */
#ifndef ASST_TESTS_API_PAIR_H
#define ASST_TESTS_API_PAIR_H

#include "host.h"

#include "body.h"
#include "json.h"

#define PAIR_SKILL(id, name) "{'id':'" id "','type':'web-search','name':'" name "'}"
#define PAIR_SKILLS(list) "{'skills':[" list "]}"
#define PAIR_BASE                                                      \
	"{'name':'First','description':'About','skills':[" PAIR_SKILL( \
		T_UUID_A, "One") "," PAIR_SKILL(T_UUID_B, "Two") "],'data':{'a':1,'b':1}}"

/* One assistant that ada and bob edit; bob has his draft from version 1. */
struct pair {
	struct host *host;
	const char *id;
	asst_draft *draft;
};

static inline int pair_patch(struct pair *pair, const char *json)
{
	return asst_draft_patch(pair->draft, t_json(json), ASST_NUL, 0, pair->host->err);
}

static inline int pair_publish(struct pair *pair, const char *json)
{
	return host_patch(pair->host, "ada create", pair->id, t_json(json));
}

static inline int pair_commit(struct pair *pair, uint32_t flags)
{
	return asst_draft_commit(NULL, pair->draft, NULL, 0, flags, pair->host->err);
}

static inline int pair_rebase(struct pair *pair, const char *resolutions)
{
	return asst_draft_rebase(pair->draft, resolutions ? t_json(resolutions) : NULL,
				 resolutions ? ASST_NUL : 0, 0, pair->host->err);
}

static inline int pair_setup(void **state)
{
	struct pair *pair = calloc(1, sizeof(*pair));
	struct host *host;

	assert_non_null(pair);
	pair->host = host = host_new(host_disk_new(), NULL);
	pair->id = host_create(host, "ada create", t_json(PAIR_BASE));
	MUST(host, host_share(host, "ada create", pair->id, "user:bob", 2));
	MUST(host, asst_draft_edit(&pair->draft, as(host, "bob"), pair->id, 0, host->err));
	*state = pair;
	return 0;
}

static inline int pair_teardown(void **state)
{
	struct pair *pair = *state;

	asst_draft_free(pair->draft);
	host_free(pair->host);
	free(pair);
	return 0;
}

#define PAIR_TEST(f) cmocka_unit_test_setup_teardown(f, pair_setup, pair_teardown)

/* The live definition at a pointer. */
static inline const char *pair_live(struct pair *pair, const char *pointer)
{
	asst_assistant *assistant = host_get(pair->host, "ada create", pair->id);
	asst_buf *json;

	MUST(pair->host, asst_def_to_json(&json, asst_assistant_def(assistant), pair->host->err));
	asst_assistant_free(assistant);
	return json_at(json_take(json), pointer);
}

static inline const char *pair_drafted(struct pair *pair, const char *pointer)
{
	asst_buf *json;

	MUST(pair->host, asst_def_to_json(&json, asst_draft_def(pair->draft), pair->host->err));
	return json_at(json_take(json), pointer);
}

static inline uint64_t pair_version(struct pair *pair)
{
	return host_version(pair->host, "ada create", pair->id);
}

/* What the last error object says at a pointer of its detail. */
static inline const char *pair_detail(struct pair *pair, const char *pointer)
{
	size_t size;
	const char *text = asst_error_detail(pair->host->err, &size);

	assert_non_null(text);
	assert_int_equal(strlen(text), size);
	return json_at(text, pointer);
}

/* There are just these conflicts; issues name them too. */
static inline void pair_conflicts(struct pair *pair, size_t count, const char *const pointers[])
{
	const char *text = asst_error_detail(pair->host->err, NULL);
	size_t i;

	assert_non_null(text);
	assert_int_equal(json_count(text, "/conflicts"), count);
	assert_int_equal(asst_error_issue_count(pair->host->err), count);
	for (i = 0; i < count; i++) {
		assert_string_equal(json_item(text, "/conflicts", i, "pointer"), pointers[i]);
		host_issue(pair->host, i, "conflict", pointers[i]);
	}
}

static inline void pair_conflict(struct pair *pair, const char *pointer)
{
	pair_conflicts(pair, 1, &pointer);
}

#endif
