#include <tomodachi.h>

TOMO_SERVICE(.name = "");
