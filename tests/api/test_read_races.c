/* SPDX-License-Identifier: MIT */
/*
 * What comes between two reads of one call: the caller's right is taken away, which is acknowledged,
 * and something is written that he is not to see. No call shows it, whenever it had begun.
 */
#include "secrets.h"

#include "json.h"

/* Everything that is written meanwhile has this in it. */
#define ENEMY "ENEMY"
/* No call here reads so often. */
#define READS_MOST 12

struct scene {
	struct host *host;
	asst_session *caller;
	/* eve's, shared with the team, bob and the key at level 3: one, and one to be deleted */
	const char *id, *other, *draft_id;
	asst_draft *draft; /* eve's */
	asst_draft *own; /* the caller's */
	struct people_text key, token;
	char text[65536]; /* what the last read showed */
	/* what is done before one of the calls of the backend */
	int (*revoke)(struct scene *s);
	int wait; /* for so many; below 0: it was done */
};

/* Reading: each fills s->text. */

static void show(struct scene *s, const char *json)
{
	size_t used = strlen(s->text), size = strlen(json);

	assert_true(used + size < sizeof(s->text));
	memcpy(s->text + used, json, size + 1);
}

static int show_buf(struct scene *s, int status, asst_buf *out)
{
	assert_true((out != NULL) == (status == ASST_OK));
	if (out)
		show(s, asst_buf_data(out));
	asst_buf_free(out);
	return status;
}

static int show_one(struct scene *s, int status, asst_assistant *assistant)
{
	assert_true((assistant != NULL) == (status == ASST_OK));
	if (assistant)
		show(s, asst_assistant_json(assistant, NULL));
	asst_assistant_free(assistant);
	return status;
}

static int show_list(struct scene *s, int status, asst_list *list)
{
	assert_true((list != NULL) == (status == ASST_OK));
	for (size_t i = 0; list && i < asst_list_count(list); i++) {
		if (asst_list_at(list, i))
			show(s, asst_assistant_json(asst_list_at(list, i), NULL));
	}
	asst_list_free(list);
	return status;
}

static int get_by(struct scene *s, const char *name)
{
	asst_assistant *assistant;
	int status = asst_assistant_get(&assistant, s->caller, name, 0, s->host->err);

	return show_one(s, status, assistant);
}

static int get(struct scene *s)
{
	return get_by(s, s->id);
}

static int get_natural(struct scene *s)
{
	return get_by(s, "user:eve:one");
}

static int get_draft(struct scene *s)
{
	return get_by(s, s->draft_id);
}

static int get_many(struct scene *s)
{
	const char *const ids[] = { s->other, s->id };
	asst_list *list;
	int status = asst_assistant_get_many(&list, s->caller, ids, 2, 0, s->host->err);

	return show_list(s, status, list);
}

static int list_with(struct scene *s, const char *options)
{
	asst_list *list;
	int status = asst_assistant_list(&list, s->caller, options, ASST_NUL, s->host->err);

	return show_list(s, status, list);
}

static int list(struct scene *s)
{
	return list_with(s, "{}");
}

static int list_whole(struct scene *s)
{
	return list_with(s, "{\"view\":\"whole\",\"right\":\"assistant:write\"}");
}

static int list_trash(struct scene *s)
{
	asst_list *trash;
	int status = asst_trash_list(&trash, s->caller, NULL, 0, s->host->err);

	return show_list(s, status, trash);
}

static int list_shares(struct scene *s)
{
	asst_buf *out;
	int status = asst_share_list(&out, s->caller, s->id, s->host->err);

	return show_buf(s, status, out);
}

static int list_versions(struct scene *s)
{
	asst_buf *out;
	int status = asst_version_list(&out, s->caller, s->id, NULL, 0, s->host->err);

	return show_buf(s, status, out);
}

static int get_version(struct scene *s)
{
	asst_assistant *assistant;
	int status =
		asst_version_get(&assistant, s->caller, s->id, ASST_VERSION_LIVE, 0, s->host->err);

	return show_one(s, status, assistant);
}

static int diff(struct scene *s)
{
	asst_buf *out;
	int status =
		asst_version_diff(&out, s->caller, s->id, 1, ASST_VERSION_LIVE, 0, s->host->err);

	return show_buf(s, status, out);
}

static int list_drafts_with(struct scene *s, const char *options)
{
	asst_list *drafts;
	int status = asst_draft_list(&drafts, s->caller, options, ASST_NUL, s->host->err);

	return show_list(s, status, drafts);
}

static int list_drafts(struct scene *s)
{
	return list_drafts_with(s, "{}");
}

static int list_drafts_of(struct scene *s)
{
	char options[80];

	snprintf(options, sizeof(options), "{\"assistantId\":\"%s\"}", s->id);
	return list_drafts_with(s, options);
}

static int list_secrets(struct scene *s)
{
	asst_buf *out;
	int status = asst_secret_list(&out, s->caller, s->id, s->host->err);

	return show_buf(s, status, out);
}

