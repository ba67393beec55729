/*
 * What a build runs, and where its result lies: the compiler for a source file,
 * or a command of the user's.
 */
#ifndef RUNTIME_BUILD_RECIPE_H
#define RUNTIME_BUILD_RECIPE_H

#include <stdbool.h>

#include "runtime/base/error.h"

struct recipe {
	char *name;    /* for people: the file as it was given */
	char *source;  /* what the compiler is given; NULL for a command */
	char *command; /* for "sh -c": see the RECIPE_* names */
	char *root;    /* the cache folder */
	char *folder;  /* in it: what runs leave of themselves */
	char *result;  /* the service file */
	char *missing; /* the line for a compiler not found, or NULL */
};

/* By these a compile command knows its file names, whatever is in them. */
#define RECIPE_SOURCE "\"$1\""
#define RECIPE_INCLUDE "\"$2\""
#define RECIPE_OUTPUT "\"$3\""

/* Whether the file's ending is one that recipe_compile() knows. */
bool recipe_is_source(const char *file);

/*
 * Compiles the source file with $CC or $CXX and the flags variables that make
 * uses; the result is NAME.so in the file's folder of the cache.  NULL with
 * the reason if the file is not there or has another ending.
 */
struct recipe *recipe_compile(const char *source, struct error *err);

/* Runs the command in the working folder; it makes the service file. */
struct recipe *recipe_command(
    const char *command, const char *service, struct error *err);

void recipe_free(struct recipe *recipe);

#endif
