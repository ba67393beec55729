#include "runtime/process/crash.h"

#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "runtime/loop/coroutine.h"
#include "runtime/loop/loop.h"
#include "runtime/loop/thread.h"
#include "runtime/process/control.h"
#include "runtime/process/crash_facts.h"
#include "runtime/process/crash_unwind.h"
#include "runtime/service/call.h"
#include "runtime/service/module.h"
#include "runtime/service/service.h"
#include "runtime/service/transport.h"

/* A crash inside the loader holds the lock that the unwinder waits for. */
#define TELL_WITHIN_S 1

/* How long the supervisor may take to name the frames. */
#define NAMED_WITHIN_MS 2000

/* A stack that is used up faults no further than this from its pointer. */
#define NEAR_STACK ((uintptr_t)64 << 10)

/* What the C library calls the text of assert() and the like. */
struct abort_message {
	unsigned size;
	char text[];
};

/* Set while all is well, only read by the handler. */
static struct {
	int control_fd;
	dev_t control_dev; /* what control_fd was; the service may close it */
	ino_t control_ino;
	pid_t process, loop_thread;
	const struct service *service;
	module_cxa_fn *exception_type;
	struct abort_message *const *abort_message;
} known;

/* The one crash a process can have. */
static struct {
	_Atomic pid_t thread; /* that crashed first; 0: none */
	enum { TELLING, UNWINDING, WAITING } volatile stage;
	struct crash_facts facts;
	struct crash_stack stack;
	struct control_message message;
	char text[CRASH_FACTS_TEXT];
	char packed[CONTROL_HEAD_SIZE + CRASH_FACTS_TEXT +
	    CRASH_FRAMES * (2 + 2 * sizeof(uintptr_t))];
} crash;

/* ---- the end ---- */

/* With the default action, for the status and the core dump. */
static _Noreturn void
die(int number)
{
	sigset_t only;

	signal(number, SIG_DFL);
	sigemptyset(&only);
	sigaddset(&only, number);
	pthread_sigmask(SIG_UNBLOCK, &only, NULL);
	raise(number);
	_exit(128 + number);
}

/* Whether the number still leads to the supervisor, and not to who knows
 * whom. */
static bool
has_control(void)
{
	struct stat now;

	return fstat(known.control_fd, &now) == 0 &&
	    now.st_dev == known.control_dev && now.st_ino == known.control_ino;
}

