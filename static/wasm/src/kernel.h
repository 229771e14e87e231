/*
 * What all kernels share: integer types, faults, loads and stores, and copies that write a little more than asked.
 *
 * Every buffer the page hands over has at least SLACK bytes behind it that may be read, and if it is an output, written.
 */
#ifndef KERNEL_H
#define KERNEL_H

#include <stddef.h>
#include <stdint.h>
#include <wasm_simd128.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t i32;

#define EXPORT(name) __attribute__((export_name(#name), visibility("default")))
#define INLINE static inline __attribute__((always_inline))
#define NEVER_INLINE __attribute__((noinline))
#define LIKELY(condition) __builtin_expect(!!(condition), 1)
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)

#define SLACK 64
#define OPAQUE 0xff000000u

/* The numbers of `Fault` in static/js/render/decoders/faults.js; kernels return the negative. */
enum fault {
    TRUNCATED = 1,
    OVERRUN = 2,
    BAD_REFERENCE = 3,
    BAD_RUN = 4,
    BAD_BLOCK = 5,
    BAD_CODES = 6,
    WRONG_SIZE = 7,
    BAD_CHECKSUM = 8,
    BAD_HEADER = 9,
};

INLINE u32 load32(const void *at)
{
    u32 value;
    __builtin_memcpy(&value, at, 4);
    return value;
}

INLINE u64 load64(const void *at)
{
    u64 value;
    __builtin_memcpy(&value, at, 8);
    return value;
}

INLINE void store64(void *at, u64 value) { __builtin_memcpy(at, &value, 8); }

/* Copies in steps of 16 bytes; `to` is 16 bytes or more behind `from`, or they do not meet. Writes up to 15 bytes more. */
INLINE void copy16(u8 *to, const u8 *from, size_t bytes)
{
    u8 *const end = to + bytes;
    do {
        wasm_v128_store(to, wasm_v128_load(from));
        to += 16;
        from += 16;
    } while (to < end);
}

/* Writes the pixel four at a time, and up to three more than asked. */
INLINE void fill_pixels(u32 *to, u32 pixel, size_t count)
{
    u32 *const end = to + count;
    const v128_t four = wasm_i32x4_splat((i32)pixel);
    do {
        wasm_v128_store(to, four);
        to += 4;
    } while (to < end);
}

/* Repeats what lies `distance` pixels back, `count` pixels of it; overlaps as LZ means it. May write three more. */
INLINE void repeat_pixels(u32 *to, size_t distance, size_t count)
{
    if (distance == 1) {
        fill_pixels(to, to[-1], count);
    } else if (distance >= 4) {
        copy16((u8 *)to, (const u8 *)(to - distance), count * 4);
    } else {
        u32 *const end = to + count;
        for (; to < end; to += distance) wasm_v128_store(to, wasm_v128_load(to - distance));
    }
}

/* Four pixels of 3 bytes (B G R) as R G B 255. */
INLINE v128_t spread_bgr(v128_t bgr)
{
    v128_t spread = wasm_i8x16_shuffle(bgr, bgr, 2, 1, 0, 0, 5, 4, 3, 0, 8, 7, 6, 0, 11, 10, 9, 0);
    return wasm_v128_or(spread, wasm_i32x4_splat((i32)OPAQUE));
}

/* `count` pixels of 3 bytes; reads up to 13 bytes and writes up to 12 more. */
INLINE void spread_pixels(u32 *to, const u8 *from, size_t count)
{
    u32 *const end = to + count;
    do {
        wasm_v128_store(to, spread_bgr(wasm_v128_load(from)));
        to += 4;
        from += 12;
    } while (to < end);
}

/* 5-5-5 bits to a pixel: see `rgb555` in static/js/render/decoders/kernels/unpack.js. */
INLINE u32 rgb555(u32 value)
{
    u32 spread = ((value & 0x1f) << 19) | ((value & 0x3e0) << 6) | ((value & 0x7c00) >> 7);
    return OPAQUE | spread | ((spread >> 5) & 0x070707);
}

/* Gives each of `count` pixels its alpha; `alpha` may be read to the next multiple of 16. */
void merge_alpha(u32 *pixels, const u8 *alpha, u32 count);

#endif
