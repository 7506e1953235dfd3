/* SPDX-License-Identifier: MIT */
/* Sharing: the grants of an assistant. */
#include "model/check.h"
#include "model/ident.h"
#include "service/grants.h"

#include <assistant/share.h>

#include <stdio.h>
#include <string.h>

struct sharing {
	struct asst__call *call;
	const char *id;
	struct asst__string json; /* the document, where there is one */
	asst__json *tree;         /* the same as a tree */
	asst_buf *record;         /* the same, checked */
	struct asst__string principal;
	int level;       /* 0: remove */
	int64_t expires; /* 0: never */
	struct asst__loaded loaded;
};

static struct asst__granting granting_of(const struct sharing *sharing)
{
	return (struct asst__granting){ .acl = &sharing->loaded.acl.view,
					.principal = sharing->principal,
					.level = sharing->level,
					.expires = sharing->expires };
}

static const char *action(const struct sharing *sharing)
{
	return sharing->level ? "share.put" : "share.remove";
}

/* The level that the principal's grant gave until now; 0: none. */
static int level_before(const struct sharing *sharing)
{
	const struct asst__view *acl = &sharing->loaded.acl.view;
	size_t i, count = asst__view_count(acl, ASST__ACL_GRANTS);
	struct asst__view grant;

	for (i = 0; i < count; i++) {
		grant = asst__view_item(acl, ASST__ACL_GRANTS, i);
		if (asst__same(asst__view_text(&grant, ASST__GRANT_PRINCIPAL), sharing->principal))
			return asst__view_int(&grant, ASST__GRANT_EXPIRES_AT, INT64_MAX) >
					       sharing->call->now ?
				       (int)asst__view_int(&grant, ASST__GRANT_LEVEL, 0) : 0;
	}
	return 0;
}

/*
 * Say who saw it by the grant, and will not any more. What has no version yet is seen from
 * level 2 on, and by its creator with any.
 */
static void name_loser(struct asst__event *event, const struct sharing *sharing)
{
	const struct asst__object *object = &sharing->loaded.object;

	event->loser_level = level_before(sharing);
	event->sight_level = object->published ? ASST_LEVEL_READ : ASST_LEVEL_WRITE;
	if (event->loser_level && sharing->level < event->sight_level)
		event->loser = sharing->principal;
	if (!object->published && !sharing->level)
		event->sight_creator = object->creator;
}

static int build(struct sharing *sharing, struct asst__change *change)
{
	const struct asst__call *call = sharing->call;
	struct asst__loaded *loaded = &sharing->loaded;
	struct asst__view acl = { NULL, 0, 0 };
	struct asst__head head;
	struct asst__indexed from = { &head, &loaded->acl.view }, to = { &head, &acl };
	struct asst__event event = { .action = action(sharing),
				     .object = asst__view_text(&loaded->head.view, ASST__HEAD_ID),
				     .principal = sharing->principal,
				     .level = sharing->level };
	asst_buf *buf = NULL;
	struct asst__granting granting = granting_of(sharing);
	int status = asst__grants_write(&buf, &granting, call);

	if (status == ASST_OK && buf)
		status = asst__view_open(&acl, &asst__acl_schema, asst_buf_data(buf),
					 asst_buf_size(buf), call->err);
	name_loser(&event, sharing);
	if (status == ASST_OK) {
		asst__head_read(&head, &loaded->head.view);
		asst__change_check_object(change, loaded);
		asst__grants_put(change, loaded->id, buf);
		asst__change_index(change, loaded->id, &from, &to);
		asst__change_event(change, &event);
	}
	asst_buf_free(buf);
	return status;
}

/* Whether the grants are as they are to be, with nothing expired among them. */
static bool is_so(const struct sharing *sharing, size_t others)
{
	const struct asst__view *acl = &sharing->loaded.acl.view;
	size_t i, count = asst__view_count(acl, ASST__ACL_GRANTS);
	struct asst__view grant;

	if (!sharing->level)
		return others == count;
	for (i = 0; i < count && others + 1 == count; i++) {
		grant = asst__view_item(acl, ASST__ACL_GRANTS, i);
		if (asst__same(asst__view_text(&grant, ASST__GRANT_PRINCIPAL), sharing->principal))
			return asst__view_int(&grant, ASST__GRANT_LEVEL, 0) == sharing->level &&
			       asst__view_int(&grant, ASST__GRANT_EXPIRES_AT, 0) ==
				       sharing->expires;
	}
	return false;
}

