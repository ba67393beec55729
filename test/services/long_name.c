#include <tomodachi.h>

#define TEN "0123456789"

TOMO_SERVICE(.name = TEN TEN TEN TEN TEN TEN TEN TEN "0");
