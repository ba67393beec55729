#include "runtime/loop/stall.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "runtime/base/alloc.h"
#include "runtime/base/buffer.h"
#include "runtime/loop/inside.h"
#include "runtime/loop/task.h"
#include "runtime/loop/thread.h"

/* Ignored by default and used by nobody else: one that is late does no harm. */
#define SIGNAL SIGURG

#define NS_PER_MS 1000000
#define MAX_FRAMES 64

/* Looks without a task running, after which the watchdog sleeps. */
#define LOOKS_BEFORE_SLEEP 8

struct stall {
	struct loop *loop;
	int64_t limit_ns, look_ns;
	stall_fn *fn;
	void *arg;
	struct thread thread;
	bool started;
	pthread_t loop_thread;
	struct sigaction before;

	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool stopping;

	/* What the watchdog wants caught, and since when it lasts. */
	_Atomic uint64_t wanted;
	_Atomic int64_t since_ns;

	/* What the signal handler saw; the loop thread's. */
	void *frames[MAX_FRAMES];
	int nframes, skip;
};

/* For the signal handler. */
static struct stall *watching;

/* Real even in a test that fakes the clock: another thread looks at it. */
static int64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* ---- the watchdog's thread ---- */

static void
interrupt(struct stall *stall, uint64_t turn, int64_t since_ns)
{
	atomic_store(&stall->since_ns, since_ns);
	atomic_store(&stall->wanted, turn);
	pthread_kill(stall->loop_thread, SIGNAL);
}

/*
 * Sleeps until the next look.  When no task has run for long, asks the loop to
 * wake it; and looks once more before it relies on that, for the loop may just
 * have begun a task without having seen the wish.  With the lock held.
 */
static void
sleep_locked(struct stall *stall, unsigned quiet_looks)
{
	struct turns *turns = &stall->loop->turns;
	struct timespec until;
	int64_t ns;

	if (quiet_looks > LOOKS_BEFORE_SLEEP) {
		while (atomic_load(&turns->parked) && !stall->stopping)
			pthread_cond_wait(&stall->changed, &stall->lock);
		return;
	}
	if (quiet_looks == LOOKS_BEFORE_SLEEP)
		atomic_store(&turns->parked, true);
	ns = now_ns() + stall->look_ns;
	until.tv_sec = (time_t)(ns / 1000000000);
	until.tv_nsec = (long)(ns % 1000000000);
	pthread_cond_timedwait(&stall->changed, &stall->lock, &until);
}

static void
watch(void *arg)
{
	struct stall *stall = arg;
	uint64_t seen = 0, caught = 0;
	int64_t since_ns = 0;
	unsigned quiet_looks = 0;

	pthread_mutex_lock(&stall->lock);
	while (!stall->stopping) {
		const uint64_t turn = atomic_load(&stall->loop->turns.turn);
		const bool running = turn % 2 == 1;

		quiet_looks = running || turn != seen ? 0 : quiet_looks + 1;
		if (turn != seen) {
			seen = turn;
			since_ns = now_ns();
		}
		if (running && turn != caught &&
		    now_ns() - since_ns >= stall->limit_ns) {
			caught = turn;
			interrupt(stall, turn, since_ns);
		}
		sleep_locked(stall, quiet_looks);
	}
	pthread_mutex_unlock(&stall->lock);
}

/* ---- the loop thread ---- */

void
stall_unpark(struct stall *stall)
{
	pthread_mutex_lock(&stall->lock);
	atomic_store(&stall->loop->turns.parked, false);
	pthread_cond_signal(&stall->changed);
	pthread_mutex_unlock(&stall->lock);
}

/* Which of the frames was interrupted: the one after the signal's own. */
static int
frames_to_skip(void *const *frames, int nframes, const void *returns_to)
{
	for (int i = 0; i < nframes; i++)
		if (frames[i] == returns_to)
			return i + 1;
	return 0;
}

