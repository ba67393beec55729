#include "runtime/process/crash_frames.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/alloc.h"

static void
add(struct crash_frames *frames, bool is_service, const char *name,
    const char *place)
{
	struct crash_frame *last = frames->count > 0
	    ? &frames->list[frames->count - 1]
	    : NULL;

	if (last != NULL && strcmp(last->name, name) == 0 &&
	    strcmp(last->place, place) == 0) {
		last->times++;
		return;
	}
	frames->list = xrealloc(
	    frames->list, (frames->count + 1) * sizeof(*frames->list));
	frames->list[frames->count++] = (struct crash_frame) {
		.name = name,
		.place = place,
		.is_service = is_service,
		.times = 1,
	};
}

static void
add_gap(struct crash_frames *frames, const char *count)
{
	const long times = strtol(count, NULL, 10);

	if (times < 1 || times > INT_MAX)
		return;
	add(frames, false, "", "");
	frames->list[frames->count - 1].is_gap = true;
	frames->list[frames->count - 1].times = (unsigned)times;
}

/* "s\tget_order\tservice.c:48"; also 'x', an exception, and '+', a gap. */
static void
read_line(struct crash_frames *frames, char *line)
{
	char *name, *place;

	if (line[0] == '\0' || line[1] != '\t')
		return;
	name = line + 2;
	place = strchr(name, '\t');
	if (place == NULL)
		return;
	*place++ = '\0';
	if (line[0] == 'x')
		frames->exception = name;
	else if (line[0] == '+')
		add_gap(frames, name);
	else
		add(frames, line[0] == 's', name, place);
}

/* One that was caught when abort() was called is not why. */
static void
drop_caught(struct crash_frames *frames)
{
	for (size_t i = 0; i < frames->count; i++)
		if ((frames->list[i].name[0] == '\0' &&
			!frames->list[i].is_gap) ||
		    strstr(frames->list[i].name, "terminate") != NULL)
			return;
	frames->exception = "";
}

/*
 * Raw frames stand before an empty line, named ones behind it; these count once
 * the line "." has come, until then the raw ones.
 */
static void
read_lines(struct crash_frames *frames, char *text)
{
	const bool is_whole = strstr(text, "\n.\n") != NULL;
	char *line = text, *next;
	bool is_raw = true;

	for (; line != NULL; line = next) {
		next = strchr(line, '\n');
		if (next == NULL)
			return; /* cut off */
		*next++ = '\0';
		if (line[0] == '\0')
			is_raw = false;
		else if (is_raw != is_whole || line[0] == 'x')
			read_line(frames, line);
	}
}

/* From the outermost frame of the service on there is only who called it. */
static void
cut(struct crash_frames *frames)
{
	size_t count = frames->count;

	while (count > 0 && !frames->list[count - 1].is_service)
		count--;
	if (count > 0)
		frames->count = count;
}

void
crash_frames_read(struct crash_frames *frames, const char *output)
{
	*frames = (struct crash_frames) { .exception = "" };
	frames->text = xstrdup(output);
	read_lines(frames, frames->text);
	drop_caught(frames);
	cut(frames);
}

void
crash_frames_clear(struct crash_frames *frames)
{
	free(frames->list);
	free(frames->text);
}

const struct crash_frame *
crash_frames_own(const struct crash_frames *frames)
{
	for (size_t i = 0; i < frames->count; i++)
		if (frames->list[i].is_service)
			return &frames->list[i];
	return NULL;
}
