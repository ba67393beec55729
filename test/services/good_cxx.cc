/* A C++ service that throws, with the C++ runtime of the system. */
#include <stdexcept>
#include <tomodachi.h>

static int
f(struct tomo_call *)
{
	try {
		throw std::runtime_error("caught");
	} catch (const std::exception &) {
		return 0;
	}
}

static constexpr auto route = tomo::http("GET", "/a", f, "f");
static constexpr tomo_handler rows[] = { tomo::row(route), tomo::end() };

TOMO_SERVICE_CXX(tomo::service("good_cxx", rows));
