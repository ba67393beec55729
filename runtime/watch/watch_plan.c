#include "runtime/watch/watch_plan.h"

#include <libgen.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "runtime/base/alloc.h"
#include "runtime/base/options.h"
#include "runtime/watch/watch.h"

#define IGNORED "watcher.ignored_dirs"
#define ENDINGS "watcher.watched_file_endings"

static const char *const default_endings[] = { ".so", ".json", ".yml", ".html",
	".py", ".pyi", ".phtml", NULL };
static const char *const source_endings[] = { ".c", ".h", ".cc", ".cpp", ".cxx",
	".C", ".hh", ".hpp", ".hxx", ".rs", ".zig", NULL };

/* A set of texts, NULL-ended. */
struct texts {
	char **list;
	size_t count;
};

struct watch_plan {
	struct texts files, folders, ignored, endings;
	struct watch_config config;
};

/* ---- sets ---- */

static bool
texts_has(const struct texts *texts, const char *text)
{
	for (size_t i = 0; i < texts->count; i++)
		if (strcmp(texts->list[i], text) == 0)
			return true;
	return false;
}

static void
texts_add(struct texts *texts, const char *text)
{
	if (texts_has(texts, text))
		return;
	texts->list = xrealloc(
	    texts->list, (texts->count + 2) * sizeof(*texts->list));
	texts->list[texts->count++] = xstrdup(text);
	texts->list[texts->count] = NULL;
}

static void
texts_add_all(struct texts *texts, const char *const *list)
{
	for (; list != NULL && *list != NULL; list++)
		texts_add(texts, *list);
}

static void
texts_add_json(struct texts *texts, const json_t *array)
{
	const json_t *item;
	size_t i;

	json_array_foreach(array, i, item) if (json_is_string(item))
	    texts_add(texts, json_string_value(item));
}

static bool
texts_equal(const struct texts *a, const struct texts *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!texts_has(b, a->list[i]))
			return false;
	return true;
}

static void
texts_clear(struct texts *texts)
{
	for (size_t i = 0; i < texts->count; i++)
		free(texts->list[i]);
	free(texts->list);
}

/* ---- the plan ---- */

struct watch_plan *
watch_plan_new(void)
{
	return xcalloc(1, sizeof(struct watch_plan));
}

void
watch_plan_free(struct watch_plan *plan)
{
	if (plan == NULL)
		return;
	texts_clear(&plan->files);
	texts_clear(&plan->folders);
	texts_clear(&plan->ignored);
	texts_clear(&plan->endings);
	free(plan);
}

void
watch_plan_add_file(struct watch_plan *plan, const char *file)
{
	char *copy = xstrdup(file);

	texts_add(&plan->files, file);
	texts_add(&plan->folders, dirname(copy));
	free(copy);
}

void
watch_plan_add_folder(struct watch_plan *plan, const char *folder)
{
	texts_add(&plan->folders, folder);
}

void
watch_plan_add_options(struct watch_plan *plan, const struct options *options)
{
	texts_add_all(&plan->ignored, options_list(options, IGNORED));
	texts_add_all(&plan->endings, options_list(options, ENDINGS));
}

bool
watch_plan_add_json(struct watch_plan *plan, const char *text)
{
	json_t *told = json_loads(text, 0, NULL);
	const bool is_object = json_is_object(told);

	texts_add_json(&plan->ignored, json_object_get(told, IGNORED));
	texts_add_json(&plan->endings, json_object_get(told, ENDINGS));
	json_decref(told);
	return is_object;
}

void
watch_plan_finish(struct watch_plan *plan, bool builds)
{
	texts_add_all(&plan->endings, default_endings);
	if (builds)
		texts_add_all(&plan->endings, source_endings);
	plan->config = (struct watch_config) {
		.folders = (const char *const *)plan->folders.list,
		.files = (const char *const *)plan->files.list,
		.ignored_dirs = (const char *const *)plan->ignored.list,
		.endings = (const char *const *)plan->endings.list,
	};
}

bool
watch_plan_equal(const struct watch_plan *a, const struct watch_plan *b)
{
	return texts_equal(&a->files, &b->files) &&
	    texts_equal(&a->folders, &b->folders) &&
	    texts_equal(&a->ignored, &b->ignored) &&
	    texts_equal(&a->endings, &b->endings);
}

const struct watch_config *
watch_plan_config(const struct watch_plan *plan)
{
	return &plan->config;
}

bool
watch_plan_is_source(const char *path)
{
	const size_t len = strlen(path);

	for (size_t i = 0; source_endings[i] != NULL; i++) {
		const size_t ending = strlen(source_endings[i]);

		if (len > ending &&
		    strcmp(path + len - ending, source_endings[i]) == 0)
			return true;
	}
	return false;
}
