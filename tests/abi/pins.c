/* SPDX-License-Identifier: MIT */
/*
 * What a compiled program has built into itself: sizes and places of the tables in sys/,
 * and the numbers of constants. Nothing here may ever change; a table only grows at its
 * end, with a line of its own. Compiled, not run.
 */
#include <assistant/assistant.h>
#include <assistant/sys/alloc.h>
#include <assistant/sys/backend.h>
#include <assistant/sys/catalog.h>
#include <assistant/sys/keyring.h>

/* Every slot of a table is a word: a size_t, a pointer, or a pointer to a function. */
#define WORD sizeof(void *)
#define AT(table, slot, n) \
	_Static_assert(offsetof(struct table, slot) == (n) * WORD, #table "." #slot " has moved"); \
	_Static_assert(sizeof(((struct table *)0)->slot) == WORD, #table "." #slot " has another size")
#define WORDS(table, n) \
	_Static_assert(sizeof(struct table) == (n) * WORD, "struct " #table " has another size")
#define IS(name, value) _Static_assert((name) == (value), #name " has another value")

_Static_assert(sizeof(size_t) == WORD, "size_t is a word");
_Static_assert(sizeof(void (*)(void)) == WORD, "a pointer to a function is a word");

AT(asst_allocator, size, 0);
AT(asst_allocator, user, 1);
AT(asst_allocator, alloc, 2);
AT(asst_allocator, realloc, 3);
AT(asst_allocator, free, 4);
WORDS(asst_allocator, 5);

AT(asst_catalog, size, 0);
AT(asst_catalog, user, 1);
AT(asst_catalog, may_use, 2);
AT(asst_catalog, destroy, 3);
WORDS(asst_catalog, 4);

AT(asst_keyring, size, 0);
AT(asst_keyring, user, 1);
AT(asst_keyring, current, 2);
AT(asst_keyring, seal, 3);
AT(asst_keyring, open, 4);
AT(asst_keyring, rewrap, 5);
AT(asst_keyring, destroy, 6);
WORDS(asst_keyring, 7);

AT(asst_backend, size, 0);
AT(asst_backend, self, 1);
AT(asst_backend, get, 2);
AT(asst_backend, scan, 3);
AT(asst_backend, apply, 4);
AT(asst_backend, destroy, 5);
AT(asst_backend, sync, 6);
AT(asst_backend, compact, 7);
AT(asst_backend, verify, 8);
AT(asst_backend, backup, 9);
AT(asst_backend, stats, 10);
AT(asst_backend, backup_fd, 11);
WORDS(asst_backend, 12);

#if defined(__LP64__)
_Static_assert(sizeof(struct asst_allocator) == 40, "struct asst_allocator on LP64");
_Static_assert(sizeof(struct asst_backend) == 96, "struct asst_backend on LP64");
#endif

IS(ASST_OK, 0);
IS(ASST_EINVAL, -1001);
IS(ASST_EVALIDATION, -1002);
IS(ASST_EUNAUTHENTICATED, -1003);
IS(ASST_EDENIED, -1004);
IS(ASST_ENOTFOUND, -1005);
IS(ASST_ECONFLICT, -1006);
IS(ASST_EEXISTS, -1007);
IS(ASST_EGONE, -1008);
IS(ASST_EREVISION, -1009);
IS(ASST_ELIMIT, -1010);
IS(ASST_EIO, -1011);
IS(ASST_ECORRUPT, -1012);
IS(ASST_EFORMAT, -1013);
IS(ASST_EABI, -1014);
IS(ASST_ENOMEM, -1015);
IS(ASST_EBACKEND, -1016);
IS(ASST_EINTERNAL, -1017);
IS(ASST_EUNSUPPORTED, -1018);
IS(ASST_EBUSY, -1019);
IS(ASST_EREADONLY, -1020);
IS(ASST_EINDOUBT, -1021);
IS(ASST_ESTATE, -1022);
IS(ASST_ECANCELED, -1023);

IS(ASST_LEVEL_NONE, 0);
IS(ASST_LEVEL_READ, 1);
IS(ASST_LEVEL_WRITE, 2);
IS(ASST_LEVEL_MANAGE, 3);

IS(ASST_NUL, SIZE_MAX);
IS(ASST_ANY_REVISION, UINT64_MAX);
IS(ASST_VERSION_LIVE, UINT64_MAX);
IS(ASST_VERSION_DRAFT, UINT64_MAX - 1);

IS(ASST_MAX_KEY_BYTES, 1024);
IS(ASST_MAX_VALUE_BYTES, 1048576);
IS(ASST_MAX_BATCH_OPS, 10000);
IS(ASST_MAX_BATCH_BYTES, 16777216);
IS(ASST_MAX_RANGES, 1024);

IS(ASST_OP_CHECK_KEY, 1);
IS(ASST_OP_CHECK_RANGE, 2);
IS(ASST_OP_PUT, 3);
IS(ASST_OP_PUT_SEQUENCED, 4);
IS(ASST_OP_DELETE, 5);
IS(ASST_OP_DELETE_RANGE, 6);

/* Flags. */
IS(ASST_DEF_INCOMPLETE, 0x1u);
IS(ASST_CREATE_DRAFT, 0x1u);
IS(ASST_OWNER_KEEP_SECRETS, 0x1u);
IS(ASST_COMMIT_MERGE, 0x1u);
IS(ASST_COMMIT_FORCE, 0x2u);
IS(ASST_DRAFT_REPLACE, 0x1u);
IS(ASST_SESSION_RUNTIME, 0x1u);
IS(ASST_KEYRING_OVERHEAD, 256);
IS(ASST_RANGE_REVERSE, 0x1u);
