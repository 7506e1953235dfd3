/* SPDX-License-Identifier: MIT */
/*
 * An app whose people are in teams: the store keeps users and teams, sessions read them at each
 * use, and everybody can be told why something is allowed and who else may do it.
 *
 *   cc teams_app.c $(pkg-config --cflags --libs libassistant)
 *   ./a.out [memory: | file:DIRECTORY]
 *
 * Every value that is printed was read back from the library. The status is 1 where something
 * else happens than what is told here.
 */
#include <assistant/assistant.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static asst_error *err;

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

/* What has to be answered so: prints it, and fails where it is not. */
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

static void print(const char *label, asst_buf *json)
{
	printf("   %s: %s\n", label, asst_buf_data(json));
	asst_buf_free(json);
}

/* Teams come first: a user may only be in teams that are there. */
static void fill_directory(asst_session *system)
{
	static const char *const teams[] = { "{\"id\":\"support\",\"name\":\"Support\"}",
					     "{\"id\":\"sales\",\"name\":\"Sales\"}" };
	static const char *const users[] = {
		"{\"id\":\"ada\",\"name\":\"Ada\",\"aiSeat\":true,"
		"\"permissions\":[\"assistants:create\"],"
		"\"teams\":[{\"id\":\"support\",\"role\":\"admin\"}]}",
		"{\"id\":\"bob\",\"name\":\"Bob\",\"aiSeat\":true,"
		"\"teams\":[{\"id\":\"support\",\"role\":\"member\"}]}",
		"{\"id\":\"eve\",\"name\":\"Eve\",\"aiSeat\":true,"
		"\"teams\":[{\"id\":\"sales\",\"role\":\"publisher\"}]}"
	};
	asst_buf *json;
	size_t i;

	puts("\n1. Teams and users");
	for (i = 0; i < sizeof(teams) / sizeof(teams[0]); i++)
		must(asst_team_put(system, teams[i], ASST_NUL, 0, err), "put a team");
	for (i = 0; i < sizeof(users) / sizeof(users[0]); i++)
		must(asst_user_put(system, users[i], ASST_NUL, 0, err), "put a user");
	must(asst_team_get(&json, system, "support", err), "read a team");
	print("support", json);
}

static asst_session *log_in(asst_store *store, const char *user)
{
	asst_session *session;

	must(asst_session_open_user(&session, store, "acme", user, 0, err), "open a session");
	return session;
}

static int patch(asst_session *session, const char *id, const char *json)
{
	return asst_assistant_patch_json(NULL, session, id, json, ASST_NUL, ASST_ANY_REVISION, 0,
					 err);
}

static void create(char id[37], asst_session *ada)
{
	asst_assistant *made;

	puts("\n2. ada makes an assistant of the team's");
	must(asst_assistant_create_json(&made, ada,
					"{\"name\":\"Refunds\",\"ownerId\":\"team:support\"}",
					ASST_NUL, 0, err),
	     "create");
	memcpy(id, asst_assistant_id(made), 37);
	printf("   \"%s\" of %s, made by %s\n", asst_assistant_name(made),
	       asst_assistant_owner(made), asst_assistant_created_by(made));
	asst_assistant_free(made);
}

/* What decides is the role in the team, and what was granted. */
static void decide(asst_session *ada, asst_session *bob, asst_session *eve, const char *id)
{
	asst_buf *why, *who;

	puts("\n3. Roles and grants decide, and say why");
	expect(asst_assistant_get(NULL, bob, id, 0, err), ASST_OK, "bob, a member, reads");
	expect(patch(bob, id, "{\"welcome\":\"Hi\"}"), ASST_EDENIED, "bob writes");
	expect(asst_assistant_get(NULL, eve, id, 0, err), ASST_ENOTFOUND, "eve reads");
	must(asst_share_put(ada, id, "team:sales", ASST_LEVEL_WRITE, 0, err), "share");
	expect(patch(eve, id, "{\"welcome\":\"Hello\"}"), ASST_OK, "eve writes after a grant to sales");
	must(asst_access_explain(&why, bob, "assistant:write", id, err), "explain");
	print("why bob may not write", why);
	must(asst_access_who(&who, ada, "assistant:write", id, err), "ask who may");
	if (!strstr(asst_buf_data(who), "user:eve") || strstr(asst_buf_data(who), "user:bob")) {
		puts("unexpected: who may write is told wrong");
		exit(1);
	}
	print("who may write", who);
}

