/* SPDX-License-Identifier: MIT */
/*
 * A program that works for ada with an API key: it makes its own assistants and sees nothing
 * else of hers. A token opens one of them to a kiosk, for reading.
 *
 *   cc api_key.c $(pkg-config --cflags --libs libassistant)
 *   ./a.out [memory: | file:DIRECTORY]
 *
 * Every value that is printed was read back from the library; of credentials only the form is
 * shown. The status is 1 where something else happens than what is told here.
 */
#include <assistant/assistant.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static asst_error *err;

/* What the library shows once: whoever gets it stores it, not the program that made it. */
struct shown {
	char id[64], credential[128];
};

static void fail(const char *doing)
{
	printf("unexpected: %s\n", doing);
	exit(1);
}

static void must(int status, const char *doing)
{
	size_t i;

	if (status == ASST_OK)
		return;
	printf("could not %s: %s: %s\n", doing, asst_status_name(status), asst_error_message(err));
	for (i = 0; i < asst_error_issue_count(err); i++)
		printf("   %s %s\n", asst_error_issue_pointer(err, i), asst_error_issue_code(err, i));
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

/* A text member of compact JSON whose value has no escapes; a real program has a parser. */
static void member(const char *json, const char *name, char *to, size_t room)
{
	char begin[40];
	const char *at;
	size_t size;

	sprintf(begin, "\"%s\":\"", name);
	at = strstr(json, begin);
	if (!at)
		fail("a member is missing");
	at += strlen(begin);
	size = strcspn(at, "\"");
	if (size >= room)
		fail("a member is too long");
	memcpy(to, at, size);
	to[size] = '\0';
}

static struct shown take(asst_buf *json)
{
	struct shown shown;

	member(asst_buf_data(json), "id", shown.id, sizeof(shown.id));
	member(asst_buf_data(json), "credential", shown.credential, sizeof(shown.credential));
	asst_buf_free(json);
	printf("   got %.*s... of %lu characters\n", (int)(strchr(shown.credential + 5, '_') + 1 -
							   shown.credential),
	       shown.credential, (unsigned long)strlen(shown.credential));
	return shown;
}

/* A document with "expiresAt", a month from now, and what else there is. */
static const char *with_expiry(char *json, const char *members)
{
	time_t then = time(NULL) + 30 * 86400;
	char text[40];

	if (!strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", gmtime(&then)))
		fail("no time");
	sprintf(json, "{\"expiresAt\":\"%s\"%s}", text, members);
	return json;
}

static struct shown make_key(asst_session *ada)
{
	char json[300];
	asst_buf *made;

	puts("\n1. ada makes a key");
	must(asst_key_create(&made, ada,
			     with_expiry(json, ",\"name\":\"Nightly import\","
					       "\"scopes\":[\"AGENT_API\"]"),
			     ASST_NUL, 0, err),
	     "make a key");
	return take(made);
}

static asst_session *log_in(asst_store *store, const char *credential, const char *peer)
{
	asst_session *session;

	must(asst_session_open_credential(&session, store, credential, ASST_NUL, peer, 0, err),
	     "open a session by a credential");
	return session;
}

static void look_around(asst_session *ada, asst_session *key)
{
	asst_assistant *diary;
	asst_list *list;

	puts("\n2. The key is not ada");
	must(asst_assistant_create_json(&diary, ada, "{\"name\":\"Diary\"}", ASST_NUL, 0, err),
	     "create");
	expect(asst_assistant_get(NULL, key, asst_assistant_id(diary), 0, err), ASST_ENOTFOUND,
	       "the key reads her diary");
	must(asst_assistant_list(&list, key, NULL, 0, err), "list");
	if (asst_list_count(list) != 0)
		fail("the key sees something");
	puts("   the key sees no assistant at all");
	asst_list_free(list);
	asst_assistant_free(diary);
}

static void work(char id[37], asst_session *key, asst_session *ada)
{
	asst_assistant *made;
	asst_buf *grants;

	puts("\n3. What the key makes is ada's, and it may go on writing it");
	must(asst_assistant_create_json(&made, key, "{\"name\":\"Prices\"}", ASST_NUL, 0, err),
	     "create by the key");
	memcpy(id, asst_assistant_id(made), 37);
	printf("   \"%s\": owner %s, made by %s, level %d\n", asst_assistant_name(made),
	       asst_assistant_owner(made),
	       strncmp(asst_assistant_created_by(made), "key:", 4) == 0 ? "the key" : "?",
	       asst_assistant_level(made));
	asst_assistant_free(made);
	expect(asst_assistant_patch_json(NULL, key, id, "{\"instruction\":\"Know all prices.\"}",
					 ASST_NUL, ASST_ANY_REVISION, 0, err),
	       ASST_OK, "the key writes it");
	must(asst_share_list(&grants, ada, id, err), "list the grants");
	if (!strstr(asst_buf_data(grants), "\"accessLevel\":2"))
		fail("no grant of level 2");
	asst_buf_free(grants);
	expect(asst_share_put(key, id, "workspace", ASST_LEVEL_READ, 0, err), ASST_EDENIED,
	       "the key shares it");
	expect(asst_assistant_delete(key, id, ASST_ANY_REVISION, 0, err), ASST_EDENIED,
	       "the key deletes it");
}

static void give_token(asst_store *store, asst_session *ada, const char *id)
{
	asst_session *kiosk, *nobody;
	struct shown token;
	asst_buf *made;
	char json[300];

	puts("\n4. A token for the kiosk, which may read this one");
	must(asst_token_create(&made, ada, id,
			       with_expiry(json, ",\"readOnly\":true,\"cidr\":\"192.0.2.0/24\","
						 "\"notes\":\"Kiosk in the hall\""),
			       ASST_NUL, 0, err),
	     "make a token");
	token = take(made);
	kiosk = log_in(store, token.credential, "192.0.2.17");
	expect(asst_assistant_get(NULL, kiosk, id, 0, err), ASST_OK, "the kiosk reads");
	expect(asst_assistant_patch_json(NULL, kiosk, id, "{\"name\":\"Mine\"}", ASST_NUL,
					 ASST_ANY_REVISION, 0, err),
	       ASST_EDENIED, "the kiosk writes");
	expect(asst_session_open_credential(&nobody, store, token.credential, ASST_NUL,
					    "198.51.100.1", 0, err),
	       ASST_EUNAUTHENTICATED, "somebody elsewhere has the text");
	must(asst_token_revoke(ada, id, token.id, 0, err), "revoke the token");
	expect(asst_assistant_get(NULL, kiosk, id, 0, err), ASST_EUNAUTHENTICATED,
	       "the kiosk reads on");
	asst_session_free(kiosk);
}

static void rotate(asst_store *store, asst_session *ada, const struct shown *key, const char *id)
{
	asst_session *session, *nobody;
	struct shown next;
	asst_buf *made;

	puts("\n5. Another text for the key; the old one works on for an hour, or until it is revoked");
	must(asst_key_rotate(&made, ada, key->id, 3600000, 0, err), "rotate");
	next = take(made);
	asst_session_free(log_in(store, key->credential, NULL));
	session = log_in(store, next.credential, NULL);
	expect(asst_assistant_get(NULL, session, id, 0, err), ASST_OK, "the key reads by the new one");
	must(asst_key_revoke(ada, key->id, 0, err), "revoke the key");
	expect(asst_assistant_get(NULL, session, id, 0, err), ASST_EUNAUTHENTICATED,
	       "the key reads on");
	expect(asst_session_open_credential(&nobody, store, key->credential, ASST_NUL, NULL, 0, err),
	       ASST_EUNAUTHENTICATED, "the key comes back");
	asst_session_free(session);
}

int main(int argc, char **argv)
{
	const char *where = argc > 1 ? argv[1] : "memory:";
	asst_store_opts *opts = asst_store_opts_new();
	asst_session *system, *ada, *session;
	struct shown key;
	asst_store *store;
	char id[37];

	err = asst_error_new();
	printf("libassistant %s, store %s\n", asst_version_string(), where);
	if (!asst_feature_supported("sodium")) {
		puts("built without libsodium: no keys and tokens\n\napi_key ok");
		return 0;
	}
	must(asst_store_opts_set_int(opts, "directory", 1, err), "ask for a directory");
	must(asst_store_open(&store, where, opts, err), "open the store");
	asst_store_opts_free(opts);
	must(asst_session_open_system(&system, store, "acme", err), "open the system's session");
	must(asst_user_put(system,
			   "{\"id\":\"ada\",\"aiSeat\":true,"
			   "\"permissions\":[\"assistants:create\",\"keys:create\"]}",
			   ASST_NUL, 0, err),
	     "put ada into the directory");
	must(asst_session_open_user(&ada, store, "acme", "ada", 0, err), "open her session");
	key = make_key(ada);
	session = log_in(store, key.credential, NULL);
	look_around(ada, session);
	work(id, session, ada);
	give_token(store, ada, id);
	rotate(store, ada, &key, id);
	asst_session_free(session);
	asst_session_free(ada);
	asst_session_free(system);
	must(asst_store_close(store), "close the store");
	asst_error_free(err);
	puts("\napi_key ok");
	return 0;
}
