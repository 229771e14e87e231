// @ts-check
// What machines show, on their cards.

import { make } from "../dom.js";
import { LivePicture } from "../live_picture.js";
import { recentMachines } from "../recent.js";

const PAUSE_MS = 10_000;

/**
 * Puts a picture on each of these cards. Where one is to be expected its place is there from the beginning.
 * @param {Iterable<HTMLElement>} cards
 */
export function showScreens(cards) {
  const recent = recentMachines();
  for (const card of cards) {
    const { machine = "", kind } = card.dataset;
    const title = card.querySelector("h3")?.textContent?.trim() ?? machine;
    const path = `machines/${encodeURIComponent(machine)}/picture`;
    const picture = new LivePicture({ path, label: `Screen of ${title}`, nothing: "No picture yet", pause: PAUSE_MS });
    const href = card.querySelector("h3 a")?.getAttribute("href");
    const link = make("a", { class: "shot-link", href, tabindex: "-1" }, picture.element);
    link.hidden = kind !== "demo" && !recent.includes(machine);
    picture.onfirst = () => (link.hidden = false);
    card.prepend(link);
  }
}
