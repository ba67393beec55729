#include "runtime/process/develop.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <event2/event.h>

#include "runtime/base/alloc.h"
#include "runtime/base/hash.h"
#include "runtime/base/log.h"
#include "runtime/process/develop_parts.h"
#include "runtime/process/fleet.h"
#include "runtime/process/made.h"
#include "runtime/build/recipe.h"
#include "runtime/process/reload.h"
#include "runtime/watch/watch.h"
#include "runtime/watch/watch_path.h"
#include "runtime/watch/watch_plan.h"
#include "runtime/build/workshop.h"

#define LOGGER "tomodachi.supervisor"

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

/* What is saved meanwhile is reported after it. */
static void
before_build(struct develop *develop)
{
	if (!workshop_is_busy(develop->workshop))
		made_begin(develop->made);
	if (develop->watch != NULL)
		watch_hold(develop->watch, true);
}

static void
after_build(struct develop *develop)
{
	if (workshop_is_busy(develop->workshop))
		return;
	made_end(develop->made);
	if (develop->watch != NULL)
		watch_hold(develop->watch, false);
}

/* Calls fn for each job of which a member is due, once. */
static void
for_each_due_job(struct develop *develop, void (*fn)(struct job *job))
{
	const struct member *members = develop->members;

	for (unsigned i = 0; i < develop->nmembers; i++) {
		bool is_first = members[i].due == EFFECT_BUILD;

		for (unsigned j = 0; j < i; j++)
			if (members[j].due == EFFECT_BUILD &&
			    members[j].job == members[i].job)
				is_first = false;
		if (!is_first)
			continue;
		before_build(develop);
		fn(members[i].job);
	}
}

static void
report_failure(const char *line)
{
	log_record(LOGGER, TOMO_LOG_ERROR, "build failed",
	    TOMO_LOG_STR("reason", line),
	    TOMO_LOG_STR("next", "what runs goes on"));
}

static void
first_done(struct develop *develop, const char *line)
{
	if (develop->started ||
	    (line == NULL && workshop_is_busy(develop->workshop)))
		return;
	develop->started = true;
	develop->config->built(develop->config->arg, line);
}

/* What the job has made is no news. */
static void
take_over(struct develop *develop, const struct job *job, bool reloads)
{
	for (unsigned i = 0; i < develop->nmembers; i++) {
		struct member *member = &develop->members[i];

		if (member->job != job)
			continue;
		if (develop->watch != NULL)
			watch_forgive(
			    develop->watch, member->fleet->config.file);
		if (reloads)
			reload_if_new(member);
	}
}

