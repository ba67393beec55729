#include "transports/schedule/zones.h"

#include <string.h>

#include "runtime/base/alloc.h"
#include "transports/schedule/zone.h"

struct named_zone {
	char *name;
	struct zone *zone;
	struct named_zone *next;
};

static struct named_zone *all;

const struct zone *
zones_find(const char *name, struct error *err)
{
	struct named_zone *named;
	struct zone *zone;

	if (name == NULL)
		name = "";
	for (named = all; named != NULL; named = named->next)
		if (strcmp(named->name, name) == 0)
			return named->zone;
	zone = zone_open(name, err);
	if (zone == NULL)
		return NULL;
	named = xcalloc(1, sizeof(*named));
	*named = (struct named_zone) { xstrdup(name), zone, all };
	all = named;
	return zone;
}
