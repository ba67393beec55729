/*
 * Throws and catches across suspensions.  Each handler says what it saw, and
 * "wrong: ..." when the C++ runtime told it about somebody else's exception.
 */
#include <cstdlib>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <string>

#include <tomodachi.h>

namespace {

unsigned inside; /* how many wait in the middle of an exception */
struct tomo_event *gate;

/* Waits so many milliseconds or, for "held", until the gate opens. */
int
wait(struct tomo_call *call)
{
	const char *ms = tomo_http_param(call, "ms");
	int code;

	inside++;
	if (std::strcmp(ms, "held") == 0)
		code = tomo_event_wait(call, gate);
	else
		code = tomo_sleep(call, std::atoi(ms));
	inside--;
	return code;
}

const char *
id(struct tomo_call *call)
{
	return tomo_http_param(call, "id");
}

std::string
current()
{
	const std::exception_ptr caught = std::current_exception();

	if (caught == nullptr)
		return "nothing";
	try {
		std::rethrow_exception(caught);
	} catch (const std::exception &e) {
		return e.what();
	}
}

int
wrong(struct tomo_call *call, const std::string &what)
{
	return tomo_http_textf(call, 200, "wrong: %s", what.c_str());
}

/* What the runtime must say here: caught is what() of the innermost. */
bool
is_so(const std::string &caught, int uncaught)
{
	return current() == caught && std::uncaught_exceptions() == uncaught;
}

int
answer(struct tomo_call *call, const std::string &what)
{
	if (!is_so("nothing", 0))
		return wrong(call, "left over: " + current());
	return tomo_http_text(call, 200, what.c_str());
}

/* Waits in a catch block. */
int
caught(struct tomo_call *call)
{
	std::string seen;

	if (!is_so("nothing", 0))
		return wrong(call, "at the start: " + current());
	try {
		throw std::runtime_error(id(call));
	} catch (const std::exception &e) {
		wait(call);
		if (!is_so(id(call), 0))
			return wrong(call, current());
		seen = e.what();
	}
	return answer(call, seen);
}

/* Waits in a catch block in a catch block, and in the outer one again. */
int
nested(struct tomo_call *call)
{
	std::string seen;

	try {
		throw std::runtime_error(id(call));
	} catch (const std::exception &outer) {
		try {
			throw std::logic_error(std::string("in ") + id(call));
		} catch (const std::exception &inner) {
			wait(call);
			seen = inner.what();
			if (!is_so(seen, 0))
				return wrong(call, current());
		}
		wait(call);
		if (!is_so(outer.what(), 0))
			return wrong(call, current());
		seen += std::string(" of ") + outer.what();
	}
	return answer(call, seen);
}

/* Throws again what it caught before it waited. */
int
rethrown(struct tomo_call *call)
{
	std::string seen;

	try {
		try {
			throw std::runtime_error(id(call));
		} catch (const std::exception &) {
			wait(call);
			throw;
		}
	} catch (const std::runtime_error &e) {
		wait(call);
		seen = e.what();
	}
	return answer(call, seen);
}

/* Waits while an exception is on its way through. */
struct slow_guard {
	struct tomo_call *call;
	int *before, *after;

	~slow_guard()
	{
		*before = std::uncaught_exceptions();
		wait(call);
		*after = std::uncaught_exceptions();
	}
};

int
unwound(struct tomo_call *call)
{
	int before = -1, after = -1;
	std::string seen;

	try {
		const slow_guard guard { call, &before, &after };

		throw std::runtime_error(id(call));
	} catch (const std::exception &e) {
		seen = e.what();
	}
	if (before != 1 || after != 1)
		return wrong(call, std::to_string(before) + " uncaught, then " +
		    std::to_string(after));
	return answer(call, seen);
}

/* Keeps an exception while it waits, and throws it afterwards. */
int
kept(struct tomo_call *call)
{
	std::exception_ptr exception;
	std::string seen;

	try {
		throw std::runtime_error(id(call));
	} catch (const std::exception &) {
		exception = std::current_exception();
	}
	wait(call);
	try {
		std::rethrow_exception(exception);
	} catch (const std::exception &e) {
		wait(call);
		seen = e.what();
	}
	return answer(call, seen);
}

/* ---- walking out ---- */

struct witness {
	struct tomo_call *call;
	const char *name;

