#include "runtime/watch/watch_report.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/base/alloc.h"
#include "runtime/base/buffer.h"
#include "runtime/base/log.h"
#include "runtime/watch/watch.h"
#include "runtime/watch/watch_compare.h"
#include "runtime/watch/watch_filter.h"

#define LOGGER "tomodachi.watcher"
#define MAX_NAMES 10

static struct watch_change
change_of(const struct watch_node *node, const struct watch_filter *filter)
{
	char *path = watch_node_path(node);

	return (struct watch_change) {
		.kind = !node->known.there ? WATCH_ADDED
		    : !node->now.there     ? WATCH_REMOVED
					   : WATCH_UPDATED,
		.path = path,
		.shown = watch_filter_shown(filter, path),
		.hash = node->now.hash,
	};
}

static int
by_path(const void *one, const void *other)
{
	const struct watch_change *a = one, *b = other;

	return strcmp(a->path, b->path);
}

struct watch_change *
watch_report_new(
    struct watch_compare *compare, const struct watch_filter *filter, size_t *n)
{
	struct watch_node *node;
	struct watch_change *changes;
	size_t count = 0;

	LIST_FOREACH(node, &compare->changed, changes)
	count++;
	changes = xcalloc(count + 1, sizeof(*changes));
	*n = 0;
	while ((node = LIST_FIRST(&compare->changed)) != NULL) {
		changes[(*n)++] = change_of(node, filter);
		watch_compare_accept(compare, node);
	}
	qsort(changes, *n, sizeof(*changes), by_path);
	return changes;
}

void
watch_report_free(struct watch_change *changes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free((char *)changes[i].path);
	free(changes);
}

/* The names of one kind, NUL-ended; "" if there is none. */
static void
list_names(struct buffer *out, const struct watch_change *changes, size_t n,
    enum watch_kind kind)
{
	size_t named = 0, more = 0;

	for (size_t i = 0; i < n; i++) {
		if (changes[i].kind != kind)
			continue;
		if (named == MAX_NAMES) {
			more++;
			continue;
		}
		buffer_printf(
		    out, "%s%s", named++ > 0 ? ", " : "", changes[i].shown);
	}
	if (more > 0)
		buffer_printf(out, " and %zu more", more);
	buffer_add(out, "", 1);
}

void
watch_log_changes(const struct watch_change *changes, size_t n)
{
	static const char *const keys[] = { [WATCH_ADDED] = "added",
		[WATCH_REMOVED] = "removed",
		[WATCH_UPDATED] = "updated" };
	struct buffer names[3] = { { .data = NULL } };
	struct tomo_log_field fields[4] = { { .key = NULL } };
	size_t nfields = 0;

	for (size_t kind = 0; kind < 3; kind++) {
		list_names(&names[kind], changes, n, (enum watch_kind)kind);
		const char *text = buffer_data(&names[kind]);
		if (text[0] != '\0')
			fields[nfields++] = (struct tomo_log_field)TOMO_LOG_STR(
			    keys[kind], text);
	}
	log_write(LOGGER, TOMO_LOG_INFO, "files changed", fields);
	for (size_t kind = 0; kind < 3; kind++)
		buffer_clear(&names[kind]);
}
