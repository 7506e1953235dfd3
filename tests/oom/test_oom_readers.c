/* SPDX-License-Identifier: MIT */
/*
 * What needs no memory: getters, references, and everything that frees. All of it is called
 * with every allocation failing, and gives what it gives otherwise.
 */
#include "oom_world.h"

#include <assistant/version.h>

static const asst_def *def;
static asst_list *list;
static asst_buf *buf;

static void prepare(void)
{
	MUST(asst_assistant_get(&w.loaded, w.ada, w.alpha, 0, NULL));
	def = asst_assistant_def(w.loaded);
	MUST(asst_assistant_list(&list, w.ada, "{\"limit\":2}", ASST_NUL, NULL));
	MUST(asst_buf_new(&buf, "x", 1, NULL));
}

static void clean(void)
{
	asst_list_free(list);
	asst_buf_free(buf);
	list = NULL;
	buf = NULL;
}

static void show_lists(void)
{
	static const char *const lists[] = { "conversationStarters", "actions", "inputFields",
					     "attachments", "routes", "skills", "datasets",
					     "references" };
	const char *name, *text;
	size_t i, k, size;

	for (i = 0; i < T_COUNT(lists); i++) {
		name = lists[i];
		for (k = 0; k <= asst_def_count(def, name); k++) {
			text = asst_def_item_text(def, name, k, NULL, &size);
			text_line(&out, name, text);
			text_line(&out, "data", asst_def_item_text(def, name, k, "data", NULL));
			text_format(&out, "%d %d %d %zu\n",
				    (int)asst_def_item_int(def, name, k, "order"),
				    asst_def_item_bool(def, name, k, "enabled"),
				    asst_def_item_has(def, name, k, "filter"),
				    asst_def_item_count(def, name, k, "options"));
			text_line(&out, "option",
				  asst_def_item_text_at(def, name, k, "options", 1, &size));
		}
	}
}

static int run_def(asst_error *err)
{
	size_t size;

	(void)err;
	fault_arm();
	text_line(&out, "name", asst_def_name(def, &size));
	text_line(&out, "description", asst_def_description(def, NULL));
	text_line(&out, "emoji", asst_def_emoji(def, NULL));
	text_line(&out, "instruction", asst_def_instruction(def, NULL));
	text_line(&out, "inputType", asst_def_input_type(def, NULL));
	text_line(&out, "model", asst_def_model(def, NULL));
	text_line(&out, "welcome", asst_def_welcome(def, NULL));
	text_line(&out, "type", asst_def_type(def, NULL));
	text_line(&out, "fallback", asst_def_fallback(def, NULL));
	text_line(&out, "data", asst_def_data(def, NULL));
	text_format(&out, "%d %d %d %d %d %d\n", (int)(asst_def_creativity(def) * 1000),
		    asst_def_web_search(def), asst_def_image_generation(def),
		    asst_def_data_analyst(def), asst_def_canvas(def),
		    asst_def_extended_thinking(def));
	show_lists();
	fault.armed = false;
	clean();
	return ASST_OK;
}

static void show_assistant(const asst_assistant *one)
{
	text_line(&out, "id", asst_assistant_id(one));
	text_line(&out, "kind", asst_assistant_kind(one));
	text_line(&out, "slug", asst_assistant_slug(one));
	text_line(&out, "name", asst_assistant_name(one));
	text_line(&out, "workspace", asst_assistant_workspace(one));
	text_line(&out, "owner", asst_assistant_owner(one));
	text_line(&out, "by", asst_assistant_created_by(one));
	text_line(&out, "folder", asst_assistant_folder(one));
	text_line(&out, "editing", asst_assistant_editing_id(one));
	text_line(&out, "tag", asst_assistant_tag_at(one, 1));
	text_format(&out, "%" PRId64 " %" PRId64 " %" PRIu64 " %" PRIu64 " %d %d %d %zu\n",
		    asst_assistant_created_at(one), asst_assistant_updated_at(one),
		    asst_assistant_revision(one), asst_assistant_version(one),
		    asst_assistant_shared(one), asst_assistant_disabled(one),
		    asst_assistant_level(one), asst_assistant_tag_count(one));
}

