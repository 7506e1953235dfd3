/* SPDX-License-Identifier: MIT */
/* A page of a list on its way: what is asked, and what was found. */
#ifndef ASST_SERVICE_PAGE_H
#define ASST_SERVICE_PAGE_H

#include "service/cursor.h"
#include "service/name.h"

struct asst__query {
	struct asst__call *call;
	unsigned sort;     /* ASST__SORT_... */
	bool reverse;
	unsigned sort_choice;
	enum asst__right right;
	struct asst__name_filter name;
	bool whole;
	bool trash;
	size_t limit;
	struct asst__place place; /* the last one that was looked at */
	size_t step;              /* how many entries of each principal the next scan takes */
	size_t wanted;            /* how many places the next merge finds at the most */
	struct asst__place last;  /* of the last item on the page, for the cursor */
	bool ended;               /* nothing lies behind it */
	bool scanned;
	uint64_t sequence;        /* of the first scan */
};

/* Ids in order, each once, with the place of each. */
struct asst__found {
	size_t count, room;
	struct asst__place *places;
};

static inline const unsigned char *asst__place_id(const struct asst__place *place)
{
	return place->bytes + place->size - ASST__UUID_BYTES;
}

/* What no object can open: seat and scope. ASST_EDENIED. */
int asst__query_gates(const struct asst__query *query);
/* The right that is asked for; without a name that to read. ASST_EVALIDATION. */
int asst__query_right(struct asst__query *query, struct asst__string name);
/* Whether it is all one: of its entries, which are those of "*", keys alone are scanned. */
bool asst__query_sees_all(const struct asst__query *query);
/* The principals that the session stands for; one of whom everything is to be seen: member NULL. */
size_t asst__query_principals(const struct asst__query *query);
struct asst__string asst__query_principal(const struct asst__query *query, size_t i,
					  const struct asst__membership **member);
/* What the place of an entry tells of the name that is asked for, in the order of the query. */
enum asst__name_verdict asst__query_judge(const struct asst__query *query,
					  struct asst__string place);
/* Whether level 1 is enough: then the entries that carry no more count, too. */
bool asst__query_reads(const struct asst__query *query);
/* Scan from query->place on until query->wanted places are found, or nothing is left. */
int asst__query_find(struct asst__found *found, struct asst__query *query);

/* What the index entries of one assistant say together. */
struct asst__standing {
	int16_t level; /* the best that is in force */
	bool unpublished, creator;
};

/*
 * Add what one entry says; member: under whom it is, NULL: under who sees everything; value
 * NULL: it was not read, for who sees everything.
 */
void asst__standing_add(struct asst__standing *standing, const asst_buf *value,
			const struct asst__membership *member, int64_t now);
/* As asst__decide() would say of a person. */
bool asst__standing_allows(const struct asst__standing *standing, int needed);

/*
 * Merge what a scan of the session's ranges gave, until query->wanted places are found.
 * Entries that give too low a level now are left out, as if they were not there; so are those
 * whose key tells that they do not have the name. Sets query->place to the last one looked at,
 * and query->ended.
 */
int asst__page_merge(struct asst__found *found, struct asst__query *query,
		     const struct asst_ranges *ranges, const struct asst_sink *sink);

#endif
