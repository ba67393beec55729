/*
 * What a connection still has to send: bytes, then parts of at most one file.
 *
 * Answers gather in a buffer that all connections share until control goes
 * elsewhere; only what the socket does not take becomes the connection's own.
 */
#ifndef TRANSPORTS_HTTP_OUTPUT_H
#define TRANSPORTS_HTTP_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/base/buffer.h"

struct http_connection;

/* The most that one connection sends of a file before others get their turn. */
#define OUTPUT_TURN ((size_t)1 << 20)

/* Some text, then some bytes of the file; each may be none. */
struct output_part {
	char *before; /* on the heap, or NULL */
	size_t before_len;
	uint64_t offset, size;
};

/* What is to be sent of a file. */
struct output_file {
	int fd;
	unsigned at, count; /* of parts: sent, and all */
	struct output_part parts[];
};

/* Takes over fd; the parts are zero, to be filled in. */
struct output_file *output_file_new(int fd, unsigned count);
void output_file_free(struct output_file *file);

/* Where bytes to be sent are added. */
struct buffer *output_bytes(struct http_connection *conn);

/* Sends it after the bytes, and takes it over.  Nothing may be added before it
 * has been sent. */
void output_add_file(struct http_connection *conn, struct output_file *file);

/* Whether no further request may be started before something was sent. */
bool output_is_choked(const struct http_connection *conn);

/*
 * Sends what the socket takes, of files at most *room bytes; *room becomes less
 * by what was sent.  conn->output is NULL once nothing is left.  Returns -1 when
 * the peer is gone, or a file has become shorter than was promised.
 */
int output_send(struct http_connection *conn, size_t *room);

/* Lets go of what was not sent. */
void output_drop(struct http_connection *conn);

#endif
