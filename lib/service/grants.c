/* SPDX-License-Identifier: MIT */
/* Grants: the record of them, made from the present one and a change. */
#include "service/grants.h"
#include "storage/query.h"

#include <string.h>

static void copy_grant(struct asst__record *record, uint32_t list, size_t i,
		       const struct asst__view *grant)
{
	uint32_t item = asst__record_item(record, list, i, &asst__grant_schema);
	int64_t expires = asst__view_int(grant, ASST__GRANT_EXPIRES_AT, 0);

	if (!item)
		return;
	asst__record_text(record, item, ASST__GRANT_PRINCIPAL,
			  asst__view_text(grant, ASST__GRANT_PRINCIPAL));
	asst__record_int(record, item, ASST__GRANT_LEVEL,
			 asst__view_int(grant, ASST__GRANT_LEVEL, 0));
	if (expires)
		asst__record_int(record, item, ASST__GRANT_EXPIRES_AT, expires);
	asst__record_text(record, item, ASST__GRANT_BY, asst__view_text(grant, ASST__GRANT_BY));
	asst__record_int(record, item, ASST__GRANT_AT, asst__view_int(grant, ASST__GRANT_AT, 0));
}

static void add_grant(struct asst__record *record, uint32_t list, size_t i,
		      const struct asst__granting *granting, const struct asst__call *call)
{
	uint32_t item = asst__record_item(record, list, i, &asst__grant_schema);

	if (!item)
		return;
	asst__record_text(record, item, ASST__GRANT_PRINCIPAL, granting->principal);
	asst__record_int(record, item, ASST__GRANT_LEVEL, granting->level);
	if (granting->expires)
		asst__record_int(record, item, ASST__GRANT_EXPIRES_AT, granting->expires);
	asst__record_text(record, item, ASST__GRANT_BY, call->actor->principal);
	asst__record_int(record, item, ASST__GRANT_AT, call->now);
}

/* Expired grants go with the next write. */
static bool kept(const struct asst__granting *granting, const struct asst__view *grant,
		 const struct asst__call *call)
{
	struct asst__string principal = asst__view_text(grant, ASST__GRANT_PRINCIPAL);

	return asst__view_int(grant, ASST__GRANT_EXPIRES_AT, INT64_MAX) > call->now &&
	       !asst__same(principal, granting->principal);
}

size_t asst__grants_kept(const struct asst__granting *granting, const struct asst__call *call)
{
	size_t i, count = 0;
	struct asst__view grant;

	for (i = 0; i < asst__view_count(granting->acl, ASST__ACL_GRANTS); i++) {
		grant = asst__view_item(granting->acl, ASST__ACL_GRANTS, i);
		count += kept(granting, &grant, call);
	}
	return count;
}

int asst__grants_check(const struct asst__granting *granting, const struct asst__call *call)
{
	int64_t most = call->store->opts.limits.cap[ASST__LIMIT_GRANTS];

	if (!granting->level || asst__grants_kept(granting, call) + 1 <= (size_t)most)
		return ASST_OK;
	return asst__fail(call->err, ASST_ELIMIT, "grants is limited to %lld", (long long)most);
}

/* The grants in the order of their principals, the new one in its place. */
static void write_all(struct asst__record *record, uint32_t list,
		      const struct asst__granting *granting, const struct asst__call *call)
{
	bool pending = granting->level != 0;
	struct asst__string principal;
	struct asst__view grant;
	size_t i, at = 0;

	for (i = 0; i < asst__view_count(granting->acl, ASST__ACL_GRANTS); i++) {
		grant = asst__view_item(granting->acl, ASST__ACL_GRANTS, i);
		principal = asst__view_text(&grant, ASST__GRANT_PRINCIPAL);
		if (!kept(granting, &grant, call))
			continue;
		if (pending &&
		    asst__key_compare(granting->principal.text, granting->principal.size,
				      principal.text, principal.size) < 0) {
			add_grant(record, list, at++, granting, call);
			pending = false;
		}
		copy_grant(record, list, at++, &grant);
	}
	if (pending)
		add_grant(record, list, at, granting, call);
}

int asst__grants_write(asst_buf **out, const struct asst__granting *granting,
		       const struct asst__call *call)
{
	size_t count = asst__grants_kept(granting, call) + (granting->level != 0);
	struct asst__record record;
	uint32_t root, list;

	*out = NULL;
	if (!count)
		return ASST_OK;
	root = asst__record_begin(&record, &asst__acl_schema, 0, &call->store->mem);
	list = root ? asst__record_list(&record, root, ASST__ACL_GRANTS, count) : 0;
	if (list)
		write_all(&record, list, granting, call);
	return asst__record_end(out, &record, call->err);
}

int asst__grants_tidy(struct asst__view *stay, struct asst__change *change,
		      const struct asst__loaded *loaded)
{
	const struct asst__granting none = { .acl = &loaded->acl.view };
	asst_buf *buf = NULL;
	int status;

	*stay = loaded->acl.view;
	if (asst__grants_kept(&none, change->call) == asst__view_count(stay, ASST__ACL_GRANTS))
		return ASST_OK;
	status = asst__grants_write(&buf, &none, change->call);
	memset(stay, 0, sizeof(*stay));
	if (status == ASST_OK && buf)
		status = asst__view_open(stay, &asst__acl_schema, asst_buf_data(buf),
					 asst_buf_size(buf), change->call->err);
	if (status == ASST_OK)
		asst__grants_put(change, loaded->id, buf);
	asst_buf_free(buf);
	return status;
}

void asst__grants_put(struct asst__change *change, const unsigned char id[ASST__UUID_BYTES],
		      asst_buf *buf)
{
	struct asst__key key;

	asst__key_part(&key, id, ASST__PART_ACL);
	if (buf)
		asst__change_put(change, &key, buf);
	else
		asst__change_delete(change, &key);
}
