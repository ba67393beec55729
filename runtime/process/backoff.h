/* How long to wait before a worker that ended is started again. */
#ifndef RUNTIME_PROCESS_BACKOFF_H
#define RUNTIME_PROCESS_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

#define BACKOFF_FIRST_MS 100
#define BACKOFF_LAST_MS 10000

/* So long open, and what came before is forgotten. */
#define BACKOFF_HEALTHY_MS 60000

struct backoff {
	int64_t next_ms; /* 0: nothing has ended lately */
};

/*
 * The delay after a worker that was open for open_ms (0: never): 100 ms,
 * doubling to 10 s, from the start again after a minute of health.  at_once:
 * the first is no delay at all.
 */
int64_t backoff_next(struct backoff *backoff, int64_t open_ms, bool at_once);

#endif
