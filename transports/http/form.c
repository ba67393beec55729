#include "transports/http/form.h"

#include <tomodachi/task.h>

#include <string.h>

#include "runtime/base/ascii.h"
#include "runtime/service/call.h"
#include "transports/http/body_stream.h"
#include "transports/http/multipart.h"
#include "transports/http/request.h"
#include "transports/http/server.h"
#include "transports/http/uri.h"

/* A larger body may keep the loop for too long: a thread reads it. */
#define READ_AT_ONCE ((size_t)1 << 20)

/* What one form is read with. */
struct reader {
	struct http_form *form;
	struct tomo_call *call;
	uint64_t text_max;
	const char *type;
	struct tomo_bytes body;
	bool has_read;
};

static int
refuse(struct http_form *form, int code, const char *why)
{
	form->code = code;
	form->why = why;
	return code;
}

static int
no_memory(struct http_form *form)
{
	return refuse(form, TOMO_ENOMEM, "no memory");
}

/* Room for one more of size bytes each; the array, moved perhaps, or NULL. */
static void *
grow(struct tomo_call *call, void *array, size_t count, size_t *room,
    size_t size)
{
	void *wider;

	if (count < *room)
		return array;
	wider = call_keep(call, (*room * 2 + 8) * size);
	if (wider == NULL)
		return NULL;
	if (count > 0)
		memcpy(wider, array, count * size);
	*room = *room * 2 + 8;
	return wider;
}

static int
add_field(struct reader *reader, const char *name, const char *value)
{
	struct http_form *form = reader->form;
	struct form_field *fields;

	if (form->nfields == FORM_FIELDS)
		return refuse(form, TOMO_ETOOBIG, "more than 1,000 fields");
	fields = grow(reader->call, form->fields, form->nfields,
	    &form->fields_room, sizeof(*fields));
	if (fields == NULL)
		return no_memory(form);
	form->fields = fields;
	fields[form->nfields++] = (struct form_field) { name, value };
	return 0;
}

static int
count_text(struct reader *reader, size_t len)
{
	reader->form->text += len;
	return reader->form->text <= reader->text_max
	    ? 0
	    : refuse(reader->form, TOMO_ETOOBIG,
		  "more text than http.max_form_size");
}

/* ---- urlencoded ---- */

static char *
decode(struct reader *reader, const char *text, size_t len)
{
	char *out = call_keep(reader->call, len + 1);

	if (out != NULL)
		uri_decode(text, len, out, true);
	return out;
}

static int
read_urlencoded(struct reader *reader)
{
	const char *at = reader->body.data, *end = at + reader->body.size;
	struct uri_pair pair;
	int code = count_text(reader, reader->body.size);

	while (code == 0 && uri_next_pair(&at, end, &pair)) {
		char *name = decode(reader, pair.name, pair.name_len);
		char *value = decode(reader, pair.value, pair.value_len);

		code = name == NULL || value == NULL
		    ? no_memory(reader->form)
		    : add_field(reader, name, value);
	}
	return code;
}

/* ---- multipart ---- */

static char *
unescape(struct reader *reader, const struct parameter *parameter)
{
	char *out = call_keep(reader->call, parameter->value_len + 1);

	if (out != NULL)
		parameter_unescape(parameter, out);
	return out;
}

/* RFC 7578 4.2: no folders, of whatever system. */
static const char *
without_folders(const char *path)
{
	for (const char *at = path; *at != '\0'; at++)
		if (*at == '/' || *at == '\\')
			path = at + 1;
	return strcmp(path, ".") == 0 || strcmp(path, "..") == 0 ? "" : path;
}

static int
add_upload(
    struct reader *reader, const struct multipart_part *part, const char *name)
{
	struct http_form *form = reader->form;
	const char *filename = unescape(reader, &part->filename);
	const char *type = part->type == NULL
	    ? "text/plain"
	    : call_keep_text(reader->call, part->type, part->type_len);
	struct tomo_http_upload *uploads = grow(reader->call, form->uploads,
	    form->nuploads, &form->uploads_room, sizeof(*uploads));

