// The parts under the decoders: masks, inflate, the WebAssembly heap.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { constants, deflateSync } from "node:zlib";
import { BitmapFlags, BitmapFmt } from "../../../../static/js/spice/enums.gen.js";
import { decodeImage, decodeMask } from "../../../../static/js/render/decoders/index.js";
import { inflate } from "../../../../static/js/render/decoders/kernels/inflate.js";
import { WasmHeap } from "../../../../static/js/render/decoders/kernels/wasm_heap.js";
import { bitmap } from "./images.js";
import { context, wasmKernels } from "./recordings.js";

describe("a mask", () => {
  const fields = { x: 10, y: 2, stride: 3, data: Uint8Array.of(0b10000001, 0b01000000, 7, 0b00000011, 0b10000000, 7) };
  const first = [1, 0, 0, 0, 0, 0, 0, 1, 0, 1];
  const second = [0, 0, 0, 0, 0, 0, 1, 1, 1, 0];

  test("has its leftmost pixel in the high bit", () => {
    const mask = decodeMask(bitmap({ ...fields, format: BitmapFmt.FMT_1BIT_BE }));
    assert.deepEqual([...mask.bits], [...first, ...second]);
  });

  test("has its leftmost pixel in the low bit when it says so", () => {
    const mask = decodeMask(bitmap({ ...fields, format: BitmapFmt.FMT_1BIT_LE }));
    assert.deepEqual([...mask.bits.subarray(10)], [1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  test("is bottom-up unless it says otherwise", () => {
    const mask = decodeMask(bitmap({ ...fields, format: BitmapFmt.FMT_1BIT_BE, flags: 0 }));
    assert.deepEqual([...mask.bits], [...second, ...first]);
  });
});

test("an index beyond the palette is black", () => {
  const palette = { unique: 1n, num_ents: 1, ents: Uint32Array.of(0x112233) };
  const image = bitmap({ format: BitmapFmt.FMT_8BIT, x: 2, y: 1, stride: 2, data: Uint8Array.of(0, 200), palette });
  assert.deepEqual([...decodeImage(image, context()).pixels], [0xff332211, 0xff000000]);
});

test("a palette is kept though the message it came in is overwritten", () => {
  const ents = Uint32Array.of(0x0000ff);
  const first = { format: BitmapFmt.FMT_8BIT, x: 1, y: 1, stride: 1, data: Uint8Array.of(0) };
  const ctx = context();
  const flags = BitmapFlags.TOP_DOWN | BitmapFlags.PAL_CACHE_ME;
  decodeImage(bitmap({ ...first, flags, palette: { unique: 9n, num_ents: 1, ents } }), ctx);
  ents[0] = 0x00ff00;
  const again = bitmap({ ...first, flags: BitmapFlags.TOP_DOWN | BitmapFlags.PAL_FROM_CACHE, palette_id: 9n });
  assert.deepEqual([...decodeImage(again, ctx).pixels], [0xffff0000]);
});

describe("inflate gives back what was deflated", async () => {
  const wasm = await wasmKernels();
  const contents = {
    nothing: new Uint8Array(0),
    "one byte": Uint8Array.of(7),
    "runs and steps": Uint8Array.from({ length: 90000 }, (_, i) => (i % 7000 < 3000 ? 5 : (i * 31) >> 7)),
    "every distance": Uint8Array.from({ length: 200000 }, (_, i) => ((i * i) >> 9) ^ (i % 251)),
  };
  const ways = { stored: { level: 0 }, "fixed codes": { strategy: constants.Z_FIXED }, "dynamic codes": { level: 9 }, "runs only": { strategy: constants.Z_RLE } };
  for (const [name, bytes] of Object.entries(contents)) {
    for (const [way, options] of Object.entries(ways)) {
      test(`${name}, ${way}`, () => {
        const packed = new Uint8Array(deflateSync(bytes, options));
        assert.deepEqual(Buffer.from(inflate(packed, bytes.length)), Buffer.from(bytes));
        assert.deepEqual(Buffer.from(wasm.inflate(packed, bytes.length)), Buffer.from(bytes));
      });
    }
  }
});

describe("the WebAssembly heap", () => {
  const BASE = 1000;
  const fresh = (maximum = 100) => new WasmHeap(new WebAssembly.Memory({ initial: 1, maximum }), BASE);

  test("gives the same place again after it came back", () => {
    const heap = fresh();
    const [first, second, third] = [heap.take(5000), heap.take(300), heap.take(5000)];
    heap.give(first);
    heap.give(third);
    heap.give(second);
    assert.equal(heap.take(20000).at, first.at);
  });

  test("never gives one place twice, and keeps its bytes while it grows", () => {
    const heap = fresh();
    const ranges = Array.from({ length: 40 }, (_, i) => heap.take(i * 700));
    ranges.forEach(({ at, size }, i) => heap.bytes.fill(i, at, at + size));
    ranges.forEach(({ at, size }, i) => assert.ok(heap.bytes.subarray(at, at + size).every((byte) => byte === i)));
  });

  test("says so when the memory is used up", () => {
    assert.throws(() => fresh(2).take(200000), /does not fit the memory/);
  });
});
