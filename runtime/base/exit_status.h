/* How a process ended, as waitpid() says it. */
#ifndef RUNTIME_BASE_EXIT_STATUS_H
#define RUNTIME_BASE_EXIT_STATUS_H

#include <stddef.h>

/* "SIGSEGV", "exit code 3": how it ended, for people. */
void exit_status_describe(int status, char *text, size_t size);

/* "SIGSEGV", or "signal 42". */
void exit_status_signal(int number, char *text, size_t size);

/* What the runner exits with for it: the code, or 128+N for a signal. */
int exit_status_code(int status);

#endif
