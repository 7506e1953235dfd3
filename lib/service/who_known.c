/* SPDX-License-Identifier: MIT */
/* Who may: what is known of users and keys, and what each of them has. */
#include "service/credentials.h"
#include "service/who.h"

#include <string.h>

static void comma(struct asst__text *text)
{
	if (text->size)
		asst__text_add_char(text, ',');
}

void asst__who_row(struct asst__text *text, struct asst__string principal, int level,
		   const char *name, const char *value)
{
	comma(text);
	asst__text_add_cstr(text, "{\"principalId\":");
	asst__json_write_string(text, principal.text, principal.size);
	asst__text_add_format(text, ",\"level\":%d,\"%s\":", asst__level_public(level), name);
	asst__json_write_string(text, value, ASST_NUL);
	asst__text_add_char(text, '}');
}

void asst__who_name(struct asst__text *text, struct asst__string principal)
{
	comma(text);
	asst__json_write_string(text, principal.text, principal.size);
}

static struct asst__string behind(struct asst__string principal, size_t prefix)
{
	return (struct asst__string){ principal.text + prefix, principal.size - prefix };
}

/* Deciding */

/*
 * What somebody has through one of the principals that it stands for. That a superuser has every
 * right is told of all of them at once.
 */
int asst__who_level(const struct asst__who *who, const struct asst__actor *whole,
		    struct asst__string principal, unsigned role, const char **rule)
{
	struct asst__membership only = { principal, role };
	struct asst__actor actor = *whole;
	struct asst__decision decision;

	actor.memberships = &only;
	actor.count = 1;
	actor.superuser = false;
	asst__decide(&decision, who->right, &actor, &who->loaded.object, who->call->now);
	*rule = decision.rule;
	return decision.status == ASST_OK ? decision.level_held : ASST_LEVEL_NONE;
}

int asst__who_stranger(const struct asst__who *who, struct asst__string principal,
		       const char **rule)
{
	struct asst__actor actor = { .seat = true, .principal = principal };

	return asst__who_level(who, &actor, principal, ASST__ROLE_ADMIN, rule);
}

static int level_of_user(const struct asst__who *who, const struct asst__actor *user,
			 const char **rule)
{
	struct asst__string workspace = ASST__STRING("workspace");
	int level = asst__who_level(who, user, user->principal, 0, rule);
	const char *other;

	/* What is not published is seen by its creator through a grant that others see nothing by. */
	if (level || !asst__same(user->principal, who->loaded.object.creator) ||
	    asst__who_stranger(who, workspace, &other))
		return level;
	return asst__who_level(who, user, workspace, 0, rule);
}

bool asst__who_absent(int *status, const struct asst__who *who)
{
	if (*status != ASST_EUNAUTHENTICATED)
		return false;
	asst__error_clear(who->call->err);
	*status = ASST_OK;
	return true;
}

static const struct asst__answer *record_of(const struct asst__who *who,
					    const struct asst__who_item *item)
{
	return item->record == ASST__NOT_ASKED ? NULL :
						 asst__sink_find(&who->records, item->record);
}

static int add_user(struct asst__who *who, const struct asst__who_item *item)
{
	const struct asst__call *call = who->call;
	const struct asst__answer *answer = record_of(who, item);
	struct asst__actor stranger = { .seat = true, .principal = item->principal };
	struct asst__person person;
	const char *rule;
	int level = ASST_LEVEL_NONE, status = ASST_OK;

	memset(&person, 0, sizeof(person));
	if (answer)
		status = asst__source_find(&person, call->store, call->workspace,
					   item->principal.text + 5, answer, call->err);
	if (!asst__who_absent(&status, who) && status == ASST_OK)
		level = level_of_user(who, answer ? &person.actor : &stranger, &rule);
	if (level)
		asst__who_row(&who->principals, item->principal, level, "rule", rule);
	asst__person_dispose(&person);
	return status;
}

/* The record of a key that is in force. */
static bool open_key(struct asst__view *key, const struct asst__who *who,
		     const struct asst__who_item *item, int *status)
{
	const struct asst__answer *answer = record_of(who, item);

	if (!answer)
		return false;
	*status = asst__view_open(key, &asst__key_record_schema, asst_buf_data(answer->value),
				  asst_buf_size(answer->value), who->call->err);
	return *status == ASST_OK && asst__key_in_force(key, who->call->now) &&
	       asst__same(asst__view_text(key, ASST__KEY_ID), behind(item->principal, 4));
}

static const char *creator_of(const struct asst__view *key)
{
	struct asst__string principal = asst__view_text(key, ASST__KEY_CREATED_BY);

	return principal.size > 5 ? principal.text + 5 : "";
}

