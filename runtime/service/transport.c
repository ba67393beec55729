#include "runtime/service/transport.h"

const struct transport *const *transports;

const struct row_kind *
transport_row_kind(uint64_t kind)
{
	/* 0 ends the tables, and stands for no kind. */
	if (transports == NULL || kind == 0)
		return NULL;
	for (size_t i = 0; transports[i] != NULL; i++) {
		const struct row_kind *kinds = transports[i]->kinds;

		for (size_t k = 0; kinds != NULL && kinds[k].kind != 0; k++)
			if (kinds[k].kind == kind)
				return &kinds[k];
	}
	return NULL;
}
