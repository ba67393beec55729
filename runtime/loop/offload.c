#include "runtime/loop/offload.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/queue.h>

#include <tomodachi/abi.h>

#include "runtime/base/alloc.h"
#include "runtime/loop/loop.h"
#include "runtime/loop/task.h"
#include "runtime/loop/thread.h"

/* One function to run, on the stack of the coroutine that waits for it. */
struct job {
	TAILQ_ENTRY(job) link;
	int (*fn)(void *arg);
	void *arg;
	int result;
	bool queued;       /* no thread has begun */
	struct task *task; /* NULL: nobody waits, and the job is its own */
	struct loop_message done;
};

struct worker {
	struct offload *offload;
	struct thread thread;
	bool busy;
};

/* Lives until the pool is freed and the last thread has left. */
struct offload {
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t changed;
	TAILQ_HEAD(, job) jobs;
	struct loop *loop;
	bool stopping; /* then loop and jobs are no more */
	unsigned limit, njobs, nidle, nworkers, refs;
	struct worker *workers; /* limit of them, nworkers started */
};

/* ---- on the threads ---- */

/* The next job, or NULL when it is time to leave.  With the lock held. */
static struct job *
next_job(struct offload *offload)
{
	struct job *job;

	offload->nidle++;
	while (offload->njobs == 0 && !offload->stopping)
		pthread_cond_wait(&offload->changed, &offload->lock);
	offload->nidle--;
	if (offload->stopping)
		return NULL;
	job = TAILQ_FIRST(&offload->jobs);
	TAILQ_REMOVE(&offload->jobs, job, link);
	offload->njobs--;
	job->queued = false;
	return job;
}

/* Without the lock, so from copies: a stop may take the job away. */
static void
run_job(struct offload *offload, struct job *job)
{
	int (*const fn)(void *arg) = job->fn;
	void *const arg = job->arg;
	const bool is_own = job->task == NULL;
	int result;

	pthread_mutex_unlock(&offload->lock);
	result = fn(arg);
	pthread_mutex_lock(&offload->lock);
	if (is_own)
		free(job);
	if (is_own || offload->stopping)
		return;
	job->result = result;
	loop_send(offload->loop, &job->done);
}

/* Gives back the lock, and the pool with it if nobody else has it. */
static void
unref_locked(struct offload *offload)
{
	const bool last = --offload->refs == 0;

	pthread_mutex_unlock(&offload->lock);
	if (!last)
		return;
	pthread_cond_destroy(&offload->changed);
	pthread_mutex_destroy(&offload->lock);
	free(offload->workers);
	free(offload);
}

static void
work(void *arg)
{
	struct worker *worker = arg;
	struct offload *offload = worker->offload;
	struct job *job;

	pthread_mutex_lock(&offload->lock);
	while ((job = next_job(offload)) != NULL) {
		worker->busy = true;
		run_job(offload, job);
		worker->busy = false;
	}
	unref_locked(offload);
}

/* ---- on the loop thread ---- */

static void
on_done(void *arg)
{
	struct job *job = arg;

	task_wake(job->task, 0);
}

/* Starts one more thread if it may and can.  With the lock held. */
static void
grow(struct offload *offload)
{
	struct worker *worker = &offload->workers[offload->nworkers];

	if (offload->njobs <= offload->nidle ||
	    offload->nworkers == offload->limit)
		return;
	worker->offload = offload;
	worker->thread.name = "tomo-offload";
	worker->thread.fn = work;
	worker->thread.arg = worker;
	if (thread_start(&worker->thread) == -1)
		return;
	offload->nworkers++;
	offload->refs++;
}

static void
take_back(struct offload *offload, struct job *job)
{
	TAILQ_REMOVE(&offload->jobs, job, link);
	offload->njobs--;
	job->queued = false;
}

/* Queues the job; -1 when there will be no thread to run it. */
static int
hand_over(struct offload *offload, struct job *job)
{
	int result = 0;

	pthread_mutex_lock(&offload->lock);
	TAILQ_INSERT_TAIL(&offload->jobs, job, link);
	offload->njobs++;
	grow(offload);
	if (offload->nworkers == 0) {
		take_back(offload, job);
		result = -1;
	}
	pthread_cond_signal(&offload->changed);
	pthread_mutex_unlock(&offload->lock);
	return result;
}

/* Whether the job was still queued, and now is not. */
static bool
revoke(struct offload *offload, struct job *job)
{
	bool queued;

	pthread_mutex_lock(&offload->lock);
	queued = job->queued;
	if (queued)
		take_back(offload, job);
	pthread_mutex_unlock(&offload->lock);
	return queued;
}

int
offload_run(
    struct offload *offload, struct task *task, int (*fn)(void *arg), void *arg)
{
	struct job job = { .fn = fn, .arg = arg, .queued = true, .task = task };
	int over = task_check(task);

	if (over != 0)
		return over;
	job.done.fn = on_done;
	job.done.arg = &job;
	if (hand_over(offload, &job) == -1)
		return TOMO_ENOMEM;
	over = task_wait(task, -1);
	/* The job may go away before its time only if no thread has it. */
	if (over != 0 && !revoke(offload, &job))
		task_wait_shielded(task);
	if (over == 0)
		over = task_check(task);
	return over != 0 ? over : job.result;
}

void
offload_leave(struct offload *offload, int (*fn)(void *arg), void *arg)
{
	struct job *job = xcalloc(1, sizeof(*job));

	job->fn = fn;
	job->arg = arg;
	job->queued = true;
	if (hand_over(offload, job) == 0)
		return;
	free(job);
	fn(arg);
}

/* What no thread has begun, of those that nobody waits for. */
static void
finish_left(struct offload *offload)
{
	struct job *job, *next;

	for (job = TAILQ_FIRST(&offload->jobs); job != NULL; job = next) {
		next = TAILQ_NEXT(job, link);
		if (job->task != NULL)
			continue;
		take_back(offload, job);
		job->fn(job->arg);
		free(job);
	}
}

struct offload *
offload_new(struct loop *loop, unsigned threads)
{
	struct offload *offload = xcalloc(1, sizeof(*offload));

	pthread_mutex_init(&offload->lock, NULL);
	pthread_cond_init(&offload->changed, NULL);
	TAILQ_INIT(&offload->jobs);
	offload->loop = loop;
	offload->limit = threads;
	offload->refs = 1;
	offload->workers = xcalloc(threads, sizeof(*offload->workers));
	return offload;
}

void
offload_free(struct offload *offload)
{
	if (offload == NULL)
		return;
	pthread_mutex_lock(&offload->lock);
	offload->stopping = true;
	pthread_cond_broadcast(&offload->changed);
	for (unsigned i = 0; i < offload->nworkers; i++) {
		const pthread_t id = offload->workers[i].thread.id;

		if (offload->workers[i].busy) {
			pthread_detach(id);
			continue;
		}
		/* It takes no job any more, so it cannot become busy. */
		pthread_mutex_unlock(&offload->lock);
		pthread_join(id, NULL);
		pthread_mutex_lock(&offload->lock);
	}
	finish_left(offload);
	unref_locked(offload);
}
