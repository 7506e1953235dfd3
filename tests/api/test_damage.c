/* SPDX-License-Identifier: MIT */
/*
 * Damaged records of a backend that has no checksums: a bit of each byte of each stored value
 * is flipped, and every call looks at what is left. What they answer may be wrong where the
 * backend is; they must not read beyond a record, nor trust it to have what it should.
 */
#include "secrets.h"

struct world {
	struct host *host;
	const char *id, *gone;
	struct people_text key, token;
	asst_buf *out;
	asst_assistant *assistant;
	asst_draft *draft;
	asst_list *list;
	asst_session *session;
	uint64_t number;
};

#define CALL(name, call)                                 \
	static int name(struct world *w, asst_error *err) \
	{                                                \
		return call;                             \
	}
#define ADA as(w->host, "dir:ada")
#define BOB as(w->host, "dir:bob")
#define SYSTEM as(w->host, "system")
#define LEND(session) secrets_try(w->host, session, w->id, "ONE") + 0 * (err == NULL)

static int open_dir(struct world *w, asst_error *err)
{
	return asst_session_open_user(&w->session, w->host->store, "acme", "ada", 0, err);
}

static int open_with(struct world *w, const char *text, asst_error *err)
{
	return asst_session_open_credential(&w->session, w->host->store, text, ASST_NUL, NULL, 0,
					    err);
}

CALL(get, asst_assistant_get(&w->assistant, ADA, w->id, 0, err))
CALL(get_shared, asst_assistant_get(&w->assistant, BOB, w->id, 0, err))
CALL(get_by_key, asst_assistant_get(&w->assistant, as(w->host, "key"), w->id, 0, err))
CALL(list, asst_assistant_list(&w->list, BOB, "{\"view\":\"whole\"}", ASST_NUL, err))
CALL(list_names, asst_assistant_list(&w->list, ADA, "{\"sort\":\"name\"}", ASST_NUL, err))
CALL(list_named, asst_assistant_list(&w->list, ADA, "{\"nameContains\":\"a\"}", ASST_NUL, err))
CALL(drafts, asst_draft_list(&w->list, BOB, NULL, 0, err))
CALL(trash, asst_trash_list(&w->list, ADA, NULL, 0, err))
CALL(shares, asst_share_list(&w->out, ADA, w->id, err))
CALL(versions, asst_version_list(&w->out, ADA, w->id, NULL, 0, err))
CALL(version, asst_version_get(&w->assistant, ADA, w->id, 1, 0, err))
CALL(diff, asst_version_diff(&w->out, ADA, w->id, 1, ASST_VERSION_LIVE, 0, err))
CALL(feed, asst_feed_read(&w->out, ADA, NULL, 0, err))
CALL(feed_system, asst_feed_read(&w->out, SYSTEM, NULL, 0, err))
CALL(user, asst_user_get(&w->out, SYSTEM, "ada", err))
CALL(users, asst_user_list(&w->out, SYSTEM, NULL, 0, err))
CALL(team, asst_team_get(&w->out, SYSTEM, "eng", err))
CALL(teams, asst_team_list(&w->out, SYSTEM, NULL, 0, err))
CALL(who, asst_access_who(&w->out, ADA, "assistant:write", w->id, err))
CALL(explain, asst_access_explain(&w->out, as(w->host, "key"), "assistant:write", w->id, err))
CALL(keys, asst_key_list(&w->out, ADA, NULL, 0, err))
CALL(keys_system, asst_key_list(&w->out, SYSTEM, NULL, 0, err))
CALL(tokens, asst_token_list(&w->out, ADA, w->id, err))
CALL(secrets, asst_secret_list(&w->out, ADA, w->id, err))
CALL(open_user, open_dir(w, err))
CALL(open_key, open_with(w, w->key.text, err))
CALL(open_token, open_with(w, w->token.text, err))
CALL(lend, LEND("run:dir:ada"))

CALL(patch, asst_assistant_patch_json(NULL, ADA, w->id, "{\"creativity\":0.7}", ASST_NUL,
				      ASST_ANY_REVISION, 0, err))
