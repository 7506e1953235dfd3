/* SPDX-License-Identifier: MIT */
/*
 * The main job from end to end: assistants are created, validated, edited as drafts,
 * published, shared and refused. Every value that is printed was read back from the library.
 *
 *   cc demo.c $(pkg-config --cflags --libs libassistant)
 *   ./a.out [memory: | file:DIRECTORY]
 *
 * It ends by asking for something that must be refused, and fails if it is not.
 */
#include <assistant/assistant.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static asst_error *err;

static void show_issues(void)
{
	size_t i;

	for (i = 0; i < asst_error_issue_count(err); i++)
		printf("     %-24s %-12s %s\n", asst_error_issue_pointer(err, i),
		       asst_error_issue_code(err, i), asst_error_issue_message(err, i));
}

static void must(int status, const char *doing)
{
	if (status == ASST_OK)
		return;
	printf("could not %s: %s: %s\n", doing, asst_status_name(status), asst_error_message(err));
	show_issues();
	exit(1);
}

/* What must be refused: prints the refusal, and fails when there is none. */
static void refused(int status, int expected, const char *doing)
{
	if (status != expected) {
		printf("%s: expected %s, got %s\n", doing, asst_status_name(expected),
		       asst_status_name(status));
		exit(1);
	}
	printf("   %s: %s, %s\n", doing, asst_status_name(status), asst_error_message(err));
	show_issues();
}

static void show(const asst_assistant *assistant)
{
	const asst_def *def = asst_assistant_def(assistant);

	printf("   %s  \"%s\" by %s, version %llu, revision %llu, level %d\n",
	       asst_assistant_slug(assistant), asst_assistant_name(assistant),
	       asst_assistant_owner(assistant),
	       (unsigned long long)asst_assistant_version(assistant),
	       (unsigned long long)asst_assistant_revision(assistant),
	       asst_assistant_level(assistant));
	if (def)
		printf("     creativity %g, %zu conversation starters, %zu input fields\n",
		       asst_def_creativity(def), asst_def_count(def, "conversationStarters"),
		       asst_def_count(def, "inputFields"));
}

static asst_session *open_session(asst_store *store, const char *json)
{
	asst_session *session;

	must(asst_session_open(&session, store, json, ASST_NUL, err), "open a session");
	printf("   %s in workspace %s\n", asst_session_principal(session),
	       asst_session_workspace(session));
	return session;
}

static void validate(asst_session *ada)
{
	puts("\n2. A definition with faults: all are reported at once, nothing is stored");
	refused(asst_assistant_create_json(NULL, ada,
			"{\"name\":\"\",\"creativity\":1.5,\"color\":\"red\","
			"\"actions\":[{\"actionId\":\"action-uuid\"}]}", ASST_NUL, 0, err),
		ASST_EVALIDATION, "create");
}

static asst_assistant *create(asst_session *ada)
{
	asst_assistant *assistant;

	puts("\n3. Create");
	must(asst_assistant_create_json(
		     &assistant, ada,
		     "{\"name\":\"Invoice Analyzer\",\"emoji\":\"\xF0\x9F\xA7\xBE\","
		     "\"instruction\":\"You are an invoice analysis agent.\",\"inputType\":\"STRUCTURED\","
		     "\"conversationStarters\":[\"Check this invoice\"],\"tags\":[\"finance\"],"
		     "\"inputFields\":[{\"slug\":\"customer_name\",\"type\":\"TEXT\","
		     "\"label\":\"Customer Name\",\"required\":true,\"order\":0}]}",
		     ASST_NUL, 0, err),
	     "create an assistant");
	show(assistant);
	return assistant;
}

static void may(asst_session *session, const char *right, const char *id)
{
	int allowed;

	must(asst_access_check(&allowed, session, right, id, err), "ask for a decision");
	printf("   may %s %s? %s\n", asst_session_principal(session), right,
	       allowed ? "yes" : "no");
}

