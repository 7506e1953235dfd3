/* SPDX-License-Identifier: MIT */
/* Stores: opening, closing, options. */
#ifndef ASSISTANT_STORE_H
#define ASSISTANT_STORE_H

#include <assistant/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Make options, all at their defaults. They are copied by what they are given to: they may be freed
 * or changed at once, and several stores may be opened with them, also at a time.
 *
 * @return owned, free with asst_store_opts_free(); NULL when there is no memory.
 * Threads: A.  Since: 0.1.
 */
ASST_API asst_store_opts *asst_store_opts_new(void);

/** Free options; NULL is a no-op. Threads: A. Since: 0.1. */
ASST_API void asst_store_opts_free(asst_store_opts *opts);

/**
 * Set an option whose value is text.
 *
 * "limits": the limit set, "prose" (default), "openapi" or "agents"; it sets all limits, so
 * single ones ("limit.NAME") are set after it.
 * "durability": "full" (default): what is acknowledged survives the machine; "process": it
 * survives the process, and what the machine loses is a suffix. For the file backend.
 *
 * @param name   borrowed.
 * @param value  copied; NUL-terminated.
 * @param err    may be NULL.
 * @return ASST_OK, ASST_EINVAL (no such option or value), ASST_ENOMEM.
 * Threads: A.  Since: 0.1.
 */
ASST_API int asst_store_opts_set_text(asst_store_opts *opts, const char *name, const char *value,
				      asst_error *err);

/**
 * Set an option whose value is a whole number.
 *
 * "keep_unknown_fields": 1 keeps members that the field table does not know (default 0).
 * "read_only": 1 opens a directory for reading only (default 0). "resident_bytes": how many
 * bytes of values the file backend keeps in memory (default 268435456). "segment_bytes": the
 * size of its files, 65536 to 1073741824 (default 67108864). "fill_bytes": how far it writes
 * zeros ahead, 0 on copy-on-write file systems (default 262144). "auto_compact": 0 compacts only
 * when asked to (default 1).
 * "keep_versions" and "keep_days": what asst_version_prune() leaves (100 and 30).
 * "trash_days": from when on asst_trash_purge() needs no more than "assistant:delete" (30).
 * "feed_days": how long asst_feed_prune() keeps events, 30 or more (90). "audit_refused": 1 writes
 * an event for each write that was refused with ASST_EDENIED or ASST_ENOTFOUND (default 0).
 * "directory": 1 keeps users and teams in the store (default 0). "max_credential_days": how far ahead a
 * key or token may expire (365).
 * "limit.NAME": one value of the limit set, -1 for no limit; safety caps can only be
 * lowered. asst_limit_name() gives the names.
 *
 * @return ASST_OK, ASST_EINVAL (no such option, or out of range).
 * Threads: A.  Since: 0.1.
 */
ASST_API int asst_store_opts_set_int(asst_store_opts *opts, const char *name, int64_t value,
				     asst_error *err);

/**
 * Take memory from the host's allocator (sys/alloc.h).
 *
 * @param allocator  copied; user must outlive everything made with it.
 * @return ASST_OK, ASST_EINVAL, ASST_EABI.
 * Threads: A.  Since: 0.1.
 */
ASST_API int asst_store_opts_set_allocator(asst_store_opts *opts, const asst_allocator *allocator,
					   asst_error *err);

/**
 * Read the time from the host, for example in tests.
 *
 * @param now   returns ms since 1970, UTC; called from any thread. NULL: the system's clock.
 * @param user  passed to it; must outlive the store.
 * Threads: A.  Since: 0.1.
 */
ASST_API int asst_store_opts_set_clock(asst_store_opts *opts, int64_t (*now)(void *user),
				       void *user, asst_error *err);

/**
 * Take random bytes from the host, for example in tests.
 *
 * @param fill  fills size bytes and returns 0, or another value on failure; called from
 *              any thread. NULL: the system's getrandom(2).
 * @param user  passed to it; must outlive the store.
 * Threads: A.  Since: 0.1.
 */
ASST_API int asst_store_opts_set_random(asst_store_opts *opts,
					int (*fill)(void *user, void *bytes, size_t size),
					void *user, asst_error *err);

