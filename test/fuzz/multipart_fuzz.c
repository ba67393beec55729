/*
 * Multipart bodies: each part lies within the body, behind the one before, and
 * holds no delimiter; names fit where they are decoded to.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "transports/http/multipart.h"

static void
check_parameter(const struct parameter *parameter, const char *body, size_t len)
{
	char *out;

	if (parameter->value == NULL)
		return;
	if (parameter->value < body ||
	    parameter->value + parameter->value_len > body + len)
		abort();
	out = malloc(parameter->value_len + 1);
	if (strlen(out + parameter_unescape(parameter, out)) != 0)
		abort();
	free(out);
}

static void
check_part(const struct multipart *multipart, const struct multipart_part *part,
    const char *body, size_t len)
{
	if (part->data < body || part->data + part->size > body + len)
		abort();
	check_parameter(&part->name, body, len);
	check_parameter(&part->filename, body, len);
	if (part->name.value == NULL || multipart->parts > MULTIPART_PARTS)
		abort();
	for (const char *at = part->data;
	     (at = memmem(at, (size_t)(part->data + part->size - at),
		  multipart->delimiter, multipart->delimiter_len)) != NULL;
	     at++) {
		const char *tail = at + multipart->delimiter_len;

		if (body + len - tail >= 2 && memcmp(tail, "\r\n", 2) == 0)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The Content-Type, a NUL, the body. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = memchr(data, '\0', size);
	const char *last = NULL;
	struct multipart multipart;
	struct multipart_part part;
	size_t len;
	char *body;

	if (nul == NULL)
		return 0;
	len = size - (size_t)(nul + 1 - data);
	body = malloc(len);
	memcpy(body, nul + 1, len);
	if (multipart_start(&multipart, (const char *)data, body, len) == 0)
		while (multipart_next(&multipart, &part) == 1) {
			if (part.data <= last)
				abort();
			last = part.data;
			check_part(&multipart, &part, body, len);
		}
	free(body);
	return 0;
}
