// @ts-check
// The last minute of a rate as a line.

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [60, 20];

/** The last readings, oldest first. */
export class History {
  #most;
  /** @type {number[]} */
  values = [];

  /** @param {number} [most] */
  constructor(most = 60) {
    this.#most = most;
  }

  /** @param {number} value */
  add(value) {
    this.values.push(value);
    if (this.values.length > this.#most) this.values.shift();
  }
}

/**
 * @param {readonly number[]} values
 * @param {number} [most] how many readings fill the width
 * @returns {string} a path in a box of 60 by 20; the highest value reaches its top
 */
export function sparkPath(values, most = 60) {
  const highest = Math.max(...values, 1);
  const from = most - values.length;
  return values.map((value, index) => {
    const x = ((from + index) / Math.max(1, most - 1)) * WIDTH;
    const y = HEIGHT - 1 - (value / highest) * (HEIGHT - 2);
    return `${index ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
  }).join("");
}

/** @returns {SVGSVGElement} draw it with `drawSparkline` */
export function sparkline() {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("class", "spark");
  svg.setAttribute("aria-hidden", "true");
  svg.append(document.createElementNS(SVG, "path"));
  return svg;
}

/** @param {SVGSVGElement} svg @param {readonly number[]} values */
export function drawSparkline(svg, values) {
  const path = sparkPath(values);
  const line = svg.firstElementChild;
  if (line && line.getAttribute("d") !== path) line.setAttribute("d", path);
}
