/* SPDX-License-Identifier: MIT */
/* Checks with several threads: one moment a call, no lost update, order of visibility. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "asst_conformance_team.h"

#define P "p"

static uint64_t number_in(const asst_sink *sink, size_t i)
{
	return strtoull(asst_buf_data(asst_sink_value(sink, i)), NULL, 10);
}

/* Every batch puts both keys, so they and the partition always have one sequence. */
static void write_pair(struct asstc_member *m)
{
	char value[48];

	while (asstc_another_round(m)) {
		(void)snprintf(value, sizeof(value), "%lu from %lu", (unsigned long)m->rounds,
			       (unsigned long)m->who);
		asstc_put(&m->t, "a", value);
		asstc_put(&m->t, "z", value);
		asstc_apply(&m->t, P);
	}
}

static void expect_pair(struct asstc *t, asst_sink *sink, uint64_t sequence)
{
	asstc_expect_equal(t, "the number of answers", asstc_count(sink), 2);
	if (asstc_ok(t) && strcmp(asst_buf_data(asst_sink_value(sink, 0)),
				  asst_buf_data(asst_sink_value(sink, 1))) != 0)
		asstc_fail(t, "keys that are put together have values \"%.40s\" and \"%.40s\"",
			   asst_buf_data(asst_sink_value(sink, 0)),
			   asst_buf_data(asst_sink_value(sink, 1)));
	if (asstc_ok(t)) {
		asstc_expect_equal(t, "the sequence of the second key", asst_sink_sequence(sink, 1),
				   asst_sink_sequence(sink, 0));
		asstc_expect_equal(t, "the sequence of the partition", sequence,
				   asst_sink_sequence(sink, 0));
	}
	asst_sink_free(sink);
}

static void get_pair(struct asstc_member *m)
{
	uint64_t sequence;

	while (asstc_another_round(m)) {
		asst_sink *sink;

		asstc_key(&m->t, "a");
		asstc_key(&m->t, "z");
		sink = asstc_get(&m->t, P, &sequence);
		expect_pair(&m->t, sink, sequence);
	}
}

static void scan_pair(struct asstc_member *m)
{
	uint64_t sequence;

	while (asstc_another_round(m)) {
		asst_sink *sink;

		asstc_range(&m->t, "", "", 1, m->rounds % 2 ? ASST_RANGE_REVERSE : 0);
		asstc_range(&m->t, "", "", 1, m->rounds % 2 ? 0 : ASST_RANGE_REVERSE);
		sink = asstc_scan(&m->t, P, &sequence);
		expect_pair(&m->t, sink, sequence);
	}
}

static void threads_get(struct asstc *t)
{
	asstc_put_all(t, P, "a=0 z=0");
	asstc_team_of(t, 2, write_pair, 2, get_pair);
}

static void threads_scan(struct asstc *t)
{
	asstc_put_all(t, P, "a=0 z=0 b=1 c=1 d=1 e=1 f=1 g=1 h=1 i=1");
	asstc_put_all(t, P, "a=0 z=0");
	asstc_team_of(t, 2, write_pair, 2, scan_pair);
}

/* One key goes from name to name. */
static void write_moves(struct asstc_member *m)
{
	char from[2] = "a", to[2] = "a";

	while (asstc_another_round(m)) {
		to[0] = (char)('a' + (int)(m->rounds * 5 % 8));
		asstc_delete(&m->t, from);
		asstc_put(&m->t, to, "here");
		asstc_apply(&m->t, P);
		from[0] = to[0];
	}
}

static void read_moves(struct asstc_member *m)
{
	while (asstc_another_round(m)) {
		char key[2] = "a";
		asst_sink *sink;

		if (m->rounds % 2) {
			asstc_range(&m->t, "", "", 0, m->rounds % 4 < 2 ? ASST_RANGE_REVERSE : 0);
			sink = asstc_scan(&m->t, P, NULL);
		} else {
			for (; key[0] < 'a' + 8; key[0]++)
				asstc_key(&m->t, key);
			sink = asstc_get(&m->t, P, NULL);
		}
		asstc_expect_equal(&m->t, "the number of keys where one is moved about",
				   asstc_count(sink), 1);
		asst_sink_free(sink);
	}
}

