/*
 * Names for the frames of a process that has crashed and waits: function, file
 * and line, inlined functions too.  In a process of its own, since libdw reads
 * what anybody may have built.
 */
#ifndef RUNTIME_PROCESS_SYMBOLS_H
#define RUNTIME_PROCESS_SYMBOLS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

struct symbols_plan {
	pid_t pid;
	const char *label;     /* of the service file, for people */
	const char *copy;      /* where it was mapped from */
	const char *exception; /* mangled name of a type, or "" */
	const uintptr_t *pcs;
	size_t count;
	int gap; /* how many are left out behind CRASH_FIRST_FRAMES */
};

/*
 * Writes what crash_frames_read() reads: first, at once, the frames as files
 * and offsets; then with names.
 */
void symbols_print(const struct symbols_plan *plan, FILE *to);

#endif
