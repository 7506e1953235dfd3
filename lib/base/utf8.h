/* SPDX-License-Identifier: MIT */
/* UTF-8 as Unicode 15 section 3.9 (table 3-7) has it: no surrogates, no overlong forms. */
#ifndef ASST_BASE_UTF8_H
#define ASST_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of the valid sequence at text (1 to 4), or 0 when there is none. */
size_t asst__utf8_sequence(const char *text, size_t size);
/* The offset of the first byte that is not part of valid UTF-8; size when all is valid. */
size_t asst__utf8_valid(const char *text, size_t size);
/* Code points in valid UTF-8. */
size_t asst__utf8_count(const char *text, size_t size);
/* Write a scalar value (not a surrogate, at most 0x10FFFF): 1 to 4 bytes. */
size_t asst__utf8_encode(char out[4], uint32_t scalar);
/* Whether valid UTF-8 has nothing but Unicode white space (property White_Space); true for "". */
int asst__utf8_blank(const char *text, size_t size);

#endif
