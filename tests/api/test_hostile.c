/* SPDX-License-Identifier: MIT */
/* Documents made to cost more than they weigh. */
#include "t.h"

#include <assistant/assistant.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ADA                                                                                        \
	"{\"workspace\":\"acme\",\"user\":\"ada\",\"aiSeat\":true,\"permissions\":[\"assistants:create\"]}"

static asst_session *ada_in(asst_store *store)
{
	asst_session *ada;

	assert_int_equal(asst_session_open(&ada, store, ADA, ASST_NUL, NULL), ASST_OK);
	return ada;
}

/* A schema nested under names of which every byte is escaped in a pointer, full of faults. */
static char *deep_faults(size_t faults)
{
	char *json = malloc(1000000), *at = json, name[256];
	size_t i;

	assert_non_null(json);
	memset(name, '/', 255);
	name[255] = '\0';
	at += sprintf(at, "{\"name\":\"n\",\"skills\":[{\"type\":\"custom\",\"data\":{\"parameters\":{");
	for (i = 0; i < 25; i++)
		at += sprintf(at, "\"properties\":{\"%s\":{", name);
	for (i = 0; i < faults; i++)
		at += sprintf(at, "%s\"k%zu\":0", i ? "," : "", i);
	for (i = 0; i < 25; i++)
		at += sprintf(at, "}}");
	sprintf(at, "}}}]}");
	return json;
}

static void the_detail_of_faults_is_bounded(void **state)
{
	asst_error *err = asst_error_new();
	char *json = deep_faults(5000);
	size_t i, bytes = 0;
	asst_def *def;

	(void)state;
	assert_int_equal(asst_def_from_json(&def, json, ASST_NUL, 0, err), ASST_EVALIDATION);
	for (i = 0; i < asst_error_issue_count(err); i++)
		bytes += strlen(asst_error_issue_pointer(err, i)) +
			 strlen(asst_error_issue_message(err, i));
	assert_true(bytes > 1024 * 1024);
	assert_true(bytes < 5 * 1024 * 1024);
	/* All are counted, though not all are told. */
	if (strncmp(asst_error_message(err), "5000 faults", 11) != 0)
		fail_msg("%.60s", asst_error_message(err));
	free(json);
	asst_error_free(err);
}

static void what_is_over_its_cap_is_not_looked_into(void **state)
{
	asst_error *err = asst_error_new();
	char *json = deep_faults(40000);
	asst_def *def;

	(void)state;
	assert_int_equal(asst_def_from_json(&def, json, ASST_NUL, 0, err), ASST_ELIMIT);
	assert_int_equal(asst_error_issue_count(err), 1);
	assert_string_equal(asst_error_issue_pointer(err, 0), "/skills/0/data");
	free(json);
	asst_error_free(err);
}

/* As many as a document may have: a search for each among all others would never end. */
static void many_unknown_members_are_kept_in_linear_time(void **state)
{
	asst_store_opts *opts = asst_store_opts_new();
	char *json = malloc(1000000), *at = json;
	asst_assistant *made;
	asst_session *ada;
	asst_store *store;
	size_t i;

	(void)state;
	assert_non_null(json);
	assert_int_equal(asst_store_opts_set_int(opts, "keep_unknown_fields", 1, NULL), ASST_OK);
	assert_int_equal(asst_store_open(&store, "memory:", opts, NULL), ASST_OK);
	ada = ada_in(store);
	at += sprintf(at, "{\"name\":\"n\"");
	for (i = 0; i < 60000; i++)
		at += sprintf(at, ",\"u%zu\":0", i);
	sprintf(at, "}");
	assert_int_equal(asst_assistant_create_json(&made, ada, json, ASST_NUL, 0, NULL), ASST_OK);
	assert_non_null(strstr(asst_assistant_json(made, NULL), "\"u59999\":0"));
	asst_assistant_free(made);
	asst_session_free(ada);
	asst_store_close(store);
	asst_store_opts_free(opts);
	free(json);
}

static void merging_does_not_get_past_the_cap_of_values(void **state)
{
	char *json = malloc(400000), *at = json;
	asst_error *err = asst_error_new();
	asst_def *def;
	size_t i;

	(void)state;
	assert_non_null(json);
	at += sprintf(at, "{\"x\":[0");
	for (i = 0; i < 31000; i++)
		at += sprintf(at, ",0");
	sprintf(at, "]}");
	assert_int_equal(asst_def_new(&def, err), ASST_OK);
	assert_int_equal(asst_def_set_json(def, "data", json, ASST_NUL, err), ASST_OK);
	at = malloc(500000);
	assert_non_null(at);
	sprintf(at, "[{\"datasetId\":\"a\",\"filter\":%s}]", json);
	assert_int_equal(asst_def_set_json(def, "datasets", at, ASST_NUL, err), ASST_OK);
	sprintf(at, "[{\"datasetId\":\"a\",\"filter\":%s},{\"datasetId\":\"b\",\"filter\":%s}]", json, json);
	assert_int_equal(asst_def_set_json(def, "datasets", at, ASST_NUL, err), ASST_ELIMIT);
	assert_int_equal(asst_def_count(def, "datasets"), 1);
	asst_def_free(def);
	free(at);
	free(json);
	asst_error_free(err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_detail_of_faults_is_bounded),
		cmocka_unit_test(what_is_over_its_cap_is_not_looked_into),
		cmocka_unit_test(many_unknown_members_are_kept_in_linear_time),
		cmocka_unit_test(merging_does_not_get_past_the_cap_of_values),
	};

	return cmocka_run_group_tests_name("api/hostile", tests, NULL, NULL) ? 1 : 0;
}
