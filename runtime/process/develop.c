#include "runtime/process/develop.h"

#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "runtime/base/alloc.h"
#include "runtime/base/hash.h"
#include "runtime/base/log.h"
#include "runtime/process/fleet.h"
#include "runtime/build/recipe.h"
#include "runtime/process/reload.h"
#include "runtime/watch/watch.h"
#include "runtime/watch/watch_plan.h"
#include "runtime/build/workshop.h"

#define LOGGER "tomodachi.supervisor"

/* How soon to look again whether the old watch may be given up. */
#define RENEW_AGAIN_MS 100

/* A fleet and where its file comes from. */
struct member {
	struct fleet *fleet;
	char *file;      /* what is watched: the source, or the service file */
	struct job *job; /* NULL: others build it */
	bool anew;       /* to be reloaded even if the build changes nothing */
};

struct develop {
	const struct develop_config *config;
	struct workshop *workshop;
	struct job *command_job;
	struct member *members;
	unsigned nmembers;
	bool started, stopping;
	struct watch *watch;
	struct watch_plan *plan;
	struct event *renew_timer;
};

/* ---- reloads ---- */

static void
reload(struct member *member)
{
	member->anew = false;
	reload_begin(member->fleet);
}

/*
 * Of the service file as it is now: not, if that is what runs already.  What
 * crashed may go well another time.
 */
static void
reload_if_new(struct member *member)
{
	const struct fleet *fleet = member->fleet;
	uint64_t hash;

	if (!member->anew && fleet_is_well(fleet) &&
	    hash_file(fleet->config.file, &hash) == 0 && hash == fleet->hash) {
		log_record(LOGGER, TOMO_LOG_DEBUG, "nothing to reload",
		    TOMO_LOG_STR("service", fleet_name(fleet)));
		return;
	}
	reload(member);
}

/* ---- builds ---- */

static void
start_build(struct develop *develop, struct job *job)
{
	if (develop->watch != NULL)
		watch_hold(develop->watch, true);
	job_build(job);
}

/* Reports what was saved meanwhile; what was built is no news. */
static void
release_watch(struct develop *develop)
{
	if (develop->watch == NULL || workshop_is_busy(develop->workshop))
		return;
	for (unsigned i = 0; i < develop->nmembers; i++)
		watch_forgive(
		    develop->watch, develop->members[i].fleet->config.file);
	watch_hold(develop->watch, false);
}

static void
report_failure(const char *line)
{
	log_record(LOGGER, TOMO_LOG_ERROR, "build failed",
	    TOMO_LOG_STR("reason", line),
	    TOMO_LOG_STR("next", "the old generation goes on"));
}

static void
first_done(struct develop *develop, const char *line)
{
	if (develop->started || develop->stopping)
		return;
	if (line == NULL && workshop_is_busy(develop->workshop))
		return;
	develop->started = true;
	develop->config->built(develop->config->arg, line);
}

static void
on_built(void *arg, struct job *job, bool ok, const char *line)
{
	struct develop *develop = arg;

	if (develop->stopping)
		return;
	if (!develop->started) {
		first_done(develop, ok ? NULL : line);
		return;
	}
	if (!ok)
		report_failure(line);
	for (unsigned i = 0; ok && i < develop->nmembers; i++)
		if (develop->members[i].job == job)
			reload_if_new(&develop->members[i]);
	release_watch(develop);
}

/* ---- changes ---- */

static const struct member *
owner_of(const struct develop *develop, const char *path)
{
	for (unsigned i = 0; i < develop->nmembers; i++)
		if (strcmp(develop->members[i].file, path) == 0)
			return &develop->members[i];
	return NULL;
}

enum effect { EFFECT_NONE, EFFECT_RELOAD, EFFECT_BUILD };

