#include "runtime/service/transport.h"

const struct transport *const *transports;

static const struct row_kind *
find_kind(const struct transport *transport, uint64_t kind)
{
	const struct row_kind *at = transport->kinds;

	for (; at != NULL && at->kind != 0; at++)
		if (at->kind == kind)
			return at;
	return NULL;
}

const struct transport *
transport_of(uint64_t kind)
{
	/* 0 ends the tables, and stands for no kind. */
	if (transports == NULL || kind == 0)
		return NULL;
	for (size_t i = 0; transports[i] != NULL; i++)
		if (find_kind(transports[i], kind) != NULL)
			return transports[i];
	return NULL;
}

const struct row_kind *
transport_row_kind(uint64_t kind)
{
	const struct transport *transport = transport_of(kind);

	return transport != NULL ? find_kind(transport, kind) : NULL;
}
