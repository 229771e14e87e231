/*
 * QUIC; see static/js/render/decoders/kernels/quic.js and quic_model.js, which say what happens here in more words.
 *
 * The three colours of a pixel are decoded one after the other, and predicted together, a byte each in one word.
 */
#include "kernel.h"

enum { HEADER_BYTES = 20, CONTEXTS = 8, CODES = 8, CODE_LIMIT = 26, STAGES = 7, STAGE_PIXELS = 2048, RUN_STATES = 32, LONGEST = 26 };
enum quic_type { GRAY = 1, RGB16 = 2, RGB24 = 3, RGB32 = 4, RGBA = 5 };

/* Code lengths and limits for components of 8 or of 5 bits. */
typedef struct family {
    u32 bits, mask, contexts;
    u8 zeros[CODES], plain_length[CODES], plain_bits[CODES];
    u16 plain_from[CODES];
    u16 lengths[256][CODES] __attribute__((aligned(16)));
    u16 unused[CODES] __attribute__((aligned(16)));
} family;

typedef struct channel {
    u8 best[256];
    u16 totals[CONTEXTS][CODES] __attribute__((aligned(16)));
} channel;

/* Bits of 32-bit little-endian words, most significant first. Behind `end` there are zeros, enough for a row. */
typedef struct bits {
    const u8 *data;
    u32 at, end; /* counted in bits */
} bits;

/* When the models learn, and how long a run is expected. */
typedef struct pace {
    u32 wait, drawn, stage, left, run;
} pace;

typedef struct plane {
    channel channels[3];
    pace pace;
    u32 *residues;
} plane;

/* The folded differences of one pixel. */
typedef struct triple {
    u32 first, second, third;
} triple;

INLINE u32 packed(triple t) { return t.first | t.second << 8 | t.third << 16; }
INLINE triple unpacked(u32 residue) { return (triple){residue & 255, (residue >> 8) & 255, (residue >> 16) & 255}; }

/* What the loops are made for: the compiler makes a copy of them for each shape. */
typedef struct shape {
    plane *plane;
    const family *family;
    u32 channels, base, fold;
} shape;

static family eight, five;
static plane colours, alpha;

static const u8 pauses[256] = {
    2, 23, 19, 21, 7, 18, 40, 14, 12, 32, 47, 44, 36, 6, 18, 11, 4, 19, 42, 29, 16, 63, 57, 51, 16, 3, 5, 14, 15, 30, 20, 9,
    36, 45, 3, 57, 61, 0, 8, 5, 41, 14, 43, 27, 43, 59, 31, 35, 39, 60, 42, 38, 13, 54, 62, 1, 26, 3, 11, 61, 52, 34, 7, 48,
    4, 59, 22, 12, 22, 8, 50, 4, 10, 6, 44, 8, 11, 46, 31, 51, 53, 17, 1, 43, 46, 60, 36, 54, 10, 27, 39, 44, 22, 41, 23, 2,
    44, 0, 40, 53, 40, 48, 16, 43, 32, 28, 33, 12, 20, 2, 56, 62, 55, 58, 18, 20, 13, 55, 38, 29, 57, 19, 49, 33, 47, 63, 59, 0,
    35, 61, 19, 25, 46, 38, 60, 4, 35, 1, 26, 40, 28, 10, 5, 14, 25, 18, 48, 49, 20, 59, 62, 34, 46, 7, 33, 52, 34, 58, 9, 29,
    8, 55, 62, 60, 37, 36, 37, 50, 6, 3, 10, 28, 48, 24, 26, 61, 57, 30, 11, 54, 2, 6, 50, 47, 7, 17, 35, 53, 32, 12, 23, 17,
    5, 21, 49, 55, 51, 45, 52, 27, 39, 25, 39, 63, 22, 24, 42, 52, 56, 38, 41, 41, 56, 32, 13, 24, 26, 51, 27, 56, 58, 37, 24, 42,
    15, 28, 17, 30, 31, 15, 16, 23, 25, 54, 33, 34, 1, 29, 31, 50, 53, 21, 49, 15, 47, 9, 0, 58, 37, 45, 30, 13, 9, 45, 63, 21,
};
static const u16 triggers[STAGES] = {110, 550, 900, 800, 550, 400, 350};
static const u8 run_bits[RUN_STATES] = {
    0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 9, 10, 11, 12, 13, 14, 15,
};

