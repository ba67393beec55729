#include "runtime/process/serving.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "runtime/base/log.h"
#include "runtime/base/options.h"
#include "runtime/loop/loop.h"
#include "runtime/loop/stall.h"
#include "runtime/service/module.h"
#include "runtime/service/service.h"

static void
on_stall(void *arg, const char *task, int64_t held_ms, const char *stack)
{
	struct serving *serving = arg;

	log_record(service_name(serving->service), TOMO_LOG_WARNING,
	    "handler held the loop", TOMO_LOG_STR("handler", task),
	    TOMO_LOG_INT("held_ms", held_ms), TOMO_LOG_STR("stack", stack));
}

int
serving_init(
    struct serving *serving, const struct serving_plan *plan, struct error *err)
{
	serving->loop = loop_new(
	    (size_t)options_int(plan->options, "runtime.stack_size"), err);
	if (serving->loop == NULL) {
		options_free(plan->options);
		module_close(plan->module);
		return -1;
	}
	serving->service = service_new(serving->loop, plan->host, plan->module,
	    plan->options, plan->uuid, plan->slot);
	serving->stall = stall_start(serving->loop,
	    options_int(plan->options, "runtime.stall_warning_ms"), on_stall,
	    serving);
	return 0;
}

void
serving_clear(struct serving *serving, int code)
{
	if (serving->service != NULL && serving->service->busy > 0) {
		fflush(NULL);
		_exit(code);
	}
	if (serving->stall != NULL)
		stall_stop(serving->stall);
	service_free(serving->service);
	if (serving->loop != NULL)
		loop_free(serving->loop);
}
