/** Fields without further logic: a line of text, a switch. */
import type { FormItem } from "../api/types.ts";
import { getFieldText } from "../i18n/index.ts";
import { h } from "../ui/dom.ts";
import type { Draft, FieldValue } from "./draft.ts";
import { renderField } from "./field.ts";

/** A form item of a draft, and what to call after each edit. */
export interface FieldContext {
  draft: Draft;
  item: FormItem;
  onchange: () => void;
}

/** Returns the label, hint, path and issue of a form item, for `renderField`. */
export const describeField = ({ draft, item }: FieldContext) => {
  const { label, description } = getFieldText(draft.factory.id, item);
  return {
    label,
    path: item.key,
    requirement: item.required ? ("required" as const) : ("optional" as const),
    ...(description ? { hint: description } : {}),
    issue: draft.findIssue(item.key),
  };
};

const INPUT_MODES: Record<string, string | undefined> = { url: "url", email: "email" };

export const renderTextField = (context: FieldContext, value: FieldValue & { kind: "text" }): HTMLElement => {
  const control = h("input", {
    type: "text",
    inputmode: INPUT_MODES[context.item.format ?? ""],
    value: value.text,
    placeholder: context.item.placeholder,
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    oninput: () => {
      value.text = control.value;
      context.onchange();
    },
  });
  return renderField({ ...describeField(context), control });
};

export const renderSwitchField = (
  context: FieldContext,
  value: FieldValue & { kind: "switch" },
): HTMLElement => {
  const { label, hint, issue, path } = describeField(context);
  const control = h("input", {
    type: "checkbox",
    role: "switch",
    class: "switch",
    checked: value.on,
    onchange: () => {
      value.on = control.checked;
      context.onchange();
    },
  });
  const field = renderField({ label, control, path, ...(hint ? { hint } : {}), issue });
  field.classList.add("inline");
  return field;
};
