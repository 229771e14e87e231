// @ts-check
/** Capability sets: capability n is bit n % 32 of word n / 32. */

/**
 * @param {Iterable<number>} caps capability numbers
 * @returns {number[]} u32 words
 */
export function toWords(caps) {
  /** @type {number[]} */
  const words = [];
  for (const cap of caps) {
    const index = cap >>> 5;
    while (words.length <= index) words.push(0);
    words[index] = (words[index] | (1 << (cap & 31))) >>> 0;
  }
  return words;
}

/**
 * @param {Iterable<number>} words
 * @returns {number[]} capability numbers, ascending
 */
export function fromWords(words) {
  return [...words].flatMap((word, index) =>
    Array.from({ length: 32 }, (_, bit) => bit).filter((bit) => (word >>> bit) & 1).map((bit) => index * 32 + bit),
  );
}
