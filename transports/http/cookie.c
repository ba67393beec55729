#include "transports/http/cookie.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "runtime/base/ascii.h"
#include "runtime/base/buffer.h"
#include "transports/http/date.h"

/* The last second that a date of four digits can tell. */
#define EXPIRES_MAX INT64_C(253402300799)

static const char *const same_sites[] = { NULL, "Strict", "Lax", "None" };

#define SAME_SITES (sizeof(same_sites) / sizeof(same_sites[0]))

/* ---- finding ---- */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Cuts blanks at both ends of at[0..len). */
static const char *
trim(const char *at, size_t *len)
{
	while (*len > 0 && is_blank(at[0])) {
		at++;
		(*len)--;
	}
	while (*len > 0 && is_blank(at[*len - 1]))
		(*len)--;
	return at;
}

const char *
cookie_find(const char *header, const char *name, size_t *len)
{
	const size_t name_len = strlen(name);

	for (const char *at = header, *end; *at != '\0'; at = end) {
		const char *equals, *key, *value;
		size_t key_len;

		at += *at == ';';
		end = at + strcspn(at, ";");
		equals = memchr(at, '=', (size_t)(end - at));
		if (equals == NULL)
			continue;
		key_len = (size_t)(equals - at);
		key = trim(at, &key_len);
		if (key_len != name_len || memcmp(key, name, name_len) != 0)
			continue;
		*len = (size_t)(end - equals - 1);
		value = trim(equals + 1, len);
		if (*len < 2 || value[0] != '"' || value[*len - 1] != '"')
			return value;
		*len -= 2;
		return value + 1;
	}
	return NULL;
}

/* ---- writing ---- */

/* RFC 9110 5.6.2. */
static bool
is_token(const char *text)
{
	static const char others[] = "!#$%&'*+-.^_`|~";

	if (text[0] == '\0')
		return false;
	for (; *text != '\0'; text++)
		if (!ascii_is_alnum(*text) && strchr(others, *text) == NULL)
			return false;
	return true;
}

/* RFC 6265 4.1.1, cookie-octet. */
static bool
is_value(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text <= ' ' || *text >= 0x7f ||
		    strchr("\",;\\", *text) != NULL)
			return false;
	return true;
}

static bool
is_path(const char *text)
{
	if (text[0] != '/')
		return false;
	for (; *text != '\0'; text++)
		if (*text < ' ' || *text >= 0x7f || *text == ';')
			return false;
	return true;
}

static bool
is_domain(const char *text)
{
	if (text[0] == '\0')
		return false;
	for (; *text != '\0'; text++)
		if (!ascii_is_alnum(*text) && strchr("-._", *text) == NULL)
			return false;
	return true;
}

static bool
has_prefix(const char *name, const char *prefix)
{
	return ascii_ncasecmp(name, prefix, strlen(prefix)) == 0;
}

static int
check_attributes(const struct tomo_http_cookie *cookie, struct error *err)
{
	if (cookie->path != NULL && !is_path(cookie->path))
		return error_set(err, "path: want one that begins with \"/\"");
	if (cookie->domain != NULL && !is_domain(cookie->domain))
		return error_set(err, "domain: want a host name");
	if (cookie->max_age < TOMO_COOKIE_EXPIRED)
		return error_set(
		    err, "max_age: want seconds, or TOMO_COOKIE_EXPIRED");
	if (cookie->expires < 0 || cookie->expires > EXPIRES_MAX)
		return error_set(err, "expires: want seconds since 1970");
	if (cookie->same_site >= SAME_SITES)
		return error_set(err, "same_site: want a TOMO_SAMESITE_*");
	return 0;
}

/* What stands for a promise that only Secure keeps, or NULL. */
static const char *
needs_secure(const char *name, const struct tomo_http_cookie *cookie)
{
	if (cookie->same_site == TOMO_SAMESITE_NONE)
		return "SameSite=None";
	if (cookie->partitioned)
		return "Partitioned";
	if (has_prefix(name, "__Secure-") || has_prefix(name, "__Host-"))
		return name;
	return NULL;
}

/* What clients drop without a word. */
static int
check_promises(
    const char *name, const struct tomo_http_cookie *cookie, struct error *err)
{
	const char *promise = needs_secure(name, cookie);

	if (promise != NULL && !cookie->secure)
		return error_set(err, "%s: want .secure = 1", promise);
	if (has_prefix(name, "__Host-") &&
	    (cookie->domain != NULL || cookie->path == NULL ||
		strcmp(cookie->path, "/") != 0))
		return error_set(
		    err, "%s: want .path = \"/\" and no .domain", name);
	return 0;
}

static void
write_date(struct buffer *out, int64_t unix_s)
{
	char text[DATE_SIZE];

	date_write(unix_s, text);
	buffer_printf(out, "; Expires=%s", text);
}

static void
write_attributes(struct buffer *out, const struct tomo_http_cookie *cookie)
{
	if (cookie->path != NULL)
		buffer_printf(out, "; Path=%s", cookie->path);
	if (cookie->domain != NULL)
		buffer_printf(out, "; Domain=%s", cookie->domain);
	if (cookie->max_age > 0)
		buffer_printf(out, "; Max-Age=%" PRId64, cookie->max_age);
	if (cookie->max_age == TOMO_COOKIE_EXPIRED) {
		/* Both: the oldest clients know only Expires. */
		buffer_add_text(out, "; Max-Age=0");
		write_date(out, 0);
	} else if (cookie->expires > 0) {
		write_date(out, cookie->expires);
	}
	if (cookie->secure)
		buffer_add_text(out, "; Secure");
	if (cookie->http_only)
		buffer_add_text(out, "; HttpOnly");
	if (cookie->same_site != 0)
		buffer_printf(
		    out, "; SameSite=%s", same_sites[cookie->same_site]);
	if (cookie->partitioned)
		buffer_add_text(out, "; Partitioned");
}

int
cookie_write(struct buffer *out, const char *name, const char *value,
    const struct tomo_http_cookie *cookie, struct error *err)
{
	if (!is_token(name))
		return error_set(err, "\"%s\" is no name of a cookie", name);
	if (!is_value(value))
		return error_set(err,
		    "%s: a value has no blanks, quotes, commas, semicolons, "
		    "backslashes or bytes above ASCII: encode it",
		    name);
	if (check_attributes(cookie, err) < 0 ||
	    check_promises(name, cookie, err) < 0)
		return -1;
	buffer_printf(out, "%s=%s", name, value);
	write_attributes(out, cookie);
	return 0;
}
