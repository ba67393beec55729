/*
 * The listening sockets of a run.  The supervisor keeps each for as long as any
 * worker wants it and hands the same one to the next generation, so that no
 * queued connection is dropped.  Loop thread only.
 */
#ifndef RUNTIME_PROCESS_SOCKETS_H
#define RUNTIME_PROCESS_SOCKETS_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/base/error.h"

/* What is asked for. */
struct socket_wish {
	const char *host; /* NULL: all interfaces, IPv4 and IPv6 */
	uint16_t port;    /* 0: any free one */
	bool reuse_port;
	int backlog;
};

/*
 * Makes a bound, listening, non-blocking socket; *port is the one it really
 * has.  host may be an address or a name, whose first address that can be bound
 * counts; blocks while a name is looked up.  -1: "cannot listen on 127.0.0.1
 * port 9700: Address already in use".
 */
int socket_listen(
    const struct socket_wish *wish, int *fd, uint16_t *port, struct error *err);

/* Whether somebody else listens there already, and would share connections. */
bool socket_is_shared(const struct socket_wish *wish);

/* One socket that is kept. */
struct listener {
	struct listener *next;
	char *service;
	unsigned slot;  /* 0 without reuse_port: all slots share it */
	char *host;     /* as asked for */
	uint16_t asked; /* may be 0 */
	uint16_t port;  /* never 0 */
	bool reuse_port;
	int fd;
	unsigned *owners, nowners;
	unsigned lent_to; /* an owner of another slot's; 0: nobody */
	int64_t lent_as;  /* by which of its requests */
};

/* Whether they are two slots' sockets for one wish. */
bool listener_is_like(const struct listener *a, const struct listener *b);

struct sockets {
	struct listener *first;
};

void sockets_clear(struct sockets *sockets);

/*
 * The socket of that service and slot for a wish: one that is kept already, or
 * a new one.  It stays as long as the owner (any number) is not released.
 * Port 0 is resolved once for all slots and owners of a service.  NULL with the
 * reason in *err.
 */
struct listener *sockets_get(struct sockets *sockets, const char *service,
    unsigned slot, unsigned owner, const struct socket_wish *wish,
    struct error *err);

/* Whether a socket for this wish is kept already, by any slot of the service.
 */
bool sockets_has(const struct sockets *sockets, const char *service,
    const struct socket_wish *wish);

/* The owner wants none of its sockets any more; closes those nobody wants. */
void sockets_release(struct sockets *sockets, unsigned owner);

#endif
