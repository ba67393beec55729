/* What people read about a crash. */
#ifndef RUNTIME_PROCESS_CRASH_REPORT_H
#define RUNTIME_PROCESS_CRASH_REPORT_H

#include <stdint.h>

#include "runtime/process/crash_facts.h"
#include "runtime/process/crash_frames.h"

struct crash_report {
	struct crash_facts facts;
	struct crash_frames frames;

	/* The worker it is about, set when the report is given. */
	const char *service;
	unsigned slot;
	int64_t pid;
	const char *next; /* what follows, or NULL if that is told elsewhere */
};

/*
 * "SIGSEGV in get_order at service.c:31, handling GET /orders/7": one line, on
 * the heap.
 */
char *crash_report_line(const struct crash_report *report);

/*
 * Several lines for the console, each ended by a newline, on the heap:
 *
 *   orders crashed: SIGSEGV at address 0x0 (null pointer) in get_order, ...
 *     #0 find_order          service.c:31
 *     next: restart in 100 ms
 */
char *crash_report_block(const struct crash_report *report);

/* Writes it to standard error: the block, or one record "worker crashed". */
void crash_report_log(const struct crash_report *report);

#endif
