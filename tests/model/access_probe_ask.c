/* SPDX-License-Identifier: MIT */
/* The questions that the probe of check_access.py answers: rights, lists, refusals. */
#include <stdio.h>
#include <string.h>

#include "access_probe.h"

/* A status, and all that an error tells beside it, without line ends. */
static void tell(int status)
{
	const char *detail = asst_error_detail(err, NULL);

	printf("%s:%s:%zu:%s;", asst_status_name(status), asst_error_message(err),
	       asst_error_issue_count(err), detail ? detail : "");
}

static char status_letter(const char *name)
{
	if (!strncmp(name, "OK", 2))
		return 'O';
	if (!strncmp(name, "EDENIED", 7))
		return 'D';
	if (!strncmp(name, "ENOTFOUND", 9))
		return 'N';
	if (!strncmp(name, "EUNAUTHENTICATED", 16))
		return 'U';
	return '!';
}

static void ask_check(asst_session *s, const char *id, const char *right)
{
	int allowed = -1;
	int status = asst_access_check(&allowed, s, right, id, err);

	if (status != ASST_OK && allowed != 0)
		stop("a failed check hands something out");
	putchar(status == ASST_OK ? '0' + allowed : status_letter(asst_status_name(status)));
}

/* Status, allowed, level, ownership and rule; for the first right the levels of all rules, too. */
static void ask_explain(asst_session *s, const char *id, const char *right, int first)
{
	asst_buf *out;
	const char *json;
	const char *at;
	int status = asst_access_explain(&out, s, right, id, err);

	if (status != ASST_OK) {
		printf("%c--/", status_letter(asst_status_name(status)));
		return;
	}
	json = asst_buf_data(out);
	putchar(status_letter(behind(json, "\"status\":\"")));
	putchar(*behind(json, "\"allowed\":") == 't' ? '1' : '0');
	putchar(*behind(json, "\"levelHeld\":"));
	putchar(*behind(json, "\"ownerHeld\":") == 't' ? '1' : '0');
	at = behind(json, "\"rule\":\"");
	printf("%.*s", (int)strcspn(at, "\""), at);
	if (first) {
		putchar('[');
		for (at = behind(json, "\"rules\":["); (at = strstr(at, "\"rule\":\"")); at++)
			printf("%.*s%c", (int)strcspn(at + 8, "\""), at + 8,
			       *behind(at, "\"level\":"));
	}
	putchar('/');
	asst_buf_free(out);
}

/* Q MODE FIRST END OBJECT: every right of the sessions FIRST to END - 1. */
void query(char *line)
{
	char mode = *word(&line);
	size_t first = number(&line, SESSIONS);
	size_t end = number(&line, SESSIONS);
	const char *id = object(&line);
	size_t i;

	for (; first < end; first++) {
		for (i = 0; i < asst_right_count(); i++) {
			const char *right = asst_right_name(i);

			if (mode == 'c')
				ask_check(sessions[first], id, right);
			else
				ask_explain(sessions[first], id, right, i == 0);
		}
		if (mode != 'c')
			putchar(',');
	}
	putchar('\n');
}

/* L SESSION OPTIONS, Z SESSION OPTIONS: a page of a list as numbers of objects, and its cursor. */
void list_page(char *line, int trash)
{
	asst_session *s = session(&line);
	asst_list *page;
	int status = (trash ? asst_trash_list : asst_assistant_list)(&page, s, line, ASST_NUL, err);
	size_t i;
	size_t o;

	printf("%s", asst_status_name(status));
	if (status != ASST_OK) {
		puts(" | ");
		return;
	}
	for (i = 0; i < asst_list_count(page); i++) {
		const char *id = asst_assistant_id(asst_list_at(page, i));

		for (o = 0; o < OBJECTS && strcmp(objects[o], id); o++)
			;
		printf(" %zu", o);
	}
	printf(" | %s\n", asst_list_cursor(page) ? asst_list_cursor(page) : "");
	asst_list_free(page);
}

/* B SESSION OBJECT: what every operation answers for something that the session does not see. */
void refusals(char *line)
{
	asst_session *s = session(&line);
	const char *id = object(&line);
	asst_assistant *a = NULL;
	asst_draft *draft = NULL;
	asst_buf *out = NULL;
	size_t i;
	int status;

	tell(asst_assistant_get(&a, s, id, 0, err));
	tell(asst_assistant_patch_json(&a, s, id, "{\"name\":\"x\"}", ASST_NUL, 7, 0, err));
	tell(asst_assistant_patch_json(&a, s, id, "{\"name\":7}", ASST_NUL, ASST_ANY_REVISION, 0,
				       err));
	tell(asst_assistant_delete(s, id, ASST_ANY_REVISION, 0, err));
	tell(asst_assistant_change_owner(&a, s, id, "user:zoe", ASST_ANY_REVISION, 0, err));
	tell(asst_share_put(s, id, "user:zoe", ASST_LEVEL_READ, 0, err));
	tell(asst_share_remove(s, id, "user:zoe", 0, err));
	tell(asst_share_list(&out, s, id, err));
	tell(asst_draft_edit(&draft, s, id, 0, err));
	tell(asst_draft_copy(&draft, s, id, 7, ASST_DRAFT_REPLACE, err));
	tell(asst_version_list(&out, s, id, NULL, 0, err));
	tell(asst_version_restore(&draft, s, id, 1, 7, ASST_DRAFT_REPLACE, err));
	tell(asst_token_list(&out, s, id, err));
	tell(asst_token_revoke(s, id, "01890000-0000-7000-8000-000000000000", 0, err));
	if (a || draft || out)
		stop("something unseen was handed out");
	for (i = 0; i < asst_right_count(); i++) {
		if (strcmp(asst_right_name(i), "assistants:create")) {
			tell(asst_access_who(&out, s, asst_right_name(i), id, err));
			asst_buf_free(out);
		}
		status = asst_access_explain(&out, s, asst_right_name(i), id, err);
		tell(status);
		printf("%s;", asst_buf_data(out));
		asst_buf_free(out);
	}
	putchar('\n');
}

/* b SESSION OBJECT: what the trash answers for what the session may not restore. */
void trash_refusals(char *line)
{
	asst_session *s = session(&line);
	const char *id = object(&line);

	tell(asst_trash_restore(NULL, s, id, 7, 0, err));
	tell(asst_trash_purge(s, id, 7, 0, err));
	putchar('\n');
}

/* M SESSION RIGHT OBJECT...: the answers of check_many. */
void many(char *line)
{
	asst_session *s = session(&line);
	const char *right = word(&line);
	const char *ids[1000];
	int allowed[1000];
	size_t count = 0;
	size_t i;
	int status;

	while (*line && count < 1000)
		ids[count++] = object(&line);
	memset(allowed, 0x55, sizeof(allowed));
	status = asst_access_check_many(allowed, s, right, ids, count, err);
	printf("%s ", asst_status_name(status));
	for (i = 0; status == ASST_OK && i < count; i++)
		printf("%d", allowed[i]);
	putchar('\n');
}
