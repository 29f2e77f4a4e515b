/** Makes a bar of tabs, with the keys that the ARIA practices give it. */

import { h } from "./dom.js";

/** Make the bar and show its first tab; *show* is told the place of the chosen one. */
export function tabs(names, { label, controls, show }) {
  const buttons = names.map((name, place) =>
    h(
      "button",
      {
        type: "button",
        role: "tab",
        id: `${controls}-tab-${place}`,
        "aria-controls": controls,
        onclick: () => choose(place),
      },
      name,
    ),
  );
  const bar = h("div", { class: "tabs", role: "tablist", "aria-label": label }, buttons);
  steer(bar, (place) => choose(place));
  function choose(place) {
    mark(buttons, place);
    show(place);
  }
  choose(0);
  return bar;
}

/** Say which tab is chosen; only that one is a stop of the Tab key. */
export function mark(buttons, chosen) {
  buttons.forEach((each, place) => {
    each.setAttribute("aria-selected", String(place === chosen));
    each.tabIndex = place === chosen ? 0 : -1;
  });
}

/** Let arrow keys, Home and End go from tab to tab. */
export function steer(bar, choose) {
  bar.addEventListener("keydown", (event) => {
    const buttons = [...bar.querySelectorAll('[role="tab"]')].filter((each) => each.offsetParent);
    const at = buttons.indexOf(document.activeElement);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const end = { Home: 0, End: buttons.length - 1 }[event.key];
    if (at < 0 || (step === undefined && end === undefined)) return;
    event.preventDefault();
    const next = end ?? (at + step + buttons.length) % buttons.length;
    buttons[next].focus();
    choose(next, buttons[next]);
  });
}
