/* Options from JSON: config files and the text of an init hook. */
#include "runtime/base/options.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/base/alloc.h"
#include "runtime/base/buffer.h"
#include "runtime/base/options_store.h"
#include "runtime/base/option_words.h"
#include "runtime/base/quote.h"

#define FILE_SIZE_MAX ((size_t)16 << 20)
#define DEPTH_MAX 8 /* no key has as many parts */

/*
 * The key that ends at text[end), as it is written there.  jansson leaves it
 * out of its own message when it is longer than 20 bytes.
 */
static const char *
last_key(const char *text, size_t end, char out[QUOTE_MAX])
{
	size_t start;

	if (end == 0 || text[end - 1] != '"')
		return "one key";
	for (start = end - 1; start > 0; start--)
		if (text[start - 1] == '"' &&
		    (start == 1 || text[start - 2] != '\\'))
			break;
	return quote(out, text + start, end - 1 - start);
}

/*
 * Says where the text is not JSON and why.  What stands there is cut off from
 * jansson's words: it may be a part of a password.
 */
static int
refuse_syntax(const char *name, const char *text, size_t len,
    const json_error_t *found, struct error *err)
{
	size_t at = (size_t)found->position;
	size_t why = strlen(found->text);
	const char *near = strstr(found->text, " near '");
	const char *escape = strstr(found->text, " '\\");
	char key[QUOTE_MAX];

	if (json_error_code(found) == json_error_duplicate_key)
		return error_set(err, "%s:%d:%d: two values for %s", name,
		    found->line, found->column,
		    last_key(text, at < len ? at : len, key));
	if (json_error_code(found) == json_error_null_character ||
	    json_error_code(found) == json_error_null_byte_in_key)
		return error_set(err, "%s:%d:%d: \\u0000 is not allowed", name,
		    found->line, found->column);
	if (near != NULL)
		why = (size_t)(near - found->text);
	if (escape != NULL && (size_t)(escape - found->text) < why)
		why = (size_t)(escape - found->text);
	return error_set(err, "%s:%d:%d: %.*s", name, found->line,
	    found->column, (int)why, found->text);
}

/* Whether there are options below that key: "http", "amqp.qos". */
static bool
is_group(const struct options *options, const char *key)
{
	size_t len = strlen(key);

	for (size_t i = 0; i < options->count; i++) {
		const char *known = options->entries[i].row->key;

		if (strncmp(known, key, len) == 0 && known[len] == '.')
			return true;
	}
	return false;
}

/* Puts in the value of a key, or the values of an object of keys. */
static int
put_key(const struct options_batch *batch, const char *key, json_t *given,
    int depth, struct error *err)
{
	struct option_entry *entry = options_find(batch->options, key);
	const char *part;
	json_t *value;
	int failed = 0;

	if (entry != NULL)
		return options_put(batch, entry, given, err);
	if (!json_is_object(given) && is_group(batch->options, key))
		return error_set(err, "%s: want an object, got %s (from %s)",
		    key, option_json_type(given), batch->from);
	if (json_object_size(given) == 0 && !is_group(batch->options, key))
		return options_unknown(batch, key, err);
	if (depth == DEPTH_MAX)
		return options_unknown(batch, key, err);
	json_object_foreach(given, part, value)
	{
		char *path = xasprintf("%s.%s", key, part);

		failed = put_key(batch, path, value, depth + 1, err);
		free(path);
		if (failed != 0)
			break;
	}
	return failed;
}

/* A number that fits no integer is read as a real, to be refused by its key. */
static json_t *
decode(const char *text, size_t len, json_error_t *found)
{
	const size_t flags = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY;
	json_t *root = json_loadb(text, len, flags, found);

	if (root != NULL ||
	    json_error_code(found) != json_error_numeric_overflow)
		return root;
	return json_loadb(text, len, flags | JSON_DECODE_INT_AS_REAL, found);
}

static int
put_document(const struct options_batch *batch, const char *text, size_t len,
    struct error *err)
{
	json_error_t found;
	json_t *root, *value;
	const char *key;
	int failed = 0;

	if (len == 0)
		return error_set(
		    err, "%s: is empty, want a JSON object", batch->from);
	root = decode(text, len, &found);
	if (root == NULL)
		return refuse_syntax(batch->from, text, len, &found, err);
	if (!json_is_object(root))
		failed = error_set(err, "%s: want a JSON object, got %s",
		    batch->from, option_json_type(root));
	json_object_foreach(root, key, value)
	{
		failed = put_key(batch, key, value, 1, err);
		if (failed != 0)
			break;
	}
	json_decref(root);
	return failed;
}

/* Reads to the end rather than to the size: a pipe has none. */
static int
read_file(const char *path, struct buffer *content, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = -1;
	int why = errno;

	while (fd >= 0 && buffer_len(content) <= FILE_SIZE_MAX) {
		got = read(fd, buffer_reserve(content, 65536), 65536);
		why = errno;
		if (got < 0 && why == EINTR)
			continue;
		if (got <= 0)
			break;
		buffer_added(content, (size_t)got);
	}
	if (fd >= 0)
		close(fd);
	if (got < 0)
		return error_set(
		    err, "%s: cannot read: %s", path, strerror(why));
	if (got > 0)
		return error_set(
		    err, "%s: larger than %zu bytes", path, FILE_SIZE_MAX);
	return 0;
}

int
options_set_json(struct options *options, const char *name, const char *text,
    size_t len, struct error *err)
{
	struct options_batch batch;

	options_batch_init(&batch, options, OPTION_CONFIG, name, name);
	return put_document(&batch, text, len, err);
}

int
options_set_file(struct options *options, const char *path, struct error *err)
{
	struct buffer content = { 0 };
	struct options_batch batch;
	char *origin;
	int failed;

	if (read_file(path, &content, err) != 0) {
		buffer_clear(&content);
		return -1;
	}
	origin = xasprintf("--config %s", path);
	options_batch_init(&batch, options, OPTION_CONFIG, path, origin);
	failed = put_document(
	    &batch, buffer_data(&content), buffer_len(&content), err);
	free(origin);
	buffer_clear(&content);
	return failed;
}

int
options_set_init(struct options *options, const char *key,
    const char *json_text, struct error *err)
{
	struct options_batch batch;
	struct option_entry *entry = options_find(options, key);
	json_error_t found;
	json_t *given;
	int failed;

	options_batch_init(
	    &batch, options, OPTION_INIT, "the init hook", "init hook");
	if (entry == NULL)
		return options_unknown(&batch, key, err);
	given = decode(json_text, strlen(json_text), &found);
	if (given == NULL)
		return error_set(
		    err, "%s: not JSON (from %s)", key, batch.from);
	failed = options_put(&batch, entry, given, err);
	json_decref(given);
	return failed;
}
