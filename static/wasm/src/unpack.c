/* Direct colour and palette indices into RGBA pixels. */
#include "kernel.h"

INLINE v128_t swap_red_blue(v128_t pixels)
{
    return wasm_i8x16_shuffle(pixels, pixels, 2, 1, 0, 3, 6, 5, 4, 7, 10, 9, 8, 11, 14, 13, 12, 15);
}

/* B G R x to R G B 255; `from` and `to` may be the same. */
EXPORT(unpack_rgb32) void unpack_rgb32(const u8 *from, u32 *to, u32 count)
{
    const v128_t opaque = wasm_i32x4_splat((i32)OPAQUE);
    for (u32 i = 0; i < count; i += 8) {
        v128_t low = wasm_v128_load(from + i * 4);
        v128_t high = wasm_v128_load(from + i * 4 + 16);
        wasm_v128_store(to + i, wasm_v128_or(swap_red_blue(low), opaque));
        wasm_v128_store(to + i + 4, wasm_v128_or(swap_red_blue(high), opaque));
    }
}

/* B G R A to R G B A. */
EXPORT(unpack_rgba) void unpack_rgba(const u8 *from, u32 *to, u32 count)
{
    for (u32 i = 0; i < count; i += 4) wasm_v128_store(to + i, swap_red_blue(wasm_v128_load(from + i * 4)));
}

EXPORT(unpack_rgb24) void unpack_rgb24(const u8 *from, u32 *to, u32 count) { spread_pixels(to, from, count); }

EXPORT(unpack_rgb16) void unpack_rgb16(const u8 *from, u32 *to, u32 count)
{
    for (u32 i = 0; i < count; i += 4) {
        v128_t value = wasm_u32x4_load16x4(from + i * 2);
        v128_t blue = wasm_i32x4_shl(wasm_v128_and(value, wasm_i32x4_splat(0x1f)), 19);
        v128_t green = wasm_i32x4_shl(wasm_v128_and(value, wasm_i32x4_splat(0x3e0)), 6);
        v128_t red = wasm_u32x4_shr(wasm_v128_and(value, wasm_i32x4_splat(0x7c00)), 7);
        v128_t spread = wasm_v128_or(wasm_v128_or(blue, green), red);
        v128_t below = wasm_v128_and(wasm_u32x4_shr(spread, 5), wasm_i32x4_splat(0x070707));
        wasm_v128_store(to + i, wasm_v128_or(wasm_v128_or(spread, below), wasm_i32x4_splat((i32)OPAQUE)));
    }
}

EXPORT(unpack_a8) void unpack_a8(const u8 *from, u32 *to, u32 count)
{
    for (u32 i = 0; i < count; i++) to[i] = (u32)from[i] << 24;
}

/* One row of palette indices of 1, 4 or 8 bits. */
EXPORT(expand_row) void expand_row(const u8 *from, u32 *to, u32 width, u32 bits, u32 low_first, const u32 *palette)
{
    if (bits == 8) {
        for (u32 x = 0; x < width; x++) to[x] = palette[from[x]];
        return;
    }
    const u32 per_byte = 8 / bits, mask = (1u << bits) - 1;
    for (u32 x = 0; x < width; x++) {
        u32 place = x % per_byte;
        u32 down = (low_first ? place : per_byte - 1 - place) * bits;
        to[x] = palette[(from[x / per_byte] >> down) & mask];
    }
}

void merge_alpha(u32 *pixels, const u8 *alpha, u32 count)
{
    for (u32 i = 0; i < count; i += 4) {
        v128_t above = wasm_i32x4_shl(wasm_u32x4_extend_low_u16x8(wasm_u16x8_extend_low_u8x16(wasm_v128_load32_zero(alpha + i))), 24);
        v128_t colours = wasm_v128_and(wasm_v128_load(pixels + i), wasm_i32x4_splat(0xffffff));
        wasm_v128_store(pixels + i, wasm_v128_or(colours, above));
    }
}
