/*
 * Deadlines, cancels, events, semaphores, threads of the service, background
 * tasks and what a coroutine keeps for itself, by way of HTTP.
 */
#define _GNU_SOURCE

#include <fcntl.h>
#include <fenv.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tomodachi.h>

#define HOUR_MS 3600000
#define POSTS 1000

static struct {
	struct tomo_event *gate, *never, *all_posted;
	struct tomo_semaphore *none;
	pthread_t loop_thread;
	int silent[2]; /* a pipe that nobody writes to */
	unsigned waiting, ticks, posted, elsewhere;
} state;

static int
number(struct tomo_call *call, const char *name)
{
	return atoi(tomo_http_param(call, name));
}

static int
look(struct tomo_call *call)
{
	return tomo_http_textf(call, 200, "{\"waiting\": %u, \"ticks\": %u}",
	    state.waiting, state.ticks);
}

static int
set_gate(struct tomo_call *call)
{
	if (strcmp(tomo_http_param(call, "how"), "open") == 0)
		tomo_event_set(state.gate);
	else
		tomo_event_clear(state.gate);
	return tomo_http_text(call, 200, "ok");
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

/* ---- each way to wait, for what never comes ---- */

static int
wait_sleep(struct tomo_call *call)
{
	return tomo_sleep(call, HOUR_MS);
}

static int
wait_join(struct tomo_call *call)
{
	struct tomo_task *task;

	tomo_spawn(call, wait_sleep, NULL, &task);
	return tomo_join(call, task, NULL);
}

struct work {
	atomic_bool begun, finished;
};

/* Comes after all, but too late. */
static int
block(void *arg)
{
	struct work *work = arg;

	work->begun = true;
	usleep(100000);
	work->finished = true;
	return 0;
}

static int
wait_offload(struct tomo_call *call)
{
	struct work work = { false, false };
	const int code = tomo_offload(call, block, &work);

	/* What has begun is waited for: it may use this stack. */
	return work.begun == work.finished ? code : 1;
}

static int
wait_fd(struct tomo_call *call)
{
	return tomo_wait_fd(call, state.silent[0], TOMO_READABLE, -1);
}

static int
wait_event(struct tomo_call *call)
{
	return tomo_event_wait(call, state.never);
}

static int
wait_semaphore(struct tomo_call *call)
{
	return tomo_semaphore_acquire(call, state.none);
}

static const struct way {
	const char *name;
	tomo_fn *fn;
} ways[] = {
	{ "sleep", wait_sleep },
	{ "join", wait_join },
	{ "offload", wait_offload },
	{ "wait_fd", wait_fd },
	{ "event", wait_event },
	{ "semaphore", wait_semaphore },
};

static tomo_fn *
find_way(struct tomo_call *call)
{
	const char *name = tomo_http_param(call, "way");

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (strcmp(ways[i].name, name) == 0)
			return ways[i].fn;
	abort();
}

/* The wait's code, that of a second one, and of one without deadline. */
static int
deadline(struct tomo_call *call)
{
	tomo_fn *fn = find_way(call);
	int first, second;

	tomo_deadline(call, 20);
	first = fn(call);
	second = tomo_sleep(call, HOUR_MS);
	tomo_deadline(call, 0);
	return tomo_http_textf(
	    call, 200, "%d %d %d", first, second, tomo_sleep(call, 1));
}

static int
cancelled(struct tomo_call *call)
{
	struct tomo_task *task;
	int result = 0;

	tomo_spawn(call, find_way(call), NULL, &task);
	/* So that it waits; a second turn for what it spawns. */
	tomo_sleep(call, 0);
	tomo_sleep(call, 0);
	tomo_cancel(task);
	tomo_join(call, task, &result);
	return tomo_http_textf(call, 200, "%d", result);
}

/* Records how the wait ended; with and without cancel_on_disconnect. */
static int
disconnect(struct tomo_call *call)
{
	tomo_fn *fn = find_way(call);
	const int code = fn(call);

	tomo_log(call, TOMO_LOG_INFO, "gone", TOMO_LOG_INT("code", code));
	return code < 0 ? code : tomo_http_text(call, 200, "");
}

static int
stay(struct tomo_call *call)
{
	const int code = hold(call);

	tomo_log(call, TOMO_LOG_INFO, "stayed", TOMO_LOG_INT("code", code));
	return tomo_http_text(call, 200, "");
}

/* ---- events and semaphores ---- */

static int
wait_for_gate(struct tomo_call *call)
{
	const int code = hold(call);

	return code < 0 ? code : tomo_http_text(call, 200, "open");
}

struct queue {
	struct tomo_semaphore *semaphore;
	char order[128];
	unsigned count, inside, most;
};

struct place {
	struct queue *queue;
	char name;
};

static int
take_turn(struct tomo_call *call)
{
	const struct place *place = tomo_task_arg(call);
	struct queue *queue = place->queue;
	const int code = tomo_semaphore_acquire(call, queue->semaphore);

	if (code < 0)
		return code;
	queue->order[queue->count++] = place->name;
	if (++queue->inside > queue->most)
		queue->most = queue->inside;
	tomo_sleep(call, 1);
	queue->inside--;
	tomo_semaphore_release(queue->semaphore);
	return 0;
}

/* 26 tasks that share n units: in which order, how many at once. */
static int
share(struct tomo_call *call)
{
	struct queue queue = { tomo_semaphore_new(
				   call, (unsigned)number(call, "n")),
		"", 0, 0, 0 };
	struct place places[26];
	struct tomo_task *tasks[26];

	for (int i = 0; i < 26; i++) {
		places[i] = (struct place) { &queue, (char)('a' + i) };
		tomo_spawn(call, take_turn, &places[i], &tasks[i]);
	}
	for (int i = 0; i < 26; i++)
		tomo_join(call, tasks[i], NULL);
	tomo_semaphore_free(queue.semaphore);
	return tomo_http_textf(call, 200, "%s %u", queue.order, queue.most);
}

/* ---- a thread of the service, and a background task ---- */

static int
on_post(struct tomo_call *call)
{
	(void)call;
	if (!pthread_equal(pthread_self(), state.loop_thread))
		state.elsewhere++;
	if (++state.posted == POSTS)
		tomo_event_set(state.all_posted);
	return 0;
}

static void *
post_many(void *arg)
{
	for (int i = 0; i < POSTS; i++)
		if (tomo_post(arg, on_post, NULL) < 0)
			abort();
	return NULL;
}

static int
post(struct tomo_call *call)
{
	pthread_t thread;
	int code;

	state.posted = state.elsewhere = 0;
	tomo_event_clear(state.all_posted);
	if (pthread_create(&thread, NULL, post_many, tomo_loop(call)) != 0)
		return TOMO_ESYSTEM;
	code = tomo_event_wait(call, state.all_posted);
	pthread_join(thread, NULL);
	return tomo_http_textf(
	    call, 200, "%d %u %u", code, state.posted, state.elsewhere);
}

static int
tick(struct tomo_call *call)
{
	int code;

	while ((code = tomo_sleep(call, 10)) == 0)
		state.ticks++;
	tomo_log(call, TOMO_LOG_INFO, "ticker ended",
	    TOMO_LOG_INT("code", code),
	    TOMO_LOG_BOOL("stopping", tomo_is_stopping(call)));
	return code;
}

/* Not cancelled by a stop within its grace period, but can see it. */
static int
until_stop(struct tomo_call *call)
{
	int code = 0;

	state.waiting++;
	while (code == 0 && !tomo_is_stopping(call))
		code = tomo_sleep(call, 5);
	state.waiting--;
	return tomo_http_textf(call, 200, "%d", code);
}

/* ---- what a coroutine keeps for itself ---- */

/* Fills so many KiB of stack, waits, and counts what is still there. */
static int
use_stack(struct tomo_call *call)
{
	const size_t size = (size_t)number(call, "kib") * 1024;
	volatile unsigned char memory[size + 1];
	const unsigned char mine = (unsigned char)(state.waiting + 1);
	size_t same = 0;
	int code;

	for (size_t i = 0; i < size; i++)
		memory[i] = mine;
	code = hold(call);
	if (code < 0)
		return code;
	for (size_t i = 0; i < size; i++)
		same += memory[i] == mine;
	return tomo_http_textf(call, 200, "%zu", same / 1024);
}

/* Rounds in its own way and has raised an exception, before and after. */
static int
round_own_way(struct tomo_call *call)
{
	static const int modes[] = { FE_TONEAREST, FE_UPWARD, FE_DOWNWARD,
		FE_TOWARDZERO };
	const int mode = modes[number(call, "mode")];
	volatile double one = 1, minus = -1, three = 3, zero = 0;
	const bool was_clean = fegetround() == FE_TONEAREST &&
	    fetestexcept(FE_ALL_EXCEPT) == 0;
	volatile double before[2], after[2], infinite;

	fesetround(mode);
	before[0] = one / three;
	before[1] = minus / three;
	infinite = one / zero;
	if (hold(call) < 0)
		return TOMO_ECANCELLED;
	after[0] = one / three;
	after[1] = minus / three;
	return tomo_http_textf(call, 200, "%s %s %s %a %a",
	    was_clean ? "clean" : "dirty",
	    fegetround() == mode && before[0] == after[0] &&
		    before[1] == after[1]
		? "same"
		: "other",
	    fetestexcept(FE_DIVBYZERO) != 0 && infinite > 0 ? "raised" : "lost",
	    after[0], after[1]);
}

/* ---- life ---- */

static int
start(struct tomo_call *call)
{
	state.loop_thread = pthread_self();
	state.gate = tomo_event_new(call);
	state.never = tomo_event_new(call);
	state.all_posted = tomo_event_new(call);
	state.none = tomo_semaphore_new(call, 0);
	if (pipe2(state.silent, O_CLOEXEC) < 0)
		return TOMO_ESYSTEM;
	return tomo_spawn(call, tick, NULL, NULL);
}

static int
stop(struct tomo_call *call)
{
	(void)call;
	tomo_event_free(state.gate);
	tomo_event_free(state.never);
	tomo_event_free(state.all_posted);
	tomo_semaphore_free(state.none);
	close(state.silent[0]);
	close(state.silent[1]);
	return 0;
}

TOMO_SERVICE(.name = "waits",
    .options = TOMO_OPTIONS(TOMO_OPTION_INT("http.keepalive_timeout", 60)),
    .handlers = TOMO_HANDLERS(TOMO_HTTP("GET", "/look", look),
	TOMO_HTTP("GET", "/gate/{how}", set_gate),
	TOMO_HTTP("GET", "/deadline/{way}", deadline),
	TOMO_HTTP("GET", "/cancelled/{way}", cancelled),
	TOMO_HTTP(
	    "GET", "/disconnect/{way}", disconnect, .cancel_on_disconnect = 1),
	TOMO_HTTP("GET", "/stay", stay),
	TOMO_HTTP("GET", "/event", wait_for_gate),
	TOMO_HTTP("GET", "/semaphore/{n}", share),
	TOMO_HTTP("GET", "/post", post),
	TOMO_HTTP("GET", "/until_stop", until_stop),
	TOMO_HTTP("GET", "/stack/{kib}", use_stack),
	TOMO_HTTP("GET", "/round/{mode}", round_own_way)),
    .start = start, .stop = stop);
