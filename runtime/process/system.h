/* What a process of ours asks of the system; the Linux ways lie in one file. */
#ifndef RUNTIME_PROCESS_SYSTEM_H
#define RUNTIME_PROCESS_SYSTEM_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * At the start of every process that runs a service: ignores SIGPIPE, makes
 * what was inherited close-on-exec, raises the limit of descriptors to the hard
 * one.
 */
void system_prepare(void);

/*
 * Ends this process with SIGTERM when its parent ends.  False if it has ended
 * already.
 */
bool system_end_with(pid_t parent);

/* The name that "ps" and "top" show; cut to what the system allows. */
void system_set_name(const char *name);

#endif