static int add_key(struct asst__who *who, const struct asst__who_item *item)
{
	const struct asst__answer *answer = NULL;
	struct asst__actor actor = { .principal = item->principal };
	struct asst__person creator;
	struct asst__view key;
	const char *rule;
	int level = ASST_LEVEL_NONE, status = ASST_OK;

	if (!open_key(&key, who, item, &status))
		return status;
	if (item->creator != ASST__NOT_ASKED)
		answer = asst__sink_find(&who->creators, item->creator);
	memset(&creator, 0, sizeof(creator));
	status = asst__source_creator(&creator, who->call, creator_of(&key), answer,
				      asst__view_text(&key, ASST__KEY_CREATOR_UID));
	if (!asst__who_absent(&status, who) && status == ASST_OK) {
		asst__key_actor(&actor, &creator.actor, &key);
		level = asst__who_level(who, &actor, item->principal, 0, &rule);
	}
	if (level)
		asst__who_row(&who->principals, item->principal, level, "rule", rule);
	asst__person_dispose(&creator);
	return status;
}

/* What is known */

static int add_question(struct asst_keys *keys, size_t *place, const struct asst__key *key,
			asst_error *err)
{
	*place = asst_keys_count(keys);
	return asst_keys_add(keys, key->bytes, key->size, err);
}

/* What a read gave that found things as they were decided on, or did not. */
static int settle(struct asst__who *who, int status, bool still)
{
	who->torn = status == ASST_OK && !still;
	return who->torn ? ASST_ECONFLICT : status;
}

int asst__who_get(struct asst_sink *sink, struct asst__who *who, struct asst_keys *keys)
{
	bool still;
	int status;

	if (!asst_keys_count(keys))
		return ASST_OK;
	status = asst__decided_get(&still, sink, keys, &who->loaded, who->call);
	return settle(who, status, still);
}

int asst__who_scan(struct asst_sink *sink, struct asst__who *who, struct asst_ranges *ranges)
{
	bool still;
	int status;

	if (!asst_ranges_count(ranges))
		return ASST_OK;
	status = asst__decided_ranges(&still, sink, ranges, &who->loaded, who->call);
	return settle(who, status, still);
}

/* The users of the directory, and the keys. */
static int read_records(struct asst__who *who)
{
	bool directory = asst__source_is_directory(who->call->store);
	unsigned char id[ASST__UUID_BYTES];
	struct asst__string name;
	struct asst_keys keys;
	struct asst__key key;
	size_t i;
	int status = ASST_OK;

	asst__keys_init(&keys, &who->call->store->mem);
	for (i = 0; i < who->count && status == ASST_OK; i++) {
		struct asst__who_item *item = &who->items[i];

		if (item->is_user && directory) {
			asst__key_directory(&key, ASST__DIRECTORY_USER, item->principal.text + 5);
			status = add_question(&keys, &item->record, &key, who->call->err);
		}
		name = behind(item->principal, item->is_key ? 4 : 0);
		if (item->is_key && asst__uuid_read(id, name.text, name.size)) {
			asst__key_api(&key, id);
			status = add_question(&keys, &item->record, &key, who->call->err);
		}
	}
	if (status == ASST_OK)
		status = asst__who_get(&who->records, who, &keys);
	asst__keys_dispose(&keys);
	return status;
}

/* Who made the keys, where the directory has them. */
static int read_creators(struct asst__who *who)
{
	struct asst_keys keys;
	struct asst__view view;
	struct asst__key key;
	size_t i;
	int status = ASST_OK;

	if (!asst__source_is_directory(who->call->store))
		return ASST_OK;
	asst__keys_init(&keys, &who->call->store->mem);
	for (i = 0; i < who->count && status == ASST_OK; i++) {
		struct asst__who_item *item = &who->items[i];

		if (!item->is_key || !open_key(&view, who, item, &status))
			continue;
		asst__key_directory(&key, ASST__DIRECTORY_USER, creator_of(&view));
		status = add_question(&keys, &item->creator, &key, who->call->err);
	}
	if (status == ASST_OK)
		status = asst__who_get(&who->creators, who, &keys);
	asst__keys_dispose(&keys);
	return status;
}

/* Add them */

int asst__who_principals(struct asst__who *who)
{
	const struct asst__who_item *item;
	const char *rule;
	size_t i;
	int level, status = read_records(who);

	if (status == ASST_OK)
		status = read_creators(who);
	for (i = 0; i < who->count && status == ASST_OK; i++) {
		item = &who->items[i];
		if (item->is_user) {
			status = add_user(who, item);
		} else if (item->is_key) {
			status = add_key(who, item);
		} else {
			level = asst__who_stranger(who, item->principal, &rule);
			if (level)
				asst__who_row(&who->principals, item->principal, level, "rule",
					      rule);
		}
	}
	return status;
}
