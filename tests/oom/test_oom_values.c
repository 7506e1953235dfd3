/* SPDX-License-Identifier: MIT */
/* Allocation failures with what belongs to no store: definitions, buffers, errors. */
#include "oom_run.h"

static asst_def *def, *other; /* other: what it is to become */
static asst_buf *changes; /* from one to the other */
static asst_error *kept; /* filled before */

static const char json[] =
	"{\"name\":\"Ada\",\"instruction\":\"Be brief.\",\"creativity\":0.5,"
	"\"conversationStarters\":[\"a\",\"b\"],\"skills\":[{\"type\":\"custom\",\"data\":{"
	"\"parameters\":{\"type\":\"object\"},\"secrets\":[\"S\"]}}],\"datasets\":["
	"{\"datasetId\":\"d\",\"filter\":{\"x\":[1,2]}}],\"data\":{\"z\":1e3,\"a\":\"\\u00e4\"}}";

static const char faults[] =
	"{\"name\":\"\",\"creativity\":3,\"nope\":1,\"skills\":[{\"type\":1},2],\"emoji\":7,"
	"\"inputFields\":[{\"slug\":\"a b\",\"order\":-1}],\"datasets\":{},\"webSearch\":\"no\"}";

static void stage_open(enum source source)
{
	(void)source;
	if (asst_def_from_json(&def, json, ASST_NUL, 0, NULL) != ASST_OK)
		fail_msg("no definition");
	kept = asst_error_new();
	asst_error_set(kept, ASST_EIO, 5, "kept");
}

static void stage_moment(int moment)
{
	(void)moment;
}

static void stage_show(struct text *text)
{
	text_def(text, def);
	text_format(text, "%d %" PRId64 "\n", asst_error_status(kept), asst_error_raw(kept));
}

static void stage_close(void)
{
	asst_def_free(def);
	asst_def_free(other);
	asst_buf_free(changes);
	other = NULL;
	changes = NULL;
	asst_error_free(kept);
}

#define NO_BUF ((asst_buf *)(void *)&def)

static int run_buf(asst_error *err)
{
	asst_buf *made = NO_BUF;
	int status = FAILING(asst_buf_new(&made, "some bytes", 10, err));

	EXPECT((status == ASST_OK) == (made != NULL));
	if (made)
		text_buf(&out, made);
	asst_buf_free(made);
	return status;
}

static int run_buf_none(asst_error *err)
{
	return FAILING(asst_buf_new(NULL, "some bytes", 10, err));
}

static int run_buf_no_bytes(asst_error *err)
{
	asst_buf *made = NO_BUF;
	int status = FAILING(asst_buf_new(&made, NULL, 10, err));

	EXPECT(made == NULL);
	return status;
}

static int taken(int status, asst_def *made)
{
	EXPECT((status == ASST_OK) == (made != NULL));
	if (made)
		text_def(&out, made);
	asst_def_free(made);
	return status;
}

static int run_new(asst_error *err)
{
	asst_def *made = def;
	int status = FAILING(asst_def_new(&made, err));

	return taken(status, made);
}

static int from_json(const char *text, uint32_t flags, asst_error *err)
{
	asst_def *made = def;
	int status = FAILING(asst_def_from_json(&made, text, ASST_NUL, flags, err));

	return taken(status, made);
}

static int run_from_json(asst_error *err)
{
	return from_json(json, 0, err);
}

static int run_from_json_incomplete(asst_error *err)
{
	return from_json("{\"emoji\":\"x\",\"routes\":[]}", ASST_DEF_INCOMPLETE, err);
}

static int run_from_json_faults(asst_error *err)
{
	return from_json(faults, 0, err);
}

static int run_from_json_text(asst_error *err)
{
	return from_json("{\"name\":\"a\",\"data\":{\"x\":1,\"x\":2}}", 0, err);
}

static int run_from_json_list(asst_error *err)
{
	return from_json("[]", 0, err);
}

static int run_from_json_limit(asst_error *err)
{
	static char text[1 << 17];
	size_t i = 0;

	text[i++] = '{';
	i += (size_t)snprintf(text + i, 40, "\"name\":\"x\",\"data\":{\"a\":\"");
	memset(text + i, 'x', 70000);
	memcpy(text + i + 70000, "\"}}", 4);
	return from_json(text, 0, err);
}

static int run_copy(asst_error *err)
{
	asst_def *made = def;
	int status = FAILING(asst_def_copy(&made, def, err));

	return taken(status, made);
}

