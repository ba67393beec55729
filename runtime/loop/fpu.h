/*
 * The floating-point environment of a coroutine between two functions: the
 * default, whatever the last one left.  Checked at each end of a call, hence
 * by the register itself where we know it (fetestexcept() takes 15 ns).
 */
#ifndef RUNTIME_LOOP_FPU_H
#define RUNTIME_LOOP_FPU_H

#include <fenv.h>

#ifdef __x86_64__

#define FPU_DEFAULT 0x1f80u /* to nearest, all exceptions masked, none raised */
#define FPU_RAISED 0x3fu

static inline void
fpu_reset(void)
{
	const unsigned now = __builtin_ia32_stmxcsr();

	if (now == FPU_DEFAULT)
		return;
	if ((now & ~FPU_RAISED) != FPU_DEFAULT)
		fesetenv(FE_DFL_ENV);
	else
		__builtin_ia32_ldmxcsr(FPU_DEFAULT);
}

#else

static inline void
fpu_reset(void)
{
	if (fetestexcept(FE_ALL_EXCEPT) != 0 || fegetround() != FE_TONEAREST)
		fesetenv(FE_DFL_ENV);
}

#endif
#endif
