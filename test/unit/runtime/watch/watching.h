/* A watcher in an event loop, over temporary folders, and what it reported. */
#ifndef TEST_UNIT_RUNTIME_WATCH_WATCHING_H
#define TEST_UNIT_RUNTIME_WATCH_WATCHING_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>
#include <unistd.h>

#include "runtime/base/clock.h"
#include "runtime/watch/watch.h"

#define DEADLINE_MS 20000

struct watching {
	struct watch *watch;
	unsigned reports;
	size_t changes;
	char text[4096]; /* "+added -removed ~updated", of all reports */
	bool free_inside;
};

static char watching_tmp[40];
static struct event_base *watching_base;
static struct event *watching_tick;

static const char *const watching_endings[] = { ".so", ".json", NULL };
static const char *const watching_here[] = { ".", NULL };

/* So that the loop comes back now and then. */
static void
watching_on_tick(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
}

/* An empty working folder of its own. */
static int
watching_set_up(void **state)
{
	const struct timeval time = { .tv_usec = 5000 };

	(void)state;
	strcpy(watching_tmp, "/tmp/watch_test-XXXXXX");
	if (mkdtemp(watching_tmp) == NULL || chdir(watching_tmp) != 0)
		return -1;
	watching_base = event_base_new();
	watching_tick = event_new(
	    watching_base, -1, EV_PERSIST, watching_on_tick, NULL);
	return event_add(watching_tick, &time);
}

static int
watching_tear_down(void **state)
{
	char command[100];

	(void)state;
	event_free(watching_tick);
	event_base_free(watching_base);
	snprintf(command, sizeof(command), "rm -rf '%s'", watching_tmp);
	return chdir("/") != 0 ? -1 : system(command);
}

static void
watching_on_changed(void *arg, const struct watch_change *changes, size_t n)
{
	struct watching *watching = arg;

	watching->reports++;
	watching->changes += n;
	for (size_t i = 0; i < n; i++) {
		const size_t len = strlen(watching->text);

		snprintf(watching->text + len, sizeof(watching->text) - len,
		    "%s%c%s", len > 0 ? " " : "", "+-~"[changes[i].kind],
		    changes[i].shown);
	}
	if (watching->free_inside)
		watch_free(watching->watch);
}

static const struct watch_events watching_events = {
	.changed = watching_on_changed,
};

/* The config's gaps are filled in. */
static inline void
watching_start(struct watching *watching, struct watch_config config)
{
	struct error err = { "" };

	memset(watching, 0, sizeof(*watching));
	config.base = watching_base;
	config.events = &watching_events;
	config.arg = watching;
	if (config.endings == NULL)
		config.endings = watching_endings;
	if (config.folders == NULL)
		config.folders = watching_here;
	watching->watch = watch_new(&config, &err);
	assert_string_equal(err.text, "");
	assert_non_null(watching->watch);
}

#define watching_run() event_base_loop(watching_base, EVLOOP_ONCE)

static inline void
watching_wait_idle(struct watching *watching)
{
	const int64_t start = clock_ms();

	while (!watch_is_idle(watching->watch)) {
		assert_true(clock_ms() - start < DEADLINE_MS);
		watching_run();
	}
}

/* Until there is a report, which is then forgotten by the next call. */
static inline const char *
watching_wait(struct watching *watching)
{
	const int64_t start = clock_ms();

	watching->reports = 0;
	watching->changes = 0;
	watching->text[0] = '\0';
	while (watching->reports == 0) {
		assert_true(clock_ms() - start < DEADLINE_MS);
		watching_run();
	}
	return watching->text;
}

static inline void __attribute__((format(printf, 1, 2)))
sh(const char *format, ...)
{
	char command[1000];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	assert_int_equal(system(command), 0);
}

#endif
