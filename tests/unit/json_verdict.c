/* SPDX-License-Identifier: MIT */
/* Reads documents, one a line in hex, and prints the scanner's verdict on each: a code or "ok". */
#include "json/json.h"

#include <assistant/error.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Digits to bytes in place; how many, or SIZE_MAX when they are no pairs of digits. */
static size_t from_hex(char *line)
{
	static const char digits[] = "0123456789abcdef";
	const char *high, *low;
	size_t size = 0;
	char *at;

	for (at = line; *at && *at != '\n'; at += 2) {
		high = strchr(digits, at[0]);
		low = at[1] ? strchr(digits, at[1]) : NULL;
		if (!high || !low)
			return SIZE_MAX;
		line[size++] = (char)((high - digits) * 16 + (low - digits));
	}
	return size;
}

/* In a block of its own size, so that a sanitizer sees what is read beyond it. */
static int verdict(const char *document, size_t size)
{
	asst_error *err = asst_error_new();
	char *exact = malloc(size ? size : 1);
	asst__json *tree;
	int status;

	if (!err || !exact)
		return 1;
	memcpy(exact, document, size);
	status = asst__json_scan(&tree, exact, size, NULL, &asst__mem_libc, err);
	puts(status == ASST_OK ? "ok" : asst_error_issue_code(err, 0));
	asst__json_free(tree);
	asst_error_free(err);
	free(exact);
	return 0;
}

int main(void)
{
	char *line = NULL;
	size_t room = 0, size;
	int status = 0;

	while (status == 0 && getline(&line, &room, stdin) > 0) {
		size = from_hex(line);
		status = size == SIZE_MAX ? 1 : verdict(line, size);
	}
	free(line);
	return status;
}
