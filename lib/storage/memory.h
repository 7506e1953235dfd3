/* SPDX-License-Identifier: MIT */
/* The memory backend: everything in indexes, nothing kept when it is destroyed. */
#ifndef ASST_STORAGE_MEMORY_H
#define ASST_STORAGE_MEMORY_H

#include "storage/query.h"

/* Fill a table; mem is copied. seed: random, so that keys which collide cannot be chosen. */
int asst__memory_open(asst_backend *out, const struct asst__mem *mem, uint64_t seed,
		      asst_error *err);

#endif
