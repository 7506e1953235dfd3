/* SPDX-License-Identifier: MIT */
/* Inside the handles that everything in this room shares: options, store, session, call. */
#ifndef ASST_SERVICE_STORE_H
#define ASST_SERVICE_STORE_H

#include "access/access.h"
#include "base/digest.h"
#include "base/clock.h"
#include "base/fail.h"
#include "base/gate.h"
#include "base/uuid.h"
#include "storage/backend.h"
#include "service/keys.h"
#include "service/person.h"
#include "service/turns.h"
#include "storage/batch.h"
#include "storage/file/file.h"

#include <assistant/session.h>
#include <assistant/store.h>
#include <assistant/sys/catalog.h>
#include <assistant/sys/keyring.h>

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
	int64_t credential_days;
	bool audit_refused, directory;
	int (*find)(void *user, const char *workspace, const char *id, asst_buf **document,
		    asst_error *err);
	void *find_user;
	/* size 0: none; counted are the options, and the stores that were opened with them */
	struct asst_keyring keyring;
	struct asst_catalog catalog;
	atomic_size_t *keyring_refs, *catalog_refs;
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
	struct asst__turns turns;
	/* workspaces that are known to be in the directory */
	pthread_mutex_t workspaces_lock;
	char **workspaces;
	size_t workspace_count, workspace_room;
};

void asst__store_unref(asst_store *store);

/* Write a workspace into the directory before its first record; once per store and workspace. */
int asst__workspace_ensure(asst_store *store, const char *workspace, asst_error *err);
/* The tag of a workspace that is in the directory. */
int asst__workspace_tag(uint64_t *tag, asst_store *store, const char *workspace, asst_error *err);
/* The workspace of a tag; *workspace is owned, NULL where there is none. */
int asst__workspace_find(char **workspace, asst_store *store, uint64_t tag, asst_error *err);

/* Where it is learned what a session may do. */
enum asst__session_kind {
	ASST__FROM_DOCUMENT, /* from the document that it was opened with, or the system's */
	ASST__FROM_SOURCE,   /* from the principal source, at each use */
	ASST__FROM_KEY,   /* from the key's record and the source, at each use */
	ASST__FROM_TOKEN
};

struct asst_session {
	asst_store *store;
	atomic_size_t refs; /* the host's handle, drafts */
	enum asst__session_kind kind;
	bool runtime; /* it may use secrets */
	bool opening; /* for the user's own call, which learns of faults in what the source says */
	char *workspace;
	struct asst__person person; /* its principal; of one that was given, everything */
	/* of a key or token */
	unsigned char id[ASST__UUID_BYTES], assistant[ASST__UUID_BYTES];
	unsigned char hash[ASST__HASH_BYTES];
	char *creator; /* the identifier of the user who made it */
	char uid[ASST__UUID_TEXT + 1]; /* of a user: the person that it was opened for */
};

/* What a session may do, learned for one call. */
struct asst__identity {
	struct asst__identity *older; /* what was learned before: strings of it may be in use */
	struct asst__person person, creator;
	char only[ASST__UUID_TEXT + 1];
};

/* A record that a decision rests on, which a batch checks. */
struct asst__watch {
	struct asst__key key;
	uint64_t sequence;
};

asst_session *asst__session_ref(asst_session *session);

/* One call in progress on a session. */
struct asst__call {
	asst_session *session;
	asst_store *store;
	const char *workspace;
	const struct asst__actor *actor; /* who is acting */
	struct asst__identity *identity; /* where that was learned for this call; NULL: it was given */
	struct asst__watch watches[2];
	size_t watch_count;
	int torn; /* reads that were made again, because something had changed that they rest on */
	size_t stripe;
	int64_t now;
	bool want_draft;     /* also load the caller's own draft */
	int64_t versions[2]; /* and these versions of the assistant; -1: none */
	bool trash;          /* what is looked for was deleted */
	bool either;         /* or not: both are looked for */
	bool purge;          /* also what a purge has begun with */
	bool of_assistant;   /* what is asked for is the assistant's, also by a draft's id */
	/* where the id of what was found visible is noted, for the record of a refusal */
	char *located;
	char located_text[ASST__UUID_TEXT + 1];
	asst_error *err;
};

/*
 * Learn what the call's session may do now; again where it was learned before, which is kept with
 * its strings until the call ends. ASST_EUNAUTHENTICATED where it may do nothing any more; then, and
 * after any failure, the actor is the one that he was.
 */
int asst__identity_load(struct asst__call *call);
/* Free all that was learned. */
void asst__identity_free(struct asst__call *call);
/* Whether the store has a principal source; ASST_EUNSUPPORTED. */
int asst__source_check(const asst_store *store, asst_error *err);
/* Whether that is its own directory: a host's callback stands in the place of it. */
bool asst__source_is_directory(const asst_store *store);
/*
 * What a user may do now, by the source: fills a zeroed person, which is to be disposed in any case.
 * With the directory, answer is that of its record (NULL: absent).
 */
int asst__source_find(struct asst__person *person, const asst_store *store, const char *workspace,
		      const char *user, const struct asst__answer *answer, asst_error *err);
/*
 * The same of the user who made a key or token, whose uid is to be this one. ASST_EUNAUTHENTICATED also
 * where the id is another person's by now.
 */
int asst__source_creator(struct asst__person *person, const struct asst__call *call,
			 const char *user, const struct asst__answer *answer,
			 struct asst__string uid);
/* Fill the actor of a key, but for its principals, from its record and what its creator may do. */
void asst__key_actor(struct asst__actor *actor, const struct asst__actor *creator,
		     const struct asst__view *key);
/*
 * Tell one person of an id from the next: the uid of the caller; "" where the source has none.
 * has_access: ASST_EDENIED where it does not know the caller, or lets him in no more.
 */
int asst__source_uid(char uid[ASST__UUID_TEXT + 1], const struct asst__call *call,
		     bool has_access);
/* A session without a person; NULL: no memory. */
asst_session *asst__session_new(asst_store *store, const char *workspace);

/* Have keyring and catalog too, and have them no more: the last one destroys them. */
void asst__plugs_ref(const asst_store_opts *opts);
void asst__plugs_unref(asst_store_opts *opts);

/* Clears err. ASST_EINVAL without a session, ASST_ESTATE when the store is closed. */
int asst__call_begin(struct asst__call *call, asst_session *session, asst_error *err);
void asst__call_end(struct asst__call *call);
/* After a wait, or a lost race, which may have been one with a change of the caller's own rights. */
int asst__call_renew(struct asst__call *call);

/* ASST_EINVAL when bits other than known are set. */
int asst__flags_check(uint32_t flags, uint32_t known, asst_error *err);

#endif
