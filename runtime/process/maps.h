/* Which file lies where in another process: /proc/PID/maps. */
#ifndef RUNTIME_PROCESS_MAPS_H
#define RUNTIME_PROCESS_MAPS_H

#include <stdint.h>
#include <stdio.h>

struct maps;

/* Reads the lines of such a file; always succeeds. */
struct maps *maps_read(FILE *file);
void maps_free(struct maps *maps);

/*
 * The file that is mapped at address, and in *base where its first byte lies;
 * NULL where there is none.  Borrowed from maps.
 */
const char *maps_find(
    const struct maps *maps, uintptr_t address, uintptr_t *base);

#endif
