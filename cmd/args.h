/*
 * The command line of a subcommand: a table of flags, then operands.
 *
 * "--workers 4" and "--workers=4" are the same; "--" ends the flags; a flag may
 * come again, and its function then runs again.  Every subcommand knows --help.
 */
#ifndef CMD_ARGS_H
#define CMD_ARGS_H

#include <stdint.h>
#include <stdio.h>

#include "runtime/base/error.h"

struct args_flag {
	const char *name;  /* "--workers"; NULL ends the table */
	const char *value; /* what usage calls its value, "N"; NULL: has none */

	/*
	 * Takes value (NULL if it has none) into target; borrowed from argv.
	 * Where it fails, *err names the flag or what else is wrong.
	 */
	int (*set)(void *target, const char *value, struct error *err);

	const char *help; /* one line, no full stop; NULL: nobody's business */
};

struct args_command {
	const char *name;     /* "run" */
	const char *operands; /* of usage: "SERVICE..."; NULL: takes none */
	int min, max;         /* how many operands */
	const char *help;     /* what the command does, one line */
	const struct args_flag *flags;
};

enum args_verdict {
	ARGS_RUN,  /* go on */
	ARGS_HELP, /* --help was given: print usage */
	ARGS_BAD   /* *err says why */
};

/*
 * Reads argv[1..argc).  The operands are moved to argv[1..*operands], in their
 * order.
 */
enum args_verdict args_parse(const struct args_command *command, void *target,
    int argc, char **argv, int *operands, struct error *err);

void args_usage(const struct args_command *command, FILE *to);

/*
 * The same for a main program: prints usage or the error line.  Returns
 * ARGS_GO_ON, or the code to exit with: 0 after --help, 2 after an error.
 */
#define ARGS_GO_ON (-1)
int args_read(const struct args_command *command, void *target, int argc,
    char **argv, int *operands);

/* For set functions: the decimal value of that flag. */
struct args_bounds {
	const char *flag; /* "--workers" */
	int64_t min, max; /* both included */
};
int args_number(const struct args_bounds *bounds, const char *value,
    int64_t *number, struct error *err);

#endif
