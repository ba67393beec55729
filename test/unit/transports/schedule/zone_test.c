#include "transports/schedule/zone.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "test/unit/transports/schedule/vectors.h"

/* Rules alone, files with and without a rule, half hours, leaps over a day. */
static const char *const names[] = { "UTC", "Europe/Stockholm",
	"America/New_York", "Australia/Lord_Howe", "Asia/Kolkata",
	"Pacific/Apia", "Africa/Casablanca", "America/Sao_Paulo",
	"Europe/Dublin", "America/St_Johns", "Asia/Gaza", "Etc/GMT+5" };

static struct zone *
open_zone(const char *name)
{
	struct error err = { "" };
	struct zone *zone = zone_open(name, &err);

	assert_string_equal(err.text, "");
	return zone;
}

static void
agrees_with_the_c_library(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct zone *zone = open_zone(names[i]);

		setenv("TZ", names[i], 1);
		tzset();
		/* 1890 to 2110, at no special time of day. */
		for (int64_t s = -80 * 365 * DAY_S; s < 140 * 365 * DAY_S;
		     s += 5 * DAY_S + 12347) {
			const time_t at = (time_t)s;
			struct tm local;
			localtime_r(&at, &local);
			if (zone_at(zone, s).offset_s != local.tm_gmtoff)
				fail_msg("%s at %lld: %d, not %ld", names[i],
				    (long long)s, zone_at(zone, s).offset_s,
				    local.tm_gmtoff);
		}
		zone_free(zone);
	}
	unsetenv("TZ");
}

static void
spans_follow_each_other(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct zone *zone = open_zone(names[i]);
		struct zone_span span = zone_at(zone, -90 * 365 * DAY_S);

		while (span.to_s < 130 * 365 * DAY_S) {
			const struct zone_span next = zone_at(zone, span.to_s);
			assert_int_equal(next.from_s, span.to_s);
			assert_int_equal(zone_at(zone, span.to_s - 1).offset_s,
			    span.offset_s);
			span = next;
		}
		zone_free(zone);
	}
}

static void
knows_when_a_wall_clock_shows_a_time(void **state)
{
	static const struct {
		const char *wall, *utc;
	} rows[] = {
		{ "2026-06-15 12:00:00", "2026-06-15 10:00:00" },
		{ "2026-03-29 01:59:59", "2026-03-29 00:59:59" },
		{ "2026-03-29 02:30:00", "2026-03-29 01:00:00" }, /* never */
		{ "2026-03-29 03:00:00", "2026-03-29 01:00:00" },
		{ "2026-10-25 02:30:00", "2026-10-25 00:30:00" }, /* twice */
		{ "2026-10-25 03:00:00", "2026-10-25 02:00:00" },
	};
	struct zone *zone = open_zone("Europe/Stockholm");

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(
		    wall_text(zone_instant(zone, wall(rows[i].wall))),
		    rows[i].utc);
	zone_free(zone);
}

static void
reads_offsets(void **state)
{
	static const struct {
		const char *name;
		int offset_s;
	} rows[] = {
		{ "+00:00", 0 },
		{ "-00:00", 0 },
		{ "00:00", 0 },
		{ "0000", 0 },
		{ "+01:00", 3600 },
		{ "-0500", -18000 },
		{ "+0530", 19800 },
		{ "GMT+02:00", 7200 },
		{ "GMT +2", 7200 },
		{ "GMT+5", 18000 },
		{ "GMT -10", -36000 },
		{ "gmt -0", 0 },
		{ "UTC+05:45", 20700 },
		{ "GMT0", 0 },
		{ "UTC", 0 },
		{ "Etc/GMT-1", 3600 },
		{ "europe/stockholm", 3600 },
		{ "ASIA/KOLKATA", 19800 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct zone *zone = open_zone(rows[i].name);
		assert_int_equal(zone_at(zone, 0).offset_s, rows[i].offset_s);
		zone_free(zone);
	}
}

static void
refuses_what_is_no_zone(void **state)
{
	static const char *const wrong[] = { "Foo/Bar", "0500", "+15:00", "+5",
		"+1:00", "+01:60", "+01:00x", "Europe", "Europe/",
		"/Europe/Stockholm", "../zoneinfo/UTC", "Europe/./Paris",
		"zone.tab", " ", "GMT+", "Europe//Paris" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct error err = { "" };
		if (zone_open(wrong[i], &err) != NULL)
			fail_msg("accepts %s", wrong[i]);
		assert_non_null(strstr(err.text, wrong[i]));
	}
}

static void
takes_the_local_zone_from_tz(void **state)
{
	static const struct {
		const char *tz;
		int offset_s;
	} rows[] = {
		{ "", 0 },
		{ "Asia/Kolkata", 19800 },
		{ ":Asia/Kolkata", 19800 },
		{ "/usr/share/zoneinfo/Asia/Kolkata", 19800 },
		{ "<+0545>-5:45", 20700 },
		{ "CET-1CEST,M3.5.0,M10.5.0/3", 3600 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct zone *zone;
		setenv("TZ", rows[i].tz, 1);
		zone = open_zone(NULL);
		assert_int_equal(zone_at(zone, 0).offset_s, rows[i].offset_s);
		zone_free(zone);
	}
	unsetenv("TZ");
}

static void
refuses_a_file_that_is_cut_off_anywhere(void **state)
{
	FILE *file = fopen("/usr/share/zoneinfo/Europe/Stockholm", "rb");
	unsigned char data[8192];
	size_t size;

	(void)state;
	assert_non_null(file);
	size = fread(data, 1, sizeof(data), file);
	fclose(file);
	for (size_t len = 0; len <= size; len++) {
		unsigned char *exact = malloc(len + 1);
		struct error err = { "" };
		struct zone *zone;

		memcpy(exact, data, len);
		exact = realloc(exact, len > 0 ? len : 1);
		zone = zone_parse(exact, len, &err);
		assert_true((zone != NULL) == (len == size));
		assert_true((err.text[0] == '\0') == (len == size));
		zone_free(zone);
		free(exact);
	}
}

static void
refuses_a_rule_that_is_none(void **state)
{
	static const char *const wrong[] = { "", "CET", "CE-1", "<CET-1",
		"CET-25", "CET-1:60", "CET-1CEST,", "CET-1CEST,M3.5.0",
		"CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0",
		"CET-1CEST,J0,J365", "CET-1CEST,M3.5.0,M10.5.0/168",
		"CET-1CEST,M3.5.0,M10.5.0x" };
	struct zone_rule rule;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (zone_rule_parse(&rule, wrong[i]))
			fail_msg("accepts %s", wrong[i]);
	/* Summer all year long; dates of all kinds. */
	assert_true(zone_rule_parse(&rule, "XXX3EDT4,0/0,J365/23"));
	assert_int_equal(zone_rule_at(&rule, 0).offset_s, -4 * 3600);
	assert_true(zone_rule_parse(&rule, "EST5EDT"));
	assert_true(zone_rule_parse(&rule, "<-02>2<-01>,M3.5.0/-1,M10.5.0/0"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_c_library),
		cmocka_unit_test(spans_follow_each_other),
		cmocka_unit_test(knows_when_a_wall_clock_shows_a_time),
		cmocka_unit_test(reads_offsets),
		cmocka_unit_test(refuses_what_is_no_zone),
		cmocka_unit_test(takes_the_local_zone_from_tz),
		cmocka_unit_test(refuses_a_file_that_is_cut_off_anywhere),
		cmocka_unit_test(refuses_a_rule_that_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
