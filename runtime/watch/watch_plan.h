/* What a run watches: lists gathered from the command line and the services. */
#ifndef RUNTIME_WATCH_WATCH_PLAN_H
#define RUNTIME_WATCH_WATCH_PLAN_H

#include <stdbool.h>

struct options;
struct watch_config;
struct watch_plan;

struct watch_plan *watch_plan_new(void);
void watch_plan_free(struct watch_plan *plan);

/* Watches the file, and the folder that it lies in. */
void watch_plan_add_file(struct watch_plan *plan, const char *file);
void watch_plan_add_folder(struct watch_plan *plan, const char *folder);

/* Adds watcher.ignored_dirs and watcher.watched_file_endings: of options, or of
 * JSON text as a worker sends it; false if that is none. */
void watch_plan_add_options(
    struct watch_plan *plan, const struct options *options);
bool watch_plan_add_json(struct watch_plan *plan, const char *text);

/* Adds the default endings; those of source files if the runner builds. */
void watch_plan_finish(struct watch_plan *plan, bool builds);

bool watch_plan_equal(const struct watch_plan *a, const struct watch_plan *b);

/* Its lists are borrowed; what is no list is left to the caller. */
const struct watch_config *watch_plan_config(const struct watch_plan *plan);

/* Whether a build reads a file of that name. */
bool watch_plan_is_source(const char *path);

#endif
