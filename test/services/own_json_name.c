/* Exports a json_ function that is none of jansson's: fine. */
#include <tomodachi.h>

TOMO_API int json_of_my_own(void);

int
json_of_my_own(void)
{
	return 0;
}

TOMO_SERVICE(.name = "own_json_name");