/**
 * Tell the store where to learn what a person may do now, in the place of its own directory: for
 * asst_session_open_user(), and for the creators of keys and tokens.
 *
 * @param find  called at each use with a workspace and a user's identifier. It sets *document to a new
 *              buffer with what asst_session_open() takes, without "workspace" and "user", and returns
 *              ASST_OK; or ASST_ENOTFOUND where there is no such user or access has ended. A document
 *              with faults is ASST_EVALIDATION (or ASST_ELIMIT) to asst_session_open_user(), which
 *              tells their places, and
 *              ASST_EBACKEND to every later use. It may be called in the middle of a write: a write that
 *              it makes may wait for a second first. NULL: nobody.
 * @param user  passed to it; must outlive the store.
 * @return ASST_OK, ASST_EINVAL.
 * Threads: A.  Since: 0.1.
 */
ASST_API int asst_store_opts_set_principals(asst_store_opts *opts,
					    int (*find)(void *user, const char *workspace,
							const char *id, asst_buf **document,
							asst_error *err),
					    void *user, asst_error *err);

/**
 * Seal secrets with a keyring (sys/keyring.h).
 *
 * @param keyring  copied, and consumed where the call succeeds: it belongs to the options and to all
 *                 stores that are opened with them. The last of them destroys it: a store when it
 *                 is closed, options when they are freed or get another one. NULL: none.
 * @return ASST_OK, ASST_EINVAL, ASST_EABI, ASST_ENOMEM.
 * Threads: A.  Since: 0.1.
 */
ASST_API int asst_store_opts_set_keyring(asst_store_opts *opts, const asst_keyring *keyring,
					 asst_error *err);

/**
 * Judge by a catalog (sys/catalog.h) what definitions name besides assistants: models, actions,
 * datasets, the targets of skills and of references. Without one they are taken as they are.
 *
 * @param catalog  copied, and consumed where the call succeeds: it belongs to the options and to all
 *                 stores that are opened with them. The last of them destroys it: a store when it
 *                 is closed, options when they are freed or get another one. NULL: none.
 * @return ASST_OK, ASST_EINVAL, ASST_EABI, ASST_ENOMEM.
 * Threads: A.  Since: 0.1.
 */
ASST_API int asst_store_opts_set_catalog(asst_store_opts *opts, const asst_catalog *catalog,
					 asst_error *err);

/**
 * Be told of each change that a call on this store made, after it is durable: on the thread
 * of that call, outside all locks. The order in which two threads' changes are told may
 * differ from that in the feed.
 *
 * @param changed  called with the workspace and the event as asst_feed_read() shows it to the
 *                 system; both borrowed for the call. It may use the store, but not close it.
 *                 NULL: nobody.
 * @param user     passed to it; must outlive the store.
 * @return ASST_OK, ASST_EINVAL.
 * Threads: A.  Since: 0.1.
 */
ASST_API int asst_store_opts_set_changed(asst_store_opts *opts,
					 void (*changed)(void *user, const char *workspace,
							 const char *event, size_t size),
					 void *user, asst_error *err);

