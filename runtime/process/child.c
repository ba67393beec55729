#include "runtime/process/child.h"

#include <assert.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "runtime/base/alloc.h"
#include "runtime/base/clock.h"
#include "runtime/base/exit_status.h"
#include "runtime/base/log.h"
#include "runtime/base/spawn.h"
#include "runtime/process/child_crash.h"
#include "runtime/process/child_message.h"
#include "runtime/process/control.h"
#include "runtime/process/copy.h"
#include "runtime/process/sockets.h"
#include "runtime/process/worker.h"
#include "runtime/service/module.h"

/* Beyond delay and grace period, before a worker is killed. */
#define KILL_AFTER_S 2

/* For a worker that has closed its connection, or said its last word. */
#define EXIT_WITHIN_S 2

#define LOGGER "tomodachi.supervisor"

/* The one place where the state changes. */
static void
move(struct child *child, enum child_state to)
{
	assert(child_may_move(child->state, to));
	log_record(LOGGER, TOMO_LOG_DEBUG, "worker state",
	    TOMO_LOG_STR("service", child->name ? child->name : child->label),
	    TOMO_LOG_INT("slot", child->slot), TOMO_LOG_INT("pid", child->pid),
	    TOMO_LOG_STR("from", child_state_name(child->state)),
	    TOMO_LOG_STR("to", child_state_name(to)));
	child->state = to;
}

static void
set_timer(struct event *timer, int64_t seconds)
{
	const struct timeval after = { .tv_sec = (time_t)seconds };

	event_add(timer, &after);
}

void
child_kill(struct child *child)
{
	/* Once reaped, its number may be another's. */
	if (!child->reaped)
		kill(child->pid, SIGKILL);
}

/* ---- what the worker says ---- */

void
child_fail(struct child *child, const char *line)
{
	child->death.said_failed = true;
	free(child->line);
	child->line = xstrdup(line);
}

static void
break_off(struct child *child, const char *why)
{
	struct error err;

	error_set(&err, "%s: the worker %s", child->label, why);
	log_record(LOGGER, TOMO_LOG_ERROR, "worker killed",
	    TOMO_LOG_STR("service", child->name ? child->name : child->label),
	    TOMO_LOG_INT("slot", child->slot), TOMO_LOG_INT("pid", child->pid),
	    TOMO_LOG_STR("reason", err.text));
	child_fail(child, err.text);
	/* Others may have inherited its end: they are not heard either. */
	control_cut(child->control);
	child_kill(child);
}

void
child_on_ready(struct child *child)
{
	event_del(child->start_timer);
	move(child, CHILD_READY);
	child->events->ready(child);
}

/* One that is open may serve on for its delay before it ends. */
static void
drain(struct child *child, bool may_be_delayed)
{
	const int64_t delay_s = may_be_delayed && child->state == CHILD_OPEN
	    ? child->delay_s
	    : 0;

	event_del(child->start_timer);
	move(child, CHILD_DRAINING);
	set_timer(child->kill_timer, delay_s + child->grace_s + KILL_AFTER_S);
}

void
child_on_draining(struct child *child)
{
	if (child->state == CHILD_DRAINING)
		return;
	drain(child, true);
	child->events->draining(child);
}

void
child_on_last_word(struct child *child)
{
	child->death.said_ended = true;
	set_timer(child->kill_timer, EXIT_WITHIN_S);
}

static void
on_message(void *arg, const struct control_message *message)
{
	struct child *child = arg;
	struct error err;

	if (child_message(child, message) == 0)
		return;
	error_set(&err, "sent a %s that makes no sense now",
	    control_name(message->type));
	break_off(child, err.text);
}

static void
on_control_ended(void *arg, const char *why)
{
	struct child *child = arg;

	if (why != NULL)
		break_off(child, why);
	else if (!event_pending(child->kill_timer, EV_TIMEOUT, NULL))
		/* It ends, or has closed what is not its own. */
		set_timer(child->kill_timer, EXIT_WITHIN_S);
}

static const struct control_events control_events = {
	.message = on_message,
	.ended = on_control_ended,
};

/* ---- timers ---- */

