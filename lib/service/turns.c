/* SPDX-License-Identifier: MIT */
/* Queues of writers that lost races. */
#include "service/turns.h"

#include <time.h>

static int init_queue(struct asst__queue *queue)
{
	pthread_condattr_t attr;
	int error = pthread_mutex_init(&queue->lock, NULL);

	if (error)
		return error;
	error = pthread_condattr_init(&attr);
	if (!error) {
		pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
		error = pthread_cond_init(&queue->free, &attr);
		pthread_condattr_destroy(&attr);
	}
	if (error)
		pthread_mutex_destroy(&queue->lock);
	atomic_init(&queue->present, 0);
	queue->taken = false;
	queue->object = 0;
	return error;
}

static void dispose_queue(struct asst__queue *queue)
{
	pthread_cond_destroy(&queue->free);
	pthread_mutex_destroy(&queue->lock);
}

int asst__turns_init(struct asst__turns *turns)
{
	size_t done = 0;
	int error = 0;

	while (error == 0 && done < ASST__QUEUES) {
		error = init_queue(&turns->queues[done]);
		done += error == 0;
	}
	while (error != 0 && done > 0)
		dispose_queue(&turns->queues[--done]);
	return error;
}

void asst__turns_dispose(struct asst__turns *turns)
{
	for (size_t i = 0; i < ASST__QUEUES; i++)
		dispose_queue(&turns->queues[i]);
}

/* FNV-1a, with the NUL: who chooses names to meet others only waits longer. */
static uint32_t mix(uint32_t hash, const char *text)
{
	do {
		hash = (hash ^ (unsigned char)*text) * UINT32_C(16777619);
	} while (*text++);
	return hash;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void asst__turn_init(struct asst__turn *turn, struct asst__turns *turns)
{
	turn->turns = turns;
	turn->queue = NULL;
	turn->left_ms = ASST__TURN_WAIT_MS;
}

/* Under the lock of the queue. False: it took too long. */
static bool wait_for_it(struct asst__queue *queue, int64_t *left_ms)
{
	int64_t begin = now_ms(), end = begin + *left_ms;
	struct timespec until = { (time_t)(end / 1000), (long)(end % 1000) * 1000000 };
	int error = 0;

	while (queue->taken && !error)
		error = pthread_cond_timedwait(&queue->free, &queue->lock, &until);
	*left_ms -= now_ms() - begin;
	if (*left_ms < 0)
		*left_ms = 0;
	return !queue->taken;
}

bool asst__turn_take(struct asst__turn *turn, const char *workspace, const char *object,
		     bool impatient)
{
	uint32_t hash = mix(mix(UINT32_C(2166136261), workspace), object ? object : "");
	struct asst__queue *queue = &turn->turns->queues[(hash ^ hash >> 16) % ASST__QUEUES];
	bool waited;

	if (turn->queue || !turn->left_ms || (!impatient && atomic_load(&queue->present) == 0))
		return false;
	pthread_mutex_lock(&queue->lock);
	if (!impatient && (atomic_load(&queue->present) == 0 || queue->object != hash)) {
		pthread_mutex_unlock(&queue->lock);
		return false;
	}
	atomic_fetch_add(&queue->present, 1);
	queue->object = hash;
	waited = queue->taken;
	if (wait_for_it(queue, &turn->left_ms)) {
		queue->taken = true;
		turn->queue = queue;
	} else {
		atomic_fetch_sub(&queue->present, 1);
	}
	pthread_mutex_unlock(&queue->lock);
	return waited;
}

void asst__turn_give(struct asst__turn *turn)
{
	struct asst__queue *queue = turn->queue;

	if (!queue)
		return;
	turn->queue = NULL;
	pthread_mutex_lock(&queue->lock);
	queue->taken = false;
	atomic_fetch_sub(&queue->present, 1);
	pthread_cond_signal(&queue->free);
	pthread_mutex_unlock(&queue->lock);
}
