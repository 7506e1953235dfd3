/* SPDX-License-Identifier: MIT */
/* Sessions: an authenticated principal, the principals that it stands for, what it may. */
#include "model/check.h"
#include "model/def.h"
#include "model/heads.h"
#include "model/ident.h"
#include "service/store.h"

#include <string.h>

asst_session *asst__session_ref(asst_session *session)
{
	atomic_fetch_add_explicit(&session->refs, 1, memory_order_relaxed);
	return session;
}

void asst_session_free(asst_session *session)
{
	asst_store *store;
	struct asst__mem mem;

	if (!session || atomic_fetch_sub_explicit(&session->refs, 1, memory_order_acq_rel) != 1)
		return;
	store = session->store;
	mem = store->mem;
	asst__free_text(&mem, session->workspace);
	asst__free_text(&mem, session->creator);
	asst__person_dispose(&session->person);
	asst__free(&mem, session, sizeof(*session));
	asst__store_unref(store);
}

asst_session *asst__session_new(asst_store *store, const char *workspace)
{
	asst_session *session = asst__alloc_zeroed(&store->mem, sizeof(*session));

	if (!session)
		return NULL;
	atomic_init(&session->refs, 1);
	session->store = store;
	session->person.mem = store->mem;
	atomic_fetch_add_explicit(&store->refs, 1, memory_order_relaxed);
	session->workspace = asst__copy_text(&store->mem, workspace, strlen(workspace));
	if (session->workspace)
		return session;
	asst_session_free(session);
	return NULL;
}

static int read_document(asst_buf **record, asst_store *store, const char *json, size_t size,
			 asst_error *err)
{
	struct asst__check check;
	asst__json *tree;
	int status = asst__scan_object(&tree, json, size, &store->opts.limits, &store->mem, err);

	if (status != ASST_OK)
		return status;
	asst__check_begin(&check, &store->opts.limits, 0, &store->mem, err);
	asst__check_object(&check, &asst__session_schema, tree);
	status = asst__check_end(&check);
	if (status == ASST_OK)
		status = asst__record_from_tree(record, &asst__session_schema, tree, &store->mem,
						err);
	asst__json_free(tree);
	return status;
}

static int fill_session(asst_session **session, asst_store *store, asst_buf *record,
			asst_error *err)
{
	struct asst__view document;
	int status = asst__view_open(&document, &asst__session_schema, asst_buf_data(record),
				     asst_buf_size(record), err);
	asst_session *made;

	if (status != ASST_OK)
		return status;
	made = asst__session_new(store, asst__view_text(&document, ASST__SESSION_WORKSPACE).text);
	if (!made)
		return asst__fail_nomem(err);
	status = asst__person_fill(&made->person, &store->mem,
				   asst__view_text(&document, ASST__SESSION_USER), record,
				   &document, err);
	if (status == ASST_OK)
		*session = made;
	else
		asst_session_free(made);
	return status;
}

int asst_session_open(asst_session **session, asst_store *store, const char *json, size_t size,
		      asst_error *err)
{
	asst_buf *record = NULL;
	size_t stripe;
	int status;

	asst__error_clear(err);
	if (session)
		*session = NULL;
	if (!session || !store || !json)
		return asst__fail(err, ASST_EINVAL,
				  "needs a place for the session, a store and a document");
	if (!asst__gate_enter(&store->gate, &stripe))
		return asst__fail(err, ASST_ESTATE, "the store is closed");
	status = read_document(&record, store, json, size, err);
	if (status == ASST_OK)
		status = fill_session(session, store, record, err);
	asst_buf_free(record);
	asst__gate_leave(&store->gate, stripe);
	return status;
}

int asst_session_open_system(asst_session **session, asst_store *store, const char *workspace,
			     asst_error *err)
{
	size_t stripe;

	asst__error_clear(err);
	if (session)
		*session = NULL;
	if (!session || !store || !workspace || !asst__ident_valid(workspace, strlen(workspace)))
		return asst__fail(
			err, ASST_EINVAL,
			"needs a place for the session, a store and a workspace of 1 to 128 of A-Z a-z 0-9 . _ @ + -");
	if (!asst__gate_enter(&store->gate, &stripe))
		return asst__fail(err, ASST_ESTATE, "the store is closed");
	*session = asst__session_new(store, workspace);
	asst__gate_leave(&store->gate, stripe);
	if (!*session)
		return asst__fail_nomem(err);
	(*session)->person.actor.system = true;
	(*session)->person.actor.principal = ASST__STRING("system");
	return ASST_OK;
}

const char *asst_session_workspace(const asst_session *session)
{
	return session->workspace;
}

