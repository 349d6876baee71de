/**
 * The form of a connector: import panel, parameters and templates. It renders from the draft, so it can be rendered
 * again at any time (in another language, after an import) without losing input.
 */
import type { FormItem } from "../api/types.ts";
import { plural, t } from "../i18n/index.ts";
import { renderTemplateEditor } from "../templates/editor.ts";
import { h, replaceChildren } from "../ui/dom.ts";
import type { Draft } from "./draft.ts";
import { renderIssue } from "./field.ts";
import { renderImportPanel } from "./import-panel.ts";
import { type FieldContext, renderJsonField, renderSwitchField, renderTextField } from "./plain-fields.ts";
import { renderSecretField } from "./secret-field.ts";
import { validateDraft } from "./validate.ts";

export interface ConnectorForm {
  element: HTMLElement;
  /** Validates in the browser; returns false after showing and focusing the issues. */
  validate: () => boolean;
  /** Shows the draft's issues, for instance those of the server, and focuses the first one. */
  showIssues: () => void;
}

interface FormOptions {
  draft: Draft;
  codeLength: number;
  onchange: () => void;
}

export const createConnectorForm = ({ draft, codeLength, onchange }: FormOptions): ConnectorForm => {
  const summary = h("div", { role: "alert" });
  const body = h("div", { class: "form-body" });
  const element = h("div", { class: "connector-form" }, summary, body);

  const render = () => {
    const hasTemplates = (item: FormItem) => Boolean(item.templates);
    const { formItems } = draft.factory;
    const importPanel = renderImportPanel(draft, () => {
      replaceChildren(summary);
      render();
      onchange();
      element.querySelector<HTMLElement>(".field input, .field button")?.focus();
    });
    replaceChildren(
      body,
      h(
        "section",
        { class: "card" },
        h("div", { class: "card-head" }, h("h2", {}, t("setup.parameters")), importPanel.button),
        importPanel.panel,
        ...formItems
          .filter((item) => !hasTemplates(item))
          .map((item) => renderFormItem({ draft, item, onchange })),
        draft.unknownKeys.length > 0 &&
          h("p", { class: "hint" }, t("form.unknownKeys", { keys: draft.unknownKeys.join(", ") })),
      ),
      ...formItems
        .filter(hasTemplates)
        .map((item) => renderTemplateEditor({ draft, item, onchange }, codeLength)),
    );
  };

  const showIssues = () => {
    render();
    const { issues } = draft;
    if (issues.length === 0) return replaceChildren(summary);
    const targets = issues.map((issue) => findByPath(element, issue.path));
    const unplaced = issues.filter((_, index) => !targets[index]);
    replaceChildren(
      summary,
      h("p", { class: "notice error" }, plural("form.issues", issues.length)),
      ...unplaced.map(({ path, message }) => renderIssue(path, path ? `${path}: ${message}` : message)),
    );
    const first = targets.find((target) => target !== null) ?? summary.querySelector<HTMLElement>(".issue");
    first?.focus();
  };

  render();
  if (draft.issues.length > 0) showIssues();
  return {
    element,
    showIssues,
    validate: () => {
      draft.issues = validateDraft(draft);
      showIssues();
      return draft.issues.length === 0;
    },
  };
};

/** Finds the element whose issue path is `path`. A path is any text, so a CSS selector cannot contain it. */
const findByPath = (element: HTMLElement, path: string): HTMLElement | null =>
  [...element.querySelectorAll<HTMLElement>("[data-path]")].find((target) => target.dataset.path === path) ??
  null;

const renderFormItem = (context: FieldContext): HTMLElement | null => {
  const value = context.draft.values.get(context.item.key);
  switch (value?.kind) {
    case "text":
      return renderTextField(context, value);
    case "switch":
      return renderSwitchField(context, value);
    case "secret":
      return renderSecretField(context, value);
    case "json":
      return renderJsonField(context, value);
    default:
      return null;
  }
};
