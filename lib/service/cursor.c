/* SPDX-License-Identifier: MIT */
/*
 * Cursors of lists. The text is hexadecimal: format, sort, right, place, CRC32C. The
 * checksum also covers workspace and principal, so that a cursor fits nobody else. It is no
 * seal and need not be: every assistant that a page shows is decided on for its session.
 */
#include "service/cursor.h"
#include "base/crc32c.h"
#include "model/check.h"
#include "model/def.h"

#include <string.h>

#define FORMAT 1
#define HEAD_BYTES 3
#define CHECK_BYTES 4

static uint32_t checksum(const unsigned char *bytes, size_t size, const asst_session *session)
{
	struct asst__string principal = session->person.actor.principal;
	uint32_t crc = asst__crc32c(0, session->workspace, strlen(session->workspace) + 1);

	crc = asst__crc32c(crc, principal.text, principal.size + 1);
	return asst__crc32c(crc, bytes, size);
}

static const char digits[] = "0123456789abcdef";

static void write_hex(char *text, const unsigned char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 15];
	}
}

char *asst__cursor_write(const struct asst__place *place, unsigned sort, unsigned right,
			 const asst_session *session, const struct asst__mem *mem)
{
	unsigned char bytes[HEAD_BYTES + ASST__PLACE_MAX + CHECK_BYTES] = { FORMAT,
									    (unsigned char)sort,
									    (unsigned char)right };
	char text[2 * sizeof(bytes)];
	size_t i, size = HEAD_BYTES + place->size;
	uint32_t crc;

	memcpy(bytes + HEAD_BYTES, place->bytes, place->size);
	crc = checksum(bytes, size, session);
	for (i = 0; i < CHECK_BYTES; i++)
		bytes[size++] = (unsigned char)(crc >> (24 - 8 * i) & 0xff);
	write_hex(text, bytes, size);
	return asst__copy_text(mem, text, 2 * size);
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_hex(unsigned char *bytes, struct asst__string text)
{
	int high, low;

	for (size_t i = 0; i < text.size / 2; i++) {
		high = digit(text.text[2 * i]);
		low = digit(text.text[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		bytes[i] = (unsigned char)(high << 4 | low);
	}
	return text.size % 2 == 0;
}

bool asst__cursor_read(struct asst__place *place, struct asst__string text, unsigned sort,
		       unsigned right, const asst_session *session)
{
	unsigned char bytes[HEAD_BYTES + ASST__PLACE_MAX + CHECK_BYTES];
	size_t i, size = text.size / 2;
	uint32_t crc = 0;

	if (size > sizeof(bytes) || size < HEAD_BYTES + CHECK_BYTES + 1 + ASST__UUID_BYTES ||
	    !read_hex(bytes, text))
		return false;
	size -= CHECK_BYTES;
	for (i = 0; i < CHECK_BYTES; i++)
		crc = crc << 8 | bytes[size + i];
	if (crc != checksum(bytes, size, session) || bytes[0] != FORMAT || bytes[1] != sort ||
	    bytes[2] != right)
		return false;
	place->size = size - HEAD_BYTES;
	memcpy(place->bytes, bytes + HEAD_BYTES, place->size);
	return true;
}

int asst__cursor_fault(asst_error *err)
{
	asst__error_add_issue(err, "cursor", "/cursor",
			      "must be the cursor of a list with the same session, sort and right");
	return asst__fail(err, ASST_EVALIDATION, "the cursor does not belong to this list");
}

int asst__options_read(asst_buf **record, struct asst__view *view,
		       const struct asst__schema *schema, const char *options, size_t size,
		       const struct asst__call *call)
{
	const struct asst__limits *limits = &call->store->opts.limits;
	const struct asst__mem *mem = &call->store->mem;
	struct asst__check check;
	asst__json *tree;
	int status = asst__scan_object(&tree, options ? options : "{}", options ? size : 2, limits,
				       mem, call->err);

	*record = NULL;
	if (status != ASST_OK)
		return status;
	asst__check_begin(&check, limits, 0, mem, call->err);
	asst__check_object(&check, schema, tree);
	status = asst__check_end(&check);
	if (status == ASST_OK)
		status = asst__record_from_tree(record, schema, tree, mem, call->err);
	if (status == ASST_OK)
		status = asst__view_open(view, schema, asst_buf_data(*record),
					 asst_buf_size(*record), call->err);
	asst__json_free(tree);
	return status;
}

int asst__page_limit(size_t *limit, int64_t wanted, const struct asst__call *call)
{
	int64_t most = call->store->opts.limits.cap[ASST__LIMIT_LIST_PAGE];

	*limit = (size_t)wanted;
	if (wanted <= most)
		return ASST_OK;
	asst__error_add_issue(call->err, "limit", "/limit", "is more than a page may have");
	return asst__fail(call->err, ASST_ELIMIT, "list_page is limited to %lld", (long long)most);
}

/* Cursors of the feed: format, sequence, CRC32C over the workspace and them. */

#define FEED_FORMAT 2
#define FEED_BYTES 13

static void feed_bytes(unsigned char bytes[FEED_BYTES], uint64_t sequence, const char *workspace)
{
	uint32_t crc;
	size_t i;

	bytes[0] = FEED_FORMAT;
	for (i = 0; i < 8; i++)
		bytes[1 + i] = (unsigned char)(sequence >> (56 - 8 * i) & 0xff);
	crc = asst__crc32c(asst__crc32c(0, workspace, strlen(workspace) + 1), bytes, 9);
	for (i = 0; i < 4; i++)
		bytes[9 + i] = (unsigned char)(crc >> (24 - 8 * i) & 0xff);
}

char *asst__feed_cursor_write(uint64_t sequence, const char *workspace,
			      const struct asst__mem *mem)
{
	unsigned char bytes[FEED_BYTES];
	char text[2 * FEED_BYTES];

	feed_bytes(bytes, sequence, workspace);
	write_hex(text, bytes, sizeof(bytes));
	return asst__copy_text(mem, text, sizeof(text));
}

bool asst__feed_cursor_read(uint64_t *sequence, struct asst__string text, const char *workspace)
{
	unsigned char bytes[FEED_BYTES], right[FEED_BYTES];

	if (text.size != 2 * FEED_BYTES || !read_hex(bytes, text))
		return false;
	*sequence = asst__big_endian(bytes + 1);
	feed_bytes(right, *sequence, workspace);
	return memcmp(bytes, right, sizeof(bytes)) == 0;
}
