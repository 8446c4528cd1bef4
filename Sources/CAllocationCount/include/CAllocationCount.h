#ifndef AUTOPEFT_CALLOCATIONCOUNT_H
#define AUTOPEFT_CALLOCATIONCOUNT_H

#include <stdint.h>

/// The number of heap allocations that the calling thread has made so far; -1 where they are not
/// counted (no glibc, or a sanitizer that has the allocator itself).
///
/// A program that links this counts every malloc, calloc, realloc and aligned allocation of itself
/// and of its libraries, the Swift runtime among them. Counting is one addition to a variable of
/// the thread.
int64_t ac_thread_allocations(void);

#endif
