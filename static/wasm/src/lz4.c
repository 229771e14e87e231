/* LZ4 blocks one behind the other, and their pixels; see static/js/render/decoders/kernels/lz4.js. */
#include "kernel.h"

enum { LONG = 15, SHORTEST_MATCH = 4, FARTHEST = 65536 };

void unpack_rgb32(const u8 *from, u32 *to, u32 count);
void unpack_rgba(const u8 *from, u32 *to, u32 count);

typedef struct target {
    u8 *begin, *at, *end;
    u8 *raw;         /* before it, pixels have their final order already */
    i32 swap;        /* 0: leave bytes as they are; 1: B G R x; 2: B G R A */
} target;

/* Turns what no later reference can reach into pixels while it is in the cache. */
INLINE void settle(target *out, u8 *until)
{
    size_t bytes = (size_t)(until - out->raw) & ~(size_t)31;
    if (out->swap == 1) unpack_rgb32(out->raw, (u32 *)out->raw, bytes / 4);
    else if (out->swap == 2) unpack_rgba(out->raw, (u32 *)out->raw, bytes / 4);
    out->raw += bytes;
}

INLINE i32 read_length(const u8 **at, const u8 *end, u32 *length, u32 most)
{
    for (u32 more = 255; more == 255;) {
        if (UNLIKELY(*at >= end)) return -TRUNCATED;
        more = *(*at)++;
        *length += more;
        if (UNLIKELY(*length > most)) return -OVERRUN;
    }
    return 0;
}

INLINE void repeat_bytes(u8 *to, u32 distance, u32 length)
{
    u8 *const end = to + length;
    const u8 *from = to - distance;
    if (LIKELY(distance >= 16)) {
        copy16(to, from, length);
        return;
    }
    if (distance == 4) {
        const v128_t same = wasm_v128_load32_splat(from);
        for (; to < end; to += 16) wasm_v128_store(to, same);
        return;
    }
    if (distance == 1) {
        const v128_t same = wasm_v128_load8_splat(from);
        for (; to < end; to += 16) wasm_v128_store(to, same);
        return;
    }
    if (distance >= 8) {
        for (; to < end; to += 8, from += 8) store64(to, load64(from));
        return;
    }
    for (; to < end; to++, from++) *to = *from;
}

static i32 read_block(const u8 *at, const u8 *end, target *out)
{
    const u32 most = (u32)(out->end - out->begin);
    for (;;) {
        if (UNLIKELY(at >= end)) return -TRUNCATED;
        u32 token = *at++, length = token >> 4;
        i32 fault;
        if (length == LONG && (fault = read_length(&at, end, &length, most))) return fault;
        if (UNLIKELY(length > (size_t)(end - at))) return -TRUNCATED;
        if (UNLIKELY(length > (size_t)(out->end - out->at))) return -OVERRUN;
        if (length) copy16(out->at, at, length);
        at += length;
        out->at += length;
        if (at == end) return 0;

        if (UNLIKELY(end - at < 2)) return -TRUNCATED;
        u32 distance = at[0] | ((u32)at[1] << 8);
        at += 2;
        length = token & 15;
        if (length == LONG && (fault = read_length(&at, end, &length, most))) return fault;
        length += SHORTEST_MATCH;
        if (UNLIKELY(distance == 0 || distance > (size_t)(out->at - out->begin))) return -BAD_REFERENCE;
        if (UNLIKELY(length > (size_t)(out->end - out->at))) return -OVERRUN;
        repeat_bytes(out->at, distance, length);
        out->at += length;
        if (UNLIKELY(out->at - out->raw >= 2 * FARTHEST)) settle(out, out->at - FARTHEST);
    }
}

/* Decodes chunks into exactly `bytes` bytes; `swap` as in `target`. */
EXPORT(lz4_chunks) i32 lz4_chunks(const u8 *data, u32 size, u8 *to, u32 bytes, i32 swap)
{
    const u8 *const end = data + size;
    target out = {to, to, to + bytes, to, swap};
    while (data < end) {
        if (end - data < 4) return -TRUNCATED;
        u32 length = ((u32)data[0] << 24) | ((u32)data[1] << 16) | ((u32)data[2] << 8) | data[3];
        data += 4;
        if (length > (size_t)(end - data)) return -TRUNCATED;
        i32 fault = read_block(data, data + length, &out);
        if (fault) return fault;
        data += length;
    }
    if (out.at != out.end) return -WRONG_SIZE;
    if (swap == 1) unpack_rgb32(out.raw, (u32 *)out.raw, (u32)(out.end - out.raw) / 4);
    if (swap == 2) unpack_rgba(out.raw, (u32 *)out.raw, (u32)(out.end - out.raw) / 4);
    return 0;
}
