/**
 * The field of a confidential value. The page never receives a stored secret, only whether it is set and, if it is long,
 * its last characters. The user can replace it, remove it if it is optional, or keep it.
 */
import { joinSentences, t } from "../i18n/index.ts";
import { createId, h, renderIcon, replaceChildren, setAttribute } from "../ui/dom.ts";
import type { FieldValue } from "./draft.ts";
import { renderField, showIssue } from "./field.ts";
import { describeField, type FieldContext } from "./plain-fields.ts";

type SecretValue = FieldValue & { kind: "secret" };

export const renderSecretField = (context: FieldContext, value: SecretValue): HTMLElement => {
  const container = h("div", { class: "secret" });
  const setMode = (mode: SecretValue["mode"]) => {
    value.mode = mode;
    value.text = "";
    context.onchange();
    render();
    container.querySelector<HTMLElement>("input, button")?.focus();
  };
  const render = () =>
    replaceChildren(
      container,
      value.mode === "replace"
        ? renderInput(context, value, setMode)
        : renderStoredSecret(context, value, setMode),
    );
  render();
  return container;
};

type SetMode = (mode: SecretValue["mode"]) => void;

const renderInput = (context: FieldContext, value: SecretValue, setMode: SetMode): HTMLElement => {
  const { label, hint: description, ...rest } = describeField(context);
  const control = h("input", {
    type: "password",
    value: value.text,
    placeholder: context.item.placeholder,
    autocomplete: "new-password",
    autocapitalize: "off",
    spellcheck: "false",
    oninput: () => {
      value.text = control.value;
      context.onchange();
    },
  });
  const keepButton = value.stored && renderButton(t("form.secret.keep"), label, () => setMode("keep"));
  const buttons = h("span", { class: "control-buttons" }, renderVisibilityToggle(control, label), keepButton);
  const hint = joinSentences(description, t("form.secret.hint"));
  return renderField({ ...rest, label, hint, control, buttons });
};

const renderStoredSecret = (context: FieldContext, value: SecretValue, setMode: SetMode): HTMLElement => {
  const { label, requirement, hint, issue, path } = describeField(context);
  const labelId = createId("stored-secret");
  const isStored = value.mode === "keep";
  const buttons = isStored
    ? [
        renderButton(t("form.secret.replace"), label, () => setMode("replace")),
        !context.item.required && renderButton(t("form.secret.remove"), label, () => setMode("remove")),
      ]
    : [renderButton(t("form.secret.keep"), label, () => setMode("keep"))];
  const issueId = createId("issue");
  const group = h(
    "div",
    { class: "field", role: "group", "aria-labelledby": labelId, tabindex: -1, "data-path": path },
    h(
      "div",
      { class: "label", id: labelId },
      label,
      h("span", { class: "requirement" }, t(`form.${requirement}`)),
    ),
    h(
      "div",
      { class: "control stored" },
      h(
        "span",
        { class: isStored ? "state" : "state removed" },
        isStored && renderIcon("check"),
        describeState(value),
      ),
      ...buttons,
    ),
    hint && h("p", { class: "hint", id: createId("hint") }, hint),
    h("p", { class: "issue", id: issueId }),
  );
  showIssue(group, issue, group);
  return group;
};

const describeState = ({ mode, stored }: SecretValue): string => {
  if (mode === "remove") return t("form.secret.removed");
  return stored?.hint ? t("form.secret.endsWith", { hint: stored.hint }) : t("form.secret.set");
};

const renderButton = (text: string, label: string, onclick: () => void) =>
  h("button", { type: "button", class: "quiet small", "aria-label": `${text}: ${label}`, onclick }, text);

/** Renders the button that shows and hides the characters of a password input. */
const renderVisibilityToggle = (control: HTMLInputElement, label: string): HTMLButtonElement => {
  const toggle = h("button", {
    type: "button",
    class: "quiet small",
    onclick: () => {
      control.type = control.type === "password" ? "text" : "password";
      render();
    },
  });
  const render = () => {
    const isHidden = control.type === "password";
    replaceChildren(toggle, t(isHidden ? "form.secret.show" : "form.secret.hide"));
    setAttribute(toggle, "aria-label", t(isHidden ? "form.show" : "form.hide", { field: label }));
  };
  render();
  return toggle;
};
