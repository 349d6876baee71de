/**
 * Renders a connector guide. The guide is an HTML file of this origin; nevertheless each element is created anew from a
 * list of allowed ones, so that markup can never reach the page through a guide.
 */
import { t } from "../i18n/index.ts";
import { renderCodeBlock } from "./code-block.ts";
import type { Child } from "./dom.ts";
import { h } from "./dom.ts";

/** The allowed elements. Headings move down one level, because the page has its own h1 and h2. */
const ELEMENTS: Record<string, keyof HTMLElementTagNameMap | undefined> = {
  h2: "h3",
  h3: "h4",
  h4: "h4",
  p: "p",
  ul: "ul",
  ol: "ol",
  li: "li",
  blockquote: "blockquote",
  strong: "strong",
  em: "em",
  code: "code",
  thead: "thead",
  tbody: "tbody",
  tr: "tr",
  td: "td",
};

/** Renders a guide's article without its h1, which would repeat the page's title. Guides are in English. */
export const renderGuide = (article: Element): HTMLElement =>
  h("article", { class: "guide", lang: "en" }, ...renderChildren(article));

const renderChildren = (parent: Node): Child[] => [...parent.childNodes].map(renderNode);

const renderNode = (node: Node): Child => {
  if (node instanceof Text) return node.data;
  if (!(node instanceof Element)) return null;
  switch (node.localName) {
    case "pre":
      return renderCodeBlock((node.textContent ?? "").replace(/\n$/, ""));
    case "table":
      return renderTable(node);
    case "th":
      return h("th", { scope: "col" }, ...renderChildren(node));
    case "a":
      return renderLink(node);
    default: {
      const tag = ELEMENTS[node.localName];
      return tag ? h(tag, {}, ...renderChildren(node)) : null;
    }
  }
};

/** Renders a table in a focusable container, so that it can be scrolled with the keyboard. */
const renderTable = (table: Element): HTMLElement =>
  h(
    "div",
    { class: "table", tabindex: 0, role: "group", "aria-label": t("guide.table") },
    h("table", {}, ...renderChildren(table)),
  );

/** Renders an https link; the text only, if the URL is not https. */
const renderLink = (link: Element): HTMLElement => {
  const href = link.getAttribute("href") ?? "";
  return href.startsWith("https://")
    ? h("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...renderChildren(link))
    : h("span", {}, ...renderChildren(link));
};
