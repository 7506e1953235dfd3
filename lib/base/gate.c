/* SPDX-License-Identifier: MIT */
/* A lock and a gate whose counters are spread over cache lines by thread. */
#include "base/gate.h"

#include <errno.h>
#include <sched.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#define SPINS 500
#define NAP_LEAST 20000L /* ns */
#define NAP_MOST 1000000L

/*
 * By the thread's handle rather than thread-local storage, which would tie the library to
 * the way it is loaded. Handles are far apart and alike in their low bits.
 */
static size_t own_stripe(void)
{
	uint64_t handle = (uint64_t)(uintptr_t)pthread_self();

	return (size_t)(handle * UINT64_C(0x9e3779b97f4a7c15) >> 32) % ASST__STRIPES;
}

/* Without this glibc lets readers that follow each other closely keep a writer out for good. */
static int prefer_writers(pthread_rwlockattr_t *attr)
{
#ifdef __GLIBC__
	return pthread_rwlockattr_setkind_np(attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
#else
	(void)attr;
	return 0;
#endif
}

int asst__rwlock_init(struct asst__rwlock *lock)
{
	pthread_rwlockattr_t attr;
	size_t done = 0;
	int error = pthread_rwlockattr_init(&attr);

	if (error != 0)
		return error;
	error = prefer_writers(&attr);
	while (error == 0 && done < ASST__STRIPES) {
		error = pthread_rwlock_init(&lock->stripes[done].lock, &attr);
		done += error == 0;
	}
	pthread_rwlockattr_destroy(&attr);
	while (error != 0 && done > 0)
		pthread_rwlock_destroy(&lock->stripes[--done].lock);
	return error;
}

void asst__rwlock_destroy(struct asst__rwlock *lock)
{
	for (size_t i = 0; i < ASST__STRIPES; i++)
		pthread_rwlock_destroy(&lock->stripes[i].lock);
}

static inline void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("isb");
#endif
}

/*
 * What is done under the lock takes a few microseconds, and to sleep and be woken takes
 * many more: look again for about as long as that before sleeping.
 */
static bool spin(pthread_rwlock_t *lock, int (*try_lock)(pthread_rwlock_t *))
{
	for (int i = 0; i < SPINS; i++) {
		if (try_lock(lock) == 0)
			return true;
		relax();
	}
	return false;
}

size_t asst__rwlock_read(struct asst__rwlock *lock)
{
	size_t stripe = own_stripe();

	if (spin(&lock->stripes[stripe].lock, pthread_rwlock_tryrdlock))
		return stripe;
	/* Too many readers at once is a matter of time. */
	while (pthread_rwlock_rdlock(&lock->stripes[stripe].lock) == EAGAIN)
		sched_yield();
	return stripe;
}

void asst__rwlock_read_unlock(struct asst__rwlock *lock, size_t stripe)
{
	pthread_rwlock_unlock(&lock->stripes[stripe].lock);
}

void asst__rwlock_write(struct asst__rwlock *lock)
{
	/* Always in this order, so that two writers cannot wait for each other. */
	for (size_t i = 0; i < ASST__STRIPES; i++) {
		if (!spin(&lock->stripes[i].lock, pthread_rwlock_trywrlock))
			pthread_rwlock_wrlock(&lock->stripes[i].lock);
	}
}

void asst__rwlock_write_unlock(struct asst__rwlock *lock)
{
	for (size_t i = ASST__STRIPES; i-- > 0;)
		pthread_rwlock_unlock(&lock->stripes[i].lock);
}

void asst__gate_init(struct asst__gate *gate)
{
	for (size_t i = 0; i < ASST__STRIPES; i++)
		atomic_init(&gate->stripes[i].count, 0);
	atomic_init(&gate->closed, false);
	gate->owner = getpid();
}

bool asst__gate_enter(struct asst__gate *gate, size_t *stripe)
{
	size_t own = own_stripe();

	/*
	 * All of this is sequentially consistent: who is not counted when the gate looks at
	 * the count sees here that it is closed.
	 */
	atomic_fetch_add(&gate->stripes[own].count, 1);
	if (atomic_load(&gate->closed)) {
		atomic_fetch_sub(&gate->stripes[own].count, 1);
		return false;
	}
	*stripe = own;
	return true;
}

void asst__gate_leave(struct asst__gate *gate, size_t stripe)
{
	atomic_fetch_sub(&gate->stripes[stripe].count, 1);
}

void asst__gate_close(struct asst__gate *gate)
{
	struct timespec nap = {0, NAP_LEAST};

	atomic_store(&gate->closed, true);
	if (getpid() != gate->owner)
		return;
	/*
	 * One stripe after the other will do: a count that was 0 once after the gate was
	 * closed rises only for callers that turn back.
	 */
	for (size_t i = 0; i < ASST__STRIPES; i++) {
		while (atomic_load(&gate->stripes[i].count) != 0) {
			nanosleep(&nap, NULL);
			if (nap.tv_nsec < NAP_MOST)
				nap.tv_nsec *= 2;
		}
	}
}
