/** Turns Slack's mrkdwn into nodes: styles, code, links, mentions, dates, emoji, quotes. */

import { h } from "./dom.js";
import { emoji } from "./icons.js";
import { slackDate } from "./time.js";

const TOKENS = [
  [
    /```([^]+?)```\n?/u,
    (found) => h("pre", { class: "preformatted" }, letters(found[1].replace(/^\n/, ""))),
  ],
  [/`([^`\n]+)`/u, (found) => h("code", {}, letters(found[1]))],
  [/<([^<>|\n]+)(?:\|([^<>\n]*))?>/u, (found, names) => angle(found[1], found[2], names)],
  [/(?<![\p{L}\p{N}*_~])([*_~])(?=\S)([^\n]+?)(?<=\S)\1(?![\p{L}\p{N}*_~])/u, styled],
  [/:([a-z0-9_+-]+):/u, (found) => emoji(found[1]) ?? found[0]],
];
const STYLES = { "*": "strong", _: "em", "~": "s" };

/** Return the nodes for a text of mrkdwn; *names* gives people and channels by id. */
export function mrkdwn(text, names) {
  const nodes = [];
  let quoted = [];
  const lines = text.split(/(?<=\n)(?=&gt;)|(?<=^&gt;[^\n]*\n)/mu);
  const endQuote = () => {
    if (quoted.length) nodes.push(h("blockquote", {}, inline(quoted.join(""), names)));
    quoted = [];
  };
  for (const line of lines) {
    if (line.startsWith("&gt;")) {
      quoted.push(line.replace(/^&gt; ?/, ""));
    } else {
      endQuote();
      nodes.push(...inline(line, names));
    }
  }
  endQuote();
  return nodes;
}

/** Return the nodes for text in which only emoji short codes mean something. */
export function withEmoji(text) {
  return text.split(/(:[a-z0-9_+-]+:)/u).map((each) => {
    const code = /^:(.+):$/u.exec(each);
    return (code && emoji(code[1])) ?? each;
  });
}

/** Return the nodes of a text object. */
export function words(text, names) {
  if (text.type === "mrkdwn") return mrkdwn(text.text, names);
  return text.emoji === false ? [text.text] : withEmoji(text.text);
}

/** Make a link, or plain text where the address is none that a chat client would open. */
export function link(address, words) {
  if (!/^(https?|mailto):/iu.test(address)) return document.createTextNode(words);
  return h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, words);
}

function inline(text, names) {
  const nodes = [];
  let rest = text;
  while (rest) {
    const next = earliest(rest);
    if (!next) {
      nodes.push(letters(rest));
      break;
    }
    const { found, make } = next;
    if (found.index) nodes.push(letters(rest.slice(0, found.index)));
    nodes.push(make(found, names));
    rest = rest.slice(found.index + found[0].length);
  }
  return nodes;
}

function earliest(text) {
  let first = null;
  for (const [pattern, make] of TOKENS) {
    const found = pattern.exec(text);
    if (found && (!first || found.index < first.found.index)) first = { found, make };
  }
  return first;
}

function styled(found, names) {
  return h(STYLES[found[1]], {}, inline(found[2], names));
}

function angle(target, label, names) {
  const rest = target.slice(1);
  if (target[0] === "@") return mention(`@${names.user(rest) ?? label ?? rest}`);
  if (target[0] === "#") return mention(`#${names.channel(rest) ?? label ?? rest}`);
  if (target[0] === "!") return special(rest, label);
  return link(letters(target), label ? letters(label) : letters(target).replace(/^mailto:/u, ""));
}

function special(target, label) {
  const date = /^date\^(\d+)\^([^^]+)(?:\^(.+))?$/u.exec(target);
  if (!date) return mention(`@${target.split("^")[0]}`);
  const words = slackDate(Number(date[1]), date[2]);
  return h(
    "time",
    { title: label && letters(label) },
    date[3] ? link(letters(date[3]), words) : words,
  );
}

/** Make the mark of a person, a channel or everybody. */
export function mention(words) {
  return h("span", { class: "mention" }, words);
}

/** Take Slack's three escapes back. */
function letters(text) {
  return text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
}
