/* SPDX-License-Identifier: MIT */
/*
 * Checking the content of a store: each record by itself, each index entry against the
 * heads it is made from, each reference against what it names; then the backend's own check.
 */
#include "base/fail.h"
#include "service/credentials.h"
#include "service/routes.h"

#include <string.h>

/* Keys read in one call. */
#define PAGE 256

struct verification {
	struct asst__call call;
	struct asst__text faults; /* JSON texts with commas between */
	uint64_t checked, total;
	asst_progress progress;
	void *user;
	/* of one workspace: what there is, and what its heads and drafts say there must be */
	uint64_t entries, entries_due, slugs, slugs_due, pointers, own_drafts, drafts_due;
	uint64_t routed, routed_due, members, members_due, api_keys, api_keys_due, hashes, hashes_due;
};

static void add_fault(struct verification *v, const char *text)
{
	if (v->faults.size)
		asst__text_add_char(&v->faults, ',');
	asst__json_write_string(&v->faults, text, strlen(text));
}

static void backend_fault(void *user, const char *what)
{
	add_fault(user, what);
}

/* What the backend counts comes on top of the keys, and nobody knows how much that will be. */
static int backend_progress(void *user, uint64_t done, uint64_t total)
{
	struct verification *v = user;

	(void)total;
	return v->progress(v->user, v->checked + done, 0);
}

/* A fault names the workspace and the key, in hexadecimal. */
static void fault(struct verification *v, const void *key, size_t size, const char *what)
{
	const unsigned char *bytes = key;
	struct asst__text text;
	size_t i;

	asst__text_init(&text, &v->call.store->mem, 8192);
	asst__text_add_format(&text, "%s: key ", v->call.workspace);
	for (i = 0; i < size; i++)
		asst__text_add_format(&text, "%02x", bytes[i]);
	asst__text_add_format(&text, ": %s", what);
	if (text.failed)
		v->faults.failed = text.failed;
	else
		add_fault(v, text.data);
	asst__text_free(&text);
}

/* What cannot be read is a fault as long as other things can be. */
static bool is_fault(int status)
{
	return status == ASST_ECORRUPT || status == ASST_EFORMAT || status == ASST_EIO;
}

static bool opens(struct asst__view *view, const struct asst__schema *schema, asst_buf *value)
{
	return asst__view_open(view, schema, asst_buf_data(value), asst_buf_size(value), NULL) ==
	       ASST_OK;
}

static bool def_view(struct asst__view *def, const struct asst__view *around, unsigned field)
{
	struct asst__string bytes = asst__view_text(around, field);

	return bytes.text &&
	       asst__view_open(def, &asst__def_schema, bytes.text, bytes.size, NULL) == ASST_OK;
}

static bool def_opens(const struct asst__view *around, unsigned field)
{
	struct asst__view def;

	return def_view(&def, around, field);
}

/* Whether all keys of a batch's puts are there with its values. */
static int check_puts(struct verification *v, const asst_batch *batch)
{
	const struct asst__call *call = &v->call;
	struct asst_keys keys;
	struct asst_sink sink;
	uint64_t sequence;
	size_t i, size;
	const void *key;
	int status = ASST_OK;

	asst__keys_init(&keys, &call->store->mem);
	asst__sink_init(&sink, &call->store->mem);
	for (i = 0; i < asst_batch_count(batch) && status == ASST_OK; i++) {
		key = asst_batch_key(batch, i, &size);
		status = asst_keys_add(&keys, key, size, call->err);
	}
	if (status == ASST_OK && i)
		status = asst__backend_get(&call->store->backend, call->workspace, &keys, &sink,
					   &sequence, call->err);
	for (i = 0; i < asst_batch_count(batch) && status == ASST_OK; i++) {
		const struct asst__answer *answer = asst__sink_find(&sink, i);
		asst_buf *value = asst_batch_value(batch, i);

		key = asst_batch_key(batch, i, &size);
		if (!answer)
			fault(v, key, size, "is missing");
		else if (asst_buf_size(answer->value) != asst_buf_size(value) ||
			 memcmp(asst_buf_data(answer->value), asst_buf_data(value),
				asst_buf_size(value)) != 0)
			fault(v, key, size, "does not fit what it is made from");
	}
	asst__sink_dispose(&sink);
	asst__keys_dispose(&keys);
	return status;
}

