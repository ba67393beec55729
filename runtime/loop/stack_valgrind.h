/* Tells valgrind of a stack, so that it knows a switch from a wild pointer. */
#ifndef RUNTIME_LOOP_STACK_VALGRIND_H
#define RUNTIME_LOOP_STACK_VALGRIND_H

#if defined(__has_include)
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#endif
#endif

#ifndef VALGRIND_STACK_REGISTER
#define VALGRIND_STACK_REGISTER(low, high) ((void)(low), (void)(high), 0u)
#define VALGRIND_STACK_DEREGISTER(id) ((void)(id))
#endif

#endif
