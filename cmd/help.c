#include "cmd/help.h"

#include "cmd/args.h"

static const struct args_flag no_flags[] = {
	{ .name = NULL },
};

void
help_print(FILE *to)
{
	fputs("usage: tomodachi COMMAND [ARGUMENT]...\n\n", to);
	for (const struct subcommand *s = subcommands; s->name != NULL; s++)
		if (s->help != NULL)
			fprintf(to, "  %-10s%s\n", s->name, s->help);
	fputs("\n\"tomodachi COMMAND --help\" says more.\n", to);
}

int
cmd_help(int argc, char **argv)
{
	const struct args_command command = {
		.name = "help",
		.help = "Lists the commands",
		.flags = no_flags,
	};
	int operands;
	const int code = args_read(&command, NULL, argc, argv, &operands);

	if (code != ARGS_GO_ON)
		return code;
	help_print(stdout);
	return fflush(stdout) == 0 ? 0 : 1;
}

int
cmd_version(int argc, char **argv)
{
	const struct args_command command = {
		.name = "version",
		.help = "Prints the version",
		.flags = no_flags,
	};
	int operands;
	const int code = args_read(&command, NULL, argc, argv, &operands);

	if (code != ARGS_GO_ON)
		return code;
	puts("tomodachi " VERSION);
	return fflush(stdout) == 0 ? 0 : 1;
}
