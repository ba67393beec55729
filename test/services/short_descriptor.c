#include <tomodachi.h>

struct small {
	uint32_t size, abi;
	const char *name;
};

TOMO_API const struct small small __asm__("tomo_service");
const struct small small = { sizeof(small), TOMO_ABI, "short_descriptor" };
