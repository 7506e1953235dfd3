/* SPDX-License-Identifier: MIT */
/* Sealing and opening by the store's keyring, with values in memory that is wiped. */
#ifndef ASST_SERVICE_KEYRING_H
#define ASST_SERVICE_KEYRING_H

#include "service/object.h"

#define ASST__SEALING_KEY_MAX 64 /* bytes of its id */

/* A sealed value and the id of the key that sealed it. */
struct asst__sealed {
	unsigned char *bytes;
	size_t size, room;
	char key[ASST__SEALING_KEY_MAX + 1];
};

/* ASST_EUNSUPPORTED without a keyring. */
int asst__keyring_check(const struct asst__call *call);
/* A description: UTF-8 of at most 500 characters. */
int asst__keyring_check_description(const char *description, const struct asst__call *call);
/* The id of the key that seals now; ASST_EBACKEND where the keyring has none. */
int asst__keyring_current(char key[ASST__SEALING_KEY_MAX + 1], const struct asst__call *call);
/* With the present key. *sealed is to be freed in any case. */
int asst__keyring_seal(struct asst__sealed *sealed, const struct asst__call *call,
		       const unsigned char id[ASST__UUID_BYTES], const char *name,
		       const void *value, size_t size);
void asst__sealed_free(struct asst__sealed *sealed, const struct asst__call *call);

/* Memory that is kept out of swap and core images where that can be had, and wiped at the end. */
struct asst__guarded {
	void *bytes;
	size_t size, room;
};

int asst__guarded_alloc(struct asst__guarded *guarded, size_t size, asst_error *err);
void asst__guarded_free(struct asst__guarded *guarded);

/* Open a sealed value; *value is to be freed in any case. ASST_ECORRUPT where it does not open. */
int asst__keyring_open(struct asst__guarded *value, const struct asst__call *call,
		       const unsigned char id[ASST__UUID_BYTES], const char *name,
		       struct asst__string key, struct asst__string sealed);

/*
 * Seal with the key sealed->key what another one sealed: in the keyring where it can do so, else
 * by way of memory that is wiped. *sealed is to be freed in any case.
 */
int asst__keyring_rewrap(struct asst__sealed *sealed, const struct asst__call *call,
			 const unsigned char id[ASST__UUID_BYTES], const char *name,
			 struct asst__string old_key, struct asst__string old);

#endif
