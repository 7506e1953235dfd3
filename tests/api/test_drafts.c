/* SPDX-License-Identifier: MIT */
/* Drafts: edit, patch, reload, commit, discard; whose they are, and what outlives what. */
#include "host.h"

static const char *const ada = "ada create";

static asst_draft *edit(struct host *host, const char *spec, const char *id)
{
	asst_draft *draft;

	MUST(host, asst_draft_edit(&draft, as(host, spec), id, 0, host->err));
	assert_non_null(draft);
	return draft;
}

static int patch(struct host *host, asst_draft *draft, const char *json)
{
	return asst_draft_patch(draft, json, ASST_NUL, 0, host->err);
}

static int commit(struct host *host, asst_draft *draft)
{
	return asst_draft_commit(NULL, draft, NULL, 0, 0, host->err);
}

static void assert_name(const asst_draft *draft, const char *name)
{
	assert_string_equal(asst_def_name(asst_draft_def(draft), NULL), name);
}

static void assert_live(struct host *host, const char *spec, const char *id, const char *name,
			uint64_t version)
{
	asst_assistant *assistant = host_get(host, spec, id);

	assert_string_equal(asst_assistant_name(assistant), name);
	assert_int_equal(asst_assistant_version(assistant), version);
	asst_assistant_free(assistant);
}

static void edit_opens_a_draft_and_then_returns_it(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"Live\"}");
	asst_draft *first = edit(host, ada, id), *again, *others;
	const char *const names[] = { id, "user:ada:live", host_keep(host, asst_draft_id(first)) };
	size_t i;

	assert_string_equal(asst_draft_assistant_id(first), id);
	assert_int_equal(asst_draft_base_version(first), 1);
	assert_name(first, "Live");
	MUST(host, patch(host, first, "{\"name\":\"Draft\"}"));
	for (i = 0; i < T_COUNT(names); i++) {
		again = edit(host, ada, names[i]);
		assert_string_equal(asst_draft_id(again), asst_draft_id(first));
		assert_name(again, "Draft");
		asst_draft_free(again);
	}
	MUST(host, host_share(host, ada, id, "user:bob", 2));
	others = edit(host, "bob", id);
	assert_string_not_equal(asst_draft_id(others), asst_draft_id(first));
	asst_draft_free(others);
	asst_draft_free(first);
	asst_draft_free(NULL);
}

static void a_patch_is_stored_and_leaves_live_alone(void **state)
{
	struct host *host = *state;
	const char *id =
		host_create(host, ada, "{\"name\":\"Live\",\"emoji\":\"E\",\"creativity\":0.5}");
	asst_draft *draft = edit(host, ada, id);

	MUST(host, patch(host, draft, "{\"name\":\"Draft\",\"emoji\":null}"));
	assert_name(draft, "Draft");
	assert_null(asst_def_emoji(asst_draft_def(draft), NULL));
	assert_true(asst_def_creativity(asst_draft_def(draft)) == 0.5);
	assert_live(host, ada, id, "Live", 1);
	assert_int_equal(host_revision(host, ada, id), 1);
	asst_draft_free(draft);
}

static void a_draft_may_be_incomplete_never_malformed(void **state)
{
	static const struct {
		const char *json;
		int status;
		const char *pointer;
	} rows[] = {
		{ "{\"name\":null}", ASST_OK, NULL },
		{ "{\"name\":\"D\",\"creativity\":\"hot\"}", ASST_EVALIDATION, "/creativity" },
		{ "{\"inputType\":\"OTHER\"}", ASST_EVALIDATION, "/inputType" },
		{ "{\"colour\":1}", ASST_EVALIDATION, "/colour" },
		{ "{\"name\":[]}", ASST_EVALIDATION, "/name" },
		{ "{\"id\":\"x\"}", ASST_EVALIDATION, "/id" },
		{ "{\"name\":", ASST_EVALIDATION, NULL },
		{ "[]", ASST_EVALIDATION, "" },
	};
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"Live\"}");
	asst_draft *draft = edit(host, ada, id);
	size_t i;

	for (i = 0; i < T_COUNT(rows); i++) {
		EXPECT(host, rows[i].status, patch(host, draft, rows[i].json));
		if (rows[i].pointer)
			assert_string_equal(asst_error_issue_pointer(host->err, 0),
					    rows[i].pointer);
		assert_null(asst_def_name(asst_draft_def(draft), NULL)); /* the first row stands */
	}
	EXPECT(host, ASST_EINVAL, patch(host, draft, NULL));
	EXPECT(host, ASST_EINVAL, asst_draft_patch(draft, "{}", 2, 1, host->err));
	EXPECT(host, ASST_EINVAL, asst_draft_patch(NULL, "{}", 2, 0, host->err));
	asst_draft_free(draft);
}

