/*
 * What a crashed worker says before anything else: the signal, and what it was
 * at.  Written by its signal handler, read by the supervisor.
 */
#ifndef RUNTIME_PROCESS_CRASH_FACTS_H
#define RUNTIME_PROCESS_CRASH_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct control_message;

enum crash_thread {
	CRASH_IN_LOOP,
	CRASH_IN_OFFLOAD, /* a function given to tomo_offload() */
	CRASH_IN_OTHER    /* a thread that the service made itself */
};

/* The signals of a process's own faults, ended by 0. */
extern const int crash_signals[];

struct crash_facts {
	int signal, code; /* si_code */
	uint64_t address; /* of the fault */
	uint64_t pc;
	enum crash_thread thread;
	bool overflow;       /* of a stack */
	char handler[128];   /* the function of the call, or "" */
	char handling[512];  /* "GET /orders/7", or "" */
	char message[512];   /* of assert() and the like, or "" */
	char exception[512]; /* its C++ type, mangled, or "" */
};

/* Copies text into to, which ends with NUL, as far as it fits; control
 * characters become blanks.  Safe in a signal handler. */
void crash_facts_put(char *to, size_t size, const char *text);

/* Room for crash_facts_write(). */
#define CRASH_FACTS_TEXT 2048

/* Fills in numbers and text of a CONTROL_CRASHED message; the text lies in
 * room.  Safe in a signal handler. */
void crash_facts_write(const struct crash_facts *facts, char *room,
    struct control_message *message);

/* The way back; -1 for a message that makes no sense. */
int crash_facts_read(
    struct crash_facts *facts, const struct control_message *message);

#endif
