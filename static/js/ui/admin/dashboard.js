// @ts-check
// The dashboard: cards, sections by the address's fragment, one feed for all of them.

import { get } from "../api.js";
import { sentenceOf } from "../dialogs.js";
import { make } from "../dom.js";
import { EventStream } from "../event_stream.js";
import { Toast } from "../notices.js";
import { sitePath } from "../site.js";
import { Context } from "./context.js";
import { Drawer } from "./drawer.js";
import { Feed } from "./feed.js";
import { hashOf, placeOf } from "./place.js";
import { alertsSection } from "./sections/alerts.js";
import { auditSection } from "./sections/audit.js";
import { channelsSection } from "./sections/channels.js";
import { machinesSection } from "./sections/machines.js";
import { peopleSection } from "./sections/people.js";
import { sessionsSection } from "./sections/sessions.js";
import { ticketsSection } from "./sections/tickets.js";
import { alertsOf, Stats } from "./stats.js";

/** @typedef {import("./context.js").Section} Section */

export class Dashboard {
  #place;
  #status;
  #stats = new Stats();
  #drawer = new Drawer();
  #toast = new Toast();
  #links = make("nav", { class: "sections", "aria-label": "Sections" });
  #shown = make("div");
  /** @type {Section[]} */
  #sections = [];
  /** @type {Section | null} */
  #current = null;

  /** @param {HTMLElement} place @param {HTMLElement} status where it says whether it is live */
  constructor(place, status) {
    this.#place = place;
    this.#status = status;
  }

  /** @param {number} passwordLength that a new user's password has at least */
  async open(passwordLength) {
    this.#place.append(this.#stats.element, this.#links, this.#shown);
    document.body.append(this.#drawer.element, this.#toast.element);
    const me = await get("me").catch((error) => this.#showStatus("ended", sentenceOf(error)));
    if (!me) return;
    const feed = new Feed(new EventStream(sitePath("/api/v1/events"), () => get("gateway")));
    const context = new Context({ me, feed, drawer: this.#drawer, toast: this.#toast, passwordLength });
    this.#sections = sectionsFor(context);
    this.#links.append(...this.#sections.map(({ id, title }) => make("a", { href: `#${id}` }, title)));
    feed.onchange = (event) => this.#changed(feed.state, event);
    feed.onwritten = (resource) => this.#sections.forEach((section) => section.onwritten?.(resource));
    feed.onstatus = (status, sentence) => this.#showStatus(status, sentence);
    window.addEventListener("hashchange", () => this.#show());
    this.#shown.addEventListener("filtered", (event) => this.#remember(/** @type {CustomEvent} */ (event).detail));
    const look = () => (document.hidden ? feed.rest() : feed.wake());
    document.addEventListener("visibilitychange", look);
    window.addEventListener("pagehide", () => feed.rest());
    window.addEventListener("pageshow", look); // the browser's way back may lead to the page as it was left
    look();
    this.#show();
  }

  /** @param {import("./state.js").State} state @param {string} event */
  #changed(state, event) {
    if (event === "channel") return this.#drawer.refresh();
    this.#stats.show(state, alertsOf(state));
    this.#current?.onchange?.(event);
    this.#drawer.refresh();
  }

  /** Shows the section that the address names; `#sessions:alice` also fills its filter. */
  #show() {
    const { section: id, query } = placeOf(location.hash);
    const section = this.#sections.find((one) => one.id === id) ?? this.#sections[0];
    for (const link of this.#links.children) {
      if (link.getAttribute("href") === `#${section.id}`) {
        link.setAttribute("aria-current", "true");
        link.scrollIntoView({ block: "nearest", inline: "center" });
      } else link.removeAttribute("aria-current");
    }
    const changed = this.#current !== null && this.#current !== section;
    this.#current = section;
    this.#shown.replaceChildren(section.element);
    section.onshow?.();
    section.onchange?.("changes");
    if (query !== null) section.find?.(query);
    else if (section.query?.()) this.#remember({ id: section.id, query: section.query() });
    if (changed) /** @type {HTMLElement | null} */ (section.element.querySelector("h2"))?.focus({ preventScroll: true });
  }

  /** Keeps the filter in the address: it can be sent to others, and the way back leads to it. @param {{id: string, query: string}} filter */
  #remember({ id, query }) {
    if (id === this.#current?.id) history.replaceState(null, "", hashOf(id, query));
  }

  /** @param {"live" | "lost" | "ended"} status @param {string} sentence */
  #showStatus(status, sentence) {
    const text = { live: "Live", lost: `${sentence || "Connection lost."} Trying again…`, ended: sentence || "Ended" }[status];
    if (this.#status.textContent === text) return;
    this.#status.textContent = text;
    this.#status.dataset.state = status === "live" ? "live" : "lost";
  }
}

/** @param {Context} context @returns {Section[]} those that somebody may see */
function sectionsFor(context) {
  return [
    channelsSection(context),
    sessionsSection(context),
    machinesSection(context),
    ...(context.may("people.see") ? [peopleSection(context)] : []),
    ...(context.may("tickets.all") ? [ticketsSection(context)] : []),
    ...(context.may("audit.see") ? [auditSection(context)] : []),
    alertsSection(context),
  ];
}
