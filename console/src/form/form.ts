/**
 * A connector's form: the paste box, the parameters, the templates. It draws itself from the draft, so it can be drawn
 * anew at any time (another language, a pasted config) without losing what was typed.
 */
import type { FormItem } from "../api/shapes.ts";
import { plural, t } from "../i18n/index.ts";
import { templateEditor } from "../templates/editor.ts";
import { fill, h } from "../ui/dom.ts";
import { check } from "./check.ts";
import type { Draft } from "./draft.ts";
import { issueNote } from "./field.ts";
import { importBox } from "./import-box.ts";
import { secretControl } from "./secret-control.ts";
import { jsonControl, type Slot, switchControl, textControl } from "./text-control.ts";

export interface ConnectorForm {
  element: HTMLElement;
  /** Checks what can be checked here; false shows and focuses what is wrong. */
  isValid: () => boolean;
  /** Shows the draft's issues, those of the server say, and focuses the first. */
  showIssues: () => void;
}

interface Options {
  draft: Draft;
  codeLength: number;
  onchange: () => void;
}

export const connectorForm = ({ draft, codeLength, onchange }: Options): ConnectorForm => {
  const summary = h("div", { role: "alert" });
  const body = h("div", { class: "form-body" });
  const element = h("div", { class: "connector-form" }, summary, body);
  const isTemplates = (item: FormItem) => Boolean(item.templates);

  const draw = () => {
    const plain = draft.factory.formItems.filter((item) => !isTemplates(item));
    const kept = draft.unknownKeys;
    const paste = importBox(draft, () => {
      fill(summary);
      draw();
      onchange();
      element.querySelector<HTMLElement>(".field input, .field button")?.focus();
    });
    fill(
      body,
      h(
        "section",
        { class: "card" },
        h("div", { class: "card-head" }, h("h2", {}, t("setup.parameters")), paste.button),
        paste.panel,
        ...plain.map((item) => control({ draft, item, onchange })),
        kept.length > 0 && h("p", { class: "hint" }, t("form.kept", { keys: kept.join(", ") })),
      ),
      ...draft.factory.formItems
        .filter(isTemplates)
        .map((item) => templateEditor({ draft, item, onchange }, codeLength)),
    );
  };

  const showIssues = () => {
    draw();
    const { length } = draft.issues;
    if (length === 0) return fill(summary);
    const found = draft.issues.map((issue) => byPath(element, issue.path));
    const homeless = draft.issues.filter((_, index) => !found[index]);
    fill(
      summary,
      h("p", { class: "notice bad" }, plural("form.issues", length)),
      ...homeless.map(({ path, message }) => issueNote(path, path ? `${path}: ${message}` : message)),
    );
    const first = found.find((place) => place !== null) ?? summary.querySelector<HTMLElement>(".issue");
    first?.focus();
  };

  draw();
  if (draft.issues.length > 0) showIssues();
  return {
    element,
    showIssues,
    isValid: () => {
      draft.issues = check(draft);
      showIssues();
      return draft.issues.length === 0;
    },
  };
};

const byPath = (element: HTMLElement, path: string): HTMLElement | null =>
  [...element.querySelectorAll<HTMLElement>("[data-path]")].find((place) => place.dataset.path === path) ??
  null;

const control = (slot: Slot): HTMLElement | null => {
  const value = slot.draft.values.get(slot.item.key);
  switch (value?.kind) {
    case "text":
      return textControl(slot, value);
    case "switch":
      return switchControl(slot, value);
    case "secret":
      return secretControl(slot, value);
    case "json":
      return jsonControl(slot, value);
    default:
      return null;
  }
};