static int run_to_json(asst_error *err)
{
	asst_buf *made = NO_BUF;
	int status = FAILING(asst_def_to_json(&made, def, err));

	EXPECT((status == ASST_OK) == (made != NULL));
	if (made)
		text_buf(&out, made);
	asst_buf_free(made);
	return status;
}

static int run_validate(asst_error *err)
{
	return FAILING(asst_def_validate(def, "openapi", err));
}

static void prepare_incomplete(void)
{
	asst_def_unset(def, "name", NULL);
	asst_def_set_json(def, "inputFields",
			  "[{\"slug\":\"a\",\"type\":\"DATE\",\"label\":\"A\",\"order\":0,"
			  "\"options\":[\"x\"]}]",
			  ASST_NUL, NULL);
}

static int run_validate_set(asst_error *err)
{
	return FAILING(asst_def_validate(def, "best", err));
}

static int patch(const char *text, asst_error *err)
{
	return FAILING(asst_def_patch_json(def, text, ASST_NUL, err));
}

static int run_patch(asst_error *err)
{
	return patch("{\"name\":\"Eva\",\"creativity\":null,"
		     "\"data\":{\"a\":null,\"b\":{\"c\":[1]}},"
		     "\"conversationStarters\":[],\"welcome\":\"Hi\"}", err);
}

static int run_patch_faults(asst_error *err)
{
	return patch("{\"name\":1,\"nope\":2,\"data\":3}", err);
}

static int run_patch_text(asst_error *err)
{
	return patch("{\"name\":", err);
}

static int run_set_text(asst_error *err)
{
	return FAILING(asst_def_set_text(def, "welcome", "Gr\xc3\xbc\xc3\x9f dich", ASST_NUL, err));
}

static int run_set_text_bytes(asst_error *err)
{
	return FAILING(asst_def_set_text(def, "welcome", "a\xff", 2, err));
}

static int run_set_text_type(asst_error *err)
{
	return FAILING(asst_def_set_text(def, "webSearch", "yes", 3, err));
}

static int run_set_number(asst_error *err)
{
	return FAILING(asst_def_set_number(def, "creativity", 0.125, err));
}

static int run_set_number_field(asst_error *err)
{
	return FAILING(asst_def_set_number(def, "height", 0.125, err));
}

static int run_set_bool(asst_error *err)
{
	return FAILING(asst_def_set_bool(def, "canvas", 1, err));
}

static int run_set_bool_value(asst_error *err)
{
	return FAILING(asst_def_set_bool(def, "canvas", 2, err));
}

static int run_set_json(asst_error *err)
{
	return FAILING(asst_def_set_json(def, "references",
					 "[{\"targetType\":\"t\",\"targetId\":\"1\"}]", ASST_NUL,
					 err));
}

static int run_set_json_faults(asst_error *err)
{
	return FAILING(asst_def_set_json(def, "references", "[{\"targetId\":1},[]]", ASST_NUL,
					 err));
}

/* What the definition becomes: fields, members, items added, removed, changed and moved. */
static const char other_json[] =
	"{\"name\":\"Eva\",\"instruction\":\"Be brief.\",\"welcome\":\"Hi\","
	"\"conversationStarters\":[\"b\"],\"skills\":[{\"type\":\"web-search\"}],"
	"\"datasets\":[{\"datasetId\":\"c~/\"},{\"datasetId\":\"d\",\"filter\":{\"x\":[2],"
	"\"y\":0}}],\"references\":[{\"targetType\":\"t\",\"targetId\":\"2\"},"
	"{\"targetType\":\"t\",\"targetId\":\"1\"},{\"targetType\":\"t\",\"targetId\":\"3\"}],"
	"\"data\":{\"z\":1e3,\"b\":{}}}";

/* The definition itself has items in another order, one of which goes. */
static void prepare_diff(void)
{
	if (asst_def_from_json(&other, other_json, ASST_NUL, 0, NULL) != ASST_OK ||
	    asst_def_set_json(def, "references",
			      "[{\"targetType\":\"t\",\"targetId\":\"1\"},"
			      "{\"targetType\":\"t\",\"targetId\":\"2\"},"
			      "{\"targetType\":\"t\",\"targetId\":\"0\"}]",
			      ASST_NUL, NULL) != ASST_OK)
		fail_msg("no definitions");
}

