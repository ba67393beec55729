#include "cmd/options.h"

#include <stdio.h>

#include "cmd/args.h"
#include "cmd/environment.h"
#include "cmd/options_print.h"
#include "runtime/base/options.h"
#include "transports/all.h"

struct request {
	struct options *options;
	enum options_format format;
};

static int
set_config(void *target, const char *value, struct error *err)
{
	struct request *request = target;

	return options_set_file(request->options, value, err);
}

static int
set_option(void *target, const char *value, struct error *err)
{
	struct request *request = target;

	return options_set_argument(request->options, value, err);
}

static int
set_json(void *target, const char *value, struct error *err)
{
	struct request *request = target;

	(void)value, (void)err;
	request->format = OPTIONS_JSON;
	return 0;
}

static int
set_markdown(void *target, const char *value, struct error *err)
{
	struct request *request = target;

	(void)value, (void)err;
	request->format = OPTIONS_MARKDOWN;
	return 0;
}

static const struct args_flag flags[] = {
	{ "--config", "FILE", set_config,
	    "read options from a JSON file; a later one overrides" },
	{ "--option", "KEY=VALUE", set_option,
	    "set one option; a later one overrides" },
	{ "--json", NULL, set_json, "print an array of objects" },
	{ "--markdown", NULL, set_markdown,
	    "print the table of the documentation" },
	{ .name = NULL },
};

static const struct args_command command = {
	.name = "options",
	.help = "Prints every option, its value and where that came from",
	.flags = flags,
};

int
cmd_options(int argc, char **argv)
{
	struct request request = { .options = options_new(all_option_tables) };
	struct error err;
	int operands, code;

	code = args_read(&command, &request, argc, argv, &operands);
	if (code != ARGS_GO_ON)
		goto end;
	code = 2;
	if (environment_set_options(request.options, &err) != 0) {
		fprintf(stderr, "tomodachi options: %s\n", err.text);
		goto end;
	}
	options_print(request.options, request.format, stdout);
	code = fflush(stdout) == 0 ? 0 : 1;
	if (code != 0)
		fprintf(stderr, "tomodachi options: cannot write the output\n");

end:
	options_free(request.options);
	return code;
}
