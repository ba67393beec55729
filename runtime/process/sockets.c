#include "runtime/process/sockets.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "runtime/base/alloc.h"

/* ---- one socket ---- */

union address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	struct sockaddr_storage storage;
};

/* Returns a bound socket, or -1 with errno set. */
static int
bind_to(const struct sockaddr *address, socklen_t len, bool reuse_port)
{
	const int on = 1, off = 0;
	const int family = address->sa_family;
	const int fd = socket(
	    family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	/* A named IPv6 address takes no IPv4 whatever this says. */
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    (!reuse_port ||
		setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) ==
		    0) &&
	    (family != AF_INET6 ||
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) ==
		    0) &&
	    bind(fd, address, len) == 0)
		return fd;
	const int failed = errno;
	close(fd);
	errno = failed;
	return -1;
}

static int
bind_everywhere(const struct socket_wish *wish)
{
	const struct sockaddr_in6 all6 = { .sin6_family = AF_INET6,
		.sin6_port = htons(wish->port),
		.sin6_addr = IN6ADDR_ANY_INIT };
	const struct sockaddr_in all4 = { .sin_family = AF_INET,
		.sin_port = htons(wish->port),
		.sin_addr.s_addr = htonl(INADDR_ANY) };
	const int fd = bind_to(
	    (const struct sockaddr *)&all6, sizeof(all6), wish->reuse_port);

	/* No IPv6 in the kernel, or none on any interface. */
	if (fd < 0 && (errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL))
		return bind_to((const struct sockaddr *)&all4, sizeof(all4),
		    wish->reuse_port);
	return fd;
}

/* Binds to the first address of the host that can be; -1: why says why not. */
static int
bind_host(const struct socket_wish *wish, const char **why)
{
	const struct addrinfo hints = { .ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_PASSIVE | AI_NUMERICSERV };
	struct addrinfo *found;
	char port[8];
	int fd = -1;

	snprintf(port, sizeof(port), "%u", wish->port);
	const int failed = getaddrinfo(wish->host, port, &hints, &found);
	if (failed != 0) {
		*why = failed == EAI_SYSTEM ? strerror(errno)
					    : gai_strerror(failed);
		return -1;
	}
	for (const struct addrinfo *a = found; a != NULL && fd < 0;
	     a = a->ai_next) {
		fd = bind_to(a->ai_addr, a->ai_addrlen, wish->reuse_port);
		if (fd < 0)
			*why = strerror(errno);
	}
	freeaddrinfo(found);
	return fd;
}

static int
bind_wish(const struct socket_wish *wish, const char **why)
{
	int fd;

	if (wish->host != NULL)
		return bind_host(wish, why);
	fd = bind_everywhere(wish);
	if (fd < 0)
		*why = strerror(errno);
	return fd;
}

static int
refuse(const struct socket_wish *wish, const char *why, struct error *err)
{
	if (wish->host == NULL)
		return error_set(err,
		    "cannot listen on all interfaces, port "
		    "%u: %s",
		    wish->port, why);
	return error_set(err, "cannot listen on %s port %u: %s", wish->host,
	    wish->port, why);
}

int
socket_listen(
    const struct socket_wish *wish, int *fd, uint16_t *port, struct error *err)
{
	union address bound;
	socklen_t len = sizeof(bound);
	const char *why = "no address";
	const int made = bind_wish(wish, &why);

	if (made < 0)
		return refuse(wish, why, err);
	if (listen(made, wish->backlog) != 0 ||
	    getsockname(made, &bound.any, &len) != 0) {
		why = strerror(errno);
		close(made);
		return refuse(wish, why, err);
	}
	*fd = made;
	*port = ntohs(bound.any.sa_family == AF_INET6 ? bound.in6.sin6_port
						      : bound.in.sin_port);
	return 0;
}

bool
socket_is_shared(const struct socket_wish *wish)
{
	struct socket_wish alone = *wish;
	const char *why;

	if (!wish->reuse_port || wish->port == 0)
		return false;
	alone.reuse_port = false;
	errno = 0;
	const int fd = bind_wish(&alone, &why);
	if (fd < 0)
		return errno == EADDRINUSE;
	close(fd);
	return false;
}

/* ---- all of them ---- */

