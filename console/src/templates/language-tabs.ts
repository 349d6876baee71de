/** The templates of one usage type: a tab for each language, and controls to add and remove a template. */
import { renderField, showIssue } from "../form/field.ts";
import { formatLocale, t } from "../i18n/index.ts";
import { isLanguageTag } from "../text/sms.ts";
import { createId, h, renderIcon, replaceChildren, replaceKeepingFocus } from "../ui/dom.ts";
import { renderTabList, renderTabPanel } from "../ui/tabs.ts";
import { showToast } from "../ui/toast.ts";
import { getDefaultText, loadTexts } from "./default-texts.ts";
import type { EditorState } from "./editor-state.ts";
import { createTemplate, findTemplateIndices, listUsages } from "./template.ts";
import { renderTemplateFields } from "./template-fields.ts";

const ID_PREFIX = "locale";
const SUGGESTED_TAGS = [
  "en",
  "zh-CN",
  "zh-TW",
  "ja",
  "ko",
  "de",
  "fr",
  "es",
  "pt-BR",
  "it",
  "ru",
  "nl",
  "ar",
  "hi",
];

export const renderLanguageTabs = (state: EditorState): HTMLElement => {
  const indices = findTemplateIndices(state.value.list, state.usage);
  if (state.index === null) return renderEmptyState(state);
  const selected = String(state.index);
  const renderTabs = () =>
    renderTabList({
      label: t("templates.locales"),
      prefix: ID_PREFIX,
      selected,
      tabs: indices.map((index) => ({
        id: String(index),
        content: [formatLocale(state.value.list[index]?.locale ?? "")],
        hasError: state.draft.issues.some((issue) => issue.path.startsWith(`${state.item.key}.${index}.`)),
      })),
      onselect: (id) => state.select(state.usage, Number(id)),
    });
  let tabs = renderTabs();
  state.refreshers.push(() => {
    const next = renderTabs();
    replaceKeepingFocus(tabs, next);
    tabs = next;
  });
  return h(
    "div",
    { class: "languages" },
    h("div", { class: "locales" }, tabs, renderAddLanguage(state)),
    renderTabPanel(
      ID_PREFIX,
      selected,
      renderTemplateFields(state, state.index),
      renderRemoveButton(state, state.index),
    ),
  );
};

const renderEmptyState = (state: EditorState): HTMLElement => {
  const write = () => {
    addTemplate(state, "", getDefaultText(state.item, state.usage));
    document.getElementById("template-first")?.focus();
  };
  return h(
    "div",
    { class: "empty compact" },
    h("p", {}, describeMissingTemplate(state)),
    h(
      "button",
      { type: "button", class: "secondary", onclick: write },
      renderIcon("plus"),
      t("templates.write"),
    ),
  );
};

const describeMissingTemplate = ({ usage, item, value }: EditorState): string => {
  if (usage === "Generic" && item.templates?.generic) return t("templates.empty.generic");
  if (findTemplateIndices(value.list, "Generic").length === 0) return t("templates.empty.noFallback");
  return t(item.templates?.shape === "text" ? "templates.empty.text" : "templates.empty.registered");
};

const addTemplate = (state: EditorState, locale: string, content: string): void => {
  state.value.list.push({ ...createTemplate(state.usage, locale), content });
  state.onchange();
  state.select(state.usage, state.value.list.length - 1);
};

const hasLocale = ({ value }: EditorState, usage: string, tag: string): boolean =>
  findTemplateIndices(value.list, usage).some(
    (index) => value.list[index]?.locale.toLowerCase() === tag.toLowerCase(),
  );

/** Adds a language to the usage types that have a template and not that language; the texts are translations. */
const addLanguage = async (state: EditorState, tag: string, usages: string[]): Promise<void> => {
  const texts = state.item.templates?.shape === "text" ? await loadTexts(tag) : null;
  for (const usage of usages) {
    if (usage === state.usage || hasLocale(state, usage, tag)) continue;
    if (findTemplateIndices(state.value.list, usage).length === 0) continue;
    state.value.list.push({ ...createTemplate(usage, tag), content: texts?.[usage] ?? "" });
  }
  addTemplate(state, tag, texts?.[state.usage] ?? "");
  document.getElementById("template-first")?.focus();
};

/** Renders the button "Add language", which is replaced by an input for the language tag. */
const renderAddLanguage = (state: EditorState): HTMLElement => {
  const container = h("div", { class: "add-language" });
  const showButton = () =>
    replaceChildren(
      container,
      h(
        "button",
        { type: "button", class: "quiet small", onclick: showInput },
        renderIcon("plus"),
        t("templates.addLanguage"),
      ),
    );
  const showInput = () => {
    const input = renderTagInput(state, () => {
      showButton();
      container.querySelector("button")?.focus();
    });
    replaceChildren(container, ...input.children);
    input.control.focus();
  };
  showButton();
  return container;
};

const renderTagInput = (state: EditorState, oncancel: () => void) => {
  const listId = createId("language-tags");
  const control = h("input", {
    type: "text",
    list: listId,
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    onkeydown: (event) => {
      if (!(event instanceof KeyboardEvent)) return;
      if (event.key === "Enter") {
        event.preventDefault();
        add();
      }
      if (event.key === "Escape") oncancel();
    },
  });
  const add = async (usages: string[] = []) => {
    const tag = control.value.trim();
    const issue = validateNewTag(state, tag);
    showIssue(control, issue);
    if (issue) return control.focus();
    await addLanguage(state, tag, usages);
  };
  const renderAddButton = (label: string, usages: string[]) =>
    h("button", { type: "button", class: "secondary small", onclick: () => add(usages) }, label);
  const buttons = h(
    "span",
    { class: "control-buttons" },
    renderAddButton(t("templates.add"), []),
    state.item.templates?.shape === "text" &&
      renderAddButton(t("templates.addToAll"), listUsages(state.value.list)),
  );
  const children = [
    h(
      "datalist",
      { id: listId },
      ...SUGGESTED_TAGS.map((tag) => h("option", { value: tag }, formatLocale(tag))),
    ),
    renderField({ label: t("templates.tag"), control, hint: t("templates.tag.hint"), buttons }),
  ];
  return { control, children };
};

const validateNewTag = (state: EditorState, tag: string): string | undefined => {
  if (!isLanguageTag(tag)) return t("templates.tag.invalid");
  return hasLocale(state, state.usage, tag) ? t("templates.tag.taken") : undefined;
};

const renderRemoveButton = (state: EditorState, index: number): HTMLElement =>
  h(
    "button",
    {
      type: "button",
      class: "quiet small remove",
      onclick: () => {
        state.value.list.splice(index, 1);
        // Issue paths contain list indices, which are no longer valid after a removal.
        state.draft.issues = state.draft.issues.filter((issue) => !issue.path.startsWith(state.item.key));
        state.onchange();
        state.select(state.usage);
        document.querySelector<HTMLElement>('.usages [aria-selected="true"]')?.focus();
        showToast(t("templates.removed"));
      },
    },
    t("templates.remove"),
  );
