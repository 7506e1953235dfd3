/* SPDX-License-Identifier: MIT */
/* What tests that send documents share: JSON in single quotes, long texts, faults as one line. */
#ifndef ASST_TESTS_API_BODY_H
#define ASST_TESTS_API_BODY_H

#include "t.h"

#include <assistant/assistant.h>

#include <string.h>

/* UUIDs to point at things; 'a' is there to have a letter that has cases. */
#define T_UUID_A "aaaaaaaa-0000-4000-8000-000000000001"
#define T_UUID_B "aaaaaaaa-0000-4000-8000-000000000002"
#define T_UUID_C "aaaaaaaa-0000-4000-8000-000000000003"
#define T_UUID_D "aaaaaaaa-0000-4000-8000-000000000004"
#define T_UUID_E "aaaaaaaa-0000-4000-8000-000000000005"

/* Every field and every member, as canonical JSON but for its quotes. */
#define T_FULL \
	"{'name':'Full','description':'All of it','emoji':'\xF0\x9F\xA4\x96'," \
	"'instruction':'Be \\\"kind\\\".\\n','inputType':'STRUCTURED','model':'gpt-5-mini'," \
	"'creativity':0.5,'conversationStarters':['Hello','And now?']," \
	"'actions':[{'actionId':'" T_UUID_A "','requiresConfirmation':false}]," \
	"'inputFields':[{'slug':'size','type':'SELECT','label':'Size','description':'How big'," \
	"'required':true,'order':0,'options':['S','M','L']}," \
	"{'slug':'plan','type':'FILE','label':'Plan','required':false,'order':1," \
	"'fileTypes':['pdf']}," \
	"{'slug':'mail','type':'EMAIL','label':'Mail','required':false,'order':2," \
	"'emailDomain':'acme.test'}],'attachments':['" T_UUID_B "'],'webSearch':true," \
	"'imageGeneration':true,'dataAnalyst':true,'canvas':true,'extendedThinking':true," \
	"'welcome':'Hi','type':'dispatcher'," \
	"'routes':[{'assistantId':'" T_UUID_C "','when':'always'}],'fallback':'" T_UUID_D "'," \
	"'skills':[{'id':'" T_UUID_E "','type':'dataset-query','name':'Ask','description':'Asks'," \
	"'enabled':false,'data':{'depth':1.0,'width':[1E5]},'datasetId':'sales'," \
	"'datasourceId':'s1'," \
	"'reportId':'r1','queryId':'q1','templateId':'t1','integrationId':'i1'}]," \
	"'datasets':[{'datasetId':'sales','mode':'sample','filter':{'year':2026}," \
	"'fields':['sum']," \
	"'sampleSize':10}],'references':[{'targetType':'report','targetId':'r1'," \
	"'description':'The report'}],'data':{'host':{'n':12345678901234567890}}}"

/* JSON with its quotes: ' stands for ". One of a few buffers in turn. */
static inline const char *t_json(const char *quoted)
{
	static char buffers[8][16384];
	static unsigned next;
	char *buffer = buffers[next++ % 8];
	size_t size = strlen(quoted), i;

	assert_true(size < sizeof(buffers[0]));
	for (i = 0; i <= size; i++)
		buffer[i] = quoted[i] == '\'' ? '"' : quoted[i];
	return buffer;
}

/* A text of any length. */
struct t_text {
	char *data;
	size_t size, room;
};

static inline void t_add_bytes(struct t_text *text, const char *bytes, size_t size)
{
	if (text->room - text->size <= size) {
		text->room = 2 * (text->size + size) + 64;
		text->data = realloc(text->data, text->room);
		assert_non_null(text->data);
	}
	memcpy(text->data + text->size, bytes, size);
	text->size += size;
	text->data[text->size] = '\0';
}

static inline void t_add(struct t_text *text, const char *add)
{
	t_add_bytes(text, add, strlen(add));
}

/* count times add with between between; '#' becomes the place, 12 digits. */
static inline void t_add_many(struct t_text *text, const char *add, const char *between,
			      size_t count)
{
	const char *mark = strchr(add, '#');
	char digits[32];
	size_t i;

	for (i = 0; i < count; i++) {
		if (i > 0)
			t_add(text, between);
		t_add_bytes(text, add, mark ? (size_t)(mark - add) : strlen(add));
		if (!mark)
			continue;
		snprintf(digits, sizeof(digits), "%012zu", i + 1);
		t_add(text, digits);
		t_add(text, mark + 1);
	}
}

static inline void t_text_free(struct t_text *text)
{
	free(text->data);
	memset(text, 0, sizeof(*text));
}

