/*
 * A chat room with its own web page: names, who is here, the last words for
 * whoever comes later.  Pages connect again by themselves, also after a reload.
 *
 *	cd sample_services && tomodachi run chat.c
 *
 * Each worker is a room of its own; run one.
 */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <tomodachi.h>

#define PATTERN "/room"
#define NAME_MAX_BYTES 32
#define HISTORY 50

struct room {
	json_t *names;   /* who is here, in the order they came */
	json_t *history; /* what was said last, oldest first */
};

/* Steals the event. */
static void
tell_all(struct tomo_call *call, json_t *event)
{
	char *text = json_dumps(event, JSON_COMPACT);

	tomo_ws_broadcast_text(call, PATTERN, text);
	free(text);
	json_decref(event);
}

static void
tell_who_is_here(struct tomo_call *call)
{
	const struct room *room = tomo_state(call);

	tell_all(call,
	    json_pack("{s:s, s:O}", "type", "here", "names", room->names));
}

/* The index of a name, or that of the end. */
static size_t
find(const struct room *room, const char *name)
{
	size_t i = 0;

	while (i < json_array_size(room->names) &&
	    strcmp(json_string_value(json_array_get(room->names, i)), name) !=
		0)
		i++;
	return i;
}

/* The wanted name, or one like it that nobody has yet. */
static const char *
choose_name(struct tomo_call *call)
{
	const struct room *room = tomo_state(call);
	const char *wanted = tomo_http_query(call, "name");
	const char *name = wanted;
	json_t *text = wanted != NULL ? json_string(wanted) : NULL;

	/* NULL also if it is not UTF-8. */
	if (text == NULL || wanted[0] == '\0' ||
	    strlen(wanted) > NAME_MAX_BYTES)
		name = wanted = "guest";
	json_decref(text);
	for (int n = 2; find(room, name) < json_array_size(room->names); n++)
		name = tomo_printf(call, "%s %d", wanted, n);
	return name;
}

static void
say(struct tomo_call *call, const char *name, const char *text)
{
	const struct room *room = tomo_state(call);
	json_t *event = json_pack("{s:s, s:s, s:s, s:I}", "type", "said",
	    "name", name, "text", text, "time",
	    (json_int_t)(tomo_unix_time() * 1000));

	json_array_append(room->history, event);
	if (json_array_size(room->history) > HISTORY)
		json_array_remove(room->history, 0);
	tell_all(call, event);
}

static void
listen(struct tomo_call *call, const char *name)
{
	struct tomo_ws_message message;

	while (tomo_ws_recv(call, &message) > 0) {
		json_t *words = json_loadb(message.data, message.size, 0, NULL);
		const char *text = json_string_value(
		    json_object_get(words, "say"));

		if (text != NULL && text[0] != '\0')
			say(call, name, text);
		json_decref(words);
	}
}

static int
visit(struct tomo_call *call)
{
	struct room *room = tomo_state(call);
	const char *name = choose_name(call);

	tomo_ws_send_json(call,
	    json_pack("{s:s, s:s, s:O}", "type", "welcome", "name", name,
		"history", room->history));
	json_array_append_new(room->names, json_string(name));
	tell_who_is_here(call);
	listen(call, name);
	json_array_remove(room->names, find(room, name));
	tell_who_is_here(call);
	return 0;
}

static int
start(struct tomo_call *call)
{
	struct room *room = calloc(1, sizeof(*room));

	if (room == NULL)
		return tomo_fail(call, TOMO_ENOMEM, "no memory for the room");
	room->names = json_array();
	room->history = json_array();
	tomo_set_state(call, room);
	return 0;
}

static int
stop(struct tomo_call *call)
{
	struct room *room = tomo_state(call);

	json_decref(room->names);
	json_decref(room->history);
	free(room);
	return 0;
}

TOMO_SERVICE(.name = "chat",
    .options = TOMO_OPTIONS(TOMO_OPTION_INT("http.port", 4711),
	TOMO_OPTION_INT("http.keepalive_timeout", 10)),
    .handlers = TOMO_HANDLERS(
	TOMO_WEBSOCKET(PATTERN, visit, .max_message_size = 8192),
	TOMO_HTTP_STATIC("chat", "/", .cache_control = "no-cache")),
    .start = start, .stop = stop);
