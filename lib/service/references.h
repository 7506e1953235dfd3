/* SPDX-License-Identifier: MIT */
/*
 * References: what a definition that is to be live names is judged for who commits it, where it
 * was added against what is live. libassistant_rights(7) has the rule.
 */
#ifndef ASST_SERVICE_REFERENCES_H
#define ASST_SERVICE_REFERENCES_H

#include "model/references.h"
#include "service/write.h"

/* A definition that is to be live. */
struct asst__becoming {
	const struct asst__call *call;
	const unsigned char *id;       /* the assistant's; NULL: it has none yet */
	const struct asst__view *live; /* NULL: nothing is */
	const struct asst__view *def;
};

/*
 * Judge its references. ASST_EVALIDATION, ASST_ELIMIT with all faults; the batch checks what the
 * judgement rests on, and gets warnings of what went bad meanwhile. change NULL: nothing is written.
 */
int asst__references_judge(const struct asst__becoming *becoming, struct asst__change *change);

#endif
