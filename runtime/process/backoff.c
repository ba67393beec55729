#include "runtime/process/backoff.h"

int64_t
backoff_next(struct backoff *backoff, int64_t open_ms, bool at_once)
{
	if (open_ms >= BACKOFF_HEALTHY_MS)
		backoff->next_ms = 0;
	if (backoff->next_ms == 0) {
		backoff->next_ms = BACKOFF_FIRST_MS;
		if (at_once)
			return 0;
	}
	const int64_t delay_ms = backoff->next_ms;
	backoff->next_ms = delay_ms * 2 < BACKOFF_LAST_MS ? delay_ms * 2
							  : BACKOFF_LAST_MS;
	return delay_ms;
}
