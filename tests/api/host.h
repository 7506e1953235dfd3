/* SPDX-License-Identifier: MIT */
/*
 * A host for tests of the API: a store with a clock and random numbers of the test's own, on
 * a backend that forwards to "memory:" and counts what it is asked, can be told to fail or
 * lie, and can do something else first. Sessions are named by short texts.
 */
#ifndef ASST_TESTS_API_HOST_H
#define ASST_TESTS_API_HOST_H

#include "t.h"

#include <assistant/assistant.h>
#include <assistant/sys/backend.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#define HOST_NOW INT64_C(1900000000000) /* where the clock starts */
#define HOST_IDS 2048
#define HOST_SESSIONS 64

enum host_method { HOST_GET, HOST_SCAN, HOST_APPLY, HOST_METHODS };

/* What several stores may share: one backend, destroyed with the last of them. */
struct host_disk {
	asst_backend memory;
	atomic_int stores;
};

struct host_backend {
	struct host_disk *disk;
	atomic_int calls[HOST_METHODS]; /* to workspaces */
	atomic_int directory;           /* all calls to "$store" */
	atomic_int events;              /* sequenced puts that were applied */
	atomic_int destroyed;
	_Atomic int64_t bytes;          /* of values that were put */
	/* a status other than 0 is returned in the place of a call to a workspace */
	int answer[HOST_METHODS];
	int destroy_answer;
	/* called before each call to a workspace */
	void (*before)(void *user, enum host_method method);
	void *user;
	/* what was asked, as text; not for several threads */
	char *trace;
	size_t trace_size;
};

struct host {
	asst_error *err;
	asst_store *store;
	struct host_disk *disk;
	struct host_backend backend;
	_Atomic int64_t now;
	atomic_uint_fast64_t random;
	size_t session_count, id_count;
	struct {
		char spec[160];
		asst_session *session;
	} sessions[HOST_SESSIONS];
	char ids[HOST_IDS][37];
};

/* The backend */

static inline void host_note(struct host_backend *backend, const char *partition,
			     enum host_method method, size_t count)
{
	static const char *const names[HOST_METHODS] = { "get", "scan", "apply" };
	size_t used;

	if (strcmp(partition, "$store") == 0) {
		atomic_fetch_add(&backend->directory, 1);
		return;
	}
	atomic_fetch_add(&backend->calls[method], 1);
	if (backend->trace) {
		used = strlen(backend->trace);
		snprintf(backend->trace + used, backend->trace_size - used, "%s %s %zu;",
			 names[method], partition, count);
	}
	if (backend->before)
		backend->before(backend->user, method);
}

/* The status to return without forwarding, or 0. */
static inline int host_refuse(const struct host_backend *backend, const char *partition,
			      enum host_method method)
{
	return strcmp(partition, "$store") == 0 ? 0 : backend->answer[method];
}

static inline int host_backend_get(void *self, const char *partition, const asst_keys *keys,
				   asst_sink *sink, uint64_t *sequence, asst_error *err)
{
	struct host_backend *backend = self;
	const asst_backend *memory = &backend->disk->memory;
	int status;

	host_note(backend, partition, HOST_GET, asst_keys_count(keys));
	status = host_refuse(backend, partition, HOST_GET);
	return status ? status : memory->get(memory->self, partition, keys, sink, sequence, err);
}

static inline int host_backend_scan(void *self, const char *partition, const asst_ranges *ranges,
				    asst_sink *sink, uint64_t *sequence, asst_error *err)
{
	struct host_backend *backend = self;
	const asst_backend *memory = &backend->disk->memory;
	int status;

	host_note(backend, partition, HOST_SCAN, asst_ranges_count(ranges));
	status = host_refuse(backend, partition, HOST_SCAN);
	return status ? status : memory->scan(memory->self, partition, ranges, sink, sequence, err);
}

