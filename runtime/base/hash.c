#include "runtime/base/hash.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WORD sizeof(uint64_t)

/* For a given word every step is a bijection: one changed word always shows. */
static uint64_t
mix(uint64_t state, uint64_t word)
{
	state = (state ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return state ^ (state >> 32);
}

static uint64_t
word_at(const unsigned char *bytes)
{
	uint64_t word;

	memcpy(&word, bytes, WORD);
	return word;
}

void
hash_init(struct hash *hash)
{
	memset(hash, 0, sizeof(*hash));
	hash->state = UINT64_C(0x243f6a8885a308d3);
}

void
hash_add(struct hash *hash, const void *data, size_t len)
{
	const unsigned char *bytes = data;
	const size_t have = hash->length % WORD;

	if (len == 0)
		return;
	hash->length += len;
	if (have + len < WORD) {
		memcpy(hash->tail + have, bytes, len);
		return;
	}
	if (have > 0) {
		memcpy(hash->tail + have, bytes, WORD - have);
		hash->state = mix(hash->state, word_at(hash->tail));
		bytes += WORD - have;
		len -= WORD - have;
	}
	for (; len >= WORD; bytes += WORD, len -= WORD)
		hash->state = mix(hash->state, word_at(bytes));
	memcpy(hash->tail, bytes, len);
}

uint64_t
hash_value(const struct hash *hash)
{
	unsigned char last[WORD] = { 0 };

	memcpy(last, hash->tail, hash->length % WORD);
	return mix(mix(mix(hash->state, word_at(last)), hash->length), 1);
}

int
hash_file(const char *path, uint64_t *value)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char piece[65536];
	struct hash hash;
	struct stat is;
	ssize_t got;

	if (fd < 0)
		return -1;
	if (fstat(fd, &is) != 0 || !S_ISREG(is.st_mode)) {
		close(fd);
		return -1;
	}
	hash_init(&hash);
	while ((got = read(fd, piece, sizeof(piece))) > 0)
		hash_add(&hash, piece, (size_t)got);
	close(fd);
	*value = hash_value(&hash);
	return got == 0 ? 0 : -1;
}
