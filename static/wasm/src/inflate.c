/* Inflate (RFC 1950 and 1951) into a buffer of known size; see static/js/render/decoders/kernels/inflate.js. */
#include "kernel.h"

enum {
    LONGEST = 15, QUICK = 10, END = 256,
    LITERALS = 288, DISTANCES = 32, SMALL = 19,
    ADLER_BASE = 65521, ADLER_STRIDE = 3800,
};

static const u16 length_base[29] = {3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
static const u8 length_bits[29] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
static const u16 distance_base[30] = {
    1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577,
};
static const u8 distance_bits[30] = {0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13};
static const u8 code_order[SMALL] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};

/* Canonical Huffman codes. Codes of up to QUICK bits are looked up; longer ones are found by counting. */
typedef struct codes {
    u16 quick[1 << QUICK]; /* symbol << 4 | length, or 0 */
    u16 counts[LONGEST + 1], symbols[LITERALS];
} codes;

static codes literals, distances;

typedef struct stream {
    const u8 *at, *end;
    u64 hold;
    u32 held;
    u8 *begin, *to, *limit;
} stream;

static u32 reversed(u32 code, u32 length)
{
    u32 back = 0;
    for (; length; length--, code >>= 1) back = (back << 1) | (code & 1);
    return back;
}

static i32 build(codes *c, const u8 *lengths, u32 count)
{
    u16 offsets[LONGEST + 2] = {0};
    u32 next[LONGEST + 2] = {0};
    i32 space = 1 << LONGEST;
    __builtin_memset(c, 0, sizeof *c);
    for (u32 i = 0; i < count; i++) c->counts[lengths[i]]++;
    c->counts[0] = 0;
    for (u32 length = 1; length <= LONGEST; length++) {
        space -= c->counts[length] << (LONGEST - length);
        offsets[length + 1] = offsets[length] + c->counts[length];
        next[length + 1] = (next[length] + c->counts[length]) << 1;
    }
    if (space < 0) return -BAD_CODES;
    for (u32 i = 0; i < count; i++) {
        const u32 length = lengths[i];
        if (!length) continue;
        c->symbols[offsets[length]++] = (u16)i;
        const u32 code = next[length]++;
        if (length > QUICK) continue;
        for (u32 at = reversed(code, length); at < 1 << QUICK; at += 1u << length) c->quick[at] = (u16)(i << 4 | length);
    }
    return 0;
}

/* At least 32 bits, or all there are. */
INLINE void fill(stream *in)
{
    if (LIKELY(in->end - in->at >= 8)) {
        in->hold |= load64(in->at) << in->held;
        in->at += (63 - in->held) >> 3;
        in->held |= 56;
        return;
    }
    while (in->held <= 56 && in->at < in->end) {
        in->hold |= (u64)*in->at++ << in->held;
        in->held += 8;
    }
}

INLINE void drop(stream *in, u32 count)
{
    in->hold >>= count;
    in->held -= count;
}

INLINE i32 read_bits(stream *in, u32 count)
{
    if (in->held < count) fill(in);
    if (in->held < count) return -TRUNCATED;
    i32 value = (i32)(in->hold & ((1u << count) - 1));
    drop(in, count);
    return value;
}

static i32 long_symbol(stream *in, const codes *c)
{
    i32 code = 0, first = 0, index = 0;
    for (u32 length = 1; length <= LONGEST; length++) {
        if (length > in->held) return -TRUNCATED;
        code |= (in->hold >> (length - 1)) & 1;
        const i32 count = c->counts[length];
        if (code - first < count) {
            drop(in, length);
            return c->symbols[index + code - first];
        }
        index += count;
        first = (first + count) << 1;
        code <<= 1;
    }
    return -BAD_CODES;
}

INLINE i32 read_symbol(stream *in, const codes *c)
{
    if (in->held < LONGEST) fill(in);
    const u32 entry = c->quick[in->hold & ((1 << QUICK) - 1)], length = entry & 15;
    if (UNLIKELY(!length)) return long_symbol(in, c);
    if (UNLIKELY(length > in->held)) return -TRUNCATED;
    drop(in, length);
    return (i32)(entry >> 4);
}

static i32 stored(stream *in)
{
    in->at -= in->held >> 3;
    in->hold = in->held = 0;
    if (in->end - in->at < 4) return -TRUNCATED;
    const u32 length = in->at[0] | (u32)in->at[1] << 8, check = in->at[2] | (u32)in->at[3] << 8;
    if (length != (check ^ 0xffff)) return -BAD_BLOCK;
    in->at += 4;
    if (length > (size_t)(in->end - in->at)) return -TRUNCATED;
    if (length > (size_t)(in->limit - in->to)) return -OVERRUN;
    if (length) copy16(in->to, in->at, length);
    in->to += length;
    in->at += length;
    return 0;
}