static enum effect
effect_of(const struct develop *develop, const struct member *member,
    const struct watch_change *change)
{
	const struct member *owner = owner_of(develop, change->path);

	if (owner == member && !recipe_is_source(member->file))
		/* A file that is gone will come back. */
		return change->kind != WATCH_REMOVED &&
			change->hash != member->fleet->hash
		    ? EFFECT_RELOAD
		    : EFFECT_NONE;
	if (owner != NULL && owner != member)
		return EFFECT_NONE;
	if (member->job != NULL)
		return EFFECT_BUILD;
	return watch_plan_is_source(change->path) ? EFFECT_NONE : EFFECT_RELOAD;
}

/* What the changes mean for one fleet; counts those that mean anything. */
static enum effect
weigh(struct develop *develop, struct member *member,
    const struct watch_change *changes, size_t n)
{
	enum effect sum = EFFECT_NONE;

	for (size_t i = 0; i < n; i++) {
		const enum effect effect = effect_of(
		    develop, member, &changes[i]);

		/* A page or a configuration: no build changes those. */
		if (effect == EFFECT_BUILD &&
		    !watch_plan_is_source(changes[i].path))
			member->anew = true;
		if (effect > sum)
			sum = effect;
	}
	return sum;
}

static void
on_changed(void *arg, const struct watch_change *changes, size_t n)
{
	struct develop *develop = arg;
	bool logged = false;

	for (unsigned i = 0; i < develop->nmembers; i++) {
		struct member *member = &develop->members[i];
		const enum effect effect = weigh(develop, member, changes, n);

		if (effect == EFFECT_NONE)
			continue;
		if (!logged)
			watch_log_changes(changes, n);
		logged = true;
		if (effect == EFFECT_BUILD)
			start_build(develop, member->job);
		else
			reload(member);
	}
}

static const struct watch_events watch_events = { .changed = on_changed };

/* ---- the watch ---- */

static void
plan_files(const struct develop *develop, struct watch_plan *plan)
{
	for (unsigned i = 0; i < develop->nmembers; i++)
		watch_plan_add_file(plan, develop->members[i].file);
	for (size_t i = 0; develop->config->folders[i] != NULL; i++)
		watch_plan_add_folder(plan, develop->config->folders[i]);
	if (develop->config->folders[0] == NULL)
		watch_plan_add_folder(plan, ".");
}

static struct watch_plan *
make_plan(const struct develop *develop)
{
	struct watch_plan *plan = watch_plan_new();
	bool named = false, builds = false;

	for (unsigned i = 0; i < develop->nmembers; i++) {
		const struct member *member = &develop->members[i];

		builds |= member->job != NULL;
		if (member->fleet->watcher != NULL)
			named |= watch_plan_add_json(
			    plan, member->fleet->watcher);
	}
	if (!named && develop->config->options != NULL)
		watch_plan_add_options(plan, develop->config->options);
	plan_files(develop, plan);
	watch_plan_finish(plan, builds);
	return plan;
}

/* What changed between two watches is seen by this. */
static void
catch_up(struct develop *develop)
{
	uint64_t hash;

	for (unsigned i = 0; i < develop->nmembers; i++) {
		struct member *member = &develop->members[i];

		if (member->fleet->hash != 0 &&
		    hash_file(member->fleet->config.file, &hash) == 0 &&
		    hash != member->fleet->hash)
			reload(member);
	}
}

static void
start_watch(struct develop *develop, struct watch_plan *plan)
{
	struct watch_config config = *watch_plan_config(plan);
	struct watch *watch;
	struct error err;

	config.base = develop->config->base;
	config.events = &watch_events;
	config.arg = develop;
	watch = watch_new(&config, &err);
	if (watch == NULL) {
		log_record(LOGGER, TOMO_LOG_ERROR, "not watching",
		    TOMO_LOG_STR("reason", err.text));
		watch_plan_free(plan);
		return;
	}
	watch_free(develop->watch);
	watch_plan_free(develop->plan);
	develop->watch = watch;
	develop->plan = plan;
	if (workshop_is_busy(develop->workshop))
		watch_hold(watch, true);
	catch_up(develop);
}

static void
on_renew(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	develop_watch(arg);
}

