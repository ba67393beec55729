#include "cmd/in_child.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/base/alloc.h"
#include "runtime/base/spawn.h"
#include "runtime/service/module.h"

static pid_t
start(int argc, char **argv, struct error *err)
{
	static char runner[] = "tomodachi", flag[] = IN_CHILD_FLAG;
	char **args = xcalloc((size_t)argc + 3, sizeof(*args));
	struct spawn spawn = {
		.path = spawn_self(), .argv = args, .environ = environ
	};
	pid_t pid;

	args[0] = runner;
	args[1] = argv[0];
	args[2] = flag;
	for (int i = 1; i < argc; i++)
		args[i + 2] = argv[i];
	pid = spawn_start(&spawn, err);
	free(args);
	return pid;
}

int
in_child(int argc, char **argv, const char *service)
{
	struct error err;
	pid_t pid = start(argc, argv, &err);
	int status = 0;

	if (pid < 0) {
		fprintf(stderr, "tomodachi: %s\n", err.text);
		return 1;
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	/* Whoever read the output has had enough. */
	if (WTERMSIG(status) == SIGPIPE)
		return 128 + SIGPIPE;
	module_crashed(service, WTERMSIG(status), &err);
	fprintf(stderr, "tomodachi: %s\n", err.text);
	return 1;
}
