#include "transports/http/multipart.h"

#include <string.h>

#include <tomodachi/abi.h>

#include "runtime/base/ascii.h"

static int
refuse(struct multipart *multipart, int code, const char *fault)
{
	multipart->fault = fault;
	return code;
}

/* ---- delimiters ---- */

/*
 * Whether what follows a boundary makes it a delimiter: blanks and a line end,
 * or "--" before these.  Moves on to the next part then.
 */
static bool
is_delimiter(struct multipart *multipart, const char *at)
{
	const char *end = multipart->end;
	const bool is_last = end - at >= 2 && memcmp(at, "--", 2) == 0;

	at += is_last ? 2 : 0;
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	if (is_last && at == end) {
		multipart->is_over = true;
		return true;
	}
	if (end - at < 2 || memcmp(at, "\r\n", 2) != 0)
		return false;
	multipart->is_over = is_last;
	multipart->at = at + 2;
	return true;
}

/* The next delimiter from at on, where its CR LF begins, or NULL. */
static const char *
find_delimiter(struct multipart *multipart, const char *at)
{
	const size_t len = multipart->delimiter_len;

	while ((at = memmem(at, (size_t)(multipart->end - at),
		    multipart->delimiter, len)) != NULL) {
		if (is_delimiter(multipart, at + len))
			return at;
		at += 2;
	}
	return NULL;
}

/*
 * The one before the first part may have no line before it.  After a preamble
 * there must be a part: with another line end all would be preamble.
 */
static bool
find_first(struct multipart *multipart)
{
	const size_t len = multipart->delimiter_len - 2;
	const char *at = multipart->at;

	if ((size_t)(multipart->end - at) >= len &&
	    memcmp(at, multipart->delimiter + 2, len) == 0 &&
	    is_delimiter(multipart, at + len))
		return true;
	return find_delimiter(multipart, at) != NULL && !multipart->is_over;
}

/* RFC 2046 5.1.1; what no browser sends is no risk to refuse. */
static bool
is_boundary(const char *text, size_t len)
{
	static const char others[] = "'()+_,-./:=? ";

	if (len == 0 || len > MULTIPART_BOUNDARY || text[len - 1] == ' ')
		return false;
	for (size_t i = 0; i < len; i++)
		if (!(text[i] >= '0' && text[i] <= '9') &&
		    !((text[i] | 0x20) >= 'a' && (text[i] | 0x20) <= 'z') &&
		    (text[i] == '\0' || strchr(others, text[i]) == NULL))
			return false;
	return true;
}

int
multipart_start(struct multipart *multipart, const char *content_type,
    const char *body, size_t len)
{
	const char *end = content_type + strlen(content_type);
	struct parameter parameter;
	int found;

	*multipart = (struct multipart) { .at = body, .end = body + len };
	parameters_start(&content_type, end);
	do
		found = parameters_next(&content_type, end, &parameter);
	while (found > 0 && !parameter_is(&parameter, "boundary"));
	if (found <= 0 || !is_boundary(parameter.value, parameter.value_len))
		return refuse(
		    multipart, TOMO_EINVAL, "Content-Type without a boundary");
	memcpy(multipart->delimiter, "\r\n--", 4);
	memcpy(multipart->delimiter + 4, parameter.value, parameter.value_len);
	multipart->delimiter_len = 4 + parameter.value_len;
	if (!find_first(multipart))
		return refuse(
		    multipart, TOMO_EINVAL, "the boundary never comes");
	return 0;
}

/* ---- headers of a part ---- */

static int
read_disposition(struct multipart *multipart, struct multipart_part *part,
    const char *value, size_t len)
{
	const char *at = value, *end = value + len;
	struct parameter parameter;
	int found;

	if (part->name.value != NULL)
		return refuse(
		    multipart, TOMO_EINVAL, "two Content-Dispositions");
	if (parameters_start(&at, end) != 9 ||
	    ascii_ncasecmp(value, "form-data", 9) != 0)
		return refuse(multipart, TOMO_EINVAL,
		    "a Content-Disposition other than form-data");
	while ((found = parameters_next(&at, end, &parameter)) > 0) {
		struct parameter *to = parameter_is(&parameter, "name")
		    ? &part->name
		    : parameter_is(&parameter, "filename") ? &part->filename
							   : NULL;

		/* RFC 7578 4.2: no filename*. */
		if (to == NULL)
			continue;
		if (to->value != NULL)
			return refuse(multipart, TOMO_EINVAL,
			    "a name or filename given twice");
		*to = parameter;
	}
	return found == 0
	    ? 0
	    : refuse(multipart, TOMO_EINVAL, "a malformed Content-Disposition");
}

