/* SPDX-License-Identifier: MIT */
/* Putting users and teams into the directory. */
#include "service/directory.h"
#include "base/utf8.h"
#include "model/check.h"

#include <assistant/directory.h>

#include <string.h>

#define EMAIL_MOST 255

static void check_teams(struct asst__check *check, const struct asst__directory_entry *entry,
			const struct asst_sink *sink)
{
	asst__json *team = asst__json_first(asst__json_member(entry->tree, "teams"));
	size_t i = 0;

	asst__check_enter(check, "teams");
	for (; team; team = asst__json_next(team), i++) {
		asst__check_enter_item(check, i);
		if (!asst__sink_find(sink, i + 1))
			asst__fault(check, "id", "unknown_reference",
				    "must be a team of the directory");
		asst__check_leave(check);
	}
	asst__check_leave(check);
}

/* What is read of one beside the document: it may come back as it is. */
static const struct {
	const char *name;
	char kind; /* 0: of both */
} fixed[] = {
	{ "createdAt", 0 },
	{ "updatedAt", 0 },
	{ "deletedAt", ASST__DIRECTORY_USER },
	{ "members", ASST__DIRECTORY_TEAM },
};

static int take_fixed(struct asst__directory_entry *entry)
{
	asst__json *node;
	size_t i;

	for (i = 0; i < ASST__COUNT(fixed); i++) {
		if (fixed[i].kind && fixed[i].kind != entry->kind)
			continue;
		node = asst__json_take(entry->tree, fixed[i].name);
		if (!node)
			continue;
		if (!entry->fixed)
			entry->fixed = asst__json_new_object();
		if (!asst__json_add(entry->fixed, fixed[i].name, node))
			return asst__fail_nomem(entry->call->err);
	}
	return ASST_OK;
}

/* What is there now, as it is read; NULL: nothing. */
static int scan_present(asst__json **present, const struct asst__directory_entry *entry)
{
	const struct asst__mem *mem = &entry->call->store->mem;
	struct asst__text text;
	int status;

	*present = NULL;
	if (!entry->old.buf)
		return ASST_OK;
	asst__text_init(&text, mem, SIZE_MAX / 2);
	status = asst__directory_write(&text, entry);
	if (status == ASST_OK && text.failed)
		status = asst__fail_nomem(entry->call->err);
	if (status == ASST_OK)
		status = asst__scan_stored(present, text.data, text.size, mem, entry->call->err);
	asst__text_free(&text);
	return status;
}

/* null is what is absent. */
static bool is_present(const asst__json *node, const asst__json *present)
{
	return present ? asst__json_same(node, present) : asst__json_kind(node) == ASST__JSON_NULL;
}

static int check_fixed(struct asst__check *check, const struct asst__directory_entry *entry)
{
	asst__json *node, *present;
	int status;

	if (!entry->fixed)
		return ASST_OK;
	status = scan_present(&present, entry);
	for (node = asst__json_first(entry->fixed); node && status == ASST_OK;
	     node = asst__json_next(node)) {
		if (!is_present(node, asst__json_member(present, asst__json_name(node))))
			asst__fault(check, asst__json_name(node), "read_only",
				    "must be left out or have its present value");
	}
	asst__json_free(present);
	return status;
}

/* What can be judged only by what is there. */
static int check_present(const struct asst__directory_entry *entry, const struct asst_sink *sink)
{
	struct asst__check check;
	int status;

	asst__check_begin(&check, &entry->call->store->opts.limits, 0, &entry->call->store->mem,
			  entry->call->err);
	check_teams(&check, entry, sink);
	status = check_fixed(&check, entry);
	return status == ASST_OK ? asst__check_end(&check) : status;
}

/* Whether a record says what the old one does. When it was put says nothing. */
static int compare_old(bool *same, const struct asst__directory_entry *entry, asst_buf *record)
{
	const struct asst__schema *document =
		entry->kind == ASST__DIRECTORY_USER ? &asst__user_schema : &asst__team_schema;
	const struct asst__call *call = entry->call;
	struct asst__text x, y;
	struct asst__view view;
	int status;

	*same = false;
	if (!entry->old.buf)
		return ASST_OK;
	status = asst__view_open(&view, asst__directory_schema(entry), asst_buf_data(record),
				 asst_buf_size(record), call->err);
	if (status != ASST_OK)
		return status;
	asst__text_init(&x, &call->store->mem, SIZE_MAX / 2);
	asst__text_init(&y, &call->store->mem, SIZE_MAX / 2);
	asst__view_write(&x, document, &entry->old.view);
	asst__view_write(&y, document, &view);
	if (x.failed || y.failed)
		status = asst__fail_nomem(call->err);
	else
		*same = x.size == y.size && memcmp(x.data, y.data, x.size) == 0;
	asst__text_free(&x);
	asst__text_free(&y);
	return status;
}

