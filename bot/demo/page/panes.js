/** Which parts of the page are seen: tabs, colours, and the key that goes from part to part. */

import { fill, focusables } from "./dom.js";
import { icon } from "./icons.js";
import { mark, steer } from "./tabs.js";

/** On a wide screen chat and panel stand side by side; on a narrow one the bar below chooses. */
export class Panes {
  constructor(body) {
    this.body = body;
    this.buttons = [...document.querySelectorAll("[data-pane]")];
    for (const each of this.buttons) {
      each.prepend(icon(each.dataset.icon));
      each.addEventListener("click", () => this.show(each.dataset.pane));
    }
    steer(this.#bar("wide"), (_, button) => this.show(button.dataset.pane));
    this.show("chat");
    this.#panel("servers");
  }

  /** Show a pane: channels, chat, inbox or servers. */
  show(pane) {
    this.body.dataset.pane = pane;
    if (pane === "inbox" || pane === "servers") this.#panel(pane);
    for (const each of this.#bar("narrow").children) {
      if (each.dataset.pane === pane) each.setAttribute("aria-current", "page");
      else each.removeAttribute("aria-current");
    }
    document.dispatchEvent(new CustomEvent("pane", { detail: pane }));
  }

  /** Turn the panel to a pane, unless the person is busy there; the chat stays where it is. */
  offer(pane) {
    const panel = document.getElementById("panel");
    const busy = panel.contains(document.activeElement) || panel.matches(":hover");
    if (!busy) this.#panel(pane);
  }

  /** The panel beside the chat has two tabs of its own, and keeps its last one. */
  #panel(pane) {
    this.body.dataset.panel = pane;
    const tabs = [...this.#bar("wide").children];
    mark(
      tabs,
      tabs.findIndex((each) => each.dataset.pane === pane),
    );
  }

  #bar(name) {
    return document.querySelector(`[data-panes="${name}"]`);
  }
}

const THEMES = [
  ["", "system", "Colours: as the system has them"],
  ["light", "sun", "Colours: light"],
  ["dark", "moon", "Colours: dark"],
];

/** Let a button go round the three choices of colours. */
export function themeButton(button) {
  const root = document.documentElement;
  const now = () => THEMES.findIndex(([name]) => name === (root.dataset.theme ?? ""));
  const draw = () => {
    const [, picture, words] = THEMES[now()];
    fill(button, icon(picture));
    button.setAttribute("aria-label", words);
    button.title = words;
  };
  button.addEventListener("click", () => {
    const [name] = THEMES[(now() + 1) % THEMES.length];
    if (name) root.dataset.theme = name;
    else delete root.dataset.theme;
    localStorage.setItem("theme", name);
    draw();
  });
  draw();
}

/** F6 goes to the next part of the page, as in Slack; with Shift to the one before. */
export function walkRegions(regions) {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "F6") return;
    event.preventDefault();
    const open = regions.filter((each) => !each.closest("[inert]") && focusables(each).length);
    const at = open.findIndex((each) => each.contains(document.activeElement));
    const next = at < 0 ? 0 : (at + (event.shiftKey ? -1 : 1) + open.length) % open.length;
    focusables(open[next])[0].focus();
  });
}
