#include "transports/http/field.h"

#include <string.h>

/* RFC 9110 5.6.2. */
bool
field_is_token(const char *text)
{
	static const char token[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	    "!#$%&'*+-.^_`|~";

	return text[0] != '\0' && text[strspn(text, token)] == '\0';
}

bool
field_is_value(const char *text)
{
	for (; *text != '\0'; text++)
		if (((unsigned char)*text < ' ' && *text != '\t') ||
		    *text == 0x7f)
			return false;
	return true;
}
