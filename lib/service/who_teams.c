/* SPDX-License-Identifier: MIT */
/* Who may: the members of teams, as far as the directory knows them. */
#include "model/ident.h"
#include "service/who.h"

#include <string.h>

#define MEMBERS_MAX 10000  /* of a team, that are told */
#define USERS_AT_ONCE 1000 /* read in one call */

static struct asst__string team_of(struct asst__string principal)
{
	return (struct asst__string){ principal.text + 5, principal.size - 5 };
}

static int add_member(struct asst__who *who, struct asst__string team, const char *user,
		      const struct asst__answer *answer)
{
	const struct asst__call *call = who->call;
	const struct asst__membership *member = NULL;
	struct asst__person person;
	const char *rule;
	int level, status;

	memset(&person, 0, sizeof(person));
	status = asst__source_find(&person, call->store, call->workspace, user, answer, call->err);
	/* Who left meanwhile is no member any more. */
	if (!asst__who_absent(&status, who) && status == ASST_OK)
		member = asst__actor_find(&person.actor, team);
	if (member) {
		level = asst__who_level(who, &person.actor, team, member->role, &rule);
		if (level)
			asst__who_row(&who->members, person.actor.principal, level, "via",
				      team.text);
	}
	asst__person_dispose(&person);
	return status;
}

/* A member of a team, found by the scan. */
struct member {
	const struct asst__who_item *team;
	char user[ASST__PRINCIPAL_MAX + 1];
};

/* Going through the answer to the scan: of each team its record, then its members. */
struct reading {
	struct asst__who *who;
	struct asst_sink sink;
	size_t at;
	struct member *batch; /* whose records are to be read */
	size_t count;
};

/* Read the users of the batch, and add those who have the right. */
static int add_batch(struct reading *reading)
{
	struct asst__who *who = reading->who;
	struct asst_keys keys;
	struct asst_sink users;
	struct asst__key key;
	size_t i;
	int status = ASST_OK;

	asst__keys_init(&keys, &who->call->store->mem);
	asst__sink_init(&users, &who->call->store->mem);
	for (i = 0; i < reading->count && status == ASST_OK; i++) {
		asst__key_directory(&key, ASST__DIRECTORY_USER, reading->batch[i].user);
		status = asst_keys_add(&keys, key.bytes, key.size, who->call->err);
	}
	if (status == ASST_OK)
		status = asst__who_get(&users, who, &keys);
	for (i = 0; i < reading->count && status == ASST_OK; i++)
		status = add_member(who, reading->batch[i].team->principal, reading->batch[i].user,
				    asst__sink_find(&users, i));
	asst__sink_dispose(&users);
	asst__keys_dispose(&keys);
	reading->count = 0;
	return status;
}

/* The identifier that ends the key of a membership. */
static void take_member(struct reading *reading, const struct asst__who_item *team)
{
	struct member *member = &reading->batch[reading->count++];
	size_t size, prefix = team->principal.size - 5 + 2; /* 'M', the team, NUL */
	const char *key = asst_sink_key(&reading->sink, reading->at, &size);

	size = size > prefix ? size - prefix : 0;
	if (size > ASST__PRINCIPAL_MAX)
		size = ASST__PRINCIPAL_MAX;
	memcpy(member->user, key + prefix, size);
	member->user[size] = '\0';
	member->team = team;
}

/* Whether the next answer is of this range. */
static bool is_at(const struct reading *reading, size_t range)
{
	return reading->at < reading->sink.count &&
	       reading->sink.items[reading->at].index == range;
}

static int add_team(struct reading *reading, const struct asst__who_item *team)
{
	struct asst__who *who = reading->who;
	size_t members = 0;
	int status = ASST_OK;

	if (team->range != ASST__NOT_ASKED && is_at(reading, team->range))
		reading->at++;
	else
		asst__who_name(&who->unknown, team->principal);
	for (; team->range != ASST__NOT_ASKED && is_at(reading, team->range + 1); reading->at++) {
		if (status != ASST_OK || ++members > MEMBERS_MAX)
			continue;
		take_member(reading, team);
		if (reading->count == USERS_AT_ONCE)
			status = add_batch(reading);
	}
	if (members > MEMBERS_MAX)
		asst__who_name(&who->more, team->principal);
	return status;
}

static int add_ranges(struct asst_ranges *ranges, struct asst__who_item *team, asst_error *err)
{
	struct asst__key from, to;
	int status;

	team->range = asst_ranges_count(ranges);
	asst__key_directory(&from, ASST__DIRECTORY_TEAM, team->principal.text + 5);
	to = from;
	to.bytes[to.size++] = 0;
	status = asst_ranges_add(ranges, from.bytes, from.size, to.bytes, to.size, 1, 0, err);
	asst__key_member(&from, team_of(team->principal), NULL);
	to = from;
	asst__key_end(&to);
	if (status == ASST_OK)
		status = asst_ranges_add(ranges, from.bytes, from.size, to.bytes, to.size,
					 MEMBERS_MAX + 1, 0, err);
	return status;
}

/* Of each team two ranges: all in one scan, which sees one moment. */
static int scan_teams(struct asst_sink *sink, struct asst__who *who)
{
	const struct asst__call *call = who->call;
	struct asst_ranges ranges;
	size_t i;
	int status = ASST_OK;

	asst__ranges_init(&ranges, &call->store->mem, 0);
	for (i = 0; i < who->count && status == ASST_OK; i++) {
		if (who->items[i].is_team)
			status = add_ranges(&ranges, &who->items[i], call->err);
	}
	if (status == ASST_OK)
		status = asst__who_scan(sink, who, &ranges);
	asst__ranges_dispose(&ranges);
	return status;
}

/* Where the store has no directory it knows no team. */
int asst__who_teams(struct asst__who *who)
{
	const struct asst__mem *mem = &who->call->store->mem;
	struct reading reading = { .who = who };
	size_t i;
	int status = ASST_OK;

	asst__sink_init(&reading.sink, mem);
	if (asst__source_is_directory(who->call->store))
		status = scan_teams(&reading.sink, who);
	if (status == ASST_OK && reading.sink.count) {
		reading.batch = asst__alloc(mem, USERS_AT_ONCE * sizeof(*reading.batch));
		if (!reading.batch)
			status = asst__fail_nomem(who->call->err);
	}
	for (i = 0; i < who->count && status == ASST_OK; i++) {
		if (who->items[i].is_team)
			status = add_team(&reading, &who->items[i]);
	}
	if (status == ASST_OK && reading.count)
		status = add_batch(&reading);
	if (reading.batch)
		asst__free(mem, reading.batch, USERS_AT_ONCE * sizeof(*reading.batch));
	asst__sink_dispose(&reading.sink);
	return status;
}
