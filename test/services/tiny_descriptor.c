/* Not even a version. */
#include <tomodachi.h>

TOMO_API const char tiny[] __asm__("tomo_service");
const char tiny[] = "hi";
