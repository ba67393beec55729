#include "runtime/process/sources.h"

#include <stdlib.h>

#include "runtime/base/alloc.h"
#include "runtime/base/log.h"
#include "runtime/base/options.h"
#include "runtime/base/runtime_options.h"
#include "runtime/service/transport.h"

#define GRACE "http.termination_grace_period_seconds"

/* Variables of the runner that are no options. */
static const char *const others[] = {
	"TOMODACHI_LOGGER",
	"TOMODACHI_LOG_LEVEL",
	NULL,
};

struct options *
sources_options(void)
{
	size_t n = 0;

	while (transports[n] != NULL)
		n++;
	const struct option_row **tables = xcalloc(n + 3, sizeof(*tables));
	size_t used = 0;
	tables[used++] = runtime_options;
	tables[used++] = watcher_options;
	for (size_t i = 0; i < n; i++)
		if (transports[i]->options != NULL)
			tables[used++] = transports[i]->options;
	struct options *options = options_new(tables);
	free(tables);
	return options;
}

static void
on_unknown(const char *name, const char *nearest)
{
	log_record("tomodachi.options", TOMO_LOG_WARNING,
	    "unknown environment variable", TOMO_LOG_STR("variable", name),
	    TOMO_LOG_STR("nearest", nearest));
}

static void
ignore_unknown(const char *name, const char *nearest)
{
	(void)name;
	(void)nearest;
}

int
sources_apply(const struct sources *sources, struct options *options,
    bool warn, struct error *err)
{
	for (size_t i = 0; sources->files[i] != NULL; i++)
		if (options_set_file(options, sources->files[i], err) != 0)
			return -1;
	if (options_set_environment(options, sources->environ, others,
	    warn ? on_unknown : ignore_unknown, err) != 0)
		return -1;
	for (size_t i = 0; sources->arguments[i] != NULL; i++)
		if (options_set_argument(options, sources->arguments[i],
		    err) != 0)
			return -1;
	return 0;
}

int64_t
sources_grace_s(const struct options *options)
{
	/* Only a runner without HTTP has no such row. */
	return options_row(options, GRACE) != NULL ?
	    options_int(options, GRACE) : 30;
}
