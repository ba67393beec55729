#include "transports/http/static.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tomodachi/http.h>

#include "runtime/base/alloc.h"
#include "runtime/base/beneath.h"
#include "runtime/base/log.h"
#include "runtime/service/call.h"
#include "transports/http/answer.h"
#include "transports/http/field.h"
#include "transports/http/file_answer.h"
#include "transports/http/mime.h"
#include "transports/http/precompressed.h"
#include "transports/http/request.h"
#include "transports/http/variant.h"

#define LOGGER "tomodachi.http"
#define FILENAME "filename"

/* ---- the row ---- */

char *
static_pattern(const char *base)
{
	const size_t len = strlen(base);

	if (strstr(base, "(?P<" FILENAME ">") != NULL ||
	    strstr(base, "{" FILENAME "}") != NULL)
		return xstrdup(base);
	/* "/static/" is the folder itself; "/static" is not. */
	return xasprintf("%s(?P<" FILENAME ">%s)", base,
	    len > 0 && base[len - 1] == '/' ? ".*" : ".+");
}

/* O_PATH: to search a folder one need not be able to list it. */
static int
open_folder(const char *folder)
{
	return open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

struct static_route *
static_route_new(const struct tomo_http_static_spec *row, struct error *err)
{
	struct static_route *route;
	const int fd = open_folder(row->folder);

	if (fd < 0) {
		error_set(err,
		    "TOMO_HTTP_STATIC(\"%s\", \"%s\"): cannot open the "
		    "folder: %s",
		    row->folder, row->base, strerror(errno));
		return NULL;
	}
	close(fd);
	route = xcalloc(1, sizeof(*route));
	route->row = row;
	route->pattern = static_pattern(row->base);
	route->spec = (struct tomo_http_spec) {
		.size = sizeof(route->spec),
		.methods = "GET",
		.pattern = route->pattern,
		.fn = static_run,
		.function = "TOMO_HTTP_STATIC",
		.ignore_logging = row->ignore_logging,
	};
	return route;
}

void
static_route_free(struct static_route *route)
{
	if (route == NULL)
		return;
	free(route->pattern);
	free(route);
}

/* ---- a file ---- */

/* What the client is told of a file that cannot be opened. */
static int
status_of(const struct http_request *request, int failure)
{
	switch (failure) {
	case ENOENT:
	case ENOTDIR:
	case EXDEV:
	case ELOOP:
	case ENAMETOOLONG:
	case ENXIO:
	case ENODEV:
		return 404;
	case EACCES:
	case EPERM:
		return 403;
	default:
		log_record(LOGGER, TOMO_LOG_ERROR, "cannot open a static file",
		    TOMO_LOG_STR("error", strerror(failure)),
		    TOMO_LOG_STR("request_path", request->head.path));
		return 500;
	}
}

/*
 * The Cache-Control of the row, or NULL when there is no memory.  It takes the
 * place of one from middleware, but what that keeps from being compressed may
 * be a secret next to something from the request, and stays so.
 */
static const char *
cache_control(const struct http_request *request, const char *of_row)
{
	static const char exact[] = "no-transform";

	if (!response_lists(&request->response, "Cache-Control", exact) ||
	    field_list_has(of_row, exact))
		return of_row;
	return tomo_printf(request->call, "%s, %s", of_row, exact);
}

/* The file name, open as fd below the folder. */
static int
answer_file(struct http_request *request, int folder, int fd,
    const struct stat *stat, const char *name)
{
	const struct static_route *route = (const void *)request->spec;
	const char *type = mime_type(name);
	enum coding coding = CODING_IDENTITY;
	struct stat sent = *stat;
	int other = -1;

	answer_drop(request);
	if (route->row->cache_control != NULL &&
	    answer_header(request->call, "Cache-Control",
		cache_control(request, route->row->cache_control)) < 0) {
		close(fd);
		return 500;
	}
	if (variant_is_open(request, type))
		other = precompressed_open(
		    request, folder, name, &sent, &coding);
	if (other >= 0) {
		close(fd);
		fd = other;
	}
	return file_answer(request, fd, &sent, type, coding, 200) < 0 ? 500 : 0;
}

/* Answers if name is a regular file, else raises; what it is stays in *stat. */
static int
try_file(struct http_request *request, int folder, const char *name,
    struct stat *stat)
{
	const int fd = beneath_open(folder, name);

	stat->st_mode = 0;
	if (fd < 0)
		return status_of(request, errno);
	if (fstat(fd, stat) == 0 && S_ISREG(stat->st_mode))
		return answer_file(request, folder, fd, stat, name);
	close(fd);
	return 404;
}

/* ---- a folder ---- */

/*
 * To the same path with a slash behind it, so that what the index links to is
 * found below the folder.  Of slashes at the beginning one stays: two would be
 * the name of another host.
 */
static int
redirect(struct http_request *request)
{
	const char *path = request->head.raw_path;
	const char *query = request->head.query;
	char *location;

	while (path[0] == '/' && path[1] == '/')
		path++;
	location = tomo_printf(request->call, "%s/%s%s", path,
	    request->head.query_len > 0 ? "?" : "", query);
	if (location == NULL)
		return 500;
	return tomo_http_redirect(request->call, 301, location) < 0 ? 500 : 0;
}

static bool
ends_with_slash(const char *text, size_t len)
{
	return len > 0 && text[len - 1] == '/';
}

/* Whether the name of the file is the end of the path. */
static bool
name_is_last(const struct http_request *request)
{
	const struct route *route = &request->route;
	const int group = pattern_group(route->pattern, FILENAME);

	return group >= 0 && route->match.end[group] == request->head.path_len;
}

static bool
is_file(int folder, const char *name)
{
	const int fd = beneath_open(folder, name);
	struct stat stat;
	bool is;

	if (fd < 0)
		return false;
	is = fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode);
	close(fd);
	return is;
}

/* The folder name, by its index: never by a list of what is in it. */
static int
answer_folder(struct http_request *request, int folder, const char *name)
{
	const struct static_route *route = (const void *)request->spec;
	const char *index = route->row->index;
	const struct head *head = &request->head;
	struct stat stat;
	char *path;

	if (index == NULL)
		index = "index.html";
	if (index[0] == '\0' || !name_is_last(request))
		return 404;
	path = tomo_printf(request->call, "%s/%s", name, index);
	if (path == NULL)
		return 500;
	if (ends_with_slash(head->path, head->path_len))
		return try_file(request, folder, path, &stat);
	return is_file(folder, path) ? redirect(request) : 404;
}

int
static_answer(struct http_request *request)
{
	const struct static_route *route = (const void *)request->spec;
	const char *name = tomo_http_param(request->call, FILENAME);
	struct stat stat;
	int folder, status;

	if (name == NULL)
		return 404;
	while (*name == '/')
		name++;
	if (*name == '\0')
		name = ".";
	/* Opened each time: a folder may be put in the place of another. */
	folder = open_folder(route->row->folder);
	if (folder < 0)
		return status_of(request, errno);
	status = try_file(request, folder, name, &stat);
	if (status == 404 && S_ISDIR(stat.st_mode))
		status = answer_folder(request, folder, name);
	close(folder);
	return status;
}

int
static_run(struct tomo_call *call)
{
	const int status = static_answer(call->data);

	return status == 0 ? 0 : tomo_http_fail(call, status);
}
