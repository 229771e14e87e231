/*
 * LZ streams of SPICE: a control byte below 32 brings that many literals plus one; any other refers back.
 *
 *     control  LLLddddd    length less the bias, upper bits of the distance less one
 *     [length bytes]       when LLL is 7: added until one is not 255
 *     dddddddd             lower bits of the distance less one; 13 bits all one: two bytes of the rest follow
 *
 * Facts: spice-common common/lz.c, lz_compress_tmpl.c, lz_decompress_tmpl.c.
 */
#include "matching.h"

enum { TABLE_BITS = 13, NEAR = 8191, FARTHEST = 65535 + NEAR };

static const stream COLOURS = {.mask = 0xffffff, .bytes = 3, .bias = 0, .near_least = 2, .far_least = 3};
static const stream ALPHA = {.mask = 0xff000000, .bytes = 1, .bias = 2, .near_least = 4, .far_least = 6};

INLINE u8 *put_reference(u8 *to, size_t length, size_t distance, stream s)
{
    length -= s.bias;
    distance--;
    const u32 top = distance < NEAR ? (u32)(distance >> 8) : 31;
    *to++ = (u8)((length < LONG_LENGTH ? length : LONG_LENGTH) << 5 | top);
    if (length >= LONG_LENGTH) to = put_length(to, length);
    if (distance < NEAR) {
        *to++ = (u8)distance;
        return to;
    }
    distance -= NEAR;
    *to++ = 255;
    *to++ = (u8)(distance >> 8);
    *to++ = (u8)distance;
    return to;
}

/* Runs first, which are most of a desktop; then the last place that looked alike. The longer nothing is found, the
   larger the steps. */
INLINE size_t compress(const u32 *pixels, size_t count, u8 *out, stream s)
{
    const u32 *const end = pixels + count, *const last = count > PLACE_READS ? end - PLACE_READS : pixels;
    const u32 *anchor = pixels, *at = pixels + 1;
    u32 table[1 << TABLE_BITS];
    u8 *to = out;
    __builtin_memset(table, 0, sizeof table);
    while (at < last) {
        const u32 *from = at - 1;
        if (!same_pair(s, from, at)) {
            u32 *const place = &table[place_of(at, s, TABLE_BITS)];
            from = pixels + *place;
            *place = (u32)(at - pixels);
            if (at - from > FARTHEST || !same_pair(s, from, at)) {
                at += step_after((size_t)(at - anchor));
                continue;
            }
        }
        size_t length = 2 + same_length(s, from + 2, at + 2, end);
        for (; at > anchor && from > pixels && same(s, from[-1], at[-1]); length++) at--, from--;
        const size_t distance = (size_t)(at - from);
        if (length < (distance <= NEAR ? s.near_least : s.far_least)) {
            at += length;
            continue;
        }
        to = put_literals(to, anchor, (size_t)(at - anchor), s);
        to = put_reference(to, length, distance, s);
        anchor = at += length;
        if (at < last) table[place_of(at - 1, s, TABLE_BITS)] = (u32)(at - 1 - pixels);
    }
    to = put_literals(to, anchor, (size_t)(end - anchor), s);
    return (size_t)(to - out);
}

/* Bytes that a stream of this many pixels may take, at `bytes` (3 or 1) a pixel. */
EXPORT size_t lz_bound(size_t pixels, size_t bytes) { return stream_bound(pixels, bytes); }

/* The colours of `count` pixels; returns the stream's length. */
EXPORT size_t lz_colours(const u32 *pixels, size_t count, u8 *out) { return compress(pixels, count, out, COLOURS); }

/* Their alpha. */
EXPORT size_t lz_alpha(const u32 *pixels, size_t count, u8 *out) { return compress(pixels, count, out, ALPHA); }
