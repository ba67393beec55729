/*
 * Pins what services were compiled with: the place and size of each field of
 * each public struct, and the numbers.  A released line is never edited; what
 * is appended adds one.  Sizes are pinned of those structs only that are passed
 * by value or lie in arrays: they can never grow.
 */
#include <tomodachi.h>

/* The figures are of 64-bit machines, the only ones that releases are for. */
_Static_assert(sizeof(void *) == 8 && sizeof(size_t) == 8, "not 64-bit");

#define SIZE(type, size) \
	_Static_assert(sizeof(struct type) == (size), "size of " #type)
#define AT(type, field, offset, size) \
	_Static_assert(offsetof(struct type, field) == (offset) && \
		sizeof(((struct type *)0)->field) == (size), \
	    #type "." #field " has moved or changed size")
#define IS(name, number) \
	_Static_assert((name) == (number), #name " has changed")

SIZE(tomo_bytes, 16);
AT(tomo_bytes, data, 0, 8);
AT(tomo_bytes, size, 8, 8);

SIZE(tomo_option, 32);
AT(tomo_option, key, 0, 8);
AT(tomo_option, type, 8, 8);
AT(tomo_option, number, 16, 8);
AT(tomo_option, data, 24, 8);

SIZE(tomo_handler, 16);
AT(tomo_handler, kind, 0, 8);
AT(tomo_handler, spec, 8, 8);

AT(tomo_http_spec, size, 0, 8);
AT(tomo_http_spec, methods, 8, 8);
AT(tomo_http_spec, pattern, 16, 8);
AT(tomo_http_spec, fn, 24, 8);
AT(tomo_http_spec, function, 32, 8);
AT(tomo_http_spec, ignore_logging, 40, 8);
AT(tomo_http_spec, max_size, 48, 8);
AT(tomo_http_spec, timeout_ms, 56, 8);
AT(tomo_http_spec, cancel_on_disconnect, 64, 4);
AT(tomo_http_spec, stream_body, 68, 4);
AT(tomo_http_spec, reserved, 72, 8);

AT(tomo_http_error_spec, size, 0, 8);
AT(tomo_http_error_spec, fn, 8, 8);
AT(tomo_http_error_spec, function, 16, 8);
AT(tomo_http_error_spec, status, 24, 4);
AT(tomo_http_error_spec, reserved, 28, 4);

AT(tomo_http_static_spec, size, 0, 8);
AT(tomo_http_static_spec, folder, 8, 8);
AT(tomo_http_static_spec, base, 16, 8);
AT(tomo_http_static_spec, ignore_logging, 24, 8);
AT(tomo_http_static_spec, index, 32, 8);
AT(tomo_http_static_spec, cache_control, 40, 8);
AT(tomo_http_static_spec, reserved, 48, 8);

AT(tomo_http_file, size, 0, 8);
AT(tomo_http_file, type, 8, 8);
AT(tomo_http_file, download_name, 16, 8);
AT(tomo_http_file, status, 24, 4);
AT(tomo_http_file, reserved, 28, 4);

AT(tomo_http_cookie, size, 0, 8);
AT(tomo_http_cookie, path, 8, 8);
AT(tomo_http_cookie, domain, 16, 8);
AT(tomo_http_cookie, max_age, 24, 8);
AT(tomo_http_cookie, expires, 32, 8);
AT(tomo_http_cookie, secure, 40, 4);
AT(tomo_http_cookie, http_only, 44, 4);
AT(tomo_http_cookie, same_site, 48, 4);
AT(tomo_http_cookie, partitioned, 52, 4);

AT(tomo_http_upload, name, 0, 8);
AT(tomo_http_upload, filename, 8, 8);
AT(tomo_http_upload, type, 16, 8);
AT(tomo_http_upload, content, 24, 16);

AT(tomo_schedule_spec, size, 0, 8);
AT(tomo_schedule_spec, interval, 8, 8);
AT(tomo_schedule_spec, fn, 16, 8);
AT(tomo_schedule_spec, function, 24, 8);
AT(tomo_schedule_spec, timestamp, 32, 8);
AT(tomo_schedule_spec, timezone, 40, 8);
AT(tomo_schedule_spec, immediately, 48, 4);
AT(tomo_schedule_spec, overlap, 52, 4);
AT(tomo_schedule_spec, max_running, 56, 4);
AT(tomo_schedule_spec, catch_up, 60, 4);
AT(tomo_schedule_spec, jitter_seconds, 64, 4);
AT(tomo_schedule_spec, every_worker, 68, 4);
AT(tomo_schedule_spec, reserved, 72, 8);

AT(tomo_websocket_spec, size, 0, 8);
AT(tomo_websocket_spec, pattern, 8, 8);
AT(tomo_websocket_spec, fn, 16, 8);
AT(tomo_websocket_spec, function, 24, 8);
AT(tomo_websocket_spec, max_message_size, 32, 8);
AT(tomo_websocket_spec, subprotocols, 40, 8);
AT(tomo_websocket_spec, ping_interval_ms, 48, 8);
AT(tomo_websocket_spec, reserved, 56, 8);

SIZE(tomo_ws_message, 24);
AT(tomo_ws_message, data, 0, 8);
AT(tomo_ws_message, size, 8, 8);
AT(tomo_ws_message, kind, 16, 4);
AT(tomo_ws_message, reserved, 20, 4);

AT(tomo_service, size, 0, 4);
AT(tomo_service, abi, 4, 4);
AT(tomo_service, name, 8, 8);
AT(tomo_service, uuid, 16, 8);
AT(tomo_service, options, 24, 8);
AT(tomo_service, handlers, 32, 8);
AT(tomo_service, init, 40, 8);
AT(tomo_service, start, 48, 8);
AT(tomo_service, started, 56, 8);
AT(tomo_service, stopping, 64, 8);
AT(tomo_service, stop, 72, 8);
AT(tomo_service, http_middleware, 80, 8);
AT(tomo_service, message_middleware, 88, 8);

AT(tomo_middleware, size, 0, 8);
AT(tomo_middleware, list, 8, 8);
AT(tomo_middleware, functions, 16, 8);

SIZE(tomo_header, 16);
AT(tomo_header, name, 0, 8);
AT(tomo_header, value, 8, 8);

AT(tomo_fetch, size, 0, 8);
AT(tomo_fetch, url, 8, 8);
AT(tomo_fetch, method, 16, 8);
AT(tomo_fetch, headers, 24, 8);
AT(tomo_fetch, body, 32, 16);
AT(tomo_fetch, json, 48, 8);
AT(tomo_fetch, timeout_ms, 56, 8);
AT(tomo_fetch, connect_timeout_ms, 64, 8);
AT(tomo_fetch, max_size, 72, 8);
AT(tomo_fetch, max_redirects, 80, 4);
AT(tomo_fetch, no_compression, 84, 4);
AT(tomo_fetch, ca_file, 88, 8);
AT(tomo_fetch, cert_file, 96, 8);
AT(tomo_fetch, key_file, 104, 8);
AT(tomo_fetch, insecure, 112, 4);
AT(tomo_fetch, reserved, 116, 4);

AT(tomo_reply, size, 0, 8);
AT(tomo_reply, status, 8, 4);
AT(tomo_reply, nheaders, 12, 4);
AT(tomo_reply, headers, 16, 8);
AT(tomo_reply, body, 24, 16);
AT(tomo_reply, url, 40, 8);

SIZE(tomo_log_field, 40);
AT(tomo_log_field, key, 0, 8);
AT(tomo_log_field, type, 8, 8);
AT(tomo_log_field, number, 16, 8);
AT(tomo_log_field, real, 24, 8);
AT(tomo_log_field, text, 32, 8);

IS(TOMO_ABI, 1);

IS(TOMO_EINVAL, -1);
IS(TOMO_ENOMEM, -2);
IS(TOMO_EKIND, -3);
IS(TOMO_ETIMEOUT, -4);
IS(TOMO_ECLOSED, -5);
IS(TOMO_ECANCELLED, -6);
IS(TOMO_ETOOBIG, -7);
IS(TOMO_ENOTFOUND, -8);
IS(TOMO_EUNAVAILABLE, -9);
IS(TOMO_EPROTOCOL, -10);
IS(TOMO_ESYSTEM, -11);
IS(TOMO_ERETRY, -12);
IS(TOMO_EREJECT, -13);

IS(TOMO_TYPE_INT, 1);
IS(TOMO_TYPE_BOOL, 2);
IS(TOMO_TYPE_STRING, 3);
IS(TOMO_TYPE_LIST, 4);
IS(TOMO_TYPE_NULL, 5);

IS(TOMO_KIND_HTTP, 1);
IS(TOMO_KIND_HTTP_ERROR, 2);
IS(TOMO_KIND_HTTP_STATIC, 3);
IS(TOMO_KIND_WEBSOCKET, 4);
IS(TOMO_KIND_SCHEDULE, 7);

IS(TOMO_OVERLAP_SKIP, 0);
IS(TOMO_OVERLAP_ALLOW, 1);

IS(TOMO_COOKIE_EXPIRED, -1);
IS(TOMO_SAMESITE_STRICT, 1);
IS(TOMO_SAMESITE_LAX, 2);
IS(TOMO_SAMESITE_NONE, 3);

IS(TOMO_LOG_DEBUG, 10);
IS(TOMO_LOG_INFO, 20);
IS(TOMO_LOG_WARNING, 30);
IS(TOMO_LOG_ERROR, 40);
IS(TOMO_LOG_TYPE_STR, 1);
IS(TOMO_LOG_TYPE_INT, 2);
IS(TOMO_LOG_TYPE_FLOAT, 3);
IS(TOMO_LOG_TYPE_BOOL, 4);

IS(TOMO_NO_TIMEOUT, -1);
IS(TOMO_NO_REDIRECTS, -1);

IS(TOMO_READABLE, 1);
IS(TOMO_WRITABLE, 2);

IS(TOMO_WS_TEXT, 1);
IS(TOMO_WS_BINARY, 2);
IS(TOMO_WS_NO_PING, -1);
