/* SPDX-License-Identifier: MIT */
/*
 * What a session may not see answers as what does not exist: the same status, message,
 * issues, out-parameters and explanation, and the backend sees the same calls.
 */
#include "host.h"

/* Everything that can be seen of a call's answer. */
struct answer {
	int status;
	char text[2048];  /* error object and what came out */
	char trace[1024]; /* what the backend was asked */
};

/* One public operation that takes an id; what came out goes to out. */
typedef int (*operation)(struct host *host, asst_session *session, const char *id, char *out,
			 size_t size);

static void put_pointer(char *out, size_t size, const char *name, const void *pointer)
{
	size_t used = strlen(out);

	snprintf(out + used, size - used, "%s=%s;", name, pointer ? "set" : "NULL");
}

static int op_get(struct host *host, asst_session *session, const char *id, char *out, size_t size)
{
	asst_assistant *assistant = (asst_assistant *)(uintptr_t)1;
	int status = asst_assistant_get(&assistant, session, id, 0, host->err);

	put_pointer(out, size, "assistant", assistant);
	return status;
}

static int op_get_many(struct host *host, asst_session *session, const char *id, char *out,
		       size_t size)
{
	const char *const ids[] = { id, id };
	asst_list *list;
	int status = asst_assistant_get_many(&list, session, ids, 2, 0, host->err);

	put_pointer(out, size, "list", list);
	if (list) {
		assert_int_equal(asst_list_count(list), 2);
		put_pointer(out, size, "0", asst_list_at(list, 0));
		put_pointer(out, size, "1", asst_list_at(list, 1));
	}
	asst_list_free(list);
	return status;
}

static int patch_with(struct host *host, asst_session *session, const char *id, const char *json,
		      uint64_t revision, char *out, size_t size)
{
	asst_assistant *assistant = (asst_assistant *)(uintptr_t)1;
	int status = asst_assistant_patch_json(&assistant, session, id, json, ASST_NUL, revision, 0,
					       host->err);

	put_pointer(out, size, "assistant", assistant);
	return status;
}

static int op_patch(struct host *host, asst_session *session, const char *id, char *out,
		    size_t size)
{
	return patch_with(host, session, id, "{\"name\":\"x\"}", ASST_ANY_REVISION, out, size);
}

static int op_patch_bad_body(struct host *host, asst_session *session, const char *id, char *out,
			     size_t size)
{
	return patch_with(host, session, id, "{\"name\":\"\",\"colour\":1", 77, out, size);
}

static int op_patch_read_only(struct host *host, asst_session *session, const char *id, char *out,
			      size_t size)
{
	return patch_with(host, session, id, "{\"ownerId\":\"user:eve\",\"slug\":\"hidden\"}", 1,
			  out, size);
}

static int op_delete(struct host *host, asst_session *session, const char *id, char *out,
		     size_t size)
{
	(void)out;
	(void)size;
	return asst_assistant_delete(session, id, 1, 0, host->err);
}

static int op_share(struct host *host, asst_session *session, const char *id, char *out,
		    size_t size)
{
	(void)out;
	(void)size;
	return asst_share_put(session, id, "user:eve", 3, 0, host->err);
}

static int op_share_bad(struct host *host, asst_session *session, const char *id, char *out,
			size_t size)
{
	(void)out;
	(void)size;
	return asst_share_put(session, id, "nobody", 9, 0, host->err);
}

static int op_share_json(struct host *host, asst_session *session, const char *id, char *out,
			 size_t size)
{
	(void)out;
	(void)size;
	return asst_share_put_json(session, id, "{\"principalId\":", ASST_NUL, 0, host->err);
}

static int op_unshare(struct host *host, asst_session *session, const char *id, char *out,
		      size_t size)
{
	(void)out;
	(void)size;
	return asst_share_remove(session, id, "user:eve", 0, host->err);
}

static int op_shares(struct host *host, asst_session *session, const char *id, char *out,
		     size_t size)
{
	asst_buf *buf = (asst_buf *)(uintptr_t)1;
	int status = asst_share_list(&buf, session, id, host->err);

	put_pointer(out, size, "buf", buf);
	return status;
}

/* Of what is asked for by a name or in another form there are no events, and faults of its own. */
static int op_feed(struct host *host, asst_session *session, const char *id, char *out, size_t size)
{
	char options[256];
	asst_buf *buf;
	int status;

	if (strlen(id) != 36 || strspn(id, "0123456789abcdef-") != 36 || strspn(id, "0-") == 36)
		id = "0198d0a1-aaaa-7bbb-8ccc-000000000000";
	snprintf(options, sizeof(options), "{\"objectId\":\"%s\"}", id);
	status = asst_feed_read(&buf, session, options, ASST_NUL, host->err);
	snprintf(out, size, "%s", status == ASST_OK ? asst_buf_data(buf) : "");
	asst_buf_free(buf);
	return status;
}

