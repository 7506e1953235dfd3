/* SPDX-License-Identifier: MIT */
/* The filter by name: lists and counts of those alone whose name contains a text. */
#ifndef ASST_SERVICE_NAME_H
#define ASST_SERVICE_NAME_H

#include "service/keys.h"
#include "service/store.h"
#include "storage/query.h"

/* ASCII letters are the same in either case, in every locale; all other bytes are themselves. */
struct asst__name_filter {
	char *text; /* folded, owned; NULL: every name passes */
	size_t size;
};

enum asst__name_verdict {
	ASST__NAME_FAILS,
	ASST__NAME_PASSES,
	ASST__NAME_UNKNOWN /* the key may not have all of the name: the head tells */
};

/* Of a text that is copied; absent or empty: there is no filter. ASST_ENOMEM. */
int asst__name_filter_init(struct asst__name_filter *filter, struct asst__string text,
			   const struct asst__mem *mem, asst_error *err);
void asst__name_filter_dispose(struct asst__name_filter *filter, const struct asst__mem *mem);
bool asst__name_filter_passes(const struct asst__name_filter *filter, struct asst__string name);
/*
 * What a key of the index by name tells: place is what stands behind its prefix. There must be a
 * filter.
 */
enum asst__name_verdict asst__name_filter_judge(const struct asst__name_filter *filter,
						struct asst__string place);

/* Names that are asked for where keys do not tell, all in one get. */
struct asst__names {
	const struct asst__name_filter *filter;
	struct asst__call *call;
	/* without it on an assistant the name does not pass; NULL: that is decided later */
	const enum asst__right *right;
	struct asst_keys keys;
	struct asst_sink sink;
	size_t at; /* the next one to be told of */
};

/* Holds pointers into itself: do not move it. Dispose in any case. */
void asst__names_init(struct asst__names *names, const struct asst__name_filter *filter,
		      struct asst__call *call);
void asst__names_dispose(struct asst__names *names);
int asst__names_add(struct asst__names *names, const unsigned char id[ASST__UUID_BYTES]);
int asst__names_load(struct asst__names *names);
/* Whether the next one passes, in the order in which they were added. */
int asst__names_next(bool *passes, struct asst__names *names);

#endif
