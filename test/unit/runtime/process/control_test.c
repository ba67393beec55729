#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>
#include <event2/event.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "runtime/process/control.h"

/* One end under test, the other in the test's hands. */
struct end {
	struct event_base *base;
	struct control *control;
	int other;
	int messages, ended;
	char why[100];
	struct control_message last;
	char text[CONTROL_TEXT_MAX + 1];
};

static void
on_message(void *arg, const struct control_message *message)
{
	struct end *end = arg;

	end->messages++;
	end->last = *message;
	memcpy(end->text, message->text, message->len + 1);
}

static void
on_ended(void *arg, const char *why)
{
	struct end *end = arg;

	end->ended++;
	strcpy(end->why, why != NULL ? why : "gone");
}

static const struct control_events events = { on_message, on_ended };

static void
set_up(struct end *end, enum control_side side)
{
	int ends[2];

	memset(end, 0, sizeof(*end));
	assert_int_equal(control_pair(ends, NULL), 0);
	end->base = event_base_new();
	end->control = control_new(ends[0], side, &events, end);
	end->other = ends[1];
	assert_int_equal(control_attach(end->control, end->base, NULL), 0);
}

static void
tear_down(struct end *end)
{
	control_free(end->control);
	event_base_free(end->base);
	if (end->other >= 0)
		close(end->other);
}

static void
pass(struct end *end)
{
	for (int i = 0; i < 4; i++)
		event_base_loop(end->base, EVLOOP_NONBLOCK);
}

static int
count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n;
}

/* As in control.c. */
struct wire {
	uint32_t magic, type;
	int64_t number[CONTROL_NUMBERS];
	char text[8];
};

#define HEADER offsetof(struct wire, text)
#define MAGIC 0x746f6d6fu

/* Sends bytes with nfds copies of one descriptor. */
static void
send_raw(int to, const void *bytes, size_t size, size_t nfds)
{
	_Alignas(
	    struct cmsghdr) char space[CMSG_SPACE(16 * sizeof(int))] = { 0 };
	struct iovec iov = { (void *)bytes, size };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	const int fd = 2;

	if (nfds > 0) {
		msg.msg_control = space;
		msg.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
		struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(nfds * sizeof(int));
		for (size_t i = 0; i < nfds; i++)
			memcpy(CMSG_DATA(c) + i * sizeof(int), &fd, sizeof(fd));
	}
	assert_int_equal(sendmsg(to, &msg, 0), size);
}

static void
carries_numbers_text_and_a_descriptor(void **state)
{
	static struct end worker;
	struct control *supervisor;
	const struct control_message message = {
		.type = CONTROL_LISTENING, .number = { 7, 4711 }, .fd = 2
	};

	(void)state;
	set_up(&worker, CONTROL_WORKER);
	supervisor = control_new(
	    dup(worker.other), CONTROL_SUPERVISOR, &events, &worker);
	control_send(supervisor, &message);
	pass(&worker);
	assert_int_equal(worker.messages, 1);
	assert_int_equal(worker.last.type, CONTROL_LISTENING);
	assert_int_equal(worker.last.number[0], 7);
	assert_int_equal(worker.last.number[1], 4711);
	assert_true(worker.last.fd > 2);
	assert_int_equal(fcntl(worker.last.fd, F_GETFD), FD_CLOEXEC);
	close(worker.last.fd);

	const struct control_message refused = { .type = CONTROL_REFUSED,
		.number = { 8 },
		.text = "cannot",
		.fd = -1 };
	control_send(supervisor, &refused);
	assert_int_equal(control_wait(worker.control, 0), 0);
	assert_string_equal(worker.text, "cannot");
	assert_int_equal(worker.last.fd, -1);
	control_free(supervisor);
	tear_down(&worker);
}

static void
hands_on_a_message_whose_descriptor_was_lost(void **state)
{
	static struct end worker;
	const struct wire lend = {
		.magic = MAGIC, .type = CONTROL_LEND, .number = { 1, 2 }
	};
	const struct wire stop = { .magic = MAGIC, .type = CONTROL_STOP };
	struct rlimit before, none;

	(void)state;
	set_up(&worker, CONTROL_WORKER);
	getrlimit(RLIMIT_NOFILE, &before);
	none = before;
	none.rlim_cur = 3;
	setrlimit(RLIMIT_NOFILE, &none);
	send_raw(worker.other, &lend, HEADER, 1);
	pass(&worker);
	assert_int_equal(worker.ended, 0);
	assert_int_equal(worker.messages, 1);
	assert_int_equal(worker.last.type, CONTROL_LEND);
	assert_int_equal(worker.last.fd, -1);

	/* One that should have had none is still wrong. */
	send_raw(worker.other, &stop, HEADER, 1);
	pass(&worker);
	setrlimit(RLIMIT_NOFILE, &before);
	assert_int_equal(worker.messages, 1);
	assert_int_equal(worker.ended, 1);
	tear_down(&worker);
}

