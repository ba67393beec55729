/* The known word that a mistyped one was probably meant to be. */
#ifndef RUNTIME_BASE_NEAREST_H
#define RUNTIME_BASE_NEAREST_H

#include <stddef.h>

#define NEAREST_MAX 64 /* what is longer is compared by its first bytes */

struct nearest {
	const char *word;
	size_t distance;
	char best[NEAREST_MAX + 1]; /* "" before the first offer */
};

/* Starts to look for word, which is borrowed. */
void nearest_init(struct nearest *nearest, const char *word);

/* Keeps a copy of candidate if none offered before was as near. */
void nearest_offer(struct nearest *nearest, const char *candidate);

#endif
