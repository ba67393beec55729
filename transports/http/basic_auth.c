#include "transports/http/basic_auth.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "runtime/base/ascii.h"

/* Where the bytes of "name:password" go: only the name is kept. */
struct name {
	char *out;
	size_t len, size;
	bool has_ended;
};

/* The value of a base64 character, or -1. */
static int
sextet(char character)
{
	if (character >= 'A' && character <= 'Z')
		return character - 'A';
	if (character >= 'a' && character <= 'z')
		return character - 'a' + 26;
	if (character >= '0' && character <= '9')
		return character - '0' + 52;
	if (character == '+')
		return 62;
	return character == '/' ? 63 : -1;
}

/*
 * Decodes four characters into *bytes and returns how many they are: 3, or in
 * the last group 2 or 1; 0 for what RFC 4648 does not allow, spare bits that
 * are not zero among it.
 */
static size_t
decode_group(const char *group, bool is_last, unsigned char *bytes)
{
	size_t count = 3;
	uint32_t bits = 0;

	if (is_last && group[3] == '=')
		count = group[2] == '=' ? 1 : 2;
	for (size_t i = 0; i < 4; i++) {
		int value = i <= count ? sextet(group[i]) : 0;

		if (value < 0)
			return 0;
		bits = bits << 6 | (uint32_t)value;
	}
	if ((bits & ((1u << (8 * (3 - count))) - 1)) != 0)
		return 0;
	bytes[0] = (unsigned char)(bits >> 16);
	bytes[1] = (unsigned char)(bits >> 8);
	bytes[2] = (unsigned char)bits;
	return count;
}

/* RFC 7617 allows control characters in neither name nor password. */
static bool
add_byte(struct name *name, unsigned char byte)
{
	if (byte < 0x20 || byte == 0x7f)
		return false;
	if (byte == ':')
		name->has_ended = true;
	if (name->has_ended)
		return true;
	if (name->len + 1 >= name->size)
		return false;
	name->out[name->len++] = (char)byte;
	return true;
}

static bool
decode(struct name *name, const char *text)
{
	size_t len = strlen(text);

	if (len % 4 != 0)
		return false;
	for (size_t at = 0; at < len; at += 4) {
		unsigned char bytes[3];
		size_t count = decode_group(text + at, at + 4 == len, bytes);

		if (count == 0)
			return false;
		for (size_t i = 0; i < count; i++)
			if (!add_byte(name, bytes[i]))
				return false;
	}
	return name->has_ended;
}

size_t
basic_auth_user(const char *value, char *out, size_t size)
{
	struct name name = { .out = out, .size = size };

	if (size == 0)
		return 0;
	out[0] = '\0';
	if (ascii_ncasecmp(value, "Basic ", 6) != 0)
		return 0;
	for (value += 6; *value == ' '; value++)
		continue;
	if (!decode(&name, value))
		name.len = 0;
	out[name.len] = '\0';
	return name.len;
}
