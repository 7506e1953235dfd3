/* SPDX-License-Identifier: MIT */
/*
 * The hash table: linear probing, at most three quarters full, no tombstones. It grows by half,
 * and slots stand in about the order of their hashes, so that growing goes along both tables.
 */
#include "storage/hash.h"

#include <string.h>

#define FIRST_ROOM 16

void asst__hash_init(struct asst__hash *hash, const struct asst__mem *mem, uint64_t seed)
{
	hash->mem = mem;
	hash->seed = seed;
	hash->count = 0;
	hash->room = 0;
	hash->slots = NULL;
}

void asst__hash_dispose(struct asst__hash *hash)
{
	asst__free(hash->mem, hash->slots, hash->room * sizeof(*hash->slots));
}

static inline uint64_t rotate(uint64_t x, unsigned by)
{
	return x << by | x >> (64 - by);
}

struct sip {
	uint64_t a, b, c, d;
};

static inline struct sip sip_round(struct sip v)
{
	v.a += v.b;
	v.c += v.d;
	v.b = rotate(v.b, 13) ^ v.a;
	v.d = rotate(v.d, 16) ^ v.c;
	v.a = rotate(v.a, 32);
	v.c += v.b;
	v.a += v.d;
	v.b = rotate(v.b, 17) ^ v.c;
	v.d = rotate(v.d, 21) ^ v.a;
	v.c = rotate(v.c, 32);
	return v;
}

static inline struct sip sip_word(struct sip v, uint64_t word)
{
	v.d ^= word;
	v = sip_round(v);
	v.a ^= word;
	return v;
}

/*
 * SipHash with one round a word and three at the end; its second key half is derived from the
 * seed. Words are read in the machine's order: hashes are never stored.
 */
uint32_t asst__hash_key(const struct asst__hash *hash, const void *key, size_t size)
{
	uint64_t k0 = hash->seed, k1 = rotate(hash->seed, 29) ^ UINT64_C(0x9e3779b97f4a7c15);
	struct sip v = { k0 ^ UINT64_C(0x736f6d6570736575), k1 ^ UINT64_C(0x646f72616e646f6d),
			 k0 ^ UINT64_C(0x6c7967656e657261), k1 ^ UINT64_C(0x7465646279746573) };
	const unsigned char *bytes = key;
	uint64_t word, last = (uint64_t)size << 56;
	size_t left;

	for (left = size; left >= 8; left -= 8, bytes += 8) {
		memcpy(&word, bytes, 8);
		v = sip_word(v, word);
	}
	for (size_t i = 0; i < left; i++)
		last |= (uint64_t)bytes[i] << 8 * i;
	v = sip_word(v, last);
	v.c ^= 0xff;
	v = sip_round(sip_round(sip_round(v)));
	word = v.a ^ v.b ^ v.c ^ v.d;
	return (uint32_t)(word ^ word >> 32);
}

/* A slot: an entry's address, whose low bits are 0, with bits of its hash in their place. */
#define TAG_MASK ((uintptr_t)ASST__HASH_TAGS)

/* The lowest bits: those that say the least about where the slot is. */
static uintptr_t tag_of(uint32_t code)
{
	return code & TAG_MASK;
}

static size_t home_of(uint32_t code, size_t room)
{
	return (size_t)((uint64_t)code * room >> 32);
}

static size_t next_slot(size_t i, size_t room)
{
	return i + 1 < room ? i + 1 : 0;
}

static uintptr_t make_slot(const struct asst__entry *entry)
{
	return (uintptr_t)entry | tag_of(entry->hash);
}

struct asst__entry *asst__hash_entry(const uintptr_t *slot)
{
	return (struct asst__entry *)(*slot & ~TAG_MASK);
}

static size_t free_slot(const uintptr_t *slots, size_t room, uint32_t code)
{
	size_t i = home_of(code, room);

	while (slots[i])
		i = next_slot(i, room);
	return i;
}

/* Entries lie anywhere in memory: so many slots ahead they are asked for. */
#define AHEAD 8