/* Read through the draft's id, refused for writing; the present value changes nothing. */
static void what_belongs_to_the_assistant_is_refused(void **state)
{
	static const struct {
		const char *json;
		int status;
	} rows[] = {
		{ "{\"slug\":\"other\"}", ASST_ECONFLICT },
		{ "{\"tags\":[\"b\"]}", ASST_ECONFLICT },
		{ "{\"tags\":[\"b\"],\"folderId\":\"f\",\"name\":\"N\"}", ASST_ECONFLICT },
		{ "{\"disabled\":true}", ASST_ECONFLICT },
		{ "{\"icon\":{}}", ASST_ECONFLICT },
		{ "{\"secrets\":[{}]}", ASST_ECONFLICT },
		{ "{\"shares\":[{}]}", ASST_ECONFLICT },
		{ "{\"tokens\":[{}]}", ASST_ECONFLICT },
		{ "{\"favorite\":true}", ASST_ECONFLICT },
		{ "{\"slug\":\"live\",\"tags\":[\"a\"],\"disabled\":false}", ASST_OK },
		{ "{\"ownerId\":\"user:ada\"}", ASST_OK },
	};
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"Live\",\"tags\":[\"a\"]}");
	asst_draft *draft = edit(host, ada, id);
	size_t i;

	for (i = 0; i < T_COUNT(rows); i++) {
		EXPECT(host, rows[i].status, patch(host, draft, rows[i].json));
		EXPECT(host, rows[i].status,
		       host_patch(host, ada, asst_draft_id(draft), rows[i].json));
		assert_name(draft, "Live");
	}
	asst_draft_free(draft);
}

static void the_owner_belongs_to_the_assistant_too(void **state)
{
	struct host *host = *state;
	asst_draft *draft = edit(host, ada, host_create(host, ada, "{\"name\":\"Live\"}"));

	EXPECT(host, ASST_ECONFLICT, patch(host, draft, "{\"ownerId\":\"user:bob\"}"));
	asst_draft_free(draft);
}

static void commit_publishes_and_makes_a_version(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"Live\"}"), *draft_id;
	asst_draft *draft = edit(host, ada, id);
	asst_assistant *made;

	draft_id = host_keep(host, asst_draft_id(draft));
	MUST(host, patch(host, draft, "{\"name\":\"Draft\"}"));
	host_pass(host, 1000);
	host_count_anew(host);
	MUST(host, asst_draft_commit(&made, draft, "why", ASST_NUL, 0, host->err));
	assert_int_equal(atomic_load(&host->backend.events), 1);
	assert_string_equal(asst_assistant_id(made), id);
	assert_string_equal(asst_assistant_name(made), "Draft");
	assert_int_equal(asst_assistant_version(made), 2);
	assert_int_equal(asst_assistant_revision(made), 2);
	assert_int_equal(asst_assistant_updated_at(made), HOST_NOW + 1000);
	assert_null(asst_assistant_editing_id(made));
	asst_assistant_free(made);
	assert_live(host, ada, id, "Draft", 2);
	EXPECT(host, ASST_ENOTFOUND, host_look(host, ada, draft_id));
	assert_string_equal(asst_draft_id(draft), draft_id); /* the handle outlives its draft */
	EXPECT(host, ASST_ENOTFOUND, commit(host, draft));
	EXPECT(host, ASST_ENOTFOUND, patch(host, draft, "{}"));
	EXPECT(host, ASST_ENOTFOUND, asst_draft_reload(draft, host->err));
	MUST(host, asst_draft_discard(draft, 0, host->err));
	asst_draft_free(draft);
	draft = edit(host, ada, id);
	assert_int_equal(asst_draft_base_version(draft), 2);
	asst_draft_free(draft);
}

