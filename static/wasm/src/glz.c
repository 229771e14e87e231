/* GLZ: LZ that also refers to earlier images; see static/js/render/decoders/kernels/glz.js for how it is written. */
#include "kernel.h"

enum { LITERALS = 32, LONG_LENGTH = 7, SLOTS = 65536 };
enum glz_kind { RGB16 = 0, RGB24 = 1, RGBA = 2 };

/* Returned when a referenced image is not in the window; `glz_missing` tells its distance. */
enum { MISSING = 100 };

/* The images of a window by the low 16 bits of their number. No pixels: no image. */
typedef struct slot {
    const u32 *pixels;
    u32 count;
} slot;

static slot slots[SLOTS];
static u32 missing;

EXPORT(glz_missing) u32 glz_missing(void) { return missing; }
EXPORT(glz_slot) void glz_slot(u32 number, const u32 *pixels, u32 count) { slots[number % SLOTS] = (slot){pixels, count}; }

typedef struct reader {
    const u8 *at, *end;
    double id;
    u32 low_id;
    u32 length, pixel, image;
} reader;

/* Reads the rest of a reference into `length`, `pixel` and `image`. */
INLINE i32 read_reference(reader *in, u32 control, u32 bias, u32 room)
{
    const u8 *at = in->at;
    u32 length = (control >> 5) + bias;
    if (control >> 5 == LONG_LENGTH) {
        for (u32 more = 255; more == 255;) {
            if (UNLIKELY(at >= in->end)) return -TRUNCATED;
            more = *at++;
            length += more;
            if (UNLIKELY(length > room)) return -OVERRUN;
        }
    }
    if (UNLIKELY(in->end - at < 2)) return -TRUNCATED;
    u32 pixel = (control & 15) | ((u32)at[0] << 4), last = at[1], image = 0;
    at += 2;
    u32 more = last >> 6, longer = control & 16 ? (last >> 5) & 1 : 0;
    if (UNLIKELY((size_t)(in->end - at) < more + longer)) return -TRUNCATED;
    u32 shift = 0;
    if (control & 16) {
        pixel |= (last & 31) << 12;
    } else {
        image = last & 63;
        shift = 6;
    }
    for (; more; more--, shift += 8) image += (u32)*at++ << shift;
    if (longer) pixel |= (u32)*at++ << 17;
    in->at = at;
    if (UNLIKELY(length > room)) return -OVERRUN;
    in->length = length;
    in->pixel = pixel;
    in->image = image;
    return 0;
}

/* The pixels a reference into another image names, or a fault. */
INLINE i32 find(const reader *in, const u32 **from)
{
    if (UNLIKELY((double)in->image > in->id)) return -BAD_REFERENCE;
    const slot *other = &slots[(in->low_id - in->image) % SLOTS];
    if (UNLIKELY(in->image >= SLOTS || !other->count)) {
        missing = in->image;
        return -MISSING;
    }
    if (UNLIKELY(in->pixel + in->length > other->count)) return -BAD_REFERENCE;
    *from = other->pixels + in->pixel;
    return 0;
}

INLINE i32 read_pixels(reader *in, u32 *out, u32 count, u32 bytes_per_pixel)
{
    const u32 bias = bytes_per_pixel == 2 ? 1 : 0;
    const v128_t opaque = wasm_i32x4_splat((i32)OPAQUE);
    for (u32 done = 0; done < count;) {
        if (UNLIKELY(in->at >= in->end)) return -TRUNCATED;
        u32 control = *in->at++;
        if (control >= LITERALS) {
            i32 fault = read_reference(in, control, bias, count - done);
            if (UNLIKELY(fault)) return fault;
            if (in->image == 0) {
                if (UNLIKELY(in->pixel + 1 > done)) return -BAD_REFERENCE;
                repeat_pixels(out + done, in->pixel + 1, in->length);
            } else {
                const u32 *from;
                fault = find(in, &from);
                if (UNLIKELY(fault)) return fault;
                for (u32 i = 0; i < in->length; i += 4) {
                    wasm_v128_store(out + done + i, wasm_v128_or(wasm_v128_load(from + i), opaque));
                }
            }
            done += in->length;
            continue;
        }
        u32 pixels = control + 1;
        if (UNLIKELY(pixels > count - done)) return -OVERRUN;
        if (UNLIKELY(pixels * bytes_per_pixel > (size_t)(in->end - in->at))) return -TRUNCATED;
        if (bytes_per_pixel == 3) {
            spread_pixels(out + done, in->at, pixels);
        } else {
            for (u32 i = 0; i < pixels; i++) out[done + i] = rgb555(((u32)in->at[i * 2] << 8) | in->at[i * 2 + 1]);
        }
        in->at += pixels * bytes_per_pixel;
        done += pixels;
    }
    return 0;
}

static i32 read_alpha(reader *in, u32 *out, u32 count)
{
    for (u32 done = 0; done < count;) {
        if (UNLIKELY(in->at >= in->end)) return -TRUNCATED;
        u32 control = *in->at++;
        if (control >= LITERALS) {
            i32 fault = read_reference(in, control, 2, count - done);
            if (UNLIKELY(fault)) return fault;
            const u32 *from;
            if (in->image == 0) {
                if (UNLIKELY(in->pixel + 1 > done)) return -BAD_REFERENCE;
                from = out + done - in->pixel - 1;
            } else {
                fault = find(in, &from);
                if (UNLIKELY(fault)) return fault;
            }
            u32 *to = out + done;
            for (u32 i = 0; i < in->length; i++) to[i] = (to[i] & ~OPAQUE) | (from[i] & OPAQUE);
            done += in->length;
            continue;
        }
        u32 bytes = control + 1;
        if (UNLIKELY(bytes > count - done)) return -OVERRUN;
        if (UNLIKELY(bytes > (size_t)(in->end - in->at))) return -TRUNCATED;
        for (u32 i = 0; i < bytes; i++) out[done + i] = (out[done + i] & ~OPAQUE) | ((u32)in->at[i] << 24);
        in->at += bytes;
        done += bytes;
    }
    return 0;
}

/* `id` is the number of the image being decoded. */
EXPORT(glz_pixels) i32 glz_pixels(u32 kind, double id, const u8 *data, u32 size, u32 *out, u32 count)
{
    reader in = {.at = data, .end = data + size, .id = id, .low_id = (u32)(u64)id};
    i32 fault = kind == RGB16 ? read_pixels(&in, out, count, 2) : read_pixels(&in, out, count, 3);
    return fault || kind != RGBA ? fault : read_alpha(&in, out, count);
}
