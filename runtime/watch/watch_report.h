/* What the watcher tells about a burst. */
#ifndef RUNTIME_WATCH_WATCH_REPORT_H
#define RUNTIME_WATCH_WATCH_REPORT_H

#include <stddef.h>

struct watch_change;
struct watch_compare;
struct watch_filter;

/* The changed files of compare, which are known from now on; sorted by path.
 * *n: how many. */
struct watch_change *watch_report_new(struct watch_compare *compare,
    const struct watch_filter *filter, size_t *n);
void watch_report_free(struct watch_change *changes, size_t n);

#endif
