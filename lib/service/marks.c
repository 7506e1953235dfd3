/* SPDX-License-Identifier: MIT */
/* What is said of versions, labels and pins; and which ones are no longer kept. */
#include "base/utf8.h"
#include "service/versions.h"

#include <string.h>

#define LABEL_MOST 64
#define DAY_MS INT64_C(86400000)

struct marking {
	struct asst__call *call;
	const char *id, *action;
	uint64_t version;
	bool set_label, set_pin, pinned;
	struct asst__string label; /* text NULL: none */
	struct asst__loaded loaded;
};

/* The mark of a version as it is, and the sequence of its record. */
static int read_mark(const struct marking *marking, uint64_t number, struct asst__part *part)
{
	const struct asst__call *call = marking->call;
	struct asst_keys keys;
	struct asst_sink sink;
	struct asst__key key;
	uint64_t sequence;
	int status;

	memset(part, 0, sizeof(*part));
	asst__keys_init(&keys, &call->store->mem);
	asst__sink_init(&sink, &call->store->mem);
	asst__key_mark(&key, marking->loaded.id, number);
	status = asst_keys_add(&keys, key.bytes, key.size, call->err);
	if (status == ASST_OK)
		status = asst__backend_get(&call->store->backend, call->workspace, &keys, &sink,
					   &sequence, call->err);
	if (status == ASST_OK)
		status = asst__part_take(part, &sink, 0, &asst__mark_schema, call->err);
	asst__sink_dispose(&sink);
	asst__keys_dispose(&keys);
	return status;
}

static int write_mark(asst_buf **out, struct asst__string label, bool pinned,
		      const struct asst__call *call)
{
	struct asst__record record;
	uint32_t root = asst__record_begin(&record, &asst__mark_schema, 0, &call->store->mem);

	if (root) {
		asst__record_text(&record, root, ASST__MARK_LABEL, label);
		asst__record_inline(&record, root, ASST__MARK_PINNED, pinned);
	}
	return asst__record_end(out, &record, call->err);
}

/* Put the mark as it is to be, where it changes. */
static int build(struct marking *marking, struct asst__change *change, uint64_t number,
		 const struct asst__part *part)
{
	const struct asst__call *call = marking->call;
	struct asst__string old_label = asst__view_text(&part->view, ASST__MARK_LABEL);
	bool old_pinned = asst__view_flag(&part->view, ASST__MARK_PINNED, false);
	struct asst__string label = marking->set_label ? marking->label : old_label;
	bool pinned = marking->set_pin ? marking->pinned : old_pinned;
	struct asst__event event = {
		.action = marking->action,
		.object = asst__view_text(&marking->loaded.head.view, ASST__HEAD_ID),
		.version = (int64_t)number
	};
	struct asst__key key;
	asst_buf *buf = NULL;
	int status = ASST_OK;

	if (asst__same(label, old_label) && pinned == old_pinned)
		return ASST_OK;
	if (label.text || pinned)
		status = write_mark(&buf, label, pinned, call);
	if (status != ASST_OK)
		return status;
	asst__change_check_object(change, &marking->loaded);
	/* The version must still be there: pruning would have left its mark behind. */
	if (marking->loaded.versions[0].buf) {
		asst__key_version(&key, marking->loaded.id, number);
		asst__change_check(change, &key, marking->loaded.versions[0].sequence);
	}
	asst__key_mark(&key, marking->loaded.id, number);
	asst__change_check(change, &key, part->sequence);
	if (buf)
		asst__change_put(change, &key, buf);
	else
		asst__change_delete(change, &key);
	asst__change_event(change, &event);
	asst_buf_free(buf);
	return ASST_OK;
}

static bool blank(struct asst__string text)
{
	size_t i = 0;

	while (i < text.size && strchr(" \t\r\n", text.text[i]))
		i++;
	return i == text.size;
}

static int check_label(struct asst__string label, asst_error *err)
{
	if (!label.text)
		return ASST_OK;
	if (label.size > 4 * LABEL_MOST)
		return asst__fail(err, ASST_ELIMIT, "label is limited to %d characters",
				  LABEL_MOST);
	if (asst__utf8_valid(label.text, label.size) != label.size ||
	    memchr(label.text, '\0', label.size)) {
		asst__error_add_issue(err, "json_utf8", "/label", "must be UTF-8 without NUL");
		return asst__fail(err, ASST_EVALIDATION, "the label must be UTF-8 without NUL");
	}
	if (asst__utf8_count(label.text, label.size) > LABEL_MOST)
		return asst__fail(err, ASST_ELIMIT, "label is limited to %d characters",
				  LABEL_MOST);
	if (label.size == 0 || blank(label)) {
		asst__error_add_issue(err, "blank", "/label", "must not be only white space");
		return asst__fail(err, ASST_EVALIDATION, "the label must not be only white space");
	}
	return ASST_OK;
}

