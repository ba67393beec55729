#include <tomodachi.h>

TOMO_API const struct tomo_service tomo_service = {
	.size = sizeof(struct tomo_service),
	.abi = TOMO_ABI + 1,
	.name = "wrong_abi",
};
