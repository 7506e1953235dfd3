/* SPDX-License-Identifier: MIT */
/* Inside the handles that everything in this room shares: options, store, session, call. */
#ifndef ASST_SERVICE_STORE_H
#define ASST_SERVICE_STORE_H

#include "access/access.h"
#include "base/clock.h"
#include "base/fail.h"
#include "base/gate.h"
#include "base/uuid.h"
#include "storage/backend.h"
#include "storage/batch.h"
#include "storage/file/file.h"

#include <assistant/session.h>
#include <assistant/store.h>

#include <pthread.h>
#include <stdatomic.h>

struct asst_store_opts {
	struct asst__mem mem; /* of the store, not of this object */
	struct asst__limits limits;
	bool keep_unknown;
	struct asst__clock clock;
	int (*random)(void *user, void *bytes, size_t size);
	void *random_user;
	struct asst__file_options file;
	int64_t keep_versions, keep_days, trash_days, feed_days;
	bool audit_refused;
	void (*changed)(void *user, const char *workspace, const char *event, size_t size);
	void *changed_user;
};

struct asst_store {
	struct asst__mem mem;
	atomic_size_t refs; /* the host's handle, sessions */
	struct asst__gate gate;
	struct asst_backend backend;
	struct asst__uuid_maker ids;
	struct asst_store_opts opts;
	/* workspaces that are known to be in the directory */
	pthread_mutex_t workspaces_lock;
	char **workspaces;
	size_t workspace_count, workspace_room;
};

void asst__store_unref(asst_store *store);

/* Write a workspace into the directory before its first record; once per store and workspace. */
int asst__workspace_ensure(asst_store *store, const char *workspace, asst_error *err);

struct asst_session {
	asst_store *store;
	atomic_size_t refs; /* the host's handle, drafts */
	asst_buf *record;   /* the document that it was opened with; NULL for the system's */
	char *workspace;
	char *principals; /* all principals, each with its NUL */
	size_t principals_size;
	struct asst__membership *memberships;
	struct asst__actor actor;
};

asst_session *asst__session_ref(asst_session *session);

/* One call in progress on a session. */
struct asst__call {
	asst_session *session;
	asst_store *store;
	const char *workspace;
	size_t stripe;
	int64_t now;
	bool want_draft;     /* also load the caller's own draft */
	int64_t versions[2]; /* and these versions of the assistant; -1: none */
	bool trash;          /* what is looked for was deleted */
	asst_error *err;
};

/* Clears err. ASST_EINVAL without a session, ASST_ESTATE when the store is closed. */
int asst__call_begin(struct asst__call *call, asst_session *session, asst_error *err);
void asst__call_end(struct asst__call *call);

/* ASST_EINVAL when bits other than known are set. */
int asst__flags_check(uint32_t flags, uint32_t known, asst_error *err);

#endif
