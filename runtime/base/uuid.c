#include "runtime/base/uuid.h"

#include <stddef.h>
#include <stdlib.h>
#include <sys/random.h>

void
uuid_make(char text[UUID_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char random[16];
	size_t at = 0;

	/* So few bytes come whole, once the system has any. */
	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		abort();
	random[6] = (unsigned char)((random[6] & 0x0f) | 0x40);
	random[8] = (unsigned char)((random[8] & 0x3f) | 0x80);
	for (size_t i = 0; i < sizeof(random); i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			text[at++] = '-';
		text[at++] = digits[random[i] >> 4];
		text[at++] = digits[random[i] & 15];
	}
	text[at] = '\0';
}
