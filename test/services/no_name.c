#include <tomodachi.h>

TOMO_SERVICE(.handlers = NULL);