/* Everything that is made from a head: index entries, the slug, the live definition and its routes. */
static int check_head(struct verification *v, const struct asst__loaded *loaded)
{
	struct asst__head head;
	struct asst__indexed state = { &head, &loaded->acl.view };
	struct asst__change change = { .call = &v->call, .status = ASST_OK };
	struct asst__view def;
	struct asst__key key;
	size_t entries;
	bool sound = loaded->def.buf && def_view(&def, &loaded->def.view, ASST__VERSION_DEF);
	int status;

	asst__head_read(&head, &loaded->head.view);
	asst__batch_init(&change.batch, &v->call.store->mem);
	asst__change_index(&change, loaded->id, NULL, &state);
	entries = asst_batch_count(&change.batch);
	v->entries_due += entries;
	if (sound && head.version > 0)
		asst__change_routes(&change, loaded->id, NULL, &def);
	v->routed_due += asst_batch_count(&change.batch) - entries;
	if (!head.deleted_at) {
		asst__key_slug(&key, head.owner, head.slug);
		asst__change_put_bytes(&change, &key, loaded->id, ASST__UUID_BYTES);
		v->slugs_due++;
	}
	status = change.status == ASST_OK ? check_puts(v, &change.batch) : change.status;
	asst__batch_dispose(&change.batch);
	asst__key_part(&key, loaded->id, ASST__PART_DEF);
	if (!sound)
		fault(v, key.bytes, key.size, "the live definition is missing or damaged");
	return status;
}

static int load(struct verification *v, const unsigned char *id, struct asst__loaded *loaded)
{
	const struct asst__call *call = &v->call;
	struct asst_keys keys;
	struct asst_sink sink;
	uint64_t sequence;
	int status;

	memset(loaded, 0, sizeof(*loaded));
	asst__keys_init(&keys, &call->store->mem);
	asst__sink_init(&sink, &call->store->mem);
	status = asst__keys_add_object(&keys, id, true, call->err);
	if (status == ASST_OK)
		status = asst__backend_get(&call->store->backend, call->workspace, &keys, &sink,
					   &sequence, call->err);
	if (status == ASST_OK)
		status = asst__loaded_take(loaded, &sink, 0, true, call->err);
	memcpy(loaded->id, id, ASST__UUID_BYTES);
	asst__sink_dispose(&sink);
	asst__keys_dispose(&keys);
	return status;
}

/* Parts of an assistant: 'A', id, part. */
static int check_part(struct verification *v, const unsigned char *key, size_t size,
		      asst_buf *value)
{
	struct asst__loaded loaded;
	struct asst__view view;
	bool sound = size > ASST__UUID_BYTES + 1;
	int status = ASST_OK;

	switch (sound ? key[1 + ASST__UUID_BYTES] : 0) {
	case ASST__PART_HEAD:
		sound = opens(&view, &asst__head_schema, value);
		if (!sound)
			break;
		status = load(v, key + 1, &loaded);
		if (status == ASST_OK && loaded.head.buf)
			status = check_head(v, &loaded);
		asst__loaded_dispose(&loaded);
		sound = !is_fault(status);
		status = sound ? status : ASST_OK;
		break;
	case ASST__PART_ACL:
		sound = opens(&view, &asst__acl_schema, value);
		break;
	case ASST__PART_DEF:
	case ASST__PART_VERSION:
		sound = opens(&view, &asst__version_schema, value) &&
			def_opens(&view, ASST__VERSION_DEF);
		break;
	case ASST__PART_MARK:
		sound = opens(&view, &asst__mark_schema, value);
		break;
	case ASST__PART_SECRET:
		sound = opens(&view, &asst__secret_schema, value);
		break;
	case ASST__PART_TOKEN:
		sound = opens(&view, &asst__token_record_schema, value);
		v->hashes_due++;
		break;
	case ASST__PART_DRAFT:
		sound = opens(&view, &asst__draft_schema, value) &&
			def_opens(&view, ASST__DRAFT_DEF);
		v->drafts_due++;
		break;
	default:
		sound = false;
		break;
	}
	if (!sound)
		fault(v, key, size, "the record is damaged");
	return status;
}

