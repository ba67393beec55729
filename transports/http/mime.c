#include "transports/http/mime.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/ascii.h"

/* Sorted by ending, for bsearch(). */
static const struct row {
	const char *ending, *type;
} rows[] = {
	{ "3gp", "video/3gpp" },
	{ "7z", "application/x-7z-compressed" },
	{ "aac", "audio/aac" },
	{ "apk", "application/vnd.android.package-archive" },
	{ "apng", "image/apng" },
	{ "atom", "application/atom+xml" },
	{ "avi", "video/x-msvideo" },
	{ "avif", "image/avif" },
	{ "bin", "application/octet-stream" },
	{ "bmp", "image/bmp" },
	{ "br", "application/x-brotli" },
	{ "bz2", "application/x-bzip2" },
	{ "css", "text/css" },
	{ "csv", "text/csv" },
	{ "doc", "application/msword" },
	{ "docx",
	    "application/vnd.openxmlformats-officedocument.wordprocessingml.document" },
	{ "eot", "application/vnd.ms-fontobject" },
	{ "epub", "application/epub+zip" },
	{ "flac", "audio/flac" },
	{ "geojson", "application/geo+json" },
	{ "gif", "image/gif" },
	{ "gz", "application/gzip" },
	{ "heic", "image/heic" },
	{ "htm", "text/html" },
	{ "html", "text/html" },
	{ "ico", "image/vnd.microsoft.icon" },
	{ "ics", "text/calendar" },
	{ "jar", "application/java-archive" },
	{ "jpeg", "image/jpeg" },
	{ "jpg", "image/jpeg" },
	{ "js", "text/javascript" },
	{ "json", "application/json" },
	{ "jsonld", "application/ld+json" },
	{ "log", "text/plain" },
	{ "m3u8", "application/vnd.apple.mpegurl" },
	{ "m4a", "audio/mp4" },
	{ "m4v", "video/mp4" },
	{ "map", "application/json" },
	{ "md", "text/markdown" },
	{ "mid", "audio/midi" },
	{ "mjs", "text/javascript" },
	{ "mkv", "video/x-matroska" },
	{ "mov", "video/quicktime" },
	{ "mp3", "audio/mpeg" },
	{ "mp4", "video/mp4" },
	{ "mpeg", "video/mpeg" },
	{ "odp", "application/vnd.oasis.opendocument.presentation" },
	{ "ods", "application/vnd.oasis.opendocument.spreadsheet" },
	{ "odt", "application/vnd.oasis.opendocument.text" },
	{ "oga", "audio/ogg" },
	{ "ogg", "audio/ogg" },
	{ "ogv", "video/ogg" },
	{ "opus", "audio/ogg" },
	{ "otf", "font/otf" },
	{ "pdf", "application/pdf" },
	{ "png", "image/png" },
	{ "ppt", "application/vnd.ms-powerpoint" },
	{ "pptx",
	    "application/vnd.openxmlformats-officedocument.presentationml.presentation" },
	{ "ps", "application/postscript" },
	{ "rar", "application/vnd.rar" },
	{ "rss", "application/rss+xml" },
	{ "rtf", "application/rtf" },
	{ "svg", "image/svg+xml" },
	{ "tar", "application/x-tar" },
	{ "tif", "image/tiff" },
	{ "tiff", "image/tiff" },
	{ "toml", "application/toml" },
	{ "ts", "video/mp2t" },
	{ "tsv", "text/tab-separated-values" },
	{ "ttf", "font/ttf" },
	{ "txt", "text/plain" },
	{ "vtt", "text/vtt" },
	{ "wasm", "application/wasm" },
	{ "wav", "audio/wav" },
	{ "weba", "audio/webm" },
	{ "webm", "video/webm" },
	{ "webmanifest", "application/manifest+json" },
	{ "webp", "image/webp" },
	{ "woff", "font/woff" },
	{ "woff2", "font/woff2" },
	{ "xhtml", "application/xhtml+xml" },
	{ "xls", "application/vnd.ms-excel" },
	{ "xlsx",
	    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
	{ "xml", "application/xml" },
	{ "yaml", "application/yaml" },
	{ "yml", "application/yaml" },
	{ "zip", "application/zip" },
	{ "zst", "application/zstd" },
};

static int
compare(const void *ending, const void *row)
{
	return ascii_casecmp(ending, ((const struct row *)row)->ending);
}

const char *
mime_type(const char *name)
{
	const char *slash = strrchr(name, '/');
	const char *base = slash != NULL ? slash + 1 : name;
	const char *dot = strrchr(base, '.');
	const struct row *row = NULL;

	/* ".profile" has no ending. */
	if (dot != NULL && dot != base)
		row = bsearch(dot + 1, rows, sizeof(rows) / sizeof(rows[0]),
		    sizeof(rows[0]), compare);
	return row != NULL ? row->type : "application/octet-stream";
}

/* "text/" is all that begins so, "+json" all that ends so. */
static const char *const compressible[] = {
	"text/",
	"+json",
	"+xml",
	"application/javascript",
	"application/json",
	"application/rtf",
	"application/toml",
	"application/vnd.ms-fontobject",
	"application/wasm",
	"application/x-javascript",
	"application/x-ndjson",
	"application/xml",
	"application/yaml",
	"font/otf",
	"font/ttf",
	"image/bmp",
	"image/vnd.microsoft.icon",
};

static bool
matches(const char *row, const char *type, size_t len)
{
	const size_t size = strlen(row);

	if (size > len)
		return false;
	if (row[0] == '+')
		return ascii_ncasecmp(type + len - size, row, size) == 0;
	if (row[size - 1] != '/' && size != len)
		return false;
	return ascii_ncasecmp(type, row, size) == 0;
}

bool
mime_is_compressible(const char *type)
{
	const size_t len = strcspn(type, "; \t");

	for (size_t i = 0; i < sizeof(compressible) / sizeof(compressible[0]);
	     i++)
		if (matches(compressible[i], type, len))
			return true;
	return false;
}
