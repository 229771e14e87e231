/*
 * Where two states of a screen differ.
 *
 * Pixels are u32; `stride` is from one row to the next, in pixels.
 */
#include "kernel.h"

/* The smallest box around what differs: left, top, right, bottom. Returns whether anything does. */
EXPORT u32 compare_box(const u32 *now, const u32 *before, size_t stride, u32 width, u32 height, u32 *box)
{
    u32 left = width, right = 0, top = height, bottom = 0;
    for (u32 y = 0; y < height; y++, now += stride, before += stride) {
        u32 x = 0, end = width;
        while (x < end && now[x] == before[x])
            x++;
        if (x == width)
            continue;
        while (now[end - 1] == before[end - 1])
            end--;
        left = x < left ? x : left;
        right = end > right ? end : right;
        top = y < top ? y : top;
        bottom = y + 1;
    }
    box[0] = left, box[1] = top, box[2] = right, box[3] = bottom;
    return right != 0;
}
