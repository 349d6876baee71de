/** The frame of every field: label, mark, control, description and error, tied together for screen readers. */
import { serverMessage, t } from "../i18n/index.ts";
import type { Child } from "../ui/dom.ts";
import { fill, h, icon, rich, set, uniqueId } from "../ui/dom.ts";

export type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

interface Frame {
  label: string;
  control: Control;
  /** Where issues of the server point; empty for controls that no issue points to. */
  path?: string;
  mark?: "required" | "optional";
  hint?: string;
  issue?: string | undefined;
  /** What stands beside the control. */
  beside?: Child;
}

/** Puts a control into its frame. */
export const field = ({ label, control, path, mark, hint, issue, beside }: Frame): HTMLElement => {
  const id = control.id || uniqueId("field");
  control.id = id;
  if (path !== undefined) control.dataset.path = path;
  if (mark === "required") control.setAttribute("aria-required", "true");
  const frame = h(
    "div",
    { class: "field" },
    h("label", { for: id }, label, mark && h("span", { class: "mark" }, t(`form.${mark}`))),
    h("div", { class: "control" }, control, beside),
    hint && h("p", { class: "hint", id: `${id}-hint` }, ...rich(hint)),
    h("p", { class: "issue", id: `${id}-issue` }),
  );
  if (hint) control.setAttribute("aria-describedby", `${id}-hint`);
  showIssue(control, issue, frame);
  return frame;
};

/** Shows an issue at a control, or with undefined takes it away. */
export const showIssue = (
  control: Control,
  message: string | undefined,
  frame: HTMLElement | null = control.closest<HTMLElement>(".field"),
): void => {
  const place = frame?.querySelector<HTMLElement>(".issue");
  if (!place) return;
  const hint = frame?.querySelector(".hint")?.id;
  fill(place, message && icon("warning"), message && h("span", {}, serverMessage(message)));
  place.hidden = !message;
  set(control, "aria-invalid", message ? "true" : null);
  set(control, "aria-describedby", [hint, message && place.id].filter(Boolean).join(" ") || null);
};

/** An issue that belongs to no single control, such as a missing Generic template. */
export const issueNote = (path: string, message: string): HTMLElement =>
  h(
    "p",
    { class: "issue", tabindex: -1, "data-path": path },
    icon("warning"),
    h("span", {}, serverMessage(message)),
  );
