/** The guided first minute: what to try next, ticked off by what really happened. */

import { fill, h, keepingFocus } from "./dom.js";
import { icon } from "./icons.js";
import { words } from "./mrkdwn.js";
import { announce, toast } from "./toast.js";

const NO_NAMES = { user: () => null, channel: () => null };

/** The strip above the chat. */
export class Guide {
  #signature = "";
  #done = null;
  #open = false;

  constructor({ strip, api }) {
    Object.assign(this, { strip, api });
  }

  draw(snapshot) {
    const { guide } = snapshot;
    this.strip.hidden = snapshot.guide_dismissed || !guide.length;
    const done = guide.filter((each) => each.done).length;
    const next = guide.find((each) => !each.done);
    if (this.#done !== null && done > this.#done) {
      announce(next ? `Done. Next: ${next.text}` : "All steps of the guide are done.");
    }
    this.#done = done;
    const signature = JSON.stringify([guide, this.#open]);
    if (signature === this.#signature) return;
    this.#signature = signature;
    keepingFocus(this.strip, () => fill(this.strip, this.#parts(snapshot, { done, next })));
  }

  #parts(snapshot, { done, next }) {
    const { guide } = snapshot;
    const toggle = () => {
      this.#open = !this.#open;
      this.draw(snapshot);
    };
    const now = next
      ? words({ type: "mrkdwn", text: next.text }, NO_NAMES)
      : "That was the first minute: you have seen it all. Now try what you like.";
    return [
      h(
        "div",
        { class: "guide-line" },
        h("span", { class: "guide-count" }, `${done} of ${guide.length}`),
        h(
          "span",
          { class: "guide-dots", "aria-hidden": "true" },
          guide.map((each) => h("i", { class: each.done ? "done" : each === next ? "next" : "" })),
        ),
        h("p", { class: "guide-next" }, next && h("b", {}, "Next: "), now),
        h(
          "button",
          {
            type: "button",
            class: "button small",
            "aria-expanded": String(this.#open),
            "data-focus": "guide toggle",
            onclick: toggle,
          },
          this.#open ? "Hide" : "Steps",
        ),
        h(
          "button",
          {
            type: "button",
            class: "icon-button",
            "aria-label": "Dismiss the guide",
            "data-focus": "guide dismiss",
            onclick: () => this.#dismiss(),
          },
          icon("close"),
        ),
      ),
      this.#open &&
        h(
          "ol",
          { class: "guide-steps" },
          guide.map((each) => this.#step(each, next)),
        ),
    ];
  }

  #step(each, next) {
    const state = each.done ? "done" : each === next ? "next" : "";
    return h(
      "li",
      { class: state, "aria-current": each === next ? "step" : null },
      h("span", { class: "tick" }, each.done && icon("check")),
      h(
        "span",
        {},
        words({ type: "mrkdwn", text: each.text }, NO_NAMES),
        each.done && h("span", { class: "visually-hidden" }, " (done)"),
      ),
    );
  }

  async #dismiss() {
    const answer = await this.api.dismissGuide();
    if (!answer.ok) return toast(answer.error);
    document.getElementById("composer-field").focus();
  }
}
