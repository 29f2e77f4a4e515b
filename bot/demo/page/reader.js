/** Draws one mail: its code, and tabs for text, HTML, headers and source. */

import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { tabs } from "./tabs.js";
import { timeNode, whole } from "./time.js";
import { copyButton } from "./toast.js";

/** Draw a mail; *back* leads to the list. */
export function drawMail(mail, back) {
  const panel = h("div", {
    class: "mail-panel",
    role: "tabpanel",
    tabindex: "0",
    id: "mail-panel",
  });
  const parts = [
    ["Text", () => h("pre", { class: "mail-words" }, marked(mail.text, mail.code))],
    ["HTML", () => safeFrame(mail.html)],
    [
      "Headers",
      () =>
        h(
          "dl",
          { class: "headers" },
          mail.headers.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]),
        ),
    ],
    ["Source", () => h("pre", { class: "mail-source" }, marked(mail.source, mail.code))],
  ];
  const bar = tabs(
    parts.map(([name]) => name),
    {
      label: "Parts of the mail",
      controls: "mail-panel",
      show: (place) => {
        panel.setAttribute("aria-labelledby", `mail-panel-tab-${place}`);
        fill(panel, parts[place][1]());
      },
    },
  );
  return h(
    "article",
    { class: "reader" },
    h(
      "button",
      { type: "button", class: "button small back", onclick: back },
      icon("back"),
      "All mails",
    ),
    h("h3", { tabindex: "-1" }, mail.subject),
    h(
      "dl",
      { class: "envelope" },
      [
        ["From", mail.from],
        ["To", mail.to],
      ].map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]),
      h("dt", {}, "Arrived"),
      h("dd", {}, timeNode(mail.received, whole)),
      mail.server && [h("dt", {}, "Through"), h("dd", {}, mail.server)],
    ),
    mail.code &&
      h("p", { class: "code" }, "Code ", h("b", {}, mail.code), copyButton(mail.code, "the code")),
    bar,
    panel,
  );
}

/** Return the text with each place of the code marked. */
function marked(text, code) {
  if (!code) return text;
  return text.split(code).flatMap((each, place) => (place ? [h("mark", {}, code), each] : [each]));
}

/** Show foreign HTML where it can run nothing, load nothing and reach nothing. */
function safeFrame(html) {
  if (!html) return h("p", { class: "soft" }, "This mail has no HTML.");
  return h("iframe", { class: "mail-html", title: "The mail as HTML", sandbox: "", srcdoc: html });
}
