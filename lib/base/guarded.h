/* SPDX-License-Identifier: MIT */
/* Memory for values that must not be left behind: libsodium's where there is one. */
#ifndef ASST_BASE_GUARDED_H
#define ASST_BASE_GUARDED_H

#include <stddef.h>

/* NULL: none. A forked child finds zeros in it, where the system can do that. */
void *asst__guarded_memory(size_t size);
/* Wiped, then given back; may be NULL. */
void asst__guarded_give_back(void *bytes, size_t size);
void asst__wipe(void *bytes, size_t size);

#endif
