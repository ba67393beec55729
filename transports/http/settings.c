#include "transports/http/settings.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/base/alloc.h"
#include "runtime/base/options.h"
#include "transports/http/real_ip.h"

/* A text that goes into every answer must not be able to end a header. */
static int
check_header_text(const char *key, const char *text, struct error *err)
{
	for (const char *at = text; *at != '\0'; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			return error_set(
			    err, "%s: want no control characters", key);
	return 0;
}

static char *
content_type(const struct options *options)
{
	const char *type = options_text(options, "http.content_type");
	const char *charset = options_text(options, "http.charset");

	if (strcasestr(type, "charset=") != NULL || charset[0] == '\0')
		return xstrdup(type);
	return xasprintf("%s; charset=%s", type, charset);
}

static void
read_access_log(struct http_settings *settings, const struct options *options)
{
	settings->access_file = options_text(options, "http.access_log");
	settings->access_log = settings->access_file != NULL ||
	    options_bool(options, "http.access_log");
}

/* It is compared with the path alone, decoded. */
static int
check_health_path(const char *path, struct error *err)
{
	if (path != NULL && (path[0] != '/' || strpbrk(path, "?#") != NULL))
		return error_set(err,
		    "http.health_path: want a path such as \"/health\", got "
		    "\"%s\"",
		    path);
	return 0;
}

/* "" is none, as where a variable of the environment is left empty. */
static const char *
file_name(const struct options *options, const char *key)
{
	const char *name = options_text(options, key);

	return name != NULL && name[0] != '\0' ? name : NULL;
}

static int
read_tls(struct http_settings *settings, const struct options *options,
    struct error *err)
{
	settings->certfile = file_name(options, "http.ssl_certfile");
	settings->keyfile = file_name(options, "http.ssl_keyfile");
	if (settings->certfile != NULL && settings->keyfile == NULL)
		return error_set(err,
		    "http.ssl_certfile: wants http.ssl_keyfile to be set too");
	if (settings->keyfile != NULL && settings->certfile == NULL)
		return error_set(err,
		    "http.ssl_keyfile: wants http.ssl_certfile to be set too");
	return 0;
}

int
settings_read(struct http_settings *settings, const struct options *options,
    struct error *err)
{
	*settings = (struct http_settings) {
		.keepalive_ms = 1000 *
		    options_int(options, "http.keepalive_timeout"),
		.keepalive_age_ms = 1000 *
		    options_int(options, "http.max_keepalive_time"),
		.keepalive_requests = (uint32_t)options_int(
		    options, "http.max_keepalive_requests"),
		.header_ms = 1000 * options_int(options, "http.header_timeout"),
		.body_ms = 1000 * options_int(options, "http.body_timeout"),
		.max_body = (uint64_t)options_int(
		    options, "http.client_max_size"),
		.body_memory = (uint64_t)options_int(
		    options, "http.body_memory_size"),
		.total_body_memory = (uint64_t)options_int(
		    options, "http.total_body_memory_size"),
		.total_body_files = (uint64_t)options_int(
		    options, "http.total_body_file_size"),
		.send_buffer = (size_t)options_int(options, "http.send_buffer"),
		.max_form = (uint64_t)options_int(
		    options, "http.max_form_size"),
		.max_json = (uint64_t)options_int(
		    options, "http.max_json_size"),
		.max_connections = (size_t)options_int(
		    options, "http.max_connections"),
		.head.size = (size_t)options_int(
		    options, "http.max_header_size"),
		.head.count = (unsigned)options_int(
		    options, "http.max_header_count"),
		.compression = options_bool(options, "http.compression"),
		.compression_min = (size_t)options_int(
		    options, "http.compression_min_size"),
		.real_ip_header = options_text(options, "http.real_ip_header"),
		.health_path = options_text(options, "http.health_path"),
		.server_header = options_text(options, "http.server_header"),
	};
	if (check_health_path(settings->health_path, err) < 0 ||
	    read_tls(settings, options, err) < 0)
		return -1;
	settings->body_pace = (uint64_t)(options_int(
					     options, "http.min_body_rate") *
	    options_int(options, "http.body_timeout"));
	read_access_log(settings, options);
	settings->content_type = content_type(options);
	settings->real_ip_from = ip_set_new(
	    options_list(options, "http.real_ip_from"), err);
	if (settings->real_ip_from == NULL)
		return -1;
	if (check_header_text(
		"http.server_header", settings->server_header, err) < 0)
		return -1;
	return check_header_text(
	    "http.content_type", settings->content_type, err);
}

void
settings_clear(struct http_settings *settings)
{
	ip_set_free(settings->real_ip_from);
	free(settings->content_type);
	settings->real_ip_from = NULL;
	settings->content_type = NULL;
}
