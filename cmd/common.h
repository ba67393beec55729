/* The flags that "run" and "worker" share, and what they lead to. */
#ifndef CMD_COMMON_H
#define CMD_COMMON_H

#include "cmd/args.h"
#include "runtime/base/error.h"
#include "runtime/process/sources.h"

/* A list of strings, NULL-ended once something was added. */
struct words {
	const char **list;
	size_t count;
};

void words_add(struct words *words, const char *word);
void words_clear(struct words *words);
const char *const *words_list(const struct words *words);

/* Must be the first member of what args_read() gets as target. */
struct common {
	struct words files, options; /* --config, --option */
	struct words
	    passed; /* all of them again, for workers; memory of ours */
	const char *logger, *log_level;
};

int common_set_config(void *target, const char *value, struct error *err);
int common_set_option(void *target, const char *value, struct error *err);
int common_set_logger(void *target, const char *value, struct error *err);
int common_set_log_level(void *target, const char *value, struct error *err);

#define COMMON_FLAGS \
	{ "--config", "FILE", common_set_config, \
		"read options from a JSON file; a later one overrides" }, \
	    { "--option", "KEY=VALUE", common_set_option, \
		    "set one option; a later one overrides" }, \
	    { "--logger", "FORMAT", common_set_logger, \
		    "console, json, logfmt or disabled (TOMODACHI_LOGGER)" }, \
	{ \
		"--log-level", "LEVEL", common_set_log_level, \
		    "debug, info, warning or error (TOMODACHI_LOG_LEVEL)" \
	}

/* Sets up the log by flags, else by the environment.  -1: one line. */
int common_setup_log(const struct common *common, struct error *err);

/* Where options come from; borrows from common. */
struct sources common_sources(const struct common *common);

void common_clear(struct common *common);

#endif
