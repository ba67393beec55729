#include <tomodachi.h>

TOMO_API const struct tomo_service tomo_service = {
	.size = sizeof(struct tomo_service),
	.abi = 0,
	.name = "older_abi",
};