static inline int host_backend_apply(void *self, const char *partition, const asst_batch *batch,
				     uint64_t *sequence, size_t *failed, asst_error *err)
{
	struct host_backend *backend = self;
	const asst_backend *memory = &backend->disk->memory;
	size_t i;
	int status;

	host_note(backend, partition, HOST_APPLY, asst_batch_count(batch));
	status = host_refuse(backend, partition, HOST_APPLY);
	if (!status)
		status = memory->apply(memory->self, partition, batch, sequence, failed, err);
	if (status != ASST_OK)
		return status;
	for (i = 0; i < asst_batch_count(batch); i++) {
		atomic_fetch_add(&backend->events,
				 asst_batch_kind(batch, i) == ASST_OP_PUT_SEQUENCED);
		atomic_fetch_add(&backend->bytes,
				 (int64_t)asst_buf_size(asst_batch_value(batch, i)));
	}
	return ASST_OK;
}

static inline int host_backend_destroy(void *self, asst_error *err)
{
	struct host_backend *backend = self;
	struct host_disk *disk = backend->disk;
	int status = ASST_OK;

	atomic_fetch_add(&backend->destroyed, 1);
	if (disk && atomic_fetch_sub(&disk->stores, 1) == 1) {
		status = disk->memory.destroy(disk->memory.self, err);
		free(disk);
	}
	return backend->destroy_answer ? backend->destroy_answer : status;
}

static inline struct host_disk *host_disk_new(void)
{
	struct host_disk *disk = calloc(1, sizeof(*disk));

	assert_non_null(disk);
	assert_int_equal(asst_backend_init(&disk->memory, sizeof(disk->memory), NULL), ASST_OK);
	assert_int_equal(asst_backend_open(&disk->memory, "memory:", NULL, NULL), ASST_OK);
	return disk;
}

/* A table that forwards to the disk of backend. */
static inline asst_backend host_table(struct host_backend *backend)
{
	asst_backend table;

	assert_int_equal(asst_backend_init(&table, sizeof(table), NULL), ASST_OK);
	table.self = backend;
	table.get = host_backend_get;
	table.scan = host_backend_scan;
	table.apply = host_backend_apply;
	table.destroy = host_backend_destroy;
	return table;
}

static inline int host_calls(struct host *host, enum host_method method)
{
	return atomic_load(&host->backend.calls[method]);
}

/* Forget what was counted. */
static inline void host_count_anew(struct host *host)
{
	int i;

	for (i = 0; i < HOST_METHODS; i++)
		atomic_store(&host->backend.calls[i], 0);
	atomic_store(&host->backend.directory, 0);
	atomic_store(&host->backend.events, 0);
	atomic_store(&host->backend.bytes, 0);
}

/* The clock and the random source */

static inline int64_t host_clock(void *user)
{
	struct host *host = user;

	return atomic_load(&host->now);
}

static inline int host_random(void *user, void *bytes, size_t size)
{
	struct host *host = user;
	uint64_t state = atomic_fetch_add(&host->random, UINT64_C(0x9e3779b97f4a7c15)), z = 0;
	unsigned char *to = bytes;
	size_t i;

	for (i = 0; i < size; i++) {
		if (i % 8 == 0)
			z = t_random(&state);
		to[i] = (unsigned char)(z >> 8 * (i % 8) & 0xff);
	}
	return 0;
}

static inline void host_pass(struct host *host, int64_t ms)
{
	atomic_fetch_add(&host->now, ms);
}

/* Statuses: what was returned, what err says, and that a message goes with each failure. */

static inline void host_expect(struct host *host, int status, int wanted, const char *call,
			       const char *file, int line)
{
	const char *message = asst_error_message(host->err);

	if (status != wanted || asst_error_status(host->err) != status ||
	    (message[0] != '\0') != (status != ASST_OK)) {
		print_error("%s\n  gave %s, error object: %s \"%s\"; wanted %s\n", call,
			    asst_status_name(status),
			    asst_status_name(asst_error_status(host->err)), message,
			    asst_status_name(wanted));
		_fail(file, line);
	}
}

