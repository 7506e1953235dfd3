/* SPDX-License-Identifier: MIT */
/* The filter by name: what a name, or as much of it as an index key has, says of a text. */
#include "service/name.h"
#include "service/object.h"

#include <string.h>

int asst__name_filter_init(struct asst__name_filter *filter, struct asst__string text,
			   const struct asst__mem *mem, asst_error *err)
{
	size_t i;

	filter->text = NULL;
	filter->size = text.size;
	if (!text.size)
		return ASST_OK;
	filter->text = asst__copy_text(mem, text.text, text.size);
	if (!filter->text)
		return asst__fail_nomem(err);
	for (i = 0; i < text.size; i++)
		filter->text[i] = asst__sort_fold(filter->text[i]);
	return ASST_OK;
}

void asst__name_filter_dispose(struct asst__name_filter *filter, const struct asst__mem *mem)
{
	if (filter->text)
		asst__free(mem, filter->text, filter->size + 1);
	filter->text = NULL;
}

static bool begins(const struct asst__name_filter *filter, const char *name)
{
	size_t i;

	for (i = 0; i < filter->size; i++) {
		if (asst__sort_fold(name[i]) != filter->text[i])
			return false;
	}
	return true;
}

bool asst__name_filter_passes(const struct asst__name_filter *filter, struct asst__string name)
{
	size_t i;

	if (!filter->text)
		return true;
	for (i = 0; i + filter->size <= name.size; i++) {
		if (begins(filter, name.text + i))
			return true;
	}
	return false;
}

/* As above, of bytes that are folded already: this is what every row of an index goes through. */
static bool contains(const struct asst__name_filter *filter, const char *bytes, size_t size)
{
	const char *end = bytes + size, *at = bytes;

	while ((size_t)(end - at) >= filter->size) {
		at = memchr(at, filter->text[0], (size_t)(end - at) - filter->size + 1);
		if (!at)
			return false;
		if (memcmp(at, filter->text, filter->size) == 0)
			return true;
		at++;
	}
	return false;
}

enum asst__name_verdict asst__name_filter_judge(const struct asst__name_filter *filter,
						struct asst__string place)
{
	const size_t behind = 1 + ASST__UUID_BYTES;
	size_t size;

	/* A damaged one, which is for those to find who take it. */
	if (place.size < behind)
		return ASST__NAME_UNKNOWN;
	size = place.size - behind;
	if (contains(filter, place.text, size))
		return ASST__NAME_PASSES;
	return size < ASST__SORT_NAME_BYTES ? ASST__NAME_FAILS : ASST__NAME_UNKNOWN;
}

void asst__names_init(struct asst__names *names, const struct asst__name_filter *filter,
		      struct asst__call *call)
{
	names->filter = filter;
	names->call = call;
	names->right = NULL;
	asst__keys_init(&names->keys, &call->store->mem);
	asst__sink_init(&names->sink, &call->store->mem);
	names->at = 0;
}

void asst__names_dispose(struct asst__names *names)
{
	asst__sink_dispose(&names->sink);
	asst__keys_dispose(&names->keys);
}

int asst__names_add(struct asst__names *names, const unsigned char id[ASST__UUID_BYTES])
{
	struct asst__key key;

	if (names->right)
		return asst__keys_add_object(&names->keys, id, false, names->call->err);
	asst__key_part(&key, id, ASST__PART_HEAD);
	return asst_keys_add(&names->keys, key.bytes, key.size, names->call->err);
}

int asst__names_load(struct asst__names *names)
{
	uint64_t sequence;

	if (!asst_keys_count(&names->keys))
		return ASST_OK;
	return asst__call_get(names->call, &names->keys, &names->sink, &sequence);
}

/* With the right on it as it was when the name was read. */
static int decide_next(bool *passes, struct asst__names *names)
{
	const struct asst__call *call = names->call;
	struct asst__loaded loaded;
	int status = asst__loaded_take(&loaded, &names->sink, 2 * names->at++, false, call->err);

	asst__decide(&loaded.decision, *names->right, call->actor, &loaded.object, call->now);
	*passes = status == ASST_OK && loaded.decision.status == ASST_OK &&
		  asst__name_filter_passes(names->filter,
					   asst__view_text(&loaded.head.view, ASST__HEAD_NAME));
	asst__loaded_dispose(&loaded);
	return status;
}

int asst__names_next(bool *passes, struct asst__names *names)
{
	struct asst__part head;
	int status;

	if (names->right)
		return decide_next(passes, names);
	status = asst__part_take(&head, &names->sink, names->at++, &asst__head_schema,
				 names->call->err);
	*passes = status == ASST_OK && head.buf &&
		  asst__name_filter_passes(names->filter,
					   asst__view_text(&head.view, ASST__HEAD_NAME));
	asst_buf_free(head.buf);
	return status;
}
