#include "transports/http/field.h"

#include <string.h>

#include "runtime/base/ascii.h"

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

bool
field_list_has(const char *list, const char *member)
{
	const size_t len = strlen(member);

	while (*(list += strspn(list, " \t,")) != '\0') {
		const size_t end = strcspn(list, ",");
		size_t size = end;

		while (list[size - 1] == ' ' || list[size - 1] == '\t')
			size--;
		if (size == len && ascii_ncasecmp(list, member, len) == 0)
			return true;
		list += end;
	}
	return false;
}