	~witness()
	{
		const struct tomo_log_field fields[] = {
			{ "name", TOMO_LOG_TYPE_STR, 0, 0, name },
			{ "uncaught", TOMO_LOG_TYPE_INT,
			    std::uncaught_exceptions(), 0, nullptr },
			{ nullptr, 0, 0, 0, nullptr },
		};

		tomo_log_record(call, TOMO_LOG_INFO, "destroyed", fields);
	}
};

struct cancelled {
	int code;
};

void
sleep_or_throw(struct tomo_call *call)
{
	const witness inner { call, "inner" };
	const int code = tomo_sleep(call, 3600 * 1000);

	if (code < 0)
		throw cancelled { code };
}

int
walks_out(struct tomo_call *call)
{
	const witness outer { call, "outer" };

	try {
		sleep_or_throw(call);
	} catch (const cancelled &e) {
		return e.code;
	}
	return tomo_http_text(call, 200, "never");
}

/* ---- escaping ---- */

int
escapes(struct tomo_call *call)
{
	wait(call);
	throw std::runtime_error(id(call));
}

int
spawns_what_escapes(struct tomo_call *call)
{
	const auto thrower = [](struct tomo_call *) -> int {
		throw std::runtime_error("of a task");
	};

	tomo_spawn(call, thrower, nullptr, nullptr);
	return wait(call);
}

int
offloads_what_escapes(struct tomo_call *call)
{
	return tomo_offload(call, [](void *) -> int {
		throw std::runtime_error("of a thread");
	}, nullptr);
}

int
count(struct tomo_call *call)
{
	return tomo_http_textf(call, 200, "%u", inside);
}

int
open_gate(struct tomo_call *call)
{
	tomo_event_set(gate);
	return tomo_http_text(call, 200, "open");
}

int
shut_gate(struct tomo_call *call)
{
	tomo_event_clear(gate);
	return tomo_http_text(call, 200, "shut");
}

int
start(struct tomo_call *call)
{
	gate = tomo_event_new(call);
	return gate != nullptr ? 0 : TOMO_ENOMEM;
}

int
stop(struct tomo_call *)
{
	tomo_event_free(gate);
	return 0;
}

constexpr tomo_http_spec
cancels(tomo_http_spec spec)
{
	spec.cancel_on_disconnect = 1;
	return spec;
}

constexpr tomo_http_spec
get(const char *pattern, tomo_fn *fn, const char *function)
{
	return tomo::http("GET", pattern, fn, function);
}

constexpr tomo_http_spec specs[] = {
	get("/caught/{id}/{ms}", caught, "caught"),
	get("/nested/{id}/{ms}", nested, "nested"),
	get("/rethrown/{id}/{ms}", rethrown, "rethrown"),
	get("/unwound/{id}/{ms}", unwound, "unwound"),
	get("/kept/{id}/{ms}", kept, "kept"),
	cancels(get("/walks_out", walks_out, "walks_out")),
	get("/escapes/handler/{id}/{ms}", escapes, "escapes"),
	get("/escapes/task/{id}/{ms}", spawns_what_escapes, "task"),
	get("/escapes/thread/{id}/{ms}", offloads_what_escapes, "thread"),
	get("/inside", count, "count"),
	get("/gate/open", open_gate, "open_gate"),
	get("/gate/shut", shut_gate, "shut_gate"),
};

constexpr tomo_handler rows[] = {
	tomo::row(specs[0]), tomo::row(specs[1]), tomo::row(specs[2]),
	tomo::row(specs[3]), tomo::row(specs[4]), tomo::row(specs[5]),
	tomo::row(specs[6]), tomo::row(specs[7]), tomo::row(specs[8]),
	tomo::row(specs[9]), tomo::row(specs[10]), tomo::row(specs[11]),
	tomo::end(),
};

constexpr tomo_option options[] = {
	tomo::option("http.keepalive_timeout", 60),
	tomo::option_end(),
};

constexpr struct tomo_service
described()
{
	struct tomo_service service = tomo::service("throwing", rows, options);

	service.start = start;
	service.stop = stop;
	return service;
}

}

TOMO_SERVICE_CXX(described());
