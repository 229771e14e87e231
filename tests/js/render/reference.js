// What the drawing messages mean, one pixel at a time and in words of 0xRRGGBB: slow, plain, and independent of the code
// that is tested.

const within = (r, x, y) => x >= r.left && x < r.right && y >= r.top && y < r.bottom;

/** Whether a message may touch a pixel. */
function touches({ base, data }, maskBits, x, y) {
  if (!within(base.box, x, y)) return false;
  if (base.clip.type === 1 && !base.clip.rects.some((r) => within(r, x, y))) return false;
  if (!maskBits) return true;
  const mx = x - base.box.left + data.mask.pos.x;
  const my = y - base.box.top + data.mask.pos.y;
  const { width, height, bits } = maskBits;
  if (mx < 0 || my < 0 || mx >= width || my >= height) return false;
  return (bits[my * width + mx] === 1) !== ((data.mask.flags & 1) === 1);
}

/** The textual definition of a raster operation descriptor on one bit pattern. */
export function combined(descriptor, invertSource, invertDestination, s, d) {
  const source = descriptor & invertSource ? ~s : s;
  const destination = descriptor & invertDestination ? ~d : d;
  const finish = (v) => (descriptor & 1024 ? ~v : v) & 0xffffff;
  if (descriptor & 8) return finish(source);
  if (descriptor & 16) return finish(source | destination);
  if (descriptor & 32) return finish(source & destination);
  if (descriptor & 64) return finish(source ^ destination);
  if (descriptor & 128) return 0;
  if (descriptor & 256) return 0xffffff;
  if (descriptor & 512) return ~d & 0xffffff;
  return s & 0xffffff;
}

const floorMod = (a, b) => ((a % b) + b) % b;

/** A brush's color at a pixel of the surface. */
function brushAt(brush, x, y) {
  if (brush.type === 0) return 0;
  if (brush.type === 1) return brush.u & 0xffffff;
  const { width, height } = brush.u.pat.descriptor;
  const words = new Uint32Array(brush.u.pat.u.data.buffer);
  return words[floorMod(y - brush.u.pos.y, height) * width + floorMod(x - brush.u.pos.x, width)] & 0xffffff;
}

/** A pixel of the source for a pixel of the box; null where the source has none and nothing is drawn. */
function sourceAt({ base: { box }, data }, x, y) {
  const { width, height } = data.src_bitmap.descriptor;
  const words = new Uint32Array(data.src_bitmap.u.data.buffer);
  const area = data.src_area;
  const [aw, ah, bw, bh] = [area.right - area.left, area.bottom - area.top, box.right - box.left, box.bottom - box.top];
  const same = aw === bw && ah === bh;
  // Nearest pixel: 16.16 steps from the middle of the first pixel, a middle exactly between two goes to the lower one.
  const along = (from, length, boxLength, i) => {
    const step = Math.floor((length * 65536) / boxLength);
    return from + Math.floor((Math.floor((step + 1) / 2) + i * step - 1) / 65536);
  };
  const sx = same ? x - box.left + area.left : along(area.left, aw, bw, x - box.left);
  const sy = same ? y - box.top + area.top : along(area.top, ah, bh, y - box.top);
  if (sx < 0 || sy < 0 || sx >= width || sy >= height) return same ? null : 0;
  return words[sy * width + sx] & 0xffffff;
}

/** New words of a screen of old ones after one message. `maskBits` is the message's mask, decoded. */
export function after(name, message, maskBits, width, old) {
  const { data } = message;
  return old.map((d, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    if (!touches(message, maskBits, x, y)) return d;
    if (name === "draw_blackness") return 0;
    if (name === "draw_whiteness") return 0xffffff;
    if (name === "draw_invers") return ~d & 0xffffff;
    if (name === "draw_fill") return combined(data.rop_descriptor, 2, 4, brushAt(data.brush, x, y), d);
    const s = sourceAt(message, x, y);
    if (name === "draw_copy" || name === "draw_blend") return s === null ? d : combined(data.rop_descriptor, 1, 4, s, d);
    if (name === "draw_opaque") return combined(data.rop_descriptor, 2, 1, brushAt(data.brush, x, y), s ?? d);
    if (name === "draw_transparent") return s === null || s === (data.true_color & 0xffffff) ? d : s;
    if (name === "draw_rop3") return ternary(data.rop3, brushAt(data.brush, x, y), s ?? 0, d);
    throw new Error(name);
  });
}

/** Bit 4·brush + 2·source + destination of the code, for each bit. */
function ternary(code, p, s, d) {
  let out = 0;
  for (let bit = 0; bit < 24; bit++) {
    const index = (((p >>> bit) & 1) << 2) | (((s >>> bit) & 1) << 1) | ((d >>> bit) & 1);
    out |= ((code >> index) & 1) << bit;
  }
  return out;
}

/** The same for copy_bits. */
export function afterMove({ base, src_pos: from }, width, height, old) {
  return old.map((d, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    if (!touches({ base }, null, x, y)) return d;
    const sx = x - base.box.left + from.x;
    const sy = y - base.box.top + from.y;
    return sx < 0 || sy < 0 || sx >= width || sy >= height ? d : old[sy * width + sx];
  });
}
