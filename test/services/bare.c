/* A name, and nothing that arrives. */
#include <tomodachi.h>

TOMO_SERVICE(.name = "bare");