static void
send_message(void)
{
	if (!has_control())
		return;
	const size_t size = control_pack(
	    &crash.message, crash.packed, sizeof(crash.packed));

	send(known.control_fd, crash.packed, size, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Whatever else the supervisor says is for nobody any more. */
static void
wait_for_word(void)
{
	const int64_t until_ms = now_ms() + NAMED_WITHIN_MS;
	struct pollfd wait = { .fd = known.control_fd, .events = POLLIN };
	char head[CONTROL_HEAD_SIZE];

	for (int64_t left = NAMED_WITHIN_MS; left > 0;
	     left = until_ms - now_ms()) {
		if (!has_control())
			return;
		if (poll(&wait, 1, (int)left) <= 0)
			continue;
		const ssize_t got = recv(
		    known.control_fd, head, sizeof(head), MSG_DONTWAIT);
		if (got == 0 || (got < 0 && errno != EAGAIN) ||
		    (got > 0 && control_is(head, (size_t)got, CONTROL_DIE)))
			return;
	}
}

/* " 7f0012345678", as printf() is not safe here. */
static char *
put_hex(char *at, uintptr_t number)
{
	int shift = 8 * (int)sizeof(number) - 4;

	while (shift > 0 && number >> shift == 0)
		shift -= 4;
	*at++ = ' ';
	for (; shift >= 0; shift -= 4)
		*at++ = "0123456789abcdef"[number >> shift & 15];
	return at;
}

static _Noreturn void
finish(void)
{
	static char hex[CRASH_FRAMES * (2 + 2 * sizeof(uintptr_t))];
	const int gap = crash_stack_gap(&crash.stack);
	char *at = hex;

	crash.stage = WAITING;
	alarm(0);
	for (int i = 0; i < crash.stack.count; i++)
		if (i < CRASH_FIRST_FRAMES || i >= CRASH_FIRST_FRAMES + gap)
			at = put_hex(at, *crash_stack_frame(&crash.stack, i));
	*at = '\0';
	crash.message = (struct control_message) {
		.type = CONTROL_FRAMES,
		.number = { gap },
		.text = hex,
		.fd = -1,
	};
	send_message();
	wait_for_word();
	die(crash.facts.signal);
}

/* ---- what happened ---- */

static void
describe_call(struct crash_facts *facts)
{
	const struct task *task = task_current();
	const struct tomo_call *call = (const struct tomo_call *)task;
	const struct row_kind *kind;

	if (task == NULL)
		return;
	crash_facts_put(facts->handler, sizeof(facts->handler), task->name);
	kind = transport_row_kind(call->kind);
	if (kind == NULL || kind->handling == NULL)
		return;
	kind->handling(call, crash.text, sizeof(facts->handling));
	crash_facts_put(facts->handling, sizeof(facts->handling), crash.text);
}

/*
 * The exact guard of a coroutine; for a thread, a fault beside the stack
 * pointer, where all but the end of a stack can be used.
 */
static bool
is_overflow(
    const struct crash_facts *facts, const siginfo_t *info, uintptr_t sp)
{
	const uintptr_t address = (uintptr_t)facts->address;

	if ((facts->signal != SIGSEGV && facts->signal != SIGBUS) ||
	    info->si_code <= 0 || facts->address == facts->pc || sp == 0)
		return false;
	if (facts->thread == CRASH_IN_LOOP && known.service != NULL &&
	    coroutine_is_guard(loop_pool(known.service->loop), (void *)address))
		return true;
	return address - (sp - NEAR_STACK) < 2 * NEAR_STACK;
}

/* An abort without words may be an exception that nobody caught. */
static void
describe_abort(struct crash_facts *facts)
{
	const struct abort_message *message = known.abort_message != NULL
	    ? *known.abort_message
	    : NULL;
	/* A std::type_info: its functions, its name. */
	const char *const *type = NULL;

	if (message != NULL) {
		crash_facts_put(
		    facts->message, sizeof(facts->message), message->text);
		return;
	}
	if (known.exception_type != NULL)
		type = known.exception_type();
	if (type == NULL)
		return;
	/* A star: a name that other modules may have, too. */
	crash_facts_put(facts->exception, sizeof(facts->exception),
	    type[1] + (type[1][0] == '*'));
}

static enum crash_thread
thread_kind(pid_t thread)
{
	if (thread == known.loop_thread)
		return CRASH_IN_LOOP;
	return thread_is_ours() ? CRASH_IN_OFFLOAD : CRASH_IN_OTHER;
}

static void
tell(int number, const siginfo_t *info, void *context)
{
	struct crash_facts *facts = &crash.facts;
	uintptr_t pc, sp;

	crash_unwind_registers(context, &pc, &sp);
	facts->signal = number;
	facts->code = info->si_code;
	facts->address = info->si_code > 0 ? (uintptr_t)info->si_addr : 0;
	facts->pc = pc;
	facts->thread = thread_kind(crash.thread);
	facts->overflow = is_overflow(facts, info, sp);
	if (facts->thread == CRASH_IN_LOOP)
		describe_call(facts);
	if (number == SIGABRT)
		describe_abort(facts);
	crash_facts_write(facts, crash.text, &crash.message);
	send_message();
}

/* ---- handlers ---- */

/* Comes to any thread that does not block it. */
static void
on_alarm(int number)
{
	if (gettid() != crash.thread)
		tgkill(known.process, crash.thread, number);
	else if (crash.stage == UNWINDING)
		finish();
	else if (crash.stage == TELLING)
		die(crash.facts.signal);
}

static void
set_alarm(void)
{
	const struct sigaction action = { .sa_handler = on_alarm,
		.sa_flags = SA_ONSTACK };
	sigset_t only;

	sigaction(SIGALRM, &action, NULL);
	sigemptyset(&only);
	sigaddset(&only, SIGALRM);
	pthread_sigmask(SIG_UNBLOCK, &only, NULL);
	alarm(TELL_WITHIN_S);
}

/*
 * The loop must neither go on with what may be broken, nor read the
 * supervisor's word: it stops in this same handler.
 */
static void
hold_loop(void)
{
	if (crash.thread != known.loop_thread)
		tgkill(known.process, known.loop_thread, SIGTRAP);
}

/* One more fault: of another thread, which is of no interest any more, or of
 * this handler. */
static void
on_further_fault(pid_t thread)
{
	while (crash.thread != thread)
		pause();
	if (crash.stage == UNWINDING)
		finish();
	die(crash.facts.signal);
}

static void
on_fault(int number, siginfo_t *info, void *context)
{
	const pid_t thread = gettid();
	const struct coroutine *coroutine;
	pid_t nobody = 0;

	/* A child that the service forked is not ours to report. */
	if (getpid() != known.process)
		die(number);
	if (!atomic_compare_exchange_strong(&crash.thread, &nobody, thread))
		on_further_fault(thread);
	crash.facts.signal = number;
	set_alarm();
	hold_loop();
	tell(number, info, context);
	crash.stage = UNWINDING;
	coroutine = thread == known.loop_thread ? coroutine_current() : NULL;
	crash_unwind(
	    context, (uintptr_t)coroutine, crash.facts.overflow, &crash.stack);
	finish();
}

/* ---- installation ---- */

static void
handle_faults(void)
{
	struct sigaction action = {
		.sa_sigaction = on_fault,
		/* A second fault must come through, not end it unheard. */
		.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER,
	};
	struct sigaction before;

	sigfillset(&action.sa_mask);
	sigdelset(&action.sa_mask, SIGALRM);
	for (const int *fault = crash_signals; *fault != 0; fault++)
		sigdelset(&action.sa_mask, *fault);
	for (const int *fault = crash_signals; *fault != 0; fault++)
		if (sigaction(*fault, NULL, &before) == 0 &&
		    before.sa_handler == SIG_DFL)
			sigaction(*fault, &action, NULL);
}

void
crash_install(int control_fd)
{
	struct stat now;

	known.control_fd = control_fd;
	if (fstat(control_fd, &now) == 0) {
		known.control_dev = now.st_dev;
		known.control_ino = now.st_ino;
	}
	known.process = getpid();
	known.loop_thread = gettid();
	known.abort_message = dlvsym(
	    RTLD_DEFAULT, "__abort_msg", "GLIBC_PRIVATE");
	crash_unwind_prepare();
	thread_use_alternate_stack();
	handle_faults();
}

void
crash_set_service(const struct service *service)
{
	known.service = service;
	known.exception_type = module_cxa_exception_type(service->module);
}