/* A definition with so many bytes of options. */
static char *large_document(size_t bytes)
{
	static const size_t most = 250;
	char *json = malloc(bytes + bytes / 20 + 4096), *at = json;
	size_t field, option, size;

	assert_non_null(json);
	at += sprintf(at, "{\"name\":\"a\",\"inputFields\":[");
	for (field = 0; bytes; field++) {
		at += sprintf(at, "%s{\"slug\":\"s%zu\",\"type\":\"SELECT\",\"label\":\"l\","
				  "\"order\":%zu,\"options\":[", field ? "," : "", field, field);
		for (option = 0; option < 390 && bytes; option++, bytes -= size) {
			size = bytes < most ? bytes : most;
			at += sprintf(at, "%s\"", option ? "," : "");
			memset(at, 'x', size);
			at += size;
			*at++ = '"';
		}
		at += sprintf(at, "]}");
	}
	sprintf(at, "]}");
	return json;
}

/* The largest definition leaves room for the longest message and the longest name of an author. */
static void whatever_can_be_created_can_be_published_with_any_message(void **state)
{
	struct host *host = *state;
	char spec[140], message[4096], *json;
	size_t least = 900000, most = 1048576, middle, i;
	const char *id = NULL;
	asst_assistant *made;
	asst_draft *draft;

	memset(spec, 'u', 128);
	strcpy(spec + 128, " create");
	while (most - least > 1) {
		middle = least + (most - least) / 2;
		json = large_document(middle);
		if (asst_assistant_create_json(&made, as(host, spec), json, ASST_NUL, 0,
					       host->err) == ASST_OK) {
			id = host_keep(host, asst_assistant_id(made));
			least = middle;
		} else {
			assert_int_equal(asst_error_status(host->err), ASST_ELIMIT);
			most = middle;
		}
		asst_assistant_free(made);
		free(json);
	}
	assert_non_null(id);
	for (i = 0; i < sizeof(message); i += 4)
		memcpy(message + i, "\xf0\x9f\x98\x80", 4);
	MUST(host, asst_draft_edit(&draft, as(host, spec), id, 0, host->err));
	MUST(host, asst_draft_patch(draft, "{\"name\":\"b\"}", ASST_NUL, 0, host->err));
	MUST(host, asst_draft_commit(NULL, draft, message, sizeof(message), 0, host->err));
	asst_draft_free(draft);
}

static void a_message_has_at_most_1024_characters(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"Live\"}");
	asst_draft *draft = edit(host, ada, id);
	char text[2 * 1025 + 1];
	size_t i;

	MUST(host, patch(host, draft, "{\"name\":\"Draft\"}"));
	for (i = 0; i < sizeof(text); i++)
		text[i] = i % 2 ? '\xa9' : '\xc3'; /* e acute, two bytes a character */
	EXPECT(host, ASST_ELIMIT, asst_draft_commit(NULL, draft, text, 2 * 1025, 0, host->err));
	assert_non_null(strstr(asst_error_message(host->err), "message"));
	EXPECT(host, ASST_EVALIDATION,
	       asst_draft_commit(NULL, draft, text, 2 * 1024 - 1, 0, host->err));
	EXPECT(host, ASST_EVALIDATION, asst_draft_commit(NULL, draft, "a\0b", 3, 0, host->err));
	EXPECT(host, ASST_EINVAL, asst_draft_commit(NULL, draft, NULL, 1, 0, host->err));
	EXPECT(host, ASST_EINVAL, asst_draft_commit(NULL, draft, NULL, 0, 0x80, host->err));
	EXPECT(host, ASST_EINVAL, asst_draft_commit(NULL, NULL, NULL, 0, 0, host->err));
	MUST(host, asst_draft_commit(NULL, draft, text, 2 * 1024, 0, host->err));
	asst_draft_free(draft);
	assert_int_equal(host_version(host, ada, id), 2);
}

