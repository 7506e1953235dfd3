/* SPDX-License-Identifier: MIT */
/* Secrets: set, listed, described, deleted, and who may do that. Lending is in test_secrets_use.c. */
#include "secrets.h"

#include "feed.h"

#define CANARY "canary-5f1c0a7d"

static const char *const ada = "dir:ada";

static int describe(struct host *host, const char *id, const char *name, const char *text)
{
	return asst_secret_describe(as(host, ada), id, name, text, 0, host->err);
}

static int drop(struct host *host, const char *spec, const char *id, const char *name)
{
	return asst_secret_delete(as(host, spec), id, name, 0, host->err);
}

static void secrets_are_listed_by_name_and_masked(void **state)
{
	struct host *host = *state;
	const char *id = secrets_make(host), *json;

	MUST(host, secrets_set(host, ada, id, "TWO", CANARY));
	host_pass(host, 1000);
	MUST(host, asst_secret_set(as(host, ada), id, "ONE", CANARY, ASST_NUL, "The first", 0,
				   host->err));
	json = secrets_list(host, ada, id);
	assert_int_equal(json_count(json, ""), 2);
	assert_string_equal(json_at(json, "/0/name"), "ONE");
	assert_string_equal(json_at(json, "/0/description"), "The first");
	assert_string_equal(json_at(json, "/0/value"), "********");
	assert_string_equal(json_at(json, "/0/createdAt"), "2030-03-17T17:46:41.000Z");
	assert_string_equal(json_at(json, "/0/updatedAt"), "2030-03-17T17:46:41.000Z");
	assert_string_equal(json_at(json, "/0/keyId"), "k1");
	assert_string_equal(json_at(json, "/1/name"), "TWO");
	assert_string_equal(json_at(json, "/1/value"), "********");
	assert_null(strstr(json, CANARY));
}

static void setting_again_changes_the_value(void **state)
{
	struct host *host = *state;
	const char *id = secrets_make(host), *json;

	MUST(host, asst_secret_set(as(host, ada), id, "ONE", "old", ASST_NUL, "About", 0, host->err));
	host_pass(host, 1000);
	MUST(host, asst_secret_set(as(host, ada), id, "ONE", "new", ASST_NUL, "Else", 0, host->err));
	secrets_is(host, "run:dir:ada", id, "ONE", "new");
	json = secrets_list(host, ada, id);
	assert_int_equal(json_count(json, ""), 1);
	assert_string_equal(json_at(json, "/0/description"), "Else");
	assert_string_equal(json_at(json, "/0/createdAt"), "2030-03-17T17:46:40.000Z");
	assert_string_equal(json_at(json, "/0/updatedAt"), "2030-03-17T17:46:41.000Z");
}

static void describing_leaves_the_value_alone(void **state)
{
	struct host *host = *state;
	const char *id = secrets_make(host);
	char text[502];

	MUST(host, secrets_set(host, ada, id, "ONE", "value"));
	MUST(host, describe(host, id, "ONE", "For the weather"));
	assert_string_equal(json_at(secrets_list(host, ada, id), "/0/description"), "For the weather");
	secrets_is(host, "run:dir:ada", id, "ONE", "value");
	EXPECT(host, ASST_ENOTFOUND, describe(host, id, "TWO", "x"));
	memset(text, 'd', 501);
	text[501] = '\0';
	EXPECT(host, ASST_EVALIDATION, describe(host, id, "ONE", text));
	EXPECT(host, ASST_EVALIDATION,
	       asst_secret_set(as(host, ada), id, "TWO", "v", 1, text, 0, host->err));
	text[500] = '\0';
	MUST(host, describe(host, id, "ONE", text));
	MUST(host, describe(host, id, "ONE", NULL));
}

static void deleting_twice_succeeds(void **state)
{
	struct host *host = *state;
	const char *id = secrets_make(host);

	MUST(host, secrets_set(host, ada, id, "ONE", "1"));
	MUST(host, secrets_set(host, ada, id, "TWO", "2"));
	MUST(host, drop(host, ada, id, "ONE"));
	MUST(host, drop(host, ada, id, "ONE"));
	assert_int_equal(json_count(secrets_list(host, ada, id), ""), 1);
	EXPECT(host, ASST_ENOTFOUND, secrets_try(host, "run:dir:ada", id, "ONE"));
	secrets_is(host, "run:dir:ada", id, "TWO", "2");
}