static void
carries_the_longest_text(void **state)
{
	static struct end supervisor;
	char *text = calloc(1, CONTROL_TEXT_MAX + 1);
	struct control *worker;

	(void)state;
	set_up(&supervisor, CONTROL_SUPERVISOR);
	worker = control_new(
	    dup(supervisor.other), CONTROL_WORKER, &events, &supervisor);
	memset(text, 'x', CONTROL_TEXT_MAX);
	const struct control_message message = {
		.type = CONTROL_NAMED, .text = text, .fd = -1
	};
	control_send(worker, &message);
	pass(&supervisor);
	assert_int_equal(supervisor.messages, 1);
	assert_int_equal(supervisor.last.len, CONTROL_TEXT_MAX);
	assert_string_equal(supervisor.text, text);
	control_free(worker);
	tear_down(&supervisor);
	free(text);
}

static void
ends_at_a_message_that_breaks_the_rules(void **state)
{
	static const struct {
		struct wire wire;
		size_t size, nfds;
	} rows[] = {
		{ { .magic = MAGIC }, 3, 0 }, /* too short */
		{ { .magic = 1, .type = CONTROL_READY }, HEADER, 0 },
		{ { .magic = MAGIC, .type = 0 }, HEADER, 0 },
		{ { .magic = MAGIC, .type = 63 }, HEADER, 0 },
		{ { .magic = MAGIC, .type = ~0u }, HEADER, 0 },
		{ { .magic = MAGIC, .type = CONTROL_STOP }, HEADER,
		    0 }, /* side */
		{ { .magic = MAGIC, .type = CONTROL_READY }, HEADER, 1 },
		{ { .magic = MAGIC, .type = CONTROL_READY }, HEADER, 3 },
		{ { .magic = MAGIC, .type = CONTROL_READY }, HEADER, 16 },
		{ { .magic = MAGIC, .type = CONTROL_READY, .text = "a" },
		    HEADER + 1, 0 },
		{ { .magic = MAGIC, .type = CONTROL_FAILED, .text = "a\0b" },
		    HEADER + 3, 0 },
		{ { .magic = MAGIC, .type = CONTROL_READY, .number = { 1 } },
		    HEADER, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		static struct end end;
		const int before = count_fds();
		set_up(&end, CONTROL_SUPERVISOR);
		send_raw(end.other, &rows[i].wire, rows[i].size, rows[i].nfds);
		pass(&end);
		assert_int_equal(end.messages, 0);
		assert_int_equal(end.ended, 1);
		assert_memory_equal(end.why, "sent a message", 14);
		tear_down(&end);
		assert_int_equal(count_fds(), before);
	}
}

static void
ends_at_a_message_that_is_too_long(void **state)
{
	static struct end end;
	char *bytes = calloc(1, HEADER + CONTROL_TEXT_MAX + 1);
	const struct wire wire = { .magic = MAGIC, .type = CONTROL_FAILED };

	(void)state;
	set_up(&end, CONTROL_SUPERVISOR);
	memset(bytes, 'x', HEADER + CONTROL_TEXT_MAX + 1);
	memcpy(bytes, &wire, HEADER);
	send_raw(end.other, bytes, HEADER + CONTROL_TEXT_MAX + 1, 0);
	pass(&end);
	assert_int_equal(end.messages, 0);
	assert_string_equal(end.why, "sent a message that is too long");
	tear_down(&end);
	free(bytes);
}

static void
reads_what_was_sent_before_the_end(void **state)
{
	static struct end end;
	const struct wire wire = { .magic = MAGIC, .type = CONTROL_READY };

	(void)state;
	set_up(&end, CONTROL_SUPERVISOR);
	/* Left unread by the peer, which makes its end a reset. */
	control_say(end.control, CONTROL_STOP, 0, 0);
	send_raw(end.other, &wire, HEADER, 0);
	close(end.other);
	end.other = -1;
	pass(&end);
	assert_int_equal(end.messages, 1);
	assert_int_equal(end.ended, 1);
	assert_string_equal(end.why, "gone");
	/* Neither fails nor kills. */
	control_say(end.control, CONTROL_STOP, 0, 0);
	tear_down(&end);
}

static void
ends_when_the_peer_does_not_read(void **state)
{
	static struct end end;
	const struct control_message message = {
		.type = CONTROL_LEND, .number = { 1, 2 }, .fd = 2
	};
	const int before = count_fds();

	(void)state;
	set_up(&end, CONTROL_SUPERVISOR);
	for (int i = 0; i < 1000; i++)
		control_send(end.control, &message);
	/* Not under the sender's feet. */
	assert_int_equal(end.ended, 0);
	pass(&end);
	assert_int_equal(end.ended, 1);
	assert_string_equal(end.why, "does not read its messages");
	tear_down(&end);
	assert_int_equal(count_fds(), before);
}

static void
ends_when_a_message_cannot_be_sent(void **state)
{
	static struct end end;
	const struct control_message message = {
		.type = CONTROL_LEND, .number = { 1, 2 }, .fd = 9999
	};

	(void)state;
	set_up(&end, CONTROL_SUPERVISOR);
	control_send(end.control, &message);
	assert_int_equal(end.ended, 0);
	pass(&end);
	assert_int_equal(end.ended, 1);
	assert_string_equal(end.why, "cannot be sent a message");
	tear_down(&end);
}

static void
queues_in_order_while_the_peer_is_slow(void **state)
{
	static struct end end, reader;

	(void)state;
	set_up(&end, CONTROL_SUPERVISOR);
	memset(&reader, 0, sizeof(reader));
	reader.base = end.base;
	reader.control = control_new(
	    dup(end.other), CONTROL_WORKER, &events, &reader);
	for (int i = 0; i < 100; i++)
		control_say(end.control, CONTROL_OPEN, i, 0);
	for (int i = 0; i < 100; i++) {
		pass(&end);
		assert_int_equal(control_wait(reader.control, 1000), 0);
		assert_int_equal(reader.last.number[0], i);
	}
	control_drain(reader.control);
	assert_int_equal(reader.messages, 100);
	control_free(reader.control);
	tear_down(&end);
}

static void
waits_no_longer_than_it_should(void **state)
{
	static struct end end;

	(void)state;
	set_up(&end, CONTROL_WORKER);
	assert_int_equal(control_wait(end.control, 0), -1);
	assert_int_equal(end.ended, 0);
	close(end.other);
	end.other = -1;
	assert_int_equal(control_wait(end.control, 1000), -1);
	assert_int_equal(end.ended, 1);
	tear_down(&end);
}

static void
answer_with_another(void *arg, const struct control_message *message)
{
	struct end *end = arg;
	const struct wire wire = { MAGIC, CONTROL_LOADED, { 0 }, "" };

	(void)message;
	end->messages++;
	send_raw(end->other, &wire, HEADER, 0);
}

static void
drains_no_flood_to_its_end(void **state)
{
	static const struct control_events flood = { answer_with_another,
		on_ended };
	struct end end = { 0 };
	int ends[2];

	(void)state;
	assert_int_equal(control_pair(ends, NULL), 0);
	end.other = ends[1];
	end.control = control_new(ends[0], CONTROL_SUPERVISOR, &flood, &end);
	answer_with_another(&end, NULL);
	end.messages = 0;
	control_drain(end.control);
	assert_int_equal(end.messages, 1000);
	assert_int_equal(end.ended, 0);
	control_free(end.control);
	close(end.other);
}

static void
cut_at_a_message(void *arg, const struct control_message *message)
{
	struct end *end = arg;

	(void)message;
	end->messages++;
	control_cut(end->control);
}

static void
hands_on_nothing_once_it_is_cut(void **state)
{
	static const struct control_events cutting = { cut_at_a_message,
		on_ended };
	struct end end = { .base = event_base_new() };
	const struct wire wire = { MAGIC, CONTROL_LOADED, { 0 }, "" };
	int ends[2];
	char byte;

	(void)state;
	assert_int_equal(control_pair(ends, NULL), 0);
	end.other = ends[1];
	end.control = control_new(ends[0], CONTROL_SUPERVISOR, &cutting, &end);
	assert_int_equal(control_attach(end.control, end.base, NULL), 0);
	for (int i = 0; i < 3; i++)
		send_raw(end.other, &wire, HEADER, 0);
	pass(&end);
	control_drain(end.control);
	control_say(end.control, CONTROL_STOP, 0, 0);
	assert_int_equal(recv(end.other, &byte, 1, MSG_DONTWAIT), -1);
	shutdown(end.other, SHUT_WR);
	pass(&end);
	assert_int_equal(end.messages, 1);
	assert_int_equal(end.ended, 0);
	tear_down(&end);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(carries_numbers_text_and_a_descriptor),
		cmocka_unit_test(hands_on_a_message_whose_descriptor_was_lost),
		cmocka_unit_test(carries_the_longest_text),
		cmocka_unit_test(ends_at_a_message_that_breaks_the_rules),
		cmocka_unit_test(ends_at_a_message_that_is_too_long),
		cmocka_unit_test(reads_what_was_sent_before_the_end),
		cmocka_unit_test(ends_when_the_peer_does_not_read),
		cmocka_unit_test(ends_when_a_message_cannot_be_sent),
		cmocka_unit_test(queues_in_order_while_the_peer_is_slow),
		cmocka_unit_test(waits_no_longer_than_it_should),
		cmocka_unit_test(drains_no_flood_to_its_end),
		cmocka_unit_test(hands_on_nothing_once_it_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
