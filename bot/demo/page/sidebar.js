/** The sidebar with channels, and the switch between the people one can be. */

import { fill, h, keepingFocus } from "./dom.js";
import { icon } from "./icons.js";
import { avatar, channelSign } from "./messages.js";

/** Channels and direct messages; a bold name has something unread. */
export class Sidebar {
  #seen = null;
  #signature = "";

  constructor({ nav, go }) {
    Object.assign(this, { nav, go });
  }

  draw(snapshot, current, { looking }) {
    const first = this.#seen === null;
    this.#seen ??= {};
    const rows = snapshot.channels.map((channel) => {
      const last = snapshot.messages[channel.id]?.at(-1)?.ts ?? "";
      if (first || (looking && channel.id === current.id)) this.#seen[channel.id] = last;
      const unread = last > (this.#seen[channel.id] ?? "");
      return { channel, unread, current: channel.id === current.id };
    });
    const signature = JSON.stringify([snapshot.workspace, rows]);
    if (signature === this.#signature) return;
    this.#signature = signature;
    const direct = rows.filter((each) => each.channel.direct);
    keepingFocus(this.nav, () =>
      fill(
        this.nav,
        h(
          "div",
          { class: "workspace" },
          h("b", {}, snapshot.workspace),
          h("span", { class: "demo-mark" }, "Demo"),
        ),
        this.#part(
          "Channels",
          rows.filter((each) => !each.channel.direct),
        ),
        direct.length > 0 && this.#part("Direct messages", direct),
      ),
    );
  }

  #part(title, rows) {
    return h(
      "section",
      {},
      h("h2", {}, title),
      h(
        "ul",
        {},
        rows.map((each) => this.#row(each)),
      ),
    );
  }

  #row({ channel, unread, current }) {
    return h(
      "li",
      {},
      h(
        "button",
        {
          type: "button",
          class: unread ? "unread" : "",
          "aria-current": current ? "page" : null,
          "data-focus": `channel ${channel.id}`,
          onclick: () => this.go(channel.id),
        },
        icon(channelSign(channel)),
        h("span", {}, channel.name),
        unread && h("span", { class: "visually-hidden" }, "(unread)"),
      ),
    );
  }
}

/** Draw the people one can be, as links: each opens in a window of its own as well. */
export function drawPeople(node, snapshot) {
  const signature = JSON.stringify([snapshot.me, snapshot.users]);
  if (node.dataset.signature === signature) return;
  node.dataset.signature = signature;
  const links = snapshot.users.map((each) => {
    const me = each.id === snapshot.me;
    const address = new URL(location.href);
    address.search = new URLSearchParams({ user: each.id });
    return h(
      "a",
      {
        href: address,
        "aria-current": me ? "true" : null,
        title: me ? null : `Be ${each.name} (${each.role}); open it in another window to be both`,
      },
      avatar({ user_name: each.name }),
      h("span", { class: "person-name" }, each.name),
      each.name.toLowerCase() !== each.role && h("span", { class: "role" }, each.role),
    );
  });
  fill(node, h("span", { class: "people-label", id: "people-label" }, "You are"), links);
}
