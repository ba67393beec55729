#include "runtime/loop/mailbox.h"

#include <errno.h>
#include <event2/event.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "runtime/loop/loop.h"

/* Adds a message; the first one rings.  With the lock held. */
static void
add(struct mailbox *mailbox, struct loop_message *message)
{
	const bool ring = mailbox->first == NULL;

	message->next = NULL;
	*mailbox->end = message;
	mailbox->end = &message->next;
	if (ring)
		eventfd_write(mailbox->fd, 1);
}

/* Takes out all messages. */
static struct loop_message *
take(struct mailbox *mailbox)
{
	struct loop_message *first;
	eventfd_t count;

	pthread_mutex_lock(&mailbox->lock);
	eventfd_read(mailbox->fd, &count);
	first = mailbox->first;
	mailbox->first = NULL;
	mailbox->end = &mailbox->first;
	pthread_mutex_unlock(&mailbox->lock);
	return first;
}

static void
run(struct loop_message *message)
{
	while (message != NULL) {
		const struct loop_message copy = *message;

		/* The function may give back the message's memory. */
		if (copy.owned)
			free(message);
		copy.fn(copy.arg);
		message = copy.next;
	}
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	run(take(arg));
}

int
mailbox_post(struct mailbox *mailbox, struct loop_message *message)
{
	bool closed;

	pthread_mutex_lock(&mailbox->lock);
	closed = mailbox->closed;
	if (!closed)
		add(mailbox, message);
	pthread_mutex_unlock(&mailbox->lock);
	return closed ? -1 : 0;
}

void
mailbox_send(struct mailbox *mailbox, struct loop_message *message)
{
	pthread_mutex_lock(&mailbox->lock);
	add(mailbox, message);
	pthread_mutex_unlock(&mailbox->lock);
}

static void
set_closed(struct mailbox *mailbox, bool closed)
{
	pthread_mutex_lock(&mailbox->lock);
	mailbox->closed = closed;
	pthread_mutex_unlock(&mailbox->lock);
}

void
mailbox_open(struct mailbox *mailbox)
{
	set_closed(mailbox, false);
}

void
mailbox_close(struct mailbox *mailbox)
{
	set_closed(mailbox, true);
	run(take(mailbox));
}

void
mailbox_init(struct mailbox *mailbox)
{
	pthread_mutex_init(&mailbox->lock, NULL);
	mailbox->end = &mailbox->first;
	mailbox->fd = -1;
}

int
mailbox_listen(
    struct mailbox *mailbox, struct event_base *base, struct error *err)
{
	mailbox->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (mailbox->fd == -1)
		return error_set(err, "loop: eventfd: %s", strerror(errno));
	mailbox->readable = event_new(
	    base, mailbox->fd, EV_READ | EV_PERSIST, on_readable, mailbox);
	if (mailbox->readable == NULL ||
	    event_add(mailbox->readable, NULL) == -1)
		return error_set(err, "loop: cannot watch an eventfd");
	return 0;
}

void
mailbox_clear(struct mailbox *mailbox)
{
	struct loop_message *message, *next;

	for (message = mailbox->first; message != NULL; message = next) {
		next = message->next;
		if (message->owned)
			free(message);
	}
	if (mailbox->readable != NULL)
		event_free(mailbox->readable);
	if (mailbox->fd != -1)
		close(mailbox->fd);
	pthread_mutex_destroy(&mailbox->lock);
}