#define EXPECT(host, wanted, call) host_expect(host, call, wanted, #call, __FILE__, __LINE__)
#define MUST(host, call) EXPECT(host, ASST_OK, call)

static inline void host_issue(struct host *host, size_t i, const char *code, const char *pointer)
{
	assert_string_equal(asst_error_issue_code(host->err, i), code);
	assert_string_equal(asst_error_issue_pointer(host->err, i), pointer);
	assert_true(asst_error_issue_message(host->err, i)[0] != '\0');
}

/* Opening and closing */

/* A host with its store on a disk, which others may share. opts may be NULL. */
static inline struct host *host_new(struct host_disk *disk, asst_store_opts *opts)
{
	struct host *host = calloc(1, sizeof(*host));
	asst_store_opts *own = NULL;
	asst_backend table;

	assert_non_null(host);
	host->err = asst_error_new();
	host->disk = disk;
	host->backend.disk = disk;
	atomic_fetch_add(&disk->stores, 1);
	atomic_store(&host->now, HOST_NOW);
	atomic_store(&host->random, (uint_fast64_t)atomic_load(&disk->stores) << 40);
	if (!opts)
		opts = own = asst_store_opts_new();
	MUST(host, asst_store_opts_set_clock(opts, host_clock, host, host->err));
	MUST(host, asst_store_opts_set_random(opts, host_random, host, host->err));
	table = host_table(&host->backend);
	MUST(host, asst_store_open_backend(&host->store, &table, opts, host->err));
	asst_store_opts_free(own);
	return host;
}

static inline void host_close(struct host *host)
{
	int status = asst_store_close(host->store);

	host->store = NULL;
	assert_int_equal(status, ASST_OK);
}

static inline void host_free(struct host *host)
{
	size_t i;
	int destroyed;

	for (i = 0; i < host->session_count; i++)
		asst_session_free(host->sessions[i].session);
	if (host->store)
		asst_store_close(host->store);
	destroyed = atomic_load(&host->backend.destroyed);
	asst_error_free(host->err);
	free(host);
	assert_int_equal(destroyed, 1);
}

static inline int host_setup(void **state)
{
	*state = host_new(host_disk_new(), NULL);
	return 0;
}

static inline int host_teardown(void **state)
{
	host_free(*state);
	return 0;
}

#define HOST_TEST(f) cmocka_unit_test_setup_teardown(f, host_setup, host_teardown)

/*
 * Sessions: words, the user first: "ada create eng:admin @acme super noseat". The workspace
 * is "acme" unless another one is named; "system" is the host itself.
 */

static inline void host_session_json(char *json, size_t size, const char *spec)
{
	char words[160], user[160] = "", workspace[64] = "acme", teams[2048] = "", *word,
			 *rest = words;
	bool create = strstr(spec, " create") != NULL, super = strstr(spec, " super") != NULL;
	size_t used;

	snprintf(words, sizeof(words), "%s", spec);
	while ((word = strtok_r(rest, " ", &rest)) != NULL) {
		char *colon = strchr(word, ':');

		if (!user[0]) {
			snprintf(user, sizeof(user), "%s", word);
		} else if (word[0] == '@') {
			snprintf(workspace, sizeof(workspace), "%s", word + 1);
		} else if (colon) {
			*colon = '\0';
			used = strlen(teams);
			snprintf(teams + used, sizeof(teams) - used,
				 "%s{\"id\":\"%s\",\"role\":\"%s\"}", used ? "," : "", word,
				 colon + 1);
		}
	}
	snprintf(json, size,
		 "{\"workspace\":\"%s\",\"user\":\"%s\",\"aiSeat\":%s,\"superuser\":%s,"
		 "\"permissions\":[%s],\"teams\":[%s]}",
		 workspace, user, strstr(spec, " noseat") ? "false" : "true",
		 super ? "true" : "false", create ? "\"assistants:create\"" : "", teams);
}

