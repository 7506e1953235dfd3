/* SPDX-License-Identifier: MIT */
/* A backend that says what it is told to say. */
#ifndef ASST_TESTS_STORAGE_SCRIPT_H
#define ASST_TESTS_STORAGE_SCRIPT_H

#include "t.h"

#include "storage/backend.h"

#include <assistant/error.h>

#include <string.h>

struct answer {
	size_t index;
	const char *key;
	uint64_t sequence;
	const char *value;
};

struct script {
	int status;
	const char *message; /* put into err, if there is one */
	uint64_t sequence;
	size_t failed;
	const struct answer *answers;
	size_t count;
	size_t calls;
};

static inline int say(const struct script *script, asst_sink *sink, uint64_t *sequence,
		      asst_error *err)
{
	for (size_t i = 0; i < script->count; i++) {
		const struct answer *a = &script->answers[i];
		size_t key_size = a->key ? strlen(a->key) : 0;

		if (a->value)
			assert_int_equal(asst_sink_copy(sink, a->index, a->key, key_size, a->sequence,
							a->value, strlen(a->value), err), ASST_OK);
		else
			assert_int_equal(asst_sink_put(sink, a->index, a->key, key_size, a->sequence,
						       NULL, err), ASST_OK);
	}
	*sequence = script->sequence;
	if (script->message)
		asst_error_set(err, script->status, 0, script->message);
	return script->status;
}

static inline int say_get(void *self, const char *partition, const asst_keys *keys,
			  asst_sink *sink, uint64_t *sequence, asst_error *err)
{
	struct script *script = self;

	(void)keys;
	script->calls++;
	assert_string_equal(partition, "w");
	return say(script, sink, sequence, err);
}

static inline int say_scan(void *self, const char *partition, const asst_ranges *ranges,
			   asst_sink *sink, uint64_t *sequence, asst_error *err)
{
	struct script *script = self;

	(void)ranges;
	script->calls++;
	assert_string_equal(partition, "w");
	return say(script, sink, sequence, err);
}

static inline int say_apply(void *self, const char *partition, const asst_batch *batch,
			    uint64_t *sequence, size_t *failed, asst_error *err)
{
	struct script *script = self;

	(void)batch;
	script->calls++;
	assert_string_equal(partition, "w");
	*failed = script->failed;
	return say(script, NULL, sequence, err);
}

static inline int say_destroy(void *self, asst_error *err)
{
	struct script *script = self;

	(void)err;
	script->calls++;
	return script->status;
}

static inline asst_backend table_of(struct script *script)
{
	asst_backend backend = { .size = sizeof(backend),
				 .self = script,
				 .get = say_get,
				 .scan = say_scan,
				 .apply = say_apply,
				 .destroy = say_destroy };

	return backend;
}

static inline int run_get(struct script *script, const char *const *wanted, size_t count,
			  asst_sink *sink, asst_error *err)
{
	asst_backend backend = table_of(script);
	struct asst_keys keys;
	uint64_t sequence = 1;
	int status;

	asst__keys_init(&keys, &asst__mem_libc);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(asst_keys_add(&keys, wanted[i], strlen(wanted[i]), NULL), ASST_OK);
	status = asst__backend_get(&backend, "w", &keys, sink, &sequence, err);
	assert_int_equal(sequence, status ? 0 : script->sequence);
	assert_int_equal(asst_error_status(err), status);
	asst__keys_dispose(&keys);
	return status;
}

#endif
