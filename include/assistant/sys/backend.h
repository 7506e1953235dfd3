/* SPDX-License-Identifier: MIT */
/*
 * The storage contract: for people who write a backend, wrap one, or test one.
 *
 * A backend is an ordered map from byte keys to byte values, split into partitions,
 * that is changed by atomic batches. It never sees a definition. asst_backend(3) is the
 * contract in prose; the conformance suite, installed under the directory that
 * "pkg-config --variable=conformancedir libassistant" prints, checks it.
 *
 * Order of keys is that of memcmp(), a prefix before what it begins. A range is
 * [from, to): from is inside, to is not; an empty "to" means "to the end".
 *
 * Sequences: each batch that is applied to a partition gets one. They rise strictly in
 * the order in which batches become visible and are never used again: not after all
 * keys are deleted, not after the backend is reopened. A partition in which nothing was
 * ever applied has sequence 0.
 */
#ifndef ASSISTANT_SYS_BACKEND_H
#define ASSISTANT_SYS_BACKEND_H

#include <assistant/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What every backend must take and the library never exceeds. */
#define ASST_MAX_KEY_BYTES 1024
#define ASST_MAX_VALUE_BYTES 1048576
#define ASST_MAX_BATCH_OPS 10000
#define ASST_MAX_BATCH_BYTES 16777216
#define ASST_MAX_RANGES 1024

/* Flags of a range. */
#define ASST_RANGE_REVERSE 0x1u /* from the last key down to the first */

/* Kinds of operation in a batch. */
#define ASST_OP_CHECK_KEY 1     /* key must have this sequence; 0: must be absent */
#define ASST_OP_CHECK_RANGE 2   /* no key of the range may have been put after this sequence */
#define ASST_OP_PUT 3           /* key gets value */
#define ASST_OP_PUT_SEQUENCED \
	4 /* key + the batch's sequence, 8 bytes big endian, + tail gets value */
#define ASST_OP_DELETE 5        /* key goes, if it is there */
#define ASST_OP_DELETE_RANGE 6  /* all keys of the range go */

typedef struct asst_keys asst_keys;     /* keys to get */
typedef struct asst_ranges asst_ranges; /* ranges to scan */
typedef struct asst_batch asst_batch;   /* checks and changes to apply */
typedef struct asst_sink asst_sink;     /* takes the answers of get and scan */

/*
 * Methods may be called from any thread at any time between the making of the table
 * and destroy. What they are given is borrowed for the call. They must not call into
 * the store they serve. They return ASST_OK or a negative ASST_E... status; other
 * values reach the caller as ASST_EBACKEND with the value in asst_error_raw().
 * partition is NUL-terminated: 1 to 128 bytes of [A-Za-z0-9._@+-], or "$store".
 */
struct asst_backend {
	size_t size; /* sizeof(struct asst_backend) where this table was compiled */
	void *self;  /* passed to every method */
	/*
	 * required: for each key that is there, in any order, call asst_sink_put() or
	 * asst_sink_copy() with the index of the key in keys; nothing for absent keys.
	 * All answers are of one moment; *sequence is the partition's at that moment.
	 */
	int (*get)(void *self, const char *partition, const asst_keys *keys, asst_sink *sink,
		   uint64_t *sequence, asst_error *err);
	/*
	 * required: for each range, in order, and for each key of it, in the range's
	 * direction and up to its limit, call the sink with the index of the range.
	 * With asst_ranges_keys_only() values may be left out. One moment, as for get.
	 */
	int (*scan)(void *self, const char *partition, const asst_ranges *ranges, asst_sink *sink,
		    uint64_t *sequence, asst_error *err);
	/*
	 * required: all of the batch or nothing. Checks are made against the state after
	 * all earlier batches; where one fails, *failed is its index in the batch and
	 * the answer is ASST_ECONFLICT, given only when the batch it lost to is visible.
	 * Then the changes take effect in their order. *sequence is the batch's: above
	 * the partition's and above asst_batch_floor(). A batch of checks alone may leave
	 * the partition's sequence as it is and report that. ASST_OK means visible to
	 * every later call and durable. ASST_EINDOUBT means that the answer was lost.
	 */
	int (*apply)(void *self, const char *partition, const asst_batch *batch, uint64_t *sequence,
		     size_t *failed, asst_error *err);
	/* required: close and free; no other call is in progress or follows. */
	int (*destroy)(void *self, asst_error *err);
	/*
	 * optional, NULL where there is nothing to do: make what was applied with relaxed
	 * durability survive the machine.
	 */
	int (*sync)(void *self, asst_error *err);
	/* optional, NULL where there is nothing to do: give back the space of what is gone. */
	int (*compact)(void *self, asst_progress progress, void *user, asst_error *err);
	/*
	 * optional, NULL where there is nothing to check: read everything that is stored and call
	 * report for each thing that is wrong, which does not make the call fail. progress, which
	 * may be NULL, is called with the same user.
	 */
	int (*verify)(void *self, void (*report)(void *user, const char *what),
		      asst_progress progress, void *user, asst_error *err);
	/*
	 * optional, NULL where it is not supported: write a copy of one moment, while others
	 * read and write, to a directory that is made or empty.
	 */
	int (*backup)(void *self, const char *directory, asst_progress progress, void *user,
		      asst_error *err);
	/* optional, may be NULL: call each with the names and values of what can be counted. */
	int (*stats)(void *self, void (*each)(void *user, const char *name, uint64_t value),
		     void *user, asst_error *err);
	/*
	 * optional, NULL where it is not supported: write such a copy to a descriptor as a tar
	 * archive, which unpacked is what backup makes.
	 */
	int (*backup_fd)(void *self, int descriptor, asst_progress progress, void *user,
			 asst_error *err);
	/* ---- end of 0.1; later slots go below, never above ---- */
};

