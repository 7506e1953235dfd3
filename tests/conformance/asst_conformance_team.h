/* SPDX-License-Identifier: MIT */
/* Threads that work on one backend at the same time; private to the suite. */
#ifndef ASST_CONFORMANCE_TEAM_H
#define ASST_CONFORMANCE_TEAM_H

#include <pthread.h>

#include "asst_conformance_kit.h"

#define ASSTC_MAX_MEMBERS 6

struct asstc_team {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	size_t pending; /* members that have not done their share */
	uint64_t published;
	uint64_t answered;
	uint64_t *seen; /* room for what each round of each writer saw */
	size_t seen_count;
};

struct asstc_member {
	struct asstc t;
	struct asstc_team *team;
	void (*work)(struct asstc_member *m);
	size_t who;
	size_t share; /* rounds that it has to do */
	size_t rounds;
	pthread_t thread;
};

void asstc_team_stop(struct asstc_team *team);
/*
 * Whether to do another round: until all members have done their share, so that those
 * who are quick keep disturbing the slow ones.
 */
int asstc_another_round(struct asstc_member *m);
void asstc_member_set(struct asstc_member *m, void (*work)(struct asstc_member *m), size_t share);
/* Run members that are set, on a team that is zero-filled. */
void asstc_team_run(struct asstc *t, struct asstc_team *team, struct asstc_member *members,
		    size_t count);
/* Run writers and readers together. */
void asstc_team_of(struct asstc *t, size_t writers, void (*write)(struct asstc_member *m),
		   size_t readers, void (*read)(struct asstc_member *m));

#endif
