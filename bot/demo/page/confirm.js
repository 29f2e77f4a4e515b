/** Asks the question of a confirm dialog (docs.slack.dev/reference/block-kit/composition-objects). */

import { h } from "./dom.js";
import { mrkdwn } from "./mrkdwn.js";

/** Show the question; resolve to whether the person agreed. The focus goes back by itself. */
export function confirmed(question, names) {
  return new Promise((resolve) => {
    const { text } = question;
    const agree = h(
      "button",
      { type: "button", class: `button ${question.style ?? "primary"}`, onclick: () => end("yes") },
      question.confirm.text,
    );
    const deny = { type: "button", class: "button", onclick: () => end("") };
    const dialog = h(
      "dialog",
      { class: "confirm", "aria-labelledby": "confirm-title", "aria-describedby": "confirm-text" },
      h("h2", { id: "confirm-title" }, question.title.text),
      h("p", { id: "confirm-text" }, text.type === "mrkdwn" ? mrkdwn(text.text, names) : text.text),
      h("div", { class: "confirm-buttons" }, h("button", deny, question.deny.text), agree),
    );
    function end(answer) {
      dialog.close(answer);
    }
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
