/* Claims more bytes than it has: reading them would run off its data. */
#include <tomodachi.h>

TOMO_API const struct tomo_service tomo_service = {
	.size = 1u << 30,
	.abi = TOMO_ABI,
	.name = "lying_size",
};
