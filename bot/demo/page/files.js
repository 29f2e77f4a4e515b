/** Draws the file input of Block Kit: choose or drop files, see their names and sizes, remove. */

import { fill, h, keepingFocus } from "./dom.js";
import { icon } from "./icons.js";
import { announce, toast } from "./toast.js";

const KILO = 1024;

/** Return a size as people read it. */
export function size(octets) {
  if (octets < KILO) return `${octets} B`;
  if (octets < KILO * KILO) return `${Math.round(octets / KILO)} kB`;
  return `${(octets / KILO / KILO).toFixed(1)} MB`;
}

/** Draw the field. What is chosen goes to Slack at once, as its own client does it. */
export function files(block, element, place, aria) {
  const { block_id } = block;
  const { action_id } = element;
  const most = element.max_files ?? 10;
  const list = h("ul", { class: "files" });
  const chooser = h("input", {
    ...aria,
    type: "file",
    class: "file-chooser",
    multiple: most > 1,
    accept: element.filetypes?.map((each) => `.${each}`).join(","),
    "data-focus": `${place.prefix} ${action_id}`,
    onchange: () => take([...chooser.files]),
  });
  const box = h(
    "div",
    {
      class: "file-drop",
      ondragover: (event) => {
        event.preventDefault();
        box.classList.add("over");
      },
      ondragleave: () => box.classList.remove("over"),
      ondrop: (event) => {
        event.preventDefault();
        box.classList.remove("over");
        take([...event.dataTransfer.files]);
      },
    },
    icon("upload"),
    h("span", { class: "file-drop-text" }, most > 1 ? "Choose files" : "Choose a file"),
    h("span", { class: "hint" }, most > 1 ? "or drop them here" : "or drop it here"),
    chooser,
  );

  const ids = () => [place.fields?.value(block_id, action_id) ?? []].flat();

  async function take(chosen) {
    for (const each of chosen) {
      box.setAttribute("aria-busy", "true");
      const answer = await place.attach(block, element, each);
      box.removeAttribute("aria-busy");
      if (!answer.ok) toast(answer.error);
      else announce(`${each.name} was added.`);
    }
    chooser.value = "";
  }

  function remove(id) {
    const left = ids().filter((each) => each !== id);
    place.fields.type(block_id, action_id, left);
    show();
    announce("The file was removed.");
    (left.length ? list.querySelector("button") : chooser).focus();
  }

  function item(id) {
    const known = place.files?.[id] ?? { name: id, size: 0 };
    const removing = {
      type: "button",
      class: "icon-button",
      "aria-label": `Remove ${known.name}`,
      "data-focus": `${place.prefix} ${action_id} ${id}`,
      onclick: () => remove(id),
    };
    return h(
      "li",
      { class: "file" },
      h("span", { class: "file-picture" }, icon("file")),
      h(
        "span",
        { class: "file-words" },
        h("span", { class: "file-name" }, known.name),
        h("span", { class: "hint" }, size(known.size)),
      ),
      h("button", removing, icon("close")),
    );
  }

  function show() {
    const held = ids();
    keepingFocus(list, () => fill(list, held.map(item)));
    list.hidden = !held.length;
    box.hidden = held.length >= most;
  }

  show();
  place.fields?.bind(block_id, action_id, show);
  return h("div", { class: "file-field" }, list, box);
}
