/* Random identifiers. */
#ifndef RUNTIME_BASE_UUID_H
#define RUNTIME_BASE_UUID_H

#define UUID_SIZE 37 /* with the NUL */

/* A random UUID (RFC 9562, version 4) in lower case. */
void uuid_make(char text[UUID_SIZE]);

#endif
