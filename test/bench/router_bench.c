/*
 * Nanoseconds a match takes in a table of 50 rows, by the trie and, to see
 * what it is good for, by asking the patterns one by one.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <llhttp.h>

#include "transports/http/pattern.h"
#include "transports/http/router.h"

enum { GROUPS = 10, ROWS = 5 * GROUPS, TURNS = 500000, RUNS = 5 };

static const char *const names[GROUPS] = { "orders", "customers", "invoices",
	"products", "payments", "shipments", "sessions", "reports", "users",
	"carts" };

/* Each %s is a name of the list: five rows for each of ten. */
static const char *const formats[] = { "/api/v1/%s", "/api/v1/%s/{id}",
	"/api/v1/%s/{id}/lines/{line}", "/api/v1/%s/by-date/(?P<day>[0-9-]+)",
	"/api/v1/%s/export/(?P<file>[a-z]+)\\.csv" };

static const struct {
	const char *label, *path;
	unsigned method;
} requests[] = {
	{ "literal", "/api/v1/carts", HTTP_GET },
	{ "{id}", "/api/v1/carts/1234567", HTTP_GET },
	{ "{id} and {line}", "/api/v1/carts/1234567/lines/3", HTTP_GET },
	{ "{id}, not ASCII", "/api/v1/carts/sm\xc3\xb6rg\xc3\xa5s", HTTP_GET },
	{ "regex", "/api/v1/carts/by-date/2024-02-29", HTTP_GET },
	{ "regex, two groups on", "/api/v1/carts/export/lines.csv", HTTP_GET },
	{ "404, no prefix", "/favicon.ico", HTTP_GET },
	{ "404, all but the end", "/api/v1/carts/1/lines/2/x", HTTP_GET },
	{ "405", "/api/v1/carts/1234567", HTTP_DELETE },
};

static struct pattern *patterns[ROWS];

static struct router *
make_router(void)
{
	struct router *router = router_new();
	struct error err;
	char text[128];

	for (int i = 0; i < ROWS; i++) {
		snprintf(text, sizeof(text), formats[i % 5], names[i / 5]);
		patterns[i] = pattern_new(text, &err);
		if (patterns[i] == NULL ||
		    router_add(router, "GET", text, NULL, &err) < 0) {
			fprintf(stderr, "%s\n", err.text);
			exit(1);
		}
	}
	router_freeze(router);
	return router;
}

static double
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void
match_by_trie(const struct router *router, const char *path, unsigned method)
{
	struct route route;
	const size_t len = strlen(path);

	for (int i = 0; i < TURNS; i++) {
		router_match(router, method, path, len, &route);
		__asm__ volatile("" : : "r"(&route) : "memory");
	}
}

static void
match_one_by_one(const char *path)
{
	struct pattern_match match;
	const size_t len = strlen(path);

	for (int i = 0; i < TURNS / 20; i++)
		for (int j = 0; j < ROWS; j++)
			if (pattern_match(patterns[j], path, len, &match) == 1)
				break;
}

int
main(void)
{
	const double start = now_ns();
	struct router *router = make_router();
	double before, trie, naive, took;

	printf("%d rows made in %.0f us\n", ROWS, (now_ns() - start) / 2000);
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		trie = naive = 1e18;
		for (int run = 0; run < RUNS; run++) {
			before = now_ns();
			match_by_trie(
			    router, requests[i].path, requests[i].method);
			took = (now_ns() - before) / TURNS;
			trie = took < trie ? took : trie;
			before = now_ns();
			match_one_by_one(requests[i].path);
			took = (now_ns() - before) / (TURNS / 20.0);
			naive = took < naive ? took : naive;
		}
		printf("%-22s %6.1f ns   one by one %7.1f ns\n",
		    requests[i].label, trie, naive);
	}
	router_free(router);
	for (int i = 0; i < ROWS; i++)
		pattern_free(patterns[i]);
	return 0;
}
