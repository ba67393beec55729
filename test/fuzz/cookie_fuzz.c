/*
 * Cookies: what is found lies within the header; what is written reads back as
 * it was and ends no header.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/buffer.h"
#include "transports/http/cookie.h"

static void
find(const char *header, const char *name)
{
	size_t len;
	const char *value = cookie_find(header, name, &len);

	if (value != NULL &&
	    (value < header || value + len > header + strlen(header)))
		abort();
}

static void
check_written(const char *text, const char *name, const char *value)
{
	size_t len;
	const char *found = cookie_find(text, name, &len);

	if (found == NULL || len != strlen(value) ||
	    memcmp(found, value, len) != 0)
		abort();
	for (; *text != '\0'; text++)
		if (*text < ' ' || *text == 0x7f)
			abort();
}

static void
write_back(const char *name, const char *value, const char *path)
{
	const struct tomo_http_cookie cookie = { .path = path,
		.domain = path[0] != '\0' ? path + 1 : NULL,
		.max_age = (int64_t)strlen(value) - 2,
		.expires = (int64_t)strlen(path) << 24,
		.secure = path[0] & 1,
		.same_site = (uint32_t)strlen(name) % 5 };
	struct buffer out = { 0 };
	struct error err;

	if (cookie_write(&out, name, value, &cookie, &err) == 0) {
		buffer_add(&out, "", 1);
		check_written(buffer_data(&out), name, value);
	} else if (buffer_len(&out) != 0) {
		abort();
	}
	buffer_clear(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A name, a value or header, and a path, each with a NUL behind it. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = calloc(1, size + 3);
	const char *name = text, *value, *path;

	memcpy(text, data, size);
	value = name + strlen(name) + 1;
	path = value < text + size ? value + strlen(value) + 1 : value;
	find(value, name);
	write_back(name, value, path);
	free(text);
	return 0;
}
