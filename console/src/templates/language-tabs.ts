/** The templates of one usage type: a tab for each language, and controls to add and remove a template. */
import { renderField, showIssue } from "../form/field.ts";
import { formatLocale, t } from "../i18n/index.ts";
import { isLanguageTag } from "../text/sms.ts";
import { createId, h, renderIcon, replaceChildren } from "../ui/dom.ts";
import { renderTabList, renderTabPanel } from "../ui/tabs.ts";
import { showToast } from "../ui/toast.ts";
import { getDefaultText } from "./default-texts.ts";
import type { EditorState } from "./editor-state.ts";
import { createTemplate, findTemplateIndices } from "./template.ts";
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
  "ar",
  "hi",
];

export const renderLanguageTabs = (state: EditorState): HTMLElement => {
  const indices = findTemplateIndices(state.value.list, state.usage);
  if (state.index === null) return renderEmptyState(state);
  const selected = String(state.index);
  return h(
    "div",
    { class: "languages" },
    h(
      "div",
      { class: "locales" },
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
      }),
      renderAddLanguage(state),
    ),
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
    addTemplate(state, "");
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

const addTemplate = (state: EditorState, locale: string): void => {
  const template = createTemplate(state.usage, locale);
  if (state.item.templates?.shape === "text") template.content = getDefaultText(state.usage, locale);
  state.value.list.push(template);
  state.onchange();
  state.select(state.usage, state.value.list.length - 1);
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
  const add = () => {
    const tag = control.value.trim();
    const issue = validateNewTag(state, tag);
    showIssue(control, issue);
    if (issue) return control.focus();
    addTemplate(state, tag);
    document.getElementById("template-first")?.focus();
  };
  const addButton = h(
    "button",
    { type: "button", class: "secondary small", onclick: add },
    t("templates.add"),
  );
  const children = [
    h(
      "datalist",
      { id: listId },
      ...SUGGESTED_TAGS.map((tag) => h("option", { value: tag }, formatLocale(tag))),
    ),
    renderField({ label: t("templates.tag"), control, hint: t("templates.tag.hint"), buttons: addButton }),
  ];
  return { control, children };
};

const validateNewTag = ({ value, usage }: EditorState, tag: string): string | undefined => {
  if (!isLanguageTag(tag)) return t("templates.tag.invalid");
  const isTaken = findTemplateIndices(value.list, usage).some(
    (index) => value.list[index]?.locale.toLowerCase() === tag.toLowerCase(),
  );
  return isTaken ? t("templates.tag.taken") : undefined;
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
