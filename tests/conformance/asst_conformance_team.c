/* SPDX-License-Identifier: MIT */
/* Starting, ending and holding together the threads of a check. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "asst_conformance_team.h"

#include <string.h>
#include <time.h>

void asstc_team_stop(struct asstc_team *team)
{
	pthread_mutex_lock(&team->lock);
	team->pending = 0;
	pthread_cond_broadcast(&team->wake);
	pthread_mutex_unlock(&team->lock);
}

static int team_runs(struct asstc_team *team)
{
	int runs;

	pthread_mutex_lock(&team->lock);
	runs = team->pending > 0;
	pthread_mutex_unlock(&team->lock);
	return runs;
}

/*
 * The lock is taken seldom, as it would keep apart what is to collide; who has done the
 * share slows down, to starve nobody.
 */
int asstc_another_round(struct asstc_member *m)
{
	static const struct timespec pause = { 0, 50000 };

	if (!asstc_ok(&m->t)) {
		asstc_team_stop(m->team);
		return 0;
	}
	if (m->rounds++ < m->share)
		return m->rounds % 16 != 0 || team_runs(m->team);
	if (m->rounds == m->share + 1) {
		pthread_mutex_lock(&m->team->lock);
		if (m->team->pending)
			m->team->pending--;
		pthread_mutex_unlock(&m->team->lock);
	}
	nanosleep(&pause, NULL);
	return team_runs(m->team);
}

static void *member_main(void *argument)
{
	struct asstc_member *m = argument;

	/* The team holds the lock until all of it is there. */
	(void)team_runs(m->team);
	m->work(m);
	return NULL;
}

void asstc_member_set(struct asstc_member *m, void (*work)(struct asstc_member *m), size_t share)
{
	m->work = work;
	m->share = share;
}

void asstc_team_run(struct asstc *t, struct asstc_team *team, struct asstc_member *members,
		    size_t count)
{
	size_t started, i;

	(void)pthread_mutex_init(&team->lock, NULL);
	(void)pthread_cond_init(&team->wake, NULL);
	pthread_mutex_lock(&team->lock);
	team->pending = count;
	for (started = 0; started < count; started++) {
		struct asstc_member *m = &members[started];

		asstc_part_begin(&m->t, t);
		m->team = team;
		m->who = started;
		m->rounds = 0;
		if (pthread_create(&m->thread, NULL, member_main, m) != 0) {
			asstc_part_end(&m->t, t);
			asstc_fail(t, "no thread");
			team->pending = 0;
			break;
		}
	}
	pthread_mutex_unlock(&team->lock);
	for (i = 0; i < started; i++) {
		(void)pthread_join(members[i].thread, NULL);
		asstc_part_end(&members[i].t, t);
	}
	(void)pthread_cond_destroy(&team->wake);
	(void)pthread_mutex_destroy(&team->lock);
}

void asstc_team_of(struct asstc *t, size_t writers, void (*write)(struct asstc_member *m),
		   size_t readers, void (*read)(struct asstc_member *m))
{
	struct asstc_member members[ASSTC_MAX_MEMBERS];
	struct asstc_team team;
	size_t i;

	memset(&team, 0, sizeof(team));
	for (i = 0; i < writers; i++)
		asstc_member_set(&members[i], write, asstc_effort(t, 100));
	for (; i < writers + readers; i++)
		asstc_member_set(&members[i], read, asstc_effort(t, 400));
	asstc_team_run(t, &team, members, writers + readers);
}
