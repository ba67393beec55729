/* Reads zone files: TZif of RFC 8536, versions 1 and later. */
#include "transports/schedule/zone.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/base/alloc.h"

#define HEADER_SIZE ((size_t)44)
#define TYPE_SIZE ((size_t)6)

/* Far more than any zone has, and far from where sums overflow. */
#define COUNT_MAX 65536
#define TIME_MAX (INT64_C(1) << 60)

struct reader {
	const unsigned char *at;
	size_t left;
};

/* One of the two blocks of a file. */
struct block {
	unsigned version;
	size_t isutcnt, isstdcnt, leapcnt, timecnt, typecnt, charcnt;
	size_t time_size; /* 4 in the first block, 8 in the second */
};

static int64_t
big_endian(const unsigned char *bytes, size_t size)
{
	uint64_t value = 0;

	for (size_t i = 0; i < size; i++)
		value = value << 8 | bytes[i];
	return size == 4 ? (int32_t)value : (int64_t)value;
}

static const unsigned char *
take(struct reader *reader, size_t size)
{
	const unsigned char *at = reader->at;

	if (size > reader->left)
		return NULL;
	reader->at += size;
	reader->left -= size;
	return at;
}

static int
read_header(struct reader *reader, struct block *block, struct error *err)
{
	const unsigned char *head = take(reader, HEADER_SIZE);
	size_t *counts[] = { &block->isutcnt, &block->isstdcnt, &block->leapcnt,
		&block->timecnt, &block->typecnt, &block->charcnt };

	if (head == NULL || memcmp(head, "TZif", 4) != 0)
		return error_set(err, "not a time zone file");
	block->version = head[4];
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		*counts[i] = (size_t)big_endian(head + 20 + 4 * i, 4);
		if (*counts[i] > COUNT_MAX)
			return error_set(err, "too large a time zone file");
	}
	if (block->typecnt == 0)
		return error_set(err, "a time zone file without offsets");
	return 0;
}

static size_t
block_size(const struct block *block)
{
	return block->timecnt * (block->time_size + 1) +
	    block->typecnt * TYPE_SIZE + block->charcnt +
	    block->leapcnt * (block->time_size + 4) + block->isstdcnt +
	    block->isutcnt;
}

static int
read_offset(const unsigned char *types, const struct block *block, size_t type,
    int32_t *offset_s)
{
	if (type >= block->typecnt)
		return -1;
	*offset_s = (int32_t)big_endian(types + type * TYPE_SIZE, 4);
	if (*offset_s > ZONE_OFFSET_MAX || *offset_s < -ZONE_OFFSET_MAX)
		return -1;
	return 0;
}

/* data is as long as block_size() says. */
static int
read_block(struct zone *zone, const struct block *block,
    const unsigned char *data, struct error *err)
{
	const unsigned char *indexes = data + block->timecnt * block->time_size;
	const unsigned char *types = indexes + block->timecnt;
	int64_t last_s = -TIME_MAX;
	int32_t offset_s;

	if (read_offset(types, block, 0, &offset_s) < 0)
		return error_set(err, "a time zone file with a bad offset");
	zone->first_offset_s = offset_s;
	zone->changes = xcalloc(block->timecnt + 1, sizeof(*zone->changes));
	for (size_t i = 0; i < block->timecnt; i++) {
		const int64_t at_s = big_endian(
		    data + i * block->time_size, block->time_size);
		const int32_t before_s = offset_s;

		if (at_s <= last_s || at_s > TIME_MAX)
			return error_set(err, "a time zone file out of order");
		last_s = at_s;
		if (read_offset(types, block, indexes[i], &offset_s) < 0)
			return error_set(
			    err, "a time zone file with a bad offset");
		/* What changes only a name is none to us. */
		zone->changes[zone->count].at_s = at_s;
		zone->changes[zone->count].offset_s = offset_s;
		zone->count += offset_s != before_s;
	}
	return 0;
}

/* "\nCET-1CEST,M3.5.0,M10.5.0/3\n" */
static int
read_footer(struct zone *zone, const struct reader *rest, struct error *err)
{
	char text[128];
	const unsigned char *end;
	size_t size;

	if (rest->left < 2 || rest->at[0] != '\n')
		return error_set(err, "a time zone file without its last line");
	end = memchr(rest->at + 1, '\n', rest->left - 1);
	if (end == NULL)
		return error_set(err, "a time zone file without its last line");
	size = (size_t)(end - rest->at) - 1;
	if (size == 0)
		return 0;
	if (size >= sizeof(text))
		return error_set(err, "a time zone file with a bad rule");
	memcpy(text, rest->at + 1, size);
	text[size] = '\0';
	if (strlen(text) != size || !zone_rule_parse(&zone->rule, text))
		return error_set(err, "a time zone file with a bad rule");
	zone->has_rule = true;
	return 0;
}

static int
read_file(struct zone *zone, struct reader *reader, struct error *err)
{
	struct block block = { .time_size = 4 };
	const unsigned char *data;
	bool has_footer = false;

	if (read_header(reader, &block, err) < 0)
		return -1;
	data = take(reader, block_size(&block));
	if (data != NULL && block.version >= '2') {
		block.time_size = 8;
		has_footer = true;
		if (read_header(reader, &block, err) < 0)
			return -1;
		data = take(reader, block_size(&block));
	}
	if (data == NULL)
		return error_set(err, "a time zone file that is cut off");
	if (block.leapcnt > 0)
		return error_set(err, "a time zone with leap seconds");
	if (read_block(zone, &block, data, err) < 0)
		return -1;
	return has_footer ? read_footer(zone, reader, err) : 0;
}

struct zone *
zone_parse(const void *data, size_t size, struct error *err)
{
	struct zone *zone = xcalloc(1, sizeof(*zone));
	struct reader reader = { .at = data, .left = size };

	if (read_file(zone, &reader, err) == 0)
		return zone;
	zone_free(zone);
	return NULL;
}
