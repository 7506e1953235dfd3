/* SPDX-License-Identifier: MIT */
/*
 * kill -9 of a real process, through the public interface alone. A child creates and patches
 * assistants in two threads and writes each answer to a pipe; it is killed at some moment, in
 * the middle of opening too. Then every state that was acknowledged, or the one write behind
 * it that was under way, must be in the store, whole, and list must agree with get.
 *
 *   kill9 [ROUNDS [SEED [DIRECTORY]]]
 *
 * All rounds use one directory, so that it grows. It is removed when all went well.
 */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include <assistant/assistant.h>

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 20
#define MOST 1000 /* assistants: one page of a list in each workspace */
#define THREADS 2
#define WORKSPACES 2
#define LONGEST_MS 120
#define TEXT 3000 /* bytes of the longest instruction */

/* One assistant as it was acknowledged; assistant i belongs to thread i % THREADS. */
struct known {
	char id[40];
	int workspace;
	uint64_t count; /* how often it was written: its name and text are made of it */
	uint64_t revision;
	int seen; /* in this round's check */
};

/* What goes through the pipe, in one piece: less than PIPE_BUF bytes. */
struct ack {
	size_t index;
	struct known state;
};

static const char *const workspaces[WORKSPACES] = { "acme", "initech" };

static struct known known[MOST];
static size_t known_count;
static char where[2048]; /* file:DIRECTORY */
static uint64_t acks;
static int ahead; /* writes that were found without an acknowledgement */

