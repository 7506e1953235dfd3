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
	asst_buf_free(session->record);
	asst__free_text(&mem, session->workspace);
	asst__free(&mem, session->principals, session->principals_size);
	asst__free(&mem, session->memberships,
		   session->actor.count * sizeof(*session->memberships));
	asst__free(&mem, session, sizeof(*session));
	asst__store_unref(store);
}

static asst_session *new_session(asst_store *store, const char *workspace)
{
	asst_session *session = asst__alloc_zeroed(&store->mem, sizeof(*session));

	if (!session)
		return NULL;
	atomic_init(&session->refs, 1);
	session->store = store;
	atomic_fetch_add_explicit(&store->refs, 1, memory_order_relaxed);
	session->workspace = asst__copy_text(&store->mem, workspace, strlen(workspace));
	if (session->workspace)
		return session;
	asst_session_free(session);
	return NULL;
}

/* Append prefix + name to the principals and make it membership i. */
static void add_principal(asst_session *session, size_t i, char **at, const char *prefix,
			  const char *name, unsigned role)
{
	size_t prefix_size = strlen(prefix), name_size = strlen(name);

	memcpy(*at, prefix, prefix_size);
	memcpy(*at + prefix_size, name, name_size + 1);
	session->memberships[i].principal = (struct asst__string){ *at, prefix_size + name_size };
	session->memberships[i].role = role;
	*at += prefix_size + name_size + 1;
}

/* Few and nearly sorted: by insertion. */
static void sort_memberships(struct asst__membership *memberships, size_t count)
{
	struct asst__membership moving;
	size_t i, k;

	for (i = 1; i < count; i++) {
		moving = memberships[i];
		for (k = i; k > 0 && asst__key_compare(moving.principal.text, moving.principal.size,
						      memberships[k - 1].principal.text,
						      memberships[k - 1].principal.size) < 0;
		     k--)
			memberships[k] = memberships[k - 1];
		memberships[k] = moving;
	}
}

/* What the session stands for: the user, its teams, and everybody in the workspace. */
static int fill_memberships(asst_session *session, const struct asst__view *document,
			    asst_error *err)
{
	const struct asst__mem *mem = &session->store->mem;
	size_t i, teams = asst__view_count(document, ASST__SESSION_TEAMS);
	struct asst__string user = asst__view_text(document, ASST__SESSION_USER);
	struct asst__view team;
	char *at;

	session->principals_size = (teams + 2) * (ASST__PRINCIPAL_MAX + 1);
	session->principals = asst__alloc(mem, session->principals_size);
	session->memberships = asst__alloc(mem, (teams + 2) * sizeof(*session->memberships));
	if (session->memberships)
		session->actor.count = teams + 2;
	if (!session->principals || !session->memberships)
		return asst__fail_nomem(err);
	at = session->principals;
	add_principal(session, 0, &at, "user:", user.text, 0);
	session->actor.principal = session->memberships[0].principal;
	add_principal(session, 1, &at, "workspace", "", 0);
	for (i = 0; i < teams; i++) {
		team = asst__view_item(document, ASST__SESSION_TEAMS, i);
		add_principal(session, i + 2, &at,
			      "team:", asst__view_text(&team, ASST__TEAM_ID).text,
			      asst__view_choice(&team, ASST__TEAM_ROLE, ASST__ROLE_MEMBER));
	}
	sort_memberships(session->memberships, session->actor.count);
	session->actor.memberships = session->memberships;
	return ASST_OK;
}

static bool has_permission(const struct asst__view *document, const char *permission)
{
	size_t i, count = asst__view_count(document, ASST__SESSION_PERMISSIONS);

	for (i = 0; i < count; i++) {
		if (strcmp(asst__view_text_at(document, ASST__SESSION_PERMISSIONS, i).text,
			   permission) == 0)
			return true;
	}
	return false;
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
	made = new_session(store, asst__view_text(&document, ASST__SESSION_WORKSPACE).text);
	if (!made)
		return asst__fail_nomem(err);
	made->record = asst_buf_ref(record);
	/* Each of the two documents has its own name for the seat and for the permission. */
	made->actor.seat = asst__view_flag(&document, ASST__SESSION_SEAT, false) ||
			   has_permission(&document, "ai.verify");
	made->actor.superuser = asst__view_flag(&document, ASST__SESSION_SUPERUSER, false);
	made->actor.may_create = has_permission(&document, "assistants:create") ||
				 has_permission(&document, "createAssistants");
	status = fill_memberships(made, &document, err);
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
	*session = new_session(store, workspace);
	asst__gate_leave(&store->gate, stripe);
	if (!*session)
		return asst__fail_nomem(err);
	(*session)->actor.system = true;
	(*session)->actor.principal = ASST__STRING("system");
	return ASST_OK;
}

const char *asst_session_workspace(const asst_session *session)
{
	return session->workspace;
}

const char *asst_session_principal(const asst_session *session)
{
	return session->actor.principal.text;
}
