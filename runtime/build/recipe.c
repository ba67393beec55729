#include "runtime/build/recipe.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/base/alloc.h"
#include "runtime/base/log.h"
#include "runtime/build/cache.h"

/* What tomodachi.pc says, and what makes a shared object. */
#define COMPILE \
	"-I" RECIPE_INCLUDE " -shared -fPIC -fvisibility=hidden " \
	"-fstack-clash-protection"
#define LINK "-Wl,--exclude-libs,ALL -Wl,-Bsymbolic-functions"

#define DEFAULT_FLAGS "-g -O2 -Wall -Wextra"

struct language {
	const char *name;
	const char *compiler, *fallback; /* variable, and without it */
	const char *flags;               /* variable */
	const char *standard;            /* unless the flags name one */
};

static const struct language c = { "C", "CC", "cc", "CFLAGS", "-std=gnu11" };
static const struct language cxx = { "C++", "CXX", "c++", "CXXFLAGS", "" };

static const struct ending {
	const char *text;
	const struct language *language;
} endings[] = {
	{ ".c", &c },
	{ ".cc", &cxx },
	{ ".cpp", &cxx },
	{ ".cxx", &cxx },
	{ ".C", &cxx },
};

static const struct language *
language_of(const char *file)
{
	const char *slash = strrchr(file, '/');
	const char *base = slash != NULL ? slash + 1 : file;
	const char *dot = strrchr(base, '.');

	if (dot == NULL || dot == base)
		return NULL;
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (strcmp(dot, endings[i].text) == 0)
			return endings[i].language;
	return NULL;
}

bool
recipe_is_source(const char *file)
{
	return language_of(file) != NULL;
}

static const char *
variable(const char *name, const char *fallback)
{
	const char *value = getenv(name);

	return value != NULL ? value : fallback;
}

static const char *
compiler_of(const struct language *language)
{
	const char *value = variable(language->compiler, "");

	return value[0] != '\0' ? value : language->fallback;
}

/*
 * Pasted together as make does, so that arguments in $CC and quotes in $CFLAGS
 * mean what they mean there.  Ours stand first: of two flags the last one
 * holds, but of two include folders the first.
 */
static char *
compile_command(const struct language *language)
{
	const char *compiler = compiler_of(language);
	const char *flags = variable(language->flags, DEFAULT_FLAGS);
	const bool has_standard = strstr(compiler, "-std=") != NULL ||
	    strstr(flags, "-std=") != NULL;

	return xasprintf("%s %s " COMPILE " %s %s %s " LINK " %s"
			 " -o " RECIPE_OUTPUT " " RECIPE_SOURCE " %s -ljansson",
	    compiler, has_standard ? "" : language->standard,
	    log_has_colour(STDERR_FILENO) ? "-fdiagnostics-color=always" : "",
	    variable("CPPFLAGS", ""), flags, variable("LDFLAGS", ""),
	    variable("LDLIBS", ""));
}

/* For the file that people know it by. */
static struct recipe *
recipe_new(const char *name, struct error *err)
{
	struct recipe *recipe = xcalloc(1, sizeof(*recipe));

	recipe->name = xstrdup(name);
	recipe->root = cache_root(err);
	if (recipe->root == NULL) {
		recipe_free(recipe);
		return NULL;
	}
	recipe->folder = cache_folder(recipe->root, name);
	return recipe;
}

struct recipe *
recipe_compile(const char *source, struct error *err)
{
	const struct language *language = language_of(source);

	if (language == NULL) {
		error_set(err,
		    "%s: not a source file: want .c, .cc, .cpp, .cxx or .C",
		    source);
		return NULL;
	}
	if (access(source, R_OK) != 0) {
		error_set(err, "%s: %s", source, strerror(errno));
		return NULL;
	}
	struct recipe *recipe = recipe_new(source, err);
	if (recipe == NULL)
		return NULL;

	char *name = cache_name(source);
	/* What begins with "-" would be an option. */
	recipe->source = xasprintf(
	    "%s%s", source[0] == '-' ? "./" : "", source);
	recipe->command = compile_command(language);
	recipe->result = xasprintf("%s/%s.so", recipe->folder, name);
	recipe->missing = xasprintf(
	    "cannot run %s: not found: install a %s compiler or set %s",
	    compiler_of(language), language->name, language->compiler);
	free(name);
	return recipe;
}

struct recipe *
recipe_command(const char *command, const char *service, struct error *err)
{
	struct recipe *recipe = recipe_new(service, err);

	if (recipe == NULL)
		return NULL;
	recipe->command = xstrdup(command);
	recipe->result = xstrdup(service);
	return recipe;
}

void
recipe_free(struct recipe *recipe)
{
	if (recipe == NULL)
		return;
	free(recipe->name);
	free(recipe->source);
	free(recipe->command);
	free(recipe->root);
	free(recipe->folder);
	free(recipe->result);
	free(recipe->missing);
	free(recipe);
}
