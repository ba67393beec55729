#include "transports/http/file_answer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <llhttp.h>
#include <tomodachi/call.h>

#include "runtime/base/alloc.h"
#include "runtime/base/uuid.h"
#include "runtime/service/call.h"
#include "transports/http/answer.h"
#include "transports/http/compression.h"
#include "transports/http/conditions.h"
#include "transports/http/date.h"
#include "transports/http/output.h"
#include "transports/http/range.h"
#include "transports/http/request.h"
#include "transports/http/variant.h"

/* Two quoted numbers in hexadecimal, a dash, and one with a coding. */
#define ETAG_SIZE 48

/* "bytes ", three numbers, two marks. */
#define CONTENT_RANGE_SIZE 80

struct plan {
	int status; /* 200, 206, 304, 412 or 416 */
	unsigned count;
	struct range ranges[RANGE_MAX]; /* count of them */
	uint64_t whole;
	enum coding coding;
	char etag[ETAG_SIZE], date[DATE_SIZE];
};

/* ---- what to answer ---- */

static void
plan_ranges(struct plan *plan, const struct http_request *request,
    const struct validators *now)
{
	const struct header *header = head_find_header(
	    &request->head, "range", 5);
	int count = 0;

	/* No other method has ranges (RFC 9110 14.2). */
	if (header != NULL && request->head.parser.method == HTTP_GET &&
	    conditions_allow_range(&request->head, now))
		count = range_read(header->value, plan->whole, plan->ranges);
	plan->status = count > 0 ? 206 : count < 0 ? 416 : 200;
	plan->count = count > 0 ? (unsigned)count : 1;
	if (count <= 0)
		plan->ranges[0] = (struct range) { 0, plan->whole };
}

/* An entity tag as the Python library makes it, so that both may serve the same
 * files. */
static void
plan_make(struct plan *plan, const struct http_request *request,
    const struct stat *stat)
{
	const uint64_t changed_ns = (uint64_t)stat->st_mtim.tv_sec *
		UINT64_C(1000000000) +
	    (uint64_t)stat->st_mtim.tv_nsec;
	const struct validators now = { plan->etag, stat->st_mtim.tv_sec,
		loop_unix_s(request->call->task.loop) };
	const bool is_coded = plan->coding != CODING_IDENTITY;
	enum condition condition = CONDITION_MET;

	plan->whole = (uint64_t)stat->st_size;
	snprintf(plan->etag, sizeof(plan->etag),
	    "\"%" PRIx64 "-%" PRIx64 "%s%s\"", changed_ns, plan->whole,
	    is_coded ? "-" : "", is_coded ? coding_name(plan->coding) : "");
	date_write(now.modified_s, plan->date);
	plan_ranges(plan, request, &now);
	if (request->head.parser.method == HTTP_GET || request_is_head(request))
		condition = conditions_check(&request->head, &now);
	if (condition == CONDITION_NOT_MODIFIED)
		plan->status = 304;
	else if (condition == CONDITION_FAILED)
		plan->status = 412;
}

/* ---- headers ---- */

static void
write_range(const struct plan *plan, const struct range *range,
    char out[CONTENT_RANGE_SIZE])
{
	snprintf(out, CONTENT_RANGE_SIZE,
	    "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, range->start,
	    range->start + range->size - 1, plan->whole);
}

static int
set_headers(struct tomo_call *call, const struct plan *plan)
{
	char range[CONTENT_RANGE_SIZE];
	int code = 0;

	if (plan->status == 412)
		return 0;
	snprintf(range, sizeof(range), "bytes */%" PRIu64, plan->whole);
	if (plan->status == 206)
		write_range(plan, &plan->ranges[0], range);
	if (plan->status == 416 || (plan->status == 206 && plan->count == 1))
		code = tomo_http_set_header(call, "Content-Range", range);
	if (code == 0)
		code = tomo_http_set_header(call, "ETag", plan->etag);
	if (code == 0)
		code = tomo_http_set_header(call, "Last-Modified", plan->date);
	return code == 0 && plan->status != 304
	    ? tomo_http_set_header(call, "Accept-Ranges", "bytes")
	    : code;
}

/* ---- parts ---- */

/* The text before a part; returns its length. */
static uint64_t
add_text(struct output_part *part, char *text)
{
	part->before = text;
	part->before_len = strlen(text);
	return part->before_len;
}

/* RFC 9110 14.6.  Returns the length of the body. */
static uint64_t
cut(struct output_file *file, const struct plan *plan, const char *type,
    const char *boundary)
{
	char range[CONTENT_RANGE_SIZE];
	uint64_t length = 0;

	for (unsigned i = 0; i < plan->count; i++) {
		struct output_part *part = &file->parts[i];

		part->offset = plan->ranges[i].start;
		part->size = plan->ranges[i].size;
		write_range(plan, &plan->ranges[i], range);
		length += part->size +
		    add_text(part,
			xasprintf("%s--%s\r\nContent-Type: %s\r\n"
				  "Content-Range: %s\r\n\r\n",
			    i > 0 ? "\r\n" : "", boundary, type, range));
	}
	return length +
	    add_text(&file->parts[plan->count],
		xasprintf("\r\n--%s--\r\n", boundary));
}

static int
answer_parts(
    struct http_request *request, const struct plan *plan, const char *type)
{
	static const char multipart[] = "multipart/byteranges; boundary=";
	char boundary[UUID_SIZE], *whole_type;
	uint64_t length;

	uuid_make(boundary);
	whole_type = call_keep(
	    request->call, sizeof(multipart) + sizeof(boundary));
	if (whole_type == NULL)
		return TOMO_ENOMEM;
	sprintf(whole_type, "%s%s", multipart, boundary);
	length = cut(request->file, plan, type, boundary);
	answer_set(request, 206, "", length, whole_type);
	return 0;
}

static void
answer_one(
    struct http_request *request, const struct plan *plan, const char *type)
{
	struct output_file *file = request->file;

	file->count = 1;
	file->parts[0].offset = plan->ranges[0].start;
	file->parts[0].size = plan->ranges[0].size;
	answer_set(request, plan->status, "", file->parts[0].size, type);
}

/* In which coding it goes out, or on a 304 would have. */
static int
set_variant(
    struct http_request *request, const struct plan *plan, const char *type)
{
	const bool has_content = plan->status == 200 || plan->status == 206;

	if (!variant_is_open(request, type))
		return 0;
	if (!variant_vary(request))
		return -1;
	if (plan->coding != CODING_IDENTITY)
		return has_content
		    ? tomo_http_set_header(request->call, "Content-Encoding",
			  coding_name(plan->coding))
		    : 0;
	if (plan->status == 304 &&
	    compression_takes_file(request, type, plan->whole) &&
	    !variant_weaken(request))
		return -1;
	return 0;
}

int
file_answer(struct http_request *request, int fd, const struct stat *stat,
    const char *type, enum coding coding)
{
	struct plan plan = { .coding = coding };

	plan_make(&plan, request, stat);
	output_file_free(request->file);
	/* The last part of several has text only. */
	request->file = output_file_new(fd, plan.count + 1);
	if (set_headers(request->call, &plan) < 0 ||
	    set_variant(request, &plan, type) < 0)
		return TOMO_ENOMEM;
	if (plan.status != 200 && plan.status != 206) {
		answer_set(request, plan.status, "", 0, "");
		return 0;
	}
	if (plan.count == 1)
		answer_one(request, &plan, type);
	else if (answer_parts(request, &plan, type) < 0)
		return TOMO_ENOMEM;
	if (request->response.body_len > 0)
		request->response.file = request->file;
	return 0;
}
