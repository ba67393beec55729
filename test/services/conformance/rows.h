/*
 * The rows of the conformance service, in order; three services are made of
 * them, which differ in error rows and middleware.
 */
#ifndef TEST_SERVICES_CONFORMANCE_ROWS_H
#define TEST_SERVICES_CONFORMANCE_ROWS_H

#include <tomodachi.h>

/* answers.c */
tomo_fn hello, text, sync_text, empty, none, unicode, latin, bytes, tuple2,
    tuple3, list3, dict, dict_str_status, response, response_reason,
    response_charset, response_type, response_no_charset, response_bad_charset,
    webresponse, override_headers, status, raise_http, raise_text, raise_value,
    quiet, quiet200, headonly, options, big, snooze, leave;
/* routing.c */
tomo_fn item, item_name, optional, keyword, inject, multi, deleted, purged,
    lower, any, slash, noslash, withslash, first, second, over, special,
    split_get, split_post, anchored, dot, alternative;
/* requests.c */
tomo_fn echo, echo_get, json, query, path, header, ip;
/* errors.c */
tomo_fn on_404, on_405, on_409, on_410, on_413, on_500;
/* forms.c */
tomo_fn form, cookie;
/* websockets.c */
tomo_fn ws_echo, ws_named, ws_raise, ws_none;
/* middleware.c */
tomo_fn outer, middle, inner;
/* hooks.c */
tomo_fn init, start, started, stopping, stop;

#define ANSWER_ROWS \
	TOMO_HTTP("GET", "/", hello), TOMO_HTTP("GET", "/text", text), \
	    TOMO_HTTP("GET", "/sync", sync_text), \
	    TOMO_HTTP("GET", "/empty", empty), \
	    TOMO_HTTP("GET", "/none", none), \
	    TOMO_HTTP("GET", "/unicode", unicode), \
	    TOMO_HTTP("GET", "/latin", latin), \
	    TOMO_HTTP("GET", "/bytes", bytes), \
	    TOMO_HTTP("GET", "/tuple2", tuple2), \
	    TOMO_HTTP("GET", "/tuple3", tuple3), \
	    TOMO_HTTP("GET", "/list3", list3), \
	    TOMO_HTTP("GET", "/dict", dict), \
	    TOMO_HTTP("GET", "/dict-str-status", dict_str_status), \
	    TOMO_HTTP("GET", "/dict-empty", none), \
	    TOMO_HTTP("GET", "/response", response), \
	    TOMO_HTTP("GET", "/response-reason", response_reason), \
	    TOMO_HTTP("GET", "/response-charset", response_charset), \
	    TOMO_HTTP("GET", "/response-hdr-ct", response_type), \
	    TOMO_HTTP( \
		"GET", "/response-hdr-ct-nocharset", response_no_charset), \
	    TOMO_HTTP("GET", "/response-bad-charset", response_bad_charset), \
	    TOMO_HTTP("GET", "/webresponse", webresponse), \
	    TOMO_HTTP("GET", "/override-headers", override_headers), \
	    TOMO_HTTP("GET", "/status/(?P<code>[0-9]+)", status), \
	    TOMO_HTTP("GET", "/raise/http/(?P<code>[0-9]+)", raise_http), \
	    TOMO_HTTP("GET", "/raise/http-text", raise_text), \
	    TOMO_HTTP("GET", "/raise/value", raise_value)