static int op_edit(struct host *host, asst_session *session, const char *id, char *out, size_t size)
{
	asst_draft *draft = (asst_draft *)(uintptr_t)1;
	int status = asst_draft_edit(&draft, session, id, 0, host->err);

	put_pointer(out, size, "draft", draft);
	return status;
}

/* All rights at once, those about the trash or the others: whether each is allowed. */
static int check_rights(bool trash, struct host *host, asst_session *session, const char *id,
			char *out, size_t size)
{
	size_t i, used;
	int allowed, status = ASST_OK;

	for (i = 0; i < asst_right_count() && status == ASST_OK; i++) {
		if (trash != (strcmp(asst_right_name(i), "assistant:restore") == 0 ||
			      strcmp(asst_right_name(i), "assistant:purge") == 0))
			continue;
		allowed = -1;
		status = asst_access_check(&allowed, session, asst_right_name(i), id, host->err);
		used = strlen(out);
		snprintf(out + used, size - used, "%d", allowed);
	}
	return status;
}

static int op_check(struct host *host, asst_session *session, const char *id, char *out,
		    size_t size)
{
	return check_rights(false, host, session, id, out, size);
}

static int op_check_trash(struct host *host, asst_session *session, const char *id, char *out,
			  size_t size)
{
	return check_rights(true, host, session, id, out, size);
}

static int op_explain(struct host *host, asst_session *session, const char *id, char *out,
		      size_t size)
{
	asst_buf *buf = NULL;
	int status = asst_access_explain(&buf, session, "assistant:share", id, host->err);
	size_t used = strlen(out);

	snprintf(out + used, size - used, "%s", asst_buf_data(buf));
	if (id[0])
		assert_null(strstr(asst_buf_data(buf), id));
	asst_buf_free(buf);
	return status;
}

static const struct {
	const char *name;
	operation run;
	int status;
	bool trash; /* what was deleted is not hidden from it */
} operations[] = {
	{ "get", op_get, ASST_ENOTFOUND, false },
	{ "get_many", op_get_many, ASST_OK, false },
	{ "patch", op_patch, ASST_ENOTFOUND, false },
	{ "patch with a bad body", op_patch_bad_body, ASST_ENOTFOUND, false },
	{ "patch of read-only members", op_patch_read_only, ASST_ENOTFOUND, false },
	{ "delete", op_delete, ASST_ENOTFOUND, false },
	{ "share", op_share, ASST_ENOTFOUND, false },
	{ "share with a bad principal", op_share_bad, ASST_ENOTFOUND, false },
	{ "share by a bad document", op_share_json, ASST_ENOTFOUND, false },
	{ "unshare", op_unshare, ASST_ENOTFOUND, false },
	{ "list shares", op_shares, ASST_ENOTFOUND, false },
	{ "edit", op_edit, ASST_ENOTFOUND, false },
	{ "feed of one", op_feed, ASST_OK, true },
	{ "check", op_check, ASST_OK, false },
	{ "check of the rights on the trash", op_check_trash, ASST_OK, true },
	{ "explain", op_explain, ASST_OK, false },
};

static void ask(struct answer *answer, struct host *host, asst_session *session, operation run,
		const char *id)
{
	char out[1500] = "";
	size_t i, used;

	answer->trace[0] = '\0';
	host->backend.trace = answer->trace;
	host->backend.trace_size = sizeof(answer->trace);
	answer->status = run(host, session, id, out, sizeof(out));
	host->backend.trace = NULL;
	snprintf(answer->text, sizeof(answer->text), "%s|%s|%" PRId64 "|%d|%s",
		 asst_status_name(asst_error_status(host->err)), asst_error_message(host->err),
		 asst_error_raw(host->err), asst_error_offset(host->err) == SIZE_MAX, out);
	for (i = 0; i < asst_error_issue_count(host->err); i++) {
		used = strlen(answer->text);
		snprintf(answer->text + used, sizeof(answer->text) - used, "|%s %s %s",
			 asst_error_issue_code(host->err, i),
			 asst_error_issue_pointer(host->err, i),
			 asst_error_issue_message(host->err, i));
	}
}

/* Ids of one kind, the first of something that never was. */
struct ids {
	size_t count;
	struct {
		const char *what, *id;
	} items[16];
};

