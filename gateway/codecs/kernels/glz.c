/*
 * GLZ streams: LZ whose references may also name an earlier image of the dictionary.
 *
 *     control  LLLFpppp     length less the bias, far flag, pixel bits 0-3
 *     [length bytes]        when LLL is 7: added until one is not 255
 *     pppppppp              pixel bits 4-11
 *     near:    NNiiiiii     NN image bytes follow; image bits 0-5
 *     far:     NNVppppp     NN image bytes follow, and V one pixel byte after them; pixel bits 12-16
 *
 * `image` is how many numbers back the image lies. In the image itself (0) `pixel` is the distance less one, in another
 * the place counted from its first pixel. Facts: libspice server/glz-encode-match.tmpl.c, spice-gtk
 * src/decode-glz-tmpl.c.
 *
 * The dictionary is a ring of pixels: images lie in it one behind the other, each whole, and a new one drives out the
 * oldest. A table entry is just a place in the ring: whether it still means something is seen when it is looked at.
 * Several channels put their images there, and each refers to its own only: another's may be lost with its connection.
 */
#include "matching.h"

enum {
    PAIR_BITS = 14, LONG_BITS = 16,
    NEAR_PIXELS = 1 << 12, MEDIUM_PIXELS = 1 << 17, NEAR_BITS = 6,
    LONG_KEY = 8,     /* pixels that the table of long keys looks at */
    SATISFIED = 64,   /* a reference of this length is not compared with others */
};

static const stream COLOURS = {.mask = 0xffffff, .bytes = 3, .bias = 0};
static const stream ALPHA = {.mask = 0xff000000, .bytes = 1, .bias = 2};

typedef struct image {
    u32 begin, end, owner;
} image;

typedef struct dictionary {
    u32 capacity, most;      /* pixels and images that there is room for */
    u32 oldest, count;       /* where in `images` the oldest is, and how many there are */
    u32 tail;                /* where the newest ends */
    u32 pairs[1 << PAIR_BITS], longs[1 << LONG_BITS];
} dictionary;

/* Behind it in memory: the images, then the pixels. */
INLINE image *images_of(dictionary *d) { return (image *)(d + 1); }
INLINE u32 *pixels_of(dictionary *d) { return (u32 *)(images_of(d) + d->most); }
INLINE image *image_at(dictionary *d, u32 age_from_oldest) { return &images_of(d)[(d->oldest + age_from_oldest) % d->most]; }

/* Bytes of memory for a dictionary, to be handed over full of zeros. */
EXPORT size_t glz_bytes(size_t capacity, size_t most)
{
    return sizeof(dictionary) + most * sizeof(image) + (capacity + SLACK) * sizeof(u32);
}

EXPORT void glz_open(dictionary *d, u32 capacity, u32 most)
{
    d->capacity = capacity;
    d->most = most;
}

static void drive_out_oldest(dictionary *d)
{
    d->oldest = (d->oldest + 1) % d->most;
    d->count--;
}

/* Places the next image in the ring. */
static image *make_room(dictionary *d, u32 count, u32 owner)
{
    if (d->count == d->most) drive_out_oldest(d);
    if (count > d->capacity - d->tail) {
        while (d->count && image_at(d, 0)->begin >= d->tail) drive_out_oldest(d);
        d->tail = 0;
    }
    const u32 end = d->tail + count;
    while (d->count && image_at(d, 0)->begin >= d->tail && image_at(d, 0)->begin < end) drive_out_oldest(d);
    image *const made = image_at(d, d->count++);
    *made = (image){d->tail, end, owner};
    d->tail = end;
    return made;
}

/* The image that a place is in, counted from the oldest, or `count` where there is none. */
static u32 owner_of(dictionary *d, u32 place)
{
    const u32 base = image_at(d, 0)->begin;
    const u64 turn = d->capacity;
    const u64 wanted = place >= base ? place - base : place + turn - base;
    u32 low = 0, high = d->count;
    while (high - low > 1) {
        const u32 middle = low + (high - low) / 2, begin = image_at(d, middle)->begin;
        if ((begin >= base ? begin - base : begin + turn - base) <= wanted) low = middle;
        else high = middle;
    }
    const image *const found = image_at(d, low);
    return place >= found->begin && place < found->end ? low : d->count;
}

/* Pixels that were there before: `length` of them from `from` on, in the image that reaches from `begin` to `end` and
   is `back` numbers back. */
typedef struct match {
    const u32 *from, *begin, *end;
    size_t length;
    u32 back;
} match;

/* One image being written: where it lies in the ring, and whose it is. */
typedef struct search {
    dictionary *d;
    stream s;
    const u32 *pixels, *begin, *end;
    u32 owner;
} search;

/* What a reference says of the place. */
INLINE u32 pixel_of(const match *m, const u32 *at)
{
    return m->back ? (u32)(m->from - m->begin) : (u32)(at - m->from) - 1;
}

/* Bytes of a reference without those of its length. */
INLINE size_t cost_of(u32 pixel, u32 back)
{
    size_t bytes = 3 + (pixel >= MEDIUM_PIXELS);
    for (back >>= pixel < NEAR_PIXELS ? NEAR_BITS : 0; back; back >>= 8) bytes++;
    return bytes;
}

