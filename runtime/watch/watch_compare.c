#include "runtime/watch/watch_compare.h"

#include <stdlib.h>

#include "runtime/base/clock.h"
#include "runtime/base/log.h"

#define LOGGER "tomodachi.watcher"

static void
set_at(struct watch_compare *compare, struct watch_node *node)
{
	if (compare->at != NULL)
		compare->at->busy = false;
	compare->at = node;
	if (node != NULL)
		node->busy = true;
}

void
watch_compare_init(struct watch_compare *compare, struct watch_tree *tree)
{
	*compare = (struct watch_compare) { .tree = tree };
	TAILQ_INIT(&compare->unclosed);
	TAILQ_INIT(&compare->suspects);
	TAILQ_INIT(&compare->queue);
	LIST_INIT(&compare->changed);
}

void
watch_compare_clear(struct watch_compare *compare)
{
	if (compare->at != NULL)
		watch_reading_close(&compare->reading);
	set_at(compare, NULL);
}

void
watch_compare_suspect(struct watch_compare *compare, struct watch_node *file)
{
	/* What is still to be read in this round will be read as it is then. */
	if (file->queue == NULL || file->queue == &compare->unclosed)
		watch_node_queue(file, &compare->suspects);
}

void
watch_compare_put_aside(struct watch_compare *compare, struct watch_node *file)
{
	if (file->queue == NULL || file->queue == &compare->suspects)
		watch_node_queue(file, &compare->unclosed);
}

void
watch_compare_all(struct watch_compare *compare, int64_t baseline_ns)
{
	struct watch_node *node;

	compare->baseline_ns = baseline_ns;
	while ((node = TAILQ_FIRST(&compare->suspects)) != NULL)
		watch_node_queue(node, &compare->queue);
}

/* A file found by the first look is no change by that. */
static void
settle_first(struct watch_compare *compare, struct watch_node *node)
{
	if (compare->baseline_ns == 0 || node->known.there || !node->now.there)
		return;
	node->known = node->now;
	if (watch_content_ctime_ns(&compare->reading.st) > compare->baseline_ns)
		node->known.hash = ~node->now.hash;
}

/* Puts it on the list of changed files, or takes it off. */
static void
note(struct watch_compare *compare, struct watch_node *node)
{
	const bool differs = !watch_content_is_same(&node->now, &node->known);

	if (differs && !node->changed)
		LIST_INSERT_HEAD(&compare->changed, node, changes);
	if (!differs && node->changed)
		LIST_REMOVE(node, changes);
	node->changed = differs;
	watch_tree_prune(compare->tree, node);
}

static enum watch_verdict
open_next(struct watch_compare *compare, struct watch_node *node)
{
	char *path = watch_node_path(node);
	enum watch_verdict verdict;

	watch_node_queue(node, NULL);
	set_at(compare, node);
	compare->reading.whole = node->parent == NULL;
	verdict = watch_reading_open(&compare->reading, path, &node->now);
	node->unreadable = verdict == WATCH_UNREADABLE;
	if (node->unreadable)
		log_record(LOGGER, TOMO_LOG_DEBUG, "file skipped",
		    TOMO_LOG_STR("file", path));
	free(path);
	return verdict;
}

/* What looks different from when it was last looked at is being written. */
static void
check_glimpse(struct watch_compare *compare, struct watch_node *node)
{
	const int64_t ctime_ns = watch_content_ctime_ns(&compare->reading.st);

	if (node->glimpse_ns != 0 && node->glimpse_ns != ctime_ns) {
		node->glimpse_ns = ctime_ns;
		watch_compare_suspect(compare, node);
	} else {
		node->glimpse_ns = 0;
	}
}

/* One piece of the file that is read. */
static void
advance(struct watch_compare *compare, int64_t until_ns)
{
	struct watch_node *node = compare->at;

	switch (watch_reading_step(&compare->reading, until_ns, &node->now)) {
	case WATCH_READING:
		return;
	case WATCH_READ:
		check_glimpse(compare, node);
		settle_first(compare, node);
		break;
	case WATCH_UNREADABLE:
		node->unreadable = true;
		break;
	}
	set_at(compare, NULL);
	note(compare, node);
}

bool
watch_compare_step(struct watch_compare *compare, int64_t until_ns)
{
	struct watch_node *node;

	while (clock_ns() < until_ns) {
		if (compare->at != NULL) {
			advance(compare, until_ns);
			continue;
		}
		node = TAILQ_FIRST(&compare->queue);
		if (node == NULL)
			return true;
		if (open_next(compare, node) != WATCH_READING) {
			set_at(compare, NULL);
			note(compare, node);
		}
	}
	return false;
}

void
watch_compare_forgive(struct watch_compare *compare, struct watch_node *file)
{
	if (compare->at == file)
		watch_compare_clear(compare);
	if (compare->at != NULL) {
		/* Another is half read: that one from the start again. */
		watch_node_queue(compare->at, &compare->queue);
		watch_compare_clear(compare);
	}
	enum watch_verdict verdict = open_next(compare, file);
	while (verdict == WATCH_READING)
		verdict = watch_reading_step(
		    &compare->reading, INT64_MAX, &file->now);
	set_at(compare, NULL);
	file->glimpse_ns = 0;
	file->known = file->now;
	note(compare, file);
}

void
watch_compare_accept(struct watch_compare *compare, struct watch_node *file)
{
	file->known = file->now;
	note(compare, file);
}

bool
watch_compare_is_idle(const struct watch_compare *compare)
{
	return TAILQ_EMPTY(&compare->suspects) &&
	    TAILQ_EMPTY(&compare->queue) && compare->at == NULL &&
	    LIST_EMPTY(&compare->changed);
}
