/*
 * Structured log records.  May be used from any thread with a NULL call.
 */
#ifndef TOMODACHI_LOG_H
#define TOMODACHI_LOG_H

#include <tomodachi/abi.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TOMO_LOG_DEBUG 10
#define TOMO_LOG_INFO 20
#define TOMO_LOG_WARNING 30
#define TOMO_LOG_ERROR 40

/* One field of a record. */
struct tomo_log_field {
	const char *key;  /* NULL ends the list */
	uint64_t type;    /* TOMO_LOG_TYPE_* */
	int64_t number;   /* of an integer or a boolean */
	double real;      /* of a floating-point number */
	const char *text; /* of a string; NULL is null */
};

#define TOMO_LOG_TYPE_STR 1u
#define TOMO_LOG_TYPE_INT 2u
#define TOMO_LOG_TYPE_FLOAT 3u
#define TOMO_LOG_TYPE_BOOL 4u

/*
 * Writes one record: what happened, and its fields.  level is a TOMO_LOG_*
 * number; records below the runner's --log-level are dropped.  All is copied.
 * Since ABI 1.
 */
TOMO_API void tomo_log_record(struct tomo_call *call, int level,
    const char *event, const struct tomo_log_field *fields);

/* A record whose message is printf text and that has no fields.  Since ABI 1. */
TOMO_API void tomo_log_debug(struct tomo_call *call, const char *format, ...)
    TOMO_PRINTF(2, 3);
TOMO_API void tomo_log_info(struct tomo_call *call, const char *format, ...)
    TOMO_PRINTF(2, 3);
TOMO_API void tomo_log_warning(struct tomo_call *call, const char *format, ...)
    TOMO_PRINTF(2, 3);
TOMO_API void tomo_log_error(struct tomo_call *call, const char *format, ...)
    TOMO_PRINTF(2, 3);

/*
 * Names the logger of this call's records ("orders.billing"); without it, it
 * is the service's name.  name must outlive the call.  Since ABI 1.
 */
TOMO_API void tomo_logger_name(struct tomo_call *call, const char *name);

#ifdef __cplusplus
}
#else

#define TOMO_LOG_STR(k, v) \
	{ .key = (k), .type = TOMO_LOG_TYPE_STR, .text = (v) }
#define TOMO_LOG_INT(k, v) \
	{ .key = (k), .type = TOMO_LOG_TYPE_INT, .number = (v) }
#define TOMO_LOG_FLOAT(k, v) \
	{ .key = (k), .type = TOMO_LOG_TYPE_FLOAT, .real = (v) }
#define TOMO_LOG_BOOL(k, v) \
	{ .key = (k), .type = TOMO_LOG_TYPE_BOOL, .number = (v) }

/* tomo_log(call, level, event, TOMO_LOG_STR("key", value), ...) */
#define tomo_log(...) tomo_log_(__VA_ARGS__, { .key = NULL })
#define tomo_log_(call, level, event, ...) \
	tomo_log_record(call, level, event, \
	    (const struct tomo_log_field[]) { __VA_ARGS__ })

#endif
#endif