static void names_have_a_form(void **state)
{
	static const char *const bad[] = { "", "1A", "A-B", "A B", "A.B", "\xC3\xA9", "A\n", "$A" };
	static const char *const good[] = { "A", "_", "_1", "a", "Zz_9" };
	struct host *host = *state;
	const char *id = secrets_make(host);
	char name[130];
	size_t i;
	int status;

	for (i = 0; i < T_COUNT(bad); i++) {
		status = secrets_set(host, ada, id, bad[i], CANARY);
		assert_true(status == ASST_EVALIDATION || status == ASST_EINVAL);
		assert_null(strstr(people_error(host), CANARY));
	}
	for (i = 0; i < T_COUNT(good); i++)
		MUST(host, secrets_set(host, ada, id, good[i], "v"));
	memset(name, 'n', 129);
	name[129] = '\0';
	assert_int_not_equal(secrets_set(host, ada, id, name, "v"), ASST_OK);
	name[128] = '\0';
	MUST(host, secrets_set(host, ada, id, name, "v"));
	assert_int_equal(json_count(secrets_list(host, ada, id), ""), T_COUNT(good) + 1);
}

/* Any bytes, 0 to 65536 of them. */
static void values_are_any_bytes_up_to_64_kib(void **state)
{
	static const size_t sizes[] = { 0, 1, 31, 4096, 65535, 65536 };
	static struct secrets_lent lent;
	static unsigned char value[65537];
	struct host *host = *state;
	const char *id = secrets_make(host);
	size_t i;
	int status;

	for (i = 0; i < sizeof(value); i++)
		value[i] = (unsigned char)(i * 7);
	for (i = 0; i < T_COUNT(sizes); i++) {
		MUST(host, asst_secret_set(as(host, ada), id, "ONE", value, sizes[i], NULL, 0,
					   host->err));
		MUST(host, secrets_lend(&lent, host, "run:dir:ada", id, "ONE"));
		assert_int_equal(lent.size, sizes[i]);
		assert_memory_equal(lent.value, value, sizes[i]);
	}
	status = asst_secret_set(as(host, ada), id, "ONE", value, 65537, NULL, 0, host->err);
	assert_true(status == ASST_ELIMIT || status == ASST_EVALIDATION);
	MUST(host, secrets_lend(&lent, host, "run:dir:ada", id, "ONE"));
	assert_int_equal(lent.size, 65536);
}

static void there_are_at_most_100(void **state)
{
	struct host *host = *state;
	const char *id = secrets_make(host);
	char name[16];
	int i;

	for (i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "N%02d", i);
		MUST(host, secrets_set(host, ada, id, name, "v"));
	}
	EXPECT(host, ASST_ELIMIT, secrets_set(host, ada, id, "MORE", "v"));
	assert_non_null(strstr(asst_error_message(host->err), "secrets"));
	MUST(host, secrets_set(host, ada, id, "N50", "other"));
	assert_int_equal(json_count(secrets_list(host, ada, id), ""), 100);
	MUST(host, drop(host, ada, id, "N00"));
	MUST(host, secrets_set(host, ada, id, "MORE", "v"));
}

