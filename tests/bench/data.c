/* SPDX-License-Identifier: MIT */
/*
 * The documents: definitions of 2003 bytes each, numbered, the same in each run. Of a hundred,
 * one belongs to a team of the session that sees little; the others are the user's (a quarter),
 * one of two teams' (a half), or somebody's who shares it with the workspace (a quarter).
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_UPDATED INT64_C(1750000000000)
#define BEGIN "{\"name\":\""
#define NAME "Invoice analyzer "
#define SLUG "invoice-analyzer-"
#define LITTLE 50 /* which one of a hundred */

static const char *const words[] = { "invoice", "customer",   "summarize", "the",    "carefully",
				     "answer",  "in",         "German",    "table",  "when",
				     "asked",   "about",      "contract",  "never",  "guess",
				     "cite",    "source",     "of",        "each",   "number",
				     "and",     "deadline",   "supplier",  "please", "check",
				     "totals",  "against",    "orders",    "first",  "then",
				     "report",  "differences" };

struct text {
	char *bytes;
	size_t size;
};

static void add(struct text *text, const char *bytes)
{
	size_t size = strlen(bytes);

	memcpy(text->bytes + text->size, bytes, size + 1);
	text->size += size;
}

static void add_words(struct text *text, size_t until, uint64_t *random)
{
	while (text->size < until) {
		const char *word = words[bench_random(random) % 32];

		if (text->size + strlen(word) + 1 > until)
			word = "x";
		add(text, word);
		if (text->size < until)
			add(text, bench_random(random) % 9 ? " " : ".");
	}
}

static void add_fields(struct text *text, uint64_t *random)
{
	static const char *const fields[][2] = { { "customer_name", "TEXT" },
						 { "due_date", "DATE" },
						 { "amount", "NUMBER" },
						 { "remarks", "MULTI_LINE_TEXT" } };
	char part[160];
	unsigned char id[16];
	char id_text[37];
	int i, k;

	add(text, ",\"conversationStarters\":[\"Check this invoice\",\"What is due this week?\","
		  "\"Compare two suppliers\"],\"actions\":[");
	for (i = 0; i < 2; i++) {
		for (k = 0; k < 16; k++)
			id[k] = (unsigned char)bench_random(random);
		id[6] = (unsigned char)((id[6] & 0x0f) | 0x40);
		id[8] = (unsigned char)((id[8] & 0x3f) | 0x80);
		bench_id_text(id_text, id);
		snprintf(part, sizeof(part), "%s{\"actionId\":\"%s\",\"requiresConfirmation\":%s}",
			 i ? "," : "", id_text, i ? "false" : "true");
		add(text, part);
	}
	add(text, "],\"inputFields\":[");
	for (i = 0; i < 4; i++) {
		snprintf(
			part, sizeof(part),
			"%s{\"slug\":\"%s\",\"type\":\"%s\",\"label\":\"Field %d\",\"description\":"
			"\"What it is for\",\"required\":%s,\"order\":%d}",
			i ? "," : "", fields[i][0], fields[i][1], i, i ? "false" : "true", i);
		add(text, part);
	}
	add(text, "],\"webSearch\":true,\"dataAnalyst\":false,\"canvas\":true");
}

static void choose_owner(struct bench_doc *doc, uint64_t number)
{
	static const char *const owners[] = { "user:u0", "team:t0", "team:t1", "user:other" };

	if (number % 100 == LITTLE)
		snprintf(doc->owner, sizeof(doc->owner), "team:few%d",
			 (int)(number / 100 % BENCH_TEAMS));
	else
		snprintf(doc->owner, sizeof(doc->owner), "%s", owners[number % 4]);
	snprintf(doc->sees, sizeof(doc->sees), "%s",
		 strcmp(doc->owner, "user:other") ? doc->owner : "workspace");
}

