// @ts-check
/**
 * GLZ_RGB and ZLIB_GLZ_RGB, and the window of earlier images they refer to.
 *
 * One window serves all display channels of a session. Images are numbered across the channels, so one may arrive before
 * another with a smaller number, and may refer to it: its decode then waits. Each image says how far back the window
 * reached when it was made; images before that are released, but only counted from the last image before which none is
 * missing.
 */
import { ProtocolError } from "../../spice/errors.js";
import { GLZ_WAIT_SECONDS, GLZ_WINDOW_PIXELS, MAX_GLZ_WAITING, MAX_GLZ_WINDOW_IMAGES } from "../../spice/limits.gen.js";
import { jsKernels } from "./kernels/js_kernels.js";
import { checkPlausible, LZ_KINDS, LZ_MAGIC, LZ_VERSION, LzType } from "./lz.js";
import { expectSize, flipRows } from "./sizes.js";

/** @typedef {import("./types.js").BinaryData} BinaryData */
/** @typedef {import("./types.js").DecodeContext} DecodeContext */
/** @typedef {import("./types.js").Image} Image */
/** @typedef {import("./types.js").ImageDescriptor} ImageDescriptor */
/** @typedef {import("./types.js").Kernels} Kernels */
/** @typedef {import("./types.js").Picture} Picture */
/** @typedef {import("./types.js").ZlibGlzData} ZlibGlzData */

const GLZ_HEADER_BYTES = 33;
const TYPE_BITS = 4;
/** Deflate never makes less of a byte than this. */
const MOST_INFLATION = 1032;

/**
 * @typedef {object} GlzHeader
 * @property {number} type an `LzType`
 * @property {boolean} topDown
 * @property {number} width
 * @property {number} height
 * @property {number} id
 * @property {number} reach how many images back the window reaches
 */

/**
 * @param {Uint8Array} data
 * @returns {GlzHeader}
 */
export function readGlzHeader(data) {
  if (data.length < GLZ_HEADER_BYTES) throw new ProtocolError("the GLZ data is shorter than its header");
  const view = new DataView(data.buffer, data.byteOffset, GLZ_HEADER_BYTES);
  if (view.getUint32(0) !== LZ_MAGIC) throw new ProtocolError("the data does not begin as GLZ does");
  if (view.getUint32(4) !== LZ_VERSION) throw new ProtocolError("the GLZ data has a version we do not know");
  const kind = view.getUint8(8);
  const id = Number(view.getBigUint64(21));
  const reach = view.getUint32(29);
  if (!Number.isSafeInteger(id)) throw new ProtocolError("the GLZ image's number is too large");
  if (reach > id) throw new ProtocolError("the GLZ window reaches back before the first image");
  return {
    type: kind & ((1 << TYPE_BITS) - 1),
    topDown: kind >> TYPE_BITS !== 0,
    width: view.getUint32(9),
    height: view.getUint32(13),
    id,
    reach,
  };
}

/**
 * @typedef {object} Waiter
 * @property {() => void} resume
 * @property {(error: ProtocolError) => void} fail
 */

export class GlzWindow {
  #store;
  #maxPixels;
  #waitSeconds;
  /** Pixels of each image, by number. @type {Map<number, {count: number, reach: number}>} */
  #images = new Map();
  #pixels = 0;
  /** Images with smaller numbers were released. */
  #oldest = 0;
  /** The first number that has not arrived. */
  #gap = 0;
  /** Numbers still to come that decodes wait for. @type {Map<number, Set<Waiter>>} */
  #waiting = new Map();
  #waiters = 0;

  /** @param {{kernels?: Kernels, maxPixels?: number, waitSeconds?: number}} [options] */
  constructor({ kernels = jsKernels, maxPixels = GLZ_WINDOW_PIXELS, waitSeconds = GLZ_WAIT_SECONDS } = {}) {
    this.#store = kernels.createGlzStore();
    this.#maxPixels = maxPixels;
    this.#waitSeconds = waitSeconds;
  }

  /** Images in the window. */
  get size() {
    return this.#images.size;
  }

  /** Pixels in the window. */
  get pixels() {
    return this.#pixels;
  }

  /**
   * Decodes one image and keeps it in the window.
   * @param {ImageDescriptor} descriptor
   * @param {Uint8Array} data
   * @returns {Picture|Promise<Picture>} a promise while an image it refers to has not arrived
   */
  decode(descriptor, data) {
    const header = readGlzHeader(data);
    const count = expectSize(descriptor, header.width, header.height);
    const kind = LZ_KINDS.get(header.type);
    if (kind === undefined) throw new ProtocolError(`GLZ does not carry LZ type ${header.type}`);
    checkPlausible(count, data.length - GLZ_HEADER_BYTES);
    if (this.#images.has(header.id) || header.id < this.#gap) {
      throw new ProtocolError(`GLZ image ${header.id} came twice`);
    }
    if (header.id - this.#oldest >= MAX_GLZ_WINDOW_IMAGES) {
      throw new ProtocolError(`GLZ image ${header.id} is far ahead of the window`);
    }
    return this.#attempt(header, kind, data, count);
  }