static void
on_start_timer(evutil_socket_t fd, short what, void *arg)
{
	struct child *child = arg;
	struct error err;

	(void)fd;
	(void)what;
	error_set(&err,
	    "%s: not ready within %" PRId64 " s "
	    "(runtime.start_timeout)",
	    child->label, child->room->start_timeout_s);
	child_fail(child, err.text);
	child_kill(child);
}

static void
on_kill_timer(evutil_socket_t fd, short what, void *arg)
{
	struct child *child = arg;

	(void)fd;
	(void)what;
	log_record(LOGGER, TOMO_LOG_WARNING, "worker killed",
	    TOMO_LOG_STR("service", child->name ? child->name : child->label),
	    TOMO_LOG_INT("slot", child->slot), TOMO_LOG_INT("pid", child->pid),
	    TOMO_LOG_STR("reason", "did not end in time"));
	child_kill(child);
}

/* ---- start ---- */

#define OWN_ARGUMENTS 16

/* The caller frees the list; "--" keeps a file's name from being an option. */
static char **
make_arguments(const struct child_plan *plan, char numbers[2][24])
{
	const char *const *passed = plan->room->arguments;
	size_t n = 0, used = 0;

	while (passed[n] != NULL)
		n++;
	const char **list = xcalloc(n + OWN_ARGUMENTS, sizeof(*list));
	snprintf(numbers[0], sizeof(numbers[0]), "%u", plan->slot);
	snprintf(numbers[1], sizeof(numbers[1]), "%ld", (long)getpid());
	list[used++] = "tomodachi";
	list[used++] = "worker";
	list[used++] = "--slot";
	list[used++] = numbers[0];
	list[used++] = "--supervisor";
	list[used++] = numbers[1];
	list[used++] = "--uuid";
	list[used++] = plan->uuid;
	if (plan->explain != NULL)
		list[used++] = "--stand-in";
	for (size_t i = 0; i < n; i++)
		list[used++] = passed[i];
	list[used++] = "--";
	list[used++] = plan->label;
	list[used++] = copy_path(plan->copy);
	return (char **)list;
}

static pid_t
start_process(const struct child_plan *plan, int end, struct error *err)
{
	char numbers[2][24];
	char **argv = make_arguments(plan, numbers);
	const struct spawn_fd fds[] = { { end, WORKER_CONTROL_FD },
		{ copy_fd(plan->copy), COPY_FD } };
	const struct spawn spawn = { .path = spawn_self(),
		.argv = argv,
		.environ = plan->room->environ,
		.fds = fds,
		.nfds = copy_fd(plan->copy) >= 0 ? 2 : 1 };
	const pid_t pid = spawn_start(&spawn, err);

	free(argv);
	return pid;
}

static int
start_timers(struct child *child, struct error *err)
{
	struct event_base *base = child->room->base;

	child->start_timer = evtimer_new(base, on_start_timer, child);
	child->kill_timer = evtimer_new(base, on_kill_timer, child);
	if (child->start_timer == NULL || child->kill_timer == NULL)
		return error_set(err, "cannot make a timer");
	set_timer(child->start_timer, child->room->start_timeout_s);
	return 0;
}

static struct child *
make(const struct child_plan *plan)
{
	struct child *child = xcalloc(1, sizeof(*child));

	child->owner = plan->owner;
	child->events = plan->events;
	child->room = plan->room;
	child->file = plan->file;
	child->label = plan->label;
	child->slot = plan->slot;
	child->stand_in = plan->explain != NULL;
	child->id = ++plan->room->last_id;
	child->grace_s = plan->room->grace_s;
	child->copy = copy_ref(plan->copy);
	return child;
}

static void
explain(struct child *child, const char *text)
{
	const struct control_message message = {
		.type = CONTROL_EXPLAIN, .text = text, .fd = -1
	};

	control_send(child->control, &message);
}

