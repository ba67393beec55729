/* One connection: bytes in, requests, answers, bytes out. */
#ifndef TRANSPORTS_HTTP_CONNECTION_H
#define TRANSPORTS_HTTP_CONNECTION_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include <event2/event_struct.h>

struct http_input;
struct http_output;
struct http_request;
struct http_server;
struct tls;
struct upgraded;

/* Kept small: an idle one owns nothing else. */
struct http_connection {
	struct event event;
	struct http_server *server;
	struct http_request *request; /* the one under way */
	struct http_input *input;     /* bytes not yet used, or NULL */
	struct tls *tls;              /* or NULL */
	struct upgraded *upgraded;    /* has taken it, or NULL */
	uint8_t waiting;              /* enum http_waiting */
	uint8_t watched;              /* EV_READ, EV_WRITE, EV_CLOSED or 0 */
	bool half_closed : 1;         /* the peer sends no more */
	bool eof : 1;                 /* and all it sent was received */
	bool closing : 1; /* no further request; closed once all is sent */
	bool lingers : 1; /* then wait for the peer to close (RFC 9112 9.6) */
	bool processing : 1; /* intake_feed() is at work */
	bool holds : 1;      /* a stop waits for it */
	bool started : 1;    /* a request, since it last waited for one */
	bool choked : 1;     /* input waits until output was sent */
	bool unframed : 1;   /* only its end ends the answer (HTTP/1.0) */
	bool broken : 1;     /* and that answer has failed */
	uint32_t requests;
	struct http_output *output;              /* not yet sent, or NULL */
	struct http_connection *next, *previous; /* of its waiting list */
	int64_t since_ms;                        /* in that */
	int64_t opened_ms;
	struct in6_addr peer;
};

/* Takes over fd. */
struct http_connection *connection_new(
    struct http_server *server, int fd, const struct in6_addr *peer);

/* Ends it at once; a handler under way goes on without a peer. */
void connection_close(struct http_connection *conn);

/* Its time in the list is over. */
void connection_expire(struct http_connection *conn);

/*
 * A stop: one kept alive ends, or on a reload after one more request; a new one
 * still gets its first.
 */
void connection_shut(struct http_connection *conn);

/* Whether a handler runs for it. */
bool connection_is_busy(const struct http_connection *conn);

/* Makes a stop wait until all is answered and sent. */
void connection_hold(struct http_connection *conn);

/* Answers an error that belongs to no request; the connection then closes.
 * text: NULL is the reason phrase. */
void connection_refuse(
    struct http_connection *conn, int status, const char *text);

/* Whether it may be kept open after the answer to the request. */
bool connection_stays_open(
    const struct http_connection *conn, const struct http_request *request);

/* Sends what was added for the request under way; it may be gone after it. */
void connection_send(struct http_connection *conn);

/* The answer to the request under way was added: goes on, or closes. */
void connection_finish(struct http_connection *conn, bool keep_alive);

/*
 * Takes up the input that waited, sends what there is and sees what to wait for.
 * The connection may be gone after it.
 */
void connection_go_on(struct http_connection *conn);

/*
 * Sends the request's answer, which stands, while its body still comes;
 * connection_answer() follows.  The connection may be gone after it.
 */
void connection_answer_first(
    struct http_connection *conn, struct http_request *request);

/* Hands on once more what another transport, that took it, has not used. */
void connection_resume(struct http_connection *conn);

/* The request's answer stands: sends it, if that was not done, and goes on. */
void connection_answer(
    struct http_connection *conn, struct http_request *request);

#endif
