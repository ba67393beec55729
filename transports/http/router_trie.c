#include "transports/http/router_trie.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/alloc.h"

/* A run of trie.keys: indices of keys, ascending. */
struct list {
	size_t at, count;
};

/*
 * A point where keys end or part.  Keys are gathered on the way down, so the
 * last node reached knows them all.
 */
struct node {
	size_t label, label_len;  /* in trie.labels: what leads here */
	struct list begun, ended; /* that fit if the text goes on; if not */
	size_t kids;              /* in trie.kids, for the bytes from low */
	unsigned low, span;
};

struct router_trie {
	struct node *nodes; /* the first is the root */
	char *labels;
	unsigned *keys;
	uint32_t *kids; /* indices of nodes; 0: none */
	size_t node_count, label_count, key_count, kid_count;
};

struct entry {
	struct router_key key;
	unsigned index;
};

static int
compare(const void *one, const void *other)
{
	const struct entry *a = one, *b = other;
	const size_t len = a->key.len < b->key.len ? a->key.len : b->key.len;
	const int order = memcmp(a->key.text, b->key.text, len);

	if (order != 0)
		return order;
	if (a->key.len != b->key.len)
		return a->key.len < b->key.len ? -1 : 1;
	return a->index < b->index ? -1 : 1;
}

/*
 * A list of before and of those of the entries, sorted by index, that are as
 * whole says.
 */
static struct list
add_keys(struct router_trie *trie, struct list before,
    const struct entry *entries, size_t count, bool whole)
{
	struct list list = { trie->key_count, 0 };
	const size_t size = list.at + before.count + count;
	const unsigned *old;
	unsigned *new;
	size_t i = 0, j = 0;

	trie->keys = xrealloc(trie->keys, (size + 1) * sizeof(*trie->keys));
	new = trie->keys + list.at;
	old = trie->keys + before.at;
	while (i < before.count || j < count) {
		if (j < count && entries[j].key.whole != whole)
			j++;
		else if (j == count ||
		    (i < before.count && old[i] < entries[j].index))
			new[list.count++] = old[i++];
		else
			new[list.count++] = entries[j++].index;
	}
	if (list.count == before.count)
		return before;
	trie->key_count += list.count;
	return list;
}

static size_t
add_label(struct router_trie *trie, const char *text, size_t len)
{
	const size_t at = trie->label_count;

	trie->label_count += len;
	trie->labels = xrealloc(trie->labels, trie->label_count + 1);
	if (len > 0)
		memcpy(trie->labels + at, text, len);
	return at;
}

static size_t
add_kids(struct router_trie *trie, size_t count)
{
	const size_t at = trie->kid_count;

	trie->kid_count += count;
	trie->kids = xrealloc(
	    trie->kids, (trie->kid_count + 1) * sizeof(*trie->kids));
	memset(trie->kids + at, 0, count * sizeof(*trie->kids));
	return at;
}

static uint32_t
add_node(struct router_trie *trie, const struct node *node)
{
	const size_t at = trie->node_count++;

	trie->nodes = xrealloc(
	    trie->nodes, trie->node_count * sizeof(*trie->nodes));
	trie->nodes[at] = *node;
	return (uint32_t)at;
}

/* How much all of the sorted entries have in common. */
static size_t
common_len(const struct entry *entries, size_t count)
{
	const struct router_key *first = &entries[0].key;
	const struct router_key *last = &entries[count - 1].key;
	size_t len = 0;

	while (len < first->len && len < last->len &&
	    first->text[len] == last->text[len])
		len++;
	return len;
}

static unsigned
byte_at(const struct entry *entry, size_t depth)
{
	return (unsigned char)entry->key.text[depth];
}

/*
 * Adds a node for the sorted entries, which share the first depth bytes, and
 * all that is under it.  The last of these bytes has led here.
 */
static uint32_t
build(struct router_trie *trie, const struct entry *entries, size_t count,
    size_t depth, struct list begun)
{
	const size_t len = common_len(entries, count);
	struct node node = { .label_len = len - depth };
	size_t own = 0, end;
	uint32_t index, kid;

	while (own < count && entries[own].key.len == len)
		own++;
	node.label = add_label(trie, entries[0].key.text + depth, len - depth);
	node.begun = add_keys(trie, begun, entries, own, false);
	node.ended = add_keys(trie, node.begun, entries, own, true);
	if (own < count) {
		node.low = byte_at(&entries[own], len);
		node.span = byte_at(&entries[count - 1], len) - node.low + 1;
		node.kids = add_kids(trie, node.span);
	}
	index = add_node(trie, &node);
	for (size_t i = own; i < count; i = end) {
		end = i + 1;
		while (end < count &&
		    byte_at(&entries[end], len) == byte_at(&entries[i], len))
			end++;
		kid = build(trie, entries + i, end - i, len + 1, node.begun);
		trie->kids[node.kids + byte_at(&entries[i], len) - node.low] =
		    kid;
	}
	return index;
}

struct router_trie *
router_trie_new(const struct router_key *keys, size_t count)
{
	struct router_trie *trie = xcalloc(1, sizeof(*trie));
	struct entry *entries;

	if (count == 0)
		return trie;
	entries = xcalloc(count, sizeof(*entries));
	for (size_t i = 0; i < count; i++)
		entries[i] = (struct entry) { keys[i], (unsigned)i };
	qsort(entries, count, sizeof(*entries), compare);
	build(trie, entries, count, 0, (struct list) { 0, 0 });
	free(entries);
	return trie;
}

void
router_trie_free(struct router_trie *trie)
{
	if (trie == NULL)
		return;
	free(trie->nodes);
	free(trie->labels);
	free(trie->keys);
	free(trie->kids);
	free(trie);
}

static bool
has_label(const char *text, const char *label, size_t len)
{
	/* A few bytes: a call of memcmp() would take longer. */
	for (size_t i = 0; i < len; i++)
		if (text[i] != label[i])
			return false;
	return true;
}

const unsigned *
router_trie_find(
    const struct router_trie *trie, const char *text, size_t len, size_t *count)
{
	const struct node *node = trie->nodes;
	struct list found = { 0, 0 };
	uint32_t kid = 0;
	unsigned slot;

	while (node != NULL) {
		if (len < node->label_len ||
		    !has_label(
			text, trie->labels + node->label, node->label_len))
			break;
		text += node->label_len;
		len -= node->label_len;
		found = len == 0 ? node->ended : node->begun;
		if (len == 0)
			break;
		/* Below low it wraps round and is past the span as well. */
		slot = (unsigned char)*text - node->low;
		kid = slot < node->span ? trie->kids[node->kids + slot] : 0;
		node = kid == 0 ? NULL : &trie->nodes[kid];
		text++;
		len--;
	}
	*count = found.count;
	return found.count == 0 ? NULL : trie->keys + found.at;
}
