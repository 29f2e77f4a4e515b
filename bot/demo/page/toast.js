/** Says short things: aloud for screen readers, and on the screen for a while. */

import { h } from "./dom.js";
import { icon } from "./icons.js";

const STAYS = 9000;

/** Say something to screen readers only. */
export function announce(text) {
  const live = document.getElementById("live");
  live.textContent = "";
  // A screen reader speaks what is put into a region after it was emptied, also the same again.
  requestAnimationFrame(() => {
    live.textContent = text;
  });
}

/**
 * Show a sentence for some seconds, with a button where there is something to do about it.
 * Returns what takes it away sooner.
 * @param {string} text
 * @param {{kind?: "error"|"news", deed?: {label: string, run: () => void}}} more
 */
export function toast(text, { kind = "error", deed } = {}) {
  const gone = () => node.remove();
  const node = h(
    "div",
    { class: `toast ${kind}`, role: kind === "error" ? "alert" : "status" },
    h("p", {}, text),
    deed && h("button", { type: "button", class: "button", onclick: run }, deed.label),
    h(
      "button",
      { type: "button", class: "icon-button", "aria-label": "Close", onclick: gone },
      icon("close"),
    ),
  );
  function run() {
    gone();
    deed.run();
  }
  let timer = setTimeout(gone, STAYS);
  for (const event of ["pointerenter", "focusin"]) {
    node.addEventListener(event, () => clearTimeout(timer));
  }
  for (const event of ["pointerleave", "focusout"]) {
    node.addEventListener(event, () => {
      clearTimeout(timer);
      timer = setTimeout(gone, STAYS);
    });
  }
  const toasts = document.getElementById("toasts");
  toasts.append(node);
  while (toasts.children.length > 3) toasts.firstChild.remove();
  return gone;
}

/** Copy a text, and say so on the button that was pressed. */
export async function copy(text, event) {
  const button = event.currentTarget;
  const label = button.querySelector(".label");
  try {
    await navigator.clipboard.writeText(text);
    const before = label.textContent;
    label.textContent = "Copied";
    announce("Copied");
    setTimeout(() => {
      label.textContent = before;
    }, 1500);
  } catch {
    toast("The browser doesn't let this page copy. Please select the text and copy it yourself.");
  }
}

/** Make a button that copies a text. */
export function copyButton(text, what) {
  return h(
    "button",
    {
      type: "button",
      class: "button small",
      "aria-label": `Copy ${what}`,
      onclick: (event) => copy(text, event),
    },
    icon("copy"),
    h("span", { class: "label" }, "Copy"),
  );
}
