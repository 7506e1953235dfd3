/* SPDX-License-Identifier: MIT */
/* From where a token may be used: hosts and ranges of addresses, and the peer that a host names. */
#include "service/credentials.h"
#include "model/check.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/*
 * An address of its family's size, or 0. An IPv4 address in IPv6's clothes, as servers of both
 * families are given it, is the IPv4 address.
 */
static size_t read_address(unsigned char bytes[16], const char *text)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (inet_pton(AF_INET, text, bytes) == 1)
		return 4;
	if (inet_pton(AF_INET6, text, bytes) != 1)
		return 0;
	if (memcmp(bytes, mapped, sizeof(mapped)) != 0)
		return 16;
	memmove(bytes, bytes + sizeof(mapped), 4);
	return 4;
}

/* "address/bits", with no bit set beyond those; 0 where it is none. */
static size_t read_range(unsigned char bytes[16], unsigned *bits, const char *text)
{
	const char *slash = strchr(text, '/');
	size_t size, digits_size = slash ? strspn(slash + 1, "0123456789") : 0;
	char address[64];
	unsigned i;

	if (!digits_size || digits_size > 3 || slash[1 + digits_size] ||
	    (slash[1] == '0' && digits_size > 1) || (size_t)(slash - text) >= sizeof(address))
		return 0;
	memcpy(address, text, (size_t)(slash - text));
	address[slash - text] = '\0';
	size = read_address(bytes, address);
	*bits = (unsigned)strtoul(slash + 1, NULL, 10);
	if (size == 4 && strchr(address, ':')) {
		if (*bits < 96)
			return 0;
		*bits -= 96;
	}
	if (*bits > 8 * size)
		return 0;
	for (i = *bits; i < 8 * size; i++) {
		if (bytes[i / 8] & 0x80u >> i % 8)
			return 0;
	}
	return size;
}

static bool in_range(const char *range, const char *peer)
{
	unsigned char network[16], address[16];
	unsigned bits, i;
	size_t size = read_range(network, &bits, range);

	if (!size || read_address(address, peer) != size)
		return false;
	for (i = 0; i < bits; i++) {
		unsigned bit = 0x80u >> i % 8;

		if ((network[i / 8] ^ address[i / 8]) & bit)
			return false;
	}
	return true;
}

/*
 * A host's name: labels with a '.' between them. The last one is no number: that would be an
 * address with a fault in it, which no host has.
 */
static bool name_valid(const char *text)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	size_t size;

	if (strlen(text) > 253)
		return false;
	for (;; text += size + 1) {
		size = strcspn(text, ".");
		if (size < 1 || size > 63 || strspn(text, letters) < size || text[0] == '-' ||
		    text[size - 1] == '-')
			return false;
		if (!text[size])
			return strspn(text, "0123456789") < size;
	}
}

/* The text of a member; NULL where that is a fault already. */
static const char *text_of(const asst__json *tree, const char *name)
{
	const asst__json *member = asst__json_member(tree, name);
	const char *text = asst__json_kind(member) == ASST__JSON_STRING ?
				   asst__json_text(member) : NULL;

	return text && text[strspn(text, " \t\r\n")] ? text : NULL;
}

/* From where a token can be used; from nowhere would be a mistake. */
void asst__peer_check(struct asst__check *check, const asst__json *tree)
{
	const char *cidr = text_of(tree, "cidr"), *host = text_of(tree, "host");
	unsigned char bytes[16];
	unsigned bits;
	bool range = cidr && read_range(bytes, &bits, cidr), address, named;

	if (cidr && !range)
		asst__fault(check, "cidr", "format",
			    "must be an address, \"/\" and its bits, with none set behind them");
	if (!host)
		return;
	address = read_address(bytes, host) != 0;
	named = !address && name_valid(host);
	if (!address && !named)
		asst__fault(check, "host", "format", "must be an address or a host's name");
	else if (range && !in_range(cidr, host))
		asst__fault(check, "host", "contradiction",
			    named ? "a host that is told by its name lies in no range (cidr)" :
				    "does not lie in the range (cidr)");
}

/* Two spellings of one address are the same host. */
static bool same_host(const char *host, const char *peer)
{
	unsigned char a[16], b[16];
	size_t size = read_address(a, host);

	if (size)
		return read_address(b, peer) == size && memcmp(a, b, size) == 0;
	return strcasecmp(host, peer) == 0;
}

bool asst__peer_fits(const struct asst__view *token, const char *peer)
{
	struct asst__string host = asst__view_text(token, ASST__TOKEN_HOST);
	struct asst__string cidr = asst__view_text(token, ASST__TOKEN_CIDR);

	if (!host.text && !cidr.text)
		return true;
	return peer && (!host.text || same_host(host.text, peer)) &&
	       (!cidr.text || in_range(cidr.text, peer));
}
