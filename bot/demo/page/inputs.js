/** Draws the elements of Block Kit that hold a value, and tells of what the person enters. */

import { h } from "./dom.js";
import { confirmed } from "./confirm.js";
import { files } from "./files.js";
import { words } from "./mrkdwn.js";

/** By type of element: draws it. *aria* labels and describes the control. */
export const INPUTS = {
  plain_text_input: text,
  email_text_input: text,
  url_text_input: text,
  number_input: text,
  static_select: select,
  radio_buttons: group,
  checkboxes: group,
  file_input: files,
};

const KEYBOARDS = { email_text_input: "email", url_text_input: "url", number_input: "numeric" };

/** Whether an element is a group of controls, so that its label is a legend. */
export function isGroup(element) {
  return element.type === "radio_buttons" || element.type === "checkboxes";
}

function dispatches(block) {
  return block.type !== "input" || Boolean(block.dispatch_action);
}

/** Note what was chosen and tell the bot where the block asks for it; *undo* takes it back. */
async function choose(block, element, place, { value, undo }) {
  if (element.confirm && dispatches(block) && !(await confirmed(element.confirm, place.names))) {
    return undo();
  }
  place.fields?.type(block.block_id, element.action_id, value);
  if (dispatches(block)) await place.act(block, element, value);
}

/** Return what a choice shows: the option's value, or a list of values. */
function held(block, element, place) {
  if (place.fields) return place.fields.value(block.block_id, element.action_id);
  return element.initial_option?.value ?? element.initial_options?.map((each) => each.value);
}

function text(block, element, place, aria) {
  const note = () => place.fields?.type(block.block_id, element.action_id, field.value);
  const moments = block.dispatch_action
    ? (element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"])
    : [];
  const tell = () => place.act(block, element, field.value);
  const field = h(element.multiline ? "textarea" : "input", {
    ...aria,
    class: "text-input",
    type: element.multiline ? null : "text",
    inputmode: KEYBOARDS[element.type],
    autocomplete: "off",
    spellcheck: "false",
    autocapitalize: "off",
    maxlength: element.max_length,
    placeholder: element.placeholder?.text,
    "data-focus": `${place.prefix} ${element.action_id}`,
    value: place.fields?.value(block.block_id, element.action_id) ?? "",
    oninput: () => {
      note();
      if (moments.includes("on_character_entered")) tell();
    },
    onkeydown: (event) => {
      if (event.key !== "Enter" || event.isComposing || element.multiline) return;
      event.preventDefault();
      if (moments.includes("on_enter_pressed")) tell();
      else field.form?.requestSubmit();
    },
  });
  place.fields?.bind(block.block_id, element.action_id, (value) => {
    field.value = value ?? "";
  });
  return field;
}

function select(block, element, place, aria) {
  const show = (value) => {
    field.value = value ?? "";
  };
  const undo = () => show(held(block, element, place));
  const option = (each) => h("option", { value: each.value }, each.text.text);
  const groups = element.option_groups?.map((each) =>
    h("optgroup", { label: each.label.text }, each.options.map(option)),
  );
  const field = h(
    "select",
    {
      ...aria,
      class: "select",
      "data-focus": `${place.prefix} ${element.action_id}`,
      onchange: () => choose(block, element, place, { value: field.value || null, undo }),
    },
    h("option", { value: "", disabled: true, hidden: true }, element.placeholder?.text ?? "Choose"),
    groups ?? element.options.map(option),
  );
  undo();
  place.fields?.bind(block.block_id, element.action_id, show);
  return h("span", { class: "select-box" }, field);
}

function group(block, element, place, aria) {
  const many = element.type === "checkboxes";
  const show = (value) => {
    for (const each of fields) each.checked = [value ?? []].flat().includes(each.value);
  };
  const undo = () => show(held(block, element, place));
  const name = `${place.prefix}-${block.block_id}-${element.action_id}`;
  const fields = element.options.map((option) =>
    h("input", {
      type: many ? "checkbox" : "radio",
      name,
      value: option.value,
      "aria-invalid": aria["aria-invalid"],
      "data-focus": `${place.prefix} ${element.action_id} ${option.value}`,
      onchange: () => choose(block, element, place, { value: many ? chosen() : chosen()[0], undo }),
      // Enter would submit the form, which nobody expects of a box.
      onkeydown: (event) => event.key === "Enter" && event.preventDefault(),
    }),
  );
  const chosen = () => fields.filter((each) => each.checked).map((each) => each.value);
  undo();
  place.fields?.bind(block.block_id, element.action_id, show);
  const rows = element.options.map((option, index) =>
    h(
      "label",
      { class: "choice" },
      fields[index],
      h(
        "span",
        {},
        words(option.text, place.names),
        option.description &&
          h("span", { class: "description" }, words(option.description, place.names)),
      ),
    ),
  );
  return h("div", { class: "choices" }, rows);
}
