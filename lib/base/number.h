/* SPDX-License-Identifier: MIT */
/* Doubles to and from decimal text: exact, shortest, independent of the locale. */
#ifndef ASST_BASE_NUMBER_H
#define ASST_BASE_NUMBER_H

#include <stddef.h>

#define ASST__NUMBER_MAX 32 /* bytes that asst__number_print() needs at the most, with its NUL */

/*
 * Read a JSON number (RFC 8259 grammar, already checked, at most 128 bytes; exponents of
 * any size): the nearest double, ties to even. 0, or -1 when it is too large for a double
 * or is not 0 but rounds to 0.
 */
int asst__number_parse(double *value, const char *text, size_t size);

/*
 * Write a finite double as the shortest JSON number that reads back as the same double
 * (where several are equally short, the nearest); plain notation for exponents from -6 to
 * 20 as in ECMAScript Number::toString, else d.ddde+N / d.ddde-N. -0 is written "0". Returns
 * the length; NUL-terminated.
 */
size_t asst__number_print(char out[ASST__NUMBER_MAX], double value);

#endif