static void they_need_level_2(void **state)
{
	static const struct {
		const char *spec;
		int status;
	} rows[] = { { "one", ASST_EDENIED },	 { "two", ASST_OK },	{ "dir:eve", ASST_ENOTFOUND },
		     { "dir:root", ASST_OK },	 { "system", ASST_OK }, { "two noseat", ASST_EDENIED },
		     { "two @other", ASST_ENOTFOUND } };
	struct host *host = *state;
	const char *id = secrets_make(host);
	asst_buf *out;
	size_t i;

	MUST(host, host_share(host, ada, id, "user:one", 1));
	MUST(host, host_share(host, ada, id, "user:two", 2));
	MUST(host, secrets_set(host, ada, id, "ONE", "v"));
	for (i = 0; i < T_COUNT(rows); i++) {
		asst_session *session = as(host, rows[i].spec);

		EXPECT(host, rows[i].status, secrets_set(host, rows[i].spec, id, "TWO", CANARY));
		assert_null(strstr(people_error(host), CANARY));
		EXPECT(host, rows[i].status, asst_secret_list(&out, session, id, host->err));
		asst_buf_free(out);
		EXPECT(host, rows[i].status, asst_secret_describe(session, id, "ONE", "d", 0, host->err));
		EXPECT(host, rows[i].status, drop(host, rows[i].spec, id, "TWO"));
		assert_int_equal(host_allowed(host, rows[i].spec, "assistant:secrets", id),
				 rows[i].status == ASST_OK);
	}
	EXPECT(host, ASST_ENOTFOUND, secrets_set(host, ada, PEOPLE_ID, "ONE", "v"));
	EXPECT(host, ASST_EINVAL, secrets_set(host, ada, NULL, "ONE", "v"));
	EXPECT(host, ASST_EINVAL, secrets_set(host, ada, id, NULL, "v"));
	EXPECT(host, ASST_EINVAL, asst_secret_set(as(host, ada), id, "ONE", NULL, 3, NULL, 0, host->err));
	EXPECT(host, ASST_EINVAL, asst_secret_set(as(host, ada), id, "ONE", "v", 1, NULL, 1, host->err));
	EXPECT(host, ASST_EINVAL, asst_secret_delete(as(host, ada), id, "ONE", 1, host->err));
	EXPECT(host, ASST_EINVAL, asst_secret_describe(as(host, ada), id, "ONE", "d", 1, host->err));
}

static void without_a_keyring_they_are_unsupported(void **state)
{
	struct host *host = people_host(host_disk_new(), NULL, NULL);
	const char *id;

	(void)state;
	people_fill(host);
	id = secrets_make(host);
	host_count_anew(host);
	EXPECT(host, ASST_EUNSUPPORTED, secrets_set(host, ada, id, "ONE", CANARY));
	assert_int_equal(host_calls(host, HOST_APPLY), 0);
	EXPECT(host, ASST_EUNSUPPORTED, secrets_try(host, "run:dir:ada", id, "ONE"));
	EXPECT(host, ASST_EUNSUPPORTED,
	       asst_secret_rewrap(NULL, as(host, "system"), NULL, NULL, 0, host->err));
	host_free(host);
}

/* Neither revision nor time of the assistant change; they are not in its JSON. */
static void they_do_not_change_the_assistant(void **state)
{
	struct host *host = *state;
	const char *id = secrets_make(host);
	asst_assistant *found;

	host_pass(host, 1000);
	MUST(host, secrets_set(host, ada, id, "ONE", CANARY));
	found = host_get(host, ada, id);
	assert_int_equal(asst_assistant_revision(found), 1);
	assert_int_equal(asst_assistant_updated_at(found), HOST_NOW);
	assert_null(strstr(asst_assistant_json(found, NULL), CANARY));
	asst_assistant_free(found);
}

static void each_change_is_an_event_without_the_value(void **state)
{
	struct host *host = *state;
	const char *id = secrets_make(host);
	struct feed_place place = feed_end(host);

	MUST(host, host_share(host, ada, id, "user:bob", 1));
	place = feed_end(host);
	MUST(host, asst_secret_set(as(host, ada), id, "ONE", CANARY, ASST_NUL, CANARY, 0, host->err));
	MUST(host, describe(host, id, "ONE", "d"));
	MUST(host, drop(host, ada, id, "ONE"));
	assert_string_equal(feed_since(host, ada, &place),
			    "secret.set secret.describe secret.delete");
	assert_string_equal(feed_since(host, "system", &place),
			    "secret.set secret.describe secret.delete");
	assert_string_equal(feed_since(host, "dir:bob", &place), "");
	assert_null(strstr(feed_read(host, "system", place.options), CANARY));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PEOPLE_TEST(secrets_are_listed_by_name_and_masked),
		PEOPLE_TEST(setting_again_changes_the_value),
		PEOPLE_TEST(describing_leaves_the_value_alone),
		PEOPLE_TEST(deleting_twice_succeeds),
		PEOPLE_TEST(names_have_a_form),
		PEOPLE_TEST(values_are_any_bytes_up_to_64_kib),
		PEOPLE_TEST(there_are_at_most_100),
		PEOPLE_TEST(they_need_level_2),
		cmocka_unit_test(without_a_keyring_they_are_unsupported),
		PEOPLE_TEST(they_do_not_change_the_assistant),
		PEOPLE_TEST(each_change_is_an_event_without_the_value),
	};

	PEOPLE_RUN("api/secrets", tests);
}
