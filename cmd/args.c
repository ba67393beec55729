#include "cmd/args.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/nearest.h"
#include "runtime/base/quote.h"

/* The flag that argument begins with, up to a "=", or NULL. */
static const struct args_flag *
find_flag(const struct args_command *command, const char *argument)
{
	size_t len = strcspn(argument, "=");
	const struct args_flag *flag;

	for (flag = command->flags; flag->name != NULL; flag++)
		if (strlen(flag->name) == len &&
		    memcmp(flag->name, argument, len) == 0)
			return flag;
	return NULL;
}

static int
refuse_unknown(
    const struct args_command *command, const char *argument, struct error *err)
{
	struct nearest nearest;
	char word[QUOTE_MAX], shown[QUOTE_MAX];

	/* What follows a "=" may be a secret and is not shown. */
	snprintf(
	    word, sizeof(word), "%.*s", (int)strcspn(argument, "="), argument);
	nearest_init(&nearest, word);
	for (const struct args_flag *flag = command->flags; flag->name != NULL;
	     flag++)
		if (flag->help != NULL)
			nearest_offer(&nearest, flag->name);
	nearest_offer(&nearest, "--help");
	return error_set(err, "tomodachi %s: no such option %s, nearest is %s",
	    command->name, quote(shown, word, strlen(word)), nearest.best);
}

static bool
is_flag(const char *argument)
{
	return argument[0] == '-' && argument[1] != '\0';
}

/* Runs the flag at argv[*at] and leaves *at at the last argument it took. */
static int
take_flag(const struct args_command *command, void *target, char **argv,
    int *at, struct error *err)
{
	const struct args_flag *flag = find_flag(command, argv[*at]);
	const char *equals = strchr(argv[*at], '=');
	const char *value = NULL;

	if (flag == NULL)
		return refuse_unknown(command, argv[*at], err);
	if (flag->value == NULL && equals != NULL)
		return error_set(err, "tomodachi %s: %s takes no value",
		    command->name, flag->name);
	if (flag->value != NULL && equals != NULL)
		value = equals + 1;
	/* A value that looks like a flag is one that was forgotten. */
	if (flag->value != NULL && equals == NULL && argv[*at + 1] != NULL &&
	    strncmp(argv[*at + 1], "--", 2) != 0)
		value = argv[++*at];
	if (flag->value != NULL && value == NULL)
		return error_set(err, "tomodachi %s: %s needs a value: %s %s",
		    command->name, flag->name, flag->name, flag->value);
	if (flag->set(target, value, err) != 0)
		return error_set(
		    err, "tomodachi %s: %s", command->name, err->text);
	return 0;
}

static int
check_operands(const struct args_command *command, char **argv, int count,
    struct error *err)
{
	const char *extra = count > command->max ? argv[command->max + 1] : "";
	char shown[QUOTE_MAX];

	/* amqp.password=... without its --option must not be shown either. */
	if (count > command->max)
		return error_set(err, "tomodachi %s: unexpected argument %s",
		    command->name, quote(shown, extra, strcspn(extra, "=")));
	if (count < command->min)
		return error_set(err, "tomodachi %s: want %s", command->name,
		    command->operands);
	return 0;
}

enum args_verdict
args_parse(const struct args_command *command, void *target, int argc,
    char **argv, int *operands, struct error *err)
{
	bool flags_ended = false;
	int count = 0;

	assert(err != NULL && argv[argc] == NULL);
	for (int at = 1; at < argc; at++) {
		if (!flags_ended && strcmp(argv[at], "--") == 0) {
			flags_ended = true;
			continue;
		}
		if (flags_ended || !is_flag(argv[at])) {
			argv[++count] = argv[at];
			continue;
		}
		if (strcmp(argv[at], "--help") == 0 ||
		    strcmp(argv[at], "-h") == 0)
			return ARGS_HELP;
		if (take_flag(command, target, argv, &at, err) != 0)
			return ARGS_BAD;
	}
	*operands = count;
	return check_operands(command, argv, count, err) == 0 ? ARGS_RUN
							      : ARGS_BAD;
}

static void
print_flag(const char *name, const char *value, const char *help, FILE *to)
{
	int len = fprintf(to, "  %s%s%s", name, value == NULL ? "" : " ",
	    value == NULL ? "" : value);

	if (len > 24)
		len = fprintf(to, "\n") - 1;
	fprintf(to, "%*s%s\n", 26 - len, "", help);
}

void
args_usage(const struct args_command *command, FILE *to)
{
	fprintf(to, "Usage: tomodachi %s [OPTION]...%s%s\n%s.\n\n",
	    command->name, command->operands == NULL ? "" : " ",
	    command->operands == NULL ? "" : command->operands, command->help);
	for (const struct args_flag *flag = command->flags; flag->name != NULL;
	     flag++)
		if (flag->help != NULL)
			print_flag(flag->name, flag->value, flag->help, to);
	print_flag("--help", NULL, "print this text", to);
}

int
args_read(const struct args_command *command, void *target, int argc,
    char **argv, int *operands)
{
	struct error err;

	switch (args_parse(command, target, argc, argv, operands, &err)) {
	case ARGS_RUN:
		return ARGS_GO_ON;
	case ARGS_HELP:
		args_usage(command, stdout);
		return 0;
	case ARGS_BAD:
		fprintf(stderr, "%s\n", err.text);
		return 2;
	}
	return 2;
}

int
args_number(const struct args_bounds *bounds, const char *value,
    int64_t *number, struct error *err)
{
	char shown[QUOTE_MAX], *end;
	intmax_t read;

	errno = 0;
	read = strtoimax(value, &end, 10);
	/* strtoimax() skips white space and takes a "+". */
	if (errno != 0 || end == value || *end != '\0' ||
	    strspn(value, "-0123456789") != strlen(value) ||
	    read < bounds->min || read > bounds->max)
		return error_set(err,
		    "%s: want %" PRId64 " to %" PRId64 ", got \"%s\"",
		    bounds->flag, bounds->min, bounds->max,
		    quote(shown, value, strlen(value)));
	*number = read;
	return 0;
}
