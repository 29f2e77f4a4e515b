/** Draws the buttons and overflow menus of Block Kit. */

import { h } from "./dom.js";
import { confirmed } from "./confirm.js";
import { icon } from "./icons.js";
import { withEmoji } from "./mrkdwn.js";

/** Draw a button; one with an address also opens it, in a new tab. */
export function button(block, element, place) {
  const attributes = {
    class: `button ${element.style ?? ""}`,
    "aria-label": element.accessibility_label,
    "data-focus": `${place.prefix} ${element.action_id}`,
    onclick: (event) => press(event, block, element, place),
  };
  const label = element.text.emoji === false ? element.text.text : withEmoji(element.text.text);
  if (!/^https?:/iu.test(element.url ?? ""))
    return h("button", { type: "button", ...attributes }, label);
  const target = { href: element.url, target: "_blank", rel: "noopener noreferrer" };
  return h("a", { ...target, ...attributes }, label, icon("out"));
}

async function press(event, block, element, place) {
  const node = event.currentTarget;
  if (node.getAttribute("aria-busy") === "true") return;
  if (element.confirm) {
    event.preventDefault();
    if (!(await confirmed(element.confirm, place.names))) return;
    if (element.url) window.open(element.url, "_blank", "noopener");
  }
  node.setAttribute("aria-busy", "true");
  await place.act(block, element, element.value ?? null);
  node.removeAttribute("aria-busy");
}

/** Draw the three dots that open a short menu. */
export function overflow(block, element, place) {
  const menu = h("div", { class: "menu", role: "menu", hidden: true });
  const opener = h(
    "button",
    {
      type: "button",
      class: "button overflow",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      "aria-label": "More actions",
      "data-focus": `${place.prefix} ${element.action_id}`,
      onclick: () => show(menu.hidden),
    },
    icon("dots"),
  );
  function show(open) {
    menu.hidden = !open;
    opener.setAttribute("aria-expanded", String(open));
    if (open) menu.firstChild.focus();
  }
  async function choose(option) {
    show(false);
    opener.focus();
    if (element.confirm && !(await confirmed(element.confirm, place.names))) return;
    if (/^https?:/iu.test(option.url ?? "")) window.open(option.url, "_blank", "noopener");
    await place.act(block, element, option.value);
  }
  const items = element.options.map((option) =>
    h(
      "button",
      { type: "button", role: "menuitem", tabindex: "-1", onclick: () => choose(option) },
      option.text.text,
    ),
  );
  menu.append(...items);
  menu.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const at = items.indexOf(document.activeElement);
    if (step) {
      event.preventDefault();
      items[(at + step + items.length) % items.length].focus();
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      show(false);
      opener.focus();
    }
  });
  menu.addEventListener("focusout", (event) => {
    if (!menu.contains(event.relatedTarget) && event.relatedTarget !== opener) show(false);
  });
  return h("div", { class: "overflow-box" }, opener, menu);
}
