/*
 * The descriptor that a service exports, its rows, and the error codes.
 *
 * Rules for whoever changes this file: fields are appended, never moved or
 * reused; zero in a new field means "as before"; only fixed-width integers,
 * pointers and sizes.  abi/layout.c pins every offset.
 */
#ifndef TOMODACHI_ABI_H
#define TOMODACHI_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TOMO_ABI 1u

/* Marks what crosses the border between runner and service. */
#define TOMO_API __attribute__((visibility("default")))

#define TOMO_PRINTF(text, first) \
	__attribute__((__format__(__printf__, text, first)))

/* One run of a handler, hook or task.  Only ever used through functions. */
struct tomo_call;

/*
 * The one shape of a handler, middleware, hook and task.  Returns 0, or a negative
 * TOMO_E* code, best by way of tomo_fail().
 */
typedef int tomo_fn(struct tomo_call *call);

/* Borrowed bytes; whoever hands them out says for how long. */
struct tomo_bytes {
	const void *data;
	size_t size;
};

/* What functions of the runner, and handlers, return when they fail. */
#define TOMO_EINVAL (-1)       /* an argument makes no sense */
#define TOMO_ENOMEM (-2)       /* no memory for what a peer or service asked */
#define TOMO_EKIND (-3)        /* accessor of another kind of call */
#define TOMO_ETIMEOUT (-4)     /* deadline or time-out over */
#define TOMO_ECLOSED (-5)      /* the peer is gone */
#define TOMO_ECANCELLED (-6)   /* a stop, or tomo_cancel() */
#define TOMO_ETOOBIG (-7)      /* past a bound set by an option or argument */
#define TOMO_ENOTFOUND (-8)    /* no such thing */
#define TOMO_EUNAVAILABLE (-9) /* broker, peer or resource out of reach */
#define TOMO_EPROTOCOL (-10)   /* the other side broke the protocol */
#define TOMO_ESYSTEM (-11)     /* a system call failed; the text names errno */
#define TOMO_ERETRY (-12)      /* a message: deliver it again */
#define TOMO_EREJECT (-13)     /* a message: never again */

/* A row of the option table: fixed for ever, four words. */
struct tomo_option {
	const char *key;  /* dotted, "http.port"; NULL ends the table */
	uint64_t type;    /* TOMO_TYPE_* */
	int64_t number;   /* of an integer or a boolean */
	const void *data; /* of a string, or of a NULL-ended list of strings */
};

#define TOMO_TYPE_INT 1u
#define TOMO_TYPE_BOOL 2u
#define TOMO_TYPE_STRING 3u
#define TOMO_TYPE_LIST 4u
#define TOMO_TYPE_NULL 5u

/* A row of the handler table: two words for ever. */
struct tomo_handler {
	uint64_t kind;    /* TOMO_KIND_*; 0 ends the table */
	const void *spec; /* begins with its own size (size_t) */
};

#define TOMO_KIND_HTTP 1u
#define TOMO_KIND_HTTP_ERROR 2u
#define TOMO_KIND_HTTP_STATIC 3u
#define TOMO_KIND_WEBSOCKET 4u
#define TOMO_KIND_SCHEDULE 7u

/* TOMO_HTTP: a route. */
struct tomo_http_spec {
	size_t size;
	const char *methods;  /* "GET", "GET POST", or "*" (all but CONNECT) */
	const char *pattern;  /* "/orders/{id}", or a regular expression */
	tomo_fn *fn;
	const char *function; /* fn's name, stamped by the macro */
	const int32_t *ignore_logging; /* statuses without access record */
	uint64_t max_size;    /* of a body in bytes; 0: http.client_max_size */
	int64_t timeout_ms;   /* deadline of all waits of the call; 0: none */
	uint32_t cancel_on_disconnect; /* 1: the peer's going cancels waits */
	uint32_t stream_body; /* 1: the handler reads it, tomo_http_read() */
	uint64_t reserved;
};

/* TOMO_HTTP_ERROR: what answers an error status. */
struct tomo_http_error_spec {
	size_t size;
	tomo_fn *fn;
	const char *function;
	int32_t status;
	uint32_t reserved;
};

/*
 * What wraps handlers, built by TOMO_MIDDLEWARE(): each function calls
 * tomo_next() to run what is inside of it.
 */
struct tomo_middleware {
	size_t size;
	tomo_fn *const *list;  /* outermost first; NULL-ended */
	const char *functions; /* their names, "a, b", stamped by the macro */
};

/* TOMO_HTTP_STATIC: the files of a folder. */
struct tomo_http_static_spec {
	size_t size;
	const char *folder; /* relative to the working folder */
	/*
	 * What stands before the path of a file, "/static/"; or a pattern with
	 * {filename} or (?P<filename>...).
	 */
	const char *base;
	const int32_t *ignore_logging; /* statuses without access record */
	const char *index; /* file of a folder; NULL: index.html; "": none */
	const char *cache_control; /* header of each file; NULL: none */
	uint64_t reserved;
};