static int attempt_mark(void *context, struct asst__change *change, bool lost)
{
	struct marking *marking = context;
	struct asst__call *call = marking->call;
	struct asst__loaded *loaded = &marking->loaded;
	struct asst__part part;
	uint64_t live, number = marking->version;
	int status;

	(void)lost;
	asst__loaded_dispose(loaded);
	status = asst__locate(loaded, call, marking->id, ASST__RIGHT_VERSIONS);
	if (status == ASST_OK && marking->set_label)
		status = check_label(marking->label, call->err);
	if (status == ASST_OK)
		status = asst__refuse_draft(loaded, call, "versions belong");
	if (status != ASST_OK)
		return status;
	live = (uint64_t)asst__view_int(&loaded->head.view, ASST__HEAD_VERSION, 0);
	if (number == ASST_VERSION_LIVE)
		number = live;
	/* Version 0 of what was never published is no version yet. */
	status = asst__version_check(number, loaded,
				     number == live && live ? &loaded->def : &loaded->versions[0],
				     call->err);
	if (status == ASST_OK)
		status = read_mark(marking, number, &part);
	if (status == ASST_OK) {
		status = build(marking, change, number, &part);
		asst_buf_free(part.buf);
	}
	return status;
}

static int mark(struct marking *marking, struct asst__call *call, uint64_t version)
{
	int status;

	call->versions[0] = version < INT64_MAX ? (int64_t)version : INT64_MAX;
	marking->call = call;
	marking->version = version;
	status = asst__write(call, marking->action, marking->id, attempt_mark, marking);
	asst__loaded_dispose(&marking->loaded);
	return status;
}

int asst_version_label(asst_session *session, const char *id, uint64_t version, const char *label,
		       size_t size, uint32_t flags, asst_error *err)
{
	struct marking marking = { .id = id, .action = "version.label", .set_label = true };
	struct asst__call call;
	int status = asst__call_begin(&call, session, err);

	if (status != ASST_OK)
		return status;
	status = asst__flags_check(flags, 0, err);
	if (status == ASST_OK && !label && size != 0 && size != ASST_NUL)
		status = asst__fail(err, ASST_EINVAL, "a label of %zu bytes is NULL", size);
	marking.label.text = label;
	marking.label.size = label && size == ASST_NUL ? strlen(label) : size;
	if (status == ASST_OK)
		status = mark(&marking, &call, version);
	asst__call_end(&call);
	return status;
}

int asst_version_pin(asst_session *session, const char *id, uint64_t version, int pinned,
		     uint32_t flags, asst_error *err)
{
	struct marking marking = { .id = id, .action = "version.pin", .set_pin = true };
	struct asst__call call;
	int status = asst__call_begin(&call, session, err);

	if (status != ASST_OK)
		return status;
	marking.pinned = pinned == 1;
	status = asst__flags_check(flags, 0, err);
	if (status == ASST_OK && pinned != 0 && pinned != 1)
		status = asst__fail(err, ASST_EINVAL, "pinned is 0 or 1");
	if (status == ASST_OK)
		status = mark(&marking, &call, version);
	asst__call_end(&call);
	return status;
}

/* Pruning */

/* Versions that one batch looks at: each may take a megabyte to read. */
#define PRUNE_STEP 256

struct pruning {
	struct asst__call *call;
	const char *id;
	uint64_t from;    /* the number at which a step begins */
	uint64_t next;    /* and the step after this attempt */
	uint64_t removed; /* by this attempt */
	bool more;
	struct asst__loaded loaded;
};

static uint64_t number_of(const struct asst_sink *sink, size_t i)
{
	size_t size;
	const unsigned char *key = asst_sink_key(sink, i, &size);

	return size >= 8 ? asst__big_endian(key + size - 8) : 0;
}

/* Answers: 0 versions from the oldest on, 1 marks, 2 drafts. */
static bool is_needed(const struct asst_sink *sink, uint64_t number)
{
	struct asst__view draft;
	asst_buf *value;
	size_t i;

	for (i = 0; i < sink->count; i++) {
		value = asst_sink_value(sink, i);
		if (sink->items[i].index == 1 && number_of(sink, i) == number)
			return true;
		if (sink->items[i].index != 2)
			continue;
		/* A draft that cannot be read keeps everything. */
		if (asst__view_open(&draft, &asst__draft_schema, asst_buf_data(value),
				    asst_buf_size(value), NULL) != ASST_OK ||
		    (uint64_t)asst__view_int(&draft, ASST__DRAFT_BASE_VERSION, 0) == number)
			return true;
	}
	return false;
}

static int add_ranges(struct asst_ranges *ranges, const struct pruning *pruning, uint64_t below)
{
	const unsigned char *id = pruning->loaded.id;
	asst_error *err = pruning->call->err;
	struct asst__key from, to;
	int status;

	asst__key_version(&from, id, pruning->from);
	asst__key_version(&to, id, below);
	status = asst_ranges_add(ranges, from.bytes, from.size, to.bytes, to.size, PRUNE_STEP + 1,
				 0, err);
	asst__key_mark(&from, id, pruning->from);
	asst__key_mark(&to, id, below);
	if (status == ASST_OK)
		status = asst_ranges_add(ranges, from.bytes, from.size, to.bytes, to.size, 0, 0,
					 err);
	asst__key_part(&from, id, ASST__PART_DRAFT);
	to = from;
	asst__key_end(&to);
	if (status == ASST_OK)
		status = asst_ranges_add(ranges, from.bytes, from.size, to.bytes, to.size, 0, 0,
					 err);
	return status;
}

