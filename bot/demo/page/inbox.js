/** The inbox: every mail that arrived, newest first, and the one that is read. */

import { fill, h, keepingFocus } from "./dom.js";
import { drawMail } from "./reader.js";
import { timeNode } from "./time.js";
import { announce, toast } from "./toast.js";

/** The list of mails and the reader. */
export class Inbox {
  #known = null;
  #unread = new Set();
  #open = null;
  #signature = "";
  #mails = [];
  #forgetNews = () => {};

  constructor({ box, badges, show, offer }) {
    Object.assign(this, { box, badges, show, offer });
    document.addEventListener("pane", ({ detail }) => detail === "inbox" && this.#forgetNews());
  }

  draw(snapshot) {
    this.#mails = snapshot.inbox;
    const fresh = this.#known ? this.#mails.filter((each) => !this.#known.has(each.id)) : [];
    this.#known = new Set(this.#mails.map((each) => each.id));
    for (const each of fresh) this.#arrived(each);
    this.#redraw();
  }

  #arrived(mail) {
    this.#unread.add(mail.id);
    announce(`New mail: ${mail.subject}`);
    if (!this.#open) this.offer();
    const seen = !this.#open && this.box.getClientRects().length > 0;
    if (seen) return;
    this.#forgetNews();
    this.#forgetNews = toast(`New mail: ${mail.subject}`, {
      kind: "news",
      deed: { label: "Read it", run: () => this.read(mail.id) },
    });
  }

  /** Open one mail. */
  read(id) {
    this.show();
    this.#open = id;
    this.#unread.delete(id);
    this.#redraw();
    this.box.querySelector("h3")?.focus();
  }

  #back() {
    const id = this.#open;
    this.#open = null;
    this.#redraw();
    this.box.querySelector(`[data-focus="${CSS.escape(`mail ${id}`)}"]`)?.focus();
  }

  #redraw() {
    for (const badge of this.badges) {
      badge.hidden = this.#unread.size === 0;
      badge.textContent = String(this.#unread.size);
      badge.setAttribute("aria-label", `${this.#unread.size} new`);
    }
    const mail = this.#mails.find((each) => each.id === this.#open);
    const shown = mail ? [mail.id] : [...this.#known, "/", ...this.#unread];
    const signature = JSON.stringify([Boolean(mail), shown]);
    if (signature === this.#signature) return;
    this.#signature = signature;
    if (mail)
      return fill(
        this.box,
        drawMail(mail, () => this.#back()),
      );
    keepingFocus(this.box, () => fill(this.box, this.#list()));
  }

  #list() {
    if (!this.#mails.length) {
      return h(
        "div",
        { class: "empty" },
        h("h3", {}, "No mail yet"),
        h("p", {}, "Test messages arrive here: a real mail server in this demo takes them."),
      );
    }
    return h(
      "ul",
      { class: "mails" },
      this.#mails.map((each) => this.#row(each)),
    );
  }

  #row(mail) {
    const unread = this.#unread.has(mail.id);
    return h(
      "li",
      {},
      h(
        "button",
        {
          type: "button",
          class: `mail ${unread ? "unread" : ""}`,
          "data-focus": `mail ${mail.id}`,
          onclick: () => this.read(mail.id),
        },
        h("span", { class: "mail-top" }, h("b", {}, mail.from), timeNode(mail.received)),
        h(
          "span",
          { class: "mail-subject" },
          unread && h("span", { class: "new" }, "New"),
          mail.subject,
        ),
        h("span", { class: "mail-text" }, mail.text.trim().replace(/\s+/gu, " ").slice(0, 120)),
      ),
    );
  }
}