/**
 * Prepare a table: zero-fill it and set its size. Writes no byte beyond size.
 *
 * @param backend  the caller's own table.
 * @param size     sizeof(struct asst_backend) as the caller knows it.
 * @param err      may be NULL.
 * @return ASST_OK, ASST_EINVAL, ASST_EABI (a size that no release had).
 * Threads: A.  Since: 0.1.
 */
ASST_API int asst_backend_init(asst_backend *backend, size_t size, asst_error *err);

/**
 * Open one of the built-in backends without a store around it.
 *
 * @param backend  prepared by asst_backend_init(); filled. Hand it to
 *                 asst_store_open_backend(), or call its methods and end with destroy.
 * @param where    borrowed; as for asst_store_open().
 * @param opts     borrowed; may be NULL.
 * @param err      may be NULL.
 * @return ASST_OK, ASST_EINVAL, ASST_EABI, ASST_EUNSUPPORTED, ASST_EIO, ASST_EBUSY,
 *         ASST_ECORRUPT, ASST_EFORMAT, ASST_ENOTFOUND, ASST_EREADONLY, ASST_ENOMEM.
 * Threads: A.  Since: 0.1.
 */
ASST_API int asst_backend_open(asst_backend *backend, const char *where,
			       const asst_store_opts *opts, asst_error *err);

/* Keys */

/**
 * Make an empty list of keys.
 *
 * @param out  owned, free with asst_keys_free().
 * @return ASST_OK, ASST_EINVAL, ASST_ENOMEM.
 * Threads: A.  Since: 0.1.
 */
ASST_API int asst_keys_new(asst_keys **out, asst_error *err);

/** Free a list of keys; NULL is a no-op. Threads: A. Since: 0.1. */
ASST_API void asst_keys_free(asst_keys *keys);

/**
 * Add a key.
 *
 * @param key   copied.
 * @param size  1 to ASST_MAX_KEY_BYTES.
 * @return ASST_OK, ASST_EINVAL, ASST_ELIMIT, ASST_ENOMEM.
 * Threads: A.  Since: 0.1.
 */
ASST_API int asst_keys_add(asst_keys *keys, const void *key, size_t size, asst_error *err);

/** How many keys there are. Threads: A. Since: 0.1. */
ASST_API size_t asst_keys_count(const asst_keys *keys);

/**
 * A key.
 *
 * @param i     below asst_keys_count(), else NULL is returned.
 * @param size  set to its size in bytes; may be NULL.
 * @return borrowed until keys changes.
 * Threads: A.  Since: 0.1.
 */
ASST_API const void *asst_keys_at(const asst_keys *keys, size_t i, size_t *size);

/* Ranges */

