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
	struct asst__call *call;
	const unsigned char *id;       /* the assistant's; NULL: it has none yet */
	const struct asst__view *live; /* NULL: nothing is */
	const struct asst__view *def;
};

/* An assistant that it names, as it was at one moment. */
struct asst__target {
	unsigned char id[ASST__UUID_BYTES];
	bool added;  /* in some place; then it is judged */
	bool routed; /* as a route or the fallback */
	struct asst__loaded loaded; /* of what is routed to also the definition, if that is walked */
};

/* What it names; the references that were found, and the assistants among them, each once. */
struct asst__named {
	struct asst__references found;
	struct asst__target *targets;
	size_t count, room;
	uint64_t sequence; /* at which the targets were read */
};

/*
 * Judge its references. ASST_EVALIDATION, ASST_ELIMIT with all faults; the batch checks what the
 * judgement rests on, and gets warnings of what went bad meanwhile. change NULL: nothing is written.
 */
int asst__references_judge(const struct asst__becoming *becoming, struct asst__change *change);

#endif
