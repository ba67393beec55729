/* What dlopen() says, as a line that says what to do. */
#ifndef RUNTIME_SERVICE_LOAD_ERROR_H
#define RUNTIME_SERVICE_LOAD_ERROR_H

#include "runtime/base/error.h"

/*
 * Explains text, of dlerror() after dlopen(path), with name in the place of
 * path, which is a private copy's.  Returns -1.
 */
int load_error_set(
    struct error *err, const char *text, const char *path, const char *name);

#endif
