#include "runtime/process/symbolizer.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "runtime/base/alloc.h"
#include "runtime/base/spawn.h"
#include "runtime/process/copy.h"
#include "runtime/process/crash_unwind.h"

/* Less than the worker waits. */
#define LIMIT_MS 1900

/* More than any stack with file names needs; the rest is not read. */
#define OUTPUT_MAX ((size_t)256 << 10)

#define OWN_ARGUMENTS 8

struct symbolizer {
	int fd;
	struct event *readable, *timer;
	void (*done)(void *arg);
	void *arg;
	size_t len;
	char output[OUTPUT_MAX + 1];
};

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct symbolizer *symbolizer = arg;

	(void)fd;
	(void)what;
	symbolizer->done(symbolizer->arg);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct symbolizer *symbolizer = arg;
	const ssize_t got = read(symbolizer->fd,
	    symbolizer->output + symbolizer->len, OUTPUT_MAX - symbolizer->len);

	(void)fd;
	(void)what;
	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (got > 0) {
		symbolizer->len += (size_t)got;
		return;
	}
	symbolizer->done(symbolizer->arg);
}

/* Cuts pcs up; the list is ended by NULL and points into it. */
static size_t
split(char *pcs, char **list, size_t max)
{
	size_t count = 0;
	char *rest = NULL;

	for (char *pc = strtok_r(pcs, " ", &rest); pc != NULL && count < max;
	     pc = strtok_r(NULL, " ", &rest))
		list[count++] = pc;
	list[count] = NULL;
	return count;
}

static int
start_process(const struct symbolizer_plan *plan, int output, struct error *err)
{
	char *list[OWN_ARGUMENTS + CRASH_FRAMES + 1];
	char *words[OWN_ARGUMENTS] = { "tomodachi", "symbolize", "--" };
	char *pcs = xstrdup(plan->pcs);
	char pid_text[24], gap_text[24];
	const struct spawn_fd fds[] = { { output, STDOUT_FILENO },
		{ copy_fd(plan->copy), COPY_FD } };
	const struct spawn spawn = { .path = spawn_self(),
		.argv = list,
		.environ = plan->environ,
		.fds = fds,
		.nfds = copy_fd(plan->copy) >= 0 ? 2 : 1 };
	pid_t pid;

	snprintf(pid_text, sizeof(pid_text), "%ld", (long)plan->pid);
	snprintf(gap_text, sizeof(gap_text), "%" PRId64, plan->gap);
	words[3] = pid_text;
	words[4] = (char *)(uintptr_t)plan->label;
	words[5] = (char *)(uintptr_t)copy_path(plan->copy);
	words[6] = (char *)(uintptr_t)plan->exception;
	words[7] = gap_text;
	memcpy(list, words, sizeof(words));
	split(pcs, list + OWN_ARGUMENTS, CRASH_FRAMES);
	pid = spawn_start(&spawn, err);
	free(pcs);
	return pid < 0 ? -1 : 0;
}

static int
watch(struct symbolizer *symbolizer, struct event_base *base, struct error *err)
{
	const struct timeval after = { .tv_sec = LIMIT_MS / 1000,
		.tv_usec = LIMIT_MS % 1000 * 1000 };

	symbolizer->readable = event_new(base, symbolizer->fd,
	    EV_READ | EV_PERSIST, on_readable, symbolizer);
	symbolizer->timer = evtimer_new(base, on_timer, symbolizer);
	if (symbolizer->readable == NULL || symbolizer->timer == NULL ||
	    event_add(symbolizer->readable, NULL) != 0 ||
	    event_add(symbolizer->timer, &after) != 0)
		return error_set(err, "cannot watch a pipe");
	return 0;
}

struct symbolizer *
symbolizer_start(const struct symbolizer_plan *plan, struct error *err)
{
	struct symbolizer *symbolizer = xcalloc(1, sizeof(*symbolizer));
	int ends[2];

	symbolizer->fd = -1;
	symbolizer->done = plan->done;
	symbolizer->arg = plan->arg;
	if (pipe2(ends, O_CLOEXEC) != 0) {
		error_set(err, "cannot make a pipe: %s", strerror(errno));
		goto fail;
	}
	symbolizer->fd = ends[0];
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	const int failed = start_process(plan, ends[1], err);
	close(ends[1]);
	if (failed == 0 && watch(symbolizer, plan->base, err) == 0)
		return symbolizer;

fail:
	symbolizer_free(symbolizer);
	return NULL;
}

void
symbolizer_free(struct symbolizer *symbolizer)
{
	if (symbolizer == NULL)
		return;
	if (symbolizer->readable != NULL)
		event_free(symbolizer->readable);
	if (symbolizer->timer != NULL)
		event_free(symbolizer->timer);
	if (symbolizer->fd >= 0)
		close(symbolizer->fd);
	free(symbolizer);
}

const char *
symbolizer_output(const struct symbolizer *symbolizer)
{
	return symbolizer->output;
}