/* One more reference, read through it, and dropped. */
static int run_assistant(asst_error *err)
{
	asst_assistant *again;

	(void)err;
	fault_arm();
	again = asst_assistant_ref(w.loaded);
	show_assistant(again);
	asst_assistant_free(again);
	asst_assistant_free(w.loaded);
	w.loaded = NULL;
	fault.armed = false;
	clean();
	return ASST_OK;
}

static int run_list(asst_error *err)
{
	size_t i;

	(void)err;
	fault_arm();
	for (i = 0; i < asst_list_count(list); i++)
		show_assistant(asst_list_at(list, i));
	EXPECT(asst_list_at(list, i) == NULL);
	text_line(&out, "cursor", asst_list_cursor(list));
	text_line(&out, "feed", asst_list_feed_cursor(list));
	asst_list_free(list);
	list = NULL;
	fault.armed = false;
	clean();
	return ASST_OK;
}

static int run_buf(asst_error *err)
{
	asst_buf *again;

	(void)err;
	fault_arm();
	again = asst_buf_ref(buf);
	asst_buf_free(buf);
	text_buf(&out, again);
	asst_buf_free(again);
	fault.armed = false;
	buf = NULL;
	clean();
	return ASST_OK;
}

/* A failure with all that there can be: of a program's interest, and for people. */
static int run_error(asst_error *unused)
{
	asst_error *err = asst_error_new();
	size_t size;

	(void)unused;
	EXPECT(asst_assistant_patch_json(NULL, w.ada, w.alpha, "{}", ASST_NUL, 99, 0, err) ==
	       ASST_EREVISION);
	fault_arm();
	text_line(&out, "detail", asst_error_detail(err, &size));
	EXPECT(size == strlen(asst_error_detail(err, NULL)));
	EXPECT(asst_error_detail(NULL, &size) == NULL && size == 0);
	text_line(&out, "message", asst_error_message(err));
	text_line(&out, "code", asst_error_issue_code(err, 0));
	text_format(&out, "%d %zu %" PRId64 "\n", asst_error_status(err),
		    asst_error_issue_count(err), asst_error_raw(err));
	asst_error_free(err);
	fault.armed = false;
	clean();
	return ASST_OK;
}

/* Handles and sessions: what they tell, and that they go. */
static int run_handles(asst_error *err)
{
	int major, minor, patch;
	size_t i;

	(void)err;
	fault_arm();
	text_line(&out, "draft", asst_draft_id(w.draft));
	text_line(&out, "of", asst_draft_assistant_id(w.draft));
	text_line(&out, "name", asst_def_name(asst_draft_def(w.draft), NULL));
	text_format(&out, "%" PRIu64 " %" PRIu64 "\n", asst_draft_base_version(w.draft),
		    asst_draft_revision(w.draft));
	text_line(&out, "workspace", asst_session_workspace(w.bob));
	text_line(&out, "principal", asst_session_principal(w.bob));
	asst_session_free(w.ada);
	asst_draft_free(w.draft);
	asst_session_free(w.bob);
	w.ada = w.bob = NULL;
	w.draft = NULL;
	asst_version(&major, &minor, &patch);
	text_format(&out, "%d.%d.%d %s\n", major, minor, patch, asst_version_string());
	text_format(&out, "%d %d\n", asst_feature_supported("memory"),
		    asst_status_http(ASST_EGONE));
	text_line(&out, "status", asst_status_name(ASST_EGONE));
	text_line(&out, "status", asst_status_text(ASST_EGONE));
	for (i = 0; i <= asst_right_count(); i++)
		text_line(&out, "right", asst_right_name(i));
	for (i = 0; i <= asst_limit_count(); i++)
		text_line(&out, "limit", asst_limit_name(i));
	for (i = 0; i <= asst_field_count(); i++)
		text_line(&out, asst_field_type(i) ? asst_field_type(i) : "-", asst_field_name(i));
	fault.armed = false;
	clean();
	return ASST_OK;
}

