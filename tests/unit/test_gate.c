/* SPDX-License-Identifier: MIT */
/* The lock of many readers and the gate that waits, with threads at work. */
#include "t.h"

#include "base/gate.h"

#include <time.h>

#define READERS 4
#define WRITERS 2
#define WRITES_EACH 200

struct shared {
	struct asst__rwlock lock;
	int a; /* a and b are alike whenever no writer is inside */
	int b;
	atomic_int readers_differing;
	atomic_long reads;
	atomic_bool done;
};

struct house {
	struct asst__gate gate;
	atomic_int inside;
	atomic_bool shut;
	atomic_int inside_when_shut;
	atomic_long visits;
	atomic_bool late; /* somebody may enter after the gate was shut */
};

static void start(pthread_t *thread, void *(*run)(void *user), void *user)
{
	/* Not asserted: a failed assertion would leave while threads use what is on the stack. */
	if (pthread_create(thread, NULL, run, user) != 0)
		abort();
}

static void nap_ms(long ms)
{
	struct timespec nap = {0, ms * 1000000};

	nanosleep(&nap, NULL);
}

static void *read_until_done(void *user)
{
	struct shared *shared = user;

	while (!atomic_load(&shared->done)) {
		size_t stripe = asst__rwlock_read(&shared->lock);

		if (shared->a != shared->b)
			atomic_fetch_add(&shared->readers_differing, 1);
		atomic_fetch_add(&shared->reads, 1);
		asst__rwlock_read_unlock(&shared->lock, stripe);
	}
	return NULL;
}

static void *write_many(void *user)
{
	struct shared *shared = user;

	for (int i = 0; i < WRITES_EACH; i++) {
		asst__rwlock_write(&shared->lock);
		shared->a++;
		shared->b++;
		asst__rwlock_write_unlock(&shared->lock);
	}
	return NULL;
}

static void readers_never_see_half_of_a_write_and_no_write_is_lost(void **state)
{
	static struct shared shared;
	pthread_t readers[READERS], writers[WRITERS];

	(void)state;
	assert_int_equal(asst__rwlock_init(&shared.lock), 0);
	for (int i = 0; i < READERS; i++)
		start(&readers[i], read_until_done, &shared);
	for (int i = 0; i < WRITERS; i++)
		start(&writers[i], write_many, &shared);
	for (int i = 0; i < WRITERS; i++)
		pthread_join(writers[i], NULL);
	while (atomic_load(&shared.reads) == 0)
		nap_ms(1);
	atomic_store(&shared.done, true);
	for (int i = 0; i < READERS; i++)
		pthread_join(readers[i], NULL);
	assert_int_equal(shared.a, WRITERS * WRITES_EACH);
	assert_int_equal(shared.b, WRITERS * WRITES_EACH);
	assert_int_equal(atomic_load(&shared.readers_differing), 0);
	asst__rwlock_destroy(&shared.lock);
}

static void *read_once(void *user)
{
	struct shared *shared = user;
	size_t stripe = asst__rwlock_read(&shared->lock);

	atomic_fetch_add(&shared->reads, 1);
	asst__rwlock_read_unlock(&shared->lock, stripe);
	return NULL;
}

static void readers_do_not_wait_for_each_other(void **state)
{
	static struct shared shared;
	pthread_t readers[READERS];
	size_t stripe;

	(void)state;
	assert_int_equal(asst__rwlock_init(&shared.lock), 0);
	stripe = asst__rwlock_read(&shared.lock);
	for (int i = 0; i < READERS; i++)
		start(&readers[i], read_once, &shared);
	for (int i = 0; i < READERS; i++)
		pthread_join(readers[i], NULL);
	asst__rwlock_read_unlock(&shared.lock, stripe);
	assert_int_equal(atomic_load(&shared.reads), READERS);
	asst__rwlock_destroy(&shared.lock);
}

