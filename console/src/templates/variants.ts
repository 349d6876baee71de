/** The templates of one usage type: a tab for each language, a way to add and to remove one, and the selected one. */
import { field, showIssue } from "../form/field.ts";
import { localeName, t } from "../i18n/index.ts";
import { isLocale } from "../text/sms.ts";
import { fill, h, icon, uniqueId } from "../ui/dom.ts";
import { tabList, tabPanel } from "../ui/tabs.ts";
import { toast } from "../ui/toast.ts";
import { body } from "./body.ts";
import type { Editing } from "./editor.ts";
import { example } from "./example.ts";
import { indicesOf, newTemplate } from "./template.ts";

const PREFIX = "locale";
const COMMON = ["en", "zh-CN", "zh-TW", "ja", "ko", "de", "fr", "es", "pt-BR", "it", "ru", "ar", "hi"];

export const variants = (editing: Editing): HTMLElement => {
  const own = indicesOf(editing.value.list, editing.usage);
  if (editing.index === null) return empty(editing);
  const selected = String(editing.index);
  return h(
    "div",
    { class: "variants" },
    h(
      "div",
      { class: "locales" },
      tabList({
        label: t("templates.locales"),
        prefix: PREFIX,
        selected,
        tabs: own.map((index) => ({
          id: String(index),
          content: [localeName(editing.value.list[index]?.locale ?? "")],
          hasError: editing.draft.issues.some((issue) =>
            issue.path.startsWith(`${editing.item.key}.${index}.`),
          ),
        })),
        onselect: (id) => editing.select(editing.usage, Number(id)),
      }),
      adder(editing),
    ),
    tabPanel(PREFIX, selected, body(editing, editing.index), remover(editing, editing.index)),
  );
};

const empty = (editing: Editing): HTMLElement => {
  const isGeneric = editing.usage === "Generic";
  const hasGeneric = indicesOf(editing.value.list, "Generic").length > 0;
  const isText = editing.item.templates?.shape === "text";
  const words =
    isGeneric && editing.item.templates?.generic
      ? t("templates.empty.generic")
      : hasGeneric
        ? t(isText ? "templates.empty.text" : "templates.empty.code")
        : t("templates.empty.bare");
  const write = () => {
    add(editing, "");
    document.getElementById("template-first")?.focus();
  };
  return h(
    "div",
    { class: "empty small" },
    h("p", {}, words),
    h("button", { type: "button", class: "secondary", onclick: write }, icon("plus"), t("templates.write")),
  );
};

const add = (editing: Editing, locale: string): void => {
  const template = newTemplate(editing.usage, locale);
  if (editing.item.templates?.shape === "text") template.content = example(editing.usage, locale);
  editing.value.list.push(template);
  editing.onchange();
  editing.select(editing.usage, editing.value.list.length - 1);
};

/** Asks for a language tag in place. */
const adder = (editing: Editing): HTMLElement => {
  const holder = h("div", { class: "adder" });
  const closed = () =>
    fill(
      holder,
      h(
        "button",
        { type: "button", class: "quiet small", onclick: open },
        icon("plus"),
        t("templates.addLanguage"),
      ),
    );
  const open = () => {
    const options = uniqueId("tags");
    const control = h("input", {
      type: "text",
      list: options,
      autocomplete: "off",
      autocapitalize: "off",
      spellcheck: "false",
      onkeydown: (event) => {
        if (!(event instanceof KeyboardEvent)) return;
        if (event.key === "Enter") event.preventDefault();
        if (event.key === "Enter") take();
        if (event.key !== "Escape") return;
        closed();
        holder.querySelector("button")?.focus();
      },
    });
    const take = () => {
      const tag = control.value.trim();
      const isTaken = indicesOf(editing.value.list, editing.usage).some(
        (index) => editing.value.list[index]?.locale.toLowerCase() === tag.toLowerCase(),
      );
      const issue = !isLocale(tag)
        ? t("templates.tag.wrong")
        : isTaken
          ? t("templates.tag.taken")
          : undefined;
      showIssue(control, issue);
      if (issue) return control.focus();
      add(editing, tag);
      document.getElementById("template-first")?.focus();
    };
    const accept = h(
      "button",
      { type: "button", class: "secondary small", onclick: take },
      t("templates.add"),
    );
    fill(
      holder,
      h("datalist", { id: options }, ...COMMON.map((tag) => h("option", { value: tag }, localeName(tag)))),
      field({ label: t("templates.tag"), control, hint: t("templates.tag.hint"), beside: accept }),
    );
    control.focus();
  };
  closed();
  return holder;
};

const remover = (editing: Editing, index: number): HTMLElement =>
  h(
    "button",
    {
      type: "button",
      class: "quiet small remove",
      onclick: () => {
        editing.value.list.splice(index, 1);
        // Paths count the templates: after one is gone they would point to others.
        editing.draft.issues = editing.draft.issues.filter(
          (issue) => !issue.path.startsWith(editing.item.key),
        );
        editing.onchange();
        editing.select(editing.usage);
        document.querySelector<HTMLElement>('.usages [aria-selected="true"]')?.focus();
        toast(t("templates.removed"));
      },
    },
    t("templates.remove"),
  );