void
develop_watch(struct develop *develop)
{
	const struct timeval again = { 0, RENEW_AGAIN_MS * 1000 };
	struct watch_plan *plan;

	if (!develop->config->watches || develop->stopping)
		return;
	plan = make_plan(develop);
	if (develop->plan != NULL && watch_plan_equal(plan, develop->plan)) {
		watch_plan_free(plan);
		return;
	}
	if (develop->watch == NULL || watch_is_idle(develop->watch)) {
		start_watch(develop, plan);
		return;
	}
	/* What it has seen it is to report first. */
	watch_plan_free(plan);
	event_add(develop->renew_timer, &again);
}

/* ---- life ---- */

struct develop *
develop_new(const struct develop_config *config)
{
	struct develop *develop = xcalloc(1, sizeof(*develop));
	const struct workshop_config workshop = {
		.base = config->base,
		.environ = config->environ,
		.done = on_built,
		.arg = develop,
	};

	develop->config = config;
	develop->workshop = workshop_new(&workshop);
	develop->renew_timer = evtimer_new(config->base, on_renew, develop);
	if (develop->renew_timer == NULL)
		abort();
	return develop;
}

void
develop_free(struct develop *develop)
{
	if (develop == NULL)
		return;
	watch_free(develop->watch);
	watch_plan_free(develop->plan);
	workshop_free(develop->workshop);
	event_free(develop->renew_timer);
	for (unsigned i = 0; i < develop->nmembers; i++)
		free(develop->members[i].file);
	free(develop->members);
	free(develop);
}

static int
find_job(struct develop *develop, const char *operand, struct job **job,
    struct error *err)
{
	const char *command = develop->config->command;
	struct recipe *recipe;

	*job = develop->command_job;
	if (!recipe_is_source(operand) && (command == NULL || *job != NULL))
		return 0;
	recipe = recipe_is_source(operand)
	    ? recipe_compile(operand, err)
	    : recipe_command(command, operand, err);
	if (recipe == NULL)
		return -1;
	*job = workshop_add(develop->workshop, recipe);
	if (!recipe_is_source(operand))
		develop->command_job = *job;
	return 0;
}

const char *
develop_file(struct develop *develop, const char *operand, struct error *err)
{
	struct member *member;
	struct job *job;

	if (find_job(develop, operand, &job, err) != 0)
		return NULL;
	develop->members = xrealloc(develop->members,
	    (develop->nmembers + 1) * sizeof(*develop->members));
	member = &develop->members[develop->nmembers++];
	*member = (struct member) {
		.file = watch_plan_absolute(operand),
		.job = job,
	};
	return recipe_is_source(operand) ? job_result(job) : operand;
}

void
develop_add(struct develop *develop, struct fleet *fleet)
{
	develop->members[develop->nmembers - 1].fleet = fleet;
}

void
develop_start(struct develop *develop)
{
	for (unsigned i = 0; i < develop->nmembers; i++) {
		struct job *job = develop->members[i].job;

		/* Which of those with a common job comes first builds it. */
		for (unsigned j = 0; job != NULL && j < i; j++)
			if (develop->members[j].job == job)
				job = NULL;
		if (job != NULL && !develop->started)
			job_build(job);
	}
	first_done(develop, NULL);
}

void
develop_reload(struct develop *develop)
{
	for (unsigned i = 0; i < develop->nmembers; i++) {
		struct member *member = &develop->members[i];

		/* A reload that is asked for is one, whatever the build says. */
		member->anew = true;
		if (member->job == NULL)
			reload(member);
		else
			start_build(develop, member->job);
	}
}

void
develop_stop(struct develop *develop)
{
	develop->stopping = true;
	event_del(develop->renew_timer);
	watch_free(develop->watch);
	develop->watch = NULL;
	workshop_stop(develop->workshop);
}

bool
develop_reaped(struct develop *develop, pid_t pid, int status)
{
	return workshop_reaped(develop->workshop, pid, status);
}
