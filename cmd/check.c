#include "cmd/check.h"

#include <stdbool.h>
#include <stdio.h>

#include "cmd/args.h"
#include "cmd/in_child.h"
#include "runtime/base/options.h"
#include "runtime/service/module.h"
#include "runtime/service/transport.h"
#include "transports/all.h"

static int
set_in_child(void *target, const char *value, struct error *err)
{
	(void)value, (void)err;
	*(bool *)target = true;
	return 0;
}

static const struct args_flag flags[] = {
	{ IN_CHILD_FLAG, NULL, set_in_child, NULL },
	{ .name = NULL },
};

static const struct args_command command = {
	.name = "check",
	.operands = "SERVICE",
	.min = 1,
	.max = 1,
	.help = "Loads a service, validates it and prints its rows",
	.flags = flags,
};

static void
print_rows(const struct module *module)
{
	char text[1024];

	for (size_t i = 0; i < module_rows(module); i++) {
		const struct row_kind *kind;
		const void *spec = module_spec(module, i, &kind);
		const char *function;

		kind->describe(spec, text, sizeof(text));
		function = kind->function != NULL ? kind->function(spec) : NULL;
		printf("  %-16s %-40s %s\n", kind->name, text,
		    function != NULL ? function : "-");
		if (transport_of(kind->kind)->forecast == NULL)
			continue;
		transport_of(kind->kind)->forecast(spec, text, sizeof(text));
		printf("  %-16s %s\n", "", text);
	}
}

static int
check_options(const struct module *module, struct error *err)
{
	struct options *options = options_new(all_option_tables);
	int code = module_set_options(module, options, err);

	options_free(options);
	return code;
}

static int
check(const char *file)
{
	struct error err;
	struct module *module = module_open(file, file, &err);

	if (module == NULL || check_options(module, &err) < 0) {
		fprintf(stderr, "tomodachi: %s\n", err.text);
		module_close(module);
		return 1;
	}
	printf("%s: service \"%s\", %zu row%s\n", file,
	    module_service(module)->name, module_rows(module),
	    module_rows(module) == 1 ? "" : "s");
	print_rows(module);
	if (module_clash(module)[0] != '\0')
		printf("  warning: exports %s, but calls the runner's own "
		       "function of that name (hide it: see docs/abi.md)\n",
		    module_clash(module));
	module_close(module);
	return fflush(stdout) == 0 ? 0 : 1;
}

int
cmd_check(int argc, char **argv)
{
	bool is_child = false;
	int operands, code;

	code = args_read(&command, &is_child, argc, argv, &operands);
	if (code != ARGS_GO_ON)
		return code;
	return is_child ? check(argv[1]) : in_child(argc, argv, argv[1]);
}
