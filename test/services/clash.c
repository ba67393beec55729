/* Exports a function of a library that the runner has: a warning. */
#include <tomodachi.h>

TOMO_API int pcre2_config_8(uint32_t what, void *where);

int
pcre2_config_8(uint32_t what, void *where)
{
	(void)what;
	(void)where;
	return 0;
}

TOMO_SERVICE(.name = "clash");
