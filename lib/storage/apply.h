/* SPDX-License-Identifier: MIT */
/* Applying a batch to an index in memory: all of it or nothing. */
#ifndef ASST_STORAGE_APPLY_H
#define ASST_STORAGE_APPLY_H

#include "base/slab.h"
#include "storage/batch.h"
#include "storage/index.h"

/* The entries of a batch's puts, made before any lock is taken. */
struct asst__changes {
	const struct asst__slab *slab; /* for the entries */
	const asst_batch *batch;
	struct asst__change *items; /* one for each operation */
	size_t puts;
	bool deletes;
};

/* placed: values that do not fit into an entry will lie outside. */
int asst__changes_init(struct asst__changes *changes, const struct asst__slab *slab,
		       const asst_batch *batch, bool placed, asst_error *err);
/* The entry of operation i, if it is a put that was not applied yet; else NULL. */
struct asst__entry *asst__changes_entry(const struct asst__changes *changes, size_t i);
/* Frees what was not applied. */
void asst__changes_dispose(struct asst__changes *changes);
/* Whether there are none: a batch of checks alone. */
bool asst__changes_none(const struct asst__changes *changes);

/* ASST_OK, or ASST_ECONFLICT with the index of the first check of the batch that fails. */
int asst__index_check(const struct asst__index *index, const asst_batch *batch, size_t *failed,
		      asst_error *err);

/* Whether one check of the batch holds. */
bool asst__index_check_op(const struct asst__index *index, const asst_batch *batch,
			  const struct asst__op *op);

/* Make all changes under one sequence. ASST_ENOMEM: the index is as it was. */
int asst__index_apply(struct asst__index *index, struct asst__changes *changes, uint64_t sequence,
		      asst_error *err);

#endif
