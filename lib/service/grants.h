/* SPDX-License-Identifier: MIT */
/* The grants of an assistant as a record, and changes of them. */
#ifndef ASST_SERVICE_GRANTS_H
#define ASST_SERVICE_GRANTS_H

#include "service/write.h"

/* What becomes of the grants: one put or removed, and what has expired goes. */
struct asst__granting {
	const struct asst__view *acl; /* as they are */
	struct asst__string principal; /* whose grant is put, or removed */
	int level;                     /* 0: removed */
	int64_t expires;               /* 0: never */
};

/* How many of the present grants stay as they are. */
size_t asst__grants_kept(const struct asst__granting *granting, const struct asst__call *call);
/* The new record, by principal; *out is NULL where no grant is left. */
int asst__grants_write(asst_buf **out, const struct asst__granting *granting,
		       const struct asst__call *call);
/*
 * Expired grants go with a write of any kind, so that a clock which is set back revives none:
 * put the record without them into the batch. *stay is a view of what stays, for the index; it
 * lives as long as the batch and what was loaded.
 */
int asst__grants_tidy(struct asst__view *stay, struct asst__change *change,
		      const struct asst__loaded *loaded);
/* Put the record into the batch, or its absence. */
void asst__grants_put(struct asst__change *change, const unsigned char id[ASST__UUID_BYTES],
		      asst_buf *buf);
/* ASST_ELIMIT where there would be more than the cap allows. */
int asst__grants_check(const struct asst__granting *granting, const struct asst__call *call);

#endif