	if (filename == NULL || type == NULL || uploads == NULL)
		return no_memory(form);
	form->uploads = uploads;
	uploads[form->nuploads++] = (struct tomo_http_upload) {
		.name = name,
		.filename = without_folders(filename),
		.type = type,
		.content = { part->data, part->size },
	};
	return 0;
}

static int
add_part(struct reader *reader, const struct multipart_part *part)
{
	const char *name, *value;
	int code = count_text(reader,
	    part->name.value_len + part->filename.value_len + part->type_len);

	if (code < 0)
		return code;
	name = unescape(reader, &part->name);
	if (name == NULL)
		return no_memory(reader->form);
	if (part->filename.value != NULL) {
		/* What browsers send for a file input that was left empty. */
		if (part->filename.value_len == 0 && part->size == 0)
			return 0;
		return add_upload(reader, part, name);
	}
	code = count_text(reader, part->size);
	if (code < 0)
		return code;
	/* As a text it would end there. */
	if (memchr(part->data, '\0', part->size) != NULL)
		return refuse(
		    reader->form, TOMO_EINVAL, "a NUL in a text field");
	value = call_keep_text(reader->call, part->data, part->size);
	if (value == NULL)
		return no_memory(reader->form);
	return add_field(reader, name, value);
}

static int
read_multipart(struct reader *reader)
{
	struct multipart multipart;
	struct multipart_part part;
	int code = multipart_start(
	    &multipart, reader->type, reader->body.data, reader->body.size);

	if (code == 0)
		while ((code = multipart_next(&multipart, &part)) == 1)
			if (add_part(reader, &part) < 0)
				return reader->form->code;
	if (code < 0)
		refuse(reader->form, code, multipart.fault);
	return code;
}

/* ---- either ---- */

static bool
is_type(const char *value, const char *type)
{
	const char *at = value;
	const size_t len = parameters_start(&at, value + strlen(value));

	return len == strlen(type) && ascii_ncasecmp(value, type, len) == 0;
}

/* On a thread perhaps: the call, which waits for it, is its own meanwhile. */
static int
read_body(void *arg)
{
	struct reader *reader = arg;

	reader->has_read = true;
	if (is_type(reader->type, "application/x-www-form-urlencoded"))
		return read_urlencoded(reader);
	if (is_type(reader->type, "multipart/form-data"))
		return read_multipart(reader);
	return refuse(reader->form, TOMO_EINVAL,
	    "Content-Type is neither urlencoded nor multipart");
}

static void
read_form(struct reader *reader, struct http_request *request)
{
	const struct header *header = head_find_header(
	    &request->head, "Content-Type", 12);
	int code;

	if (request->body_stream != NULL) {
		refuse(reader->form, TOMO_EINVAL, BODY_IS_STREAMED);
		return;
	}
	reader->type = header != NULL ? header->value : "";
	reader->body = body_bytes(&request->body);
	if (reader->body.data == NULL) {
		refuse(reader->form, TOMO_ESYSTEM, "cannot map the body");
		return;
	}
	if (reader->body.size <= READ_AT_ONCE) {
		read_body(reader);
		return;
	}
	code = tomo_offload(reader->call, read_body, reader);
	/* What was read stands, even if the time is over by now. */
	if (!reader->has_read)
		refuse(reader->form, code,
		    code == TOMO_ETIMEOUT         ? "the deadline is over"
			: code == TOMO_ECANCELLED ? "cancelled"
						  : "no memory");
}

const struct http_form *
form_of(struct http_request *request)
{
	struct reader reader = { .call = request->call,
		.text_max = request->server->settings.max_form };

	if (request->form != NULL)
		return request->form;
	reader.form = call_keep(request->call, sizeof(*reader.form));
	if (reader.form == NULL)
		return NULL;
	*reader.form = (struct http_form) { 0 };
	request->form = reader.form;
	read_form(&reader, request);
	return request->form;
}