static void add(struct ids *ids, const char *what, const char *id)
{
	assert_true(ids->count < T_COUNT(ids->items));
	ids->items[ids->count].what = what;
	ids->items[ids->count++].id = id;
}

static void same_answers(struct host *host, asst_session *session, const struct ids *ids)
{
	struct answer first, other;
	size_t i, k;

	for (i = 0; i < T_COUNT(operations); i++) {
		ask(&first, host, session, operations[i].run, ids->items[0].id);
		if (first.status != operations[i].status)
			fail_msg("%s of %s: %s", operations[i].name, ids->items[0].what,
				 first.text);
		assert_int_equal(asst_error_issue_count(host->err), 0);
		for (k = 1; k < ids->count; k++) {
			if (operations[i].trash && strstr(ids->items[k].what, "deleted"))
				continue;
			ask(&other, host, session, operations[i].run, ids->items[k].id);
			if (first.status != other.status || strcmp(first.text, other.text) != 0 ||
			    strcmp(first.trace, other.trace) != 0)
				fail_msg("%s: %s\n%s\n%s\n%s\n%s\n%s", operations[i].name,
					 ids->items[0].what, first.text, first.trace,
					 ids->items[k].what, other.text, other.trace);
		}
	}
}

static const char owner[] = "ada create eng:admin";
static const char random_id[] = "0198d0a1-aaaa-7bbb-8ccc-0123456789ab";

/* Everything that bob must not see. */
static void fill(struct ids *ids, struct ids *names, struct host *host)
{
	const char *deleted = host_create(host, owner, "{\"name\":\"Deleted\"}"), *hidden,
		   *unpublished;
	asst_draft *draft;

	hidden = host_create(host, owner, "{\"name\":\"Hidden\",\"disabled\":true}");
	unpublished =
		host_create_with(host, owner, "{\"name\":\"Unpublished\"}", ASST_CREATE_DRAFT);
	MUST(host, host_share(host, owner, unpublished, "user:bob", 1));
	MUST(host, host_share(host, owner, hidden, "user:eve", 3));
	add(ids, "a random id", random_id);
	add(ids, "a hidden one", hidden);
	add(ids, "a hidden one of a team",
	    host_create(host, owner, "{\"name\":\"T\",\"ownerId\":\"team:eng\"}"));
	add(ids, "one of another workspace",
	    host_create(host, "bob create @other", "{\"name\":\"Mine\"}"));
	add(ids, "an unpublished one, shared at level 1", unpublished);
	MUST(host, asst_draft_edit(&draft, as(host, owner), unpublished, 0, host->err));
	add(ids, "its draft", host_keep(host, asst_draft_id(draft)));
	asst_draft_free(draft);
	MUST(host, asst_draft_edit(&draft, as(host, owner), hidden, 0, host->err));
	add(ids, "the draft of a hidden one", host_keep(host, asst_draft_id(draft)));
	asst_draft_free(draft);
	MUST(host, asst_draft_edit(&draft, as(host, owner), deleted, 0, host->err));
	add(ids, "the draft of a deleted one", host_keep(host, asst_draft_id(draft)));
	asst_draft_free(draft);
	MUST(host, host_share(host, owner, deleted, "user:bob", 3));
	MUST(host, host_delete(host, owner, deleted));
	add(ids, "a deleted one", deleted);
	add(names, "an absent name", "user:ada:absent");
	add(names, "a hidden name", "user:ada:hidden");
	add(names, "a hidden name of a team", "team:eng:t");
	add(names, "the same in short", "eng:t");
	add(names, "an absent owner", "user:nobody:hidden");
	add(names, "a name in another workspace", "user:bob:mine");
	add(names, "a deleted name", "user:ada:deleted");
	add(names, "the name of an unpublished one", "user:ada:unpublished");
}

static void bob_cannot_tell_hidden_from_absent(void **state)
{
	struct host *host = *state;
	struct ids ids = { 0 }, names = { 0 };
	const char *shared;
	asst_draft *draft;

	fill(&ids, &names, host);
	/* A draft of ada's on what bob may read, but not manage. */
	shared = host_create(host, owner, "{\"name\":\"Shared\"}");
	MUST(host, host_share(host, owner, shared, "user:bob", 2));
	MUST(host, asst_draft_edit(&draft, as(host, owner), shared, 0, host->err));
	add(&ids, "another's draft of a shared one", asst_draft_id(draft));
	same_answers(host, as(host, "bob create"), &ids);
	same_answers(host, as(host, "bob create"), &names);
	asst_draft_free(draft);
}

