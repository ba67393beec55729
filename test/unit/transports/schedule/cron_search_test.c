/*
 * Ten thousand random expressions and starts: the calculated times against a
 * search that walks from day to day and tries every minute of a matching day.
 */
#include "transports/schedule/cron.h"

#include <string.h>
#include <time.h>

#include "test/unit/transports/schedule/vectors.h"

#define PAIRS 10000

enum { MINUTE, HOUR, DAY, MONTH, WEEKDAY, YEAR, FIELDS };

static const int lowest[FIELDS] = { 0, 0, 1, 1, 0, 1970 };
static const int highest[FIELDS] = { 59, 23, 31, 12, 7, 2099 };

/* What an expression means, kept in the plainest way. */
struct meaning {
	char text[512];
	bool has[FIELDS][2100];
	bool any[FIELDS], last[FIELDS];
};

static uint64_t seed = 20260615;

static int
pick(int from, int to)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return from + (int)((seed >> 33) % (uint64_t)(to - from + 1));
}

/* ---- expressions ---- */

static void
add_part(struct meaning *m, int field)
{
	const int low = lowest[field], high = highest[field];
	const int a = pick(low, high), b = pick(a, high),
		  step = pick(1, high < 9 ? high : 9);
	char *text = m->text + strlen(m->text);
	const size_t size = sizeof(m->text) - strlen(m->text);

	/* "l*" is no weekday. */
	switch (pick(0, m->last[field] ? 3 : 4)) {
	case 0:
	case 1:
		snprintf(text, size, "%d", a);
		m->has[field][a] = true;
		return;
	case 2:
		snprintf(text, size, "%d-%d", a, b);
		for (int v = a; v <= b; v++)
			m->has[field][v] = true;
		return;
	case 3:
		snprintf(text, size, "%d-%d/%d", a, b, step);
		for (int v = a; v <= b; v += step)
			m->has[field][v] = true;
		return;
	default:
		snprintf(text, size, "%s/%d", field == YEAR ? "?" : "*", step);
		for (int v = low; v <= high; v++)
			m->has[field][v] |= v % step == 0;
		return;
	}
}

static void
add_field(struct meaning *m, int field)
{
	const int stars = field == YEAR ? 9 : field == MONTH ? 6 : 3;

	m->any[field] = pick(0, 9) < stars;
	if (m->any[field]) {
		strcat(m->text, "*");
		for (int v = lowest[field]; v <= highest[field]; v++)
			m->has[field][v] = true;
	} else if (field == DAY && pick(0, 5) == 0) {
		strcat(m->text, "l");
		m->last[DAY] = true;
		for (int v = 1; v <= 31; v++)
			m->has[DAY][v] = true;
	} else {
		m->last[field] = field == WEEKDAY && pick(0, 3) == 0;
		for (int n = pick(1, 3); n > 0; n--) {
			strcat(m->text, m->last[field] ? "l" : "");
			add_part(m, field);
			strcat(m->text, n > 1 ? "," : "");
		}
	}
	strcat(m->text, " ");
}

static void
make(struct meaning *m)
{
	memset(m, 0, sizeof(*m));
	for (int field = 0; field < FIELDS; field++)
		add_field(m, field);
	m->has[WEEKDAY][0] |= m->has[WEEKDAY][7];
}

/* ---- the search ---- */

static bool
is_last(const struct tm *day, int after)
{
	struct tm later = *day;

	later.tm_mday += after;
	timegm(&later);
	return later.tm_mon != day->tm_mon;
}

static bool
is_day(const struct meaning *m, const struct tm *day)
{
	const bool by_day = m->has[DAY][day->tm_mday] &&
	    (!m->last[DAY] || is_last(day, 1));
	const bool by_weekday = m->has[WEEKDAY][day->tm_wday] &&
	    (!m->last[WEEKDAY] || is_last(day, 7));

	if (!m->has[YEAR][day->tm_year + 1900] ||
	    !m->has[MONTH][day->tm_mon + 1])
		return false;
	if (m->any[DAY] || m->any[WEEKDAY])
		return by_day && by_weekday;
	return by_day || by_weekday;
}

static bool
search(const struct meaning *m, int64_t from, int64_t *found)
{
	for (int64_t day = from / DAY_S * DAY_S;; day += DAY_S) {
		const time_t at = (time_t)day;
		struct tm date;

		gmtime_r(&at, &date);
		if (date.tm_year + 1900 > 2099)
			return false;
		if (!is_day(m, &date))
			continue;
		for (int minute = 0; minute < 1440; minute++) {
			*found = day + minute * 60;
			if (*found >= from && m->has[HOUR][minute / 60] &&
			    m->has[MINUTE][minute % 60])
				return true;
		}
	}
}

static void
compare(const struct meaning *m, const struct cron *cron, int64_t start)
{
	int64_t from = start;

	for (int i = 0; i < 3; i++) {
		int64_t right = 0, found = 0;
		const bool there = search(m, from, &right);

		if (cron_next(cron, from, &found) != there || found != right)
			fail_msg("%s from %s: %s", m->text, wall_text(start),
			    wall_text(found));
		if (!there)
			return;
		from = right + 1;
	}
}

static void
calculates_what_a_search_finds(void **state)
{
	static struct meaning m;
	const int64_t end = wall("2100-01-01 00:00:00");
	int compared = 0;

	(void)state;
	while (compared < PAIRS) {
		const int64_t start = end / 1000000 * pick(0, 999999) +
		    pick(0, 86399);
		struct cron cron;
		struct error err;
		int64_t any;

		make(&m);
		if (cron_parse(&cron, m.text, &err) < 0) {
			/* Refused is only what never comes. */
			assert_false(search(&m, 0, &any));
			continue;
		}
		compare(&m, &cron, start);
		compared++;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calculates_what_a_search_finds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
