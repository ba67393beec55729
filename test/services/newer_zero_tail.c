/* Built with a later header, of which it uses nothing: fine. */
#include <tomodachi.h>

struct newer {
	struct tomo_service known;
	const void *later[3];
};

TOMO_API const struct newer newer __asm__("tomo_service");
const struct newer newer = {
	.known = {
		.size = sizeof(struct newer),
		.abi = TOMO_ABI,
		.name = "newer_zero_tail",
	},
};
