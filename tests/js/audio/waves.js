/** Tones to play, and what can be said of a recording. */

/** A sine that goes on from piece to piece. */
export class Tone {
  #rate;
  #step;
  #amplitude;
  #place = 0;

  constructor(frequency, rate, amplitude = 0.5) {
    this.#rate = rate;
    this.#step = (2 * Math.PI * frequency) / rate;
    this.#amplitude = amplitude;
  }

  /** The next samples, the same in both ears, with the milliseconds of the first. */
  next(frames) {
    const left = Float32Array.from({ length: frames }, (_, i) => this.#amplitude * Math.sin(this.#step * (this.#place + i)));
    const time = Math.round((this.#place * 1000) / this.#rate);
    this.#place += frames;
    return { left, right: left.slice(), time };
  }
}

/** The frequency of a tone by its upward zero crossings, in Hz. */
export function frequencyOf(samples, rate) {
  const crossings = [];
  for (let i = 1; i < samples.length; i++) {
    if (samples[i - 1] < 0 && samples[i] >= 0) crossings.push(i - samples[i] / (samples[i] - samples[i - 1]));
  }
  return ((crossings.length - 1) * rate) / (crossings.at(-1) - crossings[0]);
}

/** The largest difference of neighbours. */
export function steepest(samples) {
  let most = 0;
  for (let i = 1; i < samples.length; i++) most = Math.max(most, Math.abs(samples[i] - samples[i - 1]));
  return most;
}

/** The longest run of exact silence, in samples. */
export function longestSilence(samples) {
  let longest = 0;
  let run = 0;
  for (const sample of samples) {
    run = sample === 0 ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}

/** Without the silence before the first sound. */
export function fromFirstSound(samples) {
  return samples.subarray(samples.findIndex((sample) => sample !== 0));
}
