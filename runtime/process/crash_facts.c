#include "runtime/process/crash_facts.h"

#include <signal.h>
#include <string.h>

#include "runtime/process/control.h"

const int crash_signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP,
	SIGSYS, 0 };

/* Beside the thread in the last number. */
#define OVERFLOW 0x100

#define TEXTS 4

/* The texts in their order, each a line of the message. */
static const struct {
	size_t offset, size;
} texts[TEXTS] = {
#define TEXT(field) \
	{ \
		offsetof(struct crash_facts, field), \
		    sizeof(((struct crash_facts *)NULL)->field) \
	}
	TEXT(handler),
	TEXT(handling),
	TEXT(message),
	TEXT(exception),
#undef TEXT
};

void
crash_facts_put(char *to, size_t size, const char *text)
{
	size_t len = 0;

	for (; text[len] != '\0' && len + 1 < size; len++) {
		const unsigned char byte = (unsigned char)text[len];
		to[len] = byte < ' ' || byte == 0x7f ? ' ' : text[len];
	}
	while (len > 0 && to[len - 1] == ' ')
		len--;
	to[len] = '\0';
}

void
crash_facts_write(const struct crash_facts *facts, char *room,
    struct control_message *message)
{
	char *at = room;

	_Static_assert(
	    sizeof(struct crash_facts) < CRASH_FACTS_TEXT, "all texts fit");
	for (size_t i = 0; i < TEXTS; i++) {
		const char *text = (const char *)facts + texts[i].offset;
		const size_t len = strlen(text);
		memcpy(at, text, len);
		at += len;
		*at++ = '\n';
	}
	*at = '\0';
	*message = (struct control_message) {
		.type = CONTROL_CRASHED,
		.number = { facts->signal, facts->code, (int64_t)facts->address,
		    (int64_t)facts->pc,
		    (int)facts->thread | (facts->overflow ? OVERFLOW : 0) },
		.text = room,
		.fd = -1,
	};
}

static bool
is_fault(int64_t number)
{
	for (const int *at = crash_signals; *at != 0; at++)
		if (*at == number)
			return true;
	return false;
}

/* As crash_facts_put() leaves it. */
static bool
is_clean(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return false;
	return true;
}

int
crash_facts_read(
    struct crash_facts *facts, const struct control_message *message)
{
	const int64_t *number = message->number;
	const int64_t thread = number[4] & ~(int64_t)OVERFLOW;
	const char *at = message->text;

	if (!is_fault(number[0]) || number[1] < INT32_MIN ||
	    number[1] > INT32_MAX || thread < 0 || thread > CRASH_IN_OTHER)
		return -1;
	*facts = (struct crash_facts) {
		.signal = (int)number[0],
		.code = (int)number[1],
		.address = (uint64_t)number[2],
		.pc = (uint64_t)number[3],
		.thread = (enum crash_thread)thread,
		.overflow = (number[4] & OVERFLOW) != 0,
	};
	for (size_t i = 0; i < TEXTS; i++) {
		char *to = (char *)facts + texts[i].offset;
		const char *end = strchr(at, '\n');
		if (end == NULL || (size_t)(end - at) >= texts[i].size ||
		    !is_clean(at, (size_t)(end - at)))
			return -1;
		memcpy(to, at, (size_t)(end - at));
		at = end + 1;
	}
	return *at == '\0' ? 0 : -1;
}
