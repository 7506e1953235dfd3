/* SPDX-License-Identifier: MIT */
/* Asking who has a right, and looking into the answer. */
#ifndef ASST_TESTS_API_WHO_H
#define ASST_TESTS_API_WHO_H

#include "people.h"

static inline const char *who(struct host *host, const char *spec, const char *right, const char *id)
{
	asst_buf *out;

	MUST(host, asst_access_who(&out, as(host, spec), right, id, host->err));
	return json_take(out);
}

/* The place of a principal in a list of who, or -1. */
static inline int place_of(const char *json, const char *list, const char *principal)
{
	size_t i, count = json_count(json, list);

	for (i = 0; i < count; i++)
		if (strcmp(json_item(json, list, i, "principalId"), principal) == 0)
			return (int)i;
	return -1;
}

static inline void has(const char *json, const char *principal, const char *level, const char *rule)
{
	int at = place_of(json, "/principals", principal);

	if (at < 0)
		fail_msg("%s is not in %s", principal, json);
	assert_string_equal(json_item(json, "/principals", (size_t)at, "level"), level);
	assert_string_equal(json_item(json, "/principals", (size_t)at, "rule"), rule);
}

static inline void has_member(const char *json, const char *principal, const char *level, const char *via)
{
	int at = place_of(json, "/members", principal);

	if (at < 0)
		fail_msg("%s is not in %s", principal, json);
	assert_string_equal(json_item(json, "/members", (size_t)at, "level"), level);
	assert_string_equal(json_item(json, "/members", (size_t)at, "via"), via);
}

#endif
