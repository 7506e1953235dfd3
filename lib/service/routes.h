/* SPDX-License-Identifier: MIT */
/*
 * Where dispatchers lead: the walk along the routes, which finds cycles and counts what can be
 * reached (routes.c), and the index from an assistant to those that route to it (routed.c).
 */
#ifndef ASST_SERVICE_ROUTES_H
#define ASST_SERVICE_ROUTES_H

#include "service/references.h"

/*
 * Turn the index entries of one definition's routes into those of another; NULL: there are none.
 * What has no version yet routes nowhere, whatever its definition says.
 */
void asst__change_routes(struct asst__change *change, const unsigned char id[ASST__UUID_BYTES],
			 const struct asst__view *from, const struct asst__view *to);

/* Take a live definition to be walked through; one that is damaged leads nowhere. */
void asst__routes_take(struct asst__part *part, const struct asst_sink *sink, size_t index);

/*
 * Walk from a definition along the routes of what is live, hidden from the caller or not, one read
 * a level; the first level was read with the targets. Faults are reported to check; *torn: there
 * are some, and others wrote between the reads. Without faults the batch, where there is one, checks
 * every definition that was walked through. Of one level, which is up to 256 definitions of 1 MiB,
 * all are held at a time.
 */
int asst__routes_walk(struct asst__check *check, const struct asst__becoming *becoming,
		      const struct asst__named *named, struct asst__change *change, bool *torn);

/*
 * ASST_ECONFLICT, naming them, where dispatchers that the caller may read lead to an assistant. With
 * firm the batch checks that none was added since, and that those which were hidden still are.
 */
int asst__routes_check_unused(struct asst__change *change, const unsigned char id[ASST__UUID_BYTES],
			      bool firm);

#endif
