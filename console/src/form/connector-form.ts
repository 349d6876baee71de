/**
 * The form of a connector: import panel, parameters and templates. It renders from the draft, so it can be rendered
 * again at any time (in another language, after an import) without losing input. After the first issues were shown, the
 * draft is checked after each edit, so that an issue goes as soon as its field is right.
 */
import type { ApiClient } from "../api/client.ts";
import type { FormItem, Issue } from "../api/types.ts";
import { plural, t, translateServerMessage } from "../i18n/index.ts";
import { renderTemplateEditor, type TemplateEditor } from "../templates/editor.ts";
import { h, replaceChildren } from "../ui/dom.ts";
import { checkDraft } from "./check.ts";
import type { Draft } from "./draft.ts";
import { showIssue } from "./field.ts";
import { renderImportPanel } from "./import-panel.ts";
import { describePath } from "./issue-path.ts";
import { createJsonEditor } from "./json-editor.ts";
import { describeField, type FieldContext, renderSwitchField, renderTextField } from "./plain-fields.ts";
import { renderSecretField } from "./secret-field.ts";

export interface ConnectorForm {
  element: HTMLElement;
  /** Checks the draft; resolves with false after showing the issues. Throws if the Worker cannot be asked. */
  validate: () => Promise<boolean>;
  /** Shows the draft's issues, for instance those of the server, and focuses the first one. */
  showIssues: () => void;
}

interface FormOptions {
  api: ApiClient;
  draft: Draft;
  codeLength: number;
  onchange: () => void;
}

/** How long after an edit the draft is checked again. */
const CHECK_DELAY_MS = 400;

export const createConnectorForm = ({ api, draft, codeLength, onchange }: FormOptions): ConnectorForm => {
  const summary = h("div", { role: "alert", class: "issue-summary" });
  const body = h("div", { class: "form-body" });
  const element = h("div", { class: "connector-form" }, summary, body);
  /** The parts that show issues of several paths. */
  let parts: Pick<TemplateEditor, "refresh" | "focusPath" | "path">[] = [];
  let isWatching = draft.issues.length > 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let checkId = 0;
  let shownIssues = "[]";

  const handleChange = () => {
    onchange();
    checkId += 1;
    clearTimeout(timer);
    if (isWatching) timer = setTimeout(checkAgain, CHECK_DELAY_MS);
  };

  const checkAgain = async () => {
    const current = checkId;
    const issues = await checkDraft(api, draft).catch(() => null);
    // The next edit starts a check of its own; without a response the issues stay.
    if (issues === null || current !== checkId || !element.isConnected) return;
    draft.issues = issues;
    for (const control of element.querySelectorAll<HTMLElement>(".field [data-path], .field[data-path]")) {
      showIssue(control, draft.findIssue(control.dataset.path ?? ""));
    }
    for (const part of parts) part.refresh();
    renderSummary();
  };

  const render = () => {
    parts = [];
    const hasTemplates = (item: FormItem) => Boolean(item.templates);
    const { formItems } = draft.factory;
    const importPanel = renderImportPanel(draft, () => {
      renderSummary();
      render();
      handleChange();
      element.querySelector<HTMLElement>(".field input, .field button")?.focus();
    });
    const renderTemplates = (item: FormItem) => {
      const editor = renderTemplateEditor({ draft, item, onchange: handleChange }, codeLength);
      parts.push(editor);
      return editor.element;
    };
    const renderItem = (item: FormItem) => {
      const context = { draft, item, onchange: handleChange };
      return draft.values.get(item.key)?.kind === "json" ? renderJson(context) : renderFormItem(context);
    };
    const renderJson = (context: FieldContext) => {
      const editor = createJsonField(context);
      parts.push({ ...editor, path: context.item.key });
      return editor.element;
    };
    replaceChildren(
      body,
      h(
        "section",
        { class: "card" },
        h("div", { class: "card-head" }, h("h2", {}, t("setup.parameters")), importPanel.button),
        importPanel.panel,
        ...formItems.filter((item) => !hasTemplates(item)).map(renderItem),
        draft.unknownKeys.length > 0 &&
          h("p", { class: "hint" }, t("form.unknownKeys", { keys: draft.unknownKeys.join(", ") })),
      ),
      ...formItems.filter(hasTemplates).map(renderTemplates),
    );
  };

  /** Focuses the control of an issue; returns false if there is none. */
  const focusIssue = ({ path }: Issue): boolean => {
    const part = parts.find((candidate) => path === candidate.path || path.startsWith(`${candidate.path}.`));
    if (part) {
      part.focusPath(path);
      return true;
    }
    const target = findByPath(element, path);
    target?.focus();
    return target !== null;
  };

  const renderSummary = () => {
    const { issues } = draft;
    // Screen readers read the whole summary again whenever it changes.
    const content = JSON.stringify(issues);
    if (content === shownIssues) return;
    shownIssues = content;
    if (issues.length === 0) return replaceChildren(summary);
    replaceChildren(
      summary,
      h(
        "div",
        { class: "notice error" },
        h("p", {}, plural("form.issues", issues.length)),
        h("ul", {}, ...issues.map((issue) => h("li", {}, renderIssueLink(draft, issue, focusIssue)))),
      ),
    );
  };

  const showIssues = () => {
    isWatching = true;
    checkId += 1;
    render();
    renderSummary();
    const [first] = draft.issues;
    if (first && !focusIssue(first)) summary.querySelector<HTMLElement>("button")?.focus();
  };

  render();
  if (draft.issues.length > 0) showIssues();
  return {
    element,
    showIssues,
    validate: async () => {
      draft.issues = await checkDraft(api, draft);
      if (draft.issues.length > 0 || summary.hasChildNodes()) showIssues();
      return draft.issues.length === 0;
    },
  };
};

/** Finds the element whose issue path is `path`. A path is any text, so a CSS selector cannot contain it. */
const findByPath = (element: HTMLElement, path: string): HTMLElement | null =>
  [...element.querySelectorAll<HTMLElement>("[data-path]")].find((target) => target.dataset.path === path) ??
  null;

const renderIssueLink = (draft: Draft, issue: Issue, focusIssue: (issue: Issue) => boolean) => {
  const label = describePath(draft, issue.path);
  const message = translateServerMessage(issue.message);
  return h(
    "button",
    { type: "button", class: "link", onclick: () => focusIssue(issue) },
    label ? t("form.issue", { label, message }) : message,
  );
};

const createJsonField = (context: FieldContext) => {
  const { draft, item, onchange } = context;
  const value = draft.values.get(item.key);
  const { label, hint = "" } = describeField(context);
  return createJsonEditor({
    label,
    hint,
    path: item.key,
    rows: 8,
    text: value?.kind === "json" ? value.text : "",
    oninput: (text) => {
      if (value?.kind === "json") value.text = text;
      onchange();
    },
    getIssues: () => draft.issues.filter(({ path }) => path === item.key || path.startsWith(`${item.key}.`)),
  });
};

const renderFormItem = (context: FieldContext): HTMLElement | null => {
  const value = context.draft.values.get(context.item.key);
  switch (value?.kind) {
    case "text":
      return renderTextField(context, value);
    case "switch":
      return renderSwitchField(context, value);
    case "secret":
      return renderSecretField(context, value);
    default:
      return null;
  }
};