/* A key that works is led to by its hash, and by the old one where it was rotated. */
static void check_api_key(struct verification *v, const unsigned char *key, size_t size,
			  asst_buf *value)
{
	struct asst__view view;

	v->api_keys_due++;
	if (!opens(&view, &asst__key_record_schema, value))
		fault(v, key, size, "the record of a key is damaged");
	else if (!asst__view_has(&view, ASST__KEY_REVOKED_AT))
		v->hashes_due += 1u + asst__view_has(&view, ASST__KEY_OLD_HASH);
}

static int check_key(struct verification *v, const unsigned char *key, size_t size, asst_buf *value)
{
	struct asst__view view;
	int status = ASST_OK;

	v->checked++;
	switch (size ? key[0] : 0) {
	case 'A':
		status = check_part(v, key, size, value);
		break;
	case 'D':
		v->pointers++;
		if (asst_buf_size(value) <= ASST__UUID_BYTES)
			fault(v, key, size, "the pointer to a draft is damaged");
		break;
	case 'E':
		if (!opens(&view, &asst__event_schema, value))
			fault(v, key, size, "the event is damaged");
		break;
	case 'P':
		if (size < 3 || !opens(&view, key[1] == ASST__DIRECTORY_USER ?
						      &asst__user_record_schema :
						      &asst__team_record_schema, value))
			fault(v, key, size, "the directory's record is damaged");
		else if (key[1] == ASST__DIRECTORY_USER)
			v->members_due += asst__view_count(&view, ASST__SESSION_TEAMS);
		break;
	case 'B':
		v->routed++;
		break;
	case 'M':
		v->members++;
		break;
	case 'K':
		check_api_key(v, key, size, value);
		break;
	case 'L':
		v->api_keys++;
		break;
	case 'C':
		v->hashes++;
		if (asst_buf_size(value) != ASST__POINTER_BYTES)
			fault(v, key, size, "the pointer of a credential is damaged");
		break;
	case 'F':
		if (asst_buf_size(value) != 8)
			fault(v, key, size, "the begin of the events is damaged");
		break;
	case 'R':
		v->own_drafts++;
		if (asst_buf_size(value) != ASST__UUID_BYTES)
			fault(v, key, size, "the index of drafts is damaged");
		break;
	case 'I':
		v->entries++;
		break;
	case 'S':
		v->slugs++;
		break;
	default:
		fault(v, key, size, "is of no known kind");
		break;
	}
	return status;
}

static int check_alone(struct verification *v, const char *partition, const void *key, size_t size,
		       int (*check)(struct verification *v, const unsigned char *key, size_t size,
				    asst_buf *value))
{
	const struct asst__call *call = &v->call;
	struct asst_keys keys;
	struct asst_sink sink;
	uint64_t sequence;
	int status;

	asst__keys_init(&keys, &call->store->mem);
	asst__sink_init(&sink, &call->store->mem);
	status = asst_keys_add(&keys, key, size, call->err);
	if (status == ASST_OK)
		status = asst__backend_get(&call->store->backend, partition, &keys, &sink,
					   &sequence, call->err);
	if (status == ASST_OK && asst__sink_find(&sink, 0)) {
		status = check(v, key, size, asst__sink_find(&sink, 0)->value);
	} else if (is_fault(status)) {
		fault(v, key, size,
		      status == ASST_EIO ? "its value cannot be read" : "its value is damaged");
		status = ASST_OK;
	}
	asst__sink_dispose(&sink);
	asst__keys_dispose(&keys);
	return status;
}

