/* SPDX-License-Identifier: MIT */
/*
 * Two people edit one text of 40,000 characters at the same time, each in a draft. Who is
 * second is told what both changed, decides it, and publishes: nothing is lost, and at no
 * moment does a reader see a half of either.
 *
 *   cc two_editors.c $(pkg-config --cflags --libs libassistant)
 *   ./a.out [memory: | file:DIRECTORY]
 *
 * Every value that is printed was read back from the library. The status is 1 where
 * something else happens than what is told here.
 */
#include <assistant/assistant.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LENGTH = 40000, LINE = 50, HEAD = 10 };

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

/* 800 lines of 50 characters: "line 0000 " and filling; JSON needs no escapes for them. */
static char *make_text(void)
{
	char *text = malloc(LENGTH + 1);
	int i;

	if (!text)
		fail("no memory");
	memset(text, '.', LENGTH);
	for (i = 0; i < LENGTH / LINE; i++) {
		sprintf(text + i * LINE, "line %04d", i);
		text[i * LINE + HEAD - 1] = ' ';
	}
	text[LENGTH] = '\0';
	return text;
}

/* Each writes a name over the filling of some lines. */
static void rewrite(char *text, int first, int last, const char *name)
{
	int i;

	for (i = first; i <= last; i++)
		memcpy(text + i * LINE + HEAD, name, strlen(name));
}

/* {"FIELD":"TEXT"}, or with before and behind any other document around the text. */
static char *document(const char *before, const char *text, const char *behind)
{
	char *json = malloc(strlen(before) + strlen(text) + strlen(behind) + 1);

	if (!json)
		fail("no memory");
	strcpy(json, before);
	strcat(json, text);
	strcat(json, behind);
	return json;
}

static asst_session *open_session(asst_store *store, const char *json)
{
	asst_session *session;

	must(asst_session_open(&session, store, json, ASST_NUL, err), "open a session");
	return session;
}

/* What a reader gets: it must be one of the two texts that were published, from end to end. */
static void read_live(asst_session *reader, const char *id, const char *wanted, const char *when)
{
	asst_assistant *live;
	const char *text;
	size_t size;

	must(asst_assistant_get(&live, reader, id, 0, err), "read the live one");
	text = asst_def_instruction(asst_assistant_def(live), &size);
	if (!text || size != LENGTH || strcmp(text, wanted) != 0)
		fail("a reader got another text");
	printf("   %s: version %llu, %lu characters, \"%.16s\" to \"%.16s\"\n", when,
	       (unsigned long long)asst_assistant_version(live), (unsigned long)size, text,
	       text + (LENGTH / LINE - 1) * LINE);
	asst_assistant_free(live);
}

static asst_draft *edit(asst_session *session, const char *id, const char *text, const char *field)
{
	char *json = document("{\"instruction\":\"", text, "\"}");
	asst_draft *draft;

	must(asst_draft_edit(&draft, session, id, 0, err), "open a draft");
	must(asst_draft_patch(draft, json, ASST_NUL, 0, err), "edit the text");
	must(asst_draft_patch(draft, field, ASST_NUL, 0, err), "edit another field");
	printf("   %s has a draft from version %llu\n", asst_session_principal(session),
	       (unsigned long long)asst_draft_base_version(draft));
	free(json);
	return draft;
}

/* The second commit is refused, and the error object has all that is needed to go on. */
static void conflict(asst_draft *draft, uint32_t flags, const char *how, const char *theirs,
		     const char *mine)
{
	const char *detail;
	size_t i, size;
	int status = asst_draft_commit(NULL, draft, NULL, 0, flags, err);

	printf("   %s: %s, %s\n", how, asst_status_name(status), asst_error_message(err));
	if (status != ASST_ECONFLICT)
		fail("the second commit was not refused");
	for (i = 0; i < asst_error_issue_count(err); i++)
		printf("     %-14s %-10s %s\n", asst_error_issue_pointer(err, i),
		       asst_error_issue_code(err, i), asst_error_issue_message(err, i));
	if (asst_error_issue_count(err) != 1 ||
	    strcmp(asst_error_issue_pointer(err, 0), "/instruction") != 0)
		fail("another conflict than that of the text");
	detail = asst_error_detail(err, &size);
	if (!detail || !strstr(detail, theirs) || !strstr(detail, mine))
		fail("the detail does not have both texts");
	printf("     the detail has %lu bytes: what the text was, is, and is to be\n",
	       (unsigned long)size);
}

