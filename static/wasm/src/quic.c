/*
 * QUIC; see static/js/render/decoders/kernels/quic.js and quic_model.js, which say what happens here in more words.
 *
 * The three colours of a pixel are decoded one after the other, and predicted together, a byte each in one word.
 */
#include "kernel.h"

enum { HEADER_BYTES = 20, CONTEXTS = 8, CODES = 8, CODE_LIMIT = 26, STAGES = 7, STAGE_PIXELS = 2048, RUN_STATES = 32 };
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

/* The next bits, most significant first, and where the words behind them come from. */
typedef struct bits {
    u64 window;
    i32 held;
    const u8 *at, *end;
} bits;

/* When the models learn, and how long a run is expected. */
typedef struct pace {
    u32 wait, drawn, stage, left, run;
} pace;

typedef struct plane {
    channel channels[3];
    pace pace;
    const family *family;
    u32 *residues;
} plane;

static family families[2];
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
    p->family = f;
    p->residues = residues;
    p->pace = (pace){.drawn = 255, .left = STAGE_PIXELS};
    for (u32 c = 0; c < 3; c++) {
        __builtin_memset(p->channels[c].best, (int)f->bits - 1, sizeof p->channels[c].best);
        __builtin_memset(p->channels[c].totals, 0, sizeof p->channels[c].totals);
    }
}

INLINE void refill(bits *in)
{
    if (in->held > 32) return;
    u64 word = LIKELY(in->at < in->end) ? load32(in->at) : 0;
    in->at += 4;
    in->window |= word << (32 - in->held);
    in->held += 32;
}

/* At most 26 bits were asked for since the last refill, so that 32 are there. */
INLINE void skip(bits *in, u32 count)
{
    in->window <<= count;
    in->held -= (i32)count;
}

/* True when more was read than there is. */
INLINE i32 exhausted(const bits *in) { return (in->at - in->end) * 8 > in->held; }