/* Not only by chance of the permission: the same for every kind of stranger. */
static void neither_can_other_strangers(void **state)
{
	static const char *const strangers[] = { "bob", "bob sales:admin hr:admin", "bob create" };
	struct host *host = *state;
	struct ids ids = { 0 }, names = { 0 };
	size_t i;

	fill(&ids, &names, host);
	for (i = 0; i < T_COUNT(strangers); i++) {
		same_answers(host, as(host, strangers[i]), &ids);
		same_answers(host, as(host, strangers[i]), &names);
	}
}

/* Also for who may see everything in a workspace, of what is gone or of another one. */
static void superusers_and_the_system_see_nothing_elsewhere(void **state)
{
	static const char *const sessions[] = { "root super", "system" };
	struct host *host = *state;
	struct ids ids = { 0 };
	const char *deleted;
	size_t i;

	deleted = host_create(host, owner, "{\"name\":\"Deleted\"}");
	MUST(host, host_delete(host, owner, deleted));
	add(&ids, "a random id", random_id);
	add(&ids, "a deleted one", deleted);
	add(&ids, "one elsewhere", host_create(host, "bob create @other", "{\"name\":\"Mine\"}"));
	for (i = 0; i < T_COUNT(sessions); i++)
		same_answers(host, as(host, sessions[i]), &ids);
}

static void malformed_ids_answer_alike(void **state)
{
	struct host *host = *state;
	struct ids ids = { 0 };
	char upper[37];
	const char *seen = host_create(host, owner, "{\"name\":\"Seen\"}");
	size_t i;

	for (i = 0; i < sizeof(upper); i++)
		upper[i] = (char)(seen[i] >= 'a' && seen[i] <= 'f' ? seen[i] - 'a' + 'A' : seen[i]);
	add(&ids, "an absent name", "user:ada:absent");
	add(&ids, "nothing", "");
	add(&ids, "a word", "word");
	add(&ids, "a short id", "0198d0a1-aaaa-7bbb-8ccc-0123456789a");
	add(&ids, "no id at all", "00000000-0000-0000-0000-000000000000");
	add(&ids, "an id in upper case", upper);
	add(&ids, "colons", ":::");
	add(&ids, "no slug", "user:ada:");
	add(&ids, "no owner", ":seen");
	add(&ids, "a key's", "key:ada:seen");
	add(&ids, "the workspace's", "workspace:seen");
	add(&ids, "a bad slug", "user:ada:SEEN");
	same_answers(host, as(host, owner), &ids);
}

/* The same bytes, whether an id reads as one or not. */
static void an_id_and_what_is_none_are_refused_in_the_same_words(void **state)
{
	static const char *const ids[] = { random_id, "word", "", "user:ada:absent" };
	struct host *host = *state;
	struct answer first, other;
	size_t i, k;

	for (i = 0; i < T_COUNT(operations); i++) {
		ask(&first, host, as(host, "bob"), operations[i].run, ids[0]);
		for (k = 1; k < T_COUNT(ids); k++) {
			ask(&other, host, as(host, "bob"), operations[i].run, ids[k]);
			assert_int_equal(first.status, other.status);
			assert_string_equal(first.text, other.text);
		}
	}
}

/* Gates that need no object come before any look-up; explain looks for the levels all the same. */
static void without_a_seat_nothing_is_looked_up(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, "ada create", "{\"name\":\"Mine\"}");
	const char *const ids[] = { id, random_id, "user:ada:mine", "word" };
	struct answer first, other;
	size_t i, k;

	for (i = 0; i < T_COUNT(operations); i++) {
		ask(&first, host, as(host, "ada create noseat"), operations[i].run, ids[0]);
		if (operations[i].status != ASST_OK || operations[i].run == op_get_many)
			assert_int_equal(first.status, ASST_EDENIED);
		assert_string_equal(first.trace, "");
		for (k = 1; k < T_COUNT(ids); k++) {
			ask(&other, host, as(host, "ada create noseat"), operations[i].run, ids[k]);
			assert_string_equal(first.text, other.text);
			assert_string_equal(other.trace, "");
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(bob_cannot_tell_hidden_from_absent),
		HOST_TEST(neither_can_other_strangers),
		HOST_TEST(superusers_and_the_system_see_nothing_elsewhere),
		HOST_TEST(malformed_ids_answer_alike),
		HOST_TEST(an_id_and_what_is_none_are_refused_in_the_same_words),
		HOST_TEST(without_a_seat_nothing_is_looked_up),
	};

	return cmocka_run_group_tests_name("api/existence", tests, NULL, NULL) ? 1 : 0;
}
