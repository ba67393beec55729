/* What a call keeps until it ends: values by key, and deferred functions. */
#ifndef RUNTIME_SERVICE_VALUES_H
#define RUNTIME_SERVICE_VALUES_H

struct tomo_call;

/* Runs what was deferred, last first, and releases the values. */
void values_clear(struct tomo_call *call);

#endif
