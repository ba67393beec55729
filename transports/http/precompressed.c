#include "transports/http/precompressed.h"

#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/alloc.h"
#include "runtime/base/beneath.h"
#include "transports/http/variant.h"

static const char *const endings[CODINGS] = { "", ".gz", ".br" };

static bool
is_older(const struct stat *stat, const struct stat *than)
{
	if (stat->st_mtim.tv_sec != than->st_mtim.tv_sec)
		return stat->st_mtim.tv_sec < than->st_mtim.tv_sec;
	return stat->st_mtim.tv_nsec < than->st_mtim.tv_nsec;
}

static int
open_newer(int folder, const char *name, const char *ending, struct stat *stat)
{
	char *path = xasprintf("%s%s", name, ending);
	const int fd = beneath_open(folder, path);
	struct stat found;

	free(path);
	if (fd < 0)
		return -1;
	if (fstat(fd, &found) < 0 || !S_ISREG(found.st_mode) ||
	    is_older(&found, stat)) {
		close(fd);
		return -1;
	}
	*stat = found;
	return fd;
}

int
precompressed_open(const struct http_request *request, int folder,
    const char *name, struct stat *stat, enum coding *coding)
{
	unsigned offered = CODING_BIT(CODING_BR) | CODING_BIT(CODING_GZIP);

	while (
	    (*coding = variant_choose(request, offered)) != CODING_IDENTITY) {
		const int fd = open_newer(folder, name, endings[*coding], stat);

		if (fd >= 0)
			return fd;
		offered &= ~CODING_BIT(*coding);
	}
	return -1;
}
