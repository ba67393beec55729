/* The functions of http_form.h. */
#include <tomodachi/http_form.h>
#include <tomodachi/task.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "runtime/service/call.h"
#include "transports/http/form.h"
#include "transports/http/request.h"

/* The form, if it could be read; else *code says why not. */
static const struct http_form *
open_form(struct tomo_call *call, const char *function, int *code)
{
	struct http_request *request = request_of(call, function);
	const struct http_form *form;

	if (request == NULL) {
		*code = TOMO_EKIND;
		return NULL;
	}
	form = form_of(request);
	*code = form != NULL ? form->code : TOMO_ENOMEM;
	if (*code == 0)
		return form;
	call_fail(call, *code, "%s: %s", function,
	    form != NULL ? form->why : "no memory");
	return NULL;
}

const char *
tomo_http_form(struct tomo_call *call, const char *name)
{
	int code;
	const struct http_form *form = open_form(call, __func__, &code);

	for (size_t i = 0; form != NULL && i < form->nfields; i++)
		if (strcmp(form->fields[i].name, name) == 0)
			return form->fields[i].value;
	return NULL;
}

int
tomo_http_form_at(
    struct tomo_call *call, size_t index, const char **name, const char **value)
{
	int code;
	const struct http_form *form = open_form(call, __func__, &code);

	if (form == NULL)
		return code;
	if (index >= form->nfields)
		return 0;
	*name = form->fields[index].name;
	*value = form->fields[index].value;
	return 1;
}

const struct tomo_http_upload *
tomo_http_file(struct tomo_call *call, const char *name)
{
	int code;
	const struct http_form *form = open_form(call, __func__, &code);

	for (size_t i = 0; form != NULL && i < form->nuploads; i++)
		if (strcmp(form->uploads[i].name, name) == 0)
			return &form->uploads[i];
	return NULL;
}

int
tomo_http_file_at(struct tomo_call *call, size_t index,
    const struct tomo_http_upload **upload)
{
	int code;
	const struct http_form *form = open_form(call, __func__, &code);

	if (form == NULL)
		return code;
	if (index >= form->nuploads)
		return 0;
	*upload = &form->uploads[index];
	return 1;
}

/* ---- saving ---- */

struct saving {
	const char *path;
	struct tomo_bytes content;
	bool made;   /* the file is ours */
	int failure; /* errno */
};

static int
write_all(int fd, struct tomo_bytes content)
{
	const char *data = content.data;

	while (content.size > 0) {
		ssize_t put = write(fd, data, content.size);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		data += put;
		content.size -= (size_t)put;
	}
	return 0;
}

/* On a thread of the pool. */
static int
save(void *arg)
{
	struct saving *saving = arg;
	const int fd = open(saving->path,
	    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0) {
		saving->failure = errno;
		return TOMO_ESYSTEM;
	}
	saving->made = true;
	if (write_all(fd, saving->content) < 0)
		saving->failure = errno;
	/* Some file systems tell only now that there was no room. */
	if (close(fd) < 0 && saving->failure == 0)
		saving->failure = errno;
	return saving->failure == 0 ? 0 : TOMO_ESYSTEM;
}

int
tomo_http_upload_save(struct tomo_call *call,
    const struct tomo_http_upload *upload, const char *path)
{
	struct saving saving = { .path = path };
	int code;

	if (upload == NULL || path == NULL)
		return call_fail(call, TOMO_EINVAL,
		    "tomo_http_upload_save: no upload, or no path");
	saving.content = upload->content;
	code = tomo_offload(call, save, &saving);
	if (code < 0 && saving.made)
		unlink(path);
	if (code == TOMO_ESYSTEM)
		return call_fail(
		    call, code, "%s: %s", path, strerror(saving.failure));
	return code;
}
