/*
 * What the watcher knows: folders and files, as a tree.  A node without a
 * parent has a whole path for a name: a root, or a file watched by itself.
 */
#ifndef RUNTIME_WATCH_WATCH_TREE_H
#define RUNTIME_WATCH_WATCH_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "runtime/watch/watch_content.h"

/* Beyond these nothing is watched. */
#define WATCH_TREE_MAX 200000
#define WATCH_TREE_DEPTH 64

TAILQ_HEAD(watch_queue, watch_node);
LIST_HEAD(watch_nodes, watch_node);

struct watch_node {
	struct watch_node *parent;
	char *name;
	bool is_folder;
	unsigned depth;
	/* At most one queue, and the list of changed files. */
	struct watch_queue *queue;
	bool changed;
	bool busy; /* it is being read */
	TAILQ_ENTRY(watch_node) queued;
	LIST_ENTRY(watch_node) changes;
	LIST_ENTRY(watch_node) sibling, named, numbered;
	unsigned seen; /* the last look at its folder that saw it */
	/* of a folder */
	struct watch_nodes children;
	int wd;    /* of its inotify watch, or -1 */
	bool gone; /* kept for what was in it */
	/* of a file */
	struct watch_content now;   /* as last read */
	struct watch_content known; /* as last reported */
	bool unreadable;            /* when it was to be read last */
	int64_t glimpse_ns;         /* its ctime when it was last looked at */
};

struct watch_tree {
	size_t max, count; /* nodes */
	size_t nbuckets;   /* of both tables; a power of two, or 0 */
	struct watch_nodes *by_name, *by_wd;
};

void watch_tree_init(struct watch_tree *tree);

/* Frees all but nodes without a parent: those first by watch_tree_remove(). */
void watch_tree_clear(struct watch_tree *tree);

/* A root or file of its own. */
struct watch_node *watch_tree_add_top(
    struct watch_tree *tree, const char *path, bool is_folder);

/* A file and a folder of one name are two nodes: one may replace the other. */
struct watch_node *watch_tree_find(const struct watch_tree *tree,
    const struct watch_node *folder, const char *name, bool is_folder);

/*
 * The folder that holds the entry at path, if it lies below a root: *name is
 * then the entry's, within path.
 */
struct watch_node *watch_tree_folder_of(const struct watch_tree *tree,
    struct watch_node *root, const char *path, const char **name);

/* Finds it or makes it; NULL if there are too many, or it lies too deep. */
struct watch_node *watch_tree_add(struct watch_tree *tree,
    struct watch_node *folder, const char *name, bool is_folder);

/* Removes the node with all below from tree and queues.  Watches are not
 * touched. */
void watch_tree_remove(struct watch_tree *tree, struct watch_node *node);

/* Removes the node, and the folders above, as far as nothing keeps them. */
void watch_tree_prune(struct watch_tree *tree, struct watch_node *node);

/* Gives a folder a watch, which another may have had (a renamed one); -1: none.
 */
void watch_tree_set_wd(
    struct watch_tree *tree, struct watch_node *folder, int wd);
struct watch_node *watch_tree_by_wd(const struct watch_tree *tree, int wd);

/* The node's absolute path; the caller frees it. */
char *watch_node_path(const struct watch_node *node);

/* Puts it at the end of a queue, unless it is there; takes it off another.
 * NULL: off any. */
void watch_node_queue(struct watch_node *node, struct watch_queue *queue);

#endif