static int list_tokens(struct scene *s)
{
	asst_buf *out;
	int status = asst_token_list(&out, s->caller, s->id, s->host->err);

	return show_buf(s, status, out);
}

static int who(struct scene *s)
{
	asst_buf *out;
	int status = asst_access_who(&out, s->caller, "assistant:read", s->id, s->host->err);

	return show_buf(s, status, out);
}

static int feed(struct scene *s)
{
	asst_buf *out;
	int status = asst_feed_read(&out, s->caller, NULL, 0, s->host->err);

	return show_buf(s, status, out);
}

/* The draft that is open is shown, and nothing is written: no batch checks anything. */
static int edit(struct scene *s)
{
	asst_draft *draft;
	int status = asst_draft_edit(&draft, s->caller, s->id, 0, s->host->err);

	assert_true((draft != NULL) == (status == ASST_OK));
	asst_draft_free(draft);
	return status == ASST_OK ? get_by(s, asst_draft_id(s->own)) : status;
}

static int patch_nothing(struct scene *s)
{
	asst_assistant *assistant;
	int status = asst_assistant_patch_json(&assistant, s->caller, s->id, "{}", ASST_NUL,
					       ASST_ANY_REVISION, 0, s->host->err);

	return show_one(s, status, assistant);
}

enum { PEOPLE = 1 }; /* not for keys and tokens */

static const struct {
	const char *name;
	int (*run)(struct scene *s);
	int flags;
} reads[] = {
	{ "get", get, 0 },
	{ "get by natural name", get_natural, 0 },
	{ "get a draft", get_draft, PEOPLE }, /* level 3 */
	{ "get many", get_many, 0 },
	{ "list", list, 0 },
	{ "list whole", list_whole, 0 },
	{ "list the trash", list_trash, PEOPLE },
	{ "list shares", list_shares, 0 },
	{ "list versions", list_versions, 0 },
	{ "get a version", get_version, 0 },
	{ "diff", diff, 0 },
	{ "list own drafts", list_drafts, 0 },
	{ "list an assistant's drafts", list_drafts_of, PEOPLE },
	{ "edit", edit, 0 },
	{ "patch nothing", patch_nothing, 0 },
	{ "list secrets", list_secrets, 0 },
	{ "list tokens", list_tokens, PEOPLE },
	{ "who", who, PEOPLE },
	{ "feed", feed, PEOPLE },
};

/* Sessions that the hook uses have their own error object: none. */

static int leave(struct scene *s)
{
	return asst_user_put(as(s->host, "system"), "{\"id\":\"ada\",\"aiSeat\":true}", ASST_NUL, 0,
			     NULL);
}

static int disable(struct scene *s)
{
	return asst_user_disable(as(s->host, "system"), "ada", 1, 0, NULL);
}

static int unshare_team(struct scene *s)
{
	return asst_share_remove(as(s->host, "dir:eve"), s->id, "team:eng", 0, NULL) +
	       asst_share_remove(as(s->host, "dir:eve"), s->other, "team:eng", 0, NULL);
}

static int unshare_bob(struct scene *s)
{
	return asst_share_remove(as(s->host, "dir:eve"), s->id, "user:bob", 0, NULL) +
	       asst_share_remove(as(s->host, "dir:eve"), s->other, "user:bob", 0, NULL);
}

static int revoke_key(struct scene *s)
{
	return asst_key_revoke(as(s->host, "dir:ada"), s->key.id, 0, NULL);
}

static int revoke_token(struct scene *s)
{
	return asst_token_revoke(as(s->host, "dir:eve"), s->id, s->token.id, 0, NULL);
}

static const struct {
	const char *name, *caller;
	int (*revoke)(struct scene *s);
} ends[] = {
	{ "a user leaves the team", "dir:ada", leave },
	{ "a user is disabled", "dir:ada", disable },
	{ "the team's grant is removed", "dir:ada", unshare_team },
	{ "the grant of a JSON session is removed", "bob", unshare_bob },
	{ "a key is revoked", "key", revoke_key },
	{ "a key's creator is disabled", "key", disable },
	{ "a token is revoked", "token", revoke_token },
	{ "a token's creator leaves the team", "token", leave },
};

static void write_everything(struct scene *s)
{
	asst_session *eve = as(s->host, "dir:eve");
	int status = asst_assistant_patch_json(NULL, eve, s->id,
					       "{\"name\":\"" ENEMY "\",\"tags\":[\"" ENEMY "\"]}",
					       ASST_NUL, ASST_ANY_REVISION, 0, NULL);

	if (status == ASST_OK)
		status = asst_draft_patch(s->draft, "{\"name\":\"" ENEMY "\"}", ASST_NUL, 0, NULL);
	if (status == ASST_OK)
		status = asst_version_label(eve, s->id, 1, ENEMY, ASST_NUL, 0, NULL);
	if (status == ASST_OK)
		status = asst_share_put(eve, s->id, "user:" ENEMY, 1, 0, NULL);
	if (status == ASST_OK)
		status = asst_secret_set(eve, s->id, ENEMY, "v", 1, NULL, 0, NULL);
	if (status == ASST_OK)
		status = asst_token_create(NULL, eve, s->id,
					   "{\"expiresAt\":\"" PEOPLE_SOON "\",\"notes\":\"" ENEMY
					   "\"}",
					   ASST_NUL, 0, NULL);
	if (status == ASST_OK)
		status = asst_assistant_patch_json(NULL, eve, s->other, "{\"name\":\"" ENEMY "\"}",
						   ASST_NUL, ASST_ANY_REVISION, 0, NULL);
	if (status == ASST_OK)
		status = asst_assistant_delete(eve, s->other, ASST_ANY_REVISION, 0, NULL);
	assert_int_equal(status, ASST_OK);
}

