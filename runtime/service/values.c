#include "runtime/service/values.h"

#include <string.h>

#include <tomodachi/call.h>

#include "runtime/service/call.h"

struct call_value {
	struct call_value *next;
	const char *key;
	void *value;
	void (*release)(void *value);
};

struct call_defer {
	struct call_defer *next;
	void (*fn)(void *arg);
	void *arg;
};

void
values_clear(struct tomo_call *call)
{
	struct call_defer *defer;
	struct call_value *value;

	while ((defer = call->defers) != NULL) {
		call->defers = defer->next;
		defer->fn(defer->arg);
	}
	while ((value = call->values) != NULL) {
		call->values = value->next;
		if (value->release != NULL)
			value->release(value->value);
	}
}

int
tomo_defer(struct tomo_call *call, void (*fn)(void *arg), void *arg)
{
	struct call_defer *defer = call_keep(call, sizeof(*defer));

	if (defer == NULL)
		return call_fail(call, TOMO_ENOMEM, "defer: no memory");
	*defer = (struct call_defer) { call->defers, fn, arg };
	call->defers = defer;
	return 0;
}

static struct call_value *
find(const struct tomo_call *call, const char *key)
{
	for (struct call_value *at = call->values; at != NULL; at = at->next)
		if (strcmp(at->key, key) == 0)
			return at;
	return NULL;
}

int
tomo_set(struct tomo_call *call, const char *key, void *value,
    void (*release)(void *value))
{
	struct call_value *entry = find(call, key);

	if (entry != NULL) {
		if (entry->release != NULL)
			entry->release(entry->value);
		entry->value = value;
		entry->release = release;
		return 0;
	}
	entry = call_keep(call, sizeof(*entry));
	key = call_keep_text(call, key, strlen(key));
	if (entry == NULL || key == NULL)
		return call_fail(call, TOMO_ENOMEM, "set: no memory");
	*entry = (struct call_value) { call->values, key, value, release };
	call->values = entry;
	return 0;
}

void *
tomo_get(const struct tomo_call *call, const char *key)
{
	const struct call_value *entry = find(call, key);

	return entry != NULL ? entry->value : NULL;
}
