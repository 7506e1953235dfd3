/* SPDX-License-Identifier: MIT */
/*
 * Canaries: a secret's value, a key and a token that are found nowhere but where they belong. Every
 * text that the library returns, every error, the files of the store, and at the end all
 * memory of the process are searched. This program holds them in disguise.
 */
#include "t.h"

#include "body.h"

#include <assistant/sys/keyring.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#define DISGUISE 0x5a
#define MOST 96
#define SHADOW (UINT64_C(1) << 30)

struct canary {
	const char *what;
	unsigned char bytes[MOST]; /* disguised */
	size_t size;
};

static struct canary canaries[4];
static size_t canary_count;
static asst_error *err;

static void keep(const char *what, const char *text, size_t size)
{
	struct canary *canary = &canaries[canary_count++];

	canary->what = what;
	canary->size = size;
	for (size_t i = 0; i < size; i++)
		canary->bytes[i] = (unsigned char)text[i] ^ DISGUISE;
}

/* Into a buffer of the caller's, who wipes it. */
static void reveal(char *text, const struct canary *canary)
{
	for (size_t i = 0; i < canary->size; i++)
		text[i] = (char)(canary->bytes[i] ^ DISGUISE);
	text[canary->size] = '\0';
}

static void wipe(void *bytes, size_t size)
{
	volatile char *at = bytes;

	while (size--)
		*at++ = 0;
}

static bool is_at(const unsigned char *at, const struct canary *canary, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if ((at[i] ^ DISGUISE) != canary->bytes[i])
			return false;
	}
	return true;
}

/* The tail tells enough: the beginning of a credential is the workspace's. */
static size_t count_in(const void *bytes, size_t size)
{
	size_t hits = 0;

	for (size_t c = 0; c < canary_count; c++) {
		struct canary tail = canaries[c];
		size_t skip = tail.size > 40 ? tail.size - 40 : 0;

		memmove(tail.bytes, tail.bytes + skip, tail.size - skip);
		tail.size -= skip;
		for (size_t i = 0; i + tail.size <= size; i++) {
			if (is_at((const unsigned char *)bytes + i, &tail, tail.size)) {
				print_error("%s was found\n", tail.what);
				hits++;
			}
		}
	}
	return hits;
}

static void clean(const char *text)
{
	assert_non_null(text);
	assert_int_equal(count_in(text, strlen(text)), 0);
}

static void clean_error(void)
{
	clean(asst_error_message(err));
	for (size_t i = 0; i < asst_error_issue_count(err); i++) {
		clean(asst_error_issue_pointer(err, i));
		clean(asst_error_issue_message(err, i));
	}
	if (asst_error_detail(err, NULL))
		clean(asst_error_detail(err, NULL));
}

static void clean_buf(int status, asst_buf **out)
{
	asst_buf *buf = *out;

	clean_error();
	assert_int_equal(status, ASST_OK);
	clean(asst_buf_data(buf));
	asst_buf_free(buf);
}

/* Take the credential out of what was returned once; the buffer wipes itself. */
static void take(const char *what, asst_buf *buf)
{
	static const char name[] = "\"credential\":\"";
	const char *text = strstr(asst_buf_data(buf), name);

	assert_non_null(text);
	text += strlen(name);
	keep(what, text, strcspn(text, "\""));
	asst_buf_free(buf);
}

static int lent(void *user, const void *value, size_t size)
{
	*(size_t *)user = count_in(value, size);
	return ASST_OK;
}

static asst_store *open_store(const char *where)
{
	static const char *const ids[] = { "k1" };
	asst_store_opts *opts = asst_store_opts_new();
	asst_keyring keyring;
	asst_store *store;

	assert_int_equal(asst_keyring_new_sodium(&keyring, sizeof(keyring), ids,
						 "0123456789abcdef0123456789abcdef", 1, err),
			 ASST_OK);
	assert_int_equal(asst_store_opts_set_keyring(opts, &keyring, err), ASST_OK);
	assert_int_equal(asst_store_opts_set_int(opts, "directory", 1, err), ASST_OK);
	assert_int_equal(asst_store_opts_set_int(opts, "audit_refused", 1, err), ASST_OK);
	assert_int_equal(asst_store_open(&store, where, opts, err), ASST_OK);
	asst_store_opts_free(opts);
	return store;
}