static void act_between(void *user, enum host_method method)
{
	struct scene *s = user;

	(void)method;
	if (s->wait-- > 0)
		return;
	s->host->backend.before = NULL;
	assert_int_equal(s->revoke(s), ASST_OK);
	write_everything(s);
}

static const char *make_shared(struct scene *s, const char *json)
{
	const char *id = host_create(s->host, "dir:eve", json);

	MUST(s->host, host_share(s->host, "dir:eve", id, "team:eng", 3));
	MUST(s->host, host_share(s->host, "dir:eve", id, "user:bob", 3));
	MUST(s->host, people_share_key(s->host, "dir:eve", id, &s->key, 2));
	return id;
}

static void open_scene(struct scene *s, const char *caller)
{
	void *host;

	memset(s, 0, sizeof(*s));
	people_setup(&host);
	s->host = host;
	s->key = people_key(host, "dir:ada", PEOPLE_API);
	s->other = make_shared(s, "{\"name\":\"other\"}");
	s->id = make_shared(s, "{\"name\":\"one\",\"slug\":\"one\"}");
	s->token = people_token(host, "dir:ada", s->id, "{'expiresAt':'" PEOPLE_SOON "'}");
	people_use(host, "key", s->key.text);
	people_use(host, "token", s->token.text);
	MUST(s->host, asst_draft_edit(&s->draft, as(host, "dir:eve"), s->id, 0, s->host->err));
	s->draft_id = asst_draft_id(s->draft);
	s->caller = as(host, caller);
	MUST(s->host, asst_draft_edit(&s->own, s->caller, s->id, 0, s->host->err));
}

static void close_scene(struct scene *s)
{
	asst_draft_free(s->draft);
	asst_draft_free(s->own);
	host_free(s->host);
}

/* Revoke and write before read number `at` of a call; false: it has no such read. */
static bool race(size_t end, size_t i, int at)
{
	static struct scene s;
	bool done;
	int status;

	open_scene(&s, ends[end].caller);
	s.revoke = ends[end].revoke;
	s.wait = at;
	s.host->backend.user = &s;
	s.host->backend.before = act_between;
	status = reads[i].run(&s);
	done = !s.host->backend.before;
	s.host->backend.before = NULL;
	if (done && strstr(s.text, ENEMY))
		fail_msg("%s, %s, before read %d: %s", reads[i].name, ends[end].name, at, s.text);
	if (status != ASST_OK && status != ASST_ENOTFOUND && status != ASST_EDENIED &&
	    status != ASST_EUNAUTHENTICATED)
		fail_msg("%s, %s, before read %d: %s", reads[i].name, ends[end].name, at,
			 asst_status_name(status));
	if (!done)
		assert_int_equal(status, ASST_OK);
	close_scene(&s);
	return done;
}

static bool applies(size_t end, size_t i)
{
	return !(reads[i].flags & PEOPLE) || strstr(ends[end].caller, ":") ||
	       strcmp(ends[end].caller, "bob") == 0;
}

static void nothing_written_after_the_right_ended_is_shown(void **state)
{
	size_t end, i;
	int at;

	(void)state;
	for (end = 0; end < T_COUNT(ends); end++) {
		for (i = 0; i < T_COUNT(reads); i++) {
			at = 0;
			while (applies(end, i) && race(end, i, at))
				assert_true(++at < READS_MOST);
			assert_true(at > 0 || !applies(end, i));
		}
	}
}

/* Without the end of the right it is, or the test above shows nothing. */
static void everything_is_shown_else(void **state)
{
	static struct scene s;
	size_t end, i;

	(void)state;
	for (end = 0; end < T_COUNT(ends); end++) {
		for (i = 0; i < T_COUNT(reads); i++) {
			if (!applies(end, i))
				continue;
			open_scene(&s, ends[end].caller);
			write_everything(&s);
			EXPECT(s.host, ASST_OK, reads[i].run(&s));
			if (!strstr(s.text, ENEMY))
				fail_msg("%s, %s: %s", reads[i].name, ends[end].caller, s.text);
			close_scene(&s);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_is_shown_else),
		cmocka_unit_test(nothing_written_after_the_right_ended_is_shown),
	};

	PEOPLE_RUN("api/read_races", tests);
}
