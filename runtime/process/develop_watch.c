/* What develop watches, and when it does so anew. */
#include <stddef.h>

#include <event2/event.h>

#include "runtime/base/log.h"
#include "runtime/build/workshop.h"
#include "runtime/process/develop_parts.h"
#include "runtime/process/fleet.h"
#include "runtime/watch/watch_plan.h"

#define LOGGER "tomodachi.supervisor"

/* How soon to look again whether the old watch may be given up. */
#define RENEW_AGAIN_MS 100

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

static void
start_watch(struct develop *develop, struct watch_plan *plan)
{
	struct watch_config config = *watch_plan_config(plan);
	struct watch *watch;
	struct error err;

	config.base = develop->config->base;
	config.events = &develop_watch_events;
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
	/* What changed between two watches. */
	develop_catch_up(develop);
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
