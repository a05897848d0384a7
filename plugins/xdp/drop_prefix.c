/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "drop_prefix.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Longer than any address with its length. */
#define PREFIX_TEXT_MAX 96

static uint64_t prefix_load(const uint8_t *bytes)
{
	uint64_t value = 0;

	for (int i = 0; i < 8; i++)
		value = value << 8 | bytes[i];
	return value;
}

static void prefix_store(uint64_t value, uint8_t *bytes)
{
	for (int i = 7; i >= 0; i--, value >>= 8)
		bytes[i] = (uint8_t)value;
}

static uint64_t prefix_mask(unsigned int bits)
{
	return bits >= 64 ? UINT64_MAX : bits ? ~(UINT64_MAX >> bits) : 0;
}

/* The bits of an IPv4 or IPv6 address; false where it is none. */
static bool prefix_address(const char *text, struct xdp_prefix *prefix)
{
	uint8_t bytes[16] = { 0 };

	prefix->is_ipv4 = inet_pton(AF_INET, text, bytes) == 1;
	if (!prefix->is_ipv4 && inet_pton(AF_INET6, text, bytes) != 1)
		return false;
	prefix->high = prefix_load(bytes);
	prefix->low = prefix_load(bytes + 8);
	return true;
}

void xdp_prefix_text(const struct xdp_prefix *prefix, char *buf, size_t size)
{
	char address[INET6_ADDRSTRLEN] = "?";
	uint8_t bytes[16];

	prefix_store(prefix->high, bytes);
	prefix_store(prefix->low, bytes + 8);
	inet_ntop(prefix->is_ipv4 ? AF_INET : AF_INET6, bytes, address, sizeof(address));
	if (prefix->bits == (prefix->is_ipv4 ? 32 : 128))
		snprintf(buf, size, "%s%s", prefix->is_exception ? "!" : "", address);
	else
		snprintf(buf, size, "%s%s/%u", prefix->is_exception ? "!" : "", address,
			 prefix->bits);
}

/* ---- what people write instead ------------------------------------------------------------------- */

/* "10.0.0.0/255.0.0.0": the length that the mask has, or -1. */
static int prefix_mask_bits(const char *text)
{
	struct in_addr mask;
	uint32_t bits;

	if (inet_pton(AF_INET, text, &mask) != 1)
		return -1;
	bits = ntohl(mask.s_addr);
	if (~bits & (~bits + 1))
		return -1;
	return __builtin_popcount(bits);
}

static int prefix_fail_length(const char *text, const char *address, const char *length,
			      unsigned int most, struct bpfhost_error *err)
{
	int bits = most == 32 ? prefix_mask_bits(length) : -1;

	if (bits >= 0)
		bpfhost_error_set(err, 0, "'%.80s' has a mask behind the '/'; write %s/%d", text,
				  address, bits);
	else
		bpfhost_error_set(err, 0, "'%.80s' must have a length from 0 to %u behind the '/'",
				  text, most);
	return -EINVAL;
}

/* Four numbers, with zeros in front that some read as octal. */
static bool prefix_is_padded(const char *text)
{
	unsigned int parts[4];
	char more;

	return sscanf(text, "%3u.%3u.%3u.%3u%c", &parts[0], &parts[1], &parts[2], &parts[3],
		      &more) == 4 &&
	       parts[0] < 256 && parts[1] < 256 && parts[2] < 256 && parts[3] < 256;
}

static int prefix_fail_address(const char *text, const char *address, struct bpfhost_error *err)
{
	const char *hint = "write it as 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32";

	if (strchr(address, '*'))
		hint = "a prefix is written as 192.0.2.0/24";
	else if (strchr(address, '%'))
		hint = "leave out the interface behind the '%'";
	else if (strchr(address, '-'))
		hint = "write a range as the prefixes that it consists of";
	else if (prefix_is_padded(address))
		hint = "leave out the zeros in front of its numbers";
	else if (!strchr(address, ':') && strspn(address, "0123456789.") == strlen(address) &&
		 *address != '.')
		hint = "write all four numbers, as in 192.0.2.1 or 192.0.0.0/16";
	bpfhost_error_set(err, 0, "'%.80s' is no address; %s", text, hint);
	return -EINVAL;
}

static int prefix_fail_tail(const char *text, const struct xdp_prefix *prefix, const char *address,
			    struct bpfhost_error *err)
{
	struct xdp_prefix right = *prefix;
	char spelling[XDP_PREFIX_TEXT];

	right.high &= prefix_mask(right.bits);
	right.low &= right.bits > 64 ? prefix_mask(right.bits - 64U) : 0;
	xdp_prefix_text(&right, spelling, sizeof(spelling));
	bpfhost_error_set(
		err, 0,
		"'%.80s' has bits set behind its length; write %s, or %s for the one address", text,
		spelling, address);
	return -EINVAL;
}

/* ---- parsing --------------------------------------------------------------------------------------- */

/* Digits only, three at most, no zero in front. */
static bool prefix_length(const char *text, unsigned int most, uint8_t *ret_bits)
{
	unsigned int bits = 0;

	if (!*text || strlen(text) > 3 || (*text == '0' && text[1]))
		return false;
	for (; *text; text++) {
		if (!isdigit((unsigned char)*text))
			return false;
		bits = bits * 10 + (unsigned int)(*text - '0');
	}
	if (bits > most)
		return false;
	*ret_bits = (uint8_t)bits;
	return true;
}

/* ::ffff:a.b.c.d is what IPv6's sockets call the IPv4 address. */
static void prefix_unmap(struct xdp_prefix *prefix)
{
	if (prefix->is_ipv4 || prefix->bits < 96 || prefix->high || prefix->low >> 32 != 0xffff)
		return;
	prefix->is_ipv4 = true;
	prefix->high = prefix->low << 32;
	prefix->low = 0;
	prefix->bits -= 96;
}

int xdp_prefix_parse(const char *text, struct xdp_prefix *ret_prefix, struct bpfhost_error *err)
{
	char address[PREFIX_TEXT_MAX];
	const char *slash = strchr(text, '/');
	size_t length = slash ? (size_t)(slash - text) : strlen(text);
	struct xdp_prefix prefix = *ret_prefix;
	unsigned int most;

	if (length >= sizeof(address))
		return prefix_fail_address(text, text, err);
	memcpy(address, text, length);
	address[length] = '\0';
	if (!prefix_address(address, &prefix))
		return prefix_fail_address(text, address, err);
	most = prefix.is_ipv4 ? 32 : 128;
	prefix.bits = (uint8_t)most;
	if (slash && !prefix_length(slash + 1, most, &prefix.bits))
		return prefix_fail_length(text, address, slash + 1, most, err);
	if (prefix.high & ~prefix_mask(prefix.bits) ||
	    prefix.low & ~(prefix.bits > 64 ? prefix_mask(prefix.bits - 64U) : 0))
		return prefix_fail_tail(text, &prefix, address, err);
	prefix_unmap(&prefix);
	*ret_prefix = prefix;
	return 0;
}