static void
on_built(void *arg, struct job *job, bool ok, const char *line)
{
	struct develop *develop = arg;

	if (develop->stopping) {
		develop->config->stopped(develop->config->arg);
		return;
	}
	/* It is built once more: what it made is not to be used yet. */
	if (job_is_busy(job))
		return;
	take_over(develop, job, ok && develop->started);
	if (!develop->started)
		first_done(develop, ok ? NULL : line);
	else if (!ok)
		report_failure(line);
	after_build(develop);
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

/* Whether the generation that runs was started after that change. */
static bool
is_known(const struct fleet *fleet, const struct watch_change *change)
{
	struct stat is;

	if (change->kind == WATCH_REMOVED || !fleet_is_well(fleet) ||
	    stat(change->path, &is) != 0)
		return false;
	return is.st_ctim.tv_sec != fleet->copied.tv_sec
	    ? is.st_ctim.tv_sec < fleet->copied.tv_sec
	    : is.st_ctim.tv_nsec < fleet->copied.tv_nsec;
}

static enum effect
effect_of(const struct develop *develop, const struct member *member,
    const struct watch_change *change)
{
	const struct member *owner = owner_of(develop, change->path);

	if (owner != NULL && owner != member)
		return EFFECT_NONE;
	/* One's own file that is gone will come back. */
	if (owner != NULL && change->kind == WATCH_REMOVED)
		return EFFECT_NONE;
	if (owner != NULL && !recipe_is_source(member->file))
		return change->hash != member->fleet->hash ? EFFECT_RELOAD
							   : EFFECT_NONE;
	if (watch_plan_is_source(change->path))
		return member->job != NULL &&
			!made_has(develop->made, change->path)
		    ? EFFECT_BUILD
		    : EFFECT_NONE;
	if (is_known(member->fleet, change))
		return EFFECT_NONE;
	return member->job != NULL ? EFFECT_BUILD : EFFECT_RELOAD;
}

static void
weigh(struct develop *develop, struct member *member,
    const struct watch_change *changes, size_t n)
{
	member->due = EFFECT_NONE;
	for (size_t i = 0; i < n; i++) {
		const enum effect effect = effect_of(
		    develop, member, &changes[i]);

		/* A page or a configuration: no build changes those. */
		if (effect == EFFECT_BUILD &&
		    !watch_plan_is_source(changes[i].path))
			member->anew = true;
		if (effect > member->due)
			member->due = effect;
	}
}

static void
on_changed(void *arg, const struct watch_change *changes, size_t n)
{
	struct develop *develop = arg;
	enum effect most = EFFECT_NONE;

	for (size_t i = 0; i < n; i++)
		if (watch_plan_is_source(changes[i].path))
			made_note(develop->made, changes[i].path);
	for (unsigned i = 0; i < develop->nmembers; i++) {
		weigh(develop, &develop->members[i], changes, n);
		if (develop->members[i].due > most)
			most = develop->members[i].due;
	}
	if (most == EFFECT_NONE)
		return;
	watch_log_changes(changes, n);
	for (unsigned i = 0; i < develop->nmembers; i++)
		if (develop->members[i].due == EFFECT_RELOAD)
			reload(&develop->members[i]);
	for_each_due_job(develop, job_build);
}

const struct watch_events develop_watch_events = { .changed = on_changed };

void
develop_catch_up(struct develop *develop)
{
	uint64_t hash;

	if (workshop_is_busy(develop->workshop))
		return;
	for (unsigned i = 0; i < develop->nmembers; i++) {
		struct member *member = &develop->members[i];

		if (member->fleet->hash != 0 &&
		    hash_file(member->fleet->config.file, &hash) == 0 &&
		    hash != member->fleet->hash)
			reload(member);
	}
}

/* ---- life ---- */

static void
on_renew(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	develop_watch(arg);
}

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
	develop->made = made_new();
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
	made_free(develop->made);
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
	char *cwd;

	if (find_job(develop, operand, &job, err) != 0)
		return NULL;
	cwd = getcwd(NULL, 0);
	if (cwd == NULL) {
		error_set(err, "the working folder is gone");
		return NULL;
	}
	develop->members = xrealloc(develop->members,
	    (develop->nmembers + 1) * sizeof(*develop->members));
	member = &develop->members[develop->nmembers++];
	*member = (struct member) {
		.file = watch_path_absolute(cwd, operand),
		.job = job,
	};
	free(cwd);
	return recipe_is_source(operand) ? job_result(job) : member->file;
}

void
develop_add(struct develop *develop, struct fleet *fleet)
{
	develop->members[develop->nmembers - 1].fleet = fleet;
}

void
develop_start(struct develop *develop)
{
	/* First: what is saved during the first build counts. */
	develop_watch(develop);
	for (unsigned i = 0; i < develop->nmembers; i++)
		develop->members[i].due = develop->members[i].job != NULL
		    ? EFFECT_BUILD
		    : EFFECT_NONE;
	for_each_due_job(develop, job_build);
	first_done(develop, NULL);
}

void
develop_reload(struct develop *develop)
{
	/* Before the first start is the file as it is then. */
	if (!develop->started || develop->stopping)
		return;
	for (unsigned i = 0; i < develop->nmembers; i++) {
		struct member *member = &develop->members[i];

		/* A reload that is asked for is one, whatever the build says. */
		member->anew = true;
		member->due = member->job != NULL ? EFFECT_BUILD : EFFECT_NONE;
		if (member->job == NULL)
			reload(member);
	}
	for_each_due_job(develop, job_restart);
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
develop_is_busy(const struct develop *develop)
{
	return workshop_is_busy(develop->workshop);
}

bool
develop_reaped(struct develop *develop, pid_t pid, int status)
{
	return workshop_reaped(develop->workshop, pid, status);
}
