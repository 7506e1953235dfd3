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

static const char *level_words(int level)
{
	return level == ASST__LEVEL_OWNER ? " of its owner" : "";
}

static void add_sentence(struct asst__text *out, const struct asst__decision *decision,
			 enum asst__right right, const struct asst__actor *actor)
{
	const char *who = actor->principal.text, *name = asst__rights[right].name;
	int needed = asst__level_public(decision->level_needed);
	int held = asst__level_public(decision->level_held);
	const char *needed_words = level_words(decision->level_needed);

	if (decision->status == ASST_ENOTFOUND)
		asst__text_add_format(out, "%s may not %s: no assistant with this id is visible",
				      who, name);
	else if (decision->level_needed == ASST_LEVEL_NONE || !decision->principal.text)
		asst__text_add_format(out, "%s may%s %s: decided by %s", who,
				      decision->status == ASST_OK ? "" : " not", name,
				      decision->rule);
	else
		asst__text_add_format(out,
				      "%s may%s %s: %s gives %s level %d%s, needed is level %d%s",
				      who, decision->status == ASST_OK ? "" : " not", name,
				      decision->rule, decision->principal.text, held,
				      level_words(decision->level_held), needed, needed_words);
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
	asst__text_add_format(out, ",\"levelHeld\":%d,\"levelNeeded\":%d,\"ownerNeeded\":%s",
			      asst__level_public(decision->level_held),
			      asst__level_public(decision->level_needed),
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
