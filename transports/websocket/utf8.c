#include "transports/websocket/utf8.h"

#include <string.h>

/* By first byte: how many follow, and what the first of these may be. */
static const struct lead {
	uint8_t from, to, left, low, high;
} leads[] = {
	{ 0xc2, 0xdf, 1, 0x80, 0xbf },
	{ 0xe0, 0xe0, 2, 0xa0, 0xbf }, /* not overlong */
	{ 0xe1, 0xec, 2, 0x80, 0xbf },
	{ 0xed, 0xed, 2, 0x80, 0x9f }, /* no surrogates */
	{ 0xee, 0xef, 2, 0x80, 0xbf },
	{ 0xf0, 0xf0, 3, 0x90, 0xbf }, /* not overlong */
	{ 0xf1, 0xf3, 3, 0x80, 0xbf },
	{ 0xf4, 0xf4, 3, 0x80, 0x8f }, /* up to U+10FFFF */
};

static bool
begin(struct utf8 *utf8, uint8_t byte)
{
	for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++)
		if (byte >= leads[i].from && byte <= leads[i].to) {
			*utf8 = (struct utf8) { leads[i].left, leads[i].low,
				leads[i].high };
			return true;
		}
	return false;
}

/* How many ASCII bytes there are, eight at a time. */
static size_t
skip_ascii(const char *data, size_t len)
{
	size_t at = 0;

	while (len - at >= sizeof(uint64_t)) {
		uint64_t word;

		memcpy(&word, data + at, sizeof(word));
		if ((word & UINT64_C(0x8080808080808080)) != 0)
			break;
		at += sizeof(word);
	}
	return at;
}

bool
utf8_feed(struct utf8 *utf8, const char *data, size_t len)
{
	for (size_t at = 0; at < len; at++) {
		uint8_t byte;

		if (utf8->left == 0)
			at += skip_ascii(data + at, len - at);
		if (at == len)
			break;
		byte = (uint8_t)data[at];
		if (utf8->left > 0) {
			if (byte < utf8->low || byte > utf8->high)
				return false;
			*utf8 = (struct utf8) { (uint8_t)(utf8->left - 1), 0x80,
				0xbf };
		} else if (byte >= 0x80 && !begin(utf8, byte)) {
			return false;
		}
	}
	return true;
}

bool
utf8_is_whole(const struct utf8 *utf8)
{
	return utf8->left == 0;
}

bool
utf8_is_text(const char *data, size_t len)
{
	struct utf8 utf8 = { 0 };

	return utf8_feed(&utf8, data, len) && utf8_is_whole(&utf8);
}
