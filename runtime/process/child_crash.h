/* A worker that crashes, as the supervisor sees it, until it is reaped. */
#ifndef RUNTIME_PROCESS_CHILD_CRASH_H
#define RUNTIME_PROCESS_CHILD_CRASH_H

#include <stdbool.h>

struct child;
struct control_message;

/* Its messages, as child_message.c hands them on. */
int child_on_crashed(
    struct child *child, const struct control_message *message);
int child_on_frames(struct child *child, const struct control_message *message);

/* It has been reaped: what is known of its frames by now must do. */
void child_crash_settle(struct child *child);
void child_crash_clear(struct child *child);

/*
 * Gives the report of its crash; service is its name, next what follows (NULL:
 * another line tells).  False if it has ended without a crash that it told of.
 */
bool child_crash_report(
    struct child *child, const char *service, const char *next);

/* Why it ended, for the stand-in to say: ": SIGSEGV in get_order at ...", or
 * " (SIGSEGV)"; on the heap. */
char *child_crash_why(const struct child *child);

#endif
