/** What stands in the fields of one view: never lost to a redraw, as Slack's own client does it. */

const name = (blockId, actionId) => JSON.stringify([blockId, actionId]);

/**
 * A field is known by its block id and action id. What was typed since it was last sent stays,
 * whatever a snapshot says; else a snapshot's value is shown once it changes.
 */
export class Fields {
  #entries = new Map();

  /** Take the values of a snapshot; fields that it does not have are gone. */
  merge(values) {
    const before = this.#entries;
    this.#entries = new Map();
    for (const [blockId, actions] of Object.entries(values)) {
      for (const [actionId, value] of Object.entries(actions)) {
        const key = name(blockId, actionId);
        const entry = before.get(key) ?? { blockId, actionId, value, said: value, typed: false };
        this.#entries.set(key, entry);
        if (same(entry.said, value)) continue;
        entry.said = value;
        if (entry.typed) continue;
        entry.value = value;
        entry.show?.(value);
      }
    }
  }

  /** Return what a field holds. */
  value(blockId, actionId) {
    return this.#entries.get(name(blockId, actionId))?.value ?? null;
  }

  /** Tell *show* whenever a field's value changes from outside. */
  bind(blockId, actionId, show) {
    const entry = this.#entries.get(name(blockId, actionId));
    if (entry) entry.show = show;
  }

  /** Take what the person entered. */
  type(blockId, actionId, value) {
    const entry = this.#entries.get(name(blockId, actionId));
    if (!entry) return;
    entry.value = value;
    entry.typed = true;
  }

  /** Return all values, to be sent with a click: from then on the demo knows what was typed. */
  send() {
    const values = {};
    for (const entry of this.#entries.values()) {
      entry.typed = false;
      (values[entry.blockId] ??= {})[entry.actionId] = entry.value;
    }
    return values;
  }
}

function same(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}
