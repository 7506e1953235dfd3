/* SPDX-License-Identifier: MIT */
/* Sealing anew what another key sealed, when the keyring's current key has changed. */
#include "service/keyring.h"
#include "service/write.h"

#include <assistant/secret.h>

#include <string.h>

struct rewrapping {
	struct asst__call *call;
	const unsigned char *key; /* of the record */
	size_t key_size;
	bool done; /* by this attempt */
	asst_buf *record, *old;
};

static int get_secret(struct rewrapping *rewrapping, struct asst__part *part)
{
	const struct asst__call *call = rewrapping->call;
	struct asst_keys keys;
	struct asst_sink sink;
	uint64_t sequence;
	int status;

	asst__keys_init(&keys, &call->store->mem);
	asst__sink_init(&sink, &call->store->mem);
	status = asst_keys_add(&keys, rewrapping->key, rewrapping->key_size, call->err);
	if (status == ASST_OK)
		status = asst__backend_get(&call->store->backend, call->workspace, &keys, &sink,
					   &sequence, call->err);
	if (status == ASST_OK)
		status = asst__part_take(part, &sink, 0, &asst__secret_schema, call->err);
	asst__sink_dispose(&sink);
	asst__keys_dispose(&keys);
	return status;
}

/* The same record with another seal. */
static int seal_anew(struct rewrapping *rewrapping, struct asst__sealed *sealed,
		     const struct asst__part *part)
{
	const struct asst__call *call = rewrapping->call;
	struct asst__record record;
	uint32_t root;
	int status = asst__keyring_rewrap(sealed, call, rewrapping->key + 1,
					  asst__view_text(&part->view, ASST__SECRET_NAME).text,
					  asst__view_text(&part->view, ASST__SECRET_KEY),
					  asst__view_text(&part->view, ASST__SECRET_SEALED));

	if (status != ASST_OK)
		return status;
	root = asst__record_begin(&record, &asst__secret_schema, 0, &call->store->mem);
	if (root) {
		asst__record_copy(&record, root, &asst__secret_schema, &part->view, 0);
		asst__record_text(&record, root, ASST__SECRET_KEY, ASST__STRING(sealed->key));
		asst__record_text(&record, root, ASST__SECRET_SEALED,
				  (struct asst__string){ (const char *)sealed->bytes,
							 sealed->size });
	}
	return asst__record_end(&rewrapping->record, &record, call->err);
}

static int change_secret(struct rewrapping *rewrapping, struct asst__change *change,
			 const struct asst__part *part)
{
	struct asst__sealed sealed = { .bytes = NULL };
	struct asst__event event = { .action = "secret.rewrap" };
	struct asst__string used = asst__view_text(&part->view, ASST__SECRET_KEY);
	char id[ASST__UUID_TEXT + 1];
	struct asst__key key;
	int status = asst__keyring_current(sealed.key, rewrapping->call);

	if (status != ASST_OK || (used.text && strcmp(used.text, sealed.key) == 0))
		return status;
	status = seal_anew(rewrapping, &sealed, part);
	asst__sealed_free(&sealed, rewrapping->call);
	if (status != ASST_OK)
		return status;
	memcpy(key.bytes, rewrapping->key, rewrapping->key_size);
	key.size = rewrapping->key_size;
	asst__change_check(change, &key, part->sequence);
	asst__change_put(change, &key, rewrapping->record);
	asst__uuid_write(id, rewrapping->key + 1);
	event.object = ASST__STRING(id);
	asst__change_event(change, &event);
	rewrapping->done = true;
	return ASST_OK;
}

static int attempt_rewrap(void *context, struct asst__change *change, bool lost)
{
	struct rewrapping *rewrapping = context;
	struct asst__part part = { .buf = NULL };
	int status;

	(void)lost;
	asst_buf_free(rewrapping->record);
	rewrapping->record = NULL;
	rewrapping->done = false;
	status = get_secret(rewrapping, &part);
	if (status == ASST_OK && part.buf)
		status = change_secret(rewrapping, change, &part);
	asst_buf_free(part.buf);
	return status;
}

#define PAGE 256

/* One page of the keys of assistants; rewraps the secrets among them. */
static int rewrap_page(struct asst__call *call, struct asst__key *from, size_t *count,
		       uint64_t *sealed)
{
	struct asst_ranges ranges;
	struct asst_sink sink;
	uint64_t sequence;
	size_t i, size;
	int status;

	asst__ranges_init(&ranges, &call->store->mem, 1);
	asst__sink_init(&sink, &call->store->mem);
	status = asst_ranges_add(&ranges, from->bytes, from->size, "B", 1, PAGE, 0, call->err);
	if (status == ASST_OK)
		status = asst__backend_scan(&call->store->backend, call->workspace, &ranges, &sink,
					    &sequence, call->err);
	*count = status == ASST_OK ? sink.count : 0;
	for (i = 0; i < *count && status == ASST_OK; i++) {
		struct rewrapping rewrapping = { .call = call,
						 .key = asst_sink_key(&sink, i, &size) };

		rewrapping.key_size = size;
		memcpy(from->bytes, rewrapping.key, size);
		from->bytes[size] = 0;
		from->size = size + 1;
		if (size <= ASST__UUID_BYTES + 2 ||
		    rewrapping.key[1 + ASST__UUID_BYTES] != ASST__PART_SECRET)
			continue;
		status = asst__write(call, "secret.rewrap", NULL, attempt_rewrap, &rewrapping);
		*sealed += status == ASST_OK && rewrapping.done;
		asst_buf_free(rewrapping.record);
	}
	asst__sink_dispose(&sink);
	asst__ranges_dispose(&ranges);
	return status;
}

int asst_secret_rewrap(uint64_t *sealed, asst_session *session, asst_progress progress, void *user,
		       uint32_t flags, asst_error *err)
{
	struct asst__key from = { 1, "A" };
	struct asst__call call;
	uint64_t sum = 0, looked = 0;
	size_t count = PAGE;
	int status;

	if (sealed)
		*sealed = 0;
	status = asst__call_begin(&call, session, err);
	if (status != ASST_OK)
		return status;
	status = asst__flags_check(flags, 0, err);
	if (status == ASST_OK && !call.actor->system)
		status = asst__fail(err, ASST_EDENIED, "needs the system's session");
	if (status == ASST_OK)
		status = asst__keyring_check(&call);
	while (status == ASST_OK && count == PAGE) {
		if (progress && progress(user, looked, 0))
			status = asst__fail(err, ASST_ECANCELED, "sealing anew was canceled");
		else
			status = rewrap_page(&call, &from, &count, &sum);
		looked += count;
	}
	if (sealed)
		*sealed = sum;
	asst__call_end(&call);
	return status;
}
