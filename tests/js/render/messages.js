// Drawing messages made by hand, and random ones from a seed.
import { BitmapFlags, BitmapFmt, ImageType } from "../../../static/js/spice/enums.gen.js";

/** A small generator of numbers, the same for the same seed. */
export class Dice {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** An integer from low to high, both included. */
  roll(low, high) {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return low + Math.floor((this.#state / 2 ** 32) * (high - low + 1));
  }

  word() {
    return ((this.roll(0, 0xffff) << 16) | this.roll(0, 0xffff)) >>> 0;
  }

  oneOf(list) {
    return list[this.roll(0, list.length - 1)];
  }

  /** A rectangle that may reach out of 0…size on every side. */
  rect(width, height, slack = 4) {
    const left = this.roll(-slack, width);
    const top = this.roll(-slack, height);
    return { left, top, right: this.roll(left, width + slack), bottom: this.roll(top, height + slack) };
  }
}

export const NO_CLIP = Object.freeze({ type: 0 });
export const NO_MASK = Object.freeze({ flags: 0, pos: { x: 0, y: 0 }, bitmap: null });
export const clipTo = (rects) => ({ type: 1, rects });
export const rect = (left, top, right, bottom) => ({ left, top, right, bottom });

let lastId = 0n;
const descriptor = (type, width, height, { id = ++lastId, flags = 0 } = {}) => ({ id, type, flags, width, height });

/** A BITMAP of 32 bits from words 0xAARRGGBB. */
export function bitmap(width, height, words, { alpha = false, ...rest } = {}) {
  const data = new Uint8Array(Uint32Array.from(words).buffer);
  const format = alpha ? BitmapFmt.FMT_RGBA : BitmapFmt.FMT_32BIT;
  return {
    descriptor: descriptor(ImageType.BITMAP, width, height, rest),
    u: { format, flags: BitmapFlags.TOP_DOWN, x: width, y: height, stride: width * 4, palette: null, data },
  };
}

/** A 1-bit BITMAP from one value a pixel. */
export function maskBitmap(width, height, bits, rest = {}) {
  const stride = (width + 7) >> 3;
  const data = new Uint8Array(stride * height);
  bits.forEach((bit, i) => {
    const x = i % width;
    if (bit) data[Math.floor(i / width) * stride + (x >> 3)] |= 0x80 >> (x & 7);
  });
  return {
    descriptor: descriptor(ImageType.BITMAP, width, height, rest),
    u: { format: BitmapFmt.FMT_1BIT_BE, flags: BitmapFlags.TOP_DOWN, x: width, y: height, stride, palette: null, data },
  };
}

export const fromCache = (id, width, height, lossless = false) => ({
  descriptor: descriptor(lossless ? ImageType.FROM_CACHE_LOSSLESS : ImageType.FROM_CACHE, width, height, { id }),
  u: null,
});

export const fromSurface = (surfaceId, width, height) => ({
  descriptor: descriptor(ImageType.SURFACE, width, height),
  u: { surface_id: surfaceId },
});

export const solid = (color) => ({ type: 1, u: color });
export const pattern = (pat, x, y) => ({ type: 2, u: { pat, pos: { x, y } } });

export const base = (box, clip = NO_CLIP, surfaceId = 0) => ({ surface_id: surfaceId, box, clip });

/** A draw_copy of a whole image, put. */
export function copyOf(image, box, fields = {}, clip = NO_CLIP, surfaceId = 0) {
  const { width, height } = image.descriptor;
  const data = { src_bitmap: image, src_area: rect(0, 0, width, height), rop_descriptor: 8, scale_mode: 1, mask: NO_MASK, ...fields };
  return { base: base(box, clip, surfaceId), data };
}
