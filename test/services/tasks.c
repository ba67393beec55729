/* Tasks, threads and descriptors by way of HTTP; waits.c has the rest. */
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <tomodachi.h>

#define HOUR_MS 3600000

static struct {
	struct tomo_event *gate; /* what those that are held wait for */
	bool is_open;
	unsigned waiting;    /* handlers and tasks that wait now */
	unsigned walked_out; /* tasks that were cancelled */
	int pipe[2];
} state;

/* On the threads of the pool. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t opened;
	bool open;
	unsigned inside, most;
} blocked = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, 0,
	0 };

static int
number(struct tomo_call *call, const char *name)
{
	const char *text = tomo_http_param(call, name);

	return text != NULL ? atoi(text) : 0;
}

static int
hold(struct tomo_call *call)
{
	int code;

	state.waiting++;
	code = tomo_event_wait(call, state.gate);
	state.waiting--;
	return code;
}

/* Blocks a thread until the gate of the threads opens. */
static int
block(void *arg)
{
	(void)arg;
	pthread_mutex_lock(&blocked.lock);
	if (++blocked.inside > blocked.most)
		blocked.most = blocked.inside;
	while (!blocked.open)
		pthread_cond_wait(&blocked.opened, &blocked.lock);
	blocked.inside--;
	pthread_mutex_unlock(&blocked.lock);
	return 7;
}

/* ---- what tests steer and look at ---- */

static int
set_gate(struct tomo_call *call)
{
	const bool open = strcmp(tomo_http_param(call, "how"), "open") == 0;

	state.is_open = open;
	if (open)
		tomo_event_set(state.gate);
	else
		tomo_event_clear(state.gate);
	pthread_mutex_lock(&blocked.lock);
	blocked.open = open;
	pthread_cond_broadcast(&blocked.opened);
	pthread_mutex_unlock(&blocked.lock);
	return tomo_http_text(call, 200, "ok");
}

static int
look(struct tomo_call *call)
{
	unsigned inside, most;

	pthread_mutex_lock(&blocked.lock);
	inside = blocked.inside;
	most = blocked.most;
	pthread_mutex_unlock(&blocked.lock);
	return tomo_http_textf(call, 200,
	    "{\"waiting\": %u, \"walked_out\": %u, "
	    "\"blocked\": %u, \"most_blocked\": %u}",
	    state.waiting, state.walked_out, inside, most);
}

static int
poke(struct tomo_call *call)
{
	return tomo_http_textf(call, 200, "%zd", write(state.pipe[1], "x", 1));
}

/* ---- sleep, spawn, join, cancel ---- */

/* How long it was, in milliseconds. */
static int
sleep_ms(struct tomo_call *call)
{
	const int64_t begun = tomo_now_ms();
	const int code = tomo_sleep(call, number(call, "ms"));

	if (code < 0)
		return code;
	return tomo_http_textf(call, 200, "%d", (int)(tomo_now_ms() - begun));
}

/* Sleeps until the gate is open, by one timer after another. */
static int
doze(struct tomo_call *call)
{
	int code = 0;

	state.waiting++;
	while (code == 0 && !state.is_open)
		code = tomo_sleep(call, 250);
	state.waiting--;
	return code < 0 ? code : tomo_http_text(call, 200, "awake");
}

static int
hold_and_return_arg(struct tomo_call *call)
{
	const int code = hold(call);

	if (code < 0)
		return code;
	return (int)(intptr_t)tomo_task_arg(call);
}

/* n at once, each with a result of its own, joined in order. */
static int
spawn_and_join(struct tomo_call *call)
{
	const int n = number(call, "n");
	struct tomo_task **tasks = tomo_alloc(
	    call, (size_t)n * sizeof(struct tomo_task *));
	int result, sum = 0;

	for (int i = 0; i < n; i++)
		if (tomo_spawn(call, hold_and_return_arg, (void *)(intptr_t)i,
			&tasks[i]) < 0)
			return tomo_http_text(call, 200, tomo_error(call));
	for (int i = 0; i < n; i++) {
		if (tomo_join(call, tasks[i], &result) < 0)
			return tomo_http_text(call, 200, tomo_error(call));
		sum += result;
	}
	return tomo_http_textf(call, 200, "%d", sum);
}

static int
join_arg(struct tomo_call *call)
{
	return tomo_join(call, tomo_task_arg(call), NULL);
}

static int
join_twice(struct tomo_call *call)
{
	struct tomo_task *held, *second;
	int code, result;

	tomo_spawn(call, hold_and_return_arg, NULL, &held);
	tomo_spawn(call, join_arg, held, &second);
	tomo_sleep(call, 0);
	code = tomo_join(call, held, NULL);
	tomo_cancel(held);
	tomo_join(call, second, &result);
	return tomo_http_textf(call, 200, "%d %d", code, result);
}

static int
walk_out(struct tomo_call *call)
{
	const int code = tomo_sleep(call, HOUR_MS);

	/* Cancelled stays cancelled: nothing waits any more. */
	if (code == TOMO_ECANCELLED &&
	    tomo_sleep(call, HOUR_MS) == TOMO_ECANCELLED)
		state.walked_out++;
	return code;
}

