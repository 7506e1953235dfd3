/* SPDX-License-Identifier: MIT */
/* Keys of records within a workspace's partition. */
#include "service/keys.h"

#include <string.h>

static void add(struct asst__key *key, const void *bytes, size_t size)
{
	/* All parts are bounded by their own limits; never past the end whatever is stored. */
	if (size > sizeof(key->bytes) - key->size)
		size = sizeof(key->bytes) - key->size;
	if (size)
		memcpy(key->bytes + key->size, bytes, size);
	key->size += size;
}

static void add_byte(struct asst__key *key, char byte)
{
	add(key, &byte, 1);
}

static void big_endian(unsigned char bytes[8], uint64_t value)
{
	int i;

	for (i = 7; i >= 0; i--) {
		bytes[i] = (unsigned char)(value & 0xff);
		value >>= 8;
	}
}

uint64_t asst__big_endian(const unsigned char *bytes)
{
	uint64_t value = 0;
	int i;

	for (i = 0; i < 8; i++)
		value = value << 8 | bytes[i];
	return value;
}

void asst__key_part(struct asst__key *key, const unsigned char id[ASST__UUID_BYTES], char part)
{
	key->size = 0;
	add_byte(key, 'A');
	add(key, id, ASST__UUID_BYTES);
	add_byte(key, part);
}

void asst__key_draft(struct asst__key *key, const unsigned char id[ASST__UUID_BYTES],
		     struct asst__string principal)
{
	asst__key_part(key, id, ASST__PART_DRAFT);
	add(key, principal.text, principal.size);
}

static void numbered_part(struct asst__key *key, const unsigned char id[ASST__UUID_BYTES],
			  char part, uint64_t number)
{
	unsigned char bytes[8];

	asst__key_part(key, id, part);
	big_endian(bytes, number);
	add(key, bytes, sizeof(bytes));
}

void asst__key_version(struct asst__key *key, const unsigned char id[ASST__UUID_BYTES],
		       uint64_t number)
{
	numbered_part(key, id, ASST__PART_VERSION, number);
}

void asst__key_mark(struct asst__key *key, const unsigned char id[ASST__UUID_BYTES],
		    uint64_t number)
{
	numbered_part(key, id, ASST__PART_MARK, number);
}

void asst__key_own_draft(struct asst__key *key, struct asst__string principal,
			 const unsigned char *draft_id)
{
	key->size = 0;
	add_byte(key, 'R');
	add(key, principal.text, principal.size);
	add_byte(key, '\0');
	if (draft_id)
		add(key, draft_id, ASST__UUID_BYTES);
}

void asst__key_draft_id(struct asst__key *key, const unsigned char id[ASST__UUID_BYTES])
{
	key->size = 0;
	add_byte(key, 'D');
	add(key, id, ASST__UUID_BYTES);
}

void asst__key_slug(struct asst__key *key, struct asst__string owner, struct asst__string slug)
{
	key->size = 0;
	add_byte(key, 'S');
	add(key, owner.text, owner.size);
	add_byte(key, '\0');
	add(key, slug.text, slug.size);
}

void asst__key_routed(struct asst__key *key, const unsigned char id[ASST__UUID_BYTES],
		      const unsigned char *dispatcher)
{
	key->size = 0;
	add_byte(key, 'B');
	add(key, id, ASST__UUID_BYTES);
	if (dispatcher)
		add(key, dispatcher, ASST__UUID_BYTES);
}

void asst__key_event(struct asst__key *key)
{
	key->size = 0;
	add_byte(key, 'E');
}

void asst__key_event_at(struct asst__key *key, uint64_t sequence)
{
	unsigned char bytes[8];

	asst__key_event(key);
	big_endian(bytes, sequence);
	add(key, bytes, sizeof(bytes));
}

void asst__key_floor(struct asst__key *key)
{
	key->size = 0;
	add_byte(key, 'F');
}

void asst__sort_time(struct asst__sort_value *value, int64_t ms)
{
	value->size = 8;
	/* Times before 1970 come first. */
	big_endian(value->bytes, (uint64_t)ms ^ (UINT64_C(1) << 63));
}

void asst__sort_name(struct asst__sort_value *value, struct asst__string name)
{
	size_t i;

	for (i = 0; i < name.size && i < ASST__SORT_NAME_BYTES; i++)
		value->bytes[i] = (unsigned char)asst__sort_fold(name.text[i]);
	value->bytes[i] = '\0';
	value->size = i + 1;
}

void asst__key_index_prefix(struct asst__key *key, struct asst__string principal, char class,
			    char sort)
{
	key->size = 0;
	add_byte(key, 'I');
	add(key, principal.text, principal.size);
	add_byte(key, '\0');
	add_byte(key, class);
	add_byte(key, sort);
}

void asst__key_index(struct asst__key *key, struct asst__string principal, char class, char sort,
		     const struct asst__sort_value *value, const unsigned char id[ASST__UUID_BYTES])
{
	asst__key_index_prefix(key, principal, class, sort);
	add(key, value->bytes, value->size);
	add(key, id, ASST__UUID_BYTES);
}

void asst__key_end(struct asst__key *key)
{
	/* Prefixes end in a letter, a NUL or a number here: none is all ones. */
	while (key->bytes[key->size - 1] == 0xff)
		key->size--;
	key->bytes[key->size - 1]++;
}

void asst__key_directory(struct asst__key *key, char kind, const char *id)
{
	key->size = 0;
	add_byte(key, 'P');
	add_byte(key, kind);
	if (id)
		add(key, id, strlen(id));
}

void asst__key_member(struct asst__key *key, struct asst__string team, const char *user)
{
	key->size = 0;
	add_byte(key, 'M');
	add(key, team.text, team.size);
	add_byte(key, '\0');
	if (user)
		add(key, user, strlen(user));
}

void asst__key_api(struct asst__key *key, const unsigned char *id)
{
	key->size = 0;
	add_byte(key, 'K');
	if (id)
		add(key, id, ASST__UUID_BYTES);
}

void asst__key_api_of(struct asst__key *key, struct asst__string creator, const unsigned char *id)
{
	key->size = 0;
	add_byte(key, 'L');
	add(key, creator.text, creator.size);
	add_byte(key, '\0');
	if (id)
		add(key, id, ASST__UUID_BYTES);
}

void asst__key_credential(struct asst__key *key, const unsigned char hash[32])
{
	key->size = 0;
	add_byte(key, 'C');
	add(key, hash, 32);
}

void asst__key_secret(struct asst__key *key, const unsigned char id[ASST__UUID_BYTES],
		      const char *name)
{
	asst__key_part(key, id, ASST__PART_SECRET);
	add(key, name, strlen(name));
}

void asst__key_token(struct asst__key *key, const unsigned char id[ASST__UUID_BYTES],
		     const unsigned char token[ASST__UUID_BYTES])
{
	asst__key_part(key, id, ASST__PART_TOKEN);
	add(key, token, ASST__UUID_BYTES);
}
