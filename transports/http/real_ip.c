#include "transports/http/real_ip.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/alloc.h"

/* Longer than any address, so that a log line stays a line. */
#define MAX_CLIENT 64

struct range {
	uint64_t address[2], mask[2];
};

struct ip_set {
	size_t count;
	struct range ranges[];
};

/* The mask of a prefix, in the byte order of addresses. */
static void
set_mask(struct range *range, unsigned bits)
{
	unsigned char bytes[16] = { 0 };

	for (unsigned i = 0; i < bits; i++)
		bytes[i / 8] |= (unsigned char)(0x80 >> i % 8);
	memcpy(range->mask, bytes, sizeof(bytes));
}

/* "0" to max, or -1. */
static int
parse_bits(const char *text, int max)
{
	int bits = 0;

	if (*text == '\0')
		return -1;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
			return -1;
		bits = bits * 10 + *text - '0';
		if (bits > max)
			return -1;
	}
	return bits;
}

/* Either kind of address; how many bits its family leads it with, or -1. */
static int
parse_address(const char *text, struct in6_addr *address)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (inet_pton(AF_INET6, text, address) == 1)
		return 0;
	memcpy(address->s6_addr, mapped, sizeof(mapped));
	if (inet_pton(AF_INET, text, address->s6_addr + sizeof(mapped)) == 1)
		return 96;
	return -1;
}

static bool
parse_range(const char *text, struct range *range)
{
	char copy[INET6_ADDRSTRLEN];
	const char *slash = strchr(text, '/');
	size_t len = slash != NULL ? (size_t)(slash - text) : strlen(text);
	struct in6_addr address;
	int family_bits, bits;

	if (len >= sizeof(copy))
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	family_bits = parse_address(copy, &address);
	if (family_bits < 0)
		return false;
	bits = 128 - family_bits;
	if (slash != NULL)
		bits = parse_bits(slash + 1, bits);
	if (bits < 0)
		return false;
	set_mask(range, (unsigned)(family_bits + bits));
	memcpy(range->address, &address, sizeof(address));
	/* Host bits say nothing: 10.0.0.1/8 is 10.0.0.0/8. */
	range->address[0] &= range->mask[0];
	range->address[1] &= range->mask[1];
	return true;
}

struct ip_set *
ip_set_new(const char *const *list, struct error *err)
{
	struct ip_set *set;
	size_t count = 0;

	while (list != NULL && list[count] != NULL)
		count++;
	set = xcalloc(1, sizeof(*set) + count * sizeof(set->ranges[0]));
	for (; set->count < count; set->count++) {
		if (parse_range(list[set->count], &set->ranges[set->count]))
			continue;
		error_set(err,
		    "http.real_ip_from: \"%s\" is not an address or CIDR",
		    list[set->count]);
		ip_set_free(set);
		return NULL;
	}
	return set;
}

void
ip_set_free(struct ip_set *set)
{
	free(set);
}

bool
ip_set_has(const struct ip_set *set, const struct in6_addr *address)
{
	uint64_t halves[2];

	memcpy(halves, address, sizeof(halves));
	for (size_t i = 0; i < set->count; i++) {
		const struct range *range = &set->ranges[i];

		if ((halves[0] & range->mask[0]) == range->address[0] &&
		    (halves[1] & range->mask[1]) == range->address[1])
			return true;
	}
	return false;
}

size_t
real_ip_first(const char *value, const char **start)
{
	size_t len;

	value += strspn(value, " \t");
	*start = value;
	len = strcspn(value, ", \t");
	if (len > MAX_CLIENT)
		return 0;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)value[i] < 0x20 || value[i] == 0x7f)
			return 0;
	return len;
}

/* By hand: inet_ntop() calls printf, which costs a third of a log record. */
static void
put_ipv4(char *at, const uint8_t bytes[4])
{
	for (int i = 0; i < 4; i++) {
		const uint8_t byte = bytes[i];

		if (byte >= 100)
			*at++ = (char)('0' + byte / 100);
		if (byte >= 10)
			*at++ = (char)('0' + byte / 10 % 10);
		*at++ = (char)('0' + byte % 10);
		*at++ = i < 3 ? '.' : '\0';
	}
}

void
ip_text(const struct in6_addr *address, char *out)
{
	if (IN6_IS_ADDR_V4MAPPED(address))
		put_ipv4(out, address->s6_addr + 12);
	else
		inet_ntop(AF_INET6, address, out, INET6_ADDRSTRLEN);
}
