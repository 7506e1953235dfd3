/* SPDX-License-Identifier: MIT */
/*
 * Taking turns: writers that keep losing races for one object queue up for it, and while any
 * of them waits those that come do, too. Otherwise many equal writers lose too often.
 */
#ifndef ASST_SERVICE_TURNS_H
#define ASST_SERVICE_TURNS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#define ASST__QUEUES 16

struct asst__queue {
	pthread_mutex_t lock;
	atomic_int waiting; /* who has it included */
};

/* Objects share queues by chance, which costs time and nothing else. */
struct asst__turns {
	struct asst__queue queues[ASST__QUEUES];
};

int asst__turns_init(struct asst__turns *turns); /* 0, or an errno */
void asst__turns_dispose(struct asst__turns *turns);

struct asst__turn {
	struct asst__queue *queue;
	bool held;
};

/* A writer's place; object: its name, or NULL for what has none yet. */
struct asst__turn asst__turn_of(struct asst__turns *turns, const char *workspace,
				const char *object);
/* Wait in the queue where the writer is impatient, or others are; nothing where it has its turn. */
void asst__turn_take(struct asst__turn *turn, bool impatient);
void asst__turn_give(struct asst__turn *turn);

#endif
