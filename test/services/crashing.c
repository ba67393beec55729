/*
 * Crashes in all the ways that a report tells apart.  A comment "crash: NAME"
 * marks the line that the report of /NAME must name.
 */
#define _GNU_SOURCE
#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>
#include <tomodachi.h>

/* Not const: the compiler must not know what they hold. */
static int *volatile nowhere;
static volatile int zero;
static int (*volatile no_function)(void);
static char *volatile literal = (char *)(uintptr_t) "constant";

static int __attribute__((noinline)) find_order(int number)
{
	return nowhere[number]; /* crash: nested */
}

static int
get_order(struct tomo_call *call)
{
	const int order = find_order(0); /* calls: nested */

	return tomo_http_textf(call, 200, "%d", order);
}

static inline __attribute__((always_inline)) void
store(int value)
{
	*nowhere = value; /* crash: inlined */
}

static int
put_order(struct tomo_call *call)
{
	store(1); /* calls: inlined */
	return tomo_http_text(call, 200, "stored");
}

static int __attribute__((noinline)) recurse(volatile char *above)
{
	volatile char frame[512];

	frame[0] = *above; /* crash: overflow */
	return zero == 1 ? 0 : recurse(frame) + frame[0];
}

static int
overflow(struct tomo_call *call)
{
	volatile char first = 1;

	return tomo_http_textf(call, 200, "%d", recurse(&first));
}

/* Deeper than any stack; the runner's own functions refuse such a value. */
#define DEEP 1000000

static int
overflows_library(struct tomo_call *call)
{
	json_t *value = json_array();

	for (int i = 0; i < DEEP; i++) {
		json_t *outer = json_array();
		json_array_append_new(outer, value);
		value = outer;
	}
	return tomo_http_text(
	    call, 200, json_dumps(value, 0)); /* calls: library */
}

static int
fails_assert(struct tomo_call *call)
{
	assert(zero == 1); /* crash: assert */
	return tomo_http_text(call, 200, "true");
}

static int
aborts(struct tomo_call *call)
{
	if (zero == 0)
		abort(); /* crash: abort */
	return tomo_http_text(call, 200, "not aborted");
}

static int
divides(struct tomo_call *call)
{
	const int result = 7 / zero; /* crash: divide */

	return tomo_http_textf(call, 200, "%d", result);
}

static int
writes_constant(struct tomo_call *call)
{
	*literal = 'C'; /* crash: constant */
	return tomo_http_text(call, 200, "written");
}

static int
calls_nothing(struct tomo_call *call)
{
	const int result = no_function(); /* crash: call */

	return tomo_http_textf(call, 200, "%d", result);
}

/* Code that was made while it ran, as far as anybody can tell. */
static int
calls_made_code(struct tomo_call *call)
{
	const int fd = memfd_create("made", MFD_CLOEXEC);
	void *made;

	if (ftruncate(fd, 4096) != 0)
		return -1;
	made = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
	memcpy((void *)(uintptr_t)&no_function, &made, sizeof(made));
	const int result = no_function(); /* calls: made */

	return tomo_http_textf(call, 200, "%d", result);
}

static int
on_thread(void *arg)
{
	(void)arg;
	return *nowhere; /* crash: offload */
}

static int
offloads(struct tomo_call *call)
{
	const int code = tomo_offload(call, on_thread, NULL);

	return tomo_http_textf(call, 200, "%d", code);
}

static void *
own_thread(void *arg)
{
	(void)arg;
	*nowhere = 1; /* crash: thread */
	return NULL;
}

static int
makes_thread(struct tomo_call *call)
{
	pthread_t thread;

	pthread_create(&thread, NULL, own_thread, NULL);
	return tomo_sleep(call, 3600 * 1000);
}

static int
in_task(struct tomo_call *call)
{
	(void)call;
	*nowhere = 2; /* crash: task */
	return 0;
}

static int
spawns(struct tomo_call *call)
{
	tomo_spawn(call, in_task, NULL, NULL);
	return tomo_sleep(call, 3600 * 1000);
}

static int
forks(struct tomo_call *call)
{
	const pid_t child = fork();
	int status;

	if (child == 0)
		*nowhere = 1;
	waitpid(child, &status, 0);
	return tomo_http_text(call, 200,
	    WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV ? "SIGSEGV"
							       : "other");
}

static int
crashes_silently(struct tomo_call *call)
{
	signal(SIGSEGV, SIG_DFL);
	*nowhere = 1;
	return tomo_http_text(call, 200, "not crashed");
}

static int
answers(struct tomo_call *call)
{
	return tomo_http_text(call, 200, "well");
}

static int
wants(const char *what)
{
	const char *at = getenv("CRASH_AT");

	return at != NULL && strcmp(at, what) == 0;
}

__attribute__((constructor)) static void
load(void)
{
	if (wants("load"))
		*nowhere = 1; /* crash: load */
}

static int
init(struct tomo_call *call)
{
	(void)call;
	if (wants("init"))
		*nowhere = 1; /* crash: init */
	return 0;
}

TOMO_SERVICE(.name = "crashing", .init = init,
    .handlers = TOMO_HANDLERS(TOMO_HTTP("GET", "/well", answers),
	TOMO_HTTP("GET", "/nested", get_order),
	TOMO_HTTP("GET", "/inlined", put_order),
	TOMO_HTTP("GET", "/overflow", overflow),
	TOMO_HTTP("GET", "/library", overflows_library),
	TOMO_HTTP("GET", "/made", calls_made_code),
	TOMO_HTTP("GET", "/assert", fails_assert),
	TOMO_HTTP("GET", "/abort", aborts),
	TOMO_HTTP("GET", "/divide", divides),
	TOMO_HTTP("GET", "/constant", writes_constant),
	TOMO_HTTP("GET", "/call", calls_nothing),
	TOMO_HTTP("GET", "/offload", offloads),
	TOMO_HTTP("GET", "/thread", makes_thread),
	TOMO_HTTP("GET", "/task", spawns), TOMO_HTTP("GET", "/fork", forks),
	TOMO_HTTP("GET", "/silent", crashes_silently)));
