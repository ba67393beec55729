/* Messages of other threads to the loop thread. */
#ifndef RUNTIME_LOOP_MAILBOX_H
#define RUNTIME_LOOP_MAILBOX_H

#include <pthread.h>
#include <stdbool.h>

#include "runtime/base/error.h"

struct event;
struct event_base;
struct loop_message;

struct mailbox {
	pthread_mutex_t lock;
	struct loop_message *first, **end;
	int fd;      /* an eventfd, readable while there is something */
	bool closed; /* to posts */
	struct event *readable;
};

void mailbox_init(struct mailbox *mailbox);
void mailbox_clear(struct mailbox *mailbox);

/* Has the base run what comes in.  Returns 0, or -1 with the reason. */
int mailbox_listen(
    struct mailbox *mailbox, struct event_base *base, struct error *err);

/* From any thread; post returns -1, and leaves the message, while closed. */
int mailbox_post(struct mailbox *mailbox, struct loop_message *message);
void mailbox_send(struct mailbox *mailbox, struct loop_message *message);

/* Closed, it refuses posts; those from before run at once. */
void mailbox_open(struct mailbox *mailbox);
void mailbox_close(struct mailbox *mailbox);

#endif
