/* SPDX-License-Identifier: MIT */
/*
 * What every other header needs: linkage, version, status codes, constants and
 * the names of all opaque types.
 *
 * Rules that hold for the whole library:
 *  - A function that can fail returns ASST_OK (0) or a negative ASST_E... status.
 *    New statuses may appear in any release: treat every negative value as failure.
 *  - Results go to out-parameters, which come first, are set to NULL or 0 before
 *    anything else happens, and may be NULL where they are not wanted.
 *  - Ownership words: "owned" (free it with the named function), "borrowed" (valid
 *    until the named event), "copied" (free yours at once), "consumed" (taken, also
 *    when the call fails).
 *  - Thread classes. A: distinct objects may be used from distinct threads at the
 *    same time; one object and everything borrowed from it may be used by one thread
 *    at a time. B: may be called at any time from any thread. C: immutable: may be
 *    read from several threads at once.
 *  - Unknown flag bits are refused with ASST_EINVAL.
 *  - Sessions of the store's own users, keys and tokens (directory.h, credential.h) learn at each
 *    use what they may do: every call with one may also return ASST_EUNAUTHENTICATED.
 *  - What a call shows is read in one moment with what allows it: nothing that was written after the
 *    right had been taken away. A call that reads may return ASST_EBUSY: that changed 32 times.
 */
#ifndef ASSISTANT_BASE_H
#define ASSISTANT_BASE_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__) && __GNUC__ >= 4
#define ASST_API __attribute__((visibility("default")))
#else
#define ASST_API
#endif

/* The version of these headers; asst_version() tells that of the library. */
#define ASST_VERSION_MAJOR 0
#define ASST_VERSION_MINOR 1
#define ASST_VERSION_PATCH 0

/* Text length: "the text ends at its NUL". */
#define ASST_NUL SIZE_MAX

/* Revision: "whatever the present revision is". Must be spelled out. */
#define ASST_ANY_REVISION UINT64_MAX

/* Statuses; the numbers never change. asst_status_text() says each in words. */
#define ASST_OK 0
#define ASST_EINVAL (-1001)          /* the call itself is wrong */
#define ASST_EVALIDATION (-1002)     /* a document has faults; the issues list them all */
#define ASST_EUNAUTHENTICATED (-1003) /* no or bad credential */
#define ASST_EDENIED (-1004)         /* seen, but not allowed */
#define ASST_ENOTFOUND (-1005)       /* absent, or not to be seen by this session */
#define ASST_ECONFLICT (-1006)       /* the state does not allow it now */
#define ASST_EEXISTS (-1007)         /* the name is taken */
#define ASST_EGONE (-1008)           /* position, cursor or version no longer kept */
#define ASST_EREVISION (-1009)       /* the revision named is not the present one */
#define ASST_ELIMIT (-1010)          /* over a cap; the message names it */
#define ASST_EIO (-1011)             /* reading or writing failed */
#define ASST_ECORRUPT (-1012)        /* stored bytes are damaged */
#define ASST_EFORMAT (-1013)         /* stored by an unknown format */
#define ASST_EABI (-1014)            /* a sized table does not fit this library */
#define ASST_ENOMEM (-1015)          /* no memory */
#define ASST_EBACKEND (-1016)        /* a backend returned an unknown status */
#define ASST_EINTERNAL (-1017)       /* a fault in the library */
#define ASST_EUNSUPPORTED (-1018)    /* not in this build, or nothing is plugged in for it */
#define ASST_EBUSY (-1019)           /* in use, or lost too many races */
#define ASST_EREADONLY (-1020)       /* opened for reading only */
#define ASST_EINDOUBT (-1021)        /* handed over, answer lost: there whole or not at all */
#define ASST_ESTATE (-1022)          /* the handle cannot be used (any more) */
#define ASST_ECANCELED (-1023)       /* a callback said stop */

/* Access levels. */
#define ASST_LEVEL_NONE 0
#define ASST_LEVEL_READ 1
#define ASST_LEVEL_WRITE 2
#define ASST_LEVEL_MANAGE 3

#ifdef __cplusplus
extern "C" {
#endif

typedef struct asst_assistant asst_assistant;   /* a loaded assistant: an immutable snapshot */
typedef struct asst_buf asst_buf;               /* bytes handed out by the library */
typedef struct asst_def asst_def;               /* a definition: the content of an assistant */
typedef struct asst_draft asst_draft;           /* an open draft */
typedef struct asst_error asst_error;           /* what went wrong, in detail */
typedef struct asst_list asst_list;             /* loaded assistants in order */
typedef struct asst_session asst_session;       /* a principal acting on a store */
typedef struct asst_store asst_store;           /* an open set of workspaces */
typedef struct asst_store_opts asst_store_opts; /* options for opening a store */

/*
 * Called now and then by what takes long: done of total, in units of its own; total 0 where it
 * is not known. What is not 0 stops the work, which then is ASST_ECANCELED.
 */
typedef int (*asst_progress)(void *user, uint64_t done, uint64_t total);

/* Vtables, defined in sys/. */
typedef struct asst_allocator asst_allocator;
typedef struct asst_backend asst_backend;
typedef struct asst_catalog asst_catalog;
typedef struct asst_keyring asst_keyring;

#ifdef __cplusplus
}
#endif

#endif
