/* The options of runner, supervisor and watcher. */
#ifndef RUNTIME_BASE_RUNTIME_OPTIONS_H
#define RUNTIME_BASE_RUNTIME_OPTIONS_H

#include "runtime/base/options.h"

extern const struct option_row runtime_options[];
extern const struct option_row watcher_options[];

#endif