static int
cancel_and_join(struct tomo_call *call)
{
	struct tomo_task *task;
	int result = 0;

	tomo_spawn(call, walk_out, NULL, &task);
	tomo_sleep(call, 0);
	tomo_cancel(task);
	tomo_join(call, task, &result);
	return tomo_http_textf(call, 200, "%d", result);
}

/* Each a parent of the next. */
static int
breed(struct tomo_call *call)
{
	const intptr_t left = (intptr_t)tomo_task_arg(call);

	if (left > 0)
		tomo_spawn(call, breed, (void *)(left - 1), NULL);
	return walk_out(call);
}

/* Leaves children and grandchildren behind. */
static int
leave_children(struct tomo_call *call)
{
	for (int i = number(call, "n"); i > 0; i--)
		tomo_spawn(call, breed, (void *)(intptr_t)1, NULL);
	/* The children's turn, then the grandchildren's. */
	tomo_sleep(call, 0);
	tomo_sleep(call, 0);
	return tomo_http_text(call, 200, "left");
}

/* ---- offload ---- */

static int
offload_block(struct tomo_call *call)
{
	return tomo_offload(call, block, NULL);
}

static int
offload_many(struct tomo_call *call)
{
	struct tomo_task *tasks[64];
	const int n = number(call, "n");
	int result, sum = 0;

	for (int i = 0; i < n; i++)
		tomo_spawn(call, offload_block, NULL, &tasks[i]);
	for (int i = 0; i < n; i++) {
		tomo_join(call, tasks[i], &result);
		sum += result;
	}
	return tomo_http_textf(call, 200, "%d", sum);
}

/* ---- descriptors ---- */

static int
read_pipe(struct tomo_call *call)
{
	char byte = 0;
	int code;

	state.waiting++;
	code = tomo_wait_fd(
	    call, state.pipe[0], TOMO_READABLE, number(call, "ms"));
	state.waiting--;
	if (code == TOMO_READABLE && read(state.pipe[0], &byte, 1) != 1)
		return TOMO_ESYSTEM;
	return tomo_http_textf(
	    call, 200, "%d %c", code, byte != 0 ? byte : '-');
}

static int
wait_file(struct tomo_call *call)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	const int code = tomo_wait_fd(call, fd, TOMO_READABLE, 1000);
	int closed;

	close(fd);
	closed = tomo_wait_fd(call, fd, TOMO_READABLE, 1000);
	return tomo_http_textf(call, 200, "%d %d %d", code, closed,
	    tomo_wait_fd(call, state.pipe[0], 8, 0));
}

static int
connect_to(struct tomo_call *call, int fd, int port)
{
	const struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	if (connect(fd, (const void *)&address, sizeof(address)) < 0 &&
	    errno != EINPROGRESS)
		return TOMO_ESYSTEM;
	return tomo_wait_fd(call, fd, TOMO_WRITABLE, 10000);
}

/* Asks a server, and answers what that says. */
static int
relay(struct tomo_call *call)
{
	const int fd = socket(
	    AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	char said[64] = "";
	int code = connect_to(call, fd, number(call, "port"));

	if (code == TOMO_WRITABLE && send(fd, "question", 8, 0) == 8) {
		code = tomo_wait_fd(call, fd, TOMO_READABLE, -1);
		if (recv(fd, said, sizeof(said) - 1, 0) < 0)
			code = TOMO_ESYSTEM;
	}
	close(fd);
	return tomo_http_textf(call, 200, "%d %s", code, said);
}

/* ---- life ---- */

static int
start(struct tomo_call *call)
{
	state.gate = tomo_event_new(call);
	if (state.gate == NULL || pipe2(state.pipe, O_CLOEXEC) < 0)
		return TOMO_ESYSTEM;
	return 0;
}

static int
stop(struct tomo_call *call)
{
	(void)call;
	tomo_event_free(state.gate);
	close(state.pipe[0]);
	close(state.pipe[1]);
	return 0;
}

TOMO_SERVICE(.name = "tasks",
    .options = TOMO_OPTIONS(TOMO_OPTION_INT("http.keepalive_timeout", 60)),
    .handlers = TOMO_HANDLERS(TOMO_HTTP("GET", "/gate/{how}", set_gate),
	TOMO_HTTP("GET", "/look", look), TOMO_HTTP("GET", "/poke", poke),
	TOMO_HTTP("GET", "/sleep/{ms}", sleep_ms),
	TOMO_HTTP("GET", "/doze", doze),
	TOMO_HTTP("GET", "/spawn/{n}", spawn_and_join),
	TOMO_HTTP("GET", "/join_twice", join_twice),
	TOMO_HTTP("GET", "/cancel", cancel_and_join),
	TOMO_HTTP("GET", "/leave/{n}", leave_children),
	TOMO_HTTP("GET", "/offload/{n}", offload_many),
	TOMO_HTTP("GET", "/pipe/{ms}", read_pipe),
	TOMO_HTTP("GET", "/file", wait_file),
	TOMO_HTTP("GET", "/relay/{port}", relay)),
    .start = start, .stop = stop);
