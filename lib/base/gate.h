/* SPDX-License-Identifier: MIT */
/*
 * Concurrency that readers do not notice: a lock for many readers and rare writers, and a
 * gate that counts calls in progress so that closing can wait for them. Both spread
 * their counters over cache lines by thread.
 */
#ifndef ASST_BASE_GATE_H
#define ASST_BASE_GATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define ASST__STRIPES 8

struct asst__stripe_lock {
	pthread_rwlock_t lock;
	char apart[64]; /* no two stripes in one cache line, wherever they are allocated */
};

struct asst__rwlock {
	struct asst__stripe_lock stripes[ASST__STRIPES];
};

int asst__rwlock_init(struct asst__rwlock *lock); /* 0, or an errno */
void asst__rwlock_destroy(struct asst__rwlock *lock);
/* Returns the stripe, to be handed to asst__rwlock_read_unlock() by the same thread. */
size_t asst__rwlock_read(struct asst__rwlock *lock);
void asst__rwlock_read_unlock(struct asst__rwlock *lock, size_t stripe);
void asst__rwlock_write(struct asst__rwlock *lock);
void asst__rwlock_write_unlock(struct asst__rwlock *lock);

struct asst__stripe_count {
	atomic_long count;
	char apart[64];
};

struct asst__gate {
	struct asst__stripe_count stripes[ASST__STRIPES];
	atomic_bool closed;
	pid_t owner;
};

void asst__gate_init(struct asst__gate *gate);
/* False when the gate is closed; else the stripe for asst__gate_leave() is stored. */
bool asst__gate_enter(struct asst__gate *gate, size_t *stripe);
void asst__gate_leave(struct asst__gate *gate, size_t stripe);
/* Close it and wait until nobody is inside; not in a forked child, where they never leave. */
void asst__gate_close(struct asst__gate *gate);

#endif
