/*
 * Has the frames of a crash named by a child process, "tomodachi symbolize".
 * Loop thread only.
 */
#ifndef RUNTIME_PROCESS_SYMBOLIZER_H
#define RUNTIME_PROCESS_SYMBOLIZER_H

#include <stdint.h>
#include <sys/types.h>

#include "runtime/base/error.h"

struct copy;
struct event_base;
struct symbolizer;

struct symbolizer_plan {
	struct event_base *base;
	char *const *environ;
	pid_t pid;         /* of the worker, which waits */
	const char *label; /* of its service file */
	const struct copy *copy;
	const char *exception; /* mangled, or "" */
	const char *pcs;       /* in hex, a blank before each */
	int64_t gap; /* how many are left out behind CRASH_FIRST_FRAMES */

	/* The child has ended, or its time is over; may free the symbolizer. */
	void (*done)(void *arg);
	void *arg;
};

/* NULL with one line.  What the plan points to is not kept, but for arg. */
struct symbolizer *symbolizer_start(
    const struct symbolizer_plan *plan, struct error *err);

/* The child, if it is still there, ends by itself; who reaps it is the
 * supervisor. */
void symbolizer_free(struct symbolizer *symbolizer);

/* What it has written so far, for crash_frames_read(); lives as long as it. */
const char *symbolizer_output(const struct symbolizer *symbolizer);

#endif
