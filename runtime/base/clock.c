#include "runtime/base/clock.h"

#include <stdbool.h>
#include <time.h>

static struct {
	bool on;
	int64_t monotonic_ns, unix_us;
} fake;

int64_t
clock_ns(void)
{
	struct timespec now;

	if (fake.on)
		return fake.monotonic_ns;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t
clock_ms(void)
{
	return clock_ns() / 1000000;
}

int64_t
clock_unix_us(void)
{
	struct timespec now;

	if (fake.on)
		return fake.unix_us;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void
clock_fake(int64_t monotonic_ns, int64_t unix_us)
{
	fake.on = monotonic_ns != 0 || unix_us != 0;
	fake.monotonic_ns = monotonic_ns;
	fake.unix_us = unix_us;
}
