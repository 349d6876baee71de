/**
 * The template editor: tabs of usage types with the templates of the selected one, or all templates as JSON. It edits the
 * draft in place. Its selection is remembered when the form is rendered again.
 */
import type { Json } from "../api/types.ts";
import type { Draft } from "../form/draft.ts";
import { renderIssue } from "../form/field.ts";
import { createJsonEditor, type JsonEditor } from "../form/json-editor.ts";
import { describeField, type FieldContext } from "../form/plain-fields.ts";
import { joinSentences, t } from "../i18n/index.ts";
import { h, replaceChildren } from "../ui/dom.ts";
import type { EditorState } from "./editor-state.ts";
import { renderLanguageTabs } from "./language-tabs.ts";
import { renderMissingTexts } from "./missing-texts.ts";
import {
  findTemplateIndices,
  listUsages,
  parseTemplates,
  serializeTemplate,
  type Template,
} from "./template.ts";
import { renderUsageTabs } from "./usage-tabs.ts";

interface Selection {
  usage: string;
  index: number | null;
}

const selections = new WeakMap<Draft, Selection>();

export interface TemplateEditor {
  element: HTMLElement;
  /** The key of the form item. */
  path: string;
  /** Shows the draft's issues without rendering a control again. */
  refresh: () => void;
  /** Shows and focuses the control of an issue. */
  focusPath: (path: string) => void;
}

export const renderTemplateEditor = (context: FieldContext, codeLength: number): TemplateEditor => {
  const element = h("section", { class: "card templates" });
  const path = context.item.key;
  const value = context.draft.values.get(path);
  if (value?.kind !== "templates") {
    return { element, path, refresh: () => {}, focusPath: () => element.focus() };
  }
  let jsonEditor: JsonEditor | null = null;
  const state: EditorState = {
    ...context,
    value,
    codeLength,
    ...resolveSelection(
      value.list,
      findTemplateWithIssue(context, value.list) ?? selections.get(context.draft),
    ),
    select: (usage, index = findTemplateIndices(value.list, usage)[0] ?? null) => {
      state.usage = usage;
      state.index = index;
      selections.set(context.draft, { usage, index });
      render();
    },
    refreshers: [],
  };

  const renderEditor = () => {
    const issues = h("div");
    const renderIssues = () => {
      const issue = context.draft.findIssue(path);
      replaceChildren(issues, issue && renderIssue(path, issue));
    };
    renderIssues();
    state.refreshers.push(renderIssues);
    return [issues, renderMissingTexts(state), renderUsageTabs(state, renderLanguageTabs(state))];
  };

  const render = () => {
    state.refreshers = [];
    jsonEditor = value.json === null ? null : createTemplatesJson(state);
    replaceChildren(
      element,
      renderHead(state, render),
      ...(jsonEditor ? [jsonEditor.element] : renderEditor()),
    );
  };

  const focusPath = (issuePath: string) => {
    if (jsonEditor) return jsonEditor.focusPath(issuePath);
    const index = getTemplateIndex(path, issuePath);
    const template = value.list[index];
    if (template) state.select(template.usage, index);
    const targets = [...element.querySelectorAll<HTMLElement>("[data-path]")];
    const target = targets.find((candidate) => candidate.dataset.path === issuePath);
    (target ?? element.querySelector<HTMLElement>('.usages [aria-selected="true"]'))?.focus();
  };
  render();
  const refresh = () => {
    jsonEditor?.refresh();
    for (const refreshPart of state.refreshers) refreshPart();
  };
  return { element, path, refresh, focusPath };
};

/** Returns the list index in an issue path such as `templates.2.content`; NaN if there is none. */
const getTemplateIndex = (key: string, path: string): number =>
  Number.parseInt(path.slice(key.length + 1), 10);

const createTemplatesJson = ({ value, item, draft, onchange }: EditorState): JsonEditor =>
  createJsonEditor({
    label: t("templates.json"),
    hint: t("templates.json.hint"),
    path: item.key,
    rows: 18,
    text: value.json ?? "",
    oninput: (text) => {
      value.json = text;
      onchange();
    },
    getIssues: () => draft.issues.filter(({ path }) => path === item.key || path.startsWith(`${item.key}.`)),
  });

/** Returns the selection if it exists in the list; else the first template of its usage type, or Generic. */
const resolveSelection = (list: readonly Template[], selection: Selection | undefined): Selection => {
  const usage = selection && listUsages(list).includes(selection.usage) ? selection.usage : "Generic";
  const index = selection?.index ?? null;
  const exists = index !== null && list[index]?.usage === usage;
  return { usage, index: exists ? index : (findTemplateIndices(list, usage)[0] ?? null) };
};

const findTemplateWithIssue = (
  { draft, item }: FieldContext,
  list: readonly Template[],
): Selection | null => {
  const prefix = `${item.key}.`;
  const path = draft.issues.find((issue) => issue.path.startsWith(prefix))?.path;
  const index = path === undefined ? Number.NaN : getTemplateIndex(item.key, path);
  const template = list[index];
  return template ? { usage: template.usage, index } : null;
};

/** Renders the title and the switch between the two views. */
const renderHead = (state: EditorState, render: () => void): HTMLElement => {
  const { value, item, draft, onchange } = state;
  const selectView = (toJson: boolean) => () => {
    if (toJson === (value.json !== null)) return;
    draft.issues = draft.issues.filter((issue) => !issue.path.startsWith(item.key));
    if (toJson) showJson(state);
    else if (!showEditor(state)) draft.issues.push({ path: item.key, message: t("templates.json.invalid") });
    render();
    onchange();
    document.getElementById(toJson ? "view-json" : "view-editor")?.focus();
  };
  const renderViewButton = (toJson: boolean) =>
    h(
      "button",
      {
        type: "button",
        id: toJson ? "view-json" : "view-editor",
        "aria-pressed": String(toJson === (value.json !== null)),
        onclick: selectView(toJson),
      },
      t(toJson ? "templates.view.json" : "templates.view.editor"),
    );
  const { label, hint } = describeField(state);
  return h(
    "div",
    { class: "card-head" },
    h("div", {}, h("h2", {}, label), h("p", { class: "hint" }, joinSentences(t("templates.lead"), hint))),
    h(
      "div",
      { class: "segmented", role: "group", "aria-label": t("templates.view") },
      renderViewButton(false),
      renderViewButton(true),
    ),
  );
};

const getShape = ({ item }: EditorState) => item.templates?.shape ?? "text";

const showJson = (state: EditorState): void => {
  const templates = state.value.list.map((template) => serializeTemplate(getShape(state), template));
  state.value.json = JSON.stringify(templates, null, 2);
};

/** Parses the JSON view; returns false, and stays there, if the text is not a list of templates. */
const showEditor = (state: EditorState): boolean => {
  const list = parseTemplates(getShape(state), parseJson(state.value.json));
  if (!list) return false;
  state.value.list = list;
  state.value.json = null;
  Object.assign(state, resolveSelection(list, state));
  return true;
};

const parseJson = (text: string | null): Json => {
  try {
    return JSON.parse(text ?? "") ?? null;
  } catch {
    return null;
  }
};
