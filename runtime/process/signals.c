#include "runtime/process/signals.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include <event2/event.h>

#include "runtime/base/alloc.h"

static const int numbers[] = { SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1,
	SIGCHLD };
#define NSIGNALS (sizeof(numbers) / sizeof(numbers[0]))

struct signals {
	const struct signal_events *events;
	void *arg;
	struct event *watched[NSIGNALS];
	unsigned interrupts;
	bool had_terminal; /* and a hang-up of it counts */
};

/*
 * Whether the process has a controlling terminal.  A hang-up takes it away from
 * the whole session before it sends SIGHUP, so that /dev/tty cannot be opened
 * (ENXIO) once that arrives; "kill -HUP" leaves it there.
 */
static bool
has_terminal(void)
{
	const int fd = open(
	    "/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

/* As nohup leaves it: the end of the terminal is to change nothing. */
static bool
is_hangup_ignored(void)
{
	struct sigaction action;

	return sigaction(SIGHUP, NULL, &action) == 0 &&
	    action.sa_handler == SIG_IGN;
}

static void
on_hangup(struct signals *signals)
{
	if (signals->had_terminal && !has_terminal())
		signals->events->stop(signals->arg, SIGHUP);
	else
		signals->events->reload(signals->arg);
}

static void
on_signal(evutil_socket_t number, short what, void *arg)
{
	struct signals *signals = arg;
	const struct signal_events *events = signals->events;

	(void)what;
	switch (number) {
	case SIGINT:
		if (++signals->interrupts > 1)
			events->end(signals->arg);
		else
			events->stop(signals->arg, SIGINT);
		return;
	case SIGHUP:
		on_hangup(signals);
		return;
	case SIGUSR1:
		events->reopen_logs(signals->arg);
		return;
	case SIGCHLD:
		events->child(signals->arg);
		return;
	default:
		events->stop(signals->arg, (int)number);
		return;
	}
}

struct signals *
signals_new(struct event_base *base, const struct signal_events *events,
    void *arg, struct error *err)
{
	struct signals *signals = xcalloc(1, sizeof(*signals));
	sigset_t none;

	signals->events = events;
	signals->arg = arg;
	signals->had_terminal = !is_hangup_ignored() && has_terminal();
	for (size_t i = 0; i < NSIGNALS; i++) {
		/* A service without supervisor may have children itself. */
		if (numbers[i] == SIGCHLD && events->child == NULL)
			continue;
		signals->watched[i] = evsignal_new(
		    base, numbers[i], on_signal, signals);
		if (signals->watched[i] == NULL ||
		    event_add(signals->watched[i], NULL) != 0) {
			error_set(err, "cannot watch signal %d", numbers[i]);
			goto fail;
		}
	}
	/* Whoever started us may have left some blocked: we would be deaf. */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	return signals;

fail:
	signals_free(signals);
	return NULL;
}

void
signals_free(struct signals *signals)
{
	if (signals == NULL)
		return;
	for (size_t i = 0; i < NSIGNALS; i++)
		if (signals->watched[i] != NULL)
			event_free(signals->watched[i]);
	free(signals);
}