struct child *
child_start(const struct child_plan *plan, struct error *err)
{
	struct child *child = make(plan);
	int ends[2];

	if (control_pair(ends, err) != 0)
		goto fail;
	child->control = control_new(
	    ends[0], CONTROL_SUPERVISOR, &control_events, child);
	if (control_attach(child->control, plan->room->base, err) != 0 ||
	    start_timers(child, err) != 0) {
		close(ends[1]);
		goto fail;
	}
	child->pid = start_process(plan, ends[1], err);
	close(ends[1]);
	if (child->pid < 0)
		goto fail;
	if (plan->explain != NULL)
		explain(child, plan->explain);
	return child;

fail:
	child_free(child);
	return NULL;
}

void
child_free(struct child *child)
{
	if (child == NULL)
		return;
	while (child->requests != NULL) {
		struct child_request *first = child->requests;
		child->requests = first->next;
		free(first);
	}
	if (child->start_timer != NULL)
		event_free(child->start_timer);
	if (child->kill_timer != NULL)
		event_free(child->kill_timer);
	child_crash_clear(child);
	control_free(child->control);
	copy_unref(child->copy);
	free(child->line);
	free(child->name);
	free(child->options);
	free(child->watcher);
	free(child);
}

/* ---- what the supervisor says ---- */

void
child_open(struct child *child, int64_t instant_ms)
{
	move(child, CHILD_OPEN);
	child->opened_ms = clock_ms();
	child->death.was_open = true;
	control_say(child->control, CONTROL_OPEN, instant_ms, 0);
}

static void
stop(struct child *child, enum control_type how, int64_t instant_ms)
{
	if (child->state == CHILD_ENDED)
		return;
	child->death.asked = true;
	control_say(
	    child->control, how, how == CONTROL_DRAIN ? 1 : 0, instant_ms);
	if (child->state == CHILD_DRAINING)
		return;
	drain(child, how == CONTROL_STOP);
}

void
child_stop(struct child *child)
{
	stop(child, CONTROL_STOP, 0);
}

void
child_drain(struct child *child, int64_t instant_ms)
{
	stop(child, CONTROL_DRAIN, instant_ms);
}

void
child_hasten(struct child *child)
{
	control_say(child->control, CONTROL_HASTEN, 0, 0);
}

void
child_reopen_logs(struct child *child)
{
	control_say(child->control, CONTROL_REOPEN_LOGS, 0, 0);
}

int64_t
child_request_like(const struct child *child, const struct listener *listener)
{
	for (const struct child_request *r = child->requests; r != NULL;
	     r = r->next)
		if (listener_is_like(r->listener, listener))
			return r->number;
	return -1;
}

void
child_lend(
    struct child *child, int64_t request, const struct listener *listener)
{
	const struct control_message message = { .type = CONTROL_LEND,
		.number = { request, listener->slot },
		.fd = listener->fd };

	control_send(child->control, &message);
}

void
child_take_back(struct child *child, int64_t request, unsigned slot)
{
	control_say(child->control, CONTROL_TAKE_BACK, request, slot);
}

/* ---- the end ---- */

void
child_reaped(struct child *child, int status)
{
	/* Its last words may still be unread. */
	child->reaped = true;
	control_drain(child->control);
	child_crash_settle(child);
	event_del(child->start_timer);
	event_del(child->kill_timer);
	child->death.status = status;
	move(child, CHILD_ENDED);
	child->events->ended(child);
}

void
child_failure(const struct child *child, struct error *err)
{
	const bool crashed = WIFSIGNALED(child->death.status);
	const char *verb = crashed ? "crashed" : "ended";
	char how[40];

	if (child->line != NULL) {
		error_set(err, "%s", child->line);
		return;
	}
	exit_status_describe(child->death.status, how, sizeof(how));
	switch (child->phase) {
	case CHILD_EXEC:
		error_set(err, "%s: the worker ended before it loaded it (%s)",
		    child->label, how);
		return;
	case CHILD_LOADING:
		if (crashed) {
			module_crashed(
			    child->label, WTERMSIG(child->death.status), err);
			return;
		}
		error_set(err,
		    "%s: %s while it was loaded (%s in a "
		    "constructor)",
		    child->label, verb, how);
		return;
	case CHILD_LOADED:
		error_set(err, "%s: %s while it started (%s)", child->label,
		    verb, how);
		return;
	}
}
