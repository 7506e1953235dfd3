/* SPDX-License-Identifier: MIT */
/* The directory: users and teams, which the system's session keeps. */
#ifndef ASST_SERVICE_DIRECTORY_H
#define ASST_SERVICE_DIRECTORY_H

#include "service/write.h"
#include "storage/query.h"

/* A put or a change of one user or team. */
struct asst__directory_entry {
	struct asst__call *call;
	char kind; /* ASST__DIRECTORY_... */
	const char *action; /* of the event */
	const char *id;
	asst__json *tree; /* of a put */
	asst__json *fixed; /* what came with it and must be as it is; NULL: nothing */
	bool disable, disabled, remove, forget;
	/* of one attempt */
	struct asst__part old;
};

/* Only the system, and only where there is a directory. action: of a write; NULL: it only reads. */
int asst__directory_begin(struct asst__call *call, asst_session *session, uint32_t flags,
			  const char *action, asst_error *err);
/* That of the records of its kind. */
const struct asst__schema *asst__directory_schema(const struct asst__directory_entry *entry);
/* The record as it is, into entry->old, and of a put those of its teams, in one read. */
int asst__directory_read(struct asst__directory_entry *entry, struct asst_sink *sink);
/* ASST_ENOTFOUND in words. */
int asst__directory_missing(const struct asst__directory_entry *entry);
/* The record of a tree with the times that stand around it. */
int asst__directory_record(asst_buf **record, const struct asst__directory_entry *entry,
			   asst__json *tree, bool deleted);
/* Put a record in the place of the old one, with what follows from it. */
int asst__directory_put(struct asst__directory_entry *entry, struct asst__change *change,
			asst_buf *record);
/* Take the user out of the teams that the old record names. */
void asst__directory_drop_members(struct asst__directory_entry *entry, struct asst__change *change);
/* loses: the user sees less by it. */
void asst__directory_event(struct asst__change *change, const struct asst__directory_entry *entry,
			   bool loses);
/* The keys of a team's members, limit at most (0: all), and the range that they lie in. */
int asst__directory_members(struct asst_sink *sink, uint64_t *sequence,
			    const struct asst__call *call, const char *team, struct asst__key *from,
			    struct asst__key *to, size_t limit);
/* What is read of the old record, as JSON. */
int asst__directory_write(struct asst__text *out, const struct asst__directory_entry *entry);

#endif
