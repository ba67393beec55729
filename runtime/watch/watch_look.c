#include "runtime/watch/watch_look.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/clock.h"
#include "runtime/base/log.h"
#include "runtime/watch/watch_filter.h"
#include "runtime/watch/watch_notify.h"

#define LOGGER "tomodachi.watcher"

void
watch_look_init(struct watch_look *look)
{
	TAILQ_INIT(&look->queue);
}

static void
leave(struct watch_look *look)
{
	if (look->dir != NULL)
		closedir(look->dir);
	free(look->path);
	if (look->at != NULL)
		look->at->busy = false;
	look->dir = NULL;
	look->path = NULL;
	look->at = NULL;
}

void
watch_look_clear(struct watch_look *look)
{
	leave(look);
}

void
watch_look_at(struct watch_look *look, struct watch_node *folder)
{
	/* If its own folder is being read just now, it has been seen. */
	folder->seen = look->mark;
	watch_node_queue(folder, &look->queue);
}

struct watch_node *
watch_look_entry(struct watch_look *look, struct watch_node *folder,
    const char *name, bool is_folder)
{
	struct watch_node *node = watch_tree_add(
	    look->tree, folder, name, is_folder);

	if (node != NULL) {
		node->seen = look->mark;
	} else if (!look->full) {
		char *path = watch_node_path(folder);

		look->full = true;
		log_record(LOGGER, TOMO_LOG_WARNING,
		    "too much to watch; name what is not needed in "
		    "watcher.ignored_dirs",
		    TOMO_LOG_STR("folder", path),
		    TOMO_LOG_INT("watched", (int64_t)look->tree->count));
		free(path);
	}
	return node;
}

static void
unwatch(struct watch_look *look, struct watch_node *folder)
{
	const int wd = folder->wd;

	watch_tree_set_wd(look->tree, folder, -1);
	if (wd >= 0)
		look->events->release(look->arg, wd);
}

/* Not by watch_tree_prune(): the folder above is being walked. */
static void
remove_if_empty(struct watch_look *look, struct watch_node *folder)
{
	if (LIST_EMPTY(&folder->children) && folder->queue == NULL &&
	    !folder->busy)
		watch_tree_remove(look->tree, folder);
}

void
watch_look_gone(struct watch_look *look, struct watch_node *folder)
{
	struct watch_node *child, *next;

	unwatch(look, folder);
	folder->gone = true;
	if (folder->queue == &look->queue)
		watch_node_queue(folder, NULL);
	for (child = LIST_FIRST(&folder->children); child != NULL;
	     child = next) {
		next = LIST_NEXT(child, sibling);
		if (child->is_folder) {
			watch_look_gone(look, child);
			remove_if_empty(look, child);
		} else {
			look->events->suspect(look->arg, child);
		}
	}
}

/* ---- one folder ---- */

/* Before it is read, so that nothing falls in between. */
static void
watch_folder(struct watch_look *look)
{
	struct watch_node *node = look->at;
	struct stat st;
	const char *blind;

	if (look->notify == NULL)
		return;
	if (fstat(dirfd(look->dir), &st) == 0 && st.st_dev != look->device) {
		look->device = st.st_dev;
		blind = watch_notify_blind(dirfd(look->dir));
		if (blind != NULL) {
			look->events->blind(look->arg, look->path, blind);
			return;
		}
	}
	const int wd = watch_notify_add(
	    look->notify, look->path, WATCH_NOTIFY_ALL);
	if (watch_notify_is_limit(wd)) {
		look->events->blind(look->arg, look->path,
		    "no more inotify watches: raise "
		    "fs.inotify.max_user_watches");
		return;
	}
	if (wd != node->wd)
		unwatch(look, node);
	if (wd >= 0)
		watch_tree_set_wd(look->tree, node, wd);
}

static void
enter(struct watch_look *look, struct watch_node *node)
{
	const int nofollow = node->parent != NULL ? O_NOFOLLOW : 0;

	watch_node_queue(node, NULL);
	look->at = node;
	node->busy = true;
	look->path = watch_node_path(node);
	const int fd = open(look->path,
	    O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC | nofollow);
	if (fd >= 0) {
		look->dir = fdopendir(fd);
		look->mark++;
		node->gone = false;
		watch_folder(look);
		return;
	}
	const int failed = errno;
	if (failed == ENOENT || failed == ENOTDIR || failed == ELOOP)
		watch_look_gone(look, node);
	else
		log_record(LOGGER, TOMO_LOG_DEBUG, "folder skipped",
		    TOMO_LOG_STR("folder", look->path),
		    TOMO_LOG_STR("reason", strerror(failed)));
	leave(look);
	watch_tree_prune(look->tree, node);
}

static void
look_at_file(struct watch_look *look, const char *name, const struct stat *st)
{
	struct watch_node *node = watch_look_entry(look, look->at, name, false);

	if (node == NULL || watch_content_looks_like(&node->now, st))
		return;
	/* Without inotify, nothing else tells whether it is being written. */
	if (look->notify == NULL)
		node->glimpse_ns = watch_content_ctime_ns(st);
	look->events->suspect(look->arg, node);
}

static void
look_at_folder(struct watch_look *look, const char *name)
{
	struct watch_node *node;

	if (!watch_filter_enters(look->filter, look->path, name))
		return;
	node = watch_look_entry(look, look->at, name, true);
	if (node != NULL)
		watch_look_at(look, node);
}

static void
look_at_entry(struct watch_look *look, const struct dirent *entry)
{
	const char *name = entry->d_name;
	unsigned char type = entry->d_type;
	const bool may_count = watch_filter_has_ending(look->filter, name) &&
	    !watch_filter_is_apart(look->filter, look->path, name);
	struct stat st;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return;
	if (type == DT_UNKNOWN &&
	    fstatat(dirfd(look->dir), name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		type = S_ISDIR(st.st_mode) ? DT_DIR : DT_LNK;
	if (type == DT_DIR) {
		look_at_folder(look, name);
		return;
	}
	/* A symlinked file counts by what it leads to, a folder does not. */
	if (may_count && fstatat(dirfd(look->dir), name, &st, 0) == 0 &&
	    S_ISREG(st.st_mode))
		look_at_file(look, name, &st);
}

/* What was known and not seen is gone. */
static void
finish(struct watch_look *look)
{
	struct watch_node *node = look->at;
	struct watch_node *child, *next;

	for (child = LIST_FIRST(&node->children); child != NULL; child = next) {
		next = LIST_NEXT(child, sibling);
		if (child->seen == look->mark)
			continue;
		if (!child->is_folder) {
			look->events->suspect(look->arg, child);
		} else {
			watch_look_gone(look, child);
			remove_if_empty(look, child);
		}
	}
	leave(look);
	watch_tree_prune(look->tree, node);
}

bool
watch_look_step(struct watch_look *look, int64_t until_ns)
{
	struct watch_node *node;
	const struct dirent *entry;

	while (clock_ns() < until_ns) {
		if (look->dir != NULL) {
			entry = readdir(look->dir);
			if (entry != NULL)
				look_at_entry(look, entry);
			else
				finish(look);
			continue;
		}
		node = TAILQ_FIRST(&look->queue);
		if (node == NULL)
			return true;
		enter(look, node);
	}
	return false;
}
