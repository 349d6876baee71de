/**
 * The template editor: usage types on one side, the templates of the selected one on the other, or the whole array as
 * JSON. It edits the draft in place and redraws itself; what is selected outlives a redraw of the form.
 */

import type { Draft, Value } from "../form/draft.ts";
import { issueNote } from "../form/field.ts";
import { type Slot, words } from "../form/text-control.ts";
import { t } from "../i18n/index.ts";
import { fill, h } from "../ui/dom.ts";
import { jsonView } from "./json-view.ts";
import { indicesOf, readTemplates, type Template, usagesOf, writeTemplate } from "./template.ts";
import { usageTabs } from "./usage-tabs.ts";
import { variants } from "./variants.ts";

/** What the editor's parts share. */
export interface Editing extends Slot {
  value: Value & { kind: "templates" };
  codeLength: number;
  /** The selected usage type, and the index of the selected template in the list; null where there is none. */
  usage: string;
  index: number | null;
  /** Draws the editor anew, with another selection if one is given. */
  select: (usage: string, index?: number | null) => void;
  /** Draws the tabs anew: a text has changed. */
  refresh: () => void;
}

/** The selection for each draft, so that a new drawing shows the same place. */
const selections = new WeakMap<Draft, { usage: string; index: number | null }>();

export const templateEditor = (slot: Slot, codeLength: number): HTMLElement => {
  const stored = slot.draft.values.get(slot.item.key);
  const element = h("section", { class: "card templates" });
  if (stored?.kind !== "templates") return element;
  const value = stored;
  const remembered = selections.get(slot.draft);
  const start = startOf(slot, value.list);
  const editing: Editing = {
    ...slot,
    value,
    codeLength,
    ...(start ?? remembered ?? { usage: "Generic", index: indicesOf(value.list, "Generic")[0] ?? null }),
    select: (usage, index = indicesOf(value.list, usage)[0] ?? null) => {
      editing.usage = usage;
      editing.index = index;
      selections.set(slot.draft, { usage, index });
      draw();
    },
    refresh: () => {},
  };
  if (!usagesOf(value.list).includes(editing.usage)) editing.usage = "Generic";
  if (editing.index === null || value.list[editing.index]?.usage !== editing.usage) {
    editing.index = indicesOf(value.list, editing.usage)[0] ?? null;
  }

  const draw = () => {
    const own = slot.draft.issue(slot.item.key);
    fill(
      element,
      header(editing, draw),
      own && value.json === null && issueNote(slot.item.key, own),
      value.json === null ? usageTabs(editing, variants(editing)) : jsonView(editing),
    );
  };
  draw();
  return element;
};

/** Where to begin: at the first template that has an issue, if one has. */
const startOf = (slot: Slot, list: readonly Template[]): { usage: string; index: number } | null => {
  const prefix = `${slot.item.key}.`;
  const path = slot.draft.issues.find((issue) => issue.path.startsWith(prefix))?.path;
  const index = path === undefined ? Number.NaN : Number.parseInt(path.slice(prefix.length), 10);
  const template = list[index];
  return template ? { usage: template.usage, index } : null;
};

const header = ({ value, item, draft, onchange }: Editing, draw: () => void): HTMLElement => {
  const shape = item.templates?.shape ?? "text";
  const toJson = () => {
    value.json = JSON.stringify(
      value.list.map((template) => writeTemplate(shape, template)),
      null,
      2,
    );
  };
  const toEditor = () => {
    const list = readTemplates(shape, parsed(value.json));
    if (!list) return false;
    value.list = list;
    value.json = null;
    return true;
  };
  const choose = (json: boolean) => () => {
    if (json === (value.json !== null)) return;
    draft.issues = draft.issues.filter((issue) => !issue.path.startsWith(item.key));
    if (json) toJson();
    else if (!toEditor()) draft.issues.push({ path: item.key, message: t("templates.json.only") });
    draw();
    onchange();
    document.getElementById(json ? "view-json" : "view-editor")?.focus();
  };
  const option = (json: boolean) =>
    h(
      "button",
      {
        type: "button",
        id: json ? "view-json" : "view-editor",
        "aria-pressed": String(json === (value.json !== null)),
        onclick: choose(json),
      },
      t(json ? "templates.view.json" : "templates.view.editor"),
    );
  return h(
    "div",
    { class: "card-head" },
    h(
      "div",
      {},
      h("h2", {}, words({ draft, item, onchange }).label),
      h("p", { class: "hint" }, t("templates.lead")),
    ),
    h(
      "div",
      { class: "segmented", role: "group", "aria-label": t("templates.view") },
      option(false),
      option(true),
    ),
  );
};

const parsed = (text: string | null) => {
  try {
    return JSON.parse(text ?? "") ?? null;
  } catch {
    return null;
  }
};