static void read_queries(asst_keys *keys, asst_ranges *ranges)
{
	size_t size;
	uint32_t flags;

	(void)asst_keys_at(keys, 0, &size);
	text_format(&out, "%zu %zu ", asst_keys_count(keys), size);
	(void)asst_ranges_from(ranges, 0, &size);
	text_format(&out, "%zu ", size);
	(void)asst_ranges_to(ranges, 0, &size);
	flags = asst_ranges_flags(ranges, 0);
	text_format(&out, "%zu %zu %zu %u %d\n", size, asst_ranges_count(ranges),
		    asst_ranges_limit(ranges, 0), (unsigned)flags, asst_ranges_keys_only(ranges));
	asst_keys_free(keys);
	asst_ranges_free(ranges);
}

static int run_sink(asst_error *err)
{
	asst_sink *sink;
	asst_keys *keys;
	asst_ranges *ranges;
	size_t size;

	(void)err;
	MUST(asst_sink_new(&sink, NULL));
	MUST(asst_sink_put(sink, 3, "key", 3, 9, buf, NULL));
	MUST(asst_keys_new(&keys, NULL));
	MUST(asst_keys_add(keys, "key", 3, NULL));
	MUST(asst_ranges_new(&ranges, 1, NULL));
	MUST(asst_ranges_add(ranges, "a", 1, "bc", 2, 7, ASST_RANGE_REVERSE, NULL));
	fault_arm();
	text_bytes(&out, asst_sink_key(sink, 0, &size), 3);
	text_format(&out, " %zu %zu %zu %" PRIu64 "\n", size, asst_sink_count(sink),
		    asst_sink_index(sink, 0), asst_sink_sequence(sink, 0));
	text_buf(&out, asst_sink_value(sink, 0));
	asst_sink_free(sink);
	read_queries(keys, ranges);
	fault.armed = false;
	clean();
	return ASST_OK;
}

static int run_batch(asst_error *err)
{
	asst_batch *batch;
	size_t size;

	(void)err;
	MUST(asst_batch_new(&batch, NULL));
	MUST(asst_batch_put_buf(batch, "key", 3, buf, NULL));
	fault_arm();
	asst_batch_set_floor(batch, 12);
	(void)asst_batch_key(batch, 0, &size);
	text_format(&out, "%zu %zu %d %" PRIu64 " %" PRIu64 "\n", size, asst_batch_count(batch),
		    asst_batch_kind(batch, 0), asst_batch_sequence(batch, 0),
		    asst_batch_floor(batch));
	(void)asst_batch_end(batch, 0, &size);
	text_buf(&out, asst_batch_value(batch, 0));
	asst_batch_free(batch);
	fault.armed = false;
	clean();
	return ASST_OK;
}

static const struct op ops[] = {
	{ "asst_def_web_search", "getters of a definition", ASST_OK, 0, prepare, run_def },
	{ "asst_assistant_ref", "getters of an assistant", ASST_OK, 0, prepare, run_assistant },
	{ "asst_list_at", "getters of a list", ASST_OK, 0, prepare, run_list },
	{ "asst_buf_ref", "references", ASST_OK, 0, prepare, run_buf },
	{ "asst_buf_ref", "getters of an error", ASST_OK, 0, prepare, run_error },
	{ "asst_buf_ref", "handles, tables", ASST_OK, 0, prepare, run_handles },
	{ "asst_sink_value", "getters of queries", ASST_OK, 0, prepare, run_sink },
	{ "asst_batch_value", "getters of a batch", ASST_OK, 0, prepare, run_batch },
};

OOM_TESTS("readers", ops)
OOM_HOST_TEST(ops)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_listed),
		cmocka_unit_test(test_heap),
		cmocka_unit_test(test_host),
	};

	return cmocka_run_group_tests_name("oom_readers", tests, NULL, NULL) ? 1 : 0;
}
