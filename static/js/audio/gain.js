// @ts-check
// How loud it is: the machine's volume times the person's, and a change that is not heard as a click.

/** Of the way to the new gain, what is left after a sample; at 48 kHz a change takes about 20 ms. */
const SMOOTHING = 0.995;
const NEAR = 1e-5;

/**
 * How loud a machine and a person want it.
 * @typedef {object} Levels
 * @property {number[]} machine one for each channel, 0 to 1
 * @property {boolean} machineMute
 * @property {number} person 0 to 1
 * @property {boolean} personMute
 */

/**
 * Volumes are felt, not measured: amplitude is their cube, as in PulseAudio and spice-gtk.
 * @param {Levels} levels
 * @returns {[left: number, right: number]} factors of the samples
 */
export function gainsOf({ machine, machineMute, person, personMute }) {
  if (machineMute || personMute) return [0, 0];
  const left = machine[0] ?? 1;
  const right = machine[1] ?? left;
  return [(left * person) ** 3, (right * person) ** 3];
}

/** Multiplies samples by a gain that moves smoothly to where it is set. */
export class Gain {
  #left = 1;
  #right = 1;
  #toLeft = 1;
  #toRight = 1;

  /** @param {number} left @param {number} right @param {boolean} [now] without a way from the old one */
  set(left, right, now = false) {
    this.#toLeft = left;
    this.#toRight = right;
    if (now) {
      this.#left = left;
      this.#right = right;
    }
  }

  /** @param {Float32Array} left @param {Float32Array} right changed in place */
  apply(left, right) {
    this.#left = scaled(left, this.#left, this.#toLeft);
    this.#right = scaled(right, this.#right, this.#toRight);
  }
}

/** @param {Float32Array} samples @param {number} from @param {number} to @returns {number} the gain it came to */
function scaled(samples, from, to) {
  let gain = from;
  if (gain === to) {
    if (gain !== 1) samples.forEach((sample, i) => (samples[i] = sample * gain));
    return gain;
  }
  for (let i = 0; i < samples.length; i++) {
    gain = to + (gain - to) * SMOOTHING;
    samples[i] *= gain;
  }
  return Math.abs(gain - to) < NEAR ? to : gain;
}