static void show(asst_session *session, const char *id)
{
	asst_assistant *live;
	asst_buf *versions;

	must(asst_assistant_get(&live, session, id, 0, err), "read the live one");
	printf("   description \"%s\", welcome \"%s\"\n",
	       asst_def_description(asst_assistant_def(live), NULL),
	       asst_def_welcome(asst_assistant_def(live), NULL));
	asst_assistant_free(live);
	must(asst_version_list(&versions, session, id, NULL, 0, err), "list the versions");
	printf("   %s\n", asst_buf_data(versions));
	asst_buf_free(versions);
}

static void work(asst_session *ada, asst_session *bob, const char *id, const char *first)
{
	char *of_ada = make_text(), *of_bob = make_text(), *both = make_text(), *json;
	asst_draft *adas, *bobs;

	rewrite(of_ada, 0, 99, "ada");
	rewrite(of_bob, 700, 799, "bob");
	rewrite(both, 0, 99, "ada");
	rewrite(both, 700, 799, "bob");

	puts("\n2. Both edit: ada the begin, bob the end, and each a field of their own");
	adas = edit(ada, id, of_ada, "{\"description\":\"by ada\"}");
	bobs = edit(bob, id, of_bob, "{\"welcome\":\"by bob\"}");
	read_live(bob, id, first, "readers still get");

	puts("\n3. ada publishes");
	must(asst_draft_commit(NULL, adas, "a new begin", ASST_NUL, 0, err), "publish");
	asst_draft_free(adas);
	read_live(bob, id, of_ada, "readers get");

	puts("\n4. bob would overwrite it, and is told");
	conflict(bobs, 0, "commit", of_ada, of_bob);
	conflict(bobs, ASST_COMMIT_MERGE, "merge", of_ada, of_bob);
	read_live(bob, id, of_ada, "readers still get");
	must(asst_draft_reload(bobs, err), "load the draft");
	if (strcmp(asst_def_instruction(asst_draft_def(bobs), NULL), of_bob) != 0)
		fail("bob's draft is not as it was");

	puts("\n5. bob puts both together; the other fields merge by themselves");
	json = document("[{\"pointer\":\"/instruction\",\"value\":\"", both, "\"}]");
	must(asst_draft_rebase(bobs, json, ASST_NUL, 0, err), "rebase");
	free(json);
	printf("   bob's draft is from version %llu now\n",
	       (unsigned long long)asst_draft_base_version(bobs));
	read_live(bob, id, of_ada, "readers still get");
	must(asst_draft_commit(NULL, bobs, "a new end", ASST_NUL, 0, err), "publish");
	asst_draft_free(bobs);
	read_live(ada, id, both, "readers get");
	show(ada, id);
	free(of_ada);
	free(of_bob);
	free(both);
}

int main(int argc, char **argv)
{
	const char *where = argc > 1 ? argv[1] : "memory:";
	char *first = make_text(), *json;
	asst_assistant *assistant;
	asst_session *ada, *bob;
	asst_store *store;

	err = asst_error_new();
	printf("libassistant %s, store %s\n", asst_version_string(), where);
	must(asst_store_open(&store, where, NULL, err), "open the store");
	ada = open_session(store, "{\"workspace\":\"acme\",\"user\":\"ada\",\"aiSeat\":true,"
				  "\"permissions\":[\"assistants:create\"]}");
	bob = open_session(store, "{\"workspace\":\"acme\",\"user\":\"bob\",\"aiSeat\":true}");
	puts("\n1. ada creates an assistant with a long text, and lets bob edit it");
	json = document("{\"name\":\"Long\",\"instruction\":\"", first, "\"}");
	must(asst_assistant_create_json(&assistant, ada, json, ASST_NUL, 0, err), "create");
	free(json);
	must(asst_share_put(ada, asst_assistant_id(assistant), "user:bob", ASST_LEVEL_WRITE, 0,
			    err),
	     "share");
	read_live(bob, asst_assistant_id(assistant), first, "readers get");
	work(ada, bob, asst_assistant_id(assistant), first);
	asst_assistant_free(assistant);
	asst_session_free(bob);
	asst_session_free(ada);
	must(asst_store_close(store), "close the store");
	asst_error_free(err);
	free(first);
	puts("\ntwo editors ok");
	return 0;
}
