/** The field in which a person writes: messages, slash commands with completion, and history. */

import { Completion } from "./completion.js";
import { toast } from "./toast.js";

const REMEMBERED = 50;

/** The composer at the foot of the chat. */
export class Composer {
  #history = [];
  #place = 0;
  #snapshot = null;
  #channel = null;

  constructor({ form, field, list, hint, slash, api, sent }) {
    Object.assign(this, { form, field, hint, api, sent });
    this.completion = new Completion({ field, list, take: (entry) => this.#take(entry) });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    field.addEventListener("input", () => this.#typed());
    field.addEventListener("keydown", (event) => this.#key(event));
    field.addEventListener("blur", () => this.completion.close());
    slash.addEventListener("click", () => this.write("/"));
  }

  draw(snapshot, channel) {
    this.#snapshot = snapshot;
    this.#channel = channel;
    const name = channel.direct ? channel.name : `#${channel.name}`;
    const label = `Message ${name}`;
    if (this.field.getAttribute("aria-label") === label) return;
    this.field.setAttribute("aria-label", label);
    this.field.placeholder = `${label}, or type / for commands`;
  }

  /** Put a text into the field and go there. */
  write(text) {
    this.field.value = text;
    this.field.focus();
    this.field.setSelectionRange(text.length, text.length);
    this.#typed();
  }

  #typed() {
    this.#place = this.#history.length;
    this.#shape();
    const { value } = this.field;
    const entries = /^\/\S*$/u.test(value) ? this.#entries(value) : [];
    this.completion.show(entries);
    const command = this.#command(value);
    this.hint.textContent =
      command && !entries.length ? `${command.name} ${command.usage_hint}` : "";
  }

  #shape() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, 160)}px`;
  }

  #entries(value) {
    const typed = value.toLowerCase();
    const commands = this.#snapshot.commands
      .filter((each) => each.name.startsWith(typed))
      .map((each) => ({ ...each, mark: "/", shown: `${each.name} ${each.usage_hint ?? ""}` }));
    const shortcuts = this.#snapshot.shortcuts
      .filter((each) => each.name.toLowerCase().startsWith(typed.slice(1)))
      .map((each) => ({ ...each, mark: "bolt", shown: `${each.name} (shortcut)` }));
    return [...commands, ...shortcuts];
  }

  #command(value) {
    const [name] = value.trimStart().toLowerCase().split(/\s/u);
    return this.#snapshot.commands.find((each) => each.name === name);
  }

  async #take(entry) {
    if (!entry.callback_id) return this.write(`${entry.name} `);
    this.write("");
    const answer = await this.api.shortcut(entry.callback_id);
    if (!answer.ok) toast(answer.error);
  }

  #key(event) {
    if (event.isComposing) return;
    const whole = Boolean(this.#command(this.field.value));
    if (this.completion.key(event, { send: event.key === "Enter" && whole })) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#send();
    } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      this.#recall(event);
    }
  }

  /** Arrow up brings back what was sent before, where nothing else stands in the field. */
  #recall(event) {
    const { value } = this.field;
    if (value && value !== this.#history[this.#place]) return;
    const place = this.#place + (event.key === "ArrowUp" ? -1 : 1);
    if (place < 0 || place > this.#history.length) return;
    event.preventDefault();
    this.field.value = this.#history[place] ?? "";
    this.#place = place;
    this.hint.textContent = "";
    this.#shape();
  }

  async #send() {
    const text = this.field.value.trim();
    if (!text) return;
    if (this.#history.at(-1) !== text) this.#history = [...this.#history, text].slice(-REMEMBERED);
    this.field.value = "";
    this.#typed();
    this.sent();
    const answer = await this.api.command(this.#channel.id, text);
    if (answer.ok) return;
    toast(answer.error);
    if (!this.field.value) this.write(text);
  }
}
