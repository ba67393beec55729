#include "runtime/process/sources.h"

#include <stddef.h>

#include "runtime/base/log.h"
#include "runtime/base/options.h"

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

static int
apply(const struct sources *sources, struct options *options, bool warn,
    struct error *err)
{
	for (size_t i = 0; sources->files[i] != NULL; i++)
		if (options_set_file(options, sources->files[i], err) != 0)
			return -1;
	if (options_set_environment(options, sources->environ, sources->others,
		warn ? on_unknown : ignore_unknown, err) != 0)
		return -1;
	for (size_t i = 0; sources->arguments[i] != NULL; i++)
		if (options_set_argument(options, sources->arguments[i], err) !=
		    0)
			return -1;
	return 0;
}

struct options *
sources_read(const struct sources *sources, bool warn, struct error *err)
{
	struct options *options = options_new(sources->tables);

	if (apply(sources, options, warn, err) == 0)
		return options;
	options_free(options);
	return NULL;
}

/* Only a runner without HTTP has no such row. */
static int64_t
seconds(const struct options *options, const char *key, int64_t otherwise)
{
	return options_row(options, key) != NULL ? options_int(options, key)
						 : otherwise;
}

int64_t
sources_grace_s(const struct options *options)
{
	return seconds(options, "http.termination_grace_period_seconds", 30);
}

int64_t
sources_delay_s(const struct options *options)
{
	return seconds(options, "http.shutdown_delay_seconds", 0);
}
