/* SPDX-License-Identifier: MIT */
/*
 * Credentials as text: "asst_key_" or "asst_token_", the workspace's tag (11), a secret (43) and a
 * checksum (6), in base 62. The store keeps the hash of the text, never the text.
 */
#ifndef ASST_SERVICE_CREDENTIALS_H
#define ASST_SERVICE_CREDENTIALS_H

#include "service/write.h"

#define ASST__CREDENTIAL_MAX 80

struct asst__credential {
	char text[ASST__CREDENTIAL_MAX];
	unsigned char hash[ASST__HASH_BYTES];
	char hash_text[2 * ASST__HASH_BYTES + 1];
};

/* Make one for the call's workspace, which must be in the directory of workspaces. */
int asst__credential_make(struct asst__credential *credential, bool is_key,
			  const struct asst__call *call);
/* Everything that can be seen without the store. False: it is none. */
bool asst__credential_parse(const char *text, size_t size, bool *is_key, uint64_t *tag);
/* ASST_EUNSUPPORTED without a principal source or libsodium. */
int asst__credential_check(const struct asst__call *call);
/* Wipe it. */
void asst__credential_wipe(struct asst__credential *credential);

/*
 * Read and check the document of a new credential: the record's tree, with expiresAt in its
 * bounds. The tree is owned.
 */
int asst__credential_document(asst__json **tree, const struct asst__schema *schema,
			      const char *json, size_t size, const struct asst__call *call);

/* Whether a key is neither revoked nor expired. */
bool asst__key_in_force(const struct asst__view *key, int64_t now);
/* Whether a record's hash is this one, and it is in force. */
bool asst__key_works(const struct asst__view *key, const unsigned char hash[ASST__HASH_BYTES],
		     int64_t now);
bool asst__token_works(const struct asst__view *token, const unsigned char hash[ASST__HASH_BYTES],
		       int64_t now);
bool asst__key_has_scope(const struct asst__view *key, const char *scope);

/* What a credential's hash leads to: a kind, the id, and the assistant's of a token. */
#define ASST__POINTER_KEY 'k'
#define ASST__POINTER_TOKEN 't'
#define ASST__POINTER_BYTES (1 + 2 * ASST__UUID_BYTES)

void asst__change_credential(struct asst__change *change,
			     const unsigned char hash[ASST__HASH_BYTES], char kind,
			     const unsigned char id[ASST__UUID_BYTES],
			     const unsigned char *assistant);
/* Take the pointer of a hash, in hexadecimal, out; text NULL: nothing. */
void asst__change_drop_hash(struct asst__change *change, struct asst__string hash);

/* Faults of a document's restrictions: from nowhere a token could not be used. */
void asst__peer_check(struct asst__check *check, const asst__json *tree);
/* Whether an address fits a token's restrictions. */
bool asst__peer_fits(const struct asst__view *token, const char *peer);

#endif
