/* SPDX-License-Identifier: MIT */
/* What the files of the reference backend share. */
#ifndef ASST_REFERENCE_CONTENT_H
#define ASST_REFERENCE_CONTENT_H

#include <pthread.h>

#include "reference.h"
#include "reference_table.h"

struct partition {
	char name[129];
	struct table now;
	struct table last; /* before the last batch; only faults look at it */
	uint64_t deleted;  /* when a key was deleted; only a fault looks at it */
	pthread_t applier; /* of the last batch; only a fault looks at it */
	int is_hidden;     /* from the other threads, once; only a fault looks at it */
	struct partition *next;
};

struct reference {
	int fault;
	pthread_mutex_t lock;
	struct partition *partitions;
	uint64_t shared; /* of all partitions; only a fault looks at it */
};

/* Let other threads in where a right backend would not. */
void reference_let_go(struct reference *r);
/* NULL: no memory. */
struct partition *reference_make_partition(struct reference *r, const char *name);
int reference_apply(void *self, const char *partition, const asst_batch *batch,
		    uint64_t *sequence, size_t *failed, asst_error *err);

#endif