static asst_session *open_by(asst_store *store, size_t canary)
{
	char text[MOST + 1];
	asst_session *session;

	reveal(text, &canaries[canary]);
	assert_int_equal(asst_session_open_credential(&session, store, text, ASST_NUL, NULL, 0,
						      err),
			 ASST_OK);
	/* One that is nearly right is in no error either. */
	text[20] ^= 1;
	assert_int_equal(asst_session_open_credential(NULL, store, text, ASST_NUL, NULL, 0, err),
			 ASST_EINVAL);
	clean_error();
	wipe(text, sizeof(text));
	return session;
}

static void use_secret(asst_session *ada, const char *id)
{
	char value[MOST + 1] = "canary-";
	asst_session *runtime;
	asst_buf *out;
	size_t found = 0;

	for (size_t i = 7; i < 60; i++)
		value[i] = (char)('a' + (i * i + 3 * (size_t)getpid()) % 26);
	keep("the secret", value, strlen(value));
	assert_int_equal(asst_secret_set(ada, id, "ONE", value, ASST_NUL, "one", 0, err), ASST_OK);
	assert_int_equal(asst_secret_set(ada, id, "1", value, ASST_NUL, "one", 0, err),
			 ASST_EVALIDATION);
	clean_error();
	wipe(value, sizeof(value));
	assert_int_equal(asst_session_runtime(&runtime, ada, err), ASST_OK);
	assert_int_equal(asst_secret_use(runtime, id, "ONE", lent, &found, err), ASST_OK);
	assert_int_equal(found, 1);
	clean_buf(asst_secret_list(&out, ada, id, err), &out);
	asst_session_free(runtime);
}

static void look_everywhere(asst_store *store, asst_session *session, const char *id)
{
	asst_assistant *assistant;
	asst_list *list;
	asst_buf *out;

	assert_int_equal(asst_assistant_get(&assistant, session, id, 0, err), ASST_OK);
	clean(asst_assistant_json(assistant, NULL));
	asst_assistant_free(assistant);
	assert_int_equal(asst_assistant_list(&list, session, NULL, 0, err), ASST_OK);
	assert_int_equal(asst_list_count(list), 1);
	clean(asst_assistant_json(asst_list_at(list, 0), NULL));
	asst_list_free(list);
	clean_buf(asst_access_explain(&out, session, "assistant:write", id, err), &out);
	assert_int_equal(asst_assistant_delete(session, id, ASST_ANY_REVISION, 0, err),
			 ASST_EDENIED);
	clean_error();
	clean_buf(asst_store_stats(&out, store, err), &out);
}

static void use_all(asst_store *store, char id[64])
{
	asst_session *host, *ada, *key, *token;
	asst_assistant *made;
	asst_buf *out;

	assert_int_equal(asst_session_open_system(&host, store, "w", err), ASST_OK);
	assert_int_equal(asst_user_put(host, t_json("{'id':'ada','aiSeat':true,'permissions':["
						    "'assistants:create','keys:create']}"),
				       ASST_NUL, 0, err),
			 ASST_OK);
	assert_int_equal(asst_session_open_user(&ada, store, "w", "ada", 0, err), ASST_OK);
	assert_int_equal(
		asst_key_create(&out, ada, t_json("{'name':'k','scopes':['AGENT_API'],"
						  "'expiresAt':'2027-06-01T00:00:00Z'}"),
				ASST_NUL, 0, err),
		ASST_OK);
	take("the key", out);
	key = open_by(store, 0);
	assert_int_equal(asst_assistant_create_json(
				 &made, key,
				 t_json("{'name':'a','skills':[{'type':'custom','name':'s','data':{"
					"'parameters':{'type':'object'},'secrets':['ONE']}}]}"),
				 ASST_NUL, 0, err),
			 ASST_OK);
	snprintf(id, 64, "%s", asst_assistant_id(made));
	asst_assistant_free(made);
	assert_int_equal(asst_token_create(&out, ada, id,
					   t_json("{'expiresAt':'2027-06-01T00:00:00Z'}"), ASST_NUL,
					   0, err),
			 ASST_OK);
	take("the token", out);
	token = open_by(store, 1);
	use_secret(ada, id);
	look_everywhere(store, key, id);
	look_everywhere(store, token, id);
	clean_buf(asst_key_list(&out, ada, NULL, 0, err), &out);
	clean_buf(asst_token_list(&out, ada, id, err), &out);
	clean_buf(asst_feed_read(&out, host, "{\"limit\":1000}", ASST_NUL, err), &out);
	clean_buf(asst_store_verify(&out, store, NULL, NULL, 0, err), &out);
	asst_session_free(token);
	asst_session_free(key);
	asst_session_free(ada);
	asst_session_free(host);
}