/* TOMO_WEBSOCKET: a route on which a handler talks to one peer. */
struct tomo_websocket_spec {
	size_t size;
	const char *pattern; /* as of TOMO_HTTP */
	tomo_fn *fn;
	const char *function;
	uint64_t max_message_size; /* 0: websocket.max_message_size */
	const char *subprotocols;  /* "chat.v2 chat.v1"; NULL: none */
	/* 0: websocket.ping_interval; or TOMO_WS_NO_PING. */
	int64_t ping_interval_ms;
	uint64_t reserved;
};

#define TOMO_WS_NO_PING (-1)

/* For ignore_logging: no access record whatever the status. */
TOMO_API extern const int32_t tomo_every_status[];
#define TOMO_EVERY_STATUS tomo_every_status
/* For ignore_logging: no access record of these, TOMO_STATUSES(200, 304). */
#define TOMO_STATUSES(...) ((const int32_t[]) { __VA_ARGS__, 0 })

/* What a service is.  Exported once, by the name tomo_service. */
struct tomo_service {
	uint32_t size;
	uint32_t abi;
	const char *name;
	const char *uuid; /* NULL: the runner makes one up */
	const struct tomo_option *options;
	const struct tomo_handler *handlers;
	/*
	 * Hooks; each may wait.  init may set options; start prepares what
	 * handlers need, before anything arrives; started runs once work is let
	 * in; stopping when a stop begins; stop after the last call has ended,
	 * unless start failed.
	 */
	tomo_fn *init;
	tomo_fn *start;
	tomo_fn *started;
	tomo_fn *stopping;
	tomo_fn *stop;
	/* Around all that answers an HTTP request; around message handlers. */
	const struct tomo_middleware *http_middleware;
	const struct tomo_middleware *message_middleware;
};

TOMO_API extern const struct tomo_service tomo_service;

#ifdef __cplusplus
}
#include <tomodachi/cxx.h>
#else

#define TOMO_SERVICE(...) \
	TOMO_API const struct tomo_service tomo_service = { \
		.size = (uint32_t)sizeof(struct tomo_service), \
		.abi = TOMO_ABI, \
		__VA_ARGS__ \
	}

#define TOMO_OPTIONS(...) \
	(const struct tomo_option[]) { __VA_ARGS__, { .key = NULL } }
#define TOMO_OPTION_INT(k, v) \
	{ .key = (k), .type = TOMO_TYPE_INT, .number = (v) }
#define TOMO_OPTION_BOOL(k, v) \
	{ .key = (k), .type = TOMO_TYPE_BOOL, .number = (v) }
#define TOMO_OPTION_STRING(k, v) \
	{ .key = (k), .type = TOMO_TYPE_STRING, .data = (v) }
#define TOMO_OPTION_NULL(k) \
	{ .key = (k), .type = TOMO_TYPE_NULL }
#define TOMO_OPTION_LIST(k, ...) \
	{ .key = (k), .type = TOMO_TYPE_LIST, \
	  .data = (const char *const[]) { __VA_ARGS__, NULL } }

/* TOMO_MIDDLEWARE(outer, inner) */
#define TOMO_MIDDLEWARE(...) \
	(&(const struct tomo_middleware) { \
		.size = sizeof(struct tomo_middleware), \
		.list = (tomo_fn *const[]) { __VA_ARGS__, NULL }, \
		.functions = #__VA_ARGS__ })

#define TOMO_HANDLERS(...) \
	(const struct tomo_handler[]) { __VA_ARGS__, { .kind = 0 } }

/*
 * The reserved last field keeps "..." from being empty, which -Wpedantic
 * would complain about in a row without extra fields.
 */
#define TOMO_HTTP(...) TOMO_HTTP_(__VA_ARGS__, .reserved = 0)
#define TOMO_HTTP_(m, p, f, ...) \
	{ .kind = TOMO_KIND_HTTP, \
	  .spec = &(const struct tomo_http_spec) { \
		.size = sizeof(struct tomo_http_spec), \
		.methods = (m), .pattern = (p), .fn = (f), \
		.function = #f, __VA_ARGS__ } }

#define TOMO_HTTP_ERROR(...) TOMO_HTTP_ERROR_(__VA_ARGS__, .reserved = 0)
#define TOMO_HTTP_ERROR_(s, f, ...) \
	{ .kind = TOMO_KIND_HTTP_ERROR, \
	  .spec = &(const struct tomo_http_error_spec) { \
		.size = sizeof(struct tomo_http_error_spec), \
		.status = (s), .fn = (f), .function = #f, __VA_ARGS__ } }

#define TOMO_HTTP_STATIC(...) TOMO_HTTP_STATIC_(__VA_ARGS__, .reserved = 0)
#define TOMO_HTTP_STATIC_(d, b, ...) \
	{ .kind = TOMO_KIND_HTTP_STATIC, \
	  .spec = &(const struct tomo_http_static_spec) { \
		.size = sizeof(struct tomo_http_static_spec), \
		.folder = (d), .base = (b), __VA_ARGS__ } }

#define TOMO_WEBSOCKET(...) TOMO_WEBSOCKET_(__VA_ARGS__, .reserved = 0)
#define TOMO_WEBSOCKET_(p, f, ...) \
	{ .kind = TOMO_KIND_WEBSOCKET, \
	  .spec = &(const struct tomo_websocket_spec) { \
		.size = sizeof(struct tomo_websocket_spec), \
		.pattern = (p), .fn = (f), .function = #f, __VA_ARGS__ } }

#endif
#endif
