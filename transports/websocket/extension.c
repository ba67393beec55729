#include "transports/websocket/extension.h"

#include <string.h>

/*
 * The windows that we ask for: 4 KiB compress text of chats and the like nearly
 * as well as 32 KiB, and cost an eighth.
 */
#define OUR_BITS 12
/* zlib has no smaller window without a header around it. */
#define LEAST_BITS 9
#define MOST_BITS 15

/* A part of the header. */
struct word {
	const char *text;
	size_t len;
};

static bool
is(struct word word, const char *text)
{
	return word.len == strlen(text) &&
	    memcmp(word.text, text, word.len) == 0;
}

static struct word
trim(const char *text, size_t len)
{
	while (len > 0 && (text[0] == ' ' || text[0] == '\t'))
		text++, len--;
	while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t'))
		len--;
	return (struct word) { text, len };
}

/* Takes what stands before the next separator off the list. */
static struct word
take(struct word *list, char separator)
{
	const char *end = memchr(list->text, separator, list->len);
	const size_t len = end != NULL ? (size_t)(end - list->text) : list->len;
	const struct word first = trim(list->text, len);

	list->text += len;
	list->len -= len;
	if (end != NULL) {
		list->text++;
		list->len--;
	}
	return first;
}

/* The number of bits, maybe in quotes; 0 for anything but 8 to 15. */
static uint8_t
bits_of(struct word value)
{
	unsigned bits = 0;

	if (value.len >= 2 && value.text[0] == '"' &&
	    value.text[value.len - 1] == '"')
		value = (struct word) { value.text + 1, value.len - 2 };
	if (value.len == 0 || value.len > 2 || value.text[0] == '0')
		return 0;
	for (size_t i = 0; i < value.len; i++) {
		if (value.text[i] < '0' || value.text[i] > '9')
			return 0;
		bits = 10 * bits + (unsigned)(value.text[i] - '0');
	}
	return bits >= 8 && bits <= MOST_BITS ? (uint8_t)bits : 0;
}

static uint8_t
least(uint8_t a, uint8_t b)
{
	return a < b ? a : b;
}

static bool
set_flag(bool *flag, bool has_value)
{
	const bool is_new = !*flag && !has_value;

	*flag = true;
	return is_new;
}

/* False: unknown, twice, or with a value that makes no sense. */
static bool
set_parameter(struct ws_deflate *deflate, struct word parameter)
{
	const bool has_value = memchr(parameter.text, '=', parameter.len) !=
	    NULL;
	const struct word name = take(&parameter, '=');
	const uint8_t bits = has_value
	    ? bits_of(trim(parameter.text, parameter.len))
	    : MOST_BITS;

	if (is(name, "server_no_context_takeover"))
		return set_flag(&deflate->server_resets, has_value);
	if (is(name, "client_no_context_takeover"))
		return set_flag(&deflate->client_resets, has_value);
	if (is(name, "server_max_window_bits")) {
		deflate->server_bits = least(OUR_BITS, bits);
		return set_flag(&deflate->says_server_bits, !has_value) &&
		    bits >= LEAST_BITS;
	}
	if (is(name, "client_max_window_bits")) {
		deflate->client_bits = least(OUR_BITS, bits);
		return set_flag(&deflate->says_client_bits, false) && bits > 0;
	}
	return false;
}

static bool
accept_offer(struct word offer, struct ws_deflate *deflate)
{
	const struct word name = take(&offer, ';');

	*deflate = (struct ws_deflate) {
		.is_on = true, .server_bits = OUR_BITS, .client_bits = MOST_BITS
	};
	if (!is(name, "permessage-deflate"))
		return false;
	while (offer.len > 0)
		if (!set_parameter(deflate, take(&offer, ';')))
			return false;
	return true;
}

bool
extension_accept(const char *offers, struct ws_deflate *deflate)
{
	struct word list = { offers, strlen(offers) };

	while (list.len > 0)
		if (accept_offer(take(&list, ','), deflate))
			return true;
	*deflate = (struct ws_deflate) { 0 };
	return false;
}

static void
add_bits(char *out, const char *name, unsigned bits)
{
	const char digits[] = { (char)('0' + bits / 10),
		(char)('0' + bits % 10), '\0' };

	strcat(out, name);
	strcat(out, bits < 10 ? digits + 1 : digits);
}

void
extension_write(const struct ws_deflate *deflate, char out[EXTENSION_SIZE])
{
	strcpy(out, "permessage-deflate");
	if (deflate->server_resets)
		strcat(out, "; server_no_context_takeover");
	if (deflate->client_resets)
		strcat(out, "; client_no_context_takeover");
	if (deflate->says_server_bits)
		add_bits(
		    out, "; server_max_window_bits=", deflate->server_bits);
	if (deflate->says_client_bits)
		add_bits(
		    out, "; client_max_window_bits=", deflate->client_bits);
}