/**
 * Open a store on a built-in backend.
 *
 * @param store  owned, close with asst_store_close().
 * @param where  borrowed; "memory:", or "file:" and a directory, which is made if it is missing.
 * @param opts   borrowed; NULL for the defaults.
 * @param err    may be NULL.
 * @return ASST_OK, ASST_EINVAL, ASST_EUNSUPPORTED, ASST_EIO, ASST_EBUSY, ASST_ECORRUPT,
 *         ASST_EFORMAT, ASST_ENOTFOUND (read only, and nothing there), ASST_EREADONLY (the
 *         file system is), ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_store_open(asst_store **store, const char *where, const asst_store_opts *opts,
			     asst_error *err);

/**
 * Open a store on the host's own backend (sys/backend.h).
 *
 * @param store    owned, close with asst_store_close().
 * @param backend  the table is copied; what stands behind it is consumed: destroy is
 *                 called by asst_store_close(), and at once when this call fails.
 * @param opts     borrowed; NULL for the defaults.
 * @param err      may be NULL.
 * @return ASST_OK, ASST_EINVAL, ASST_EABI (consumed where the table has a destroy), ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_store_open_backend(asst_store **store, const asst_backend *backend,
				     const asst_store_opts *opts, asst_error *err);

/**
 * Make everything that was committed survive the machine, not only the process: for stores
 * with the option "durability" at "process". Others have nothing to do.
 *
 * @return ASST_OK, ASST_EINVAL, ASST_ESTATE, ASST_EREADONLY, ASST_EIO, ASST_EINDOUBT.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_store_sync(asst_store *store, asst_error *err);

/**
 * Give back the space of what was overwritten and deleted. The file backend does so by
 * itself too; readers and writers go on meanwhile.
 *
 * @param progress  may be NULL; called from this thread.
 * @param user      passed to it.
 * @param flags     0.
 * @param err       may be NULL.
 * @return ASST_OK, ASST_EINVAL, ASST_ECANCELED, ASST_EBUSY (a backup or check is under way),
 *         ASST_ESTATE, ASST_EREADONLY, ASST_EIO, ASST_ECORRUPT, ASST_EINDOUBT, ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_store_compact(asst_store *store, asst_progress progress, void *user,
				uint32_t flags, asst_error *err);

/**
 * Write a copy of the store as it is at one moment, while it is used. The copy is a store
 * of its own: open it as "file:" and the directory. Every checksum is checked on the way:
 * after ASST_ECORRUPT asst_error_offset() has the place in the file that the message names.
 * The directory of a call that failed is not a store.
 *
 * @param directory  borrowed; made, or empty.
 * @param progress   may be NULL; called from this thread.
 * @param user       passed to it.
 * @param flags      0.
 * @param err        may be NULL.
 * @return ASST_OK, ASST_EINVAL, ASST_EUNSUPPORTED (the backend has no backup), ASST_EEXISTS
 *         (the directory is not empty), ASST_EREADONLY (its file system is), ASST_ECANCELED,
 *         ASST_ESTATE, ASST_EIO, ASST_ECORRUPT (the store is damaged), ASST_EINDOUBT, ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_store_backup(asst_store *store, const char *directory, asst_progress progress,
			       void *user, uint32_t flags, asst_error *err);

/**
 * Write the copy that asst_store_backup() makes to a descriptor, as a tar archive: to a file, a
 * pipe, a socket. Unpacked into an empty directory of mode 0700 it is a store of its own; what a
 * call that failed has written is not one, and opens with ASST_ECORRUPT. What a file has is durable
 * when the call returns; its name is the caller's to sync.
 *
 * @param descriptor  borrowed, open for writing, and no terminal, which is ASST_EINVAL; written from
 *                    where it stands, not truncated, and waited for: until then the store is not
 *                    compacted, nor closed. A pipe that nobody has open for reading raises SIGPIPE,
 *                    as with write(2).
 * @param progress    may be NULL; called from this thread, also while the descriptor is waited for.
 * @param user        passed to it.
 * @param flags       0.
 * @param err         may be NULL.
 * @return as asst_store_backup(), without ASST_EEXISTS and ASST_EREADONLY.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_store_backup_fd(asst_store *store, int descriptor, asst_progress progress,
				  void *user, uint32_t flags, asst_error *err);

/**
 * Check everything that is stored: every checksum, every record, every index entry and the
 * references between them; and that the files of a store are there under their names. What is
 * written meanwhile may be reported as if it were wrong.
 *
 * @param report    owned, free with asst_buf_free(): JSON, {"ok", "checked", "faults": [texts]};
 *                  faults of the content do not make the call fail.
 * @param progress  may be NULL; called from this thread.
 * @param user      passed to it.
 * @param flags     0.
 * @param err       may be NULL.
 * @return ASST_OK, ASST_EINVAL, ASST_ECANCELED, ASST_ESTATE, ASST_EIO, ASST_EINDOUBT,
 *         ASST_EBACKEND, ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_store_verify(asst_buf **report, asst_store *store, asst_progress progress,
			       void *user, uint32_t flags, asst_error *err);

/**
 * What can be counted of a store, as a JSON object of whole numbers; which ones depends on
 * the backend ("keys", "live_bytes", "log_bytes", "resident_bytes", "segments", ...).
 *
 * @param out  owned, free with asst_buf_free().
 * @return ASST_OK, ASST_EINVAL, ASST_ESTATE, ASST_EIO, ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_store_stats(asst_buf **out, asst_store *store, asst_error *err);

/**
 * Close a store: wait for calls in progress, then close its backend.
 *
 * Sessions and drafts that are still open may only be freed; any other use of them is
 * ASST_ESTATE. Loaded assistants and lists stay usable. Not to be called from a callback.
 *
 * @param store  owned; NULL is a no-op. Gone in any case, also when closing fails.
 * @return ASST_OK, or what the backend answered (ASST_EIO, ...).
 * Threads: A.  Since: 0.1.
 */
ASST_API int asst_store_close(asst_store *store);

#ifdef __cplusplus
}
#endif

#endif