static u8 *put_reference(u8 *to, size_t length, u32 pixel, u32 back)
{
    const u32 far = pixel >= NEAR_PIXELS, farther = pixel >= MEDIUM_PIXELS;
    *to++ = (u8)((length < LONG_LENGTH ? length : LONG_LENGTH) << 5 | far << 4 | (pixel & 15));
    if (length >= LONG_LENGTH) to = put_length(to, length);
    *to++ = (u8)(pixel >> 4);
    u8 *const last = to++;
    u32 more = 0, rest = far ? back : back >> NEAR_BITS;
    for (; rest; rest >>= 8, more++) *to++ = (u8)rest;
    *last = (u8)(more << 6 | (far ? farther << 5 | (pixel >> 12 & 31) : back & 63));
    if (farther) *to++ = (u8)(pixel >> 17);
    return to;
}

/* Takes what is equal for longer than what there was. `m` says where; its length does not matter. */
INLINE void consider(const search *w, match *best, const u32 *at, match m)
{
    const size_t here = (size_t)(w->end - at), there = (size_t)(m.end - m.from);
    m.length = same_length(w->s, m.from, at, at + (m.back && there < here ? there : here));
    if (m.length > best->length) *best = m;
}

/* The same for a place from a table, of which nothing is known. */
INLINE void consider_place(const search *w, match *best, const u32 *at, u32 place)
{
    const u32 *const from = w->pixels + place;
    if (!same_pair(w->s, from, at)) return;
    if (from >= w->begin && from < w->end) {
        if (from < at) consider(w, best, at, (match){from, w->begin, w->end, 0, 0});
        return;
    }
    if (w->s.bytes == 1) return; /* alpha only from the image itself: others may have none */
    dictionary *const d = w->d;
    const u32 owner = owner_of(d, place);
    if (owner >= d->count - 1) return;
    const image *const other = image_at(d, owner);
    if (other->owner != w->owner) return;
    consider(w, best, at, (match){from, w->pixels + other->begin, w->pixels + other->end, 0, d->count - 1 - owner});
}

/* A place in the table of long keys. */
INLINE u32 long_place_of(const u32 *at, stream s)
{
    const u64 mask = s.mask * 0x100000001ull;
    u64 key = 0;
    for (u32 i = 0; i < LONG_KEY; i += 2) key = ((key ^ key >> 29) + (load64(at + i) & mask)) * 0x9e3779b97f4a7c15ull;
    return (u32)(key >> (64 - LONG_BITS));
}

/* The best reference for what lies at `at`, which it remembers. `last`: the latest reference to another image; what
   follows there is likely to follow here, even if a few pixels differ. */
INLINE match find(const search *w, const u32 *at, const match *last, ptrdiff_t ahead)
{
    match best = {.length = 0};
    dictionary *const d = w->d;
    if (last->back && last->end - last->from > ahead + 2) {
        match next = *last;
        next.from += ahead;
        consider(w, &best, at, next);
    }
    if (best.length < SATISFIED && at > w->begin && same(w->s, at[-1], at[0])) {
        consider(w, &best, at, (match){at - 1, w->begin, w->end, 0, 0});
    }
    u32 *const far = &d->longs[long_place_of(at, w->s)], *const pair = &d->pairs[place_of(at, w->s, PAIR_BITS)];
    if (best.length < SATISFIED) consider_place(w, &best, at, *far);
    if (best.length < LONG_KEY) consider_place(w, &best, at, *pair);
    *far = *pair = (u32)(at - w->pixels);
    return best;
}

INLINE size_t compress(dictionary *d, const image *made, u8 *out, stream s)
{
    const u32 *const pixels = pixels_of(d);
    const search w = {d, s, pixels, pixels + made->begin, pixels + made->end, made->owner};
    const u32 *const last = w.end - w.begin > LONG_KEY ? w.end - LONG_KEY : w.begin;
    const u32 *anchor = w.begin, *at = w.begin;
    match latest = {0};
    ptrdiff_t ahead = 0;
    u8 *to = out;
    while (at < last) {
        match best = find(&w, at, &latest, ahead);
        const u32 pixel = pixel_of(&best, at);
        if (best.length <= s.bias || best.length * s.bytes <= cost_of(pixel, best.back) + 1) {
            const size_t step = step_after((size_t)(at - anchor));
            at += step;
            ahead += step;
            continue;
        }
        const u32 *begun = at;
        for (; begun > anchor && best.from > best.begin && same(s, best.from[-1], begun[-1]); best.length++) begun--, best.from--;
        to = put_literals(to, anchor, (size_t)(begun - anchor), s);
        to = put_reference(to, best.length - s.bias, pixel_of(&best, begun), best.back);
        anchor = at = begun + best.length;
        if (best.back) latest = best, ahead = best.length;
        else ahead += best.length;
    }
    to = put_literals(to, anchor, (size_t)(w.end - anchor), s);
    return (size_t)(to - out);
}

/* Bytes that an image of this many pixels may take, with alpha or without. */
EXPORT size_t glz_bound(size_t pixels, u32 alpha) { return stream_bound(pixels, 3) + (alpha ? stream_bound(pixels, 1) : 0); }

/*
 * Puts an image of a channel, `owner`, into the dictionary and writes its streams. Returns their length; `reach` becomes
 * how many numbers back the oldest image of the dictionary is. `count` is at most the capacity.
 */
EXPORT size_t glz_encode(dictionary *d, u32 owner, const u32 *pixels, u32 count, u32 alpha, u8 *out, u32 *reach)
{
    const image *const made = make_room(d, count, owner);
    __builtin_memcpy(pixels_of(d) + made->begin, pixels, count * sizeof(u32));
    *reach = d->count - 1;
    size_t length = compress(d, made, out, COLOURS);
    if (alpha) length += compress(d, made, out + length, ALPHA);
    return length;
}
