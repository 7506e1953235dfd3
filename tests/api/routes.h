/* SPDX-License-Identifier: MIT */
/* Dispatchers for tests: documents with routes, and what became of them. */
#ifndef ASST_TESTS_API_ROUTES_H
#define ASST_TESTS_API_ROUTES_H

#include "host.h"

/* A dispatcher's document; one of a few buffers in turn. fallback may be NULL. */
static inline const char *routes_json(const char *const *ids, size_t count, const char *fallback)
{
	static char buffers[4][16384];
	static unsigned next;
	char *text = buffers[next++ % 4];
	size_t used = (size_t)snprintf(text, sizeof(buffers[0]),
				       "{\"name\":\"D\",\"type\":\"dispatcher\",\"routes\":["), i;

	for (i = 0; i < count; i++)
		used += (size_t)snprintf(text + used, sizeof(buffers[0]) - used,
					 "%s{\"assistantId\":\"%s\",\"when\":\"%zu\"}",
					 i ? "," : "", ids[i], i);
	snprintf(text + used, sizeof(buffers[0]) - used, fallback ? "],\"fallback\":\"%s\"}" : "]}%s",
		 fallback ? fallback : "");
	return text;
}

static inline const char *routes_to(const char *id)
{
	return routes_json(&id, 1, NULL);
}

/* A new dispatcher, or what creating it gives. */
static inline const char *routes_create(struct host *host, const char *spec, const char *to)
{
	return host_create(host, spec, routes_to(to));
}

static inline int routes_try(struct host *host, const char *spec, const char *to)
{
	return asst_assistant_create_json(NULL, as(host, spec), routes_to(to), ASST_NUL, 0,
					  host->err);
}

/* The store's own check finds nothing. */
static inline void routes_sound(struct host *host)
{
	asst_buf *report;

	MUST(host, asst_store_verify(&report, host->store, NULL, NULL, 0, host->err));
	if (!strstr(asst_buf_data(report), "\"ok\":true"))
		fail_msg("%s", asst_buf_data(report));
	asst_buf_free(report);
}

#endif
