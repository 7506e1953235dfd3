/* SPDX-License-Identifier: MIT */
/*
 * Calling a backend that somebody else may have written: its table is checked once, and
 * everything that it answers is checked before the library relies on it.
 */
#ifndef ASST_STORAGE_BACKEND_H
#define ASST_STORAGE_BACKEND_H

#include "storage/batch.h"
#include "storage/query.h"

/* Take over a host's table. ASST_EABI: it does not fit; ASST_EINVAL: a method is missing. */
int asst__backend_adopt(asst_backend *ours, const asst_backend *theirs, asst_error *err);

/*
 * The methods, with statuses that the library knows and answers that keep the contract;
 * ASST_EBACKEND with a message names what does not. The sink is emptied first, and after a
 * failure. Answers of get come in the order of the keys. sequence may be NULL; so may failed.
 * A batch without operations is not handed over; its sequence is 0.
 */
int asst__backend_get(const asst_backend *backend, const char *partition, const asst_keys *keys,
		      asst_sink *sink, uint64_t *sequence, asst_error *err);
int asst__backend_scan(const asst_backend *backend, const char *partition,
		       const asst_ranges *ranges, asst_sink *sink, uint64_t *sequence,
		       asst_error *err);
int asst__backend_apply(const asst_backend *backend, const char *partition,
			const asst_batch *batch, uint64_t *sequence, size_t *failed,
			asst_error *err);
int asst__backend_destroy(const asst_backend *backend, asst_error *err);

#endif
