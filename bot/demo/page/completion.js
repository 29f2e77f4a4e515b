/** The list of commands over the composer: a listbox that follows what is typed. */

import { fill, h } from "./dom.js";
import { icon } from "./icons.js";

/** Offers entries `{name, description, shown, mark}`, and takes the one that is chosen. */
export class Completion {
  #entries = [];
  #at = 0;

  constructor({ field, list, take }) {
    Object.assign(this, { field, list, take });
  }

  show(entries) {
    this.#entries = entries;
    this.#at = 0;
    this.list.hidden = entries.length === 0;
    fill(
      this.list,
      entries.map((each, place) => this.#row(each, place)),
    );
    this.#mark();
  }

  close() {
    this.show([]);
  }

  /** Use a key if it is meant for the list; *send*: Enter sends, for the command is whole. */
  key(event, { send }) {
    if (this.list.hidden) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      this.#at = (this.#at + step + this.#entries.length) % this.#entries.length;
      this.#mark();
    } else if (event.key === "Escape") {
      this.close();
    } else if ((event.key === "Tab" && !event.shiftKey) || (event.key === "Enter" && !send)) {
      this.#choose(this.#at);
    } else {
      return false;
    }
    event.preventDefault();
    return true;
  }

  #choose(place) {
    const entry = this.#entries[place];
    this.close();
    this.take(entry);
  }

  #row(entry, place) {
    return h(
      "li",
      {
        role: "option",
        id: `completion-${place}`,
        // The field keeps the focus, or the list would be gone before the click.
        onpointerdown: (event) => event.preventDefault(),
        onclick: () => this.#choose(place),
      },
      h("span", { class: "completion-mark" }, entry.mark === "bolt" ? icon("bolt") : entry.mark),
      h("span", {}, h("b", {}, entry.shown), h("span", { class: "soft" }, entry.description)),
    );
  }

  #mark() {
    [...this.list.children].forEach((row, place) => {
      row.setAttribute("aria-selected", String(place === this.#at));
      if (place === this.#at) row.scrollIntoView({ block: "nearest" });
    });
    if (this.#entries.length) {
      this.field.setAttribute("aria-activedescendant", `completion-${this.#at}`);
    } else {
      this.field.removeAttribute("aria-activedescendant");
    }
  }
}
