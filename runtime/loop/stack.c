#include "runtime/loop/stack.h"

#include <sys/mman.h>

#include "runtime/loop/stack_valgrind.h"

/* Linux 6.13; unknown to older headers, refused by other kernels. */
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

/*
 * A guard that needs no mapping of its own, where the kernel has it: then
 * neighbouring stacks are one mapping, and max_map_count does not bound them.
 */
static int
install_guard(void *low)
{
	if (madvise(low, STACK_GUARD, MADV_GUARD_INSTALL) == 0)
		return 0;
	return mprotect(low, STACK_GUARD, PROT_NONE);
}

int
stack_map(struct stack *stack, size_t size)
{
	/* MAP_STACK also keeps huge pages away, which would commit it all. */
	void *low = mmap(NULL, STACK_GUARD + size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);

	if (low == MAP_FAILED)
		return -1;
	if (install_guard(low) == -1) {
		munmap(low, STACK_GUARD + size);
		return -1;
	}
	stack->low = low;
	stack->size = size;
	stack->valgrind_id = VALGRIND_STACK_REGISTER(
	    stack_bottom(stack), stack_top(stack));
	return 0;
}

void
stack_unmap(const struct stack *stack)
{
	VALGRIND_STACK_DEREGISTER(stack->valgrind_id);
	munmap(stack->low, STACK_GUARD + stack->size);
}
