#include "cmd/options.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd/args.h"
#include "cmd/environment.h"
#include "cmd/in_child.h"
#include "cmd/options_print.h"
#include "runtime/base/alloc.h"
#include "runtime/base/options.h"
#include "runtime/service/module.h"
#include "transports/all.h"

struct request {
	struct options *options;
	enum options_format format;
	bool is_child;
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

static int
set_in_child(void *target, const char *value, struct error *err)
{
	struct request *request = target;

	(void)value, (void)err;
	request->is_child = true;
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
	{ IN_CHILD_FLAG, NULL, set_in_child, NULL },
	{ .name = NULL },
};

static const struct args_command command = {
	.name = "options",
	.operands = "[SERVICE]",
	.max = 1,
	.help = "Prints every option, its value and where that came from",
	.flags = flags,
};

/* service may be NULL.  What it sets is the lowest source after the defaults. */
static int
print(const struct request *request, const char *service)
{
	struct module *module = NULL;
	struct error err, why;
	int code = 1;

	if (service != NULL) {
		module = module_open(service, service, &err);
		if (module == NULL)
			goto end;
		if (options_set_descriptor(request->options,
			module_service(module)->options, &why) < 0) {
			error_set(&err, "%s: %s", service, why.text);
			goto end;
		}
	}
	if (environment_set_options(request->options, &err) != 0) {
		code = 2;
		goto end;
	}
	options_print(request->options, request->format, stdout);
	code = fflush(stdout) == 0 ? 0 : 1;
	if (code != 0)
		error_set(&err, "options: cannot write the output");
end:
	if (code != 0)
		fprintf(stderr, "tomodachi: %s\n", err.text);
	module_close(module);
	return code;
}

int
cmd_options(int argc, char **argv)
{
	struct request request = { .options = options_new(all_option_tables) };
	int operands, code;

	/* Reading the arguments moves the operands. */
	char **copy = xcalloc((size_t)argc + 1, sizeof(*copy));

	for (int i = 0; i < argc; i++)
		copy[i] = argv[i];
	code = args_read(&command, &request, argc, argv, &operands);
	if (code == ARGS_GO_ON && operands == 1 && !request.is_child)
		code = in_child(argc, copy, argv[1]);
	else if (code == ARGS_GO_ON)
		code = print(&request, operands == 1 ? argv[1] : NULL);
	free(copy);
	options_free(request.options);
	return code;
}
