/* What a worker's messages do; the border between child.c and its reader. */
#ifndef RUNTIME_PROCESS_CHILD_MESSAGE_H
#define RUNTIME_PROCESS_CHILD_MESSAGE_H

struct child;
struct control_message;

/* Takes in one message.  -1: it makes no sense now, or its values do not. */
int child_message(struct child *child, const struct control_message *message);

/* In child.c: what messages lead to. */
void child_on_ready(struct child *child);
void child_on_draining(struct child *child);
void child_on_last_word(struct child *child);

#endif
