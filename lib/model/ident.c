/* SPDX-License-Identifier: MIT */
/* Identifiers: the forms of ids, principals and slugs. */
#include "model/ident.h"

#include <string.h>

static bool alphanumeric(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool asst__ident_valid(const char *text, size_t size)
{
	size_t i;

	if (size < 1 || size > ASST__IDENT_MAX)
		return false;
	for (i = 0; i < size; i++) {
		if (!alphanumeric(text[i]) && !memchr("._@+-", text[i], 5))
			return false;
	}
	return true;
}

static bool prefixed(const char *prefix, const char *text, size_t size)
{
	size_t skip = strlen(prefix);

	return size > skip && memcmp(text, prefix, skip) == 0 &&
	       asst__ident_valid(text + skip, size - skip);
}

bool asst__owner_valid(const char *text, size_t size)
{
	return prefixed("user:", text, size) || prefixed("team:", text, size);
}

bool asst__principal_valid(const char *text, size_t size)
{
	return asst__owner_valid(text, size) || prefixed("key:", text, size) ||
	       (size == 9 && memcmp(text, "workspace", 9) == 0);
}

static bool slug_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

bool asst__slug_valid(const char *text, size_t size)
{
	size_t i;

	if (size < 1 || size > ASST__SLUG_MAX)
		return false;
	for (i = 0; i < size; i++) {
		if (!slug_char(text[i]))
			return false;
	}
	return true;
}

size_t asst__slug_from_name(char slug[ASST__SLUG_MAX + 1], const char *name, size_t size)
{
	size_t i, length = 0;

	/* Room stays for a number behind it, should the slug be taken. */
	for (i = 0; i < size && length < ASST__SLUG_MAX - 14; i++) {
		char c = name[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (slug_char(c) && c != '-')
			slug[length++] = c;
		else if (length && slug[length - 1] != '-')
			slug[length++] = '-';
	}
	while (length && slug[length - 1] == '-')
		length--;
	if (!length) {
		memcpy(slug, "assistant", 9);
		length = 9;
	}
	slug[length] = '\0';
	return length;
}
