/*
 * What all kernels share: integer types, loads and stores.
 *
 * They are plain C for any 64-bit little-endian machine: no libc but memcpy and memset, no state of their own, no
 * allocation. Whoever calls brings the memory, of the size that the `..._bound` function of the same file says.
 */
#ifndef KERNEL_H
#define KERNEL_H

#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t i32;

#define EXPORT __attribute__((visibility("default")))
#define INLINE static inline __attribute__((always_inline))
#define NEVER_INLINE __attribute__((noinline))
#define LIKELY(condition) __builtin_expect(!!(condition), 1)
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)

/* Stores may write so many bytes more than they should; every bound includes them. */
#define SLACK 8

INLINE u64 load64(const void *at)
{
    u64 value;
    __builtin_memcpy(&value, at, 8);
    return value;
}

INLINE void store32(void *at, u32 value) { __builtin_memcpy(at, &value, 4); }

#endif
