#include "cmd/environment.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "runtime/base/quote.h"

const char *const environment_others[] = {
	"TOMODACHI_LOGGER",
	"TOMODACHI_LOG_LEVEL",
	NULL,
};

static void
warn_unknown(const char *name, const char *nearest)
{
	char shown[QUOTE_MAX];

	fprintf(stderr,
	    "tomodachi: warning: %s sets no option, nearest is "
	    "%s\n",
	    quote(shown, name, strlen(name)), nearest);
}

int
environment_set_options(struct options *options, struct error *err)
{
	return options_set_environment(
	    options, environ, environment_others, warn_unknown, err);
}
