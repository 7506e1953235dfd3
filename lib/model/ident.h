/* SPDX-License-Identifier: MIT */
/* Identifiers: the forms of ids, principals and slugs. */
#ifndef ASST_MODEL_IDENT_H
#define ASST_MODEL_IDENT_H

#include <stdbool.h>
#include <stddef.h>

#define ASST__IDENT_MAX 128
#define ASST__SLUG_MAX 64
/* "team:" and an identifier */
#define ASST__PRINCIPAL_MAX (5 + ASST__IDENT_MAX)

/* 1 to 128 bytes of [A-Za-z0-9._@+-]. */
bool asst__ident_valid(const char *text, size_t size);
/* "user:ID", "team:ID", "key:ID" or "workspace". */
bool asst__principal_valid(const char *text, size_t size);
/* "user:ID" or "team:ID": what can own. */
bool asst__owner_valid(const char *text, size_t size);
/* 1 to 64 of [a-z0-9-]. */
bool asst__slug_valid(const char *text, size_t size);
/* A slug from a name: letters and digits of ASCII in lower case, "-" between; never empty. */
size_t asst__slug_from_name(char slug[ASST__SLUG_MAX + 1], const char *name, size_t size);

#endif
