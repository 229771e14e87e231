// @ts-check
/**
 * The shapes the decoders take and give. Nothing here runs.
 *
 * @typedef {object} Picture
 *   A decoded image. Pixels are row-major, top-down, without padding; each is little-endian RGBA (0xAABBGGRR).
 * @property {number} width pixels
 * @property {number} height pixels
 * @property {Uint32Array} pixels `width * height` of them
 * @property {boolean} alpha true when the image carries alpha (as sent: SPICE sends it premultiplied for ARGB
 *   surfaces, and nothing is changed here); false when every alpha is 0xFF
 * @property {boolean} transient true when `pixels` lies in a buffer that the next decode may overwrite or move
 *
 * @typedef {object} ImageDescriptor
 * @property {bigint} id
 * @property {number} type an `ImageType`
 * @property {number} flags
 * @property {number} width pixels
 * @property {number} height pixels
 *
 * @typedef {object} Palette
 * @property {bigint} unique
 * @property {number} [num_ents]
 * @property {ArrayLike<number>} ents 0x00RRGGBB each
 *
 * @typedef {object} PaletteSource where BITMAP and LZ_PLT say which palette they mean
 * @property {number} flags `BitmapFlags`
 * @property {bigint} [palette_id]
 * @property {Palette|null} [palette]
 *
 * @typedef {object} BitmapFields
 * @property {number} format a `BitmapFmt`
 * @property {number} x width in pixels
 * @property {number} y height in pixels
 * @property {number} stride bytes a row
 * @property {Uint8Array} data
 *
 * @typedef {BitmapFields & PaletteSource} BitmapData
 *
 * @typedef {object} BinaryData
 * @property {Uint8Array} data
 *
 * @typedef {object} ZlibGlzData
 * @property {number} glz_data_size bytes once inflated
 * @property {Uint8Array} data
 *
 * @typedef {object} JpegAlphaData
 * @property {number} flags `JpegAlphaFlags`
 * @property {number} jpeg_size bytes of `data` that are the JPEG; the rest is the LZ alpha plane
 * @property {Uint8Array} data
 *
 * @typedef {object} Image
 * @property {ImageDescriptor} descriptor
 * @property {any} u the arm of the descriptor's type
 *
 * @typedef {object} Kernels
 *   The inner loops, once in JavaScript (`js_kernels.js`) and once in WebAssembly (`wasm_kernels.js`). Both raise the same
 *   errors for the same input. A returned array belongs to the caller unless `transient` is true; then it is valid
 *   until the next call.
 * @property {boolean} transient
 * @property {(layout: PixelLayout, data: Uint8Array, stride: number, width: number, height: number) => Uint32Array} unpack
 *   rows of direct colour, in stream order
 * @property {(kind: number, data: Uint8Array, offset: number, count: number) => Uint32Array} lz
 *   `count` pixels of an LZ stream (`LzKind`), with its alpha plane for RGBA
 * @property {(data: Uint8Array, offset: number, count: number) => Uint8Array} lzBytes
 *   `count` bytes of an LZ stream of bytes (palette indices, an alpha plane)
 * @property {(bytes: Uint8Array, bits: number, lowFirst: boolean, stride: number, width: number, height: number, palette: Uint32Array) => Uint32Array} expand
 *   rows of palette indices into pixels
 * @property {(type: number, data: Uint8Array, width: number, height: number) => Uint32Array} quic
 * @property {(layout: PixelLayout, data: Uint8Array, offset: number, stride: number, width: number, height: number) => Uint32Array} lz4Pixels
 *   the chunks of a SPICE LZ4 image, `stride * height` bytes of rows, in stream order
 * @property {(data: Uint8Array, size: number) => Uint8Array} inflate a zlib stream into exactly `size` bytes
 * @property {() => GlzStore} createGlzStore
 *
 * @typedef {"rgb16"|"rgb24"|"rgb32"|"rgba"|"a8"} PixelLayout how direct colour lies in memory
 *
 * @typedef {object} GlzStore the pixels of the images of a GLZ window
 * @property {(id: number, kind: number, data: Uint8Array, offset: number, count: number) => GlzOutcome} decode
 *   decodes and keeps image `id`; when a referenced image is not there, keeps nothing and says which
 * @property {(id: number) => Uint32Array} pixels in stream order
 * @property {(id: number) => void} release
 * @property {() => void} clear
 *
 * @typedef {object} GlzOutcome
 * @property {number} missing id of the image that was referenced and is not there, or -1
 *
 * @typedef {object} DecodeContext
 * @property {import("./glz_window.js").GlzWindow} glz shared by all display channels of a session
 * @property {import("../palette.js").PaletteCache} palettes of the display channel
 * @property {(bytes: Uint8Array, width: number, height: number) => Promise<Picture>} decodeJpeg
 * @property {Kernels} [wasm] from `loadWasm`; without it the JavaScript kernels run
 */

export {};
