#include "runtime/base/nearest.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static size_t
min3(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;

	return least < c ? least : c;
}

/*
 * Characters to insert, delete, replace or swap with their neighbour (optimal
 * string alignment).  Three rows of the usual matrix are enough.
 */
static size_t
edit_distance(const char *a, const char *b)
{
	size_t rows[3][NEAREST_MAX + 1];
	size_t *before = rows[0], *above = rows[1], *row = rows[2];
	size_t alen = strnlen(a, NEAREST_MAX), blen = strnlen(b, NEAREST_MAX);

	for (size_t j = 0; j <= blen; j++)
		above[j] = before[j] = j;
	for (size_t i = 1; i <= alen; i++) {
		row[0] = i;
		for (size_t j = 1; j <= blen; j++) {
			row[j] = min3(above[j] + 1, row[j - 1] + 1,
			    above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				row[j] = min3(
				    row[j], row[j], before[j - 2] + 1);
		}
		size_t *oldest = before;
		before = above;
		above = row;
		row = oldest;
	}
	return above[blen];
}

static size_t
common_start(const char *a, const char *b)
{
	size_t len = 0;

	while (a[len] != '\0' && a[len] == b[len])
		len++;
	return len;
}

void
nearest_init(struct nearest *nearest, const char *word)
{
	nearest->word = word;
	nearest->distance = SIZE_MAX;
	nearest->best[0] = '\0';
}

void
nearest_offer(struct nearest *nearest, const char *candidate)
{
	size_t distance = edit_distance(nearest->word, candidate);

	if (distance > nearest->distance)
		return;
	/* Of two as near, the one that goes on as the word began. */
	if (distance == nearest->distance &&
	    common_start(nearest->word, candidate) <=
		common_start(nearest->word, nearest->best))
		return;
	nearest->distance = distance;
	snprintf(nearest->best, sizeof(nearest->best), "%s", candidate);
}
