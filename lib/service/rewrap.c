/* SPDX-License-Identifier: MIT */
/* Sealing anew what another key sealed, secret by secret; one that does not open stops no other. */
#include "service/keyring.h"
#include "service/write.h"

#include <assistant/secret.h>

#include <stdio.h>
#include <string.h>

#define LISTED_MOST 100
#define DETAIL_CAP 65536
#define PAGE 256

struct rewrapping {
	struct asst__call *call;
	asst_progress progress;
	void *user;
	uint64_t looked, sealed; /* secrets */
	/* what could not be: the first one's words, and a list for programs */
	uint64_t failures;
	int status;
	int64_t raw;
	char message[512];
	struct asst__text list;
	/* of one secret */
	const unsigned char *key; /* of its record */
	size_t key_size;
	struct asst__string name; /* the end of that key */
	char name_text[ASST__KEY_MAX + 1];
	bool done, refused; /* by this attempt; refused: by the keyring */
	asst_buf *record;
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
					  rewrapping->name.text,
					  asst__view_text(&part->view, ASST__SECRET_KEY),
					  asst__view_text(&part->view, ASST__SECRET_SEALED));

	rewrapping->refused = status != ASST_OK;
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
	rewrapping->done = rewrapping->refused = false;
	status = get_secret(rewrapping, &part);
	if (status == ASST_OK && part.buf)
		status = change_secret(rewrapping, change, &part);
	asst_buf_free(part.buf);
	return status;
}

/* Whether a failure is one of this secret alone: others may do. */
static bool is_its_own(const struct rewrapping *rewrapping, int status)
{
	return status != ASST_ENOMEM && status != ASST_ECANCELED &&
	       (rewrapping->refused || status == ASST_ECORRUPT || status == ASST_EFORMAT ||
		status == ASST_EBUSY);
}

static void note_failure(struct rewrapping *rewrapping, int status)
{
	struct asst__text *list = &rewrapping->list;
	const asst_error *err = rewrapping->call->err;
	const struct asst__string *name = &rewrapping->name;
	char id[ASST__UUID_TEXT + 1];

	asst__uuid_write(id, rewrapping->key + 1);
	if (!rewrapping->failures) {
		rewrapping->status = status;
		rewrapping->raw = asst_error_raw(err);
		snprintf(rewrapping->message, sizeof(rewrapping->message),
			 "\"%s\" of the assistant %s: %s", name->text, id,
			 asst_error_message(err));
	}
	if (rewrapping->failures++ >= LISTED_MOST)
		return;
	asst__text_add_format(list, "%s{\"assistantId\":\"%s\",\"name\":", list->size ? "," : "",
			      id);
	asst__json_write_string(list, name->text, name->size);
	asst__text_add_format(list, ",\"status\":\"%s\"}", asst_status_name(status));
}

/* What is told at the end, once nothing clears the error any more. */
static int tell_failures(struct rewrapping *rewrapping)
{
	asst_error *err = rewrapping->call->err;
	struct asst__text detail;

	asst__error_clear(err);
	asst__text_init(&detail, &rewrapping->call->store->mem, DETAIL_CAP);
	asst__text_add_format(&detail, "{\"failed\":%llu,\"secrets\":[%s]}",
			      (unsigned long long)rewrapping->failures,
			      rewrapping->list.failed ? "" : rewrapping->list.data);
	if (!detail.failed && !rewrapping->list.failed)
		asst__error_set_detail(err, detail.data, detail.size);
	asst__text_free(&detail);
	asst__fail(err, rewrapping->status, "%llu secret%s could not be sealed anew, the first is %s",
		   (unsigned long long)rewrapping->failures, rewrapping->failures == 1 ? "" : "s",
		   rewrapping->message);
	asst__error_set_raw(err, rewrapping->raw);
	return rewrapping->status;
}

static int ask_to_go_on(const struct rewrapping *rewrapping)
{
	if (!rewrapping->progress || !rewrapping->progress(rewrapping->user, rewrapping->looked, 0))
		return ASST_OK;
	return asst__fail(rewrapping->call->err, ASST_ECANCELED, "sealing anew was canceled");
}

static int rewrap_one(struct rewrapping *rewrapping, const unsigned char *key, size_t size)
{
	struct asst__string *name = &rewrapping->name;
	int status;

	rewrapping->key = key;
	rewrapping->key_size = size;
	name->size = size - ASST__UUID_BYTES - 2;
	memcpy(rewrapping->name_text, key + ASST__UUID_BYTES + 2, name->size);
	rewrapping->name_text[name->size] = '\0';
	name->text = rewrapping->name_text;
	status = asst__write(rewrapping->call, "secret.rewrap", NULL, attempt_rewrap, rewrapping);
	rewrapping->looked++;
	rewrapping->sealed += status == ASST_OK && rewrapping->done;
	asst_buf_free(rewrapping->record);
	rewrapping->record = NULL;
	if (status != ASST_OK && is_its_own(rewrapping, status)) {
		note_failure(rewrapping, status);
		status = ASST_OK;
	}
	return status == ASST_OK ? ask_to_go_on(rewrapping) : status;
}

/* One page of the keys of assistants; rewraps the secrets among them. */
static int rewrap_page(struct rewrapping *rewrapping, struct asst__key *from, size_t *count)
{
	const struct asst__call *call = rewrapping->call;
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
		const unsigned char *key = asst_sink_key(&sink, i, &size);

		if (size >= sizeof(from->bytes)) {
			status = asst__fail(call->err, ASST_ECORRUPT, "a key is damaged");
			break;
		}
		memcpy(from->bytes, key, size);
		from->bytes[size] = 0;
		from->size = size + 1;
		if (size > ASST__UUID_BYTES + 2 && key[1 + ASST__UUID_BYTES] == ASST__PART_SECRET)
			status = rewrap_one(rewrapping, key, size);
	}
	asst__sink_dispose(&sink);
	asst__ranges_dispose(&ranges);
	/* Also where the page had no secret. */
	return status == ASST_OK ? ask_to_go_on(rewrapping) : status;
}

static int rewrap_all(struct rewrapping *rewrapping)
{
	struct asst__key from = { 1, "A" };
	size_t count = PAGE;
	int status = ASST_OK;

	asst__text_init(&rewrapping->list, &rewrapping->call->store->mem, DETAIL_CAP);
	while (status == ASST_OK && count == PAGE)
		status = rewrap_page(rewrapping, &from, &count);
	if (status == ASST_OK && rewrapping->failures)
		status = tell_failures(rewrapping);
	asst__text_free(&rewrapping->list);
	return status;
}

int asst_secret_rewrap(uint64_t *sealed, asst_session *session, asst_progress progress, void *user,
		       uint32_t flags, asst_error *err)
{
	struct rewrapping rewrapping = { .progress = progress, .user = user };
	struct asst__call call;
	int status;

	if (sealed)
		*sealed = 0;
	status = asst__call_begin(&call, session, err);
	if (status != ASST_OK)
		return status;
	rewrapping.call = &call;
	status = asst__flags_check(flags, 0, err);
	if (status == ASST_OK && !call.actor->system) {
		status = asst__fail(err, ASST_EDENIED, "needs the system's session");
		asst__write_refused(&call, status, "secret.rewrap", NULL);
	}
	if (status == ASST_OK)
		status = asst__keyring_check(&call);
	if (status == ASST_OK)
		status = rewrap_all(&rewrapping);
	if (sealed)
		*sealed = rewrapping.sealed;
	asst__call_end(&call);
	return status;
}
