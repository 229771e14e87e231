// @ts-check
// Browsers by what they say of themselves.

/** The first that fits: most claim to be others, too. @type {readonly [RegExp, string][]} */
const BROWSERS = [[/Edg(?:A|iOS)?\//, "Edge"], [/OPR\//, "Opera"], [/Firefox\/|FxiOS\//, "Firefox"], [/Chrom(?:e|ium)\/|CriOS\//, "Chrome"], [/Safari\//, "Safari"]];
/** @type {readonly [RegExp, string][]} */
const SYSTEMS = [[/Android/, "Android"], [/iPhone|iPad/, "iOS"], [/Windows/, "Windows"], [/Mac OS X/, "macOS"], [/CrOS/, "ChromeOS"], [/Linux|X11/, "Linux"]];

/** @param {string} agent a User-Agent header @returns {string} for example "Firefox on Linux" */
export function browserOf(agent) {
  const browser = BROWSERS.find(([pattern]) => pattern.test(agent))?.[1];
  const system = SYSTEMS.find(([pattern]) => pattern.test(agent))?.[1];
  if (!browser) return agent.slice(0, 60) || "Unknown";
  return system ? `${browser} on ${system}` : browser;
}