/**
 * Make an empty list of ranges.
 *
 * @param out        owned, free with asst_ranges_free().
 * @param keys_only  1: values are not wanted; 0: they are.
 * @return ASST_OK, ASST_EINVAL, ASST_ENOMEM.
 * Threads: A.  Since: 0.1.
 */
ASST_API int asst_ranges_new(asst_ranges **out, int keys_only, asst_error *err);

/** Free a list of ranges; NULL is a no-op. Threads: A. Since: 0.1. */
ASST_API void asst_ranges_free(asst_ranges *ranges);

/**
 * Add the range [from, to).
 *
 * @param from, to  copied; sizes up to ASST_MAX_KEY_BYTES; an empty "to" has no end.
 * @param limit     at most this many keys; 0: all.
 * @param flags     0 or ASST_RANGE_REVERSE.
 * @return ASST_OK, ASST_EINVAL, ASST_ELIMIT (ASST_MAX_RANGES), ASST_ENOMEM.
 * Threads: A.  Since: 0.1.
 */
ASST_API int asst_ranges_add(asst_ranges *ranges, const void *from, size_t from_size,
			     const void *to, size_t to_size, size_t limit, uint32_t flags,
			     asst_error *err);

/** How many ranges there are. Threads: A. Since: 0.1. */
ASST_API size_t asst_ranges_count(const asst_ranges *ranges);

/** Whether values are not wanted. Threads: A. Since: 0.1. */
ASST_API int asst_ranges_keys_only(const asst_ranges *ranges);

/** The first key of range i; borrowed until ranges changes. Threads: A. Since: 0.1. */
ASST_API const void *asst_ranges_from(const asst_ranges *ranges, size_t i, size_t *size);

/** The end of range i, size 0 where it has none; borrowed. Threads: A. Since: 0.1. */
ASST_API const void *asst_ranges_to(const asst_ranges *ranges, size_t i, size_t *size);

/** The limit of range i; 0: none. Threads: A. Since: 0.1. */
ASST_API size_t asst_ranges_limit(const asst_ranges *ranges, size_t i);

/** The flags of range i. Threads: A. Since: 0.1. */
ASST_API uint32_t asst_ranges_flags(const asst_ranges *ranges, size_t i);

/* Sinks */

/**
 * Make a sink, to call a backend without a store.
 *
 * @param out  owned, free with asst_sink_free().
 * @return ASST_OK, ASST_EINVAL, ASST_ENOMEM.
 * Threads: A.  Since: 0.1.
 */
ASST_API int asst_sink_new(asst_sink **out, asst_error *err);

/** Free a sink and what it took; NULL is a no-op. Threads: A. Since: 0.1. */
ASST_API void asst_sink_free(asst_sink *sink);

/**
 * Answer with a value that is already in a buffer; the sink takes its own reference.
 *
 * @param index     of the key (get) or range (scan) that is answered.
 * @param key       copied; may be NULL for get.
 * @param sequence  that of the batch which put the key.
 * @param value     borrowed; may be NULL where values are not wanted.
 * @return ASST_OK, ASST_EINVAL, ASST_ENOMEM. The method must end with any failure.
 * Threads: A.  Since: 0.1.
 */
ASST_API int asst_sink_put(asst_sink *sink, size_t index, const void *key, size_t key_size,
			   uint64_t sequence, asst_buf *value, asst_error *err);

/**
 * Answer with bytes, which are copied; otherwise as asst_sink_put(). Size 0 is an empty
 * value, also where value is NULL.
 *
 * Threads: A.  Since: 0.1.
 */
ASST_API int asst_sink_copy(asst_sink *sink, size_t index, const void *key, size_t key_size,
			    uint64_t sequence, const void *value, size_t value_size,
			    asst_error *err);

/** How many answers there are. Threads: A. Since: 0.1. */
ASST_API size_t asst_sink_count(const asst_sink *sink);

/** The index that answer i was given with. Threads: A. Since: 0.1. */
ASST_API size_t asst_sink_index(const asst_sink *sink, size_t i);

/** The key of answer i; NULL where none was given; borrowed. Threads: A. Since: 0.1. */
ASST_API const void *asst_sink_key(const asst_sink *sink, size_t i, size_t *size);

/** The sequence of answer i. Threads: A. Since: 0.1. */
ASST_API uint64_t asst_sink_sequence(const asst_sink *sink, size_t i);

