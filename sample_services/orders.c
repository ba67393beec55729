/*
 * Keeps orders in memory: JSON in and out, a path parameter, an error handler
 * of its own, options and hooks.
 */
#include <stdlib.h>

#include <jansson.h>
#include <tomodachi.h>

struct orders {
	json_t *by_id; /* an object: id to order */
	unsigned long last_id;
};

static int
get_order(struct tomo_call *call)
{
	const struct orders *orders = tomo_state(call);
	json_t *order = json_object_get(
	    orders->by_id, tomo_http_param(call, "id"));

	if (order == NULL)
		return tomo_http_fail(call, 404);
	return tomo_http_json(call, 200, json_incref(order));
}

static int
create_order(struct tomo_call *call)
{
	struct orders *orders = tomo_state(call);
	json_t *wanted = tomo_http_body_json(call);
	json_t *order;
	const char *id, *item;

	if (json_unpack(wanted, "{s:s}", "item", &item) < 0)
		return tomo_http_json(call, 400,
		    json_pack("{s:s}", "error",
			wanted == NULL ? tomo_error(call)
				       : "want an \"item\""));
	id = tomo_printf(call, "%lu", ++orders->last_id);
	order = json_pack(
	    "{s:s, s:s, s:s}", "id", id, "item", item, "state", "open");
	json_object_set(orders->by_id, id, order);
	tomo_http_set_header(
	    call, "Location", tomo_printf(call, "/orders/%s", id));
	tomo_log(call, TOMO_LOG_INFO, "order created", TOMO_LOG_STR("id", id));
	return tomo_http_json(call, 201, order);
}

/* The path as it came: decoded, it may be no UTF-8, which JSON must be. */
static int
not_found(struct tomo_call *call)
{
	return tomo_http_json(call, 404,
	    json_pack("{s:s, s:s}", "error", "not found", "path",
		tomo_http_raw_path(call)));
}

static int
start(struct tomo_call *call)
{
	struct orders *orders = calloc(1, sizeof(*orders));

	if (orders == NULL)
		return tomo_fail(call, TOMO_ENOMEM, "no memory for orders");
	orders->by_id = json_object();
	tomo_set_state(call, orders);
	return 0;
}

static int
stop(struct tomo_call *call)
{
	struct orders *orders = tomo_state(call);

	json_decref(orders->by_id);
	free(orders);
	return 0;
}

TOMO_SERVICE(.name = "orders",
    .options = TOMO_OPTIONS(TOMO_OPTION_INT("http.port", 4712),
	TOMO_OPTION_INT("http.keepalive_timeout", 10),
	TOMO_OPTION_STRING("http.client_max_size", "64K"),
	TOMO_OPTION_LIST("http.real_ip_from", "127.0.0.1/32", "::1")),
    .handlers = TOMO_HANDLERS(TOMO_HTTP("GET", "/orders/{id}", get_order),
	TOMO_HTTP("POST", "/orders", create_order),
	TOMO_HTTP_ERROR(404, not_found)),
    .start = start, .stop = stop);
