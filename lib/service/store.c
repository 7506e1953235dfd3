/* SPDX-License-Identifier: MIT */
/* Opening and closing stores, and the calls that run on them. */
#include "service/store.h"
#include "storage/memory.h"

#include <string.h>
#include <unistd.h>

int asst__flags_check(uint32_t flags, uint32_t known, asst_error *err)
{
	if (flags & ~known)
		return asst__fail(err, ASST_EINVAL, "unknown flags: 0x%x",
				  (unsigned)(flags & ~known));
	return ASST_OK;
}

static int random_bytes(void *bytes, size_t size, const asst_store_opts *opts, asst_error *err)
{
	struct asst__random random;
	int status = asst__random_init(&random, opts->random, opts->random_user, err);

	if (status != ASST_OK)
		return status;
	status = asst__random_bytes(&random, bytes, size, err);
	asst__random_close(&random);
	return status;
}

static int open_with(struct asst_backend *backend, const char *where, const asst_store_opts *opts,
		     asst_error *err)
{
	unsigned char random[24];
	uint64_t seed;
	int status = random_bytes(random, sizeof(random), opts, err);

	if (status != ASST_OK)
		return status;
	memcpy(&seed, random + 16, sizeof(seed));
	if (strcmp(where, "memory:") == 0)
		return asst__memory_open(backend, &opts->mem, seed, err);
	return asst__file_open(backend, &asst__io_system, where + 5, &opts->file, &opts->mem,
			       seed, random, err);
}

static int open_named(struct asst_backend *backend, const char *where, const asst_store_opts *opts,
		      asst_error *err)
{
	asst_store_opts *defaults;
	int status;

	if (!where)
		return asst__fail(err, ASST_EINVAL, "needs a place: memory: or file:DIRECTORY");
	if (strcmp(where, "memory:") != 0 && (strncmp(where, "file:", 5) != 0 || !where[5]))
		return asst__fail(err, ASST_EINVAL, "a place is memory: or file:DIRECTORY");
	if (opts)
		return open_with(backend, where, opts, err);
	defaults = asst_store_opts_new();
	if (!defaults)
		return asst__fail_nomem(err);
	status = open_with(backend, where, defaults, err);
	asst_store_opts_free(defaults);
	return status;
}

int asst_backend_open(asst_backend *backend, const char *where, const asst_store_opts *opts,
		      asst_error *err)
{
	struct asst_backend ours;
	size_t size;
	int status;

	asst__error_clear(err);
	status = asst__copy_sized(&ours, sizeof(ours), sizeof(ours), backend, "backend", err);
	if (status != ASST_OK)
		return status;
	size = backend->size;
	status = open_named(&ours, where, opts, err);
	if (status != ASST_OK)
		return status;
	memcpy(backend, &ours, sizeof(ours));
	backend->size = size;
	return ASST_OK;
}

static void free_store(asst_store *store)
{
	struct asst__mem mem = store->mem;
	size_t i;

	/* Threads that are not in a forked child may have had the locks, and the list half changed. */
	if (getpid() != store->gate.owner)
		return;
	for (i = 0; i < store->workspace_count; i++)
		asst__free_text(&mem, store->workspaces[i]);
	asst__free(&mem, store->workspaces, store->workspace_room * sizeof(*store->workspaces));
	pthread_mutex_destroy(&store->workspaces_lock);
	asst__turns_dispose(&store->turns);
	asst__free(&mem, store, sizeof(*store));
}

void asst__store_unref(asst_store *store)
{
	if (atomic_fetch_sub_explicit(&store->refs, 1, memory_order_acq_rel) == 1)
		free_store(store);
}

static bool make_locks(asst_store *store)
{
	if (pthread_mutex_init(&store->workspaces_lock, NULL) != 0)
		return false;
	if (asst__turns_init(&store->turns) == 0)
		return true;
	pthread_mutex_destroy(&store->workspaces_lock);
	return false;
}