/** The value of answer i; may be NULL; borrowed. Threads: A. Since: 0.1. */
ASST_API asst_buf *asst_sink_value(const asst_sink *sink, size_t i);

/* Batches */

/**
 * Make an empty batch.
 *
 * @param out  owned, free with asst_batch_free().
 * @return ASST_OK, ASST_EINVAL, ASST_ENOMEM.
 * Threads: A.  Since: 0.1.
 */
ASST_API int asst_batch_new(asst_batch **out, asst_error *err);

/** Free a batch; NULL is a no-op. Threads: A. Since: 0.1. */
ASST_API void asst_batch_free(asst_batch *batch);

/**
 * Require that a key has a sequence.
 *
 * @param key       copied; 1 to ASST_MAX_KEY_BYTES bytes.
 * @param sequence  that of the batch which put it; 0: the key must be absent.
 * @return ASST_OK, ASST_EINVAL, ASST_ELIMIT, ASST_ENOMEM; so do all that add to a batch.
 * Threads: A.  Since: 0.1.
 */
ASST_API int asst_batch_check_key(asst_batch *batch, const void *key, size_t key_size,
				  uint64_t sequence, asst_error *err);

/** Require that no key of [from, to) was put after a sequence. Threads: A. Since: 0.1. */
ASST_API int asst_batch_check_range(asst_batch *batch, const void *from, size_t from_size,
				    const void *to, size_t to_size, uint64_t sequence,
				    asst_error *err);

/** Put a value, which is copied: up to ASST_MAX_VALUE_BYTES. Threads: A. Since: 0.1. */
ASST_API int asst_batch_put(asst_batch *batch, const void *key, size_t key_size, const void *value,
			    size_t value_size, asst_error *err);

/** Put a value that is already in a buffer; a reference is taken. Threads: A. Since: 0.1. */
ASST_API int asst_batch_put_buf(asst_batch *batch, const void *key, size_t key_size,
				asst_buf *value, asst_error *err);

/**
 * Put a value under prefix + the batch's sequence (8 bytes, big endian) + tail.
 *
 * @param prefix, tail, value  copied; the whole key is at most ASST_MAX_KEY_BYTES.
 * Threads: A.  Since: 0.1.
 */
ASST_API int asst_batch_put_sequenced(asst_batch *batch, const void *prefix, size_t prefix_size,
				      const void *tail, size_t tail_size, const void *value,
				      size_t value_size, asst_error *err);

/** Delete a key, if it is there. Threads: A. Since: 0.1. */
ASST_API int asst_batch_delete(asst_batch *batch, const void *key, size_t key_size,
			       asst_error *err);

/** Delete all keys of [from, to). Threads: A. Since: 0.1. */
ASST_API int asst_batch_delete_range(asst_batch *batch, const void *from, size_t from_size,
				     const void *to, size_t to_size, asst_error *err);

/** Name a sequence that the batch's own must exceed. Threads: A. Since: 0.1. */
ASST_API void asst_batch_set_floor(asst_batch *batch, uint64_t sequence);

/** The floor; 0: none. Threads: A. Since: 0.1. */
ASST_API uint64_t asst_batch_floor(const asst_batch *batch);

/** How many operations there are. Threads: A. Since: 0.1. */
ASST_API size_t asst_batch_count(const asst_batch *batch);

/** The kind of operation i, ASST_OP_...; 0 when i is out of range. Threads: A. Since: 0.1. */
ASST_API int asst_batch_kind(const asst_batch *batch, size_t i);

/** The key of operation i, its prefix, or where its range begins; borrowed. Threads: A. Since: 0.1. */
ASST_API const void *asst_batch_key(const asst_batch *batch, size_t i, size_t *size);

/** The tail of a sequenced put, or where a range ends; borrowed. Threads: A. Since: 0.1. */
ASST_API const void *asst_batch_end(const asst_batch *batch, size_t i, size_t *size);

/** The sequence that a check names. Threads: A. Since: 0.1. */
ASST_API uint64_t asst_batch_sequence(const asst_batch *batch, size_t i);

/** The value of a put; borrowed, take a reference to keep it. Threads: A. Since: 0.1. */
ASST_API asst_buf *asst_batch_value(const asst_batch *batch, size_t i);

#ifdef __cplusplus
}
#endif

#endif
