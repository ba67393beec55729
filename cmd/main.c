#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/help.h"
#include "runtime/base/nearest.h"
#include "runtime/base/quote.h"
#include "transports/all.h"

#define EXIT_USAGE 2

/* What people try first. */
static const struct {
	const char *flag, *name;
} spellings[] = {
	{ "--help", "help" },
	{ "-h", "help" },
	{ "--version", "version" },
	{ "-V", "version" },
};

static const char *
canonical(const char *word)
{
	for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++)
		if (strcmp(spellings[i].flag, word) == 0)
			return spellings[i].name;
	return word;
}

static int
refuse(const char *word)
{
	struct nearest nearest;
	char shown[QUOTE_MAX];

	nearest_init(&nearest, word);
	for (const struct subcommand *s = subcommands; s->name != NULL; s++)
		if (s->help != NULL)
			nearest_offer(&nearest, s->name);
	fprintf(stderr, "tomodachi: no such command %s, nearest is %s\n",
	    quote(shown, word, strlen(word)), nearest.best);
	return EXIT_USAGE;
}

/* Else the next file or socket would become standard output. */
static void
keep_standard_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int
main(int argc, char **argv)
{
	keep_standard_descriptors();
	transports = all_transports;
	if (argc < 2) {
		help_print(stderr);
		return EXIT_USAGE;
	}
	const char *name = canonical(argv[1]);
	for (const struct subcommand *s = subcommands; s->name != NULL; s++)
		if (strcmp(s->name, name) == 0)
			return s->run(argc - 1, argv + 1);
	return refuse(argv[1]);
}