CALL(edit, asst_draft_edit(&w->draft, ADA, w->id, 0, err))
CALL(copy, asst_draft_copy(&w->draft, ADA, w->id, ASST_ANY_REVISION, 0, err))
CALL(restore_version, asst_version_restore(&w->draft, ADA, w->id, 1, ASST_ANY_REVISION, 0, err))
CALL(share, asst_share_put(ADA, w->id, "user:eve", ASST_LEVEL_READ, 0, err))
CALL(unshare, asst_share_remove(ADA, w->id, "user:bob", 0, err))
CALL(give, asst_assistant_change_owner(NULL, ADA, w->id, "team:eng", ASST_ANY_REVISION, 0, err))
CALL(delete, asst_assistant_delete(ADA, w->id, ASST_ANY_REVISION, 0, err))
CALL(restore, asst_trash_restore(NULL, ADA, w->gone, ASST_ANY_REVISION, 0, err))
CALL(purge, asst_trash_purge(as(w->host, "dir:root"), w->gone, ASST_ANY_REVISION, 0, err))
CALL(label, asst_version_label(ADA, w->id, 1, "gold", ASST_NUL, 0, err))
CALL(prune, asst_version_prune(&w->number, ADA, w->id, 0, err))
CALL(put_user, asst_user_put(SYSTEM, "{\"id\":\"ada\"}", ASST_NUL, 0, err))
CALL(disable, asst_user_disable(SYSTEM, "ada", 1, 0, err))
CALL(forget, asst_user_forget(SYSTEM, "bob", 0, err))
CALL(put_team, asst_team_put(SYSTEM, "{\"id\":\"eng\"}", ASST_NUL, 0, err))
CALL(delete_team, asst_team_delete(SYSTEM, "eng", 0, err))
CALL(rotate, asst_key_rotate(&w->out, ADA, w->key.id, 1000, 0, err))
CALL(revoke_key, asst_key_revoke(ADA, w->key.id, 0, err))
CALL(revoke_token, asst_token_revoke(ADA, w->id, w->token.id, 0, err))
CALL(set_secret, asst_secret_set(ADA, w->id, "ONE", "v", 1, NULL, 0, err))
CALL(describe, asst_secret_describe(ADA, w->id, "ONE", "what", 0, err))
CALL(rewrap, asst_secret_rewrap(&w->number, SYSTEM, NULL, NULL, 0, err))

static int (*const calls[])(struct world *w, asst_error *err) = {
	get, get_shared, get_by_key, list, list_names, list_named, drafts, trash, shares, versions,
	version, diff, feed, feed_system, user, users, team, teams, who, explain, keys, keys_system, tokens,
	secrets, open_user, open_key, open_token, lend, patch, edit, copy, restore_version, share, unshare,
	give, delete, restore, purge, label, prune, put_user, disable, forget, put_team, delete_team,
	rotate, revoke_key, revoke_token, set_secret, describe, rewrap,
};

/* Call everything; nothing is written. How many calls saw the damage. */
static size_t look(struct world *w)
{
	size_t i, seen = 0;
	int status;

	for (i = 0; i < T_COUNT(calls); i++) {
		status = calls[i](w, w->host->err);
		if (status == ASST_EINTERNAL || status == ASST_ENOMEM)
			fail_msg("call %zu: %s", i, asst_error_message(w->host->err));
		seen += status == ASST_ECORRUPT || status == ASST_EFORMAT;
		asst_buf_free(w->out);
		asst_assistant_free(w->assistant);
		asst_draft_free(w->draft);
		asst_list_free(w->list);
		asst_session_free(w->session);
		w->out = NULL;
		w->assistant = NULL;
		w->draft = NULL;
		w->list = NULL;
		w->session = NULL;
	}
	return seen;
}

