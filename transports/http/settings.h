/* The http.* options as the code reads them. */
#ifndef TRANSPORTS_HTTP_SETTINGS_H
#define TRANSPORTS_HTTP_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/base/error.h"
#include "transports/http/head.h"

struct ip_set;
struct options;

struct http_settings {
	int64_t keepalive_ms;        /* 0: close after each answer */
	int64_t keepalive_age_ms;    /* 0: no limit */
	uint32_t keepalive_requests; /* 0: no limit */
	int64_t header_ms, body_ms;
	uint64_t max_body, max_form, max_json;
	uint64_t body_memory, total_body_memory; /* of one body, and of all */
	uint64_t total_body_files;
	uint64_t body_pace;     /* bytes that must come in body_ms */
	size_t send_buffer;     /* of a streamed answer */
	size_t max_connections; /* 0: no limit */
	struct head_limits head;
	bool compression;
	size_t compression_min; /* shorter content is left as it is */
	bool access_log;
	const char *access_file; /* NULL: standard output only */
	const char *health_path; /* NULL: none */
	const char *real_ip_header;
	struct ip_set *real_ip_from;
	const char *certfile, *keyfile; /* NULL: no TLS */
	char *content_type;             /* charset added */
	const char *server_header;      /* "": none */
};

/* Texts are borrowed from options. */
int settings_read(struct http_settings *settings, const struct options *options,
    struct error *err);
void settings_clear(struct http_settings *settings);

#endif
