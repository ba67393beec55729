#include "runtime/process/child_crash.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <event2/event.h>

#include "runtime/base/alloc.h"
#include "runtime/base/exit_status.h"
#include "runtime/base/log.h"
#include "runtime/process/child.h"
#include "runtime/process/control.h"
#include "runtime/process/crash_report.h"
#include "runtime/process/symbolizer.h"

#define LOGGER "tomodachi.supervisor"

/* For its last words and the naming of its frames, and then some. */
#define DIES_WITHIN_S 5

struct child_crash {
	struct crash_report report;
	struct symbolizer *symbolizer;
	bool has_frames;
};

int
child_on_crashed(struct child *child, const struct control_message *message)
{
	const struct timeval after = { .tv_sec = DIES_WITHIN_S };
	struct crash_facts facts;

	if (child->crash != NULL || crash_facts_read(&facts, message) != 0)
		return -1;
	child->crash = xcalloc(1, sizeof(*child->crash));
	child->crash->report.facts = facts;
	child->crash->report.frames.exception = "";
	/* Nothing else may end it now: the report would be lost. */
	event_del(child->start_timer);
	if (!child->reaped)
		event_add(child->kill_timer, &after);
	return 0;
}

static void
take_frames(struct child_crash *crash)
{
	crash_frames_read(
	    &crash->report.frames, symbolizer_output(crash->symbolizer));
	symbolizer_free(crash->symbolizer);
	crash->symbolizer = NULL;
}

static void
on_named(void *arg)
{
	struct child *child = arg;

	take_frames(child->crash);
	control_say(child->control, CONTROL_DIE, 0, 0);
}

int
child_on_frames(struct child *child, const struct control_message *message)
{
	struct child_crash *crash = child->crash;
	const struct symbolizer_plan plan = {
		.base = child->room->base,
		.environ = child->room->environ,
		.pid = child->pid,
		.label = child->label,
		.copy = child->copy,
		.exception = crash != NULL ? crash->report.facts.exception : "",
		.pcs = message->text,
		.gap = message->number[0],
		.done = on_named,
		.arg = child,
	};
	struct error err;

	if (crash == NULL || crash->has_frames || message->number[0] < 0 ||
	    message->number[0] > INT32_MAX ||
	    strspn(message->text, " 0123456789abcdef") != message->len)
		return -1;
	crash->has_frames = true;
	/* Gone already: nothing tells any more what was mapped where. */
	if (child->reaped)
		return 0;
	crash->symbolizer = symbolizer_start(&plan, &err);
	if (crash->symbolizer != NULL)
		return 0;
	log_record(LOGGER, TOMO_LOG_WARNING, "frames not named",
	    TOMO_LOG_STR("reason", err.text));
	control_say(child->control, CONTROL_DIE, 0, 0);
	return 0;
}

void
child_crash_settle(struct child *child)
{
	if (child->crash != NULL && child->crash->symbolizer != NULL)
		take_frames(child->crash);
}

void
child_crash_clear(struct child *child)
{
	if (child->crash == NULL)
		return;
	symbolizer_free(child->crash->symbolizer);
	crash_frames_clear(&child->crash->report.frames);
	free(child->crash);
}

/* It told of a crash, and that is how it ended. */
static bool
has_crashed(const struct child *child)
{
	return child->crash != NULL && WIFSIGNALED(child->death.status) &&
	    WTERMSIG(child->death.status) == child->crash->report.facts.signal;
}

bool
child_crash_report(struct child *child, const char *service, const char *next)
{
	struct crash_report *report;

	if (!has_crashed(child))
		return false;
	report = &child->crash->report;
	report->service = service;
	report->slot = child->slot;
	report->pid = child->pid;
	report->next = next;
	crash_report_log(report);
	return true;
}

char *
child_crash_why(const struct child *child)
{
	char how[40];
	char *line, *why;

	if (!has_crashed(child)) {
		exit_status_describe(child->death.status, how, sizeof(how));
		return xasprintf(" (%s)", how);
	}
	line = crash_report_line(&child->crash->report);
	why = xasprintf(": %s", line);
	free(line);
	return why;
}
