/** Draws the modal: the top view of a stack, with its focus, its errors and its buttons. */

import { drawable } from "./blocks.js";
import { arrange, Drawn, fill, focusables, h, keepingFocus, trap } from "./dom.js";
import { Fields } from "./fields.js";
import { icon } from "./icons.js";
import { announce, toast } from "./toast.js";

/** What the page keeps of one view for as long as it is open. */
class Kept {
  fields = new Fields();
  /** Names and sizes of files, by id. */
  files = {};
  drawn = new Drawn();
  /** Where the focus and the scrolling were when another view came on top. */
  focus = "";
  scroll = 0;
}

/** The modal over the chat. */
export class Modal {
  #kept = new Map();
  #view = null;
  #opener = null;
  #sending = false;
  #names = null;
  /** Deeds go one after the other, or a click could overtake what was typed before it. */
  #queue = Promise.resolve();

  constructor({ overlay, frame, behind, api, opened }) {
    Object.assign(this, { overlay, frame, behind, api, opened });
    this.title = h("h2", { id: "modal-title" });
    this.body = h("div", { class: "modal-body", role: "group", "aria-labelledby": "modal-title" });
    this.foot = h("footer", { class: "modal-foot" });
    this.strip = h("div", { class: "demo-strip", hidden: true });
    const dismiss = () => this.#close(true);
    const form = h(
      "form",
      { class: "modal", novalidate: true, autocomplete: "off" },
      h(
        "header",
        { class: "modal-head" },
        h("span", { class: "avatar bot", "aria-hidden": "true" }, icon("mail")),
        this.title,
        h(
          "button",
          { type: "button", class: "icon-button", "aria-label": "Close", onclick: dismiss },
          icon("close"),
        ),
      ),
      this.body,
      this.foot,
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    frame.append(this.strip, form);
    frame.addEventListener("keydown", trap(frame));
    document.addEventListener("keydown", (event) => this.#escape(event));
  }

  /** The view on the screen; null where none is. */
  get top() {
    return this.#view;
  }

  draw(views, names) {
    this.#names = names;
    const before = this.#view;
    this.#remember(before);
    this.#forget(views);
    for (const each of views) {
      if (!this.#kept.has(each.id)) this.#kept.set(each.id, new Kept());
      // Before the fields, which show the names of files as they learn of them.
      Object.assign(this.#kept.get(each.id).files, each.files);
      this.#kept.get(each.id).fields.merge(each.values);
    }
    this.#view = views.at(-1) ?? null;
    if (!this.#view) return before && this.#leave();
    const other = before?.id !== this.#view.id;
    const within = this.frame.contains(document.activeElement);
    if (!before) this.#enter();
    this.#drawView({ other });
    // A redraw may have taken away what had the focus, or put a form in place of "One moment".
    const lost = within && !this.frame.contains(document.activeElement);
    const form = within && !before?.submit && this.#view.submit;
    if (other || lost || form) this.#focusInto(this.#kept.get(this.#view.id));
    else this.#unveil();
  }

  /** Scroll so far that what a redraw put below the field in use can be seen. */
  #unveil() {
    const block = document.activeElement.closest("[data-block]");
    if (!this.body.contains(block)) return;
    const next = block.nextElementSibling;
    for (const each of [next?.nextElementSibling, next, block]) {
      each?.scrollIntoView({ block: "nearest" });
    }
  }

  #drawView({ other }) {
    const { id, title, blocks, errors } = this.#view;
    const { drawn, fields, files } = this.#kept.get(id);
    const act = (block, element, value) => this.#act(id, { block, element, value });
    const attach = (block, element, file) => this.#attach(id, { block, element, file });
    const place = { names: this.#names, prefix: id, fields, errors: errors ?? {}, act, attach };
    place.files = files;
    const form = Boolean(this.#view.submit);
    this.title.textContent = title;
    // A view without a form tells what happens: it is read as it changes.
    this.body.setAttribute("aria-live", form ? "off" : "polite");
    const nodes = drawn.nodes(drawable(blocks, place));
    if (other) arrange(this.body, nodes);
    else keepingFocus(this.body, () => arrange(this.body, nodes));
    // Where nothing within can have the focus, the keys scroll the text itself.
    if (focusables(this.body).length) this.body.removeAttribute("tabindex");
    else this.body.tabIndex = 0;
    this.#drawFoot();
  }

  #drawFoot() {
    const { id, submit, close, busy } = this.#view;
    const waits = this.#sending || busy;
    const signature = JSON.stringify([id, submit, close, waits]);
    if (this.foot.dataset.signature === signature) return;
    this.foot.dataset.signature = signature;
    const closing = {
      type: "button",
      class: "button",
      "data-focus": "close",
      onclick: () => this.#close(false),
    };
    const submitting = {
      class: "button primary",
      "data-focus": "submit",
      "aria-busy": waits ? "true" : null,
    };
    keepingFocus(this.foot, () =>
      fill(
        this.foot,
        close && h("button", closing, close),
        submit && h("button", submitting, submit),
      ),
    );
    this.foot.hidden = !close && !submit;
  }

  #enter() {
    this.#opener = document.activeElement;
    this.overlay.hidden = false;
    for (const each of this.behind) each.inert = true;
    this.opened();
  }

  #leave() {
    this.overlay.hidden = true;
    fill(this.body);
    this.foot.dataset.signature = "";
    for (const each of this.behind) each.inert = false;
    const back = this.#opener?.isConnected && this.#opener !== document.body;
    (back ? this.#opener : document.getElementById("composer-field")).focus();
  }

  #remember(view) {
    const kept = view && this.#kept.get(view.id);
    if (!kept) return;
    kept.scroll = this.body.scrollTop;
    const { activeElement } = document;
    if (this.body.contains(activeElement)) kept.focus = activeElement.dataset.focus ?? "";
  }

  #forget(views) {
    const open = new Set(views.map((each) => each.id));
    for (const id of this.#kept.keys()) {
      if (!open.has(id)) this.#kept.delete(id);
    }
  }

  /** Go to where the person was in a view that comes back, else to its first field. */
  #focusInto(kept) {
    this.body.scrollTop = kept.scroll;
    const before =
      kept.focus && this.body.querySelector(`[data-focus="${CSS.escape(kept.focus)}"]`);
    const fields = focusables(this.body);
    const first = fields.find((each) => each.matches("input, select, textarea")) ?? fields[0];
    const target = before || first || focusables(this.foot).at(-1) || focusables(this.frame)[0];
    target?.focus({ preventScroll: !before });
  }