/* RFC 7578 4.7: nobody sends one; undecoded, the data would be wrong. */
static bool
is_identity(const char *value, size_t len)
{
	static const char *const plain[] = { "7bit", "8bit", "binary" };

	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (len == strlen(plain[i]) &&
		    ascii_ncasecmp(value, plain[i], len) == 0)
			return true;
	return false;
}

static bool
is_name(const char *name, size_t len, const char *wanted)
{
	return len == strlen(wanted) && ascii_ncasecmp(name, wanted, len) == 0;
}

static int
read_header(struct multipart *multipart, struct multipart_part *part,
    const char *line, const char *end)
{
	const char *colon = memchr(line, ':', (size_t)(end - line));
	const char *value = colon;
	size_t name_len, len;

	if (colon == NULL || colon == line || *line == ' ' || *line == '\t')
		return refuse(multipart, TOMO_EINVAL, "a malformed header");
	for (const char *at = line; at < end; at++)
		if (((unsigned char)*at < ' ' && *at != '\t') || *at == 0x7f)
			return refuse(multipart, TOMO_EINVAL,
			    "a control character in a header");
	name_len = (size_t)(colon - line);
	do
		value++;
	while (value < end && (*value == ' ' || *value == '\t'));
	while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	len = (size_t)(end - value);
	if (is_name(line, name_len, "Content-Disposition"))
		return read_disposition(multipart, part, value, len);
	if (is_name(line, name_len, "Content-Transfer-Encoding") &&
	    !is_identity(value, len))
		return refuse(
		    multipart, TOMO_EINVAL, "a Content-Transfer-Encoding");
	if (is_name(line, name_len, "Content-Type")) {
		part->type = value;
		part->type_len = len;
	}
	return 0;
}

/* Reads the headers and moves past the empty line behind them. */
static int
read_headers(struct multipart *multipart, struct multipart_part *part)
{
	const char *start = multipart->at;

	for (unsigned count = 0;; count++) {
		const char *line = multipart->at;
		const char *end = memchr(
		    line, '\n', (size_t)(multipart->end - line));
		int code;

		if (end == NULL || end == line || end[-1] != '\r')
			return refuse(multipart, TOMO_EINVAL,
			    "a header without its line end");
		multipart->at = end + 1;
		if (end - line == 1)
			break;
		if (count == MULTIPART_HEADERS ||
		    end - start > MULTIPART_HEADER_BYTES)
			return refuse(multipart, TOMO_ETOOBIG,
			    "too many or too long headers");
		code = read_header(multipart, part, line, end - 1);
		if (code < 0)
			return code;
	}
	if (part->name.value == NULL)
		return refuse(multipart, TOMO_EINVAL, "no name");
	return 0;
}

int
multipart_next(struct multipart *multipart, struct multipart_part *part)
{
	const char *delimiter;
	int code;

	*part = (struct multipart_part) { 0 };
	if (multipart->fault != NULL)
		return TOMO_EINVAL;
	if (multipart->is_over)
		return 0;
	if (multipart->parts++ == MULTIPART_PARTS)
		return refuse(multipart, TOMO_ETOOBIG, "too many parts");
	code = read_headers(multipart, part);
	if (code < 0)
		return code;
	part->data = multipart->at;
	/* Of a part without data the empty line begins the delimiter. */
	delimiter = find_delimiter(multipart, part->data - 2);
	if (delimiter == NULL)
		return refuse(multipart, TOMO_EINVAL, "cut short");
	if (delimiter > part->data)
		part->size = (size_t)(delimiter - part->data);
	return 1;
}
