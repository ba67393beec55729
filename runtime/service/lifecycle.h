/* The life of a service, from init to detach, as one coroutine. */
#ifndef RUNTIME_SERVICE_LIFECYCLE_H
#define RUNTIME_SERVICE_LIFECYCLE_H

struct service;

void lifecycle_start(struct service *service);

#endif