INLINE u32 read_value(bits *in, const family *f, const u8 *best, u32 before)
{
    const u32 code = best[before];
    refill(in);
    const u32 zeros = (u32)__builtin_clzll(in->window | 1);
    if (LIKELY(zeros < f->zeros[code])) {
        const u64 rest = in->window << (zeros + 1);
        const u32 value = (zeros << code) | (u32)(rest >> 1 >> (63 - code));
        in->window = rest << code;
        in->held -= (i32)(zeros + 1 + code);
        return value;
    }
    const u32 length = f->plain_length[code];
    const u32 low = (u32)(in->window >> (64 - length)) & ((1u << f->plain_bits[code]) - 1);
    skip(in, length);
    return (f->plain_from[code] + low) & f->mask;
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

INLINE void learn(plane *p, u32 channels, u32 before, u32 residue)
{
    const u32 trigger = triggers[p->pace.stage];
    for (u32 c = 0; c < channels; c++) {
        learn_one(&p->channels[c], p->family, (before >> (8 * c)) & 255, (residue >> (8 * c)) & 255, trigger);
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
    for (;;) {
        refill(in);
        if (!(in->window >> 63)) break;
        skip(in, 1);
        length += 1u << run_bits[p->run];
        if (p->run < RUN_STATES - 1) p->run++;
        if (length > room) return -BAD_RUN;
    }
    skip(in, 1);
    refill(in);
    const u32 rest = run_bits[p->run];
    if (rest) {
        length += (u32)(in->window >> (64 - rest));
        skip(in, rest);
    }
    if (p->run) p->run--;
    return length > room ? -BAD_RUN : (i32)length;
}

INLINE u32 mean(u32 a, u32 b) { return (a & b) + (((a ^ b) >> 1) & 0x7f7f7f7f); }

/* The differences of one pixel, a byte a channel. */
INLINE u32 read_residue(bits *in, plane *p, const family *f, u32 channels, u32 before)
{
    u32 residue = read_value(in, f, p->channels[0].best, before & 255);
    if (channels == 3) {
        residue |= read_value(in, f, p->channels[1].best, (before >> 8) & 255) << 8;
        residue |= read_value(in, f, p->channels[2].best, (before >> 16) & 255) << 16;
    }
    return residue;
}

/* What was guessed, put right by the folded differences. */
INLINE u32 correct(u32 guess, u32 residue, u32 fold)
{
    const u32 signs = (residue & 0x010101) * 255;
    const u32 difference = (((residue >> 1) & 0x7f7f7f) ^ signs) & fold;
    return (((guess & 0x7f7f7f) + (difference & 0x7f7f7f)) ^ ((guess ^ difference) & 0x808080)) & fold;
}

INLINE void fill_run(u32 *to, u32 pixel, u32 mask, u32 count)
{
    if (mask == 0xffffff) {
        for (u32 i = 0; i < count; i += 4) wasm_v128_store(to + i, wasm_i32x4_splat((i32)pixel));
        return;
    }
    for (u32 i = 0; i < count; i++) to[i] = (to[i] & ~mask) | (pixel & mask);
}

/*
 * Pixels `x` to `end` of a row. `above` is NULL in the first row. `base` is the lowest bit of the channels in a pixel;
 * with three channels everything else in the pixel becomes `rest`.
 */
INLINE i32 read_part(bits *stream, plane *p, u32 channels, u32 base, u32 rest, const u32 *above, u32 *row, u32 x, u32 end)
{
    const family *const f = p->family;
    const u32 mask = channels == 3 ? 0xffffff : 0xffu << base;
    const u32 fold = channels == 3 ? f->mask * 0x010101 : f->mask;
    u32 *const residues = p->residues;
    pace *const pc = &p->pace;
    bits in = *stream;
    u32 stop = x + pc->wait, resumed = 0;
    while (x < end) {
        const u32 left = row[x - 1];
        u32 guess = left;
        if (above) {
            const u32 up = above[x];
            if (UNLIKELY(!((above[x - 1] ^ up) & mask)) && x != resumed && x > 2 && !((left ^ row[x - 2]) & mask)) {
                pc->wait = stop - x;
                const i32 length = read_run(&in, pc, end - x);
                if (length < 0) return length;
                fill_run(row + x, left, mask, (u32)length);
                resumed = x;
                x += (u32)length;
                if (x == end) {
                    *stream = in;
                    return 0;
                }
                stop = x + pc->wait;
                continue;
            }
            guess = mean(left, up);
        }
        const u32 before = residues[x - 1];
        const u32 residue = read_residue(&in, p, f, channels, before);
        residues[x] = residue;
        const u32 value = correct((guess >> base) & (mask >> base), residue, fold);
        row[x] = channels == 3 ? value | rest : (row[x] & ~mask) | (value << base);
        if (x == stop) {
            learn(p, channels, before, residue);
            stop = x + 1 + pause_now(pc);
        }
        x++;
    }
    pc->wait = stop - end;
    *stream = in;
    return 0;
}

INLINE void read_first(bits *in, plane *p, u32 channels, u32 base, u32 rest, const u32 *above, u32 *row)
{
    const family *const f = p->family;
    const u32 mask = channels == 3 ? 0xffffff : 0xffu << base;
    const u32 fold = channels == 3 ? f->mask * 0x010101 : f->mask;
    const u32 before = above ? p->residues[0] : 0, guess = above ? above[0] : 0;
    const u32 residue = read_residue(in, p, f, channels, before);
    const u32 value = correct((guess >> base) & (mask >> base), residue, fold);
    p->residues[0] = residue;
    row[0] = channels == 3 ? value | rest : (row[0] & ~mask) | (value << base);
    if (p->pace.wait) {
        p->pace.wait--;
    } else {
        p->pace.wait = pause_now(&p->pace);
        learn(p, channels, before, residue);
    }
}

INLINE i32 read_row(bits *in, plane *p, u32 channels, u32 base, u32 rest, const u32 *above, u32 *row, u32 width)
{
    pace *const pc = &p->pace;
    for (u32 x = 0; x < width;) {
        u32 portion = width - x;
        if (pc->stage < STAGES - 1) {
            if (portion > pc->left) portion = pc->left;
            pc->left -= portion;
        }
        if (x == 0) read_first(in, p, channels, base, rest, above, row);
        i32 fault = read_part(in, p, channels, base, rest, above, row, x ? x : 1, x + portion);
        if (fault) return fault;
        x += portion;
        if (pc->stage < STAGES - 1 && pc->left == 0) {
            pc->stage++;
            pc->left = STAGE_PIXELS;
        }
    }
    return exhausted(in) ? -TRUNCATED : 0;
}

static i32 colour_row(bits *in, const u32 *above, u32 *row, u32 width)
{
    return read_row(in, &colours, 3, 0, OPAQUE, above, row, width);
}

static i32 gray_row(bits *in, const u32 *above, u32 *row, u32 width)
{
    return read_row(in, &colours, 1, 0, 0, above, row, width);
}

static i32 alpha_row(bits *in, const u32 *above, u32 *row, u32 width)
{
    return read_row(in, &alpha, 1, 24, 0, above, row, width);
}

static void widen(u32 *pixels, u32 count)
{
    for (u32 i = 0; i < count; i++) {
        u32 value = pixels[i] & 0x1f1f1f;
        pixels[i] = OPAQUE | (value << 3) | ((value >> 2) & 0x070707);
    }
}

/* `data` with its header; `residues` is room for two rows of pixels. */
EXPORT(quic_pixels) i32 quic_pixels(u32 type, const u8 *data, u32 size, u32 *out, u32 width, u32 height, u32 *residues)
{
    const family *const f = &families[type == RGB16];
    if (!f->bits) {
        describe(&families[0], 8);
        describe(&families[1], 5);
    }
    start(&colours, f, residues);
    start(&alpha, f, residues + width);
    bits in = {.at = data + HEADER_BYTES, .end = data + (size & ~3u)};
    const u32 *above = NULL;
    u32 *row = out;
    for (u32 y = 0; y < height; y++) {
        i32 fault = type == GRAY ? gray_row(&in, above, row, width) : colour_row(&in, above, row, width);
        if (!fault && type == RGBA) fault = alpha_row(&in, above, row, width);
        if (fault) return fault;
        above = row;
        row += width;
    }
    if (type == RGB16) widen(out, width * height);
    if (type == GRAY) for (u32 i = 0; i < width * height; i++) out[i] = OPAQUE | ((out[i] & 255) * 0x010101);
    return 0;
}
