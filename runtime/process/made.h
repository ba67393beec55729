/*
 * Files that builds write themselves, such as a header stamped with the time:
 * what changes during build after build is no change of anybody's.
 */
#ifndef RUNTIME_PROCESS_MADE_H
#define RUNTIME_PROCESS_MADE_H

#include <stdbool.h>

struct made;

struct made *made_new(void);
void made_free(struct made *made);

/* Builds begin, and all are over. */
void made_begin(struct made *made);
void made_end(struct made *made);

/*
 * The file has changed.  Once it has done so during MADE_TIMES builds in a row,
 * a record says that it no longer counts.
 */
#define MADE_TIMES 3
void made_note(struct made *made, const char *path);

/* Whether the file no longer counts. */
bool made_has(const struct made *made, const char *path);

#endif
