/* "tomodachi help", "tomodachi version", and the list of subcommands. */
#ifndef CMD_HELP_H
#define CMD_HELP_H

#include <stdbool.h>
#include <stdio.h>

struct subcommand {
	const char *name; /* NULL ends the table */
	int (*run)(int argc, char **argv);
	const char *help; /* one line; NULL: not for people */
};

/* In subcommands.c. */
extern const struct subcommand subcommands[];

void help_print(FILE *to);

int cmd_help(int argc, char **argv);
int cmd_version(int argc, char **argv);

#endif
