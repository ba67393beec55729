#include "transports/http/output.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "runtime/base/alloc.h"
#include "transports/http/connection.h"
#include "transports/http/server.h"
#include "transports/http/wire.h"

/* While more than this waits to be sent, no further request is read. */
#define BYTES_MAX ((size_t)256 * 1024)

/* A buffer for answers that has grown past this is not kept. */
#define SHARED_MAX ((size_t)256 * 1024)

struct http_output {
	struct buffer bytes;
	struct output_file *file; /* or NULL */
};

/* ---- a file ---- */

struct output_file *
output_file_new(int fd, unsigned count)
{
	struct output_file *file = xcalloc(
	    1, sizeof(*file) + count * sizeof(file->parts[0]));

	file->fd = fd;
	file->count = count;
	return file;
}

void
output_file_free(struct output_file *file)
{
	if (file == NULL)
		return;
	for (unsigned i = 0; i < file->count; i++)
		free(file->parts[i].before);
	close(file->fd);
	free(file);
}

/* ---- what is there ---- */

struct buffer *
output_bytes(struct http_connection *conn)
{
	return conn->output != NULL ? &conn->output->bytes : &conn->server->out;
}

/* Makes what is in the shared buffer the connection's own. */
static struct http_output *
own(struct http_connection *conn)
{
	struct buffer *shared = &conn->server->out;

	if (conn->output != NULL)
		return conn->output;
	conn->output = xcalloc(1, sizeof(*conn->output));
	conn->output->bytes = *shared;
	*shared = (struct buffer) { 0 };
	return conn->output;
}

void
output_add_file(struct http_connection *conn, struct output_file *file)
{
	own(conn)->file = file;
}

bool
output_is_choked(const struct http_connection *conn)
{
	if (conn->output == NULL)
		return buffer_len(&conn->server->out) > BYTES_MAX;
	return conn->output->file != NULL ||
	    buffer_len(&conn->output->bytes) > BYTES_MAX;
}

/* All was sent: the memory serves the next answer, of whichever connection. */
static void
finish(struct http_connection *conn)
{
	struct buffer *shared = &conn->server->out;

	if (conn->output != NULL) {
		if (shared->data == NULL) {
			*shared = conn->output->bytes;
			conn->output->bytes = (struct buffer) { 0 };
		}
		output_drop(conn);
	}
	if (shared->size > SHARED_MAX)
		buffer_clear(shared);
}

void
output_drop(struct http_connection *conn)
{
	if (conn->output == NULL)
		return;
	buffer_clear(&conn->output->bytes);
	output_file_free(conn->output->file);
	free(conn->output);
	conn->output = NULL;
}

/* ---- sending: each returns 1 when it is done, 0 to go on later, -1 ---- */

static void
count(size_t *room, size_t sent)
{
	*room -= sent < *room ? sent : *room;
}

/* Whether bytes of a file follow the text. */
static bool
has_part(const struct http_connection *conn)
{
	const struct output_file *file = conn->output != NULL
	    ? conn->output->file
	    : NULL;

	return file != NULL && file->at < file->count &&
	    file->parts[file->at].size > 0;
}

static int
send_bytes(struct http_connection *conn, size_t *room)
{
	struct buffer *bytes = output_bytes(conn);
	const size_t len = buffer_len(bytes);
	ssize_t put;

	if (len == 0)
		return 1;
	put = wire_send(conn, buffer_data(bytes), len, has_part(conn));
	if (put < 0 && !wire_is_later(errno)) {
		buffer_drain(bytes, len);
		return -1;
	}
	if (put > 0) {
		buffer_drain(bytes, (size_t)put);
		count(room, (size_t)put);
	}
	return (size_t)(put > 0 ? put : 0) == len;
}

static int
send_part(struct http_connection *conn, struct output_file *file, size_t *room)
{
	struct output_part *part = &file->parts[file->at];

	while (part->size > 0) {
		const size_t len = part->size < *room ? (size_t)part->size
						      : *room;
		ssize_t put;

		if (len == 0)
			return 0;
		put = wire_send_file(conn, file->fd, part->offset, len);
		if (put < 0 && wire_is_later(errno))
			return 0;
		if (put <= 0)
			return -1;
		part->offset += (uint64_t)put;
		part->size -= (uint64_t)put;
		count(room, (size_t)put);
	}
	return 1;
}

/* The bytes are sent.  Takes up the text of the next part only as it begins. */
static int
send_file(struct http_connection *conn, struct output_file *file, size_t *room)
{
	int done = 1;

	while (done == 1 && file->at < file->count) {
		struct output_part *part = &file->parts[file->at];

		if (part->before != NULL) {
			buffer_add(&conn->output->bytes, part->before,
			    part->before_len);
			free(part->before);
			part->before = NULL;
		}
		done = send_bytes(conn, room);
		if (done == 1)
			done = send_part(conn, file, room);
		if (done == 1)
			file->at++;
	}
	return done;
}

int
output_send(struct http_connection *conn, size_t *room)
{
	int done = send_bytes(conn, room);

	if (done == 1 && conn->output != NULL && conn->output->file != NULL)
		done = send_file(conn, conn->output->file, room);
	if (done == 1)
		finish(conn);
	else if (done == 0)
		own(conn);
	return done < 0 ? -1 : 0;
}
