/* SPDX-License-Identifier: MIT */
/* The keyring of libsodium: XChaCha20-Poly1305 with a random nonce for each sealing. */
#include "base/fail.h"
#include "base/guarded.h"
#include "base/mem.h"

#include <assistant/sys/keyring.h>

#include <string.h>

#define KEYS_MOST 16
#define ID_MOST 64
#define TABLE_MOST 4096 /* no table will ever be larger */

/* The caller's table is cleared first: what fails leaves nothing in it that could be used. */
static int check(asst_keyring *keyring, size_t size, const char *const *ids, const void *keys,
		 size_t count, asst_error *err)
{
	asst__error_clear(err);
	if (keyring && size <= TABLE_MOST)
		memset(keyring, 0, size);
	if (!keyring || !ids || !keys || count < 1 || count > KEYS_MOST)
		return asst__fail(err, ASST_EINVAL, "needs a table, and 1 to %d keys with their ids",
				  KEYS_MOST);
	if (size < sizeof(*keyring) || size > TABLE_MOST || size % sizeof(void *))
		return asst__fail(err, ASST_EABI, "no release has a keyring table of %zu bytes",
				  size);
	for (size_t i = 0; i < count; i++) {
		size_t length = ids[i] ? strlen(ids[i]) : 0;

		if (length < 1 || length > ID_MOST ||
		    strspn(ids[i],
			   "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") !=
			    length)
			return asst__fail(err, ASST_EINVAL,
					  "the id of a key is 1 to 64 of A-Z a-z 0-9 . _ -");
		for (size_t k = 0; k < i; k++) {
			if (strcmp(ids[i], ids[k]) == 0)
				return asst__fail(err, ASST_EINVAL, "two keys have the same id");
		}
	}
	return ASST_OK;
}

#ifdef ASST_WITH_SODIUM

#include <sodium.h>

#define KEY_BYTES crypto_aead_xchacha20poly1305_ietf_KEYBYTES
#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_BYTES crypto_aead_xchacha20poly1305_ietf_ABYTES
#define CHECK_BYTES crypto_generichash_BYTES
#define HEAD_BYTES (NONCE_BYTES + CHECK_BYTES)

_Static_assert(KEY_BYTES == 32, "keys have 32 bytes");
_Static_assert(HEAD_BYTES + TAG_BYTES <= ASST_KEYRING_OVERHEAD, "a seal fits");

/* All of it in guarded memory. */
struct ring {
	size_t count;
	char ids[KEYS_MOST][ID_MOST + 1];
	unsigned char keys[KEYS_MOST][KEY_BYTES];
};

static const char *ring_current(void *user)
{
	const struct ring *ring = user;

	return ring->ids[0];
}

/* NULL where there is none of this id. */
static const unsigned char *find_key(const struct ring *ring, const char *id)
{
	size_t i = 0;

	while (i < ring->count && strcmp(ring->ids[i], id) != 0)
		i++;
	return i < ring->count ? ring->keys[i] : NULL;
}

/*
 * The cipher alone does not commit to its key: bytes can be made that open with two. A hash of key,
 * nonce, context and tag does (CTX of Chan and Rogaway, On Committing Authenticated Encryption).
 */
static void make_check(unsigned char check[CHECK_BYTES], const unsigned char *nonce,
		       const void *context, size_t context_size, const unsigned char *tag,
		       const unsigned char *key)
{
	crypto_generichash_state state;

	crypto_generichash_init(&state, key, KEY_BYTES, CHECK_BYTES);
	crypto_generichash_update(&state, nonce, NONCE_BYTES);
	crypto_generichash_update(&state, context, context_size);
	crypto_generichash_update(&state, tag, TAG_BYTES);
	crypto_generichash_final(&state, check, CHECK_BYTES);
	sodium_memzero(&state, sizeof(state));
}

/* Nonce, check, and what the cipher made, which ends with its tag. */
static int ring_seal(void *user, const char *key, void *sealed, size_t *sealed_size,
		     const void *value, size_t size, const void *context, size_t context_size)
{
	const unsigned char *bytes = find_key(user, key);
	unsigned char *out = sealed;
	unsigned long long written;

	if (!bytes)
		return ASST_EINTERNAL;
	randombytes_buf(out, NONCE_BYTES);
	if (crypto_aead_xchacha20poly1305_ietf_encrypt(out + HEAD_BYTES, &written, value, size,
						       context, context_size, NULL, out,
						       bytes) != 0)
		return ASST_EINTERNAL;
	*sealed_size = HEAD_BYTES + (size_t)written;
	make_check(out + NONCE_BYTES, out, context, context_size, out + *sealed_size - TAG_BYTES,
		   bytes);
	return ASST_OK;
}

static int ring_open(void *user, const char *key, void *value, size_t *size, const void *sealed,
		     size_t sealed_size, const void *context, size_t context_size)
{
	const unsigned char *bytes = find_key(user, key);
	const unsigned char *in = sealed;
	unsigned char check[CHECK_BYTES];
	unsigned long long written;

	if (!bytes || sealed_size < HEAD_BYTES + TAG_BYTES)
		return ASST_ECORRUPT;
	make_check(check, in, context, context_size, in + sealed_size - TAG_BYTES, bytes);
	if (sodium_memcmp(check, in + NONCE_BYTES, CHECK_BYTES) != 0 ||
	    crypto_aead_xchacha20poly1305_ietf_decrypt(value, &written, NULL, in + HEAD_BYTES,
						       sealed_size - HEAD_BYTES, context,
						       context_size, in, bytes) != 0)
		return ASST_ECORRUPT;
	*size = (size_t)written;
	return ASST_OK;
}

static void ring_destroy(void *user)
{
	asst__guarded_give_back(user, sizeof(struct ring));
}

int asst_keyring_new_sodium(struct asst_keyring *keyring, size_t size, const char *const *ids,
			    const void *keys, size_t count, asst_error *err)
{
	struct asst_keyring made = { .size = sizeof(made),
				     .current = ring_current,
				     .seal = ring_seal,
				     .open = ring_open,
				     .destroy = ring_destroy };
	struct ring *ring;
	int status = check(keyring, size, ids, keys, count, err);

	if (status != ASST_OK)
		return status;
	ring = asst__guarded_memory(sizeof(*ring));
	if (!ring)
		return asst__fail_nomem(err);
	memset(ring, 0, sizeof(*ring));
	ring->count = count;
	for (size_t i = 0; i < count; i++)
		memcpy(ring->ids[i], ids[i], strlen(ids[i]) + 1);
	memcpy(ring->keys, keys, count * KEY_BYTES);
	made.user = ring;
	memcpy(keyring, &made, sizeof(made));
	keyring->size = size;
	return ASST_OK;
}

#else

int asst_keyring_new_sodium(struct asst_keyring *keyring, size_t size, const char *const *ids,
			    const void *keys, size_t count, asst_error *err)
{
	int status = check(keyring, size, ids, keys, count, err);

	return status != ASST_OK ? status :
				   asst__fail(err, ASST_EUNSUPPORTED,
					      "this build has no libsodium");
}

#endif