/* Call check for every key of a partition, a page at a time. */
static int walk(struct verification *v, const char *partition,
		int (*check)(struct verification *v, const unsigned char *key, size_t size,
			     asst_buf *value))
{
	const struct asst__call *call = &v->call;
	unsigned char from[ASST_MAX_KEY_BYTES + 1];
	size_t from_size = 0, i, size, count = PAGE;
	struct asst_ranges ranges;
	struct asst_sink sink;
	const void *key;
	uint64_t sequence;
	bool keys_only = false;
	int status = ASST_OK;

	while (status == ASST_OK && count == PAGE) {
		if (v->progress && v->progress(v->user, v->checked, 0))
			return asst__fail(call->err, ASST_ECANCELED, "the check was canceled");
		asst__ranges_init(&ranges, &call->store->mem, keys_only);
		asst__sink_init(&sink, &call->store->mem);
		status = asst_ranges_add(&ranges, from, from_size, "", 0, PAGE, 0, call->err);
		if (status == ASST_OK)
			status = asst__backend_scan(&call->store->backend, partition, &ranges,
						    &sink, &sequence, call->err);
		count = status == ASST_OK ? asst_sink_count(&sink) : 0;
		/* Something in the page cannot be read: key by key, then. */
		if (is_fault(status) && !keys_only) {
			keys_only = true;
			count = PAGE;
			status = ASST_OK;
			asst__sink_dispose(&sink);
			asst__ranges_dispose(&ranges);
			continue;
		}
		for (i = 0; i < count && status == ASST_OK; i++) {
			key = asst_sink_key(&sink, i, &size);
			status = keys_only ? check_alone(v, partition, key, size, check) :
					     check(v, key, size, asst_sink_value(&sink, i));
			memcpy(from, key, size);
			/* The next key after this one. */
			from[size] = 0;
			from_size = size < ASST_MAX_KEY_BYTES ? size + 1 : size;
		}
		asst__sink_dispose(&sink);
		asst__ranges_dispose(&ranges);
	}
	return status;
}

static void compare(struct verification *v, uint64_t there, uint64_t due, const char *what)
{
	struct asst__text text;

	if (there == due)
		return;
	asst__text_init(&text, &v->call.store->mem, 512);
	asst__text_add_format(&text, "%s: %llu %s, but %llu are due", v->call.workspace,
			      (unsigned long long)there, what, (unsigned long long)due);
	if (text.failed)
		v->faults.failed = text.failed;
	else
		add_fault(v, text.data);
	asst__text_free(&text);
}

/* Each entry of the directory has its counterpart: a workspace its tag, and the tag its workspace. */
static int check_counterpart(struct verification *v, const unsigned char *key, size_t size,
			     const asst_buf *value)
{
	const struct asst__call *call = &v->call;
	unsigned char other[ASST_MAX_KEY_BYTES];
	const struct asst__answer *answer;
	struct asst_keys keys;
	struct asst_sink sink;
	uint64_t sequence;
	int status;

	other[0] = key[0] == 'W' ? 'T' : 'W';
	if (asst_buf_size(value) + 1 > sizeof(other)) {
		fault(v, key, size, "the directory of workspaces is damaged");
		return ASST_OK;
	}
	memcpy(other + 1, asst_buf_data(value), asst_buf_size(value));
	asst__keys_init(&keys, &call->store->mem);
	asst__sink_init(&sink, &call->store->mem);
	status = asst_keys_add(&keys, other, asst_buf_size(value) + 1, call->err);
	if (status == ASST_OK)
		status = asst__backend_get(&call->store->backend, "$store", &keys, &sink, &sequence,
					   call->err);
	answer = status == ASST_OK ? asst__sink_find(&sink, 0) : NULL;
	status = is_fault(status) ? ASST_OK : status;
	if (status == ASST_OK &&
	    (!answer || asst_buf_size(answer->value) != size - 1 ||
	     memcmp(asst_buf_data(answer->value), key + 1, size - 1) != 0))
		fault(v, key, size, "the directory of workspaces does not lead back here");
	asst__sink_dispose(&sink);
	asst__keys_dispose(&keys);
	return status;
}

