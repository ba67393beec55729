/* A route for each way a request is read: cookies, forms, uploads, streams. */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <tomodachi.h>

/* ---- cookies ---- */

static int
cookie(struct tomo_call *call)
{
	const char *value = tomo_http_cookie(
	    call, tomo_http_param(call, "name"));

	return tomo_http_textf(
	    call, 200, "%s", value != NULL ? value : "(none)");
}

static int
set_cookies(struct tomo_call *call)
{
	int code;

	tomo_http_set_cookie(call, "plain", "1", NULL);
	tomo_http_set_cookie(call, "full", "2",
	    &(struct tomo_http_cookie) {
		.size = sizeof(struct tomo_http_cookie),
		.path = "/",
		.max_age = 3600,
		.secure = 1,
		.http_only = 1,
		.same_site = TOMO_SAMESITE_LAX });
	tomo_http_set_cookie(call, "gone", "",
	    &(struct tomo_http_cookie) {
		.size = sizeof(struct tomo_http_cookie),
		.max_age = TOMO_COOKIE_EXPIRED });
	code = tomo_http_set_cookie(call, "bad", "a\r\nX: y", NULL);
	return tomo_http_textf(call, 200, "%d %s", code, tomo_error(call));
}

/* ---- forms ---- */

/* All fields and files; the code of whatever ends the list. */
static int
form(struct tomo_call *call)
{
	json_t *fields = json_array(), *files = json_array();
	const struct tomo_http_upload *upload;
	const char *name, *value;
	int code;

	for (size_t i = 0;
	     (code = tomo_http_form_at(call, i, &name, &value)) == 1; i++)
		json_array_append_new(fields, json_pack("[s, s]", name, value));
	for (size_t i = 0; tomo_http_file_at(call, i, &upload) == 1; i++)
		json_array_append_new(files,
		    json_pack("[s, s, s, s%]", upload->name, upload->filename,
			upload->type, upload->content.data,
			upload->content.size));
	return tomo_http_json(call, 200,
	    json_pack("{s:i, s:s, s:o, s:o}", "code", code, "error",
		tomo_error(call), "fields", fields, "files", files));
}

static int
form_value(struct tomo_call *call)
{
	const char *value = tomo_http_form(call, tomo_http_param(call, "name"));

	return tomo_http_textf(
	    call, 200, "%s", value != NULL ? value : "(none)");
}

static int
upload(struct tomo_call *call)
{
	const struct tomo_http_upload *file = tomo_http_file(call, "file");

	if (file == NULL)
		return tomo_http_textf(call, 400, "%s", tomo_error(call));
	return tomo_http_bytes(call, 200, file->content, file->type);
}

static int
save(struct tomo_call *call)
{
	const struct tomo_http_upload *file = tomo_http_file(call, "file");
	int code = tomo_http_upload_save(
	    call, file, tomo_http_form(call, "path"));

	return tomo_http_textf(
	    call, code == 0 ? 201 : 409, "%d %s", code, tomo_error(call));
}

/* ---- streams ---- */

/* How a stream ended, and what was read of it. */
static int
count(struct tomo_call *call)
{
	unsigned long long size = 0, sum = 0;
	struct tomo_bytes bytes;
	int code;

	while ((code = tomo_http_read(call, &bytes)) == 1) {
		size += bytes.size;
		for (size_t i = 0; i < bytes.size; i++)
			sum += ((const unsigned char *)bytes.data)[i];
	}
	tomo_log(call, TOMO_LOG_INFO, "stream ended",
	    TOMO_LOG_INT("code", code), TOMO_LOG_INT("size", (int64_t)size));
	if (code < 0)
		return code;
	return tomo_http_textf(call, 200, "%llu %llu", size, sum);
}

/* Reads only after a while, and then once. */
static int
late(struct tomo_call *call)
{
	struct tomo_bytes bytes = { "", 0 };
	int code;

	tomo_log(call, TOMO_LOG_INFO, "begins");
	code = tomo_sleep(call, atoi(tomo_http_param(call, "ms")));
	tomo_log(call, TOMO_LOG_INFO, "reads");
	if (code == 0)
		code = tomo_http_read(call, &bytes);
	return tomo_http_textf(call, 200, "%d %zu", code, bytes.size);
}

static int
ignore(struct tomo_call *call)
{
	return tomo_http_text(call, 200, "not read");
}

/* Reads nothing, answers with more than a socket takes, and rests. */
static int
answer_first(struct tomo_call *call)
{
	const struct tomo_bytes much = { tomo_alloc(call, 4 << 20), 4 << 20 };
	int code = tomo_http_stream(call, 200, NULL);

	if (much.data == NULL)
		return TOMO_ENOMEM;
	memset((char *)much.data, 'x', much.size);
	if (code == 0)
		code = tomo_http_write(call, much);
	return code == 0 ? tomo_sleep(call, 1000) : code;
}

static int
wrong(struct tomo_call *call)
{
	const char *name, *value;
	struct tomo_bytes body = tomo_http_body(call);
	json_t *json = tomo_http_body_json(call);
	int form = tomo_http_form_at(call, 0, &name, &value);

	return tomo_http_textf(call, 200, "%zu %d %d %s", body.size,
	    json != NULL, form, tomo_error(call));
}

static int
not_streamed(struct tomo_call *call)
{
	struct tomo_bytes bytes;
	int code = tomo_http_read(call, &bytes);

	return tomo_http_textf(call, 200, "%d %s", code, tomo_error(call));
}

static int
read_json(struct tomo_call *call)
{
	const json_t *json = tomo_http_body_json(call);

	if (json != NULL)
		return tomo_http_textf(call, 200, "%zu", json_array_size(json));
	if (tomo_http_query(call, "return") != NULL)
		return TOMO_ETOOBIG;
	return tomo_http_textf(call, 400, "%s", tomo_error(call));
}

TOMO_SERVICE(.name = "input",
    .options = TOMO_OPTIONS(TOMO_OPTION_INT("http.keepalive_timeout", 5),
	TOMO_OPTION_STRING("http.client_max_size", "4M"),
	TOMO_OPTION_STRING("http.body_memory_size", "4K"),
	TOMO_OPTION_STRING("http.max_form_size", "8K")),
    .handlers = TOMO_HANDLERS(TOMO_HTTP("GET", "/cookie/{name}", cookie),
	TOMO_HTTP("GET", "/cookies", set_cookies),
	TOMO_HTTP("POST", "/form", form), TOMO_HTTP("POST", "/json", read_json),
	TOMO_HTTP("POST", "/form/{name}", form_value),
	TOMO_HTTP("POST", "/upload", upload), TOMO_HTTP("POST", "/save", save),
	TOMO_HTTP("*", "/count", count, .stream_body = 1),
	TOMO_HTTP("*", "/tiny", count, .stream_body = 1, .max_size = 10),
	TOMO_HTTP("*", "/hurry", count, .stream_body = 1, .timeout_ms = 50),
	TOMO_HTTP("*", "/big", count, .stream_body = 1,
	    .max_size = UINT64_C(1) << 40),
	TOMO_HTTP("*", "/late/{ms}", late, .stream_body = 1,
	    .max_size = UINT64_C(1) << 40),
	TOMO_HTTP("*", "/cancelled/{ms}", late, .stream_body = 1,
	    .cancel_on_disconnect = 1),
	TOMO_HTTP("*", "/ignore", ignore, .stream_body = 1),
	TOMO_HTTP("*", "/answer-first", answer_first, .stream_body = 1),
	TOMO_HTTP("*", "/wrong", wrong, .stream_body = 1),
	TOMO_HTTP("*", "/not-streamed", not_streamed)));
