/* SPDX-License-Identifier: MIT */
/* Finding an assistant for a session: its records, the decision, and the snapshot of it. */
#ifndef ASST_SERVICE_OBJECT_H
#define ASST_SERVICE_OBJECT_H

#include "model/def.h"
#include "model/heads.h"
#include "service/keys.h"
#include "service/store.h"

#include <assistant/assistants.h>

/* A stored record and the sequence under which it was read; buf NULL: absent. */
struct asst__part {
	asst_buf *buf;
	uint64_t sequence;
	struct asst__view view;
};

/* An assistant as it was at one moment. */
struct asst__loaded {
	unsigned char id[ASST__UUID_BYTES];
	struct asst__part head, acl, def, draft; /* def is the live version's record */
	struct asst__part versions[2]; /* those that the call asked for, unless they are live */
	uint64_t sequence; /* of the partition */
	bool named_draft;  /* the caller named it by a draft's own id */
	bool trash;        /* it counts as there where it is in the trash, and only then */
	bool either;       /* it counts as there in any case */
	bool purge;        /* even where a purge has begun with it */
	struct asst__object object;
	struct asst__decision decision;
};

/*
 * Find what an id or natural name names, with the caller's own draft or the one that is
 * named, and decide, all as it was at one moment: the call may be renewed for that. Refusals are
 * returned, with their message; *loaded is filled and to be disposed in any case. What is not
 * visible costs the same calls as what is not there.
 */
int asst__locate(struct asst__loaded *loaded, struct asst__call *call, const char *name,
		 enum asst__right right);
/* ASST_EDENIED for what no object can open, seat and scope; again where the call was renewed. */
int asst__read_gates(const struct asst__call *call);
/* ASST_ECONFLICT where a draft was named for what belongs to the assistant ("secrets belong"). */
int asst__refuse_draft(const struct asst__loaded *loaded, const struct asst__call *call,
		       const char *belongs);
void asst__loaded_dispose(struct asst__loaded *loaded);

/*
 * A read on whose answer is decided: what was read of the caller is asked for again with it, and
 * where that changed the call is renewed and all of it read anew, so that nobody is shown what came
 * after his right had been taken away. Who decided or asked by an earlier identity, and has to know
 * that it is another one, compares call->identity. ASST_EBUSY after so many tries. The keys, or
 * ranges, get others behind the caller's; the sink does not show them.
 */
int asst__call_get(struct asst__call *call, struct asst_keys *keys, struct asst_sink *sink,
		   uint64_t *sequence);
int asst__call_scan(struct asst__call *call, struct asst_ranges *ranges, struct asst_sink *sink,
		    uint64_t *sequence);

/*
 * A read behind a decision on an object: with the records that it rests on, and what was read of
 * the caller. Where these are not the same, *still is false, the call is renewed, and the sink is
 * empty: decide again. ASST_EBUSY after so many tries.
 */
int asst__decided_get(bool *still, struct asst_sink *sink, struct asst_keys *keys,
		      const struct asst__loaded *loaded, struct asst__call *call);
int asst__decided_ranges(bool *still, struct asst_sink *sink, struct asst_ranges *ranges,
			 const struct asst__loaded *loaded, struct asst__call *call);

/*
 * What a call reads after it was decided: the records that the decision rests on are asked for
 * again with it, first, so that nobody is shown what came after his right had been taken away.
 */
int asst__keys_add_decided(struct asst_keys *keys, const struct asst__loaded *loaded,
			   const struct asst__call *call);
/* How many they are: what was asked for behind them has this index. */
size_t asst__decided_count(const struct asst__call *call);
/*
 * Whether they were the same; else the call is renewed, to be decided again, and after so many
 * tries ASST_EBUSY.
 */
int asst__decided_still(bool *still, const struct asst_sink *sink, const struct asst__loaded *loaded,
			struct asst__call *call, int tries);
/*
 * Locate, and scan the keys of a part of what was found, all there when that was decided. *loaded
 * is disposed before it is filled, and is to be in any case.
 */
int asst__decided_scan(struct asst_sink *sink, struct asst__loaded *loaded, struct asst__call *call,
		       const char *name, enum asst__right right, char part);

/* Take one record from a filled sink as a part. ASST_ECORRUPT, ASST_EFORMAT. */
int asst__part_take(struct asst__part *part, const struct asst_sink *sink, size_t index,
		    const struct asst__schema *schema, asst_error *err);
/*
 * Take what asst__keys_add_object() asked for, from an index on, and describe it; loaded is
 * zeroed first.
 */
int asst__loaded_take(struct asst__loaded *loaded, const struct asst_sink *sink, size_t first,
		      bool with_def, asst_error *err);
/* Fill loaded->object from its parts. */
void asst__loaded_describe(struct asst__loaded *loaded);
/* Add the keys of head, grants and, where wanted, the live definition; in this order. */
int asst__keys_add_object(struct asst_keys *keys, const unsigned char id[ASST__UUID_BYTES],
			  bool with_def, asst_error *err);

struct asst_assistant {
	struct asst__mem mem;
	atomic_size_t refs;
	asst_buf *head_buf, *draft_buf;
	struct asst__view head, draft; /* draft.base NULL: it is not a draft */
	struct asst_def def;
	bool has_def, shared, keep_unknown;
	int64_t version; /* the one that it shows; -1: the live one, or a draft */
	int level;
	_Atomic(asst_buf *) json;
};

/* Whether a team owns it or a grant to a team or the workspace is in force. */
bool asst__object_shared(const struct asst__object *object, int64_t now);

/* A snapshot; without whole, a summary. */
int asst__assistant_make(asst_assistant **out, const struct asst__loaded *loaded, bool whole,
			 const struct asst__call *call);

#endif
