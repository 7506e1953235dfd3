/* SPDX-License-Identifier: MIT */
/* Users, teams, keys and tokens for the probe of check_access.py. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access_probe.h"

#define CREDENTIALS 4096

static char credentials[CREDENTIALS][160];
static char credential_ids[CREDENTIALS][80];

/* Keep a member of a small JSON document. */
static void keep(char *to, size_t room, const char *json, const char *mark)
{
	const char *from = behind(json, mark);
	size_t size = strcspn(from, "\"");

	if (size >= room)
		stop("credential too long");
	memcpy(to, from, size);
	to[size] = '\0';
}

static void keep_credential(int status, asst_buf *out, size_t c)
{
	if (status == ASST_OK) {
		keep(credential_ids[c], sizeof(credential_ids[c]), asst_buf_data(out), "\"id\":\"");
		keep(credentials[c], sizeof(credentials[c]), asst_buf_data(out),
		     "\"credential\":\"");
	}
	printf("%s %s\n", asst_status_name(status), status == ASST_OK ? credential_ids[c] : "");
	asst_buf_free(out);
}

/* Users, teams, keys and tokens. */
int directory_command(char command, char *line)
{
	asst_session *s;
	asst_buf *out = NULL;
	size_t i;
	size_t c;
	const char *id;
	int status;

	switch (command) {
	case 'u':
		s = session(&line);
		say(asst_user_put(s, line, ASST_NUL, 0, err));
		break;
	case 't':
		s = session(&line);
		say(asst_team_put(s, line, ASST_NUL, 0, err));
		break;
	case 'd': /* d SESSION USER FLAG */
		s = session(&line);
		id = word(&line);
		say(asst_user_disable(s, id, atoi(line), 0, err));
		break;
	case 'x':
		s = session(&line);
		say(asst_user_delete(s, line, 0, err));
		break;
	case 'f':
		s = session(&line);
		say(asst_user_forget(s, line, 0, err));
		break;
	case 'U': /* U SESSION WORKSPACE USER */
		i = number(&line, SESSIONS);
		id = word(&line);
		asst_session_free(sessions[i]);
		say(asst_session_open_user(&sessions[i], store, id, line, 0, err));
		break;
	case 'C': /* C SESSION CREDENTIAL */
		i = number(&line, SESSIONS);
		c = number(&line, CREDENTIALS);
		asst_session_free(sessions[i]);
		say(asst_session_open_credential(&sessions[i], store, credentials[c], ASST_NUL,
						 NULL, 0, err));
		break;
	case 'K': /* K CREDENTIAL SESSION DOCUMENT */
		c = number(&line, CREDENTIALS);
		s = session(&line);
		status = asst_key_create(&out, s, line, ASST_NUL, 0, err);
		keep_credential(status, out, c);
		break;
	case 'k': /* k CREDENTIAL SESSION */
		c = number(&line, CREDENTIALS);
		say(asst_key_revoke(session(&line), credential_ids[c], 0, err));
		break;
	case 'r': /* r CREDENTIAL SESSION OVERLAP */
		c = number(&line, CREDENTIALS);
		s = session(&line);
		status = asst_key_rotate(&out, s, credential_ids[c], atoll(line), 0, err);
		keep_credential(status, out, c);
		break;
	case 'N': /* N CREDENTIAL SESSION OBJECT DOCUMENT */
		c = number(&line, CREDENTIALS);
		s = session(&line);
		id = object(&line);
		status = asst_token_create(&out, s, id, line, ASST_NUL, 0, err);
		keep_credential(status, out, c);
		break;
	case 'n': /* n CREDENTIAL SESSION OBJECT */
		c = number(&line, CREDENTIALS);
		s = session(&line);
		say(asst_token_revoke(s, object(&line), credential_ids[c], 0, err));
		break;
	case 'w': /* w SESSION OBJECT RIGHT */
		s = session(&line);
		id = object(&line);
		status = asst_access_who(&out, s, line, id, err);
		say_buf(status, out);
		break;
	case 'l': /* l SESSION: its keys */
		status = asst_key_list(&out, session(&line), NULL, 0, err);
		say_buf(status, out);
		break;
	case 'v': /* v SESSION OBJECT: its tokens */
		s = session(&line);
		status = asst_token_list(&out, s, object(&line), err);
		say_buf(status, out);
		break;
	default:
		return 0;
	}
	return 1;
}