static i32 read_lengths(stream *in, u8 *lengths, u32 count)
{
    for (u32 i = 0; i < count;) {
        const i32 symbol = read_symbol(in, &literals);
        if (symbol < 0) return symbol;
        if (symbol < 16) {
            lengths[i++] = (u8)symbol;
            continue;
        }
        if (symbol == 16 && i == 0) return -BAD_CODES;
        const u8 value = symbol == 16 ? lengths[i - 1] : 0;
        const i32 more = read_bits(in, symbol == 16 ? 2 : symbol == 17 ? 3 : 7);
        if (more < 0) return more;
        const u32 times = (symbol == 18 ? 11 : 3) + (u32)more;
        if (times > count - i) return -BAD_CODES;
        for (u32 end = i + times; i < end;) lengths[i++] = value;
    }
    return 0;
}

static i32 dynamic_codes(stream *in)
{
    static u8 lengths[LITERALS + DISTANCES];
    const i32 head = read_bits(in, 14);
    if (head < 0) return head;
    const u32 literal_count = (head & 31) + 257, distance_count = (head >> 5 & 31) + 1, count = (head >> 10) + 4;
    if (literal_count > 286 || distance_count > 30) return -BAD_CODES;
    __builtin_memset(lengths, 0, sizeof lengths);
    for (u32 i = 0; i < count; i++) {
        const i32 length = read_bits(in, 3);
        if (length < 0) return length;
        lengths[code_order[i]] = (u8)length;
    }
    i32 fault = build(&literals, lengths, SMALL);
    if (!fault) fault = read_lengths(in, lengths, literal_count + distance_count);
    if (fault) return fault;
    if (!lengths[END]) return -BAD_CODES;
    fault = build(&literals, lengths, literal_count);
    return fault ? fault : build(&distances, lengths + literal_count, distance_count);
}

static i32 fixed_codes(void)
{
    u8 lengths[LITERALS];
    for (u32 i = 0; i < LITERALS; i++) lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
    i32 fault = build(&literals, lengths, LITERALS);
    for (u32 i = 0; i < 30; i++) lengths[i] = 5;
    return fault ? fault : build(&distances, lengths, 30);
}

INLINE void repeat_bytes(u8 *to, u32 distance, u32 length)
{
    if (distance >= 16) copy16(to, to - distance, length);
    else for (u8 *const end = to + length; to < end; to++) *to = to[-(i32)distance];
}

static i32 coded(stream *in)
{
    for (;;) {
        const i32 symbol = read_symbol(in, &literals);
        if (LIKELY((u32)symbol < END)) {
            if (UNLIKELY(in->to >= in->limit)) return -OVERRUN;
            *in->to++ = (u8)symbol;
            continue;
        }
        if (symbol <= END) return symbol == END ? 0 : symbol;
        if (symbol > 285) return -BAD_CODES;
        const i32 more = read_bits(in, length_bits[symbol - 257]);
        if (more < 0) return more;
        const i32 far = read_symbol(in, &distances);
        if (far < 0) return far;
        if (far > 29) return -BAD_CODES;
        const i32 beyond = read_bits(in, distance_bits[far]);
        if (beyond < 0) return beyond;
        const u32 length = length_base[symbol - 257] + (u32)more, distance = distance_base[far] + (u32)beyond;
        if (UNLIKELY(distance > (size_t)(in->to - in->begin))) return -BAD_REFERENCE;
        if (UNLIKELY(length > (size_t)(in->limit - in->to))) return -OVERRUN;
        repeat_bytes(in->to, distance, length);
        in->to += length;
    }
}

static i32 blocks(stream *in)
{
    for (i32 head = 0; !(head & 1);) {
        head = read_bits(in, 3);
        if (head < 0) return head;
        i32 fault = 0;
        switch (head >> 1) {
        case 0: fault = stored(in); break;
        case 1: fault = fixed_codes(); if (!fault) fault = coded(in); break;
        case 2: fault = dynamic_codes(in); if (!fault) fault = coded(in); break;
        default: fault = -BAD_BLOCK;
        }
        if (fault) return fault;
    }
    return 0;
}

static u32 adler32(const u8 *at, const u8 *end)
{
    u32 low = 1, high = 0;
    while (at < end) {
        const u8 *until = end - at > ADLER_STRIDE ? at + ADLER_STRIDE : end;
        for (; at < until; at++) high += low += *at;
        low %= ADLER_BASE;
        high %= ADLER_BASE;
    }
    return high << 16 | low;
}

/* A zlib stream into exactly `bytes` bytes. */
EXPORT(inflate) i32 inflate(const u8 *data, u32 size, u8 *to, u32 bytes)
{
    if (size < 2) return -TRUNCATED;
    if ((data[0] & 15) != 8 || data[0] >> 4 > 7 || data[1] & 32 || ((u32)data[0] << 8 | data[1]) % 31) return -BAD_HEADER;
    stream in = {.at = data + 2, .end = data + size, .begin = to, .to = to, .limit = to + bytes};
    i32 fault = blocks(&in);
    if (fault) return fault;
    if (in.to != in.limit) return -WRONG_SIZE;
    in.at -= in.held >> 3;
    if (in.end - in.at < 4) return -TRUNCATED;
    const u8 *sum = in.at;
    if (((u32)sum[0] << 24 | (u32)sum[1] << 16 | (u32)sum[2] << 8 | sum[3]) != adler32(to, in.limit)) return -BAD_CHECKSUM;
    return 0;
}
