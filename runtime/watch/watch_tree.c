#include "runtime/watch/watch_tree.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/base/alloc.h"
#include "runtime/base/hash.h"

#define FIRST_BUCKETS 256

void
watch_tree_init(struct watch_tree *tree)
{
	*tree = (struct watch_tree) { .max = WATCH_TREE_MAX };
}

void
watch_tree_clear(struct watch_tree *tree)
{
	free(tree->by_name);
	free(tree->by_wd);
	watch_tree_init(tree);
}

/* ---- tables ---- */

static struct watch_nodes *
name_bucket(const struct watch_tree *tree, const struct watch_node *folder,
    const char *name)
{
	struct hash hash;

	hash_init(&hash);
	hash_add(&hash, &folder, sizeof(folder));
	hash_add(&hash, name, strlen(name));
	return &tree->by_name[hash_value(&hash) & (tree->nbuckets - 1)];
}

static struct watch_nodes *
wd_bucket(const struct watch_tree *tree, int wd)
{
	return &tree->by_wd[(size_t)wd & (tree->nbuckets - 1)];
}

/* Moves what one table has to the new ones. */
static void
rehash(struct watch_tree *tree, struct watch_nodes *old, bool named)
{
	struct watch_node *node;

	while ((node = LIST_FIRST(old)) != NULL) {
		if (named) {
			LIST_REMOVE(node, named);
			LIST_INSERT_HEAD(
			    name_bucket(tree, node->parent, node->name), node,
			    named);
		} else {
			LIST_REMOVE(node, numbered);
			LIST_INSERT_HEAD(
			    wd_bucket(tree, node->wd), node, numbered);
		}
	}
}

static void
grow(struct watch_tree *tree)
{
	struct watch_tree old = *tree;

	tree->nbuckets = old.nbuckets > 0 ? old.nbuckets * 2 : FIRST_BUCKETS;
	tree->by_name = xcalloc(tree->nbuckets, sizeof(*tree->by_name));
	tree->by_wd = xcalloc(tree->nbuckets, sizeof(*tree->by_wd));
	for (size_t i = 0; i < old.nbuckets; i++) {
		rehash(tree, &old.by_name[i], true);
		rehash(tree, &old.by_wd[i], false);
	}
	free(old.by_name);
	free(old.by_wd);
}

/* ---- nodes ---- */

static struct watch_node *
make(struct watch_tree *tree, struct watch_node *folder, const char *name,
    bool is_folder)
{
	struct watch_node *node = xcalloc(1, sizeof(*node));

	if (tree->count >= tree->nbuckets)
		grow(tree);
	tree->count++;
	node->parent = folder;
	node->name = xstrdup(name);
	node->is_folder = is_folder;
	node->wd = -1;
	if (folder != NULL) {
		node->depth = folder->depth + 1;
		LIST_INSERT_HEAD(&folder->children, node, sibling);
	}
	LIST_INSERT_HEAD(name_bucket(tree, folder, name), node, named);
	return node;
}

struct watch_node *
watch_tree_add_top(struct watch_tree *tree, const char *path, bool is_folder)
{
	return make(tree, NULL, path, is_folder);
}

struct watch_node *
watch_tree_find(const struct watch_tree *tree, const struct watch_node *folder,
    const char *name, bool is_folder)
{
	struct watch_node *node;

	if (tree->nbuckets == 0)
		return NULL;
	LIST_FOREACH(node, name_bucket(tree, folder, name), named)
	if (node->parent == folder && node->is_folder == is_folder &&
	    strcmp(node->name, name) == 0)
		return node;
	return NULL;
}

