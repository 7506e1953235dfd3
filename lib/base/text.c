/* SPDX-License-Identifier: MIT */
/* A growing run of bytes with a hard cap; the first failure sticks, so that writers check once. */
#include "base/text.h"
#include "base/buf.h"
#include "base/fail.h"
#include "base/guarded.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void asst__text_init(struct asst__text *text, const struct asst__mem *mem, size_t cap)
{
	memset(text, 0, sizeof(*text));
	text->mem = mem;
	text->cap = cap;
}

void asst__text_free(struct asst__text *text)
{
	asst__free(text->mem, text->data, text->room);
	text->data = NULL;
	text->size = text->room = 0;
}

void asst__text_clear(struct asst__text *text)
{
	text->size = 0;
	text->failed = ASST_OK;
	if (text->data)
		text->data[0] = '\0';
}

char *asst__text_reserve(struct asst__text *text, size_t size)
{
	size_t need, room;
	char *data;

	if (text->failed)
		return NULL;
	if (!asst__add(&need, text->size, size) || need > text->cap) {
		text->failed = ASST_ELIMIT;
		return NULL;
	}
	if (need < text->room) /* one byte stays for the NUL */
		return text->data + text->size;
	room = text->room * 2 < 64 ? 64 : text->room * 2;
	if (room <= need)
		room = need + 1;
	data = asst__realloc(text->mem, text->data, text->room, room);
	if (!data) {
		text->failed = ASST_ENOMEM;
		return NULL;
	}
	text->data = data;
	text->room = room;
	return data + text->size;
}

void asst__text_add(struct asst__text *text, const void *bytes, size_t size)
{
	char *to = asst__text_reserve(text, size);

	if (!to)
		return;
	if (size)
		memcpy(to, bytes, size);
	to[size] = '\0';
	text->size += size;
}

void asst__text_add_char(struct asst__text *text, char c)
{
	asst__text_add(text, &c, 1);
}

void asst__text_add_cstr(struct asst__text *text, const char *s)
{
	asst__text_add(text, s, strlen(s));
}

void asst__text_add_int(struct asst__text *text, int64_t value)
{
	char digits[24];
	size_t at = sizeof(digits);
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

	do {
		digits[--at] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (value < 0)
		digits[--at] = '-';
	asst__text_add(text, digits + at, sizeof(digits) - at);
}

void asst__text_add_format(struct asst__text *text, const char *format, ...)
{
	va_list args;
	char *to;
	int size;

	va_start(args, format);
	size = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (size < 0) {
		text->failed = text->failed ? text->failed : ASST_EINTERNAL;
		return;
	}
	to = asst__text_reserve(text, (size_t)size);
	if (!to)
		return;
	va_start(args, format);
	vsnprintf(to, (size_t)size + 1, format, args);
	va_end(args);
	text->size += (size_t)size;
}

int asst__text_to_buf(asst_buf **out, struct asst__text *text, asst_error *err)
{
	int status = text->failed;

	*out = NULL;
	if (!status) {
		*out = asst__buf_copy(text->mem, text->data, text->size);
		status = *out ? ASST_OK : ASST_ENOMEM;
	}
	asst__text_free(text);
	if (status == ASST_ENOMEM)
		return asst__fail_nomem(err);
	if (status)
		return asst__fail(err, status, "the text is longer than %zu bytes", text->cap);
	return ASST_OK;
}

#define SECRET_ROOM ((size_t)256 * 1024)

void asst__text_init_secret(struct asst__text *text, const struct asst__mem *mem)
{
	asst__text_init(text, mem, SECRET_ROOM);
	asst__text_reserve(text, SECRET_ROOM);
}

int asst__text_to_secret_buf(asst_buf **out, struct asst__text *text, asst_error *err)
{
	asst_buf *made = text->failed ? NULL : asst__buf_copy(text->mem, text->data, text->size);
	int status = text->failed ? text->failed : made ? ASST_OK : ASST_ENOMEM;

	if (made)
		made->wipe = true;
	if (text->data)
		asst__wipe(text->data, text->room);
	asst__text_free(text);
	*out = made;
	if (status == ASST_ENOMEM)
		return asst__fail_nomem(err);
	return status ? asst__fail(err, status, "the text is longer than %zu bytes", SECRET_ROOM) :
			ASST_OK;
}
