/* SPDX-License-Identifier: MIT */
/*
 * A skill that calls a service with a password: ada sets it, the host's runtime lends it to the
 * call, and bob, for whom the assistant runs, never reads it. A new key then seals it anew.
 *
 *   cc secret_skill.c $(pkg-config --cflags --libs libassistant)
 *   ./a.out [memory: | file:DIRECTORY]
 *
 * Every value that is printed was read back from the library. The status is 1 where something
 * else happens than what is told here.
 */
#include <assistant/assistant.h>
#include <assistant/sys/keyring.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char password[] = "correct horse battery staple";

static asst_error *err;

static void fail(const char *doing)
{
	printf("unexpected: %s\n", doing);
	exit(1);
}

static void must(int status, const char *doing)
{
	if (status == ASST_OK)
		return;
	printf("could not %s: %s: %s\n", doing, asst_status_name(status), asst_error_message(err));
	exit(1);
}

static void expect(int status, int expected, const char *doing)
{
	if (status != expected) {
		printf("%s: expected %s, got %s\n", doing, asst_status_name(expected),
		       asst_status_name(status));
		exit(1);
	}
	printf("   %s: %s%s%s\n", doing, asst_status_name(status), status ? ", " : "",
	       status ? asst_error_message(err) : "");
}

/*
 * The keys come from where the host keeps such things, not from a program's text as here. The
 * first one seals; the others open what they sealed.
 */
static asst_keyring make_keyring(void)
{
	static const char *const ids[] = { "2031-01", "2030-01" };
	unsigned char keys[2][32];
	asst_keyring keyring;
	size_t i;

	for (i = 0; i < sizeof(keys); i++)
		keys[i / 32][i % 32] = (unsigned char)(i * 73 + 19);
	must(asst_keyring_new_sodium(&keyring, sizeof(keyring), ids, keys, 2, err), "make a keyring");
	memset(keys, 0, sizeof(keys));
	return keyring;
}

static asst_session *open_session(asst_store *store, const char *json)
{
	asst_session *session;

	must(asst_session_open(&session, store, json, ASST_NUL, err), "open a session");
	return session;
}

/* The skill names its secrets; values are not in the definition. */
static void create(char id[37], asst_session *ada)
{
	asst_assistant *made;

	puts("\n1. An assistant with a skill that needs a password");
	must(asst_assistant_create_json(
		     &made, ada,
		     "{\"name\":\"Weather\",\"skills\":[{\"type\":\"custom\",\"name\":\"Forecast\","
		     "\"data\":{\"parameters\":{\"type\":\"object\"},"
		     "\"secrets\":[\"WEATHER_PASSWORD\"]}}]}",
		     ASST_NUL, 0, err),
	     "create");
	memcpy(id, asst_assistant_id(made), 37);
	asst_assistant_free(made);
	must(asst_share_put(ada, id, "user:bob", ASST_LEVEL_READ, 0, err), "share it with bob");
}

static void set(asst_session *ada, const char *id)
{
	asst_buf *list;

	puts("\n2. ada sets it; reading gives a mask");
	must(asst_secret_set(ada, id, "WEATHER_PASSWORD", password, ASST_NUL,
			     "From the weather service", 0, err),
	     "set the secret");
	must(asst_secret_list(&list, ada, id, err), "list the secrets");
	if (!strstr(asst_buf_data(list), "\"********\"") || strstr(asst_buf_data(list), password))
		fail("the list");
	printf("   %s\n", asst_buf_data(list));
	asst_buf_free(list);
}

/* The call of the service: it uses the value while it has it, and keeps none of it. */
static int call_service(void *user, const void *value, size_t size)
{
	int *called = user;

	if (size != strlen(password) || memcmp(value, password, size) != 0)
		return ASST_EINTERNAL;
	++*called;
	return ASST_OK;
}

