/* Which sources the library was made from: see build.py. */
#include "kernel.h"

EXPORT const char *kernel_sources(void) { return SOURCES; }
