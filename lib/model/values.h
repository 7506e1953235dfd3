/* SPDX-License-Identifier: MIT */
/* Checking the value of one field: the part of check.c that looks at types. */
#ifndef ASST_MODEL_VALUES_H
#define ASST_MODEL_VALUES_H

#include "model/check.h"

/* Whether an amount keeps to a limit (a fault of the document) and its cap (ASST_ELIMIT). */
bool asst__check_within(struct asst__check *check, unsigned limit, size_t amount, const char *unit);

/* A type in words, such as "a list of strings", and the kind of node that it needs. */
const char *asst__type_words(unsigned type);
int asst__type_kind(unsigned type);

/* Whether a value, at the pointer, has no fault. */
bool asst__check_value(struct asst__check *check, const struct asst__field *field, asst__json *node);

#endif
