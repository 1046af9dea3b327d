#ifndef SIGNET_ALLOCATIONS_H
#define SIGNET_ALLOCATIONS_H

#include <stddef.h>

// How often this process has asked for memory.
unsigned long allocation_count(void);

// How many bytes it holds now.
size_t allocated_bytes(void);

#endif