static void threads_move(struct asstc *t)
{
	asstc_put_all(t, P, "a=here");
	asstc_team_of(t, 1, write_moves, 2, read_moves);
}

/*
 * Add 1 under a check. A conflict means that another add came between, and can be seen,
 * so there are no more of them than adds of the others.
 */
static void add_one(struct asstc_member *m, size_t *conflicts)
{
	uint64_t checked = 0, sequence;
	char value[32];
	size_t failed;
	int status;

	for (;;) {
		asst_sink *sink;

		asstc_key(&m->t, "n");
		sink = asstc_get(&m->t, P, NULL);
		asstc_expect_equal(&m->t, "the number of answers", asstc_count(sink), 1);
		if (!asstc_ok(&m->t)) {
			asst_sink_free(sink);
			return;
		}
		if (asst_sink_sequence(sink, 0) == checked)
			asstc_fail(&m->t, "a check failed, but no batch it lost to is visible");
		checked = asst_sink_sequence(sink, 0);
		(void)snprintf(value, sizeof(value), "%llu",
			       (unsigned long long)number_in(sink, 0) + 1);
		asst_sink_free(sink);
		asstc_check_key(&m->t, "n", checked);
		asstc_put(&m->t, "n", value);
		status = asstc_try(&m->t, P, &sequence, &failed);
		if (status != ASST_ECONFLICT) {
			(void)asstc_expect_ok(&m->t, "apply", status);
			return;
		}
		++*conflicts;
	}
}

static void count_up(struct asstc_member *m)
{
	size_t conflicts = 0, i;

	for (i = 0; asstc_ok(&m->t) && i < m->share; i++)
		add_one(m, &conflicts);
	if (conflicts > 3 * m->share)
		asstc_fail(&m->t, "%lu conflicts, but the others applied %lu batches",
			   (unsigned long)conflicts, (unsigned long)(3 * m->share));
}

static void threads_counter(struct asstc *t)
{
	char value[32];

	asstc_put_all(t, P, "n=0");
	asstc_team_of(t, 4, count_up, 0, NULL);
	(void)snprintf(value, sizeof(value), "%lu", (unsigned long)(4 * asstc_effort(t, 100)));
	asstc_expect_key(t, P, "n", value);
}

/* Append after the last key of a range, guarded by a check of the range alone. */
static void append(struct asstc_member *m)
{
	uint64_t sequence, checked = 0, applied;
	size_t done = 0, failed;
	int lost = 0;
	char key[32];

	while (asstc_ok(&m->t) && done < m->share) {
		unsigned long next = 0;
		asst_sink *sink;
		int status;

		asstc_range(&m->t, "k", "l", 1, ASST_RANGE_REVERSE);
		sink = asstc_scan(&m->t, P, &sequence);
		if (asstc_count(sink))
			next = (unsigned long)number_in(sink, 0) + 1;
		asst_sink_free(sink);
		if (lost && sequence <= checked)
			asstc_fail(&m->t, "a check failed, but no batch it lost to is visible");
		(void)snprintf(key, sizeof(key), "k%08lu", next);
		asstc_check_range(&m->t, "k", "l", sequence);
		asstc_put(&m->t, key, key + 1);
		if (!asstc_ok(&m->t))
			return;
		status = asstc_try(&m->t, P, &applied, &failed);
		checked = sequence;
		lost = status == ASST_ECONFLICT;
		if (!lost && asstc_expect_ok(&m->t, "apply", status))
			done++;
	}
}

static void threads_append(struct asstc *t)
{
	size_t wanted = 4 * asstc_effort(t, 100);
	asst_sink *sink;

	asstc_team_of(t, 4, append, 0, NULL);
	asstc_keys_only(t);
	asstc_range(t, "", "", 0, 0);
	sink = asstc_scan(t, P, NULL);
	asstc_expect_equal(t, "the number of keys that were appended", asstc_count(sink), wanted);
	asst_sink_free(sink);
}