/* A membership rests on the team's being there. */
static void rest_on_teams(struct asst__directory_entry *entry, struct asst__change *change,
			  const struct asst_sink *sink)
{
	asst__json *team = asst__json_first(asst__json_member(entry->tree, "teams"));
	struct asst__key key;
	size_t i = 0;

	for (; team; team = asst__json_next(team), i++) {
		asst__key_directory(&key, ASST__DIRECTORY_TEAM,
				    asst__json_text(asst__json_member(team, "id")));
		asst__change_check(change, &key, asst__sink_find(sink, i + 1)->sequence);
	}
}

static int attempt_put(void *context, struct asst__change *change, bool lost)
{
	struct asst__directory_entry *entry = context;
	struct asst_sink sink;
	asst_buf *record = NULL;
	bool same = false;
	int status;

	(void)lost;
	asst__sink_init(&sink, &entry->call->store->mem);
	status = asst__directory_read(entry, &sink);
	if (status == ASST_OK && entry->kind == ASST__DIRECTORY_USER &&
	    asst__view_has(&entry->old.view, ASST__USER_DELETED_AT))
		status = asst__fail(
			entry->call->err, ASST_EEXISTS,
			"the user was deleted: its id is given out again once it is forgotten");
	if (status == ASST_OK)
		status = check_present(entry, &sink);
	if (status == ASST_OK)
		status = asst__directory_record(&record, entry, entry->tree, false);
	if (status == ASST_OK)
		status = compare_old(&same, entry, record);
	if (status == ASST_OK && !same && entry->kind == ASST__DIRECTORY_USER)
		rest_on_teams(entry, change, &sink);
	if (status == ASST_OK && !same)
		status = asst__directory_put(entry, change, record);
	asst_buf_free(record);
	asst__sink_dispose(&sink);
	return status;
}

static void check_email(struct asst__check *check, const asst__json *tree)
{
	const asst__json *email = asst__json_member(tree, "email");
	const char *text = asst__json_text(email);

	if (asst__json_kind(email) == ASST__JSON_STRING &&
	    asst__utf8_count(text, strlen(text)) > EMAIL_MOST)
		asst__fault(check, "email", "too_long", "must have at most %d characters",
			    EMAIL_MOST);
}

static int put(asst_session *session, const char *json, size_t size, uint32_t flags,
	       struct asst__directory_entry *entry, const struct asst__schema *schema,
	       asst_error *err)
{
	struct asst__check check;
	struct asst__call call;
	int status = asst__directory_begin(&call, session, flags, entry->action, err);

	if (status != ASST_OK)
		return status;
	entry->call = &call;
	status = json ? asst__scan_object(&entry->tree, json, size, &call.store->opts.limits,
					  &call.store->mem, err) :
			asst__fail(err, ASST_EINVAL, "needs a document");
	if (status == ASST_OK)
		status = take_fixed(entry);
	if (status == ASST_OK) {
		asst__check_begin(&check, &call.store->opts.limits, 0, &call.store->mem, err);
		asst__check_object(&check, schema, entry->tree);
		check_email(&check, entry->tree);
		status = asst__check_end(&check);
	}
	if (status == ASST_OK) {
		entry->id = asst__json_text(asst__json_member(entry->tree, "id"));
		status = asst__write(&call, entry->action, NULL, attempt_put, entry);
	}
	asst_buf_free(entry->old.buf);
	asst__json_free(entry->tree);
	asst__json_free(entry->fixed);
	asst__call_end(&call);
	return status;
}

int asst_user_put(asst_session *session, const char *json, size_t size, uint32_t flags,
		  asst_error *err)
{
	struct asst__directory_entry entry = { .kind = ASST__DIRECTORY_USER, .action = "user.put" };

	return put(session, json, size, flags, &entry, &asst__user_schema, err);
}

int asst_team_put(asst_session *session, const char *json, size_t size, uint32_t flags,
		  asst_error *err)
{
	struct asst__directory_entry entry = { .kind = ASST__DIRECTORY_TEAM, .action = "team.put" };

	return put(session, json, size, flags, &entry, &asst__team_schema, err);
}
