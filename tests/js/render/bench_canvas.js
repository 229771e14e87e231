// A canvas to draw on in tests: surfaces, caches and decoders as in the worker, without a channel.
import { SurfaceFlags, SurfaceFmt } from "../../../static/js/spice/enums.gen.js";
import { GlzWindow } from "../../../static/js/render/decoders/index.js";
import { ImageCache } from "../../../static/js/render/image_cache.js";
import { OPERATIONS } from "../../../static/js/render/ops.js";
import { PaletteCache } from "../../../static/js/render/palette.js";
import { Pictures } from "../../../static/js/render/pictures.js";
import { SurfaceTable } from "../../../static/js/render/surface.js";

export class BenchCanvas {
  surfaces = new SurfaceTable();
  damaged = [];
  ignoredNames = [];
  constructor({ width = 16, height = 12, format = SurfaceFmt.FMT_32_xRGB, budget, mayWait, patience } = {}) {
    this.cache = new ImageCache({ budget, patience });
    this.pictures = new Pictures({
      surfaces: this.surfaces,
      cache: this.cache,
      decoding: { glz: new GlzWindow(), palettes: new PaletteCache(), decodeJpeg: (...args) => this.decodeJpeg(...args) },
      mayWait,
    });
    this.screen = this.surfaces.create({ surface_id: 0, width, height, format, flags: SurfaceFlags.PRIMARY });
  }

  decodeJpeg() {
    throw new Error("this test has no JPEG");
  }

  /** @returns {any} another surface */
  offscreen(id, width, height, format = SurfaceFmt.FMT_32_ARGB) {
    return this.surfaces.create({ surface_id: id, width, height, format, flags: 0 });
  }

  damage(surface, region) {
    this.damaged.push([surface.id, [...region]]);
  }

  ignored(what) {
    this.ignoredNames.push(what);
  }

  draw(name, message) {
    return OPERATIONS[name](this, message);
  }

  /** @returns {string[]} the screen's rows, RRGGBB a pixel */
  rows(surface = this.screen) {
    const rows = [];
    for (let y = 0; y < surface.height; y++) {
      const line = surface.pixels.subarray(y * surface.width, (y + 1) * surface.width);
      rows.push(Array.from(line, (p) => rgb(p).toString(16).padStart(6, "0")).join(" "));
    }
    return rows;
  }
}

/** @returns {number} 0xRRGGBB of 0xAABBGGRR */
export const rgb = (p) => (((p & 255) << 16) | (p & 0xff00) | ((p >>> 16) & 255)) >>> 0;
