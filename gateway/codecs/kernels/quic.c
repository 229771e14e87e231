/*
 * QUIC: each component is predicted from the pixels to the left and above, and the difference written in a Golomb-Rice
 * code that adapts; where the row above repeats itself and this one has begun to, the length of the run follows instead.
 *
 * The adaptive model is described in static/js/render/decoders/kernels/quic_model.js. Facts: spice-common common/quic.c,
 * quic_tmpl.c, quic_family_tmpl.c. From the same pixels come libspice's bytes, bit for bit.
 */
#include "kernel.h"

enum {
    HEADER_BYTES = 20, WORD = 32,
    LEVELS = 256, CODES = 8, CONTEXTS = 8, CODE_LIMIT = 26, CHANNELS = 3,
    STAGES = 7, STAGE_PIXELS = 2048, RUN_STATES = 32,
    MOST_RUN_BITS = 16, END_WORDS = 3,
};
enum quic_type { RGB32 = 4, RGBA = 5 };

/* Counts of bits fit u16: a context's totals are halved before the best exceeds 900, and no code exceeds 26 bits. */
typedef struct channel {
    u16 totals[CONTEXTS][CODES];
    u8 best[LEVELS]; /* the best code after each value */
} channel;

/* When the models learn, and how long a run is expected. */
typedef struct pace {
    size_t wait, left;
    u32 drawn, stage, run;
} pace;

/* The colours of a picture, or its alpha. `residues`: the folded differences of the row, packed. */
typedef struct plane {
    channel channels[CHANNELS];
    pace pace;
    u32 *residues;
} plane;

/* What the loops are made for: the compiler makes a copy of them for each. */
typedef struct shape {
    u32 channels, base, mask;
} shape;

/* Bits of 32-bit little-endian words, most significant first; fewer than 32 are held. */
typedef struct bits {
    u8 *at;
    u64 hold;
    u32 held;
} bits;

/* The code of each value, and behind it in the upper half its length. */
typedef u32 codes[LEVELS][CODES];

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

static void describe(codes table)
{
    for (u32 code = 0; code < CODES; code++) {
        const u32 most = (1u << (8 - code)) - 1, zeros = CODE_LIMIT - 8 < most ? CODE_LIMIT - 8 : most;
        const u32 from = zeros << code;
        u32 plain = 0;
        while (1u << plain < LEVELS - from) plain++;
        for (u32 value = 0; value < LEVELS; value++) {
            const u32 word = value < from ? 1u << code | (value & ((1u << code) - 1)) : value - from;
            const u32 length = value < from ? (value >> code) + code + 1 : zeros + plain;
            table[value][code] = word | length << 16;
        }
    }
}

static void start(plane *p, u32 *residues)
{
    __builtin_memset(p, 0, sizeof *p);
    for (u32 c = 0; c < CHANNELS; c++) __builtin_memset(p->channels[c].best, CODES - 1, LEVELS);
    p->pace = (pace){.drawn = 255, .left = STAGE_PIXELS};
    p->residues = residues;
}

/* At most 32 bits. */
INLINE void put(bits *out, u64 value, u32 length)
{
    out->hold = out->hold << length | value;
    out->held += length;
    if (out->held >= WORD) {
        out->held -= WORD;
        store32(out->at, (u32)(out->hold >> out->held));
        out->at += 4;
    }
}

INLINE void put_codes(bits *out, const u32 *found, u32 count)
{
    u64 value = found[0] & 0xffff;
    u32 length = found[0] >> 16;
    for (u32 i = 1; i < count; i++) {
        const u32 more = found[i] >> 16;
        if (UNLIKELY(length + more > WORD)) {
            put(out, value, length);
            value = length = 0;
        }
        value = value << more | (found[i] & 0xffff);
        length += more;
    }
    put(out, value, length);
}

static void learn_one(channel *c, const codes table, u32 before, u32 value, u32 trigger)
{
    const u32 context = 31 - (u32)__builtin_clz(before + 1) - (before == LEVELS - 1);
    u16 *const totals = c->totals[context];
    u32 best = CODES - 1, least = 0xffffffff;
    for (u32 code = CODES; code-- > 0;) {
        totals[code] = (u16)(totals[code] + (table[value][code] >> 16));
        if (totals[code] < least) least = totals[code], best = code;
    }
    if (least > trigger) for (u32 code = 0; code < CODES; code++) totals[code] >>= 1;
    const u32 first = (1u << context) - 1, last = context == CONTEXTS - 1 ? LEVELS - 1 : 2 * first;
    if (c->best[first] != best) __builtin_memset(c->best + first, (int)best, last - first + 1);
}

NEVER_INLINE static void learn(plane *p, const codes table, u32 channels, u32 before, u32 now)
{
    const u32 trigger = triggers[p->pace.stage];
    for (u32 c = 0; c < channels; c++, before >>= 8, now >>= 8) {
        learn_one(&p->channels[c], table, before & 255, now & 255, trigger);
    }
}

INLINE size_t pause_now(pace *p)
{
    p->drawn = (p->drawn + 1) & 255;
    return pauses[p->drawn] & ((1u << p->stage) - 1);
}

static void put_run(bits *out, pace *p, size_t length)
{
    while (length >= (size_t)1 << run_bits[p->run]) {
        length -= (size_t)1 << run_bits[p->run];
        if (p->run < RUN_STATES - 1) p->run++;
        put(out, 1, 1);
    }
    put(out, length, run_bits[p->run] + 1u);
    if (p->run) p->run--;
}

/* The mean of each byte, rounded down. */
INLINE u32 mean(u32 a, u32 b) { return (a & b) + (((a ^ b) >> 1) & 0x7f7f7f7f); }