static void describe(family *f, u32 width)
{
    const u32 levels = 1u << width;
    f->bits = width;
    f->mask = levels - 1;
    f->contexts = width == 8 ? 8 : 5;
    for (u32 code = 0; code < CODES; code++) {
        f->unused[code] = code < width ? 0 : 0xffff;
        if (code >= width) continue;
        u32 zeros = CODE_LIMIT - width, most = (1u << (width - code)) - 1;
        if (zeros > most) zeros = most;
        u32 from = zeros << code, plain = 0;
        while ((1u << plain) < levels - from) plain++;
        f->zeros[code] = zeros;
        f->plain_from[code] = from;
        f->plain_bits[code] = plain;
        f->plain_length[code] = zeros + plain;
        for (u32 value = 0; value < levels; value++) {
            f->lengths[value][code] = value < from ? (value >> code) + code + 1 : zeros + plain;
        }
    }
}

static void start(plane *p, const family *f, u32 *residues)
{
    p->residues = residues;
    p->pace = (pace){.drawn = 255, .left = STAGE_PIXELS};
    for (u32 c = 0; c < 3; c++) {
        __builtin_memset(p->channels[c].best, (int)f->bits - 1, sizeof p->channels[c].best);
        __builtin_memset(p->channels[c].totals, 0, sizeof p->channels[c].totals);
    }
}

/* The next 64 bits from bit `at` on. */
INLINE u64 window_at(const u8 *data, u32 at)
{
    const u8 *const word = data + (at >> 5) * 4;
    const u64 two = load64(word);
    const u64 shift = at & 31;
    return ((two << 32 | two >> 32) << shift) | (((u64)load32(word + 8) << shift) >> 32);
}

/* A value that is written plain, behind as many zeros as `code` allows; its length is in the upper half. */
NEVER_INLINE static u32 plain_value(const family *f, u32 code, u64 window)
{
    const u32 length = f->plain_length[code];
    const u32 low = (u32)(window >> (64 - length)) & ((1u << f->plain_bits[code]) - 1);
    return ((f->plain_from[code] + low) & f->mask) | length << 16;
}

/* The next value of a channel in this code; takes it off the window and adds its bits to `taken`. */
INLINE u32 read_value(const family *f, u32 code, u64 *window, u32 *taken)
{
    const u64 bits = *window;
    const u64 zeros = (u64)__builtin_clzg(bits, 64);
    if (LIKELY(zeros < f->zeros[code])) {
        const u64 found = bits << (zeros & 63);
        *window = found << (code + 1);
        *taken += (u32)zeros + code + 1;
        return ((u32)(zeros - 1) << code) + (u32)(found >> (63 - code));
    }
    const u32 plain = plain_value(f, code, bits);
    *window = bits << (plain >> 16);
    *taken += plain >> 16;
    return plain & 0xffff;
}

static void learn_one(channel *c, const family *f, u32 before, u32 value, u32 trigger)
{
    u32 context = 31 - (u32)__builtin_clz(before + 1);
    if (context >= f->contexts) context = f->contexts - 1;
    v128_t totals = wasm_i16x8_add(wasm_v128_load(c->totals[context]), wasm_v128_load(f->lengths[value]));
    const v128_t known = wasm_v128_or(totals, wasm_v128_load(f->unused));
    v128_t least = wasm_u16x8_min(known, wasm_i16x8_shuffle(known, known, 4, 5, 6, 7, 0, 1, 2, 3));
    least = wasm_u16x8_min(least, wasm_i16x8_shuffle(least, least, 2, 3, 0, 1, 6, 7, 4, 5));
    least = wasm_u16x8_min(least, wasm_i16x8_shuffle(least, least, 1, 0, 3, 2, 5, 4, 7, 6));
    const u32 best = 31 - (u32)__builtin_clz(wasm_i16x8_bitmask(wasm_i16x8_eq(least, known)));
    if (wasm_u16x8_extract_lane(least, 0) > trigger) totals = wasm_u16x8_shr(totals, 1);
    wasm_v128_store(c->totals[context], totals);
    const u32 first = (1u << context) - 1;
    if (c->best[first] == best) return;
    const u32 last = context == f->contexts - 1 ? f->mask : 2 * first;
    for (u32 at = first; at <= last; at++) c->best[at] = (u8)best;
}

/* Called for few pixels, and apart from the loop so that it costs the others nothing. Differences are packed. */
NEVER_INLINE static void learn(plane *p, const family *f, u32 channels, u32 before, u32 now)
{
    const u32 trigger = triggers[p->pace.stage];
    for (u32 c = 0; c < channels; c++, before >>= 8, now >>= 8) {
        learn_one(&p->channels[c], f, before & 255, now & 255, trigger);
    }
}

