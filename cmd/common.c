#include "cmd/common.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/environment.h"
#include "runtime/base/alloc.h"
#include "runtime/base/log.h"
#include "runtime/base/quote.h"
#include "transports/all.h"

void
words_add(struct words *words, const char *word)
{
	words->list = xrealloc(
	    words->list, (words->count + 2) * sizeof(*words->list));
	words->list[words->count++] = word;
	words->list[words->count] = NULL;
}

void
words_clear(struct words *words)
{
	free(words->list);
	*words = (struct words) { NULL, 0 };
}

const char *const *
words_list(const struct words *words)
{
	static const char *const none[] = { NULL };

	return words->list != NULL ? words->list : none;
}

/* As one word, since a value may look like a flag. */
static void
pass_on(struct common *common, const char *flag, const char *value)
{
	words_add(&common->passed, xasprintf("%s=%s", flag, value));
}

int
common_set_config(void *target, const char *value, struct error *err)
{
	struct common *common = target;

	(void)err;
	words_add(&common->files, value);
	pass_on(common, "--config", value);
	return 0;
}

int
common_set_option(void *target, const char *value, struct error *err)
{
	struct common *common = target;

	(void)err;
	words_add(&common->options, value);
	pass_on(common, "--option", value);
	return 0;
}

static int
check_name(int number, const char *what, const char *want, const char *value,
    struct error *err)
{
	char shown[QUOTE_MAX];

	if (number >= 0)
		return 0;
	return error_set(err, "%s: want %s, got %s", what, want,
	    quote(shown, value, strlen(value)));
}

static int
check_logger(const char *what, const char *value, struct error *err)
{
	return check_name(log_format_by_name(value), what,
	    "console, json, logfmt or disabled", value, err);
}

static int
check_level(const char *what, const char *value, struct error *err)
{
	return check_name(log_level_by_name(value), what,
	    "debug, info, warning or error", value, err);
}

int
common_set_logger(void *target, const char *value, struct error *err)
{
	struct common *common = target;

	common->logger = value;
	pass_on(common, "--logger", value);
	return check_logger("--logger", value, err);
}

int
common_set_log_level(void *target, const char *value, struct error *err)
{
	struct common *common = target;

	common->log_level = value;
	pass_on(common, "--log-level", value);
	return check_level("--log-level", value, err);
}

/* An empty variable is one that is not set. */
static const char *
variable(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0' ? value : NULL;
}

int
common_setup_log(const struct common *common, struct error *err)
{
	const char *logger = common->logger, *level = common->log_level;

	if (logger == NULL) {
		logger = variable("TOMODACHI_LOGGER");
		if (logger != NULL &&
		    check_logger("TOMODACHI_LOGGER", logger, err) != 0)
			return -1;
	}
	if (level == NULL) {
		level = variable("TOMODACHI_LOG_LEVEL");
		if (level != NULL &&
		    check_level("TOMODACHI_LOG_LEVEL", level, err) != 0)
			return -1;
	}
	log_setup(logger == NULL ? LOG_CONSOLE
				 : (enum log_format)log_format_by_name(logger),
	    level == NULL ? TOMO_LOG_INFO : log_level_by_name(level));
	return 0;
}

struct sources
common_sources(const struct common *common)
{
	const struct sources sources = {
		.tables = all_option_tables,
		.others = environment_others,
		.files = words_list(&common->files),
		.arguments = words_list(&common->options),
		.environ = environ,
	};

	return sources;
}

void
common_clear(struct common *common)
{
	for (size_t i = 0; i < common->passed.count; i++)
		free((char *)common->passed.list[i]);
	words_clear(&common->passed);
	words_clear(&common->files);
	words_clear(&common->options);
}
