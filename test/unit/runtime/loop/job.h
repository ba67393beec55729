/* A loop for each test, and tasks whose bodies are the test's. */
#ifndef TEST_UNIT_RUNTIME_LOOP_JOB_H
#define TEST_UNIT_RUNTIME_LOOP_JOB_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/loop/loop.h"
#include "runtime/loop/task.h"

#define STACK ((size_t)64 * 1024)

struct job {
	struct task task;
	void (*body)(struct job *job);
	void *arg;
	char letter;
	int64_t timeout_ms;
	int got, got_next;
	bool ended;
};

static struct loop *loop;

/* What a test's tasks did, in order. */
static char trace[64];
static size_t traced;

static inline void
note(char what)
{
	assert_true(traced < sizeof(trace) - 1);
	trace[traced++] = what;
}

static inline void
run_job(struct task *task)
{
	struct job *job = (struct job *)task;

	job->body(job);
}

static inline void
on_job_end(struct task *task)
{
	struct job *job = (struct job *)task;

	assert_null(task_current());
	job->ended = true;
}

static inline struct job
make_job(void (*body)(struct job *job), char letter)
{
	return (
	    struct job) { .body = body, .letter = letter, .timeout_ms = -1 };
}

static inline void
start_job(struct job *job)
{
	task_init(&job->task, loop, "job", run_job, on_job_end);
	assert_int_equal(task_start(&job->task), 0);
}

static inline void
run_until_ended(const struct job *job)
{
	while (!job->ended)
		loop_pass(loop, true);
}

static inline int
set_up(void **state)
{
	(void)state;
	memset(trace, 0, sizeof(trace));
	traced = 0;
	loop = loop_new(STACK, NULL);
	return loop == NULL ? -1 : 0;
}

static inline int
tear_down(void **state)
{
	(void)state;
	loop_free(loop);
	return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

#endif
