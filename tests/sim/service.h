/* SPDX-License-Identifier: MIT */
/*
 * Whole operations of the public API on a store that lies on the simulated disk, or on a
 * backend in memory that fails: what everybody sees then is as before the operation or as
 * after it, never anything between.
 */
#ifndef ASST_TESTS_SIM_SERVICE_H
#define ASST_TESTS_SIM_SERVICE_H

#include "sim/work.h"

#include <assistant/assistant.h>
#include <assistant/sys/backend.h>

#define ASST_SIM_ID 37 /* an id with its NUL */
#define ASST_SIM_CURSOR 128

/* What the operations are done to; each assistant is ada's. */
enum asst_sim_object {
	ASST_SIM_PLAIN, /* a changed draft of ada's, one of bob's, a grant to bob */
	ASST_SIM_MOVED, /* a draft, and something else was published meanwhile */
	ASST_SIM_CLASH, /* a draft, and the same was published otherwise */
	ASST_SIM_OLD, /* six versions: one is pinned, one the base of bob's draft */
	ASST_SIM_TRASH, /* deleted, with drafts of both; its slug was taken */
	ASST_SIM_SPARE, /* by this one */
	ASST_SIM_FRESH, /* never published */
	ASST_SIM_BOBS, /* no assistant: bob's draft of OLD */
	ASST_SIM_OBJECTS
};

struct asst_sim_world {
	struct asst_sim *disk; /* NULL: the backend is outer */
	const struct asst__file_options *options;
	asst_backend outer;
	struct asst_sim_mem mem; /* everything but outer's */
	int64_t now;
	uint64_t random;
	asst_error *err;
	asst_store *store;
	asst_session *ada, *bob, *host; /* of one workspace */
	asst_session *eve; /* of another one, which nobody has written to */
	asst_draft *draft; /* of the operation */
};

/* The ids are the same in each world. */
const char *asst_sim_object_id(enum asst_sim_object object);
/* Of the feed, before anything that feed-prune removes. */
const char *asst_sim_old_cursor(void);

/* On a disk or, where that is NULL, on a backend. */
void asst_sim_world_init(struct asst_sim_world *world, struct asst_sim *disk,
			 const struct asst__file_options *options, const asst_backend *outer);
/* Open the store and the sessions at the moment of the operations. */
int asst_sim_world_open(struct asst_sim_world *world);
/* Close everything that is open, and say what is not as it should be then. */
void asst_sim_world_close(struct asst_sim_world *world, char said[256]);
void asst_sim_world_dispose(struct asst_sim_world *world);
/* Open, fill, and leave open. Ends the program where that fails. */
void asst_sim_world_build(struct asst_sim_world *world);
/* One more change, which belongs to no operation. */
int asst_sim_world_warm(struct asst_sim_world *world);

/* What everybody sees, as text. */
struct asst_sim_seen {
	char *text;
	size_t size, room;
	size_t events; /* behind the cursor */
	char cursor[ASST_SIM_CURSOR]; /* of the feed: its end, when it was looked at */
};

/*
 * Look at everything, and let the store be verified. events: those since an earlier look;
 * NULL: none. Says what fails.
 */
void asst_sim_look(struct asst_sim_seen *seen, struct asst_sim_world *world,
		   const struct asst_sim_seen *since, char said[256]);
/* The present end of a session's feed. */
void asst_sim_feed_end(asst_session *session, char cursor[ASST_SIM_CURSOR]);
void asst_sim_seen_dispose(struct asst_sim_seen *seen);
bool asst_sim_seen_same(const struct asst_sim_seen *a, const struct asst_sim_seen *b);
/* Print the first line in which two differ. */
void asst_sim_seen_differ(const struct asst_sim_seen *a, const struct asst_sim_seen *b);

struct asst_sim_operation {
	const char *name;
	const char *action; /* in its event */
	int (*act)(struct asst_sim_world *world, const struct asst_sim_operation *operation);
	enum asst_sim_object object;
	uint32_t flags;
	bool draft; /* it is done to ada's draft, which is opened before it */
	bool makes_id; /* doing it once more gives something else */
	const char *text; /* a document or a name */
	unsigned hidden; /* changes of its batches that nothing shows */
};

extern const struct asst_sim_operation asst_sim_operations[];
extern const size_t asst_sim_operation_count;

/* What comes before it in the same store. */
int asst_sim_prepare(struct asst_sim_world *world, const struct asst_sim_operation *operation);
int asst_sim_act(struct asst_sim_world *world, const struct asst_sim_operation *operation);

/* How the store was left that an operation begins with. */
enum asst_sim_start {
	ASST_SIM_CLEAN, /* it was closed */
	ASST_SIM_KILL, /* its process was killed */
	ASST_SIM_WARM, /* it is open and has just been written to */
	ASST_SIM_STARTS
};

extern const char *const asst_sim_start_names[ASST_SIM_STARTS];

struct asst_sim_service_effort {
	uint64_t seed;
	uint64_t every; /* the power fails before each so many calls */
	uint64_t budget; /* disks for each of them */
	uint64_t again_every; /* for each so many disks without the operation it is done again */
	enum asst_sim_fault fault;
	uint64_t point, image; /* this one alone, where point is not 0 */
	bool quiet;
};

struct asst_sim_service_tally {
	uint64_t points; /* calls before which the power failed */
	uint64_t states; /* stores that were looked at */
	uint64_t before, after; /* those without and with the operation */
	uint64_t again; /* in which it was done again */
	uint64_t failed;
};

/* The store that operations begin with, for one of the options; and what is seen in it. */
struct asst_sim_scene {
	const struct asst_sim_config *config;
	enum asst_sim_start start;
	struct asst_sim *disk;
	struct asst_sim_seen before;
};

void asst_sim_scene_make(struct asst_sim_scene *scene, const struct asst_sim_config *config,
			 enum asst_sim_start start);
void asst_sim_scene_dispose(struct asst_sim_scene *scene);

/* The power fails before each call of the operation, and of closing the store then. */
void asst_sim_service_crash(const struct asst_sim_scene *scene,
			    const struct asst_sim_operation *operation,
			    const struct asst_sim_service_effort *effort,
			    struct asst_sim_service_tally *tally);

struct asst_sim_service_faults {
	uint64_t failing; /* calls of the backend that failed */
	uint64_t doubted; /* batches whose answer was lost */
	uint64_t left_out, noticed; /* changes that were left out of a batch */
	uint64_t failed;
};

/* Each call of the backend fails, each answer to a batch is lost. */
void asst_sim_service_fail(const struct asst_sim_operation *operation,
			   struct asst_sim_service_faults *sum);
/* Each change of its batches is left out, which must be noticed: whether that works. */
void asst_sim_service_mutilate(const struct asst_sim_operation *operation,
			       struct asst_sim_service_faults *sum);

#endif
