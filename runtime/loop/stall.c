#include "runtime/loop/stall.h"

#include "runtime/loop/inside.h"

void
stall_unpark(struct stall *stall)
{
	(void)stall;
}

void
stall_report(struct stall *stall)
{
	(void)stall;
}
