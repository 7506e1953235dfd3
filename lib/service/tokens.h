/* SPDX-License-Identifier: MIT */
/* Tokens, for what removes an assistant. */
#ifndef ASST_SERVICE_TOKENS_H
#define ASST_SERVICE_TOKENS_H

#include "service/write.h"

/* All tokens of an assistant; the batch checks that none is added. */
int asst__tokens_scan(struct asst_sink *sink, const struct asst__call *call,
		      const unsigned char id[ASST__UUID_BYTES], struct asst__change *change);
/* Take them out, with what leads to them. */
void asst__change_drop_tokens(struct asst__change *change, const unsigned char id[ASST__UUID_BYTES],
			      const struct asst_sink *tokens);

#endif
