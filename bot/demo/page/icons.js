/** Small pictures, drawn here so that the page needs no font and no other asset. */

const SVG = "http://www.w3.org/2000/svg";

const LINES = {
  hash: "M9 4 7 20M17 4l-2 16M4 9h16.5M3.5 15H20",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20c.8-4 3.8-6 7.5-6s6.7 2 7.5 6",
  chat: "M4 5h16v11H11l-4.5 4v-4H4z",
  inbox: "M3.5 13 6 5h12l2.5 8v6h-17zM3.5 13H9l1 2.5h4l1-2.5h5.5",
  server: "M4 4.5h16v6H4zM4 13.5h16v6H4zM7.5 7.5h.01M7.5 16.5h.01M11 7.5h6M11 16.5h6",
  list: "M4 6h16M4 12h16M4 18h16",
  eye: "M2.5 12C5 7.5 8.2 5.5 12 5.5s7 2 9.5 6.5c-2.5 4.5-5.7 6.5-9.5 6.5S5 16.5 2.5 12zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
  send: "M4 4.5 20.5 12 4 19.5l2.3-7.5zM6.3 12H13",
  slash: "M4 4h16v16H4zM14 8l-4 8",
  bolt: "M13 3 5 14h6l-1 7 8-11h-6z",
  close: "M6 6l12 12M18 6 6 18",
  back: "M14.5 5.5 8 12l6.5 6.5",
  upload: "M12 16V5M7.5 9.5 12 5l4.5 4.5M5 15.5V20h14v-4.5",
  file: "M6 3h8l4.5 4.5V21H6zM14 3v4.5h4.5",
  check: "m5 12.5 4.5 4.5L19 7.5",
  copy: "M9 9h10.5v11H9zM15 9V4.5H4.5v11H9",
  out: "M13 5h6v6M19 5l-8.5 8.5M16.5 14v5H5V7.5h5",
  dots: "M5.5 12h.01M12 12h.01M18.5 12h.01",
  sun: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z",
  system: "M3.5 5h17v11h-17zM9 20h6M12 16v4",
  mail: "M3.5 5.5h17v13h-17zM3.5 6.5 12 13l8.5-6.5",
};

/** Make an icon that says nothing of its own: the text beside it does. */
export function icon(name) {
  const svg = picture("icon");
  svg.setAttribute("aria-hidden", "true");
  svg.append(path(LINES[name], "icon-line"));
  return svg;
}

const SQUARE = "M5 2h14a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3H5a3 3 0 0 1-3-3V5a3 3 0 0 1 3-3z";
const CIRCLE = "M12 1.5a10.5 10.5 0 1 0 0 21 10.5 10.5 0 0 0 0-21z";

/** By short code: the words for a screen reader, then shapes, each a class and a path. */
const EMOJI = {
  white_check_mark: ["done", ["green", SQUARE], ["mark", "m6.5 12.5 3.7 3.7L17.5 8"]],
  x: ["failed", ["red-line", "M5 5l14 14M19 5 5 19"]],
  warning: ["warning", ["amber", "M12 2.5 23 21.5H1z"], ["dark-mark", "M12 9.5v5M12 18h.01"]],
  information_source: ["information", ["blue", SQUARE], ["mark", "M12 11v6M12 7h.01"]],
  grey_question: [
    "unknown",
    ["grey", CIRCLE],
    ["mark", "M9 9.5c0-1.8 1.3-3 3-3s3 1.1 3 2.7c0 2-3 2.3-3 4.6M12 17.5h.01"],
  ],
  no_entry: ["not possible", ["red", CIRCLE], ["mark wide", "M6.5 12h11"]],
};

/** Make the picture for an emoji's short code; null where we have none. */
export function emoji(code) {
  if (!Object.hasOwn(EMOJI, code)) return null;
  const [words, ...shapes] = EMOJI[code];
  const svg = picture("emoji");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", words);
  svg.append(...shapes.map(([kind, line]) => path(line, kind)));
  return svg;
}

function picture(kind) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", kind);
  return svg;
}

function path(line, kind) {
  const node = document.createElementNS(SVG, "path");
  node.setAttribute("d", line);
  node.setAttribute("class", kind);
  return node;
}