static void note_sequence(struct asstc_member *m, uint64_t sequence)
{
	pthread_mutex_lock(&m->team->lock);
	m->team->seen[m->team->seen_count++] = sequence;
	pthread_mutex_unlock(&m->team->lock);
}

static void write_sequences(struct asstc_member *m)
{
	uint64_t before = 0, sequence;
	char key[2] = "a";
	size_t i;

	key[0] = (char)('a' + (int)m->who);
	for (i = 0; asstc_ok(&m->t) && i < m->share; i++) {
		sequence = asstc_put_one(&m->t, P, key, "1");
		asstc_expect_above(&m->t, "the next sequence of a thread", sequence, before);
		before = asstc_sequence(&m->t, P);
		if (before < sequence)
			asstc_fail(&m->t, "get reports %llu after batch %llu was applied",
				   (unsigned long long)before, (unsigned long long)sequence);
		note_sequence(m, sequence);
	}
	while (asstc_another_round(m))
		asstc_put_one(&m->t, P, key, "2");
}

static void read_sequences(struct asstc_member *m)
{
	uint64_t before = 0, sequence;
	asst_sink *sink;

	while (asstc_another_round(m)) {
		if (m->rounds % 2) {
			asstc_range(&m->t, "", "", 0, 0);
			sink = asstc_scan(&m->t, P, &sequence);
		} else {
			asstc_key(&m->t, "a");
			sink = asstc_get(&m->t, P, &sequence);
		}
		if (sequence < before)
			asstc_fail(&m->t, "sequence %llu was reported after %llu",
				   (unsigned long long)sequence, (unsigned long long)before);
		before = sequence;
		asst_sink_free(sink);
	}
}

static int by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void threads_sequence(struct asstc *t)
{
	size_t share = asstc_effort(t, 100), i;
	struct asstc_member members[5];
	struct asstc_team team;

	memset(&team, 0, sizeof(team));
	team.seen = calloc(3 * share, sizeof(*team.seen));
	if (!team.seen) {
		asstc_fail(t, "no memory");
		return;
	}
	for (i = 0; i < 5; i++)
		asstc_member_set(&members[i], i < 3 ? write_sequences : read_sequences, share);
	asstc_team_run(t, &team, members, 5);
	qsort(team.seen, team.seen_count, sizeof(*team.seen), by_number);
	for (i = 1; i < team.seen_count; i++)
		if (team.seen[i] == team.seen[i - 1])
			asstc_fail(t, "sequence %llu was given to two batches",
				   (unsigned long long)team.seen[i]);
	free(team.seen);
}

/* One applies and says so; the other looks at once, and says that it has. */
static void tell(struct asstc_member *m)
{
	char value[32];
	uint64_t i;

	for (i = 1; i <= m->share; i++) {
		(void)snprintf(value, sizeof(value), "%llu", (unsigned long long)i);
		asstc_put_one(&m->t, P, "n", value);
		if (!asstc_ok(&m->t))
			break;
		pthread_mutex_lock(&m->team->lock);
		m->team->published = i;
		pthread_cond_broadcast(&m->team->wake);
		while (m->team->answered < i && m->team->pending)
			pthread_cond_wait(&m->team->wake, &m->team->lock);
		pthread_mutex_unlock(&m->team->lock);
	}
	asstc_team_stop(m->team);
}

