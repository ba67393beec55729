#include <signal.h>
#include <tomodachi.h>

__attribute__((constructor)) static void
crash(void)
{
	raise(SIGSEGV);
}

TOMO_SERVICE(.name = "crashing_constructor");