static bool
is_same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* The same but for the slot. */
static bool
is_alike(const struct listener *listener, const char *service,
    const struct socket_wish *wish)
{
	return strcmp(listener->service, service) == 0 &&
	    is_same_text(listener->host, wish->host) &&
	    listener->asked == wish->port &&
	    listener->reuse_port == wish->reuse_port;
}

bool
listener_is_like(const struct listener *a, const struct listener *b)
{
	return is_same_text(a->host, b->host) && a->asked == b->asked &&
	    a->reuse_port == b->reuse_port;
}

static struct listener *
find(const struct sockets *sockets, const char *service,
    const struct socket_wish *wish)
{
	struct listener *l = sockets->first;

	while (l != NULL && !is_alike(l, service, wish))
		l = l->next;
	return l;
}

bool
sockets_has(const struct sockets *sockets, const char *service,
    const struct socket_wish *wish)
{
	return find(sockets, service, wish) != NULL;
}

static bool
is_everywhere(const char *host)
{
	return host == NULL || strcmp(host, "0.0.0.0") == 0 ||
	    strcmp(host, "::") == 0;
}

/*
 * With SO_REUSEPORT the system lets two services of one run share a port, and
 * each would get half of the other's connections.
 */
static bool
is_taken(const struct sockets *sockets, const char *service,
    const struct socket_wish *wish)
{
	for (const struct listener *l = sockets->first; l != NULL; l = l->next)
		if (strcmp(l->service, service) != 0 && l->port == wish->port &&
		    (is_same_text(l->host, wish->host) ||
			is_everywhere(l->host) || is_everywhere(wish->host)))
			return true;
	return false;
}

static void
own(struct listener *listener, unsigned owner)
{
	for (unsigned i = 0; i < listener->nowners; i++)
		if (listener->owners[i] == owner)
			return;
	listener->owners = xrealloc(listener->owners,
	    (listener->nowners + 1) * sizeof(*listener->owners));
	listener->owners[listener->nowners++] = owner;
}

static void
listener_free(struct listener *listener)
{
	close(listener->fd);
	free(listener->service);
	free(listener->host);
	free(listener->owners);
	free(listener);
}

/* as_asked.port may be the port that another slot has got. */
static struct listener *
add(struct sockets *sockets, const char *service,
    const struct socket_wish *as_asked, struct error *err)
{
	struct listener *made;
	uint16_t port;
	int fd;

	if (is_taken(sockets, service, as_asked)) {
		refuse(as_asked, strerror(EADDRINUSE), err);
		return NULL;
	}
	if (socket_listen(as_asked, &fd, &port, err) != 0)
		return NULL;
	made = xcalloc(1, sizeof(*made));
	made->service = xstrdup(service);
	made->host = as_asked->host != NULL ? xstrdup(as_asked->host) : NULL;
	made->port = port;
	made->reuse_port = as_asked->reuse_port;
	made->fd = fd;
	made->next = sockets->first;
	sockets->first = made;
	return made;
}

struct listener *
sockets_get(struct sockets *sockets, const char *service, unsigned slot,
    unsigned owner, const struct socket_wish *wish, struct error *err)
{
	const unsigned key = wish->reuse_port ? slot : 0;
	struct listener *alike = NULL;
	struct socket_wish resolved = *wish;

	for (struct listener *l = sockets->first; l != NULL; l = l->next) {
		if (!is_alike(l, service, wish))
			continue;
		alike = l;
		if (l->slot == key) {
			own(l, owner);
			return l;
		}
	}
	if (alike != NULL)
		resolved.port = alike->port;
	struct listener *made = add(sockets, service, &resolved, err);
	if (made == NULL)
		return NULL;
	made->slot = key;
	made->asked = wish->port;
	own(made, owner);
	return made;
}

static void
disown(struct listener *listener, unsigned owner)
{
	for (unsigned i = 0; i < listener->nowners; i++)
		if (listener->owners[i] == owner)
			listener->owners[i--] =
			    listener->owners[--listener->nowners];
}

void
sockets_release(struct sockets *sockets, unsigned owner)
{
	struct listener **at = &sockets->first;

	while (*at != NULL) {
		struct listener *l = *at;
		disown(l, owner);
		if (l->nowners > 0) {
			at = &l->next;
			continue;
		}
		*at = l->next;
		listener_free(l);
	}
}

void
sockets_clear(struct sockets *sockets)
{
	while (sockets->first != NULL) {
		struct listener *l = sockets->first;
		sockets->first = l->next;
		listener_free(l);
	}
}