  /** Forgets all images, and fails whoever waits. */
  close() {
    this.#store.clear();
    this.#images.clear();
    this.#pixels = this.#oldest = this.#gap = 0;
    for (const waiters of this.#waiting.values()) {
      for (const waiter of waiters) waiter.fail(new ProtocolError("the GLZ window was closed"));
    }
    this.#waiting.clear();
  }

  /**
   * @param {GlzHeader} header
   * @param {number} kind
   * @param {Uint8Array} data
   * @param {number} count
   * @returns {Picture|Promise<Picture>}
   */
  #attempt(header, kind, data, count) {
    const { missing } = this.#store.decode(header.id, kind, data, GLZ_HEADER_BYTES, count);
    if (missing < 0) return this.#keep(header, count);
    if (missing < this.#gap) {
      throw new ProtocolError(`GLZ image ${header.id} refers to image ${missing}, which left the window`);
    }
    return this.#arrival(missing).then(() => {
      const picture = this.#attempt(header, kind, data, count);
      return picture instanceof Promise ? picture : lasting(picture);
    });
  }

  /**
   * @param {GlzHeader} header
   * @param {number} count
   * @returns {Picture}
   */
  #keep({ id, reach, type, topDown, width, height }, count) {
    this.#images.set(id, { count, reach });
    this.#pixels += count;
    const stored = this.#store.pixels(id); // a later image that came before it may no longer reach it
    this.#advance();
    if (this.#pixels > 2 * this.#maxPixels) {
      throw new ProtocolError("the GLZ window grew beyond what was announced");
    }
    const waiters = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiters?.forEach((waiter) => waiter.resume());
    const pixels = topDown ? stored : flipRows(stored.slice(), width, height);
    return { width, height, pixels, alpha: type === LzType.RGBA, transient: topDown };
  }

  /** Moves the gap past what has arrived, and releases what the last image before it no longer reaches. */
  #advance() {
    let last;
    for (let image = this.#images.get(this.#gap); image; image = this.#images.get(this.#gap)) {
      last = image;
      this.#gap++;
    }
    if (!last) return;
    for (const oldest = this.#gap - 1 - last.reach; this.#oldest < oldest; this.#oldest++) {
      this.#pixels -= this.#images.get(this.#oldest)?.count ?? 0;
      this.#images.delete(this.#oldest);
      this.#store.release(this.#oldest);
    }
  }

  /**
   * @param {number} id
   * @returns {Promise<void>} when image `id` is in the window
   */
  #arrival(id) {
    if (this.#waiters >= MAX_GLZ_WAITING) throw new ProtocolError("too many GLZ images wait for others");
    return new Promise((resolve, reject) => {
      const waiters = this.#waiting.get(id) ?? new Set();
      const done = () => {
        clearTimeout(timer);
        waiters.delete(waiter);
        this.#waiters--;
      };
      const waiter = {
        resume: () => (done(), resolve()),
        fail: (/** @type {ProtocolError} */ error) => (done(), reject(error)),
      };
      const late = () => waiter.fail(new ProtocolError(`GLZ image ${id} never came, and another refers to it`));
      const timer = setTimeout(late, this.#waitSeconds * 1000);
      this.#waiting.set(id, waiters.add(waiter));
      this.#waiters++;
    });
  }
}

/**
 * Who waited sees the picture only after others may have decoded theirs.
 * @param {Picture} picture
 * @returns {Picture}
 */
function lasting(picture) {
  return picture.transient ? { ...picture, pixels: picture.pixels.slice(), transient: false } : picture;
}

/**
 * @param {Image} image
 * @param {DecodeContext} ctx
 * @returns {Picture|Promise<Picture>}
 */
export function decodeGlz(image, ctx) {
  const { data } = /** @type {BinaryData} */ (image.u);
  return ctx.glz.decode(image.descriptor, data);
}

/**
 * @param {Image} image
 * @param {DecodeContext} ctx
 * @returns {Picture|Promise<Picture>}
 */
export function decodeZlibGlz(image, ctx) {
  const { data, glz_data_size: size } = /** @type {ZlibGlzData} */ (image.u);
  if (size > data.length * MOST_INFLATION) throw new ProtocolError(`${data.length} bytes cannot inflate to ${size}`);
  const kernels = ctx.wasm ?? jsKernels;
  const inflated = kernels.inflate(data, size);
  return ctx.glz.decode(image.descriptor, kernels.transient ? inflated.slice() : inflated);
}
