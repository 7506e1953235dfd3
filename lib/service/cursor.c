/* SPDX-License-Identifier: MIT */
/*
 * Cursors of lists. The text is hexadecimal: format, sort, right, place, CRC32C. The
 * checksum also covers workspace and principal, so that a cursor fits nobody else. It is no
 * seal and need not be: every assistant that a page shows is decided on for its session.
 */
#include "service/cursor.h"
#include "base/crc32c.h"

#include <string.h>

#define FORMAT 1
#define HEAD_BYTES 3
#define CHECK_BYTES 4

static uint32_t checksum(const unsigned char *bytes, size_t size, const asst_session *session)
{
	struct asst__string principal = session->actor.principal;
	uint32_t crc = asst__crc32c(0, session->workspace, strlen(session->workspace) + 1);

	crc = asst__crc32c(crc, principal.text, principal.size + 1);
	return asst__crc32c(crc, bytes, size);
}

char *asst__cursor_write(const struct asst__place *place, unsigned sort, unsigned right,
			 const asst_session *session, const struct asst__mem *mem)
{
	static const char digits[] = "0123456789abcdef";
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
	for (i = 0; i < size; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 15];
	}
	return asst__copy_text(mem, text, 2 * size);
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool asst__cursor_read(struct asst__place *place, struct asst__string text, unsigned sort,
		       unsigned right, const asst_session *session)
{
	unsigned char bytes[HEAD_BYTES + ASST__PLACE_MAX + CHECK_BYTES];
	size_t i, size = text.size / 2;
	uint32_t crc = 0;
	int high, low;

	if (text.size % 2 || size > sizeof(bytes) ||
	    size < HEAD_BYTES + CHECK_BYTES + 1 + ASST__UUID_BYTES)
		return false;
	for (i = 0; i < size; i++) {
		high = digit(text.text[2 * i]);
		low = digit(text.text[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		bytes[i] = (unsigned char)(high << 4 | low);
	}
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