static void use(asst_session *bob, const char *id)
{
	asst_session *runtime;
	asst_buf *list;
	int called = 0;

	puts("\n3. bob runs it: the host's runtime is lent the value, bob is not");
	expect(asst_secret_list(&list, bob, id, err), ASST_EDENIED, "bob lists the secrets");
	expect(asst_secret_use(bob, id, "WEATHER_PASSWORD", call_service, &called, err),
	       ASST_EDENIED, "bob's own session asks for the value");
	must(asst_session_runtime(&runtime, bob, err), "make the runtime's session");
	expect(asst_secret_use(runtime, id, "WEATHER_PASSWORD", call_service, &called, err), ASST_OK,
	       "the runtime calls the service for bob");
	if (called != 1)
		fail("the service was not called once");
	asst_session_free(runtime);
}

/* Only what an enabled skill of the live version lists is lent. */
static void take_away(asst_session *ada, asst_session *bob, const char *id)
{
	asst_session *runtime;
	asst_draft *draft;
	int called = 0;

	puts("\n4. Without the skill nothing is lent");
	must(asst_session_runtime(&runtime, bob, err), "make the runtime's session");
	must(asst_draft_edit(&draft, ada, id, 0, err), "open a draft");
	must(asst_draft_patch(draft, "{\"skills\":[]}", ASST_NUL, 0, err), "remove the skill");
	expect(asst_secret_use(runtime, id, "WEATHER_PASSWORD", call_service, &called, err), ASST_OK,
	       "the runtime calls while it is a draft");
	must(asst_draft_commit(NULL, draft, NULL, 0, 0, err), "publish");
	if (asst_secret_use(runtime, id, "WEATHER_PASSWORD", call_service, &called, err) == ASST_OK)
		fail("it was lent");
	printf("   the runtime calls afterwards: %s, %s\n",
	       asst_status_name(asst_error_status(err)), asst_error_message(err));
	if (called != 1)
		fail("the service was called without its skill");
	asst_draft_free(draft);
	asst_session_free(runtime);
}

/* What the feed says, which is read by many, has the name alone. */
static void audit(asst_session *system)
{
	asst_buf *events;

	puts("\n5. The audit trail tells that it was set, not what it is");
	must(asst_feed_read(&events, system, "{\"actions\":[\"secret.set\"]}", ASST_NUL, err),
	     "read the feed");
	if (!strstr(asst_buf_data(events), "secret.set") || strstr(asst_buf_data(events), password))
		fail("the feed");
	printf("   %s\n", asst_buf_data(events));
	asst_buf_free(events);
}

static void rewrap(asst_session *system)
{
	uint64_t sealed;

	puts("\n6. What an older key sealed is sealed anew with the present one");
	must(asst_secret_rewrap(&sealed, system, NULL, NULL, 0, err), "rewrap");
	printf("   %llu of an older key\n", (unsigned long long)sealed);
}

int main(int argc, char **argv)
{
	const char *where = argc > 1 ? argv[1] : "memory:";
	asst_store_opts *opts = asst_store_opts_new();
	asst_session *system, *ada, *bob;
	asst_keyring keyring;
	asst_store *store;
	char id[37];

	err = asst_error_new();
	printf("libassistant %s, store %s\n", asst_version_string(), where);
	if (!asst_feature_supported("sodium")) {
		puts("built without libsodium: it has no keyring\n\nsecret_skill ok");
		return 0;
	}
	keyring = make_keyring();
	must(asst_store_opts_set_keyring(opts, &keyring, err), "hand over the keyring");
	must(asst_store_open(&store, where, opts, err), "open the store");
	asst_store_opts_free(opts);
	must(asst_session_open_system(&system, store, "acme", err), "open the system's session");
	ada = open_session(store, "{\"workspace\":\"acme\",\"user\":\"ada\",\"aiSeat\":true,"
				  "\"permissions\":[\"assistants:create\"]}");
	bob = open_session(store, "{\"workspace\":\"acme\",\"user\":\"bob\",\"aiSeat\":true}");
	create(id, ada);
	set(ada, id);
	use(bob, id);
	take_away(ada, bob, id);
	audit(system);
	rewrap(system);
	asst_session_free(bob);
	asst_session_free(ada);
	asst_session_free(system);
	must(asst_store_close(store), "close the store");
	asst_error_free(err);
	puts("\nsecret_skill ok");
	return 0;
}