static int check_document(struct sharing *sharing)
{
	const struct asst__call *call = sharing->call;
	struct asst__check check;
	asst__json *expires;
	const char *text;
	int64_t ms;

	asst__check_begin(&check, &call->store->opts.limits, 0, &call->store->mem, call->err);
	asst__check_object(&check, &asst__share_schema, sharing->tree);
	expires = asst__json_member(sharing->tree, "expiresAt");
	text = asst__json_kind(expires) == ASST__JSON_STRING ? asst__json_text(expires) : NULL;
	if (text && asst__time_parse(&ms, text, strlen(text)) == 0 && ms <= call->now)
		asst__fault(&check, "expiresAt", "time", "must be in the future");
	return asst__check_end(&check);
}

/* Read the document, once, after the right to share is known. */
static int read_document(struct sharing *sharing)
{
	const struct asst__call *call = sharing->call;
	const struct asst__mem *mem = &call->store->mem;
	struct asst__view view;
	int status = ASST_OK;

	if (sharing->record)
		return ASST_OK;
	if (!sharing->tree)
		status = asst__scan_object(&sharing->tree, sharing->json.text, sharing->json.size,
					   &call->store->opts.limits, mem, call->err);
	if (status == ASST_OK)
		status = check_document(sharing);
	if (status == ASST_OK)
		status = asst__record_from_tree(&sharing->record, &asst__share_schema,
						sharing->tree, mem, call->err);
	if (status == ASST_OK)
		status = asst__view_open(&view, &asst__share_schema, asst_buf_data(sharing->record),
					 asst_buf_size(sharing->record), call->err);
	if (status != ASST_OK)
		return status;
	sharing->principal = asst__view_text(&view, ASST__SHARE_PRINCIPAL);
	sharing->level = (int)asst__view_int(&view, ASST__SHARE_LEVEL, 0);
	sharing->expires = asst__view_int(&view, ASST__SHARE_EXPIRES_AT, 0);
	return ASST_OK;
}

static int attempt_share(void *context, struct asst__change *change, bool lost)
{
	struct sharing *sharing = context;
	struct asst__call *call = sharing->call;
	struct asst__granting granting;
	int status;

	(void)lost;
	asst__loaded_dispose(&sharing->loaded);
	status = asst__locate(&sharing->loaded, call, sharing->id, ASST__RIGHT_SHARE);
	if (status == ASST_OK)
		status = read_document(sharing);
	if (status == ASST_OK)
		status = asst__refuse_draft(&sharing->loaded, call, "shares belong");
	if (status != ASST_OK)
		return status;
	if (sharing->level > asst__level_public(sharing->loaded.decision.level_held))
		return asst__fail(call->err, ASST_EDENIED, "nobody grants above the own level");
	granting = granting_of(sharing);
	if (is_so(sharing, asst__grants_kept(&granting, call)))
		return ASST_OK;
	status = asst__grants_check(&granting, call);
	return status == ASST_OK ? build(sharing, change) : status;
}

/* Consumes sharing->tree. */
static int share(struct sharing *sharing)
{
	int status = asst__write(sharing->call, "share.put", sharing->id, attempt_share, sharing);

	asst__loaded_dispose(&sharing->loaded);
	asst__json_free(sharing->tree);
	asst_buf_free(sharing->record);
	return status;
}

int asst_share_put_json(asst_session *session, const char *id, const char *json, size_t size,
			uint32_t flags, asst_error *err)
{
	struct sharing sharing;
	struct asst__call call;
	int status = asst__call_begin(&call, session, err);

	if (status != ASST_OK)
		return status;
	memset(&sharing, 0, sizeof(sharing));
	sharing.call = &call;
	sharing.id = id;
	status = asst__flags_check(flags, 0, err);
	if (status == ASST_OK && !json)
		status = asst__fail(err, ASST_EINVAL, "needs a document");
	if (status == ASST_OK) {
		sharing.json =
			(struct asst__string){ json, size == ASST_NUL ? strlen(json) : size };
		status = share(&sharing);
	}
	asst__call_end(&call);
	return status;
}