/* Pins, labels and drafts that come meanwhile are in these ranges: then it is built again. */
static void check_ranges(struct asst__change *change, const struct pruning *pruning,
			 uint64_t sequence)
{
	static const char parts[] = { ASST__PART_MARK, ASST__PART_DRAFT };
	struct asst__key from, to;
	size_t i;

	for (i = 0; i < sizeof(parts) && change->status == ASST_OK; i++) {
		asst__key_part(&from, pruning->loaded.id, parts[i]);
		to = from;
		asst__key_end(&to);
		change->status = asst_batch_check_range(&change->batch, from.bytes, from.size,
							to.bytes, to.size, sequence,
							pruning->call->err);
	}
}

static void build_prune(struct pruning *pruning, struct asst__change *change,
			const struct asst_sink *sink, uint64_t sequence)
{
	const struct asst__call *call = pruning->call;
	int64_t before = call->now - call->store->opts.keep_days * DAY_MS;
	struct asst__event event = {
		.action = "version.prune",
		.object = asst__view_text(&pruning->loaded.head.view, ASST__HEAD_ID)
	};
	struct asst__view version;
	struct asst__key key;
	asst_buf *value;
	size_t i;

	for (i = 0; i < sink->count && sink->items[i].index == 0; i++) {
		pruning->more = i == PRUNE_STEP;
		if (pruning->more)
			break;
		pruning->next = number_of(sink, i) + 1;
		value = asst_sink_value(sink, i);
		if (asst__view_open(&version, &asst__version_schema, asst_buf_data(value),
				    asst_buf_size(value), NULL) != ASST_OK ||
		    asst__view_int(&version, ASST__VERSION_AT, INT64_MAX) >= before ||
		    is_needed(sink, number_of(sink, i)))
			continue;
		asst__key_version(&key, pruning->loaded.id, number_of(sink, i));
		asst__change_delete(change, &key);
		pruning->removed++;
	}
	if (!pruning->removed)
		return;
	asst__change_check_object(change, &pruning->loaded);
	check_ranges(change, pruning, sequence);
	asst__change_event(change, &event);
}

static int attempt_prune(void *context, struct asst__change *change, bool lost)
{
	struct pruning *pruning = context;
	struct asst__call *call = pruning->call;
	int64_t live, keep = call->store->opts.keep_versions;
	struct asst_ranges ranges;
	struct asst_sink sink;
	uint64_t sequence;
	int status;

	(void)lost;
	pruning->removed = 0;
	pruning->more = false;
	asst__loaded_dispose(&pruning->loaded);
	status = asst__locate(&pruning->loaded, call, pruning->id, ASST__RIGHT_DELETE);
	if (status == ASST_OK)
		status = asst__refuse_draft(&pruning->loaded, call, "versions belong");
	live = asst__view_int(&pruning->loaded.head.view, ASST__HEAD_VERSION, 0);
	if (status != ASST_OK || live < keep ||
	    (uint64_t)(live - keep + (keep > 0)) <= pruning->from)
		return status;
	asst__ranges_init(&ranges, &call->store->mem, 0);
	asst__sink_init(&sink, &call->store->mem);
	/* The newest `keep` are those above live - keep; the live one is no record of this kind. */
	status = add_ranges(&ranges, pruning, (uint64_t)(live - keep + (keep > 0)));
	if (status == ASST_OK)
		status = asst__backend_scan(&call->store->backend, call->workspace, &ranges, &sink,
					    &sequence, call->err);
	if (status == ASST_OK)
		build_prune(pruning, change, &sink, sequence);
	asst__sink_dispose(&sink);
	asst__ranges_dispose(&ranges);
	return status;
}

int asst_version_prune(uint64_t *removed, asst_session *session, const char *id, uint32_t flags,
		       asst_error *err)
{
	struct pruning pruning = { .id = id };
	struct asst__call call;
	uint64_t sum = 0;
	int status;

	if (removed)
		*removed = 0;
	status = asst__call_begin(&call, session, err);
	if (status != ASST_OK)
		return status;
	pruning.call = &call;
	status = asst__flags_check(flags, 0, err);
	do {
		if (status == ASST_OK)
			status = asst__write(&call, "version.prune", id, attempt_prune, &pruning);
		if (status == ASST_OK)
			sum += pruning.removed;
		pruning.from = pruning.next;
	} while (status == ASST_OK && pruning.more);
	if (status == ASST_OK && removed)
		*removed = sum;
	asst__loaded_dispose(&pruning.loaded);
	asst__call_end(&call);
	return status;
}
