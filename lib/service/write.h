/* SPDX-License-Identifier: MIT */
/* Writing: records made from what was decided, index entries, events, and the retry of lost races. */
#ifndef ASST_SERVICE_WRITE_H
#define ASST_SERVICE_WRITE_H

#include "json/diff.h"
#include "service/object.h"

#define ASST__TAGS_MAX 64
#define ASST__GRANTS_MAX 256

/* A head, decoded to be changed; strings are borrowed from the records they came from. */
struct asst__head {
	struct asst__string id, slug, workspace, owner, created_by, updated_by, folder, deleted_by;
	struct asst__string name, description, emoji, model, type;
	struct asst__string tags[ASST__TAGS_MAX];
	size_t tag_count;
	int64_t created_at, updated_at, deleted_at; /* 0: not deleted */
	int64_t revision, version;
	int64_t epoch; /* see ASST__HEAD_EPOCH */
	int64_t purged_at; /* 0: not begun to be purged */
	bool disabled;
};

void asst__head_read(struct asst__head *head, const struct asst__view *view);
/* Take over what a summary shows of a definition. */
void asst__head_summarize(struct asst__head *head, const struct asst__view *def);
int asst__head_write(asst_buf **out, const struct asst__head *head, const struct asst__mem *mem,
		     asst_error *err);

/* Whether any field of a definition differs. */
bool asst__def_changed(const struct asst__view *from, const struct asst__view *to);
/* The last change of something. */
struct asst__changed {
	uint64_t revision;
	struct asst__string by;
	int64_t at;
};

/* ASST_EREVISION, with who changed it, where a revision is named that is not the present one. */
int asst__revision_check(uint64_t named, const struct asst__changed *present,
			 const struct asst__call *call);
int asst__revision_check_head(uint64_t named, const struct asst__head *head,
			      const struct asst__call *call);
int asst__revision_check_draft(uint64_t named, const struct asst__view *draft,
			       const struct asst__call *call);

struct asst__version {
	int64_t number, at;
	struct asst__string by, message, def; /* def: the bytes of its record */
};

int asst__version_write(asst_buf **out, const struct asst__version *version,
			const struct asst__mem *mem, asst_error *err);

struct asst__draft_head {
	struct asst__string id, assistant_id, principal, def;
	int64_t created_at, updated_at, revision, base_version;
};

int asst__draft_write(asst_buf **out, const struct asst__draft_head *draft,
		      const struct asst__mem *mem, asst_error *err);

/* Replace a part by a new record, and show it in the view. Consumes buf. */
int asst__part_set(struct asst__part *part, asst_buf *buf, const struct asst__schema *schema,
		   asst_error *err);

/* Batches of one call; the first failure sticks in status. */
struct asst__change {
	struct asst__call *call;
	struct asst_batch batch;
	int status;
	size_t watched; /* index of a check that means more than a lost race; SIZE_MAX: none */
	asst_buf *event; /* the batch's event */
	bool nothing;    /* there is nothing to apply */
	asst_error *warnings; /* issues that are told where the call succeeds; NULL: none */
};

void asst__change_check(struct asst__change *change, const struct asst__key *key,
			uint64_t sequence);
void asst__change_put(struct asst__change *change, const struct asst__key *key, asst_buf *value);
void asst__change_put_bytes(struct asst__change *change, const struct asst__key *key,
			    const void *bytes, size_t size);
void asst__change_delete(struct asst__change *change, const struct asst__key *key);

/* Tell the caller, where the call succeeds; what cannot be allocated is dropped. */
void asst__change_warn(struct asst__change *change, const char *code, const char *pointer,
		       const char *message);

/* Check that head and grants are what was decided on: rights hold inside the batch. */
void asst__change_check_object(struct asst__change *change, const struct asst__loaded *loaded);

/* What an index entry depends on. */
struct asst__indexed {
	const struct asst__head *head;
	const struct asst__view *acl;
};

/* Turn the index entries of one state into those of another; NULL: there are none. */
void asst__change_index(struct asst__change *change, const unsigned char id[ASST__UUID_BYTES],
			const struct asst__indexed *from, const struct asst__indexed *to);

/*
 * Put a changed head and the index entries that follow from it, and show the head in loaded. The
 * old one, which `to` may lend from, moves to *old. acl_to: the grants as they will be.
 */
int asst__change_head(struct asst__change *change, struct asst__loaded *loaded,
		      struct asst__part *old, const struct asst__head *from,
		      const struct asst__head *to, const struct asst__view *acl_to);
/* One revision more, by the caller, now. */
void asst__head_touch(struct asst__head *head, const struct asst__call *call);

/* Whether something around the definition differs: field is of asst__around_schema. */
bool asst__around_changed(const struct asst__head *from, const struct asst__head *to,
			  unsigned field);

/* Put a draft's record and the pointer to it from its own id. */
void asst__change_draft(struct asst__change *change, const struct asst__loaded *loaded,
			const unsigned char draft_id[ASST__UUID_BYTES],
			struct asst__string principal);
/* Delete both. */
void asst__change_drop_draft(struct asst__change *change, const struct asst__loaded *loaded);

struct asst__event {
	const char *action; /* such as "assistant.create" */
	struct asst__string object;
	int64_t old_revision, new_revision; /* 0: none */
	int64_t version; /* that it is about; 0: none */
	/* the fields of the definition that changed, from one to the other; may be NULL */
	const struct asst__view *def_from, *def_to;
	/* and of what stands around it; may be NULL */
	const struct asst__head *head_from, *head_to;
	struct asst__string principal; /* of a grant, or the new owner */
	int level;
	/* pointers that were decided for a draft; may be NULL */
	const struct asst__json_conflicts *forced;
	/* whose sight may end with it: owner and grantees; NULL: nobody's */
	const struct asst__indexed *losers;
	struct asst__string loser; /* or one principal's alone, and the level that it gave */
	int loser_level;
	/* the least level that saw it (0: any), and who did with any; text NULL: nobody */
	int sight_level;
	struct asst__string sight_creator;
	const char *attempted, *status; /* of what was refused; NULL: it was not */
};

void asst__change_event(struct asst__change *change, const struct asst__event *event);

/*
 * One attempt at a write: load, decide, build. A batch without operations means that nothing
 * is to be done. lost: the watched check failed in the attempt before.
 */
typedef int (*asst__attempt)(void *context, struct asst__change *change, bool lost);

/*
 * Attempt until the batch is applied, at most 32 times, then ASST_EBUSY. action and object
 * (as the caller named it; may be NULL) are for the record of what was refused: what refuses
 * before this call records it by itself.
 */
int asst__write(struct asst__call *call, const char *action, const char *object,
		asst__attempt attempt, void *context);

/*
 * By option, record what was refused for want of a right: of what was found visible, else of
 * what the caller named by an id. The refusal stays what it was.
 */
void asst__write_refused(const struct asst__call *call, int status, const char *action,
			 const char *object);

/* An event as JSON, with its place in the feed. */
void asst__event_write(struct asst__text *out, const struct asst__view *event, uint64_t sequence,
		       const char *workspace, const struct asst__mem *mem);

#endif
