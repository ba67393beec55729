/* The function of http_send.h that sends a file. */
#include <tomodachi/http_send.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/buffer.h"
#include "runtime/service/call.h"
#include "runtime/service/rows.h"
#include "transports/http/answer.h"
#include "transports/http/field.h"
#include "transports/http/file_answer.h"
#include "transports/http/mime.h"
#include "transports/http/request.h"

/*
 * Opens a regular file; of a FIFO or device not even that much is waited for.
 * Returns its descriptor, or the code of the failure.
 */
static int
open_file(struct tomo_call *call, const char *path, struct stat *stat)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	const int failure = errno;

	if (fd < 0 && failure != ENOENT && failure != ENOTDIR)
		return call_fail(
		    call, TOMO_ESYSTEM, "%s: %s", path, strerror(failure));
	if (fd >= 0 && fstat(fd, stat) == 0 && S_ISREG(stat->st_mode))
		return fd;
	if (fd >= 0)
		close(fd);
	return call_fail(call, TOMO_ENOTFOUND, "%s: no such file", path);
}

/* Characters that need no encoding in an extended value (RFC 8187). */
static bool
is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') ||
	    (c != '\0' && strchr("!#$&+-.^_`|~", c) != NULL);
}

/* Both forms of RFC 6266: one that all clients read, one that says it all. */
static int
set_disposition(struct tomo_call *call, const char *name)
{
	struct buffer text = { 0 };
	int code;

	buffer_add_text(&text, "attachment; filename=\"");
	for (const char *at = name; *at != '\0'; at++)
		buffer_add(&text, is_plain(*at) || *at == ' ' ? at : "_", 1);
	buffer_add_text(&text, "\"; filename*=UTF-8''");
	for (const char *at = name; *at != '\0'; at++)
		if (is_plain(*at))
			buffer_add(&text, at, 1);
		else
			buffer_printf(&text, "%%%02X", (unsigned char)*at);
	buffer_add(&text, "", 1);
	code = answer_header(call, "Content-Disposition", buffer_data(&text));
	buffer_clear(&text);
	return code;
}

/*
 * How it is to be sent, as this runner knows it: theirs may be older or newer.
 * Zero becomes what it stands for; what stays is kept in the call.
 */
static int
read_file(struct tomo_call *call, struct tomo_http_file *file,
    const struct tomo_http_file *theirs, const char *path)
{
	const size_t known = sizeof(*file);

	*file = (struct tomo_http_file) { .size = known };
	if (theirs != NULL && theirs->size > known &&
	    !rows_tail_is_zero(theirs, known, theirs->size))
		return call_fail(call, TOMO_EINVAL,
		    "tomo_http_send_file: .size is of a newer runner");
	if (theirs != NULL)
		memcpy(
		    file, theirs, theirs->size < known ? theirs->size : known);
	if (file->status == 0)
		file->status = 200;
	if (response_is_bodiless(file->status))
		return call_fail(call, TOMO_EINVAL,
		    "tomo_http_send_file: a %d has no content", file->status);
	if (file->type != NULL && !field_is_value(file->type))
		return call_fail(call, TOMO_EINVAL,
		    "tomo_http_send_file: a type that is no header");
	file->type = file->type != NULL
	    ? call_keep_text(call, file->type, strlen(file->type))
	    : mime_type(path);
	return file->type != NULL
	    ? 0
	    : call_fail(call, TOMO_ENOMEM, "tomo_http_send_file: no memory");
}

int
tomo_http_send_file(struct tomo_call *call, const char *path,
    const struct tomo_http_file *theirs)
{
	struct http_request *request;
	struct tomo_http_file file;
	struct stat stat;
	int code = answer_open(call, 200, &request, __func__);
	int fd;

	if (code < 0)
		return code;
	if (path == NULL)
		return call_fail(
		    call, TOMO_EINVAL, "tomo_http_send_file: no path");
	code = read_file(call, &file, theirs, path);
	if (code == 0)
		code = answer_open(call, file.status, &request, __func__);
	if (code < 0)
		return code;
	fd = open_file(call, path, &stat);
	request->lacks_file = fd == TOMO_ENOTFOUND;
	if (fd < 0)
		return fd;
	answer_drop(request);
	if (file.download_name != NULL)
		code = set_disposition(call, file.download_name);
	if (code < 0) {
		close(fd);
		return code;
	}
	return file_answer(
	    request, fd, &stat, file.type, CODING_IDENTITY, file.status);
}
