/* SPDX-License-Identifier: MIT */
/* The keyring table: what seals secrets and opens them again. */
#ifndef ASSISTANT_SYS_KEYRING_H
#define ASSISTANT_SYS_KEYRING_H

#include <assistant/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A sealed value may be larger than the value by so many bytes. */
#define ASST_KEYRING_OVERHEAD 256

/*
 * The methods may be called from any thread, in the middle of a write: they must not close the store,
 * and a write that they make may wait for a second first. They return ASST_OK or a negative status:
 * ASST_ECORRUPT where something does not open, whatever the reason; ASST_EIO, ASST_EBUSY,
 * ASST_ENOMEM, ASST_EUNSUPPORTED, ASST_EFORMAT, ASST_EINTERNAL, ASST_ECANCELED where they could not
 * do it. Others, above all those that say what a session may do, reach the caller as ASST_EBACKEND
 * with the value in asst_error_raw(). context binds a sealed value to its place and its key: it
 * opens with the same context alone.
 *
 * The id of the present key is asked for once for each value, before it is sealed; seal is told that
 * id. So a host may turn to another key at any time, but must know a key for as long as something is
 * sealed with it.
 */
struct asst_keyring {
	size_t size; /* sizeof(struct asst_keyring) where this table was compiled */
	void *user;  /* passed to every method */
	/* required: the id of the key that seals now, 1 to 64 bytes of [A-Za-z0-9._-], for as long as user lives */
	const char *(*current)(void *user);
	/* required: seal with the key of this id; sealed has room for size + ASST_KEYRING_OVERHEAD bytes */
	int (*seal)(void *user, const char *key, void *sealed, size_t *sealed_size,
		    const void *value, size_t size, const void *context, size_t context_size);
	/* required: open what the key of this id sealed; value has room for sealed_size bytes */
	int (*open)(void *user, const char *key, void *value, size_t *size, const void *sealed,
		    size_t sealed_size, const void *context, size_t context_size);
	/*
	 * may be NULL: seal anew, with the key to and its context, what the key from sealed with its
	 * own, so that the value does not leave the keyring; sealed has room for old_size +
	 * ASST_KEYRING_OVERHEAD bytes. NULL: it is opened and sealed.
	 */
	int (*rewrap)(void *user, const char *from, const char *to, void *sealed,
		      size_t *sealed_size, const void *old, size_t old_size,
		      const void *old_context, size_t old_context_size, const void *context,
		      size_t context_size);
	/* may be NULL: the last store is closed, and the options are freed */
	void (*destroy)(void *user);
	/* ---- end of 0.1; later slots go below, never above ---- */
};

/**
 * A keyring of libsodium's XChaCha20-Poly1305 with keys of the host.
 *
 * @param keyring  filled; its destroy wipes and frees the keys, also where it is never used. Where the
 *                 call fails, its size bytes are 0 (but with a size that no table has).
 * @param size     sizeof(*keyring).
 * @param ids      borrowed; the keys' ids, each 1 to 64 bytes of [A-Za-z0-9._-]; the first one is current.
 * @param keys     copied; 32 bytes for each id, one behind the other.
 * @param count    1 to 16.
 * @param err      may be NULL.
 * @return ASST_OK, ASST_EINVAL, ASST_EABI, ASST_EUNSUPPORTED (built without libsodium), ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_keyring_new_sodium(struct asst_keyring *keyring, size_t size,
				     const char *const *ids, const void *keys, size_t count,
				     asst_error *err);

#ifdef __cplusplus
}
#endif

#endif
