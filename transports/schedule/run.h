/* One run of a scheduled function: a call. */
#ifndef TRANSPORTS_SCHEDULE_RUN_H
#define TRANSPORTS_SCHEDULE_RUN_H

#include <stddef.h>
#include <stdint.h>

struct schedule_row;
struct tomo_call;

/*
 * Begins a run that was due at due_s, or logs that it is skipped: too many of
 * the row go on, or no call can be had.
 */
void run_start(struct schedule_row *row, int64_t due_s);

/* What a call handles, for reports. */
void run_handling(const struct tomo_call *call, char *text, size_t size);

#endif
