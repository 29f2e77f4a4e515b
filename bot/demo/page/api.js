/** Speaks with the demo: the stream of snapshots, and what a person does. */

const AGAIN = 2000;
const PATIENCE = 2000;
const UNREACHABLE = "The demo doesn't answer. Is “mailsettings demo” still running?";

/** What one person can do. Each deed resolves to the demo's answer, `{ok, error, ...}`. */
export class Api {
  #version = 0;
  #waiting = new Set();

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

  /** Resolves once the file is drawn in its field. */
  async attach(deed, file) {
    const content = await inBase64(file);
    const answer = await this.#post("modal/attach", { ...deed, name: file.name, content });
    if (answer.ok) await this.#drawn(answer.version);
    return answer;
  }

  submit(view_id, values) {
    return this.#post("modal/submit", { view_id, values });
  }

  close(view_id, all) {
    return this.#post("modal/close", { view_id, all });
  }

  /** Resolves once the filled form is drawn: a click before that would send what stood there. */
  async fill(view_id, server_id, values) {
    const answer = await this.#post("fill", { view_id, server_id, values });
    if (answer.ok) await this.#drawn(answer.version);
    return answer;
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
    stream.onmessage = (event) => {
      const snapshot = JSON.parse(event.data);
      take(snapshot);
      this.#version = snapshot.version;
      for (const look of this.#waiting) look();
    };
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

  #drawn(version) {
    return new Promise((resolve) => {
      const look = () => {
        if (this.#version < version) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
      setTimeout(() => this.#waiting.delete(look) && resolve(), PATIENCE);
    });
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

/** Read a file as base64, which JSON can carry. */
function inBase64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).split(",")[1] ?? "");
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}
