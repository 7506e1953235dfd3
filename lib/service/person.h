/* SPDX-License-Identifier: MIT */
/*
 * What a person may do: from a document of the host, or from the store's principal source.
 * The fields that say it have the same places in the schemas of all such documents.
 */
#ifndef ASST_SERVICE_PERSON_H
#define ASST_SERVICE_PERSON_H

#include "access/access.h"
#include "base/mem.h"
#include "base/uuid.h"

struct asst__person {
	struct asst__mem mem;
	asst_buf *record; /* the document; strings lie in it */
	char *principals; /* all principals, each with its NUL */
	size_t principals_size;
	struct asst__membership *memberships;
	size_t room;
	struct asst__actor actor;
	char uid[ASST__UUID_TEXT + 1]; /* of a user of the directory: this person, not the next one */
};

/*
 * Fill a zeroed person from a record that begins like a session's document; takes a reference. To
 * be disposed in any case. The actor's pointers stay right while the person is not moved.
 */
int asst__person_fill(struct asst__person *person, const struct asst__mem *mem,
		      struct asst__string user, asst_buf *record, const struct asst__view *document,
		      asst_error *err);
/* One that stands for a single principal, prefix + name: a key, or a user whose facts come later. */
int asst__person_fill_alone(struct asst__person *person, const struct asst__mem *mem,
			    const char *prefix, const char *name, asst_error *err);
void asst__person_dispose(struct asst__person *person);

#endif
