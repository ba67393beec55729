#include "transports/http/json_body.h"

#include <stdbool.h>

#include <tomodachi/task.h>

#include "runtime/base/json_text.h"
#include "runtime/loop/offload.h"
#include "runtime/loop/task.h"
#include "runtime/service/call.h"
#include "runtime/service/service.h"

/* Some milliseconds, if it is all brackets.  More might hold the loop. */
#define READ_AT_ONCE ((size_t)64 * 1024)

struct reader {
	struct tomo_bytes text;
	json_t *json;
	bool has_read;
	struct error err;
};

/* On a thread perhaps. */
static int
read_text(void *arg)
{
	struct reader *reader = arg;

	reader->has_read = true;
	reader->json = json_text_read(
	    reader->text.data, reader->text.size, &reader->err);
	return 0;
}

/* The call of another task is suspended already, and cannot wait for this. */
static int
read_somewhere(struct tomo_call *call, struct reader *reader)
{
	if (reader->text.size <= READ_AT_ONCE || task_current() != &call->task)
		return read_text(reader);
	return tomo_offload(call, read_text, reader);
}

json_t *
json_body_read(struct tomo_call *call, struct tomo_bytes text, const char *what)
{
	struct reader reader = { .text = text };
	const int code = read_somewhere(call, &reader);

	/* What was read stands, even if the time is over by now. */
	if (!reader.has_read)
		call_fail(call, code, "%s: %s", what,
		    code == TOMO_ETIMEOUT         ? "the deadline is over"
			: code == TOMO_ECANCELLED ? "cancelled"
						  : "no memory");
	else if (reader.json == NULL)
		call_fail(call, TOMO_EINVAL, "%s: %s", what, reader.err.text);
	return reader.json;
}

static int
release(void *arg)
{
	json_decref(arg);
	return 0;
}

void
json_body_release(struct service *service, json_t *json, size_t size)
{
	if (size > READ_AT_ONCE && service->offload != NULL)
		offload_leave(service->offload, release, json);
	else
		json_decref(json);
}
