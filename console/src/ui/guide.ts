/**
 * Renders a connector guide. The guide is an HTML file of this origin; nevertheless each element is created anew from a
 * list of allowed ones, so that markup can never reach the page through a guide.
 */
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
};

/** Renders a guide's article without its h1, which would repeat the page's title. */
export const renderGuide = (article: Element, language: string): HTMLElement =>
  h("article", { class: "guide", lang: language }, ...renderChildren(article));

const renderChildren = (parent: Node): Child[] => [...parent.childNodes].map(renderNode);

const renderNode = (node: Node): Child => {
  if (node instanceof Text) return node.data;
  if (!(node instanceof Element)) return null;
  switch (node.localName) {
    case "pre":
      return renderCodeBlock((node.textContent ?? "").replace(/\n$/, ""));
    case "table":
      return renderTable(node);
    case "a":
      return renderLink(node);
    default: {
      const tag = ELEMENTS[node.localName];
      return tag ? h(tag, {}, ...renderChildren(node)) : null;
    }
  }
};

/**
 * Renders a table. Where it is too narrow for columns, the styles show each row as a list of headings and values; the
 * roles keep it a table for screen readers.
 */
const renderTable = (table: Element): HTMLElement => {
  const headings = [...table.querySelectorAll("th")].map((cell) => cell.textContent ?? "");
  const rows = [...table.querySelectorAll("tbody tr")].map((row) =>
    h(
      "tr",
      { role: "row" },
      ...[...row.children].map((cell, index) =>
        h("td", { role: "cell", "data-heading": headings[index] }, h("div", {}, ...renderChildren(cell))),
      ),
    ),
  );
  return h(
    "div",
    { class: "table" },
    h(
      "table",
      { role: "table" },
      h(
        "thead",
        { role: "rowgroup" },
        h(
          "tr",
          { role: "row" },
          ...headings.map((text) => h("th", { scope: "col", role: "columnheader" }, text)),
        ),
      ),
      h("tbody", { role: "rowgroup" }, ...rows),
    ),
  );
};

/** Renders an https link; the text only, if the URL is not https. */
const renderLink = (link: Element): HTMLElement => {
  const href = link.getAttribute("href") ?? "";
  return href.startsWith("https://")
    ? h("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...renderChildren(link))
    : h("span", {}, ...renderChildren(link));
};
