/*
 * No service but a library to preload: the wall clock is ahead by the seconds
 * that the file SET_CLOCK holds, and is set whenever they change; only for the
 * process, and as timerfd_create(2) says that it is noticed.
 */
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define SHOWN __attribute__((visibility("default")))

/* How often a change is looked for. */
#define LOOK_NS 20000000
#define SECOND_NS INT64_C(1000000000)

static const volatile int64_t *ahead_s;

/* The one timer that is told of a clock that was set. */
static struct {
	int fd;
	int64_t due_ns;  /* of our clock */
	int64_t known_s; /* what it has been told */
} timer = { .fd = -1 };

__attribute__((constructor)) static void
open_file(void)
{
	const char *path = getenv("SET_CLOCK");
	const int fd = open(path != NULL ? path : "", O_RDONLY | O_CLOEXEC);

	ahead_s = mmap(NULL, sizeof(*ahead_s), PROT_READ, MAP_SHARED, fd, 0);
	if (ahead_s == MAP_FAILED)
		abort();
	close(fd);
}

SHOWN int
clock_gettime(clockid_t clock, struct timespec *now)
{
	const int code = (int)syscall(SYS_clock_gettime, clock, now);

	if (clock == CLOCK_REALTIME)
		now->tv_sec += *ahead_s;
	return code;
}

static int64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * SECOND_NS + now.tv_nsec;
}

static int
arm(void)
{
	int64_t wait_ns = timer.due_ns - now_ns();
	struct itimerspec at = { .it_value = { 0 } };

	if (wait_ns > LOOK_NS)
		wait_ns = LOOK_NS;
	at.it_value.tv_nsec = wait_ns > 0 ? wait_ns : 1;
	return (int)syscall(SYS_timerfd_settime, timer.fd, 0, &at, NULL);
}

SHOWN int
timerfd_settime(
    int fd, int flags, const struct itimerspec *at, struct itimerspec *before)
{
	const int64_t known_s = timer.known_s;

	if (!(flags & TFD_TIMER_CANCEL_ON_SET))
		return (int)syscall(SYS_timerfd_settime, fd, flags, at, before);
	timer.due_ns = at->it_value.tv_sec * SECOND_NS + at->it_value.tv_nsec;
	timer.known_s = *ahead_s;
	if (timer.fd == fd && timer.known_s != known_s) {
		arm();
		errno = ECANCELED;
		return -1;
	}
	timer.fd = fd;
	return arm();
}

SHOWN ssize_t
read(int fd, void *data, size_t size)
{
	const ssize_t got = syscall(SYS_read, fd, data, size);

	if (fd != timer.fd || got < 0)
		return got;
	if (timer.known_s == *ahead_s && now_ns() >= timer.due_ns)
		return got;
	arm();
	errno = timer.known_s == *ahead_s ? EAGAIN : ECANCELED;
	timer.known_s = *ahead_s;
	return -1;
}