static void move_slots(const struct asst__hash *hash, uintptr_t *slots, size_t room)
{
	const struct asst__entry *entry;

	for (size_t i = 0; i < hash->room; i++) {
		if (i + AHEAD < hash->room)
			ASST__PREFETCH(asst__hash_entry(&hash->slots[i + AHEAD]));
		if (!hash->slots[i])
			continue;
		entry = asst__hash_entry(&hash->slots[i]);
		slots[free_slot(slots, room, entry->hash)] = hash->slots[i];
	}
}

bool asst__hash_reserve(struct asst__hash *hash, size_t more)
{
	size_t room = hash->room ? hash->room + hash->room / 2 : FIRST_ROOM;
	size_t need, bytes;
	uintptr_t *slots;

	if (!asst__add(&need, hash->count, more))
		return false;
	if (need <= hash->room - hash->room / 4 && hash->room)
		return true;
	/* No less than one slot stays empty: what ends a search. */
	if (!asst__add(&need, need, need / 3 + 1))
		return false;
	if (room < need)
		room = need;
	if (!asst__multiply(&bytes, room, sizeof(*slots)))
		return false;
	slots = asst__alloc_zeroed(hash->mem, bytes);
	if (!slots)
		return false;
	move_slots(hash, slots, room);
	asst__hash_dispose(hash);
	hash->slots = slots;
	hash->room = room;
	return true;
}

uintptr_t *asst__hash_find(const struct asst__hash *hash, uint32_t code, const void *key,
			   size_t size)
{
	const struct asst__entry *entry;
	uintptr_t tag = tag_of(code);
	size_t i;

	if (!hash->count)
		return NULL;
	for (i = home_of(code, hash->room); hash->slots[i]; i = next_slot(i, hash->room)) {
		/* Mostly tells another entry's slot without a look at the entry. */
		if ((hash->slots[i] & TAG_MASK) != tag)
			continue;
		entry = asst__hash_entry(&hash->slots[i]);
		if (entry->hash == code && entry->key_size == size &&
		    memcmp(asst__entry_key(entry), key, size) == 0)
			return &hash->slots[i];
	}
	return NULL;
}

/* The processor loads several of these at a time, which is what makes asking ahead worth it. */
void asst__hash_prefetch(const struct asst__hash *hash, uint32_t code)
{
	if (hash->count)
		ASST__PREFETCH(&hash->slots[home_of(code, hash->room)]);
}

void asst__hash_prefetch_entry(const struct asst__hash *hash, uint32_t code)
{
	uintptr_t tag = tag_of(code);
	size_t i;

	if (!hash->count)
		return;
	for (i = home_of(code, hash->room); hash->slots[i]; i = next_slot(i, hash->room)) {
		if ((hash->slots[i] & TAG_MASK) == tag) {
			ASST__PREFETCH(asst__hash_entry(&hash->slots[i]));
			return;
		}
	}
}

void asst__hash_insert(struct asst__hash *hash, struct asst__entry *entry)
{
	hash->slots[free_slot(hash->slots, hash->room, entry->hash)] = make_slot(entry);
	hash->count++;
}

void asst__hash_replace(uintptr_t *slot, const struct asst__entry *entry)
{
	*slot = make_slot(entry);
}

/* How many slots behind `from` a slot is, around the end of the table. */
static size_t distance(size_t from, size_t to, size_t room)
{
	return to >= from ? to - from : to + room - from;
}

void asst__hash_remove(struct asst__hash *hash, uintptr_t *slot)
{
	size_t hole = (size_t)(slot - hash->slots), room = hash->room;

	/* Pull back what was pushed past the hole, so that no search stops at it too early. */
	for (size_t i = next_slot(hole, room); hash->slots[i]; i = next_slot(i, room)) {
		size_t home = home_of(asst__hash_entry(&hash->slots[i])->hash, room);

		if (distance(home, i, room) >= distance(hole, i, room)) {
			hash->slots[hole] = hash->slots[i];
			hole = i;
		}
	}
	hash->slots[hole] = 0;
	hash->count--;
}
