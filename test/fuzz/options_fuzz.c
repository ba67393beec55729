/*
 * Options from foreign bytes.  The first byte chooses the source, the rest is
 * what comes from it.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/alloc.h"
#include "runtime/base/options.h"
#include "transports/all.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A refusal is one line, of printable characters. */
static void
check_line(const struct error *err)
{
	assert(err->text[0] != '\0');
	for (const char *at = err->text; *at != '\0'; at++)
		assert((unsigned char)*at >= 0x20 && *at != 0x7F);
}

static void
read_row(void *arg, const struct option_row *row)
{
	const struct options *options = arg;
	const char *const *list;

	switch (row->type) {
	case OPTION_INT:
	case OPTION_SIZE:
		if (options_is_null(options, row->key))
			return;
		assert(options_int(options, row->key) >= row->min);
		assert(options_int(options, row->key) <= row->max);
		return;
	case OPTION_BOOL:
		options_bool(options, row->key);
		return;
	case OPTION_STRING:
	case OPTION_BOOL_OR_STRING:
	case OPTION_STRING_OR_FALSE:
		options_text(options, row->key);
		return;
	case OPTION_LIST:
		list = options_list(options, row->key);
		for (; *list != NULL; list++)
			assert(strpbrk(*list, "\r\n") == NULL);
		return;
	}
}

/* What was taken must be taken again from a dump, and come out the same. */
static void
check_dump(const struct options *options)
{
	struct options *copy = options_new(all_option_tables);
	char *dump = options_dump(options), *again;
	struct error err;

	assert(options_set_json(copy, "dump", dump, strlen(dump), &err) == 0);
	again = options_dump(copy);
	assert(strcmp(dump, again) == 0);
	free(again);
	free(dump);
	options_free(copy);
}

static int
set(struct options *options, uint8_t source, const char *bytes, size_t size,
    struct error *err)
{
	char *text, *variables[2] = { NULL, NULL };
	int failed;

	if (source % 4 == 0)
		return options_set_json(options, "fuzz", bytes, size, err);
	text = xstrndup(bytes, size);
	if (source % 4 == 1) {
		failed = options_set_argument(options, text, err);
	} else if (source % 4 == 2) {
		variables[0] = xasprintf("TOMODACHI_%s", text);
		failed = options_set_environment(
		    options, variables, NULL, NULL, err);
		free(variables[0]);
	} else {
		failed = options_set_init(
		    options, "http.real_ip_from", text, err);
	}
	free(text);
	return failed;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct options *options;
	struct error err = { "" };

	if (size == 0)
		return 0;
	options = options_new(all_option_tables);
	if (set(options, data[0], (const char *)data + 1, size - 1, &err) != 0)
		check_line(&err);
	else
		check_dump(options);
	options_each(options, read_row, options);
	options_free(options);
	return 0;
}
