/*
 * Any text as an interval, a timestamp and a zone's name: read or refused with
 * one line, and what is read gives times that go forward.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "transports/schedule/timing.h"
#include "transports/schedule/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
follow(const struct timing *timing, const struct zone *zone)
{
	int64_t at_s = INT64_C(1774741830), next_s;

	for (int i = 0; i < 4; i++) {
		if (!timing_next(timing, zone, at_s, &next_s))
			return;
		if (next_s <= at_s)
			abort();
		at_s = next_s;
	}
}

static void
check(int code, const struct error *err)
{
	if ((code < 0) != (err->text[0] != '\0'))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct zone *zone;
	char *text = malloc(size + 1);
	struct timing timing;
	struct error err = { "" };
	struct zone_rule rule;
	int code;

	if (zone == NULL)
		zone = zone_open("Australia/Lord_Howe", &err);
	memcpy(text, data, size);
	text[size] = '\0';

	code = timing_parse_interval(&timing, text, &err);
	check(code, &err);
	if (code == 0)
		follow(&timing, zone);
	err.text[0] = '\0';
	code = timing_parse_timestamp(&timing, text, &err);
	check(code, &err);
	if (code == 0)
		follow(&timing, zone);
	if (zone_rule_parse(&rule, text)) {
		struct zone own = { .has_rule = true, .rule = rule };
		if (timing_parse_interval(&timing, "30 2 * * *", &err) == 0)
			follow(&timing, &own);
	}
	free(text);
	return 0;
}
