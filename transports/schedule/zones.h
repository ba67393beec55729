/*
 * The zones that rows name, each read once.
 *
 * Shared by the whole process, which is one generation, and kept to its end.
 * Loop thread only.
 */
#ifndef TRANSPORTS_SCHEDULE_ZONES_H
#define TRANSPORTS_SCHEDULE_ZONES_H

#include "runtime/base/error.h"

struct zone;

/*
 * The zone of that name, as zone_open() finds it; NULL is the local one.  Blocks
 * on small files when it comes first.  Returns NULL with a line that names it.
 */
const struct zone *zones_find(const char *name, struct error *err);

#endif