static int diff(const asst_def *to, asst_error *err)
{
	asst_buf *made = NO_BUF;
	int status = FAILING(asst_def_diff(&made, def, to, err));

	EXPECT((status == ASST_OK) == (made != NULL));
	if (made)
		text_buf(&out, made);
	asst_buf_free(made);
	return status;
}

static int run_diff(asst_error *err)
{
	return diff(other, err);
}

static int run_diff_same(asst_error *err)
{
	return diff(def, err);
}

static int run_diff_none(asst_error *err)
{
	return diff(NULL, err);
}

static void prepare_changes(void)
{
	prepare_diff();
	if (asst_def_diff(&changes, def, other, NULL) != ASST_OK)
		fail_msg("no changes");
}

static int run_apply(asst_error *err)
{
	return FAILING(asst_def_apply_diff(def, asst_buf_data(changes), asst_buf_size(changes),
					   err));
}

/* An old value is not what is there. */
static void prepare_changed(void)
{
	prepare_changes();
	if (asst_def_set_text(def, "name", "Ida", 3, NULL) != ASST_OK)
		fail_msg("not changed");
}

static int apply(const char *diff, asst_error *err)
{
	return FAILING(asst_def_apply_diff(def, diff, ASST_NUL, err));
}

static int run_apply_wrong(asst_error *err)
{
	return apply("[{\"pointer\":\"/name\",\"old\":\"Ada\",\"new\":7}]", err);
}

static int run_apply_entry(asst_error *err)
{
	return apply("[{\"pointer\":\"/skills\",\"oldOrder\":[],\"newOrder\":{}}]", err);
}

static int run_apply_text(asst_error *err)
{
	return apply("[{]", err);
}

static int run_unset(asst_error *err)
{
	return FAILING(asst_def_unset(def, "skills", err));
}

static int run_unset_none(asst_error *err)
{
	return FAILING(asst_def_unset(NULL, "skills", err));
}

static int limit(const char *name, asst_error *err)
{
	int64_t value = 5;
	int status = FAILING(asst_limit_get(&value, "prose", name, err));

	EXPECT(status == ASST_OK || value == 0 || value == -1);
	if (status == ASST_OK)
		text_format(&out, "%" PRId64 "\n", value);
	return status;
}

static int run_limit(asst_error *err)
{
	return limit("name", err);
}

static int run_limit_none(asst_error *err)
{
	return limit("names", err);
}

static int run_constant(asst_error *err)
{
	int64_t value = 5;
	int status = FAILING(asst_constant(&value, "ASST_ENOTFOUND", err));

	EXPECT(value == ASST_ENOTFOUND);
	return status;
}

static int run_constant_none(asst_error *err)
{
	int64_t value = 5;
	int status = FAILING(asst_constant(&value, "ASST_ENOTHING", err));

	EXPECT(value == 0);
	return status;
}

static int run_error_new(asst_error *err)
{
	asst_error *made = FAILING_POINTER(asst_error_new());

	if (!made)
		return asst_error_set(err, ASST_ENOMEM, 0, NULL);
	EXPECT(asst_error_status(made) == ASST_OK && asst_error_offset(made) == SIZE_MAX);
	asst_error_free(made);
	return ASST_OK;
}

/* The message may be missing, nothing else. */
static int run_error_set(asst_error *err)
{
	int status = FAILING(asst_error_set(err, ASST_EBUSY, 17, "try later"));

	EXPECT(!err || asst_error_raw(err) == 17);
	return status;
}

/* What is set again has none of the old one's message. */
static int run_error_set_again(asst_error *err)
{
	int status;

	asst_error_set(err, ASST_EIO, 5, "the old one");
	status = FAILING(asst_error_set(err, ASST_EBUSY, 0, "try later"));
	EXPECT(!err || asst_error_raw(err) == 0);
	EXPECT(!err || !strstr(asst_error_message(err), "old"));
	return status;
}

