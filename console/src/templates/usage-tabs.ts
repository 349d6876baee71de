/** The tabs of the usage types. Each shows whether the usage type has its own template or falls back to Generic. */
import { getUsageTypeName, isMessageKey, t } from "../i18n/index.ts";
import { containsCodePlaceholder } from "../text/sms.ts";
import { h, renderIcon, replaceKeepingFocus } from "../ui/dom.ts";
import { renderTabList, renderTabPanel, type Tab } from "../ui/tabs.ts";
import type { EditorState } from "./editor-state.ts";
import { findTemplateIndices, listUsages } from "./template.ts";

const ID_PREFIX = "usage";

export const renderUsageTabs = (state: EditorState, panel: HTMLElement): HTMLElement => {
  const usages = listUsages(state.value.list);
  // A custom usage type may be any text, so the ids of the tabs are indices.
  const getId = (usage: string): string => String(usages.indexOf(usage));
  const renderTabs = () =>
    renderTabList({
      label: t("templates.usages"),
      prefix: ID_PREFIX,
      isVertical: true,
      selected: getId(state.usage),
      tabs: usages.map((usage) => ({ id: getId(usage), ...createTab(state, usage) })),
      onselect: (id) => state.select(usages[Number(id)] ?? "Generic"),
    });
  let tabs = renderTabs();
  state.refreshers.push(() => {
    const next = renderTabs();
    replaceKeepingFocus(tabs, next);
    tabs = next;
  });
  return h(
    "div",
    { class: "usages" },
    tabs,
    renderTabPanel(ID_PREFIX, getId(state.usage), renderDescription(state.usage), panel),
  );
};

const renderDescription = (usage: string): HTMLElement => {
  const key = `usage.${usage}.description`;
  const name = getUsageTypeName(usage);
  return h(
    "p",
    { class: "usage-description" },
    h("strong", {}, name),
    " ",
    name !== usage && h("code", {}, usage),
    h("span", {}, isMessageKey(key) ? t(key) : t("usage.custom.description")),
  );
};

const createTab = (state: EditorState, usage: string): Omit<Tab, "id"> => {
  const { value, item, draft } = state;
  const indices = findTemplateIndices(value.list, usage);
  const hasIssue = draft.issues.some((issue) =>
    indices.some((index) => issue.path.startsWith(`${item.key}.${index}.`)),
  );
  const lacksCode =
    item.templates?.shape === "text" &&
    indices.some((index) => !containsCodePlaceholder(value.list[index]?.content ?? ""));
  const isMissing = usage === "Generic" && indices.length === 0 && Boolean(item.templates?.generic);
  return {
    hasError: hasIssue,
    content: [
      h("span", { class: "name" }, getUsageTypeName(usage)),
      h(
        "span",
        { class: indices.length > 0 ? "status set" : isMissing ? "status missing" : "status" },
        (hasIssue || lacksCode) && renderIcon("warning"),
        describeStatus(state, indices.length, isMissing),
      ),
    ],
  };
};

const describeStatus = (state: EditorState, templateCount: number, isMissing: boolean): string => {
  if (templateCount > 1) return t("templates.status.languages", { n: templateCount });
  if (templateCount === 1) return t("templates.status.set");
  if (isMissing) return t("templates.status.missing");
  const hasGeneric = findTemplateIndices(state.value.list, "Generic").length > 0;
  return hasGeneric ? t("templates.status.fallback") : t("templates.status.none");
};
