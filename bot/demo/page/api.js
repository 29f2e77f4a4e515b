/** Speaks with the demo: the stream of snapshots, and what a person does. */

const AGAIN = 2000;
const UNREACHABLE = "The demo doesn't answer. Is “mailsettings demo” still running?";

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

  /**
   * Follow the snapshots; *lost* is told true when the connection breaks, false when it is back.
   * *nobody* is called where the demo knows no such person.
   */
  follow({ take, lost, nobody }) {
    let opened = false;
    const stream = new EventSource(`/api/stream?user=${encodeURIComponent(this.user)}`);
    stream.onmessage = (event) => take(JSON.parse(event.data));
    stream.onopen = () => {
      opened = true;
      lost(false);
    };
    stream.onerror = () => {
      const refused = stream.readyState === EventSource.CLOSED;
      if (refused && !opened) return nobody();
      lost(true);
      if (refused) setTimeout(() => this.follow({ take, lost, nobody }), AGAIN);
    };
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
