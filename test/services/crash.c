/*
 * Ends in every way a service can.  Tests make other generations of it by
 * changing the bytes of "version-1" in the built file.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tomodachi.h>

/* Not const: the compiler must not know what it says. */
static char version[] = "version-1";

static int
wants(const char *what)
{
	const char *at = getenv("CRASH_AT");

	return strcmp(version, what) == 0 ||
	    (at != NULL && strcmp(at, what) == 0);
}

__attribute__((constructor)) static void
load(void)
{
	if (wants("bad-loads"))
		raise(SIGSEGV);
}

static int
init(struct tomo_call *call)
{
	if (wants("bad-init!"))
		raise(SIGSEGV);
	if (wants("bad-exit!"))
		exit(4);
	/* What cancels the sleep is a stop. */
	if (wants("bad-slow4") || wants("bad-slow!")) {
		tomo_sleep(call, 3600 * 1000);
		if (wants("bad-slow4"))
			exit(4);
		raise(SIGSEGV);
	}
	if (wants("bad-inits"))
		return tomo_sleep(call, 3600 * 1000);
	return 0;
}

static int
start(struct tomo_call *call)
{
	if (wants("bad-start"))
		return tomo_fail(call, TOMO_EUNAVAILABLE, "no database");
	if (wants("bad-stop!"))
		tomo_exit(call, 7);
	if (wants("bad-sleep"))
		return tomo_sleep(call, 3600 * 1000);
	return 0;
}

static int
get_pid(struct tomo_call *call)
{
	return tomo_http_textf(call, 200, "%d", (int)getpid());
}

static int
get_version(struct tomo_call *call)
{
	return tomo_http_text(call, 200, version);
}

static int
number(struct tomo_call *call)
{
	return atoi(tomo_http_param(call, "n"));
}

static int
do_raise(struct tomo_call *call)
{
	raise(number(call));
	return tomo_http_text(call, 200, "still here");
}

static int
do_exit(struct tomo_call *call)
{
	exit(number(call));
	return 0;
}

static int
do_stop(struct tomo_call *call)
{
	tomo_exit(call, number(call));
	return tomo_http_text(call, 200, "stopping");
}

static int
do_sleep(struct tomo_call *call)
{
	const int code = tomo_sleep(call, number(call));

	return code < 0 ? code : tomo_http_text(call, 200, "slept");
}

/* Holds the loop itself. */
static int
do_hang(struct tomo_call *call)
{
	tomo_log_info(call, "hanging");
	for (;;)
		pause();
	return 0;
}

/* Leaves a process behind that only process 1 can reap. */
static int
do_orphan(struct tomo_call *call)
{
	const pid_t child = fork();

	if (child == 0) {
		const pid_t orphan = fork();
		if (orphan == 0)
			usleep(50000);
		_exit(0);
	}
	return tomo_http_textf(call, 200, "%d", (int)child);
}

TOMO_SERVICE(.name = "crash", .init = init, .start = start,
    .handlers = TOMO_HANDLERS(TOMO_HTTP("GET", "/pid", get_pid),
	TOMO_HTTP("GET", "/version", get_version),
	TOMO_HTTP("GET", "/raise/{n}", do_raise),
	TOMO_HTTP("GET", "/exit/{n}", do_exit),
	TOMO_HTTP("GET", "/stop/{n}", do_stop),
	TOMO_HTTP("GET", "/sleep/{n}", do_sleep),
	TOMO_HTTP("GET", "/hang", do_hang),
	TOMO_HTTP("GET", "/orphan", do_orphan)));
