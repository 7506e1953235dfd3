/* SPDX-License-Identifier: MIT */
/* Handing an assistant over to another owner. */
#include "model/ident.h"
#include "service/grants.h"

#include <string.h>

struct handing {
	struct asst__call *call;
	const char *id;
	struct asst__string owner;
	uint64_t revision;
	bool keep_secrets;
	asst_assistant *made;
	/* of one attempt */
	struct asst__loaded loaded;
	struct asst__part old_head, old_acl;
	struct asst__head from, to;
};

static void handing_reset(struct handing *handing)
{
	asst_assistant_free(handing->made);
	handing->made = NULL;
	asst__loaded_dispose(&handing->loaded);
	asst_buf_free(handing->old_head.buf);
	asst_buf_free(handing->old_acl.buf);
	memset(&handing->old_head, 0, sizeof(handing->old_head));
	memset(&handing->old_acl, 0, sizeof(handing->old_acl));
}

/* The caller itself, a team where it is admin, or anyone for who may do everything. */
static int check_owner(const struct handing *handing)
{
	const struct asst__call *call = handing->call;
	const struct asst__actor *actor = call->actor;
	const struct asst__membership *member;

	if (actor->system || actor->superuser)
		return ASST_OK;
	member = asst__actor_find(actor, handing->owner);
	if (member && (strncmp(handing->owner.text, "user:", 5) == 0 ||
		       member->role == ASST__ROLE_ADMIN))
		return ASST_OK;
	return asst__fail(call->err, ASST_EDENIED,
			  "the new owner must be the caller or a team in which it is admin");
}

/* The former owner keeps level 3; what was granted to the new one stays: teams own by role alone. */
static int change_grants(struct handing *handing, struct asst__change *change,
			 struct asst__view *acl)
{
	const struct asst__call *call = handing->call;
	struct asst__granting granting = { .acl = &handing->loaded.acl.view,
					   .principal = handing->from.owner,
					   .level = ASST_LEVEL_MANAGE };
	asst_buf *buf = NULL;
	int status = asst__grants_check(&granting, call);

	if (status == ASST_OK)
		status = asst__grants_write(&buf, &granting, call);
	if (status == ASST_OK)
		status = asst__view_open(acl, &asst__acl_schema, asst_buf_data(buf),
					 asst_buf_size(buf), call->err);
	if (status == ASST_OK)
		asst__grants_put(change, handing->loaded.id, buf);
	/* Lives as long as the attempt: the view is of it. */
	handing->old_acl.buf = buf;
	return status;
}

static void change_slug(struct handing *handing, struct asst__change *change)
{
	struct asst__key key;

	asst__key_slug(&key, handing->from.owner, handing->from.slug);
	asst__change_delete(change, &key);
	asst__key_slug(&key, handing->to.owner, handing->to.slug);
	change->watched = asst_batch_count(&change->batch);
	asst__change_check(change, &key, 0);
	asst__change_put_bytes(change, &key, handing->loaded.id, ASST__UUID_BYTES);
}

/* Who gets an assistant does not get what others sealed into it, unless that is said. */
static void drop_secrets(const struct handing *handing, struct asst__change *change)
{
	struct asst__key from, to;

	asst__key_part(&from, handing->loaded.id, ASST__PART_SECRET);
	to = from;
	asst__key_end(&to);
	if (!handing->keep_secrets && change->status == ASST_OK)
		change->status = asst_batch_delete_range(&change->batch, from.bytes, from.size,
							 to.bytes, to.size, change->call->err);
}

static int build(struct handing *handing, struct asst__change *change)
{
	const struct asst__call *call = handing->call;
	struct asst__loaded *loaded = &handing->loaded;
	struct asst__event event = { .action = "assistant.changeOwner",
				     .principal = handing->owner };
	struct asst__view acl;
	int status;

	handing->to = handing->from;
	handing->to.owner = handing->owner;
	asst__head_touch(&handing->to, call);
	asst__change_check_object(change, loaded);
	change_slug(handing, change);
	drop_secrets(handing, change);
	status = change_grants(handing, change, &acl);
	if (status == ASST_OK)
		status = asst__change_head(change, loaded, &handing->old_head, &handing->from,
					   &handing->to, &acl);
	if (status != ASST_OK)
		return status;
	event.object = handing->to.id;
	event.old_revision = handing->from.revision;
	event.new_revision = handing->to.revision;
	event.head_from = &handing->from;
	event.head_to = &handing->to;
	asst__change_event(change, &event);
	/* The snapshot shows what will be. */
	asst_buf_free(loaded->acl.buf);
	loaded->acl.buf = asst_buf_ref(handing->old_acl.buf);
	loaded->acl.view = acl;
	asst__loaded_describe(loaded);
	asst__decide(&loaded->decision, ASST__RIGHT_READ, call->actor, &loaded->object,
		     call->now);
	return asst__assistant_make(&handing->made, loaded, true, call);
}

static int attempt_hand(void *context, struct asst__change *change, bool lost)
{
	struct handing *handing = context;
	struct asst__call *call = handing->call;
	int status;

	if (lost) {
		asst__error_add_issue(call->err, "duplicate", "/slug", "is taken");
		return asst__fail(call->err, ASST_EEXISTS,
				  "the new owner has an assistant with this slug");
	}
	handing_reset(handing);
	status = asst__locate(&handing->loaded, call, handing->id, ASST__RIGHT_CHANGE_OWNER);
	if (status == ASST_OK && !asst__owner_valid(handing->owner.text, handing->owner.size)) {
		asst__error_add_issue(call->err, "principal", "/ownerId",
				      "must be user:ID or team:ID");
		status = asst__fail(call->err, ASST_EVALIDATION, "an owner is user:ID or team:ID");
	}
	if (status == ASST_OK)
		status = check_owner(handing);
	if (status != ASST_OK)
		return status;
	asst__head_read(&handing->from, &handing->loaded.head.view);
	status = asst__revision_check_head(handing->revision, &handing->from, call);
	if (status == ASST_OK)
		status = asst__refuse_draft(&handing->loaded, call, "the owner belongs");
	if (status == ASST_OK && asst__same(handing->from.owner, handing->owner))
		return asst__assistant_make(&handing->made, &handing->loaded, true, call);
	return status == ASST_OK ? build(handing, change) : status;
}

int asst_assistant_change_owner(asst_assistant **assistant, asst_session *session, const char *id,
				const char *owner, uint64_t revision, uint32_t flags,
				asst_error *err)
{
	struct handing handing;
	struct asst__call call;
	int status;

	if (assistant)
		*assistant = NULL;
	status = asst__call_begin(&call, session, err);
	if (status != ASST_OK)
		return status;
	memset(&handing, 0, sizeof(handing));
	handing.call = &call;
	handing.id = id;
	handing.revision = revision;
	handing.keep_secrets = (flags & ASST_OWNER_KEEP_SECRETS) != 0;
	status = asst__flags_check(flags, ASST_OWNER_KEEP_SECRETS, err);
	if (status == ASST_OK && !owner)
		status = asst__fail(err, ASST_EINVAL, "needs an owner");
	if (status == ASST_OK) {
		handing.owner = ASST__STRING(owner);
		status = asst__write(&call, "assistant.changeOwner", id, attempt_hand, &handing);
	}
	if (status == ASST_OK && assistant) {
		*assistant = handing.made;
		handing.made = NULL;
	}
	handing_reset(&handing);
	asst__call_end(&call);
	return status;
}
