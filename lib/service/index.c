/* SPDX-License-Identifier: MIT */
/*
 * The index that lists are made from: for each principal with a right on an assistant, one
 * entry in each order. What changes is written; what stays is left alone.
 */
#include "service/write.h"
#include "storage/query.h"

#include <string.h>

/* The value of an entry: level and expiry of what gives the right. */
#define ENTRY_BYTES 9

/* Owner, grantees, and "*" for who sees everything. */
#define ENTRIES_MAX (ASST__GRANTS_MAX + 2)

struct entry {
	struct asst__string principal;
	char class;
	unsigned char value[ENTRY_BYTES];
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

static void add(struct entries *entries, struct asst__string principal, int level, int64_t expires,
		bool deleted)
{
	struct entry *entry = &entries->items[entries->count];
	int i;

	if (!principal.text || entries->count == ENTRIES_MAX)
		return;
	entries->count++;
	entry->principal = principal;
	entry->class = level >= ASST_LEVEL_WRITE ? ASST__CLASS_WRITE : ASST__CLASS_READ;
	if (deleted)
		entry->class = ASST__CLASS_TRASH;
	entry->value[0] = (unsigned char)level;
	for (i = 0; i < 8; i++)
		entry->value[1 + i] = (unsigned char)((uint64_t)expires >> (56 - 8 * i));
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
	bool deleted = head->deleted_at != 0;
	size_t i, grants = asst__view_count(state->acl, ASST__ACL_GRANTS);
	struct asst__string principal;
	struct asst__view grant;

	asst__sort_time(&entries->created, head->created_at);
	asst__sort_time(&entries->updated, deleted ? head->deleted_at : head->updated_at);
	asst__sort_name(&entries->name, head->name);
	add(entries, head->owner, ASST__LEVEL_OWNER, 0, deleted);
	add(entries, ASST__STRING("*"), ASST__LEVEL_OWNER, 0, deleted);
	for (i = 0; i < grants; i++) {
		grant = asst__view_item(state->acl, ASST__ACL_GRANTS, i);
		principal = asst__view_text(&grant, ASST__GRANT_PRINCIPAL);
		/* An owner's own entry finds it already. */
		if (!asst__same(principal, head->owner))
			add(entries, principal, (int)asst__view_int(&grant, ASST__GRANT_LEVEL, 0),
			    asst__view_int(&grant, ASST__GRANT_EXPIRES_AT, 0), deleted);
	}
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
			 const struct entries *from, const struct entry *a, const struct entries *to,
			 const struct entry *b)
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
		if (b && !(same && memcmp(a->value, b->value, ENTRY_BYTES) == 0)) {
			asst__key_index(&key, b->principal, b->class, sorts[i],
					sort_value(to, sorts[i]), id);
			asst__change_put_bytes(change, &key, b->value, ENTRY_BYTES);
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
