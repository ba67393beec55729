/*
 * An answer with a file: whole or in parts, or none if the client has it
 * already (RFC 9110 13 and 14).
 */
#ifndef TRANSPORTS_HTTP_FILE_ANSWER_H
#define TRANSPORTS_HTTP_FILE_ANSWER_H

#include "transports/http/accept_encoding.h"

struct http_request;
struct stat;

/*
 * Answers with the regular file that is open as fd, which it takes over; type
 * must live as long as the call.  coding is what the file was compressed with
 * before, or CODING_IDENTITY.  Headers set before stay.  Returns 0 or
 * TOMO_ENOMEM.
 */
int file_answer(struct http_request *request, int fd, const struct stat *stat,
    const char *type, enum coding coding);

#endif
