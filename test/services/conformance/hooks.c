/* Options of the profiles, and hooks that say when they run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/services/conformance/rows.h"

/* Values are JSON. */
static const struct {
	const char *profile, *key, *value;
} table[] = {
	{ "main", "http.keepalive_timeout", "5" },
	{ "main", "http.real_ip_from", "\"127.0.0.1\"" },
	{ "main", "http.client_max_size", "\"64K\"" },
	{ "errs", "http.keepalive_timeout", "5" },
	{ "errs", "http.content_type", "\"application/json; charset=utf-8\"" },
	{ "errs", "http.server_header", "\"oracle/1.0\"" },
	{ "errs", "http.real_ip_from", "[\"10.0.0.0/8\", \"127.0.0.0/8\"]" },
	{ "errs", "http.real_ip_header", "\"X-Real-IP\"" },
	{ "noka", "http.server_header", "\"\"" },
	{ "limits", "http.keepalive_timeout", "2" },
	{ "limits", "http.max_keepalive_requests", "3" },
	{ "limits", "http.max_keepalive_time", "3" },
	{ "mw", "http.keepalive_timeout", "5" },
	{ "mw", "http.content_type", "\"text/html\"" },
	{ "mw", "http.charset", "\"iso-8859-1\"" },
	{ "term", "http.keepalive_timeout", "5" },
	{ "term", "http.termination_grace_period_seconds", "5" },
	{ "termnk", "http.termination_grace_period_seconds", "3" },
};

int
init(struct tomo_call *call)
{
	const char *profile = getenv("ORACLE_PROFILE");
	int code;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (strcmp(table[i].profile, profile ? profile : "main") != 0)
			continue;
		code = tomo_option_set(call, table[i].key, table[i].value);
		if (code < 0)
			return code;
	}
	return 0;
}

static int
say(const char *hook)
{
	printf("HOOK %s\n", hook);
	fflush(stdout);
	return 0;
}

int
start(struct tomo_call *call)
{
	(void)call;
	return say("_start_service");
}

int
started(struct tomo_call *call)
{
	const char *code = getenv("ORACLE_EXIT_ON_START");

	if (code != NULL)
		tomo_exit(call, atoi(code));
	return say("_started_service");
}

int
stopping(struct tomo_call *call)
{
	(void)call;
	return say("_stopping_service");
}

int
stop(struct tomo_call *call)
{
	(void)call;
	return say("_stop_service");
}
