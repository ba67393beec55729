#include "runtime/base/ascii.h"

#include <stdint.h>

int
ascii_ncasecmp(const char *a, const char *b, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		const unsigned char x = (unsigned char)ascii_lower(a[i]);
		const unsigned char y = (unsigned char)ascii_lower(b[i]);

		if (x != y || x == '\0')
			return x - y;
	}
	return 0;
}

int
ascii_casecmp(const char *a, const char *b)
{
	return ascii_ncasecmp(a, b, SIZE_MAX);
}