/* What each byte of `value` differs from `guess`: 0, -1, 1, -2... become 0, 1, 2, 3... */
INLINE u32 folded(u32 value, u32 guess)
{
    const u32 difference = ((value | 0x80808080) - (guess & 0x7f7f7f7f)) ^ (~(value ^ guess) & 0x80808080);
    const u32 negative = difference >> 7 & 0x01010101;
    return (difference << 1 & 0xfefefefe) ^ ((negative << 8) - negative);
}

/* Red comes first: it is the highest byte. */
INLINE void put_pixel(bits *out, plane *p, const codes table, shape s, u32 before, u32 residue)
{
    u32 found[CHANNELS];
    for (u32 c = 0; c < s.channels; c++) {
        const u32 shift = 8 * (s.channels - 1 - c);
        found[c] = table[residue >> shift & 255][p->channels[shift / 8].best[before >> shift & 255]];
    }
    put_codes(out, found, s.channels);
}

INLINE size_t run_length(const u32 *row, size_t x, size_t end, u32 mask)
{
    const size_t begin = x;
    while (x < end && !((row[x] ^ row[x - 1]) & mask)) x++;
    return x - begin;
}

/* Pixels `x` (not 0) to `end` of a row. `above` is NULL in the first row. */
INLINE void put_part(bits *stream, plane *p, const codes table, shape s, const u32 *above, const u32 *row, size_t x, size_t end)
{
    bits out = *stream;
    size_t stop = x + p->pace.wait, resumed = 0;
    u32 before = p->residues[x - 1];
    while (x < end) {
        u32 guess = row[x - 1];
        if (above) {
            if (!((above[x - 1] ^ above[x]) & s.mask) && x != resumed && x > 2 && !((row[x - 1] ^ row[x - 2]) & s.mask)) {
                const size_t length = run_length(row, x, end, s.mask), wait = stop - x;
                put_run(&out, &p->pace, length);
                resumed = x;
                x += length;
                if (x == end) {
                    p->pace.wait = wait;
                    *stream = out;
                    return;
                }
                stop = x + wait;
                before = p->residues[x - 1];
                continue;
            }
            guess = mean(guess, above[x]);
        }
        const u32 residue = folded(row[x], guess) >> s.base;
        put_pixel(&out, p, table, s, before, residue);
        if (UNLIKELY(x == stop)) {
            learn(p, table, s.channels, before, residue);
            stop = x + 1 + pause_now(&p->pace);
        }
        p->residues[x++] = before = residue;
    }
    p->pace.wait = stop - end;
    *stream = out;
}

INLINE void put_first(bits *out, plane *p, const codes table, shape s, const u32 *above, const u32 *row)
{
    const u32 before = above ? p->residues[0] : 0;
    const u32 residue = folded(row[0], above ? above[0] : 0) >> s.base;
    put_pixel(out, p, table, s, before, residue);
    p->residues[0] = residue;
    if (p->pace.wait) {
        p->pace.wait--;
        return;
    }
    p->pace.wait = pause_now(&p->pace);
    learn(p, table, s.channels, before, residue);
}

INLINE void put_row(bits *out, plane *p, const codes table, shape s, const u32 *above, const u32 *row, size_t width)
{
    pace *const pc = &p->pace;
    for (size_t x = 0; x < width;) {
        size_t portion = width - x;
        if (pc->stage < STAGES - 1) {
            if (portion > pc->left) portion = pc->left;
            pc->left -= portion;
        }
        if (x == 0) put_first(out, p, table, s, above, row);
        if (above) put_part(out, p, table, s, above, row, x ? x : 1, x + portion);
        else put_part(out, p, table, s, NULL, row, x ? x : 1, x + portion);
        x += portion;
        if (pc->stage < STAGES - 1 && pc->left == 0) {
            pc->stage++;
            pc->left = STAGE_PIXELS;
        }
    }
}

NEVER_INLINE static void colour_row(bits *out, plane *p, const codes table, const u32 *above, const u32 *row, size_t width)
{
    put_row(out, p, table, (shape){3, 0, 0xffffff}, above, row, width);
}

NEVER_INLINE static void alpha_row(bits *out, plane *p, const codes table, const u32 *above, const u32 *row, size_t width)
{
    put_row(out, p, table, (shape){1, 24, 0xff000000}, above, row, width);
}

/* Bytes that a picture may take: the longest code for every component, and a run of nothing before each. */
EXPORT size_t quic_bound(size_t pixels, u32 alpha)
{
    const size_t plane_bits = MOST_RUN_BITS + 1, pixel_bits = CHANNELS * CODE_LIMIT + plane_bits;
    return HEADER_BYTES + (pixels * (pixel_bits + (alpha ? CODE_LIMIT + plane_bits : 0))) / 8 + END_WORDS * 4 + SLACK;
}

/* Writes a whole picture, header included; returns its length. `residues`: room for two rows. */
EXPORT size_t quic_encode(const u32 *pixels, u32 width, u32 height, u32 alpha, u8 *out, u32 *residues)
{
    const u32 header[HEADER_BYTES / 4] = {0x43495551, 0, alpha ? RGBA : RGB32, width, height};
    plane colours, alphas;
    codes table;
    describe(table);
    start(&colours, residues);
    start(&alphas, residues + width);
    __builtin_memcpy(out, header, HEADER_BYTES);
    bits stream = {.at = out + HEADER_BYTES};
    const u32 *above = NULL, *row = pixels;
    for (u32 y = 0; y < height; y++, above = row, row += width) {
        colour_row(&stream, &colours, table, above, row, width);
        if (alpha) alpha_row(&stream, &alphas, table, above, row, width);
    }
    if (stream.held) put(&stream, 0, WORD - stream.held);
    put(&stream, 0, WORD); /* decoders read a word ahead */
    return (size_t)(stream.at - out);
}
