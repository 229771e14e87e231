/*
 * What LZ and GLZ have in common: literals behind a count, and how far two places are equal.
 *
 * A stream is of colours, three bytes a pixel, or of alpha, one. Both are read from the same words (0xAARRGGBB): `mask`
 * says which bits count.
 */
#ifndef MATCHING_H
#define MATCHING_H

#include "kernel.h"

enum { MOST_LITERALS = 32, LONG_LENGTH = 7, MORE_LENGTH = 255, PATIENCE_BITS = 6, LONGEST_STEP = 16 };

/* `least`: pixels of a reference that says what it costs, near and far. `bias`: what lengths are written without. */
typedef struct stream {
    u32 mask, bytes, bias, near_least, far_least;
} stream;

INLINE int same(stream s, u32 a, u32 b) { return !((a ^ b) & s.mask); }

INLINE int same_pair(stream s, const u32 *a, const u32 *b)
{
    return !((load64(a) ^ load64(b)) & (s.mask * 0x100000001ull));
}

/* How many pixels from `b` to `end` are as those from `a`, which lies before it. */
INLINE size_t same_length(stream s, const u32 *a, const u32 *b, const u32 *end)
{
    const u32 *const begin = b;
    const u64 mask = s.mask * 0x100000001ull;
    for (; end - b >= 4; a += 4, b += 4) {
        const u64 first = (load64(a) ^ load64(b)) & mask, second = (load64(a + 2) ^ load64(b + 2)) & mask;
        if (first) return (size_t)(b - begin) + !(u32)first;
        if (second) return (size_t)(b - begin) + 2 + !(u32)second;
    }
    for (; b < end && same(s, *a, *b); a++) b++;
    return (size_t)(b - begin);
}

INLINE u8 *put_literals(u8 *to, const u32 *from, size_t count, stream s)
{
    while (count) {
        const size_t some = count < MOST_LITERALS ? count : MOST_LITERALS;
        *to++ = (u8)(some - 1);
        if (s.bytes == 3) {
            for (size_t i = 0; i < some; i++, to += 3) store32(to, from[i]);
        } else {
            for (size_t i = 0; i < some; i++) *to++ = (u8)(from[i] >> 24);
        }
        from += some;
        count -= some;
    }
    return to;
}

/* How far to go on where nothing was found, after so many literals. */
INLINE size_t step_after(size_t literals)
{
    const size_t step = 1 + (literals >> PATIENCE_BITS);
    return step < LONGEST_STEP ? step : LONGEST_STEP;
}

/* The rest of a length that did not fit the control byte. */
INLINE u8 *put_length(u8 *to, size_t length)
{
    for (length -= LONG_LENGTH; length >= MORE_LENGTH; length -= MORE_LENGTH) *to++ = MORE_LENGTH;
    *to++ = (u8)length;
    return to;
}

/* A stream without any reference; one with them is never longer, for a reference is shorter than what it stands for. */
INLINE size_t stream_bound(size_t pixels, size_t bytes) { return pixels * bytes + pixels / MOST_LITERALS + 1 + SLACK; }

/* A place in a table of 2^bits for what lies at `at`: two pixels of colours, or four of alpha. */
INLINE u32 place_of(const u32 *at, stream s, u32 bits)
{
    const u64 mask = s.mask * 0x100000001ull;
    u64 key = load64(at) & mask;
    if (s.bytes == 1) key = key >> 24 | (load64(at + 2) & mask) >> 16;
    return (u32)((key * 0x9e3779b97f4a7c15ull) >> (64 - bits));
}

/* How many pixels `place_of` may read. */
enum { PLACE_READS = 4 };

#endif
