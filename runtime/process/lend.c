#include "runtime/process/lend.h"

#include <stddef.h>
#include <string.h>

#include "runtime/process/child.h"
#include "runtime/process/fleet.h"
#include "runtime/process/sockets.h"

static bool
is_open(const struct slot *slot)
{
	return slot->current != NULL && slot->current->state == CHILD_OPEN;
}

/* The worker of that id if it still takes work. */
static struct child *
find_open(const struct fleet *fleet, unsigned id)
{
	for (unsigned i = 0; id != 0 && i < fleet->nslots; i++)
		if (is_open(&fleet->slots[i]) &&
		    fleet->slots[i].current->id == id)
			return fleet->slots[i].current;
	return NULL;
}

static void
take_back(struct fleet *fleet, struct listener *listener)
{
	struct child *borrower = find_open(fleet, listener->lent_to);

	if (borrower != NULL)
		child_take_back(borrower, listener->lent_as, listener->slot);
	listener->lent_to = 0;
}

static void
lend(struct fleet *fleet, struct listener *listener)
{
	listener->lent_to = 0;
	for (unsigned i = 0; i < fleet->nslots; i++) {
		if (i == listener->slot || !is_open(&fleet->slots[i]))
			continue;
		struct child *borrower = fleet->slots[i].current;
		const int64_t request = child_request_like(borrower, listener);
		if (request < 0)
			continue;
		child_lend(borrower, request, listener);
		listener->lent_to = borrower->id;
		listener->lent_as = request;
		return;
	}
}

void
lend_update(struct fleet *fleet)
{
	struct listener *l;

	if (fleet->stopping || fleet->nslots == 1)
		return;
	for (l = fleet->config.room->sockets->first; l != NULL; l = l->next) {
		if (!l->reuse_port || strcmp(l->service, fleet->config.file))
			continue;
		if (is_open(&fleet->slots[l->slot]))
			take_back(fleet, l);
		else if (find_open(fleet, l->lent_to) == NULL)
			lend(fleet, l);
	}
}