/* The session of this text, opened at first use; freed with the host. */
static inline asst_session *as(struct host *host, const char *spec)
{
	char json[4096];
	const char *workspace = strchr(spec, '@');
	asst_session **made;
	size_t i;

	for (i = 0; i < host->session_count; i++)
		if (strcmp(host->sessions[i].spec, spec) == 0)
			return host->sessions[i].session;
	assert_true(i < HOST_SESSIONS);
	made = &host->sessions[i].session;
	if (strncmp(spec, "system", 6) == 0) {
		MUST(host, asst_session_open_system(made, host->store,
						    workspace ? workspace + 1 : "acme", host->err));
	} else {
		host_session_json(json, sizeof(json), spec);
		MUST(host, asst_session_open(made, host->store, json, ASST_NUL, host->err));
	}
	snprintf(host->sessions[i].spec, sizeof(host->sessions[i].spec), "%s", spec);
	host->session_count++;
	return *made;
}

/* Assistants */

/* Keep an id as long as the host lives. */
static inline const char *host_keep(struct host *host, const char *id)
{
	assert_true(host->id_count < HOST_IDS);
	assert_int_equal(strlen(id), 36);
	return strcpy(host->ids[host->id_count++], id);
}

static inline const char *host_create_with(struct host *host, const char *spec, const char *json,
					   uint32_t flags)
{
	asst_assistant *assistant;
	const char *id;

	MUST(host, asst_assistant_create_json(&assistant, as(host, spec), json, ASST_NUL, flags,
					      host->err));
	id = host_keep(host, asst_assistant_id(assistant));
	asst_assistant_free(assistant);
	return id;
}

static inline const char *host_create(struct host *host, const char *spec, const char *json)
{
	return host_create_with(host, spec, json, 0);
}

/* Load one; free it with asst_assistant_free(). */
static inline asst_assistant *host_get(struct host *host, const char *spec, const char *id)
{
	asst_assistant *assistant;

	MUST(host, asst_assistant_get(&assistant, as(host, spec), id, 0, host->err));
	assert_non_null(assistant);
	return assistant;
}

/* Only what getting it answers. */
static inline int host_look(struct host *host, const char *spec, const char *id)
{
	return asst_assistant_get(NULL, as(host, spec), id, 0, host->err);
}

static inline int host_patch(struct host *host, const char *spec, const char *id, const char *json)
{
	return asst_assistant_patch_json(NULL, as(host, spec), id, json, ASST_NUL,
					 ASST_ANY_REVISION, 0, host->err);
}

static inline int host_delete(struct host *host, const char *spec, const char *id)
{
	return asst_assistant_delete(as(host, spec), id, ASST_ANY_REVISION, 0, host->err);
}

static inline int host_share(struct host *host, const char *spec, const char *id,
			     const char *principal, int level)
{
	return asst_share_put(as(host, spec), id, principal, level, 0, host->err);
}

static inline uint64_t host_revision(struct host *host, const char *spec, const char *id)
{
	asst_assistant *assistant = host_get(host, spec, id);
	uint64_t revision = asst_assistant_revision(assistant);

	asst_assistant_free(assistant);
	return revision;
}

static inline uint64_t host_version(struct host *host, const char *spec, const char *id)
{
	asst_assistant *assistant = host_get(host, spec, id);
	uint64_t version = asst_assistant_version(assistant);

	asst_assistant_free(assistant);
	return version;
}

static inline int host_allowed(struct host *host, const char *spec, const char *right,
			       const char *id)
{
	int allowed = -1;

	MUST(host, asst_access_check(&allowed, as(host, spec), right, id, host->err));
	assert_true(allowed == 0 || allowed == 1);
	return allowed;
}

#endif
