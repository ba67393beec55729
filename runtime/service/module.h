/* One loaded generation of a service file. */
#ifndef RUNTIME_SERVICE_MODULE_H
#define RUNTIME_SERVICE_MODULE_H

#include <stddef.h>

#include <tomodachi/abi.h>

#include "runtime/base/error.h"

struct chain;
struct module;
struct row_kind;

/*
 * Maps the service file at path and checks its descriptor and rows; no handler
 * or hook runs yet, only constructors.  name is what error lines call it (the
 * original of a private copy).  Returns the module, or NULL with the reason in
 * *err: one line that says what is wrong and what to do.
 */
struct module *module_open(
    const char *path, const char *name, struct error *err);

/* Checks a descriptor that is part of the runner itself. */
struct module *module_from(
    const struct tomo_service *descriptor, struct error *err);

/* Forgets the module.  Its code stays mapped until the process ends. */
void module_close(struct module *module);

/*
 * The line about a process that this signal ended inside module_open(), where
 * only constructors run.  Returns -1.
 */
int module_crashed(const char *name, int signal_number, struct error *err);

/*
 * The descriptor, as long as the module: the fields that this runner knows,
 * those that an older service never heard of zero.  For its handlers see
 * module_spec().
 */
const struct tomo_service *module_service(const struct module *module);

/* Puts in what the descriptor sets; the line names the file. */
struct options;
int module_set_options(
    const struct module *module, struct options *options, struct error *err);

/*
 * The rows, in the order of the table: the spec is as long as its kind's
 * spec_size, padded with zeros, and lives as long as the module.
 */
size_t module_rows(const struct module *module);
const void *module_spec(
    const struct module *module, size_t i, const struct row_kind **kind);

/* What stands around the HTTP handlers, or NULL. */
const struct chain *module_http_middleware(const struct module *module);

/*
 * Of the C++ runtime as the service sees it: __cxa_get_globals, and
 * __cxa_current_exception_type; NULL when it has none.
 */
typedef void *module_cxa_fn(void);
module_cxa_fn *module_cxa_get_globals(const struct module *module);
module_cxa_fn *module_cxa_exception_type(const struct module *module);

/*
 * A function that the service exports although the runner has one of that
 * name, so that the service itself calls the runner's; "" without one.
 */
const char *module_clash(const struct module *module);

#endif
