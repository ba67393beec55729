#include "runtime/process/maps.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/alloc.h"

/* The mappings of a file that follow each other are one. */
struct range {
	uintptr_t from, to;
	char *name;
};

struct maps {
	struct range *ranges;
	size_t count;
};

static void
add(struct maps *maps, uintptr_t from, uintptr_t to, const char *name)
{
	struct range *last;

	if (maps->count > 0) {
		last = &maps->ranges[maps->count - 1];
		if (strcmp(last->name, name) == 0) {
			last->to = to;
			return;
		}
	}
	maps->ranges = xrealloc(
	    maps->ranges, (maps->count + 1) * sizeof(*maps->ranges));
	maps->ranges[maps->count++] = (struct range) { from, to,
		xstrdup(name) };
}

/* "7f00-7f80 r-xp 00001000 08:01 1234    /path/of the/file" */
static void
read_line(struct maps *maps, char *line)
{
	uintptr_t from, to;
	int path = 0;

	line[strcspn(line, "\n")] = '\0';
	if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %*s %*s %*s %*s %n", &from,
		&to, &path) < 2 ||
	    path == 0 || line[path] != '/')
		return;
	add(maps, from, to, line + path);
}

struct maps *
maps_read(FILE *file)
{
	struct maps *maps = xcalloc(1, sizeof(*maps));
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, file) > 0)
		read_line(maps, line);
	free(line);
	return maps;
}

void
maps_free(struct maps *maps)
{
	for (size_t i = 0; i < maps->count; i++)
		free(maps->ranges[i].name);
	free(maps->ranges);
	free(maps);
}

const char *
maps_find(const struct maps *maps, uintptr_t address, uintptr_t *base)
{
	for (size_t i = 0; i < maps->count; i++) {
		const struct range *range = &maps->ranges[i];
		if (address < range->from || address >= range->to)
			continue;
		*base = range->from;
		return range->name;
	}
	return NULL;
}
