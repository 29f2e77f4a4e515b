/** Makes and keeps DOM nodes. Text is only ever put in as text: nothing here parses HTML. */

/**
 * Make an element. Attributes that begin with "on" are listeners; false, null and undefined are
 * left out; `value` and `checked` are set as properties.
 */
export function h(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "value" || key === "checked" || key === "selected") node[key] = value;
    else node.setAttribute(key, value === true ? "" : String(value));
  }
  node.append(...pieces(children));
  return node;
}

/** Flatten children; leave out the empty ones. */
function pieces(children) {
  return children
    .flat(Infinity)
    .filter((each) => each !== null && each !== undefined && each !== false && each !== "");
}

/** Replace all that stands in a node. */
export function fill(node, ...children) {
  node.replaceChildren(...pieces(children));
}

/** Put nodes into a parent in this order; those in their place already are not touched. */
export function arrange(parent, nodes) {
  const wanted = new Set(nodes);
  for (const each of [...parent.childNodes]) {
    if (!wanted.has(each)) each.remove();
  }
  nodes.forEach((node, place) => {
    if (parent.childNodes[place] !== node)
      parent.insertBefore(node, parent.childNodes[place] ?? null);
  });
}

/** Remembers the node of each item, and makes a new one only for an item that has changed. */
export class Drawn {
  #nodes = new Map();

  /** Return the nodes of *items*, each `{key, signature, make}`; others are forgotten. */
  nodes(items) {
    const before = this.#nodes;
    this.#nodes = new Map();
    return items.map(({ key, signature, make }) => {
      const old = before.get(key);
      const kept = old?.signature === signature ? old : { signature, node: make() };
      this.#nodes.set(key, kept);
      return kept.node;
    });
  }
}

/**
 * Change what is within *container*, and leave the keyboard's focus where it was: on the node
 * itself, or on the new one with the same `data-focus`.
 */
export function keepingFocus(container, change) {
  const active = document.activeElement;
  if (!container.contains(active) || active === container) return change();
  const { selectionStart, selectionEnd } = active;
  change();
  if (active.isConnected) {
    if (document.activeElement !== active) active.focus({ preventScroll: true });
    return;
  }
  const key = active.dataset.focus;
  const next = key && container.querySelector(`[data-focus="${CSS.escape(key)}"]`);
  if (!next) return;
  next.focus({ preventScroll: true });
  if (selectionStart != null && next.setSelectionRange) {
    next.setSelectionRange(selectionStart, selectionEnd);
  }
}

const FOCUSABLE =
  'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea, iframe, [tabindex="0"]';

/** List what the Tab key stops at within a node, in order. */
export function focusables(node) {
  return [...node.querySelectorAll(FOCUSABLE)].filter(
    (each) => each.getClientRects().length > 0 && each.tabIndex >= 0,
  );
}

/** Keep the Tab key within *node*: a keydown listener. */
export function trap(node) {
  return (event) => {
    if (event.key !== "Tab") return;
    const stops = focusables(node);
    if (!stops.length) return event.preventDefault();
    const first = stops[0];
    const last = stops[stops.length - 1];
    const at = document.activeElement;
    if (event.shiftKey && (at === first || !stops.includes(at))) {
      event.preventDefault();
      last.focus();
    } else if (!event.shiftKey && at === last) {
      event.preventDefault();
      first.focus();
    }
  };
}