static void a_commit_lists_all_faults_at_once_and_keeps_the_draft(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"Live\"}");
	asst_draft *draft = edit(host, ada, id);
	asst_assistant *made;

	MUST(host,
	     patch(host, draft,
		   "{\"name\":null,\"datasets\":[{\"datasetId\":\"d\",\"mode\":\"sample\"}]}"));
	EXPECT(host, ASST_EVALIDATION, asst_draft_commit(&made, draft, NULL, 0, 0, host->err));
	assert_null(made);
	assert_int_equal(asst_error_issue_count(host->err), 2);
	host_issue(host, 0, "required", "/name");
	host_issue(host, 1, "missing_for", "/datasets/0/sampleSize");
	MUST(host, patch(host, draft, "{\"name\":\"Draft\",\"datasets\":null}"));
	MUST(host, commit(host, draft));
	assert_live(host, ada, id, "Draft", 2);
	asst_draft_free(draft);
}

static void nothing_changed_makes_no_version(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"Live\"}");
	asst_draft *draft = edit(host, ada, id);
	asst_assistant *made;

	MUST(host, patch(host, draft, "{\"name\":\"Draft\"}"));
	MUST(host, patch(host, draft, "{\"name\":\"Live\"}"));
	host_pass(host, 5);
	MUST(host, asst_draft_commit(&made, draft, "m", 1, 0, host->err));
	assert_int_equal(asst_assistant_version(made), 1);
	assert_int_equal(asst_assistant_revision(made), 1);
	assert_int_equal(asst_assistant_updated_at(made), HOST_NOW);
	asst_assistant_free(made);
	EXPECT(host, ASST_ENOTFOUND, host_look(host, ada, asst_draft_id(draft)));
	asst_draft_free(draft);
}

/* What has no name yet may be left as it is: nothing of it is published. */
static void an_untouched_draft_is_not_judged(void **state)
{
	struct host *host = *state;
	const char *id = host_create_with(host, ada, "{\"emoji\":\"E\"}", ASST_CREATE_DRAFT);
	asst_draft *untouched, *draft = edit(host, ada, id);

	MUST(host, host_share(host, ada, id, "user:bob", 2));
	untouched = edit(host, "bob", id);
	MUST(host, patch(host, draft, "{\"name\":\"Published\"}"));
	MUST(host, commit(host, draft));
	MUST(host, commit(host, untouched));
	assert_live(host, ada, id, "Published", 1);
	asst_draft_free(draft);
	asst_draft_free(untouched);
}

/* Visibility comes before the body, and the body before the revision. */
static void what_is_wrong_is_told_in_the_order_of_the_gates(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"Live\"}");
	asst_draft *stale, *fresh;
	char message[1026];

	memset(message, 'm', sizeof(message) - 1);
	message[sizeof(message) - 1] = '\0';
	MUST(host, host_share(host, ada, id, "user:bob", 2));
	stale = edit(host, "bob", id);
	fresh = edit(host, "bob", id);
	MUST(host, patch(host, fresh, "{\"name\":\"Fresh\"}"));
	EXPECT(host, ASST_EVALIDATION, patch(host, stale, "{\"name\":5}"));
	EXPECT(host, ASST_EREVISION, patch(host, stale, "{\"name\":\"x\"}"));
	EXPECT(host, ASST_ELIMIT,
	       asst_draft_commit(NULL, stale, message, ASST_NUL, 0, host->err));
	MUST(host, asst_share_remove(as(host, ada), id, "user:bob", 0, host->err));
	EXPECT(host, ASST_ENOTFOUND, patch(host, stale, "{\"name\":5}"));
	EXPECT(host, ASST_ENOTFOUND,
	       asst_draft_commit(NULL, stale, message, ASST_NUL, 0, host->err));
	EXPECT(host, ASST_ENOTFOUND, asst_draft_rebase(stale, "[", ASST_NUL, 0, host->err));
	EXPECT(host, ASST_ENOTFOUND, asst_version_label(as(host, "bob"), id, 1, message, ASST_NUL,
							0, host->err));
	asst_draft_free(stale);
	asst_draft_free(fresh);
}

