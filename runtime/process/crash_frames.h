/* The frames of a crash, as "tomodachi symbolize" has named them. */
#ifndef RUNTIME_PROCESS_CRASH_FRAMES_H
#define RUNTIME_PROCESS_CRASH_FRAMES_H

#include <stdbool.h>
#include <stddef.h>

/* Texts are borrowed from what was read. */
struct crash_frame {
	const char *name;  /* of the function; "" if unknown */
	const char *place; /* "service.c:31", or "orders.so+0x1234" */
	bool is_service;   /* code of the service file itself */
	bool is_gap;       /* no frame: so many are left out here */
	unsigned times;    /* that it came in a row: recursion */
};

struct crash_frames {
	char *text; /* what was read, cut into pieces */
	struct crash_frame *list;
	size_t count;
	const char *exception; /* the type's name, or "" */
};

/*
 * Reads what symbols_print() has written so far.  Frames of the runner that
 * called the service are left out; what is no such line is, too.
 */
void crash_frames_read(struct crash_frames *frames, const char *output);
void crash_frames_clear(struct crash_frames *frames);

/* The first frame in the service, or NULL. */
const struct crash_frame *crash_frames_own(const struct crash_frames *frames);

#endif
