/** Words for moments, in the reader's own time zone. */

const LANGUAGE = "en-GB";
const DAY = 86_400_000;

function format(date, options) {
  return new Intl.DateTimeFormat(LANGUAGE, options).format(date);
}

/** Give hours and minutes. */
export function clock(date) {
  return format(date, { hour: "2-digit", minute: "2-digit" });
}

/** Give the whole moment. */
export function whole(date) {
  return format(date, { dateStyle: "full", timeStyle: "medium" });
}

/** Say how long ago something was, and give the time of day once that reads better. */
function ago(date) {
  const seconds = (Date.now() - date.getTime()) / 1000;
  if (seconds < 45) return "just now";
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return minutes === 1 ? "1 minute ago" : `${minutes} minutes ago`;
  return near(date) === "today" ? clock(date) : format(date, { day: "numeric", month: "short" });
}

/** Name the day for the line between two days. */
export function day(date) {
  const word = near(date);
  if (word) return word[0].toUpperCase() + word.slice(1);
  return format(date, { weekday: "long", day: "numeric", month: "long" });
}

function near(date) {
  const midnight = (each) => new Date(each).setHours(0, 0, 0, 0);
  const days = Math.round((midnight(date) - midnight(Date.now())) / DAY);
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[days] ?? "";
}

const LONG = { weekday: "long", day: "numeric", month: "long", year: "numeric" };
const DATES = {
  date_num: { day: "2-digit", month: "2-digit", year: "numeric" },
  date: { day: "numeric", month: "long", year: "numeric" },
  date_short: { day: "numeric", month: "short", year: "numeric" },
  date_long: LONG,
  date_pretty: { day: "numeric", month: "long", year: "numeric" },
  date_short_pretty: { day: "numeric", month: "short", year: "numeric" },
  date_long_pretty: LONG,
  time: { hour: "2-digit", minute: "2-digit" },
  time_secs: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
};

/** Word a moment as Slack's date tokens ask (docs.slack.dev/messaging/formatting-message-text). */
export function slackDate(seconds, pattern) {
  const date = new Date(seconds * 1000);
  return pattern.replace(/\{(\w+)\}/g, (token, name) => {
    if (name === "ago") return ago(date);
    if (!Object.hasOwn(DATES, name)) return token;
    return (name.endsWith("_pretty") && near(date)) || format(date, DATES[name]);
  });
}

/** Make a `<time>` whose words are kept fresh by `refreshTimes`. */
export function timeNode(iso, words = ago) {
  const date = new Date(iso);
  const node = document.createElement("time");
  node.dateTime = iso;
  node.title = whole(date);
  node.textContent = words(date);
  if (words === ago) node.dataset.ago = "";
  return node;
}

/** Word all relative times on the page anew. */
export function refreshTimes() {
  for (const node of document.querySelectorAll("time[data-ago]")) {
    const words = ago(new Date(node.dateTime));
    if (node.textContent !== words) node.textContent = words;
  }
}