static void write_json(struct bench_doc *doc, uint64_t number, int with_owner)
{
	struct text text = { doc->json, 0 };
	uint64_t random = number * 7919 + 1;
	char owner[48];

	add(&text, BEGIN);
	add(&text, doc->name);
	add(&text,
	    "\",\"description\":\"Reads what suppliers send and says what is due.\","
	    "\"emoji\":\"\xF0\x9F\xA7\xBE\",\"inputType\":\"STRUCTURED\","
	    "\"model\":\"large-2\",\"creativity\":0.5,\"welcome\":\"Drop an invoice here.\"");
	add_fields(&text, &random);
	add(&text, ",\"instruction\":\"");
	add_words(&text, BENCH_DOC_BYTES - 2, &random);
	add(&text, "\"");
	doc->def_size = BENCH_DOC_BYTES;
	if (with_owner) {
		snprintf(owner, sizeof(owner), ",\"ownerId\":\"%s\"", doc->owner);
		add(&text, owner);
	}
	add(&text, "}");
	doc->size = text.size;
}

void bench_doc_make(struct bench_doc *doc, uint64_t number, int with_owner)
{
	uint64_t random = number ^ UINT64_C(0xA5A5A5A5A5A5);
	unsigned long long shown = (unsigned long long)number;
	int i;

	for (i = 0; i < 16; i++)
		doc->id[i] = (unsigned char)bench_random(&random);
	if (with_owner) {
		choose_owner(doc, number);
	} else {
		snprintf(doc->owner, sizeof(doc->owner), "user:u0");
		snprintf(doc->sees, sizeof(doc->sees), "user:u0");
	}
	snprintf(doc->name, sizeof(doc->name), NAME "%010llu", shown);
	snprintf(doc->slug, sizeof(doc->slug), SLUG "%010llu", shown);
	doc->updated = FIRST_UPDATED + (int64_t)number;
	write_json(doc, number, with_owner);
}

/* Making a whole document would take as long as creating it: only its number changes. */
void bench_doc_next(struct bench_doc *doc, struct bench *bench)
{
	/* Above all that are loaded. */
	uint64_t number = 10000000 + __atomic_fetch_add(&bench->next, 1, __ATOMIC_RELAXED), rest;
	char digits[10];
	int i;

	if (!doc->size) {
		bench_doc_make(doc, number, 0);
		return;
	}
	for (i = 9, rest = number; i >= 0; i--, rest /= 10)
		digits[i] = (char)('0' + rest % 10);
	memcpy(doc->name + sizeof(NAME) - 1, digits, 10);
	memcpy(doc->slug + sizeof(SLUG) - 1, digits, 10);
	memcpy(doc->json + sizeof(BEGIN NAME) - 1, digits, 10);
	doc->updated = FIRST_UPDATED + (int64_t)number;
	for (i = 0, rest = number; i < 16; i++)
		doc->id[i] = (unsigned char)bench_random(&rest);
}

/* Ids */

void bench_id_text(char text[37], const unsigned char id[16])
{
	static const char digits[] = "0123456789abcdef";
	int i;

	for (i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*text++ = '-';
		*text++ = digits[id[i] >> 4];
		*text++ = digits[id[i] & 15];
	}
	*text = '\0';
}

static int digit(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

void bench_id_read(unsigned char id[16], const char *text)
{
	int i;

	for (i = 0; i < 16; i++) {
		if (*text == '-')
			text++;
		id[i] = (unsigned char)(digit(text[0]) << 4 | digit(text[1]));
		text += 2;
	}
}

void bench_chain_add(struct bench_chain *chain, size_t room, const unsigned char *id,
		     const char *text)
{
	struct bench_link *link;

	if (!chain->links)
		chain->links = bench_alloc(room * sizeof(*chain->links));
	link = &chain->links[chain->count++];
	if (id) {
		memcpy(link->id, id, sizeof(link->id));
		bench_id_text(link->text, id);
	} else {
		bench_id_read(link->id, text);
		snprintf(link->text, sizeof(link->text), "%s", text);
	}
}

void bench_chain_close(struct bench_chain *chain)
{
	uint32_t *order = bench_alloc(chain->count * sizeof(*order)), swap;
	uint64_t random = 42;
	size_t i, k;

	for (i = 0; i < chain->count; i++)
		order[i] = (uint32_t)i;
	for (i = chain->count; i > 1; i--) {
		k = bench_random(&random) % i;
		swap = order[i - 1];
		order[i - 1] = order[k];
		order[k] = swap;
	}
	for (i = 0; i < chain->count; i++)
		chain->links[order[i]].next = order[(i + 1) % chain->count];
	free(order);
}

void bench_chain_free(struct bench_chain *chain)
{
	free(chain->links);
	chain->links = NULL;
	chain->count = 0;
}
