/* SPDX-License-Identifier: MIT */
/* Queues of writers that lost races. */
#include "service/turns.h"

#include <stdint.h>

int asst__turns_init(struct asst__turns *turns)
{
	size_t done = 0;
	int error = 0;

	while (error == 0 && done < ASST__QUEUES) {
		atomic_init(&turns->queues[done].waiting, 0);
		error = pthread_mutex_init(&turns->queues[done].lock, NULL);
		done += error == 0;
	}
	while (error != 0 && done > 0)
		pthread_mutex_destroy(&turns->queues[--done].lock);
	return error;
}

void asst__turns_dispose(struct asst__turns *turns)
{
	for (size_t i = 0; i < ASST__QUEUES; i++)
		pthread_mutex_destroy(&turns->queues[i].lock);
}

/* FNV-1a, with the NUL: who chooses names to meet others only waits longer. */
static uint32_t mix(uint32_t hash, const char *text)
{
	do {
		hash = (hash ^ (unsigned char)*text) * UINT32_C(16777619);
	} while (*text++);
	return hash;
}

struct asst__turn asst__turn_of(struct asst__turns *turns, const char *workspace,
				const char *object)
{
	uint32_t hash = mix(mix(UINT32_C(2166136261), workspace), object ? object : "");
	struct asst__turn turn = { &turns->queues[(hash ^ hash >> 16) % ASST__QUEUES], false };

	return turn;
}

void asst__turn_take(struct asst__turn *turn, bool impatient)
{
	if (turn->held || (!impatient && atomic_load(&turn->queue->waiting) == 0))
		return;
	atomic_fetch_add(&turn->queue->waiting, 1);
	pthread_mutex_lock(&turn->queue->lock);
	turn->held = true;
}

void asst__turn_give(struct asst__turn *turn)
{
	if (!turn->held)
		return;
	turn->held = false;
	pthread_mutex_unlock(&turn->queue->lock);
	atomic_fetch_sub(&turn->queue->waiting, 1);
}