/* One question for a whole page: what each button needs. */
static void show_page(asst_session *session, const char *id)
{
	static const char *const rights[] = { "assistant:read", "assistant:write", "assistant:share" };
	int allowed;
	size_t i;

	printf("   %s:", asst_session_principal(session));
	for (i = 0; i < sizeof(rights) / sizeof(rights[0]); i++) {
		must(asst_access_check_many(&allowed, session, rights[i], &id, 1, err), "check");
		printf(" %s %s", strchr(rights[i], ':') + 1, allowed ? "yes" : "no");
	}
	puts("");
}

/* The sessions stay open all the time: what changes counts at their next call. */
static void change(asst_session *system, asst_session *bob, asst_session *eve, const char *id)
{
	puts("\n4. A new role, a team that is left, access that ends: at the next call");
	must(asst_user_put(system,
			   "{\"id\":\"bob\",\"name\":\"Bob\",\"aiSeat\":true,"
			   "\"teams\":[{\"id\":\"support\",\"role\":\"publisher\"}]}",
			   ASST_NUL, 0, err),
	     "give bob another role");
	show_page(bob, id);
	expect(patch(bob, id, "{\"welcome\":\"Welcome\"}"), ASST_OK, "bob writes");
	must(asst_user_put(system, "{\"id\":\"eve\",\"name\":\"Eve\",\"aiSeat\":true}", ASST_NUL, 0,
			   err),
	     "take eve out of sales");
	expect(patch(eve, id, "{\"welcome\":\"Hello\"}"), ASST_ENOTFOUND, "eve writes");
	must(asst_user_disable(system, "bob", 1, 0, err), "disable bob");
	expect(asst_assistant_get(NULL, bob, id, 0, err), ASST_EUNAUTHENTICATED, "bob reads");
	must(asst_user_disable(system, "bob", 0, 0, err), "enable bob");
	expect(asst_assistant_get(NULL, bob, id, 0, err), ASST_OK, "bob reads again");
}

/* A user who goes: the name stays for the audit trail until it is forgotten. */
static void leave(asst_store *store, asst_session *system)
{
	asst_session *nobody;
	asst_buf *json;

	puts("\n5. eve leaves");
	must(asst_user_delete(system, "eve", 0, err), "delete eve");
	must(asst_user_get(&json, system, "eve", err), "read eve");
	print("what is left", json);
	expect(asst_session_open_user(&nobody, store, "acme", "eve", 0, err),
	       ASST_EUNAUTHENTICATED, "eve comes back");
	expect(asst_user_put(system, "{\"id\":\"eve\"}", ASST_NUL, 0, err), ASST_EEXISTS,
	       "somebody else gets the id");
	must(asst_user_forget(system, "eve", 0, err), "forget eve");
	expect(asst_user_get(&json, system, "eve", err), ASST_ENOTFOUND, "read eve");
}

int main(int argc, char **argv)
{
	const char *where = argc > 1 ? argv[1] : "memory:";
	asst_store_opts *opts = asst_store_opts_new();
	asst_session *system, *ada, *bob, *eve;
	asst_store *store;
	char id[37];

	err = asst_error_new();
	printf("libassistant %s, store %s\n", asst_version_string(), where);
	must(asst_store_opts_set_int(opts, "directory", 1, err), "ask for a directory");
	must(asst_store_open(&store, where, opts, err), "open the store");
	asst_store_opts_free(opts);
	must(asst_session_open_system(&system, store, "acme", err), "open the system's session");
	fill_directory(system);
	ada = log_in(store, "ada");
	bob = log_in(store, "bob");
	eve = log_in(store, "eve");
	create(id, ada);
	decide(ada, bob, eve, id);
	change(system, bob, eve, id);
	leave(store, system);
	asst_session_free(eve);
	asst_session_free(bob);
	asst_session_free(ada);
	asst_session_free(system);
	must(asst_store_close(store), "close the store");
	asst_error_free(err);
	puts("\nteams_app ok");
	return 0;
}
