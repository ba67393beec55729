/* The functions of log.h. */
#include <tomodachi/log.h>

#include <stdarg.h>
#include <stdio.h>

#include "runtime/base/log.h"
#include "runtime/service/call.h"
#include "runtime/service/service.h"

static const char *
logger(const struct tomo_call *call)
{
	if (call == NULL)
		return "service";
	return call->logger != NULL ? call->logger
				    : service_name(call->service);
}

void
tomo_log_record(struct tomo_call *call, int level, const char *event,
    const struct tomo_log_field *fields)
{
	log_write(logger(call), level, event, fields);
}

void
tomo_logger_name(struct tomo_call *call, const char *name)
{
	call->logger = name;
}

static void
write_text(
    const struct tomo_call *call, int level, const char *format, va_list args)
{
	char text[2048];

	if (!log_is_on(level))
		return;
	vsnprintf(text, sizeof(text), format, args);
	log_write(logger(call), level, text, NULL);
}

#define LEVEL(name, level) \
	void name(struct tomo_call *call, const char *format, ...) \
	{ \
		va_list args; \
\
		va_start(args, format); \
		write_text(call, level, format, args); \
		va_end(args); \
	}

LEVEL(tomo_log_debug, TOMO_LOG_DEBUG)
LEVEL(tomo_log_info, TOMO_LOG_INFO)
LEVEL(tomo_log_warning, TOMO_LOG_WARNING)
LEVEL(tomo_log_error, TOMO_LOG_ERROR)