  #escape(event) {
    if (event.key !== "Escape" || event.defaultPrevented || !this.#view) return;
    if (document.querySelector("dialog[open]")) return;
    const at = document.activeElement;
    if (at !== document.body && !this.frame.contains(at)) return;
    event.preventDefault();
    this.#close(false);
  }

  #inTurn(deed) {
    this.#queue = this.#queue.then(deed);
    return this.#queue;
  }

  #act(id, { block, element, value }) {
    return this.#inTurn(async () => {
      const values = this.#kept.get(id)?.fields.send();
      if (!values) return;
      const answer = await this.api.act({
        view_id: id,
        block_id: block.block_id,
        action_id: element.action_id,
        value,
        values,
      });
      if (!answer.ok) toast(answer.error);
    });
  }

  #attach(id, { block, element, file }) {
    return this.#inTurn(async () => {
      const values = this.#kept.get(id)?.fields.send();
      if (!values) return { ok: false, error: "This window was closed meanwhile." };
      const { block_id } = block;
      return this.api.attach({ view_id: id, block_id, action_id: element.action_id, values }, file);
    });
  }

  /** Bring the keyboard's focus into the modal, where it is elsewhere. */
  takeFocus() {
    if (this.#view && !this.frame.contains(document.activeElement)) {
      this.#focusInto(this.#kept.get(this.#view.id));
    }
  }

  /** Fill the form on top with a demo server's values; what was typed goes along. */
  fill(id, serverId) {
    return this.#inTurn(() => this.api.fill(id, serverId, this.#kept.get(id).fields.send()));
  }

  async #submit() {
    if (this.#sending || !this.#view?.submit || this.#view.busy) return;
    const { id } = this.#view;
    this.#sending = true;
    this.#drawFoot();
    const answer = await this.#inTurn(() =>
      this.api.submit(id, this.#kept.get(id)?.fields.send() ?? {}),
    );
    this.#sending = false;
    if (!answer.ok) toast(answer.error);
    else if (answer.outcome === "failed") toast("The bot didn't answer in time. Please try again.");
    if (this.#view?.id !== id) return;
    // What the bot has to say to a submission stands at the top.
    if (answer.outcome === "updated") this.body.scrollTop = 0;
    if (answer.outcome === "errors") this.#complain(answer.errors);
    this.#drawFoot();
  }

  #complain(errors) {
    this.#view.errors = errors;
    this.#drawView({ other: false });
    const many = Object.keys(errors).length;
    announce(many === 1 ? "One field needs another look." : `${many} fields need another look.`);
    const wrong = [...this.body.querySelectorAll("[data-block]")].find(
      (each) => errors[each.dataset.block],
    );
    const field =
      wrong?.querySelector("input:checked") ?? wrong?.querySelector("input, select, textarea");
    field?.focus();
    wrong?.scrollIntoView({ block: "nearest" });
  }

  async #close(all) {
    const answer = await this.api.close(this.#view.id, all);
    if (!answer.ok) toast(answer.error);
  }
}
