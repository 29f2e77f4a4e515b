/** Speaks with the demo: the stream of snapshots, and what a person does. */

const UNREACHABLE = "The demo doesn't answer. Is `mailsettings demo` still running?";

/** What one person can do. Each deed resolves to the demo's answer, `{ok, error, ...}`. */
export class Api {
  constructor(user) {
    this.user = user;
  }

  command(channel, text) {
    return this.#post("command", { channel, text });
  }

  shortcut(callback_id) {
    return this.#post("shortcut", { callback_id });
  }

  press(deed) {
    return this.#post("press", deed);
  }

  act(deed) {
    return this.#post("modal/act", deed);
  }

  submit(view_id, values) {
    return this.#post("modal/submit", { view_id, values });
  }

  close(view_id, all) {
    return this.#post("modal/close", { view_id, all });
  }

  fill(view_id, server_id, values) {
    return this.#post("fill", { view_id, server_id, values });
  }

  mailOpened(id) {
    return this.#post("mail/opened", { id });
  }

  dismissGuide() {
    return this.#post("guide/dismiss", {});
  }

  /** Follow the snapshots; *lost* is told true when the connection breaks, false when it is back. */
  follow(take, lost) {
    const stream = new EventSource(`/api/stream?user=${encodeURIComponent(this.user)}`);
    stream.onmessage = (event) => take(JSON.parse(event.data));
    stream.onopen = () => lost(false);
    stream.onerror = () => lost(true);
  }

  async #post(path, body) {
    try {
      const response = await fetch(`/api/${path}`, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-Demo": "1" },
        body: JSON.stringify({ user: this.user, ...body }),
      });
      const answer = await response.json();
      return { ok: response.ok, error: "", ...answer };
    } catch {
      return { ok: false, error: UNREACHABLE };
    }
  }
}
