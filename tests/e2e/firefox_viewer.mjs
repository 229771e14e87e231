// Opens the viewer in Firefox over WebDriver BiDi and answers each line of its input with one line of JSON.
// usage: node firefox_viewer.mjs FIREFOX LINK PROFILE NAME PASSWORD
// First it says {"version", "pid"} of the browser, then null: the viewer's page is there.
//   look            {"width", "height", "data"}: the viewer's picture, RGBA bytes as base64, or null while there is none
//   sound           what the viewer says of its sound, or null
//   listen SECONDS  [rate, left, right]: what goes to the loudspeaker, 32-bit floats as base64
import { createInterface } from "node:readline";
import puppeteer from "puppeteer-core";

const [executablePath, link, userDataDir, name, password] = process.argv.slice(2);

// Whether a script that looks is a gesture of the person is a matter of chance: here pages may always play.
const extraPrefsFirefox = { "media.autoplay.default": 0 };
const timeout = 90_000;
const browser = await puppeteer.launch({ browser: "firefox", executablePath, headless: true, userDataDir, extraPrefsFirefox, timeout });
try {
  console.log(JSON.stringify({ version: await browser.version(), pid: browser.process().pid }));
  const page = await browser.newPage();
  page.setDefaultTimeout(timeout);
  await page.evaluateOnNewDocument(watch);
  await page.goto(link);
  await page.type("#name", name);
  await page.type("#password", password);
  await Promise.all([page.waitForNavigation(), page.click("button[type=submit]")]);
  await page.evaluate(() => customElements.whenDefined("spice-viewer").then(() => null)); // its modules come a moment later
  console.log("null"); // ready
  const answers = {
    look: () => page.evaluate(look),
    sound: () => page.evaluate(() => document.querySelector("spice-viewer")?.stats.sound ?? null),
    listen: (seconds) => page.evaluate(listen, Number(seconds)),
  };
  for await (const request of createInterface({ input: process.stdin })) {
    const [verb, ...values] = request.split(" ");
    console.log(JSON.stringify(await answers[verb](...values)));
  }
} finally {
  await browser.close();
}

// What follows runs in the page.

function watch() {
  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (target, ...rest) {
    if (target instanceof AudioDestinationNode) window.loudest = this;
    return connect.call(this, target, ...rest);
  };
  window.connectQuietly = (from, to) => connect.call(from, to);
  window.asBase64 = async (parts) => {
    const url = await new Promise((done) => {
      const reader = new FileReader();
      reader.onload = () => done(reader.result);
      reader.readAsDataURL(new Blob(parts));
    });
    return url.slice(url.indexOf(",") + 1);
  };
}

async function look() {
  const taken = await document.querySelector("spice-viewer")?.snapshot().catch(() => null);
  return taken && { width: taken.width, height: taken.height, data: await window.asBase64([taken.data]) };
}

async function listen(seconds) {
  const { context } = window.loudest;
  const tap = context.createScriptProcessor(16384, 2, 2);
  const sides = [[], []];
  await new Promise((done) => {
    tap.onaudioprocess = ({ inputBuffer }) => {
      sides.forEach((pieces, side) => pieces.push(inputBuffer.getChannelData(side).slice()));
      if (sides[0].length * 16384 >= seconds * context.sampleRate) done();
    };
    window.connectQuietly(window.loudest, tap);
    window.connectQuietly(tap, context.destination);
  });
  window.loudest.disconnect(tap);
  tap.disconnect();
  return [context.sampleRate, await window.asBase64(sides[0]), await window.asBase64(sides[1])];
}
