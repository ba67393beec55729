#include "runtime/process/crash_report.h"

#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/alloc.h"
#include "runtime/base/exit_status.h"
#include "runtime/base/log.h"
#include "runtime/process/death.h"

#define LOGGER "tomodachi.supervisor"

/* A page that is never mapped, as members of a null pointer are looked for. */
#define NULL_PAGE 4096

/* Frames of a block, the first and the last; a recursion that differs from turn
 * to turn has more. */
#define SHOWN 32

/* Names are filled up to this, so that places stand in a column. */
#define NAME_WIDTH 40

/* ---- parts ---- */

static const struct {
	int signal, code;
	const char *text;
} causes[] = {
	{ SIGFPE, FPE_INTDIV, "integer division by zero" },
	{ SIGFPE, FPE_INTOVF, "integer overflow" },
	{ SIGFPE, 0, "arithmetic" },
	{ SIGILL, 0, "illegal instruction" },
	{ SIGBUS, BUS_ADRALN, "misaligned" },
	{ SIGBUS, BUS_ADRERR, "behind the end of a mapped file" },
	{ SIGSEGV, SEGV_ACCERR, "no access" },
	{ SIGTRAP, 0, "trap" },
	{ SIGSYS, 0, "forbidden system call" },
};

/* Why the signal came, or "". */
static const char *
cause(const struct crash_facts *facts)
{
	if (facts->overflow)
		return "stack overflow";
	/* abort() raises its signal; others are raised, or sent, as they are. */
	if (facts->code <= 0)
		return facts->signal == SIGABRT ? "" : "raised";
	if (facts->signal == SIGSEGV && facts->code == SEGV_MAPERR &&
	    facts->address < NULL_PAGE)
		return "null pointer";
	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
		if (causes[i].signal == facts->signal &&
		    (causes[i].code == 0 || causes[i].code == facts->code))
			return causes[i].text;
	return "";
}

/* A fault of the processor's own checks names no address. */
static bool
has_address(const struct crash_facts *facts)
{
	return facts->code > 0 && facts->code != SI_KERNEL &&
	    !facts->overflow &&
	    (facts->signal == SIGSEGV || facts->signal == SIGBUS);
}

/* What ran: the handler, or what else the thread was for; or "". */
static const char *
runs(const struct crash_facts *facts)
{
	switch (facts->thread) {
	case CRASH_IN_LOOP:
		return facts->handler;
	case CRASH_IN_OFFLOAD:
		return "a function given to tomo_offload()";
	case CRASH_IN_OTHER:
		return "a thread of the service";
	}
	return "";
}

/* printf() behind what is in *text, on the heap. */
static void __attribute__((format(printf, 2, 3)))
append(char **text, const char *format, ...)
{
	char *more = NULL, *whole;
	va_list args;

	va_start(args, format);
	if (vasprintf(&more, format, args) < 0)
		abort();
	va_end(args);
	whole = xasprintf("%s%s", *text, more);
	free(more);
	free(*text);
	*text = whole;
}

/* An address is of no use to who reads the stand-in's answer. */
static char *
summary(const struct crash_report *report, bool with_address,
    const struct crash_frame *at)
{
	const struct crash_facts *facts = &report->facts;
	const char *why = cause(facts), *what = runs(facts);
	char name[24];
	char *text;

	exit_status_signal(facts->signal, name, sizeof(name));
	text = xstrdup(name);
	if (with_address && has_address(facts))
		append(&text, " at address 0x%" PRIx64, facts->address);
	if (why[0] != '\0' && (with_address || facts->overflow))
		append(&text, " (%s)", why);
	if (what[0] != '\0')
		append(&text, " in %s", what);
	else if (at == NULL)
		append(&text, " while no call ran");
	if (at != NULL)
		append(&text, " at %s", at->place);
	if (facts->handling[0] != '\0')
		append(&text, ", handling %s", facts->handling);
	return text;
}

char *
crash_report_line(const struct crash_report *report)
{
	return summary(report, false, crash_frames_own(&report->frames));
}

/* ---- frames ---- */

