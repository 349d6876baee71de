/** The tabs of the usage types, each saying whether it has a template of its own or falls back to Generic. */
import { isKey, t } from "../i18n/index.ts";
import { holdsCode } from "../text/sms.ts";
import { h, icon } from "../ui/dom.ts";
import { type Tab, tabList, tabPanel } from "../ui/tabs.ts";
import type { Editing } from "./editor.ts";
import { indicesOf, usagesOf } from "./template.ts";

const PREFIX = "usage";

/** A usage type in words; one of the config's own stays as it is. */
export const usageName = (usage: string): string => {
  const key = `usage.${usage}`;
  return isKey(key) ? t(key) : usage;
};

export const usageTabs = (editing: Editing, panel: HTMLElement): HTMLElement => {
  const usages = usagesOf(editing.value.list);
  const list = () =>
    tabList({
      label: t("templates.usages"),
      prefix: PREFIX,
      vertical: true,
      selected: id(usages, editing.usage),
      tabs: usages.map((usage) => tab(editing, usages, usage)),
      onselect: (chosen) => editing.select(usages[Number(chosen)] ?? "Generic"),
    });
  let tabs = list();
  editing.refresh = () => {
    const next = list();
    tabs.replaceWith(next);
    tabs = next;
  };
  const selected = id(usages, editing.usage);
  return h("div", { class: "usages" }, tabs, tabPanel(PREFIX, selected, heading(editing.usage), panel));
};

/** Ids are numbers: a usage type may be any text. */
const id = (usages: string[], usage: string): string => String(usages.indexOf(usage));

const heading = (usage: string): HTMLElement => {
  const about = `usage.${usage}.about`;
  return h(
    "p",
    { class: "about" },
    h("strong", {}, usageName(usage)),
    " ",
    usageName(usage) !== usage && h("code", {}, usage),
    h("span", {}, isKey(about) ? t(about) : t("usage.other.about")),
  );
};

const tab = (editing: Editing, usages: string[], usage: string): Tab => {
  const { value, item, draft } = editing;
  const own = indicesOf(value.list, usage);
  const hasIssue = draft.issues.some((issue) =>
    own.some((index) => issue.path.startsWith(`${item.key}.${index}.`)),
  );
  const lacksCode =
    item.templates?.shape === "text" && own.some((index) => !holdsCode(value.list[index]?.content ?? ""));
  const isMissing = usage === "Generic" && own.length === 0 && Boolean(item.templates?.generic);
  return {
    id: id(usages, usage),
    hasError: hasIssue,
    content: [
      h("span", { class: "name" }, usageName(usage)),
      h(
        "span",
        { class: own.length > 0 ? "status own" : isMissing ? "status missing" : "status" },
        (hasIssue || lacksCode) && icon("warning"),
        status(editing, own.length, isMissing),
      ),
    ],
  };
};

const status = (editing: Editing, own: number, isMissing: boolean): string => {
  if (own > 1) return t("templates.languages", { n: own });
  if (own === 1) return t("templates.own");
  if (isMissing) return t("templates.missing");
  return indicesOf(editing.value.list, "Generic").length > 0 ? t("templates.falls") : t("templates.none");
};
