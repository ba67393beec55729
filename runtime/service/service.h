/*
 * One service in a worker: its descriptor, options, transports and life.
 *
 * Its life is one coroutine that reads from top to bottom: init, freeze the
 * options, attach, start, ready, open, started; stopping, shut, wait for the
 * calls in flight, stop, detach.  Loop thread only.
 */
#ifndef RUNTIME_SERVICE_SERVICE_H
#define RUNTIME_SERVICE_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tomodachi/abi.h>

#include "runtime/base/error.h"

struct flag;
struct host;
struct loop;
struct module;
struct offload;
struct options;
struct tomo_call;

#define SERVICE_TRANSPORTS 8

enum service_state {
	SERVICE_NEW,      /* init may set options */
	SERVICE_STARTING, /* attached, start runs */
	SERVICE_READY,    /* waits to be opened */
	SERVICE_OPEN,
	SERVICE_STOPPING, /* no new work; what runs goes on */
	SERVICE_ENDED
};

/* How a stop begins; see service_stop(). */
enum stop_kind {
	STOP_DELAYED, /* serves on for http.shutdown_delay_seconds first */
	STOP_AT_ONCE,
	STOP_FOR_RELOAD /* at once: a newer generation takes over */
};

struct service {
	struct loop *loop;
	struct host *host;
	struct options *options;
	struct module *module;
	const struct tomo_service *descriptor;
	char *uuid;
	unsigned slot;
	enum service_state state;
	bool delayed;     /* a stop has begun, and it still serves */
	bool reloading;   /* the stop makes room for a newer generation */
	void *user_state; /* tomo_set_state() */
	struct offload *offload;
	struct flag *opened, *stopped, *delay_over, *idle;
	size_t busy;              /* what a stop waits for */
	size_t ncalls, max_calls; /* but for hooks; runtime.max_calls */
	struct tomo_call *free_calls;
	size_t nfree_calls;
	struct tomo_call *first_call; /* all that are alive */
	struct tomo_task *tasks;      /* of hooks and of tomo_post() */
	bool tasks_cancelled;
	struct tomo_loop *post;
	int64_t stop_by_ms;    /* end of the grace period; 0: no stop */
	int64_t since_unix_ms; /* what falls due from then on is its own */
	int64_t until_unix_ms; /* and before then; INT64_MAX: no end is known */
	struct error failure;  /* why it could not start, or "" */
	struct tomo_call *hook;                   /* the one that runs */
	void *transport_data[SERVICE_TRANSPORTS]; /* by place in transports[] */
};

/*
 * Takes over module and options.  uuid: what the supervisor made up for a
 * service without one.
 */
struct service *service_new(struct loop *loop, struct host *host,
    struct module *module, struct options *options, const char *uuid,
    unsigned slot);
void service_free(struct service *service);

/* Begins its life; host->ready() or host->ended() follow. */
void service_start(struct service *service);

/*
 * Lets work in, once ready.  instant_ms of the wall clock: what falls due by
 * itself does so here from then on.
 */
void service_open(struct service *service, int64_t instant_ms);

/*
 * Begins a stop; host->ended() follows.  A service that is open serves on until
 * its delay is over, so that load balancers notice; from then on
 * http.termination_grace_period_seconds bounds the stop.  Once is enough: again
 * it changes nothing, but for one without delay, which ends a delay.  On a
 * reload idle connections are served once more.
 */
void service_stop(struct service *service, enum stop_kind kind);

/* A stop for a reload: the newer generation has what falls due from that
 * instant of the wall clock on, this one what falls due before. */
void service_drain(struct service *service, int64_t instant_ms);

/* Whether a stop has begun; a reload is no end of the service. */
bool service_is_ending(const struct service *service);

/* A newer generation waits for the end of this one: once it waits for nothing
 * but peers that are idle, they are let go of. */
void service_hasten(struct service *service);

/*
 * What is under way keeps a stop waiting: calls, and what a transport holds
 * itself (an answer not yet sent).
 */
void service_hold(struct service *service);
void service_release(struct service *service);

/* SIGUSR1. */
void service_reopen_logs(struct service *service);

const char *service_name(const struct service *service);

/* Where the transport keeps what it made for this service. */
struct transport;
void **service_data(struct service *service, const struct transport *transport);

#endif
