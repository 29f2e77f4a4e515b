/** Draws rich text blocks, to the letter: nothing in their text is live. */

import { h } from "./dom.js";
import { emoji } from "./icons.js";
import { link, mention } from "./mrkdwn.js";
import { slackDate } from "./time.js";

const STYLES = [
  ["code", "code"],
  ["strike", "s"],
  ["italic", "em"],
  ["bold", "strong"],
];

/** Draw a rich_text block; *names* gives people and channels by id. */
export function richText(block, names) {
  return h(
    "div",
    { class: "rich-text" },
    block.elements.map((each) => part(each, names)),
  );
}

function part(element, names) {
  const leaves = () => element.elements.map((each) => leaf(each, names));
  switch (element.type) {
    case "rich_text_preformatted":
      return h("pre", { class: "preformatted" }, leaves());
    case "rich_text_quote":
      return h("blockquote", {}, leaves());
    case "rich_text_list": {
      const items = element.elements.map((each) => h("li", {}, part(each, names)));
      const start = element.offset ? { start: element.offset + 1 } : {};
      return element.style === "ordered" ? h("ol", start, items) : h("ul", {}, items);
    }
    default:
      return h("div", { class: "rich-section" }, leaves());
  }
}

function leaf(element, names) {
  let node = plainLeaf(element, names);
  for (const [style, name] of STYLES) {
    if (element.style?.[style]) node = h(name, {}, node);
  }
  return node;
}

function plainLeaf(element, names) {
  switch (element.type) {
    case "link":
      return link(element.url, element.text || element.url);
    case "user":
      return mention(`@${names.user(element.user_id) ?? element.user_id}`);
    case "channel":
      return mention(`#${names.channel(element.channel_id) ?? element.channel_id}`);
    case "broadcast":
      return mention(`@${element.range}`);
    case "emoji":
      return emoji(element.name) ?? `:${element.name}:`;
    case "date":
      return slackDate(element.timestamp, element.format);
    default:
      return document.createTextNode(element.text);
  }
}
