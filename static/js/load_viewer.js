// @ts-check
// The viewer's page before its modules are there. When one of them does not come, because the network broke or the
// gateway is being replaced, the page says so (its HTML holds the words) and loads itself again when it can.

const TRIES = 3;
const REST_MS = 3000;

const page = document.documentElement;

try {
  await import("./viewer.js");
  history.replaceState(null, "");
} catch {
  page.dataset.viewer = "missing";
  await tryAgain();
}

/** Loads the page anew once the gateway answers; a few times only, for what is broken may stay so. */
async function tryAgain() {
  const tries = Number(history.state?.tries ?? 0);
  if (tries >= TRIES) return;
  page.dataset.viewer = "again";
  do await new Promise((done) => setTimeout(done, REST_MS));
  while (!await fetch(location.href, { method: "HEAD", cache: "no-store" }).catch(() => null));
  history.replaceState({ tries: tries + 1 }, "");
  location.reload();
}

export {};
