/*
 * Looking at folders, a few entries at a time: what is new or different there
 * is suspect, what is a folder is watched and looked at in turn.
 */
#ifndef RUNTIME_WATCH_WATCH_LOOK_H
#define RUNTIME_WATCH_WATCH_LOOK_H

#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "runtime/watch/watch_tree.h"

struct watch_filter;
struct watch_notify;

struct watch_look_events {
	/* A file whose content may have changed. */
	void (*suspect)(void *arg, struct watch_node *file);

	/* Inotify does not do for the folder: why, in a few words. */
	void (*blind)(void *arg, const char *path, const char *why);

	/* No folder of the tree has this watch any more. */
	void (*release)(void *arg, int wd);
};

struct watch_look {
	struct watch_tree *tree;
	const struct watch_filter *filter;
	struct watch_notify *notify; /* NULL: nothing is watched */
	const struct watch_look_events *events;
	void *arg;
	struct watch_queue queue;
	/* The folder that is being read. */
	struct watch_node *at;
	char *path;
	DIR *dir;
	unsigned mark;
	dev_t device; /* the last one asked about */
	bool full;    /* the tree's bounds were met, and said so */
};

/* Zeroed but for what the caller sets: tree, filter, notify, events, arg. */
void watch_look_init(struct watch_look *look);
void watch_look_clear(struct watch_look *look);

/* Queues the folder with all below. */
void watch_look_at(struct watch_look *look, struct watch_node *folder);

/* The entry of a folder, made if need be; NULL beyond the tree's bounds. */
struct watch_node *watch_look_entry(struct watch_look *look,
    struct watch_node *folder, const char *name, bool is_folder);

/* The folder is gone: nothing below is watched, all files there are suspect. */
void watch_look_gone(struct watch_look *look, struct watch_node *folder);

/* Looks until clock_ns() is past until_ns; true when nothing is left. */
bool watch_look_step(struct watch_look *look, int64_t until_ns);

#endif
