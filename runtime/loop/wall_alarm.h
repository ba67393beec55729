/*
 * An alarm by the wall clock, which may be set anew or stand still while the
 * machine sleeps; alarm.h is for what only lasts.  Loop thread only.
 */
#ifndef RUNTIME_LOOP_WALL_ALARM_H
#define RUNTIME_LOOP_WALL_ALARM_H

#include <stdint.h>

#include "runtime/base/error.h"

struct loop;
struct wall_alarm;

/*
 * Calls fn(arg), on the loop's stack, when it rings; and, once it has been set
 * for the first time, as soon as the wall clock was set or the machine woke up.
 */
struct wall_alarm *wall_alarm_new(
    struct loop *loop, void (*fn)(void *arg), void *arg, struct error *err);
void wall_alarm_free(struct wall_alarm *alarm);

/* Rings once at due_ms since 1970, instead of when it was set for before;
 * INT64_MAX: never. */
void wall_alarm_set(struct wall_alarm *alarm, int64_t due_ms);

#endif