static uint64_t next(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

__attribute__((format(printf, 1, 2))) static int wrong(const char *format, ...)
{
	va_list list;

	printf("WRONG: ");
	va_start(list, format);
	(void)vprintf(format, list);
	va_end(list);
	printf("\n");
	return 0;
}

/* The instruction of an assistant that was written count times: as long as that says. */
static void make_text(char text[TEXT + 1], uint64_t count)
{
	uint64_t state = count;
	size_t size = 20 + (size_t)(next(&state) % (count % 8 ? 200 : TEXT - 20)), i;

	for (i = 0; i < size; i++)
		text[i] = (char)('a' + next(&state) % 26);
	text[size] = '\0';
}

/* The child */

struct worker {
	pthread_t thread;
	asst_session *sessions[WORKSPACES];
	size_t number;
	uint64_t random;
	int pipe;
};

static int write_one(struct worker *worker, struct ack *ack, asst_error *err)
{
	asst_session *session = worker->sessions[ack->state.workspace];
	uint64_t revision = ack->state.count % 2 ? ack->state.revision : ASST_ANY_REVISION;
	asst_assistant *assistant = NULL;
	char text[TEXT + 1], json[TEXT + 200];
	int status;

	ack->state.count++;
	make_text(text, ack->state.count);
	(void)snprintf(json, sizeof(json), "{\"name\":\"n%" PRIu64 "\",\"instruction\":\"%s\"}",
		       ack->state.count, text);
	if (ack->state.count == 1)
		status = asst_assistant_create_json(&assistant, session, json, ASST_NUL, 0, err);
	else
		status = asst_assistant_patch_json(&assistant, session, ack->state.id, json,
						   ASST_NUL, revision, 0, err);
	if (status == ASST_OK) {
		(void)snprintf(ack->state.id, sizeof(ack->state.id), "%s",
			       asst_assistant_id(assistant));
		ack->state.revision = asst_assistant_revision(assistant);
	}
	asst_assistant_free(assistant);
	return status;
}

/* New ones are made now and then; known[] is this process's own copy. */
static void *work(void *user)
{
	struct worker *worker = user;
	asst_error *err = asst_error_new();
	size_t count = (known_count + THREADS - 1 - worker->number) / THREADS;
	struct ack ack;

	for (;;) {
		size_t i = (size_t)(next(&worker->random) % (count + 1 + count / 16));

		if (i > count)
			i = count;
		if (i == count && worker->number + count * THREADS >= MOST)
			i = (size_t)(next(&worker->random) % count);
		memset(&ack, 0, sizeof(ack));
		ack.index = worker->number + i * THREADS;
		if (i == count)
			ack.state.workspace = (int)(next(&worker->random) % WORKSPACES);
		else
			ack.state = known[ack.index];
		if (write_one(worker, &ack, err)) {
			(void)fprintf(stderr, "a write failed: %s\n", asst_error_message(err));
			_exit(3);
		}
		if (write(worker->pipe, &ack, sizeof(ack)) != (ssize_t)sizeof(ack))
			_exit(4);
		known[ack.index] = ack.state;
		count += i == count;
	}
	return NULL;
}

static int open_sessions(asst_store *store, asst_session **sessions, asst_error *err)
{
	int i, status = ASST_OK;
	char json[200];

	for (i = 0; i < WORKSPACES && status == ASST_OK; i++) {
		(void)snprintf(json, sizeof(json),
			       "{\"workspace\":\"%s\",\"user\":\"ada\",\"aiSeat\":true,"
			       "\"permissions\":[\"assistants:create\"]}", workspaces[i]);
		status = asst_session_open(&sessions[i], store, json, ASST_NUL, err);
	}
	return status;
}

static void be_killed(int pipe, uint64_t seed)
{
	static struct worker workers[THREADS];
	asst_error *err = asst_error_new();
	asst_store *store;
	size_t i;

	if (asst_store_open(&store, where, NULL, err)) {
		(void)fprintf(stderr, "the child cannot open: %s\n", asst_error_message(err));
		_exit(2);
	}
	for (i = 0; i < THREADS; i++) {
		workers[i].number = i;
		workers[i].random = seed + i;
		workers[i].pipe = pipe;
		if (open_sessions(store, workers[i].sessions, err) ||
		    pthread_create(&workers[i].thread, NULL, work, &workers[i]))
			_exit(5);
	}
	(void)pthread_join(workers[0].thread, NULL);
	_exit(6);
}

/* The parent */

static int64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* One acknowledgement; 1: at the end. */
static int take(int pipe)
{
	struct ack ack;
	size_t done = 0;
	ssize_t n;

	while (done < sizeof(ack)) {
		n = read(pipe, (char *)&ack + done, sizeof(ack) - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return 1;
		done += (size_t)n;
	}
	known[ack.index] = ack.state;
	acks++;
	return 0;
}

/* Read all the time, so that no thread waits for the pipe. */
static void drain(int pipe, int64_t until)
{
	struct pollfd waiting = { pipe, POLLIN, 0 };
	int64_t left;

	while ((left = until - now_ms()) > 0) {
		if (poll(&waiting, 1, (int)left) > 0 && take(pipe))
			return;
	}
}

/* Places of new assistants lie at every THREADSth index, so there may be holes: close them. */
static void close_holes(void)
{
	size_t i, j = 0;

	for (i = 0; i < MOST; i++) {
		if (known[i].count)
			known[j++] = known[i];
	}
	memset(known + j, 0, (MOST - j) * sizeof(known[0]));
	known_count = j;
}

static int run_child(uint64_t seed, int ms)
{
	int ends[2], state = 0;
	pid_t child;

	(void)fflush(stdout);
	if (pipe(ends))
		return wrong("there is no pipe: error %d", errno);
	child = fork();
	if (child == 0) {
		close(ends[0]);
		be_killed(ends[1], seed);
	}
	close(ends[1]);
	drain(ends[0], now_ms() + ms);
	(void)kill(child, SIGKILL);
	(void)waitpid(child, &state, 0);
	while (!take(ends[0]))
		;
	close(ends[0]);
	close_holes();
	if (WIFSIGNALED(state) && WTERMSIG(state) == SIGKILL)
		return 1;
	return wrong("the child ended by itself, with state %d", state);
}

static struct known *find(const char *id)
{
	size_t i;

	for (i = 0; i < known_count; i++) {
		if (strcmp(known[i].id, id) == 0)
			return &known[i];
	}
	return NULL;
}

/* Whether an assistant is one of those that were written, whole: its parts fit each other. */
static int is_whole(const asst_assistant *got, uint64_t *count)
{
	const asst_def *def = asst_assistant_def(got);
	const char *json = asst_assistant_json(got, NULL), *name = asst_assistant_name(got);
	char text[TEXT + 1], *end = NULL;
	asst_buf *again = NULL;
	asst_def *parsed = NULL;
	int whole;

	*count = name[0] == 'n' ? strtoull(name + 1, &end, 10) : 0;
	make_text(text, *count);
	whole = end && !*end && *count && def && json && strstr(json, text) && strstr(json, name) &&
		strcmp(asst_def_instruction(def, NULL), text) == 0 &&
		asst_def_to_json(&again, def, NULL) == ASST_OK &&
		asst_def_from_json(&parsed, asst_buf_data(again), ASST_NUL, 0, NULL) == ASST_OK;
	asst_def_free(parsed);
	asst_buf_free(again);
	return whole;
}

/*
 * It must be as acknowledged, or one write further: each thread writes one at a time. What was
 * created and not acknowledged, at most one for each thread, is known from now on.
 */
static int check_one(const asst_assistant *got, int workspace)
{
	struct known *one = find(asst_assistant_id(got));
	uint64_t count, revision = asst_assistant_revision(got);

	if (!is_whole(got, &count))
		return wrong("torn: %s", asst_assistant_json(got, NULL));
	if (!one) {
		if (count != 1 || known_count == MOST)
			return wrong("%s was never created", asst_assistant_id(got));
		ahead++;
		one = &known[known_count++];
		(void)snprintf(one->id, sizeof(one->id), "%s", asst_assistant_id(got));
		one->workspace = workspace;
		one->count = count;
		one->revision = revision;
	}
	if (one->workspace != workspace || one->seen++)
		return wrong("%s is listed in the wrong workspace or twice", one->id);
	if (count < one->count || count > one->count + 1)
		return wrong("%s has write %" PRIu64 ", acknowledged was %" PRIu64, one->id, count,
			     one->count);
	if (count == one->count ? revision != one->revision : revision <= one->revision)
		return wrong("%s has revision %" PRIu64 " for write %" PRIu64 ", acknowledged were "
			     "%" PRIu64 " and %" PRIu64, one->id, revision, count, one->revision,
			     one->count);
	ahead += count != one->count;
	one->count = count;
	one->revision = revision;
	return 1;
}

static int is_same(const asst_assistant *a, const asst_assistant *b)
{
	const char *json = a && b ? asst_assistant_json(a, NULL) : NULL;

	return json && strcmp(json, asst_assistant_json(b, NULL)) == 0;
}

static int check_workspace(asst_session *session, int workspace, asst_error *err)
{
	static const char options[] = "{\"limit\":1000,\"view\":\"whole\"}";
	asst_assistant *one = NULL;
	asst_list *list = NULL;
	size_t i;
	int good = 1;

	if (asst_assistant_list(&list, session, options, ASST_NUL, err))
		return wrong("list: %s", asst_error_message(err));
	if (asst_list_cursor(list))
		good = wrong("more are listed than can be");
	for (i = 0; i < asst_list_count(list) && good; i++) {
		const asst_assistant *listed = asst_list_at(list, i);

		if (asst_assistant_get(&one, session, asst_assistant_id(listed), 0, err))
			good = wrong("what is listed is not found: %s", asst_error_message(err));
		else if (!is_same(one, listed))
			good = wrong("%s is listed otherwise", asst_assistant_id(listed));
		else
			good = check_one(listed, workspace);
		asst_assistant_free(one);
		one = NULL;
	}
	asst_list_free(list);
	return good;
}

static int check_store(asst_error *err)
{
	asst_session *sessions[WORKSPACES] = { NULL, NULL };
	asst_store *store;
	size_t i;
	int k, good = 1;

	if (asst_store_open(&store, where, NULL, err))
		return wrong("cannot open: %s: %s", asst_status_name(asst_error_status(err)),
			     asst_error_message(err));
	ahead = 0;
	for (i = 0; i < known_count; i++)
		known[i].seen = 0;
	if (open_sessions(store, sessions, err))
		good = wrong("no session: %s", asst_error_message(err));
	for (k = 0; k < WORKSPACES && good; k++)
		good = check_workspace(sessions[k], k, err);
	for (i = 0; i < known_count && good; i++) {
		if (!known[i].seen)
			good = wrong("%s was acknowledged and is lost", known[i].id);
	}
	if (good && ahead > THREADS)
		good = wrong("%d writes by %d threads were not acknowledged", ahead, THREADS);
	for (k = 0; k < WORKSPACES; k++)
		asst_session_free(sessions[k]);
	if (asst_store_close(store))
		good = wrong("the store does not close well");
	return good;
}

static void remove_directory(const char *directory)
{
	pid_t child = fork();

	if (child == 0) {
		(void)execlp("rm", "rm", "-rf", "--", directory, (char *)NULL);
		_exit(127);
	}
	(void)waitpid(child, NULL, 0);
}

int main(int argc, char **argv)
{
	unsigned long rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : ROUNDS, round;
	uint64_t seed = (uint64_t)time(NULL) << 16 ^ (uint64_t)getpid(), random;
	const char *top = argc > 3 ? argv[3] : getenv("TMPDIR");
	asst_error *err = asst_error_new();
	int good = 1;

	if (argc > 2)
		seed = (uint64_t)strtoull(argv[2], NULL, 0);
	random = seed;
	(void)snprintf(where, sizeof(where), "file:%s/kill9-XXXXXX", top ? top : "/tmp");
	if (!mkdtemp(where + strlen("file:")))
		good = wrong("no directory %s", where);
	printf("seed %" PRIu64 ", %s\n", seed, where);
	for (round = 0; round < rounds && good; round++) {
		/* Some moments lie in the opening. */
		int ms = (int)(next(&random) % (next(&random) % 4 ? LONGEST_MS : 8));

		good = run_child(next(&random), ms) && check_store(err);
		if (!good)
			printf("round %lu, killed after %d ms; see %s\n", round, ms, where);
	}
	asst_error_free(err);
	if (good)
		remove_directory(where + strlen("file:"));
	printf("%lu rounds, %" PRIu64 " writes acknowledged, %zu assistants\n", round, acks,
	       known_count);
	if (good && rounds >= ROUNDS && !acks)
		good = wrong("nothing was acknowledged: nothing was tested");
	printf("%lu passed, %d failed\n", good || !round ? round : round - 1, !good);
	return !good;
}