INLINE u32 pause_now(pace *p)
{
    p->drawn = (p->drawn + 1) & 255;
    return pauses[p->drawn] & ((1u << p->stage) - 1);
}

/* Length of a run, or a fault. */
static i32 read_run(bits *in, pace *p, u32 room)
{
    u32 length = 0;
    for (; window_at(in->data, in->at) >> 63; in->at++) {
        length += 1u << run_bits[p->run];
        if (p->run < RUN_STATES - 1) p->run++;
        if (length > room) return -BAD_RUN;
    }
    in->at++;
    const u32 rest = run_bits[p->run];
    if (rest) length += (u32)(window_at(in->data, in->at) >> (64 - rest));
    in->at += rest;
    if (p->run) p->run--;
    return length > room ? -BAD_RUN : (i32)length;
}

INLINE u32 mean(u32 a, u32 b) { return (a & b) + (((a ^ b) >> 1) & 0x7f7f7f7f); }

/* The best codes after these values. */
INLINE triple codes_after(shape s, triple before)
{
    const channel *const c = s.plane->channels;
    if (s.channels != 3) return (triple){c[0].best[before.first], 0, 0};
    return (triple){c[0].best[before.first], c[1].best[before.second], c[2].best[before.third]};
}

/* Two codes leave at least 12 bits of a window; only when they were long must it be looked up again for the third. */
INLINE triple read_residue(bits *in, shape s, triple codes)
{
    u64 window = window_at(in->data, in->at);
    u32 taken = 0;
    triple now = {0};
    now.first = read_value(s.family, codes.first, &window, &taken);
    if (s.channels == 3) {
        now.second = read_value(s.family, codes.second, &window, &taken);
        if (UNLIKELY(taken > 64 - LONGEST)) window = window_at(in->data, in->at + taken);
        now.third = read_value(s.family, codes.third, &window, &taken);
    }
    in->at += taken;
    return now;
}

/* What was guessed, put right by the folded differences. */
INLINE u32 correct(u32 guess, u32 residue, u32 fold)
{
    const u32 odd = residue & 0x010101;
    const u32 difference = (((residue >> 1) & 0x7f7f7f) ^ ((odd << 8) - odd)) & fold;
    return (((guess & 0x7f7f7f) + (difference & 0x7f7f7f)) ^ ((guess ^ difference) & 0x808080)) & fold;
}

/* A pixel with its channels replaced. */
INLINE u32 place(shape s, u32 old, u32 value)
{
    return s.channels == 3 ? value | OPAQUE : (old & ~(0xffu << s.base)) | (value << s.base);
}

INLINE void fill_run(u32 *to, u32 pixel, u32 mask, u32 count)
{
    if (mask == 0xffffff) {
        for (u32 i = 0; i < count; i += 4) wasm_v128_store(to + i, wasm_i32x4_splat((i32)pixel));
        return;
    }
    for (u32 i = 0; i < count; i++) to[i] = (to[i] & ~mask) | (pixel & mask);
}

/* Pixels `x` to `end` of a row. `above` is NULL in the first row. */
INLINE i32 read_part(bits *stream, shape s, const u32 *above, u32 *row, u32 x, u32 end)
{
    const u32 mask = s.channels == 3 ? 0xffffff : 0xffu << s.base;
    u32 *const residues = s.plane->residues;
    pace *const pc = &s.plane->pace;
    bits in = *stream;
    u32 stop = x + pc->wait, resumed = 0, left = row[x - 1], corner = above ? above[x - 1] : 0;
    triple codes = codes_after(s, unpacked(residues[x - 1]));
    while (x < end) {
        u32 guess = left;
        if (above) {
            const u32 up = above[x];
            if (UNLIKELY(!((corner ^ up) & mask)) && x != resumed && x > 2 && !((left ^ row[x - 2]) & mask)) {
                pc->wait = stop - x;
                *stream = in;
                const i32 length = read_run(stream, pc, end - x);
                if (length < 0) return length;
                in = *stream;
                fill_run(row + x, left, mask, (u32)length);
                resumed = x;
                x += (u32)length;
                if (x == end) return 0;
                stop = x + pc->wait;
                left = row[x - 1];
                corner = above[x - 1];
                codes = codes_after(s, unpacked(residues[x - 1]));
                continue;
            }
            corner = up;
            guess = mean(left, up);
        }
        const triple now = read_residue(&in, s, codes);
        const u32 residue = packed(now);
        residues[x] = residue;
        left = place(s, row[x], correct((guess & mask) >> s.base, residue, s.fold));
        row[x] = left;
        if (UNLIKELY(x == stop)) {
            learn(s.plane, s.family, s.channels, residues[x - 1], residue);
            stop = x + 1 + pause_now(pc);
        }
        codes = codes_after(s, now);
        x++;
    }
    pc->wait = stop - end;
    *stream = in;
    return 0;
}

