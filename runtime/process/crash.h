/*
 * The crash handler of a worker: tells the supervisor what happened, waits a
 * moment until the stack's frames have been named, and dies of the signal.
 */
#ifndef RUNTIME_PROCESS_CRASH_H
#define RUNTIME_PROCESS_CRASH_H

struct service;

/*
 * Handles the signals of a process's own faults from now on, but for those that
 * somebody handles already, as a sanitizer does.  On the loop thread, before
 * the service's code runs; control_fd is the connection to the supervisor.
 */
void crash_install(int control_fd);

/* Looks at the calls and the C++ runtime of this service from now on. */
void crash_set_service(const struct service *service);

#endif
