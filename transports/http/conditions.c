#include "transports/http/conditions.h"

#include <string.h>

#include "runtime/base/ascii.h"
#include "transports/http/date.h"
#include "transports/http/head.h"

/* ---- entity tags ---- */

static bool
is_weak(const char *tag)
{
	return tag[0] == 'W' && tag[1] == '/';
}

bool
conditions_list_has(const char *list, const char *etag, bool weakly)
{
	const char *opaque = is_weak(etag) ? etag + 2 : etag;
	const size_t len = strlen(opaque);

	list += strspn(list, " \t");
	if (list[0] == '*' && list[1 + strspn(list + 1, " \t")] == '\0')
		return true;
	if (is_weak(etag) && !weakly)
		return false;
	for (;;) {
		const char *end;
		bool weak;

		list += strspn(list, " \t,");
		weak = is_weak(list);
		list += weak ? 2 : 0;
		end = list[0] == '"' ? strchr(list + 1, '"') : NULL;
		if (end == NULL)
			return false;
		if ((weakly || !weak) && (size_t)(end + 1 - list) == len &&
		    memcmp(list, opaque, len) == 0)
			return true;
		list = end + 1;
	}
}

/* A list may be spread over several headers.  -1: there is none; else bool. */
static int
tags_have(
    const struct head *head, const char *name, const char *etag, bool weakly)
{
	int found = -1;

	for (unsigned i = 0; i < head->nheaders && found != 1; i++)
		if (ascii_casecmp(head->headers[i].name, name) == 0)
			found = conditions_list_has(
			    head->headers[i].value, etag, weakly);
	return found;
}

/* ---- dates ---- */

/* The time of a header; false without a valid one. */
static bool
date_of(const struct head *head, const char *name, int64_t now_s, int64_t *s)
{
	const struct header *header = head_find_header(
	    head, name, strlen(name));

	return header != NULL && date_read(header->value, now_s, s);
}

/* ---- the whole ---- */

enum condition
conditions_check(const struct head *head, const struct validators *now)
{
	int has = tags_have(head, "if-match", now->etag, false);
	int64_t since;

	if (has == 0)
		return CONDITION_FAILED;
	if (has < 0 &&
	    date_of(head, "if-unmodified-since", now->now_s, &since) &&
	    now->modified_s > since)
		return CONDITION_FAILED;
	has = tags_have(head, "if-none-match", now->etag, true);
	if (has == 1)
		return CONDITION_NOT_MODIFIED;
	if (has < 0 && date_of(head, "if-modified-since", now->now_s, &since) &&
	    now->modified_s <= since)
		return CONDITION_NOT_MODIFIED;
	return CONDITION_MET;
}

bool
conditions_allow_range(const struct head *head, const struct validators *now)
{
	const struct header *header = head_find_header(head, "if-range", 8);
	int64_t date;

	if (header == NULL)
		return true;
	if (header->value[0] == '"' || is_weak(header->value))
		return conditions_list_has(header->value, now->etag, false);
	/* A date is strong only if nothing else can have had it since. */
	return date_read(header->value, now->now_s, &date) &&
	    date == now->modified_s && now->now_s - date > 1;
}