static void a_stale_handle_is_mended_by_reload(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"Live\"}");
	asst_draft *stale = edit(host, ada, id), *fresh = edit(host, ada, id);

	MUST(host, patch(host, fresh, "{\"name\":\"Fresh\"}"));
	EXPECT(host, ASST_EREVISION, patch(host, stale, "{\"name\":\"Stale\"}"));
	EXPECT(host, ASST_EREVISION, commit(host, stale));
	EXPECT(host, ASST_EREVISION, asst_draft_discard(stale, 0, host->err));
	assert_name(stale, "Live");
	MUST(host, asst_draft_reload(stale, host->err));
	assert_name(stale, "Fresh");
	MUST(host, patch(host, stale, "{\"name\":\"Both\"}"));
	EXPECT(host, ASST_EREVISION, patch(host, fresh, "{\"emoji\":\"E\"}"));
	MUST(host, commit(host, stale));
	assert_live(host, ada, id, "Both", 2);
	asst_draft_free(stale);
	asst_draft_free(fresh);
}

static void live_that_moved_on_is_a_conflict_and_both_stay(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"Live\"}");
	asst_draft *draft = edit(host, ada, id);

	MUST(host, patch(host, draft, "{\"emoji\":\"E\"}"));
	MUST(host, host_patch(host, ada, id, "{\"tags\":[\"t\"],\"slug\":\"s\"}"));
	MUST(host, host_patch(host, ada, id, "{\"name\":\"Moved\"}"));
	EXPECT(host, ASST_ECONFLICT, commit(host, draft));
	assert_live(host, ada, id, "Moved", 2);
	MUST(host, asst_draft_reload(draft, host->err));
	assert_string_equal(asst_def_emoji(asst_draft_def(draft), NULL), "E");
	assert_int_equal(asst_draft_base_version(draft), 1);
	asst_draft_free(draft);
}

/* What stands around the definition does not move the base. */
static void tags_and_slug_do_not_stand_in_the_way(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"Live\"}");
	asst_draft *draft = edit(host, ada, id);

	MUST(host, patch(host, draft, "{\"name\":\"Draft\"}"));
	MUST(host, host_patch(host, ada, id, "{\"tags\":[\"t\"],\"slug\":\"s\"}"));
	MUST(host, commit(host, draft));
	assert_live(host, ada, "user:ada:s", "Draft", 2);
	asst_draft_free(draft);
}

static void discarding_twice_succeeds(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"Live\"}");
	asst_draft *draft = edit(host, ada, id);

	MUST(host, asst_draft_discard(draft, 0, host->err));
	EXPECT(host, ASST_ENOTFOUND, host_look(host, ada, asst_draft_id(draft)));
	MUST(host, asst_draft_discard(draft, 0, host->err));
	EXPECT(host, ASST_EINVAL, asst_draft_discard(NULL, 0, host->err));
	assert_live(host, ada, id, "Live", 1);
	asst_draft_free(draft);
}

static void a_draft_in_the_trash_is_not_discarded(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"Live\"}");
	asst_draft *draft = edit(host, ada, id);

	MUST(host, host_delete(host, ada, id));
	EXPECT(host, ASST_ENOTFOUND, patch(host, draft, "{\"name\":\"Draft\"}"));
	EXPECT(host, ASST_ENOTFOUND, commit(host, draft));
	EXPECT(host, ASST_ENOTFOUND, host_look(host, ada, asst_draft_id(draft)));
	EXPECT(host, ASST_ENOTFOUND, asst_draft_discard(draft, 0, host->err));
	asst_draft_free(draft);
}