/* One of each record that there is. */
static void fill(struct world *w, struct host *host)
{
	bool sodium = asst_feature_supported("sodium") != 0;
	asst_draft *draft;

	memset(w, 0, sizeof(*w));
	w->host = host;
	if (sodium) {
		w->id = secrets_make(host);
		MUST(host, secrets_set(host, "dir:ada", w->id, "ONE", "secret value"));
		w->key = people_key(host, "dir:ada", PEOPLE_API);
		people_use(host, "key", w->key.text);
		MUST(host, people_share_key(host, "dir:ada", w->id, &w->key, ASST_LEVEL_WRITE));
		w->token = people_token(host, "dir:ada", w->id,
					"{'expiresAt':'" PEOPLE_SOON "','notes':'n'}");
	} else {
		w->id = host_create(host, "dir:ada", t_json(SECRETS_TWO));
		secrets_run(host, "dir:ada");
		people_open(host, "bob");
		MUST(host, people_try_open(&w->session, host, "bob"));
		people_adopt(host, "key", w->session);
		w->session = NULL;
	}
	MUST(host, host_share(host, "dir:ada", w->id, "user:bob", ASST_LEVEL_WRITE));
	MUST(host, host_share(host, "dir:ada", w->id, "team:eng", ASST_LEVEL_READ));
	MUST(host, host_patch(host, "dir:ada", w->id,
			      t_json("{'description':'Second','tags':['x','y']}")));
	MUST(host, asst_version_pin(as(host, "dir:ada"), w->id, 1, 1, 0, host->err));
	MUST(host, asst_draft_edit(&draft, as(host, "dir:bob"), w->id, 0, host->err));
	MUST(host, asst_draft_patch(draft, "{\"name\":\"mine\"}", ASST_NUL, 0, host->err));
	asst_draft_free(draft);
	w->gone = host_create(host, "dir:ada", t_json("{'name':'Gone','slug':'gone'}"));
	MUST(host, host_delete(host, "dir:ada", w->gone));
}

static void put(struct host *host, const void *key, size_t key_size, const void *value, size_t size)
{
	asst_backend *memory = &host->disk->memory;
	asst_batch *batch;
	uint64_t sequence;
	size_t failed;

	MUST(host, asst_batch_new(&batch, host->err));
	MUST(host, asst_batch_put(batch, key, key_size, value, size, host->err));
	MUST(host, memory->apply(memory->self, "acme", batch, &sequence, &failed, host->err));
	asst_batch_free(batch);
}

/* A bit of each byte. */
static size_t damage(struct world *w, const void *key, size_t key_size, asst_buf *value,
		     uint64_t *seed)
{
	size_t size = asst_buf_size(value), i, seen = 0;
	char *bytes = malloc(size + 1);

	assert_non_null(bytes);
	memcpy(bytes, asst_buf_data(value), size);
	for (i = 0; i < size; i++) {
		char bit = (char)(1 << t_random_below(seed, 8));

		bytes[i] ^= bit;
		put(w->host, key, key_size, bytes, size);
		seen += look(w) > 0;
		bytes[i] ^= bit;
	}
	put(w->host, key, key_size, bytes, size);
	free(bytes);
	return seen;
}

static void no_call_trusts_a_record(void **state)
{
	struct host *host = *state;
	asst_backend *memory = &host->disk->memory;
	uint64_t seed = t_seed(), sequence;
	size_t i, key_size, flips = 0, seen = 0;
	asst_ranges *ranges;
	struct world w;
	asst_sink *sink;
	const void *key;

	fill(&w, host);
	MUST(host, asst_ranges_new(&ranges, 0, host->err));
	MUST(host, asst_ranges_add(ranges, "", 0, "", 0, 0, 0, host->err));
	MUST(host, asst_sink_new(&sink, host->err));
	MUST(host, memory->scan(memory->self, "acme", ranges, sink, &sequence, host->err));
	host->backend.answer[HOST_APPLY] = ASST_EBACKEND;
	assert_int_equal(look(&w), 0);
	for (i = 0; i < asst_sink_count(sink); i++) {
		key = asst_sink_key(sink, i, &key_size);
		flips += asst_buf_size(asst_sink_value(sink, i));
		seen += damage(&w, key, key_size, asst_sink_value(sink, i), &seed);
	}
	assert_int_equal(look(&w), 0);
	host->backend.answer[HOST_APPLY] = 0;
	print_message("%zu bits flipped in %zu values, %zu seen\n", flips, asst_sink_count(sink), seen);
	assert_true(seen * 10 > flips);
	asst_sink_free(sink);
	asst_ranges_free(ranges);
}

int main(void)
{
	const struct CMUnitTest tests[] = { PEOPLE_TEST(no_call_trusts_a_record) };

	return cmocka_run_group_tests_name("damage", tests, NULL, NULL) ? 1 : 0;
}
