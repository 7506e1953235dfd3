/* SPDX-License-Identifier: MIT */
/*
 * Keys of records within a workspace's partition. libassistant_internals(7) has the table.
 * Ids are 16 bytes; numbers are big endian, so that their order is that of the bytes.
 */
#ifndef ASST_SERVICE_KEYS_H
#define ASST_SERVICE_KEYS_H

#include "base/uuid.h"
#include "model/record.h"

/* type, principal, NUL, class, sort, value of 64 bytes, NUL, id; with room to spare */
#define ASST__KEY_MAX 320

struct asst__key {
	size_t size;
	unsigned char bytes[ASST__KEY_MAX];
};

/* Parts of an assistant, neighbours. */
#define ASST__PART_ACL 'a'
#define ASST__PART_DEF 'd'
#define ASST__PART_HEAD 'h'
#define ASST__PART_MARK 'm'    /* + number of a version */
#define ASST__PART_SECRET 's'  /* + name */
#define ASST__PART_TOKEN 't'   /* + id */
#define ASST__PART_DRAFT 'r'   /* + principal */
#define ASST__PART_VERSION 'v' /* + number */

void asst__key_part(struct asst__key *key, const unsigned char id[ASST__UUID_BYTES], char part);
void asst__key_draft(struct asst__key *key, const unsigned char id[ASST__UUID_BYTES],
		     struct asst__string principal);
void asst__key_version(struct asst__key *key, const unsigned char id[ASST__UUID_BYTES],
		       uint64_t number);
void asst__key_mark(struct asst__key *key, const unsigned char id[ASST__UUID_BYTES],
		    uint64_t number);
/* All drafts of a principal, by their own ids; draft_id NULL: what all of them begin with. */
void asst__key_own_draft(struct asst__key *key, struct asst__string principal,
			 const unsigned char *draft_id);
/* From a draft's own id to the assistant and the principal. */
void asst__key_draft_id(struct asst__key *key, const unsigned char id[ASST__UUID_BYTES]);
void asst__key_slug(struct asst__key *key, struct asst__string owner, struct asst__string slug);
/* From an assistant to a dispatcher that leads to it; dispatcher NULL: what all begin with. */
void asst__key_routed(struct asst__key *key, const unsigned char id[ASST__UUID_BYTES],
		      const unsigned char *dispatcher);
/* Events: this and the batch's sequence. */
void asst__key_event(struct asst__key *key);
void asst__key_event_at(struct asst__key *key, uint64_t sequence);
/* Up to which sequence events are no longer kept: 8 bytes. */
void asst__key_floor(struct asst__key *key);

/* The index that lists are made from. */
#define ASST__CLASS_READ 'r'
#define ASST__CLASS_TRASH 't'
#define ASST__CLASS_WRITE 'w'
#define ASST__SORT_KEY_CREATED 'c'
#define ASST__SORT_KEY_NAME 'n'
#define ASST__SORT_KEY_UPDATED 'u'

/*
 * The value of an entry: a byte with the level that is granted and flags, and 8 bytes with the
 * time at which the grant ends, 0 for never.
 */
#define ASST__ENTRY_BYTES 9
#define ASST__ENTRY_LEVEL 0x0fu
#define ASST__ENTRY_OWNER 0x20u       /* the principal owns it, or is "*" */
#define ASST__ENTRY_CREATOR 0x40u     /* the principal created it; only with the next one */
#define ASST__ENTRY_UNPUBLISHED 0x80u /* it has no version yet */

/* So much of a name is sorted by. */
#define ASST__SORT_NAME_BYTES 64

/* What an entry is sorted by: a time as 8 bytes, or a folded name and a NUL. */
struct asst__sort_value {
	size_t size;
	unsigned char bytes[66];
};

void asst__sort_time(struct asst__sort_value *value, int64_t ms);
/* ASCII letters in lower case; no locale. */
static inline char asst__sort_fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Folded, at most 64 bytes. */
void asst__sort_name(struct asst__sort_value *value, struct asst__string name);

/* All entries of a principal and class in one order begin with this. */
void asst__key_index_prefix(struct asst__key *key, struct asst__string principal, char class,
			    char sort);
void asst__key_index(struct asst__key *key, struct asst__string principal, char class, char sort,
		     const struct asst__sort_value *value,
		     const unsigned char id[ASST__UUID_BYTES]);
/* Turn a prefix into the end of the range of all keys that begin with it. */
void asst__key_end(struct asst__key *key);

/* The directory: users and teams by their identifiers; id NULL: what all begin with. */
#define ASST__DIRECTORY_USER 'u'
#define ASST__DIRECTORY_TEAM 't'
void asst__key_directory(struct asst__key *key, char kind, const char *id);
/* A user's role in a team; user NULL: what all of the team begin with. */
void asst__key_member(struct asst__key *key, struct asst__string team, const char *user);
/* API keys by their ids; id NULL: what all begin with. */
void asst__key_api(struct asst__key *key, const unsigned char *id);
/* From a creator to its keys; id NULL: what all of the creator begin with. */
void asst__key_api_of(struct asst__key *key, struct asst__string creator, const unsigned char *id);
/* From a credential's hash to what it is of. */
void asst__key_credential(struct asst__key *key, const unsigned char hash[32]);
void asst__key_secret(struct asst__key *key, const unsigned char id[ASST__UUID_BYTES],
		      const char *name);
void asst__key_token(struct asst__key *key, const unsigned char id[ASST__UUID_BYTES],
		     const unsigned char token[ASST__UUID_BYTES]);

uint64_t asst__big_endian(const unsigned char *bytes); /* 8 of them */

#endif
