/* Which of many keys a text begins with, in one walk along the text. */
#ifndef TRANSPORTS_HTTP_ROUTER_TRIE_H
#define TRANSPORTS_HTTP_ROUTER_TRIE_H

#include <stdbool.h>
#include <stddef.h>

struct router_trie;

/* whole: it must be all of the text. */
struct router_key {
	const char *text;
	size_t len;
	bool whole;
};

/* Copies what it needs of the keys, which may repeat. */
struct router_trie *router_trie_new(
    const struct router_key *keys, size_t count);
void router_trie_free(struct router_trie *trie);

/*
 * The keys that fit text[0..len), as ascending indices of those given; *count
 * says how many.  Borrowed from the trie.
 */
const unsigned *router_trie_find(const struct router_trie *trie,
    const char *text, size_t len, size_t *count);

#endif
