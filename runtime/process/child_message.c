#include "runtime/process/child_message.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "runtime/base/alloc.h"
#include "runtime/base/log.h"
#include "runtime/process/child.h"
#include "runtime/process/child_crash.h"
#include "runtime/process/control.h"
#include "runtime/process/sockets.h"

#define LOGGER "tomodachi.supervisor"

/* More sockets than any service asks for. */
#define REQUESTS_MAX 64

#define STOP_MAX_S (7 * 24 * 3600)

/* The member as JSON text on the heap, or NULL. */
static char *
dump_member(const json_t *object, const char *key)
{
	const json_t *member = json_object_get(object, key);
	char *text = NULL;

	if (json_is_object(member)) {
		char *dumped = json_dumps(member, JSON_COMPACT);
		text = dumped != NULL ? xstrdup(dumped) : NULL;
		free(dumped);
	}
	return text;
}

static int
on_named(struct child *child, const struct control_message *message)
{
	const int64_t grace_s = message->number[0];
	const int64_t delay_s = message->number[1];
	json_t *named;

	if (child->name != NULL || grace_s < 0 || grace_s > STOP_MAX_S ||
	    delay_s < 0 || delay_s > STOP_MAX_S)
		return -1;
	named = json_loadb(message->text, message->len, 0, NULL);
	const char *name = json_string_value(json_object_get(named, "name"));
	if (name == NULL) {
		json_decref(named);
		return -1;
	}
	child->name = xstrdup(name);
	child->grace_s = grace_s;
	child->delay_s = delay_s;
	child->options = dump_member(named, "options");
	child->watcher = dump_member(named, "watcher");
	json_decref(named);
	child->events->named(child);
	return 0;
}

static int
remember(struct child *child, int64_t number, struct listener *listener)
{
	struct child_request *request;
	unsigned n = 0;

	for (request = child->requests; request != NULL;
	     request = request->next) {
		if (request->number == number || ++n == REQUESTS_MAX)
			return -1;
	}
	request = xcalloc(1, sizeof(*request));
	request->number = number;
	request->listener = listener;
	request->next = child->requests;
	child->requests = request;
	return 0;
}

static void
refuse(struct child *child, int64_t number, const char *line)
{
	const struct control_message message = { .type = CONTROL_REFUSED,
		.number = { number },
		.text = line,
		.fd = -1 };

	control_send(child->control, &message);
}

/* Most often a mistake. */
static void
warn_of_sharing(const struct child *child, const struct socket_wish *wish)
{
	log_record(LOGGER, TOMO_LOG_WARNING,
	    "another process listens on this port, too",
	    TOMO_LOG_STR("service", child->name),
	    TOMO_LOG_STR("host", wish->host), TOMO_LOG_INT("port", wish->port));
}

static int
on_listen(struct child *child, const struct control_message *message)
{
	const int64_t *number = message->number;
	const struct socket_wish wish = {
		.host = (number[2] & CONTROL_ANY_HOST) != 0 ? NULL
							    : message->text,
		.port = (uint16_t)number[1],
		.reuse_port = (number[2] & CONTROL_REUSE_PORT) != 0,
		.backlog = (int)number[3],
	};
	struct listener *listener;
	struct error err;

	if (number[0] < 0 || number[1] < 0 || number[1] > UINT16_MAX ||
	    number[3] < 0 || number[3] > INT_MAX)
		return -1;
	if (child->state == CHILD_DRAINING) {
		refuse(child, number[0], "stopping");
		return 0;
	}
	if (child->name == NULL)
		return -1;
	struct sockets *sockets = child->room->sockets;
	const bool is_shared = !sockets_has(sockets, child->file, &wish) &&
	    socket_is_shared(&wish);
	listener = sockets_get(
	    sockets, child->file, child->slot, child->id, &wish, &err);
	if (listener == NULL) {
		refuse(child, number[0], err.text);
		return 0;
	}
	if (is_shared)
		warn_of_sharing(child, &wish);
	if (remember(child, number[0], listener) != 0)
		return -1;
	const struct control_message answer = { .type = CONTROL_LISTENING,
		.number = { number[0], listener->port },
		.fd = listener->fd };
	control_send(child->control, &answer);
	child->events->listening(child);
	return 0;
}

static int
on_loading(struct child *child, const struct control_message *message)
{
	(void)message;
	child->phase = CHILD_LOADING;
	return 0;
}

static int
on_loaded(struct child *child, const struct control_message *message)
{
	(void)message;
	child->phase = CHILD_LOADED;
	return 0;
}

static int
on_ready(struct child *child, const struct control_message *message)
{
	(void)message;
	if (child->name == NULL)
		return -1;
	/* Nobody is there any more who could be opened. */
	if (child->reaped)
		return 0;
	child_on_ready(child);
	return 0;
}

static int
on_failed(struct child *child, const struct control_message *message)
{
	child_fail(child, message->text);
	return 0;
}

static int
on_draining(struct child *child, const struct control_message *message)
{
	(void)message;
	child_on_draining(child);
	return 0;
}

static int
on_exit_code(struct child *child, const struct control_message *message)
{
	child->events->exit(child, (int)(message->number[0] & 255));
	return 0;
}

static int
on_last_word(struct child *child, const struct control_message *message)
{
	(void)message;
	child_on_last_word(child);
	return 0;
}

#define IN(state) (1u << (state))
#define ALIVE \
	(IN(CHILD_STARTING) | IN(CHILD_READY) | IN(CHILD_OPEN) | \
	    IN(CHILD_DRAINING))

/*
 * Who may say what when.  A worker that is told to stop may still say what it
 * had to say before it heard of it, so draining lets some go by.
 */
static const struct {
	enum control_type type;
	unsigned heard, let_by; /* states */
	int (*fn)(struct child *child, const struct control_message *message);
} rows[] = {
	{ CONTROL_LOADING, IN(CHILD_STARTING), IN(CHILD_DRAINING), on_loading },
	{ CONTROL_LOADED, IN(CHILD_STARTING), IN(CHILD_DRAINING), on_loaded },
	{ CONTROL_NAMED, IN(CHILD_STARTING), IN(CHILD_DRAINING), on_named },
	{ CONTROL_LISTEN, IN(CHILD_STARTING) | IN(CHILD_DRAINING), 0,
	    on_listen },
	{ CONTROL_READY, IN(CHILD_STARTING), IN(CHILD_DRAINING), on_ready },
	{ CONTROL_FAILED, IN(CHILD_STARTING), IN(CHILD_DRAINING), on_failed },
	{ CONTROL_DRAINING, ALIVE, 0, on_draining },
	{ CONTROL_EXIT, ALIVE, 0, on_exit_code },
	{ CONTROL_ENDED, ALIVE, 0, on_last_word },
	{ CONTROL_CRASHED, ALIVE, 0, child_on_crashed },
	{ CONTROL_FRAMES, ALIVE, 0, child_on_frames },
};

int
child_message(struct child *child, const struct control_message *message)
{
	const unsigned now = IN(child->state);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].type != message->type)
			continue;
		if ((rows[i].heard & now) != 0)
			return rows[i].fn(child, message);
		return (rows[i].let_by & now) != 0 ? 0 : -1;
	}
	return -1;
}
