#include "transports/websocket/handshake.h"

#include <sha1.h>
#include <stdint.h>
#include <string.h>

#include "runtime/base/ascii.h"

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* 22 characters, of which the last has four bits that stand for nothing. */
#define KEY_DIGITS 22

bool
handshake_is_key(const char *key)
{
	return strspn(key, alphabet) == KEY_DIGITS &&
	    strcmp(key + KEY_DIGITS, "==") == 0;
}

/* In base64, which for so many bytes ends with one "=". */
static void
write_digest(
    const uint8_t digest[SHA1_DIGEST_LENGTH], char out[HANDSHAKE_ACCEPT_SIZE])
{
	uint8_t bytes[SHA1_DIGEST_LENGTH + 1] = { 0 };

	memcpy(bytes, digest, SHA1_DIGEST_LENGTH);
	for (size_t i = 0; i < sizeof(bytes); i += 3) {
		const unsigned triple = (unsigned)bytes[i] << 16 |
		    (unsigned)bytes[i + 1] << 8 | bytes[i + 2];

		for (unsigned digit = 0; digit < 4; digit++)
			*out++ = alphabet[triple >> (18 - 6 * digit) & 63];
	}
	out[-1] = '=';
	*out = '\0';
}

void
handshake_accept(const char *key, char out[HANDSHAKE_ACCEPT_SIZE])
{
	static const char magic[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	uint8_t digest[SHA1_DIGEST_LENGTH];
	SHA1_CTX sha1;

	SHA1Init(&sha1);
	SHA1Update(&sha1, (const uint8_t *)key, strlen(key));
	SHA1Update(&sha1, (const uint8_t *)magic, sizeof(magic) - 1);
	SHA1Final(digest, &sha1);
	write_digest(digest, out);
}

#define BETWEEN ", \t"

static bool
is_among(const char *name, size_t len, const char *list)
{
	while (*list != '\0') {
		const size_t size = strcspn(list, BETWEEN);

		if (size == len && memcmp(list, name, len) == 0)
			return true;
		list += size;
		list += strspn(list, BETWEEN);
	}
	return false;
}

size_t
handshake_subprotocol(const char *wanted, const char *ours, const char **start)
{
	wanted += strspn(wanted, BETWEEN);
	while (*wanted != '\0') {
		const size_t len = strcspn(wanted, BETWEEN);

		if (is_among(wanted, len, ours)) {
			*start = wanted;
			return len;
		}
		wanted += len;
		wanted += strspn(wanted, BETWEEN);
	}
	return 0;
}

bool
handshake_is_allowed(const char *origin, const char *const *list)
{
	if (origin == NULL || list == NULL || list[0] == NULL)
		return true;
	for (; *list != NULL; list++)
		if (ascii_casecmp(origin, *list) == 0)
			return true;
	return false;
}