static void readers_wait_for_a_writer(void **state)
{
	static struct shared shared;
	pthread_t readers[READERS];
	long while_writing;

	(void)state;
	assert_int_equal(asst__rwlock_init(&shared.lock), 0);
	asst__rwlock_write(&shared.lock);
	for (int i = 0; i < READERS; i++)
		start(&readers[i], read_once, &shared);
	nap_ms(20);
	while_writing = atomic_load(&shared.reads);
	asst__rwlock_write_unlock(&shared.lock);
	for (int i = 0; i < READERS; i++)
		pthread_join(readers[i], NULL);
	assert_int_equal(while_writing, 0);
	assert_int_equal(atomic_load(&shared.reads), READERS);
	asst__rwlock_destroy(&shared.lock);
}

static void an_open_gate_lets_in_as_often_as_you_like(void **state)
{
	static struct asst__gate gate;
	size_t outer, inner;

	(void)state;
	asst__gate_init(&gate);
	assert_true(asst__gate_enter(&gate, &outer));
	assert_true(asst__gate_enter(&gate, &inner));
	asst__gate_leave(&gate, inner);
	asst__gate_leave(&gate, outer);
	asst__gate_close(&gate);
}

static void a_closed_gate_lets_nobody_in_and_can_be_closed_again(void **state)
{
	static struct asst__gate gate;
	size_t stripe;

	(void)state;
	asst__gate_init(&gate);
	asst__gate_close(&gate);
	assert_false(asst__gate_enter(&gate, &stripe));
	asst__gate_close(&gate);
	assert_false(asst__gate_enter(&gate, &stripe));
}

static void *visit_until_shut(void *user)
{
	struct house *house = user;
	size_t stripe;

	while (asst__gate_enter(&house->gate, &stripe)) {
		atomic_fetch_add(&house->inside, 1);
		if (atomic_load(&house->shut))
			atomic_store(&house->late, true);
		atomic_fetch_add(&house->visits, 1);
		atomic_fetch_sub(&house->inside, 1);
		asst__gate_leave(&house->gate, stripe);
	}
	return NULL;
}

static void *shut(void *user)
{
	struct house *house = user;

	asst__gate_close(&house->gate);
	atomic_store(&house->shut, true);
	atomic_store(&house->inside_when_shut, atomic_load(&house->inside));
	return NULL;
}

static void closing_waits_until_nobody_is_inside(void **state)
{
	(void)state;
	for (int round = 0; round < 20; round++) {
		static struct house house;
		pthread_t visitors[READERS], closer;

		asst__gate_init(&house.gate);
		atomic_store(&house.shut, false);
		atomic_store(&house.visits, 0);
		for (int i = 0; i < READERS; i++)
			start(&visitors[i], visit_until_shut, &house);
		while (atomic_load(&house.visits) < 100)
			nap_ms(1);
		start(&closer, shut, &house);
		for (int i = 0; i < READERS; i++)
			pthread_join(visitors[i], NULL);
		pthread_join(closer, NULL);
		assert_int_equal(atomic_load(&house.inside_when_shut), 0);
		assert_false(atomic_load(&house.late));
		assert_int_equal(atomic_load(&house.inside), 0);
	}
}

static void closing_does_not_return_before_the_last_one_left(void **state)
{
	static struct house house;
	pthread_t closer;
	size_t stripe = 0;
	bool entered, shut_too_early;

	(void)state;
	asst__gate_init(&house.gate);
	entered = asst__gate_enter(&house.gate, &stripe);
	start(&closer, shut, &house);
	nap_ms(20);
	shut_too_early = atomic_load(&house.shut);
	asst__gate_leave(&house.gate, stripe);
	pthread_join(closer, NULL);
	assert_true(entered);
	assert_false(shut_too_early);
	assert_true(atomic_load(&house.shut));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(readers_never_see_half_of_a_write_and_no_write_is_lost),
		cmocka_unit_test(readers_do_not_wait_for_each_other),
		cmocka_unit_test(readers_wait_for_a_writer),
		cmocka_unit_test(an_open_gate_lets_in_as_often_as_you_like),
		cmocka_unit_test(a_closed_gate_lets_nobody_in_and_can_be_closed_again),
		cmocka_unit_test(closing_waits_until_nobody_is_inside),
		cmocka_unit_test(closing_does_not_return_before_the_last_one_left),
	};

	return cmocka_run_group_tests_name("gate", tests, NULL, NULL) ? 1 : 0;
}
