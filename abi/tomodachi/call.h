/*
 * What every call can do: memory, errors, values, the service around it.
 *
 * A call is one run of a handler, hook or task.  It lives on a coroutine of the
 * worker's only loop thread; nothing here may be used from another thread.
 */
#ifndef TOMODACHI_CALL_H
#define TOMODACHI_CALL_H

#include <stdbool.h>

#include <tomodachi/abi.h>

#ifdef __cplusplus
extern "C" {
#endif

struct json_t;

/*
 * The text of the last failure on this call, "" when there was none.  Borrowed
 * until the next failure on the call.  Since ABI 1.
 */
TOMO_API const char *tomo_error(const struct tomo_call *call);

/*
 * Sets the text that tomo_error() gives and returns code, so that a handler
 * can end with "return tomo_fail(call, TOMO_EINVAL, ...)".  Since ABI 1.
 */
TOMO_API int tomo_fail(struct tomo_call *call, int code, const char *format,
    ...) TOMO_PRINTF(3, 4);

/*
 * Returns size bytes, zeroed, aligned for any type, that end with the call; or
 * NULL when there is no memory.  Since ABI 1.
 */
TOMO_API void *tomo_alloc(struct tomo_call *call, size_t size);

/* Returns a copy of text that ends with the call, or NULL.  Since ABI 1. */
TOMO_API char *tomo_strdup(struct tomo_call *call, const char *text);

/* Returns formatted text that ends with the call, or NULL.  Since ABI 1. */
TOMO_API char *tomo_printf(struct tomo_call *call, const char *format, ...)
    TOMO_PRINTF(2, 3);

/*
 * Remembers how much the call has handed out; tomo_rewind() gives back all
 * that was handed out since, but for what the runner itself still needs.  For
 * calls that live long.  Since ABI 1.
 */
TOMO_API size_t tomo_mark(const struct tomo_call *call);
TOMO_API void tomo_rewind(struct tomo_call *call, size_t mark);

/*
 * Runs fn(arg) when the call ends, the last deferred first.  fn may not
 * suspend.  Returns 0 or TOMO_ENOMEM.  Since ABI 1.
 */
TOMO_API int tomo_defer(struct tomo_call *call, void (*fn)(void *arg),
    void *arg);

/*
 * Keeps value under key for the rest of the call; an older value of that key is
 * released first.  release may be NULL; else release(value) runs when the
 * value is replaced or the call ends.  Returns 0 or TOMO_ENOMEM.  Since ABI 1.
 */
TOMO_API int tomo_set(struct tomo_call *call, const char *key, void *value,
    void (*release)(void *value));

/* The value kept under key, or NULL.  Since ABI 1. */
TOMO_API void *tomo_get(const struct tomo_call *call, const char *key);

/*
 * In middleware: runs what is inside, the next middleware or the handler with
 * its error row, and returns its code.  Suspends.  Values, headers and the
 * answer are those of the one call that all share.  To return a negative code
 * that came from here changes nothing any more: what failed has been logged and
 * answered.  TOMO_EINVAL: a second time, or not in middleware.  Since ABI 1.
 */
TOMO_API int tomo_next(struct tomo_call *call);

/*
 * The service's own state: one pointer a worker, usually set by the start hook
 * and freed by the stop hook.  Since ABI 1.
 */
TOMO_API void tomo_set_state(struct tomo_call *call, void *state);
TOMO_API void *tomo_state(const struct tomo_call *call);

/* Both borrowed, as long as the worker lives.  Since ABI 1. */
TOMO_API const char *tomo_service_name(const struct tomo_call *call);
TOMO_API const char *tomo_service_uuid(const struct tomo_call *call);

/* Whether a stop of this worker has begun.  Since ABI 1. */
TOMO_API bool tomo_is_stopping(const struct tomo_call *call);

/*
 * The value of an option ("http.port").  An unknown key or another type gives
 * 0, false or NULL, and is logged; an option set to null gives the same
 * without a record.  A string is borrowed as long as the worker lives.
 * tomo_option_json() returns a new reference that the caller releases with
 * json_decref().  Since ABI 1.
 */
TOMO_API int64_t tomo_option_int(struct tomo_call *call, const char *key);
TOMO_API bool tomo_option_bool(struct tomo_call *call, const char *key);
TOMO_API const char *tomo_option_string(struct tomo_call *call,
    const char *key);
TOMO_API struct json_t *tomo_option_json(struct tomo_call *call,
    const char *key);

/*
 * Sets an option to a value in JSON ("8080", "\"::1\"", "[\"a\"]"); it wins over
 * every other source.  In the init hook only: later TOMO_EINVAL.  Since ABI 1.
 */
TOMO_API int tomo_option_set(struct tomo_call *call, const char *key,
    const char *json_text);

/*
 * Stops the service gracefully, all its workers, and makes code the exit code
 * of the runner.  Returns at once; the call goes on.  The first code that is
 * not 0 counts, of which the system keeps the lowest 8 bits.  Since ABI 1.
 */
TOMO_API void tomo_exit(struct tomo_call *call, int code);

/* Monotonic milliseconds; wall-clock seconds since 1970.  Since ABI 1. */
TOMO_API int64_t tomo_now_ms(void);
TOMO_API double tomo_unix_time(void);

#ifdef __cplusplus
}
#endif
#endif
