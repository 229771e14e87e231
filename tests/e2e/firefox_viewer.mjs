// Opens the viewer in Firefox over WebDriver BiDi and answers each line "look" on its input with one line of JSON:
// {"width", "height", "data"}: the viewer's picture, RGBA bytes as base64, or null while there is none.
// usage: node firefox_viewer.mjs FIREFOX LINK PROFILE
import { createInterface } from "node:readline";
import puppeteer from "puppeteer-core";

const [executablePath, link, userDataDir] = process.argv.slice(2);

const browser = await puppeteer.launch({ browser: "firefox", executablePath, headless: true, userDataDir });
try {
  const page = await browser.newPage();
  await page.goto(link);
  console.log(JSON.stringify({ version: await browser.version(), pid: browser.process().pid }));
  for await (const _request of createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await page.evaluate(look)));
  }
} finally {
  await browser.close();
}

// Runs in the page.
async function look() {
  const taken = await document.querySelector("spice-viewer")?.snapshot().catch(() => null);
  if (!taken) return null;
  const url = await new Promise((done) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.readAsDataURL(new Blob([taken.data]));
  });
  return { width: taken.width, height: taken.height, data: url.slice(url.indexOf(",") + 1) };
}