static void look(struct asstc_member *m)
{
	uint64_t told = 0, found;

	for (;;) {
		asst_sink *sink;

		pthread_mutex_lock(&m->team->lock);
		while (m->team->published == told && m->team->pending)
			pthread_cond_wait(&m->team->wake, &m->team->lock);
		if (m->team->published == told) {
			pthread_mutex_unlock(&m->team->lock);
			return;
		}
		told = m->team->published;
		pthread_mutex_unlock(&m->team->lock);
		asstc_key(&m->t, "n");
		sink = asstc_get(&m->t, P, NULL);
		found = asstc_count(sink) ? number_in(sink, 0) : 0;
		asst_sink_free(sink);
		asstc_expect_equal(&m->t, "the value of a batch that was answered", found, told);
		if (!asstc_ok(&m->t)) {
			asstc_team_stop(m->team);
			return;
		}
		pthread_mutex_lock(&m->team->lock);
		m->team->answered = told;
		pthread_cond_broadcast(&m->team->wake);
		pthread_mutex_unlock(&m->team->lock);
	}
}

static void threads_visible(struct asstc *t)
{
	asstc_team_of(t, 1, tell, 1, look);
}

/* Each thread fills and empties a partition of its own. */
static void work_alone(struct asstc_member *m)
{
	char partition[8], key[16];
	asst_sink *sink;
	size_t i;

	(void)snprintf(partition, sizeof(partition), "part%lu", (unsigned long)m->who);
	for (i = 0; asstc_ok(&m->t) && i < m->share; i++) {
		(void)snprintf(key, sizeof(key), "%02lu", (unsigned long)(i % 20));
		if (i % 20 == 0)
			asstc_delete_range(&m->t, "", "");
		asstc_put(&m->t, key, partition);
		asstc_apply(&m->t, partition);
		asstc_range(&m->t, "", "", 0, 0);
		sink = asstc_scan(&m->t, partition, NULL);
		asstc_expect_equal(&m->t, "the number of keys of a thread's own partition",
				   asstc_count(sink), i % 20 + 1);
		asst_sink_free(sink);
	}
}

static void threads_partitions(struct asstc *t)
{
	asstc_team_of(t, 4, work_alone, 0, NULL);
}

/* Values are one character over and over; readers look at them late. */
static void write_values(struct asstc_member *m)
{
	char value[3000];

	while (asstc_another_round(m)) {
		memset(value, 'a' + (int)(m->rounds % 26), sizeof(value));
		asstc_put_bytes(&m->t, ASSTC_LIT("a"), asstc_bytes(value, sizeof(value)));
		if (m->rounds % 7 == 0)
			asstc_delete(&m->t, "a");
		asstc_apply(&m->t, P);
	}
}

static void read_values(struct asstc_member *m)
{
	asst_sink *kept = NULL, *sink;

	while (asstc_another_round(m)) {
		const char *bytes;
		size_t i;

		asstc_key(&m->t, "a");
		sink = asstc_get(&m->t, P, NULL);
		if (asstc_count(kept)) {
			bytes = asst_buf_data(asst_sink_value(kept, 0));
			for (i = 1; i < asst_buf_size(asst_sink_value(kept, 0)); i++)
				if (bytes[i] != bytes[0])
					asstc_fail(&m->t, "a value changed after it was answered");
		}
		asst_sink_free(kept);
		kept = sink;
	}
	asst_sink_free(kept);
}

static void threads_values(struct asstc *t)
{
	asstc_team_of(t, 2, write_values, 2, read_values);
}

const struct asstc_check asstc_thread_checks[] = {
	{ "threads_get", "all answers of a get, and its sequence, are of one moment", threads_get },
	{ "threads_scan", "all answers of a scan, and its sequence, are of one moment",
	  threads_scan },
	{ "threads_move", "no reader sees a batch half done", threads_move },
	{ "threads_counter", "no update under a check of its key is lost", threads_counter },
	{ "threads_append", "no put under a check of its range is lost", threads_append },
	{ "threads_sequence", "sequences rise in the order of visibility, for all threads",
	  threads_sequence },
	{ "threads_visible", "ASST_OK means visible to every later call of any thread",
	  threads_visible },
	{ "threads_partitions", "threads that work in different partitions do not meet",
	  threads_partitions },
	{ "threads_values", "values that were answered stay while others overwrite them",
	  threads_values },
	{ NULL, NULL, NULL },
};
