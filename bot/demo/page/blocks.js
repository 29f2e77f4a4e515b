/** Draws Block Kit: each block of a message or a view as Slack shows it. */

import { h } from "./dom.js";
import { button, overflow } from "./buttons.js";
import { INPUTS, isGroup } from "./inputs.js";
import { words } from "./mrkdwn.js";
import { richText } from "./richtext.js";

/**
 * Where blocks are drawn.
 * @typedef {object} Place
 * @property {{user: (id: string) => ?string, channel: (id: string) => ?string}} names
 * @property {string} prefix makes ids that are unique on the page
 * @property {?import("./fields.js").Fields} fields of a view; null in a message
 * @property {Object<string, string>} errors by block id
 * @property {(block: object, element: object, value: *) => Promise} act tells the bot
 * @property {(block: object, element: object, file: File) => Promise} attach uploads a file
 * @property {Object<string, {name: string, size: number}>} files by id
 */

const DRAW = {
  section,
  context,
  actions,
  input,
  divider: () => h("hr", { class: "divider" }),
  header: (block) => h("h3", { class: "block-header" }, words(block.text)),
  rich_text: (block, place) => richText(block, place.names),
};

/** Return what can be put into `Drawn.nodes` for *blocks* at *place*. */
export function drawable(blocks, place) {
  return blocks.map((block, index) => {
    const error = place.errors[block.block_id] ?? "";
    const silent = !hasElements(block);
    // The ids that Slack makes up are new with each redraw; they matter only to elements.
    const shown = silent ? { ...block, block_id: "" } : block;
    return {
      key: silent ? `${block.type} ${index}` : block.block_id,
      signature: JSON.stringify([shown, error]),
      make: () => draw(block, place),
    };
  });
}

function draw(block, place) {
  const make = DRAW[block.type];
  return make ? make(block, place) : unknown("block", block.type);
}

function unknown(what, type) {
  return h("p", { class: "unknown" }, `The demo can't show a ${what} of type ${type}.`);
}

function hasElements(block) {
  return block.type === "input" || block.type === "actions" || "accessory" in block;
}

function section(block, place) {
  const fields = (block.fields ?? []).map((each) => h("div", {}, words(each, place.names)));
  return h(
    "div",
    { class: "section" },
    h(
      "div",
      { class: "section-text" },
      block.text && h("div", {}, words(block.text, place.names)),
      fields.length > 0 && h("div", { class: "section-fields" }, fields),
    ),
    block.accessory && h("div", { class: "accessory" }, element(block, block.accessory, place)),
  );
}

function context(block, place) {
  const parts = block.elements.map((each) =>
    h("span", {}, each.type === "image" ? each.alt_text : words(each, place.names)),
  );
  return h("div", { class: "context" }, parts);
}

function actions(block, place) {
  return h(
    "div",
    { class: "actions" },
    block.elements.map((each) => element(block, each, place)),
  );
}

function element(block, each, place, aria = {}) {
  if (each.type === "button") return button(block, each, place);
  if (each.type === "overflow") return overflow(block, each, place);
  const make = INPUTS[each.type];
  const name = each.placeholder?.text ?? each.action_id;
  const labels = Object.keys(aria).length ? aria : { "aria-label": name };
  return make ? make(block, each, place, labels) : unknown("field", each.type);
}

function input(block, place) {
  const id = `${place.prefix}-${block.block_id}`;
  const error = place.errors[block.block_id];
  const described = [block.hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  const aria = {
    "aria-describedby": described || null,
    "aria-invalid": error ? "true" : null,
    "aria-required": block.optional || isGroup(block.element) ? null : "true",
  };
  const label = [
    words(block.label),
    block.optional && h("span", { class: "optional" }, " (optional)"),
  ];
  const below = [
    error && h("p", { class: "error", id: `${id}-error` }, error),
    block.hint && h("p", { class: "hint", id: `${id}-hint` }, words(block.hint)),
  ];
  const attributes = { class: "input-block", "data-block": block.block_id };
  if (isGroup(block.element)) {
    const group = { ...attributes, "aria-describedby": described || null };
    const legend = h("legend", {}, label);
    return h("fieldset", group, legend, element(block, block.element, place, aria), below);
  }
  const field = element(block, block.element, place, { ...aria, id });
  return h("div", attributes, h("label", { for: id }, label), field, below);
}