static void share(asst_session *ada, asst_session *bob, const char *id)
{
	asst_buf *grants;

	puts("\n4. Share");
	may(bob, "assistant:read", id);
	must(asst_share_put(ada, id, "user:bob", ASST_LEVEL_READ, 0, err), "share");
	must(asst_share_list(&grants, ada, id, err), "list the grants");
	printf("   grants: %s\n", asst_buf_data(grants));
	asst_buf_free(grants);
	may(bob, "assistant:read", id);
	may(bob, "assistant:write", id);
}

static void edit(asst_session *ada, asst_session *bob, const char *id)
{
	asst_assistant *live;
	asst_draft *draft;

	puts("\n5. Edit as a draft: what bob reads does not move until it is published");
	must(asst_draft_edit(&draft, ada, id, 0, err), "open a draft");
	must(asst_draft_patch(draft, "{\"name\":\"Contract Analyzer\",\"creativity\":0.1}",
			      ASST_NUL, 0, err),
	     "edit the draft");
	printf("   the draft says \"%s\"\n", asst_def_name(asst_draft_def(draft), NULL));
	must(asst_assistant_get(&live, bob, id, 0, err), "read the live one");
	show(live);
	asst_assistant_free(live);
	must(asst_draft_commit(NULL, draft, "for contracts", ASST_NUL, 0, err), "publish");
	must(asst_assistant_get(&live, bob, id, 0, err), "read the live one");
	puts("   published:");
	show(live);
	asst_assistant_free(live);
	asst_draft_free(draft);
}

static void list(asst_session *bob)
{
	asst_list *page;
	size_t i;

	puts("\n6. What bob sees");
	must(asst_assistant_list(&page, bob, "{\"sort\":\"name\",\"view\":\"whole\"}", ASST_NUL,
				 err),
	     "list");
	for (i = 0; i < asst_list_count(page); i++)
		show(asst_list_at(page, i));
	if (asst_list_count(page))
		printf("   %s\n", asst_assistant_json(asst_list_at(page, 0), NULL));
	asst_list_free(page);
}

static void refuse(asst_session *ada, asst_session *bob, const asst_assistant *seen)
{
	const char *id = asst_assistant_id(seen);
	asst_draft *draft;
	asst_buf *why;

	puts("\n7. What must be refused");
	refused(asst_assistant_patch_json(NULL, ada, id, "{\"creativity\":0.9}", ASST_NUL,
					  asst_assistant_revision(seen), 0, err),
		ASST_EREVISION, "ada writes over a state that she has not seen");
	refused(asst_draft_edit(&draft, bob, id, 0, err), ASST_EDENIED, "bob edits");
	must(asst_access_explain(&why, bob, "assistant:delete", id, err), "explain a decision");
	printf("   why: %s\n", asst_buf_data(why));
	asst_buf_free(why);
	refused(asst_assistant_delete(bob, id, ASST_ANY_REVISION, 0, err), ASST_EDENIED,
		"bob deletes");
}

int main(int argc, char **argv)
{
	const char *where = argc > 1 ? argv[1] : "memory:";
	asst_assistant *assistant;
	asst_session *ada, *bob;
	asst_store *store;

	err = asst_error_new();
	printf("libassistant %s, store %s\n\n1. Two people\n", asst_version_string(), where);
	must(asst_store_open(&store, where, NULL, err), "open the store");
	ada = open_session(store, "{\"workspace\":\"acme\",\"user\":\"ada\",\"aiSeat\":true,"
				  "\"permissions\":[\"assistants:create\"]}");
	bob = open_session(store, "{\"workspace\":\"acme\",\"user\":\"bob\",\"aiSeat\":true}");
	validate(ada);
	assistant = create(ada);
	share(ada, bob, asst_assistant_id(assistant));
	edit(ada, bob, asst_assistant_id(assistant));
	list(bob);
	refuse(ada, bob, assistant);
	asst_assistant_free(assistant);
	asst_session_free(bob);
	asst_session_free(ada);
	must(asst_store_close(store), "close the store");
	asst_error_free(err);
	puts("\ndemo ok");
	return 0;
}
