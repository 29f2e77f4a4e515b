/** Puts the page together: a snapshot comes, and each part draws what is its own. */

import { Api } from "./api.js";
import { Composer } from "./composer.js";
import { fill } from "./dom.js";
import { Guide } from "./guide.js";
import { icon } from "./icons.js";
import { Inbox } from "./inbox.js";
import { Messages } from "./messages.js";
import { Modal } from "./modal.js";
import { Panes, themeButton, walkRegions } from "./panes.js";
import { Servers } from "./servers.js";
import { drawPeople, Sidebar } from "./sidebar.js";
import { refreshTimes } from "./time.js";

const FRESHEN = 20_000;
const byId = (id) => document.getElementById(id);

const asked = new URL(location.href).searchParams;
const api = new Api(asked.get("user") || "UADMIN");
let channelId = asked.get("channel");
let latest = null;

const panes = new Panes(document.body);
const modal = new Modal({
  overlay: byId("overlay"),
  frame: byId("frame"),
  behind: [byId("sidebar"), byId("chat")],
  api,
  opened: () => panes.show("chat"),
});
const sidebar = new Sidebar({ nav: byId("sidebar"), go });
const composer = new Composer({
  form: byId("composer"),
  field: byId("composer-field"),
  list: byId("completion"),
  hint: byId("composer-hint"),
  slash: byId("composer-slash"),
  api,
  sent: () => messages.toEnd(),
});
const messages = new Messages({
  list: byId("messages"),
  head: byId("chat-head"),
  newest: byId("newest"),
  api,
  suggest: (text) => composer.write(text),
});
const inbox = new Inbox({
  box: byId("inbox"),
  badges: [...document.querySelectorAll(".badge")],
  show: () => panes.show("inbox"),
  offer: () => panes.offer("inbox"),
});
const servers = new Servers({ list: byId("servers"), modal, api, panes });
const guide = new Guide({ strip: byId("guide"), api });

function go(id) {
  channelId = id;
  const address = new URL(location.href);
  address.searchParams.set("channel", id);
  history.replaceState(null, "", address);
  panes.show("chat");
  draw();
  byId("composer-field").focus();
}

function draw() {
  const snapshot = latest;
  if (!snapshot) return;
  const channel = snapshot.channels.find((each) => each.id === channelId) ?? snapshot.channels[0];
  const users = new Map(snapshot.users.map((each) => [each.id, each.name]));
  const channels = new Map(snapshot.channels.map((each) => [each.id, each.name]));
  const names = { user: (id) => users.get(id), channel: (id) => channels.get(id) };
  document.title = `${channel.name}, ${snapshot.workspace} (demo): Mail Settings for Slack`;
  drawPeople(byId("people"), snapshot);
  guide.draw(snapshot);
  messages.draw(snapshot, channel, names);
  sidebar.draw(snapshot, channel, { looking: document.visibilityState === "visible" });
  composer.draw(snapshot, channel);
  modal.draw(snapshot.modals, names);
  servers.draw(snapshot);
  inbox.draw(snapshot);
  document.body.dataset.ready = "";
}

api.follow({
  take: (snapshot) => {
    latest = snapshot;
    draw();
  },
  lost: (is) => {
    byId("lost").hidden = !is;
  },
  nobody: () => location.replace("/"),
});
document.addEventListener("visibilitychange", draw);
setInterval(refreshTimes, FRESHEN);
themeButton(byId("theme"));
fill(byId("composer-send"), icon("send"));
fill(byId("composer-slash"), icon("slash"));
walkRegions([
  byId("guide"),
  byId("sidebar"),
  byId("messages"),
  byId("composer"),
  byId("frame"),
  byId("panel"),
]);
