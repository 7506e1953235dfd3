/* SPDX-License-Identifier: MIT */
/*
 * Where dispatchers lead: the index from an assistant to those that route to it, and the walk
 * along the routes, which finds cycles and counts what can be reached.
 */
#ifndef ASST_SERVICE_ROUTES_H
#define ASST_SERVICE_ROUTES_H

#include "service/references.h"

/* An assistant that a definition names, as it was at one moment. */
struct asst__target {
	unsigned char id[ASST__UUID_BYTES];
	struct asst__loaded loaded; /* with its definition where the routes are walked */
};

/*
 * Turn the index entries of one definition's routes into those of another; NULL: there are none.
 * What has no version yet routes nowhere, whatever its definition says.
 */
void asst__change_routes(struct asst__change *change, const unsigned char id[ASST__UUID_BYTES],
			 const struct asst__view *from, const struct asst__view *to);

/*
 * Walk from a definition along the routes of what is live, hidden from the caller or not, one read
 * a level; the first level is in targets. Faults are reported to check. The batch, where there is
 * one, checks every definition that was walked through.
 */
int asst__routes_walk(struct asst__check *check, const struct asst__becoming *becoming,
		      const struct asst__references *found, const struct asst__target *targets,
		      size_t count, struct asst__change *change);

/* Let the batch apply only where no dispatcher leads to an assistant; the check is watched. */
void asst__routes_expect_none(struct asst__change *change, const unsigned char id[ASST__UUID_BYTES]);
/*
 * ASST_ECONFLICT, naming them, where dispatchers that the caller may read lead to an assistant. The
 * batch checks that none was added since.
 */
int asst__routes_check_unused(struct asst__change *change, const unsigned char id[ASST__UUID_BYTES]);

#endif
