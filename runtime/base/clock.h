/*
 * The two clocks.  Tests set them; in the runner they are the system's.
 */
#ifndef RUNTIME_BASE_CLOCK_H
#define RUNTIME_BASE_CLOCK_H

#include <stdint.h>

/* Monotonic nanoseconds and milliseconds. */
int64_t clock_ns(void);
int64_t clock_ms(void);

/* Wall-clock microseconds since 1970. */
int64_t clock_unix_us(void);

/* For tests: both clocks stand still at these; 0, 0 lets them run again. */
void clock_fake(int64_t monotonic_ns, int64_t unix_us);

#endif
