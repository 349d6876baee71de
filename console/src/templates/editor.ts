/**
 * The template editor: tabs of usage types with the templates of the selected one, or all templates as JSON. It edits the
 * draft in place. Its selection is remembered when the form is rendered again.
 */
import type { Json } from "../api/types.ts";
import type { Draft } from "../form/draft.ts";
import { renderIssue } from "../form/field.ts";
import { describeField, type FieldContext } from "../form/plain-fields.ts";
import { t } from "../i18n/index.ts";
import { h, replaceChildren } from "../ui/dom.ts";
import type { EditorState } from "./editor-state.ts";
import { renderJsonEditor } from "./json-editor.ts";
import { renderLanguageTabs } from "./language-tabs.ts";
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

export const renderTemplateEditor = (context: FieldContext, codeLength: number): HTMLElement => {
  const element = h("section", { class: "card templates" });
  const value = context.draft.values.get(context.item.key);
  if (value?.kind !== "templates") return element;
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
    refreshTabs: () => {},
  };

  const render = () => {
    const issue = context.draft.findIssue(context.item.key);
    replaceChildren(
      element,
      renderHead(state, render),
      issue && value.json === null && renderIssue(context.item.key, issue),
      value.json === null ? renderUsageTabs(state, renderLanguageTabs(state)) : renderJsonEditor(state),
    );
  };
  render();
  return element;
};

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
  const index = path === undefined ? Number.NaN : Number.parseInt(path.slice(prefix.length), 10);
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
  return h(
    "div",
    { class: "card-head" },
    h("div", {}, h("h2", {}, describeField(state).label), h("p", { class: "hint" }, t("templates.lead"))),
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
