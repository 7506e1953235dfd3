/* SPDX-License-Identifier: MIT */
/* Decisions in words: as JSON and as one sentence. */
#include "access/access.h"

#include <assistant/error.h>

#include <string.h>

static const char *const rule_names[ASST__RULE_COUNT] = {
	[ASST__RULE_OWNER] = "owner",
	[ASST__RULE_OWNING_TEAM] = "owningTeam",
	[ASST__RULE_GRANT_USER] = "grantUser",
	[ASST__RULE_GRANT_TEAM] = "grantTeam",
	[ASST__RULE_GRANT_WORKSPACE] = "grantWorkspace",
	[ASST__RULE_TOKEN] = "token",
	[ASST__RULE_SUPERUSER] = "superuser",
	[ASST__RULE_SYSTEM] = "system",
};

static void add_string(struct asst__text *out, const char *name, const char *value, size_t size)
{
	asst__text_add_format(out, ",\"%s\":", name);
	if (value)
		asst__json_write_string(out, value, size);
	else
		asst__text_add_cstr(out, "null");
}

static void add_level(struct asst__text *out, int level)
{
	if (level == ASST__LEVEL_OWNER)
		asst__text_add_format(out, "level %d with ownership", asst__level_public(level));
	else
		asst__text_add_format(out, "level %d", level);
}

/* Whether it is one of the rules that give a level. */
static bool gives_level(const char *rule)
{
	int i;

	for (i = 0; i < ASST__RULE_COUNT; i++) {
		if (strcmp(rule, rule_names[i]) == 0)
			return true;
	}
	return false;
}

/* What decided, and where the level comes from. */
static void add_reason(struct asst__text *out, const struct asst__decision *decision)
{
	const char *whose = decision->principal.text;

	if (!whose) {
		asst__text_add_format(out, "decided by %s, before levels count, held is ",
				      decision->rule);
		add_level(out, decision->level_held);
		return;
	}
	if (gives_level(decision->rule))
		asst__text_add_format(out, "%s gives %s ", decision->rule, whose);
	else if (strcmp(decision->rule, "creator") == 0)
		asst__text_add_format(out, "its creator %s has ", whose);
	else
		asst__text_add_format(out, "decided by %s, held by %s is ", decision->rule, whose);
	add_level(out, decision->level_held);
}

static void add_sentence(struct asst__text *out, const struct asst__decision *decision,
			 enum asst__right right, const struct asst__actor *actor)
{
	asst__text_add_format(out, "%s may%s %s: ", actor->principal.text,
			      decision->status == ASST_OK ? "" : " not", asst__rights[right].name);
	if (decision->status == ASST_ENOTFOUND)
		asst__text_add_format(out, "no assistant with this id is visible (%s), held is level 0",
				      decision->rule);
	else
		add_reason(out, decision);
	asst__text_add_cstr(out, ", needed is ");
	add_level(out, decision->level_needed);
}

void asst__decision_write(struct asst__text *out, const struct asst__decision *decision,
			  enum asst__right right, const struct asst__actor *actor)
{
	struct asst__text sentence;
	const char *status = asst_status_name(decision->status);
	int i;

	asst__text_add_format(out, "{\"allowed\":%s",
			      decision->status == ASST_OK ? "true" : "false");
	add_string(out, "right", asst__rights[right].name, strlen(asst__rights[right].name));
	add_string(out, "status", status, strlen(status));
	asst__text_add_format(out, ",\"levelHeld\":%d,\"levelNeeded\":%d",
			      asst__level_public(decision->level_held),
			      asst__level_public(decision->level_needed));
	asst__text_add_format(out, ",\"ownerHeld\":%s,\"ownerNeeded\":%s",
			      decision->level_held == ASST__LEVEL_OWNER ? "true" : "false",
			      decision->level_needed == ASST__LEVEL_OWNER ? "true" : "false");
	add_string(out, "rule", decision->rule, strlen(decision->rule));
	add_string(out, "principal", decision->principal.text, decision->principal.size);
	asst__text_add_cstr(out, ",\"rules\":[");
	for (i = 0; i < ASST__RULE_COUNT; i++)
		asst__text_add_format(out, "%s{\"rule\":\"%s\",\"level\":%d}", i ? "," : "",
				      rule_names[i], asst__level_public(decision->levels[i]));
	asst__text_init(&sentence, out->mem, 4096);
	add_sentence(&sentence, decision, right, actor);
	asst__text_add_cstr(out, "]");
	if (sentence.failed)
		out->failed = sentence.failed;
	else
		add_string(out, "sentence", sentence.data, sentence.size);
	asst__text_free(&sentence);
	asst__text_add_char(out, '}');
}