/* A store without its backend. */
static int new_store(asst_store **out, const asst_store_opts *opts, asst_error *err)
{
	asst_store *store = asst__alloc_zeroed(&opts->mem, sizeof(*store));
	int status;

	if (!store)
		return asst__fail_nomem(err);
	store->mem = opts->mem;
	store->opts = *opts;
	atomic_init(&store->refs, 1);
	asst__gate_init(&store->gate);
	status = asst__uuid_maker_init(&store->ids, &opts->clock, opts->random, opts->random_user,
				       err);
	if (status == ASST_OK && !make_locks(store)) {
		asst__uuid_maker_close(&store->ids);
		status = asst__fail_nomem(err);
	}
	if (status != ASST_OK) {
		asst__free(&opts->mem, store, sizeof(*store));
		return status;
	}
	*out = store;
	return ASST_OK;
}

/* Consumes the backend, also on failure. */
static int open_on(asst_store **store, const struct asst_backend *backend,
		   const asst_store_opts *opts, asst_error *err)
{
	asst_store_opts *defaults = NULL;
	int status;

	if (!opts)
		opts = defaults = asst_store_opts_new();
	status = opts ? new_store(store, opts, err) : asst__fail_nomem(err);
	if (status == ASST_OK) {
		(*store)->backend = *backend;
		asst__plugs_ref(opts);
	} else {
		asst__backend_destroy(backend, NULL);
	}
	asst_store_opts_free(defaults);
	return status;
}

int asst_store_open(asst_store **store, const char *where, const asst_store_opts *opts,
		    asst_error *err)
{
	struct asst_backend backend;
	int status;

	asst__error_clear(err);
	if (store)
		*store = NULL;
	if (!store)
		return asst__fail(err, ASST_EINVAL, "needs a place for the store");
	asst_backend_init(&backend, sizeof(backend), NULL);
	status = open_named(&backend, where, opts, err);
	return status == ASST_OK ? open_on(store, &backend, opts, err) : status;
}

int asst_store_open_backend(asst_store **store, const asst_backend *backend,
			    const asst_store_opts *opts, asst_error *err)
{
	struct asst_backend ours;
	int status;

	asst__error_clear(err);
	if (store)
		*store = NULL;
	status = asst__backend_adopt(&ours, backend, err);
	if (status != ASST_OK) {
		/* Consumed all the same, where the table is large enough to say how. */
		if (backend && backend->size >= sizeof(ours) && backend->size <= 4096 &&
		    backend->destroy)
			backend->destroy(backend->self, NULL);
		return status;
	}
	if (!store) {
		asst__backend_destroy(&ours, NULL);
		return asst__fail(err, ASST_EINVAL, "needs a place for the store");
	}
	return open_on(store, &ours, opts, err);
}

int asst_store_close(asst_store *store)
{
	int status;

	if (!store)
		return ASST_OK;
	asst__gate_close(&store->gate);
	status = asst__backend_destroy(&store->backend, NULL);
	asst__plugs_unref(&store->opts);
	asst__uuid_maker_close(&store->ids);
	asst__store_unref(store);
	return status;
}

int asst__call_begin(struct asst__call *call, asst_session *session, asst_error *err)
{
	asst__error_clear(err);
	if (!session)
		return asst__fail(err, ASST_EINVAL, "needs a session");
	if (!asst__gate_enter(&session->store->gate, &call->stripe))
		return asst__fail(err, ASST_ESTATE, "the store is closed");
	call->session = session;
	call->store = session->store;
	call->workspace = session->workspace;
	call->now = asst__clock_now(&session->store->opts.clock);
	call->want_draft = false;
	call->versions[0] = call->versions[1] = -1;
	call->trash = call->either = call->purge = call->of_assistant = false;
	call->located = call->located_text;
	call->located[0] = '\0';
	call->err = err;
	call->actor = &session->person.actor;
	call->identity = NULL;
	call->watch_count = 0;
	call->torn = 0;
	if (session->kind != ASST__FROM_DOCUMENT) {
		int status = asst__identity_load(call);

		if (status != ASST_OK) {
			asst__call_end(call);
			return status;
		}
	}
	return ASST_OK;
}

int asst__call_renew(struct asst__call *call)
{
	call->now = asst__clock_now(&call->store->opts.clock);
	return call->identity ? asst__identity_load(call) : ASST_OK;
}

void asst__call_end(struct asst__call *call)
{
	asst__identity_free(call);
	asst__gate_leave(&call->store->gate, call->stripe);
}