struct watch_node *
watch_tree_folder_of(const struct watch_tree *tree, struct watch_node *root,
    const char *path, const char **name)
{
	const size_t len = root->name[1] == '\0' ? 0 : strlen(root->name);
	struct watch_node *folder = root;
	const char *at = path + len + 1, *slash;

	if (strncmp(path, root->name, len) != 0 || path[len] != '/')
		return NULL;
	for (; folder != NULL && (slash = strchr(at, '/')) != NULL;
	     at = slash + 1) {
		char *part = xstrndup(at, (size_t)(slash - at));

		folder = watch_tree_find(tree, folder, part, true);
		free(part);
	}
	*name = at;
	return folder;
}

struct watch_node *
watch_tree_add(struct watch_tree *tree, struct watch_node *folder,
    const char *name, bool is_folder)
{
	struct watch_node *node = watch_tree_find(
	    tree, folder, name, is_folder);

	if (node != NULL)
		return node;
	if (tree->count >= tree->max || folder->depth >= WATCH_TREE_DEPTH)
		return NULL;
	return make(tree, folder, name, is_folder);
}

void
watch_tree_remove(struct watch_tree *tree, struct watch_node *node)
{
	struct watch_node *child;

	while ((child = LIST_FIRST(&node->children)) != NULL)
		watch_tree_remove(tree, child);
	watch_node_queue(node, NULL);
	watch_tree_set_wd(tree, node, -1);
	if (node->changed)
		LIST_REMOVE(node, changes);
	if (node->parent != NULL)
		LIST_REMOVE(node, sibling);
	LIST_REMOVE(node, named);
	tree->count--;
	free(node->name);
	free(node);
}

static bool
is_needed(const struct watch_node *node)
{
	if (node->parent == NULL || node->queue != NULL || node->changed ||
	    node->busy)
		return true;
	if (node->is_folder)
		return !node->gone || !LIST_EMPTY(&node->children);
	return node->now.there || node->known.there || node->unreadable;
}

void
watch_tree_prune(struct watch_tree *tree, struct watch_node *node)
{
	while (!is_needed(node)) {
		struct watch_node *parent = node->parent;

		watch_tree_remove(tree, node);
		node = parent;
	}
}

void
watch_tree_set_wd(struct watch_tree *tree, struct watch_node *folder, int wd)
{
	if (folder->wd == wd)
		return;
	if (folder->wd >= 0)
		LIST_REMOVE(folder, numbered);
	folder->wd = -1;
	if (wd < 0)
		return;
	struct watch_node *other = watch_tree_by_wd(tree, wd);
	if (other != NULL)
		watch_tree_set_wd(tree, other, -1);
	folder->wd = wd;
	LIST_INSERT_HEAD(wd_bucket(tree, wd), folder, numbered);
}

struct watch_node *
watch_tree_by_wd(const struct watch_tree *tree, int wd)
{
	struct watch_node *node;

	if (tree->nbuckets == 0 || wd < 0)
		return NULL;
	LIST_FOREACH(node, wd_bucket(tree, wd), numbered)
	if (node->wd == wd)
		return node;
	return NULL;
}

/* Written from its end; a size only, while path is NULL. */
static size_t
put_path(const struct watch_node *node, char *path)
{
	size_t at = 0;

	if (node->parent != NULL) {
		at = put_path(node->parent, path);
		/* The root of all has its slash already. */
		if (at > 1 || node->parent->name[1] != '\0') {
			if (path != NULL)
				path[at] = '/';
			at++;
		}
	}
	const size_t len = strlen(node->name);
	if (path != NULL)
		memcpy(path + at, node->name, len);
	return at + len;
}

char *
watch_node_path(const struct watch_node *node)
{
	const size_t len = put_path(node, NULL);
	char *path = xcalloc(1, len + 1);

	put_path(node, path);
	return path;
}

void
watch_node_queue(struct watch_node *node, struct watch_queue *queue)
{
	if (node->queue == queue)
		return;
	if (node->queue != NULL)
		TAILQ_REMOVE(node->queue, node, queued);
	node->queue = queue;
	if (queue != NULL)
		TAILQ_INSERT_TAIL(queue, node, queued);
}
