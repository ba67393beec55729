/*
 * What a build writes, passed on unchanged: to a file all of it, to our
 * standard error as fast as that takes it.  A slow reader slows the build; one
 * that takes nothing for a second gets no more.  Loop thread only.
 */
#ifndef RUNTIME_BUILD_TEE_H
#define RUNTIME_BUILD_TEE_H

#include <stddef.h>
#include <stdint.h>

#include "runtime/base/error.h"

struct event_base;
struct tee;

/* Once the pipe is at its end and all is passed on; may free the tee. */
typedef void tee_over_fn(void *arg);

/*
 * Takes over pipe, a non-blocking end to read from, and file, even if it
 * fails.  over is called with arg, from the loop or from tee_end().
 */
struct tee *tee_new(struct event_base *base, const int fds[2],
    tee_over_fn *over, void *arg, struct error *err);
#define TEE_PIPE 0
#define TEE_FILE 1

/* Takes what is in the pipe now for the last of it. */
void tee_end(struct tee *tee);

/* Bytes that standard error did not get. */
uint64_t tee_dropped(const struct tee *tee);

void tee_free(struct tee *tee);

#endif
