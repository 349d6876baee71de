/** The frame of a form field: label, control, hint and validation message, linked for screen readers. */
import { t, translateServerMessage } from "../i18n/index.ts";
import type { Child } from "../ui/dom.ts";
import { createId, h, renderIcon, renderInlineCode, replaceChildren, setAttribute } from "../ui/dom.ts";

export type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

interface FieldOptions {
  label: string;
  control: Control;
  /** The path of the issues that belong to this field; absent if none do. */
  path?: string;
  requirement?: "required" | "optional";
  hint?: string;
  issue?: string | undefined;
  /** Buttons next to the control. */
  buttons?: Child;
}

export const renderField = ({
  label,
  control,
  path,
  requirement,
  hint,
  issue,
  buttons,
}: FieldOptions): HTMLElement => {
  const id = control.id || createId("field");
  control.id = id;
  if (path !== undefined) control.dataset.path = path;
  if (requirement === "required") control.setAttribute("aria-required", "true");
  const field = h(
    "div",
    { class: "field" },
    h(
      "label",
      { for: id },
      label,
      requirement && h("span", { class: "requirement" }, t(`form.${requirement}`)),
    ),
    h("div", { class: "control" }, control, buttons),
    hint && h("p", { class: "hint", id: `${id}-hint` }, ...renderInlineCode(hint)),
    h("p", { class: "issue", id: `${id}-issue` }),
  );
  if (hint) control.setAttribute("aria-describedby", `${id}-hint`);
  showIssue(control, issue, field);
  return field;
};

/** Shows an issue at a control, or at the group that stands for one; undefined removes it. */
export const showIssue = (
  control: HTMLElement,
  message: string | undefined,
  field: HTMLElement | null = control.closest<HTMLElement>(".field"),
): void => {
  const element = field?.querySelector<HTMLElement>(".issue");
  if (!element) return;
  const hintId = field?.querySelector(".hint")?.id;
  replaceChildren(
    element,
    message && renderIcon("warning"),
    message && h("span", {}, translateServerMessage(message)),
  );
  element.hidden = !message;
  const isControl = control.getAttribute("role") !== "group";
  if (isControl) setAttribute(control, "aria-invalid", message ? "true" : null);
  const describedBy = [hintId, message && element.id].filter(Boolean).join(" ");
  setAttribute(control, "aria-describedby", describedBy || null);
};

/** Renders an issue that belongs to no single control, such as a missing Generic template. */
export const renderIssue = (path: string, message: string): HTMLElement =>
  h(
    "p",
    { class: "issue", tabindex: -1, "data-path": path },
    renderIcon("warning"),
    h("span", {}, translateServerMessage(message)),
  );
