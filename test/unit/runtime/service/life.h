/* A service without transports, run from init to its end, for tests. */
#ifndef TEST_UNIT_RUNTIME_SERVICE_LIFE_H
#define TEST_UNIT_RUNTIME_SERVICE_LIFE_H

#include "runtime/service/service.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <tomodachi.h>

#include "runtime/base/log.h"
#include "runtime/base/options.h"
#include "runtime/loop/loop.h"
#include "runtime/service/call.h"
#include "runtime/service/host.h"
#include "runtime/service/module.h"
#include "runtime/service/transport.h"
#include "transports/all.h"

static struct {
	struct loop *loop;
	struct service *service;
	char trace[512]; /* what happened, a word each */
	int exit_code, end_code;
	char line[256];
	tomo_fn *on_ready; /* run as a task once ready */
	tomo_fn *body;
	struct tomo_task *task;
	struct tomo_event *event;
} test;

static void
note(const char *word)
{
	strcat(test.trace, word);
	strcat(test.trace, " ");
}

/* ---- a host that opens at once ---- */

static void
host_named(struct host *host, struct service *service)
{
	(void)host;
	(void)service;
	note("named");
}

static void
host_ready(struct host *host)
{
	(void)host;
	note("ready");
	service_open(test.service, 0);
	if (test.on_ready != NULL)
		tomo_post(test.service->post, test.on_ready, NULL);
}

static void
host_exit(struct host *host, int code)
{
	(void)host;
	test.exit_code = code;
	service_stop(test.service, STOP_DELAYED);
}

static void
host_ended(struct host *host, int code, const char *line)
{
	(void)host;
	note("ended");
	test.end_code = code;
	if (line != NULL)
		strncpy(test.line, line, sizeof(test.line) - 1);
	loop_stop(test.loop);
}

static const struct transport *const no_transports[] = { NULL };

/* Runs a service from init to its end, which something in it must bring. */
static void
run(const struct tomo_service *descriptor, tomo_fn *on_ready, const char *grace)
{
	static struct host host = { .named = host_named,
		.ready = host_ready,
		.exit = host_exit,
		.ended = host_ended };
	struct options *options = options_new(all_option_tables);
	struct error err;

	memset(&test, 0, sizeof(test));
	transports = no_transports;
	log_setup(LOG_DISABLED, TOMO_LOG_ERROR);
	if (grace != NULL)
		assert_int_equal(options_set_argument(options, grace, &err), 0);
	test.loop = loop_new(65536, &err);
	assert_non_null(test.loop);
	test.on_ready = on_ready;
	test.service = service_new(test.loop, &host,
	    module_from(descriptor, &err), options, "a-uuid", 0);
	service_start(test.service);
	loop_run(test.loop);
	service_free(test.service);
	loop_free(test.loop);
}

#endif
