/** The panel of mail servers to try, and the strip in the modal that fills its form with one. */

import { fill, h, keepingFocus } from "./dom.js";
import { copyButton, toast } from "./toast.js";

const PATIENCE = 8000;
const FORM_FIELD = "configuration";
const PASSWORD_FIELDS = new Set(["new_password", "open_password_page"]);
const FILE = "file_input";
const SHORTCUT = "mail_settings";

/** Knows the servers, and fills the form of mail settings with the values of one. */
export class Servers {
  #signature = "";
  #used = null;
  #waiting = null;
  #servers = [];
  #strip = "";
  #open = false;

  constructor({ list, modal, api, panes }) {
    Object.assign(this, { list, modal, api, panes });
  }

  draw(snapshot) {
    this.#servers = snapshot.servers;
    this.#drawCards();
    this.#drawStrip();
    const open = isForm(this.modal.top);
    if (open && !this.#open) this.panes.offer("servers");
    this.#open = open;
    if (this.#waiting) this.#answered(snapshot.modals.at(-1), open);
  }

  #drawCards() {
    const signature = JSON.stringify([this.#servers, this.#used?.id]);
    if (signature === this.#signature) return;
    this.#signature = signature;
    const open = new Set([...this.list.querySelectorAll("details[open]")].map((each) => each.id));
    keepingFocus(this.list, () =>
      fill(
        this.list,
        this.#servers.map((each) => this.#card(each, open)),
      ),
    );
  }

  #card(server, open) {
    const id = `server-${server.id}`;
    const used = this.#used?.id === server.id;
    const use = {
      type: "button",
      class: "button small",
      "aria-describedby": id,
      "data-focus": `use ${server.id}`,
      onclick: () => this.use(server),
    };
    return h(
      "li",
      { class: `server ${used ? "used" : ""}` },
      h(
        "div",
        { class: "server-head" },
        h(
          "h3",
          { id },
          h("span", { class: `lamp ${server.wrong ? "bad" : "good"}`, "aria-hidden": "true" }),
          server.title,
        ),
        h("button", use, "Use it"),
      ),
      h("p", { class: server.wrong ? "wrong" : "well" }, server.wrong || "All is well with it"),
      h(
        "details",
        { id: `${id}-more`, open: open.has(`${id}-more`) },
        h("summary", {}, `${server.host}:${server.port}`),
        h("dl", {}, facts(server)),
      ),
    );
  }

  /** Fill the open form, or open one first. */
  async use(server) {
    this.panes.show("chat");
    const { top } = this.modal;
    if (isForm(top)) return this.#fillForm(server);
    if (top) {
      const answer = await this.api.close(top.id, true);
      if (!answer.ok) return toast(answer.error);
    }
    const asked = { server, instead: top?.id, told: false };
    this.#waiting = asked;
    setTimeout(() => this.#giveUp(asked), PATIENCE);
    const answer = await this.api.shortcut(SHORTCUT);
    if (!answer.ok) {
      this.#waiting = null;
      toast(answer.error);
    }
  }

  /** The form that was asked for is there, or another view in which the bot says why not yet. */
  #answered(top, isOpen) {
    const asked = this.#waiting;
    if (isOpen) this.#fillForm(asked.server);
    else if (top && top.id !== asked.instead) asked.told = true;
  }

  #giveUp(asked) {
    if (this.#waiting !== asked) return;
    this.#waiting = null;
    if (!asked.told) toast("The form didn't open in time. Please try again.");
  }

  async #fillForm(server) {
    this.#waiting = null;
    const answer = await this.modal.fill(this.modal.top.id, server.id);
    if (!answer.ok) return toast(answer.error);
    this.#used = server;
    this.#drawCards();
    this.#drawStrip();
    this.modal.takeFocus();
  }

  /** What the demo adds to the modal: a way to fill it, and the password that can't be filled. */
  #drawStrip() {
    const { strip, top } = this.modal;
    const choosing = isForm(top);
    const password = this.#used?.password;
    const key = asksKey(top) ? this.#servers.find((each) => each.client_key)?.client_key : null;
    const signature = JSON.stringify([choosing, key, this.#used?.id, this.#servers.length]);
    strip.hidden = !choosing && !key && !(password && asksPassword(top));
    if (signature === this.#strip) return;
    this.#strip = signature;
    const select = h(
      "select",
      { class: "select small", id: "fill-server" },
      this.#servers.map((each) =>
        h("option", { value: each.id, selected: each.id === this.#used?.id }, each.title),
      ),
    );
    const use = () => this.use(this.#servers.find((each) => each.id === select.value));
    fill(
      strip,
      h("span", { class: "demo-mark" }, "Demo"),
      choosing && [
        h("label", { for: "fill-server" }, "Mail server"),
        h("span", { class: "select-box" }, select),
        h("button", { type: "button", class: "button small", onclick: use }, "Fill in"),
      ],
      key && keyFile(key),
      !key &&
        password && [
          h(
            "span",
            { class: "strip-password" },
            choosing ? "Its password: " : `The password of ${this.#used.host}: `,
            h("code", {}, password),
          ),
          copyButton(password, "the password"),
        ],
    );
  }
}

function isForm(view) {
  return Boolean(view?.blocks.some((each) => each.element?.action_id === FORM_FIELD));
}

function asksPassword(view) {
  const elements = view?.blocks.flatMap((each) => each.elements ?? each.element ?? []) ?? [];
  return elements.some((each) => PASSWORD_FIELDS.has(each.action_id));
}

function asksKey(view) {
  return Boolean(view?.blocks.some((each) => each.element?.type === FILE));
}

/** The demo's own client key, to be downloaded and uploaded again, and its passphrase. */
function keyFile(key) {
  return h(
    "span",
    { class: "key-file" },
    h("a", { href: key.path, download: key.name }, `Download ${key.name}`),
    h("span", {}, " Passphrase: ", h("code", {}, key.passphrase)),
    copyButton(key.passphrase, "the passphrase"),
  );
}

function facts(server) {
  const rows = [
    ["Server address", server.host],
    ["Server port", server.port],
    ["Mail protocol", server.protocol],
    ["Username", server.username],
    ["Password", server.password, true],
    ["From address", server.from],
  ];
  const key = server.client_key;
  const row = ([name, value, copied]) =>
    value && [
      h("dt", {}, name),
      h("dd", {}, h("code", {}, String(value)), copied && copyButton(value, "the password")),
    ];
  return [
    ...rows.map(row),
    key && [h("dt", {}, "SSL key"), h("dd", {}, keyFile(key))],
    server.expect && [h("dt", {}, "A test will say"), h("dd", {}, server.expect)],
  ];
}