static int
name_width(const struct crash_frames *frames)
{
	size_t width = 0;

	for (size_t i = 0; i < frames->count && i < SHOWN; i++) {
		const size_t len = strlen(frames->list[i].name);
		if (len > width && len <= NAME_WIDTH)
			width = len;
	}
	return (int)width;
}

static void
append_frame(char **text, const struct crash_frame *frame, int width)
{
	const char *name = frame->name[0] != '\0' ? frame->name : "??";

	if (frame->is_gap) {
		append(text, "... %u frames ...", frame->times);
		return;
	}
	append(text, "%-*s  %s", width, name, frame->place);
	if (frame->times > 1)
		append(text, " (%u times)", frame->times);
}

/* What stands for the frames from *i on but the last; *i moves to the last of
 * them. */
static struct crash_frame
hide(const struct crash_frames *frames, size_t *i)
{
	struct crash_frame gap = { .name = "", .place = "", .is_gap = true };

	for (; *i < frames->count - SHOWN / 2; (*i)++)
		gap.times += frames->list[*i].times;
	(*i)--;
	return gap;
}

static void
append_frames(char **text, const struct crash_frames *frames)
{
	const int width = name_width(frames);

	for (size_t i = 0; i < frames->count; i++) {
		struct crash_frame frame = frames->list[i];
		if (frames->count > SHOWN && i == SHOWN / 2) {
			frame = hide(frames, &i);
			append(text, "    ");
		} else if (frame.is_gap)
			append(text, "    ");
		else
			append(text, "    #%-2zu ", i);
		append_frame(text, &frame, width);
		append(text, "\n");
	}
}

/* One a line. */
static char *
list_frames(const struct crash_frames *frames)
{
	char *text = xstrdup("");

	for (size_t i = 0; i < frames->count; i++) {
		append(&text, i > 0 ? "\n" : "");
		append_frame(&text, &frames->list[i], 0);
	}
	return text;
}

/* ---- the whole ---- */

char *
crash_report_block(const struct crash_report *report)
{
	char *first = summary(report, true, NULL), *text;

	text = xasprintf("%s crashed: %s\n", report->service, first);
	if (report->facts.message[0] != '\0')
		append(&text, "    %s\n", report->facts.message);
	if (report->frames.exception[0] != '\0')
		append(&text, "    uncaught exception %s\n",
		    report->frames.exception);
	append_frames(&text, &report->frames);
	if (report->next != NULL)
		append(&text, "    next: %s\n", report->next);
	free(first);
	return text;
}

/* A field without a text is left out. */
static void
add(struct tomo_log_field **at, const char *key, const char *text)
{
	if (text != NULL && text[0] != '\0')
		*(*at)++ = (struct tomo_log_field)TOMO_LOG_STR(key, text);
}

static void
log_one_record(const struct crash_report *report)
{
	const struct crash_facts *facts = &report->facts;
	struct tomo_log_field fields[16], *at = fields;
	char name[24], address[24] = "";
	char *frames = list_frames(&report->frames);

	exit_status_signal(facts->signal, name, sizeof(name));
	if (has_address(facts))
		snprintf(
		    address, sizeof(address), "0x%" PRIx64, facts->address);
	add(&at, "service", report->service);
	*at++ = (struct tomo_log_field)TOMO_LOG_INT("slot", report->slot);
	*at++ = (struct tomo_log_field)TOMO_LOG_INT("pid", report->pid);
	add(&at, "reason", name);
	add(&at, "cause", cause(facts));
	add(&at, "address", address);
	add(&at, "handler", runs(facts));
	add(&at, "handling", facts->handling);
	add(&at, "abort_message", facts->message);
	add(&at, "exception", report->frames.exception);
	add(&at, "frames", frames);
	add(&at, "next", report->next);
	at->key = NULL;
	log_write(LOGGER, TOMO_LOG_ERROR, "worker crashed", fields);
	free(frames);
}

void
crash_report_log(const struct crash_report *report)
{
	char *block;

	if (log_current_format() != LOG_CONSOLE) {
		log_one_record(report);
		return;
	}
	block = crash_report_block(report);
	log_block(TOMO_LOG_ERROR, block);
	free(block);
}
