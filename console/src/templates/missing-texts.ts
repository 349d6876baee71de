/** Offers a text of its own for each usage type that has none. */
import { t } from "../i18n/index.ts";
import { h } from "../ui/dom.ts";
import { getDefaultText } from "./default-texts.ts";
import type { EditorState } from "./editor-state.ts";
import { createTemplate, USAGE_TYPES } from "./template.ts";

/** Renders the offer; null if every usage type has a text, or the provider takes no texts. */
export const renderMissingTexts = (state: EditorState): HTMLElement | null => {
  const { item, value } = state;
  const missing = USAGE_TYPES.filter(
    (usage) => getDefaultText(item, usage) !== "" && !value.list.some((template) => template.usage === usage),
  );
  if (missing.length === 0) return null;
  const add = () => {
    for (const usage of missing) {
      value.list.push({ ...createTemplate(usage), content: getDefaultText(item, usage) });
    }
    state.onchange();
    state.select(state.usage);
    document.querySelector<HTMLElement>('.usages [aria-selected="true"]')?.focus();
  };
  return h(
    "div",
    { class: "notice missing-texts" },
    h("p", {}, t("templates.missing", { n: missing.length })),
    h("button", { type: "button", class: "secondary small", onclick: add }, t("templates.missing.add")),
  );
};
