/** Plain controls of a connector's form: one line of text, a switch, free JSON. */
import type { FormItem } from "../api/shapes.ts";
import { fieldWords } from "../i18n/index.ts";
import { h } from "../ui/dom.ts";
import type { Draft, Value } from "./draft.ts";
import { field } from "./field.ts";
import { settle } from "./settle.ts";

export interface Slot {
  draft: Draft;
  item: FormItem;
  onchange: () => void;
}

/** Label, hint, path and issue of a form item, for its frame. */
export const words = ({ draft, item }: Slot) => {
  const { label, description } = fieldWords(draft.factory.id, item);
  const issue = draft.issue(item.key);
  return {
    label,
    path: item.key,
    mark: item.required ? ("required" as const) : ("optional" as const),
    ...(description ? { hint: description } : {}),
    issue,
  };
};

const TYPES: Record<string, { type: string; inputmode: string }> = {
  url: { type: "text", inputmode: "url" },
  email: { type: "text", inputmode: "email" },
};

export const textControl = (slot: Slot, value: Value & { kind: "text" }): HTMLElement => {
  const { type, inputmode } = TYPES[slot.item.format ?? ""] ?? { type: "text", inputmode: null };
  const control = h("input", {
    type,
    inputmode,
    value: value.text,
    placeholder: slot.item.placeholder,
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    oninput: () => {
      value.text = control.value;
      settle(slot.draft, control, slot.item.key);
      slot.onchange();
    },
  });
  return field({ ...words(slot), control });
};

export const switchControl = (slot: Slot, value: Value & { kind: "switch" }): HTMLElement => {
  const { label, hint, issue } = words(slot);
  const control = h("input", {
    type: "checkbox",
    role: "switch",
    class: "switch",
    checked: value.on,
    onchange: () => {
      value.on = control.checked;
      slot.onchange();
    },
  });
  const frame = field({ label, control, path: slot.item.key, ...(hint ? { hint } : {}), issue });
  frame.classList.add("inline");
  return frame;
};

export const jsonControl = (slot: Slot, value: Value & { kind: "json" }): HTMLElement => {
  const control = h("textarea", {
    rows: 6,
    class: "mono",
    spellcheck: "false",
    oninput: () => {
      value.text = control.value;
      settle(slot.draft, control, slot.item.key);
      slot.onchange();
    },
  });
  control.value = value.text;
  return field({ ...words(slot), control });
};
