/* The functions of call.h. */
#include <tomodachi/call.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "runtime/base/clock.h"
#include "runtime/base/log.h"
#include "runtime/base/options.h"
#include "runtime/service/call.h"
#include "runtime/service/host.h"
#include "runtime/service/service.h"

const char *
tomo_error(const struct tomo_call *call)
{
	return call->error != NULL ? call->error : "";
}

int
tomo_fail(struct tomo_call *call, int code, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return call_fail(call, code, "%s", text);
}

void *
tomo_alloc(struct tomo_call *call, size_t size)
{
	void *memory = arena_alloc(&call->arena, size);

	return memory != NULL ? memset(memory, 0, size) : NULL;
}

char *
tomo_strdup(struct tomo_call *call, const char *text)
{
	return text != NULL ? arena_strndup(&call->arena, text, strlen(text))
			    : NULL;
}

char *
tomo_printf(struct tomo_call *call, const char *format, ...)
{
	va_list args, again;
	char *text = NULL;
	int len;

	va_start(args, format);
	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len >= 0)
		text = arena_alloc(&call->arena, (size_t)len + 1);
	if (text != NULL)
		vsnprintf(text, (size_t)len + 1, format, again);
	va_end(again);
	return text;
}

size_t
tomo_mark(const struct tomo_call *call)
{
	return arena_mark(&call->arena);
}

void
tomo_rewind(struct tomo_call *call, size_t mark)
{
	/* The text of an error may lie in what is given back. */
	call->error = NULL;
	arena_rewind(&call->arena, mark);
}

void
tomo_set_state(struct tomo_call *call, void *state)
{
	call->service->user_state = state;
}

void *
tomo_state(const struct tomo_call *call)
{
	return call->service->user_state;
}

const char *
tomo_service_name(const struct tomo_call *call)
{
	return service_name(call->service);
}

const char *
tomo_service_uuid(const struct tomo_call *call)
{
	return call->service->uuid;
}

bool
tomo_is_stopping(const struct tomo_call *call)
{
	return call->service->stop_by_ms != 0;
}

/* The row of the option if it can be read as a type that ok lists. */
static bool
can_read(struct tomo_call *call, const char *key, const enum option_type *ok,
    size_t count, const char *want)
{
	const struct option_row *row = options_row(call->service->options, key);

	for (size_t i = 0; row != NULL && i < count; i++)
		if (row->type == ok[i])
			return true;
	log_record(service_name(call->service), TOMO_LOG_ERROR,
	    row == NULL ? "no such option" : "option of another type",
	    TOMO_LOG_STR("option", key), TOMO_LOG_STR("wanted", want),
	    TOMO_LOG_STR("handler", call->function));
	return false;
}

int64_t
tomo_option_int(struct tomo_call *call, const char *key)
{
	static const enum option_type ok[] = { OPTION_INT, OPTION_SIZE };

	if (!can_read(call, key, ok, 2, "int"))
		return 0;
	return options_int(call->service->options, key);
}

bool
tomo_option_bool(struct tomo_call *call, const char *key)
{
	static const enum option_type ok[] = { OPTION_BOOL,
		OPTION_BOOL_OR_STRING };

	if (!can_read(call, key, ok, 2, "bool"))
		return false;
	return options_bool(call->service->options, key);
}

const char *
tomo_option_string(struct tomo_call *call, const char *key)
{
	static const enum option_type ok[] = { OPTION_STRING,
		OPTION_BOOL_OR_STRING, OPTION_STRING_OR_FALSE };

	if (!can_read(call, key, ok, 3, "string"))
		return NULL;
	return options_text(call->service->options, key);
}

struct json_t *
tomo_option_json(struct tomo_call *call, const char *key)
{
	if (options_row(call->service->options, key) == NULL) {
		can_read(call, key, NULL, 0, "json");
		return NULL;
	}
	return options_json(call->service->options, key);
}

int
tomo_option_set(struct tomo_call *call, const char *key, const char *json_text)
{
	struct error err;

	if (call->service->state != SERVICE_NEW)
		return call_fail(call, TOMO_EINVAL,
		    "%s: options are set by the init hook only", key);
	if (options_set_init(call->service->options, key, json_text, &err) < 0)
		return call_fail(call, TOMO_EINVAL, "%s", err.text);
	return 0;
}

void
tomo_exit(struct tomo_call *call, int code)
{
	struct host *host = call->service->host;

	host->exit(host, code);
}

int64_t
tomo_now_ms(void)
{
	return clock_ms();
}

double
tomo_unix_time(void)
{
	return (double)clock_unix_us() / 1e6;
}
