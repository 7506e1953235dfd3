/* SPDX-License-Identifier: MIT */
/* API keys: what making, changing and listing them share. */
#ifndef ASST_SERVICE_API_KEYS_H
#define ASST_SERVICE_API_KEYS_H

#include "service/credentials.h"

struct asst__api_key {
	struct asst__call *call;
	asst__json *tree; /* the document of a new one */
	const char *id_text; /* of one that is there */
	int64_t overlap;
	unsigned char id[ASST__UUID_BYTES];
	struct asst__credential credential;
	/* of one attempt */
	struct asst__part part;
	asst_buf *record;
	bool wanted;
	asst_buf *shown; /* what the caller gets, made before the write: it cannot fail behind it */
};

void asst__api_key_reset(struct asst__api_key *key);
/* Everything but the hashes. */
void asst__api_key_write(struct asst__text *out, const struct asst__view *view,
			 const char *credential);
/* Prepare what the caller gets of the record, and hand it out when that is written. */
int asst__api_key_show(struct asst__api_key *key);
void asst__api_key_give(asst_buf **out, struct asst__api_key *key);
void asst__api_key_event(struct asst__change *change, const struct asst__api_key *key,
			 const char *action);
/* Whether the caller may have a new text of a key now; again where a race was lost. */
int asst__api_key_may_make(const struct asst__call *call);
/* The system and superusers deal with everybody's. */
bool asst__api_keys_all(const struct asst__call *call);
/* Who the caller is to the directory, with access or without; nobody it knows: "". */
int asst__api_key_caller(char uid[ASST__UUID_TEXT + 1], const struct asst__call *call);
/* The keys of a forgotten user are not of the next one who has the id: they are dead (identity.c). */
bool asst__api_key_is_own(const struct asst__view *key, const struct asst__call *call,
			  const char *uid);
/* Keys and tokens have nothing to do with keys; persons need their seat. */
int asst__api_key_person(const struct asst__call *call);

#endif
