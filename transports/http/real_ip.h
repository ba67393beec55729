/* Which peers may say who the client is. */
#ifndef TRANSPORTS_HTTP_REAL_IP_H
#define TRANSPORTS_HTTP_REAL_IP_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

#include "runtime/base/error.h"

/* Addresses and CIDRs, IPv4 as mapped IPv6. */
struct ip_set;

/* From a NULL-ended list of "127.0.0.1", "10.0.0.0/8", "::1", "fc00::/7". */
struct ip_set *ip_set_new(const char *const *list, struct error *err);
void ip_set_free(struct ip_set *set);
bool ip_set_has(const struct ip_set *set, const struct in6_addr *address);

/*
 * The client's address in a header value: what stands before the first comma
 * or white space, leading white space skipped.  Returns its length, 0 if there
 * is none; *start points into value.
 */
size_t real_ip_first(const char *value, const char **start);

/* An address as text, a mapped one as IPv4; out has INET6_ADDRSTRLEN bytes. */
void ip_text(const struct in6_addr *address, char *out);

#endif