/* A key of the directory: 'W' and a workspace, or 'T' and a tag. */
static int check_workspace(struct verification *v, const unsigned char *key, size_t size,
			   asst_buf *value)
{
	char *workspace;
	int status;

	v->checked++;
	v->call.workspace = "$store";
	status = size ? check_counterpart(v, key, size, value) : ASST_OK;
	if (status != ASST_OK || !size || key[0] != 'W')
		return status;
	workspace = asst__copy_text(&v->call.store->mem, (const char *)key + 1, size - 1);
	if (!workspace)
		return asst__fail_nomem(v->call.err);
	v->call.workspace = workspace;
	v->entries = v->entries_due = v->slugs = v->slugs_due = 0;
	v->pointers = v->own_drafts = v->drafts_due = 0;
	v->members = v->members_due = v->api_keys = v->api_keys_due = 0;
	v->hashes = v->hashes_due = v->routed = v->routed_due = 0;
	status = walk(v, workspace, check_key);
	compare(v, v->entries, v->entries_due, "index entries");
	compare(v, v->slugs, v->slugs_due, "slugs");
	compare(v, v->pointers, v->drafts_due, "pointers to drafts");
	compare(v, v->own_drafts, v->drafts_due, "entries of drafts by principal");
	compare(v, v->routed, v->routed_due, "entries of routes");
	compare(v, v->members, v->members_due, "memberships");
	compare(v, v->api_keys, v->api_keys_due, "entries of keys by creator");
	compare(v, v->hashes, v->hashes_due, "pointers of credentials");
	asst__free_text(&v->call.store->mem, workspace);
	return status;
}

static int write_report(asst_buf **report, struct verification *v)
{
	struct asst__text text;

	asst__text_init(&text, &v->call.store->mem, SIZE_MAX / 2);
	asst__text_add_format(&text, "{\"ok\":%s,\"checked\":%llu,\"faults\":[",
			      v->faults.size ? "false" : "true", (unsigned long long)v->checked);
	if (v->faults.size)
		asst__text_add(&text, v->faults.data, v->faults.size);
	asst__text_add_cstr(&text, "]}");
	return asst__text_to_buf(report, &text, v->call.err);
}

int asst_store_verify(asst_buf **report, asst_store *store, asst_progress progress, void *user,
		      uint32_t flags, asst_error *err)
{
	struct verification v;
	int status;

	asst__error_clear(err);
	if (report)
		*report = NULL;
	if (!store || !report)
		return asst__fail(err, ASST_EINVAL, "needs a store and a place for the report");
	if (asst__flags_check(flags, 0, err) != ASST_OK)
		return ASST_EINVAL;
	memset(&v, 0, sizeof(v));
	v.call.store = store;
	v.call.err = err;
	v.progress = progress;
	v.user = user;
	asst__text_init(&v.faults, &store->mem, SIZE_MAX / 2);
	if (!asst__gate_enter(&store->gate, &v.call.stripe))
		return asst__fail(err, ASST_ESTATE, "the store is closed");
	status = walk(&v, "$store", check_workspace);
	if (status == ASST_OK && store->backend.verify)
		status = store->backend.verify(store->backend.self, backend_fault,
					       progress ? backend_progress : NULL, &v, err);
	if (status == ASST_OK && v.faults.failed)
		status = asst__fail_nomem(err);
	if (status == ASST_OK) {
		/* Of faults that were reported. */
		asst__error_clear(err);
		status = write_report(report, &v);
	}
	asst__text_free(&v.faults);
	asst__gate_leave(&store->gate, v.call.stripe);
	return status;
}
