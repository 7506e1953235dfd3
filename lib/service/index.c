/* SPDX-License-Identifier: MIT */
/*
 * The index that lists are made from: for each principal with a right on an assistant, one
 * entry in each order. What changes is written; what stays is left alone.
 */
#include "service/write.h"
#include "storage/query.h"

#include <string.h>

/* Owner, grantees, "*" for who sees everything, and the creator. */
#define ENTRIES_MAX (ASST__GRANTS_MAX + 3)

struct entry {
	struct asst__string principal;
	char class;
	unsigned char value[ASST__ENTRY_BYTES];
};

struct entries {
	size_t count;
	struct entry items[ENTRIES_MAX];
	struct asst__sort_value created, updated, name;
};

static const char sorts[] = { ASST__SORT_KEY_CREATED, ASST__SORT_KEY_NAME, ASST__SORT_KEY_UPDATED };

static const struct asst__sort_value *sort_value(const struct entries *entries, char sort)
{
	if (sort == ASST__SORT_KEY_CREATED)
		return &entries->created;
	return sort == ASST__SORT_KEY_NAME ? &entries->name : &entries->updated;
}

static struct entry *find(struct entries *entries, struct asst__string principal)
{
	size_t i;

	for (i = 0; i < entries->count; i++) {
		if (asst__same(entries->items[i].principal, principal))
			return &entries->items[i];
	}
	return NULL;
}

/* The entry of a principal, made where there is none yet. */
static struct entry *add(struct entries *entries, struct asst__string principal, char class,
			 const struct asst__head *head)
{
	struct entry *entry = find(entries, principal);

	if (entry || !principal.text || entries->count == ENTRIES_MAX)
		return entry;
	entry = &entries->items[entries->count++];
	memset(entry, 0, sizeof(*entry));
	entry->principal = principal;
	entry->class = head->deleted_at ? ASST__CLASS_TRASH : class;
	entry->value[0] = head->version ? 0 : ASST__ENTRY_UNPUBLISHED;
	return entry;
}

static void add_owner(struct entries *entries, struct asst__string principal,
		      const struct asst__head *head)
{
	struct entry *entry = add(entries, principal, ASST__CLASS_WRITE, head);

	if (entry)
		entry->value[0] |= ASST__ENTRY_OWNER;
}

static void add_grant(struct entries *entries, const struct asst__view *grant,
		      const struct asst__head *head)
{
	int64_t level = asst__view_int(grant, ASST__GRANT_LEVEL, 0);
	uint64_t expires = (uint64_t)asst__view_int(grant, ASST__GRANT_EXPIRES_AT, 0);
	struct entry *entry =
		add(entries, asst__view_text(grant, ASST__GRANT_PRINCIPAL),
		    level >= ASST_LEVEL_WRITE ? ASST__CLASS_WRITE : ASST__CLASS_READ, head);
	int i;

	if (!entry)
		return;
	entry->value[0] |= (unsigned char)(level & ASST__ENTRY_LEVEL);
	for (i = 0; i < 8; i++)
		entry->value[1 + i] = (unsigned char)(expires >> (56 - 8 * i));
}

/* What is not published yet is seen by its creator with less than others need. */
static void add_creator(struct entries *entries, const struct asst__head *head)
{
	struct entry *entry;

	if (head->version || strncmp(head->created_by.text, "user:", 5) != 0)
		return;
	entry = add(entries, head->created_by, ASST__CLASS_READ, head);
	if (entry)
		entry->value[0] |= ASST__ENTRY_CREATOR;
}

/* By principal; grants are kept in that order already. */
static void sort_entries(struct entries *entries)
{
	struct entry moving;
	size_t i, k;

	for (i = 1; i < entries->count; i++) {
		moving = entries->items[i];
		for (k = i; k > 0 && asst__key_compare(moving.principal.text, moving.principal.size,
						      entries->items[k - 1].principal.text,
						      entries->items[k - 1].principal.size) < 0;
		     k--)
			entries->items[k] = entries->items[k - 1];
		entries->items[k] = moving;
	}
}

static void collect(struct entries *entries, const struct asst__indexed *state)
{
	const struct asst__head *head = state->head;
	size_t i, grants = asst__view_count(state->acl, ASST__ACL_GRANTS);
	struct asst__view grant;

	if (head->purged_at)
		return;
	asst__sort_time(&entries->created, head->created_at);
	asst__sort_time(&entries->updated, head->deleted_at ? head->deleted_at : head->updated_at);
	asst__sort_name(&entries->name, head->name);
	add_owner(entries, head->owner, head);
	add_owner(entries, ASST__STRING("*"), head);
	for (i = 0; i < grants; i++) {
		grant = asst__view_item(state->acl, ASST__ACL_GRANTS, i);
		add_grant(entries, &grant, head);
	}
	add_creator(entries, head);
	sort_entries(entries);
}

static bool same_key(const struct entries *from, const struct entry *a, const struct entries *to,
		     const struct entry *b, char sort)
{
	const struct asst__sort_value *x = sort_value(from, sort), *y = sort_value(to, sort);

	return a && b && a->class == b->class && x->size == y->size &&
	       memcmp(x->bytes, y->bytes, x->size) == 0;
}

/* One principal: b takes the place of a; either may be NULL. */
static void change_entry(struct asst__change *change, const unsigned char id[ASST__UUID_BYTES],
			 const struct entries *from, const struct entry *a,
			 const struct entries *to, const struct entry *b)
{
	struct asst__key key;
	size_t i;

	for (i = 0; i < sizeof(sorts); i++) {
		bool same = same_key(from, a, to, b, sorts[i]);

		if (a && !same) {
			asst__key_index(&key, a->principal, a->class, sorts[i],
					sort_value(from, sorts[i]), id);
			asst__change_delete(change, &key);
		}
		if (b && !(same && memcmp(a->value, b->value, ASST__ENTRY_BYTES) == 0)) {
			asst__key_index(&key, b->principal, b->class, sorts[i],
					sort_value(to, sorts[i]), id);
			asst__change_put_bytes(change, &key, b->value, ASST__ENTRY_BYTES);
		}
	}
}

static void change_entries(struct asst__change *change, const unsigned char id[ASST__UUID_BYTES],
			   const struct entries *from, const struct entries *to)
{
	const struct entry *a, *b;
	size_t i = 0, k = 0;
	int order;

	while (i < from->count || k < to->count) {
		a = i < from->count ? &from->items[i] : NULL;
		b = k < to->count ? &to->items[k] : NULL;
		order = !a ? 1 : !b ? -1 : asst__key_compare(a->principal.text, a->principal.size,
							     b->principal.text, b->principal.size);
		if (order < 0)
			b = NULL;
		else if (order > 0)
			a = NULL;
		change_entry(change, id, from, a, to, b);
		i += a != NULL;
		k += b != NULL;
	}
}

void asst__change_index(struct asst__change *change, const unsigned char id[ASST__UUID_BYTES],
			const struct asst__indexed *from, const struct asst__indexed *to)
{
	const struct asst__mem *mem = &change->call->store->mem;
	struct entries *both;

	if (change->status != ASST_OK)
		return;
	both = asst__alloc(mem, 2 * sizeof(*both));
	if (!both) {
		change->status = asst__fail_nomem(change->call->err);
		return;
	}
	both[0].count = both[1].count = 0;
	if (from)
		collect(&both[0], from);
	if (to)
		collect(&both[1], to);
	change_entries(change, id, &both[0], &both[1]);
	asst__free(mem, both, 2 * sizeof(*both));
}
