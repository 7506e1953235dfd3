/* SPDX-License-Identifier: MIT */
/*
 * A backend to test the conformance suite with: simple, slow and right, or wrong in
 * exactly one small way. Not for use: it keeps everything in memory and copies a whole
 * partition for each batch.
 */
#ifndef ASST_REFERENCE_H
#define ASST_REFERENCE_H

#include <assistant/sys/backend.h>

#include "reference_faults.h"

struct reference; /* content that outlives its backend, so that it can be reopened */

/* One of the faults that can be planted. */
struct reference_fault {
	int number; /* FAULT_... */
	const char *text;
	const char *check; /* the check that must find it */
};

extern const struct reference_fault reference_faults[]; /* the last one has a NULL text */

/* NULL when there is no memory. */
struct reference *reference_new(int fault);
void reference_free(struct reference *reference);

/* A backend on the content: one at a time, prepared by asst_backend_init(). */
int reference_attach(struct reference *reference, asst_backend *backend, asst_error *err);

#endif
