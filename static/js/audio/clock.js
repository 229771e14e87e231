// @ts-check
// Which moment of the machine is heard now.

/**
 * @param {number} time the machine's milliseconds of a sample
 * @param {number} contextTime seconds of the audio context's clock at which that sample goes out
 * @param {{contextTime?: number, performanceTime?: number}} output what the loudspeaker gives out, and when (AudioTimestamp)
 * @param {number} now milliseconds of the page's clock
 * @returns {number} the machine's milliseconds (u32) that are heard now
 */
export function heardTime(time, contextTime, { contextTime: heard = 0, performanceTime: at = 0 }, now) {
  // Without a loudspeaker, or before its first sound, browsers know no such moment: then it is heard as it goes out.
  const audible = heard > 0 && at > 0 ? at + (contextTime - heard) * 1000 : now;
  return (time + Math.round(now - audible)) >>> 0;
}