/* All issues in order: "code@pointer code@pointer"; "" without any. */
static inline const char *t_faults(const asst_error *err)
{
	static char line[16384];
	size_t i, used = 0;

	line[0] = '\0';
	for (i = 0; i < asst_error_issue_count(err) && used < sizeof(line); i++)
		used += (size_t)snprintf(line + used, sizeof(line) - used, "%s%s@%s",
					 i ? " " : "", asst_error_issue_code(err, i),
					 asst_error_issue_pointer(err, i));
	return line;
}

/* The status that faults have together. */
static inline int t_status_of(const char *faults)
{
	if (!faults[0])
		return ASST_OK;
	return strncmp(faults, "limit@", 6) == 0 || strstr(faults, " limit@") ? ASST_ELIMIT :
										 ASST_EVALIDATION;
}

static inline int t_right(int status, const asst_error *err, int wanted, const char *faults,
			  const char *about)
{
	if (status == wanted && strcmp(t_faults(err), faults) == 0)
		return 1;
	print_error("%.200s\n  gives  %s \"%.600s\" (%.200s)\n  wanted %s \"%s\"\n", about,
		    asst_status_name(status), t_faults(err), asst_error_message(err),
		    asst_status_name(wanted), faults);
	return 0;
}

static inline void t_expect(int status, const asst_error *err, int wanted, const char *faults,
			    const char *about)
{
	assert_true(t_right(status, err, wanted, faults, about));
}

/* A store and people in it: ada creates, bob and carol do not. */
struct t_world {
	asst_error *err;
	asst_store *store;
	asst_session *ada, *bob, *carol;
};

static inline asst_session *t_session(struct t_world *world, const char *quoted)
{
	asst_session *session;
	int status = asst_session_open(&session, world->store, t_json(quoted), ASST_NUL,
				       world->err);

	t_expect(status, world->err, ASST_OK, "", quoted);
	return session;
}

static inline void t_open(struct t_world *world, const asst_store_opts *opts)
{
	world->err = asst_error_new();
	assert_non_null(world->err);
	assert_int_equal(asst_store_open(&world->store, "memory:", opts, world->err), ASST_OK);
	world->ada = t_session(world, "{'workspace':'acme','user':'ada','aiSeat':true,"
				      "'permissions':['assistants:create'],"
				      "'teams':[{'id':'sales','role':'admin'}]}");
	world->bob = t_session(world, "{'workspace':'acme','user':'bob','aiSeat':true}");
	world->carol = t_session(world, "{'workspace':'acme','user':'carol','aiSeat':true}");
}

static inline void t_close(struct t_world *world)
{
	asst_session_free(world->ada);
	asst_session_free(world->bob);
	asst_session_free(world->carol);
	assert_int_equal(asst_store_close(world->store), ASST_OK);
	asst_error_free(world->err);
}

/* cmocka's fixtures for tests that need a store with the default options. */
static inline int t_setup(void **state)
{
	struct t_world *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	t_open(world, NULL);
	*state = world;
	return 0;
}

static inline int t_teardown(void **state)
{
	t_close(*state);
	free(*state);
	return 0;
}

static inline asst_assistant *t_create(struct t_world *world, const char *quoted)
{
	asst_assistant *made;
	int status = asst_assistant_create_json(&made, world->ada, t_json(quoted), ASST_NUL, 0,
						world->err);

	t_expect(status, world->err, ASST_OK, "", quoted);
	assert_non_null(made);
	return made;
}

/*
 * A document and its faults, which are the same with and without a store. What does not
 * begin with '{' stands behind a name.
 */
struct t_row {
	const char *body, *faults;
};

static inline const char *t_document(const char *body)
{
	static char text[16384];

	if (body[0] == '{')
		snprintf(text, sizeof(text), "%s", body);
	else
		snprintf(text, sizeof(text), "{'name':'x',%s}", body);
	return t_json(text);
}

static inline void t_expect_rows(void **state, const struct t_row *rows, size_t count)
{
	struct t_world *world = *state;
	int status, wanted, bad = 0;
	asst_def *def;
	size_t i;

	for (i = 0; i < count; i++) {
		const char *json = t_document(rows[i].body);

		wanted = t_status_of(rows[i].faults);
		status = asst_def_from_json(&def, json, ASST_NUL, 0, world->err);
		bad += !t_right(status, world->err, wanted, rows[i].faults, rows[i].body);
		asst_def_free(def);
		status = asst_assistant_validate_json(world->ada, json, ASST_NUL, 0, world->err);
		bad += !t_right(status, world->err, wanted, rows[i].faults, rows[i].body);
	}
	assert_int_equal(bad, 0);
}

/* How many assistants ada sees. */
static inline size_t t_count(struct t_world *world)
{
	asst_list *list;
	size_t count;

	assert_int_equal(asst_assistant_list(&list, world->ada, NULL, 0, world->err), ASST_OK);
	count = asst_list_count(list);
	asst_list_free(list);
	return count;
}

#endif
