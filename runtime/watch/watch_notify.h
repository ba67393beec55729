/* The system's word on changes in folders; by inotify in watch_linux.c. */
#ifndef RUNTIME_WATCH_WATCH_NOTIFY_H
#define RUNTIME_WATCH_WATCH_NOTIFY_H

#include <stdbool.h>

#include "runtime/base/error.h"

struct event_base;
struct watch_notify;

/* What happened, as bits. */
#define WATCH_NOTIFY_WRITTEN 1u /* closed after writing, or moved here */
#define WATCH_NOTIFY_MADE 2u    /* a folder, a link, or a file still empty */
#define WATCH_NOTIFY_GONE 4u    /* removed, or moved away */
#define WATCH_NOTIFY_SELF 8u    /* the watched folder itself was moved */
#define WATCH_NOTIFY_ENDED 16u  /* and its watch is no more */
#define WATCH_NOTIFY_FOLDER 32u /* the entry is a folder */
#define WATCH_NOTIFY_RIGHTS 64u /* or times: the content is as it was */

/* Called from the loop; neither may free the object. */
struct watch_notify_events {
	/* name: of an entry of the folder; "" for the folder itself. */
	void (*entry)(void *arg, int wd, const char *name, unsigned what);

	/* Some were lost, nobody knows which. */
	void (*lost)(void *arg);
};

enum watch_notify_mask {
	WATCH_NOTIFY_ALL,    /* of the folder and its entries */
	WATCH_NOTIFY_PLACES, /* the same, but for what is written to files */
	WATCH_NOTIFY_MOVES   /* of the folder itself */
};

/* NULL with one line, also when the system has no more to give. */
struct watch_notify *watch_notify_new(struct event_base *base,
    const struct watch_notify_events *events, void *arg, struct error *err);
void watch_notify_free(struct watch_notify *notify);

/*
 * Watches a folder, through symlinks; for more if it is watched already.
 * Returns a number that belongs to the folder, or -errno; is_limit() tells the
 * errors that will be everybody's.
 */
int watch_notify_add(
    struct watch_notify *notify, const char *path, enum watch_notify_mask mask);
bool watch_notify_is_limit(int error);
void watch_notify_remove(struct watch_notify *notify, int wd);

/* Whether somebody has the file open for writing, under whatever name; false
 * also where that cannot be known. */
bool watch_notify_has_writer(const char *path);

/* The name of the file system of an open file if others may write to it unseen:
 * other machines, the host of a virtual one.  Else NULL. */
const char *watch_notify_blind(int fd);

#endif