static void created_as_a_draft_it_is_published_by_the_first_commit(void **state)
{
	struct host *host = *state;
	const char *id = host_create_with(host, ada, "{\"tags\":[\"t\"],\"emoji\":\"E\"}",
					  ASST_CREATE_DRAFT);
	asst_assistant *assistant;
	asst_draft *draft = edit(host, ada, id);

	assistant = host_get(host, ada, id);
	assert_int_equal(asst_assistant_version(assistant), 0);
	assert_string_equal(asst_assistant_name(assistant), "");
	assert_string_equal(asst_assistant_tag_at(assistant, 0), "t");
	asst_assistant_free(assistant);
	MUST(host, host_share(host, ada, id, "user:one", 1));
	MUST(host, host_share(host, ada, id, "user:two", 2));
	EXPECT(host, ASST_ENOTFOUND, host_look(host, "one", id));
	MUST(host, host_look(host, "two", id));
	EXPECT(host, ASST_ECONFLICT, host_patch(host, ada, id, "{\"name\":\"Direct\"}"));
	MUST(host, host_patch(host, ada, id, "{\"tags\":[\"u\"],\"slug\":\"s\"}"));
	assert_int_equal(asst_draft_base_version(draft), 0);
	EXPECT(host, ASST_EVALIDATION, commit(host, draft));
	host_issue(host, 0, "required", "/name");
	MUST(host, patch(host, draft, "{\"name\":\"Published\"}"));
	MUST(host, commit(host, draft));
	assert_live(host, "one", id, "Published", 1);
	asst_draft_free(draft);
	/* Complete from the start: published though nothing changed. */
	id = host_create_with(host, ada, "{\"name\":\"Whole\"}", ASST_CREATE_DRAFT);
	draft = edit(host, ada, id);
	MUST(host, commit(host, draft));
	assert_live(host, ada, id, "Whole", 1);
	asst_draft_free(draft);
}

/* What bob has when he commits counts; his draft is kept. */
static void a_commit_needs_the_right_at_that_moment(void **state)
{
	static const struct {
		int level, status, own; /* own: what reading his draft answers then */
	} rows[] = { { 0, ASST_ENOTFOUND, ASST_ENOTFOUND },
		     { 1, ASST_EDENIED, ASST_OK },
		     { 2, ASST_OK, 0 } };
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"Live\"}");
	asst_draft *draft;
	size_t i;

	MUST(host, host_share(host, ada, id, "user:bob", 2));
	draft = edit(host, "bob", id);
	MUST(host, patch(host, draft, "{\"name\":\"Draft\"}"));
	for (i = 0; i < T_COUNT(rows); i++) {
		MUST(host, rows[i].level ?
				   host_share(host, ada, id, "user:bob", rows[i].level) :
				   asst_share_remove(as(host, ada), id, "user:bob", 0, host->err));
		EXPECT(host, rows[i].status, commit(host, draft));
		if (rows[i].status == ASST_OK)
			continue;
		EXPECT(host, rows[i].status, patch(host, draft, "{\"name\":\"Other\"}"));
		EXPECT(host, rows[i].own, asst_draft_reload(draft, host->err));
		EXPECT(host, rows[i].own, host_look(host, "bob", asst_draft_id(draft)));
		assert_name(draft, "Draft");
		MUST(host, host_look(host, ada, asst_draft_id(draft)));
		assert_live(host, ada, id, "Live", 1);
	}
	assert_live(host, ada, id, "Draft", 2);
	asst_draft_free(draft);
}

