#include "runtime/service/load_error.h"

#include <stdbool.h>
#include <string.h>

/*
 * The texts of glibc's loader.  One of another loader, or a reworded one, is
 * passed on as it is.
 */
#define UNDEFINED ": undefined symbol: "
#define CANNOT_OPEN ": cannot open shared object file: "
#define NO_VERSION ": version `"

static bool
is_path(const char *text, size_t len, const char *path)
{
	return strlen(path) == len && strncmp(text, path, len) == 0;
}

/* "OBJECT: undefined symbol: NAME", perhaps with ", version NODE". */
static int
undefined(
    struct error *err, const char *text, const char *path, const char *name)
{
	const size_t object = (size_t)(strstr(text, UNDEFINED) - text);
	const char *symbol = text + object + strlen(UNDEFINED);
	const int len = (int)strcspn(symbol, ", ");

	if (strncmp(symbol, "tomo_", 5) == 0)
		return error_set(err,
		    "%s: needs %.*s(), which this runner does "
		    "not have: use a newer runner",
		    name, len, symbol);
	if (!is_path(text, object, path))
		return error_set(err,
		    "%s: its library %.*s needs %.*s, which "
		    "nothing has",
		    name, (int)object, text, len, symbol);
	/* A mangled name is no call that anybody wrote. */
	return error_set(err,
	    "%s: needs %.*s%s: link with the library that "
	    "has it",
	    name, len, symbol, strncmp(symbol, "_Z", 2) == 0 ? "" : "()");
}

/* "LIBRARY: cannot open shared object file: No such file or directory" */
static int
missing_library(struct error *err, const char *text, const char *name)
{
	const char *at = strstr(text, CANNOT_OPEN);
	const char *why = at + strlen(CANNOT_OPEN);
	const int len = (int)(at - text);

	if (strcmp(why, "No such file or directory") == 0)
		return error_set(err, "%s: needs %.*s, which is not installed",
		    name, len, text);
	return error_set(err, "%s: needs %.*s, which cannot be opened: %s",
	    name, len, text, why);
}

/* "/lib/LIBRARY: version `NODE' not found (required by OBJECT)" */
static int
missing_version(struct error *err, const char *text, const char *name)
{
	const char *at = strstr(text, NO_VERSION);
	const char *node = at + strlen(NO_VERSION);
	const char *library = text;

	for (const char *slash = text; slash < at; slash++)
		if (*slash == '/')
			library = slash + 1;
	return error_set(err,
	    "%s: needs %.*s of %.*s, which is older here: "
	    "build it on this system",
	    name, (int)strcspn(node, "'"), node, (int)(at - library), library);
}

int
load_error_set(
    struct error *err, const char *text, const char *path, const char *name)
{
	const size_t len = strlen(path);
	const char *at;

	if (text == NULL)
		return error_set(err, "%s: cannot be loaded", name);
	if (strstr(text, UNDEFINED) != NULL)
		return undefined(err, text, path, name);
	at = strstr(text, CANNOT_OPEN);
	if (at != NULL && !is_path(text, (size_t)(at - text), path))
		return missing_library(err, text, name);
	if (strstr(text, NO_VERSION) != NULL)
		return missing_version(err, text, name);
	if (strncmp(text, path, len) == 0 && text[len] == ':')
		return error_set(err, "%s%s", name, text + len);
	return error_set(err, "%s: %s", name, text);
}