static size_t count_in_file(int directory, const char *name)
{
	static unsigned char bytes[1 << 20];
	int file = openat(directory, name, O_RDONLY);
	size_t hits = 0, size = 0;
	ssize_t got;

	assert_true(file >= 0);
	while (size < sizeof(bytes) && (got = read(file, bytes + size, sizeof(bytes) - size)) > 0)
		size += (size_t)got;
	hits = count_in(bytes, size);
	close(file);
	memset(bytes, 0, sizeof(bytes));
	return hits;
}

static size_t count_in_directory(const char *path)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	size_t hits = 0, files = 0;

	assert_non_null(directory);
	while ((entry = readdir(directory))) {
		if (entry->d_name[0] == '.')
			continue;
		hits += count_in_file(dirfd(directory), entry->d_name);
		files++;
	}
	closedir(directory);
	assert_true(files > 1);
	return hits;
}

/* All memory that can be written, as a core image would have it. */
static size_t count_in_memory(size_t *bytes)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	int memory = open("/proc/self/mem", O_RDONLY);
	unsigned long long from, to, at;
	char line[512], rights[8];
	static unsigned char page[1 << 16];
	size_t hits = 0;
	ssize_t got;

	assert_non_null(maps);
	assert_true(memory >= 0);
	*bytes = 0;
	while (fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%llx-%llx %7s", &from, &to, rights) != 3 || rights[1] != 'w' ||
		    rights[0] != 'r')
			continue;
		if (to - from > SHADOW)
			continue; /* a sanitizer's own, terabytes of it */
		/* In steps that overlap by the longest canary. */
		for (at = from; at < to; at += sizeof(page) - MOST) {
			/* What is read is here twice for a moment: not in what comes after it. */
			if ((uintptr_t)page >= from && (uintptr_t)page < to &&
			    at + sizeof(page) > (uintptr_t)page &&
			    at < (uintptr_t)page + sizeof(page))
				continue;
			got = pread(memory, page, sizeof(page), (off_t)at);
			if (got <= 0)
				break;
			hits += count_in(page, (size_t)got);
			*bytes += (size_t)got;
		}
	}
	close(memory);
	fclose(maps);
	return hits;
}

static void they_are_nowhere_but_where_they_belong(void **state)
{
	char path[] = "/tmp/asst-canary-XXXXXX", where[64], id[64], command[80];
	asst_store *store;
	size_t bytes;

	(void)state;
	if (!asst_feature_supported("sodium"))
		skip();
	assert_non_null(mkdtemp(path));
	snprintf(where, sizeof(where), "file:%s", path);
	err = asst_error_new();
	store = open_store(where);
	use_all(store, id);
	assert_int_equal(asst_store_close(store), ASST_OK);
	assert_int_equal(canary_count, 3);
	assert_int_equal(count_in_directory(path), 0);
	assert_int_equal(count_in_memory(&bytes), 0);
	assert_true(bytes > 100000);
	asst_error_free(err);
	snprintf(command, sizeof(command), "rm -r %s", path);
	assert_int_equal(system(command), 0);
}

/* The search itself finds what is there. */
static void what_is_there_is_found(void **state)
{
	char *text = malloc(MOST + 1);
	size_t bytes;

	(void)state;
	canary_count = 0;
	keep("a test", "0123456789-abcdefghij-9876543210-klmnopqrst", 43);
	wipe(text, MOST);
	assert_int_equal(count_in("nothing", 7), 0);
	reveal(text, &canaries[0]);
	assert_true(count_in_memory(&bytes) > 0);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_are_nowhere_but_where_they_belong),
		cmocka_unit_test(what_is_there_is_found),
	};

	return cmocka_run_group_tests_name("api/canaries", tests, NULL, NULL) ? 1 : 0;
}