static void a_draft_is_patched_by_its_own_id(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"Live\"}");
	asst_draft *draft = edit(host, ada, id);
	const char *draft_id = asst_draft_id(draft);
	asst_session *session = as(host, ada);
	asst_assistant *made;

	host_pass(host, 7);
	MUST(host, asst_assistant_patch_json(&made, session, draft_id, "{\"name\":\"Draft\"}",
					     ASST_NUL, 1, 0, host->err));
	assert_string_equal(asst_assistant_id(made), draft_id);
	assert_string_equal(asst_assistant_editing_id(made), id);
	assert_string_equal(asst_assistant_name(made), "Draft");
	assert_int_equal(asst_assistant_revision(made), 2);
	assert_int_equal(asst_assistant_version(made), 1);
	assert_int_equal(asst_assistant_updated_at(made), HOST_NOW + 7);
	/* What is read can be written. */
	MUST(host, host_patch(host, ada, draft_id, asst_assistant_json(made, NULL)));
	asst_assistant_free(made);
	EXPECT(host, ASST_EREVISION,
	       asst_assistant_patch_json(NULL, session, draft_id, "{\"name\":\"X\"}", ASST_NUL, 1,
					 0, host->err));
	EXPECT(host, ASST_EREVISION, patch(host, draft, "{\"emoji\":\"E\"}"));
	assert_live(host, ada, id, "Live", 1);
	EXPECT(host, ASST_ECONFLICT, host_delete(host, ada, draft_id));
	EXPECT(host, ASST_ECONFLICT, host_share(host, ada, draft_id, "user:bob", 1));
	asst_draft_free(draft);
}

/* Freed after the sessions and the store: see host_free(); here in every other order. */
static void handles_are_freed_in_any_order(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"Live\"}");
	asst_session *session;
	asst_draft *draft;

	MUST(host, asst_session_open(&session, host->store,
				     "{\"workspace\":\"acme\",\"user\":\"ada\",\"aiSeat\":true}",
				     ASST_NUL, host->err));
	MUST(host, asst_draft_edit(&draft, session, id, 0, host->err));
	asst_session_free(session);
	MUST(host, patch(host, draft, "{\"name\":\"Draft\"}")); /* it keeps its own reference */
	host_close(host);
	assert_name(draft, "Draft");
	asst_draft_free(draft);
}

static void ids_live_as_long_as_the_handle(void **state)
{
	struct host *host = *state;
	const char *live = host_create(host, ada, "{\"name\":\"Live\"}");
	asst_draft *draft = edit(host, ada, live);
	const char *id = asst_draft_id(draft), *assistant_id = asst_draft_assistant_id(draft);
	const char *kept = host_keep(host, id);

	MUST(host, patch(host, draft, "{\"name\":\"Draft\"}"));
	MUST(host, asst_draft_reload(draft, host->err));
	assert_string_equal(id, kept);
	assert_string_equal(assistant_id, live);
	asst_draft_free(draft);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(edit_opens_a_draft_and_then_returns_it),
		HOST_TEST(a_patch_is_stored_and_leaves_live_alone),
		HOST_TEST(a_draft_may_be_incomplete_never_malformed),
		HOST_TEST(what_belongs_to_the_assistant_is_refused),
		HOST_TEST(the_owner_belongs_to_the_assistant_too),
		HOST_TEST(commit_publishes_and_makes_a_version),
		HOST_TEST(whatever_can_be_created_can_be_published_with_any_message),
		HOST_TEST(a_message_has_at_most_1024_characters),
		HOST_TEST(a_commit_lists_all_faults_at_once_and_keeps_the_draft),
		HOST_TEST(nothing_changed_makes_no_version),
		HOST_TEST(an_untouched_draft_is_not_judged),
		HOST_TEST(what_is_wrong_is_told_in_the_order_of_the_gates),
		HOST_TEST(a_stale_handle_is_mended_by_reload),
		HOST_TEST(live_that_moved_on_is_a_conflict_and_both_stay),
		HOST_TEST(tags_and_slug_do_not_stand_in_the_way),
		HOST_TEST(discarding_twice_succeeds),
		HOST_TEST(a_draft_in_the_trash_is_not_discarded),
		HOST_TEST(created_as_a_draft_it_is_published_by_the_first_commit),
		HOST_TEST(a_commit_needs_the_right_at_that_moment),
		HOST_TEST(a_draft_is_patched_by_its_own_id),
		HOST_TEST(handles_are_freed_in_any_order),
		HOST_TEST(ids_live_as_long_as_the_handle),
	};

	return cmocka_run_group_tests_name("api/drafts", tests, NULL, NULL) ? 1 : 0;
}
