/* SPDX-License-Identifier: MIT */
/* A growing run of bytes with a hard cap; the first failure sticks, so that writers check once. */
#ifndef ASST_BASE_TEXT_H
#define ASST_BASE_TEXT_H

#include "base/mem.h"

struct asst__text {
	const struct asst__mem *mem;
	char *data; /* NUL-terminated once anything was added; NULL before */
	size_t size;
	size_t room;
	size_t cap; /* size never exceeds it */
	int failed; /* ASST_OK, ASST_ENOMEM or ASST_ELIMIT */
};

void asst__text_init(struct asst__text *text, const struct asst__mem *mem, size_t cap);
void asst__text_free(struct asst__text *text);
void asst__text_clear(struct asst__text *text); /* size 0, no failure, room kept */

/* Room for size more bytes: where to write them, or NULL. The caller adds them to text->size. */
char *asst__text_reserve(struct asst__text *text, size_t size);
void asst__text_add(struct asst__text *text, const void *bytes, size_t size);
void asst__text_add_char(struct asst__text *text, char c);
void asst__text_add_cstr(struct asst__text *text, const char *s);
void asst__text_add_int(struct asst__text *text, int64_t value);
void asst__text_add_format(struct asst__text *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The bytes as an owned buffer; the text is empty after it. Fails as the text did. */
int asst__text_to_buf(asst_buf **out, struct asst__text *text, asst_error *err);
/*
 * For a text that has something secret in it: room from the begin, since growing would leave
 * copies behind; and a buffer that is wiped before its bytes are given back.
 */
void asst__text_init_secret(struct asst__text *text, const struct asst__mem *mem);
int asst__text_to_secret_buf(asst_buf **out, struct asst__text *text, asst_error *err);

#endif