static const struct op ops[] = {
	{ "asst_buf_new", "", ASST_OK, HEAP, NULL, run_buf },
	{ "asst_buf_new", "no place", ASST_EINVAL, DETAIL, NULL, run_buf_none },
	{ "asst_buf_new", "no bytes", ASST_EINVAL, DETAIL, NULL, run_buf_no_bytes },
	{ "asst_def_new", "", ASST_OK, HEAP, NULL, run_new },
	{ "asst_def_from_json", "whole", ASST_OK, HEAP, NULL, run_from_json },
	{ "asst_def_from_json", "incomplete", ASST_OK, HEAP, NULL, run_from_json_incomplete },
	{ "asst_def_from_json", "faults", ASST_EVALIDATION, HEAP, NULL, run_from_json_faults },
	{ "asst_def_from_json", "JSON with a fault", ASST_EVALIDATION, HEAP, NULL,
	  run_from_json_text },
	{ "asst_def_from_json", "a list", ASST_EVALIDATION, HEAP, NULL, run_from_json_list },
	{ "asst_def_from_json", "over a cap", ASST_ELIMIT, HEAP, NULL, run_from_json_limit },
	{ "asst_def_copy", "", ASST_OK, HEAP, NULL, run_copy },
	{ "asst_def_to_json", "", ASST_OK, HEAP, NULL, run_to_json },
	{ "asst_def_validate", "good", ASST_OK, HEAP, NULL, run_validate },
	{ "asst_def_validate", "faults", ASST_EVALIDATION, HEAP, prepare_incomplete, run_validate },
	{ "asst_def_validate", "no such set", ASST_EINVAL, DETAIL, NULL, run_validate_set },
	{ "asst_def_patch_json", "good", ASST_OK, HEAP, NULL, run_patch },
	{ "asst_def_patch_json", "faults", ASST_EVALIDATION, HEAP, NULL, run_patch_faults },
	{ "asst_def_patch_json", "no JSON", ASST_EVALIDATION, HEAP, NULL, run_patch_text },
	{ "asst_def_set_text", "good", ASST_OK, HEAP, NULL, run_set_text },
	{ "asst_def_set_text", "no UTF-8", ASST_EVALIDATION, DETAIL, NULL, run_set_text_bytes },
	{ "asst_def_set_text", "no text field", ASST_EVALIDATION, HEAP, NULL, run_set_text_type },
	{ "asst_def_set_number", "good", ASST_OK, HEAP, NULL, run_set_number },
	{ "asst_def_set_number", "no such field", ASST_EINVAL, DETAIL, NULL, run_set_number_field },
	{ "asst_def_set_bool", "good", ASST_OK, HEAP, NULL, run_set_bool },
	{ "asst_def_set_bool", "no flag", ASST_EINVAL, DETAIL, NULL, run_set_bool_value },
	{ "asst_def_set_json", "good", ASST_OK, HEAP, NULL, run_set_json },
	{ "asst_def_set_json", "faults", ASST_EVALIDATION, HEAP, NULL, run_set_json_faults },
	{ "asst_def_unset", "good", ASST_OK, HEAP, NULL, run_unset },
	{ "asst_def_unset", "no definition", ASST_EINVAL, DETAIL, NULL, run_unset_none },
	{ "asst_def_diff", "other", ASST_OK, HEAP, prepare_diff, run_diff },
	{ "asst_def_diff", "same", ASST_OK, HEAP, NULL, run_diff_same },
	{ "asst_def_diff", "only one", ASST_EINVAL, DETAIL, NULL, run_diff_none },
	{ "asst_def_apply_diff", "good", ASST_OK, HEAP, prepare_changes, run_apply },
	{ "asst_def_apply_diff", "another state", ASST_ECONFLICT, HEAP, prepare_changed,
	  run_apply },
	{ "asst_def_apply_diff", "a fault", ASST_EVALIDATION, HEAP, NULL, run_apply_wrong },
	{ "asst_def_apply_diff", "no change", ASST_EVALIDATION, HEAP, NULL, run_apply_entry },
	{ "asst_def_apply_diff", "no JSON", ASST_EVALIDATION, HEAP, NULL, run_apply_text },
	{ "asst_limit_get", "there", ASST_OK, 0, NULL, run_limit },
	{ "asst_limit_get", "no such limit", ASST_EINVAL, DETAIL, NULL, run_limit_none },
	{ "asst_constant", "there", ASST_OK, 0, NULL, run_constant },
	{ "asst_constant", "no such constant", ASST_EINVAL, DETAIL, NULL, run_constant_none },
	{ "asst_error_new", "", ASST_OK, HEAP, NULL, run_error_new },
	{ "asst_error_set", "", ASST_EBUSY, DETAIL, NULL, run_error_set },
	{ "asst_error_set", "again", ASST_EBUSY, DETAIL, NULL, run_error_set_again },
};

OOM_TESTS("values", ops)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_listed),
		cmocka_unit_test(test_heap),
	};

	return cmocka_run_group_tests_name("oom_values", tests, NULL, NULL) ? 1 : 0;
}
