// @ts-check
// Sound between two samples: a windowed sinc, so that a stream can be played a little faster or slower than it came.

/** Samples that each result is made of. */
const TAPS = 16;
/** Samples that must be there behind a place, and before it. */
export const REACH = TAPS / 2;
const PHASES = 256;
const KAISER_BETA = 8;

/** For each phase (and the next one after the last) the weights of the taps. */
const WEIGHTS = weights();

/**
 * The value of a ring of samples at a place between them.
 * @param {Float32Array} ring of a power of two of samples
 * @param {number} place an index that only grows; `REACH` samples on both sides must be in the ring
 */
export function valueAt(ring, place) {
  const mask = ring.length - 1;
  const whole = Math.floor(place);
  const part = (place - whole) * PHASES;
  if (part === 0) return ring[whole & mask];
  const phase = Math.floor(part);
  const share = part - phase;
  const low = phase * TAPS;
  let sum = 0;
  for (let tap = 0; tap < TAPS; tap++) {
    const weight = WEIGHTS[low + tap] + share * (WEIGHTS[low + TAPS + tap] - WEIGHTS[low + tap]);
    sum += weight * ring[(whole + tap - REACH + 1) & mask];
  }
  return sum;
}

function weights() {
  const table = new Float32Array((PHASES + 1) * TAPS);
  for (let phase = 0; phase <= PHASES; phase++) {
    const row = table.subarray(phase * TAPS, (phase + 1) * TAPS);
    for (let tap = 0; tap < TAPS; tap++) {
      const distance = tap - REACH + 1 - phase / PHASES;
      row[tap] = sinc(distance) * kaiser(distance / REACH);
    }
    // Silence stays silence and a constant stays what it is.
    const sum = row.reduce((total, weight) => total + weight, 0);
    row.forEach((weight, tap) => (row[tap] = weight / sum));
  }
  return table;
}

/** @param {number} x */
function sinc(x) {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** @param {number} x from −1 to 1 */
function kaiser(x) {
  return Math.abs(x) >= 1 ? 0 : bessel(KAISER_BETA * Math.sqrt(1 - x * x)) / bessel(KAISER_BETA);
}

/** The modified Bessel function of order zero, by its series. @param {number} x */
function bessel(x) {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > 1e-12 * sum; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
