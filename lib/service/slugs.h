/* SPDX-License-Identifier: MIT */
/* Slugs: which of several spellings an owner has free. */
#ifndef ASST_SERVICE_SLUGS_H
#define ASST_SERVICE_SLUGS_H

#include "model/ident.h"
#include "service/write.h"

/*
 * Choose a slug for an owner: the first spelling, or where it is taken and numbers are
 * wanted one with "-2" and so on behind it. *sequence is that of the read that found it free.
 * ASST_EEXISTS (without numbers), ASST_EBUSY (all are taken).
 */
int asst__slug_choose(char slug[ASST__SLUG_MAX + 1], struct asst__call *call,
		      struct asst__string owner, struct asst__string first, bool numbers,
		      uint64_t *sequence);

#endif