INLINE void read_first(bits *in, shape s, const u32 *above, u32 *row)
{
    const u32 mask = s.channels == 3 ? 0xffffff : 0xffu << s.base;
    u32 *const residues = s.plane->residues;
    pace *const pc = &s.plane->pace;
    const u32 before = above ? residues[0] : 0;
    const triple now = read_residue(in, s, codes_after(s, unpacked(before)));
    const u32 guess = above ? above[0] & mask : 0;
    residues[0] = packed(now);
    row[0] = place(s, row[0], correct(guess >> s.base, residues[0], s.fold));
    if (pc->wait) {
        pc->wait--;
    } else {
        pc->wait = pause_now(pc);
        learn(s.plane, s.family, s.channels, before, residues[0]);
    }
}

INLINE i32 read_row(bits *in, shape s, const u32 *above, u32 *row, u32 width)
{
    pace *const pc = &s.plane->pace;
    for (u32 x = 0; x < width;) {
        u32 portion = width - x;
        if (pc->stage < STAGES - 1) {
            if (portion > pc->left) portion = pc->left;
            pc->left -= portion;
        }
        if (x == 0) read_first(in, s, above, row);
        i32 fault = above ? read_part(in, s, above, row, x ? x : 1, x + portion)
                          : read_part(in, s, NULL, row, x ? x : 1, x + portion);
        if (fault) return fault;
        x += portion;
        if (pc->stage < STAGES - 1 && pc->left == 0) {
            pc->stage++;
            pc->left = STAGE_PIXELS;
        }
    }
    return in->at > in->end ? -TRUNCATED : 0;
}

typedef i32 row_reader(bits *in, const u32 *above, u32 *row, u32 width);

NEVER_INLINE static i32 colour_row(bits *in, const u32 *above, u32 *row, u32 width)
{
    return read_row(in, (shape){&colours, &eight, 3, 0, 0xffffff}, above, row, width);
}

NEVER_INLINE static i32 narrow_row(bits *in, const u32 *above, u32 *row, u32 width)
{
    return read_row(in, (shape){&colours, &five, 3, 0, 0x1f1f1f}, above, row, width);
}

NEVER_INLINE static i32 gray_row(bits *in, const u32 *above, u32 *row, u32 width)
{
    return read_row(in, (shape){&colours, &eight, 1, 0, 0xff}, above, row, width);
}

NEVER_INLINE static i32 alpha_row(bits *in, const u32 *above, u32 *row, u32 width)
{
    return read_row(in, (shape){&alpha, &eight, 1, 24, 0xff}, above, row, width);
}

static void widen(u32 *pixels, u32 count)
{
    for (u32 i = 0; i < count; i++) {
        u32 value = pixels[i] & 0x1f1f1f;
        pixels[i] = OPAQUE | (value << 3) | ((value >> 2) & 0x070707);
    }
}

/*
 * `data` with its header, and `padding` bytes of room behind it, at least 10 for each pixel of a row; `residues` is room
 * for two rows of pixels.
 */
EXPORT(quic_pixels)
i32 quic_pixels(u32 type, u8 *data, u32 size, u32 padding, u32 *out, u32 width, u32 height, u32 *residues)
{
    const family *const f = type == RGB16 ? &five : &eight;
    row_reader *const read = type == GRAY ? gray_row : type == RGB16 ? narrow_row : colour_row;
    if (!f->bits) {
        describe(&eight, 8);
        describe(&five, 5);
    }
    start(&colours, f, residues);
    start(&alpha, f, residues + width);
    const u32 words = size & ~3u;
    for (u8 *at = data + words, *end = data + size + padding; at < end; at++) *at = 0;
    bits in = {data, HEADER_BYTES * 8, words * 8};
    const u32 *above = NULL;
    u32 *row = out;
    for (u32 y = 0; y < height; y++) {
        i32 fault = read(&in, above, row, width);
        if (!fault && type == RGBA) fault = alpha_row(&in, above, row, width);
        if (fault) return fault;
        above = row;
        row += width;
    }
    if (type == RGB16) widen(out, width * height);
    if (type == GRAY) for (u32 i = 0; i < width * height; i++) out[i] = OPAQUE | ((out[i] & 255) * 0x010101);
    return 0;
}
