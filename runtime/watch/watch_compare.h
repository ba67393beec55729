/* Comparing suspect files with what is known of them, a few bytes at a time. */
#ifndef RUNTIME_WATCH_WATCH_COMPARE_H
#define RUNTIME_WATCH_WATCH_COMPARE_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/watch/watch_content.h"
#include "runtime/watch/watch_tree.h"

struct watch_compare {
	struct watch_tree *tree;
	struct watch_queue unclosed; /* whoever made them may write still */
	struct watch_queue suspects; /* not to be read yet */
	struct watch_queue queue;    /* to be read now */
	struct watch_nodes changed;  /* now and known differ */
	int64_t baseline_ns;         /* see watch_compare_all() */
	/* The file that is being read; off the queue. */
	struct watch_node *at;
	struct watch_reading reading;
};

void watch_compare_init(struct watch_compare *compare, struct watch_tree *tree);
void watch_compare_clear(struct watch_compare *compare);

/* Puts the file among the suspects, also if it is being read. */
void watch_compare_suspect(
    struct watch_compare *compare, struct watch_node *file);

/* Puts the file aside until it is suspect (again). */
void watch_compare_put_aside(
    struct watch_compare *compare, struct watch_node *file);

/*
 * All suspects are to be read.  baseline_ns: if not 0, a file not known yet
 * becomes known by it, and is a change only if it has changed (by its ctime)
 * since that moment of the system's clock.
 */
void watch_compare_all(struct watch_compare *compare, int64_t baseline_ns);

/* Reads until clock_ns() is past until_ns; true when nothing is left. */
bool watch_compare_step(struct watch_compare *compare, int64_t until_ns);

/* Reads the file at once, and takes what it is as known. */
void watch_compare_forgive(
    struct watch_compare *compare, struct watch_node *file);

/* Takes a changed file as known.  It may be freed by that. */
void watch_compare_accept(
    struct watch_compare *compare, struct watch_node *file);

/* Whether, but for files put aside, there are no suspects, nothing is read, and nothing has changed. */
bool watch_compare_is_idle(const struct watch_compare *compare);

#endif