static asst__json *grant_tree(const char *principal, int level)
{
	asst__json *tree = asst__json_new_object();
	char number[16];

	snprintf(number, sizeof(number), "%d", level);
	if (!tree || !asst__json_set(tree, "principalId", asst__json_new_string(principal)) ||
	    !asst__json_set(tree, "accessLevel", asst__json_new_number(number))) {
		asst__json_free(tree);
		return NULL;
	}
	return tree;
}

int asst_share_put(asst_session *session, const char *id, const char *principal, int level,
		   uint32_t flags, asst_error *err)
{
	struct sharing sharing;
	struct asst__call call;
	int status = asst__call_begin(&call, session, err);

	if (status != ASST_OK)
		return status;
	memset(&sharing, 0, sizeof(sharing));
	sharing.call = &call;
	sharing.id = id;
	status = asst__flags_check(flags, 0, err);
	if (status == ASST_OK && !principal)
		status = asst__fail(err, ASST_EINVAL, "needs a principal");
	if (status == ASST_OK) {
		sharing.tree = grant_tree(principal, level);
		status = sharing.tree ? share(&sharing) : asst__fail_nomem(err);
	}
	asst__call_end(&call);
	return status;
}

/* Removing has no document: its place is taken by a principal that is checked here. */
static int attempt_remove(void *context, struct asst__change *change, bool lost)
{
	struct sharing *sharing = context;
	struct asst__call *call = sharing->call;
	struct asst__granting granting;
	int status;

	(void)lost;
	asst__loaded_dispose(&sharing->loaded);
	status = asst__locate(&sharing->loaded, call, sharing->id, ASST__RIGHT_SHARE);
	if (status != ASST_OK)
		return status;
	if (!asst__principal_valid(sharing->principal.text, sharing->principal.size)) {
		asst__error_add_issue(call->err, "principal", "/principalId",
				      "must be user:ID, team:ID, key:ID or workspace");
		return asst__fail(call->err, ASST_EVALIDATION,
				  "a principal is user:ID, team:ID, key:ID or workspace");
	}
	status = asst__refuse_draft(&sharing->loaded, call, "shares belong");
	if (status != ASST_OK)
		return status;
	granting = granting_of(sharing);
	return is_so(sharing, asst__grants_kept(&granting, call)) ? ASST_OK :
								     build(sharing, change);
}

int asst_share_remove(asst_session *session, const char *id, const char *principal, uint32_t flags,
		      asst_error *err)
{
	struct sharing sharing;
	struct asst__call call;
	int status = asst__call_begin(&call, session, err);

	if (status != ASST_OK)
		return status;
	memset(&sharing, 0, sizeof(sharing));
	sharing.call = &call;
	sharing.id = id;
	status = asst__flags_check(flags, 0, err);
	if (status == ASST_OK && !principal)
		status = asst__fail(err, ASST_EINVAL, "needs a principal");
	if (status == ASST_OK) {
		sharing.principal = ASST__STRING(principal);
		status = asst__write(&call, "share.remove", id, attempt_remove, &sharing);
		asst__loaded_dispose(&sharing.loaded);
	}
	asst__call_end(&call);
	return status;
}

static int write_list(asst_buf **out, const struct asst__view *acl, const struct asst__call *call)
{
	struct asst__text text;
	struct asst__view grant;
	size_t i;

	asst__text_init(&text, &call->store->mem, SIZE_MAX / 2);
	asst__text_add_char(&text, '[');
	for (i = 0; i < asst__view_count(acl, ASST__ACL_GRANTS); i++) {
		grant = asst__view_item(acl, ASST__ACL_GRANTS, i);
		if (asst__view_int(&grant, ASST__GRANT_EXPIRES_AT, INT64_MAX) <= call->now)
			continue;
		if (text.size > 1)
			asst__text_add_char(&text, ',');
		asst__view_write(&text, &asst__grant_schema, &grant);
	}
	asst__text_add_char(&text, ']');
	return asst__text_to_buf(out, &text, call->err);
}

int asst_share_list(asst_buf **out, asst_session *session, const char *id, asst_error *err)
{
	struct asst__loaded loaded;
	struct asst__call call;
	int status;

	if (out)
		*out = NULL;
	status = asst__call_begin(&call, session, err);
	if (status != ASST_OK)
		return status;
	status = asst__locate(&loaded, &call, id, ASST__RIGHT_READ);
	if (status == ASST_OK && out)
		status = write_list(out, &loaded.acl.view, &call);
	asst__loaded_dispose(&loaded);
	asst__call_end(&call);
	return status;
}
