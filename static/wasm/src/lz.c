/* The LZ streams of SPICE; see static/js/render/decoders/kernels/lz.js for how they are written. */
#include "kernel.h"

enum { LITERALS = 32, LONG_LENGTH = 7, FAR_OFFSET = 31 * 256 + 255, FAR_BIAS = 8191 };

/* `LzKind` in static/js/render/decoders/kernels/lz.js. */
enum lz_kind { RGB16 = 0, RGB24 = 1, RGBA = 2 };

typedef struct reader {
    const u8 *at, *end;
    u32 length, distance;
} reader;

/* Reads the rest of a reference. `room`: units left in the image. */
INLINE i32 read_reference(reader *in, u32 control, u32 bias, u32 done, u32 room)
{
    u32 length = (control >> 5) - 1 + bias;
    if (control >> 5 == LONG_LENGTH) {
        for (u32 more = 255; more == 255;) {
            if (UNLIKELY(in->at >= in->end)) return -TRUNCATED;
            more = *in->at++;
            length += more;
            if (UNLIKELY(length > room)) return -OVERRUN;
        }
    }
    if (UNLIKELY(in->at >= in->end)) return -TRUNCATED;
    u32 distance = ((control & 31) << 8) + *in->at++;
    if (UNLIKELY(distance == FAR_OFFSET)) {
        if (in->end - in->at < 2) return -TRUNCATED;
        distance = ((u32)in->at[0] << 8) + in->at[1] + FAR_BIAS;
        in->at += 2;
    }
    if (UNLIKELY(length > room)) return -OVERRUN;
    if (UNLIKELY(distance + 1 > done)) return -BAD_REFERENCE;
    in->length = length;
    in->distance = distance + 1;
    return 0;
}

INLINE i32 read_pixels(reader *in, u32 *out, u32 count, u32 bytes_per_pixel)
{
    const u32 bias = bytes_per_pixel == 2 ? 2 : 1;
    for (u32 done = 0; done < count;) {
        if (UNLIKELY(in->at >= in->end)) return -TRUNCATED;
        u32 control = *in->at++;
        if (control >= LITERALS) {
            i32 fault = read_reference(in, control, bias, done, count - done);
            if (UNLIKELY(fault)) return fault;
            repeat_pixels(out + done, in->distance, in->length);
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

static i32 read_bytes(reader *in, u8 *out, u32 count)
{
    for (u32 done = 0; done < count;) {
        if (UNLIKELY(in->at >= in->end)) return -TRUNCATED;
        u32 control = *in->at++;
        if (control >= LITERALS) {
            i32 fault = read_reference(in, control, 3, done, count - done);
            if (UNLIKELY(fault)) return fault;
            u8 *to = out + done;
            if (in->distance == 1) {
                const v128_t same = wasm_u8x16_splat(to[-1]);
                for (u32 i = 0; i < in->length; i += 16) wasm_v128_store(to + i, same);
            } else if (in->distance >= 16) {
                copy16(to, to - in->distance, in->length);
            } else {
                for (u32 i = 0; i < in->length; i++) to[i] = to[(i32)i - (i32)in->distance];
            }
            done += in->length;
            continue;
        }
        u32 bytes = control + 1;
        if (UNLIKELY(bytes > count - done)) return -OVERRUN;
        if (UNLIKELY(bytes > (size_t)(in->end - in->at))) return -TRUNCATED;
        copy16(out + done, in->at, bytes);
        in->at += bytes;
        done += bytes;
    }
    return 0;
}

EXPORT(lz_bytes) i32 lz_bytes(const u8 *data, u32 size, u8 *out, u32 count)
{
    reader in = {data, data + size, 0, 0};
    return read_bytes(&in, out, count);
}

/* `alpha` is room for `count` bytes when the kind is RGBA. */
EXPORT(lz_pixels) i32 lz_pixels(u32 kind, const u8 *data, u32 size, u32 *out, u32 count, u8 *alpha)
{
    reader in = {data, data + size, 0, 0};
    i32 fault = kind == RGB16 ? read_pixels(&in, out, count, 2) : read_pixels(&in, out, count, 3);
    if (fault || kind != RGBA) return fault;
    fault = read_bytes(&in, alpha, count);
    if (!fault) merge_alpha(out, alpha, count);
    return fault;
}
