/** Draws a channel: its head, its messages, and what to try in an empty one. */

import { drawable } from "./blocks.js";
import { arrange, Drawn, fill, h, keepingFocus } from "./dom.js";
import { icon } from "./icons.js";
import { mrkdwn } from "./mrkdwn.js";
import { clock, day, timeNode } from "./time.js";
import { announce, toast } from "./toast.js";

const CLOSE_BY = 5 * 60_000;
const NEAR_THE_END = 80;

/** The messages of the channel that is shown. */
export class Messages {
  #drawn = new Drawn();
  #channel = "";
  #told = new Map();
  #following = true;

  constructor({ list, head, newest, api, suggest }) {
    Object.assign(this, { list, head, newest, api, suggest });
    newest.addEventListener("click", () => this.toEnd());
    list.addEventListener("scroll", () => {
      this.#following = this.#atEnd();
      this.#offerEnd(false);
    });
    // What is beside the list may take room from it, or give it back.
    new ResizeObserver(() => this.#following && this.toEnd()).observe(list);
  }

  draw(snapshot, channel, names) {
    const other = channel.id !== this.#channel;
    const messages = snapshot.messages[channel.id] ?? [];
    const atEnd = other || this.#atEnd();
    this.#drawHead(channel);
    const items = messages.length
      ? messages.flatMap((each, place) => this.#items(each, messages[place - 1], channel, names))
      : [this.#empty(channel)];
    keepingFocus(this.list, () => arrange(this.list, this.#drawn.nodes(items)));
    this.#tell(messages, { quietly: other, me: snapshot.me });
    this.#channel = channel.id;
    if (atEnd) this.toEnd();
    else this.#offerEnd(true);
  }

  toEnd() {
    this.list.scrollTop = this.list.scrollHeight;
    this.#offerEnd(false);
  }

  #atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.list;
    return scrollHeight - scrollTop - clientHeight < NEAR_THE_END;
  }

  #offerEnd(show) {
    if (this.#atEnd()) this.newest.hidden = true;
    else if (show) this.newest.hidden = false;
  }

  #drawHead(channel) {
    const about = channel.bot_is_member || channel.direct ? "" : "The bot is not a member here";
    const sign = channelSign(channel);
    const signature = `${sign} ${channel.name} ${about}`;
    if (this.head.dataset.signature === signature) return;
    this.head.dataset.signature = signature;
    fill(
      this.head,
      h("h2", {}, icon(sign), h("span", {}, channel.name)),
      about && h("p", {}, about),
    );
  }

  #items(message, before, channel, names) {
    const at = new Date(message.time);
    const newDay = !before || day(new Date(before.time)) !== day(at);
    const follows =
      !newDay &&
      before.user === message.user &&
      !before.only_you &&
      !message.only_you &&
      !message.is_bot &&
      at - new Date(before.time) < CLOSE_BY;
    const item = {
      key: message.ts,
      signature: JSON.stringify([message, follows]),
      make: () => this.#message(message, { follows, channel, names }),
    };
    const line = () => h("div", { class: "day", role: "separator" }, h("span", {}, day(at)));
    return newDay ? [{ key: `day ${message.ts}`, signature: day(at), make: line }, item] : [item];
  }

  #message(message, { follows, channel, names }) {
    const place = {
      names,
      prefix: `m${message.ts}`,
      fields: null,
      errors: {},
      act: (block, element, value) => this.#press(message, channel, { block, element, value }),
    };
    const body = message.blocks?.length
      ? drawable(message.blocks, place).map((each) => each.make())
      : h("div", { class: "plain-text" }, mrkdwn(message.text, names));
    return h(
      "article",
      {
        class: `message ${follows ? "follows" : ""} ${message.only_you ? "only-you" : ""}`,
        "aria-label": `${message.user_name}, ${clock(new Date(message.time))}`,
      },
      h("div", { class: "gutter" }, follows ? timeNode(message.time, clock) : avatar(message)),
      h(
        "div",
        { class: "message-body" },
        message.only_you && h("p", { class: "private" }, icon("eye"), "Only visible to you"),
        !follows &&
          h(
            "header",
            {},
            h("b", {}, message.user_name),
            message.is_bot && h("span", { class: "app-badge" }, "APP"),
            timeNode(message.time),
            message.edited && h("span", { class: "edited" }, "(edited)"),
          ),
        body,
        follows && message.edited && h("span", { class: "edited" }, "(edited)"),
      ),
    );
  }

  async #press(message, channel, { block, element, value }) {
    const answer = await this.api.press({
      channel: channel.id,
      ts: message.ts,
      block_id: block.block_id ?? "",
      action_id: element.action_id,
      value,
    });
    if (!answer.ok) toast(answer.error);
  }

  #empty(channel) {
    const offer = (text) =>
      h("button", { type: "button", class: "button", onclick: () => this.suggest(text) }, text);
    const make = () =>
      h(
        "div",
        { class: "empty" },
        h("h3", {}, channel.direct ? `You and ${channel.name}` : `This is #${channel.name}`),
        h("p", {}, "Nothing was said here yet. Write something, or try one of the bot's commands:"),
        h(
          "p",
          { class: "offers" },
          offer("/mailsettings"),
          offer("/mailtest"),
          offer("/mailsettings help"),
        ),
      );
    return { key: "empty", signature: channel.id, make };
  }

  /** Say new and changed messages aloud. */
  #tell(messages, { quietly, me }) {
    for (const each of messages) {
      const before = this.#told.get(each.ts);
      this.#told.set(each.ts, each.text);
      if (quietly || before === each.text || (each.user === me && !each.only_you)) continue;
      announce(
        `${each.user_name}: ${mrkdwn(each.text, NO_NAMES)
          .map((node) => node.textContent)
          .join("")}`,
      );
    }
  }
}

const NO_NAMES = { user: () => null, channel: () => null };

/** Name the icon of a channel. */
export function channelSign({ direct, private: closed, bot_is_member: withBot }) {
  if (direct) return withBot ? "mail" : "person";
  return closed ? "lock" : "hash";
}

/** Make the picture beside a name. */
export function avatar({ user_name, is_bot }) {
  const tone = user_name.codePointAt(0) % 5;
  const attributes = { class: `avatar ${is_bot ? "bot" : `tone-${tone}`}`, "aria-hidden": "true" };
  return h("span", attributes, is_bot ? icon("mail") : user_name.slice(0, 1).toUpperCase());
}
