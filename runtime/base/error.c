#include "runtime/base/error.h"

#include <stdarg.h>
#include <stdio.h>

int
error_set(struct error *err, const char *format, ...)
{
	va_list args;

	if (err == NULL)
		return -1;
	/* Through a copy: the text so far may be among the arguments. */
	struct error made;
	va_start(args, format);
	vsnprintf(made.text, sizeof(made.text), format, args);
	va_end(args);
	*err = made;
	return -1;
}
