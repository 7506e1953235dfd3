/* SPDX-License-Identifier: MIT */
/*
 * Taking turns: writers that keep losing races for one object queue up for it, and while any
 * of them is there those that come do, too. Otherwise many equal writers lose too often. It is
 * no lock: who waited too long goes on without a turn, so that nothing the host does in its
 * callbacks, and no backend that hangs, keeps others out.
 */
#ifndef ASST_SERVICE_TURNS_H
#define ASST_SERVICE_TURNS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ASST__QUEUES 64
#define ASST__TURN_WAIT_MS 1000 /* of one write, all its waits together */

struct asst__queue {
	pthread_mutex_t lock; /* held for a moment only */
	pthread_cond_t free;
	atomic_int present; /* who has the turn, and who waits for it */
	bool taken;
	uint32_t object; /* what they are there for: the last one's */
};

/* Objects share queues by chance. */
struct asst__turns {
	struct asst__queue queues[ASST__QUEUES];
};

int asst__turns_init(struct asst__turns *turns); /* 0, or an errno */
void asst__turns_dispose(struct asst__turns *turns);

/* A writer's place. */
struct asst__turn {
	struct asst__turns *turns;
	struct asst__queue *queue; /* where it has its turn; NULL: nowhere */
	int64_t left_ms;           /* that it may still wait */
};

void asst__turn_init(struct asst__turn *turn, struct asst__turns *turns);
/*
 * Wait for it where the writer is impatient, or others are there for the same object (NULL: for
 * what has no name yet). True: it waited, with or without success.
 */
bool asst__turn_take(struct asst__turn *turn, const char *workspace, const char *object,
		     bool impatient);
void asst__turn_give(struct asst__turn *turn); /* nothing where there is none */

#endif