const char *asst_session_principal(const asst_session *session)
{
	return session->person.actor.principal.text;
}

/* A session on a user whom the principal source knows now. */
static int open_user(asst_session **session, asst_store *store, const char *workspace,
		     const char *user, asst_error *err)
{
	asst_session *made = asst__session_new(store, workspace);
	struct asst__call call;
	int status;

	if (!made)
		return asst__fail_nomem(err);
	made->kind = ASST__FROM_SOURCE;
	made->opening = true;
	status = asst__person_fill_alone(&made->person, &store->mem, "user:", user, err);
	if (status == ASST_OK) {
		status = asst__call_begin(&call, made, err);
		if (status == ASST_OK) {
			memcpy(made->uid, call.identity->person.uid, sizeof(made->uid));
			asst__call_end(&call);
		}
	}
	made->opening = false;
	if (status == ASST_OK)
		*session = made;
	else
		asst_session_free(made);
	return status;
}

int asst_session_open_user(asst_session **session, asst_store *store, const char *workspace,
			   const char *user, uint32_t flags, asst_error *err)
{
	size_t stripe;
	int status;

	asst__error_clear(err);
	if (session)
		*session = NULL;
	if (!session || !store || !workspace || !asst__ident_valid(workspace, strlen(workspace)) ||
	    !user || !asst__ident_valid(user, strlen(user)))
		return asst__fail(
			err, ASST_EINVAL,
			"needs a place for the session, a store, a workspace and a user of 1 to 128 of A-Z a-z 0-9 . _ @ + -");
	status = asst__flags_check(flags, ASST_SESSION_RUNTIME, err);
	if (status != ASST_OK)
		return status;
	if (!asst__gate_enter(&store->gate, &stripe))
		return asst__fail(err, ASST_ESTATE, "the store is closed");
	status = asst__source_check(store, err);
	if (status == ASST_OK)
		status = open_user(session, store, workspace, user, err);
	if (status == ASST_OK)
		(*session)->runtime = (flags & ASST_SESSION_RUNTIME) != 0;
	asst__gate_leave(&store->gate, stripe);
	return status;
}

/* The same person again; what was given is shared by its record. */
static int copy_person(asst_session *to, const asst_session *from, asst_error *err)
{
	const struct asst__mem *mem = &from->store->mem;
	const struct asst__person *person = &from->person;
	const char *principal = person->actor.principal.text, *colon = strchr(principal, ':');
	struct asst__view document;
	int status;

	if (!person->record) {
		char prefix[8] = "";

		memcpy(prefix, principal, (size_t)(colon - principal) + 1);
		return asst__person_fill_alone(&to->person, mem, prefix, colon + 1, err);
	}
	status = asst__view_open(&document, &asst__session_schema, asst_buf_data(person->record),
				 asst_buf_size(person->record), err);
	if (status != ASST_OK)
		return status;
	return asst__person_fill(&to->person, mem, ASST__STRING(colon + 1), person->record,
				 &document, err);
}

static int make_runtime(asst_session **runtime, const asst_session *session, asst_error *err)
{
	asst_session *made = asst__session_new(session->store, session->workspace);
	int status;

	if (!made)
		return asst__fail_nomem(err);
	status = copy_person(made, session, err);
	made->kind = session->kind;
	made->runtime = true;
	memcpy(made->id, session->id, sizeof(made->id));
	memcpy(made->assistant, session->assistant, sizeof(made->assistant));
	memcpy(made->hash, session->hash, sizeof(made->hash));
	memcpy(made->uid, session->uid, sizeof(made->uid));
	if (status == ASST_OK && session->creator) {
		made->creator = asst__copy_text(&session->store->mem, session->creator,
						strlen(session->creator));
		status = made->creator ? ASST_OK : asst__fail_nomem(err);
	}
	if (status == ASST_OK)
		*runtime = made;
	else
		asst_session_free(made);
	return status;
}

int asst_session_runtime(asst_session **runtime, asst_session *session, asst_error *err)
{
	size_t stripe;
	int status;

	asst__error_clear(err);
	if (runtime)
		*runtime = NULL;
	if (!runtime || !session)
		return asst__fail(err, ASST_EINVAL, "needs a place for the session, and a session");
	if (session->person.actor.system || session->kind == ASST__FROM_KEY)
		return asst__fail(err, ASST_EDENIED,
				  "a runtime acts for a person or a token, not for a key or the system");
	if (!asst__gate_enter(&session->store->gate, &stripe))
		return asst__fail(err, ASST_ESTATE, "the store is closed");
	status = make_runtime(runtime, session, err);
	asst__gate_leave(&session->store->gate, stripe);
	return status;
}
