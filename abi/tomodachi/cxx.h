/*
 * The builders of C++17, which has neither compound literals nor (before
 * C++20) designated initializers.  Each fills a whole struct; further fields
 * are set on a copy, in a constexpr function or lambda:
 *
 *	constexpr auto home = tomo::http("GET", "/", get_home, "get_home");
 *	constexpr tomo_handler rows[] = { tomo::row(home), tomo::end() };
 *	TOMO_SERVICE_CXX(tomo::service("hello", rows));
 */
#ifndef TOMODACHI_CXX_H
#define TOMODACHI_CXX_H

#include <cstdint>

namespace tomo {

constexpr tomo_http_spec
http(const char *methods, const char *pattern, tomo_fn *fn,
    const char *function)
{
	tomo_http_spec spec {};

	spec.size = sizeof(spec);
	spec.methods = methods;
	spec.pattern = pattern;
	spec.fn = fn;
	spec.function = function;
	return spec;
}

constexpr tomo_http_error_spec
http_error(std::int32_t status, tomo_fn *fn, const char *function)
{
	tomo_http_error_spec spec {};

	spec.size = sizeof(spec);
	spec.status = status;
	spec.fn = fn;
	spec.function = function;
	return spec;
}

constexpr tomo_http_static_spec
http_static(const char *folder, const char *base)
{
	tomo_http_static_spec spec {};

	spec.size = sizeof(spec);
	spec.folder = folder;
	spec.base = base;
	return spec;
}

constexpr tomo_websocket_spec
websocket(const char *pattern, tomo_fn *fn, const char *function)
{
	tomo_websocket_spec spec {};

	spec.size = sizeof(spec);
	spec.pattern = pattern;
	spec.fn = fn;
	spec.function = function;
	return spec;
}

/* The spec must be a constant of static storage: rows point to it. */
constexpr tomo_handler
row(const tomo_http_spec &spec)
{
	return { TOMO_KIND_HTTP, &spec };
}

constexpr tomo_handler
row(const tomo_http_error_spec &spec)
{
	return { TOMO_KIND_HTTP_ERROR, &spec };
}

/* list ends in nullptr; functions are the names in it, "log_it, guard". */
constexpr tomo_middleware
middleware(tomo_fn *const *list, const char *functions)
{
	tomo_middleware made {};

	made.size = sizeof(made);
	made.list = list;
	made.functions = functions;
	return made;
}

constexpr tomo_handler
row(const tomo_http_static_spec &spec)
{
	return { TOMO_KIND_HTTP_STATIC, &spec };
}

constexpr tomo_handler
row(const tomo_websocket_spec &spec)
{
	return { TOMO_KIND_WEBSOCKET, &spec };
}

constexpr tomo_handler
end()
{
	return { 0, nullptr };
}

constexpr tomo_option
option(const char *key, std::int64_t number)
{
	return { key, TOMO_TYPE_INT, number, nullptr };
}

constexpr tomo_option
option(const char *key, int number)
{
	return { key, TOMO_TYPE_INT, number, nullptr };
}

constexpr tomo_option
option(const char *key, bool value)
{
	return { key, TOMO_TYPE_BOOL, value, nullptr };
}

constexpr tomo_option
option(const char *key, const char *text)
{
	return { key, TOMO_TYPE_STRING, 0, text };
}

constexpr tomo_option
option_end()
{
	return { nullptr, 0, 0, nullptr };
}

constexpr struct tomo_service
service(const char *name, const tomo_handler *handlers,
    const tomo_option *options = nullptr)
{
	struct tomo_service made {};

	made.size = sizeof(made);
	made.abi = TOMO_ABI;
	made.name = name;
	made.options = options;
	made.handlers = handlers;
	return made;
}

}

#define TOMO_SERVICE_CXX(...) \
	extern "C" TOMO_API constexpr struct tomo_service tomo_service = \
	    __VA_ARGS__

#endif