#define ROUTING_ROWS \
	TOMO_HTTP("GET", "/item/(?P<id>[0-9]+)", item), \
	    TOMO_HTTP( \
		"GET", "/item/(?P<id>[0-9]+)/(?P<name>[^/]+?)/?", item_name), \
	    TOMO_HTTP( \
		"GET", "/opt/(?P<a>[a-z]+)(?:/(?P<b>[a-z]+))?", optional), \
	    TOMO_HTTP("GET", "/kw/(?P<a>[a-z]+)", keyword), \
	    TOMO_HTTP("GET", "/inject", inject), \
	    TOMO_HTTP("POST PUT", "/multi", multi), \
	    TOMO_HTTP("DELETE", "/multi", deleted), \
	    TOMO_HTTP("PURGE", "/purge", purged), \
	    TOMO_HTTP("get", "/lower", lower), TOMO_HTTP("*", "/any", any), \
	    TOMO_HTTP("HEAD", "/headonly", headonly), \
	    TOMO_HTTP("OPTIONS", "/options", options), \
	    TOMO_HTTP("GET", "/slash/?", slash), \
	    TOMO_HTTP("GET", "/noslash", noslash), \
	    TOMO_HTTP("GET", "/withslash/", withslash), \
	    TOMO_HTTP("GET", "/dup", first), TOMO_HTTP("GET", "/dup", second), \
	    TOMO_HTTP("GET", "/over/(?P<x>.+)", over), \
	    TOMO_HTTP("GET", "/over/special", special), \
	    TOMO_HTTP("GET", "/split", split_get), \
	    TOMO_HTTP("POST", "/split", split_post), \
	    TOMO_HTTP("GET", "^/anchored$", anchored), \
	    TOMO_HTTP("GET", "/dot.", dot), \
	    TOMO_HTTP("GET", "/alt-a|/alt-b", alternative)

#define REQUEST_ROWS \
	TOMO_HTTP("POST PUT PATCH", "/echo", echo), \
	    TOMO_HTTP("GET", "/echo", echo_get), \
	    TOMO_HTTP("POST", "/json", json), \
	    TOMO_HTTP("GET", "/query", query), \
	    TOMO_HTTP("GET", "/path/(?P<rest>.*)", path), \
	    TOMO_HTTP("GET", "/hdr/(?P<h>[A-Za-z-]+)", header), \
	    TOMO_HTTP("GET", "/ip", ip), \
	    TOMO_HTTP("GET", "/sleep/(?P<ms>[0-9]+)", snooze), \
	    TOMO_HTTP("GET", "/big/(?P<n>[0-9]+)", big), \
	    TOMO_HTTP( \
		"GET", "/quiet", quiet, .ignore_logging = TOMO_EVERY_STATUS), \
	    TOMO_HTTP("GET", "/quiet200", quiet200, \
		.ignore_logging = TOMO_STATUSES(200)), \
	    TOMO_HTTP("GET", "/exit/(?P<code>[0-9]+)", leave)

#define FILE_ROWS \
	TOMO_HTTP("POST", "/form", form), TOMO_HTTP("GET", "/cookie", cookie), \
	    TOMO_HTTP_STATIC("static", "/static"), \
	    TOMO_HTTP_STATIC("static", "/files/(?P<filename>[a-z]+\\.txt)/dl")

#define WEBSOCKET_ROWS \
	TOMO_WEBSOCKET("/ws/echo/?", ws_echo), \
	    TOMO_WEBSOCKET("/ws/named/(?P<name>[a-z]+)", ws_named), \
	    TOMO_WEBSOCKET("/ws/raise", ws_raise), \
	    TOMO_WEBSOCKET("/ws/none", ws_none)

#define ROWS ANSWER_ROWS, ROUTING_ROWS, REQUEST_ROWS, FILE_ROWS, WEBSOCKET_ROWS

#define ERROR_ROWS \
	TOMO_HTTP_ERROR(404, on_404), TOMO_HTTP_ERROR(405, on_405), \
	    TOMO_HTTP_ERROR(409, on_409), TOMO_HTTP_ERROR(410, on_410), \
	    TOMO_HTTP_ERROR(413, on_413), TOMO_HTTP_ERROR(500, on_500)

#define IDENTITY \
	.name = "oracle", .uuid = "00000000-0000-4000-8000-000000000001"

#define HOOKS \
	.init = init, .start = start, .started = started, \
	.stopping = stopping, .stop = stop

#endif
