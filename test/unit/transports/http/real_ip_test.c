#include "transports/http/real_ip.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct in6_addr
address_of(const char *text)
{
	struct in6_addr address;
	char mapped[INET6_ADDRSTRLEN] = "::ffff:";

	if (strchr(text, ':') == NULL)
		text = strncat(mapped, text, 16);
	assert_int_equal(inet_pton(AF_INET6, text, &address), 1);
	return address;
}

static char *
exact(const char *text)
{
	char *copy = strdup(text);

	assert_non_null(copy);
	return copy;
}

static const struct {
	const char *range, *address;
	bool has;
} members[] = {
	{ "127.0.0.1", "127.0.0.1", true },
	{ "127.0.0.1", "127.0.0.2", false },
	{ "10.0.0.0/8", "10.255.255.255", true },
	{ "10.0.0.0/8", "11.0.0.0", false },
	{ "10.0.0.1/8", "10.2.3.4", true },
	{ "10.0.0.128/25", "10.0.0.127", false },
	{ "10.0.0.128/25", "10.0.0.128", true },
	{ "10.0.0.7/32", "10.0.0.7", true },
	{ "10.0.0.7/32", "10.0.0.6", false },
	{ "0.0.0.0/0", "203.0.113.9", true },
	{ "0.0.0.0/0", "::1", false },
	{ "::1", "::1", true },
	{ "::1", "0.0.0.1", false },
	{ "fc00::/7", "fdff::1", true },
	{ "fc00::/7", "fe00::1", false },
	{ "fc00::1/7", "fd00::2", true },
	{ "2001:db8::/64", "2001:db8::ffff:0:0:1", true },
	{ "2001:db8::/64", "2001:db8:0:1::", false },
	{ "2001:db8::/65", "2001:db8::8000:0:0:0", false },
	{ "::/0", "10.0.0.1", true },
	{ "::ffff:10.0.0.0/104", "10.9.9.9", true },
	{ "::ffff:10.0.0.0/104", "11.9.9.9", false },
};

static void
finds_an_address_in_its_ranges_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(members); i++) {
		struct in6_addr address = address_of(members[i].address);
		char *range = exact(members[i].range);
		const char *const list[] = { "192.0.2.1", range, NULL };
		struct ip_set *set = ip_set_new(list, NULL);

		assert_non_null(set);
		if (ip_set_has(set, &address) != members[i].has)
			fail_msg("%s in %s", members[i].address, range);
		ip_set_free(set);
		free(range);
	}
}

static void
is_empty_without_a_list(void **state)
{
	const char *const none[] = { NULL };
	struct in6_addr address = address_of("127.0.0.1");
	struct ip_set *set = ip_set_new(none, NULL);

	(void)state;
	assert_false(ip_set_has(set, &address));
	ip_set_free(set);
	set = ip_set_new(NULL, NULL);
	assert_false(ip_set_has(set, &address));
	ip_set_free(set);
	ip_set_free(NULL);
}

static void
refuses_what_is_no_range_by_name(void **state)
{
	static const char *const bad[] = { "10.0.0.0/33", "::/129", "10.0.0.0/",
		"10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8", "10.0.0.0/ 8",
		"10.0.0.0/4294967296", "10.0.0", "10.0.0.256", "010.0.0.1",
		"localhost", "", "/8", " 10.0.0.0", "fe80::1%eth0", "::1::",
		"0000:0000:0000:0000:0000:ffff:255.255.255.255:0000:0000" };

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		char *range = exact(bad[i]);
		const char *const list[] = { "10.0.0.0/8", range, NULL };
		char want[256];
		struct error err;

		assert_null(ip_set_new(list, &err));
		snprintf(want, sizeof(want),
		    "http.real_ip_from: "
		    "\"%s\" is not an address or CIDR",
		    bad[i]);
		assert_string_equal(err.text, want);
		free(range);
	}
}

#define TEN "0123456789"
#define SIXTY TEN TEN TEN TEN TEN TEN

static const struct {
	const char *value, *first;
} values[] = {
	{ "1.2.3.4", "1.2.3.4" },
	{ "1.2.3.4, 10.0.0.1", "1.2.3.4" },
	{ "1.2.3.4,10.0.0.1", "1.2.3.4" },
	{ "   1.2.3.4 10.0.0.1", "1.2.3.4" },
	{ "\t 1.2.3.4\t", "1.2.3.4" },
	{ "1.2.3.4:5678", "1.2.3.4:5678" },
	{ "2001:db8::1, 10.0.0.1", "2001:db8::1" },
	{ "not-an-ip", "not-an-ip" },
	{ "", "" },
	{ "   ", "" },
	{ ", 1.2.3.4", "" },
	{ " ,1.2.3.4", "" },
	{ "1.2\n.3.4", "" },
	{ "1.2.3.4\x1b[2J", "" },
	{ "1.2.3.4\x7f", "" },
	{ "1.2.3.4 \x01", "1.2.3.4" },
	{ SIXTY "0123", SIXTY "0123" },
	{ SIXTY "01234", "" },
};

static void
takes_the_first_client_of_a_header(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(values); i++) {
		char *value = exact(values[i].value);
		const char *start;
		size_t len = real_ip_first(value, &start);

		assert_int_equal(len, strlen(values[i].first));
		assert_memory_equal(start, values[i].first, len);
		free(value);
	}
}

static void
shows_a_mapped_address_as_ipv4(void **state)
{
	static const char *const texts[] = { "10.0.0.1", "::1", "2001:db8::1",
		"::", "255.255.255.255" };

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct in6_addr address = address_of(texts[i]);
		char *out = malloc(INET6_ADDRSTRLEN);

		assert_non_null(out);
		ip_text(&address, out);
		assert_string_equal(out, texts[i]);
		free(out);
	}
}

static void
writes_each_number_of_an_ipv4_address(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 256; i++) {
		char text[INET6_ADDRSTRLEN], out[INET6_ADDRSTRLEN];
		struct in6_addr address;

		snprintf(text, sizeof(text), "%u.%u.0.%u", i, 255 - i, i);
		address = address_of(text);
		ip_text(&address, out);
		assert_string_equal(out, text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_an_address_in_its_ranges_alone),
		cmocka_unit_test(is_empty_without_a_list),
		cmocka_unit_test(refuses_what_is_no_range_by_name),
		cmocka_unit_test(takes_the_first_client_of_a_header),
		cmocka_unit_test(shows_a_mapped_address_as_ipv4),
		cmocka_unit_test(writes_each_number_of_an_ipv4_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