/* Notes where the task is, if it still has the turn that is too long. */
static void
on_signal(int signal)
{
	struct stall *stall = watching;
	const int saved = errno;
	struct turns *turns;
	uint64_t turn;

	(void)signal;
	if (stall == NULL || !pthread_equal(pthread_self(), stall->loop_thread))
		return;
	turns = &stall->loop->turns;
	turn = atomic_load(&turns->turn);
	if (turns->caught || turn % 2 == 0 ||
	    turn != atomic_load(&stall->wanted))
		return;
	stall->nframes = backtrace(stall->frames, MAX_FRAMES);
	stall->skip = frames_to_skip(
	    stall->frames, stall->nframes, __builtin_return_address(0));
	turns->caught = 1;
	errno = saved;
}

static void
print_frame(struct buffer *text, const void *frame, bool innermost)
{
	/* Others are where a call returns to: maybe in the next function. */
	const char *const inside = (const char *)frame - (innermost ? 0 : 1);
	const char *file;
	Dl_info info;

	if (dladdr(inside, &info) == 0 || info.dli_fname == NULL) {
		buffer_printf(text, "?? (%p)\n", frame);
		return;
	}
	file = strrchr(info.dli_fname, '/');
	file = file == NULL ? info.dli_fname : file + 1;
	buffer_printf(text, "%s (%s+0x%zx)\n",
	    info.dli_sname == NULL ? "??" : info.dli_sname, file,
	    (size_t)((const char *)frame - (const char *)info.dli_fbase));
}

void
stall_report(struct stall *stall)
{
	struct buffer text = { .data = NULL };
	const int64_t held_ns = now_ns() - atomic_load(&stall->since_ns);

	for (int i = stall->skip; i < stall->nframes; i++)
		print_frame(&text, stall->frames[i], i == stall->skip);
	buffer_add(&text, "", 1);
	stall->loop->turns.caught = 0;
	stall->fn(stall->arg, task_current()->name, held_ns / NS_PER_MS,
	    buffer_data(&text));
	buffer_clear(&text);
}

static void
catch_signals(struct stall *stall)
{
	struct sigaction action = { .sa_flags = SA_RESTART | SA_ONSTACK };
	void *frame;

	/* The first backtrace() loads a library, no work for a handler. */
	backtrace(&frame, 1);
	action.sa_handler = on_signal;
	sigfillset(&action.sa_mask);
	watching = stall;
	sigaction(SIGNAL, &action, &stall->before);
}

struct stall *
stall_start(struct loop *loop, int64_t limit_ms, stall_fn *fn, void *arg)
{
	struct stall *stall;
	pthread_condattr_t monotonic;

	if (limit_ms <= 0)
		return NULL;
	stall = xcalloc(1, sizeof(*stall));
	stall->loop = loop;
	stall->limit_ns = limit_ms < INT64_MAX / NS_PER_MS
	    ? limit_ms * NS_PER_MS
	    : INT64_MAX;
	stall->look_ns = stall->limit_ns / 4;
	stall->fn = fn;
	stall->arg = arg;
	stall->loop_thread = pthread_self();
	pthread_mutex_init(&stall->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&stall->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	loop->turns.stall = stall;
	catch_signals(stall);
	stall->thread.name = "tomo-stall";
	stall->thread.fn = watch;
	stall->thread.arg = stall;
	stall->started = thread_start(&stall->thread) == 0;
	if (stall->started)
		return stall;
	stall_stop(stall);
	return NULL;
}

void
stall_stop(struct stall *stall)
{
	if (stall == NULL)
		return;
	pthread_mutex_lock(&stall->lock);
	stall->stopping = true;
	pthread_cond_signal(&stall->changed);
	pthread_mutex_unlock(&stall->lock);
	if (stall->started)
		pthread_join(stall->thread.id, NULL);
	/* No signal can come any more, and one that came has been handled. */
	sigaction(SIGNAL, &stall->before, NULL);
	watching = NULL;
	atomic_store(&stall->loop->turns.parked, false);
	stall->loop->turns.caught = 0;
	stall->loop->turns.stall = NULL;
	pthread_cond_destroy(&stall->changed);
	pthread_mutex_destroy(&stall->lock);
	free(stall);
}
