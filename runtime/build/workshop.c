#include "runtime/build/workshop.h"

#include <stdlib.h>

#include "runtime/base/alloc.h"
#include "runtime/build/build.h"
#include "runtime/build/recipe.h"

struct job {
	struct job *next;
	struct workshop *workshop;
	struct recipe *recipe;
	struct build *build; /* NULL: none is under way */
	bool again;          /* once it is over */
	bool ending;         /* done is being told */
};

struct workshop {
	struct workshop_config config;
	struct job *jobs;
	bool stopping;
};

struct workshop *
workshop_new(const struct workshop_config *config)
{
	struct workshop *workshop = xcalloc(1, sizeof(*workshop));

	workshop->config = *config;
	return workshop;
}

void
workshop_free(struct workshop *workshop)
{
	if (workshop == NULL)
		return;
	while (workshop->jobs != NULL) {
		struct job *first = workshop->jobs;

		workshop->jobs = first->next;
		build_free(first->build);
		recipe_free(first->recipe);
		free(first);
	}
	free(workshop);
}

struct job *
workshop_add(struct workshop *workshop, struct recipe *recipe)
{
	struct job *job = xcalloc(1, sizeof(*job));

	job->workshop = workshop;
	job->recipe = recipe;
	job->next = workshop->jobs;
	workshop->jobs = job;
	return job;
}

const char *
job_result(const struct job *job)
{
	return job->recipe->result;
}

static void
end(struct job *job, bool ok, const char *line)
{
	const struct workshop_config *config = &job->workshop->config;

	job->ending = true;
	config->done(config->arg, job, ok, line);
	job->ending = false;
	if (!job->again)
		return;
	job->again = false;
	job_build(job);
}

static void
on_done(void *arg, bool ok, const char *line)
{
	struct job *job = arg;
	struct build *build = job->build;

	job->build = NULL;
	end(job, ok, line);
	/* The line was the build's. */
	build_free(build);
}

void
job_build(struct job *job)
{
	const struct workshop_config *config = &job->workshop->config;
	const struct build_plan plan = {
		.base = config->base,
		.environ = config->environ,
		.recipe = job->recipe,
		.done = on_done,
		.arg = job,
	};
	struct error err;

	if (job->workshop->stopping)
		return;
	if (job->build != NULL || job->ending) {
		job->again = true;
		return;
	}
	job->build = build_start(&plan, &err);
	if (job->build == NULL)
		end(job, false, err.text);
}

void
job_restart(struct job *job)
{
	if (job->build != NULL)
		build_stop(job->build);
	job_build(job);
}

bool
job_is_busy(const struct job *job)
{
	return job->build != NULL || job->again;
}

bool
workshop_is_busy(const struct workshop *workshop)
{
	for (const struct job *job = workshop->jobs; job != NULL;
	     job = job->next)
		if (job_is_busy(job))
			return true;
	return false;
}

void
workshop_stop(struct workshop *workshop)
{
	workshop->stopping = true;
	for (struct job *job = workshop->jobs; job != NULL; job = job->next) {
		job->again = false;
		if (job->build != NULL)
			build_stop(job->build);
	}
}

bool
workshop_reaped(struct workshop *workshop, pid_t pid, int status)
{
	for (struct job *job = workshop->jobs; job != NULL; job = job->next)
		if (job->build != NULL && build_reaped(job->build, pid, status))
			return true;
	return false;
}
