/* One line for a person: what was tried, on what, why not. */
#ifndef RUNTIME_BASE_ERROR_H
#define RUNTIME_BASE_ERROR_H

struct error {
	char text[1024];
};

/* Formats the line into *err (which may be NULL) and returns -1. */
int error_set(struct error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
